/* 32 to 8 bits as TensorFlow Lite Micro computes it: a 31-bit multiplier and two roundings. Equal to it byte for byte. */
#include "fixed_point.h"
#include "operators.h"
#include "requantize.h"

/* The inputs are shifted left by so many bits before they are multiplied, so that little is lost. */
#define LEFT 20

static code_t saturate(int32_t value)
{
    return (code_t)(value < CODE_MIN ? CODE_MIN : value > CODE_MAX ? CODE_MAX : value);
}

/* The zero point is added last. A product that 8 bits cannot hold is cut before it, so that the sum fits 32. */
static code_t with_zero_point(int32_t value, int32_t zero_point)
{
    const int32_t far = 1 << 9;
    return saturate((value < -far ? -far : value > far ? far : value) + zero_point);
}

code_t requantize(const requantize_t *p, int channel, int32_t accumulator)
{
    return with_zero_point(scaled(accumulator, p->factor[channel]), p->y_zero_point);
}

/* C = round((round(A' * a) + round(B' * b)) * c) + C_zero_point, with A' = (A - A_zero_point) * 2^20, B' likewise. */
void qlinear_add(const add_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int32_t left = scaled((a[i] - p->a_zero_point) * (1 << LEFT), p->a);
        const int32_t right = scaled((b[i] - p->b_zero_point) * (1 << LEFT), p->b);
        c[i] = with_zero_point(scaled(left + right, p->c), p->c_zero_point);
    }
}
