/* Differences as TensorFlow Lite Micro computes them. */
#include "subtract.h"

#include "fixed_point.h"
#include "requantize.h"

/* The inputs are shifted left by so many bits before they are multiplied, so that little is lost. */
#define SHIFT 20

/* C = round((round(A' * a) - round(B' * b)) * c) + C_zero_point, with A' = (A - A_zero_point) * 2^20, B' likewise. */
void subtract(const subtract_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int32_t left = scaled((a[i] - p->a_zero_point) * (1 << SHIFT), p->a);
        const int32_t right = scaled((b[i] - p->b_zero_point) * (1 << SHIFT), p->b);
        c[i] = requantize(&p->requantize, 0, left - right);
    }
}
