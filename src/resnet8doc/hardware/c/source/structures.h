/* What each operator needs to know: one structure an operator, filled in parameters.c.
 *
 * Widths: codes have 8 bits; a code less its zero point has 9; a product of two such has 17; sums have 32 and are exact (docs:
 * accumulator bounds); a requantized result has 8 again.
 */
#ifndef STRUCTURES_H
#define STRUCTURES_H

#include <stdint.h>

#include "types.h" /* conv_weight_t, matmul_weight_t: int8_t or uint8_t, as the model has them */

/* How an int32 accumulator becomes a byte. One entry for each output channel. */
typedef struct {
#ifdef INTEGER_ONLY
    const uint32_t *mantissa; /* of the same float32 multiplier: mantissa / 2^shift, 24 bits */
    const uint8_t *shift;
#else
    const float *multiplier; /* x_scale * w_scale / y_scale, each step rounded to float32 */
#endif
    int32_t y_zero_point;
} requantize_t;

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
    int pad_top, pad_left;
    int whole; /* divide by kernel_height * kernel_width also where a window reaches over the border */
    int32_t x_zero_point;
    float x_scale, y_scale;
    int32_t y_zero_point;
} average_pool_t;

typedef struct {
    int count;
#ifdef INTEGER_ONLY
    int32_t a_multiplier, b_multiplier; /* about A_scale / C_scale and B_scale / C_scale, times 2^shift */
    int64_t constant;                   /* the zero points' part and a half, times 2^shift */
    uint8_t shift;
    const void *table; /* [256][256] codes, the sums themselves, where there are no such integers; else a null pointer */
#else
    float a_scale, b_scale, c_scale;
    int32_t a_zero_point, b_zero_point, c_zero_point;
#endif
} add_t;

typedef struct {
    int count;
    int32_t y_zero_point;
#ifdef INTEGER_ONLY
    int32_t levels;           /* floor(1 / y_scale) */
    const uint32_t *mantissa; /* [256]: float32's table of exponentials, mantissa * 2^exponent */
    const uint8_t *exponent;
#else
    float levels;             /* floor(1 / y_scale) */
    const float *exponential; /* [256]: exp((i - 255) * x_scale), times a power of e that cancels */
#endif
} softmax_t;

#endif
