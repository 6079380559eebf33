/* test_clock.c - the clocks go on, in nanoseconds. */
#include "test.h"

#include <mailtap/clock.h>
#include <time.h>

static void they_are_the_systems(void **state)
{
    int64_t real = clock_real(), monotonic = clock_monotonic();
    (void)state;

    assert_in_range(real / CLOCK_SECOND, time(NULL) - 5, time(NULL) + 5);
    nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    assert_in_range(clock_monotonic() - monotonic, 20000000, 60 * CLOCK_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(they_are_the_systems)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
