/* What is negative times a slope of its own. */
#include "structures.h"

/* a [count], slopes b [count] -> c [count]; c may be a or b */
void prelu(const mul_t *p, const code_t *a, const code_t *b, code_t *c);
