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

static void a_time_to_come_is_so_far_from_now(void **state)
{
    static const int64_t spans[] = {0, 1, CLOCK_SECOND - 1, CLOCK_SECOND, 90 * CLOCK_SECOND + 5};
    (void)state;

    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        int64_t before = clock_monotonic();
        struct timespec t = clock_after(spans[i]);
        int64_t after = clock_monotonic();
        assert_in_range(t.tv_nsec, 0, CLOCK_SECOND - 1);
        assert_in_range(t.tv_sec * CLOCK_SECOND + t.tv_nsec, before + spans[i], after + spans[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_the_systems),
        cmocka_unit_test(a_time_to_come_is_so_far_from_now),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
