/*
 * stream.c - both directions of a TCP connection, put in order; see stream.h.
 *
 * The segment being pushed, when it begins at `next`, is `fresh` and the `cut` octets behind it.
 * Held segments may lie inside of it: they were first, so their octets are given, and fresh
 * shrinks by as much.  A segment in order is held, too, while it acknowledges octets of the other
 * side that were not given yet.  A limit is kept by giving up holes, not by throwing octets away.
 */
#include <mailtap/stream.h>

#include "conflict.h"
#include "held.h"
#include "recent.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* The largest window of TCP (RFC 7323 2.3): nothing that is further ahead belongs here. */
#define WINDOW (1u << 30)

#define HOLE_NS (BOUND_HOLE_SECONDS * INT64_C(1000000000))

static enum side other(enum side side)
{
    return side == SIDE_OPENER ? SIDE_RESPONDER : SIDE_OPENER;
}

static const struct half *peer_of(const struct stream *s, const struct half *h)
{
    return &s->half[h == &s->half[SIDE_OPENER] ? SIDE_RESPONDER : SIDE_OPENER];
}

/* Octets of the other side that are acknowledged here are still to come.  One may be a FIN. */
static bool too_early(const struct half *peer, uint64_t acked)
{
    return acked > peer->offset + 1;
}

void stream_init(struct stream *s, struct held_pool *pool)
{
    *s = (struct stream){.pool = pool};
}

static void stream_parts(struct fold *f, void *of)
{
    struct stream *s = of;

    s->pool = NULL;
    for (int side = 0; side < SIDES; side++) {
        s->half[side].fresh = (struct slice){0};
        struct recent *recent = &s->half[side].recent;
        fold_array(f, (void **)&recent->octets, recent->room, recent->room);
    }
}

void stream_fold(struct fold *f, struct stream **s, struct held_pool *pool)
{
    fold_object(f, (void **)s, sizeof **s, stream_parts);
    if (*s)
        (*s)->pool = pool;
}

/* ---- conflicts */

/* A copy of octets that were given already, as far back as they are kept. */
static void compare_given(struct stream *s, struct half *h, uint64_t offset, struct slice octets)
{
    uint8_t given[BOUND_RECENT_OCTETS];
    size_t skipped = 0;
    size_t n = recent_get(&h->recent, offset, octets.n, given, &skipped);
    struct slice second = slice_head(slice_tail(octets, skipped), n);

    if (n)
        h->conflicts += conflict_compare(s, h, offset + skipped, (struct slice){given, n}, second);
}

/* ---- pushing */

static void drop_spent(struct stream *s)
{
    for (int side = 0; side < SIDES; side++) {
        if (s->half[side].spent)
            free(s->half[side].spent);
        s->half[side].spent = NULL;
    }
    if (s->lent)
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
    h->headless = h->expects = false;
    h->next = next;
    h->acked = 0;
}

/* Without a SYN it starts where the other side expected it to, or with the first segment seen. */
static void start_headless(struct half *h, uint32_t seq)
{
    start(h, h->expects && seq - h->next <= WINDOW ? h->next : seq);
    h->headless = true;
}

static void push_start(struct half *h, uint32_t seq, bool syn)
{
    if (syn && (!h->started || untouched(h)))
        start(h, seq);
    else if (!h->started)
        start_headless(h, seq);
    else if (syn && seq == h->next - (uint32_t)h->offset)
        h->headless = false;
    h->seen = true;
}

/* What is acknowledged of this side: how many octets, by this segment. */
static uint64_t push_ack(struct half *h, uint32_t ack)
{
    uint32_t ahead = ack - h->next;

    if (!h->started || ahead > WINDOW)
        return 0;
    if (h->offset + ahead > h->acked)
        h->acked = h->offset + ahead;
    return h->seen ? h->offset + ahead : 0;
}

/* The answer to a SYN that was not captured says where its octets begin; where the answer is what
 * was not captured, what its receiver acknowledges first says so, unless that is lost as well. */
static void start_peer(struct half *peer, const struct packet *p)
{
    if (peer->started || !(p->flags & TCP_ACK))
        return;
    if (p->flags & TCP_SYN) {
        start(peer, p->ack);
    } else if (!peer->expects) {
        peer->expects = true;
        peer->next = p->ack;
    }
}

/* A FIN before octets that were seen is not this stream's. */
static void push_fin(struct half *h, uint64_t offset)
{
    const struct held *last = h->held;

    while (last && last->after)
        last = last->after;
    if (h->fin_known || (last && held_end(last) > offset))
        return;
    h->fin_known = true;
    h->fin_offset = offset;
}

/* Whether the segment being pushed, in order and up to `end`, has to wait for the other side, or
 * one inside of it has. */
static bool waits(const struct stream *s, const struct half *h, uint64_t end)
{
    const struct half *peer = peer_of(s, h);

    for (const struct held *held = h->held; held && held->offset < end; held = held->after)
        if (too_early(peer, held->acked))
            return true;
    return too_early(peer, s->acked);
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
    bool keep = ahead != 0 || waits(s, h, offset + wire);
    struct overlay o = {offset, octets, wire - (uint32_t)octets.n, keep, false, false};
    held_lay(s, h, &o);
    h->conflicts += o.conflict;
    if (!keep) {
        h->fresh = octets;
        h->cut = o.cut;
    }
    h->duplicates += !o.news && (keep || !o.cut);
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
    push_start(h, seq, syn);
    start_peer(peer, p);
    s->acked = p->flags & TCP_ACK ? push_ack(peer, p->ack) : 0;
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
    if (octets.n)
        recent_add(&p->h->recent, p->h->offset, octets);
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
    struct held *held = held_release(p->s, h);

    free(h->spent);
    h->spent = held;
    if (held->acked)
        p->chunk->acked = held->acked;
    give_data(p, (struct slice){held->octets, held->n});
    if (held->cut > h->fresh.n + h->cut)
        h->cut = held->cut - (uint32_t)h->fresh.n;
    return held->n != 0;
}

/* The first one held is next in order. */
static bool in_order(const struct half *h)
{
    return h->held && h->held->offset == h->offset;
}

static bool held_waits(const struct stream *s, const struct half *h)
{
    return in_order(h) && too_early(peer_of(s, h), h->held->acked);
}

static bool held_too_long(const struct stream *s, const struct half *h)
{
    return s->flushing || held_beyond_limits(s, h) ||
           (s->at_ns > h->held->at_ns &&
            (uint64_t)s->at_ns - (uint64_t)h->held->at_ns > (uint64_t)HOLE_NS);
}

/* Those of the other side that wait for what is missing lose their patience as well. */
static bool hole_is_lost(const struct stream *s, const struct half *h)
{
    const struct half *peer = peer_of(s, h);

    if (s->flushing)
        return true;
    if (held_beyond_limits(s, h)) {
        s->pool->given_up++;
        return true;
    }
    return h->acked >= h->held->offset &&
           (held_too_long(s, h) || (held_waits(s, peer) && held_too_long(s, peer)));
}

/* Octets at the end that were never seen.  One more acknowledged may be a FIN never captured. */
static uint64_t lost_at_end(const struct half *h)
{
    uint64_t end = h->fin_known ? h->fin_offset : h->acked;
    uint64_t lost = end > h->offset ? end - h->offset : 0;

    return lost == 1 && !h->fin_known ? 0 : lost;
}

/* What was cut is told behind the one that waits, as far as that does not have it. */
static void cut_waits(struct half *h)
{
    struct held *held = h->held;

    if (h->cut > held->n && h->cut - held->n > held->cut)
        held->cut = h->cut - held->n;
    h->cut = 0;
}

/* Octets that are next in order, and acknowledge none that are still to come. */
static bool pull_octets(const struct pull *p)
{
    struct half *h = p->h;

    while (in_order(h) && !held_waits(p->s, h)) {
        if (give_held(p))
            return true;
    }
    uint64_t room = h->held ? h->held->offset - h->offset : UINT64_MAX;
    if (h->fresh.n)
        return give_data(p, room < h->fresh.n ? slice_head(h->fresh, (size_t)room) : h->fresh);
    if (room == 0)
        cut_waits(h);
    return h->cut && give_gap(p, room < h->cut ? room : h->cut);
}

static bool pull_ready(const struct pull *p)
{
    struct half *h = p->h;

    if (pull_octets(p))
        return true;
    if (h->fin_known && !h->fin_done && h->offset >= h->fin_offset) {
        h->fin_done = true;
        return give(p, CHUNK_FIN, (struct slice){NULL, 0}, 0);
    }
    if (h->reset && !h->reset_done) {
        h->reset = false;
        h->reset_done = true;
        return give(p, CHUNK_RESET, (struct slice){NULL, 0}, 0);
    }
    return false;
}

/* What is missing, but first only as far as one of the other side waits for it: that came in between. */
static bool give_missing(const struct pull *p, uint64_t n)
{
    const struct half *h = p->h, *peer = peer_of(p->s, h);
    uint64_t wanted = held_waits(p->s, peer) ? peer->held->acked - h->offset : n;

    return n && give_gap(p, wanted < n ? wanted : n);
}

static bool pull_hole(const struct pull *p)
{
    struct half *h = p->h;

    return h->held && !in_order(h) && hole_is_lost(p->s, h) &&
           give_missing(p, h->held->offset - h->offset);
}

static bool pull_end(const struct pull *p)
{
    return p->s->flushing && !p->h->held && give_missing(p, lost_at_end(p->h));
}

/* It has waited in vain.  Of some segments nothing was captured but their length. */
static bool pull_waiting(const struct pull *p)
{
    while (in_order(p->h) && held_too_long(p->s, p->h))
        if (give_held(p) || pull_octets(p))
            return true;
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

/* Whether there is anything that may be given of this side, now or later. */
static bool has_something(const struct half *h)
{
    return h->fresh.n || h->cut || h->held || (h->fin_known && !h->fin_done) ||
           (h->reset && !h->reset_done);
}

bool stream_next(struct stream *s, struct chunk *chunk_r)
{
    static bool (*const pull[])(const struct pull *p) = {pull_ready, pull_hole, pull_end,
                                                         pull_waiting};
    enum side first = first_side(s);

    drop_spent(s);
    if (conflict_give(s, chunk_r))
        return true;
    if (!s->flushing && !has_something(&s->half[0]) && !has_something(&s->half[1]))
        return false;
    /* What is in order is given at once; the rest is about what is missing before something. */
    bool waits = s->flushing || s->half[0].held || s->half[1].held;
    size_t ways = waits ? sizeof pull / sizeof *pull : 1;
    for (size_t i = 0; i < 2 * ways; i++) {
        enum side side = i % 2 ? other(first) : first;
        if (!s->flushing && !has_something(&s->half[side]))
            continue;
        struct pull p = {s, &s->half[side], chunk_r};
        *chunk_r = (struct chunk){
            .side = side, .at_ns = s->at_ns, .acked = s->half[other(side)].acked};
        if (pull[i / 2](&p))
            return true;
    }
    return false;
}

bool stream_over(const struct stream *s)
{
    return s->half[SIDE_OPENER].fin_done && s->half[SIDE_RESPONDER].fin_done;
}

void stream_clear(struct stream *s)
{
    struct chunk unwanted;

    while (conflict_give(s, &unwanted))
        drop_spent(s);
    drop_spent(s);
    for (int side = 0; side < SIDES; side++) {
        struct half *h = &s->half[side];
        while (h->held)
            free(held_release(s, h));
        recent_clear(&h->recent);
        *h = (struct half){0};
    }
}

void stream_free(struct stream **s)
{
    if (!*s)
        return;
    stream_clear(*s);
    free(*s);
    *s = NULL;
}
