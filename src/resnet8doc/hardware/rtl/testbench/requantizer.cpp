// The requantizer against float32 itself, one case a cycle: random ones, and multipliers next to a tie.
//
//   requantizer MILLIONS [SEED]
//
// Compiled with the parameters of the module as macros: SUM_BITS, POINT, ALIGN_BITS, and DEPTH, its latency in cycles.
#include <cfenv>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "Vrequantizer.h"
#include "pipeline.h"

static uint64_t state = 88172645463325252ull;
static uint64_t draw() {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

// The definition: what ONNX Runtime, numpy and resnet8doc.requantize compute.
static int by_float32(int64_t a, float multiplier, int zero) {
    const float scaled = (float)(int32_t)a * multiplier;
    const float whole = std::nearbyint(scaled) + (float)zero;
    return whole < -128.0f ? -128 : whole > 127.0f ? 127 : (int)whole;
}

struct Case {
    int64_t a, bias;
    uint32_t mantissa;
    int align, zero, expected;
};

static Case random_case(bool near_tie) {
    const int64_t least = -(1ll << (SUM_BITS - 1)), most = -least - 1;
    const uint64_t r = draw(), s = draw();
    Case c;
    c.align = s % (1 << ALIGN_BITS), c.zero = (int)(s >> 8 & 255) - 128;
    c.mantissa = 1u << 23 | (s >> 40 & 0x7fffff);
    c.a = (int64_t)(r << (64 - SUM_BITS)) >> (64 - SUM_BITS) >> (r >> 40) % SUM_BITS;  // of every width
    if ((r >> 50 & 255) == 0) c.a = r & 1ull << 60 ? least : most;
    if (near_tie && c.a) {  // the mantissas about (k + 1/2) / |a|
        int exponent;
        const double fraction = std::frexp(((s >> 16 & 255) + 0.5) / std::fabs((double)(float)c.a), &exponent);
        const int64_t near = std::llrint(std::ldexp(fraction, 24)) + (int64_t)(s >> 24 & 7) % 5 - 2;
        const int align = POINT - 24 + exponent;
        if (near >= 1 << 23 && near < 1 << 24 && align >= 0 && align < 1 << ALIGN_BITS)
            c.mantissa = (uint32_t)near, c.align = align;
    }
    c.bias = (int64_t)(draw() << (64 - SUM_BITS)) >> (64 - SUM_BITS + 1);
    return c;
}

int main(int argc, char **argv) {
    std::fesetround(FE_TONEAREST);
    const uint64_t cases = 1000000ull * (argc > 1 ? strtoull(argv[1], nullptr, 10) : 1);
    if (argc > 2) state ^= strtoull(argv[2], nullptr, 10) * 0x9e3779b97f4a7c15ull;
    for (int i = 0; i < 16; i++) draw();
    const uint64_t mask = (SUM_BITS == 64 ? 0 : 1ull << SUM_BITS) - 1;
    static Case drawn[DEPTH + 1];  // of as many as are under way
    uint64_t ties = 0, made = 0;
    auto put = [&](Vrequantizer &dut, uint64_t n) {
        Case &c = drawn[n % (DEPTH + 1)] = random_case(n & 1);
        const float multiplier = std::ldexp((float)c.mantissa, c.align - POINT), scaled = (float)(int32_t)c.a * multiplier;
        c.expected = by_float32(c.a, multiplier, c.zero);
        if (std::fabs(scaled) < 256 && scaled - std::floor(scaled) == 0.5f) {
            ties++;
            const double exact = (double)(float)(int32_t)c.a * (double)c.mantissa;  // 48 bits fit
            made += std::ldexp(exact, c.align - POINT) != (double)scaled;
        }
        dut.sum = (uint64_t)(c.a - c.bias) & mask, dut.bias = (uint64_t)c.bias & mask;
        dut.mantissa = c.mantissa, dut.align = c.align, dut.zero = (uint8_t)c.zero;
    };
    auto code = [](uint64_t n) { return drawn[n % (DEPTH + 1)].expected; };
    auto say = [](uint64_t n, const char *found) {
        const Case &c = drawn[n % (DEPTH + 1)];
        printf("accumulator %lld, mantissa %u, align %d, zero point %d: float32 gives %d, the module %s\n", (long long)c.a,
               c.mantissa, c.align, c.zero, c.expected, found);
    };
    Vrequantizer dut;
    const uint64_t wrong = wrong_cases(dut, cases, put, code, say);
    printf("%llu %llu %llu %llu\n", (unsigned long long)cases, (unsigned long long)ties, (unsigned long long)made,
           (unsigned long long)wrong);
    return wrong != 0;
}
