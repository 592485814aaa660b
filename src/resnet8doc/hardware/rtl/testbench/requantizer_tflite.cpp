// TensorFlow Lite's requantizer against its reference kernels' lines, one case a cycle.
//
//   requantizer_tflite MILLIONS [SEED]
//
// Compiled with SUM_BITS, the module's parameter, and DEPTH, its latency in cycles, as macros. All three ways take turns.
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "Vrequantizer_tflite.h"
#include "pipeline.h"

static uint64_t state = 88172645463325252ull;
static uint64_t draw() {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

// gemmlowp, SaturatingRoundingDoublingHighMul and RoundingDivideByPOT, as TFLite's common.h calls them.
static int64_t twice_away(int32_t a, int32_t multiplier, int shift) {
    const int64_t product = (int64_t)a * multiplier;
    const int64_t nudge = product >= 0 ? 1ll << 30 : 1 - (1ll << 30);
    const int32_t high = (int32_t)((product + nudge) / (1ll << 31));
    const int32_t mask = (int32_t)((1ll << shift) - 1), rest = high & mask;
    return (int64_t)(high >> shift) + (rest > (mask >> 1) + (high < 0));
}

// ruy's kernel for AVX: both times half is added and the floor taken.
static int64_t twice_up(int32_t a, int32_t multiplier, int shift) {
    const int64_t high = ((int64_t)a * multiplier + (1ll << 30)) >> 31;
    return (high + (1ll << shift >> 1)) >> shift;
}

// ruy on ARM, and TFLITE_SINGLE_ROUNDING.
static int64_t once(int32_t a, int32_t multiplier, int shift) {
    return ((__int128)a * multiplier + ((__int128)1 << (30 + shift))) >> (31 + shift);
}

static int64_t (*const ways[])(int32_t, int32_t, int) = {twice_away, twice_up, once};
static const char *const names[] = {"twice, away from zero", "twice, up", "once"};

static int by_reference(int way, int32_t a, int32_t multiplier, int shift, int zero) {
    const int64_t whole = ways[way](a, multiplier, shift) + zero;
    return whole < -128 ? -128 : whole > 127 ? 127 : (int)whole;
}

struct Case {
    int32_t a, bias, multiplier;
    int shift, way, zero, expected;
};

int main(int argc, char **argv) {
    const uint64_t cases = 1000000ull * (argc > 1 ? strtoull(argv[1], nullptr, 10) : 1);
    if (argc > 2) state ^= strtoull(argv[2], nullptr, 10) * 0x9e3779b97f4a7c15ull;
    const uint32_t mask = 0xffffffffu >> (32 - SUM_BITS);
    static Case drawn[DEPTH + 1];  // of as many as are under way
    auto put = [&](Vrequantizer_tflite &dut, uint64_t n) {
        Case &c = drawn[n % (DEPTH + 1)];
        const uint64_t r = draw(), s = draw();
        c.a = (int32_t)(uint32_t)r >> (32 - SUM_BITS) >> (r >> 32) % SUM_BITS, c.bias = (int32_t)(uint32_t)draw();
        c.multiplier = 1 << 30 | (s & 0x3fffffff), c.shift = s >> 32 & 31, c.way = n / 2 % 3;
        c.zero = (int)(s >> 40 & 255) - 128;
        if (n & 1) {  // next to a tie of the second rounding, after which the code is small
            c.shift = s >> 32 & 15;
            const int64_t target = (((int64_t)(s >> 48 & 255) - 128) << c.shift) + (1 << c.shift >> 1);
            c.a = (int32_t)((target << 31) / c.multiplier) + (int)(r & 3) - 1;
            c.a = (int32_t)((uint32_t)c.a << (32 - SUM_BITS)) >> (32 - SUM_BITS);
        }
        c.expected = by_reference(c.way, c.a, c.multiplier, c.shift, c.zero);
        dut.sum = ((uint32_t)c.a - (uint32_t)c.bias) & mask, dut.bias = (uint32_t)c.bias & mask;
        dut.multiplier = c.multiplier, dut.shift = c.shift, dut.way = c.way, dut.zero = (uint8_t)c.zero;
    };
    auto code = [](uint64_t n) { return drawn[n % (DEPTH + 1)].expected; };
    auto say = [](uint64_t n, const char *found) {
        const Case &c = drawn[n % (DEPTH + 1)];
        printf("accumulator %d, multiplier %d, shift %d, zero point %d, rounded %s: TFLite gives %d, the module %s\n", c.a,
               c.multiplier, c.shift, c.zero, names[c.way], c.expected, found);
    };
    Vrequantizer_tflite dut;
    const uint64_t wrong = wrong_cases(dut, cases, put, code, say);
    printf("%llu %llu\n", (unsigned long long)cases, (unsigned long long)wrong);
    return wrong != 0;
}
