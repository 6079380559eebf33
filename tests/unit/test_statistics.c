/*
 * test_statistics.c - every test and interval against published values, against values worked out
 * apart from this program, and against what must hold for all numbers.
 */
#include "test.h"

#include <mailtap/statistics.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Tables are printed to four places. */
#define PRINTED 0.00005

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

static void assert_relative(double got, double want)
{
    if (!(fabs(got / want - 1) < 1e-9))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* ---- shares */

struct single {
    uint64_t hits, n;
    double low, high;
};

static struct interval turned(struct interval i)
{
    return (struct interval){1 - i.high, 1 - i.low};
}

static void assert_table(struct interval (*method)(uint64_t, uint64_t), const struct single *rows,
                         size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct interval one = method(rows[i].hits, rows[i].n);
        struct interval other = turned(method(rows[i].n - rows[i].hits, rows[i].n));
        assert_near(one.low, rows[i].low, PRINTED);
        assert_near(one.high, rows[i].high, PRINTED);
        assert_near(other.low, one.low, 1e-12);
        assert_near(other.high, one.high, 1e-12);
    }
}

/* Newcombe (1998), "Two-sided confidence intervals for the single proportion", Statistics in
 * Medicine 17:857, table I: method 3, score without continuity correction. */
static void wilson_as_published(void **state)
{
    (void)state;
    static const struct single rows[] = {
        {81, 263, 0.2553, 0.3662},
        {15, 148, 0.0624, 0.1605},
        {0, 20, 0.0000, 0.1611},
        {1, 29, 0.0061, 0.1718},
    };
    assert_table(wilson, rows, COUNT(rows));
}

/* The same table: method 5, the exact interval. */
static void clopper_pearson_as_published(void **state)
{
    (void)state;
    static const struct single rows[] = {
        {81, 263, 0.2527, 0.3676},
        {15, 148, 0.0578, 0.1617},
        {0, 20, 0.0000, 0.1684},
        {1, 29, 0.0009, 0.1776},
    };
    assert_table(clopper_pearson, rows, COUNT(rows));
}

/* With no hit the upper end has a closed form, 1 - 0.025^(1/n); with all, the lower one. */
static void clopper_pearson_in_closed_form(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 20000000; n *= 3) {
        double end = pow(0.025, 1 / (double)n);
        assert_near(clopper_pearson(0, n).high, 1 - end, 1e-14);
        assert_near(clopper_pearson(n, n).low, end, 1e-14);
    }
}

static void at_the_ends_each_tail_is_a_fortieth(void **state)
{
    (void)state;
    static const struct single cases[] = {
        {1, 2, 0, 0}, {3, 40, 0, 0}, {39, 40, 0, 0}, {7, 9000, 0, 0}, {123456, 1000000, 0, 0}};
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct interval found = clopper_pearson(cases[i].hits, cases[i].n);
        assert_near(binomial_above(cases[i].hits, cases[i].n, found.low), 0.025, 1e-9);
        assert_near(binomial_below(cases[i].hits, cases[i].n, found.high), 0.025, 1e-9);
    }
}

static void assert_sane(struct interval (*method)(uint64_t, uint64_t))
{
    struct interval nothing = method(0, 0);

    assert_true(nothing.low == 0 && nothing.high == 1);
    for (uint64_t n = 1; n < 60; n++) {
        struct interval before = {-1, -1};
        for (uint64_t r = 0; r <= n; r++) {
            struct interval i = method(r, n), wider = method(r, n + r),
                            narrower = method(2 * r, 2 * n);
            double p = (double)r / (double)n;
            assert_true(0 <= i.low && i.low <= p && p <= i.high && i.high <= 1);
            assert_true(i.low < i.high && i.low > before.low && i.high > before.high);
            assert_true(narrower.high - narrower.low < i.high - i.low);
            assert_true(r == 0 || (wider.low < i.low && wider.high < i.high));
            before = i;
        }
        assert_true(method(0, n).low == 0 && method(n, n).high == 1);
        assert_true(method(n + 1, n).low == method(n, n).low && method(n + 1, n).high == 1);
    }
    assert_true(method(0, 1000003).low == 0 && method(1000003, 1000003).high == 1);
}

static void an_interval_holds_its_share_and_moves_with_it(void **state)
{
    (void)state;
    assert_sane(wilson);
    assert_sane(clopper_pearson);
}

/* The exact interval misses the true share at most one time in twenty, whatever the share is; the
 * score interval does so on average only. */
static void the_exact_interval_always_covers(void **state)
{
    (void)state;
    bool score_missed = false;

    for (unsigned step = 1; step < 200; step++) {
        double p = step / 200.0, exact = 0, score = 0;
        for (uint64_t r = 0; r <= 30; r++) {
            double chance = binomial_below(r, 30, p) - (r ? binomial_below(r - 1, 30, p) : 0);
            struct interval e = clopper_pearson(r, 30), s = wilson(r, 30);
            exact += e.low <= p && p <= e.high ? chance : 0;
            score += s.low <= p && p <= s.high ? chance : 0;
        }
        assert_true(exact >= 0.95 - 1e-12);
        assert_true(score > 0.8);
        score_missed |= score < 0.95;
    }
    assert_true(score_missed);
}

/* ---- differences */

/* Newcombe (1998), "Interval estimation for the difference between independent proportions",
 * Statistics in Medicine 17:873, table II: method 10, contrasts (a) to (h). */
static void newcombe_as_published(void **state)
{
    (void)state;
    static const struct {
        uint64_t hits1, n1, hits2, n2;
        double low, high;
    } rows[] = {
        {56, 70, 48, 80, 0.0524, 0.3339}, {9, 10, 3, 10, 0.1705, 0.8090},
        {6, 7, 2, 7, 0.0582, 0.8062},     {5, 56, 0, 29, -0.0381, 0.1926},
        {0, 10, 0, 20, -0.1611, 0.2775},  {0, 10, 0, 10, -0.2775, 0.2775},
        {10, 10, 0, 20, 0.6791, 1.0000},  {10, 10, 0, 10, 0.6075, 1.0000},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        struct interval d = newcombe(rows[i].hits1, rows[i].n1, rows[i].hits2, rows[i].n2);
        struct interval back = newcombe(rows[i].hits2, rows[i].n2, rows[i].hits1, rows[i].n1);
        assert_near(d.low, rows[i].low, PRINTED);
        assert_near(d.high, rows[i].high, PRINTED);
        assert_near(back.low, -d.high, 1e-15);
        assert_near(back.high, -d.low, 1e-15);
    }
}

static void a_difference_lies_in_its_interval(void **state)
{
    (void)state;
    for (uint64_t n1 = 1; n1 < 12; n1++)
        for (uint64_t n2 = 1; n2 < 12; n2++)
            for (uint64_t r1 = 0; r1 <= n1; r1++)
                for (uint64_t r2 = 0; r2 <= n2; r2++) {
                    double d = (double)r1 / (double)n1 - (double)r2 / (double)n2;
                    struct interval i = newcombe(r1, n1, r2, n2);
                    assert_true(-1 <= i.low && i.low <= d && d <= i.high && i.high <= 1);
                    assert_true(i.low < i.high);
                }
}

static void a_difference_from_nothing_may_be_anything_the_other_allows(void **state)
{
    (void)state;
    struct interval both = newcombe(0, 0, 0, 0), first = newcombe(0, 0, 0, 20),
                    second = newcombe(0, 20, 0, 0);

    assert_true(both.low == -1 && both.high == 1);
    assert_near(first.low, -0.1611, PRINTED);
    assert_true(first.high == 1);
    assert_true(second.low == -1);
    assert_near(second.high, 0.1611, PRINTED);
}

/* ---- binomial tails */

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
    assert_true(fisher_below(0, 1000, 1000, 0) == 0);
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

/* ---- Holm */

/* By hand: in order 0.005, 0.01, 0.03, 0.04, times 4, 3, 2, 1 gives 0.02, 0.03, 0.06, 0.04, and
 * the last must not be below the one before. */
static void holm_by_hand(void **state)
{
    (void)state;
    double p[] = {0.01, 0.04, 0.03, 0.005};
    static const double adjusted[] = {0.03, 0.06, 0.06, 0.02};

    holm(p, COUNT(p));
    for (size_t i = 0; i < COUNT(p); i++)
        assert_near(p[i], adjusted[i], 1e-15);
}

/* In order 0.0003, 0.003, 0.054, 0.32, 0.5, times 5 to 1. */
static void holm_keeps_the_order(void **state)
{
    (void)state;
    double p[] = {0.50, 0.003, 0.32, 0.054, 0.0003};
    static const double adjusted[] = {0.64, 0.012, 0.64, 0.162, 0.0015};

    holm(p, COUNT(p));
    for (size_t i = 0; i < COUNT(p); i++)
        assert_near(p[i], adjusted[i], 1e-15);
}

static void holm_of_few_and_of_many(void **state)
{
    (void)state;
    enum { MANY = 500 };
    double one = 0.04, none[1] = {0.5}, p[MANY], raw[MANY];
    struct random r = random_seeded(11);

    holm(&one, 1);
    assert_true(one == 0.04);
    holm(none, 0);
    assert_true(none[0] == 0.5);
    for (size_t i = 0; i < MANY; i++)
        p[i] = raw[i] = random_unit(&r) * random_unit(&r) * random_unit(&r);
    holm(p, MANY);
    for (size_t i = 0; i < MANY; i++) {
        assert_true(p[i] >= raw[i] && p[i] <= 1 && p[i] <= raw[i] * MANY);
        for (size_t j = 0; j < MANY; j++)
            assert_true(raw[i] > raw[j] || p[i] <= p[j]);
    }
}

static void what_is_no_probability_rejects_nothing(void **state)
{
    (void)state;
    double p[] = {NAN, 0.01, -1, 7, 0};

    holm(p, COUNT(p));
    assert_true(p[0] == 1 && p[2] == 1 && p[3] == 1 && p[4] == 0);
    assert_near(p[1], 0.04, 1e-15);
}

/* ---- clusters */

/* Worked out apart from this program, in whole fractions: draws 50 and 1951 of 2000 in order. */
static void a_bootstrap_worked_out(void **state)
{
    (void)state;
    static const uint64_t hits[] = {0, 5, 10, 3, 0, 7, 12, 1, 2, 9, 20, 0},
                          n[] = {4, 5, 10, 6, 9, 7, 15, 8, 2, 12, 20, 1};
    struct interval i = cluster_bootstrap(hits, n, COUNT(n), 2000, 2026);
    struct interval again = cluster_bootstrap(hits, n, COUNT(n), 2000, 2026);
    struct interval other = cluster_bootstrap(hits, n, COUNT(n), 2000, 2027);

    assert_true(i.low == 35.0 / 81 && i.high == 116.0 / 131);
    assert_true(again.low == i.low && again.high == i.high);
    assert_true(other.low != i.low || other.high != i.high);
    assert_near(other.low, i.low, 0.05);
    assert_near(other.high, i.high, 0.05);
    /* As if sessions were drawn one by one: too narrow. */
    struct interval sessions = wilson(69, 99);
    assert_true(i.low < sessions.low && i.high > sessions.high);
}

static void servers_without_sessions_change_nothing(void **state)
{
    (void)state;
    static const uint64_t hits[] = {0, 3, 0, 0, 4, 0}, n[] = {0, 4, 0, 5, 4, 0};
    static const uint64_t seen_hits[] = {3, 0, 4}, seen_n[] = {4, 5, 4};
    struct interval i = cluster_bootstrap(hits, n, 6, 500, 1);
    struct interval seen = cluster_bootstrap(seen_hits, seen_n, 3, 500, 1);

    assert_true(i.low == seen.low && i.high == seen.high);
}

static void nothing_to_draw_says_nothing(void **state)
{
    (void)state;
    static const uint64_t hits[] = {0, 0}, n[] = {0, 0}, some[] = {3, 4};
    struct interval i = cluster_bootstrap(hits, n, 2, 2000, 1);

    assert_true(i.low == 0 && i.high == 1);
    i = cluster_bootstrap(NULL, NULL, 0, 2000, 1);
    assert_true(i.low == 0 && i.high == 1);
    i = cluster_bootstrap(hits, some, 2, 0, 1);
    assert_true(i.low == 0 && i.high == 1);
}

/* A thousand sessions of three servers tell no more about servers than three sessions of three. */
static void servers_that_are_all_alike(void **state)
{
    (void)state;
    static const uint64_t none[] = {0, 0, 0}, half[] = {50, 400, 50}, n[] = {100, 800, 100};
    struct interval i = cluster_bootstrap(none, n, 3, 2000, 1), three = wilson(0, 3);

    assert_true(i.low == 0 && i.high == three.high);
    i = cluster_bootstrap(n, n, 3, 2000, 1);
    assert_true(i.high == 1 && i.low == wilson(3, 3).low);
    i = cluster_bootstrap(half, n, 2, 2000, 1);
    assert_near(i.low, wilson(1, 2).low, 1e-15);
    assert_near(i.high, wilson(1, 2).high, 1e-15);
    i = cluster_bootstrap(half, n, 1, 2000, 1);
    assert_true(i.low < 0.1 && i.high > 0.9);
}

static void few_draws_give_their_ends(void **state)
{
    (void)state;
    static const uint64_t hits[] = {0, 1, 2, 3, 4}, n[] = {4, 4, 4, 4, 4};

    for (unsigned draws = 1; draws < 60; draws++) {
        struct interval i = cluster_bootstrap(hits, n, 5, draws, 5);
        assert_true(0 <= i.low && i.low <= 0.5 && 0.5 <= i.high && i.high <= 1);
    }
}

enum { SERVERS = 100, WORLDS = 400 };

/* Six servers of ten offer nearly always, the others seldom; each is seen 1 to 20 times. */
static void see_servers(struct random *r, uint64_t *hits, uint64_t *n)
{
    for (size_t i = 0; i < SERVERS; i++) {
        double offers = random_unit(r) < 0.6 ? 0.95 : 0.1;
        hits[i] = 0;
        n[i] = 1 + random_below(r, 20);
        for (uint64_t k = 0; k < n[i]; k++)
            hits[i] += random_unit(r) < offers;
    }
}

static void the_bootstrap_covers_where_wilson_does_not(void **state)
{
    (void)state;
    const double truth = 0.6 * 0.95 + 0.4 * 0.1;
    struct random r = random_seeded(1993);
    unsigned covered = 0, covered_by_wilson = 0;
    uint64_t hits[SERVERS], n[SERVERS];

    for (unsigned world = 0; world < WORLDS; world++) {
        uint64_t all_hits = 0, all = 0;
        see_servers(&r, hits, n);
        for (size_t i = 0; i < SERVERS; i++) {
            all_hits += hits[i];
            all += n[i];
        }
        struct interval b = cluster_bootstrap(hits, n, SERVERS, 400, world);
        struct interval w = wilson(all_hits, all);
        double p = (double)all_hits / (double)all;
        assert_true(b.low <= p && p <= b.high);
        covered += b.low <= truth && truth <= b.high;
        covered_by_wilson += w.low <= truth && truth <= w.high;
    }
    print_message("covered: %u of %d, by Wilson %u\n", covered, WORLDS, covered_by_wilson);
    assert_in_range(covered, WORLDS * 92 / 100, WORLDS * 98 / 100);
    assert_true(covered_by_wilson < WORLDS * 70 / 100);
}

/* ---- information */

/* Cover and Thomas (2006), "Elements of information theory", example 2.2.1: H(X) = 7/4, H(Y) = 2,
 * H(X, Y) = 27/8 and I = 3/8 bits.  Counts of 32 million leave nothing of the correction. */
static void information_as_published(void **state)
{
    (void)state;
    uint64_t joint[16] = {4, 2, 1, 1, 2, 4, 1, 1, 2, 2, 2, 2, 8, 0, 0, 0};
    uint64_t x[] = {16000000, 8000000, 4000000, 4000000};
    uint64_t y[] = {8000000, 8000000, 8000000, 8000000};

    for (size_t i = 0; i < COUNT(joint); i++)
        joint[i] *= 1000000;
    assert_near(entropy_bits(x, COUNT(x)), 1.75, 1e-6);
    assert_near(entropy_bits(y, COUNT(y)), 2, 1e-6);
    assert_near(entropy_bits(joint, COUNT(joint)), 3.375, 1e-6);
    assert_near(mutual_information_bits(joint, 4, 4), 0.375, 1e-6);
}

/* By hand: 1, 1 and 2 of 4 have 1.5 bits; two categories beyond the first add 2 / (2 * 4) nats. */
static void small_counts_are_corrected(void **state)
{
    (void)state;
    static const uint64_t three[] = {1, 0, 1, 2}, two[] = {1, 1}, one[] = {0, 7};

    assert_near(entropy_bits(three, 4), 1.5 + 0.25 / M_LN2, 1e-15);
    assert_near(entropy_bits(two, 2), 1 + 0.25 / M_LN2, 1e-15);
    assert_true(entropy_bits(one, 2) == 0);
    assert_true(entropy_bits(one, 1) == 0 && entropy_bits(NULL, 0) == 0);
}

/* By hand: 1 - H(1/4) bits as counted, less (4 - 1 - 1 - 1) / (2 * 8) nats. */
static void small_tables_are_corrected(void **state)
{
    (void)state;
    static const uint64_t leaning[] = {3, 1, 1, 3}, decided[] = {10, 0, 0, 10};
    static const uint64_t even[] = {5, 5, 5, 5}, alike[] = {4, 0, 9, 0};

    assert_near(mutual_information_bits(leaning, 2, 2),
                1 + 0.75 * log2(0.75) - 0.5 - 1 / (16 * M_LN2), 1e-15);
    assert_near(mutual_information_bits(decided, 2, 2), 1 + 1 / (40 * M_LN2), 1e-15);
    /* 0 when all encrypt alike: one column alone says nothing of the row. */
    assert_true(mutual_information_bits(even, 2, 2) == 0);
    assert_true(mutual_information_bits(alike, 2, 2) == 0);
    assert_true(mutual_information_bits(alike, 1, 4) == 0);
    assert_true(mutual_information_bits(alike, 4, 1) == 0);
    assert_true(mutual_information_bits(alike, 0, 4) == 0);
    assert_true(mutual_information_bits(alike, 4, 0) == 0);
    assert_true(mutual_information_bits((uint64_t[4]){0}, 2, 2) == 0);
}

/* Mutual information is H(row) + H(column) - H(both), the same for a table and its transpose. */
static void information_is_what_entropies_share(void **state)
{
    (void)state;
    struct random r = random_seeded(5);

    for (unsigned round = 0; round < 200; round++) {
        uint64_t table[12], across[12], row[3] = {0}, column[4] = {0};
        for (size_t i = 0; i < 12; i++) {
            table[i] = random_below(&r, 3) * random_below(&r, 20);
            across[i % 4 * 3 + i / 4] = table[i];
            row[i / 4] += table[i];
            column[i % 4] += table[i];
        }
        double shared = entropy_bits(row, 3) + entropy_bits(column, 4) - entropy_bits(table, 12);
        double found = mutual_information_bits(table, 3, 4);
        assert_near(found, fmax(0, shared), 1e-12);
        assert_near(found, mutual_information_bits(across, 4, 3), 1e-12);
    }
}

/* With independent rows and columns the correction takes away what chance alone leaves. */
static void the_correction_removes_the_bias(void **state)
{
    (void)state;
    struct random r = random_seeded(1955);
    double corrected = 0, counted = 0;

    for (unsigned round = 0; round < 500; round++) {
        uint64_t c[4] = {0};
        for (unsigned i = 0; i < 40; i++)
            c[random_below(&r, 4)]++;
        corrected += entropy_bits(c, 4) / 500;
        for (unsigned i = 0; i < 4; i++)
            counted -= c[i] ? (double)c[i] / 40 * log2((double)c[i] / 40) / 500 : 0;
    }
    assert_near(corrected, 2, 0.005);
    assert_true(counted < 1.96);
}

/* ---- all of it */

static void no_result_is_a_nan(void **state)
{
    (void)state;
    static const uint64_t counts[] = {0, 1, 2, 15, 16, 17, 1000, UINT64_C(1) << 32};
    static const double shares[] = {0,   5e-324, 1e-310, 1e-17,    0.3,       0.5, 1 - 0x1p-53,
                                    1.0, -0.0,   1.5,    INFINITY, -INFINITY, NAN};

    for (size_t i = 0; i < COUNT(counts); i++)
        for (size_t j = 0; j < COUNT(counts); j++) {
            uint64_t a = counts[i], b = counts[j];
            struct interval w = wilson(a, b), e = clopper_pearson(a, b), d = newcombe(a, b, b, a);
            assert_true(0 <= w.low && w.low < w.high && w.high <= 1);
            assert_true(0 <= e.low && e.low < e.high && e.high <= 1);
            assert_true(-1 <= d.low && d.low < d.high && d.high <= 1);
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
    assert_true(wilson(UINT64_MAX - 1, UINT64_MAX).low <= 1);
    assert_true(wilson(UINT64_MAX, 1).high == 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wilson_as_published),
        cmocka_unit_test(clopper_pearson_as_published),
        cmocka_unit_test(clopper_pearson_in_closed_form),
        cmocka_unit_test(at_the_ends_each_tail_is_a_fortieth),
        cmocka_unit_test(an_interval_holds_its_share_and_moves_with_it),
        cmocka_unit_test(the_exact_interval_always_covers),
        cmocka_unit_test(newcombe_as_published),
        cmocka_unit_test(a_difference_lies_in_its_interval),
        cmocka_unit_test(a_difference_from_nothing_may_be_anything_the_other_allows),
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
        cmocka_unit_test(holm_by_hand),
        cmocka_unit_test(holm_keeps_the_order),
        cmocka_unit_test(holm_of_few_and_of_many),
        cmocka_unit_test(what_is_no_probability_rejects_nothing),
        cmocka_unit_test(a_bootstrap_worked_out),
        cmocka_unit_test(servers_without_sessions_change_nothing),
        cmocka_unit_test(nothing_to_draw_says_nothing),
        cmocka_unit_test(servers_that_are_all_alike),
        cmocka_unit_test(few_draws_give_their_ends),
        cmocka_unit_test(the_bootstrap_covers_where_wilson_does_not),
        cmocka_unit_test(information_as_published),
        cmocka_unit_test(small_counts_are_corrected),
        cmocka_unit_test(small_tables_are_corrected),
        cmocka_unit_test(information_is_what_entropies_share),
        cmocka_unit_test(the_correction_removes_the_bias),
        cmocka_unit_test(no_result_is_a_nan),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
