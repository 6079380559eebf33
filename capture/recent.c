/* recent.c - see recent.h. */
#include "recent.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* Powers of two, so that each octet has its place by its offset.  Most sides of a dialogue say little. */
#define FIRST_ROOM 256u

static size_t place_of(const struct recent *h, uint64_t offset)
{
    return (size_t)(offset & (h->room - 1));
}

static void put(struct recent *h, uint64_t offset, struct slice s)
{
    while (s.n) {
        size_t place = place_of(h, offset);
        struct slice piece = slice_head(s, h->room - place);
        memcpy(h->octets + place, piece.p, piece.n);
        s = slice_tail(s, piece.n);
        offset += piece.n;
    }
}

/* What it holds is not more than its room was, and was put there in two pieces at most. */
static void make_room(struct recent *h, uint64_t need)
{
    const struct recent old = *h;

    if (need <= old.room || old.room == BOUND_RECENT_OCTETS)
        return;
    h->room = old.room ? old.room : FIRST_ROOM;
    while (h->room < need && h->room < BOUND_RECENT_OCTETS)
        h->room *= 2;
    h->octets = must_alloc(1, h->room);
    for (uint64_t at = old.from; at < old.to;) {
        struct slice kept = {old.octets + place_of(&old, at), old.room - place_of(&old, at)};
        kept = slice_head(kept, (size_t)(old.to - at));
        put(h, at, kept);
        at += kept.n;
    }
    free(old.octets);
}

void recent_add(struct recent *h, uint64_t offset, struct slice s)
{
    if (offset != h->to)
        h->from = h->to = offset;
    make_room(h, h->to - h->from + s.n);
    h->to += s.n;
    s = slice_tail(s, s.n > h->room ? s.n - h->room : 0);
    put(h, h->to - s.n, s);
    if (h->to - h->from > h->room)
        h->from = h->to - h->room;
}

size_t recent_get(const struct recent *h, uint64_t offset, size_t n, uint8_t *to, size_t *skipped_r)
{
    uint64_t first = offset > h->from ? offset : h->from;
    uint64_t end = offset + n < h->to ? offset + n : h->to;

    if (first >= end)
        return 0;
    *skipped_r = (size_t)(first - offset);
    for (uint64_t at = first; at < end; at++)
        *to++ = h->octets[place_of(h, at)];
    return (size_t)(end - first);
}

void recent_clear(struct recent *h)
{
    free(h->octets);
    *h = (struct recent){0};
}
