/* The whole network; network.c is generated from the model. */
#ifndef NETWORK_H
#define NETWORK_H

#include <stddef.h>
#include <stdint.h>

#include "types.h"

/* Called after each operator with the tensor that it made, channels last; may be a null pointer. */
typedef void (*observer_t)(void *context, const char *tensor, const code_t *codes, size_t count);

/* One image, pixels 0 to 255, IMAGE_BYTES of them as [row][column][channel] -> one code for each class: logits and
 * probabilities. Not reentrant: the activations lie in one static buffer of ARENA_BYTES. */
void network_run(const uint8_t *image, code_t logits[CLASSES], code_t probabilities[CLASSES], observer_t observe,
                 void *context);

#endif
