/*
 * cert.h - certificates (RFC 5280) and what OpenSSL says of a chain.
 */
#ifndef MAILTAP_CERT_H
#define MAILTAP_CERT_H

#include <mailtap/bounds.h>
#include <mailtap/err.h>
#include <mailtap/slice.h>
#include <mailtap/tri.h>

struct cert_facts {
    char subject_cn[BOUND_NAME]; /* last common name of the subject, escaped; empty if none */
    char issuer_cn[BOUND_NAME];
    char names[BOUND_CERT_NAMES]; /* DNS names, addresses of subjectAltName, a line each, escaped */
    int64_t not_before, not_after; /* seconds since the epoch */
    char key_type[24];             /* "RSA", "EC prime256v1", "ED25519", ... */
    unsigned key_bits;             /* 0: not known */
    char signature[48];            /* algorithm of the signature on it, OpenSSL's long name; of
                                    * rsassaPss with its digest, "rsassaPss sha256" */
    bool self_signed;              /* issuer is subject, and the signature is by its own key */
    bool authority;                /* basicConstraints CA */
    char sha256[65];               /* of the DER, hexadecimal */
};

/* False when the octets are no certificate; *facts_r is zeroed then. */
bool cert_read(struct slice der, struct cert_facts *facts_r);

/* ---- cert_memory.c: the same, read once */

/* The facts of BOUND_CERTIFICATES certificates at most, by their digests; of one thread.  Those that
 * were not asked for longest give way. */
struct cert_memory;

struct cert_memory *cert_memory_new(void);
void cert_memory_free(struct cert_memory **m);

/* What cert_read() says, from memory where it said so before; m NULL: it is asked each time. */
bool cert_recall(struct cert_memory *m, struct slice der, struct cert_facts *facts_r);

/* ---- a chain against a trust store */

struct trust; /* certificates that are believed; safe to share among sessions of one thread */

/* A PEM file or a directory of hashed PEM files; NULL path: OpenSSL's own default places.  NULL with
 * *e when there is nothing to read. */
struct trust *trust_open(const char *path, struct err *e);
void trust_free(struct trust **t);

struct chain_verdict {
    tri verified; /* the chain leads to a trusted one at `at`; UNKNOWN: the server's certificate is
                   * unreadable, or there is no trust store */
    int error;    /* X509_V_ERR_... of OpenSSL; 0: none */
    char reason[80]; /* OpenSSL's words for it; empty: none */
    tri named;       /* the certificate covers `name` (RFC 9525); UNKNOWN: no name to look for */
    char covering[BOUND_NAME]; /* the name in the certificate that covers it; empty: none */
};

/*
 * Verify chain[0..n) (the server's own first, DER) for a TLS server at `at` seconds since the epoch,
 * and match `name` (a host name, or an address literal without brackets; empty: none is known).
 * Bounded work: at most BOUND_CHAIN certificates.  No network access, no revocation.  Without a
 * trust store (t NULL) the name is matched all the same.  What cert_recall() has just read into m
 * (or NULL) is not read again.  What is no host name ("*.example", octets
 * that no host name has) is no name to look for.
 */
void chain_verify(struct trust *t, struct cert_memory *m, const struct slice *chain, unsigned n,
                  int64_t at, const char *name, struct chain_verdict *verdict_r);

#endif
