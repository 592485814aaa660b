/* TensorFlow Lite's TRANSPOSE_CONV: sums of products in 32 bits, requantized as those of its convolutions. */
#include "transposed_convolution.h"

#include "requantize.h"

/* The first of a filter's rows (or columns) that meets a pixel, if the first of all lies at begin: those between pixels, and
 * before the image, are left out. */
static int first_met(int begin, int stride)
{
    if (begin < 0)
        return -begin;
    return (stride - begin % stride) % stride;
}

/* The sum over one window, whose first element would be at row, column of the image that is spread out. */
static int32_t spread_sum(const conv_t *p, const code_t *x, int row, int column, int m)
{
    const int32_t w_zero_point = p->w_zero_point ? p->w_zero_point[m] : 0;
    int32_t accumulator = p->bias ? p->bias[m] : 0;
    for (int k = first_met(row, p->stride_y); k < p->kernel_height; k += p->stride_y) {
        const int i = (row + k) / p->stride_y;
        if (i >= p->height)
            break;
        for (int l = first_met(column, p->stride_x); l < p->kernel_width; l += p->stride_x) {
            const int j = (column + l) / p->stride_x;
            if (j >= p->width)
                break;
            const code_t *here = x + (i * p->width + j) * p->channels;
            const conv_weight_t *w = p->w + ((m * p->kernel_height + k) * p->kernel_width + l) * p->channels;
            for (int n = 0; n < p->channels; n++)
                accumulator += (here[n] - p->x_zero_point) * (w[n] - w_zero_point); /* 9 x 9 -> 17 -> 32 bits */
        }
    }
    return accumulator;
}

void transposed_convolution(const conv_t *p, const code_t *x, code_t *y)
{
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++)
            for (int m = 0; m < p->out_channels; m++)
                *y++ = requantize(&p->requantize, m, spread_sum(p, x, i - p->pad_top, j - p->pad_left, m));
}
