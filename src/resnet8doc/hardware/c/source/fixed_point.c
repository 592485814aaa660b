/* Equal to MultiplyByQuantizedMultiplier of TensorFlow Lite (kernels/internal/common.cc), as Micro and CMSIS-NN have it. */
#include "fixed_point.h"

int64_t floor_shift(int64_t value, int shift)
{
    return value < 0 ? ~(~value >> shift) : value >> shift;
}

int32_t high_half(int32_t a, int32_t b)
{
    return (int32_t)floor_shift((int64_t)a * b + ((int64_t)1 << 30), 31);
}

int32_t divide_by_power(int32_t value, int shift)
{
    if (shift == 0)
        return value;
    const int64_t half = (int64_t)1 << (shift - 1);
    return (int32_t)floor_shift(value + half - (value < 0), shift); /* 1 less, so that the floor goes away from zero */
}

int32_t scaled(int32_t value, factor_t factor)
{
    if (factor.exponent <= 0)
        return divide_by_power(high_half(value, factor.multiplier), -factor.exponent);
    const uint32_t shifted = (uint32_t)value << factor.exponent; /* what leaves 32 bits is lost, as there */
    const int32_t wide = shifted > INT32_MAX ? (int32_t)(shifted - INT32_MAX - 1) + INT32_MIN : (int32_t)shifted;
    return high_half(wide, factor.multiplier);
}
