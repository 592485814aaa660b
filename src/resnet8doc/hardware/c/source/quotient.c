/* TensorFlow Lite's DIV: by a reciprocal in Q0.31. */
#include "quotient.h"

#include <assert.h>

#include "fixed_point.h"
#include "gemmlowp.h"

/* How many bits a number has, and how far it can be shifted left within 32 bits. */
static int bits_of(int32_t value)
{
    int bits = 0;
    for (uint32_t rest = (uint32_t)(value < 0 ? ~value : value); rest; rest >>= 1)
        bits++;
    return bits;
}

static code_t divided(const mul_t *p, int32_t a, int32_t b)
{
    const int32_t divisor = b < 0 ? -b : b, dividend = b < 0 ? -a : a;
    assert(divisor != 0);
    const int above = bits_of(divisor) - 1; /* the divisor's leading bit: 1 <= divisor / 2^above < 2 */
    const int left = 31 - bits_of(dividend);
    const factor_t factor = p->requantize.factor[0];
    const int right = above + left - factor.exponent;
    assert(right <= 31);
    const int32_t fraction = (int32_t)(((uint32_t)divisor << (31 - above)) - UINT32_C(0x80000000)); /* in Q0.31, without its 1 */
    const int32_t unscaled = high_half((int32_t)(dividend * ((int64_t)1 << left)), reciprocal_of_one_plus(fraction));
    const int32_t code = divide_by_power(high_half(unscaled, factor.multiplier), right) + p->requantize.y_zero_point;
    return (code_t)(code < CODE_MIN ? CODE_MIN : code > CODE_MAX ? CODE_MAX : code);
}

void quotient(const mul_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++)
        c[i] = divided(p, a[i] - p->a_zero_point, b[i] - p->b_zero_point);
}
