/*
 * speech.h - what the two ends of a connection say, in order, without a copy of what is long.
 *
 * A piece is octets of one side: octets of the speech's own, or a stretch of a pool that all
 * speeches share, going round when it is longer than the pool.  Pieces of one side that follow each
 * other without a wait are one turn.
 */
#ifndef SYNTH_SPEECH_H
#define SYNTH_SPEECH_H

#include "octets.h"

enum speaker { SPEAKER_CLIENT, SPEAKER_SERVER };

/* Long material, made once for a seed. */
enum pool_kind {
    POOL_OWN,    /* no pool: the speech's own octets */
    POOL_PROSE,  /* lines of words */
    POOL_BASE64, /* lines of an encoded attachment */
    POOL_NOISE,  /* octets that look like nothing: what TLS protects */
    POOLS
};

struct pool {
    uint8_t *p;
    size_t n;    /* whole lines */
    size_t line; /* octets of one line, its CRLF included; 1 where there are no lines */
};

struct pools {
    struct pool list[POOLS];
};

struct pools *pools_new(uint64_t seed);
void pools_free(struct pools **p);

struct piece {
    uint64_t at, n;
    int64_t wait_ns; /* what the side thinks before it says this, the path's time not counted */
    uint8_t pool, side;
};

/* How the connection ends once all is said. */
enum ending_kind {
    ENDS_BY_SERVER,       /* the server closes first */
    ENDS_BY_CLIENT,       /* the client does */
    ENDS_RESET_BY_SERVER, /* a reset comes from the server's side */
    ENDS_RESET_BY_CLIENT
};

struct speech {
    struct octets own;
    struct piece *pieces;
    size_t count, room;
    enum ending_kind ending;
};

/* Own octets; what follows the last piece of the same side without a wait is added to it. */
void speech_say(struct speech *s, enum speaker side, int64_t wait_ns, struct slice octets);

/* A stretch of a pool, as it stands from `at` on. */
void speech_pool(struct speech *s, enum speaker side, enum pool_kind pool, uint64_t at, uint64_t n);

uint64_t speech_octets(const struct speech *s);
void speech_free(struct speech *s);

/* Where a reader is. */
struct place {
    size_t piece;
    uint64_t at; /* within it */
};

/* The next n octets, which must be there, from one turn. */
void speech_read(const struct speech *s, const struct pools *pools, struct place *place,
                 uint8_t *to, size_t n);

/* Octets of the turn that begins at this piece, and the piece behind it. */
uint64_t speech_turn(const struct speech *s, size_t piece, size_t *next_r);

#endif
