/* fingerprint.c - see fingerprint.h. */
#include <mailtap/fingerprint.h>

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

/* One of the two. */
struct fingerprint {
    XXH3_state_t *xxh3;
    struct digest *sha256;
};

struct fingerprint *fingerprint_new(enum fingerprint_kind kind)
{
    struct fingerprint *f = must_alloc(1, sizeof *f);

    if (kind == FINGERPRINT_SHA256) {
        f->sha256 = digest_new();
    } else {
        f->xxh3 = must_have(XXH3_createState());
        XXH3_128bits_reset(f->xxh3);
    }
    return f;
}

void fingerprint_add(struct fingerprint *f, struct slice s)
{
    if (f->sha256)
        digest_add(f->sha256, s);
    else if (s.n)
        XXH3_128bits_update(f->xxh3, s.p, s.n);
}

void fingerprint_finish(struct fingerprint **f, uint8_t out[DIGEST_OCTETS])
{
    XXH128_canonical_t octets;

    if ((*f)->sha256) {
        digest_finish(&(*f)->sha256, out);
    } else {
        XXH128_canonicalFromHash(&octets, XXH3_128bits_digest((*f)->xxh3));
        memset(out, 0, DIGEST_OCTETS);
        memcpy(out, octets.digest, FINGERPRINT_OCTETS);
        XXH3_freeState((*f)->xxh3);
    }
    free(*f);
    *f = NULL;
}

void fingerprint_choose(uint8_t fingerprint[DIGEST_OCTETS], enum fingerprint_kind kind,
                        struct slice choice)
{
    digest_keyed(choice, (struct slice){fingerprint, DIGEST_OCTETS}, fingerprint);
    if (kind == FINGERPRINT_XXH3)
        memset(fingerprint + FINGERPRINT_OCTETS, 0, DIGEST_OCTETS - FINGERPRINT_OCTETS);
}
