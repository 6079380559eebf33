/*
 * rows.h - findings on their way from the threads that read to the one that has the database.
 *
 * Bounded: what finds no room is given up, and counted for its interface; of files, which can wait,
 * who puts it waits for room.  A finding takes up its room until it is stored for good, also while it
 * is being written.
 */
#ifndef MAILTAP_ROWS_H
#define MAILTAP_ROWS_H

#include <mailtap/dns.h>
#include <mailtap/session.h>

/* A session, or an answer of DNS. */
struct row {
    struct row *next;
    int64_t from; /* number of its interface in this run, or of its capture in the database */
    struct session *session;
    struct dns_row {
        int64_t seen_ns;
        struct ip_address asker;
        struct dns_message message;
    } * dns;
    size_t octets;
};

struct rows;

struct rows *rows_new(uint64_t octets_most);
/* Where who puts waits for room, and nothing is given up; for one reader and one that stores. */
struct rows *rows_new_patient(uint64_t octets_most);
/* And everything in it. */
void rows_free(struct rows **r);

/* May be called by any thread.  The session is taken over, and is over; an answer is copied.  False: it
 * was given up. */
bool rows_put_session(struct rows *r, int64_t from, struct session **s);
bool rows_put_dns(struct rows *r, int64_t from, int64_t seen_ns, const struct ip_address *asker,
                  const struct dns_message *m);

/* Wait until there is something, but no longer than this; false: there is nothing. */
bool rows_wait(struct rows *r, int64_t wait_ns);

/* The oldest ones, at most `most`, as a list that is the caller's until rows_done() or rows_give_back(). */
struct row *rows_take(struct rows *r, unsigned most);
void rows_done(struct rows *r, struct row *list);
/* They could not be stored: they are the oldest again. */
void rows_give_back(struct rows *r, struct row *list);

/* ---- of patient ones */

/* All that waits, once that is half of the room or somebody waits for it; NULL once it was closed. */
struct row *rows_next(struct rows *r);
/* Until nothing waits any more. */
void rows_rest(struct rows *r);
/* Nothing more comes. */
void rows_close(struct rows *r);

struct rows_counts {
    uint64_t waiting, octets; /* now, what was taken and is not done among it */
    uint64_t most_octets;     /* ever */
};
struct rows_counts rows_counts(struct rows *r);
uint64_t rows_dropped(struct rows *r, unsigned interface);

#endif
