/*
 * talk.h - how two ends of SMTP say something: as lines, or under TLS as records of the same size.
 *
 * What TLS protects looks like nothing, so it is octets that mean nothing; the lengths, the types and
 * the numbers of records are what the software of a real connection would send.
 */
#ifndef SYNTH_TALK_H
#define SYNTH_TALK_H

#include "content.h"
#include "handshake.h"
#include "speech.h"

struct talk {
    struct speech *speech;
    struct random random;
    enum speaker last; /* who spoke */
    unsigned version;  /* of TLS, 0: in the clear */
    unsigned nonce, over;
    uint64_t records[2]; /* sent by each side; what nonces begin with */
};

struct talk talk_begin(struct speech *to, uint64_t seed);

/* A line, or lines; the last CRLF is added. */
void talk_say(struct talk *t, enum speaker side, const char *text);

/* Octets as they stand, in the clear. */
void talk_octets(struct talk *t, enum speaker side, struct slice octets);

/* Several, in one go, `stride` octets apart. */
void talk_say_all(struct talk *t, enum speaker side, const char *texts, size_t stride, unsigned n);

/* A message, and the line that ends it. */
void talk_content(struct talk *t, const struct pools *pools, const struct content *c);

/* n octets of a pool, where the side goes on speaking. */
void talk_noise(struct talk *t, enum speaker side, enum pool_kind pool, uint64_t n);

/* The first `flights` of a handshake; and what follows is protected by its keys. */
void talk_shake(struct talk *t, const struct shaken *s, unsigned flights);
void talk_protect(struct talk *t, const struct shaken *s);

/* Under TLS: both say that they are about to close. */
void talk_close(struct talk *t);

/* Base64 of n octets, NUL-terminated: to[4 * ((n + 2) / 3) + 1]. */
void talk_base64(char *to, const char *text, size_t n);

#endif
