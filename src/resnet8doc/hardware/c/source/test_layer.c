/* One operator against one test vector: a starting point for your own.
 *
 * cc -std=c99 -DVECTOR='"stack2_conv1-image0.h"' test_layer.c -lm
 *
 * Prints how many outputs differ and the first that does; ends with 1 if any does. Self-contained: put your own code in
 * place of convolve and the others.
 */
#include <math.h>
#include <stdio.h>

#include VECTOR

#if !defined(VECTOR_QLINEARADD)
/* 32 to 8 bits: float32 multiply, round half to even, zero point, clamp. */
static int32_t requantize(int32_t sum, float factor, int32_t zero_point)
{
    const int32_t lowest = (y_type)-1 < 0 ? -128 : 0; /* signed or unsigned codes */
    float value = (float)sum * factor;
    if (value < (float)(lowest - zero_point))
        value = (float)(lowest - zero_point);
    if (value > (float)(lowest + 255 - zero_point))
        value = (float)(lowest + 255 - zero_point);
    return (int32_t)lrintf(value) + zero_point;
}
#endif

static long wrong = 0;

static void expect(const char *what, long index, long expected, long found)
{
    if (expected != found && wrong++ == 0)
        printf("%s: first %s that differs: [%ld], expected %ld, found %ld\n", VECTOR_NODE, what, index, expected, found);
}

#if defined(VECTOR_QLINEARCONV)
static void test(void)
{
    long n = 0;
    for (int i = 0; i < y_axis0; i++)
        for (int j = 0; j < y_axis1; j++)
            for (int m = 0; m < y_axis2; m++, n++) {
                int32_t sum = bias[m];
                for (int k = 0; k < w_axis1; k++)
                    for (int l = 0; l < w_axis2; l++)
                        for (int c = 0; c < w_axis3; c++) {
                            const int row = i * STRIDES_0 - PADS_0 + k, column = j * STRIDES_1 - PADS_1 + l;
                            if (row < 0 || row >= x_axis0 || column < 0 || column >= x_axis1)
                                continue;
                            const int32_t from_x = x[(row * x_axis1 + column) * x_axis2 + c] - x_zero_point[0];
                            const int32_t from_w = w[((m * w_axis1 + k) * w_axis2 + l) * w_axis3 + c];
                            const int one_zero_point = sizeof w_zero_point == sizeof w_zero_point[0];
                            sum += from_x * (from_w - w_zero_point[one_zero_point ? 0 : m]);
                        }
                expect("accumulator", n, accumulator[n], sum);
                const int one_factor = sizeof multiplier == sizeof multiplier[0];
                expect("output", n, y[n], requantize(sum, multiplier[one_factor ? 0 : m], y_zero_point[0]));
            }
}
#elif defined(VECTOR_QLINEARMATMUL)
static void test(void)
{
    for (int n = 0; n < b_axis0; n++) {
        const int one_zero_point = sizeof b_zero_point == sizeof b_zero_point[0];
        const int one_factor = sizeof multiplier == sizeof multiplier[0];
        int32_t sum = 0;
        for (int k = 0; k < b_axis1; k++)
            sum += (a[k] - a_zero_point[0]) * (b[n * b_axis1 + k] - b_zero_point[one_zero_point ? 0 : n]);
        expect("accumulator", n, accumulator[n], sum);
        expect("output", n, y[n], requantize(sum, multiplier[one_factor ? 0 : n], y_zero_point[0]));
    }
}
#elif defined(VECTOR_QLINEARADD)
static void test(void)
{
    const float a_ratio = A_scale[0] / C_scale[0], b_ratio = B_scale[0] / C_scale[0];
    const float b_part = b_ratio * (float)B_zero_point[0];
    const float constant = (float)C_zero_point[0] - fmaf(a_ratio, (float)A_zero_point[0], b_part);
    for (long n = 0; n < (long)(sizeof y / sizeof y[0]); n++) {
        const float value = fmaf((float)A[n], a_ratio, fmaf((float)B[n], b_ratio, constant));
        const float lowest = (y_type)-1 < 0 ? -128.0f : 0.0f;
        expect("output", n, y[n], lrintf(value < lowest ? lowest : value > lowest + 255.0f ? lowest + 255.0f : value));
    }
}
#elif defined(VECTOR_QLINEARAVERAGEPOOL) || defined(VECTOR_QLINEARGLOBALAVERAGEPOOL)
static void test(void)
{
    for (int c = 0; c < X_axis2; c++) {
        int32_t sum = 0;
        for (int n = 0; n < X_axis0 * X_axis1; n++)
            sum += X[n * X_axis2 + c] - x_zero_point[0];
        expect("accumulator", c, accumulator[c], sum);
        expect("output", c, y[c], requantize(sum, multiplier[0], y_zero_point[0]));
    }
}
#else
#error "this vector is of an operator that test_layer.c does not have: QuantizeLinear, QLinearSoftmax, DequantizeLinear"
#endif

int main(void)
{
    test();
    printf("%s: %ld values differ\n", VECTOR_NODE, wrong);
    return wrong != 0;
}
