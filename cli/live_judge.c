/*
 * live_judge.c - verdicts of sessions that are stored while others come; see live_keeper.h.
 *
 * New sessions first, by what is known of their servers so far.  From time to time servers are
 * compared with themselves again, and their sessions wait for another verdict, behind the new ones.
 */
#include "live_keeper.h"

#define MARK_SHARE 20         /* comparing and judging again take at most this part of the time */
#define MARK_SLICE (250 * MS) /* of comparing, at first: where that is too short it is doubled */
#define MARK_PAUSE (100 * MS) /* between two of them */

/* Between two looks at the clock. */
#define AT_ONCE 16

static void tell(void *of, const struct judged *judged)
{
    struct keeper *k = of;

    pthread_mutex_lock(&k->lock);
    fresh_judged(k->fresh, judged, &k->view);
    pthread_mutex_unlock(&k->lock);
}

static int judge_some(struct keeper *k, struct book *b, struct err *e)
{
    const struct judged_to to = {tell, k};

    return store_judge_newest(b->store, AT_ONCE, &to, e);
}

/* All have their verdict.  The more that has cost since servers were compared, the later they are
 * again. */
static void rest(struct book *b)
{
    int64_t pause = b->spent_ns * MARK_SHARE;

    b->waiting = false;
    if (!b->mark)
        b->mark_at = b->marked_at + (pause > KEEPER_MARK_NS ? pause : KEEPER_MARK_NS);
}

/* A slice of it. */
int keeper_judge(struct keeper *k, struct book *b, int64_t until)
{
    int64_t begun = clock_monotonic();
    struct err e = {""};
    int rc = 1;

    if (!b->store || !b->waiting || begun < k->retry_at)
        return 0;
    while (rc > 0 && clock_monotonic() < until)
        rc = judge_some(k, b, &e);
    b->spent_ns += clock_monotonic() - begun;
    if (rc == 0)
        rest(b);
    else if (rc > 0)
        rc = store_live_commit(b->store, &e);
    return rc < 0 ? keeper_failed(k, b, &e) : 0;
}

/*
 * Compare servers with themselves again.  That may take seconds, in which nothing is stored: so it has
 * a slice of time, and goes on later where it was.
 */
static int mark(struct keeper *k, struct book *b)
{
    struct err e = {""};
    int64_t begun = clock_monotonic(), slice = b->mark_slice ? b->mark_slice : MARK_SLICE;

    if (!b->mark_slice)
        b->spent_ns = 0;
    store_deadline(b->store, begun + slice);
    int rc = store_mark(b->store, &e);
    bool late = clock_monotonic() >= begun + slice;
    store_deadline(b->store, 0);
    b->spent_ns += clock_monotonic() - begun;
    if (rc < 0 && !late)
        return keeper_failed(k, b, &e);
    if (rc < 0) {
        b->mark_slice = 2 * slice;
        b->mark_at = clock_monotonic() + MARK_PAUSE;
        return store_undo(b->store, &e) < 0 ? keeper_failed(k, b, &e) : 0;
    }
    b->mark = false;
    b->marked_at = clock_monotonic();
    b->mark_slice = 0;
    b->sessions = 0;
    b->waiting = true;
    return 0;
}

int keeper_mark(struct keeper *k, struct book *b)
{
    int64_t now = clock_monotonic();

    if (!b->store || now < k->retry_at || now < b->mark_at)
        return 0;
    return b->mark || (b->sessions && !b->waiting) ? mark(k, b) : 0;
}

bool keeper_judge_last(struct keeper *k, struct book *b, int64_t until)
{
    struct err unused;
    bool all = false;
    int rc = 1;

    store_deadline(b->store, until);
    for (unsigned pass = 0; pass < 2 && rc > 0; pass++) {
        while (rc > 0 && clock_monotonic() < until - SLICE_NS / 2)
            rc = judge_some(k, b, &unused);
        if (pass == 0 && rc == 0)
            rc = store_mark(b->store, &unused) < 0 ? -1 : 1;
        else if (rc == 0)
            all = true;
        else if (rc > 0) /* those there was time for stay */
            rc = store_live_commit(b->store, &unused) < 0 ? -1 : 0;
    }
    if (rc < 0)
        store_undo(b->store, &unused);
    store_deadline(b->store, 0);
    return all;
}
