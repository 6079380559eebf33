/* test_rates.c - a share carries its counts and Wilson's interval, whose values test_statistics.c
 * compares with published ones. */
#include "test.h"

#include <mailtap/rates.h>
#include <mailtap/statistics.h>

static void a_share_keeps_its_counts(void **state)
{
    (void)state;
    struct share s = share_of(81, 263);

    assert_int_equal(s.numerator, 81);
    assert_int_equal(s.denominator, 263);
}

static void the_interval_is_wilsons(void **state)
{
    (void)state;
    for (uint64_t n = 0; n < 60; n++) {
        for (uint64_t r = 0; r <= n; r++) {
            struct share s = share_of(r, n);
            struct interval i = wilson(r, n), near_miss = wilson(r, n + 1);
            assert_true(s.low == i.low && s.high == i.high);
            assert_true(s.low != near_miss.low || s.high != near_miss.high);
        }
    }
}

static void nothing_seen_says_nothing(void **state)
{
    (void)state;
    struct share s = share_of(0, 0);

    assert_true(s.low == 0 && s.high == 1);
    assert_int_equal(s.denominator, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_share_keeps_its_counts),
        cmocka_unit_test(the_interval_is_wilsons),
        cmocka_unit_test(nothing_seen_says_nothing),
    };
    return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
