/* value / 2^frac_bits as an integer, in integers alone, four ways. */
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>

/* C leaves the right shift of a negative number to the compiler; all that matter shift arithmetically, toward minus infinity.
 * This one does so by the language alone. */
static int64_t shift_right(int64_t value, int bits)
{
    return value >= 0 ? value >> bits : -((-value - 1) >> bits) - 1;
}

/* (value >= 0) ? (value + half) >> frac_bits : (value - half) >> frac_bits, as it is often printed. The shift already goes
 * down for negative numbers; taking half away as well makes every negative result one too low, but for ties. */
int64_t as_printed(int64_t value, int frac_bits)
{
    const int64_t half = (int64_t)1 << (frac_bits - 1);
    return value >= 0 ? shift_right(value + half, frac_bits) : shift_right(value - half, frac_bits);
}

/* What that line means: nearest, ties away from zero. */
int64_t half_away_from_zero(int64_t value, int frac_bits)
{
    const int64_t half = (int64_t)1 << (frac_bits - 1);
    return value >= 0 ? shift_right(value + half, frac_bits) : -shift_right(-value + half, frac_bits);
}

/* Nearest, ties toward plus infinity: one adder. */
int64_t half_up(int64_t value, int frac_bits)
{
    return shift_right(value + ((int64_t)1 << (frac_bits - 1)), frac_bits);
}

/* Nearest, ties to even, as ONNX has it: a half less one, plus the bit that will be the lowest. */
int64_t half_even(int64_t value, int frac_bits)
{
    const int64_t odd = shift_right(value, frac_bits) & 1;
    return shift_right(value + ((int64_t)1 << (frac_bits - 1)) - 1 + odd, frac_bits);
}

/* Reads lines of "value frac_bits"; prints the four results. */
int main(void)
{
    int64_t value;
    int bits;
    while (scanf("%" SCNd64 " %d", &value, &bits) == 2)
        printf("%" PRId64 " %" PRId64 " %" PRId64 " %" PRId64 "\n", as_printed(value, bits), half_away_from_zero(value, bits),
               half_up(value, bits), half_even(value, bits));
    return 0;
}
