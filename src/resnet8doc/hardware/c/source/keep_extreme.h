/* The larger, or the smaller, of two tensors, number by number. */
#include "structures.h"
#include "walk.h"

/* y [count] becomes the larger of itself and x, or the smaller; w says where the numbers of x lie. */
void keep_extreme(int largest, const walk_t *w, const code_t *x, size_t count, code_t *y);
