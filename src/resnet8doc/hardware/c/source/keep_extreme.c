/* Codes of one scale are compared as they are. */
#include "keep_extreme.h"

void keep_extreme(int largest, const walk_t *w, const code_t *x, size_t count, code_t *y)
{
    for (size_t n = 0; n < count; n++) {
        const code_t other = x[walk_at(w, n)];
        if (largest ? other > y[n] : other < y[n])
            y[n] = other;
    }
}
