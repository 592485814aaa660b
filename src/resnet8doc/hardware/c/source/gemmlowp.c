/* Equal to gemmlowp (fixedpoint/fixedpoint.h), of which TensorFlow Lite's reference kernels and Micro are made. */
#include "gemmlowp.h"

#include "fixed_point.h"

#define QUARTER (1 << 24)            /* in Q5.26 */
#define EXP_MINUS_EIGHTH 1895147668  /* in Q0.31 */
#define THIRD 715827883              /* in Q0.31 */
#define FORTY_EIGHT_17THS 1515870810 /* in Q2.29 */
#define MINUS_32_17THS (-1010580540) /* in Q2.29 */

int32_t saturated(int64_t value)
{
    return (int32_t)(value < INT32_MIN ? INT32_MIN : value > INT32_MAX ? INT32_MAX : value);
}

/* exp(-2^(n - 2)) in Q0.31, n from 0 to 6: of -1/4, -1/2 ... -16. */
static const int32_t exp_of_power[7] = {1672461947, 1302514674, 790015084, 290630308, 39332535, 720401, 242};

/* exp(a) in Q0.31 of a number not above 0 in Q5.26: from -1/4 to 0 by a polynomial about -1/8, the rest, a multiple of a quarter,
 * bit by bit. */
int32_t exp_of_negative(int32_t a)
{
    if (a == 0)
        return INT32_MAX;
    const int32_t rest_of_quarter = (int32_t)((uint32_t)a & (QUARTER - 1)) - QUARTER; /* from -1/4 to 0 */
    const uint32_t quarters = (uint32_t)(rest_of_quarter - a);
    const int32_t x = rest_of_quarter * 32 + (1 << 28); /* its distance from -1/8 in Q0.31 */
    const int32_t square = high_half(x, x);
    const int32_t cube = high_half(square, x);
    const int32_t fourth = high_half(square, square);
    const int32_t tail = high_half(divide_by_power(fourth, 2) + cube, THIRD) + square;
    int32_t result = EXP_MINUS_EIGHTH + high_half(x + divide_by_power(tail, 1), EXP_MINUS_EIGHTH);
    for (int n = 0; n < 7; n++)
        if (quarters >> (24 + n) & 1)
            result = high_half(result, exp_of_power[n]);
    return result;
}

/* 1 / (1 + a) in Q0.31 of a number from 0 to 1 in Q0.31: three steps of Newton's method. */
int32_t reciprocal_of_one_plus(int32_t a)
{
    const int32_t half = (int32_t)(((int64_t)a + INT32_MAX + 1) / 2);
    int32_t x = FORTY_EIGHT_17THS + high_half(half, MINUS_32_17THS);
    for (int n = 0; n < 3; n++) {
        const int32_t missing = (1 << 29) - high_half(half, x);
        x += saturated((int64_t)high_half(x, missing) * 4);
    }
    return saturated((int64_t)x * 2);
}
