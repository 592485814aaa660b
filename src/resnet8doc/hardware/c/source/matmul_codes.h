/* A product of two matrices that are both computed. */
#include "structures.h"

/* a [rows][inputs], b [outputs][inputs] -> y [rows][outputs] */
void qlinear_matmul_codes(const matmul_t *p, const code_t *a, const code_t *b, code_t *y);
