// Bits of a port of any width, whichever type Verilator gave it.
#pragma once
#include <cstdint>

template <class Port> static void put(Port &port, int at, int bits, uint64_t value) {
    uint32_t *words = (uint32_t *)&port;
    for (int i = 0; i < bits; i++) {
        const int bit = at + i;
        words[bit / 32] = (words[bit / 32] & ~(1u << bit % 32)) | (uint32_t)(value >> i & 1) << bit % 32;
    }
}

// As a signed number.
template <class Port> static int64_t get(const Port &port, int at, int bits) {
    const uint32_t *words = (const uint32_t *)&port;
    uint64_t value = 0;
    for (int i = 0; i < bits; i++) value |= (uint64_t)(words[(at + i) / 32] >> (at + i) % 32 & 1) << i;
    return (int64_t)(value << (64 - bits)) >> (64 - bits);
}
