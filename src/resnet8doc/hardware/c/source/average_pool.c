/* Averages over windows that do not cover the image: ONNX Runtime computes them in real numbers, and adds the zero point before
 * it rounds. */
#include <math.h>

#include "average_pool.h"

/* One window of one channel, whose first element would be at row, column of the input; what lies outside is left out. */
static code_t window_mean(const average_pool_t *p, const code_t *x, int row, int column, int c)
{
    int count = 0;
    float sum = 0.0f;
    for (int i = row; i < row + p->kernel_height; i++)
        for (int j = column; j < column + p->kernel_width; j++) {
            if (i < 0 || i >= p->height || j < 0 || j >= p->width)
                continue;
            const int32_t difference = x[(i * p->width + j) * p->channels + c] - p->x_zero_point;
            const float real = (float)difference * p->x_scale;
            sum += real; /* in this order: float addition is not associative */
            count++;
        }
    if (p->whole)
        count = p->kernel_height * p->kernel_width;
    const float mean = sum / (float)count;
    const float quotient = mean / p->y_scale;
    float value = quotient + (float)p->y_zero_point;
    if (value < (float)CODE_MIN)
        value = (float)CODE_MIN;
    if (value > (float)CODE_MAX)
        value = (float)CODE_MAX;
    return (code_t)lrintf(value);
}

void qlinear_average_pool(const average_pool_t *p, const code_t *x, code_t *y)
{
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++)
            for (int c = 0; c < p->channels; c++)
                *y++ = window_mean(p, x, i * p->stride_y - p->pad_top, j * p->stride_x - p->pad_left, c);
}
