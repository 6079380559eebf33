/* test_simulate_prior.c - numbers drawn have the moments they should, and a prior is that of the
 * population it is taken from. */
#include "../../analysis/simulate_private.h"
#include "test.h"
#include "traffic.h"

#include <math.h>
#include <stdlib.h>

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* Mean a / (a + b), variance ab / (a + b)^2 (a + b + 1): within five standard errors. */
static void beta_has_its_moments(void **state)
{
    (void)state;
    static const double cases[][2] = {{0.5, 0.5},  {1, 1},    {3, 7},
                                      {0.05, 0.2}, {40, 1.5}, {1e6, 3e6}};
    struct random r = random_seeded(4);
    double n = 100000;

    for (unsigned i = 0; i < sizeof cases / sizeof *cases; i++) {
        double a = cases[i][0], b = cases[i][1], sum = 0, squares = 0, all = a + b;
        double mean = a / all, variance = a * b / (all * all * (all + 1));
        for (unsigned k = 0; k < n; k++) {
            double x = draw_beta(&r, a, b);
            assert_true(x >= 0 && x <= 1);
            sum += x;
            squares += (x - mean) * (x - mean);
        }
        assert_near(sum / n, mean, 5 * sqrt(variance / n));
        assert_near(squares / n, variance, 0.05 * variance);
    }
}

/* Parameters so small and so large that most ways of drawing end in 0/0. */
static void beta_is_a_share_whatever_its_parameters(void **state)
{
    (void)state;
    static const double odd[] = {1e-300, 1e-12, 0.001, 0.999, 1, 1e15, 9e15};
    struct random r = random_seeded(4);

    for (unsigned i = 0; i < 7; i++) {
        for (unsigned k = 0; k < 7; k++) {
            for (unsigned n = 0; n < 200; n++) {
                double x = draw_beta(&r, odd[i], odd[k]);
                assert_true(x >= 0 && x <= 1);
            }
        }
    }
}

static void exponential_has_its_moments(void **state)
{
    (void)state;
    struct random r = random_seeded(6);
    double sum = 0, squares = 0, n = 100000;

    for (unsigned i = 0; i < n; i++) {
        double x = draw_exponential(&r);
        assert_true(x >= 0);
        sum += x;
        squares += x * x;
    }
    assert_near(sum / n, 1, 0.016);
    assert_near(squares / n, 2, 0.07);
}

static void without_cases_it_is_jeffreys(void **state)
{
    (void)state;
    static const struct trials none[2] = {{0, 0}, {0, 0}};
    static const double weights[2] = {1, 1};

    for (size_t n = 0; n <= 2; n++) {
        struct prior p = prior_fit(none, weights, n);
        assert_near(p.a, 0.5, 0);
        assert_near(p.b, 0.5, 0);
    }
}

/* One case says where the mean may be, and nothing of how cases differ: one case more of each half. */
static void one_case_says_little(void **state)
{
    (void)state;
    static const struct trials one = {100, 100};
    static const double weight = 1;
    struct prior p = prior_fit(&one, &weight, 1);

    assert_near(p.a + p.b, 1, 1e-12);
    assert_true(p.a > 0.5 && p.a < 1);
}

/* 4,000 cases from a Beta distribution, of 1 to 40 trials: its parameters come back. */
static void the_population_comes_back(void **state)
{
    (void)state;
    static const double truth[][2] = {{2, 2}, {8, 2}, {0.4, 0.1}, {30, 70}};
    struct random r = random_seeded(9);
    struct trials *cases = malloc(4000 * sizeof *cases);
    double *weights = malloc(4000 * sizeof *weights);

    for (unsigned i = 0; i < 4; i++) {
        double a = truth[i][0], b = truth[i][1];
        for (unsigned k = 0; k < 4000; k++) {
            double p = draw_beta(&r, a, b);
            cases[k] = (struct trials){0, (double)(1 + random_below(&r, 40))};
            weights[k] = 1;
            for (unsigned n = 0; n < cases[k].of; n++)
                cases[k].did += random_unit(&r) < p;
        }
        struct prior got = prior_fit(cases, weights, 4000);
        assert_near(got.a / (got.a + got.b), a / (a + b), 0.02);
        assert_near(log(got.a + got.b), log(a + b), 0.2);
    }
    free(cases);
    free(weights);
}

static void all_alike_is_still_not_certain(void **state)
{
    (void)state;
    struct trials cases[50];
    double weights[50];

    for (unsigned i = 0; i < 50; i++) {
        cases[i] = (struct trials){20, 20};
        weights[i] = 1;
    }
    struct prior p = prior_fit(cases, weights, 50);
    assert_true(p.b > 0 && p.a / (p.a + p.b) > 0.99 && p.a / (p.a + p.b) < 1);
}

static void priors_of_relations(void **state)
{
    (void)state;
    struct relations *r = relations_new(4, 2, 0, 0);
    struct priors priors[PRIORS], again[PRIORS];

    r->servers[0].offered = (struct trials){6, 10};
    r->servers[1].offered = (struct trials){5, 10};
    r->servers[2] = (struct relation_server){.incapable = true, .offered = {0, 10}};
    r->clients[0].used = (struct trials){90, 100};
    r->clients[1].used = (struct trials){10, 100};
    priors_fit(priors, r, 1);
    priors_fit(again, r, 1);
    assert_memory_equal(priors, again, sizeof priors);
    double low = 1, high = 0;
    for (unsigned i = 0; i < PRIORS; i++) {
        double mean = priors[i].used.a / (priors[i].used.a + priors[i].used.b);
        assert_near(priors[i].offered.a, 1.5, 0);
        assert_near(priors[i].offered.b, 1.5, 0);
        assert_near(priors[i].insisted.a, 0.5, 0);
        low = fmin(low, mean);
        high = fmax(high, mean);
    }
    assert_true(low < 0.35 && high > 0.65);
    relations_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(beta_has_its_moments),
        cmocka_unit_test(beta_is_a_share_whatever_its_parameters),
        cmocka_unit_test(exponential_has_its_moments),
        cmocka_unit_test(without_cases_it_is_jeffreys),
        cmocka_unit_test(one_case_says_little),
        cmocka_unit_test(the_population_comes_back),
        cmocka_unit_test(all_alike_is_still_not_certain),
        cmocka_unit_test(priors_of_relations),
    };
    return cmocka_run_group_tests_name("simulate prior", tests, NULL, NULL);
}
