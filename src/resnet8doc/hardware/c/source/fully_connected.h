/* A fully connected layer of the reference kernels, the one operator of theirs that computes with real numbers. */
#include "structures.h"

#ifndef FULLY_CONNECTED_T
#define FULLY_CONNECTED_T

typedef struct {
    matmul_t products;    /* their factors in integers are left out */
    const double *factor; /* [outputs]: a_scale * b_scale / y_scale */
} fully_connected_t;

#endif

/* a [rows][inputs] -> y [rows][outputs] */
void fully_connected(const fully_connected_t *layer, const code_t *a, code_t *y);
