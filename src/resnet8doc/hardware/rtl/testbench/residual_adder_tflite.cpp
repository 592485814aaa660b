// TensorFlow Lite's residual adder on all 65,536 pairs of codes of each addition: see all_pairs.h.
//
//   residual_adder_tflite SUMS
//
// Compiled with DEPTH, the module's latency in cycles, as a macro. The integers: zero points of both summands and the sum,
// their multipliers, their shifts, and the way in which the summands are rounded.
#include "Vresidual_adder_tflite.h"
#include "all_pairs.h"

int main(int argc, char **argv) {
    return all_pairs<Vresidual_adder_tflite, 10>(argc, argv, "TFLite", [](Vresidual_adder_tflite &dut, const int32_t *v) {
        dut.zero = (uint8_t)v[0], dut.second_zero = (uint8_t)v[1], dut.sum_zero = (uint8_t)v[2];
        dut.multiplier = v[3], dut.second_multiplier = v[4], dut.sum_multiplier = v[5];
        dut.shift = v[6], dut.second_shift = v[7], dut.sum_shift = v[8], dut.way = v[9];
    });
}
