/*
 * handshake.h - real TLS connections for tests, made in memory by OpenSSL, and ways to read them.
 */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <mailtap/tls.h>

/* What one side sent before the other one answered. */
struct piece {
    enum tls_role role;
    uint8_t *octets;
    size_t n;
};

#define PIECES 64
struct transcript {
    struct piece pieces[PIECES];
    size_t count;
    bool completed; /* OpenSSL says so, on both sides */
    /* as OpenSSL says, zeros when not completed */
    uint16_t cipher, version;
    uint16_t group; /* where it is a curve */
    unsigned dh_bits;
    bool resumed, extended_master_secret, client_certificate;
};

struct handshake {
    int version;                        /* of both sides, or 0 for the best */
    int client_version, server_version; /* each, instead */
    bool ecdsa;
    bool resumed;
    bool early_data;         /* with resumed, TLS 1.3 */
    bool retry;              /* HelloRetryRequest */
    bool no_tickets;         /* the server sends none */
    bool client_refuses;     /* it knows no authority */
    bool server_asks;        /* and refuses a client without a certificate */
    bool client_certificate; /* which the server does not trust */
    bool server_trusts;      /* anybody, also without a certificate */
    bool no_extended_master_secret;
    bool fallback;       /* the client says TLS_FALLBACK_SCSV */
    bool server_alpn;    /* the server chooses a protocol: the second one offered */
    bool intermediates;  /* the server sends two more certificates */
    bool quiet;          /* no application data, close_notify at once */
    const char *suite;   /* TLS 1.3: the only one */
    const char *ciphers; /* up to TLS 1.2: a list as OpenSSL writes it */
    const char *groups;  /* of both sides; "DH" among the ciphers takes ffdhe2048 */
};

struct transcript handshake_run(const struct handshake *h);
void transcript_free(struct transcript *t);
size_t transcript_octets(const struct transcript *t);

/* The first n octets, the rest was not captured; the at-th one begins a new segment. */
struct tls *transcript_read(const struct transcript *t, size_t n, size_t at);

/* Octet by octet. */
struct tls *transcript_trickle(const struct transcript *t);

/* One side only. */
struct tls *transcript_read_side(const struct transcript *t, enum tls_role role);

/* Without n octets from the from-th one on, which one side sent. */
struct tls *transcript_read_gap(const struct transcript *t, enum tls_role role, size_t from,
                                size_t n);

/* Facts of t, which is freed; the certificate is gone but for its length. */
struct tls_facts facts_of(struct tls *t, bool closed);

void assert_same_tls(const struct tls_facts *a, const struct tls_facts *b);

/* A certificate in DER: common names as they stand (NULL: none), seconds since the epoch. */
size_t certificate_der(const char *subject, const char *issuer, long from, long to,
                       uint8_t **der_r);

#endif
