// TensorFlow Lite's requantizer against its reference kernels' lines, one case a cycle.
//
//   requantizer_tflite MILLIONS [SEED]
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "Vrequantizer_tflite.h"
#include "verilated.h"

static uint64_t state = 88172645463325252ull;
static uint64_t draw() {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

// gemmlowp, SaturatingRoundingDoublingHighMul and RoundingDivideByPOT, as TFLite's common.h calls them.
static int by_reference(int32_t a, int32_t multiplier, int shift, int zero) {
    const int64_t product = (int64_t)a * multiplier;
    const int64_t nudge = product >= 0 ? 1ll << 30 : 1 - (1ll << 30);
    const int32_t high = (int32_t)((product + nudge) / (1ll << 31));
    const int32_t mask = (int32_t)((1ll << shift) - 1), rest = high & mask;
    const int64_t whole = (int64_t)(high >> shift) + (rest > (mask >> 1) + (high < 0)) + zero;
    return whole < -128 ? -128 : whole > 127 ? 127 : (int)whole;
}

struct Case {
    int32_t a, bias, multiplier;
    int shift, zero, expected;
};

int main(int argc, char **argv) {
    const uint64_t cases = 1000000ull * (argc > 1 ? strtoull(argv[1], nullptr, 10) : 1);
    if (argc > 2) state ^= strtoull(argv[2], nullptr, 10) * 0x9e3779b97f4a7c15ull;
    Vrequantizer_tflite dut;
    std::vector<Case> expected(DEPTH);
    uint64_t wrong = 0, checked = 0;
    for (uint64_t i = 0; i < cases + DEPTH; i++) {
        Case &c = expected[i % DEPTH];
        dut.clock = 0, dut.eval();
        if (i >= DEPTH) {
            checked++;
            if ((!dut.code_valid || (int8_t)dut.code != c.expected) && wrong++ < 5)
                printf("accumulator %d, multiplier %d, shift %d, zero point %d: TFLite gives %d, the module %s%d\n", c.a,
                       c.multiplier, c.shift, c.zero, c.expected, dut.code_valid ? "" : "no valid code, ",
                       (int8_t)dut.code);
        }
        const uint64_t r = draw(), s = draw();
        c.a = (int32_t)(uint32_t)r >> (r >> 32 & 31), c.bias = (int32_t)(uint32_t)draw();
        c.multiplier = 1 << 30 | (s & 0x3fffffff), c.shift = s >> 32 & 31, c.zero = (int)(s >> 40 & 255) - 128;
        if (i & 1) {  // next to a tie of the second rounding, after which the code is small
            c.shift = s >> 32 & 15;
            const int64_t target = (((int64_t)(s >> 48 & 255) - 128) << c.shift) + (1 << c.shift >> 1);
            c.a = (int32_t)((target << 31) / c.multiplier) + (int)(r & 3) - 1;
        }
        c.expected = by_reference(c.a, c.multiplier, c.shift, c.zero);
        dut.valid = i < cases, dut.sum = (uint32_t)c.a - (uint32_t)c.bias, dut.bias = (uint32_t)c.bias;
        dut.multiplier = c.multiplier, dut.shift = c.shift, dut.zero = (uint8_t)c.zero;
        dut.clock = 0, dut.eval();
        dut.clock = 1, dut.eval();
    }
    printf("%llu %llu\n", (unsigned long long)checked, (unsigned long long)wrong);
    return wrong != 0;
}
