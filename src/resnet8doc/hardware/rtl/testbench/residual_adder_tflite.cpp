// TensorFlow Lite's residual adder on all 65,536 pairs of codes of each addition.
//
//   residual_adder_tflite SUMS
//
// Compiled with DEPTH, the module's latency in cycles, as a macro. SUMS has, for each addition, ten int32: zero points of
// both summands and the sum, their multipliers, their shifts, and the way in which the summands are rounded; then 65,536
// codes, the first summand in rows.
#include <cstdint>
#include <cstdio>

#include "Vresidual_adder_tflite.h"
#include "verilated.h"

int main(int argc, char **argv) {
    FILE *sums = argc == 2 ? fopen(argv[1], "rb") : nullptr;
    if (!sums) return fprintf(stderr, "residual_adder_tflite SUMS\n"), 2;
    static int8_t codes[65536];
    int32_t v[10];
    unsigned long checked = 0, wrong = 0;
    Vresidual_adder_tflite dut;
    while (fread(v, 4, 10, sums) == 10) {
        if (fread(codes, 1, 65536, sums) != 65536) return fprintf(stderr, "%s is cut short\n", argv[1]), 2;
        dut.zero = (uint8_t)v[0], dut.second_zero = (uint8_t)v[1], dut.sum_zero = (uint8_t)v[2];
        dut.multiplier = v[3], dut.second_multiplier = v[4], dut.sum_multiplier = v[5];
        dut.shift = v[6], dut.second_shift = v[7], dut.sum_shift = v[8], dut.way = v[9];
        for (int i = 0; i < 65536 + DEPTH; i++) {
            dut.valid = i < 65536, dut.a = (uint8_t)((i >> 8) - 128), dut.b = (uint8_t)((i & 255) - 128);
            dut.clock = 0, dut.eval();
            if (i >= DEPTH) {
                const int pair = i - DEPTH;
                checked++;
                if ((!dut.code_valid || (int8_t)dut.code != codes[pair]) && wrong++ < 5)
                    printf("a %d, b %d: TFLite gives %d, the module %s%d\n", (pair >> 8) - 128, (pair & 255) - 128,
                           codes[pair], dut.code_valid ? "" : "no valid code, ", (int8_t)dut.code);
            }
            dut.clock = 1, dut.eval();
        }
    }
    printf("%lu %lu\n", checked, wrong);
    return wrong != 0;
}
