/* TensorFlow Lite's PRELU: of the two factors the first brings a code to the output's scale, the second a product. */
#include "prelu.h"

#include "requantize.h"

void prelu(const mul_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int32_t value = a[i] - p->a_zero_point;
        const int32_t slope = b[i] - p->b_zero_point;
        c[i] = value >= 0 ? requantize(&p->requantize, 0, value) : requantize(&p->requantize, 1, value * slope);
    }
}
