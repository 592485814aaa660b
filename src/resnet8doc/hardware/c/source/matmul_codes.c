/* A product of two matrices that are both computed. */
#include "matmul_codes.h"

#include "requantize.h"

void qlinear_matmul_codes(const matmul_t *p, const code_t *a, const code_t *b, code_t *y)
{
    for (int t = 0; t < p->matrices; t++)
        for (int i = 0; i < p->rows; i++)
            for (int n = 0; n < p->outputs; n++) {
                const code_t *row = a + (p->a_at ? p->a_at[t] : 0) + i * p->inputs;
                const code_t *column = b + (p->b_at ? p->b_at[t] : 0) + n * p->inputs;
                const int32_t b_zero_point = p->b_zero_point ? p->b_zero_point[n] : 0;
                int32_t accumulator = p->bias ? p->bias[i * p->bias_step + n] : 0;
                for (int k = 0; k < p->inputs; k++)
                    accumulator += (row[k] - p->a_zero_point) * (column[k] - b_zero_point);
                *y++ = requantize(&p->requantize, n, accumulator);
            }
}
