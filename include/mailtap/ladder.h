/*
 * ladder.h - how well a session was protected, and what is weak in its TLS.  Pure functions of plain
 * values; what is not known is zero.
 */
#ifndef MAILTAP_LADDER_H
#define MAILTAP_LADDER_H

#include <mailtap/tri.h>
#include <stdbool.h>
#include <stdint.h>

/* The protection ladder of opportunistic security (RFC 7435 2, 3). */
enum rung {
    RUNG_UNDECIDED, /* the capture, or the lack of a trust store, does not tell */
    RUNG_CLEARTEXT,
    RUNG_STRIPPED,        /* cleartext because the upgrade was taken away */
    RUNG_OBSOLETE,        /* encrypted below TLS 1.2 (RFC 8996 4, 5), whatever else */
    RUNG_UNAUTHENTICATED, /* a certificate that does not verify or does not name the host */
    RUNG_AUTHENTICABLE,   /* one that does both: a client that looked could be sure */
    RUNG_HIDDEN,          /* no certificate to be seen: TLS 1.3, or a resumed session */
    RUNGS
};

struct protection {
    bool cleartext, stripped; /* stripped goes before cleartext, encrypted before both */
    bool encrypted;
    uint16_t version;        /* of TLS, as on the wire; 0: not known */
    tri certificate_visible; /* NO in TLS 1.3 and in a resumed session */
    tri verified, named;     /* as chain_verify() says; UNKNOWN: no trust store, no name */
    bool self_signed;        /* then it is not undecided without a trust store */
};

enum rung protection_rung(const struct protection *p);

/* "undecided", "cleartext", "stripped", "obsolete-tls", "unauthenticated", "authenticable",
 * "authentication-hidden". */
const char *rung_name(enum rung r);

/* ---- what RFC 9325 (BCP 195) and RFC 8996 ask to avoid, a bit each */

enum weakness {
    WEAK_SSL,         /* SSL 2 or 3: RFC 9325 3.1.1, RFC 6176 3, RFC 7568 3 */
    WEAK_OLD_TLS,     /* TLS 1.0 or 1.1: RFC 8996 4, 5; RFC 9325 3.1.1 */
    WEAK_NULL,        /* no encryption: RFC 9325 4.1 */
    WEAK_EXPORT,      /* made to be broken: RFC 9325 4.1 (below 112 bits) */
    WEAK_ANONYMOUS,   /* no authentication: RFC 5246 F.1.1.1 */
    WEAK_RC4,         /* RFC 9325 4.1, RFC 7465 2 */
    WEAK_DES,         /* single DES: RFC 9325 4.1 (below 112 bits), RFC 5469 */
    WEAK_3DES,        /* below 128 bits: RFC 9325 4.1; blocks of 64 bits */
    WEAK_NO_FORWARD,  /* RSA key transport, static DH or ECDH, PSK alone: RFC 9325 4.1 */
    WEAK_CBC,         /* not recommended, up to TLS 1.2: RFC 9325 4.2.1 */
    WEAK_MD5,         /* signature on the certificate with MD5 or older: RFC 9155 2, RFC 6151 2 */
    WEAK_SHA1,        /* signature on the certificate with SHA-1: RFC 9325 4.5 asks for SHA-256 */
    WEAK_RSA_KEY,     /* RSA below 2048 bits: RFC 9325 4.5 */
    WEAK_DH_GROUP,    /* finite field below 2048 bits: RFC 9325 4.5 */
    WEAK_EC_CURVE,    /* group or key below 224 bits: RFC 9325 4.5 */
    WEAK_COMPRESSION, /* of TLS: RFC 9325 3.3 */
    WEAKNESSES
};

#define WEAK(w) (UINT32_C(1) << (w))

struct tls_choice {
    uint16_t version; /* 0: not known; 0x0002 is SSL 2 */
    bool cipher_known;
    uint16_t cipher;       /* IANA number */
    uint16_t group;        /* IANA number; 0: none, or not known */
    unsigned dh_bits;      /* 0: none, or not known */
    tri compression;       /* a method but null */
    const char *key_type;  /* as in struct cert_facts; NULL or empty: no certificate seen */
    unsigned key_bits;     /* 0: not known */
    const char *signature; /* as in struct cert_facts; NULL or empty: no certificate seen */
};

uint32_t tls_weaknesses(const struct tls_choice *c);

/* "ssl", "old-tls", ... for the number of a bit, or NULL when there is no such weakness. */
const char *weakness_name(unsigned bit);

#endif
