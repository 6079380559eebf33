/*
 * test_statistics.c - every test and interval against published values, against values worked out
 * apart from this program, and against what must hold for all numbers.
 */
#include "test.h"

#include <mailtap/statistics.h>
#include <math.h>
#include <stdbool.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* Tables are printed to four places. */
#define PRINTED 0.00005

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
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
    struct interval half = wilson(10, 20), both = newcombe(0, 0, 0, 0);
    struct interval first = newcombe(0, 0, 10, 20), second = newcombe(10, 20, 0, 0);

    assert_true(both.low == -1 && both.high == 1);
    assert_true(first.low == -half.high && first.high == 1 - half.low);
    assert_true(second.low == half.low - 1 && second.high == half.high);
}

/* Reaches of 0.03 and 0.04 downwards, 0.05 and 0.12 upwards: right triangles in whole numbers. */
static void a_difference_of_estimates_by_hand(void **state)
{
    (void)state;
    struct interval one = {0.47, 0.62}, two = {0.18, 0.34};
    struct interval d = difference(0.50, one, 0.30, two), back = difference(0.30, two, 0.50, one);

    assert_near(d.low, 0.20 - 0.05, 1e-15);
    assert_near(d.high, 0.20 + sqrt(0.12 * 0.12 * 2), 1e-15);
    assert_true(back.low == -d.high && back.high == -d.low);
    two = (struct interval){0.25, 0.34};
    d = difference(0.50, one, 0.30, two);
    assert_near(d.high, 0.20 + 0.13, 1e-15);
    /* One that is known leaves the other's width alone. */
    d = difference(0.50, one, 0.30, (struct interval){0.30, 0.30});
    assert_near(d.low, 0.17, 1e-15);
    assert_near(d.high, 0.32, 1e-15);
}

/* Newcombe's method 10 to the last bit, where both shares are of something. */
static void of_wilson_intervals_it_is_newcombe(void **state)
{
    (void)state;
    static const uint64_t counts[] = {1, 2, 7, 20, 1000003, UINT64_C(1) << 40};

    for (size_t i = 0; i < COUNT(counts); i++)
        for (size_t j = 0; j < COUNT(counts); j++)
            for (unsigned part = 0; part <= 4; part++) {
                uint64_t n1 = counts[i], n2 = counts[j], r1 = n1 / 4 * part, r2 = n2 - n2 / 3;
                struct interval want = newcombe(r1, n1, r2, n2);
                struct interval got = difference((double)r1 / (double)n1, wilson(r1, n1),
                                                 (double)r2 / (double)n2, wilson(r2, n2));
                assert_true(got.low == want.low && got.high == want.high);
            }
}

/* Of exact intervals it is wider, and still within what two shares can differ by. */
static void a_difference_keeps_the_width_of_its_estimates(void **state)
{
    (void)state;
    for (uint64_t n = 5; n < 40; n += 5)
        for (uint64_t r = 0; r <= n; r++) {
            double p1 = (double)r / (double)n, p2 = 0.25;
            struct interval exact = difference(p1, clopper_pearson(r, n), p2,
                                               clopper_pearson(2, 8));
            struct interval mean = difference(p1, wilson(r, n), p2, wilson(2, 8));
            assert_true(exact.low < mean.low && mean.low < p1 - p2);
            assert_true(p1 - p2 < mean.high && mean.high <= exact.high && exact.high <= 1);
        }
    struct interval all = {0, 1}, d = difference(1, all, 0, all);
    assert_true(d.low < 0 && d.high == 1);
    d = difference(0, all, 1, all);
    assert_true(d.low == -1 && d.high > 0);
    d = difference((double)NAN, all, 0.5, all);
    assert_true(d.low == -1 && d.high == 1);
    d = difference(0.5, all, 0.5, (struct interval){(double)NAN, (double)NAN});
    assert_true(d.low == -1 && d.high == 1);
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

/* ---- all of it */

static void no_result_is_a_nan(void **state)
{
    (void)state;
    static const uint64_t counts[] = {0, 1, 2, 15, 16, 17, 1000, UINT64_C(1) << 32};

    for (size_t i = 0; i < COUNT(counts); i++)
        for (size_t j = 0; j < COUNT(counts); j++) {
            uint64_t a = counts[i], b = counts[j];
            struct interval w = wilson(a, b), e = clopper_pearson(a, b), d = newcombe(a, b, b, a);
            assert_true(0 <= w.low && w.low < w.high && w.high <= 1);
            assert_true(0 <= e.low && e.low < e.high && e.high <= 1);
            assert_true(-1 <= d.low && d.low < d.high && d.high <= 1);
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
        cmocka_unit_test(a_difference_of_estimates_by_hand),
        cmocka_unit_test(of_wilson_intervals_it_is_newcombe),
        cmocka_unit_test(a_difference_keeps_the_width_of_its_estimates),
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
        cmocka_unit_test(no_result_is_a_nan),
    };
    return cmocka_run_group_tests_name("statistics", tests, NULL, NULL);
}
