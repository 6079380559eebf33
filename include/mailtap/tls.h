/*
 * tls.h - what a passive observer sees of one TLS connection (RFC 8446, RFC 5246).
 *
 * Feed each direction from the first octet that TLS owns.  The observer reads records, puts
 * handshake messages together across them, and stops understanding where encryption starts; from
 * there on it counts records and sizes.  Input may be cut anywhere: the facts are the same.
 * SSL 3 to TLS 1.3; an SSL 2 hello is counted as "not TLS".
 */
#ifndef MAILTAP_TLS_H
#define MAILTAP_TLS_H

#include <mailtap/bounds.h>
#include <mailtap/fold.h>
#include <mailtap/slice.h>
#include <mailtap/tri.h>

enum tls_role { TLS_CLIENT, TLS_SERVER, TLS_ROLES };

/* What one direction has shown. */
struct tls_half {
    bool hello;         /* its ClientHello or ServerHello was read */
    bool change_cipher; /* ChangeCipherSpec was seen */
    bool not_tls;       /* its octets cannot be TLS records; nothing after them was read */
    bool gap;           /* octets of it are missing from the capture */
    uint64_t records;
    uint64_t protected_records, protected_octets; /* records whose content is encrypted */
    uint64_t handshake_octets;                    /* of handshake messages read in the clear */
    uint64_t text_octets; /* lines of text before the first record: injected, or SMTP going on */
    bool text_for_hello;  /* ... the server's, behind the client's hello: in place of its own, if
                          * none follows */
    int alert;            /* description of a fatal alert sent in the clear, or -1 */
    bool alert_protected; /* sent an encrypted alert, known by its type or its size */
};

struct tls_facts {
    struct tls_half half[TLS_ROLES];
    tri established;  /* both sides went over to encryption and neither broke it off */
    uint16_t version; /* negotiated, 0x0304 for TLS 1.3; 0 when not known */
    uint16_t cipher;  /* IANA number */
    bool cipher_known;
    bool retried;                 /* HelloRetryRequest was sent */
    char sni[BOUND_NAME];         /* escaped; empty when there was none */
    char alpn[BOUND_NAME];        /* first protocol the client offered, escaped; or empty */
    char alpn_chosen[BOUND_NAME]; /* by the server, up to TLS 1.2; empty: none, or hidden */
    uint16_t version_offered;     /* the highest in the ClientHello, GREASE left out; or 0 */
    uint16_t group;               /* agreed on: IANA named group; 0: none, or not known */
    unsigned dh_bits;             /* of the prime in a DHE ServerKeyExchange, or 0 */
    tri ech;                      /* ClientHello has encrypted_client_hello: real or GREASE */
    tri resumed;                  /* an abbreviated handshake, or a pre-shared key was taken */
    tri client_certificate_asked, client_certificate_sent; /* UNKNOWN where TLS 1.3 hides them */
    tri extended_master_secret; /* RFC 7627, up to TLS 1.2; UNKNOWN in TLS 1.3 */
    tri fallback;               /* ClientHello has TLS_FALLBACK_SCSV (RFC 7507) */
    tri compression;            /* up to TLS 1.2: a method but null was chosen */
    uint16_t downgrade;         /* the version that the sentinel of RFC 8446 4.1.3 admits to: 0x0303
                                   * or 0x0302 (that one or older); 0: there is none */
    char ja3[33], ja3s[33];     /* MD5, hexadecimal; empty: no hello that agrees with itself */
    char ja4[40];               /* FoxIO's JA4 of the first ClientHello; or empty */
    /* The server's chain as sent, its own first, DER, borrowed from the observer; empty if hidden. */
    struct slice chain[BOUND_CHAIN];
    unsigned chain_length;
    bool broken; /* a hello contradicts itself: what was read before is kept */
};

struct tls; /* the observer */

/* Fingerprints of hellos that were read before, of one thread at a time. */
struct tls_memory;
struct tls_memory *tls_memory_new(void);
void tls_memory_free(struct tls_memory **m);

/* `memory` is borrowed; NULL: each fingerprint is made again. */
struct tls *tls_new(struct tls_memory *memory);
void tls_free(struct tls **t);
size_t tls_octets(const struct tls *t); /* memory that it takes, or a little more */

/* Between two calls; octets that it keeps stay where they are. */
void tls_fold(struct fold *f, struct tls **t);

/*
 * By the time of what is fed next, `role` had acknowledged so many octets of the other side (from
 * any origin).  That tells where the other side, not captured, went on.
 */
void tls_acknowledged(struct tls *t, enum tls_role role, uint64_t octets);

/* The next octets of one direction, or word that `missing` octets of it were not captured. */
void tls_feed(struct tls *t, enum tls_role role, struct slice s);
void tls_gap(struct tls *t, enum tls_role role, uint64_t missing);

/*
 * What has been seen so far.  `closed`: the connection's end was seen, so what has not come will
 * not come.  A side that has shown no octet at all counts as not captured: then `established` is
 * judged by the other side alone.
 */
void tls_facts(const struct tls *t, bool closed, struct tls_facts *facts_r);

/* What the records of an established session tell about the mail in them; see estimate.h. */
struct estimate;
void tls_estimate(const struct tls *t, struct estimate *estimate_r);

/* Does this look like the first octets of a TLS record?  UNKNOWN when there are too few. */
tri tls_looks_like(struct slice first);

/* "TLSv1.2", "SSLv3", ... or NULL for a version that is none. */
const char *tls_version_name(uint16_t version);

/* The IANA name, "TLS_AES_128_GCM_SHA256", or NULL when it is not in the registry as of 2026. */
const char *tls_cipher_name(uint16_t cipher);

/* "x25519", "X25519MLKEM768", ... or NULL; and whether it is a post-quantum or hybrid one. */
const char *tls_group_name(uint16_t group);
bool tls_group_is_post_quantum(uint16_t group);

#endif
