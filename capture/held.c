/* held.c - segments that wait for the hole before them; see held.h. */
#include "held.h"

#include "conflict.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <string.h>

static uint64_t cost(const struct held *held)
{
    return sizeof *held + held->n;
}

static struct held *hold(struct stream *s, struct half *h, uint64_t offset, struct slice octets)
{
    struct held *held = must_alloc(1, sizeof *held + octets.n);

    held->offset = offset;
    held->acked = s->acked;
    held->at_ns = s->at_ns;
    held->n = (uint32_t)octets.n;
    if (octets.n)
        memcpy(held->octets, octets.p, octets.n);
    h->held_octets += held->n;
    h->held_segments++;
    s->pool->octets += cost(held);
    return held;
}

struct held *held_release(struct stream *s, struct half *h)
{
    struct held *held = h->held;

    h->held = held->after;
    h->held_octets -= held->n;
    h->held_segments--;
    s->pool->octets -= cost(held);
    return held;
}

bool held_beyond_limits(const struct stream *s, const struct half *h)
{
    return h->held_octets > BOUND_HELD_FLOW_OCTETS || h->held_segments > BOUND_HELD_SEGMENTS ||
           s->pool->octets > s->pool->limit;
}

uint64_t held_end(const struct held *held)
{
    return held->offset + held->n;
}

/* ---- one more */

/* Move past the octets that `held` has too; its copy came first and stays. */
static void overlay_compare(struct stream *s, const struct half *h, struct overlay *o,
                            const struct held *held)
{
    if (held_end(held) <= o->offset)
        return;
    struct slice first = slice_tail((struct slice){held->octets, held->n},
                                    (size_t)(o->offset - held->offset));
    struct slice second = slice_head(o->octets, first.n);

    if (conflict_compare(s, h, o->offset, slice_head(first, second.n), second))
        o->conflict = true;
    o->octets = slice_tail(o->octets, second.n);
    o->offset += second.n;
}

/* Remember the cut octets with the segment that ends where they begin; a held copy is better. */
static void overlay_cut(struct stream *s, struct half *h, struct overlay *o, struct held *last,
                        struct held **link)
{
    if (last && held_end(last) > o->offset)
        return;
    if (!last || held_end(last) < o->offset) {
        last = hold(s, h, o->offset, (struct slice){NULL, 0});
        last->after = *link;
        *link = last;
    }
    if (o->cut > last->cut) {
        last->cut = o->cut;
        o->news = true;
    }
}

void held_lay(struct stream *s, struct half *h, struct overlay *o)
{
    struct held **link = &h->held, *last = NULL;

    for (;;) {
        struct held *held = *link;
        if (held && held->offset <= o->offset) {
            overlay_compare(s, h, o, held);
        } else if (o->octets.n) {
            uint64_t room = held ? held->offset - o->offset : o->octets.n;
            struct slice piece = room < o->octets.n ? slice_head(o->octets, (size_t)room)
                                                    : o->octets;
            o->news = true;
            if (o->keep) {
                struct held *made = hold(s, h, o->offset, piece);
                made->after = held;
                *link = held = made;
            }
            o->octets = slice_tail(o->octets, piece.n);
            o->offset += piece.n;
            if (!o->keep)
                continue;
        } else {
            break;
        }
        last = held;
        link = &held->after;
    }
    if (o->keep && o->cut)
        overlay_cut(s, h, o, last, link);
}
