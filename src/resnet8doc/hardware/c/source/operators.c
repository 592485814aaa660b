/* The operators, first stage: sums of products in 32 bits. The second stage, 32 to 8 bits, is in requantize.c. */
#include "operators.h"

#include "requantize.h"

void quantize_pixels(const code_t table[256], const uint8_t *pixels, int count, code_t *y)
{
    for (int i = 0; i < count; i++)
        y[i] = table[pixels[i]];
}

/* The sum over one window, whose first element would be at row, column of the input (both may lie outside: padding holds
 * the zero point, so its difference, and its product, is 0 and is left out). Each kernel row is one run in memory. */
static int32_t window_sum(const conv_t *p, const code_t *x, int row, int column, int m)
{
    const int32_t x_zero_point = p->x_zero_point;
    const int32_t w_zero_point = p->w_zero_point ? p->w_zero_point[m] : 0;
    const int first = column < 0 ? -column : 0; /* kernel columns first to last - 1 lie inside */
    const int last = column + p->kernel_width > p->width ? p->width - column : p->kernel_width;
    const int run = (last - first) * p->channels;
    int32_t accumulator = p->bias ? p->bias[m] : 0;
    for (int k = 0; k < p->kernel_height; k++) {
        if (row + k < 0 || row + k >= p->height)
            continue;
        const code_t *pixels = x + ((row + k) * p->width + column + first) * p->channels;
        const conv_weight_t *w = p->w + ((m * p->kernel_height + k) * p->kernel_width + first) * p->channels;
        for (int n = 0; n < run; n++)
            accumulator += (pixels[n] - x_zero_point) * (w[n] - w_zero_point); /* 9 x 9 -> 17 -> 32 bits */
    }
    return accumulator;
}

void qlinear_conv(const conv_t *p, const code_t *x, code_t *y)
{
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++)
            for (int m = 0; m < p->out_channels; m++) {
                const int row = i * p->stride_y - p->pad_top;
                const int column = j * p->stride_x - p->pad_left;
                *y++ = requantize(&p->requantize, m, window_sum(p, x, row, column, m));
            }
}

void qlinear_matmul(const matmul_t *p, const code_t *a, code_t *y)
{
    for (int n = 0; n < p->outputs; n++) {
        const int32_t b_zero_point = p->b_zero_point ? p->b_zero_point[n] : 0;
        const matmul_weight_t *b = p->b + n * p->inputs;
        int32_t accumulator = 0;
        for (int k = 0; k < p->inputs; k++)
            accumulator += (a[k] - p->a_zero_point) * (b[k] - b_zero_point);
        y[n] = requantize(&p->requantize, n, accumulator);
    }
}

void qlinear_global_average_pool(const pool_t *p, const code_t *x, code_t *y)
{
    const int pixels = p->height * p->width;
    for (int c = 0; c < p->channels; c++) {
        int32_t accumulator = 0;
        for (int i = 0; i < pixels; i++)
            accumulator += x[i * p->channels + c] - p->x_zero_point;
        y[c] = requantize(&p->requantize, 0, accumulator);
    }
}
