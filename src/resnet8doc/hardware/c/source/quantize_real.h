/* From real numbers to codes. */
#include <stddef.h>
#include <stdint.h>

#include "types.h"
#include "walk.h"

#ifndef QUANTIZE_T
#define QUANTIZE_T
typedef struct {
    const float *scale;        /* one, or one for each channel */
    const int32_t *zero_point; /* likewise */
} quantize_t;
#endif

/* x -> y [count]; with channels, by the scale of the channel that they say */
void quantize_real(const quantize_t *p, const walk_t *channels, const walk_t *w, const float *x, size_t count, code_t *y);
