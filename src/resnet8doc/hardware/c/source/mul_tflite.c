/* Products as TensorFlow Lite Micro computes them. */
#include "mul.h"
#include "requantize.h"

void qlinear_mul(const mul_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) /* 9 x 9 -> 17 bits */
        c[i] = requantize(&p->requantize, 0, (a[i] - p->a_zero_point) * (b[i] - p->b_zero_point));
}
