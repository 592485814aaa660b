/* How an accumulator becomes a byte in TensorFlow Lite Micro: integers alone. */
#ifndef SECOND_STAGE_H
#define SECOND_STAGE_H

#include <stdint.h>

/* A real factor: multiplier * 2^(exponent - 31), 2^30 <= multiplier < 2^31. */
typedef struct {
    int32_t multiplier;
    int exponent;
} factor_t;

/* One entry for each output channel. */
typedef struct {
    const factor_t *factor; /* x_scale * w_scale / y_scale */
    int32_t y_zero_point;
} requantize_t;

typedef struct {
    int count;
    int32_t a_zero_point, b_zero_point, c_zero_point;
    factor_t a, b; /* A_scale / t and B_scale / t, where t is twice the larger of the two */
    factor_t c;    /* t / (2^20 * C_scale) */
} add_t;

/* Of a product one factor, A_scale * B_scale / C_scale; of a quotient one, A_scale / (B_scale * C_scale); of a PRELU two, A_scale /
 * C_scale and that of a product. */
typedef struct {
    int count;
    int32_t a_zero_point, b_zero_point;
    requantize_t requantize;
} mul_t;

typedef struct {
    int count;
    int32_t a_zero_point, b_zero_point;
    factor_t a, b;           /* A_scale / t and B_scale / t, where t is twice the larger of the two */
    requantize_t requantize; /* one entry: t / (2^20 * C_scale), or t^2 / (2^14 * C_scale) where the difference is squared */
} subtract_t;

typedef struct {
    int count;
    int32_t a_zero_point, b_zero_point;
    factor_t a, b;                /* A_scale and B_scale */
    uint8_t less, equal, greater; /* what is said where the first is less, equal, greater */
} compare_t;

/* Input and output have one scale and one zero point. */
typedef struct {
    int height, width, channels; /* of the input */
    int out_height, out_width;
    int kernel_height, kernel_width;
    int stride_y, stride_x;
    int pad_top, pad_left;
} average_pool_t;

typedef struct {
    int count;
    factor_t x;    /* from a difference of codes to Q5.26: x_scale * 2^26 */
    int32_t least; /* the least difference that counts; what lies further below the largest code has probability 0 */
} softmax_t;

typedef struct {
    int count;
    factor_t x;    /* from a difference of codes to Q5.26: x_scale * 2^26 */
    factor_t back; /* from Q5.26 to a difference of codes */
    int32_t least; /* the least difference that counts */
} log_softmax_t;

typedef struct {
    int count;
    int32_t x_zero_point, y_zero_point;
    int before, after; /* the 7 bits of the output's scale: a shift of the difference, or of the factor */
} l2_normalization_t;

/* For each output row the rows before and after its place, and how near the second is, in 10 bits; for columns likewise. */
typedef struct {
    int width, channels; /* of the input */
    int out_height, out_width;
    const int32_t *row_before, *row_after, *row_weight;          /* [out_height] */
    const int32_t *column_before, *column_after, *column_weight; /* [out_width] */
} resize_t;

#endif
