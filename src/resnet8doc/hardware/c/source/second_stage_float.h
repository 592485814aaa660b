/* How an accumulator becomes a byte in float32, as ONNX Runtime has it. */
#ifndef SECOND_STAGE_H
#define SECOND_STAGE_H

#include <stdint.h>

/* One entry for each output channel. */
typedef struct {
    const float *multiplier; /* x_scale * w_scale / y_scale, each step rounded to float32 */
    int32_t y_zero_point;
} requantize_t;

typedef struct {
    int count;
    float a_scale, b_scale, c_scale;
    int32_t a_zero_point, b_zero_point, c_zero_point;
} add_t;

typedef struct {
    int count;
    int32_t a_zero_point, b_zero_point, c_zero_point;
    float factor; /* A_scale * B_scale / C_scale, each step rounded to float32 */
} mul_t;

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
    int32_t y_zero_point;
    float levels;             /* floor(1 / y_scale) */
    const float *exponential; /* [256]: exp((i - 255) * x_scale), times a power of e that cancels */
} softmax_t;

#endif
