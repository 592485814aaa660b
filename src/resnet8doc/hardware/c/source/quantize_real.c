/* From real numbers to codes as ONNX Runtime computes it: quotient in float32, ties to even, zero point, clamp. */
#include "quantize_real.h"

#include <math.h>

void quantize_real(const quantize_t *p, const walk_t *channels, const walk_t *w, const float *x, size_t count, code_t *y)
{
    for (size_t n = 0; n < count; n++) {
        const size_t channel = channels ? walk_at(channels, n) : 0;
        const int32_t zero_point = p->zero_point[channel];
        const float lowest = (float)(CODE_MIN - zero_point);
        const float highest = (float)(CODE_MAX - zero_point);
        float value = x[walk_at(w, n)] / p->scale[channel];
        if (!(value > lowest)) /* so that not a number becomes the lowest code */
            value = lowest;
        if (value > highest)
            value = highest;
        y[n] = (code_t)(lrintf(value) + zero_point);
    }
}
