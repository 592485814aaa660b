/* Codes of one scale are compared as they are. */
#include "reduce_extreme.h"

void reduce_extreme(int largest, const walk_t *begins, size_t count, const walk_t *along, size_t length, const code_t *x,
                    code_t *y)
{
    for (size_t n = 0; n < count; n++) {
        const code_t *first = x + walk_at(begins, n);
        code_t best = *first;
        for (size_t k = 1; k < length; k++) {
            const code_t other = first[walk_at(along, k)];
            if (largest ? other > best : other < best)
                best = other;
        }
        y[n] = best;
    }
}
