/* 32 to 8 bits without a floating-point unit: int32 multipliers and shifts. Close to requantize.c, not equal to it. */
#include "operators.h"
#include "requantize.h"

static code_t saturate(int64_t value)
{
    return (code_t)(value < CODE_MIN ? CODE_MIN : value > CODE_MAX ? CODE_MAX : value);
}

/* floor(value / 2^shift + 1/2). Written without a right shift of a negative number, which C leaves to the compiler. */
static int64_t shift_half_up(int64_t value, int shift)
{
    const int64_t divisor = (int64_t)1 << shift;
    const int64_t raised = value + divisor / 2;
    const int64_t quotient = raised / divisor; /* truncates toward zero */
    return quotient - (raised % divisor < 0);
}

code_t requantize(const requantize_t *p, int channel, int32_t accumulator)
{
    const int64_t product = (int64_t)accumulator * p->multiplier[channel]; /* 32 x 32 -> 64 bits */
    return saturate(shift_half_up(product, p->shift[channel]) + p->y_zero_point);
}

void qlinear_add(const add_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int64_t left = (int64_t)a[i] * p->a_multiplier;
        const int64_t right = (int64_t)b[i] * p->b_multiplier;
        c[i] = saturate(shift_half_up(left + right + p->constant, p->shift));
    }
}

void qlinear_softmax(const softmax_t *p, const code_t *x, code_t *y)
{
    int32_t largest = x[0];
    for (int i = 1; i < p->count; i++)
        if (x[i] > largest)
            largest = x[i];
    uint32_t sum = 0; /* count * 2^22 fits 32 bits up to 1,023 entries */
    for (int i = 0; i < p->count; i++)
        sum += p->exponential[x[i] - largest + 255];
    for (int i = 0; i < p->count; i++) {
        const uint32_t scaled = p->exponential[x[i] - largest + 255] * (uint32_t)p->levels; /* at most 2^30 */
        y[i] = saturate((int64_t)((scaled + sum / 2) / sum) + p->y_zero_point);
    }
}
