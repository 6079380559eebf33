/*
 * held.h - segments of a stream that wait for the hole before them: in order, not overlapping, and of each
 * octet the copy that came first.
 */
#ifndef HELD_H
#define HELD_H

#include <mailtap/stream.h>

struct held {
    struct held *after;
    uint64_t offset;
    uint64_t acked; /* octets of the other direction that its sender had by then */
    int64_t at_ns;
    uint32_t n;
    uint32_t cut; /* octets behind these that the snap length cut */
    uint8_t octets[];
};

/* Take the first one off the list; it is the caller's, to be freed. */
struct held *held_release(struct stream *s, struct half *h);

uint64_t held_end(const struct held *held);

/* More is held, of this side or of all streams, than may be. */
bool held_beyond_limits(const struct stream *s, const struct half *h);

/* A segment laid over what is held. */
struct overlay {
    uint64_t offset;
    struct slice octets;
    uint32_t cut;
    bool keep; /* hold what is new; without it, only compare */
    bool news, conflict;
};

/* Lay it over: of octets that are held already the copies are compared, the others are held, if they are to
 * be.  Its offset and octets are used up. */
void held_lay(struct stream *s, struct half *h, struct overlay *o);

#endif
