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
    {"A: 1\n\nx\n.\n", 0, 10, 6, 1, true},                      /* ... unless the server says so */
    {"A: 1\n\nx\n.\r\n", 0, 11, 6, 1, true},
    {"A: 1\r\n\r\nx\r\n.\n", 0, 12, 8, 1, true},
    {"A: 1\r\n\r\nx\r.\r\n.\r\n", 16, 13, 8, 1, false},
    {"A: 1\r\n\r\nx\r\r\n.\r\n", 15, 12, 8, 1, false},
    {"A: 1\r\n\r\n.\r.\r\n.\r\n", 16, 12, 8, 1, false}, /* ".CR." begins no end */
    {"no header at all\r\n.\r\n", 21, 18, 18, 0, false},
};

static struct content fed(const struct expected *e, size_t cut, size_t *used_r)
{
    struct content c;
    bool ended;
    struct slice wire = slice_of(e->wire);

    content_begin(&c, true);
    *used_r = content_feed(&c, slice_head(wire, cut), &ended);
    if (!ended)
        *used_r += content_feed(&c, slice_tail(wire, cut), &ended);
    assert_int_equal(ended, e->used != 0);
    return c;
}

static void counts_and_end_are_the_same_at_every_cut(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct expected *e = &cases[i];
        for (size_t cut = 0; cut <= strlen(e->wire); cut++) {
            size_t used;
            struct content c = fed(e, cut, &used);
            assert_int_equal(used, e->used ? e->used : strlen(e->wire));
            assert_int_equal(c.octets, e->octets);
            assert_int_equal(c.header_octets, e->header);
            assert_int_equal(c.fields, e->fields);
            assert_int_equal(c.ends_loosely, e->loose);
        }
    }
}

static void chunks_have_no_dots_to_undo_and_no_end(void **state)
{
    (void)state;
    struct content c;
    bool ended;
    struct slice wire = slice_of("A: 1\r\n\r\n..x\r\n.\r\nmore");

    content_begin(&c, false);
    assert_int_equal(content_feed(&c, wire, &ended), wire.n);
    assert_false(ended);
    assert_int_equal(c.octets, wire.n);
    assert_int_equal(c.header_octets, 8);
}

static void a_long_body_is_counted_whole(void **state)
{
    (void)state;
    struct content c;
    bool ended;
    static char body[100000];

    memset(body, 'x', sizeof body);
    for (size_t i = 77; i < sizeof body; i += 78)
        memcpy(body + i - 1, "\r\n", 2);
    content_begin(&c, true);
    content_feed(&c, slice_of("A: 1\r\n\r\n"), &ended);
    content_feed(&c, (struct slice){(uint8_t *)body, sizeof body}, &ended);
    content_feed(&c, slice_of("\r\n.\r\n"), &ended);
    assert_true(ended);
    assert_int_equal(c.octets, 8 + sizeof body + 2);
}

static void after_a_gap_counting_goes_on(void **state)
{
    (void)state;
    struct content c;
    bool ended;

    content_begin(&c, true);
    content_feed(&c, slice_of("A: 1\r\n\r\nabc"), &ended);
    content_gap(&c);
    content_feed(&c, slice_of(".\r\nx\r\n.\r\n"), &ended);
    assert_true(ended && c.missing);
    assert_int_equal(c.octets, 11 + 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counts_and_end_are_the_same_at_every_cut),
        cmocka_unit_test(chunks_have_no_dots_to_undo_and_no_end),
        cmocka_unit_test(a_long_body_is_counted_whole),
        cmocka_unit_test(after_a_gap_counting_goes_on),
    };
    return cmocka_run_group_tests_name("smtp_content", tests, NULL, NULL);
}
