/* The second stage: 32 to 8 bits. requantize.c has it in float32, requantize_integer.c in integers alone. */
#ifndef REQUANTIZE_H
#define REQUANTIZE_H

#include "structures.h"

/* saturate(round(accumulator * multiplier[channel]) + y_zero_point) */
code_t requantize(const requantize_t *p, int channel, int32_t accumulator);

#endif
