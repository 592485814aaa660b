/* The product of two tensors, number by number. */
#include "structures.h"

/* a [count], b [count] -> c [count]; c may be a or b */
void qlinear_mul(const mul_t *p, const code_t *a, const code_t *b, code_t *c);
