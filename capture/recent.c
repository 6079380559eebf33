/* recent.c - see recent.h. */
#include "recent.h"

#include <string.h>

void recent_add(struct recent *h, uint64_t offset, struct slice s)
{
    if (offset != h->to)
        h->from = offset;
    h->to = offset + s.n;
    s = slice_tail(s, s.n > BOUND_RECENT_OCTETS ? s.n - BOUND_RECENT_OCTETS : 0);
    for (uint64_t at = h->to - s.n; s.n;) {
        size_t place = (size_t)(at % BOUND_RECENT_OCTETS);
        struct slice piece = slice_head(s, BOUND_RECENT_OCTETS - place);
        memcpy(h->octets + place, piece.p, piece.n);
        s = slice_tail(s, piece.n);
        at += piece.n;
    }
    if (h->to - h->from > BOUND_RECENT_OCTETS)
        h->from = h->to - BOUND_RECENT_OCTETS;
}

size_t recent_get(const struct recent *h, uint64_t offset, size_t n, uint8_t *to, size_t *skipped_r)
{
    uint64_t first = offset > h->from ? offset : h->from;
    uint64_t end = offset + n < h->to ? offset + n : h->to;

    if (first >= end)
        return 0;
    *skipped_r = (size_t)(first - offset);
    for (uint64_t at = first; at < end; at++)
        *to++ = h->octets[at % BOUND_RECENT_OCTETS];
    return (size_t)(end - first);
}
