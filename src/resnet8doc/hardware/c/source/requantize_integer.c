/* 32 to 8 bits without a floating-point unit, equal to float32's result byte for byte: 64-bit integers and shifts. */
#include "operators.h"
#include "requantize.h"

#define MANTISSA_BITS 24 /* of a float32, its leading one included */

static code_t saturate(int64_t value)
{
    return (code_t)(value < CODE_MIN ? CODE_MIN : value > CODE_MAX ? CODE_MAX : value);
}

/* floor(value / 2^shift). C leaves the right shift of a negative number to the compiler, so none is shifted. */
static int64_t floor_shift(int64_t value, int shift)
{
    return value < 0 ? ~(~value >> shift) : value >> shift;
}

static int bit_length(uint64_t value)
{
    int bits = 0;
    for (; value; value >>= 1)
        bits++;
    return bits;
}

/* What float32 keeps: 24 significant bits, half to even. */
static uint64_t round_to_24_bits(uint64_t magnitude)
{
    const int drop = bit_length(magnitude) - MANTISSA_BITS;
    if (drop <= 0)
        return magnitude;
    const uint64_t odd = magnitude >> drop & 1;
    return (magnitude + ((uint64_t)1 << (drop - 1)) - 1 + odd) >> drop << drop;
}

/* The multiplier is mantissa / 2^shift. The product is exact: k is its floor, d its distance from the tie k + 1/2. float32
 * rounds the product to 24 bits before it is rounded to an integer, so all within half a unit in the last place of k + 1/2
 * became that tie, which goes to the even one of k and k + 1. The unit depends on the leading bit of |k + 1/2| alone. */
code_t requantize(const requantize_t *p, int channel, int32_t accumulator)
{
    const int shift = p->shift[channel];
    const int64_t wide = accumulator;
    const int64_t magnitude = (int64_t)round_to_24_bits((uint64_t)(wide < 0 ? -wide : wide));
    const int64_t product = (wide < 0 ? -magnitude : magnitude) * (int64_t)p->mantissa[channel]; /* 24 x 24 bits */
    const int64_t k = floor_shift(product, shift);
    if (k < -256 || k > 255) /* it will be clamped, whichever way it is rounded */
        return saturate(k < 0 ? CODE_MIN : CODE_MAX);
    const int64_t one = (int64_t)1 << shift;
    const int64_t d = product - k * one - one / 2;
    const int at = shift + bit_length((uint64_t)(k < 0 ? ~k : k)) - 1 - MANTISSA_BITS;
    const int64_t window = at >= 0 ? (int64_t)1 << at : 0;
    const int64_t tie_to_even = k % 2 != 0;
    return saturate(k + (d <= window && d >= -window ? tie_to_even : d > 0) + p->y_zero_point);
}

/* Three integers, found by a search, that give float32's code for all 65,536 pairs. The constant holds a half: where nothing
 * is left below the binary point there was a tie, and the last bit is cleared. */
void qlinear_add(const add_t *p, const code_t *a, const code_t *b, code_t *c)
{
    const int64_t one = (int64_t)1 << p->shift;
    for (int i = 0; i < p->count; i++) {
        if (p->table) {
            c[i] = ((const code_t *)p->table)[256 * (a[i] - CODE_MIN) + b[i] - CODE_MIN];
            continue;
        }
        const int64_t left = (int64_t)a[i] * p->a_multiplier;
        const int64_t right = (int64_t)b[i] * p->b_multiplier;
        const int64_t total = left + right + p->constant;
        const int64_t whole = floor_shift(total, p->shift);
        const int tie = total - whole * one == 0;
        c[i] = saturate(tie && whole % 2 != 0 ? whole - 1 : whole);
    }
}

/* A positive float32: mantissa * 2^exponent. */
typedef struct {
    uint64_t mantissa; /* 24 bits */
    int exponent;
} float_t32;

/* Their sum as float32 rounds it. What is 26 places lower cannot change the last one. */
static float_t32 add_as_float32(float_t32 a, float_t32 b)
{
    if (a.mantissa == 0 || (b.mantissa != 0 && b.exponent > a.exponent)) {
        const float_t32 other = a;
        a = b;
        b = other;
    }
    if (b.mantissa == 0 || a.exponent - b.exponent > 25)
        return a;
    uint64_t sum = round_to_24_bits((a.mantissa << (a.exponent - b.exponent)) + b.mantissa); /* 24 + 25 + 1 bits */
    const int drop = bit_length(sum) - MANTISSA_BITS;
    a.mantissa = drop > 0 ? sum >> drop : sum;
    a.exponent = b.exponent + (drop > 0 ? drop : 0);
    return a;
}

void qlinear_softmax(const softmax_t *p, const code_t *x, code_t *y)
{
    int32_t largest = x[0];
    for (int i = 1; i < p->count; i++)
        if (x[i] > largest)
            largest = x[i];
    float_t32 sum = {0, 0};
    for (int i = 0; i < p->count; i++) {
        const int entry = x[i] - largest + 255;
        const float_t32 next = {p->mantissa[entry], p->exponent[entry]};
        sum = add_as_float32(sum, next); /* in this order: each sum is rounded */
    }
    for (int i = 0; i < p->count; i++) {
        const int entry = x[i] - largest + 255;
        const uint64_t scaled = (uint64_t)p->mantissa[entry] * (uint64_t)p->levels; /* 24 + 9 bits */
        const int lower = sum.exponent - p->exponent[entry];                        /* the quotient's places */
        uint64_t code = 0;
        if (scaled != 0 && lower < 36) { /* below, it is less than 1/2 */
            const uint64_t divisor = lower > 0 ? sum.mantissa << lower : sum.mantissa;
            const uint64_t dividend = lower < 0 ? scaled << -lower : scaled;
            const uint64_t rest = dividend % divisor;
            code = dividend / divisor;
            if (2 * rest > divisor || (2 * rest == divisor && code % 2 != 0))
                code++;
        }
        y[i] = saturate((int64_t)code + p->y_zero_point);
    }
}
