/* clock.c - see clock.h. */
#include <mailtap/clock.h>

static int64_t read_clock(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * CLOCK_SECOND + t.tv_nsec;
}

int64_t clock_monotonic(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

int64_t clock_real(void)
{
    return read_clock(CLOCK_REALTIME);
}

struct timespec clock_after(int64_t ns)
{
    int64_t at = clock_monotonic() + ns;

    return (struct timespec){.tv_sec = at / CLOCK_SECOND, .tv_nsec = at % CLOCK_SECOND};
}
