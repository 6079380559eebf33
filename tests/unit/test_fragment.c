/* test_fragment.c - any order of the same fragments gives the same datagram, or none. */
#include "test.h"

#include <mailtap/bounds.h>
#include <mailtap/fragment.h>
#include <stdlib.h>
#include <string.h>

static uint8_t octets[65535];

static struct fragment piece(uint8_t version, uint32_t id, uint32_t offset, uint32_t end,
                             uint32_t size)
{
    struct fragment f = {.id = id,
                         .protocol = 6,
                         .offset = offset,
                         .more = end != size,
                         .octets = {octets + offset, end - offset}};

    f.from.version = f.to.version = version;
    f.to.octets[0] = 1;
    return f;
}

static struct fragment_table *table(void)
{
    struct fragment_limits limits = fragment_limits_default();

    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 7 + i / 256);
    return fragment_table_new(&limits);
}

static void every_order_gives_the_same(void **state)
{
    (void)state;
    struct fragment_table *t = table();
    static const uint32_t cut[] = {0, 8, 1000, 1480, 2005};
    unsigned random = 1;

    for (uint32_t round = 0; round < 500; round++) {
        bool whole = false, sent[4] = {false};
        for (unsigned left = 4; left;) {
            random = random * 1103515245u + 12345u;
            unsigned i = random >> 16 & 3;
            struct fragment f = piece(round & 1 ? 4 : 6, round, cut[i], cut[i + 1], 2005);
            struct slice all;
            if (whole)
                break;
            whole = fragment_add(t, &f, &all); /* repeats are ignored */
            left -= !sent[i];
            sent[i] = true;
            assert_int_equal(whole, left == 0);
            if (whole)
                assert_true(slice_equal(all, (struct slice){octets, 2005}));
        }
    }
    assert_int_equal(fragment_table_counts(t).completed, 500);
    assert_int_equal(fragment_table_counts(t).discarded, 0);
    fragment_table_free(&t);
}

static void overlaps_discard_the_datagram_and_what_still_comes(void **state)
{
    (void)state;
    struct fragment_table *t = table();
    struct fragment a = piece(6, 1, 0, 16, 32), over = piece(6, 1, 8, 24, 32);
    struct fragment b = piece(6, 1, 16, 32, 32);
    struct slice all;

    assert_false(fragment_add(t, &a, &all));
    assert_false(fragment_add(t, &over, &all));
    assert_false(fragment_add(t, &b, &all));
    assert_int_equal(fragment_table_counts(t).discarded, 1);

    uint8_t other[16] = {9, 9, 9};
    struct fragment c = piece(4, 2, 0, 16, 32), lie = c;
    lie.octets = (struct slice){other, 16};
    fragment_add(t, &c, &all);
    fragment_add(t, &lie, &all); /* the same place, other octets */
    c = piece(4, 2, 16, 32, 32);
    assert_false(fragment_add(t, &c, &all));
    assert_int_equal(fragment_table_counts(t).discarded, 2);
    fragment_table_free(&t);
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct fragment_table *t = table();
    struct slice all;
    struct fragment last = piece(4, 1, 8, 16, 16), behind = piece(4, 1, 16, 24, 32);
    struct fragment odd = piece(4, 2, 0, 13, 32), far = piece(4, 3, 65528, 65535, 1);

    fragment_add(t, &last, &all);
    assert_false(fragment_add(t, &behind, &all)); /* behind the end */
    assert_false(fragment_add(t, &odd, &all));    /* not whole units, and not the last */
    far.octets.n = 100;
    assert_false(fragment_add(t, &far, &all)); /* beyond 65,535 */
    assert_int_equal(fragment_table_counts(t).discarded, 2);
    fragment_table_free(&t);
}

static void what_never_completes_goes_after_its_time(void **state)
{
    (void)state;
    struct fragment_table *t = table();
    struct slice all;
    struct fragment a = piece(4, 1, 0, 8, 16), b = piece(4, 1, 8, 16, 16);

    fragment_add(t, &a, &all);
    b.at_ns = (int64_t)(BOUND_FRAGMENT_SECONDS + 1) * 1000000000;
    assert_false(fragment_add(t, &b, &all));
    assert_int_equal(fragment_table_counts(t).expired, 1);
    fragment_table_free(&t);
}

static void the_limits_hold(void **state)
{
    (void)state;
    struct fragment_limits limits = {.datagrams = 10, .octets = 40000, .seconds = 60};
    struct fragment_table *t = fragment_table_new(&limits);
    struct slice all;

    for (uint32_t id = 0; id < 100; id++) {
        struct fragment f = piece(4, id, 0, 8, 16);
        fragment_add(t, &f, &all);
    }
    assert_int_equal(fragment_table_counts(t).evicted, 90);
    for (uint32_t id = 200; id < 210; id++) {
        struct fragment f = piece(4, id, 16000, 16008, 32000);
        fragment_add(t, &f, &all);
    }
    assert_true(fragment_table_counts(t).evicted >= 100);
    struct fragment a = piece(4, 999, 0, 8, 16), b = piece(4, 999, 8, 16, 16);
    fragment_add(t, &a, &all);
    assert_true(fragment_add(t, &b, &all)); /* room is made for what comes */
    fragment_table_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_order_gives_the_same),
        cmocka_unit_test(overlaps_discard_the_datagram_and_what_still_comes),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
        cmocka_unit_test(what_never_completes_goes_after_its_time),
        cmocka_unit_test(the_limits_hold),
    };
    return cmocka_run_group_tests_name("fragment", tests, NULL, NULL);
}
