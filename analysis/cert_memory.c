/*
 * cert_memory.c - the facts of certificates that were read before; see cert.h.
 *
 * A server shows the same chain in each session, and OpenSSL takes longer to read it than all the rest
 * of the session takes.  What a certificate says hangs on its octets alone, so they are known by their
 * digest; that some are no certificate is remembered as well.
 */
#include "parsed.h"

#include <mailtap/digest.h>

#include <stdlib.h>
#include <string.h>

#define WAYS BOUND_CERTIFICATES_ALIKE
#define SETS (BOUND_CERTIFICATES / WAYS)

struct known {
    uint8_t digest[DIGEST_OCTETS];
    uint64_t used;            /* by the clock of struct cert_memory; 0: empty */
    struct cert_facts *facts; /* owned; NULL: no certificate */
};

/* The verdict on a chain that is new follows at once, and asks OpenSSL for the same certificates. */
struct fresh {
    uint8_t digest[DIGEST_OCTETS];
    struct x509_st *parsed; /* owned; NULL: empty */
};

struct cert_memory {
    uint64_t clock;
    struct fresh fresh[BOUND_CHAIN]; /* a ring: the next one goes to fresh[learned % BOUND_CHAIN] */
    uint64_t learned;
    struct known known[SETS][WAYS];
};

struct cert_memory *cert_memory_new(void)
{
    return must_alloc(1, sizeof(struct cert_memory));
}

void cert_memory_free(struct cert_memory **m)
{
    if (!*m)
        return;
    for (unsigned i = 0; i < SETS; i++)
        for (unsigned j = 0; j < WAYS; j++)
            free((*m)->known[i][j].facts);
    for (unsigned i = 0; i < BOUND_CHAIN; i++)
        parsed_free((*m)->fresh[i].parsed);
    free(*m);
    *m = NULL;
}

static struct known *find(struct known set[WAYS], const uint8_t digest[DIGEST_OCTETS])
{
    for (struct known *k = set; k < set + WAYS; k++)
        if (k->used && memcmp(k->digest, digest, DIGEST_OCTETS) == 0)
            return k;
    return NULL;
}

static void keep_fresh(struct cert_memory *m, const uint8_t digest[DIGEST_OCTETS],
                       struct x509_st *parsed)
{
    struct fresh *f = &m->fresh[m->learned++ % BOUND_CHAIN];

    parsed_free(f->parsed);
    f->parsed = parsed;
    memcpy(f->digest, digest, DIGEST_OCTETS);
}

struct x509_st *cert_memory_parsed(struct cert_memory *m, struct slice der)
{
    uint8_t digest[DIGEST_OCTETS];

    digest_of(der, digest);
    for (unsigned i = 0; i < BOUND_CHAIN; i++) {
        struct fresh *f = &m->fresh[i];
        if (f->parsed && memcmp(f->digest, digest, DIGEST_OCTETS) == 0)
            return parsed_share(f->parsed);
    }
    return NULL;
}

/* In the place of the one that was not asked for longest. */
static struct known *learn(struct cert_memory *m, struct known set[WAYS],
                           const uint8_t digest[DIGEST_OCTETS], struct slice der)
{
    struct cert_facts facts;
    struct known *k = set;

    for (unsigned i = 1; i < WAYS; i++)
        if (set[i].used < k->used)
            k = set + i;
    free(k->facts);
    k->facts = NULL;
    memcpy(k->digest, digest, DIGEST_OCTETS);
    struct x509_st *parsed = parsed_read(der, &facts);
    if (parsed) {
        k->facts = must_alloc(1, sizeof *k->facts);
        *k->facts = facts;
        keep_fresh(m, digest, parsed);
    }
    return k;
}

bool cert_recall(struct cert_memory *m, struct slice der, struct cert_facts *facts_r)
{
    uint8_t digest[DIGEST_OCTETS];

    if (!m)
        return cert_read(der, facts_r);
    digest_of(der, digest);
    struct known *set = m->known[(digest[0] | (unsigned)digest[1] << 8) % SETS];
    struct known *k = find(set, digest);
    if (!k)
        k = learn(m, set, digest, der);
    k->used = ++m->clock;
    if (k->facts)
        *facts_r = *k->facts;
    else
        memset(facts_r, 0, sizeof *facts_r);
    return k->facts != NULL;
}
