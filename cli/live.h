/*
 * live.h - a live capture: threads that read, one that has the database, and the main one, which has
 * the signals.
 *
 *     live_reader.c  interface -> pipeline -> rows     each with its own flows; as many as --workers
 *     live_keeper.c  rows -> database                  commits, judges, rotates
 *     capture_live.c signals, the service manager, the log, the terminal
 *
 * Threads share the rows that wait, and what a reader has counted, under its lock.
 */
#ifndef MAILTAP_LIVE_H
#define MAILTAP_LIVE_H

#include "capture.h"
#include "live_view.h"
#include "rows.h"

#include <mailtap/clock.h>
#include <mailtap/steady.h>
#include <pthread.h>
#include <stdatomic.h>

#define MS INT64_C(1000000) /* in ns */
#define SECOND (1000 * MS)

/* ---- live_reader.c */

/* What a reader tells the others; copied as a whole. */
struct live_told {
    struct capture_counts counts[LIVE_INTERFACES];
    bool up[LIVE_INTERFACES];
    uint32_t flows;
    bool over;         /* it reads no more: all its interfaces are gone, or it failed */
    char trouble[512]; /* why, or what became of one interface; empty: nothing */
};

struct live_reader {
    const struct capture_values *values;
    struct rows *rows;
    struct steady steady;
    struct source *source[LIVE_INTERFACES]; /* NULL: gone for good */
    struct part part[LIVE_INTERFACES];
    unsigned interfaces;
    struct reading *reading[LIVE_INTERFACES]; /* each is a capture of its own */
    struct trust *trust;
    struct cert_memory *certificates;
    pthread_t thread;
    bool started;
    atomic_bool stop;
    atomic_int_least64_t alive_ns; /* when it last went round */
    pthread_mutex_t lock;          /* of: */
    struct live_told told;
};

/* Opens its interfaces; `fanout` has a group for each interface, or is NULL.  -1 with *e. */
int live_reader_open(struct live_reader *r, const struct capture_values *v, unsigned keep,
                     const struct filter *filter, struct rows *rows, unsigned *fanout,
                     struct err *e);
int live_reader_start(struct live_reader *r, struct err *e);
/* Tells of every connection that is still open, and ends. */
void live_reader_join(struct live_reader *r);
void live_reader_close(struct live_reader *r);
struct live_told live_reader_told(struct live_reader *r);

/* ---- live_counts.c */

/* The figures of one interface from what its readers told, `readers` of them. */
void live_counts(struct capture_counts *to, struct live_reader *reader, unsigned readers,
                 unsigned interface);
/* What was counted since `base`. */
void live_counts_since(struct capture_counts *counts, const struct capture_counts *base);

/* ---- live_keeper.c */

struct keeper;

struct keeper *keeper_new(const struct capture_values *v, bool verified, struct rows *rows,
                          struct live_reader *readers, unsigned reader_count);
/* Opens the database and begins its captures: -1 with *e. */
int keeper_open(struct keeper *k, struct err *e);
int keeper_start(struct keeper *k, struct err *e);
void keeper_reopen(struct keeper *k);
/* Stores what waits, judges until `until_ns` (clock_monotonic()), closes: 0, or -1 with *e when findings
 * could not be stored. */
int keeper_join(struct keeper *k, int64_t until_ns, struct err *e);
/* After it: was there time for every verdict? */
bool keeper_judged_all(const struct keeper *k);
void keeper_free(struct keeper **k);

/* Its part of the view, and when it last went round.  False: it has given up, `trouble` says why. */
bool keeper_view(struct keeper *k, struct live_view *to);
int64_t keeper_alive(const struct keeper *k);

/* ---- live_rotate.c */

/* Seconds of "30s", "15m", "6h", "1d", "1w"; 0: it is none. */
uint64_t rotate_period(const char *text);
/* The name of the database that begins at this time, owned by the caller: "mail-20261127T173000Z.db"
 * for "mail.db"; one that is not there yet. */
char *rotate_name(const char *database, int64_t at_ns);
/* The link `database` leads to `file`, which is in its folder, from now on; there is one at every
 * moment.  -1 with *e, also when something that is no link is in its place. */
int rotate_link(const char *database, const char *file, struct err *e);
/* Where the link leads, owned by the caller; NULL: there is nothing; -1: it is no link. */
int rotate_linked(const char *database, char **file_r, struct err *e);
/* Does another program write it now? */
bool rotate_written(const char *file);

#endif
