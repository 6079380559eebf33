/*
 * stream_read.h - segments pushed into a stream, and what comes out of it as text, for tests.
 */
#ifndef STREAM_READ_H
#define STREAM_READ_H

#include <mailtap/stream.h>

#define ISN 0xfffffff0u /* the sequence numbers wrap early on */

/* What came out, written as it can be compared: "data", "[gap 3]", "[fin]", "[reset]". */
struct reading {
    struct held_pool pool;
    struct stream stream;
    char text[SIDES][4096];
    uint64_t offset[SIDES];
    char conflicts[1024]; /* offset:first/second of each */
    char order[256];      /* the side of each chunk: o or r */
};

/* One segment: where it lies after the SYN of its side, and what it holds. */
struct step {
    enum side side;
    int64_t at;    /* offset in the direction */
    uint8_t flags; /* TCP_SYN takes the number before `at` */
    const char *text;
    int64_t acks; /* offset in the other direction, with TCP_ACK */
    double time;
    uint32_t cut; /* octets that the snap length cut */
};

#define O SIDE_OPENER
#define R SIDE_RESPONDER
#define SEG(from, offset, control, octets, ...)                                                    \
    {                                                                                              \
        .side = (from), .at = (offset), .flags = (control), .text = (octets), __VA_ARGS__          \
    }
#define SYNS SEG(O, 0, TCP_SYN, NULL), SEG(R, 0, TCP_SYN | TCP_ACK, NULL)

/* A reading begins with an empty stream, takes segments, and asserts at its end that nothing is held. */
void reading_begin(struct reading *r);
void reading_push(struct reading *r, const struct step *step);
/* A packet of one's own; a copy that is gone afterwards, as a frame is. */
void reading_push_packet(struct reading *r, const struct packet *p, enum side side);
/* All that waits is given up, and comes out. */
void reading_flush(struct reading *r);
void reading_finish(struct reading *r);

#endif
