/* thread.c - see thread.h. */
#include <mailtap/thread.h>

#include <signal.h>

bool thread_begin(pthread_t *thread_r, void *(*run)(void *of), void *of)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    bool begun = pthread_create(thread_r, NULL, run, of) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return begun;
}
