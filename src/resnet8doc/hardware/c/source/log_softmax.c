/* LOG_SOFTMAX as TensorFlow Lite's reference kernels and Micro compute it, in gemmlowp's fixed point. The output has the scale
 * 1/16 and the zero point 127. */
#include "log_softmax.h"

#include "fixed_point.h"
#include "gemmlowp.h"

#define OF_CERTAIN 127                 /* the code of log(1) */
#define LOG_2 1488522236               /* in Q0.31 */
#define HALF_ROOT 1518500250           /* sqrt(2) / 2 in Q0.31 */
#define FOURTH_ROOT_OF_HALF 1805811301 /* in Q0.31 */
#define ONE (1 << 25)                  /* in Q6.25 */
#define QUARTER_OF_ONE (1 << 23)       /* in Q6.25 */

static int leading_zeros(int32_t value)
{
    int zeros = 32;
    for (; value > 0; value >>= 1)
        zeros--;
    return zeros;
}

/* The logarithm in Q5.26 of a number from 1 on in Q12.19. It is 2^n * rest, with n in halves chosen so that rest lies near the
 * fourth root of a half; of rest a quotient of polynomials, whose coefficients are in Q0.31. With r the fourth root of 2 they
 * are 11/240 r, r/20, 2/r - r and r/4. */
static int32_t logarithm(int32_t value)
{
    const int free_bits = leading_zeros(value);
    const int32_t smaller = high_half(value, HALF_ROOT);
    const int fewer_bits = leading_zeros(smaller) - 1;
    const int32_t by_whole = saturated((int64_t)high_half(value * (1 << (free_bits - 1)), HALF_ROOT) * 2);
    const int32_t by_half = saturated((int64_t)value * ((int64_t)1 << fewer_bits));
    const int32_t rest = by_whole < by_half ? by_whole : by_half;
    const int32_t whole = (12 - free_bits) * ONE + QUARTER_OF_ONE;
    const int32_t half = (12 - fewer_bits) * ONE - QUARTER_OF_ONE;
    const int32_t power = whole > half ? whole : half;
    const int32_t middle = (int32_t)(((int64_t)rest + FOURTH_ROOT_OF_HALF + 1) / 2);
    const int32_t twice = 2 * (rest - FOURTH_ROOT_OF_HALF);
    const int32_t square = high_half(twice, twice);
    const int32_t numerator = high_half(twice, rest) + high_half(high_half(twice, square), 117049297);
    const int32_t denominator =
        high_half(middle, 1057819769 + twice + high_half(127690142, square)) + high_half(638450708, twice);
    const int32_t share = high_half(divide_by_power(numerator, 6), reciprocal_of_one_plus(denominator));
    return saturated(((int64_t)high_half(power, LOG_2) + share) * 2);
}

void log_softmax(const log_softmax_t *p, const code_t *x, code_t *y)
{
    int32_t largest = x[0], sum = 0; /* the sum in Q12.19 */
    for (int i = 1; i < p->count; i++)
        if (x[i] > largest)
            largest = x[i];
    for (int i = 0; i < p->count; i++)
        if (x[i] - largest >= p->least)
            sum += divide_by_power(exp_of_negative(scaled(x[i] - largest, p->x)), 12);
    const int32_t log_of_sum = logarithm(sum);
    const int32_t lowest = scaled(INT32_MIN + log_of_sum, p->back); /* what lies further below would leave 32 bits */
    for (int i = 0; i < p->count; i++) {
        const int32_t difference = x[i] - largest;
        y[i] = CODE_MIN;
        if (difference < p->least || difference <= lowest)
            continue;
        const int32_t real = saturated((int64_t)scaled(difference, p->x) - log_of_sum);
        const int32_t code = divide_by_power(real, 22) + OF_CERTAIN;
        y[i] = (code_t)(code < CODE_MIN ? CODE_MIN : code > CODE_MAX ? CODE_MAX : code);
    }
}
