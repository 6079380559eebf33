/* test_tls_names.c - names of versions and cipher suites. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_have_names),
        cmocka_unit_test(suites_at_every_end_of_the_table_are_found),
        cmocka_unit_test(the_table_is_in_order),
        cmocka_unit_test(openssl_says_the_same),
    };
    return cmocka_run_group_tests_name("tls_names", tests, NULL, NULL);
}
