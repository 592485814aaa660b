/* Numbers that are not read one after another: transposed, spread over a larger tensor, or looked up in a table. */
#ifndef WALK_H
#define WALK_H

#include <stddef.h>
#include <stdint.h>

#define WALK_AXES 8

/* Counts through axes of these sizes, the last fastest. Number n lies at the sum of each axis' index times its step, or where a
 * table says. */
typedef struct {
    int axes;
    int32_t size[WALK_AXES], step[WALK_AXES];
    const int32_t *places; /* a null pointer where the steps say */
} walk_t;

size_t walk_at(const walk_t *w, size_t n);

/* x -> y [count], in another order */
void copy_codes(const walk_t *w, const void *x, size_t count, void *y);

/* x -> y [count] by a table of 256 bytes, one for each byte; with channels, the table of the channel that they say */
void look_up(const uint8_t *table, const walk_t *channels, const walk_t *w, const void *x, size_t count, void *y);

/* Runs of count codes from x to y, each code by a table of 256 bytes or, with a null pointer, as it is. The walks say where a
 * run begins. */
void put_codes(const uint8_t *table, const walk_t *from, const walk_t *to, const void *x, size_t count, size_t runs, void *y);

#endif
