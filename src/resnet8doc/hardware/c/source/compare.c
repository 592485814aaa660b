/* TensorFlow Lite's comparisons: real numbers in steps of 1/256, each rounded by itself. */
#include "compare.h"

#include "fixed_point.h"

#define STEPS_LEFT 8 /* steps of 1/256 */

void compare(const compare_t *p, const code_t *a, const code_t *b, uint8_t *c)
{
    for (int i = 0; i < p->count; i++) {
        const int32_t left = scaled((a[i] - p->a_zero_point) * (1 << STEPS_LEFT), p->a);
        const int32_t right = scaled((b[i] - p->b_zero_point) * (1 << STEPS_LEFT), p->b);
        c[i] = left < right ? p->less : left > right ? p->greater : p->equal;
    }
}
