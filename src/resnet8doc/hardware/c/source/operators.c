/* The operators, first stage: sums of products in 32 bits. The second stage, 32 to 8 bits, is in requantize.c. */
#include "operators.h"

#include "requantize.h"

void quantize_pixels(const code_t table[256], const uint8_t *pixels, int count, code_t *y)
{
    for (int i = 0; i < count; i++)
        y[i] = table[pixels[i]];
}

/* The sum over one window, whose first element would be at row, column of the input (both may lie outside: padding holds
 * the zero point, so its difference, and its product, is 0 and is left out). Where a filter reads all channels of neighbours,
 * each kernel row is one run in memory; else each of its pixels is one. */
static int32_t window_sum(const conv_t *p, const code_t *x, int row, int column, int m)
{
    const int32_t x_zero_point = p->x_zero_point;
    const int32_t w_zero_point = p->w_zero_point ? p->w_zero_point[m] : 0;
    const int read = p->channels / p->group;
    const int from = m / (p->out_channels / p->group) * read;
    const int pixels = p->group == 1 && p->dilation_x == 1 ? p->kernel_width : 1; /* of one run */
    int32_t accumulator = p->bias ? p->bias[m] : 0;
    for (int k = 0; k < p->kernel_height; k++) {
        const int i = row + k * p->dilation_y;
        if (i < 0 || i >= p->height)
            continue;
        for (int l = 0; l < p->kernel_width; l += pixels) {
            const int j = column + l * p->dilation_x;
            const int first = j < 0 ? -j : 0; /* pixels first to last - 1 of the run lie inside */
            const int last = j + pixels > p->width ? p->width - j : pixels;
            const int run = (last - first) * read;
            if (run <= 0)
                continue;
            const code_t *here = x + (i * p->width + j + first) * p->channels + from;
            const conv_weight_t *w = p->w + ((m * p->kernel_height + k) * p->kernel_width + l + first) * read;
            for (int n = 0; n < run; n++)
                accumulator += (here[n] - x_zero_point) * (w[n] - w_zero_point); /* 9 x 9 -> 17 -> 32 bits */
        }
    }
    return accumulator;
}

/* The same for filters m to m + 3, which have one group and no zero points: each code is read once for all four. */
static void four_window_sums(const conv_t *p, const code_t *x, int row, int column, int m, int32_t sums[4])
{
    const int32_t x_zero_point = p->x_zero_point;
    const int filter = p->kernel_height * p->kernel_width * p->channels; /* from one filter's weights to the next one's */
    const int pixels = p->dilation_x == 1 ? p->kernel_width : 1;
    int32_t first_sum = 0, second_sum = 0, third_sum = 0, fourth_sum = 0;
    for (int k = 0; k < p->kernel_height; k++) {
        const int i = row + k * p->dilation_y;
        if (i < 0 || i >= p->height)
            continue;
        for (int l = 0; l < p->kernel_width; l += pixels) {
            const int j = column + l * p->dilation_x;
            const int first = j < 0 ? -j : 0;
            const int last = j + pixels > p->width ? p->width - j : pixels;
            const int run = (last - first) * p->channels;
            if (run <= 0)
                continue;
            const code_t *here = x + (i * p->width + j + first) * p->channels;
            const conv_weight_t *w = p->w + m * filter + (k * p->kernel_width + l + first) * p->channels;
            const conv_weight_t *second = w + filter, *third = second + filter, *fourth = third + filter;
            for (int n = 0; n < run; n++) {
                const int32_t difference = here[n] - x_zero_point;
                first_sum += difference * w[n];
                second_sum += difference * second[n];
                third_sum += difference * third[n];
                fourth_sum += difference * fourth[n];
            }
        }
    }
    sums[0] = first_sum + (p->bias ? p->bias[m] : 0);
    sums[1] = second_sum + (p->bias ? p->bias[m + 1] : 0);
    sums[2] = third_sum + (p->bias ? p->bias[m + 2] : 0);
    sums[3] = fourth_sum + (p->bias ? p->bias[m + 3] : 0);
}

void qlinear_conv(const conv_t *p, const code_t *x, code_t *y)
{
    const int fours = p->group == 1 && !p->w_zero_point ? p->out_channels / 4 * 4 : 0; /* filters taken four at a time */
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++) {
            const int row = i * p->stride_y - p->pad_top;
            const int column = j * p->stride_x - p->pad_left;
            for (int m = 0; m < fours; m += 4) {
                int32_t sums[4];
                four_window_sums(p, x, row, column, m, sums);
                for (int n = 0; n < 4; n++)
                    *y++ = requantize(&p->requantize, m + n, sums[n]);
            }
            for (int m = fours; m < p->out_channels; m++)
                *y++ = requantize(&p->requantize, m, window_sum(p, x, row, column, m));
        }
}

void qlinear_matmul(const matmul_t *p, const code_t *a, code_t *y)
{
    for (int t = 0; t < p->matrices; t++)
        for (int i = 0; i < p->rows; i++)
            for (int n = 0; n < p->outputs; n++) {
                const code_t *row = a + (p->a_at ? p->a_at[t] : 0) + i * p->inputs;
                const matmul_weight_t *b = p->b + (p->b_at ? p->b_at[t] : 0) + n * p->inputs;
                const int32_t b_zero_point = p->b_zero_point ? p->b_zero_point[n] : 0;
                int32_t accumulator = p->bias ? p->bias[i * p->bias_step + n] : 0;
                for (int k = 0; k < p->inputs; k++)
                    accumulator += (row[k] - p->a_zero_point) * (b[k] - b_zero_point);
                *y++ = requantize(&p->requantize, n, accumulator);
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
