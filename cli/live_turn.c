/*
 * live_turn.c - the database that is written, and the next one; see live_keeper.h.
 *
 * With rotation a book is judged whole, in slices, while the next one is written.  Without, it can be
 * opened anew, as after it was moved away.
 */
#include "live_keeper.h"

#include <mailtap/clock.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define SIZE_NS SECOND /* between two looks at its size */

static int begin_captures(struct keeper *k, struct book *b, struct err *e)
{
    for (unsigned i = 0; i < k->interfaces; i++)
        if (store_live_begin(b->store, k->values->interfaces.items[i], &b->capture[i], e) < 0)
            return -1;
    return store_live_commit(b->store, e);
}

/* It begins where the one before ended: no frame is between them, and none in both. */
static void base_figures(struct keeper *k, struct book *b,
                         const struct capture_counts taken[LIVE_INTERFACES])
{
    memset(b->stored, 0, sizeof b->stored);
    memcpy(b->base, taken, sizeof b->base);
    k->failures = 0;
}

static int open_book(struct keeper *k, struct book *b, struct store *like, struct err *e)
{
    struct err unused;

    b->store = like ? store_open_next(b->path, like, e)
                    : capture_store(k->values, b->path, k->verified, e);
    if (!b->store)
        return -1;
    if (begin_captures(k, b, e) < 0) {
        store_close(&b->store, &unused);
        return -1;
    }
    b->marked_at = clock_monotonic();
    b->mark_at = b->marked_at + KEEPER_MARK_NS;
    b->waiting = true; /* of a run before */
    return 0;
}

void keeper_close_book(struct keeper *k, struct book *b)
{
    struct err e = {""};

    if (store_close(&b->store, &e) < 0)
        keeper_trouble(k, &e);
    free(b->path);
    *b = (struct book){0};
}

static void name_book(struct keeper *k, struct book *b, char *path)
{
    free(b->path);
    b->path = path;
    pthread_mutex_lock(&k->lock);
    snprintf(k->view.database, sizeof k->view.database, "%s", path);
    pthread_mutex_unlock(&k->lock);
}

static bool rotates(const struct keeper *k)
{
    return k->period || k->values->rotate_size;
}

static uint64_t epoch_now(const struct keeper *k)
{
    return k->period ? (uint64_t)(clock_real() / SECOND) / k->period : 0;
}

/* ---- rotation */

static uint64_t octets_of(const char *path, const char *suffix)
{
    char name[4096];
    struct stat there;

    snprintf(name, sizeof name, "%s%s", path, suffix);
    return stat(name, &there) == 0 ? (uint64_t)there.st_size : 0;
}

/* What was written last is in the WAL, all of it while somebody reads for long.  One that holds no
 * session yet is never full. */
static bool is_full(struct keeper *k)
{
    int64_t now = clock_monotonic();
    uint64_t stored = 0;

    if (!k->values->rotate_size || now - k->sized_at < SIZE_NS)
        return false;
    k->sized_at = now;
    for (unsigned i = 0; i < k->interfaces; i++)
        stored += k->book.stored[i];
    return stored && octets_of(k->book.path, "") + octets_of(k->book.path, "-wal") >=
                         k->values->rotate_size << 20;
}

/* Its captures end, with the figures of now; what it holds is to be judged whole. */
static int end_book(struct keeper *k, struct book *b, struct capture_counts taken[LIVE_INTERFACES])
{
    struct err e = {""};

    keeper_take(k, taken);
    if (keeper_figures(k, b, true, taken, &e) < 0 || store_live_commit(b->store, &e) < 0)
        return keeper_failed(k, b, &e) < 0 ? -1 : 1;
    b->mark = true;
    b->mark_at = 0;
    return 0;
}

/* One that was not begun well, lest a full disk leaves one each second. */
static void remove_book(struct book *b)
{
    struct err unused;

    store_close(&b->store, &unused);
    store_remove(b->path);
    free(b->path);
}

/* The next book is there before the captures of this one end: nothing is lost when the disk is full. */
static int rotate(struct keeper *k)
{
    struct book next = {.path = rotate_name(k->values->database, clock_real())};
    struct capture_counts taken[LIVE_INTERFACES] = {{0}};
    struct err e = {""};

    if (open_book(k, &next, k->book.store, &e) < 0) {
        remove_book(&next);
        keeper_trouble(k, &e);
        return 0;
    }
    int rc = end_book(k, &k->book, taken);
    if (rc != 0) {
        remove_book(&next);
        return rc < 0 ? -1 : 0;
    }
    k->old = k->book;
    base_figures(k, &next, taken);
    k->book = next;
    atomic_store(&k->reopen, false);
    k->epoch = epoch_now(k);
    name_book(k, &k->book, must_copy(next.path));
    if (rotate_link(k->values->database, k->book.path, &e) < 0)
        keeper_trouble(k, &e);
    return 0;
}

/* Without rotation: the operator may have moved the file away. */
static int reopen(struct keeper *k)
{
    struct capture_counts taken[LIVE_INTERFACES] = {{0}};
    struct err e = {""};

    if (k->book.store) {
        if (end_book(k, &k->book, taken) != 0)
            return k->error.text[0] ? -1 : 0;
        keeper_judge_last(k, &k->book, clock_monotonic() + SECOND);
        if (store_close(&k->book.store, &e) < 0)
            keeper_trouble(k, &e);
        base_figures(k, &k->book, taken);
    }
    if (open_book(k, &k->book, NULL, &e) < 0) {
        keeper_trouble(k, &e);
        return 0;
    }
    atomic_store(&k->reopen, false);
    return 0;
}

int keeper_turn(struct keeper *k)
{
    bool asked = atomic_load(&k->reopen);

    if (clock_monotonic() < k->retry_at)
        return 0;
    if (!rotates(k))
        return asked || !k->book.store ? reopen(k) : 0;
    if (k->old.store || !(asked || is_full(k) || epoch_now(k) != k->epoch))
        return 0;
    return rotate(k);
}

int keeper_judge_old(struct keeper *k)
{
    if (!k->old.store)
        return 0;
    if (keeper_mark(k, &k->old) < 0 || keeper_judge(k, &k->old, clock_monotonic() + SLICE_NS) < 0)
        return -1;
    if (!k->old.mark && !k->old.waiting)
        keeper_close_book(k, &k->old);
    return 0;
}

/* With rotation: what a run before left behind is finished beside the new one. */
static int open_linked(struct keeper *k, struct err *e)
{
    char *before;

    if (rotate_linked(k->values->database, &before, e) < 0)
        return -1;
    if (before && rotate_written(before)) {
        err_set(e, "%s is being written by another mailtap: name another database",
                k->values->database);
        free(before);
        return -1;
    }
    if (before && (k->old.store = capture_store(k->values, before, k->verified, e)))
        k->old.mark = k->old.waiting = true;
    free(before);
    e->text[0] = '\0'; /* one that cannot be opened is left as it is */
    name_book(k, &k->book, rotate_name(k->values->database, clock_real()));
    k->epoch = epoch_now(k);
    if (open_book(k, &k->book, k->old.store, e) < 0)
        return -1;
    return rotate_link(k->values->database, k->book.path, e);
}

int keeper_open(struct keeper *k, struct err *e)
{
    if (rotates(k))
        return open_linked(k, e);
    name_book(k, &k->book, must_copy(k->values->database));
    return open_book(k, &k->book, NULL, e);
}
