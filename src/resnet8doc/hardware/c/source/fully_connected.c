/* FULLY_CONNECTED as TensorFlow Lite's reference kernels have it: a product in float64, rounded once, halves away from zero. */
#include "fully_connected.h"

static code_t requantize_real(double product, int32_t zero_point)
{
    const double far = 1 << 9; /* cut where 8 bits hold no more, so that the sum fits 32 */
    const double cut = product < -far ? -far : product > far ? far : product;
    const double size = cut < 0 ? -cut : cut;
    int32_t whole = (int32_t)size;
    whole += size - whole >= 0.5; /* what is left of a float64 is one: nothing is rounded here */
    whole = (cut < 0 ? -whole : whole) + zero_point;
    return (code_t)(whole < CODE_MIN ? CODE_MIN : whole > CODE_MAX ? CODE_MAX : whole);
}

void fully_connected(const fully_connected_t *layer, const code_t *a, code_t *y)
{
    const matmul_t *p = &layer->products;
    for (int i = 0; i < p->rows; i++)
        for (int n = 0; n < p->outputs; n++) {
            const code_t *row = a + i * p->inputs;
            const matmul_weight_t *b = p->b + n * p->inputs;
            const int32_t b_zero_point = p->b_zero_point ? p->b_zero_point[n] : 0;
            int32_t accumulator = p->bias ? p->bias[i * p->bias_step + n] : 0;
            for (int k = 0; k < p->inputs; k++)
                accumulator += (row[k] - p->a_zero_point) * (b[k] - b_zero_point);
            *y++ = requantize_real(accumulator * layer->factor[n], p->requantize.y_zero_point);
        }
}
