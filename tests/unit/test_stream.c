/*
 * test_stream.c - TCP put in order: the same octets, however they were cut, doubled and shuffled,
 * are the same stream.
 */
#include "test.h"

#include "build.h"
#include "stream_read.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

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

    reading_begin(r);
    for (size_t i = 0; i < 10 && (e->steps[i].text || e->steps[i].flags); i++)
        reading_push(r, &e->steps[i]);
    opener = &r->stream.half[SIDE_OPENER];
    if (strcmp(r->text[SIDE_OPENER], e->before) != 0)
        print_error("%s\n", e->what);
    assert_string_equal(r->text[SIDE_OPENER], e->before);
    assert_int_equal(opener->conflicts, e->conflicts);
    assert_int_equal(opener->duplicates, e->duplicates);
    reading_flush(r);
    if (strcmp(r->text[SIDE_OPENER], e->after) != 0)
        print_error("%s\n", e->what);
    assert_string_equal(r->text[SIDE_OPENER], e->after);
    assert_string_equal(r->text[SIDE_RESPONDER], e->responder ? e->responder : "");
    assert_string_equal(r->conflicts, e->kept ? e->kept : "");
    reading_finish(r);
    free(r);
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
    reading_begin(r);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        reading_push(r, &steps[i]);
    assert_string_equal(r->order, "oorrro");
    assert_string_equal(r->text[O], "[gap 3]defghi");
    assert_string_equal(r->text[R], "ok[gap 3]more");
    reading_finish(r);
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
        cmocka_unit_test(any_cutting_gives_the_same_stream),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
