/* test_rates.c - Wilson's interval against published values. */
#include "test.h"

#include <mailtap/rates.h>
#include <math.h>

static void assert_near(double got, double want)
{
    if (fabs(got - want) > 0.00005)
        fail_msg("%.6f instead of %.4f", got, want);
}

/* Newcombe (1998), Statistics in Medicine 17:857, table I: method 3, score without correction. */
static void published_intervals(void **state)
{
    (void)state;
    static const struct {
        uint64_t r, n;
        double low, high;
    } rows[] = {
        {81, 263, 0.2553, 0.3662}, {15, 148, 0.0624, 0.1605}, {0, 20, 0.0000, 0.1611},
        {1, 29, 0.0061, 0.1718},   {29, 29, 0.8830, 1.0000},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct share s = share_of(rows[i].r, rows[i].n);
        assert_int_equal(s.numerator, rows[i].r);
        assert_int_equal(s.denominator, rows[i].n);
        assert_near(s.low, rows[i].low);
        assert_near(s.high, rows[i].high);
    }
}

static void the_ends_are_exact(void **state)
{
    (void)state;
    assert_true(share_of(0, 1000003).low == 0);
    assert_true(share_of(1000003, 1000003).high == 1);
}

static void nothing_seen_says_nothing(void **state)
{
    (void)state;
    struct share s = share_of(0, 0);

    assert_true(s.low == 0 && s.high == 1);
}

static void the_share_lies_in_its_interval(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 60; n++) {
        for (uint64_t r = 0; r <= n; r++) {
            struct share s = share_of(r, n), turned = share_of(n - r, n);
            double p = (double)r / (double)n;
            assert_true(s.low <= p && p <= s.high && s.low >= 0 && s.high <= 1);
            assert_true(fabs(s.low - (1 - turned.high)) < 1e-12);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_intervals),
        cmocka_unit_test(the_ends_are_exact),
        cmocka_unit_test(nothing_seen_says_nothing),
        cmocka_unit_test(the_share_lies_in_its_interval),
    };
    return cmocka_run_group_tests_name("rates", tests, NULL, NULL);
}
