/* test_cert.c - the facts of certificates, and what is none. */
#include "test.h"

#include "handshake.h"

#include <mailtap/cert.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FROM 1700000000
#define TO 4102444800 /* 2100, so GeneralizedTime */

static struct cert_facts facts(const char *subject, const char *issuer)
{
    uint8_t *der;
    size_t n = certificate_der(subject, issuer, FROM, TO, &der);
    struct cert_facts f;

    assert_true(cert_read((struct slice){der, n}, &f));
    OPENSSL_free(der);
    return f;
}

static void the_facts_of_a_certificate(void **state)
{
    (void)state;
    uint8_t *der, digest[32];
    size_t n = certificate_der("mail.example", "Example CA", FROM, TO, &der);
    struct cert_facts f;
    char hex[65];

    assert_true(cert_read((struct slice){der, n}, &f));
    assert_string_equal(f.subject_cn, "mail.example");
    assert_string_equal(f.issuer_cn, "Example CA");
    assert_int_equal(f.not_before, FROM);
    assert_int_equal(f.not_after, TO);
    EVP_Digest(der, n, digest, NULL, EVP_sha256(), NULL);
    for (int i = 0; i < 32; i++)
        snprintf(hex + 2 * i, 3, "%02x", digest[i]);
    assert_string_equal(f.sha256, hex);
    OPENSSL_free(der);
}

static void a_name_without_common_name_is_empty(void **state)
{
    (void)state;
    struct cert_facts f = facts(NULL, "Example CA");

    assert_string_equal(f.subject_cn, "");
    assert_string_equal(f.issuer_cn, "Example CA");
}

static void names_are_escaped(void **state)
{
    (void)state;
    assert_string_equal(facts("a\x1b[31mb\\", "x").subject_cn, "a\\x1b[31mb\\\\");
    assert_string_equal(facts("m\xc3\xbcnchen", "x").subject_cn, "m\xc3\xbcnchen");
}

/* The same octets with every occurrence of `from` replaced; the signature is not looked at. */
static void replace(uint8_t *der, size_t n, const char *from, const void *to)
{
    size_t length = strlen(from);

    for (size_t i = 0; i + length <= n; i++)
        if (memcmp(der + i, from, length) == 0)
            memcpy(der + i, to, length);
}

static void a_nul_in_a_name_hides_nothing(void **state)
{
    (void)state;
    uint8_t *der;
    size_t n = certificate_der("bank.exampleZ.evil", "x", FROM, TO, &der);
    struct cert_facts f;

    replace(der, n, "bank.exampleZ.evil", "bank.example\0.evil");
    assert_true(cert_read((struct slice){der, n}, &f));
    assert_string_equal(f.subject_cn, "bank.example\\x00.evil");
    OPENSSL_free(der);
}

static void the_last_common_name_counts(void **state)
{
    (void)state;
    uint8_t *der = NULL;
    X509 *x = X509_new();
    X509_NAME *name = X509_get_subject_name(x);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"one", -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, (const unsigned char *)"two", -1, -1, 0);
    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_ASC, (const unsigned char *)"org", -1, -1, 0);
    ASN1_TIME_set(X509_getm_notBefore(x), FROM);
    ASN1_TIME_set(X509_getm_notAfter(x), TO);
    EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
    X509_set_pubkey(x, key);
    X509_sign(x, key, EVP_sha256());
    int n = i2d_X509(x, &der);
    struct cert_facts f;
    assert_true(n > 0 && cert_read((struct slice){der, (size_t)n}, &f));
    assert_string_equal(f.subject_cn, "two");
    OPENSSL_free(der);
    EVP_PKEY_free(key);
    X509_free(x);
}

static void assert_none(struct slice der)
{
    struct cert_facts f, zero;

    memset(&zero, 0, sizeof zero);
    memset(&f, 0xaa, sizeof f);
    uint8_t *exact = malloc(der.n ? der.n : 1);
    if (der.n)
        memcpy(exact, der.p, der.n);
    assert_false(cert_read((struct slice){exact, der.n}, &f));
    assert_memory_equal(&f, &zero, sizeof f);
    assert_int_equal(ERR_peek_error(), 0);
    free(exact);
}

static void what_is_no_certificate_gives_nothing(void **state)
{
    (void)state;
    uint8_t *der;
    size_t n = certificate_der("mail.example", "Example CA", FROM, TO, &der);
    uint8_t *longer = malloc(n + 1);

    assert_none((struct slice){NULL, 0});
    assert_none(slice_of("no certificate"));
    for (size_t k = 0; k < n; k++)
        assert_none((struct slice){der, k});
    memcpy(longer, der, n);
    longer[n] = 0;
    assert_none((struct slice){longer, n + 1});
    free(longer);
    replace(der, n, "231114221320Z", "231314221320Z"); /* the 13th month */
    assert_none((struct slice){der, n});
    OPENSSL_free(der);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_facts_of_a_certificate),
        cmocka_unit_test(a_name_without_common_name_is_empty),
        cmocka_unit_test(names_are_escaped),
        cmocka_unit_test(a_nul_in_a_name_hides_nothing),
        cmocka_unit_test(the_last_common_name_counts),
        cmocka_unit_test(what_is_no_certificate_gives_nothing),
    };
    return cmocka_run_group_tests_name("cert", tests, NULL, NULL);
}
