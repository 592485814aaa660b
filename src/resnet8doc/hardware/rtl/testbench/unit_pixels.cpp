// The input on the bytes of an image: the words that it writes.
//
//   unit_pixels IMAGE FOUND PIXELS
//
// Run it where pixels.hex lies. FOUND gets the word of each pixel, in the order of their addresses; 0xdeadbeef where none was
// written. units.py includes this file, after what it needs, with COLOURS as a constant.

int main(int argc, char **argv) {
    FILE *image = argc == 4 ? fopen(argv[1], "rb") : nullptr, *found = argc == 4 ? fopen(argv[2], "wb") : nullptr;
    if (!image || !found) return fprintf(stderr, "unit_pixels IMAGE FOUND PIXELS\n"), 2;
    const size_t pixels = atol(argv[3]);
    std::vector<uint8_t> bytes(pixels * COLOURS);
    if (fread(bytes.data(), 1, bytes.size(), image) != bytes.size()) return fprintf(stderr, "%s is cut short\n", argv[1]), 2;
    std::vector<uint32_t> words(pixels, 0xdeadbeef);
    Vpixel_input dut;
    dut.reset = 1, dut.ready = 1, dut.s_axis_tvalid = 0;
    size_t sent = 0;
    for (uint64_t cycle = 0; cycle < 2 * bytes.size() + 64; cycle++) {
        dut.reset = cycle < 4;
        dut.s_axis_tvalid = cycle >= 4 && sent < bytes.size();
        dut.s_axis_tdata = sent < bytes.size() ? bytes[sent] : 0, dut.s_axis_tlast = sent + 1 == bytes.size();
        dut.clock = 0, dut.eval();
        if (dut.write && dut.pixel < pixels) words[dut.pixel] = dut.word;
        if (dut.bad_frame) return fprintf(stderr, "bad_frame in cycle %llu\n", (unsigned long long)cycle), 3;
        const bool taken = dut.s_axis_tvalid && dut.s_axis_tready;
        dut.clock = 1, dut.eval();
        sent += taken;
    }
    fwrite(words.data(), 4, words.size(), found);
    return fclose(found) != 0;
}
