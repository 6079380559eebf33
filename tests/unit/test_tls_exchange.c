/* test_tls_exchange.c - ServerKeyExchange by suite, and chains of certificates. */
#include "test.h"

#include "../../analysis/tls_private.h"

#include <stdlib.h>
#include <string.h>

#define ECDHE_RSA 0xc02f
#define DHE_RSA 0x0033
#define DH_ANON 0x0034
#define DHE_EXPORT 0x0014
#define ECDHE_PSK 0xc035
#define DHE_PSK 0x0090
#define RSA_EXPORT 0x0003
#define RSA_PSK 0x0094
#define NO_SUITE 0xeeee

static struct tls_exchange read_exchange(uint16_t cipher, const void *octets, size_t n)
{
    struct tls_exchange e;
    uint8_t *copy = malloc(n ? n : 1); /* exact, for the sanitizer */

    memcpy(copy, octets, n);
    tls_read_server_exchange((struct slice){copy, n}, cipher, &e);
    free(copy);
    return e;
}

#define READ(cipher, text) read_exchange(cipher, text, sizeof(text) - 1)

/* named_curve, x25519, a key of two octets; what follows is the signature */
#define CURVE "\x03\x00\x1d\x02kk\x08\x04\x00\x02ss"

static void a_named_curve_is_the_group(void **state)
{
    (void)state;
    struct tls_exchange e = READ(ECDHE_RSA, CURVE);
    assert_int_equal(e.group, 29);
    assert_int_equal(e.dh_bits, 0);
    /* explicit_prime: no name */
    assert_int_equal(READ(ECDHE_RSA, "\x01\x00\x1d\x02kk").group, 0);
    /* the key is not all there */
    assert_int_equal(READ(ECDHE_RSA, "\x03\x00\x1d\x03kk").group, 0);
    assert_int_equal(READ(ECDHE_RSA, "\x03\x00").group, 0);
}

/* a prime of 16 octets whose first is given, generator 2, a value of one octet, a signature */
#define PRIME(first)                                                                               \
    "\x00\x10" first "234567890123456"                                                             \
    "\x00\x01\x02"                                                                                 \
    "\x00\x01y"                                                                                    \
    "\x00\x02ss"

static void the_prime_tells_the_strength(void **state)
{
    (void)state;
    struct tls_exchange e = READ(DHE_RSA, PRIME("\x80"));
    assert_int_equal(e.dh_bits, 128);
    assert_int_equal(e.group, 0);
    assert_int_equal(READ(DHE_RSA, PRIME("\xff")).dh_bits, 128);
    assert_int_equal(READ(DHE_RSA, PRIME("\x7f")).dh_bits, 127);
    assert_int_equal(READ(DHE_RSA, PRIME("\x01")).dh_bits, 121);
    /* zeros in front are no part of the number: '2' has six bits */
    assert_int_equal(READ(DHE_RSA, PRIME("\x00")).dh_bits, 118);
    assert_int_equal(READ(DHE_RSA, "\x00\x02\x00\x00\x00\x01\x02\x00\x01y").dh_bits, 0);
    assert_int_equal(READ(DHE_RSA, "\x00\x00\x00\x01\x02\x00\x01y").dh_bits, 0);
    /* the public value is not all there */
    assert_int_equal(READ(DHE_RSA, "\x00\x02\xff\xff\x00\x01\x02\x00\x02y").dh_bits, 0);
}

static void anonymous_and_export_suites_are_read_alike(void **state)
{
    (void)state;
    assert_int_equal(READ(DH_ANON, PRIME("\x80")).dh_bits, 128);
    assert_int_equal(READ(DHE_EXPORT, PRIME("\x80")).dh_bits, 128);
}

static void a_hint_comes_before_the_parameters(void **state)
{
    (void)state;
    assert_int_equal(READ(ECDHE_PSK, "\x00\x04hint\x03\x00\x17\x02kk").group, 23);
    assert_int_equal(READ(ECDHE_PSK, "\x00\x00" CURVE).group, 29);
    assert_int_equal(READ(DHE_PSK, "\x00\x01h" PRIME("\x80")).dh_bits, 128);
    /* the hint is longer than the message */
    assert_int_equal(READ(ECDHE_PSK, CURVE).group, 0);
}

static void what_other_suites_exchange_is_not_guessed_at(void **state)
{
    (void)state;
    static const uint16_t others[] = {RSA_EXPORT, RSA_PSK, NO_SUITE, 0x1301, 0x002f};

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_int_equal(READ(others[i], CURVE).group, 0);
        assert_int_equal(READ(others[i], PRIME("\x80")).dh_bits, 0);
    }
}

/* ---- certificates */

static unsigned chain_of(const void *octets, size_t n, struct slice chain[BOUND_CHAIN])
{
    return tls_read_certificates((struct slice){octets, n}, chain);
}

#define READ_CHAIN(text, chain) chain_of(text, sizeof(text) - 1, chain)

static void a_chain_is_kept_in_the_order_sent(void **state)
{
    (void)state;
    struct slice chain[BOUND_CHAIN];

    assert_int_equal(READ_CHAIN("\x00\x00\x09\x00\x00\x02"
                                "ab\x00\x00\x01"
                                "c",
                                chain),
                     2);
    assert_true(slice_equal(chain[0], slice_of("ab")));
    assert_true(slice_equal(chain[1], slice_of("c")));
    assert_int_equal(READ_CHAIN("\x00\x00\x00", chain), 0);
    assert_int_equal(READ_CHAIN("", chain), 0);
    /* an empty one is none */
    assert_int_equal(READ_CHAIN("\x00\x00\x03\x00\x00\x00", chain), 0);
}

static void a_chain_ends_where_its_lengths_disagree(void **state)
{
    (void)state;
    struct slice chain[BOUND_CHAIN];

    /* the second is longer than the list */
    assert_int_equal(READ_CHAIN("\x00\x00\x09\x00\x00\x02"
                                "ab\x00\x00\x02"
                                "c",
                                chain),
                     1);
    /* the only one is; a list longer than the message */
    assert_int_equal(READ_CHAIN("\x00\x00\x04\x00\x00\x02z", chain), 0);
    assert_int_equal(READ_CHAIN("\x00\x00\x05\x00\x00\x01z", chain), 0);
}

static void a_chain_is_kept_up_to_its_bound(void **state)
{
    (void)state;
    struct slice chain[BOUND_CHAIN];
    uint8_t octets[3 + 4 * (BOUND_CHAIN + 1)] = {0};

    for (unsigned count = BOUND_CHAIN - 1; count <= BOUND_CHAIN + 1; count++) {
        octets[2] = (uint8_t)(4 * count);
        for (unsigned i = 0; i < count; i++)
            octets[3 + 4 * i + 2] = 1;
        assert_int_equal(chain_of(octets, 3 + 4 * count, chain),
                         count < BOUND_CHAIN ? count : BOUND_CHAIN);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_named_curve_is_the_group),
        cmocka_unit_test(the_prime_tells_the_strength),
        cmocka_unit_test(anonymous_and_export_suites_are_read_alike),
        cmocka_unit_test(a_hint_comes_before_the_parameters),
        cmocka_unit_test(what_other_suites_exchange_is_not_guessed_at),
        cmocka_unit_test(a_chain_is_kept_in_the_order_sent),
        cmocka_unit_test(a_chain_ends_where_its_lengths_disagree),
        cmocka_unit_test(a_chain_is_kept_up_to_its_bound),
    };
    return cmocka_run_group_tests_name("tls_exchange", tests, NULL, NULL);
}
