/*
 * live_keeper.c - the thread that has the database; see live.h.
 *
 * What waits is written in one transaction and forgotten only when that has ended well: where the
 * disk is full, the same is tried again.  New sessions are judged at once, by what is known so far;
 * from time to time servers are compared with themselves again, and their sessions wait for another
 * verdict, behind the new ones.  A database that is rotated out is judged whole in the same slices
 * while the next one is written.
 */
#include "live.h"

#include "live_fresh.h"

#include <mailtap/classify.h>
#include <mailtap/text.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)

#define COMMIT_NS (300 * MS) /* between two commits: readers see findings a moment later */
#define COUNTS_NS SECOND     /* ... when there is nothing but figures */
#define SLICE_NS (100 * MS)  /* of judging, before what waits is looked at again */
#define RETRY_NS SECOND      /* after a failure */
#define MARK_NS (60 * SECOND)
#define MARK_SHARE 20 /* comparing again takes at most this part of the time */
#define SIZE_NS SECOND
#define LAST_MS 200 /* of the time to end in: closing */

/* One database, and what it was when its captures began. */
struct book {
    struct store *store; /* NULL: it could not be opened yet */
    char *path;
    int64_t capture[LIVE_INTERFACES];
    struct capture_counts base[LIVE_INTERFACES];
    uint64_t stored[LIVE_INTERFACES]; /* sessions of each capture */
    uint64_t sessions;                /* since servers were compared last */
    bool waiting;                     /* sessions may wait for a verdict */
    int64_t mark_at;
};

struct keeper {
    const struct capture_values *values;
    bool verified;
    struct rows *rows;
    struct live_reader *readers;
    unsigned reader_count, interfaces;
    struct book book, old;  /* the one written, and the one before, until it is judged */
    uint64_t period, epoch; /* of rotation, in seconds; the one the book began in */
    int64_t committed_at, retry_at, sized_at;
    bool finish;
    int64_t finish_until;
    struct err error; /* it has given up */
    pthread_t thread;
    bool started;
    atomic_bool stop, reopen;
    atomic_int_least64_t until, alive_ns;
    struct fresh *fresh;
    pthread_mutex_t lock; /* of: */
    struct live_view view;
    uint64_t failures; /* of this book */
    bool over;
};

static int64_t real_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return t.tv_sec * SECOND + t.tv_nsec;
}

/* ---- trouble: said once, until it is over */

static void trouble(struct keeper *k, const struct err *e)
{
    pthread_mutex_lock(&k->lock);
    k->view.write_failures++;
    k->view.writing_fails = true;
    snprintf(k->view.trouble, sizeof k->view.trouble, "%.*s", (int)sizeof k->view.trouble - 1,
             e->text);
    pthread_mutex_unlock(&k->lock);
    k->failures++;
    k->retry_at = live_clock() + RETRY_NS;
}

static void well(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->view.writing_fails = false;
    pthread_mutex_unlock(&k->lock);
}

/* 0 when it may be tried again, or -1. */
static int failed(struct keeper *k, struct book *b, struct err *e)
{
    struct err undoing;

    if (!b->store || (store_may_recover(b->store) && store_undo(b->store, &undoing) == 0)) {
        trouble(k, e);
        return 0;
    }
    trouble(k, e);
    k->error = *e;
    return -1;
}

/* ---- figures */

static void figures(struct keeper *k, const struct book *b, unsigned i, struct capture_counts *to)
{
    live_counts(to, k->readers, k->reader_count, i);
    to->rows_dropped = rows_dropped(k->rows, i);
    live_counts_since(to, &b->base[i]);
    to->rows_dropped -= b->base[i].rows_dropped;
    to->write_failures = k->failures;
    /* What readers have told of may still wait, and stand in the next book then. */
    to->mail_flows = b->stored[i];
}

static int write_figures(struct keeper *k, struct book *b, bool end, struct err *e)
{
    for (unsigned i = 0; i < k->interfaces; i++) {
        struct capture_counts counts;
        figures(k, b, i, &counts);
        if ((end ? store_live_end(b->store, b->capture[i], &counts, NULL, e)
                 : store_live_counts(b->store, b->capture[i], &counts, e)) < 0)
            return -1;
    }
    return 0;
}

/* ---- books */

static int begin_captures(struct keeper *k, struct book *b, struct err *e)
{
    for (unsigned i = 0; i < k->interfaces; i++)
        if (store_live_begin(b->store, k->values->interfaces.items[i], &b->capture[i], e) < 0)
            return -1;
    return store_live_commit(b->store, e);
}

static void base_figures(struct keeper *k, struct book *b)
{
    memset(b->stored, 0, sizeof b->stored);
    for (unsigned i = 0; i < k->interfaces; i++) {
        live_counts(&b->base[i], k->readers, k->reader_count, i);
        b->base[i].rows_dropped = rows_dropped(k->rows, i);
    }
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
    b->mark_at = live_clock() + MARK_NS;
    b->waiting = true; /* of a run before */
    return 0;
}

static void close_book(struct keeper *k, struct book *b)
{
    struct err e = {""};

    if (store_close(&b->store, &e) < 0)
        trouble(k, &e);
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
    return k->period ? (uint64_t)(real_ns() / SECOND) / k->period : 0;
}

/* ---- writing */

static int write_row(struct keeper *k, const struct row *row, struct err *e)
{
    struct book *b = &k->book;
    int64_t capture = b->capture[row->interface];

    if (row->dns)
        return store_dns(b->store, capture, row->dns->seen_ns, &row->dns->asker, &row->dns->message,
                         e);
    b->stored[row->interface]++;
    return store_session(b->store, capture, row->facts, e);
}

static void written(struct keeper *k, const struct row *list)
{
    pthread_mutex_lock(&k->lock);
    for (const struct row *row = list; row; row = row->next) {
        if (!row->facts)
            continue;
        k->view.stored++;
        k->book.sessions++;
        fresh_add(k->fresh, row->facts);
    }
    pthread_mutex_unlock(&k->lock);
    k->book.waiting = true;
}

/* One transaction: 0, or -1 when all of it is to be tried again. */
static int write_list(struct keeper *k, const struct row *list, struct err *e)
{
    for (const struct row *row = list; row; row = row->next)
        if (write_row(k, row, e) < 0)
            return -1;
    if (write_figures(k, &k->book, false, e) < 0)
        return -1;
    return store_live_commit(k->book.store, e);
}

/* What waits: 0, also when it has to wait on, or -1 when the keeper gives up. */
static int write_waiting(struct keeper *k)
{
    struct err e = {""};
    struct row *list = rows_take(k->rows, BOUND_BATCH);
    struct book before = k->book;
    int rc = write_list(k, list, &e);

    k->committed_at = live_clock();
    if (rc == 0) {
        written(k, list);
        rows_done(k->rows, list);
        well(k);
        return 0;
    }
    memcpy(k->book.stored, before.stored, sizeof before.stored);
    rows_give_back(k->rows, list);
    return failed(k, &k->book, &e);
}

static bool is_due(struct keeper *k)
{
    int64_t now = live_clock();

    if (now < k->retry_at || !k->book.store)
        return false;
    if (now - k->committed_at >= COUNTS_NS)
        return true;
    return (k->finish || now - k->committed_at >= COMMIT_NS) && rows_wait(k->rows, 0);
}

/* ---- judging */

static int judge_one(struct keeper *k, struct book *b, struct err *e)
{
    struct facts facts;
    struct history history;
    struct verdict verdict;
    int64_t session;
    int rc = store_unjudged_marked(b->store, &session, &facts, &history, e);

    if (rc <= 0)
        return rc;
    classify(&facts, &history, &verdict);
    if (store_judge(b->store, session, &verdict, e) < 0)
        return -1;
    pthread_mutex_lock(&k->lock);
    if (b == &k->book)
        fresh_judged(k->fresh, &facts, &verdict, &k->view);
    pthread_mutex_unlock(&k->lock);
    return 1;
}

/* A slice of it. */
static int judge(struct keeper *k, struct book *b, int64_t until)
{
    struct err e = {""};
    int rc = 1;

    if (!b->store || !b->waiting || live_clock() < k->retry_at)
        return 0;
    while (rc > 0 && live_clock() < until)
        rc = judge_one(k, b, &e);
    if (rc == 0)
        b->waiting = false;
    else if (rc > 0)
        rc = store_live_commit(b->store, &e);
    return rc < 0 ? failed(k, b, &e) : 0;
}

/* Compare servers with themselves again. */
static int mark(struct keeper *k, struct book *b)
{
    struct err e = {""};
    int64_t begun = live_clock();

    if (store_mark(b->store, &e) < 0)
        return failed(k, b, &e);
    int64_t took = live_clock() - begun;
    b->mark_at = live_clock() + (took * MARK_SHARE > MARK_NS ? took * MARK_SHARE : MARK_NS);
    b->sessions = 0;
    b->waiting = true;
    return 0;
}

static int mark_if_due(struct keeper *k, struct book *b)
{
    bool due = b->store && b->sessions && !b->waiting && live_clock() >= b->mark_at;

    return due && live_clock() >= k->retry_at ? mark(k, b) : 0;
}

/* ---- rotation */

static bool is_full(struct keeper *k)
{
    struct stat there, wal = {.st_size = 0};
    int64_t now = live_clock();
    char beside[4096];

    if (!k->values->rotate_size || now - k->sized_at < SIZE_NS || !k->book.path)
        return false;
    k->sized_at = now;
    snprintf(beside, sizeof beside, "%s-wal", k->book.path);
    stat(beside, &wal);
    return stat(k->book.path, &there) == 0 && (uint64_t)there.st_size >= k->values->rotate_size
                                                                             << 20;
}

/* Its captures end; what it holds is judged whole. */
static int end_book(struct keeper *k, struct book *b)
{
    struct err e = {""};

    if (write_figures(k, b, true, &e) < 0 || store_live_commit(b->store, &e) < 0 ||
        store_mark(b->store, &e) < 0)
        return failed(k, b, &e) < 0 ? -1 : 1;
    b->waiting = true;
    return 0;
}

/* One that was not begun well, lest a full disk leaves one each second. */
static void remove_book(struct book *b)
{
    struct err unused;
    char beside[4096];

    store_close(&b->store, &unused);
    unlink(b->path);
    snprintf(beside, sizeof beside, "%s-wal", b->path);
    unlink(beside);
    snprintf(beside, sizeof beside, "%s-shm", b->path);
    unlink(beside);
    free(b->path);
}

/* The next book is there before the captures of this one end: nothing is lost when the disk is full. */
static int rotate(struct keeper *k)
{
    struct book next = {.path = rotate_name(k->values->database, real_ns())};
    struct err e = {""};

    if (open_book(k, &next, k->book.store, &e) < 0) {
        remove_book(&next);
        trouble(k, &e);
        return 0;
    }
    int rc = end_book(k, &k->book);
    if (rc != 0) {
        remove_book(&next);
        return rc < 0 ? -1 : 0;
    }
    k->old = k->book;
    base_figures(k, &next);
    k->book = next;
    k->epoch = epoch_now(k);
    name_book(k, &k->book, must_copy(next.path));
    if (rotate_link(k->values->database, k->book.path, &e) < 0)
        trouble(k, &e);
    return 0;
}

/* Without rotation: the operator may have moved the file away. */
static int reopen(struct keeper *k)
{
    struct err e = {""};

    if (k->book.store) {
        if (end_book(k, &k->book) != 0)
            return k->error.text[0] ? -1 : 0;
        if (judge(k, &k->book, live_clock() + SECOND) < 0)
            return -1;
        if (store_close(&k->book.store, &e) < 0)
            trouble(k, &e);
        base_figures(k, &k->book);
    }
    if (open_book(k, &k->book, NULL, &e) < 0) {
        trouble(k, &e);
        return 0;
    }
    atomic_store(&k->reopen, false);
    return 0;
}

static int turn_page(struct keeper *k)
{
    bool asked = atomic_load(&k->reopen);

    if (live_clock() < k->retry_at)
        return 0;
    if (!rotates(k))
        return asked || !k->book.store ? reopen(k) : 0;
    if (k->old.store || !(asked || is_full(k) || epoch_now(k) != k->epoch))
        return 0;
    atomic_store(&k->reopen, false);
    return rotate(k);
}

static int judge_old(struct keeper *k)
{
    if (!k->old.store)
        return 0;
    if (judge(k, &k->old, live_clock() + SLICE_NS) < 0)
        return -1;
    if (!k->old.waiting)
        close_book(k, &k->old);
    return 0;
}

/* ---- the thread */

static int go_round(struct keeper *k)
{
    if (is_due(k) && write_waiting(k) < 0)
        return -1;
    if (judge(k, &k->book, live_clock() + SLICE_NS) < 0 || judge_old(k) < 0 ||
        mark_if_due(k, &k->book) < 0)
        return -1;
    return turn_page(k);
}

/* As many verdicts as there is time for; those that are left wait in the database for who opens it
 * next for writing. */
static void judge_last(struct keeper *k, int64_t until)
{
    struct book *b = &k->book;
    struct err unused;
    int rc = 1;

    store_deadline(b->store, until);
    while (rc > 0)
        rc = judge_one(k, b, &unused);
    if (rc == 0)
        rc = store_mark(b->store, &unused) < 0 ? -1 : 1;
    while (rc > 0)
        rc = judge_one(k, b, &unused);
    if (rc < 0)
        store_undo(b->store, &unused);
}

/* All that waits, then verdicts. */
static int finish(struct keeper *k)
{
    int64_t until = atomic_load(&k->until);

    k->finish = true;
    while (rows_wait(k->rows, 0)) {
        if (k->book.store && live_clock() >= k->retry_at && write_waiting(k) < 0)
            return -1;
        if (live_clock() >= until && k->view.writing_fails)
            return err_set(&k->error, "%llu findings are lost: %s",
                           (unsigned long long)rows_counts(k->rows).waiting, k->view.trouble);
        if (live_clock() < k->retry_at)
            usleep(20000);
    }
    if (!k->book.store)
        return 0;
    judge_last(k, until);
    return 0;
}

/* The captures end whatever happens to their verdicts. */
static void end_books(struct keeper *k)
{
    struct err e = {""};

    if (k->old.store)
        close_book(k, &k->old);
    if (!k->book.store)
        return;
    store_deadline(k->book.store, 0);
    if (write_figures(k, &k->book, true, &e) < 0 || store_live_commit(k->book.store, &e) < 0)
        if (!k->error.text[0])
            k->error = e;
    if (store_close(&k->book.store, &e) < 0 && !k->error.text[0])
        k->error = e;
}

static void *run(void *of)
{
    struct keeper *k = of;
    bool good = true;

    while (good && !atomic_load(&k->stop)) {
        good = go_round(k) == 0;
        atomic_store(&k->alive_ns, live_clock());
        if (good && !k->book.waiting && !k->old.store)
            rows_wait(k->rows, 50 * MS);
        if (good && (live_clock() < k->retry_at || rows_wait(k->rows, 0)))
            usleep(20000); /* until the next commit is due */
    }
    if (good)
        finish(k);
    end_books(k);
    pthread_mutex_lock(&k->lock);
    k->over = true;
    if (!good)
        snprintf(k->view.trouble, sizeof k->view.trouble, "%.250s", k->error.text);
    pthread_mutex_unlock(&k->lock);
    return NULL;
}

/* ---- for the main thread */

struct keeper *keeper_new(const struct capture_values *v, bool verified, struct rows *rows,
                          struct live_reader *readers, unsigned reader_count)
{
    struct keeper *k = must_alloc(1, sizeof *k);

    k->values = v;
    k->verified = verified;
    k->rows = rows;
    k->readers = readers;
    k->reader_count = reader_count;
    k->interfaces = v->interfaces.count;
    k->period = v->rotate_every ? rotate_period(v->rotate_every) : 0;
    k->fresh = fresh_new();
    pthread_mutex_init(&k->lock, NULL);
    atomic_init(&k->stop, false);
    atomic_init(&k->reopen, false);
    atomic_init(&k->until, 0);
    atomic_init(&k->alive_ns, live_clock());
    return k;
}

/* With rotation: what a run before left behind is finished beside the new one. */
static int open_linked(struct keeper *k, struct err *e)
{
    char *before;

    if (rotate_linked(k->values->database, &before, e) < 0)
        return -1;
    if (before && (k->old.store = capture_store(k->values, before, k->verified, e))) {
        k->old.waiting = true;
        if (store_mark(k->old.store, e) < 0)
            close_book(k, &k->old);
    }
    free(before);
    e->text[0] = '\0'; /* one that cannot be opened is left as it is */
    name_book(k, &k->book, rotate_name(k->values->database, real_ns()));
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

int keeper_start(struct keeper *k, struct err *e)
{
    int rc = pthread_create(&k->thread, NULL, run, k);

    k->started = rc == 0;
    return rc ? err_set(e, "a thread cannot be started: %s", strerror(rc)) : 0;
}

void keeper_reopen(struct keeper *k)
{
    atomic_store(&k->reopen, true);
}

int keeper_join(struct keeper *k, int64_t until_ns, struct err *e)
{
    if (k->started) {
        atomic_store(&k->until, until_ns - LAST_MS * MS);
        atomic_store(&k->stop, true);
        pthread_join(k->thread, NULL);
        k->started = false;
    }
    if (k->error.text[0])
        *e = k->error;
    return k->error.text[0] ? -1 : 0;
}

void keeper_free(struct keeper **k)
{
    struct err unused;

    if (!*k)
        return;
    store_close(&(*k)->old.store, &unused);
    store_close(&(*k)->book.store, &unused);
    free((*k)->old.path);
    free((*k)->book.path);
    fresh_free(&(*k)->fresh);
    pthread_mutex_destroy(&(*k)->lock);
    free(*k);
    *k = NULL;
}

bool keeper_view(struct keeper *k, struct live_view *to)
{
    pthread_mutex_lock(&k->lock);
    memcpy(to->sessions, k->view.sessions, sizeof to->sessions);
    to->stored = k->view.stored;
    to->write_failures = k->view.write_failures;
    to->writing_fails = k->view.writing_fails;
    memcpy(to->trouble, k->view.trouble, sizeof to->trouble);
    memcpy(to->database, k->view.database, sizeof to->database);
    memcpy(to->last, k->view.last, sizeof to->last);
    to->last_count = k->view.last_count;
    bool over = k->over;
    pthread_mutex_unlock(&k->lock);
    return !over;
}

int64_t keeper_alive(const struct keeper *k)
{
    return atomic_load(&k->alive_ns);
}
