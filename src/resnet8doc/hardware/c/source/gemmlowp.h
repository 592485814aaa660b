/* gemmlowp's fixed point. A number in Q5.26 stands for itself times 2^-26, in Q0.31 times 2^-31, in Q12.19 times 2^-19. */
#ifndef GEMMLOWP_H
#define GEMMLOWP_H

#include <stdint.h>

/* The int32 that is next to a value. */
int32_t saturated(int64_t value);

/* exp(a) in Q0.31 of a number not above 0 in Q5.26 */
int32_t exp_of_negative(int32_t a);

/* 1 / (1 + a) in Q0.31 of a number from 0 to 1 in Q0.31 */
int32_t reciprocal_of_one_plus(int32_t a);

#endif
