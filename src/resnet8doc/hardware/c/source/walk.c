/* Numbers that are not read one after another. */
#include "walk.h"

size_t walk_at(const walk_t *w, size_t n)
{
    size_t at = 0;
    if (w->places)
        return (size_t)w->places[n];
    for (int axis = w->axes - 1; axis >= 0; axis--) {
        at += n % (size_t)w->size[axis] * (size_t)w->step[axis];
        n /= (size_t)w->size[axis];
    }
    return at;
}

void copy_codes(const walk_t *w, const void *x, size_t count, void *y)
{
    const uint8_t *from = x;
    uint8_t *to = y;
    for (size_t n = 0; n < count; n++)
        to[n] = from[walk_at(w, n)];
}

void look_up(const uint8_t *table, const walk_t *channels, const walk_t *w, const void *x, size_t count, void *y)
{
    const uint8_t *from = x;
    uint8_t *to = y;
    for (size_t n = 0; n < count; n++)
        to[n] = table[256 * (channels ? walk_at(channels, n) : 0) + from[walk_at(w, n)]];
}

void put_codes(const uint8_t *table, const walk_t *from, const walk_t *to, const void *x, size_t count, size_t runs, void *y)
{
    for (size_t run = 0; run < runs; run++) {
        const uint8_t *read = (const uint8_t *)x + walk_at(from, run);
        uint8_t *made = (uint8_t *)y + walk_at(to, run);
        for (size_t n = 0; n < count; n++)
            made[n] = table ? table[read[n]] : read[n];
    }
}
