/* One of two tensors, number by number. */
#include "structures.h"
#include "walk.h"

/* condition ? x : y -> out [count]; the walks say where the numbers of each lie. */
void choose_codes(const walk_t *condition_walk, const uint8_t *condition, const walk_t *x_walk, const code_t *x,
                  const walk_t *y_walk, const code_t *y, size_t count, code_t *out);
