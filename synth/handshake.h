/*
 * handshake.h - real TLS handshakes, made in memory by OpenSSL, for the servers of a scenario.
 *
 * A handshake rests on the seed, the server, the version and a variant, and on nothing else: neither
 * on the clock nor on what was made before, by whichever thread.  Those made last are kept.
 *
 * While there is a struct handshakes, random numbers of OpenSSL are ours, for the whole process:
 * nothing that is made here keeps a secret.
 */
#ifndef SYNTH_HANDSHAKE_H
#define SYNTH_HANDSHAKE_H

#include "speech.h"

#include <mailtap/err.h>

struct handshakes;

/* Certificates begin before `start_ns` and end long after.  NULL: *e says why. */
struct handshakes *handshakes_new(uint64_t seed, int64_t start_ns, struct err *e);
void handshakes_free(struct handshakes **h);

/* The certificate of the authority, in PEM. */
struct slice handshakes_authority(const struct handshakes *h);

#define HANDSHAKE_VARIANTS 4u

struct shake {
    uint32_t server;  /* its number */
    const char *name; /* and its name */
    bool tls13;
    unsigned variant; /* below HANDSHAKE_VARIANTS */
};

#define SHAKE_FLIGHTS 8u

/* From ClientHello to the last octet that belongs to the handshake. */
struct shaken {
    struct octets octets;
    struct flight {
        enum speaker side;
        size_t n;
    } flights[SHAKE_FLIGHTS];
    unsigned count;
    unsigned version;     /* 0x0303 */
    unsigned nonce, over; /* octets before and behind what a record protects */
};

/* *shaken_r: octets are replaced.  Any thread.  0, or -1 with *e. */
int handshakes_make(struct handshakes *h, const struct shake *s, struct shaken *shaken_r,
                    struct err *e);

#endif
