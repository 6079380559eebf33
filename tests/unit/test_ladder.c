/* test_ladder.c - every rung, and every weakness by itself. */
#include "test.h"

#include <mailtap/ladder.h>
#include <string.h>

static enum rung encrypted(uint16_t version, tri visible, tri verified, tri named)
{
    struct protection p = {.encrypted = true,
                           .version = version,
                           .certificate_visible = visible,
                           .verified = verified,
                           .named = named};
    return protection_rung(&p);
}

static void what_is_not_encrypted(void **state)
{
    (void)state;
    assert_int_equal(protection_rung(&(struct protection){0}), RUNG_UNDECIDED);
    assert_int_equal(protection_rung(&(struct protection){.cleartext = true}), RUNG_CLEARTEXT);
    assert_int_equal(protection_rung(&(struct protection){.cleartext = true, .stripped = true}),
                     RUNG_STRIPPED);
    assert_int_equal(protection_rung(&(struct protection){.stripped = true}), RUNG_STRIPPED);
}

static void old_versions_are_obsolete_whatever_else(void **state)
{
    (void)state;
    for (uint16_t v = 0x0300; v < 0x0303; v++) {
        assert_int_equal(encrypted(v, YES, YES, YES), RUNG_OBSOLETE);
        assert_int_equal(encrypted(v, NO, UNKNOWN, UNKNOWN), RUNG_OBSOLETE);
    }
    assert_int_equal(encrypted(0x0002, YES, NO, NO), RUNG_OBSOLETE);
    assert_int_equal(encrypted(0, YES, YES, YES), RUNG_UNDECIDED);
}

static void the_certificate_decides(void **state)
{
    (void)state;
    static const struct {
        tri visible, verified, named;
        enum rung rung;
    } cases[] = {
        {NO, UNKNOWN, UNKNOWN, RUNG_HIDDEN},      {UNKNOWN, YES, YES, RUNG_UNDECIDED},
        {YES, YES, YES, RUNG_AUTHENTICABLE},      {YES, NO, YES, RUNG_UNAUTHENTICATED},
        {YES, YES, NO, RUNG_UNAUTHENTICATED},     {YES, UNKNOWN, NO, RUNG_UNAUTHENTICATED},
        {YES, NO, UNKNOWN, RUNG_UNAUTHENTICATED}, {YES, UNKNOWN, YES, RUNG_UNDECIDED},
        {YES, YES, UNKNOWN, RUNG_UNDECIDED},      {YES, UNKNOWN, UNKNOWN, RUNG_UNDECIDED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (uint16_t v = 0x0303; v <= 0x0304; v++)
            assert_int_equal(encrypted(v, cases[i].visible, cases[i].verified, cases[i].named),
                             cases[i].rung);
}

static void self_signed_is_undecided_only_when_trusted(void **state)
{
    (void)state;
    struct protection p = {.encrypted = true,
                           .version = 0x0303,
                           .certificate_visible = YES,
                           .named = YES,
                           .self_signed = true};

    assert_int_equal(protection_rung(&p), RUNG_UNAUTHENTICATED);
    p.verified = YES; /* the operator trusts it */
    assert_int_equal(protection_rung(&p), RUNG_AUTHENTICABLE);
}

static void rungs_have_names(void **state)
{
    (void)state;
    static const char *const names[RUNGS] = {
        "undecided",
        "cleartext",
        "stripped",
        "obsolete-tls",
        "unauthenticated",
        "authenticable",
        "authentication-hidden",
    };
    for (int r = 0; r < RUNGS; r++)
        assert_string_equal(rung_name((enum rung)r), names[r]);
}

/* ---- weaknesses */

static uint32_t cipher(uint16_t number)
{
    return tls_weaknesses(&(struct tls_choice){.cipher_known = true, .cipher = number});
}

static void nothing_known_is_nothing_weak(void **state)
{
    (void)state;
    assert_int_equal(tls_weaknesses(&(struct tls_choice){0}), 0);
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.version = 0x0304,
                                                         .cipher_known = true,
                                                         .cipher = 0x1301,
                                                         .group = 29,
                                                         .dh_bits = 2048,
                                                         .compression = NO,
                                                         .key_type = "RSA",
                                                         .key_bits = 2048,
                                                         .signature = "sha256WithRSAEncryption"}),
                     0);
}

static void versions(void **state)
{
    (void)state;
    static const struct {
        uint16_t version;
        uint32_t weak;
    } cases[] = {
        {0x0002, WEAK(WEAK_SSL)},
        {0x0300, WEAK(WEAK_SSL)},
        {0x0301, WEAK(WEAK_OLD_TLS)},
        {0x0302, WEAK(WEAK_OLD_TLS)},
        {0x0303, 0},
        {0x0304, 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(tls_weaknesses(&(struct tls_choice){.version = cases[i].version}),
                         cases[i].weak);
}

static void ciphers(void **state)
{
    (void)state;
    static const struct {
        uint16_t number;
        uint32_t weak;
    } cases[] = {
        {0x0000, WEAK(WEAK_NULL)},                                            /* NULL_WITH_NULL */
        {0x003b, WEAK(WEAK_NULL) | WEAK(WEAK_NO_FORWARD)},                    /* RSA, NULL */
        {0x0003, WEAK(WEAK_EXPORT) | WEAK(WEAK_RC4) | WEAK(WEAK_NO_FORWARD)}, /* RSA_EXPORT */
        {0x0014, WEAK(WEAK_EXPORT) | WEAK(WEAK_DES) | WEAK(WEAK_CBC)},        /* DHE, DES40 */
        {0x0018, WEAK(WEAK_ANONYMOUS) | WEAK(WEAK_RC4)},                      /* DH_anon */
        {0xc016, WEAK(WEAK_ANONYMOUS) | WEAK(WEAK_RC4)},                      /* ECDH_anon */
        {0x0005, WEAK(WEAK_RC4) | WEAK(WEAK_NO_FORWARD)},
        {0x0015, WEAK(WEAK_DES) | WEAK(WEAK_CBC)},  /* DHE_RSA, DES */
        {0x0016, WEAK(WEAK_3DES) | WEAK(WEAK_CBC)}, /* DHE_RSA, 3DES */
        {0x009c, WEAK(WEAK_NO_FORWARD)},            /* RSA, AES_128_GCM */
        {0x00a0, WEAK(WEAK_NO_FORWARD)},            /* DH_RSA, AES_128_GCM */
        {0xc031, WEAK(WEAK_NO_FORWARD)},            /* ECDH_RSA, AES_128_GCM */
        {0x00a8, WEAK(WEAK_NO_FORWARD)},            /* PSK, AES_128_GCM */
        {0xc013, WEAK(WEAK_CBC)},                   /* ECDHE_RSA, AES_128_CBC */
        {0xc02f, 0},                                /* ECDHE_RSA, AES_128_GCM */
        {0x009e, 0},                                /* DHE_RSA, AES_128_GCM */
        {0xcca8, 0},                                /* ECDHE_RSA, CHACHA20_POLY1305 */
        {0x1302, 0},
        {0xc0b4, WEAK(WEAK_NULL)}, /* SHA256_SHA256 */
        {0xfefe, 0},               /* none of the registry */
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(cipher(cases[i].number), cases[i].weak);
}

static uint32_t signature(const char *name)
{
    return tls_weaknesses(&(struct tls_choice){.signature = name});
}

static void signatures(void **state)
{
    (void)state;
    assert_int_equal(signature("md5WithRSAEncryption"), WEAK(WEAK_MD5));
    assert_int_equal(signature("md2WithRSAEncryption"), WEAK(WEAK_MD5));
    assert_int_equal(signature("sha1WithRSAEncryption"), WEAK(WEAK_SHA1));
    assert_int_equal(signature("ecdsa-with-SHA1"), WEAK(WEAK_SHA1));
    assert_int_equal(signature("dsaWithSHA"), WEAK(WEAK_SHA1));
    assert_int_equal(signature("shaWithRSAEncryption"), WEAK(WEAK_SHA1));
    assert_int_equal(signature("rsassaPss sha1"), WEAK(WEAK_SHA1));
    assert_int_equal(signature("rsassaPss sha256"), 0);
    assert_int_equal(signature("ecdsa-with-SHA384"), 0);
    assert_int_equal(signature("RSA-SHA3-512"), 0);
    assert_int_equal(signature("ED25519"), 0);
    assert_int_equal(signature(""), 0);
}

static uint32_t key(const char *type, unsigned bits)
{
    return tls_weaknesses(&(struct tls_choice){.key_type = type, .key_bits = bits});
}

static void keys_and_groups(void **state)
{
    (void)state;
    assert_int_equal(key("RSA", 2047), WEAK(WEAK_RSA_KEY));
    assert_int_equal(key("RSA-PSS", 1024), WEAK(WEAK_RSA_KEY));
    assert_int_equal(key("RSA", 2048), 0);
    assert_int_equal(key("RSA", 0), 0);
    assert_int_equal(key("EC prime192v1", 192), WEAK(WEAK_EC_CURVE));
    assert_int_equal(key("EC secp224r1", 224), 0);
    assert_int_equal(key("ED25519", 253), 0);
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.dh_bits = 1024}), WEAK(WEAK_DH_GROUP));
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.dh_bits = 2048}), 0);
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.group = 5}), WEAK(WEAK_EC_CURVE));
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.group = 6}), 0);
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.group = 14}), 0);
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.group = 15}), WEAK(WEAK_EC_CURVE));
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.group = 19}), WEAK(WEAK_EC_CURVE));
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.group = 20}), 0);
    assert_int_equal(tls_weaknesses(&(struct tls_choice){.compression = YES}),
                     WEAK(WEAK_COMPRESSION));
}

static void every_weakness_has_a_name_of_its_own(void **state)
{
    (void)state;
    for (unsigned i = 0; i < WEAKNESSES; i++) {
        assert_non_null(weakness_name(i));
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(weakness_name(i), weakness_name(k));
    }
    assert_string_equal(weakness_name(WEAK_NO_FORWARD), "no-forward-secrecy");
    assert_null(weakness_name(WEAKNESSES));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_encrypted),
        cmocka_unit_test(old_versions_are_obsolete_whatever_else),
        cmocka_unit_test(the_certificate_decides),
        cmocka_unit_test(self_signed_is_undecided_only_when_trusted),
        cmocka_unit_test(rungs_have_names),
        cmocka_unit_test(nothing_known_is_nothing_weak),
        cmocka_unit_test(versions),
        cmocka_unit_test(ciphers),
        cmocka_unit_test(signatures),
        cmocka_unit_test(keys_and_groups),
        cmocka_unit_test(every_weakness_has_a_name_of_its_own),
    };
    return cmocka_run_group_tests_name("ladder", tests, NULL, NULL);
}
