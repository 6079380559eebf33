/*
 * test_tails.c - the binomial and Fisher's exact test, by hand, as published, and against values
 * worked out apart from this program.
 */
#include "test.h"

#include <mailtap/statistics.h>
#include <math.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

static void assert_relative(double got, double want)
{
    if (!(fabs(got / want - 1) < 1e-11))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* Counted by hand: of 2^10 rows of ten coins 1 + 10 + 45 have two heads or fewer; of three draws
 * at 1/4 there are 27, 27, 9 and 1 of 64 with none to three. */
static void small_tails_by_hand(void **state)
{
    (void)state;
    assert_near(binomial_below(2, 10, 0.5), 56.0 / 1024, 1e-15);
    assert_near(binomial_above(8, 10, 0.5), 56.0 / 1024, 1e-15);
    assert_near(binomial_above(3, 10, 0.5), 1 - 56.0 / 1024, 1e-15);
    assert_near(binomial_below(0, 3, 0.25), 27.0 / 64, 1e-15);
    assert_near(binomial_below(1, 3, 0.25), 54.0 / 64, 1e-15);
    assert_near(binomial_below(2, 3, 0.25), 63.0 / 64, 1e-15);
    assert_near(binomial_above(1, 3, 0.25), 37.0 / 64, 1e-15);
    assert_near(binomial_above(2, 3, 0.25), 10.0 / 64, 1e-15);
    assert_near(binomial_above(3, 3, 0.25), 1.0 / 64, 1e-15);
}

struct tail {
    uint64_t hits, n;
    double p, chance;
};

/* Worked out apart from this program: rows up to n = 1000 as sums of whole fractions, p being the
 * double that is nearest; the others summed in numbers of 60 digits. */
static void far_tails_below(void **state)
{
    (void)state;
    static const struct tail rows[] = {
        {0, 40, 0.9, 9.9999999999999112e-41},
        {3, 40, 0.9, 7.2660609999999408e-34},
        {0, 300, 0.9, 9.9999999999993339e-301},
        {60, 200, 0.7, 2.7378139334732597e-31},
        {990, 1000, 0.999, 1.0742833868464958e-7},
        {10, 1000, 0.5, 2.4833387914896353e-278},
        {460, 1000, 0.5, 0.0062220731385858897},
        {520, 1000, 0.5, 0.90261683576911726},
        {1, 1000, 1e-3, 0.7357589130301873},
        {9800, 1000000, 0.01, 0.022212510364736511},
        {4999000, 10000000, 0.5, 0.2636479281033219},
        {5000000, 10000000, 0.5, 0.50012615662294709},
        {2999999, 10000000, 0.3, 0.49988070492664297},
        {690, 10000000, 1.9e-4, 2.4164283203215218e-224},
        {4941500, 10000000, 0.5, 5.9958721296603467e-300},
        {0, 10000000000000, 1e-17, 0.99990000499983334},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_relative(binomial_below(rows[i].hits, rows[i].n, rows[i].p), rows[i].chance);
}

static void far_tails_above(void **state)
{
    (void)state;
    static const struct tail rows[] = {
        {5, 20, 1e-3, 1.5311358402783958e-11},
        {20, 20, 1e-15, 1.0000000000000016e-300},
        {100, 1000, 1e-3, 2.6181505053541135e-161},
        {900, 1000, 0.5, 6.7017177900062963e-162},
        {200, 1000, 0.2, 0.51261392561451463},
        {1000, 1000, 0.5, 9.3326361850321888e-302},
        {40, 10000000, 1e-6, 7.3413135919337075e-13},
        {10000, 10000000, 0.0008, 5.0209120816834721e-103},
        {5058000, 10000000, 0.5, 6.9389058106686464e-295},
        {1, 10000000000000, 1e-17, 9.9995000166662501e-5},
    };
    for (size_t i = 0; i < COUNT(rows); i++)
        assert_relative(binomial_above(rows[i].hits, rows[i].n, rows[i].p), rows[i].chance);
}

/* What is too small for a double is 0, and never negative or no number. */
static void beyond_the_smallest_double(void **state)
{
    (void)state;
    assert_true(binomial_below(7000000, 10000000, 0.9) == 0);
    assert_true(binomial_above(200, 10000000, 1e-7) == 0);
    assert_true(binomial_above(1000, 1000, 1e-300) == 0);
}

static void both_tails_make_one_and_grow(void **state)
{
    (void)state;
    static const double shares[] = {1e-9, 0.001, 0.1, 0.37, 0.5, 0.75, 0.99, 1 - 1e-9};
    static const uint64_t sizes[] = {1, 2, 7, 30, 200};

    for (size_t k = 0; k < COUNT(shares); k++)
        for (size_t s = 0; s < COUNT(sizes); s++) {
            double before = 0;
            for (uint64_t r = 0; r <= sizes[s]; r++) {
                double below = binomial_below(r, sizes[s], shares[k]);
                double above = binomial_above(r + 1, sizes[s], shares[k]);
                assert_near(below + above, 1, 1e-13);
                assert_true(below >= before - 1e-15);
                assert_true(k == 0 || below <= binomial_below(r, sizes[s], shares[k - 1]) + 1e-15);
                before = below;
            }
        }
}

static void what_is_certain_is_certain(void **state)
{
    (void)state;
    assert_true(binomial_below(0, 0, 0.5) == 1 && binomial_above(0, 0, 0.5) == 1);
    assert_true(binomial_above(1, 0, 0.5) == 0 && binomial_below(1, 0, 0.5) == 1);
    assert_true(binomial_below(0, 5, 0) == 1 && binomial_above(0, 5, 0) == 1);
    assert_true(binomial_above(1, 5, 0) == 0);
    assert_true(binomial_below(4, 5, 1) == 0 && binomial_below(5, 5, 1) == 1);
    assert_true(binomial_above(5, 5, 1) == 1 && binomial_above(6, 5, 1) == 0);
    assert_true(binomial_below(4, 5, -1) == 1 && binomial_below(4, 5, 2) == 0);
    assert_true(binomial_below(4, 5, NAN) == 1 && binomial_above(4, 5, NAN) == 1);
}

/* ---- Fisher's exact test */

/* Fisher (1935), "The design of experiments", chapter 2: of 70 ways to name four cups of eight one
 * has all four right, and 17 have three or more. */
static void the_lady_tasting_tea(void **state)
{
    (void)state;
    assert_near(fisher_below(0, 4, 4, 0), 1.0 / 70, 1e-14);
    assert_near(fisher_below(1, 3, 3, 1), 17.0 / 70, 1e-14);
    assert_near(fisher_below(2, 2, 2, 2), 53.0 / 70, 1e-14);
    assert_near(fisher_below(3, 1, 1, 3), 69.0 / 70, 1e-14);
    assert_near(fisher_below(4, 0, 0, 4), 1, 0);
}

/* Fisher (1935), "The logic of inductive inference", Journal of the Royal Statistical Society
 * 98:39: twins of criminals, dizygotic 2 of 17 convicted, monozygotic 10 of 13: 619/1330665. */
static void the_twins_of_criminals(void **state)
{
    (void)state;
    assert_relative(fisher_below(2, 15, 10, 3), 619.0 / 1330665);
    assert_relative(fisher_below(10, 3, 2, 15), 6653222.0 / 6653325);
}

/* Worked out as whole fractions, apart from this program. */
static void far_tables(void **state)
{
    (void)state;
    assert_relative(fisher_below(10, 90, 200, 50), 2.7646385058209263e-35);
    assert_relative(fisher_below(5, 995, 500, 500), 1.6936830854523908e-177);
    assert_relative(fisher_below(400, 600, 500, 500), 4.2268598372428208e-6);
    assert_relative(fisher_below(600, 400, 500, 500), 0.99999723342852144);
    assert_relative(fisher_below(0, 2, 1000000000, 0), 2 / (1000000001.0 * 1000000002.0));
    assert_true(fisher_below(0, 1000, 1000, 0) == 0);
    assert_true(fisher_below(1000, 1, 1, 1000) == 1);
}

static void a_table_and_its_opposite_make_one(void **state)
{
    (void)state;
    for (uint64_t a = 0; a < 9; a++)
        for (uint64_t b = 0; b < 9; b++)
            for (uint64_t c = 0; c < 9; c++)
                for (uint64_t d = 0; d < 9; d++) {
                    double p = fisher_below(a, b, c, d);
                    assert_true(p > 0 && p <= 1);
                    assert_near(p, fisher_below(a, c, b, d), 1e-13);
                    assert_near(p, fisher_below(d, b, c, a), 1e-13);
                    if (b == 0 || c == 0)
                        continue;
                    assert_near(p + fisher_below(b - 1, a + 1, d + 1, c - 1), 1, 1e-13);
                    assert_true(p < fisher_below(a + 1, b - 1, c - 1, d + 1));
                }
    assert_true(fisher_below(0, 0, 0, 0) == 1);
}

static void no_result_is_a_nan(void **state)
{
    (void)state;
    static const uint64_t counts[] = {0, 1, 2, 15, 16, 17, 1000, UINT64_C(1) << 32};
    static const double shares[] = {0,   5e-324, 1e-310, 1e-17,    0.3,       0.5, 1 - 0x1p-53,
                                    1.0, -0.0,   1.5,    INFINITY, -INFINITY, NAN};

    for (size_t i = 0; i < COUNT(counts); i++)
        for (size_t j = 0; j < COUNT(counts); j++) {
            uint64_t a = counts[i], b = counts[j];
            for (size_t k = 0; k < COUNT(shares); k++) {
                double below = binomial_below(a, b, shares[k]);
                double above = binomial_above(a, b, shares[k]);
                assert_true(0 <= below && below <= 1 && 0 <= above && above <= 1);
            }
            for (size_t k = 0; k < COUNT(counts); k++) {
                double p = fisher_below(a, b, counts[k], a), q = fisher_below(a, b, counts[k], 3);
                assert_true(0 <= p && p <= 1 && 0 <= q && q <= 1);
            }
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(small_tails_by_hand),
        cmocka_unit_test(far_tails_below),
        cmocka_unit_test(far_tails_above),
        cmocka_unit_test(beyond_the_smallest_double),
        cmocka_unit_test(both_tails_make_one_and_grow),
        cmocka_unit_test(what_is_certain_is_certain),
        cmocka_unit_test(the_lady_tasting_tea),
        cmocka_unit_test(the_twins_of_criminals),
        cmocka_unit_test(far_tables),
        cmocka_unit_test(a_table_and_its_opposite_make_one),
        cmocka_unit_test(no_result_is_a_nan),
    };
    return cmocka_run_group_tests_name("tails", tests, NULL, NULL);
}
