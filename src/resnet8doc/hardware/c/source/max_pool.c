/* The largest code of each window: codes order as what they stand for, so nothing is requantized. */
#include "max_pool.h"

/* One window of one channel, whose first element would be at row, column of the input; what lies outside never wins. */
static code_t largest(const max_pool_t *p, const code_t *x, int row, int column, int c)
{
    code_t found = CODE_MIN;
    for (int k = 0; k < p->kernel_height; k++) {
        const int i = row + k * p->dilation_y;
        if (i < 0 || i >= p->height)
            continue;
        for (int l = 0; l < p->kernel_width; l++) {
            const int j = column + l * p->dilation_x;
            if (j < 0 || j >= p->width)
                continue;
            const code_t code = x[(i * p->width + j) * p->channels + c];
            if (code > found)
                found = code;
        }
    }
    return found;
}

void max_pool(const max_pool_t *p, const code_t *x, code_t *y)
{
    for (int i = 0; i < p->out_height; i++)
        for (int j = 0; j < p->out_width; j++)
            for (int c = 0; c < p->channels; c++)
                *y++ = largest(p, x, i * p->stride_y - p->pad_top, j * p->stride_x - p->pad_left, c);
}
