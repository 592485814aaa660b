/* Rows over their lengths. */
#include "structures.h"

/* x [count] -> y [count] */
void l2_normalization(const l2_normalization_t *p, const code_t *x, code_t *y);
