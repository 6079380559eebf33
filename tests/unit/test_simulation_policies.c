/* test_simulation_policies.c - each row and line has the policy of its name, and its own result. */
#include "simulated.h"
#include "test.h"

#include "../../report/simulation_private.h"

#include <stdlib.h>
#include <string.h>

static void assert_follows(const struct policy_mix *m, double a, double b, double c, double d)
{
    const double want[LETTERS] = {a, b, c, d};

    for (unsigned i = 0; i < LETTERS; i++)
        assert_true(m->follow[i] == want[i]);
}

static void policies_are_what_they_are_called(void **state)
{
    static const double follow[LEVELS] = {0.1, 0.5, 0.9};
    struct policy_mix m[SIMULATION_POLICIES];

    (void)state;
    simulation_policies(follow, m);
    assert_follows(&m[ROW_OBSERVED], 0, 0, 0, 0);
    assert_follows(&m[ROW_A_SHOULD], 0.5, 0, 0, 0);
    assert_follows(&m[ROW_C_MUST], 0, 0, 0.9, 0);
    assert_follows(&m[ROW_BC_MUST], 0, 0.9, 0.9, 0);
    assert_follows(&m[ROW_ABC_MUST], 0.9, 0.9, 0.9, 0);
    assert_follows(&m[ROW_BCD_MUST], 0, 0.9, 0.9, 0.9);
    assert_follows(&m[ROW_ALL_MUST], 0.9, 0.9, 0.9, 0.9);
    assert_follows(&m[ROWS], 0.1, 0, 0, 0);
    assert_follows(&m[SIMULATION_POLICIES - 1], 1, 1, 1, 1);
    assert_string_equal(row_name(ROW_B_MUST), "b-must");
    assert_string_equal(row_label(ROW_D_SHOULD), "2.d SHOULD");
    assert_string_equal(sweep_name(SWEEP_BC), "bc");
    assert_string_equal(sweep_label(SWEEP_ALL), "all four");
}

static void names_are_unique(void **state)
{
    (void)state;
    for (unsigned i = 0; i < ROWS; i++)
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(row_name((enum row)i), row_name((enum row)k));
}

/* By what of 1,000 messages it leaves to read (simulated.h). */
static void results_are_found(void **state)
{
    struct made *m = made_simulation(1000, 0, 0.5);
    struct scene of = {NULL, &m->s, m->results, &m->words};

    (void)state;
    assert_in_range(row_result(&of, 0, ROW_OBSERVED)->readable.mean, 399, 401);
    assert_in_range(row_result(&of, 0, ROW_B_MUST)->readable.mean, 129, 131);
    assert_in_range(row_result(&of, 1, ROW_OBSERVED)->readable.mean, 699, 701);
    assert_ptr_equal(sweep_result(&of, 1, SWEEP_C, 0), row_result(&of, 1, ROW_OBSERVED));
    assert_in_range(sweep_result(&of, 0, SWEEP_C, 5)->readable.mean, 349, 351);
    assert_in_range(sweep_result(&of, 0, SWEEP_C, 10)->readable.mean, 299, 301);
    assert_in_range(sweep_result(&of, 0, SWEEP_ALL, 10)->readable.mean, 0, 1);
    assert_true(sweep_share(0) == 0 && sweep_share(SWEEP_STEPS) == 1);
    free(m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(policies_are_what_they_are_called),
        cmocka_unit_test(names_are_unique),
        cmocka_unit_test(results_are_found),
    };
    return cmocka_run_group_tests_name("simulation_policies", tests, NULL, NULL);
}
