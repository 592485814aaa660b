// A residual adder on all 65,536 pairs of codes of each addition.
#pragma once
#include "pipeline.h"

// The file has, for each addition, COUNT int32 of which set(dut, integers) makes the module's; then 65,536 codes, the first
// summand in rows. Returns the program's status; whose names the runtime.
template <class Dut, int COUNT, class Set> int all_pairs(int argc, char **argv, const char *whose, Set set) {
    FILE *sums = argc == 2 ? fopen(argv[1], "rb") : nullptr;
    if (!sums) return fprintf(stderr, "%s SUMS\n", argv[0]), 2;
    static int8_t codes[65536];
    int32_t integers[COUNT];
    uint64_t checked = 0, wrong = 0;
    Dut dut;
    while (fread(integers, 4, COUNT, sums) == COUNT) {
        if (fread(codes, 1, 65536, sums) != 65536) return fprintf(stderr, "%s is cut short\n", argv[1]), 2;
        set(dut, integers);
        auto put = [](Dut &d, uint64_t n) { d.a = (uint8_t)((n >> 8) - 128), d.b = (uint8_t)((n & 255) - 128); };
        auto code = [](uint64_t n) { return codes[n]; };
        auto say = [whose](uint64_t n, const char *found) {
            printf("a %d, b %d: %s gives %d, the module %s\n", (int)(n >> 8) - 128, (int)(n & 255) - 128, whose, codes[n],
                   found);
        };
        wrong = wrong_cases(dut, 65536, put, code, say, wrong), checked += 65536;
    }
    printf("%llu %llu\n", (unsigned long long)checked, (unsigned long long)wrong);
    return wrong != 0;
}
