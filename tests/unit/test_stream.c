/*
 * test_stream.c - TCP put in order: the same octets, however they were cut, doubled and shuffled,
 * are the same stream; every limit gives up a hole and keeps the rest.
 */
#include "test.h"

#include "build.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>
#include <mailtap/stream.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ISN 0xfffffff0u /* the sequence numbers wrap early on */

/* What came out, written as it can be compared: "data", "[gap 3]", "[fin]", "[reset]". */
struct reading {
    struct held_pool pool;
    struct stream stream;
    char text[SIDES][4096];
    uint64_t offset[SIDES];
    char conflicts[1024]; /* offset:first/second of each */
    char order[256];      /* the side of each chunk: o or r */
};

static void begin(struct reading *r)
{
    memset(r, 0, sizeof *r);
    r->pool.limit = BOUND_HELD_OCTETS;
    stream_init(&r->stream, &r->pool);
}

static void write_chunk(struct reading *r, const struct chunk *c)
{
    char *to = r->text[c->side] + strlen(r->text[c->side]);
    size_t room = sizeof r->text[0] - strlen(r->text[c->side]);

    if (c->kind == CHUNK_CONFLICT) { /* beside the stream, not in it */
        assert_int_equal(c->length, c->octets.n);
        assert_int_equal(c->length, c->first.n);
        snprintf(r->conflicts + strlen(r->conflicts), sizeof r->conflicts - strlen(r->conflicts),
                 "%llu:%.*s/%.*s ", (unsigned long long)c->offset, (int)c->first.n,
                 (const char *)c->first.p, (int)c->octets.n, (const char *)c->octets.p);
        return;
    }
    assert_int_equal(c->offset, r->offset[c->side]);
    r->offset[c->side] += c->length;
    snprintf(r->order + strlen(r->order), sizeof r->order - strlen(r->order), "%c",
             c->side == SIDE_OPENER ? 'o' : 'r');
    switch (c->kind) {
    case CHUNK_DATA:
        assert_int_equal(c->length, c->octets.n);
        snprintf(to, room, "%.*s", (int)c->octets.n, (const char *)c->octets.p);
        return;
    case CHUNK_GAP:
        assert_true(c->length > 0);
        snprintf(to, room, "[gap %llu]", (unsigned long long)c->length);
        return;
    case CHUNK_FIN:
        snprintf(to, room, "[fin]");
        return;
    case CHUNK_RESET:
        snprintf(to, room, "[reset]");
        return;
    case CHUNK_CONFLICT:
        break;
    }
}

static void pull_all(struct reading *r)
{
    struct chunk c;

    while (stream_next(&r->stream, &c))
        write_chunk(r, &c);
}

/* Push a copy that is gone afterwards, as a frame is. */
static void push_packet(struct reading *r, const struct packet *p, enum side side)
{
    struct packet own = *p;
    uint8_t *copy = build_copy(p->payload);

    own.payload.p = copy;
    stream_push(&r->stream, &own, side);
    pull_all(r);
    free(copy);
}

/* One segment: where it lies after the SYN of its side, and what it holds. */
struct step {
    enum side side;
    int64_t at;    /* offset in the direction */
    uint8_t flags; /* TCP_SYN takes the number before `at` */
    const char *text;
    int64_t acks; /* offset in the other direction, with TCP_ACK */
    double time;
    uint32_t cut; /* octets that the snap length cut */
};

static void push(struct reading *r, const struct step *step)
{
    struct segment s = {
        .seq = ISN + 1 + (uint32_t)step->at - ((step->flags & TCP_SYN) != 0),
        .ack = ISN + 1 + (uint32_t)step->acks,
        .flags = step->flags,
        .text = step->text,
        .at = step->time,
    };
    struct packet p = build_packet(&s);

    p.payload_wire += step->cut;
    push_packet(r, &p, step->side);
}

static void finish(struct reading *r)
{
    stream_flush(&r->stream);
    pull_all(r);
    assert_int_equal(r->stream.half[0].held_octets + r->stream.half[1].held_octets, 0);
    assert_int_equal(r->pool.octets, 0);
    stream_clear(&r->stream);
}

struct example {
    const char *what;
    struct step steps[10]; /* up to the first without text and flags */
    const char *before;    /* what the opener said, before the flush */
    const char *after;     /* and after it */
    const char *responder;
    uint32_t conflicts, duplicates;
    const char *kept; /* the conflicts given; NULL for none */
};

static void run(const struct example *e)
{
    struct reading *r = must_alloc(1, sizeof *r);
    struct half *opener;

    begin(r);
    for (size_t i = 0; i < 10 && (e->steps[i].text || e->steps[i].flags); i++)
        push(r, &e->steps[i]);
    opener = &r->stream.half[SIDE_OPENER];
    if (strcmp(r->text[SIDE_OPENER], e->before) != 0)
        print_error("%s\n", e->what);
    assert_string_equal(r->text[SIDE_OPENER], e->before);
    assert_int_equal(opener->conflicts, e->conflicts);
    assert_int_equal(opener->duplicates, e->duplicates);
    stream_flush(&r->stream);
    pull_all(r);
    if (strcmp(r->text[SIDE_OPENER], e->after) != 0)
        print_error("%s\n", e->what);
    assert_string_equal(r->text[SIDE_OPENER], e->after);
    assert_string_equal(r->text[SIDE_RESPONDER], e->responder ? e->responder : "");
    assert_string_equal(r->conflicts, e->kept ? e->kept : "");
    finish(r);
    free(r);
}

#define O SIDE_OPENER
#define R SIDE_RESPONDER
#define SEG(from, offset, control, octets, ...)                                                    \
    {                                                                                              \
        .side = (from), .at = (offset), .flags = (control), .text = (octets), __VA_ARGS__          \
    }

static void segments_are_put_in_order(void **state)
{
    (void)state;
    const struct example examples[] = {
        {.what = "in order",
         .before = "abcdef[fin]",
         .after = "abcdef[fin]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "abc"), SEG(O, 3, TCP_FIN, "def")}},
        {.what = "across the wrap of the numbers, out of order",
         .before = "abcdefghijklmnopqrstuvwxyz",
         .after = "abcdefghijklmnopqrstuvwxyz",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 20, 0, "uvwxyz"), SEG(O, 10, 0, "klmnopqrst"),
                   SEG(O, 0, 0, "abcdefghij")}},
        {.what = "a SYN that carries octets",
         .before = "abc",
         .after = "abc",
         .steps = {SEG(O, 0, TCP_SYN, "ab"), SEG(O, 2, 0, "c")}},
        {.what = "without a SYN, from the first segment on",
         .before = "hijk",
         .after = "hijk",
         .steps = {SEG(O, 7, 0, "hij"), SEG(O, 10, 0, "k")}},
        {.what = "older octets than the first are no news",
         .before = "hij",
         .after = "hij",
         .steps = {SEG(O, 7, 0, "hij"), SEG(O, 4, 0, "efg")},
         .duplicates = 1},
        {.what = "a repeated SYN and segment",
         .before = "abcd",
         .after = "abcd",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "abc"), SEG(O, 0, TCP_SYN, NULL),
                   SEG(O, 0, 0, "abc"), SEG(O, 3, 0, "d")},
         .duplicates = 1},
        {.what = "an overlap is cut to the new octets",
         .before = "abcde",
         .after = "abcde",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "abc"), SEG(O, 1, 0, "bcde")}},
        {.what = "the first copy wins and the second is counted",
         .before = "abcdef",
         .after = "abcdef",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 2, 0, "cd"), SEG(O, 0, 0, "abXYef")},
         .conflicts = 1,
         .kept = "2:cd/XY "},
        {.what = "a later copy of octets given already",
         .before = "abcdef",
         .after = "abcdef",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "abcdef"), SEG(O, 0, 0, "abXYef"),
                   SEG(O, 2, 0, "cd")},
         .conflicts = 1,
         .duplicates = 2,
         .kept = "0:abcdef/abXYef "},
        {.what = "a copy that began before the first segment seen",
         .before = "hij",
         .after = "hij",
         .steps = {SEG(O, 7, 0, "hij"), SEG(O, 5, 0, "XXhiX")},
         .conflicts = 1,
         .duplicates = 1,
         .kept = "0:hij/hiX "},
        {.what = "a conflict among held ones",
         .before = "abcde",
         .after = "abcde",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 2, 0, "cd"), SEG(O, 1, 0, "bXde"),
                   SEG(O, 0, 0, "a")},
         .conflicts = 1,
         .kept = "2:cd/Xd "},
        {.what = "the same among held ones",
         .before = "abcd",
         .after = "abcd",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 2, 0, "cd"), SEG(O, 2, 0, "cd"),
                   SEG(O, 3, 0, "d"), SEG(O, 0, 0, "ab")},
         .duplicates = 2},
        {.what = "a keep-alive probe is a duplicate",
         .before = "abcd",
         .after = "abcd",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "abc"), SEG(O, 2, 0, "X"),
                   SEG(O, 2, TCP_ACK, NULL), SEG(O, 3, 0, "d")},
         .duplicates = 1},
        {.what = "a SYN captured after its answer",
         .before = "abc",
         .after = "abc",
         .steps = {SEG(R, 0, TCP_SYN | TCP_ACK, NULL), SEG(O, 0, TCP_SYN, NULL),
                   SEG(O, 0, 0, "abc")}},
        {.what = "an answer that acknowledges more than its SYN, captured later",
         .before = "abcde",
         .after = "abcde",
         .steps = {SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 5), SEG(O, 0, TCP_SYN, "abcde")}},
        {.what = "a FIN before octets that were seen is not believed",
         .before = "abcdef",
         .after = "abcdef",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def"), SEG(O, 2, TCP_FIN, NULL),
                   SEG(O, 0, 0, "abc")}},
        {.what = "octets behind a FIN do not belong",
         .before = "ab[fin]",
         .after = "ab[fin]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_FIN, "ab"), SEG(O, 2, 0, "cd")}},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        run(&examples[i]);
}

static void holes_are_told_as_gaps(void **state)
{
    (void)state;
    const struct example examples[] = {
        {.what = "a hole waits, and is a gap in the end",
         .before = "",
         .after = "[gap 3]def[gap 2]ij",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def"), SEG(O, 8, 0, "ij")}},
        {.what = "a FIN waits for the hole before it",
         .before = "abcdef[fin]",
         .after = "abcdef[fin]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, TCP_FIN, "def"), SEG(O, 0, 0, "abc")}},
        {.what = "a FIN behind octets never captured",
         .before = "",
         .after = "[gap 4][fin]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 4, TCP_FIN, NULL)}},
        {.what = "acknowledged, but a moment ago",
         .before = "",
         .after = "[gap 3]def",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def", .time = 1.0),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 6, .time = 1.1),
                   SEG(R, 0, TCP_ACK, NULL, .acks = 6, .time = 2.9)}},
        {.what = "acknowledged some time ago",
         .before = "[gap 3]def",
         .after = "[gap 3]def",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def", .time = 1.0),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 6, .time = 1.1),
                   SEG(R, 0, TCP_ACK, NULL, .acks = 6, .time = 3.1)}},
        {.what = "the hole acknowledged, what follows it not",
         .before = "[gap 3]def",
         .after = "[gap 3]def",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def", .time = 1.0),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 3, .time = 3.1)}},
        {.what = "not acknowledged, however long",
         .before = "",
         .after = "[gap 3]def",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def", .time = 1.0),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 2, .time = 1.1),
                   SEG(R, 0, TCP_ACK, NULL, .acks = 2, .time = 300)}},
        {.what = "time that steps back gives up nothing",
         .before = "",
         .after = "[gap 3]def",
         .steps = {SEG(O, 0, TCP_SYN, NULL, .time = 100), SEG(O, 3, 0, "def", .time = 100),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 6, .time = 1),
                   SEG(R, 0, TCP_ACK, NULL, .acks = 6, .time = 2)}},
        {.what = "octets acknowledged and never seen",
         .before = "ab",
         .after = "ab[gap 5]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "ab"),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 7)}},
        {.what = "one octet acknowledged may be a FIN never seen",
         .before = "ab",
         .after = "ab",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "ab"),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 3)}},
        {.what = "the number of a FIN is no octet",
         .before = "ab[fin]",
         .after = "ab[fin]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_FIN, "ab"),
                   SEG(R, 0, TCP_SYN | TCP_ACK, NULL, .acks = 3)}},
        {.what = "one side was captured only",
         .before = "",
         .after = "[gap 9]",
         .steps = {SEG(R, 0, TCP_SYN | TCP_ACK, NULL), SEG(R, 0, TCP_ACK, "220"),
                   SEG(R, 3, TCP_ACK, "250", .acks = 9)},
         .responder = "220250"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        run(&examples[i]);
}

static void what_the_snap_length_cut_is_a_gap_at_once(void **state)
{
    (void)state;
    const struct example examples[] = {
        {.what = "the snap length cut the segment",
         .before = "abc[gap 4]h",
         .after = "abc[gap 4]h",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "abc", .cut = 4), SEG(O, 7, 0, "h")}},
        {.what = "nothing of the segment was captured",
         .before = "[gap 4]e",
         .after = "[gap 4]e",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_PSH, NULL, .cut = 4),
                   SEG(O, 4, 0, "e")}},
        {.what = "cut, and out of order",
         .before = "abcdef[gap 2]i",
         .after = "abcdef[gap 2]i",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "def", .cut = 2), SEG(O, 8, 0, "i"),
                   SEG(O, 0, 0, "abc")}},
        {.what = "nothing captured, and out of order",
         .before = "abc[gap 2]f",
         .after = "abc[gap 2]f",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, TCP_PSH, NULL, .cut = 2), SEG(O, 5, 0, "f"),
                   SEG(O, 0, 0, "abc")}},
        {.what = "cut, then captured whole before its turn",
         .before = "abcdef",
         .after = "abcdef",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 3, 0, "d", .cut = 2), SEG(O, 3, 0, "def"),
                   SEG(O, 0, 0, "abc")}},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        run(&examples[i]);
}

static void a_reset_is_believed_when_it_may_be_true(void **state)
{
    (void)state;
    const struct example examples[] = {
        {.what = "at the next number",
         .before = "ab[reset]",
         .after = "ab[reset]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "ab"), SEG(O, 2, TCP_RST, NULL)}},
        {.what = "in the window",
         .before = "ab[reset]",
         .after = "ab[reset]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "ab"), SEG(O, 1 << 30, TCP_RST, NULL)}},
        {.what = "behind what was said",
         .before = "ab",
         .after = "ab",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "ab"), SEG(O, 1, TCP_RST, NULL)}},
        {.what = "far ahead",
         .before = "ab",
         .after = "ab",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, 0, "ab"),
                   SEG(O, (1 << 30) + 3, TCP_RST, NULL)}},
        {.what = "given once",
         .before = "[reset]",
         .after = "[reset]",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_RST, NULL), SEG(O, 0, TCP_RST, NULL)}},
        {.what = "a SYN refused",
         .before = "",
         .after = "",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(R, 77, TCP_RST | TCP_ACK, NULL)},
         .responder = "[reset]"},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        run(&examples[i]);
}

static void a_released_hole_comes_before_the_answer_that_released_it(void **state)
{
    struct reading *r = must_alloc(1, sizeof *r);
    const struct step steps[] = {
        SEG(O, 0, TCP_SYN, NULL),
        SEG(R, 0, TCP_SYN | TCP_ACK, NULL),
        SEG(O, 3, TCP_ACK, "def", .time = 1.0),
        SEG(R, 0, TCP_ACK, "ok", .acks = 6, .time = 4.0),
        SEG(R, 5, TCP_ACK, "more", .acks = 6, .time = 4.0),
        SEG(O, 6, TCP_ACK, "ghi", .acks = 9, .time = 8.0),
    };

    (void)state;
    begin(r);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        push(r, &steps[i]);
    assert_string_equal(r->order, "oorrro");
    assert_string_equal(r->text[O], "[gap 3]defghi");
    assert_string_equal(r->text[R], "ok[gap 3]more");
    finish(r);
    free(r);
}

/* ---- what waits for the other side */

struct turns {
    const char *what;
    struct step steps[10];
    const char *order; /* of the chunks before the flush */
    const char *after; /* and after it */
    const char *opener, *responder;
};

static void take_turns(const struct turns *t)
{
    struct reading *r = must_alloc(1, sizeof *r);

    begin(r);
    for (size_t i = 0; i < 10 && (t->steps[i].text || t->steps[i].flags); i++)
        push(r, &t->steps[i]);
    if (strcmp(r->order, t->order) != 0)
        print_error("%s\n", t->what);
    assert_string_equal(r->order, t->order);
    stream_flush(&r->stream);
    pull_all(r);
    if (strcmp(r->order, t->after) != 0)
        print_error("%s\n", t->what);
    assert_string_equal(r->order, t->after);
    assert_string_equal(r->text[O], t->opener);
    assert_string_equal(r->text[R], t->responder);
    finish(r);
    free(r);
}

#define SYNS SEG(O, 0, TCP_SYN, NULL), SEG(R, 0, TCP_SYN | TCP_ACK, NULL)

static void an_answer_waits_for_what_it_answers(void **state)
{
    (void)state;
    const struct turns all[] = {
        {.what = "captured before it",
         .order = "ror",
         .after = "ror",
         .opener = "ehlo",
         .responder = "220250",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 3), SEG(R, 0, TCP_ACK, "220"),
                   SEG(R, 3, TCP_ACK, "250", .acks = 4)}},
        {.what = "and so do those behind it",
         .order = "rooo",
         .after = "rooo",
         .opener = "ehlomailrcpt",
         .responder = "220",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 3),
                   SEG(O, 4, TCP_ACK, "mail", .acks = 3), SEG(O, 8, TCP_ACK, "rcpt"),
                   SEG(R, 0, TCP_ACK, "220")}},
        {.what = "behind a hole the two still take turns",
         .order = "ro",
         .after = "roororor",
         .opener = "ehlo[gap 4]rcptdata",
         .responder = "220250251354",
         .steps = {SYNS, SEG(R, 0, TCP_ACK, "220"), SEG(O, 0, TCP_ACK, "ehlo", .acks = 3),
                   SEG(R, 3, TCP_ACK, "250", .acks = 8), SEG(O, 8, TCP_ACK, "rcpt", .acks = 6),
                   SEG(R, 6, TCP_ACK, "251", .acks = 12), SEG(O, 12, TCP_ACK, "data", .acks = 9),
                   SEG(R, 9, TCP_ACK, "354", .acks = 16)}},
        {.what = "holes on both sides, and each waits for the other",
         .order = "",
         .after = "roror",
         .opener = "[gap 4]mail",
         .responder = "[gap 3]250251",
         .steps = {SYNS, SEG(R, 3, TCP_ACK, "250", .acks = 4, .time = 1.0),
                   SEG(O, 4, TCP_ACK, "mail", .acks = 6, .time = 1.1),
                   SEG(R, 6, TCP_ACK, "251", .acks = 8, .time = 1.2)}},
        {.what = "of a hole, as much as came before it",
         .order = "",
         .after = "rororro",
         .opener = "ehlostartmail",
         .responder = "[gap 3][gap 3][gap 2]25",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 3),
                   SEG(O, 4, TCP_ACK, "start", .acks = 6), SEG(R, 8, TCP_ACK, "25", .acks = 9),
                   SEG(O, 9, TCP_ACK, "mail", .acks = 10)}},
        {.what = "for nothing, when the capture ends",
         .order = "",
         .after = "ro",
         .opener = "ehlo",
         .responder = "[gap 9]",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 9)}},
        {.what = "for nothing, when time goes by",
         .order = "oo",
         .after = "oor",
         .opener = "ehlomail",
         .responder = "[gap 9]",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 9, .time = 1.0),
                   SEG(O, 4, TCP_ACK, "mail", .acks = 9, .time = 1.5),
                   SEG(O, 8, TCP_ACK, NULL, .acks = 9, .time = 4.0)}},
        {.what = "a hole that is waited for is given up for those that wait",
         .order = "rrooor",
         .after = "rrooor",
         .opener = "ehlomailrcpt",
         .responder = "[gap 3]250251",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 6, .time = 1.0),
                   SEG(R, 3, TCP_ACK, "250", .time = 2.9),
                   SEG(O, 4, TCP_ACK, "mail", .acks = 6, .time = 3.0),
                   SEG(O, 8, TCP_ACK, "rcpt", .acks = 6, .time = 3.2),
                   SEG(R, 6, TCP_ACK, "251", .acks = 12, .time = 3.3)}},
        {.what = "not for a side that was not captured",
         .order = "o",
         .after = "o",
         .opener = "ehlo",
         .responder = "",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_ACK, "ehlo", .acks = 9)}},
        {.what = "not for a FIN",
         .order = "ro",
         .after = "ro",
         .opener = "quit",
         .responder = "221",
         .steps = {SYNS, SEG(R, 0, TCP_ACK, "221"), SEG(O, 0, TCP_ACK, "quit", .acks = 4)}},
        {.what = "copies of what waits are compared with it, and held",
         .order = "roo",
         .after = "roo",
         .opener = "ehlomail",
         .responder = "220",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "ehlo", .acks = 3),
                   SEG(O, 0, TCP_ACK, "ehlomail", .acks = 3), SEG(R, 0, TCP_ACK, "220")}},
        {.what = "what the snap length cut off before one that waits",
         .order = "roo",
         .after = "roo",
         .opener = "eh[gap 2]",
         .responder = "220",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "eh", .acks = 3, .cut = 2), SEG(R, 0, TCP_ACK, "220")}},
        {.what = "nothing was captured of the one that waits",
         .order = "",
         .after = "ro",
         .opener = "[gap 4]",
         .responder = "[gap 5]",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, NULL, .acks = 5, .cut = 4)}},
        {.what = "and all of it of the next, which has waited as long",
         .order = "o",
         .after = "or",
         .opener = "ehlo",
         .responder = "[gap 9]",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, NULL, .acks = 5, .cut = 4, .time = 1.0),
                   SEG(O, 0, TCP_ACK, "ehlo", .acks = 9, .time = 1.0),
                   SEG(O, 4, TCP_ACK, NULL, .acks = 9, .time = 4.0)}},
        {.what = "the cut octets of one lie in another, which waits",
         .order = "ro",
         .after = "roroo",
         .opener = "ehlo[gap 2]",
         .responder = "220[gap 2]",
         .steps = {SYNS, SEG(O, 0, TCP_ACK, "eh", .acks = 3, .cut = 4),
                   SEG(O, 2, TCP_ACK, "lo", .acks = 5), SEG(R, 0, TCP_ACK, "220")}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        take_turns(&all[i]);
}

/* Without its SYN, what the other side acknowledges first says where the octets begin. */
static void where_a_side_begins_without_its_syn(void **state)
{
    (void)state;
    const struct turns all[] = {
        {.what = "the acknowledgement that ends the handshake tells",
         .order = "",
         .after = "ror",
         .opener = "ehlo",
         .responder = "[gap 3]250",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_ACK, NULL),
                   SEG(R, 3, TCP_ACK, "250", .acks = 4), SEG(O, 0, TCP_ACK, "ehlo", .acks = 3)}},
        {.what = "one that comes before the octets it acknowledges does not",
         .order = "or",
         .after = "or",
         .opener = "ehlo",
         .responder = "220",
         .steps = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 0, TCP_ACK, "ehlo", .acks = 3),
                   SEG(R, 0, TCP_ACK, "220")}},
        {.what = "also of a side whose own SYN is missing",
         .order = "",
         .after = "rr",
         .opener = "",
         .responder = "[gap 3]250",
         .steps = {SEG(O, 0, TCP_ACK, NULL), SEG(R, 3, TCP_ACK, "250")}},
    };
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        take_turns(&all[i]);
}

static void a_side_without_its_syn_is_headless(void **state)
{
    struct reading *r = must_alloc(1, sizeof *r);
    const struct step steps[] = {
        SEG(O, 0, TCP_SYN, NULL),
        SEG(R, 0, TCP_ACK, "220"),
        SEG(R, 0, TCP_SYN | TCP_ACK, NULL),
    };

    (void)state;
    begin(r);
    push(r, &steps[0]);
    push(r, &steps[1]);
    assert_false(r->stream.half[O].headless);
    assert_true(r->stream.half[R].headless);
    push(r, &steps[2]); /* it was captured late */
    assert_false(r->stream.half[R].headless);
    finish(r);
    free(r);
}

/* ---- limits */

static struct packet big_packet(uint32_t offset, const uint8_t *octets, uint32_t n)
{
    return (struct packet){
        .seq = ISN + 1 + offset, .payload = {octets, n}, .payload_wire = n, .vlan = -1};
}

struct sums {
    uint64_t data, gap;
};

static void push_counting(struct stream *s, const struct packet *p, struct sums *sums)
{
    struct chunk c;

    stream_push(s, p, SIDE_OPENER);
    while (stream_next(s, &c)) {
        assert_int_equal(c.offset, sums->data + sums->gap);
        if (c.kind == CHUNK_DATA)
            sums->data += c.length;
        else
            sums->gap += c.length;
    }
}

/* Every second block of the stream arrives, until the limit gives up holes. */
static void hold_until_limit(uint64_t pool_limit, uint32_t block, uint32_t blocks)
{
    struct held_pool pool = {.limit = pool_limit};
    struct stream s;
    struct sums sums = {0, 0};
    struct packet syn = {.seq = ISN, .flags = TCP_SYN};
    uint8_t *octets = must_alloc(block, 1);

    stream_init(&s, &pool);
    push_counting(&s, &syn, &sums);
    for (uint32_t i = 0; i < blocks; i++) {
        struct packet p = big_packet((2 * i + 1) * block, octets, block);
        push_counting(&s, &p, &sums);
        assert_true(s.half[0].held_octets <= BOUND_HELD_FLOW_OCTETS);
        assert_true(s.half[0].held_segments <= BOUND_HELD_SEGMENTS);
        assert_true(pool.octets <= pool.limit);
    }
    assert_true(sums.data > 0);
    assert_int_equal(sums.data, sums.gap);
    assert_int_equal(sums.data + s.half[0].held_octets, (uint64_t)blocks * block);
    assert_int_equal(s.half[0].gap_octets, sums.gap);
    assert_int_equal(pool.refused, 0);
    stream_clear(&s);
    assert_int_equal(pool.octets, 0);
    free(octets);
}

static void octets_of_one_direction_are_limited(void **state)
{
    (void)state;
    hold_until_limit(BOUND_HELD_OCTETS, 1000, BOUND_HELD_FLOW_OCTETS / 1000 + 50);
}

static void segments_of_one_direction_are_limited(void **state)
{
    (void)state;
    hold_until_limit(BOUND_HELD_OCTETS, 1, BOUND_HELD_SEGMENTS + 50);
}

/* An answer to octets that never come. */
static void waiting_is_limited(void **state)
{
    const uint32_t blocks = BOUND_HELD_FLOW_OCTETS / 1000 + 50;
    struct held_pool pool = {.limit = BOUND_HELD_OCTETS};
    struct stream s;
    struct sums sums = {0, 0};
    struct packet syn = {.seq = ISN, .flags = TCP_SYN}, answer = syn;
    uint8_t octets[1000] = {0};

    (void)state;
    answer.flags |= TCP_ACK;
    answer.ack = ISN + 1;
    stream_init(&s, &pool);
    push_counting(&s, &syn, &sums);
    stream_push(&s, &answer, SIDE_RESPONDER);
    for (uint32_t i = 0; i < blocks; i++) {
        struct packet p = big_packet(i * 1000, octets, 1000);
        p.flags = TCP_ACK;
        p.ack = ISN + 1 + 100;
        push_counting(&s, &p, &sums);
        assert_true(s.half[0].held_octets <= BOUND_HELD_FLOW_OCTETS);
    }
    assert_true(sums.data > 0);
    assert_int_equal(sums.gap, 0);
    assert_int_equal(sums.data + s.half[0].held_octets, blocks * 1000);
    stream_clear(&s);
    assert_int_equal(pool.octets, 0);
}

static void octets_of_all_streams_are_limited(void **state)
{
    (void)state;
    hold_until_limit(5000, 1000, 50);
    hold_until_limit(5000, 1, 500);
    hold_until_limit(0, 1, 5);
}

static void what_cannot_belong_is_refused_and_counted(void **state)
{
    struct held_pool pool = {.limit = 1000};
    struct stream s;
    struct sums sums = {0, 0};
    struct packet syn = {.seq = ISN, .flags = TCP_SYN};
    struct packet far = big_packet((1u << 30) + 1, (const uint8_t *)"x", 1);

    (void)state;
    stream_init(&s, &pool);
    push_counting(&s, &syn, &sums);
    push_counting(&s, &far, &sums);
    assert_int_equal(pool.refused, 1);
    assert_int_equal(s.half[0].held_segments, 0);
    stream_clear(&s);
}

static void clearing_gives_everything_back(void **state)
{
    struct reading *r = must_alloc(1, sizeof *r);
    const struct step steps[] = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 5, 0, "fgh")};
    struct chunk c;

    (void)state;
    begin(r);
    push(r, &steps[0]);
    push(r, &steps[1]);
    assert_true(r->pool.octets > 3);
    stream_clear(&r->stream);
    assert_int_equal(r->pool.octets, 0);
    assert_false(stream_next(&r->stream, &c));
    free(r);
}

/* ---- the model */

#define MODEL_OCTETS 600u
#define MODEL_PIECES 400u

static uint32_t random_below(uint64_t *state, uint32_t n)
{
    *state = *state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(*state >> 33) % n;
}

/*
 * Cut the octets anyhow, double and shuffle the pieces, overlap them; then say the whole once more
 * in small pieces, so that nothing is missing.  The stream must be the octets.
 */
static void any_cutting_gives_the_same_stream(void **state)
{
    uint8_t octets[MODEL_OCTETS], got[MODEL_OCTETS];

    (void)state;
    for (uint32_t i = 0; i < MODEL_OCTETS; i++)
        octets[i] = (uint8_t)(i * 7 + i / 251);
    for (uint64_t seed = 1; seed <= 300; seed++) {
        struct held_pool pool = {.limit = BOUND_HELD_OCTETS};
        struct stream s;
        struct chunk c;
        uint64_t random = seed, at = 0;
        uint32_t isn = random_below(&random, UINT32_MAX);
        bool fin = false;
        stream_init(&s, &pool);
        for (uint32_t i = 0; i < MODEL_PIECES; i++) {
            uint32_t from = random_below(&random, MODEL_OCTETS);
            uint32_t n = 1 + random_below(&random, 1 + random_below(&random, 200));
            if (i == 0)
                from = 0;
            if (i >= MODEL_PIECES - MODEL_OCTETS / 5) {
                from = 5 * (i - (MODEL_PIECES - MODEL_OCTETS / 5));
                n = 5;
            }
            if (n > MODEL_OCTETS - from)
                n = MODEL_OCTETS - from;
            uint8_t *copy = build_copy((struct slice){octets + from, n});
            struct packet p = {.seq = isn + 1 + from, .payload = {copy, n}, .payload_wire = n};
            p.seq -= i == 0;
            p.flags = (uint8_t)((i == 0 ? TCP_SYN : 0) | (from + n == MODEL_OCTETS ? TCP_FIN : 0));
            stream_push(&s, &p, SIDE_RESPONDER);
            while (stream_next(&s, &c)) {
                assert_int_equal(c.side, SIDE_RESPONDER);
                assert_int_equal(c.offset, at);
                fin = fin || c.kind == CHUNK_FIN;
                assert_int_equal(c.kind, fin ? CHUNK_FIN : CHUNK_DATA);
                assert_true(at + c.length <= MODEL_OCTETS);
                if (c.octets.n)
                    memcpy(got + at, c.octets.p, c.octets.n);
                at += c.length;
            }
            free(copy);
        }
        assert_int_equal(at, MODEL_OCTETS);
        assert_true(fin);
        assert_memory_equal(got, octets, MODEL_OCTETS);
        assert_int_equal(s.half[SIDE_RESPONDER].conflicts, 0);
        assert_int_equal(pool.octets, 0);
        assert_int_equal(pool.refused, 0);
        stream_clear(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(segments_are_put_in_order),
        cmocka_unit_test(holes_are_told_as_gaps),
        cmocka_unit_test(what_the_snap_length_cut_is_a_gap_at_once),
        cmocka_unit_test(a_reset_is_believed_when_it_may_be_true),
        cmocka_unit_test(a_released_hole_comes_before_the_answer_that_released_it),
        cmocka_unit_test(an_answer_waits_for_what_it_answers),
        cmocka_unit_test(where_a_side_begins_without_its_syn),
        cmocka_unit_test(a_side_without_its_syn_is_headless),
        cmocka_unit_test(octets_of_one_direction_are_limited),
        cmocka_unit_test(waiting_is_limited),
        cmocka_unit_test(segments_of_one_direction_are_limited),
        cmocka_unit_test(octets_of_all_streams_are_limited),
        cmocka_unit_test(what_cannot_belong_is_refused_and_counted),
        cmocka_unit_test(clearing_gives_everything_back),
        cmocka_unit_test(any_cutting_gives_the_same_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
