/*
 * stream.c - both directions of a TCP connection, put in order; see stream.h.
 *
 * The segment being pushed, when it begins at `next`, is `fresh` and the `cut` octets behind it.
 * Held segments may lie inside of it: they were first, so their octets are given, and fresh
 * shrinks by as much.  A limit is kept by giving up holes, not by throwing octets away.
 */
#include <mailtap/stream.h>

#include "recent.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The largest window of TCP (RFC 7323 2.3): nothing that is further ahead belongs here. */
#define WINDOW (1u << 30)

#define HOLE_NS (BOUND_HOLE_SECONDS * INT64_C(1000000000))

struct held {
    struct held *after;
    uint64_t offset;
    int64_t at_ns;
    uint32_t n;
    uint32_t cut; /* octets behind these that the snap length cut */
    uint8_t octets[];
};

struct conflict {
    struct conflict *after;
    enum side side;
    uint64_t offset;
    int64_t at_ns;
    size_t n;
    uint8_t octets[]; /* n of the first copy, then n of the second */
};

static enum side other(enum side side)
{
    return side == SIDE_OPENER ? SIDE_RESPONDER : SIDE_OPENER;
}

void stream_init(struct stream *s, struct held_pool *pool)
{
    *s = (struct stream){.pool = pool};
}

/* ---- held segments */

static uint64_t cost(const struct held *held)
{
    return sizeof *held + held->n;
}

static struct held *hold(struct stream *s, struct half *h, uint64_t offset, struct slice octets)
{
    struct held *held = must_alloc(1, sizeof *held + octets.n);

    held->offset = offset;
    held->at_ns = s->at_ns;
    held->n = (uint32_t)octets.n;
    if (octets.n)
        memcpy(held->octets, octets.p, octets.n);
    h->held_octets += held->n;
    h->held_segments++;
    s->pool->octets += cost(held);
    return held;
}

/* Take the first one off the list. */
static struct held *release(struct stream *s, struct half *h)
{
    struct held *held = h->held;

    h->held = held->after;
    h->held_octets -= held->n;
    h->held_segments--;
    s->pool->octets -= cost(held);
    return held;
}

static bool beyond_limits(const struct stream *s, const struct half *h)
{
    return h->held_octets > BOUND_HELD_FLOW_OCTETS || h->held_segments > BOUND_HELD_SEGMENTS ||
           s->pool->octets > s->pool->limit;
}

static uint64_t end_of(const struct held *held)
{
    return held->offset + held->n;
}

/* ---- conflicts */

/* Two copies of the same octets: kept when they differ.  True: they do. */
static bool compare(struct stream *s, const struct half *h, uint64_t offset, struct slice first,
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

/* A copy of octets that were given already, as far back as they are kept. */
static void compare_given(struct stream *s, struct half *h, uint64_t offset, struct slice octets)
{
    uint8_t given[BOUND_RECENT_OCTETS];
    size_t skipped = 0;
    size_t n = h->recent ? recent_get(h->recent, offset, octets.n, given, &skipped) : 0;
    struct slice second = slice_head(slice_tail(octets, skipped), n);

    if (n)
        h->conflicts += compare(s, h, offset + skipped, (struct slice){given, n}, second);
}

static bool give_conflict(struct stream *s, struct chunk *chunk_r)
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

/* A segment laid over what is held. */
struct overlay {
    uint64_t offset;
    struct slice octets;
    uint32_t cut;
    bool keep; /* hold what is new; without it, only compare */
    bool news, conflict;
};

/* Move past the octets that `held` has too; its copy came first and stays. */
static void overlay_compare(struct stream *s, const struct half *h, struct overlay *o,
                            const struct held *held)
{
    if (end_of(held) <= o->offset)
        return;
    struct slice first = slice_tail((struct slice){held->octets, held->n},
                                    (size_t)(o->offset - held->offset));
    struct slice second = slice_head(o->octets, first.n);

    if (compare(s, h, o->offset, slice_head(first, second.n), second))
        o->conflict = true;
    o->octets = slice_tail(o->octets, second.n);
    o->offset += second.n;
}

/* Remember the cut octets with the segment that ends where they begin; a held copy is better. */
static void overlay_cut(struct stream *s, struct half *h, struct overlay *o, struct held *last,
                        struct held **link)
{
    if (last && end_of(last) > o->offset)
        return;
    if (!last || end_of(last) < o->offset) {
        last = hold(s, h, o->offset, (struct slice){NULL, 0});
        last->after = *link;
        *link = last;
    }
    if (o->cut > last->cut) {
        last->cut = o->cut;
        o->news = true;
    }
}

static void overlay(struct stream *s, struct half *h, struct overlay *o)
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

/* ---- pushing */

static void drop_spent(struct stream *s)
{
    for (int side = 0; side < SIDES; side++) {
        free(s->half[side].spent);
        s->half[side].spent = NULL;
    }
    free(s->lent);
    s->lent = NULL;
}

static bool untouched(const struct half *h)
{
    return !h->started || (h->offset == 0 && !h->held && !h->fin_known);
}

static void start(struct half *h, uint32_t next)
{
    h->started = true;
    h->next = next;
    h->acked = 0;
}

static void push_ack(struct half *h, uint32_t ack)
{
    uint32_t ahead = ack - h->next;

    if (h->started && ahead <= WINDOW && h->offset + ahead > h->acked)
        h->acked = h->offset + ahead;
}

/* A FIN before octets that were seen is not this stream's. */
static void push_fin(struct half *h, uint64_t offset)
{
    const struct held *last = h->held;

    while (last && last->after)
        last = last->after;
    if (h->fin_known || (last && end_of(last) > offset))
        return;
    h->fin_known = true;
    h->fin_offset = offset;
}

/* `ahead` octets beyond `next`; `wire` of them in all, of which `octets` were captured. */
static void push_ahead(struct stream *s, struct half *h, uint32_t ahead, struct slice octets,
                       uint32_t wire)
{
    uint64_t offset = h->offset + ahead;

    if (h->fin_known && h->fin_offset < offset + wire) {
        wire = h->fin_offset > offset ? (uint32_t)(h->fin_offset - offset) : 0;
        octets = slice_head(octets, wire);
    }
    if (wire == 0)
        return;
    struct overlay o = {offset, octets, wire - (uint32_t)octets.n, ahead != 0, false, false};
    overlay(s, h, &o);
    h->conflicts += o.conflict;
    if (ahead == 0) {
        h->fresh = octets;
        h->cut = o.cut;
    }
    h->duplicates += !o.news && !(ahead == 0 && o.cut);
}

static void push_octets(struct stream *s, struct half *h, uint32_t seq, const struct packet *p)
{
    uint32_t ahead = seq - h->next, wire = p->payload_wire, old = 0;
    struct slice octets = p->payload;

    if (octets.n > wire)
        wire = (uint32_t)octets.n;
    if (ahead > INT32_MAX) {
        old = h->next - seq;
        ahead = 0;
    }
    if (ahead > WINDOW) {
        s->pool->refused += wire != 0;
        return;
    }
    /* A keep-alive repeats the octet before `next`, and what it holds is nobody's data. */
    if (old && octets.n && p->payload_wire > 1) {
        uint32_t before = old > h->offset ? (uint32_t)(old - h->offset) : 0;
        compare_given(s, h, h->offset + before - old, slice_tail(slice_head(octets, old), before));
    }
    if ((p->flags & TCP_FIN) && old <= wire)
        push_fin(h, h->offset + ahead + (wire - old));
    if (wire > old)
        push_ahead(s, h, ahead, slice_tail(octets, old), wire - old);
    else
        h->duplicates += wire != 0;
}

bool stream_takes_reset(const struct stream *s, const struct packet *p, enum side from)
{
    const struct half *h = &s->half[from];

    return untouched(h) || p->seq - h->next <= WINDOW;
}

void stream_push(struct stream *s, const struct packet *p, enum side from)
{
    struct half *h = &s->half[from], *peer = &s->half[other(from)];
    bool syn = (p->flags & TCP_SYN) != 0;
    uint32_t seq = p->seq + syn;

    assert(h->fresh.n == 0 && h->cut == 0);
    drop_spent(s);
    s->at_ns = p->at_ns;
    if (p->flags & TCP_RST) {
        h->reset = h->reset || (!h->reset_done && stream_takes_reset(s, p, from));
        return;
    }
    if (!h->started || (syn && untouched(h)))
        start(h, seq);
    /* The answer to a SYN that was not captured says where its octets begin. */
    if (syn && (p->flags & TCP_ACK) && !peer->started)
        start(peer, p->ack);
    if (p->flags & TCP_ACK)
        push_ack(peer, p->ack);
    push_octets(s, h, seq, p);
}

void stream_flush(struct stream *s)
{
    s->flushing = true;
}

/* ---- pulling */

static void advance(struct half *h, uint64_t n)
{
    uint64_t rest = n > h->fresh.n ? n - h->fresh.n : 0;

    h->fresh = slice_tail(h->fresh, (size_t)(n - rest));
    h->cut = rest < h->cut ? h->cut - (uint32_t)rest : 0;
    h->next += (uint32_t)n;
    h->offset += n;
}

/* A pair of half and chunk, while one chunk is looked for. */
struct pull {
    struct stream *s;
    struct half *h;
    struct chunk *chunk;
};

static bool give(const struct pull *p, enum chunk_kind kind, struct slice octets, uint64_t n)
{
    p->chunk->kind = kind;
    p->chunk->offset = p->h->offset;
    p->chunk->octets = octets;
    p->chunk->length = n;
    advance(p->h, n);
    return true;
}

static bool give_data(const struct pull *p, struct slice octets)
{
    if (octets.n) {
        if (!p->h->recent)
            p->h->recent = must_alloc(1, sizeof *p->h->recent);
        recent_add(p->h->recent, p->h->offset, octets);
    }
    return give(p, CHUNK_DATA, octets, octets.n);
}

static bool give_gap(const struct pull *p, uint64_t n)
{
    p->h->gap_octets += n;
    return give(p, CHUNK_GAP, (struct slice){NULL, 0}, n);
}

static bool give_held(const struct pull *p)
{
    struct half *h = p->h;
    struct held *held = h->spent = release(p->s, h);

    give_data(p, (struct slice){held->octets, held->n});
    if (held->cut > h->fresh.n + h->cut)
        h->cut = held->cut - (uint32_t)h->fresh.n;
    return held->n != 0;
}

static bool hole_is_lost(const struct stream *s, const struct half *h)
{
    const struct held *held = h->held;

    if (s->flushing)
        return true;
    if (beyond_limits(s, h)) {
        s->pool->given_up++;
        return true;
    }
    return h->acked >= held->offset && s->at_ns > held->at_ns &&
           (uint64_t)s->at_ns - (uint64_t)held->at_ns > (uint64_t)HOLE_NS;
}

/* Octets at the end that were never seen.  One more acknowledged may be a FIN never captured. */
static uint64_t lost_at_end(const struct half *h)
{
    uint64_t end = h->fin_known ? h->fin_offset : h->acked;
    uint64_t lost = end > h->offset ? end - h->offset : 0;

    return lost == 1 && !h->fin_known ? 0 : lost;
}

static bool pull_octets(const struct pull *p)
{
    struct half *h = p->h;

    while (h->held && h->held->offset == h->offset) {
        if (give_held(p))
            return true;
        free(h->spent);
        h->spent = NULL;
    }
    uint64_t room = h->held ? h->held->offset - h->offset : UINT64_MAX;
    if (h->fresh.n)
        return give_data(p, room < h->fresh.n ? slice_head(h->fresh, (size_t)room) : h->fresh);
    if (h->cut)
        return give_gap(p, room < h->cut ? room : h->cut);
    if (h->held)
        return hole_is_lost(p->s, h) && give_gap(p, room);
    uint64_t lost = p->s->flushing ? lost_at_end(h) : 0;
    return lost && give_gap(p, lost);
}

static bool pull(struct stream *s, enum side side, struct chunk *chunk_r)
{
    struct half *h = &s->half[side];
    struct pull p = {s, h, chunk_r};

    *chunk_r = (struct chunk){.side = side, .at_ns = s->at_ns, .acked = s->half[other(side)].acked};
    if (pull_octets(&p))
        return true;
    if (h->fin_known && !h->fin_done && h->offset >= h->fin_offset) {
        h->fin_done = true;
        return give(&p, CHUNK_FIN, (struct slice){NULL, 0}, 0);
    }
    if (h->reset && !h->reset_done) {
        h->reset = false;
        h->reset_done = true;
        return give(&p, CHUNK_RESET, (struct slice){NULL, 0}, 0);
    }
    return false;
}

/* What one side held was sent before the segment that has just been pushed by the other. */
static enum side first_side(const struct stream *s)
{
    const struct half *a = &s->half[SIDE_OPENER], *b = &s->half[SIDE_RESPONDER];

    if (s->flushing && a->held && b->held)
        return b->held->at_ns < a->held->at_ns ? SIDE_RESPONDER : SIDE_OPENER;
    return a->fresh.n || a->cut ? SIDE_RESPONDER : SIDE_OPENER;
}

bool stream_next(struct stream *s, struct chunk *chunk_r)
{
    enum side first = first_side(s);

    drop_spent(s);
    if (give_conflict(s, chunk_r))
        return true;
    return pull(s, first, chunk_r) || pull(s, other(first), chunk_r);
}

bool stream_over(const struct stream *s)
{
    return s->half[SIDE_OPENER].fin_done && s->half[SIDE_RESPONDER].fin_done;
}

void stream_clear(struct stream *s)
{
    struct chunk unwanted;

    while (give_conflict(s, &unwanted))
        drop_spent(s);
    drop_spent(s);
    for (int side = 0; side < SIDES; side++) {
        struct half *h = &s->half[side];
        while (h->held)
            free(release(s, h));
        if (h->recent)
            recent_clear(h->recent);
        free(h->recent);
        *h = (struct half){0};
    }
}
