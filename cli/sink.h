/*
 * sink.h - where findings go: to a thread that has the database (writer.h, live_keeper.c).
 */
#ifndef MAILTAP_SINK_H
#define MAILTAP_SINK_H

#include <mailtap/session.h>
#include <mailtap/store.h>

/* One capture, and what has been counted of it.  A connection belongs to the capture in which it
 * began, also when it goes on in the next one. */
struct part {
    int64_t capture;
    struct capture_counts counts;
};

/* A session is taken over, and *s set to NULL; what is handed over else is borrowed until the call
 * returns.  0, or -1 with *e: then there is no more use in reading on. */
struct sink {
    void *of;
    int (*session)(void *of, const struct part *part, struct session **s, struct err *e);
    int (*dns)(void *of, const struct part *part, int64_t seen_ns, const struct ip_address *asker,
               const struct dns_message *m, struct err *e);
};

#endif
