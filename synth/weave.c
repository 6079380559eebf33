/* weave.c - see weave.h. */
#include "weave.h"

#include <stdlib.h>
#include <string.h>

/* Frames on their way to a later place; when there are so many, no more are delayed. */
#define HELD 256u
#define FRAME_MOST 2048u

struct held {
    int64_t at_ns;
    size_t n;
    uint8_t octets[FRAME_MOST];
};

struct weave {
    const struct scenario *scenario;
    const struct pools *pools;
    struct recorder *to;
    FILE *truth;
    struct truth_sums *sums;
    struct call **heap; /* the one whose frame is due first is at the top */
    size_t count, room;
    uint64_t order;
    struct held held[HELD];
    unsigned held_count;
};

struct weave *weave_new(const struct scenario *s, const struct pools *pools, struct recorder *to,
                        FILE *truth, struct truth_sums *sums)
{
    struct weave *w = must_alloc(1, sizeof *w);

    w->scenario = s;
    w->pools = pools;
    w->to = to;
    w->truth = truth;
    w->sums = sums;
    return w;
}

/* ---- a heap by the time of the next frame */

static bool before(const struct call *a, const struct call *b)
{
    int64_t x = a->connection.due.at_ns, y = b->connection.due.at_ns;

    return x < y || (x == y && a->order < b->order);
}

static void sink(struct weave *w, size_t at)
{
    struct call *c = w->heap[at];

    for (size_t below; (below = 2 * at + 1) < w->count; at = below) {
        if (below + 1 < w->count && before(w->heap[below + 1], w->heap[below]))
            below++;
        if (!before(w->heap[below], c))
            break;
        w->heap[at] = w->heap[below];
    }
    w->heap[at] = c;
}

static void rise(struct weave *w, size_t at)
{
    struct call *c = w->heap[at];

    while (at > 0 && before(c, w->heap[(at - 1) / 2])) {
        w->heap[at] = w->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    w->heap[at] = c;
}

/* ---- frames that come later than they should, or once more */

static void hold(struct weave *w, struct call *c, const uint8_t *frame, size_t n)
{
    struct held *h = &w->held[w->held_count++];

    h->n = n;
    h->at_ns = c->connection.due.at_ns + 100000 + (int64_t)random_below(&c->random, 3000000);
    memcpy(h->octets, frame, n);
}

static struct held *first_held(struct weave *w)
{
    struct held *first = NULL;

    for (unsigned i = 0; i < w->held_count; i++)
        if (!first || w->held[i].at_ns < first->at_ns)
            first = &w->held[i];
    return first;
}

static void write_held(struct weave *w, struct held *h)
{
    memcpy(recorder_room(w->to, h->n), h->octets, h->n);
    recorder_add(w->to, h->at_ns, h->n);
    *h = w->held[--w->held_count];
}

/* ---- frames */

static bool happens(struct call *c, double share)
{
    return share > 0 && random_unit(&c->random) < share;
}

static void write_frame(struct weave *w, struct call *c)
{
    const struct scenario *s = w->scenario;
    size_t n = connection_frame_size(&c->connection);
    uint8_t *frame = recorder_room(w->to, n);
    bool lost = happens(c, s->loss), late = happens(c, s->disorder);
    bool twice = happens(c, s->duplicates), room = w->held_count < HELD && n <= FRAME_MOST;

    connection_frame(&c->connection, w->pools, frame);
    c->truth.frames++;
    if (lost) {
        c->truth.lost++;
        return;
    }
    if (room && (late || twice))
        hold(w, c, frame, n);
    c->truth.disordered += room && late;
    c->truth.duplicated += room && twice && !late;
    if (!room || !late)
        recorder_add(w->to, c->connection.due.at_ns, n);
}

static void finish(struct weave *w, struct call *c)
{
    if (c->mail && w->truth)
        truth_add(w->truth, w->sums, &c->truth);
    else if (c->mail)
        truth_count(w->sums, &c->truth);
    call_free(&c);
}

static void step(struct weave *w)
{
    struct call *c = w->heap[0];

    write_frame(w, c);
    if (!connection_next(&c->connection)) {
        finish(w, c);
        w->heap[0] = w->heap[--w->count];
        if (w->count == 0)
            return;
    }
    sink(w, 0);
}

/* All that is due before; INT64_MAX: all. */
static void weave_until(struct weave *w, int64_t at_ns)
{
    for (;;) {
        struct held *h = w->held_count ? first_held(w) : NULL;
        int64_t due = w->count ? w->heap[0]->connection.due.at_ns : INT64_MAX;
        if (h && h->at_ns < due && h->at_ns < at_ns)
            write_held(w, h);
        else if (w->count && due < at_ns)
            step(w);
        else
            return;
    }
}

void weave_add(struct weave *w, struct call *c)
{
    weave_until(w, c->known_ns);
    c->order = w->order++;
    if (!connection_next(&c->connection)) {
        finish(w, c);
        return;
    }
    if (w->count == w->room) {
        w->room = w->room ? 2 * w->room : 1024;
        w->heap = must_grow(w->heap, w->room, sizeof(struct call *));
    }
    w->heap[w->count++] = c;
    rise(w, w->count - 1);
}

void weave_end(struct weave *w)
{
    weave_until(w, INT64_MAX);
}

void weave_free(struct weave **w)
{
    if (!*w)
        return;
    for (size_t i = 0; i < (*w)->count; i++)
        call_free(&(*w)->heap[i]);
    free((*w)->heap);
    free(*w);
    *w = NULL;
}
