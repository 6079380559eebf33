/* test_smtp_content.c - content octets, header and body, and where it ends, at every cut. */
#include "test.h"

#include <mailtap/smtp.h>
#include <string.h>

struct expected {
    const char *wire;
    size_t used; /* with the end-of-data line; 0: it does not end */
    uint64_t octets, header, fields;
    bool loose;
};

static const struct expected cases[] = {
    {"A: 1\r\n\r\nhello\r\n.\r\nQUIT\r\n", 18, 15, 8, 1, false},
    {".\r\nQUIT\r\n", 3, 0, 0, 0, false},
    {"A: 1\r\nB: 2\r\n folded: x\r\nC:3\r\n\r\nx\r\n.\r\n", 37, 34, 31, 3, false},
    {"A: 1\r\n\r\n..dot\r\n...\r\n.\r\n", 23, 18, 8, 1, false}, /* stuffing undone */
    {"A: 1\r\n\r\n.x\r\n.\r\n", 15, 11, 8, 1, false},           /* a dot that was not stuffed */
    {"A: 1\r\n\r\nx\n.\ny\r\n.\r\n", 18, 15, 8, 1, false},      /* LF . LF is no end */
    {"A: 1\n\nx\n.\n", 0, 8, 6, 1, true},                       /* ... unless the server says so */
    {"A: 1\n\nx\n.\r\n", 0, 8, 6, 1, true},
    {"A: 1\n\nx\n.\n.\n", 0, 10, 6, 1, true},       /* the last one, then */
    {"A: 1\n\nx\n.\r\n.\r\n", 14, 11, 6, 1, false}, /* the CRLF of the first begins an end */
    {"A: 1\r\n\r\nx\r\n.\n", 0, 11, 8, 1, true},
    {"A: 1\r\n\r\nx\r\n.\n.\r\n", 0, 12, 8, 1, true},
    {"A: 1\n\nx\n.", 0, 9, 6, 1, false},
    {"A: 1\n\nx\n.\r", 0, 10, 6, 1, false},
    {"A: 1\n\nx\n.\ry", 0, 11, 6, 1, false},
    {"A: 1\r\n\r\nx\r.\r\n.\r\n", 16, 13, 8, 1, false},
    {"A: 1\r\n\r\nx\r\r\n.\r\n", 15, 12, 8, 1, false},
    {"A: 1\r\n\r\n.\r.\r\n.\r\n", 16, 12, 8, 1, false}, /* ".CR." begins no end */
    {"no header at all\r\n.\r\n", 21, 18, 18, 0, false},
};

static void assert_expected(struct message *m, const struct expected *e, size_t first, size_t size)
{
    struct content c = {0};
    bool ended = false;
    struct slice wire = slice_of(e->wire);
    size_t used = 0;

    content_begin(&c, true, m);
    for (size_t n = first; used < wire.n && !ended; n = size)
        used += content_feed(&c, slice_head(slice_tail(wire, used), n), &ended);
    assert_int_equal(ended, e->used != 0);
    assert_int_equal(c.ends_loosely, e->loose);
    const struct message_facts *f = content_over(&c);
    assert_int_equal(used, e->used ? e->used : wire.n);
    assert_int_equal(f->octets, e->octets);
    assert_int_equal(f->header_octets, e->header);
    assert_int_equal(f->body_octets, e->octets - e->header);
    assert_int_equal(f->fields, e->fields);
}

static void counts_and_end_are_the_same_at_every_cut(void **state)
{
    struct message *m = message_new(NULL);

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        for (size_t cut = 1; cut <= strlen(cases[i].wire); cut++)
            assert_expected(m, &cases[i], cut, 1000);
        assert_expected(m, &cases[i], 1, 1);
    }
    message_free(&m);
}

static void chunks_have_no_dots_to_undo_and_no_end(void **state)
{
    (void)state;
    struct message *m = message_new(NULL);
    struct content c = {0};
    bool ended;
    struct slice wire = slice_of("A: 1\r\n\r\n..x\r\n.\r\nmore");

    content_begin(&c, false, m);
    assert_int_equal(content_feed(&c, wire, &ended), wire.n);
    assert_int_equal(content_feed(&c, slice_of(" in the next"), &ended), 12);
    assert_false(ended);
    const struct message_facts *f = content_over(&c);
    assert_int_equal(f->octets, wire.n + 12);
    assert_int_equal(f->header_octets, 8);
    message_free(&m);
}

static void a_long_body_is_counted_whole(void **state)
{
    (void)state;
    struct message *m = message_new(NULL);
    struct content c = {0};
    bool ended;
    static char body[100000];

    memset(body, 'x', sizeof body);
    for (size_t i = 77; i < sizeof body; i += 78)
        memcpy(body + i - 1, "\r\n", 2);
    content_begin(&c, true, m);
    content_feed(&c, slice_of("A: 1\r\n\r\n"), &ended);
    content_feed(&c, (struct slice){(uint8_t *)body, sizeof body}, &ended);
    content_feed(&c, slice_of("\r\n.\r\n"), &ended);
    assert_true(ended);
    assert_int_equal(content_over(&c)->octets, 8 + sizeof body + 2);
    message_free(&m);
}

static void after_a_gap_counting_goes_on(void **state)
{
    (void)state;
    struct message *m = message_new(NULL);
    struct content c = {0};
    bool ended;

    content_begin(&c, true, m);
    content_feed(&c, slice_of("A: 1\r\n\r\nabc"), &ended);
    content_gap(&c);
    content_feed(&c, slice_of(".\r\nx\r\n.\r\n"), &ended);
    assert_true(ended && c.missing);
    const struct message_facts *f = content_over(&c);
    assert_int_equal(f->octets, 11 + 6);
    assert_true(f->missing);
    content_clear(&c);
    message_free(&m);
}

static void what_came_before_the_gap_can_be_all_that_counts(void **state)
{
    (void)state;
    struct message *m = message_new(NULL);
    struct content c = {0};
    bool ended;

    content_begin(&c, true, m);
    content_feed(&c, slice_of("A: 1\r\n\r\nabc"), &ended);
    content_up_to_gap(&c); /* there is none yet */
    assert_false(c.ends_at_gap);
    content_gap(&c);
    content_feed(&c, slice_of("x\r\n"), &ended);
    content_gap(&c); /* the first one counts */
    content_feed(&c, slice_of("y\r\n.\r\n"), &ended);
    content_up_to_gap(&c);
    const struct message_facts *f = content_over(&c);
    assert_int_equal(f->octets, 11);
    assert_int_equal(f->header_octets, 8);
    assert_true(f->missing);
    content_clear(&c);
    message_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_end_are_the_same_at_every_cut),
        cmocka_unit_test(chunks_have_no_dots_to_undo_and_no_end),
        cmocka_unit_test(a_long_body_is_counted_whole),
        cmocka_unit_test(after_a_gap_counting_goes_on),
        cmocka_unit_test(what_came_before_the_gap_can_be_all_that_counts),
    };
    return cmocka_run_group_tests_name("smtp_content", tests, NULL, NULL);
}
