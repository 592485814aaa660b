/* An image of another size, each number between four of the old one. */
#include "structures.h"

/* x [height][width][channels] -> y [out_height][out_width][channels] */
void resize_bilinear(const resize_t *p, const code_t *x, code_t *y);
