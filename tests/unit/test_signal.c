/* test_signal.c - the formulas by hand, their limits, and that nothing makes them infinite. */
#include "test.h"

#include <mailtap/signal.h>
#include <mailtap/statistics.h>

#include <float.h>
#include <math.h>

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* By hand: one in a hundred is wanted, of those 9 in 10 are encrypted, of the others 1 in 11:
 * 0.009 / (0.009 + 0.09). */
static void precision_and_burden_by_hand(void **state)
{
    (void)state;
    assert_near(signal_precision(0.01, 0.9, 1.0 / 11), 1.0 / 11, 1e-15);
    assert_near(signal_burden(0.01, 0.9, 1.0 / 11), 11, 1e-12);
    /* facts of metrics.md: everything encrypted, and only what is wanted. */
    assert_near(signal_burden(0.001, 1, 1), 1000, 1e-9);
    assert_near(signal_burden(0.001, 0.2, 0.2), 1000, 1e-9);
    assert_near(signal_burden(0.001, 1, 0), 1, 0);
    assert_near(signal_burden(1e-4, 0.9, 0.001), 1 / (826.0 * 1e-4), 0.01);
}

static void burden_is_at_most_that_of_searching_all(void **state)
{
    (void)state;
    for (double q = 0.001; q <= 1; q += 0.037) {
        for (double a = 0; a <= 1; a += 0.1) {
            for (double b = 0; b <= 1; b += 0.1) {
                double burden = signal_burden(q, a, b);
                assert_true(burden >= 1 && burden <= 1 / q);
                if (a > 0 && a >= b)
                    assert_near(burden, (q * a + (1 - q) * b) / (q * a), 1e-9);
            }
        }
    }
    assert_near(signal_burden(0.1, 0, 0.5), 10, 1e-12);
    assert_near(signal_precision(0.1, 0, 0), 0.1, 0);
}

static void surprisal_by_hand(void **state)
{
    (void)state;
    assert_near(signal_surprisal(1), 0, 0);
    assert_near(signal_surprisal(0.25), 2, 0);
    assert_near(signal_surprisal(0.0006), 10.7, 0.01);
    assert_near(signal_surprisal(0), 1074, 0);
    assert_near(signal_surprisal(DBL_TRUE_MIN), 1074, 0);
}

/* Alike: all of them.  1/2, 1/4, 1/8, 1/8 have 7/4 bits; of most two. */
static void anonymity_by_hand(void **state)
{
    (void)state;
    static const double alike[] = {7, 7, 7, 7, 7}, leaning[] = {4, 2, 0, 1, 1}, one[] = {0, 3};

    assert_near(signal_anonymity(alike, 5), 5, 1e-12);
    assert_near(signal_anonymity_degree(alike, 5), 1, 1e-15);
    assert_near(signal_anonymity(leaning, 5), exp2(1.75), 1e-12);
    assert_near(signal_anonymity_degree(leaning, 5), 0.875, 1e-15);
    assert_near(signal_anonymity(one, 2), 1, 0);
    assert_near(signal_anonymity_degree(one, 2), 0, 0);
    assert_near(signal_anonymity(one, 1), 0, 0);
    assert_near(signal_anonymity(NULL, 0), 0, 0);
}

static double sender_bits(const double *encrypted, const double *clear, size_t senders)
{
    struct signal_senders s = {0};

    for (size_t i = 0; i < senders; i++)
        signal_senders_add(&s, encrypted[i], clear[i]);
    return signal_senders_bits(&s);
}

/* Two tables of whole numbers that statistics.h can do as well; 1 bit is all that one sign tells. */
static void sender_bits_agree_with_the_table(void **state)
{
    (void)state;
    struct random r = random_seeded(3);

    for (unsigned round = 0; round < 300; round++) {
        uint64_t table[10];
        double encrypted[5], clear[5];
        for (size_t i = 0; i < 5; i++) {
            encrypted[i] = (double)(table[2 * i] = random_below(&r, 3) * random_below(&r, 40));
            clear[i] = (double)(table[2 * i + 1] = random_below(&r, 3) * random_below(&r, 40));
        }
        double want = fmin(1, mutual_information_bits(table, 5, 2));
        assert_near(sender_bits(encrypted, clear, 5), want, 1e-12);
    }
    static const double half[] = {3e6, 0}, other[] = {0, 3e6}, same[] = {2e6, 2e6};
    assert_near(sender_bits(half, other, 2), 1, 1e-6);
    assert_near(sender_bits(same, same, 2), 0, 1e-6);
    assert_near(sender_bits(half, (double[2]){0}, 2), 0, 0);
    assert_near(sender_bits(NULL, NULL, 0), 0, 0);
}

static void nothing_is_infinite(void **state)
{
    (void)state;
    static const double odd[] = {NAN, INFINITY, -INFINITY, -1, 0, DBL_TRUE_MIN, 0.5, 1, 2, DBL_MAX};
    size_t n = sizeof odd / sizeof *odd;

    for (size_t i = 0; i < n; i++) {
        for (size_t k = 0; k < n; k++) {
            for (size_t l = 0; l < n; l++) {
                double burden = signal_burden(odd[i], odd[k], odd[l]);
                double precision = signal_precision(odd[i], odd[k], odd[l]);
                assert_true(burden >= 1 && burden <= 1 / SIGNAL_LEAST_WANTED);
                assert_true(precision >= 0 && precision <= 1);
            }
        }
        assert_true(signal_surprisal(odd[i]) >= 0 && signal_surprisal(odd[i]) <= 1074);
        double set = signal_anonymity(odd, i + 1), degree = signal_anonymity_degree(odd, i + 1);
        assert_true(set >= 0 && set <= (double)n && degree >= 0 && degree <= 1);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(precision_and_burden_by_hand),
        cmocka_unit_test(burden_is_at_most_that_of_searching_all),
        cmocka_unit_test(surprisal_by_hand),
        cmocka_unit_test(anonymity_by_hand),
        cmocka_unit_test(sender_bits_agree_with_the_table),
        cmocka_unit_test(nothing_is_infinite),
    };
    return cmocka_run_group_tests_name("signal", tests, NULL, NULL);
}
