/* Codes of one scale are taken as they are. */
#include "choose.h"

void choose_codes(const walk_t *condition_walk, const uint8_t *condition, const walk_t *x_walk, const code_t *x,
                  const walk_t *y_walk, const code_t *y, size_t count, code_t *out)
{
    for (size_t n = 0; n < count; n++)
        out[n] = condition[walk_at(condition_walk, n)] ? x[walk_at(x_walk, n)] : y[walk_at(y_walk, n)];
}
