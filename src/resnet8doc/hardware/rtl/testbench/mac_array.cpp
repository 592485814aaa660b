// The array of multipliers against plain sums: random codes and weights, the extremes among them, sums of 1 to 64 steps,
// one right after another or with gaps.
//
//   mac_array SUMS
//
// Compiled with the module's parameters as macros: LANES, WIDTH, WEIGHT_BITS, SUM_BITS, and LATENCY.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <vector>

#include "Vmac_array.h"
#include "ports.h"
#include "verilated.h"

static uint64_t state = 88172645463325252ull;
static uint64_t draw() {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state >> 16;
}

int main(int argc, char **argv) {
    const long sums = argc > 1 ? atol(argv[1]) : 1000;
    Vmac_array dut;
    std::deque<std::pair<uint64_t, std::vector<int64_t>>> expected;  // in which cycle, what
    unsigned long checked = 0, wrong = 0;
    uint64_t cycle = 0;
    auto clock = [&] {
        dut.clock = 0, dut.eval();
        const bool due = !expected.empty() && expected.front().first == cycle;
        if (due || dut.sums_valid) {
            for (int lane = 0; lane < LANES; lane++) {
                const int64_t found = get(dut.sums, lane * SUM_BITS, SUM_BITS);
                checked += due;
                if (!due || !dut.sums_valid || found != expected.front().second[lane])
                    if (wrong++ < 5)
                        printf("cycle %llu, lane %d: expected %s%lld, the module gives %s%lld\n", (unsigned long long)cycle,
                               lane, due ? "" : "no sum, not ", due ? (long long)expected.front().second[lane] : 0,
                               dut.sums_valid ? "" : "no valid sum, ", (long long)found);
            }
            if (due) expected.pop_front();
        }
        dut.clock = 1, dut.eval();
        cycle++;
    };
    dut.valid = 0;
    for (int i = 0; i < 8; i++) clock();
    for (long n = 0; n < sums; n++) {
        std::vector<int64_t> total(LANES, 0);
        const int steps = 1 + draw() % 64;
        const bool extreme = draw() % 4 == 0;
        for (int step = 0; step < steps; step++) {
            int x[WIDTH];
            for (int i = 0; i < WIDTH; i++) x[i] = extreme ? (draw() & 1 ? -128 : 127) : (int8_t)draw();
            for (int i = 0; i < WIDTH; i++) put(dut.x, 8 * i, 8, (uint64_t)x[i]);
            for (int lane = 0; lane < LANES; lane++)
                for (int i = 0; i < WIDTH; i++) {
                    const int limit = 1 << (WEIGHT_BITS - 1);
                    const int w = extreme ? (draw() & 1 ? -limit : limit - 1) : (int)(draw() % (2 * limit)) - limit;
                    put(dut.w, (lane * WIDTH + i) * WEIGHT_BITS, WEIGHT_BITS, (uint64_t)(int64_t)w);
                    total[lane] += x[i] * w;
                }
            dut.valid = 1, dut.first = step == 0, dut.last = step == steps - 1;
            if (step == steps - 1) expected.push_back({cycle + LATENCY, total});
            clock();
            dut.valid = 0, dut.last = draw() & 1, dut.first = draw() & 1;  // without valid they mean nothing
            for (int gap = draw() % 8 == 0 ? draw() % 4 : 0; gap > 0; gap--) clock();
        }
    }
    dut.valid = 0;
    for (int i = 0; i < 8; i++) clock();
    printf("%lu %lu\n", checked, wrong);
    return wrong != 0 || !expected.empty();
}
