/* digest.c - see digest.h. */
#include <mailtap/digest.h>

#include <mailtap/err.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
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

struct digest *digest_new(void)
{
    struct digest *d = must_alloc(1, sizeof *d);

    d->context = EVP_MD_CTX_new();
    must(d->context != NULL);
    must(EVP_DigestInit_ex(d->context, EVP_sha256(), NULL));
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
    must(EVP_Digest(s.n ? s.p : (const uint8_t *)"", s.n, out, NULL, EVP_sha256(), NULL));
}

void digest_keyed(struct slice key, struct slice s, uint8_t out[DIGEST_OCTETS])
{
    const uint8_t *text = s.n ? s.p : (const uint8_t *)"";

    must(HMAC(EVP_sha256(), key.p, (int)key.n, text, s.n, out, NULL) != NULL);
}

bool digest_md5(struct slice s, uint8_t out[DIGEST_MD5_OCTETS])
{
    const uint8_t *text = s.n ? s.p : (const uint8_t *)"";

    memset(out, 0, DIGEST_MD5_OCTETS);
    return EVP_Digest(text, s.n, out, NULL, EVP_md5(), NULL) == 1;
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
