/* thread.h - a thread that works for another, which has the signals. */
#ifndef MAILTAP_THREAD_H
#define MAILTAP_THREAD_H

#include <mailtap/err.h>

#include <pthread.h>

/* Runs `run(of)` in a thread that takes no signals but those of its own faults: 0; or -1, and *e says why the
 * system has none to give. */
int thread_begin(pthread_t *thread_r, void *(*run)(void *of), void *of, struct err *e);

#endif
