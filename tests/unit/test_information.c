/* test_information.c - entropies against a textbook, by hand, and against each other. */
#include "test.h"

#include <mailtap/statistics.h>
#include <math.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(information_as_published),
        cmocka_unit_test(small_counts_are_corrected),
        cmocka_unit_test(small_tables_are_corrected),
        cmocka_unit_test(information_is_what_entropies_share),
        cmocka_unit_test(the_correction_removes_the_bias),
    };
    return cmocka_run_group_tests_name("information", tests, NULL, NULL);
}
