/* The quotient of two tensors, number by number. */
#include "structures.h"

/* a [count], b [count] -> c [count]; c may be a or b. No b may stand for 0, and no quotient may be so near to nothing that its
 * last shift is longer than 31 bits: TensorFlow Lite's kernels have no result there, and an assertion ends the program. */
void quotient(const mul_t *p, const code_t *a, const code_t *b, code_t *c);
