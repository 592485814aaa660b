// The array of multipliers on the windows of layers from a file: the sums that it gives.
//
//   unit_sums LAYERS FOUND
//
// LAYERS has, for each layer: windows, groups of LANES outputs, and steps a sum, as int32; a word of WIDTH codes for each
// step of each window, as uint32; LANES x WIDTH weights for each step of each group, as int16. FOUND gets LANES int64 for each
// group of each window; where no sum came, or one came too early, the least int64. units.py includes this file, after what
// it needs, with the module's parameters and LATENCY as constants: LANES, WIDTH, WEIGHT_BITS, SUM_BITS.

int main(int argc, char **argv) {
    FILE *layers = argc == 3 ? fopen(argv[1], "rb") : nullptr, *found = argc == 3 ? fopen(argv[2], "wb") : nullptr;
    if (!layers || !found) return fprintf(stderr, "unit_sums LAYERS FOUND\n"), 2;
    Vmac_array dut;
    std::deque<uint64_t> due;  // cycles in which sums must come
    uint64_t cycle = 0;
    bool early = false;
    auto clock = [&] {
        dut.clock = 0, dut.eval();
        const bool now = !due.empty() && due.front() == cycle;
        if (cycle > 8) early |= dut.sums_valid && !now;
        if (now) {
            for (int lane = 0; lane < LANES; lane++) {
                const int64_t sum = dut.sums_valid && !early ? get(dut.sums, lane * SUM_BITS, SUM_BITS) : INT64_MIN;
                fwrite(&sum, 8, 1, found);
            }
            due.pop_front(), early = false;
        }
        dut.clock = 1, dut.eval();
        cycle++;
    };
    dut.valid = 0;
    for (int i = 0; i < 8; i++) clock();
    int32_t head[3];
    while (fread(head, 4, 3, layers) == 3) {
        const int windows = head[0], groups = head[1], steps = head[2];
        std::vector<uint32_t> words((size_t)windows * steps);
        std::vector<int16_t> weights((size_t)groups * steps * LANES * WIDTH);
        if (fread(words.data(), 4, words.size(), layers) != words.size() ||
            fread(weights.data(), 2, weights.size(), layers) != weights.size())
            return fprintf(stderr, "%s is cut short\n", argv[1]), 2;
        for (int window = 0; window < windows; window++)
            for (int group = 0; group < groups; group++)
                for (int step = 0; step < steps; step++) {
                    const int16_t *w = &weights[((size_t)group * steps + step) * LANES * WIDTH];
                    put(dut.x, 0, 8 * WIDTH, words[(size_t)window * steps + step]);
                    for (int i = 0; i < LANES * WIDTH; i++) put(dut.w, i * WEIGHT_BITS, WEIGHT_BITS, (uint64_t)(int64_t)w[i]);
                    dut.valid = 1, dut.first = step == 0, dut.last = step == steps - 1;
                    if (dut.last) due.push_back(cycle + LATENCY);
                    clock();
                }
    }
    dut.valid = 0;
    while (!due.empty()) clock();
    return fclose(found) != 0;
}
