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

#if !defined(VECTOR_QLINEARADD) && !defined(VECTOR_WINDOWS)
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

#if defined(x_axis3) || defined(X_axis3) || defined(TRANSA) && TRANSA
#error "this vector has several images, or a transposed first matrix: test_layer.c does not have that"
#endif

#if defined(VECTOR_QLINEARCONV)
static void test(void)
{
    long n = 0;
    for (int i = 0; i < y_axis0; i++)
        for (int j = 0; j < y_axis1; j++)
            for (int m = 0; m < y_axis2; m++, n++) {
                const int from = m / (y_axis2 / GROUP) * w_axis3; /* the first channel that filter m reads */
#if defined(bias_type)
                int32_t sum = bias[m];
#else
                int32_t sum = 0;
#endif
                for (int k = 0; k < w_axis1; k++)
                    for (int l = 0; l < w_axis2; l++)
                        for (int c = 0; c < w_axis3; c++) {
                            const int row = i * STRIDES_0 - PADS_0 + k * DILATIONS_0;
                            const int column = j * STRIDES_1 - PADS_1 + l * DILATIONS_1;
                            if (row < 0 || row >= x_axis0 || column < 0 || column >= x_axis1)
                                continue;
                            const int32_t from_x = x[(row * x_axis1 + column) * x_axis2 + from + c] - x_zero_point[0];
                            const int32_t from_w = w[((m * w_axis1 + k) * w_axis2 + l) * w_axis3 + c];
                            const int one_zero_point = sizeof w_zero_point == sizeof w_zero_point[0];
                            sum += from_x * (from_w - w_zero_point[one_zero_point ? 0 : m]);
                        }
                expect("accumulator", n, accumulator[n], sum);
                const int one_factor = sizeof multiplier == sizeof multiplier[0];
                expect("output", n, y[n], requantize(sum, multiplier[one_factor ? 0 : m], y_zero_point[0]));
            }
}
#elif defined(VECTOR_QLINEARMATMUL) || defined(VECTOR_QGEMM)
#if defined(VECTOR_QGEMM)
#define LEFT A
#define RIGHT B
#define OUTPUTS B_axis0
#define INPUTS B_axis1
#else
#define LEFT a
#define RIGHT b
#define OUTPUTS b_axis0
#define INPUTS b_axis1
#endif
#if defined(b_axis2)
#error "this vector multiplies several matrices: test_layer.c does not have that"
#endif
static void test(void)
{
    const long rows = (long)(sizeof y / sizeof y[0]) / OUTPUTS;
    for (long i = 0; i < rows; i++)
        for (long n = 0; n < OUTPUTS; n++) {
            const int one_zero_point = sizeof b_zero_point == sizeof b_zero_point[0];
            const int one_factor = sizeof multiplier == sizeof multiplier[0];
            int32_t sum = 0;
#if defined(bias_axis1) /* spread over rows or columns where it has one */
            sum += bias[(bias_axis0 > 1 ? i : 0) * bias_axis1 + (bias_axis1 > 1 ? n : 0)];
#elif defined(bias_type)
            sum += bias[sizeof bias == sizeof bias[0] ? 0 : n];
#endif
            for (long k = 0; k < INPUTS; k++)
                sum += (LEFT[i * INPUTS + k] - a_zero_point[0]) * (RIGHT[n * INPUTS + k] - b_zero_point[one_zero_point ? 0 : n]);
            const long at = i * OUTPUTS + n;
            expect("accumulator", at, accumulator[at], sum);
            expect("output", at, y[at], requantize(sum, multiplier[one_factor ? 0 : n], y_zero_point[0]));
        }
}
#elif defined(VECTOR_QLINEARADD)
/* Axes that are not there have length 1; so has an operand where it is spread over the output. */
#if !defined(y_axis0)
#define y_axis0 1
#define A_axis0 1
#define B_axis0 1
#endif
#if !defined(y_axis1)
#define y_axis1 1
#define A_axis1 1
#define B_axis1 1
#endif
#if !defined(y_axis2)
#define y_axis2 1
#define A_axis2 1
#define B_axis2 1
#endif
#if !defined(y_axis3)
#define y_axis3 1
#define A_axis3 1
#define B_axis3 1
#endif
#if defined(y_axis4)
#error "this vector has more than 4 axes: test_layer.c does not have that"
#endif
#define PLACE(of, i, j, k, l) \
    ((((of##_axis0 > 1 ? i : 0) * of##_axis1 + (of##_axis1 > 1 ? j : 0)) * of##_axis2 + (of##_axis2 > 1 ? k : 0)) * of##_axis3 + \
     (of##_axis3 > 1 ? l : 0))

static void test(void)
{
    const float a_ratio = A_scale[0] / C_scale[0], b_ratio = B_scale[0] / C_scale[0];
    const float b_part = b_ratio * (float)B_zero_point[0];
    const float constant = (float)C_zero_point[0] - fmaf(a_ratio, (float)A_zero_point[0], b_part);
    long n = 0;
    for (int i = 0; i < y_axis0; i++)
        for (int j = 0; j < y_axis1; j++)
            for (int k = 0; k < y_axis2; k++)
                for (int l = 0; l < y_axis3; l++, n++) {
                    const float left = (float)A[PLACE(A, i, j, k, l)], right = (float)B[PLACE(B, i, j, k, l)];
                    const float value = fmaf(left, a_ratio, fmaf(right, b_ratio, constant));
                    const float lowest = (y_type)-1 < 0 ? -128.0f : 0.0f;
                    const float most = lowest + 255.0f;
                    expect("output", n, y[n], lrintf(value < lowest ? lowest : value > most ? most : value));
                }
}
#elif defined(VECTOR_WINDOWS)
static void test(void)
{
    const float lowest = (y_type)-1 < 0 ? -128.0f : 0.0f;
    long n = 0;
    for (int i = 0; i < y_axis0; i++)
        for (int j = 0; j < y_axis1; j++)
            for (int c = 0; c < y_axis2; c++, n++) {
                float total = 0.0f;
                for (int k = 0; k < KERNEL_SHAPE_0; k++)
                    for (int l = 0; l < KERNEL_SHAPE_1; l++) {
                        const int row = i * STRIDES_0 - PADS_0 + k, column = j * STRIDES_1 - PADS_1 + l;
                        if (row < 0 || row >= X_axis0 || column < 0 || column >= X_axis1)
                            continue;
                        const float real = (float)(X[(row * X_axis1 + column) * X_axis2 + c] - x_zero_point[0]) * x_scale[0];
                        total += real;
                    }
                expect("sum, equal or not", n, 1, total == sum[n]);
                const float mean = total / (float)count[n];
                const float value = mean / y_scale[0] + (float)y_zero_point[0];
                const float most = lowest + 255.0f;
                expect("output", n, y[n], lrintf(value < lowest ? lowest : value > most ? most : value));
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
