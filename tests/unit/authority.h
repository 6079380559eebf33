/*
 * authority.h - certificates of every kind, issued by OpenSSL for tests.
 */
#ifndef AUTHORITY_H
#define AUTHORITY_H

#include <mailtap/slice.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdbool.h>

/* One certificate and its key; the names are common names. */
struct issued {
    X509 *x;
    EVP_PKEY *key;
    uint8_t *der;
    struct slice slice;
};

struct request {
    const char *subject;
    const char
        *names;     /* subjectAltName as OpenSSL's configuration has it: "DNS:a,IP:::1"; or NULL */
    bool authority; /* basicConstraints CA:TRUE */
    long from, to;  /* 0: FROM, TO */
    EVP_PKEY *key;  /* NULL: a new P-256 one; the certificate takes a reference */
    const EVP_MD *digest; /* of the issuer's signature; NULL: SHA-256, or none for ED25519 */
    bool pss;             /* RSASSA-PSS */
};

#define FROM 1700000000L
#define TO 1800000000L

/* `by` NULL: signed by its own key. */
struct issued issue(const struct request *r, const struct issued *by);
void issued_free(struct issued *c);

/* The same octets with `from` replaced by as many at `to`; the signature is made again with key. */
void issued_replace(struct issued *c, const char *from, const void *to, EVP_PKEY *key);

/* A new path of a file of certificates in PEM. */
void write_pem(char path[64], const struct issued *const *certificates, size_t n);

#endif
