/* test_recent.c - the last octets given: what is kept, what is forgotten, at every place of the ring. */
#include "test.h"

#include "../../capture/recent.h"

#include <mailtap/bounds.h>
#include <string.h>

static uint8_t octet_at(uint64_t offset)
{
    return (uint8_t)(offset * 13 + offset / 251);
}

static void add(struct recent *r, uint64_t offset, size_t n)
{
    static uint8_t octets[3 * BOUND_RECENT_OCTETS];

    for (size_t i = 0; i < n; i++)
        octets[i] = octet_at(offset + i);
    recent_add(r, offset, (struct slice){octets, n});
}

static void check(const struct recent *r, uint64_t offset, size_t n, size_t skipped, size_t got)
{
    uint8_t to[BOUND_RECENT_OCTETS];
    size_t skipped_r = 0;

    assert_int_equal(recent_get(r, offset, n, to, &skipped_r), got);
    if (got)
        assert_int_equal(skipped_r, skipped);
    for (size_t i = 0; i < got; i++)
        assert_int_equal(to[i], octet_at(offset + skipped + i));
}

static void the_last_octets_are_kept(void **state)
{
    (void)state;
    struct recent r = {0};

    check(&r, 0, 10, 0, 0);
    add(&r, 0, 100);
    check(&r, 0, 100, 0, 100);
    check(&r, 90, 100, 0, 10);
    check(&r, 100, 10, 0, 0);
    for (uint64_t at = 100; at < 10000; at += 333)
        add(&r, at, 333);
    uint64_t end = r.to;
    check(&r, end - BOUND_RECENT_OCTETS - 50, 100, 50, 50);
    check(&r, end - 1000, 1000, 0, 1000);
    check(&r, 0, 100, 0, 0);
    recent_clear(&r);
}

static void more_than_it_holds_leaves_the_end(void **state)
{
    (void)state;
    struct recent r = {0};

    add(&r, 7, 3 * BOUND_RECENT_OCTETS);
    check(&r, 7 + 2 * BOUND_RECENT_OCTETS, BOUND_RECENT_OCTETS, 0, BOUND_RECENT_OCTETS);
    check(&r, 7, 10, 0, 0);
    recent_clear(&r);
}

/* It grows with what is said, wherever that begins; nothing is lost on the way. */
static void little_takes_little(void **state)
{
    (void)state;
    for (uint64_t from = 0; from < 600; from += 37) {
        struct recent r = {0};
        uint64_t end = from;
        for (size_t n = 1; end - from + n <= BOUND_RECENT_OCTETS; n = n % 40 + 1) {
            add(&r, end, n);
            end += n;
            assert_true(r.room == 256 || r.room < 2 * (end - from));
            check(&r, from, (size_t)(end - from), 0, (size_t)(end - from));
        }
        assert_int_equal(r.room, BOUND_RECENT_OCTETS);
        recent_clear(&r);
        check(&r, from, 10, 0, 0);
    }
}

static void after_a_gap_nothing_before_it_is_known(void **state)
{
    (void)state;
    struct recent r = {0};

    add(&r, 0, 100);
    add(&r, 150, 10);
    check(&r, 0, 100, 0, 0);
    check(&r, 100, 60, 50, 10);
    recent_clear(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_octets_are_kept),
        cmocka_unit_test(little_takes_little),
        cmocka_unit_test(more_than_it_holds_leaves_the_end),
        cmocka_unit_test(after_a_gap_nothing_before_it_is_known),
    };
    return cmocka_run_group_tests_name("recent", tests, NULL, NULL);
}
