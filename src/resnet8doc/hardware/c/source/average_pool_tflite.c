/* Averages as TensorFlow Lite computes them: the sum of the codes over their number, an integer division, halves away from zero.
 * What lies outside the image is left out of both. */
#include "average_pool.h"

static code_t window_mean(const average_pool_t *p, const code_t *x, int row, int column, int c)
{
    int32_t count = 0, sum = 0;
    for (int i = row; i < row + p->kernel_height; i++)
        for (int j = column; j < column + p->kernel_width; j++) {
            if (i < 0 || i >= p->height || j < 0 || j >= p->width)
                continue;
            sum += x[(i * p->width + j) * p->channels + c];
            count++;
        }
    return (code_t)((sum < 0 ? sum - count / 2 : sum + count / 2) / count); /* C's division cuts off */
}

void qlinear_average_pool(const average_pool_t *p, const code_t *x, code_t *y)
{
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++)
            for (int c = 0; c < p->channels; c++)
                *y++ = window_mean(p, x, i * p->stride_y - p->pad_top, j * p->stride_x - p->pad_left, c);
}
