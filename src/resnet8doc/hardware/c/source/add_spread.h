/* A sum of two tensors that do not lie alike in memory, or of which one is spread over the other. */
#include <stddef.h>

#include "structures.h"
#include "walk.h"

/* The sum of runs of p->count codes; run n of a begins where a_runs says, that of b where b_runs does. */
void qlinear_add_spread(const add_t *p, const walk_t *a_runs, const walk_t *b_runs, size_t runs, const code_t *a,
                        const code_t *b, code_t *c);
