/*
 * digest.h - SHA-256 and HMAC-SHA-256, over OpenSSL; MD5 for fingerprints that are defined by it.
 */
#ifndef MAILTAP_DIGEST_H
#define MAILTAP_DIGEST_H

#include <mailtap/slice.h>

#define DIGEST_OCTETS 32
#define DIGEST_MD5_OCTETS 16

struct digest; /* a running SHA-256, owned by the caller of digest_new */

struct digest *digest_new(void);
void digest_add(struct digest *d, struct slice s);

/* Gives the digest of all that was added, frees d and sets *d to NULL. */
void digest_finish(struct digest **d, uint8_t out[DIGEST_OCTETS]);

void digest_of(struct slice s, uint8_t out[DIGEST_OCTETS]);
void digest_keyed(struct slice key, struct slice s, uint8_t out[DIGEST_OCTETS]);

/* The same of many texts under one key: of one thread at a time. */
struct digest_key;
struct digest_key *digest_key_new(struct slice key);
void digest_under(struct digest_key *k, struct slice s, uint8_t out[DIGEST_OCTETS]);
void digest_key_free(struct digest_key **k);

/* False, and zeros, where the system's policy forbids MD5. */
bool digest_md5(struct slice s, uint8_t out[DIGEST_MD5_OCTETS]);

/* Octets of the system's random source; the program ends when there are none. */
void digest_random(uint8_t *out, size_t n);

/* Lower-case hexadecimal, NUL-terminated: 2n + 1 octets at `to`. */
void digest_hex(char *to, struct slice s);

#endif
