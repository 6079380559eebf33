/* test_thread.c - a thread gets its work, and no signals; who made it gets them as before. */
#include "test.h"

#include <mailtap/thread.h>

#include <signal.h>

static void *its_mask(void *of)
{
    pthread_sigmask(SIG_SETMASK, NULL, of);
    return of;
}

static void signals_are_for_who_made_it(void **state)
{
    sigset_t its, before, after;
    pthread_t thread;
    void *given;
    struct err e;

    (void)state;
    sigemptyset(&its);
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    assert_int_equal(thread_begin(&thread, its_mask, &its, &e), 0);
    assert_int_equal(pthread_join(thread, &given), 0);
    assert_ptr_equal(given, &its);
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    static const int signals[] = {SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGALRM};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++) {
        assert_int_equal(sigismember(&its, signals[i]), 1);
        assert_int_equal(sigismember(&after, signals[i]), sigismember(&before, signals[i]));
    }
    static const int faults[] = {SIGSEGV, SIGBUS, SIGFPE, SIGABRT, SIGSYS};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        assert_int_equal(sigismember(&its, faults[i]), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(signals_are_for_who_made_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
