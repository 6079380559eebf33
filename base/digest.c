/* digest.c - see digest.h. */
#include <mailtap/digest.h>

#include <mailtap/err.h>

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct digest {
    EVP_MD_CTX *context;
};

static void must(int ok)
{
    if (ok == 1)
        return;
    fputs("mailtap: OpenSSL cannot compute SHA-256 here; check its configuration\n", stderr);
    exit(1);
}

/* OpenSSL looks algorithms up by their names for each digest, which takes longer than most of them;
 * so they are looked up once.  NULL: the system has none, or its policy forbids it. */
static EVP_MD *fetched_sha256, *fetched_md5;
static pthread_once_t looked_up = PTHREAD_ONCE_INIT;

static void look_up(void)
{
    fetched_sha256 = EVP_MD_fetch(NULL, "SHA2-256", NULL);
    fetched_md5 = EVP_MD_fetch(NULL, "MD5", NULL);
    must(fetched_sha256 != NULL);
}

static const EVP_MD *sha256(void)
{
    pthread_once(&looked_up, look_up);
    return fetched_sha256;
}

static EVP_MD_CTX *new_context(void)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();

    must(context != NULL);
    must(EVP_DigestInit_ex(context, sha256(), NULL));
    return context;
}

struct digest *digest_new(void)
{
    struct digest *d = must_alloc(1, sizeof *d);

    d->context = new_context();
    return d;
}

void digest_add(struct digest *d, struct slice s)
{
    if (s.n)
        must(EVP_DigestUpdate(d->context, s.p, s.n));
}

void digest_finish(struct digest **d, uint8_t out[DIGEST_OCTETS])
{
    must(EVP_DigestFinal_ex((*d)->context, out, NULL));
    EVP_MD_CTX_free((*d)->context);
    free(*d);
    *d = NULL;
}

void digest_of(struct slice s, uint8_t out[DIGEST_OCTETS])
{
    must(EVP_Digest(s.n ? s.p : (const uint8_t *)"", s.n, out, NULL, sha256(), NULL));
}

/* ---- under a key: HMAC (RFC 2104), its two beginnings kept */

enum { HMAC_BLOCK = 64 };

struct digest_key {
    EVP_MD_CTX *inner, *outer; /* they have read the key, in its two disguises */
    EVP_MD_CTX *work;
};

static EVP_MD_CTX *begin_with(const uint8_t key[HMAC_BLOCK], uint8_t disguise)
{
    EVP_MD_CTX *context = new_context();
    uint8_t block[HMAC_BLOCK];

    for (size_t i = 0; i < sizeof block; i++)
        block[i] = key[i] ^ disguise;
    must(EVP_DigestUpdate(context, block, sizeof block));
    explicit_bzero(block, sizeof block);
    return context;
}

struct digest_key *digest_key_new(struct slice key)
{
    struct digest_key *k = must_alloc(1, sizeof *k);
    uint8_t block[HMAC_BLOCK] = {0};

    if (key.n > sizeof block)
        digest_of(key, block);
    else if (key.n)
        memcpy(block, key.p, key.n);
    k->inner = begin_with(block, 0x36);
    k->outer = begin_with(block, 0x5c);
    k->work = new_context();
    explicit_bzero(block, sizeof block);
    return k;
}

void digest_key_free(struct digest_key **k)
{
    if (!*k)
        return;
    EVP_MD_CTX_free((*k)->inner);
    EVP_MD_CTX_free((*k)->outer);
    EVP_MD_CTX_free((*k)->work);
    free(*k);
    *k = NULL;
}

void digest_under(struct digest_key *k, struct slice s, uint8_t out[DIGEST_OCTETS])
{
    uint8_t inner[DIGEST_OCTETS];

    must(EVP_MD_CTX_copy_ex(k->work, k->inner));
    if (s.n)
        must(EVP_DigestUpdate(k->work, s.p, s.n));
    must(EVP_DigestFinal_ex(k->work, inner, NULL));
    must(EVP_MD_CTX_copy_ex(k->work, k->outer));
    must(EVP_DigestUpdate(k->work, inner, sizeof inner));
    must(EVP_DigestFinal_ex(k->work, out, NULL));
}

void digest_keyed(struct slice key, struct slice s, uint8_t out[DIGEST_OCTETS])
{
    struct digest_key *k = digest_key_new(key);

    digest_under(k, s, out);
    digest_key_free(&k);
}

bool digest_md5(struct slice s, uint8_t out[DIGEST_MD5_OCTETS])
{
    const uint8_t *text = s.n ? s.p : (const uint8_t *)"";

    memset(out, 0, DIGEST_MD5_OCTETS);
    pthread_once(&looked_up, look_up);
    return fetched_md5 && EVP_Digest(text, s.n, out, NULL, fetched_md5, NULL) == 1;
}

void digest_random(uint8_t *out, size_t n)
{
    must(RAND_bytes(out, (int)n));
}

void digest_hex(char *to, struct slice s)
{
    static const char digits[] = "0123456789abcdef";

    for (size_t i = 0; i < s.n; i++) {
        *to++ = digits[s.p[i] >> 4];
        *to++ = digits[s.p[i] & 15];
    }
    *to = '\0';
}
