/* test_conflict.c - copies that differ: kept in order, up to a bound, and given once. */
#include "test.h"

#include "../../capture/conflict.h"

#include <mailtap/bounds.h>
#include <stdlib.h>

static bool compare(struct stream *s, const char *first, const char *second)
{
    return conflict_compare(s, &s->half[SIDE_RESPONDER], 7, slice_of(first), slice_of(second));
}

static void gives(struct stream *s, const char *first, const char *second)
{
    struct chunk c;

    assert_true(conflict_give(s, &c));
    assert_int_equal(c.kind, CHUNK_CONFLICT);
    assert_int_equal(c.side, SIDE_RESPONDER);
    assert_int_equal(c.offset, 7);
    assert_int_equal(c.at_ns, 5);
    assert_int_equal(c.length, 3);
    assert_true(slice_equal(c.first, slice_of(first)));
    assert_true(slice_equal(c.octets, slice_of(second)));
    free(s->lent);
    s->lent = NULL;
}

static void copies_that_differ_are_given_in_order(void **state)
{
    struct stream s = {.at_ns = 5};
    struct chunk c;

    (void)state;
    assert_false(compare(&s, "250", "250"));
    assert_true(compare(&s, "250", "XXX"));
    assert_true(compare(&s, "221", "421"));
    gives(&s, "250", "XXX");
    gives(&s, "221", "421");
    assert_false(conflict_give(&s, &c));
}

static void above_the_bound_they_are_counted_only(void **state)
{
    struct stream s = {.at_ns = 5};
    struct chunk c;

    (void)state;
    for (unsigned i = 0; i < BOUND_CONFLICTS + 3; i++)
        assert_true(compare(&s, "abc", "xyz"));
    assert_int_equal(s.conflict_count, BOUND_CONFLICTS + 3);
    for (unsigned i = 0; i < BOUND_CONFLICTS; i++)
        gives(&s, "abc", "xyz");
    assert_false(conflict_give(&s, &c));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(copies_that_differ_are_given_in_order),
        cmocka_unit_test(above_the_bound_they_are_counted_only),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
