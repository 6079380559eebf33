/* test_smtp_line.c - lines are the same however their octets arrive. */
#include "test.h"

#include <mailtap/smtp.h>
#include <string.h>

static void a_line_ends_at_lf_and_loses_its_crlf(void **state)
{
    (void)state;
    struct line l = {0};
    bool whole;
    const char *wire = "EHLO a\r\nQUIT\r\n";

    for (size_t cut = 0; cut <= 8; cut++) {
        size_t used = line_feed(&l, slice_head(slice_of(wire), cut), &whole);
        assert_int_equal(used, cut);
        if (cut < 8) {
            assert_false(whole);
            used += line_feed(&l, slice_tail(slice_of(wire), cut), &whole);
        }
        assert_int_equal(used, 8);
        assert_true(whole);
        assert_true(slice_equal(line_text(&l), slice_of("EHLO a")));
        assert_false(l.bare);
        assert_int_equal(l.length, 6);
    }
    line_free(&l);
}

static void a_bare_lf_ends_a_line_and_is_noted(void **state)
{
    (void)state;
    struct line l = {0};
    bool whole;

    assert_int_equal(line_feed(&l, slice_of("NOOP\nx"), &whole), 5);
    assert_true(whole && l.bare);
    assert_true(slice_equal(line_text(&l), slice_of("NOOP")));
    line_feed(&l, slice_of("\n"), &whole);
    assert_true(whole && l.bare);
    assert_int_equal(line_text(&l).n, 0);
    line_feed(&l, slice_of("\r"), &whole);
    line_feed(&l, slice_of("\n"), &whole);
    assert_true(whole);
    assert_false(l.bare);
    assert_int_equal(line_text(&l).n, 0);
    line_free(&l);
}

static void a_line_without_end_is_cut_at_the_bound_and_still_counted(void **state)
{
    (void)state;
    struct line l = {0};
    bool whole;
    uint8_t octets[1000];

    memset(octets, 'x', sizeof octets);
    for (int i = 0; i < 100; i++)
        line_feed(&l, (struct slice){octets, sizeof octets}, &whole);
    line_feed(&l, slice_of("\r\n"), &whole);
    assert_true(whole);
    assert_int_equal(l.length, 100000);
    assert_int_equal(line_text(&l).n, BOUND_LINE_OCTETS);
    line_feed(&l, slice_of("next\r\n"), &whole);
    assert_true(slice_equal(line_text(&l), slice_of("next")));
    line_free(&l);
}

static void a_line_one_octet_over_the_bound_keeps_no_cr(void **state)
{
    (void)state;
    struct line l = {0};
    bool whole;
    uint8_t octets[BOUND_LINE_OCTETS];

    memset(octets, 'x', sizeof octets);
    line_feed(&l, (struct slice){octets, sizeof octets}, &whole);
    line_feed(&l, slice_of("\r\n"), &whole);
    assert_int_equal(l.length, BOUND_LINE_OCTETS);
    assert_int_equal(line_text(&l).n, BOUND_LINE_OCTETS);
    line_feed(&l, (struct slice){octets, sizeof octets - 1}, &whole);
    line_feed(&l, slice_of("\r"), &whole);
    line_feed(&l, slice_of("\n"), &whole);
    assert_int_equal(line_text(&l).n, BOUND_LINE_OCTETS - 1);
    line_free(&l);
}

static void a_line_in_one_piece_is_lent_and_forgotten(void **state)
{
    (void)state;
    struct line l = {0};
    bool whole;
    struct slice wire = slice_of("RSET\r\nNOOP");

    assert_int_equal(line_feed(&l, wire, &whole), 6);
    assert_true(whole);
    assert_ptr_equal(line_text(&l).p, wire.p);
    assert_int_equal(line_text(&l).n, 4);
    assert_null(l.octets); /* nothing was copied */
    line_feed(&l, slice_tail(wire, 6), &whole);
    assert_false(whole);
    assert_ptr_not_equal(line_text(&l).p, wire.p + 6);
    assert_true(slice_equal(line_text(&l), slice_of("NOOP")));
    line_clear(&l);
    assert_int_equal(line_text(&l).n, 0);
    line_free(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_ends_at_lf_and_loses_its_crlf),
        cmocka_unit_test(a_bare_lf_ends_a_line_and_is_noted),
        cmocka_unit_test(a_line_without_end_is_cut_at_the_bound_and_still_counted),
        cmocka_unit_test(a_line_one_octet_over_the_bound_keeps_no_cr),
        cmocka_unit_test(a_line_in_one_piece_is_lent_and_forgotten),
    };
    return cmocka_run_group_tests_name("smtp_line", tests, NULL, NULL);
}
