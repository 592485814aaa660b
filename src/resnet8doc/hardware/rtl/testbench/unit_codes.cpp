// A unit that makes codes, on cases from a file: what it gives for each.
//
//   unit_codes CASES FOUND
//
// CASES has one row a case: the unit's inputs as int64, in the order below. FOUND gets one int32 a case: the code, or -1000
// where none came. units.py includes this file, after what it needs, with UNIT_ and the module's name as a macro, and the module's
// parameters and LATENCY in cycles as constants.

#if defined UNIT_requantizer
using Unit = Vrequantizer;
enum { INPUTS = 5 };
static void set(Unit &dut, const int64_t *v) {
    const uint64_t mask = (1ull << SUM_BITS) - 1;
    dut.sum = v[0] & mask, dut.bias = v[1] & mask, dut.mantissa = v[2], dut.align = v[3], dut.zero = (uint8_t)v[4];
}
#elif defined UNIT_requantizer_tflite
using Unit = Vrequantizer_tflite;
enum { INPUTS = 6 };
static void set(Unit &dut, const int64_t *v) {
    const uint64_t mask = (1ull << SUM_BITS) - 1;
    dut.sum = v[0] & mask, dut.bias = v[1] & mask, dut.multiplier = v[2], dut.shift = v[3], dut.way = v[4];
    dut.zero = (uint8_t)v[5];
}
#elif defined UNIT_residual_adder
using Unit = Vresidual_adder;
enum { INPUTS = 5 };
static void set(Unit &dut, const int64_t *v) {
    dut.a = (uint8_t)v[0], dut.b = (uint8_t)v[1], dut.factor = v[2], dut.second_factor = v[3], dut.offset = (uint32_t)v[4];
}
#elif defined UNIT_residual_adder_tflite
using Unit = Vresidual_adder_tflite;
enum { INPUTS = 12 };
static void set(Unit &dut, const int64_t *v) {
    dut.a = (uint8_t)v[0], dut.b = (uint8_t)v[1];
    dut.zero = (uint8_t)v[2], dut.second_zero = (uint8_t)v[3], dut.sum_zero = (uint8_t)v[4];
    dut.multiplier = v[5], dut.second_multiplier = v[6], dut.sum_multiplier = v[7];
    dut.shift = v[8], dut.second_shift = v[9], dut.sum_shift = v[10], dut.way = v[11];
}
#endif

int main(int argc, char **argv) {
    FILE *cases = argc == 3 ? fopen(argv[1], "rb") : nullptr, *found = argc == 3 ? fopen(argv[2], "wb") : nullptr;
    if (!cases || !found) return fprintf(stderr, "unit_codes CASES FOUND\n"), 2;
    Unit dut;
    int64_t inputs[INPUTS];
    int after = 0;  // cycles since the last case
    for (uint64_t cycle = 0; after <= LATENCY; cycle++) {
        dut.valid = !after && fread(inputs, 8, INPUTS, cases) == INPUTS;
        if (dut.valid) set(dut, inputs);
        else after++;
        dut.clock = 0, dut.eval();
        if (cycle >= LATENCY && after <= LATENCY) {
            const int32_t code = dut.code_valid ? (int8_t)dut.code : -1000;
            fwrite(&code, 4, 1, found);
        }
        dut.clock = 1, dut.eval();
    }
    return fclose(found) != 0;
}
