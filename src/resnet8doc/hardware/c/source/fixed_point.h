/* TensorFlow Lite's fixed point: a real factor as a 31-bit integer and a power of two, and products with it. */
#ifndef FIXED_POINT_H
#define FIXED_POINT_H

#include <stdint.h>

#include "second_stage.h" /* factor_t */

/* floor(value / 2^shift). C leaves the right shift of a negative number to the compiler, so none is shifted. */
int64_t floor_shift(int64_t value, int shift);

/* The high half of the doubled product, rounded, halves up: floor((a * b + 2^30) / 2^31). */
int32_t high_half(int32_t a, int32_t b);

/* value / 2^shift, rounded, halves away from zero. */
int32_t divide_by_power(int32_t value, int shift);

/* value * factor, rounded twice: by high_half, then by divide_by_power. */
int32_t scaled(int32_t value, factor_t factor);

#endif
