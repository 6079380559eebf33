/* conflict.c - two copies of the same octets that differ; see conflict.h. */
#include "conflict.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <string.h>

struct conflict {
    struct conflict *after;
    enum side side;
    uint64_t offset;
    int64_t at_ns;
    size_t n;
    uint8_t octets[]; /* n of the first copy, then n of the second */
};

bool conflict_compare(struct stream *s, const struct half *h, uint64_t offset, struct slice first,
                      struct slice second)
{
    struct conflict **link = &s->conflicts;

    if (slice_equal(first, second))
        return false;
    if (s->conflict_count++ >= BOUND_CONFLICTS)
        return true;
    struct conflict *c = must_alloc(1, sizeof *c + 2 * first.n);
    c->side = h == &s->half[SIDE_OPENER] ? SIDE_OPENER : SIDE_RESPONDER;
    c->offset = offset;
    c->at_ns = s->at_ns;
    c->n = first.n;
    memcpy(c->octets, first.p, first.n);
    memcpy(c->octets + first.n, second.p, first.n);
    while (*link)
        link = &(*link)->after;
    *link = c;
    return true;
}

bool conflict_give(struct stream *s, struct chunk *chunk_r)
{
    struct conflict *c = s->conflicts;

    if (!c)
        return false;
    s->conflicts = c->after;
    s->lent = c;
    *chunk_r = (struct chunk){
        .kind = CHUNK_CONFLICT,
        .side = c->side,
        .at_ns = c->at_ns,
        .offset = c->offset,
        .length = c->n,
        .octets = {c->octets + c->n, c->n},
        .first = {c->octets, c->n},
    };
    return true;
}
