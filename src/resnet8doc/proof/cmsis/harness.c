/* CMSIS-NN's public functions on plain arrays, so that Python can call them. */

#include <stdint.h>
#include <stdlib.h>

#include "arm_nnfunctions.h"

#if defined(ARM_MATH_DSP) || defined(ARM_MATH_MVEI)
#error "this compiler is one for DSP or MVE instructions; compile portable C, for a host"
#endif

/* What a windowed operator needs besides its tensors; cmsis/_operators.py has the same structure. Shapes are [N, H, W, C],
   places [H, W]. */
typedef struct {
    int32_t input[4], filter[4], output[4];
    int32_t input_offset, output_offset;
    int32_t stride[2], padding[2], dilation[2];
    int32_t smallest, largest;
    int32_t multiple;
} window;

enum { NO_MEMORY = -100 };

static cmsis_nn_dims dims(const int32_t shape[4]) {
    cmsis_nn_dims result = {.n = shape[0], .h = shape[1], .w = shape[2], .c = shape[3]};
    return result;
}

static cmsis_nn_tile tile(const int32_t place[2]) {
    cmsis_nn_tile result = {.h = place[0], .w = place[1]};
    return result;
}

static cmsis_nn_activation bounds(const window *given) {
    cmsis_nn_activation result = {.min = given->smallest, .max = given->largest};
    return result;
}

/* Of at least a byte: a function that needs no buffer may still refuse a null pointer. */
static cmsis_nn_context scratch(int32_t size) {
    cmsis_nn_context result = {.buf = calloc(1, size > 0 ? (size_t)size : 1), .size = size};
    return result;
}

int32_t run_convolution(const window *given, const int8_t *x, const int8_t *w, const int32_t *bias, int32_t *multipliers,
                        int32_t *shifts, int8_t *y) {
    const cmsis_nn_dims input = dims(given->input), filter = dims(given->filter), output = dims(given->output);
    const cmsis_nn_dims channels = {.n = 1, .h = 1, .w = 1, .c = output.c};
    const cmsis_nn_conv_params parameters = {.input_offset = given->input_offset, .output_offset = given->output_offset,
                                             .stride = tile(given->stride), .padding = tile(given->padding),
                                             .dilation = tile(given->dilation), .activation = bounds(given)};
    const cmsis_nn_per_channel_quant_params factors = {.multiplier = multipliers, .shift = shifts};
    cmsis_nn_context context =
        scratch(arm_convolve_wrapper_s8_get_buffer_size(&parameters, &input, &filter, &output));
    if (context.buf == NULL) return NO_MEMORY;
    int32_t status = arm_convolve_wrapper_s8(&context, &parameters, &factors, &input, x, &filter, w, &channels, bias,
                                             &output, y);
    free(context.buf);
    return status;
}

int32_t run_depthwise(const window *given, const int8_t *x, const int8_t *w, const int32_t *bias, int32_t *multipliers,
                      int32_t *shifts, int8_t *y) {
    const cmsis_nn_dims input = dims(given->input), filter = dims(given->filter), output = dims(given->output);
    const cmsis_nn_dims channels = {.n = 1, .h = 1, .w = 1, .c = output.c};
    const cmsis_nn_dw_conv_params parameters = {.input_offset = given->input_offset,
                                                .output_offset = given->output_offset, .ch_mult = given->multiple,
                                                .stride = tile(given->stride), .padding = tile(given->padding),
                                                .dilation = tile(given->dilation), .activation = bounds(given)};
    const cmsis_nn_per_channel_quant_params factors = {.multiplier = multipliers, .shift = shifts};
    cmsis_nn_context context =
        scratch(arm_depthwise_conv_wrapper_s8_get_buffer_size(&parameters, &input, &filter, &output));
    if (context.buf == NULL) return NO_MEMORY;
    int32_t status = arm_depthwise_conv_wrapper_s8(&context, &parameters, &factors, &input, x, &filter, w, &channels,
                                                   bias, &output, y);
    free(context.buf);
    return status;
}

/* The filter is [C of the input, 1, 1, C of the output]. */
int32_t run_fully_connected(const window *given, const int8_t *x, const int8_t *w, const int32_t *bias,
                            int32_t *multipliers, int32_t *shifts, int8_t *y) {
    const cmsis_nn_dims input = dims(given->input), filter = dims(given->filter), output = dims(given->output);
    const cmsis_nn_dims channels = {.n = 1, .h = 1, .w = 1, .c = output.c};
    const cmsis_nn_fc_params parameters = {.input_offset = given->input_offset, .filter_offset = 0,
                                           .output_offset = given->output_offset, .activation = bounds(given)};
    const cmsis_nn_per_tensor_quant_params factor = {.multiplier = multipliers[0], .shift = shifts[0]};
    cmsis_nn_context context = scratch(arm_fully_connected_s8_get_buffer_size(&filter));
    if (context.buf == NULL) return NO_MEMORY;
    int32_t status =
        arm_fully_connected_s8(&context, &parameters, &factor, &input, x, &filter, w, &channels, bias, &output, y);
    free(context.buf);
    return status;
}

static cmsis_nn_pool_params pool_parameters(const window *given) {
    cmsis_nn_pool_params result = {.stride = tile(given->stride), .padding = tile(given->padding),
                                   .activation = bounds(given)};
    return result;
}

int32_t run_average_pool(const window *given, const int8_t *x, int8_t *y) {
    const cmsis_nn_dims input = dims(given->input), filter = dims(given->filter), output = dims(given->output);
    const cmsis_nn_pool_params parameters = pool_parameters(given);
    cmsis_nn_context context = scratch(arm_avgpool_s8_get_buffer_size(output.w, input.c));
    if (context.buf == NULL) return NO_MEMORY;
    int32_t status = arm_avgpool_s8(&context, &parameters, &input, x, &filter, &output, y);
    free(context.buf);
    return status;
}

int32_t run_max_pool(const window *given, const int8_t *x, int8_t *y) {
    const cmsis_nn_dims input = dims(given->input), filter = dims(given->filter), output = dims(given->output);
    const cmsis_nn_pool_params parameters = pool_parameters(given);
    cmsis_nn_context context = scratch(0);
    if (context.buf == NULL) return NO_MEMORY;
    int32_t status = arm_max_pool_s8(&context, &parameters, &input, x, &filter, &output, y);
    free(context.buf);
    return status;
}

/* offsets: of A, B and Y; multipliers and shifts likewise. */
int32_t run_add(const int8_t *a, const int8_t *b, int8_t *y, int32_t count, const int32_t offsets[3],
                const int32_t multipliers[3], const int32_t shifts[3], int32_t left, int32_t smallest, int32_t largest) {
    return arm_elementwise_add_s8(a, b, offsets[0], multipliers[0], shifts[0], offsets[1], multipliers[1], shifts[1],
                                  left, y, offsets[2], multipliers[2], shifts[2], smallest, largest, count);
}

int32_t run_mul(const int8_t *a, const int8_t *b, int8_t *y, int32_t count, const int32_t offsets[3], int32_t multiplier,
                int32_t shift, int32_t smallest, int32_t largest) {
    return arm_elementwise_mul_s8(a, b, offsets[0], offsets[1], y, offsets[2], multiplier, shift, smallest, largest,
                                  count);
}

int32_t run_softmax(const int8_t *x, int8_t *y, int32_t rows, int32_t size, int32_t multiplier, int32_t shift,
                    int32_t least) {
    arm_softmax_s8(x, rows, size, multiplier, shift, least, y);
    return ARM_CMSIS_NN_SUCCESS;
}
