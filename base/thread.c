/* thread.c - see thread.h. */
#include <mailtap/thread.h>

#include <signal.h>
#include <string.h>

/* Blocked, they would end the process without a word of who looks into it. */
static const int faults[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP, SIGSYS};

int thread_begin(pthread_t *thread_r, void *(*run)(void *of), void *of, struct err *e)
{
    sigset_t others, before;

    sigfillset(&others);
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++)
        sigdelset(&others, faults[i]);
    pthread_sigmask(SIG_SETMASK, &others, &before);
    int rc = pthread_create(thread_r, NULL, run, of);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return rc ? err_set(e, "a thread cannot be started: %s", strerror(rc)) : 0;
}
