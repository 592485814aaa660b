/* Averages over windows that do not cover the image. */
#include "structures.h"

/* x [height][width][channels] -> y [out_height][out_width][channels] */
void qlinear_average_pool(const average_pool_t *p, const code_t *x, code_t *y);
