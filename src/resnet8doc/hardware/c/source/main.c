/* Reads what the network is fed from standard input, one item (an image) after another until there are no more: its inputs in
 * the order of --inputs, in this machine's byte order.
 *
 * network             for each item every code that comes out, and what it stands for; its class, where there is one
 * network --codes     the codes as they are: those of each output, for each item
 * network --tensor T  the codes of tensor T, images channels last
 * network --all       the codes of every tensor, in order of computation
 * network --list      the tensors' names and lengths
 * network --inputs    the inputs' types, lengths in bytes and names
 */
#include <stdio.h>
#include <string.h>

#include "network.h"

enum { TEXT, CODES, TENSOR, ALL, LIST, INPUTS };

typedef struct {
    const char *type, *name;
    size_t offset, bytes;
} input_t;

typedef struct {
    const char *name;
    size_t offset, count;
    int is_signed;
    int zero_point;
    double scale;
} output_t;

typedef struct {
    int mode;
    const char *tensor;
    size_t seen; /* how many tensors were that one */
} request_t;

static const input_t inputs[] = INPUT_TABLE;
static const output_t outputs[] = OUTPUT_TABLE;

#define LENGTH(table) (sizeof(table) / sizeof *(table))

static float in[(INPUT_BYTES + sizeof(float) - 1) / sizeof(float)]; /* float, so that real inputs lie well */
static unsigned char out[OUTPUT_BYTES];

static void observe(void *context, const char *tensor, const void *codes, size_t count)
{
    request_t *request = context;
    const int wanted = request->mode == TENSOR && strcmp(tensor, request->tensor) == 0;
    if (request->mode == LIST)
        printf("%s %lu\n", tensor, (unsigned long)count);
    if (wanted || request->mode == ALL)
        fwrite(codes, 1, count, stdout);
    request->seen += (size_t)wanted;
}

static int code(const output_t *output, size_t k)
{
    const unsigned char byte = out[output->offset + k];
    return output->is_signed && byte > 127 ? byte - 256 : byte;
}

static void print(unsigned long number)
{
    const output_t *last = outputs + LENGTH(outputs) - 1;
    size_t best = 0, longest = 0;
    for (size_t k = 1; k < last->count; k++)
        if (code(last, k) > code(last, best))
            best = k;
    if (CLASSIFIES)
        printf(ITEM " %lu: class %lu\n", number, (unsigned long)best);
    else
        printf(ITEM " %lu\n", number);
    for (size_t i = 0; i < LENGTH(outputs); i++)
        longest = outputs[i].count > longest ? outputs[i].count : longest;
    for (size_t k = 0; k < longest; k++) {
        printf("  %lu", (unsigned long)k);
        for (size_t i = 0; i < LENGTH(outputs); i++) {
            const output_t *output = outputs + i;
            if (k < output->count)
                printf(" %s %4d = %.6g ", output->name, code(output, k), (code(output, k) - output->zero_point) * output->scale);
        }
        printf("\n");
    }
}

/* Read one item; return how many bytes of it there were. */
static size_t read_item(void)
{
    size_t got = 0;
    for (size_t i = 0; i < LENGTH(inputs); i++)
        got += fread((unsigned char *)in + inputs[i].offset, 1, inputs[i].bytes, stdin);
    return got;
}

int main(int argc, char **argv)
{
    request_t request = {TEXT, "", 0};
    size_t whole = 0;
    for (size_t i = 0; i < LENGTH(inputs); i++)
        whole += inputs[i].bytes;
    if (argc == 2 && strcmp(argv[1], "--codes") == 0)
        request.mode = CODES;
    else if (argc == 2 && strcmp(argv[1], "--all") == 0)
        request.mode = ALL;
    else if (argc == 2 && strcmp(argv[1], "--list") == 0)
        request.mode = LIST;
    else if (argc == 2 && strcmp(argv[1], "--inputs") == 0)
        request.mode = INPUTS;
    else if (argc == 3 && strcmp(argv[1], "--tensor") == 0) {
        request.mode = TENSOR;
        request.tensor = argv[2];
    } else if (argc != 1) {
        fprintf(stderr, "usage: %s [--codes | --tensor NAME | --all | --list | --inputs] < items\n", argv[0]);
        return 2;
    }
    if (request.mode == INPUTS) {
        for (size_t i = 0; i < LENGTH(inputs); i++)
            printf("%s %lu %s\n", inputs[i].type, (unsigned long)inputs[i].bytes, inputs[i].name);
        return 0;
    }
    if (request.mode == LIST) {
        NETWORK_RUN((unsigned char *)in, out, observe, &request);
        return 0;
    }
    unsigned long number = 0;
    size_t got;
    while ((got = read_item()) == whole) {
        NETWORK_RUN((unsigned char *)in, out, observe, &request);
        if (request.mode == CODES)
            fwrite(out, 1, sizeof out, stdout);
        else if (request.mode == TEXT)
            print(number);
        else if (request.mode == TENSOR && request.seen == 0) {
            fprintf(stderr, "there is no tensor %s; --list names them\n", request.tensor);
            return 2;
        }
        number++;
    }
    if (got != 0) {
        fprintf(stderr, "the last " ITEM " has %lu bytes of %lu\n", (unsigned long)got, (unsigned long)whole);
        return 1;
    }
    return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
