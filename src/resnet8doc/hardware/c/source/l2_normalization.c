/* L2_NORMALIZATION as TensorFlow Lite's reference kernels and Micro compute it. The output has the scale 1/128. */
#include "l2_normalization.h"

#include <assert.h>

#include "fixed_point.h"
#include "gemmlowp.h"

#define ROOT_OF_HALF 1518500250 /* in Q0.31 */

/* 1 / sqrt(value), of 0 as of 1: five steps of Newton's method on a quarter to 1 in Q3.28. */
static factor_t inverse_root(int32_t value)
{
    if (value <= 1)
        return (factor_t){INT32_MAX, 0};
    int exponent = -11;
    for (; value >= 1 << 29; exponent--)
        value /= 4;
    for (; value < 1 << 27; exponent++)
        value *= 4;
    const int32_t half = (value / 2 + 1) / 2;
    int32_t x = 1 << 28;
    for (int n = 0; n < 5; n++) {
        const int32_t cube = saturated((int64_t)high_half(high_half(x, x), x) * 64);
        x = saturated(((int64_t)high_half(3 << 27, x) - high_half(half, cube)) * 8);
    }
    const int32_t root = high_half(x, ROOT_OF_HALF);
    return exponent > 0 ? (factor_t){root * (1 << exponent), 0} : (factor_t){root, exponent};
}

void l2_normalization(const l2_normalization_t *p, const code_t *x, code_t *y)
{
    int64_t sum = 0;
    for (int i = 0; i < p->count; i++)
        sum += (int64_t)((x[i] - p->x_zero_point) * (x[i] - p->x_zero_point));
    assert(sum <= INT32_MAX);
    factor_t factor = inverse_root((int32_t)sum);
    factor.exponent += p->after;
    for (int i = 0; i < p->count; i++) {
        const int32_t code = scaled((x[i] - p->x_zero_point) * (1 << p->before), factor) + p->y_zero_point;
        y[i] = (code_t)(code < CODE_MIN ? CODE_MIN : code > CODE_MAX ? CODE_MAX : code);
    }
}
