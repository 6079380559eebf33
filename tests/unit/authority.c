/* authority.c - see authority.h. */
#include "authority.h"

#include "test.h"

#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void add_extension(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

    assert_non_null(e);
    X509_add_ext(x, e, -1);
    X509_EXTENSION_free(e);
}

static void set_common_name(X509_NAME *name, const char *text)
{
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)text, -1, -1, 0);
}

static void sign(X509 *x, const struct request *r, EVP_PKEY *key)
{
    const EVP_MD *digest = r->digest                       ? r->digest
                           : EVP_PKEY_is_a(key, "ED25519") ? NULL
                                                           : EVP_sha256();
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    EVP_PKEY_CTX *parameters = NULL;

    assert_int_equal(EVP_DigestSignInit(ctx, &parameters, digest, NULL, key), 1);
    if (r->pss)
        assert_int_equal(EVP_PKEY_CTX_set_rsa_padding(parameters, RSA_PKCS1_PSS_PADDING), 1);
    assert_true(X509_sign_ctx(x, ctx) > 0);
    EVP_MD_CTX_free(ctx);
}

static void encode(struct issued *c)
{
    OPENSSL_free(c->der);
    c->der = NULL;
    int n = i2d_X509(c->x, &c->der);
    assert_true(n > 0);
    c->slice = (struct slice){c->der, (size_t)n};
}

struct issued issue(const struct request *r, const struct issued *by)
{
    static long serial;
    struct issued c = {.x = X509_new()};

    c.key = r->key ? r->key : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    if (r->key)
        EVP_PKEY_up_ref(c.key);
    X509_set_version(c.x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(c.x), ++serial);
    ASN1_TIME_set(X509_getm_notBefore(c.x), r->from ? r->from : FROM);
    ASN1_TIME_set(X509_getm_notAfter(c.x), r->to ? r->to : TO);
    set_common_name(X509_get_subject_name(c.x), r->subject);
    X509_set_issuer_name(c.x, X509_get_subject_name(by ? by->x : c.x));
    X509_set_pubkey(c.x, c.key);
    if (r->authority)
        add_extension(c.x, NID_basic_constraints, "critical,CA:TRUE");
    if (r->names)
        add_extension(c.x, NID_subject_alt_name, r->names);
    sign(c.x, r, by ? by->key : c.key);
    encode(&c);
    return c;
}

void issued_free(struct issued *c)
{
    X509_free(c->x);
    EVP_PKEY_free(c->key);
    OPENSSL_free(c->der);
}

void issued_replace(struct issued *c, const char *from, const void *to, EVP_PKEY *key)
{
    size_t length = strlen(from);
    const uint8_t *p = c->der;

    for (size_t i = 0; i + length <= c->slice.n; i++)
        if (memcmp(c->der + i, from, length) == 0)
            memcpy(c->der + i, to, length);
    X509_free(c->x);
    c->x = d2i_X509(NULL, &p, (long)c->slice.n);
    assert_non_null(c->x);
    sign(c->x, &(struct request){0}, key);
    encode(c);
}

void write_pem(char path[64], const struct issued *const *certificates, size_t n)
{
    snprintf(path, 64, "/tmp/mailtap-pem-XXXXXX");
    FILE *f = fdopen(mkstemp(path), "w");

    assert_non_null(f);
    for (size_t i = 0; i < n; i++)
        assert_int_equal(PEM_write_X509(f, certificates[i]->x), 1);
    fclose(f);
}
