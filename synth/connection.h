/*
 * connection.h - a speech as the segments of a TCP connection, one at a time, in the order in which
 * they pass the place where the capture is made.
 *
 * Path: what one end answers comes a round trip after what it answers to when that end is the far one
 * as seen from the capture, at once when it is near.  Data goes out in bursts that double until they
 * fill the path; every second segment is acknowledged, the last ones by what is said in return.
 */
#ifndef SYNTH_CONNECTION_H
#define SYNTH_CONNECTION_H

#include "speech.h"
#include "wire.h"

/* The way between two ends, and where on it one looks. */
struct path {
    int64_t round_trip_ns;
    int64_t segment_ns; /* between full segments: how fast it is */
    enum speaker far;   /* the end behind the round trip */
    uint8_t ttl[2];     /* of what each end sends, as it passes */
    enum wrapping wrapping;
    uint16_t tag;
};

/* The next segment, without its octets. */
struct segment_due {
    int64_t at_ns;
    uint32_t seq, ack;
    enum speaker from;
    uint8_t flags;
    size_t n; /* of payload: the next ones of the speech */
};

enum step {
    STEP_SYN,
    STEP_SYN_ACK,
    STEP_ACK,
    STEP_TURN, /* a turn of the speech begins */
    STEP_BURST,
    STEP_ACKS,
    STEP_CLOSE,
    STEP_CLOSE_BACK,
    STEP_CLOSED, /* the last acknowledgement */
    STEP_OVER
};

struct connection {
    struct endpoint ends[2]; /* by enum speaker */
    struct path path;
    bool udp; /* each turn is a datagram, and nothing else is sent */
    struct speech speech;
    /* where it is */
    enum step step;
    int64_t now_ns;
    size_t next_piece; /* the turn behind this one begins there */
    enum speaker turn;
    bool spoken;        /* somebody has said something */
    uint64_t turn_left; /* octets */
    unsigned burst_left, burst_window[2], acks_left;
    uint32_t burst_from; /* the sequence number it began at */
    uint32_t seq[2];
    uint16_t id[2];
    struct place place;
    struct segment_due due;
};

/* Begins at `at_ns`; `seed` gives the numbers that begin anywhere.  The speech is taken over. */
void connection_begin(struct connection *c, int64_t at_ns, uint64_t seed);

/* The next segment into c->due; false when there is none. */
bool connection_next(struct connection *c);

/* How long the frame of c->due is; and write it. */
size_t connection_frame_size(const struct connection *c);
void connection_frame(struct connection *c, const struct pools *pools, uint8_t *to);

/* Number of segments that are still to come, nearly: acknowledgements are guessed. */
uint64_t connection_segments(const struct connection *c);

void connection_free(struct connection *c);

#endif
