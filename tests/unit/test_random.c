/* test_random.c - the generators give what their authors' programs give. */
#include "test.h"

#include <mailtap/random.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* splitmix64.c (Vigna 2015), its first outputs from 1234567. */
static void the_seed_is_split_as_published(void **state)
{
    (void)state;
    static const uint64_t published[] = {6457827717110365317U, 3203168211198807973U,
                                         9817491932198370423U, 4593380528125082431U};
    struct random r = random_seeded(1234567);

    for (size_t i = 0; i < COUNT(published); i++)
        assert_true(r.s[i] == published[i]);
}

/* xoshiro256starstar.c (Blackman and Vigna 2018), its first outputs from the state 1, 2, 3, 4. */
static void outputs_are_as_published(void **state)
{
    (void)state;
    static const uint64_t published[] = {
        11520,
        0,
        1509978240,
        1215971899390074240U,
        1216172134540287360U,
        607988272756665600U,
        16172922978634559625U,
        8476171486693032832U,
        10595114339597558777U,
        2904607092377533576U,
    };
    struct random r = {{1, 2, 3, 4}};

    for (size_t i = 0; i < COUNT(published); i++)
        assert_true(random_u64(&r) == published[i]);
}

/* Both programs one after the other, from 42. */
static void seed_and_output_together(void **state)
{
    (void)state;
    static const uint64_t published[] = {1546998764402558742U, 6990951692964543102U,
                                         12544586762248559009U};
    struct random r = random_seeded(42);

    for (size_t i = 0; i < COUNT(published); i++)
        assert_true(random_u64(&r) == published[i]);
}

/* Worked out apart from this program, in integers without bound. */
static void numbers_below_n(void **state)
{
    (void)state;
    static const uint64_t below_ten[] = {0, 3, 6, 9, 9, 7, 7, 8, 7, 5, 6, 2};
    struct random r = random_seeded(42);

    for (size_t i = 0; i < COUNT(below_ten); i++)
        assert_true(random_below(&r, 10) == below_ten[i]);
    /* For this n one product in four is drawn again: here those of the fifth and sixth output. */
    static const uint64_t below_three_quarters[] = {1160249073301919056U, 5243213769723407326U,
                                                    9408440071686419256U, 12793180581886593144U,
                                                    9950984181700650565U, 11759916168988360805U};
    r = random_seeded(42);
    for (size_t i = 0; i < COUNT(below_three_quarters); i++)
        assert_true(random_below(&r, UINT64_C(3) << 62) == below_three_quarters[i]);
}

static void below_nothing_is_nothing(void **state)
{
    (void)state;
    struct random r = random_seeded(1);

    assert_true(random_below(&r, 0) == 0);
    for (unsigned i = 0; i < 100; i++)
        assert_true(random_below(&r, 1) == 0);
}

/* In this range a remainder would give the lowest third twice as often, and the upper half of a
 * product taken as it is every third number. */
static void no_number_is_favoured(void **state)
{
    (void)state;
    struct random r = random_seeded(7);
    unsigned thirds[3] = {0, 0, 0}, every_third[3] = {0, 0, 0};

    for (unsigned i = 0; i < 30000; i++) {
        uint64_t x = random_below(&r, UINT64_C(3) << 62);
        thirds[x >> 62]++;
        every_third[x % 3]++;
    }
    for (unsigned i = 0; i < 3; i++) { /* standard deviation 82 */
        assert_in_range(thirds[i], 9600, 10400);
        assert_in_range(every_third[i], 9600, 10400);
    }
}

static void units_lie_in_zero_to_one(void **state)
{
    (void)state;
    struct random r = random_seeded(3);
    double sum = 0;

    for (unsigned i = 0; i < 100000; i++) {
        double u = random_unit(&r);
        assert_true(u >= 0 && u < 1);
        sum += u;
    }
    assert_true(sum > 49500 && sum < 50500); /* standard deviation 91 */
    /* The state whose output has all bits set: the largest unit there is. */
    struct random most = {{0, 0x4fc71c71c71c71c7, 0, 0}}, again = most;
    assert_true(random_u64(&most) == UINT64_MAX);
    assert_true(random_unit(&again) == 1 - 0x1p-53);
}

static void the_same_seed_gives_the_same(void **state)
{
    (void)state;
    struct random a = random_seeded(9), b = random_seeded(9), other = random_seeded(10);
    unsigned same = 0;

    for (unsigned i = 0; i < 100; i++) {
        uint64_t x = random_u64(&a);
        assert_true(x == random_u64(&b));
        same += x == random_u64(&other);
    }
    assert_int_equal(same, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_seed_is_split_as_published),
        cmocka_unit_test(outputs_are_as_published),
        cmocka_unit_test(seed_and_output_together),
        cmocka_unit_test(numbers_below_n),
        cmocka_unit_test(below_nothing_is_nothing),
        cmocka_unit_test(no_number_is_favoured),
        cmocka_unit_test(units_lie_in_zero_to_one),
        cmocka_unit_test(the_same_seed_gives_the_same),
    };
    return cmocka_run_group_tests_name("random", tests, NULL, NULL);
}
