/* fingerprint_file.c - that of a file, now or in a thread of its own; see fingerprint.h. */
#include <mailtap/fingerprint.h>

#include <mailtap/clock.h>
#include <mailtap/err.h>
#include <mailtap/thread.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Read at once: it stays in the processor's caches until it is hashed. */
#define BLOCK_OCTETS 65536u

struct fingerprint_job {
    int fd;
    enum fingerprint_kind kind;
    pthread_t thread;
    bool started; /* the thread was made, and has not been joined */
    bool over;    /* it has been */
    bool had;     /* all of the file could be read */
    atomic_bool stop;
    uint8_t out[DIGEST_OCTETS];
};

static bool read_through(int fd, enum fingerprint_kind kind, const atomic_bool *stop,
                         uint8_t out[DIGEST_OCTETS])
{
    uint8_t *octets = must_alloc_pages(BLOCK_OCTETS);
    struct fingerprint *f = fingerprint_new(kind);
    off_t at = 0;
    ssize_t n = 0;

    while (!(stop && atomic_load(stop)) && (n = pread(fd, octets, BLOCK_OCTETS, at)) > 0) {
        fingerprint_add(f, (struct slice){octets, (size_t)n});
        at += n;
    }
    fingerprint_finish(&f, out);
    free(octets);
    return n == 0;
}

bool fingerprint_file(int fd, enum fingerprint_kind kind, uint8_t out[DIGEST_OCTETS])
{
    return read_through(fd, kind, NULL, out);
}

static void *run(void *job)
{
    struct fingerprint_job *j = job;

    j->had = read_through(j->fd, j->kind, &j->stop, j->out);
    return NULL;
}

struct fingerprint_job *fingerprint_file_begin(int fd, enum fingerprint_kind kind)
{
    struct fingerprint_job *j = must_alloc(1, sizeof *j);
    struct err e; /* without one, fingerprint_file_end() does its work */

    j->fd = fd;
    j->kind = kind;
    atomic_init(&j->stop, false);
    j->started = thread_begin(&j->thread, run, j, &e) == 0;
    return j;
}

bool fingerprint_file_ready(struct fingerprint_job *j, unsigned milliseconds)
{
    const struct timespec until = clock_after(milliseconds * INT64_C(1000000));

    if (!j->started)
        return true;
    if (pthread_clockjoin_np(j->thread, NULL, CLOCK_MONOTONIC, &until) != 0)
        return false;
    j->started = false;
    j->over = true;
    return true;
}

bool fingerprint_file_end(struct fingerprint_job **j, uint8_t out[DIGEST_OCTETS])
{
    struct fingerprint_job *job = *j;

    if (job->started)
        pthread_join(job->thread, NULL);
    else if (!job->over)
        run(job); /* the system had no thread to give */
    memcpy(out, job->out, DIGEST_OCTETS);
    bool had = job->had;
    free(job);
    *j = NULL;
    return had;
}

void fingerprint_file_cancel(struct fingerprint_job **j)
{
    if (!*j)
        return;
    atomic_store(&(*j)->stop, true);
    if ((*j)->started)
        pthread_join((*j)->thread, NULL);
    free(*j);
    *j = NULL;
}
