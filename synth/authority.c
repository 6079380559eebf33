/* authority.c - see authority.h. */
#include "authority.h"

#include <mailtap/random.h>

#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <stdio.h>

int authority_failed(const char *what, struct err *e)
{
    const char *why = ERR_reason_error_string(ERR_peek_last_error());

    ERR_clear_error();
    return err_set(e, "cannot make %s: %s", what, why ? why : "OpenSSL does not say why");
}

/* ---- random numbers.  OpenSSL 3 wants a provider for them, which would be ten times as long; the
 * older way does all that is asked of it here. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"

static _Thread_local struct random numbers;

void authority_random(uint64_t seed)
{
    numbers = random_seeded(seed);
}

static int give(unsigned char *to, int n)
{
    for (int i = 0; i < n; i += 8) {
        uint64_t value = random_u64(&numbers);
        for (int k = i; k < n && k < i + 8; k++, value >>= 8)
            to[k] = (unsigned char)value;
    }
    return 1;
}

static int ready(void)
{
    return 1;
}

void authority_seize(void)
{
    static const RAND_METHOD ours = {.bytes = give, .pseudorand = give, .status = ready};

    authority_random(0);
    RAND_set_rand_method(&ours);
}

void authority_release(void)
{
    RAND_set_rand_method(NULL);
}

#pragma GCC diagnostic pop

/* ---- keys */

static bool is_rsa(unsigned key)
{
    return key % 2;
}

static EVP_PKEY *make_key(unsigned key)
{
    return is_rsa(key) ? EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048)
                       : EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
}

static int keep_key(struct octets *o, EVP_PKEY *key)
{
    int n = key ? i2d_PrivateKey(key, NULL) : 0;

    if (n > 0) {
        unsigned char *to = octets_more(o, (size_t)n);
        i2d_PrivateKey(key, &to);
    }
    EVP_PKEY_free(key);
    return n > 0 ? 0 : -1;
}

/* ---- certificates */

static bool name_it(X509_NAME *name, const char *organisation, const char *common)
{
    return X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)organisation,
                                      -1, -1, 0) &&
           X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)common, -1,
                                      -1, 0);
}

static bool extend(X509 *x, int nid, const char *value)
{
    X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, nid, value);
    bool good = extension && X509_add_ext(x, extension, -1);

    X509_EXTENSION_free(extension);
    return good;
}

#define DAY 86400

/* Valid from `before` days before the scenario on, for so many. */
static X509 *blank(const struct authority *a, uint64_t serial, EVP_PKEY *key, int before, int days)
{
    time_t from = (time_t)(a->start_ns / 1000000000) - (time_t)before * DAY;
    X509 *x = X509_new();

    if (x && X509_set_version(x, 2) && ASN1_INTEGER_set_uint64(X509_get_serialNumber(x), serial) &&
        ASN1_TIME_set(X509_getm_notBefore(x), from) &&
        ASN1_TIME_set(X509_getm_notAfter(x), from + (time_t)days * DAY) && X509_set_pubkey(x, key))
        return x;
    X509_free(x);
    return NULL;
}

#define ORGANISATION "Synthetic captures"

static int make_own(struct authority *a)
{
    a->key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    a->certificate = a->key ? blank(a, 1, a->key, 1000, 7300) : NULL;
    X509 *x = a->certificate;
    BIO *pem = BIO_new(BIO_s_mem());
    char *text;
    bool good = x && pem && name_it(X509_get_subject_name(x), ORGANISATION, "Synthetic CA") &&
                name_it(X509_get_issuer_name(x), ORGANISATION, "Synthetic CA") &&
                extend(x, NID_basic_constraints, "critical,CA:TRUE") &&
                extend(x, NID_key_usage, "critical,keyCertSign,cRLSign") &&
                X509_sign(x, a->key, EVP_sha256()) > 0 && PEM_write_bio_X509(pem, x);

    if (good) {
        long n = BIO_get_mem_data(pem, &text);
        octets_add(&a->pem, (struct slice){(const uint8_t *)text, (size_t)n});
    }
    BIO_free(pem);
    return good ? 0 : -1;
}

int authority_make(struct authority *a, uint64_t seed, int64_t start_ns, struct err *e)
{
    *a = (struct authority){.seed = seed, .start_ns = start_ns};
    authority_random(seed ^ 0x617574686f72);
    if (make_own(a) < 0)
        return authority_failed("an authority for certificates", e);
    for (unsigned i = 0; i < AUTHORITY_KEYS; i++)
        if (keep_key(&a->keys[i], make_key(i)) < 0)
            return authority_failed("a key", e);
    return 0;
}

void authority_free(struct authority *a)
{
    EVP_PKEY_free(a->key);
    X509_free(a->certificate);
    for (unsigned i = 0; i < AUTHORITY_KEYS; i++)
        octets_free(&a->keys[i]);
    octets_free(&a->pem);
    *a = (struct authority){.seed = 0};
}

static X509 *issue(const struct authority *a, uint32_t server, const char *name, EVP_PKEY *key)
{
    char names[128];
    X509 *x = blank(a, 1000 + (uint64_t)server, key, 10 + (int)(server % 300), 730);

    snprintf(names, sizeof names, "DNS:%s", name);
    if (x && name_it(X509_get_subject_name(x), ORGANISATION, name) &&
        X509_set_issuer_name(x, X509_get_subject_name(a->certificate)) &&
        extend(x, NID_subject_alt_name, names) && extend(x, NID_ext_key_usage, "serverAuth") &&
        X509_sign(x, a->key, EVP_sha256()) > 0)
        return x;
    X509_free(x);
    return NULL;
}

int authority_issue(const struct authority *a, uint32_t server, const char *name, EVP_PKEY **key_r,
                    X509 **certificate_r, struct err *e)
{
    /* Not by its number alone, or every second server would be alike. */
    struct random r = random_seeded(a->seed ^ 0x6b6579 ^ (uint64_t)server << 24);
    unsigned key = (unsigned)random_below(&r, AUTHORITY_KEYS);
    const unsigned char *der = a->keys[key].p;

    authority_random(random_u64(&r));
    *key_r = d2i_PrivateKey(is_rsa(key) ? EVP_PKEY_RSA : EVP_PKEY_EC, NULL, &der,
                            (long)a->keys[key].n);
    *certificate_r = *key_r ? issue(a, server, name, *key_r) : NULL;
    if (*certificate_r)
        return 0;
    EVP_PKEY_free(*key_r);
    *key_r = NULL;
    return authority_failed("a certificate", e);
}
