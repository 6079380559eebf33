/* octets.c - see octets.h. */
#include "octets.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

#define LEAST_ROOM 512

uint8_t *octets_more(struct octets *o, size_t n)
{
    size_t room = o->room ? o->room : LEAST_ROOM;

    while (room - o->n < n)
        room *= 2;
    if (room > o->room) {
        o->p = must_grow(o->p, room, 1);
        o->room = room;
    }
    o->n += n;
    return o->p + o->n - n;
}

void octets_add(struct octets *o, struct slice s)
{
    if (s.n)
        memcpy(octets_more(o, s.n), s.p, s.n);
}

void octets_text(struct octets *o, const char *text)
{
    octets_add(o, slice_of(text));
}

void octets_put16(uint8_t *to, unsigned value)
{
    to[0] = (uint8_t)(value >> 8);
    to[1] = (uint8_t)value;
}

void octets_put32(uint8_t *to, uint32_t value)
{
    octets_put16(to, value >> 16);
    octets_put16(to + 2, value & 0xffff);
}

void octets_u8(struct octets *o, unsigned value)
{
    *octets_more(o, 1) = (uint8_t)value;
}

void octets_u16(struct octets *o, unsigned value)
{
    octets_put16(octets_more(o, 2), value);
}

void octets_u32(struct octets *o, uint32_t value)
{
    octets_put32(octets_more(o, 4), value);
}

struct slice octets_slice(const struct octets *o)
{
    return (struct slice){o->p, o->n};
}

void octets_free(struct octets *o)
{
    free(o->p);
    *o = (struct octets){0};
}
