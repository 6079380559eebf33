/*
 * live_keeper.h - what the files of the thread that has the database share.
 *
 *     live_keeper.c  writes what waits, and is asked by the others
 *     live_judge.c   verdicts, in slices of time
 *     live_turn.c    books: the database that is written, and the one before
 */
#ifndef MAILTAP_LIVE_KEEPER_H
#define MAILTAP_LIVE_KEEPER_H

#include "live.h"
#include "live_fresh.h"

/* Between two comparisons of servers with themselves, at least. */
#define KEEPER_MARK_NS (60 * SECOND)

/* Of judging, before what waits is looked at again. */
#define SLICE_NS (100 * MS)

/* One database, and what it was when its captures began. */
struct book {
    struct store *store; /* NULL: it could not be opened yet */
    char *path;
    int64_t capture[LIVE_INTERFACES];
    struct capture_counts base[LIVE_INTERFACES];
    uint64_t stored[LIVE_INTERFACES]; /* sessions of each capture */
    uint64_t sessions;                /* since servers were compared last */
    bool waiting;                     /* sessions may wait for a verdict */
    bool mark;                        /* servers are to be compared again as soon as may be */
    int64_t mark_at, marked_at, mark_slice;
    int64_t spent_ns; /* on comparing and judging, since that was begun last */
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
    bool left;        /* it has ended, and not all was judged */
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

/* Writing failed: it is said, and tried again a second later. */
void keeper_trouble(struct keeper *k, const struct err *e);
/* What was being written is taken back: 0 when it may be tried again, or -1: the keeper gives up. */
int keeper_failed(struct keeper *k, struct book *b, struct err *e);
/* Figures of the run so far, all interfaces; and what a book's captures have of them, which may also
 * end with them: within the batch. */
void keeper_take(struct keeper *k, struct capture_counts to[LIVE_INTERFACES]);
int keeper_figures(struct keeper *k, struct book *b, bool end,
                   const struct capture_counts taken[LIVE_INTERFACES], struct err *e);

/* Each 0, or -1: the keeper gives up. */
int keeper_judge(struct keeper *k, struct book *b, int64_t until);
int keeper_mark(struct keeper *k, struct book *b);
/* As many verdicts as there is time for; false: some are left, and wait in the database for who opens
 * it next for writing. */
bool keeper_judge_last(struct keeper *k, struct book *b, int64_t until);

/* Begin the next book when it is time; and finish the one before. */
int keeper_turn(struct keeper *k);
int keeper_judge_old(struct keeper *k);
void keeper_close_book(struct keeper *k, struct book *b);

#endif
