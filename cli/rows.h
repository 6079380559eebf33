/*
 * rows.h - findings on their way from the threads that read to the one that has the database.
 *
 * Bounded: what finds no room is given up, and counted for its interface.  A finding takes up its
 * room until it is stored for good, also while it is being written.
 */
#ifndef MAILTAP_ROWS_H
#define MAILTAP_ROWS_H

#include <mailtap/dns.h>
#include <mailtap/facts.h>

/* A session, or an answer of DNS. */
struct row {
    struct row *next;
    unsigned interface; /* its number in this run */
    struct facts *facts;
    struct dns_row {
        int64_t seen_ns;
        struct ip_address asker;
        struct dns_message message;
    } * dns;
    size_t octets;
};

struct rows;

struct rows *rows_new(uint64_t octets_most);
/* And everything in it. */
void rows_free(struct rows **r);

/* Copies; may be called by any thread.  False: it was given up. */
bool rows_put_session(struct rows *r, unsigned interface, const struct facts *f, int64_t shift_ns);
bool rows_put_dns(struct rows *r, unsigned interface, int64_t seen_ns,
                  const struct ip_address *asker, const struct dns_message *m);

/* Wait until there is something, but no longer than this; false: there is nothing. */
bool rows_wait(struct rows *r, int64_t wait_ns);

/* The oldest ones, at most `most`, as a list that is the caller's until rows_done() or rows_give_back(). */
struct row *rows_take(struct rows *r, unsigned most);
void rows_done(struct rows *r, struct row *list);
/* They could not be stored: they are the oldest again. */
void rows_give_back(struct rows *r, struct row *list);

struct rows_counts {
    uint64_t waiting, octets; /* now, what was taken and is not done among it */
    uint64_t most_octets;     /* ever */
};
struct rows_counts rows_counts(struct rows *r);
uint64_t rows_dropped(struct rows *r, unsigned interface);

#endif
