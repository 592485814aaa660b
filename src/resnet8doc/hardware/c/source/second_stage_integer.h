/* How an accumulator becomes the byte that float32 would make of it, in integers alone. */
#ifndef SECOND_STAGE_H
#define SECOND_STAGE_H

#include <stdint.h>

/* One entry for each output channel. */
typedef struct {
    const uint32_t *mantissa; /* of float32's multiplier: mantissa / 2^shift, 24 bits */
    const uint8_t *shift;
    int32_t y_zero_point;
} requantize_t;

typedef struct {
    int count;
    int32_t a_multiplier, b_multiplier; /* about A_scale / C_scale and B_scale / C_scale, times 2^shift */
    int64_t constant;                   /* the zero points' part and a half, times 2^shift */
    uint8_t shift;
    const void *table; /* [256][256] codes, the sums themselves, where there are no such integers; else a null pointer */
} add_t;

typedef struct {
    int count;
    const void *table; /* [256][256] codes: the products themselves */
} mul_t;

typedef struct {
    int count;
    int32_t y_zero_point;
    int32_t levels;           /* floor(1 / y_scale) */
    const uint32_t *mantissa; /* [256]: float32's table of exponentials, mantissa * 2^exponent */
    const uint8_t *exponent;
} softmax_t;

#endif
