/* test_steady.c - a clock that does not jump. */
#include "test.h"

#include <mailtap/steady.h>

#define S INT64_C(1000000000)
#define START (1700000000 * S)

static void goes_on_as_the_host_does(void **state)
{
    struct steady s;
    (void)state;

    steady_begin(&s, START, 5 * S);
    assert_false(steady_look(&s, START + 10 * S, 15 * S));
    assert_int_equal(steady_of(&s, START + 9 * S), START + 9 * S);
    assert_int_equal(steady_told(&s, START + 9 * S), START + 9 * S);
    /* NTP pulls it gently: half a second in a minute is no step, and is followed */
    assert_false(steady_look(&s, START + 70 * S + S / 2, 75 * S));
    assert_int_equal(s.steady_ns, START + 70 * S + S / 2);
    assert_int_equal(s.steps, 0);
}

static void does_not_jump_when_it_is_set(void **state)
{
    static const int64_t steps[] = {3600 * S, -3600 * S, S, -S, -START + 10 * S, 86400 * 365 * S};
    (void)state;

    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        struct steady s;
        steady_begin(&s, START, 0);
        assert_true(steady_look(&s, START + S / 10 + steps[i], S / 10));
        assert_int_equal(s.steps, 1);
        assert_int_equal(s.steady_ns, START + S / 10);
        /* stamped before and after */
        assert_int_equal(steady_of(&s, START + steps[i] + S / 5), START + S / 5);
        assert_int_equal(steady_of(&s, START + S / 20), START + S / 20);
        /* told by the host's clock of now */
        assert_int_equal(steady_told(&s, START), START + steps[i]);
        assert_false(steady_look(&s, START + S / 5 + steps[i], S / 5));
        assert_int_equal(s.steps, 1);
    }
}

static void is_set_twice(void **state)
{
    struct steady s;
    (void)state;

    steady_begin(&s, START, 0);
    assert_true(steady_look(&s, START + 3600 * S, S));
    assert_true(steady_look(&s, START + 2 * S, 2 * S));
    assert_int_equal(s.steps, 2);
    assert_int_equal(s.steady_ns, START + 2 * S);
    assert_int_equal(steady_of(&s, START + 2 * S), START + 2 * S);
    assert_int_equal(steady_of(&s, START + 3600 * S), START + S); /* before the second */
    assert_int_equal(steady_told(&s, START), START);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(goes_on_as_the_host_does),
        cmocka_unit_test(does_not_jump_when_it_is_set),
        cmocka_unit_test(is_set_twice),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
