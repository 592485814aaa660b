/* Logarithms of probabilities. */
#include "structures.h"

/* x [count] -> y [count] */
void log_softmax(const log_softmax_t *p, const code_t *x, code_t *y);
