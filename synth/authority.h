/*
 * authority.h - keys, and certificates of servers signed by an authority of our own; and random
 * numbers for OpenSSL that rest on a seed.
 */
#ifndef SYNTH_AUTHORITY_H
#define SYNTH_AUTHORITY_H

#include "octets.h"

#include <mailtap/err.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

/* From now on OpenSSL's random numbers in this thread follow from the seed. */
void authority_random(uint64_t seed);

/* For the whole process: OpenSSL takes its random numbers from us, and no longer. */
void authority_seize(void);
void authority_release(void);

/* Keys of servers: one EC, one RSA, for making one takes long and nobody compares them. */
#define AUTHORITY_KEYS 2u

struct authority {
    uint64_t seed;
    int64_t start_ns;
    EVP_PKEY *key;
    X509 *certificate;
    struct octets keys[AUTHORITY_KEYS]; /* private, in DER */
    struct octets pem;
};

/* 0, or -1 with *e; free it either way. */
int authority_make(struct authority *a, uint64_t seed, int64_t start_ns, struct err *e);
void authority_free(struct authority *a);

/*
 * Key and certificate of a server.  The key is a copy of its own: what RSA remembers between
 * signatures would change the random numbers of the next handshake.
 */
int authority_issue(const struct authority *a, uint32_t server, const char *name, EVP_PKEY **key_r,
                    X509 **certificate_r, struct err *e);

/* *e from OpenSSL's last error; -1. */
int authority_failed(const char *what, struct err *e);

#endif
