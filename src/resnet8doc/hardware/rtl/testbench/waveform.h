// Writes what the signals of a waveform hold in each cycle of one layer, as comma-separated values.
#ifndef WAVEFORM_H
#define WAVEFORM_H

#include <cstdint>
#include <cstdio>

#include "Vresnet8.h"
#include "Vresnet8___024root.h"

struct Waveform {
    FILE *file;
    int layer;

    Waveform(const char *name, int layer) : file(name ? fopen(name, "w") : nullptr), layer(layer) {
        if (file)
            fprintf(file, "cycle,address,weights,multiply,x,w,sum_0,sums_valid,sum,sum_valid,biased,product,k,d,up,code,"
                          "code_valid,word,word_valid,write_address\n");
    }

    void write(const Vresnet8 &dut, uint64_t cycle) {
        if (!file || dut.probe_layer != layer) return;
        const auto &r = *dut.rootp;
        fprintf(file, "%llu,%u,%u,%u,%u,%u,%d,%u,%d,%u,%d,%lld,%d,%lld,%u,%d,%u,%u,%u,%u\n", (unsigned long long)cycle,
                (unsigned)(r.resnet8__DOT__step >> 13 & 0x3fff), (unsigned)(r.resnet8__DOT__step & 0x1fff),
                r.resnet8__DOT__multiply, r.resnet8__DOT__x, (unsigned)r.resnet8__DOT__w[0],
                (int)(r.resnet8__DOT__sums[0] << 7) >> 7, r.resnet8__DOT__sums_valid, (int)(r.resnet8__DOT__sum << 7) >> 7,
                r.resnet8__DOT__sum_valid, (int)(r.resnet8__DOT__requantizer___DOT__biased << 7) >> 7,
                (long long)(r.resnet8__DOT__requantizer___DOT__product << 15) >> 15,
                (int)((unsigned)r.resnet8__DOT__requantizer___DOT__k << 23) >> 23,
                (long long)(r.resnet8__DOT__requantizer___DOT__d << 24) >> 24, r.resnet8__DOT__requantizer___DOT__up,
                (int8_t)r.resnet8__DOT__requantizer___DOT__code, r.resnet8__DOT__requantizer___DOT__code_valid,
                r.resnet8__DOT__word, r.resnet8__DOT__word_valid, r.resnet8__DOT__write_address);
    }

    ~Waveform() {
        if (file) fclose(file);
    }
};

#endif
