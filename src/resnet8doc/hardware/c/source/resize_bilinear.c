/* RESIZE_BILINEAR as TensorFlow Lite's reference kernels and Micro compute it: weights of 10 bits, one rounding, halves away from
 * zero. A weight may lie a little outside 0 to 1: in front of the first row or column. */
#include "resize_bilinear.h"

#define WHOLE (1 << 10)

static code_t between_four(int32_t total)
{
    const int32_t size = ((total < 0 ? -total : total) + (1 << 19)) >> 20;
    const int32_t code = total < 0 ? -size : size;
    return (code_t)(code < CODE_MIN ? CODE_MIN : code > CODE_MAX ? CODE_MAX : code);
}

void resize_bilinear(const resize_t *p, const code_t *x, code_t *y)
{
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++) {
            const code_t *above = x + p->row_before[i] * p->width * p->channels;
            const code_t *below = x + p->row_after[i] * p->width * p->channels;
            const int left = p->column_before[j] * p->channels, right = p->column_after[j] * p->channels;
            const int32_t down = p->row_weight[i], along = p->column_weight[j];
            for (int c = 0; c < p->channels; c++) {
                const int32_t upper = (WHOLE - along) * above[left + c] + along * above[right + c];
                const int32_t lower = (WHOLE - along) * below[left + c] + along * below[right + c];
                *y++ = between_four((WHOLE - down) * upper + down * lower);
            }
        }
}
