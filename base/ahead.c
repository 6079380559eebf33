/* ahead.c - see ahead.h. */
#include <mailtap/ahead.h>

#include <mailtap/err.h>
#include <mailtap/thread.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Larger than what one processor has for itself: the two share the cache that is behind it. */
#define PIECE_OCTETS 262144u
/* Two are lent.  The others are filled, and when half of them were taken, filled again: to wake a thread for
 * each piece takes longer than to look at the piece. */
#define LENT 2u
#define FILLED 8u
#define PIECES (LENT + FILLED)

struct ahead {
    int fd;
    pthread_t thread;
    uint64_t given; /* octets */
    uint8_t *room[PIECES];
    pthread_mutex_t lock;
    pthread_cond_t came, went;
    /* under the lock */
    size_t octets[PIECES];
    uint64_t filled, taken;             /* pieces */
    bool over, stop;                    /* no more come; none are wanted */
    int problem;                        /* errno */
    uint8_t fingerprint[DIGEST_OCTETS]; /* when it is over, without a problem */
};

static uint8_t *piece(const struct ahead *a, uint64_t number)
{
    return a->room[number % PIECES] + AHEAD_BEFORE;
}

/* Room for the next piece; false: it is not wanted. */
static bool wait_for_room(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    while (!a->stop && a->filled - a->taken == FILLED)
        pthread_cond_wait(&a->went, &a->lock);
    bool wanted = !a->stop;
    pthread_mutex_unlock(&a->lock);
    return wanted;
}

static void hand_over(struct ahead *a, ssize_t n, int problem)
{
    pthread_mutex_lock(&a->lock);
    if (n > 0)
        a->octets[a->filled++ % PIECES] = (size_t)n;
    a->over = n <= 0;
    a->problem = problem;
    pthread_cond_signal(&a->came);
    pthread_mutex_unlock(&a->lock);
}

static void *run(void *ahead)
{
    struct ahead *a = ahead;
    struct fingerprint *f = fingerprint_new(FINGERPRINT_XXH3);
    off_t at = 0;
    ssize_t n = 1;

    while (n > 0 && wait_for_room(a)) {
        uint8_t *to = piece(a, a->filled);
        do
            n = pread(a->fd, to, PIECE_OCTETS, at);
        while (n < 0 && errno == EINTR);
        int problem = n < 0 ? errno : 0;
        if (n <= 0)
            fingerprint_finish(&f, a->fingerprint);
        hand_over(a, n, problem);
        if (n > 0) { /* nobody writes to it before this thread does */
            fingerprint_add(f, (struct slice){to, (size_t)n});
            at += n;
        }
    }
    if (f)
        fingerprint_finish(&f, a->fingerprint);
    return NULL;
}

static void free_parts(struct ahead *a)
{
    for (unsigned i = 0; i < PIECES; i++)
        free(a->room[i]);
    pthread_cond_destroy(&a->went);
    pthread_cond_destroy(&a->came);
    pthread_mutex_destroy(&a->lock);
    free(a);
}

struct ahead *ahead_new(int fd)
{
    struct ahead *a = must_alloc(1, sizeof *a);
    struct err e; /* without one, the caller reads it another way */

    a->fd = fd;
    for (unsigned i = 0; i < PIECES; i++)
        a->room[i] = must_alloc_pages(AHEAD_BEFORE + PIECE_OCTETS);
    pthread_mutex_init(&a->lock, NULL);
    pthread_cond_init(&a->came, NULL);
    pthread_cond_init(&a->went, NULL);
    if (thread_begin(&a->thread, run, a, &e) == 0)
        return a;
    free_parts(a);
    return NULL;
}

struct ahead_piece ahead_next(struct ahead *a)
{
    struct ahead_piece next = {NULL, 0};

    pthread_mutex_lock(&a->lock);
    while (a->filled == a->taken && !a->over)
        pthread_cond_wait(&a->came, &a->lock);
    if (a->filled > a->taken) {
        next = (struct ahead_piece){piece(a, a->taken), a->octets[a->taken % PIECES]};
        a->taken++;
        if (a->filled - a->taken == FILLED / 2)
            pthread_cond_signal(&a->went);
    }
    pthread_mutex_unlock(&a->lock);
    a->given += next.n;
    return next;
}

const char *ahead_problem(struct ahead *a)
{
    pthread_mutex_lock(&a->lock);
    int problem = a->filled == a->taken ? a->problem : 0;
    pthread_mutex_unlock(&a->lock);
    return problem ? strerror(problem) : NULL;
}

uint64_t ahead_given(const struct ahead *a)
{
    return a->given;
}

bool ahead_fingerprint(struct ahead *a, uint8_t out[DIGEST_OCTETS])
{
    pthread_mutex_lock(&a->lock);
    bool whole = a->over && a->problem == 0 && a->filled == a->taken;
    if (whole)
        memcpy(out, a->fingerprint, DIGEST_OCTETS);
    pthread_mutex_unlock(&a->lock);
    return whole;
}

void ahead_free(struct ahead **a)
{
    if (!*a)
        return;
    pthread_mutex_lock(&(*a)->lock);
    (*a)->stop = true;
    pthread_cond_signal(&(*a)->went);
    pthread_mutex_unlock(&(*a)->lock);
    pthread_join((*a)->thread, NULL);
    free_parts(*a);
    *a = NULL;
}
