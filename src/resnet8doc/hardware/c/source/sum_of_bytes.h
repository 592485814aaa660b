/* SUM over the image as TensorFlow Lite's reference kernels have it. */
#include "structures.h"

/* x [height][width][channels] -> y [channels] */
void sum_of_bytes(const pool_t *p, const code_t *x, code_t *y);
