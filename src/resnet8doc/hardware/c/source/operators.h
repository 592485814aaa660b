/* The integer operators of a quantized network, one item at a time, images channels last.
 *
 * C99, no dynamic memory, no library but libm. There is no include guard: a network of int8 and uint8 codes declares each
 * function twice, under two names.
 */
#include "structures.h"

/* pixels [count] -> codes [count], by a table of what each pixel value becomes */
void quantize_pixels(const code_t table[256], const uint8_t *pixels, int count, code_t *y);

/* x [height][width][channels] -> y [out_height][out_width][out_channels] */
void qlinear_conv(const conv_t *p, const code_t *x, code_t *y);

/* a [rows][inputs] -> y [rows][outputs] */
void qlinear_matmul(const matmul_t *p, const code_t *a, code_t *y);

/* a [count], b [count] -> c [count]; c may be a or b */
void qlinear_add(const add_t *p, const code_t *a, const code_t *b, code_t *c);

/* x [height][width][channels] -> y [channels] */
void qlinear_global_average_pool(const pool_t *p, const code_t *x, code_t *y);

/* x [count] -> y [count] */
void qlinear_softmax(const softmax_t *p, const code_t *x, code_t *y);
