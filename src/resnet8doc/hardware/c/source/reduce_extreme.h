/* The largest, or the smallest, number along some axes. */
#include "structures.h"
#include "walk.h"

/* y [count]: number n of the walk begins says where the first of its numbers lies, along how far from there the others do. */
void reduce_extreme(int largest, const walk_t *begins, size_t count, const walk_t *along, size_t length, const code_t *x,
                    code_t *y);
