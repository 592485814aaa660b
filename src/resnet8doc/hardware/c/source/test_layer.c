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

#if defined(VECTOR_OF_TFLITE_MICRO)
#define TFLITE 1
#elif !defined(VECTOR_OF_ONNXRUNTIME_X86)
#error "this vector is in an arithmetic that test_layer.c does not have: VECTOR_RUNTIME says whose"
#endif

#define LOWEST ((y_type)-1 < 0 ? -128 : 0) /* signed or unsigned codes */

#if defined(TFLITE) && !defined(VECTOR_WINDOWS)
/* floor(value / 2^shift); C leaves the right shift of a negative number to the compiler. */
static int64_t floor_shift(int64_t value, int shift)
{
    return value < 0 ? ~(~value >> shift) : value >> shift;
}

/* value * m * 2^(e - 31), rounded twice: the high half, halves up; then the shift, halves away from zero. */
static int64_t scaled(int64_t value, int64_t m, int e)
{
    const int64_t wide = e > 0 ? (int32_t)((uint32_t)value << e) : value; /* what leaves 32 bits is lost */
    const int64_t high = floor_shift(wide * m + ((int64_t)1 << 30), 31);
    return e < 0 ? floor_shift(high + ((int64_t)1 << (-e - 1)) - (high < 0), -e) : high;
}

static int32_t saturated(int64_t value)
{
    return (int32_t)(value < LOWEST ? LOWEST : value > LOWEST + 255 ? LOWEST + 255 : value);
}
#endif

#if defined(multiplier_type)
/* 32 to 8 bits. Of the factor there is one for all channels, or one for each. */
static int32_t requantize(int32_t sum, long channel, int32_t zero_point)
{
    const long at = sizeof multiplier == sizeof multiplier[0] ? 0 : channel;
#if defined(TFLITE)
    return saturated(scaled(sum, multiplier[at], exponent[at]) + zero_point);
#else
    /* float32 multiply, round half to even, zero point, clamp */
    float value = (float)sum * multiplier[at];
    if (value < (float)(LOWEST - zero_point))
        value = (float)(LOWEST - zero_point);
    if (value > (float)(LOWEST + 255 - zero_point))
        value = (float)(LOWEST + 255 - zero_point);
    return (int32_t)lrintf(value) + zero_point;
#endif
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
                expect("output", n, y[n], requantize(sum, m, y_zero_point[0]));
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
            expect("output", at, y[at], requantize(sum, n, y_zero_point[0]));
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

#if defined(TFLITE)
static int32_t sum_of(int32_t left, int32_t right)
{
    const int64_t a = scaled((int64_t)(left - A_zero_point[0]) * (1 << 20), A_multiplier[0], A_exponent[0]);
    const int64_t b = scaled((int64_t)(right - B_zero_point[0]) * (1 << 20), B_multiplier[0], B_exponent[0]);
    return saturated(scaled(a + b, C_multiplier[0], C_exponent[0]) + C_zero_point[0]);
}
#else
static int32_t sum_of(int32_t left, int32_t right)
{
    const float a_ratio = A_scale[0] / C_scale[0], b_ratio = B_scale[0] / C_scale[0];
    const float b_part = b_ratio * (float)B_zero_point[0];
    const float constant = (float)C_zero_point[0] - fmaf(a_ratio, (float)A_zero_point[0], b_part);
    const float value = fmaf((float)left, a_ratio, fmaf((float)right, b_ratio, constant));
    const float lowest = (float)LOWEST, most = lowest + 255.0f;
    return (int32_t)lrintf(value < lowest ? lowest : value > most ? most : value);
}
#endif

static void test(void)
{
    long n = 0;
    for (int i = 0; i < y_axis0; i++)
        for (int j = 0; j < y_axis1; j++)
            for (int k = 0; k < y_axis2; k++)
                for (int l = 0; l < y_axis3; l++, n++)
                    expect("output", n, y[n], sum_of(A[PLACE(A, i, j, k, l)], B[PLACE(B, i, j, k, l)]));
}
#elif defined(VECTOR_WINDOWS)
#if defined(TFLITE)
typedef int32_t sum_t; /* of the codes */
#define PART(code) (code)

/* An integer division, halves away from zero. */
static int32_t mean(sum_t total, int32_t number)
{
    return (total < 0 ? total - number / 2 : total + number / 2) / number;
}
#else
typedef float sum_t; /* of the numbers that they stand for */
#define PART(code) ((float)((code)-x_zero_point[0]) * x_scale[0])

static int32_t mean(sum_t total, int32_t number)
{
    const float value = total / (float)number / y_scale[0] + (float)y_zero_point[0];
    const float lowest = (float)LOWEST, most = lowest + 255.0f;
    return (int32_t)lrintf(value < lowest ? lowest : value > most ? most : value);
}
#endif

static void test(void)
{
    long n = 0;
    for (int i = 0; i < y_axis0; i++)
        for (int j = 0; j < y_axis1; j++)
            for (int c = 0; c < y_axis2; c++, n++) {
                sum_t total = 0;
                for (int k = 0; k < KERNEL_SHAPE_0; k++)
                    for (int l = 0; l < KERNEL_SHAPE_1; l++) {
                        const int row = i * STRIDES_0 - PADS_0 + k, column = j * STRIDES_1 - PADS_1 + l;
                        if (row < 0 || row >= X_axis0 || column < 0 || column >= X_axis1)
                            continue;
                        const sum_t part = PART(X[(row * X_axis1 + column) * X_axis2 + c]);
                        total += part;
                    }
                expect("sum, equal or not", n, 1, total == sum[n]);
                expect("output", n, y[n], mean(total, count[n]));
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
        expect("output", c, y[c], requantize(sum, 0, y_zero_point[0]));
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
