/* A convolution that makes an image larger: its pixels are spread out by the strides, and what lies between is zero. */
#include "structures.h"

/* x [height][width][channels] -> y [out_height][out_width][out_channels]. The padding is that of the image that is spread out,
 * over which the filters, turned round, go pixel by pixel. */
void transposed_convolution(const conv_t *p, const code_t *x, code_t *y);
