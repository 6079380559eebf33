/*
 * test_resplit.c - every session of every capture at hand, read again with its octets cut
 * otherwise, and with octets missing.
 *
 * Cut anywhere, the facts are the same.  With octets missing, a fact may be lost and none may be
 * invented (facts_compare.c), and the class may become unknown and no other.
 *
 * Streams up to SHORT_OCTETS are cut, and lose an octet, at every position; longer ones at every
 * position of the first and last EDGE_OCTETS of each direction and every STRIDEth between, those above
 * LONG_OCTETS more coarsely still.  Runs of octets are lost at every RUN_STEPth of these positions.
 * Under a sanitizer every SLOW_STEPth is taken; MAILTAP_RESPLIT_STEP says otherwise.  Captures:
 * tests/captures, and the folders of $MAILTAP_CAPTURES where there is one.
 */
#include "test.h"

#include "facts_compare.h"

#include <mailtap/classify.h>
#include <mailtap/err.h>
#include <mailtap/flow.h>
#include <mailtap/fragment.h>
#include <mailtap/session.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SHORT_OCTETS 16384u
#define LONG_OCTETS 131072u
#define EDGE_OCTETS 4096u
#define LONG_EDGE_OCTETS 512u
#define STRIDE 211u
#define LONG_STRIDE 4001u
#define RUN_STEP 13u
#define SLOW_STEP 7u

#if defined __SANITIZE_ADDRESS__
#define SANITIZED 1
#elif defined __has_feature
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

#define ENOUGH_FAILURES 40

struct recorded {
    struct chunk chunk;
    size_t at, first_at; /* its octets in the pool */
    bool seen[SIDES];    /* of the flow by then */
};

/* All that one flow gave, to be played again. */
struct tape {
    struct flow flow; /* as it was at its end */
    struct recorded *list;
    size_t count, room;
    uint8_t *pool;
    size_t pool_n, pool_room;
    uint64_t sent[SIDES], total; /* octets of data */
};

static uint64_t *known; /* hashes of tapes that were played */
static size_t known_count, known_room;
static size_t sessions, replays, failures;
static size_t step_of_all;
static const char *capture_name;

/* ---- recording */

static size_t keep_octets(struct tape *t, struct slice s)
{
    size_t at = t->pool_n;

    while (t->pool_n + s.n > t->pool_room) {
        t->pool_room = t->pool_room ? t->pool_room * 2 : 4096;
        t->pool = must_grow(t->pool, t->pool_room, 1);
    }
    if (s.n)
        memcpy(t->pool + at, s.p, s.n);
    t->pool_n += s.n;
    return at;
}

static void record(struct tape *t, const struct flow *f, const struct chunk *c)
{
    if (t->count == t->room) {
        t->room = t->room ? t->room * 2 : 32;
        t->list = must_grow(t->list, t->room, sizeof *t->list);
    }
    struct recorded *r = &t->list[t->count++];
    *r = (struct recorded){.chunk = *c, .seen = {f->seen[0], f->seen[1]}};
    r->at = keep_octets(t, c->kind == CHUNK_GAP ? (struct slice){NULL, 0} : c->octets);
    r->first_at = keep_octets(t, c->kind == CHUNK_CONFLICT ? c->first : (struct slice){NULL, 0});
    if (c->kind == CHUNK_DATA) {
        t->sent[c->side] += c->octets.n;
        t->total += c->octets.n;
    }
}

static void drain(struct flow *f)
{
    struct chunk c;

    while (stream_next(f->stream, &c))
        record(f->user, f, &c);
}

static void tape_free(struct tape *t)
{
    free(t->list);
    free(t->pool);
    free(t);
}

/* ---- playing */

enum change { PLAIN, CUT, EVERY_OCTET, LOSE };

struct play {
    const struct tape *tape;
    struct flow flow;
    struct session *session;
    uint64_t done; /* octets of data so far */
    size_t lose;   /* octets to lose, of one chunk */
    uint64_t lost; /* so many were */
};

static void give(struct play *p, struct chunk c, struct slice octets, uint64_t skipped)
{
    c.octets = octets;
    c.length = c.kind == CHUNK_DATA ? octets.n : c.length;
    c.offset += skipped;
    if (c.kind == CHUNK_DATA && octets.n == 0)
        return;
    session_feed(p->session, &p->flow, &c);
}

static void give_gap(struct play *p, struct chunk c, uint64_t length, uint64_t skipped)
{
    c.kind = CHUNK_GAP;
    c.octets = (struct slice){NULL, 0};
    c.length = length;
    c.offset += skipped;
    session_feed(p->session, &p->flow, &c);
}

static void play_data(struct play *p, const struct chunk *c, struct slice s, enum change change,
                      uint64_t at)
{
    if (change == EVERY_OCTET) {
        for (size_t i = 0; i < s.n; i++)
            give(p, *c, (struct slice){s.p + i, 1}, i);
    } else if (change != PLAIN && at >= p->done && at < p->done + s.n) {
        size_t head = (size_t)(at - p->done), lost = 0;
        if (change == LOSE)
            lost = slice_head(slice_tail(s, head), p->lose).n;
        give(p, *c, slice_head(s, head), 0);
        if (lost)
            give_gap(p, *c, lost, head);
        p->lost += lost;
        give(p, *c, slice_tail(s, head + lost), head + lost);
    } else {
        give(p, *c, s, 0);
    }
    p->done += s.n;
}

/* Play the first `count` chunks, changed at an octet; NULL when that is no mail session. */
static const struct facts *play(struct play *p, const struct tape *t, size_t count,
                                enum change change, uint64_t at, size_t lose)
{

    *p = (struct play){.tape = t, .flow = t->flow, .lose = lose};
    p->session = session_new(&(struct session_options){.keep = KEEP_USERS});
    replays++;
    for (size_t i = 0; i < count; i++) {
        const struct recorded *r = &t->list[i];
        struct chunk c = r->chunk;
        memcpy(p->flow.seen, r->seen, sizeof r->seen);
        c.octets.p = t->pool + r->at;
        c.first.p = t->pool + r->first_at;
        if (c.kind == CHUNK_DATA)
            play_data(p, &c, c.octets, change, at);
        else
            session_feed(p->session, &p->flow, &c);
    }
    memcpy(p->flow.seen, t->flow.seen, sizeof t->flow.seen);
    return session_over(p->session, &p->flow) ? session_facts(p->session, NULL) : NULL;
}

static void over(struct play *p)
{
    session_free(&p->session);
}

/* ---- what must hold */

/* The octets around a position, for the message of a failure. */
static void print_place(const struct tape *t, uint64_t at)
{
    uint64_t done = 0;

    for (size_t i = 0; i < t->count; i++) {
        const struct recorded *r = &t->list[i];
        if (r->chunk.kind != CHUNK_DATA)
            continue;
        if (at < done + r->chunk.octets.n) {
            size_t in = (size_t)(at - done), from = in > 24 ? in - 24 : 0;
            print_error("  %s [", r->chunk.side == SIDE_OPENER ? "C" : "S");
            for (size_t k = from; k < in + 16 && k < r->chunk.octets.n; k++) {
                uint8_t o = t->pool[r->at + k];
                if (k == in)
                    print_error("|");
                print_error(o >= ' ' && o < 127 ? "%c" : "\\x%02x", o);
            }
            print_error("]\n");
            return;
        }
        done += r->chunk.octets.n;
    }
}

static void failed(const struct tape *t, const char *what, const char *fact, uint64_t at)
{
    if (++failures > ENOUGH_FAILURES)
        return;
    print_error("%s, port %u: %s: %s, octet %llu\n", capture_name, t->flow.end[SIDE_OPENER].port,
                what, fact, (unsigned long long)at);
    print_place(t, at);
}

static void check_cut(const struct tape *t, const struct facts *whole, enum change change,
                      uint64_t at)
{
    struct play p;
    const struct facts *f = play(&p, t, t->count, change, at, 0);
    const char *fact = f ? facts_difference(whole, f) : "not taken for mail";

    if (fact)
        failed(t, change == CUT ? "cut" : "every octet alone", fact, at);
    over(&p);
}

/* A finding may be lost with the octets it rests on: what is left is a session in the clear. */
static bool class_allowed(const struct verdict *whole, const struct verdict *lossy)
{
    if (lossy->class == CLASS_UNKNOWN)
        return true;
    if (whole->class == CLASS_STRIPPED && lossy->class == CLASS_CLEARTEXT)
        return true;
    return lossy->class == whole->class &&
           (lossy->reason == whole->reason || lossy->reason == REASON_UNDETERMINED);
}

static void check_lost(const struct tape *t, const struct facts *whole,
                       const struct earlier *earlier, uint64_t at, size_t lose)
{
    struct play p;
    struct verdict was, is;
    const struct history none = {0};
    const struct facts *f = play(&p, t, t->count, LOSE, at, lose);

    if (f) {
        const char *fact = facts_invented(whole, f, earlier);
        classify(whole, &none, &was);
        classify(f, &none, &is);
        if (!fact && !class_allowed(&was, &is))
            fact = class_name(is.class);
        if (!fact && f->gap_octets != whole->gap_octets + p.lost)
            fact = "gap_octets";
        if (fact)
            failed(t, "lost", fact, at);
    }
    over(&p);
}

/* How far it is to the next position that is tried, from one that is `in` octets into its side. */
static uint64_t stride(const struct tape *t, enum side side, uint64_t in)
{
    bool is_long = t->total > LONG_OCTETS;
    uint64_t edge = is_long ? LONG_EDGE_OCTETS : EDGE_OCTETS;

    if (t->total <= SHORT_OCTETS || in < edge || in + edge >= t->sent[side])
        return 1;
    return is_long ? LONG_STRIDE : STRIDE;
}

static void check_everywhere(const struct tape *t, const struct facts *whole,
                             const struct earlier *earlier, size_t lose)
{
    size_t step = lose > 1 ? step_of_all * RUN_STEP : step_of_all;
    uint64_t in[SIDES] = {0}, next[SIDES] = {0}, done = 0;
    size_t turn = 0;

    for (size_t i = 0; i < t->count; i++) {
        const struct recorded *r = &t->list[i];
        enum side side = r->chunk.side;
        for (size_t k = 0; r->chunk.kind == CHUNK_DATA && k < r->chunk.octets.n; k++, done++) {
            uint64_t here = in[side]++;
            if (here < next[side])
                continue;
            next[side] = here + stride(t, side, here);
            if (turn++ % step)
                continue;
            if (lose)
                check_lost(t, whole, earlier, done, lose);
            else
                check_cut(t, whole, CUT, done);
        }
    }
}

/* What the session had said by each of its chunks. */
static void read_earlier(const struct tape *t, struct earlier *e)
{
    struct play p;
    size_t step = t->count / 64 + 1;

    *e = (struct earlier){must_alloc(t->count + 1, sizeof *e->list), 0};
    for (size_t n = 1; n < t->count; n += step) {
        const struct facts *f = play(&p, t, n, PLAIN, 0, 0);
        if (f)
            e->list[e->count++] = *f;
        over(&p);
    }
}

static uint64_t hash(uint64_t h, const void *octets, size_t n)
{
    const uint8_t *p = octets;

    for (size_t i = 0; i < n; i++)
        h = (h ^ p[i]) * 1099511628211u;
    return h;
}

/* The same conversation in another capture (another link layer, a tunnel) tells nothing new. */
static bool is_new(const struct tape *t)
{
    uint64_t h = hash(14695981039346656037u, t->flow.seen, sizeof t->flow.seen);

    for (size_t i = 0; i < t->count; i++) {
        const struct chunk *c = &t->list[i].chunk;
        const uint64_t numbers[] = {(uint64_t)c->kind, (uint64_t)c->side, c->length, c->acked};
        h = hash(h, numbers, sizeof numbers);
    }
    h = hash(h, t->pool, t->pool_n);
    for (size_t i = 0; i < known_count; i++)
        if (known[i] == h)
            return false;
    if (known_count == known_room) {
        known_room = known_room ? known_room * 2 : 64;
        known = must_grow(known, known_room, sizeof *known);
    }
    known[known_count++] = h;
    return true;
}

/* One octet, some of a line or two, and all the rest of a segment. */
static const size_t runs_lost[] = {1, 12, 1500};

static void try_tape(const struct tape *t)
{
    struct play p;
    struct earlier earlier;

    if (!is_new(t))
        return;
    const struct facts *whole = play(&p, t, t->count, PLAIN, 0, 0);
    if (whole) {
        sessions++;
        check_cut(t, whole, EVERY_OCTET, 0);
        check_everywhere(t, whole, NULL, 0);
        read_earlier(t, &earlier);
        for (size_t i = 0; i < sizeof runs_lost / sizeof *runs_lost; i++)
            check_everywhere(t, whole, &earlier, runs_lost[i]);
        free(earlier.list);
    }
    over(&p);
}

/* ---- captures */

static void conclude(struct flow *f)
{
    struct tape *t = f->user;

    stream_flush(f->stream);
    drain(f);
    t->flow = *f;
    try_tape(t);
    tape_free(t);
    flow_free(f);
}

static void conclude_over(struct flow_table *flows, int64_t now_ns)
{
    struct flow *f;

    while ((f = flow_over(flows, now_ns)) != NULL)
        conclude(f);
}

static void try_capture(const char *path)
{
    struct err e;
    struct frame frame;
    struct packet packet;
    struct source *source = source_open(path, &e);
    const struct flow_limits limits = flow_limits_default();
    const struct fragment_limits fragments = fragment_limits_default();

    if (!source)
        fail_msg("%s", e.text);
    struct flow_table *flows = flow_table_new(&limits);
    struct decoder *decoder = decoder_new(&fragments);
    capture_name = source_name(source);
    while (source_next(source, &frame, &e) > 0) {
        enum side from;
        if (packet_decode(decoder, &frame, &packet) != DECODED_TCP)
            continue;
        struct flow *f = flow_touch(flows, &packet, &from);
        if (f->frames == 1)
            f->user = must_alloc(1, sizeof(struct tape));
        stream_push(f->stream, &packet, from);
        drain(f);
        conclude_over(flows, packet.at_ns);
    }
    conclude_over(flows, INT64_MAX);
    flow_table_free(&flows);
    decoder_free(&decoder);
    source_close(&source);
}

static int captures_only(const struct dirent *d)
{
    return strstr(d->d_name, ".pcap") != NULL;
}

static bool try_folder(const char *folder)
{
    struct dirent **names;
    char path[1024];
    int n = scandir(folder, &names, captures_only, alphasort);

    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, names[i]->d_name);
        try_capture(path);
        free(names[i]);
    }
    if (n >= 0)
        free(names);
    return n > 0;
}

static void verdict(size_t least)
{
    print_message("%zu sessions, %zu readings, %zu failures\n", sessions, replays, failures);
    assert_int_equal(failures, 0);
    assert_true(sessions >= least);
}

static void the_demonstration_is_read_the_same_however_it_is_cut(void **state)
{
    (void)state;
    assert_true(try_folder("tests/captures"));
    verdict(24);
}

static void other_captures_are_read_the_same_however_they_are_cut(void **state)
{
    (void)state;
    static const char *const folders[] = {"lab", "public", "derived"};
    const char *root = getenv("MAILTAP_CAPTURES");
    char folder[512];
    bool any = false;

    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        snprintf(folder, sizeof folder, "%s/%s", root ? root : "../shared/captures", folders[i]);
        any = try_folder(folder) || any;
    }
    if (!any) {
        print_message("no further captures here\n");
        skip();
    }
    verdict(50);
}

int main(void)
{
    const char *step = getenv("MAILTAP_RESPLIT_STEP");
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demonstration_is_read_the_same_however_it_is_cut),
        cmocka_unit_test(other_captures_are_read_the_same_however_they_are_cut),
    };

    step_of_all = step ? strtoul(step, NULL, 10) : SANITIZED ? SLOW_STEP : 1;
    if (step_of_all == 0)
        step_of_all = 1;
    int rc = cmocka_run_group_tests_name("resplit", tests, NULL, NULL);
    free(known);
    return rc;
}
