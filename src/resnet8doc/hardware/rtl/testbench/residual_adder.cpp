// The residual adder on all 65,536 pairs of codes of each addition.
//
//   residual_adder SUMS
//
// Compiled with DEPTH, the module's latency in cycles, as a macro. SUMS has, for each addition, factor, second factor and offset as int32, then 65,536 codes, the first summand in rows.
#include <cstdint>
#include <cstdio>

#include "Vresidual_adder.h"
#include "verilated.h"

int main(int argc, char **argv) {
    FILE *sums = argc == 2 ? fopen(argv[1], "rb") : nullptr;
    if (!sums) return fprintf(stderr, "residual_adder SUMS\n"), 2;
    static int8_t codes[65536];
    int32_t integers[3];
    unsigned long checked = 0, wrong = 0;
    Vresidual_adder dut;
    while (fread(integers, 4, 3, sums) == 3) {
        if (fread(codes, 1, 65536, sums) != 65536) return fprintf(stderr, "%s is cut short\n", argv[1]), 2;
        dut.factor = integers[0], dut.second_factor = integers[1], dut.offset = (uint32_t)integers[2];
        for (int i = 0; i < 65536 + DEPTH; i++) {
            dut.valid = i < 65536, dut.a = (uint8_t)((i >> 8) - 128), dut.b = (uint8_t)((i & 255) - 128);
            dut.clock = 0, dut.eval();
            if (i >= DEPTH) {
                const int pair = i - DEPTH;
                checked++;
                if ((!dut.code_valid || (int8_t)dut.code != codes[pair]) && wrong++ < 5)
                    printf("a %d, b %d: float32 gives %d, the module %s%d\n", (pair >> 8) - 128, (pair & 255) - 128,
                           codes[pair], dut.code_valid ? "" : "no valid code, ", (int8_t)dut.code);
            }
            dut.clock = 1, dut.eval();
        }
    }
    printf("%lu %lu\n", checked, wrong);
    return wrong != 0;
}
