/*
 * live_view.h - a live capture at one moment, as numbers: what the log line, SIGUSR1 and --watch are
 * made of.  A copy of its own; nothing in it is borrowed.
 */
#ifndef MAILTAP_LIVE_VIEW_H
#define MAILTAP_LIVE_VIEW_H

#include <mailtap/classify.h>
#include <mailtap/store.h>
#include <stdio.h>

#define LIVE_INTERFACES 16
#define LIVE_FINDINGS 32

struct live_interface {
    char name[32];
    bool up;
    struct capture_counts counts; /* since the run began, all workers together */
};

/* One session, as it was judged last; texts are escaped. */
struct live_finding {
    int64_t ended_ns;
    char client[64], server[64]; /* address and port, as "192.0.2.1:25", "[2001:db8::1]:25" */
    char server_name[64];        /* of the greeting, cut; or empty */
    enum session_class class;
    char rule[32]; /* of stripping, or empty */
    uint64_t messages;
};

struct live_view {
    double seconds; /* since the run began */
    struct live_interface interface[LIVE_INTERFACES];
    unsigned interfaces;
    uint64_t flows_open, flows_most; /* connections followed now, and the limit */
    uint64_t sessions[CLASSES];      /* judged in this run, by class */
    uint64_t stored;                 /* sessions in the database, of this run */
    uint64_t waiting, waiting_octets,
        waiting_most;        /* findings not in the database yet; the limit */
    uint64_t rows_dropped;   /* findings given up because too many waited */
    uint64_t write_failures; /* times the database could not be written */
    bool writing_fails;      /* and it cannot be now: `trouble` says why */
    char trouble[256];
    char database[256];                      /* the one that is written now */
    struct live_finding last[LIVE_FINDINGS]; /* the newest first */
    unsigned last_count;
};

/*
 * status.c.  One line for the log, of what happened since `before`: at most 120 columns when
 * there is one interface.  All counters, for SIGUSR1, a line each, at most 80 columns.
 */
void status_line(char *to, size_t size, const struct live_view *now,
                 const struct live_view *before);
void status_page(FILE *out, const struct live_view *now);

/*
 * watch.c.  The whole screen: rates since `before`, classes, limits, the last findings; fits
 * `columns` by `rows`.  Begins by moving to the top left, clears what it does not fill, and uses
 * colour only when asked.
 */
void watch_draw(FILE *out, const struct live_view *now, const struct live_view *before,
                unsigned columns, unsigned rows, bool colour);
/* Before the first and after the last drawing: the alternate screen, the cursor. */
void watch_begin(FILE *out);
void watch_end(FILE *out);

#endif
