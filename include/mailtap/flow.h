/*
 * flow.h - stage 3: the table of TCP connections.
 *
 * One flow is one connection: a new SYN on the addresses and ports of a finished or a different
 * one begins another.  Flows live on the capture's clock.  The table is bounded: when it is full,
 * the flow that has been silent longest is given up, flows marked `keep` last.
 */
#ifndef MAILTAP_FLOW_H
#define MAILTAP_FLOW_H

#include <mailtap/stream.h>

enum flow_end {
    FLOW_OPEN,    /* the capture ended first */
    FLOW_CLOSED,  /* FIN both ways */
    FLOW_RESET,   /* RST */
    FLOW_IDLE,    /* nothing for BOUND_IDLE_SECONDS */
    FLOW_EVICTED, /* the table was full */
    FLOW_REUSED,  /* its addresses and ports began another connection */
};

struct flow {
    struct endpoint end[SIDES]; /* [SIDE_OPENER] and [SIDE_RESPONDER] */
    int64_t started_ns, last_ns;
    struct stream *stream; /* NULL: the owner let it go */
    void *user, *origin;   /* the owner's: what reads it, and where it was first seen */
    uint32_t frames;       /* no more than fit */
    int16_t vlan;          /* of its first frame, or -1 */
    bool handshake : 1;    /* a SYN was captured: it is known who opened it */
    bool keep : 1;         /* set by the owner, before it touches another: give up others first */
    bool watched : 1;      /* set by the owner: segments still go through `stream` */
    bool told : 1;         /* set by the owner: what it was has been counted and stored */
    bool seen[SIDES];      /* a segment of this side was captured */
    uint8_t ended;         /* enum flow_end */

    /* private to flow.c */
    uint8_t queue;
    bool closed : 1;  /* FIN both ways, or RST */
    bool carried : 1; /* a segment had octets */
    bool isn_known[SIDES], fin[SIDES];
    uint32_t isn[SIDES]; /* without a SYN: what it would be for the first segment seen */
    uint32_t hash;
    uint32_t folded;   /* it rests: stream and user; else 0 */
    int64_t active_ns; /* last_ns, but not ahead of the capture's clock */
    struct flow *older, *newer;
};

struct flow_limits {
    uint32_t flows; /* at most so many at once */
    uint32_t awake; /* so many that are open, and as many marked `keep`, are ready to be read */
    int idle_seconds;
    int linger_seconds;
    uint64_t held_octets; /* out of order, all flows together */
};

struct flow_counts {
    uint64_t made, evicted;
    uint64_t held_refused;   /* segments too far ahead of their stream to belong to it */
    uint64_t holes_given_up; /* because too much was held out of order */
};

struct flow_table;

struct flow_limits flow_limits_default(void);
struct flow_table *flow_table_new(const struct flow_limits *limits);

/*
 * Fold (fold.h) the streams of those that were silent while `awake` others were not, and what
 * `user` names of their users; `words` are common in them.  What this table gives is as it was; only a flow that it gave before
 * may be folded since.
 */
void flow_table_fold(struct flow_table *t, struct slice words,
                     void (*user)(struct fold *f, void **user));

/* The flow of this packet, made when there is none, and which side sent it. */
struct flow *flow_touch(struct flow_table *t, const struct packet *p, enum side *from_r);

/*
 * The next flow that was reset a moment ago: what was in flight then has arrived.  It stays in the
 * table, for late duplicates.
 */
struct flow *flow_settled(struct flow_table *t, int64_t now_ns);

/*
 * The next flow that is over by `now_ns` (INT64_MAX: all of them), or NULL.  Its `ended` says why.
 * It has left the table; the caller gives it back with flow_free().
 */
struct flow *flow_over(struct flow_table *t, int64_t now_ns);
void flow_free(struct flow *f);

/* Flows in it now. */
uint32_t flow_table_open(const struct flow_table *t);
struct flow_counts flow_table_counts(const struct flow_table *t);

/* Frees the table and every flow in it; the flows' `user` must have been taken care of. */
void flow_table_free(struct flow_table **t);

#endif
