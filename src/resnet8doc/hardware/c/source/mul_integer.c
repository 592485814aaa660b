/* Products as float32 would give them, looked up. */
#include "mul.h"

void qlinear_mul(const mul_t *p, const code_t *a, const code_t *b, code_t *c)
{
    const code_t *table = p->table;
    for (int i = 0; i < p->count; i++)
        c[i] = table[256 * (a[i] - CODE_MIN) + b[i] - CODE_MIN];
}
