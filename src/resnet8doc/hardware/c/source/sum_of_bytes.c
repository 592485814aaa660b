/* TensorFlow Lite's reference kernels take the bits of int8 codes for uint8, clamp the sum to 0 to 255, and write its bits; the
 * zero points keep their signs. */
#include "sum_of_bytes.h"

#include "fixed_point.h"

void sum_of_bytes(const pool_t *p, const code_t *x, code_t *y)
{
    const int pixels = p->height * p->width;
    for (int c = 0; c < p->channels; c++) {
        int32_t accumulator = 0;
        for (int i = 0; i < pixels; i++)
            accumulator += (uint8_t)x[i * p->channels + c] - p->x_zero_point;
        const int64_t whole = (int64_t)scaled(accumulator, p->requantize.factor[0]) + p->requantize.y_zero_point;
        const int held = whole < 0 ? 0 : whole > UINT8_MAX ? UINT8_MAX : (int)whole;
        y[c] = (code_t)(held > CODE_MAX ? held - 256 : held);
    }
}
