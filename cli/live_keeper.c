/*
 * live_keeper.c - the thread that has the database; see live.h.
 *
 * What waits is written in one transaction and forgotten only when that has ended well: where the
 * disk is full, the same is tried again.
 */
#include "live_keeper.h"

#include <mailtap/thread.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define COMMIT_NS (300 * MS) /* between two commits: readers see findings a moment later */
#define COUNTS_NS SECOND     /* ... when there is nothing but figures */
#define RETRY_NS SECOND      /* after a failure */
#define LAST_MS 200          /* of the time to end in: closing */

/* ---- trouble: said once, until it is over */

void keeper_trouble(struct keeper *k, const struct err *e)
{
    pthread_mutex_lock(&k->lock);
    k->view.write_failures++;
    k->view.writing_fails = true;
    snprintf(k->view.trouble, sizeof k->view.trouble, "%.*s", (int)sizeof k->view.trouble - 1,
             e->text);
    pthread_mutex_unlock(&k->lock);
    k->failures++;
    k->retry_at = clock_monotonic() + RETRY_NS;
}

static void well(struct keeper *k)
{
    pthread_mutex_lock(&k->lock);
    k->view.writing_fails = false;
    pthread_mutex_unlock(&k->lock);
}

int keeper_failed(struct keeper *k, struct book *b, struct err *e)
{
    struct err undoing;

    keeper_trouble(k, e);
    if (!b->store || (store_may_recover(b->store) && store_undo(b->store, &undoing) == 0))
        return 0;
    k->error = *e;
    return -1;
}

/* ---- figures */

void keeper_take(struct keeper *k, struct capture_counts to[LIVE_INTERFACES])
{
    for (unsigned i = 0; i < k->interfaces; i++) {
        live_counts(&to[i], k->readers, k->reader_count, i);
        to[i].rows_dropped = rows_dropped(k->rows, i);
    }
}

/* Those of the book, of what was taken. */
static void figures(struct keeper *k, const struct book *b, unsigned i, struct capture_counts *to)
{
    live_counts_since(to, &b->base[i]);
    to->rows_dropped -= b->base[i].rows_dropped;
    to->write_failures = k->failures;
    /* What readers have told of may still wait, and stand in the next book then. */
    to->mail_flows = b->stored[i];
}

int keeper_figures(struct keeper *k, struct book *b, bool end,
                   const struct capture_counts taken[LIVE_INTERFACES], struct err *e)
{
    for (unsigned i = 0; i < k->interfaces; i++) {
        struct capture_counts counts = taken[i];
        figures(k, b, i, &counts);
        if ((end ? store_live_end(b->store, b->capture[i], &counts, NULL, e)
                 : store_live_counts(b->store, b->capture[i], &counts, e)) < 0)
            return -1;
    }
    return 0;
}

/* ---- writing */

static int write_row(struct keeper *k, const struct row *row, struct err *e)
{
    struct book *b = &k->book;
    int64_t capture = b->capture[row->from];

    if (row->dns)
        return store_dns(b->store, capture, row->dns->seen_ns, &row->dns->asker, &row->dns->message,
                         e);
    b->stored[row->from]++;
    return store_session(b->store, capture, session_facts(row->session, NULL), e);
}

static void written(struct keeper *k, const struct row *list)
{
    pthread_mutex_lock(&k->lock);
    for (const struct row *row = list; row; row = row->next) {
        if (!row->session)
            continue;
        k->view.stored++;
        k->book.sessions++;
        fresh_add(k->fresh, session_facts(row->session, NULL));
    }
    pthread_mutex_unlock(&k->lock);
    k->book.waiting = true;
}

/* One transaction: 0, or -1 when all of it is to be tried again. */
static int write_list(struct keeper *k, const struct row *list, struct err *e)
{
    struct capture_counts taken[LIVE_INTERFACES];

    for (const struct row *row = list; row; row = row->next)
        if (write_row(k, row, e) < 0)
            return -1;
    keeper_take(k, taken);
    if (keeper_figures(k, &k->book, false, taken, e) < 0)
        return -1;
    return store_live_commit(k->book.store, e);
}

/* What waits: 0, also when it has to wait on, or -1 when the keeper gives up. */
static int write_waiting(struct keeper *k)
{
    struct err e = {""};
    struct row *list = rows_take(k->rows, BOUND_BATCH);
    uint64_t before[LIVE_INTERFACES];

    memcpy(before, k->book.stored, sizeof before);
    int rc = write_list(k, list, &e);

    k->committed_at = clock_monotonic();
    if (rc == 0) {
        written(k, list);
        rows_done(k->rows, list);
        well(k);
        return 0;
    }
    memcpy(k->book.stored, before, sizeof before);
    rows_give_back(k->rows, list);
    return keeper_failed(k, &k->book, &e);
}

static bool is_due(struct keeper *k)
{
    int64_t now = clock_monotonic();

    if (now < k->retry_at || !k->book.store)
        return false;
    if (now - k->committed_at >= COUNTS_NS)
        return true;
    return now - k->committed_at >= COMMIT_NS && rows_wait(k->rows, 0);
}

/* ---- the thread */

static int go_round(struct keeper *k)
{
    if (is_due(k) && write_waiting(k) < 0)
        return -1;
    if (keeper_judge(k, &k->book, clock_monotonic() + SLICE_NS) < 0 || keeper_judge_old(k) < 0 ||
        keeper_mark(k, &k->book) < 0)
        return -1;
    return keeper_turn(k);
}

/* All that waits, then verdicts. */
static int finish(struct keeper *k)
{
    int64_t until = atomic_load(&k->until);

    while (rows_wait(k->rows, 0)) {
        if (k->book.store && clock_monotonic() >= k->retry_at && write_waiting(k) < 0)
            return -1;
        if (clock_monotonic() >= until && k->view.writing_fails)
            return err_set(&k->error, "%llu findings are lost: %s",
                           (unsigned long long)rows_counts(k->rows).waiting, k->view.trouble);
        if (clock_monotonic() < k->retry_at)
            usleep(20000);
    }
    /* The one before first: who runs next takes up the one that is linked, and no other. */
    if (k->old.store)
        k->left = !keeper_judge_last(k, &k->old, until - (until - clock_monotonic()) / 4);
    if (k->book.store)
        k->left = !keeper_judge_last(k, &k->book, until) || k->left;
    return 0;
}

/* The captures end whatever happens to their verdicts. */
static void end_books(struct keeper *k)
{
    struct capture_counts taken[LIVE_INTERFACES];
    struct err e = {""};

    if (k->old.store)
        keeper_close_book(k, &k->old);
    if (!k->book.store)
        return;
    keeper_take(k, taken);
    if (keeper_figures(k, &k->book, true, taken, &e) < 0 ||
        store_live_commit(k->book.store, &e) < 0)
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
        atomic_store(&k->alive_ns, clock_monotonic());
        if (good && !k->book.waiting && !k->old.store)
            rows_wait(k->rows, 50 * MS);
        if (good && (clock_monotonic() < k->retry_at || rows_wait(k->rows, 0)))
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
    atomic_init(&k->alive_ns, clock_monotonic());
    return k;
}

int keeper_start(struct keeper *k, struct err *e)
{
    int rc = thread_begin(&k->thread, run, k, e);

    k->started = rc == 0;
    return rc;
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

bool keeper_judged_all(const struct keeper *k)
{
    return !k->left;
}
