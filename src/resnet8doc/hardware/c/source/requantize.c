/* 32 to 8 bits as ONNX Runtime computes it on x86-64: float32, ties to even. Equal to it byte for byte. */
#include <float.h>
#include <math.h>

#include "operators.h"
#include "requantize.h"

#if !defined(FLT_EVAL_METHOD) || FLT_EVAL_METHOD != 0
#error "float must be computed as float (on 32-bit x86: -msse2 -mfpmath=sse), or the last bit differs"
#endif
#ifdef __FAST_MATH__
#error "-ffast-math reorders float arithmetic; compile without it"
#endif

/* Clamp first, while the value may still be too large for an integer; then lrintf rounds ties to even. The bounds are whole
 * numbers, so that clamping before rounding or after gives the same. */
static code_t round_and_saturate(float value, int32_t zero_point)
{
    const float lowest = (float)(CODE_MIN - zero_point);
    const float highest = (float)(CODE_MAX - zero_point);
    if (value < lowest)
        value = lowest;
    if (value > highest)
        value = highest;
    return (code_t)(lrintf(value) + zero_point);
}

code_t requantize(const requantize_t *p, int channel, int32_t accumulator)
{
    return round_and_saturate((float)accumulator * p->multiplier[channel], p->y_zero_point);
}

/* C = A_scale/C_scale * (A - A_zero_point) + B_scale/C_scale * (B - B_zero_point) + C_zero_point, as two fused multiply-adds
 * with everything constant in one number. fmaf rounds once; a * b + c rounds twice and differs on rare inputs. */
void qlinear_add(const add_t *p, const code_t *a, const code_t *b, code_t *c)
{
    const float a_ratio = p->a_scale / p->c_scale;
    const float b_ratio = p->b_scale / p->c_scale;
    const float b_part = b_ratio * (float)p->b_zero_point;
    const float constant = (float)p->c_zero_point - fmaf(a_ratio, (float)p->a_zero_point, b_part);
    for (int i = 0; i < p->count; i++)
        c[i] = round_and_saturate(fmaf((float)a[i], a_ratio, fmaf((float)b[i], b_ratio, constant)), 0);
}

void qlinear_softmax(const softmax_t *p, const code_t *x, code_t *y)
{
    int32_t largest = x[0];
    for (int i = 1; i < p->count; i++)
        if (x[i] > largest)
            largest = x[i];
    float sum = 0.0f;
    for (int i = 0; i < p->count; i++)
        sum += p->exponential[x[i] - largest + 255]; /* in this order: float addition is not associative */
    for (int i = 0; i < p->count; i++) {
        /* Product and quotient in double: a float product could overflow, a float quotient round to a tie that is none. */
        const double scaled = (double)p->exponential[x[i] - largest + 255] * (double)p->levels;
        const long code = lrint(scaled / (double)sum) + p->y_zero_point;
        y[i] = (code_t)(code < CODE_MIN ? CODE_MIN : code > CODE_MAX ? CODE_MAX : code);
    }
}
