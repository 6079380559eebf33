/* test_stream_turns.c - what waits for the other side, and where a side begins without its SYN. */
#include "test.h"

#include "stream_read.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

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

    reading_begin(r);
    for (size_t i = 0; i < 10 && (t->steps[i].text || t->steps[i].flags); i++)
        reading_push(r, &t->steps[i]);
    if (strcmp(r->order, t->order) != 0)
        print_error("%s\n", t->what);
    assert_string_equal(r->order, t->order);
    reading_flush(r);
    if (strcmp(r->order, t->after) != 0)
        print_error("%s\n", t->what);
    assert_string_equal(r->order, t->after);
    assert_string_equal(r->text[O], t->opener);
    assert_string_equal(r->text[R], t->responder);
    reading_finish(r);
    free(r);
}

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
    reading_begin(r);
    reading_push(r, &steps[0]);
    reading_push(r, &steps[1]);
    assert_false(r->stream.half[O].headless);
    assert_true(r->stream.half[R].headless);
    reading_push(r, &steps[2]); /* it was captured late */
    assert_false(r->stream.half[R].headless);
    reading_finish(r);
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_waits_for_what_it_answers),
        cmocka_unit_test(where_a_side_begins_without_its_syn),
        cmocka_unit_test(a_side_without_its_syn_is_headless),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
