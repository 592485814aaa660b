/* Softmax as TensorFlow Lite's reference kernels and Micro compute it, in gemmlowp's fixed point. */
#include <assert.h>

#include "fixed_point.h"
#include "gemmlowp.h"
#include "operators.h"

static int32_t exponential(const softmax_t *p, int32_t difference)
{
    return exp_of_negative(scaled(difference, p->x));
}

void qlinear_softmax(const softmax_t *p, const code_t *x, code_t *y)
{
    int32_t largest = x[0], sum = 0; /* the sum in Q12.19 */
    for (int i = 1; i < p->count; i++)
        if (x[i] > largest)
            largest = x[i];
    for (int i = 0; i < p->count; i++)
        if (x[i] - largest >= p->least)
            sum += divide_by_power(exponential(p, x[i] - largest), 12);
    int zeros = 0; /* leading zeros of the sum */
    while (!((uint32_t)sum << zeros & UINT32_C(0x80000000)))
        zeros++;
    const int32_t share = reciprocal_of_one_plus((int32_t)(((uint32_t)sum << zeros) - UINT32_C(0x80000000)));
    const int right = 12 - zeros + 31 - 8; /* 8 bits of fraction: the scale is 1/256 */
    assert(right <= 31); /* the sum is below 512; from there on these kernels have no result */
    for (int i = 0; i < p->count; i++) {
        y[i] = CODE_MIN;
        if (x[i] - largest < p->least)
            continue;
        const int32_t product = high_half(share, exponential(p, x[i] - largest));
        const int32_t code = divide_by_power(product, right) + CODE_MIN;
        y[i] = (code_t)(code > CODE_MAX ? CODE_MAX : code);
    }
}
