/* A sum of two tensors that do not lie alike in memory, run by run. */
#include "add_spread.h"

#include "operators.h"

void qlinear_add_spread(const add_t *p, const walk_t *a_runs, const walk_t *b_runs, size_t runs, const code_t *a,
                        const code_t *b, code_t *c)
{
    for (size_t n = 0; n < runs; n++)
        qlinear_add(p, a + walk_at(a_runs, n), b + walk_at(b_runs, n), c + n * (size_t)p->count);
}
