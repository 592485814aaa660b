/* What each operator needs to know: one structure an operator, filled in parameters.c. second_stage.h has the rest.
 *
 * Widths: codes have 8 bits; a code less its zero point has 9; a product of two such has 17; sums have 32 and are exact (docs:
 * accumulator bounds); a requantized result has 8 again.
 */
#ifndef STRUCTURES_H
#define STRUCTURES_H

#include <stdint.h>

#include "second_stage.h" /* what follows the sums, and requantize_t */
#include "types.h"        /* conv_weight_t, matmul_weight_t: int8_t or uint8_t, as the model has them */

typedef struct {
    int height, width, channels; /* of the input */
    int out_height, out_width, out_channels;
    int kernel_height, kernel_width;
    int stride_y, stride_x;
    int dilation_y, dilation_x;
    int pad_top, pad_left;
    int group; /* each filter reads channels / group of the channels */
    int32_t x_zero_point;
    const conv_weight_t *w;      /* [out_channels][kernel_height][kernel_width][channels / group] */
    const int32_t *w_zero_point; /* [out_channels]; a null pointer stands for zeros */
    const int32_t *bias;         /* [out_channels]; a null pointer stands for zeros */
    requantize_t requantize;
} conv_t;

typedef struct {
    int matrices; /* products of matrices, one after another */
    int rows, inputs, outputs;
    const int32_t *a_at, *b_at; /* [matrices]: where each begins; a null pointer where there is one */
    int32_t a_zero_point;
    const matmul_weight_t *b;    /* [outputs][inputs]; a null pointer where it is computed */
    const int32_t *b_zero_point; /* [outputs]; a null pointer stands for zeros */
    const int32_t *bias;         /* [outputs] or, with a step, [rows][outputs]; a null pointer stands for zeros */
    int bias_step;               /* from row to row: 0 or outputs */
    requantize_t requantize;
} matmul_t;

typedef struct {
    int height, width, channels;
    int32_t x_zero_point;
    requantize_t requantize; /* one entry: the division by height * width is in the multiplier */
} pool_t;

typedef struct {
    int height, width, channels; /* of the input */
    int out_height, out_width;
    int kernel_height, kernel_width;
    int stride_y, stride_x;
    int dilation_y, dilation_x;
    int pad_top, pad_left;
} max_pool_t;

#endif
