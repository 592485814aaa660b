// Images in, every word of every layer and the codes of the classes out.
//
//   network IMAGES OUTPUTS COUNT IMAGE_BYTES CLASSES [STALL] [BOUND] [LAYER WAVEFORM]
//
// Run it where the hex files lie. STALL is 0, or the seed of random pauses on both streams. An image that takes more than
// BOUND cycles ends the run with the layer at which it hung. Of each image OUTPUTS gets the words of all layers in order,
// then the codes as they left the stream. WAVEFORM gets what happens in each cycle of the first image's layer LAYER, from 1.
// The last line says how many cycles the last image took.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "Vresnet8.h"
#include "verilated.h"
#include "waveform.h"

static uint64_t state;

// Whether a stream rests in this cycle: never without a seed, otherwise in half of all.
static bool rests() {
    if (!state) return false;
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state >> 40 & 1;
}

int main(int argc, char **argv) {
    if (argc < 6) return fprintf(stderr, "network IMAGES OUTPUTS COUNT IMAGE_BYTES CLASSES [STALL] [BOUND] [LAYER WAVEFORM]\n"), 2;
    FILE *images = fopen(argv[1], "rb"), *outputs = fopen(argv[2], "wb");
    if (!images || !outputs) return perror(images ? argv[2] : argv[1]), 2;
    const long count = atol(argv[3]), bytes = atol(argv[4]), classes = atol(argv[5]);
    state = argc > 6 ? strtoull(argv[6], nullptr, 10) : 0;
    const uint64_t bound = argc > 7 ? strtoull(argv[7], nullptr, 10) : 10000000;

    Waveform waveform(argc > 9 ? argv[9] : nullptr, argc > 9 ? atoi(argv[8]) : 0);

    VerilatedContext context;
    Vresnet8 dut{&context};
    std::vector<uint32_t> words;
    std::vector<uint8_t> pixels(bytes), codes;
    uint64_t cycles = 0;
    bool held = false;
    uint8_t held_data = 0;

    dut.reset = 1, dut.s_axis_tvalid = 0, dut.m_axis_tready = 0, dut.s_axis_tdata = 0, dut.s_axis_tlast = 0;
    for (int i = 0; i < 4; i++) {
        dut.clock = 0, dut.eval();
        dut.clock = 1, dut.eval();
    }
    dut.reset = 0;
    for (long image = 0; image < count; image++) {
        if ((long)fread(pixels.data(), 1, bytes, images) != bytes)
            return fprintf(stderr, "image %ld is cut short\n", image), 2;
        long sent = 0;
        bool ended = false;
        const uint64_t begin = cycles;
        words.clear(), codes.clear();
        while (!ended) {
            // A master that has offered a byte keeps offering it until it is taken.
            const bool offered = dut.s_axis_tvalid && sent < bytes;
            dut.s_axis_tvalid = sent < bytes && (offered || !rests());
            dut.s_axis_tdata = sent < bytes ? pixels[sent] : 0;
            dut.s_axis_tlast = sent == bytes - 1;
            dut.m_axis_tready = !rests();
            dut.clock = 0, dut.eval();
            if (dut.probe_valid) words.push_back(dut.probe_word);
            if (dut.bad_frame) return fprintf(stderr, "image %ld: bad_frame in cycle %llu\n", image,
                                              (unsigned long long)(cycles - begin)), 3;
            if (held && (!dut.m_axis_tvalid || dut.m_axis_tdata != held_data))
                return fprintf(stderr, "image %ld: a code changed before it was taken\n", image), 3;
            held = dut.m_axis_tvalid && !dut.m_axis_tready, held_data = dut.m_axis_tdata;
            bool taken = dut.s_axis_tvalid && dut.s_axis_tready;
            if (dut.m_axis_tvalid && dut.m_axis_tready) {
                codes.push_back(dut.m_axis_tdata);
                ended = dut.m_axis_tlast;
            }
            if (image == 0) waveform.write(dut, cycles - begin);
            dut.clock = 1, dut.eval();
            if (taken) sent++, dut.s_axis_tvalid = 0;
            if (context.gotFinish()) return 3;
            if (++cycles - begin > bound)
                return fprintf(stderr, "image %ld hangs in layer %d after %llu cycles: %zu words and %zu codes came\n",
                               image, dut.probe_layer, (unsigned long long)bound, words.size(), codes.size()), 3;
        }
        if ((long)codes.size() != classes || sent != bytes)
            return fprintf(stderr, "image %ld: %zu codes for %ld bytes\n", image, codes.size(), sent), 3;
        fwrite(words.data(), 4, words.size(), outputs);
        fwrite(codes.data(), 1, codes.size(), outputs);
        if (image == count - 1) printf("%llu\n", (unsigned long long)(cycles - begin));
    }
    dut.final();
    return fclose(outputs) ? (perror(argv[2]), 2) : 0;
}
