/* Truth values of two tensors of codes, number by number. */
#include "structures.h"

/* a [count], b [count] -> c [count], 0 or 1 */
void compare(const compare_t *p, const code_t *a, const code_t *b, uint8_t *c);
