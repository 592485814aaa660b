/* A fully connected layer of the reference kernels, the one operator of theirs that computes with real numbers. */
#include "structures.h"

/* a [rows][inputs] -> y [rows][outputs] */
void fully_connected(const matmul_t *p, const code_t *a, code_t *y);
