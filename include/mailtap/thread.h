/* thread.h - a thread that works for another, which has the signals. */
#ifndef MAILTAP_THREAD_H
#define MAILTAP_THREAD_H

#include <pthread.h>
#include <stdbool.h>

/* Runs `run(of)` in a thread that takes no signals; false: the system has none to give. */
bool thread_begin(pthread_t *thread_r, void *(*run)(void *of), void *of);

#endif
