/* Reads images from standard input, IMAGE_BYTES bytes each ([row][column][channel]), until there are no more.
 *
 * network             a line for each image: its class and every class's logit and probability, dequantized
 * network --codes     the codes as they are: CLASSES bytes of logits, then CLASSES bytes of probabilities, for each image
 * network --tensor T  the codes of tensor T, channels last
 * network --all       the codes of every tensor, in order of computation
 * network --list      the tensors' names and lengths
 */
#include <stdio.h>
#include <string.h>

#include "network.h"

enum { TEXT, CODES, TENSOR, ALL, LIST };

typedef struct {
    int mode;
    const char *tensor;
    size_t seen; /* how many tensors were that one */
} request_t;

static void observe(void *context, const char *tensor, const code_t *codes, size_t count)
{
    request_t *request = context;
    const int wanted = request->mode == TENSOR && strcmp(tensor, request->tensor) == 0;
    if (request->mode == LIST)
        printf("%s %lu\n", tensor, (unsigned long)count);
    if (wanted || request->mode == ALL)
        fwrite(codes, sizeof *codes, count, stdout);
    request->seen += (size_t)wanted;
}

static void print(unsigned long number, const code_t logits[CLASSES], const code_t probabilities[CLASSES])
{
    int best = 0;
    for (int k = 1; k < CLASSES; k++)
        if (probabilities[k] > probabilities[best])
            best = k;
    printf("image %lu: class %d\n", number, best);
    for (int k = 0; k < CLASSES; k++) {
        const double logit = (logits[k] - LOGIT_ZERO_POINT) * (double)LOGIT_SCALE;
        const double probability = (probabilities[k] - PROBABILITY_ZERO_POINT) * (double)PROBABILITY_SCALE;
        printf("  %d logit %4d = %8.4f  probability %4d = %.4f\n", k, logits[k], logit, probabilities[k], probability);
    }
}

int main(int argc, char **argv)
{
    static uint8_t image[IMAGE_BYTES];
    code_t logits[CLASSES], probabilities[CLASSES];
    request_t request = {TEXT, "", 0};
    if (argc == 2 && strcmp(argv[1], "--codes") == 0)
        request.mode = CODES;
    else if (argc == 2 && strcmp(argv[1], "--all") == 0)
        request.mode = ALL;
    else if (argc == 2 && strcmp(argv[1], "--list") == 0)
        request.mode = LIST;
    else if (argc == 3 && strcmp(argv[1], "--tensor") == 0) {
        request.mode = TENSOR;
        request.tensor = argv[2];
    } else if (argc != 1) {
        fprintf(stderr, "usage: %s [--codes | --tensor NAME | --all | --list] < images\n", argv[0]);
        return 2;
    }
    if (request.mode == LIST) {
        network_run(image, logits, probabilities, observe, &request);
        return 0;
    }
    unsigned long number = 0;
    size_t got;
    while ((got = fread(image, 1, sizeof image, stdin)) == sizeof image) {
        network_run(image, logits, probabilities, observe, &request);
        if (request.mode == CODES) {
            fwrite(logits, sizeof *logits, CLASSES, stdout);
            fwrite(probabilities, sizeof *probabilities, CLASSES, stdout);
        } else if (request.mode == TEXT)
            print(number, logits, probabilities);
        else if (request.mode == TENSOR && request.seen == 0) {
            fprintf(stderr, "there is no tensor %s; --list names them\n", request.tensor);
            return 2;
        }
        number++;
    }
    if (got != 0) {
        fprintf(stderr, "the last image has %lu bytes of %d\n", (unsigned long)got, IMAGE_BYTES);
        return 1;
    }
    return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
