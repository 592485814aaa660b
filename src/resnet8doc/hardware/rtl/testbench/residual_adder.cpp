// The residual adder on all 65,536 pairs of codes of each addition: see all_pairs.h.
//
//   residual_adder SUMS
//
// Compiled with DEPTH, the module's latency in cycles, as a macro. The integers: factor, second factor, offset.
#include "Vresidual_adder.h"
#include "all_pairs.h"

int main(int argc, char **argv) {
    return all_pairs<Vresidual_adder, 3>(argc, argv, "float32", [](Vresidual_adder &dut, const int32_t *v) {
        dut.factor = v[0], dut.second_factor = v[1], dut.offset = (uint32_t)v[2];
    });
}
