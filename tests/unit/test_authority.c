/* test_authority.c - certificates are signed, named, and the same for a seed. */
#include "test.h"

#include "../../synth/authority.h"

#include <openssl/rand.h>
#include <openssl/x509v3.h>
#include <string.h>

#define START (INT64_C(1793491200) * 1000000000)

static void random_numbers_follow_from_the_seed(void **state)
{
    (void)state;
    unsigned char a[33], b[33], c[33];

    authority_seize();
    authority_random(5);
    RAND_bytes(a, sizeof a);
    RAND_priv_bytes(c, sizeof c);
    authority_random(5);
    RAND_bytes(b, sizeof b);
    assert_memory_equal(a, b, sizeof a);
    assert_memory_not_equal(a, c, sizeof a);
    authority_release();
    RAND_bytes(b, sizeof b);
    authority_random(5);
    RAND_bytes(c, sizeof c);
    assert_memory_not_equal(c, a, sizeof a);
    assert_memory_not_equal(c, b, sizeof a);
}

static void certificates_are_signed_and_named(void **state)
{
    (void)state;
    struct authority a;
    struct err e = {""};
    bool kinds[2] = {false, false};

    authority_seize();
    assert_int_equal(authority_make(&a, 3, START, &e), 0);
    assert_memory_equal(a.pem.p, "-----BEGIN CERTIFICATE-----", 27);
    EVP_PKEY *signer = X509_get0_pubkey(a.certificate);
    assert_int_equal(X509_verify(a.certificate, signer), 1);
    for (uint32_t i = 0; i < 12; i++) {
        EVP_PKEY *key;
        X509 *x;
        assert_int_equal(authority_issue(&a, i, "mx7.example", &key, &x, &e), 0);
        assert_int_equal(X509_verify(x, signer), 1);
        assert_int_equal(X509_check_private_key(x, key), 1);
        assert_int_equal(X509_check_host(x, "mx7.example", 0, 0, NULL), 1);
        assert_int_equal(X509_check_host(x, "mx8.example", 0, 0, NULL), 0);
        time_t begin = START / 1000000000;
        assert_true(X509_cmp_time(X509_get0_notBefore(x), &begin) < 0);
        begin += 365 * 86400;
        assert_true(X509_cmp_time(X509_get0_notAfter(x), &begin) > 0);
        kinds[EVP_PKEY_is_a(key, "RSA")] = true;
        EVP_PKEY_free(key);
        X509_free(x);
    }
    assert_true(kinds[0] && kinds[1]);
    authority_free(&a);
    authority_release();
}

static struct octets made(uint64_t seed)
{
    struct authority a;
    struct err e = {""};
    struct octets all = {0};
    EVP_PKEY *key;
    X509 *x;

    authority_seize();
    assert_int_equal(authority_make(&a, seed, START, &e), 0);
    octets_add(&all, octets_slice(&a.pem));
    for (uint32_t i = 0; i < 6; i++) {
        unsigned char *der = NULL;
        assert_int_equal(authority_issue(&a, i, "mx.example", &key, &x, &e), 0);
        int n = i2d_X509(x, &der);
        octets_add(&all, (struct slice){der, (size_t)n});
        OPENSSL_free(der);
        X509_free(x);
        EVP_PKEY_free(key);
    }
    authority_free(&a);
    authority_release();
    return all;
}

static void a_seed_gives_the_same(void **state)
{
    (void)state;
    struct octets a = made(1), b = made(1), c = made(2);

    assert_true(slice_equal(octets_slice(&a), octets_slice(&b)));
    assert_false(slice_equal(octets_slice(&a), octets_slice(&c)));
    octets_free(&a);
    octets_free(&b);
    octets_free(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_numbers_follow_from_the_seed),
        cmocka_unit_test(certificates_are_signed_and_named),
        cmocka_unit_test(a_seed_gives_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
