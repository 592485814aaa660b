/* The largest code of each window. */
#include "structures.h"

/* x [height][width][channels] -> y [out_height][out_width][channels] */
void max_pool(const max_pool_t *p, const code_t *x, code_t *y);
