/* test_cert_memory.c - certificates are read once, and what was said of them stays. */
#include "test.h"

#include "handshake.h"

#include <mailtap/cert.h>
#include <openssl/asn1t.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <string.h>

#define FROM 1700000000
#define TO 4102444800

/* How often OpenSSL was asked to read one: this takes the place of its function. */
static unsigned reads;

X509 *d2i_X509(X509 **x, const unsigned char **octets, long n)
{
    reads++;
    return (X509 *)ASN1_item_d2i((ASN1_VALUE **)x, octets, n, ASN1_ITEM_rptr(X509));
}

static void assert_same_as_read(struct cert_memory *m, struct slice der)
{
    struct cert_facts read, recalled;

    memset(&read, 0xaa, sizeof read);
    memset(&recalled, 0x55, sizeof recalled);
    assert_int_equal(cert_read(der, &read), cert_recall(m, der, &recalled));
    assert_memory_equal(&read, &recalled, sizeof read);
}

/* How often OpenSSL reads it on the way to its facts. */
static unsigned reads_of(struct cert_memory *m, struct slice der)
{
    struct cert_facts f;
    unsigned before = reads;

    cert_recall(m, der, &f);
    return reads - before;
}

static void one_is_read_once_and_says_the_same(void **state)
{
    (void)state;
    struct cert_memory *m = cert_memory_new();
    uint8_t *one, *other;
    size_t n = certificate_der("mail.example", "Example CA", FROM, TO, &one);
    size_t k = certificate_der("mx.example", "Example CA", FROM, TO, &other);
    struct slice first = {one, n}, second = {other, k};

    assert_int_equal(reads_of(m, first), 1);
    assert_int_equal(reads_of(m, second), 1);
    assert_int_equal(reads_of(m, first) + reads_of(m, second), 0);
    assert_same_as_read(m, first);
    assert_same_as_read(m, second);
    cert_memory_free(&m);
    assert_null(m);
    OPENSSL_free(one);
    OPENSSL_free(other);
}

static void what_is_none_stays_none(void **state)
{
    (void)state;
    struct cert_memory *m = cert_memory_new();
    uint8_t *der;
    size_t n = certificate_der("mail.example", "Example CA", FROM, TO, &der);

    for (int again = 0; again < 2; again++) {
        assert_same_as_read(m, (struct slice){NULL, 0});
        assert_same_as_read(m, slice_of("no certificate"));
        for (size_t k = n - 9; k <= n; k++) /* cut, and then whole */
            assert_same_as_read(m, (struct slice){der, k});
    }
    assert_int_equal(reads_of(m, slice_of("no certificate")), 0);
    assert_int_equal(reads_of(m, (struct slice){der, n - 1}), 0);
    cert_memory_free(&m);
    OPENSSL_free(der);
}

static void a_flood_makes_it_forget_and_not_lie(void **state)
{
    (void)state;
    struct cert_memory *m = cert_memory_new();
    uint8_t *used, *unused;
    size_t n = certificate_der("used.example", "Example CA", FROM, TO, &used);
    size_t k = certificate_der("unused.example", "Example CA", FROM, TO, &unused);
    char text[16];

    assert_int_equal(reads_of(m, (struct slice){unused, k}), 1);
    assert_int_equal(reads_of(m, (struct slice){used, n}), 1);
    for (unsigned i = 0; i < 8 * BOUND_CERTIFICATES; i++) {
        snprintf(text, sizeof text, "%u", i);
        assert_int_equal(reads_of(m, slice_of(text)), 1);
        assert_int_equal(reads_of(m, (struct slice){used, n}), 0);
    }
    assert_same_as_read(m, (struct slice){used, n});
    assert_int_equal(reads_of(m, (struct slice){unused, k}), 1);
    assert_same_as_read(m, (struct slice){unused, k});
    cert_memory_free(&m);
    OPENSSL_free(used);
    OPENSSL_free(unused);
}

static void without_memory_it_is_read_each_time(void **state)
{
    (void)state;
    uint8_t *der;
    size_t n = certificate_der("mail.example", "Example CA", FROM, TO, &der);

    assert_same_as_read(NULL, (struct slice){der, n});
    assert_same_as_read(NULL, slice_of("no certificate"));
    assert_int_equal(reads_of(NULL, (struct slice){der, n}), 1);
    assert_int_equal(reads_of(NULL, (struct slice){der, n}), 1);
    OPENSSL_free(der);
}

/* How often OpenSSL reads it on the way to a verdict on it alone. */
static unsigned reads_to_verify(struct cert_memory *m, struct slice der)
{
    struct chain_verdict verdict;
    unsigned before = reads;

    chain_verify(NULL, m, &der, 1, FROM + 1, "mail.example", &verdict);
    assert_int_equal(verdict.named, NO); /* it was looked at: a common name is no name */
    return reads - before;
}

static void a_verdict_reads_none_of_those_read_last(void **state)
{
    (void)state;
    struct cert_memory *m = cert_memory_new();
    uint8_t *octets[BOUND_CHAIN + 1];
    struct slice der[BOUND_CHAIN + 1];
    char name[32];

    for (unsigned i = 0; i <= BOUND_CHAIN; i++) {
        snprintf(name, sizeof name, "mx%u.example", i);
        der[i].n = certificate_der(name, "Example CA", FROM, TO, &octets[i]);
        der[i].p = octets[i];
        assert_int_equal(reads_to_verify(m, der[i]), 1);
        assert_int_equal(reads_of(m, der[i]), 1);
        assert_int_equal(reads_to_verify(m, der[i]), 0);
        assert_int_equal(reads_to_verify(NULL, der[i]), 1);
    }
    for (unsigned i = 0; i <= BOUND_CHAIN; i++) {
        assert_int_equal(reads_to_verify(m, der[i]), i == 0); /* one gave way */
        OPENSSL_free(octets[i]);
    }
    cert_memory_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_is_read_once_and_says_the_same),
        cmocka_unit_test(what_is_none_stays_none),
        cmocka_unit_test(a_flood_makes_it_forget_and_not_lie),
        cmocka_unit_test(without_memory_it_is_read_each_time),
        cmocka_unit_test(a_verdict_reads_none_of_those_read_last),
    };
    return cmocka_run_group_tests_name("cert_memory", tests, NULL, NULL);
}
