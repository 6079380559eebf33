/*
 * tls_memory.c - fingerprints of hellos that were read before; see tls.h.
 *
 * A client says the same in each of its hellos but for the names, random octets and keys, which no fingerprint
 * is about.  So what a fingerprint is made of is its key here: to hash it as JA3 and JA4 do takes longer than
 * to read the hello.
 */
#include "tls_private.h"

#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/sip.h>

#include <stdlib.h>
#include <string.h>

struct remembered {
    struct tls_choices choices; /* none: empty */
    struct tls_fingerprints fingerprints;
};

struct tls_memory {
    uint64_t secret[2];
    struct remembered at[BOUND_HELLOS];
};

struct tls_memory *tls_memory_new(void)
{
    struct tls_memory *m = must_alloc(1, sizeof *m);

    digest_random((uint8_t *)m->secret, sizeof m->secret);
    return m;
}

void tls_memory_free(struct tls_memory **m)
{
    free(*m);
    *m = NULL;
}

/* ---- what a fingerprint is made of */

/* With its length, so that no two lists are another two.  What does not fit is not remembered at all. */
void tls_choose(struct tls_choices *c, struct slice list)
{
    const uint16_t n = (uint16_t)list.n;

    if (list.n > TLS_CHOICES || sizeof n + list.n > TLS_CHOICES - c->n) {
        c->too_many = true;
        return;
    }
    memcpy(c->octets + c->n, &n, sizeof n);
    if (list.n)
        memcpy(c->octets + c->n + sizeof n, list.p, list.n);
    c->n += sizeof n + list.n;
}

/* ---- remembering */

static struct remembered *place_of(struct tls_memory *m, const struct tls_choices *c)
{
    uint64_t word[TLS_CHOICES / sizeof(uint64_t)] = {0};

    memcpy(word, c->octets, c->n);
    return &m->at[sip_hash(m->secret, word, (c->n + sizeof *word - 1) / sizeof *word) %
                  BOUND_HELLOS];
}

bool tls_recall(struct tls_memory *m, const struct tls_choices *c,
                struct tls_fingerprints *fingerprints_r)
{
    if (!m || c->too_many)
        return false;
    const struct remembered *r = place_of(m, c);
    bool same = c->n && r->choices.n == c->n && memcmp(r->choices.octets, c->octets, c->n) == 0;

    if (same)
        *fingerprints_r = r->fingerprints;
    return same;
}

void tls_remember(struct tls_memory *m, const struct tls_choices *c,
                  const struct tls_fingerprints *fingerprints)
{
    if (!m || c->too_many)
        return;
    *place_of(m, c) = (struct remembered){*c, *fingerprints};
}
