/* test_first_exposure.c - until a domain is first exposed: by hand, and against the closed form. */
#include "test.h"

#include <mailtap/first_exposure.h>
#include <mailtap/random.h>

#include <math.h>
#include <stdlib.h>

static void assert_near(double x, double wanted)
{
    if (!(fabs(x - wanted) < 1e-9))
        fail_msg("%.12g is not %.12g", x, wanted);
}

static void all_is_told_at_four_times(void **state)
{
    (void)state;
    struct exposing list[] = {{0, 0, 1}, {1, 90000, 1}, {2, 7200, 1}};
    const double followed[] = {3e6, 3e6, 3e6, 3e6};
    struct first_exposure f[FIRST_EXPOSURE_TIMES];

    first_exposure(list, 3, followed, 4, first_exposure_times, FIRST_EXPOSURE_TIMES, f);
    assert_near(f[0].exposed, 0.25);
    assert_near(f[1].exposed, 0.5);
    assert_near(f[2].exposed, 0.75);
    assert_near(f[3].exposed, 0.75);
    for (unsigned i = 0; i < FIRST_EXPOSURE_TIMES; i++)
        assert_true(f[i].at_risk == 4 && f[i].told);
}

/* One domain: 1 - (1 - 1/2)(1 - 1/4) = 5/8, and chances that are none count as the nearer end. */
static void a_domain_is_the_closed_form(void **state)
{
    (void)state;
    struct exposing list[] = {{0, 20, 0.25}, {0, 10, 0.5}, {0, 15, 0},
                              {0, 15, -3},   {0, 15, NAN}, {0, 40, 7}};
    const double followed[] = {100}, times[] = {5, 10, 19, 20, 39, 40};
    struct first_exposure f[6];

    first_exposure(list, 6, followed, 1, times, 6, f);
    assert_near(f[0].exposed, 0);
    assert_near(f[1].exposed, 0.5);
    assert_near(f[2].exposed, 0.5);
    assert_near(f[3].exposed, 0.625);
    assert_near(f[4].exposed, 0.625);
    assert_near(f[5].exposed, 1);
}

/*
 * Kaplan and Meier by hand: six domains, exposed at 2, 4, 4 and 8, one lost at 3, one at 9.
 * At 2: 6 at risk, S = 5/6.  At 4: 4 at risk, two of them: S = 5/6 * 1/2.  At 8: 2 at risk: half of it.
 */
static void who_is_lost_from_sight_counts_until_then(void **state)
{
    (void)state;
    struct exposing list[] = {{0, 2, 1}, {1, 4, 1}, {2, 4, 1}, {3, 8, 1}, {4, 3.5, 1}, {7, 1, 1}};
    const double followed[] = {10, 10, 4, 10, 3, 9}, times[] = {1, 2, 3, 4, 7, 8, 9.5, 11};
    struct first_exposure f[8];

    first_exposure(list, 6, followed, 6, times, 8, f);
    assert_near(f[0].exposed, 0);
    assert_near(f[1].exposed, 1 - 5 / 6.0);
    assert_near(f[2].exposed, 1 - 5 / 6.0);
    assert_near(f[3].exposed, 1 - 5 / 12.0);
    assert_near(f[4].exposed, 1 - 5 / 12.0);
    assert_near(f[5].exposed, 1 - 5 / 24.0);
    assert_int_equal(f[2].at_risk, 6);
    assert_int_equal(f[3].at_risk, 5);
    assert_int_equal(f[4].at_risk, 4);
    assert_int_equal(f[6].at_risk, 3);
    assert_true(f[6].told);
    assert_false(f[7].told);
    assert_near(f[7].exposed, 1 - 5 / 24.0);
}

static void nothing_exposes_nobody(void **state)
{
    (void)state;
    const double followed[] = {10}, times[] = {5};
    struct first_exposure f;

    first_exposure(NULL, 0, followed, 1, times, 1, &f);
    assert_true(f.exposed == 0 && f.told && f.at_risk == 1);
    first_exposure(NULL, 0, followed, 0, times, 1, &f);
    assert_true(f.exposed == 0 && !f.told);
}

#define DOMAINS 50u
#define EACH 40u

/* As long as all are looked at, the curve is the mean of the domains' own. */
static void without_loss_it_is_the_mean_of_the_closed_forms(void **state)
{
    (void)state;
    struct random r = random_seeded(3);
    struct exposing list[DOMAINS * EACH], kept[DOMAINS * EACH];
    double followed[DOMAINS], times[] = {1, 5, 20, 60, 99};
    struct first_exposure f[5];

    for (unsigned i = 0; i < DOMAINS * EACH; i++)
        kept[i] = list[i] = (struct exposing){i % DOMAINS, floor(100 * random_unit(&r)),
                                              0.1 * random_unit(&r)};
    for (unsigned i = 0; i < DOMAINS; i++)
        followed[i] = 100 + i;
    first_exposure(list, DOMAINS * EACH, followed, DOMAINS, times, 5, f);
    for (unsigned k = 0; k < 5; k++) {
        double mean = 0;
        for (unsigned d = 0; d < DOMAINS; d++) {
            double hidden = 1;
            for (unsigned i = d; i < DOMAINS * EACH; i += DOMAINS)
                hidden *= kept[i].after <= times[k] ? 1 - kept[i].readable : 1;
            mean += (1 - hidden) / DOMAINS;
        }
        assert_near(f[k].exposed, mean);
        assert_true(k == 0 || f[k].exposed >= f[k - 1].exposed);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_is_told_at_four_times),
        cmocka_unit_test(a_domain_is_the_closed_form),
        cmocka_unit_test(who_is_lost_from_sight_counts_until_then),
        cmocka_unit_test(nothing_exposes_nobody),
        cmocka_unit_test(without_loss_it_is_the_mean_of_the_closed_forms),
    };
    return cmocka_run_group_tests_name("first_exposure", tests, NULL, NULL);
}
