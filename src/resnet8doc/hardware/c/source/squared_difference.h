/* The square of the difference of two tensors, number by number. */
#include "structures.h"

/* a [count], b [count] -> c [count]; c may be a or b */
void squared_difference(const subtract_t *p, const code_t *a, const code_t *b, code_t *c);
