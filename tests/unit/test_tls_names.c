/* test_tls_names.c - names of versions, cipher suites and groups. */
#include "test.h"

#include <mailtap/tls.h>
#include <openssl/ssl.h>
#include <string.h>

static void versions_have_names(void **state)
{
    (void)state;
    assert_string_equal(tls_version_name(0x0300), "SSLv3");
    assert_string_equal(tls_version_name(0x0301), "TLSv1.0");
    assert_string_equal(tls_version_name(0x0303), "TLSv1.2");
    assert_string_equal(tls_version_name(0x0304), "TLSv1.3");
    assert_null(tls_version_name(0));
    assert_null(tls_version_name(0x0305));
    assert_null(tls_version_name(0x0002));
}

static void suites_at_every_end_of_the_table_are_found(void **state)
{
    (void)state;
    assert_string_equal(tls_cipher_name(0x0000), "TLS_NULL_WITH_NULL_NULL");
    assert_string_equal(tls_cipher_name(0x002f), "TLS_RSA_WITH_AES_128_CBC_SHA");
    assert_string_equal(tls_cipher_name(0x00ff), "TLS_EMPTY_RENEGOTIATION_INFO_SCSV");
    assert_string_equal(tls_cipher_name(0x1301), "TLS_AES_128_GCM_SHA256");
    assert_string_equal(tls_cipher_name(0x5600), "TLS_FALLBACK_SCSV");
    assert_string_equal(tls_cipher_name(0xc0aa), "TLS_PSK_DHE_WITH_AES_128_CCM_8");
    assert_string_equal(tls_cipher_name(0xcca8), "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");
    assert_string_equal(tls_cipher_name(0xd005), "TLS_ECDHE_PSK_WITH_AES_128_CCM_SHA256");
    assert_null(tls_cipher_name(0x001c)); /* reserved */
    assert_null(tls_cipher_name(0xd004));
    assert_null(tls_cipher_name(0xd006));
    assert_null(tls_cipher_name(0x0a0a)); /* GREASE */
    assert_null(tls_cipher_name(0xffff));
}

/* The table is in order if each of its names is found: there are 353 of them. */
static void the_table_is_in_order(void **state)
{
    (void)state;
    unsigned found = 0;

    for (uint32_t number = 0; number <= 0xffff; number++) {
        const char *name = tls_cipher_name((uint16_t)number);
        if (!name)
            continue;
        assert_int_equal(strncmp(name, "TLS_", 4), 0);
        found++;
    }
    assert_int_equal(found, 353);
}

static void openssl_says_the_same(void **state)
{
    (void)state;
    SSL_CTX *context = SSL_CTX_new(TLS_method());
    SSL_CTX_set_cipher_list(context, "ALL:COMPLEMENTOFALL:@SECLEVEL=0");
    STACK_OF(SSL_CIPHER) *all = SSL_CTX_get_ciphers(context);

    assert_true(sk_SSL_CIPHER_num(all) > 30);
    for (int i = 0; i < sk_SSL_CIPHER_num(all); i++) {
        const SSL_CIPHER *c = sk_SSL_CIPHER_value(all, i);
        const char *name = tls_cipher_name(SSL_CIPHER_get_protocol_id(c));
        assert_non_null(name);
        assert_string_equal(name, SSL_CIPHER_standard_name(c));
    }
    SSL_CTX_free(context);
}

static void groups_have_names(void **state)
{
    (void)state;
    unsigned named = 0, post_quantum = 0;

    assert_string_equal(tls_group_name(1), "sect163k1");
    assert_string_equal(tls_group_name(0x17), "secp256r1");
    assert_string_equal(tls_group_name(0x1d), "x25519");
    assert_string_equal(tls_group_name(0x29), "curveSM2");
    assert_string_equal(tls_group_name(0x100), "ffdhe2048");
    assert_string_equal(tls_group_name(0x11ec), "X25519MLKEM768");
    assert_string_equal(tls_group_name(0xff02), "arbitrary_explicit_char2_curves");
    assert_null(tls_group_name(0));
    assert_null(tls_group_name(0x2a));
    assert_null(tls_group_name(0x105));
    assert_null(tls_group_name(0x11ef));
    assert_null(tls_group_name(0x0a0a)); /* GREASE */
    for (uint32_t number = 0; number <= 0xffff; number++) {
        named += tls_group_name((uint16_t)number) != NULL;
        post_quantum += tls_group_is_post_quantum((uint16_t)number);
    }
    assert_int_equal(named, 41 + 5 + 3 + 4 + 2 + 2);
    assert_int_equal(post_quantum, 3 + 4 + 2);
}

static void groups_with_a_lattice_are_post_quantum(void **state)
{
    (void)state;
    static const uint16_t are[] = {0x200, 0x201, 0x202, 0x11eb, 0x11ec, 0x11ed, 0x11ee, 0x6399};
    static const uint16_t are_not[] = {0,     0x17,  0x1d,  0x1e,   0x29,
                                       0x100, 0x1ff, 0x203, 0x11ea, 0x11ef};

    for (size_t i = 0; i < sizeof are / sizeof *are; i++)
        assert_true(tls_group_is_post_quantum(are[i]));
    for (size_t i = 0; i < sizeof are_not / sizeof *are_not; i++)
        assert_false(tls_group_is_post_quantum(are_not[i]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_have_names),
        cmocka_unit_test(suites_at_every_end_of_the_table_are_found),
        cmocka_unit_test(the_table_is_in_order),
        cmocka_unit_test(openssl_says_the_same),
        cmocka_unit_test(groups_have_names),
        cmocka_unit_test(groups_with_a_lattice_are_post_quantum),
    };
    return cmocka_run_group_tests_name("tls_names", tests, NULL, NULL);
}
