/* TensorFlow Lite's SQUARED_DIFFERENCE. */
#include "squared_difference.h"

#include "fixed_point.h"
#include "requantize.h"

/* The inputs are multiplied by so much before they are scaled: more, and the square would leave 32 bits. */
#define FINER (1 << 7)

/* C = round((round(A' * a) - round(B' * b))^2 * c) + C_zero_point, with A' = (A - A_zero_point) * 2^7, B' likewise. */
void squared_difference(const subtract_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int32_t left = scaled((a[i] - p->a_zero_point) * FINER, p->a);
        const int32_t right = scaled((b[i] - p->b_zero_point) * FINER, p->b);
        c[i] = requantize(&p->requantize, 0, (left - right) * (left - right));
    }
}
