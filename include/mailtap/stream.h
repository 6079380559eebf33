/*
 * stream.h - stage 4: both directions of a TCP connection, put in order (RFC 9293 3.4, 3.10).
 *
 * Push segments in the order of capture, pull chunks in the order of the stream, after each push
 * until there is none: octets in order are lent from the packet and not kept.  What acknowledges
 * octets of the other side waits for them, so that an answer comes behind what it answers, whatever
 * the capture mixed up or lost; when they will not come, it waits no longer.  A chunk's octets
 * are borrowed until the next push or pull on the same stream.  The first copy of an octet wins;
 * a later copy that differs from one still held, or from one of the last octets given, is a
 * CHUNK_CONFLICT.  A hole becomes a
 * CHUNK_GAP when it will not fill: the receiver acknowledged it some time ago, a limit is reached,
 * the snap length cut the segment, or the connection is over.  Nothing is guessed.
 */
#ifndef MAILTAP_STREAM_H
#define MAILTAP_STREAM_H

#include <mailtap/fold.h>
#include <mailtap/packet.h>

/* The opener sent the first SYN; without one in the capture, whoever was seen first. */
enum side { SIDE_OPENER, SIDE_RESPONDER, SIDES };

enum chunk_kind {
    CHUNK_DATA,
    CHUNK_GAP,      /* `length` octets were never captured */
    CHUNK_FIN,      /* this side has nothing more to send */
    CHUNK_RESET,    /* this side reset the connection */
    CHUNK_CONFLICT, /* a retransmission that differs: not part of the stream, a fact beside it */
};

struct chunk {
    enum chunk_kind kind;
    enum side side;
    int64_t at_ns;       /* when the segment that completed it was captured */
    uint64_t offset;     /* of its first octet in this direction, 0 after the SYN */
    uint64_t acked;      /* octets of the other direction that this side had acknowledged by then */
    uint64_t length;     /* of the gap; octets.n for data and conflicts */
    struct slice octets; /* data; of a conflict the copy that came second */
    struct slice first;  /* of a conflict the copy that came first, and counts */
};

/*
 * What all streams share: the budget of octets out of order, counted with what each segment costs
 * to keep.  Owned by the flow table.  One segment may pass the limit; then its stream gives up
 * holes until its own are within it.
 */
struct held_pool {
    uint64_t octets, limit; /* held now, and at most */
    uint64_t given_up;      /* holes given up because a limit was reached */
    uint64_t refused;       /* segments not held: too far ahead of the stream to belong to it */
};

struct held;     /* a segment that waits for the hole before it */
struct conflict; /* a conflict not given yet */

/* The last octets given, to compare later copies with. */
struct recent {
    uint64_t from, to; /* offsets in the stream: what it holds */
    uint8_t *octets;   /* a ring; NULL: none were given */
    size_t room;
};

struct half {
    bool started;    /* `next` is known */
    bool seen;       /* a segment of this side was pushed */
    bool headless;   /* ... but no SYN: octets before the first may be missing */
    bool expects;    /* not started: what the other side acknowledged is `next` */
    bool fin_known;  /* fin_offset is known */
    bool fin_done;   /* CHUNK_FIN was given */
    bool reset;      /* a RST was seen and not yet given */
    bool reset_done; /* CHUNK_RESET was given */
    uint32_t next;   /* sequence number of the octet at `offset` */
    uint64_t offset; /* octets given or skipped so far */
    uint64_t fin_offset;
    uint64_t acked;     /* highest offset that the other side acknowledged */
    struct held *held;  /* in order, not overlapping */
    struct held *spent; /* the one whose octets the last chunk lent */
    uint32_t held_octets, held_segments;
    uint64_t gap_octets;
    struct recent recent;
    uint32_t conflicts;  /* later copies that differed from the first */
    uint32_t duplicates; /* segments that held nothing new */
    struct slice fresh;  /* in order, borrowed from the packet being pushed */
    uint32_t cut;        /* octets that the snap length cut behind `fresh` */
};

struct stream {
    struct half half[SIDES];
    struct conflict *conflicts, *lent; /* to be given, in order; the one given last */
    unsigned conflict_count;           /* kept of this connection so far */
    struct held_pool *pool;
    int64_t at_ns;  /* of the last segment pushed */
    uint64_t acked; /* octets of the other direction that it acknowledged, when those are seen */
    bool flushing;  /* the connection is over: every hole is a gap */
};

void stream_init(struct stream *s, struct held_pool *pool);
void stream_push(struct stream *s, const struct packet *p, enum side from);

/* Whether a RST from this side belongs to the connection: at `next` or in a window from it. */
bool stream_takes_reset(const struct stream *s, const struct packet *p, enum side from);

/* The connection is over: what is still held comes out, with gaps where octets are missing. */
void stream_flush(struct stream *s);

/* True while there is a chunk to give. */
bool stream_next(struct stream *s, struct chunk *chunk_r);

/* Both sides have sent their FIN and everything before it was given. */
bool stream_over(const struct stream *s);

/* Frees what is held. */
void stream_clear(struct stream *s);
void stream_free(struct stream **s); /* one that was allocated, too */

/* Between a pull that gave none and the next push; what is held stays where it is, and `pool` is the
 * one that it had. */
void stream_fold(struct fold *f, struct stream **s, struct held_pool *pool);

#endif
