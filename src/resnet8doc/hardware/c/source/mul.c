/* Products as ONNX Runtime computes them on x86-64: in float32, the zero point added before the rounding. */
#include <math.h>

#include "mul.h"

void qlinear_mul(const mul_t *p, const code_t *a, const code_t *b, code_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int32_t product = (a[i] - p->a_zero_point) * (b[i] - p->b_zero_point); /* 9 x 9 -> 17 bits */
        const float scaled = (float)product * p->factor; /* a statement of its own: a fused multiply-add rounds once */
        float value = scaled + (float)p->c_zero_point;
        if (value < (float)CODE_MIN)
            value = (float)CODE_MIN;
        if (value > (float)CODE_MAX)
            value = (float)CODE_MAX;
        c[i] = (code_t)lrintf(value);
    }
}
