// Writes what the signals of a waveform hold in each cycle of one layer, as comma-separated values.
// In ONNX Runtime's arithmetic (ARITHMETIC is 0) also what happens within the requantizer.
#ifndef WAVEFORM_H
#define WAVEFORM_H

#include <cstdint>
#include <cstdio>

#include "Vresnet8.h"
#include "Vresnet8___024root.h"

#define REQUANTIZER(signal) resnet8__DOT__g_float32__DOT__requantizer___DOT__##signal

struct Waveform {
    FILE *file;
    int layer;

    Waveform(const char *name, int layer) : file(name ? fopen(name, "w") : nullptr), layer(layer) {
        if (file)
            fprintf(file, "cycle,address,weights,multiply,x,w,sum_0,sums_valid,sum,sum_valid,code,code_valid,word,word_valid,"
                          "write_address%s\n", ARITHMETIC == 0 ? ",biased,product,k,d,up" : "");
    }

    void write(const Vresnet8 &dut, uint64_t cycle) {
        if (!file || dut.probe_layer != layer) return;
        const auto &r = *dut.rootp;
        fprintf(file, "%llu,%u,%u,%u,%u,%u,%d,%u,%d,%u,%d,%u,%u,%u,%u", (unsigned long long)cycle,
                (unsigned)(r.resnet8__DOT__step >> 13 & 0x3fff), (unsigned)(r.resnet8__DOT__step & 0x1fff),
                r.resnet8__DOT__multiply, r.resnet8__DOT__x, (unsigned)r.resnet8__DOT__w[0],
                (int)(r.resnet8__DOT__sums[0] << 7) >> 7, r.resnet8__DOT__sums_valid, (int)(r.resnet8__DOT__sum << 7) >> 7,
                r.resnet8__DOT__sum_valid, (int8_t)r.resnet8__DOT__requantized, r.resnet8__DOT__requantized_valid,
                r.resnet8__DOT__word, r.resnet8__DOT__word_valid, r.resnet8__DOT__write_address);
#if ARITHMETIC == 0
        fprintf(file, ",%d,%lld,%d,%lld,%u", (int)(r.REQUANTIZER(biased) << 7) >> 7,
                (long long)(r.REQUANTIZER(product) << 15) >> 15, (int)((unsigned)r.REQUANTIZER(k) << 23) >> 23,
                (long long)(r.REQUANTIZER(d) << 24) >> 24, r.REQUANTIZER(up));
#endif
        fputc('\n', file);
    }

    ~Waveform() {
        if (file) fclose(file);
    }
};

#endif
