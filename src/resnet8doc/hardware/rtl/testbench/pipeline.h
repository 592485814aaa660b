// A module that takes one case a cycle and gives its code DEPTH cycles later.
#pragma once
#include <cstdint>
#include <cstdio>

#include "verilated.h"

// put(dut, n) sets the inputs of case n, code(n) is what it must give, say(n, found) names the case to the reader.
template <class Dut, class Put, class Code, class Say>
uint64_t wrong_cases(Dut &dut, uint64_t cases, Put put, Code code, Say say, uint64_t already = 0) {
    uint64_t wrong = already;
    for (uint64_t i = 0; i < cases + DEPTH; i++) {
        dut.valid = i < cases;
        if (i < cases) put(dut, i);
        dut.clock = 0, dut.eval();
        if (i >= DEPTH && (!dut.code_valid || (int8_t)dut.code != code(i - DEPTH)) && wrong++ < 5) {
            char found[40];
            snprintf(found, sizeof found, "%s%d", dut.code_valid ? "" : "no valid code, ", (int8_t)dut.code);
            say(i - DEPTH, found);
        }
        dut.clock = 1, dut.eval();
    }
    return wrong;
}
