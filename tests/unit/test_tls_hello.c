/* test_tls_hello.c - the fields of hellos, and hellos that contradict themselves. */
#include "test.h"

#include "../../analysis/tls_private.h"

#include <stdlib.h>
#include <string.h>

#define RANDOM                                                                                     \
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10"                             \
    "\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20"
#define RETRY_RANDOM                                                                               \
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"                             \
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"

/* up to the extensions */
#define CLIENT "\x03\x03" RANDOM "\x01s\x00\x04\x13\x01\x00\x2f\x01\x00"
#define SERVER "\x03\x03" RANDOM "\x00\xc0\x2f\x00"

static struct tls_client_hello client(const void *octets, size_t n)
{
    struct tls_client_hello h;
    uint8_t *copy = malloc(n ? n : 1); /* exact, for the sanitizer */

    memcpy(copy, octets, n);
    tls_read_client_hello((struct slice){copy, n}, &h);
    struct slice *borrowed[] = {&h.server_name, &h.alpn,          &h.session,   &h.ciphers,
                                &h.groups,      &h.point_formats, &h.signatures};
    for (size_t i = 0; i < sizeof borrowed / sizeof *borrowed; i++)
        if (borrowed[i]->n)
            borrowed[i]->p = (const uint8_t *)octets + (borrowed[i]->p - copy);
    free(copy);
    return h;
}

static struct tls_server_hello server(const void *octets, size_t n)
{
    struct tls_server_hello h;
    uint8_t *copy = malloc(n ? n : 1);

    memcpy(copy, octets, n);
    tls_read_server_hello((struct slice){copy, n}, &h);
    free(copy);
    return h;
}

#define READ_CLIENT(text) client(text, sizeof(text) - 1)
#define READ_SERVER(text) server(text, sizeof(text) - 1)

static void a_client_hello_names_server_and_protocol(void **state)
{
    (void)state;
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x20"
                                                   "\x00\x00\x00\x0b\x00\x09\x00\x00\x06mx.ab1"
                                                   "\x00\x10\x00\x09\x00\x07\x04smtp\x01x"
                                                   "\x00\x2a\x00\x00");

    assert_true(h.read && !h.bad && h.early_data);
    assert_int_equal(h.version, 0x0303);
    assert_true(slice_equal(h.server_name, slice_of("mx.ab1")));
    assert_true(slice_equal(h.alpn, slice_of("smtp")));
}

static void a_client_hello_may_end_before_the_extensions(void **state)
{
    (void)state;
    struct tls_client_hello h = READ_CLIENT(CLIENT);

    assert_true(h.read && !h.bad && !h.early_data);
    assert_int_equal(h.server_name.n + h.alpn.n, 0);
    h = READ_CLIENT(CLIENT "\x00\x00");
    assert_true(h.read && !h.bad);
}

static void only_a_name_of_type_host_counts(void **state)
{
    (void)state;
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x10\x00\x00\x00\x0c\x00\x0a"
                                                   "\x01\x00\x01z"
                                                   "\x00\x00\x03"
                                                   "abc");
    assert_true(slice_equal(h.server_name, slice_of("abc")));
    assert_false(h.bad);
}

static void what_was_read_before_a_contradiction_is_kept(void **state)
{
    (void)state;
    /* the second extension is longer than the block around it */
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x0f"
                                                   "\x00\x00\x00\x06\x00\x04\x00\x00\x01m"
                                                   "\x00\x10\x00\x09\x00");
    assert_true(h.read && h.bad);
    assert_true(slice_equal(h.server_name, slice_of("m")));
    /* a name list longer than its extension */
    h = READ_CLIENT(CLIENT "\x00\x0a\x00\x00\x00\x06\x00\x05\x00\x00\x01m");
    assert_true(h.read && h.bad);
    /* octets after the extensions */
    h = READ_CLIENT(CLIENT "\x00\x00z");
    assert_true(h.read && h.bad);
    /* octets after the list of an extension */
    h = READ_CLIENT(CLIENT "\x00\x0b\x00\x00\x00\x07\x00\x04\x00\x00\x01mz");
    assert_true(h.read && h.bad);
    assert_true(slice_equal(h.server_name, slice_of("m")));
}

static void every_hello_cut_short_is_bad(void **state)
{
    (void)state;
    static const char c[] = CLIENT "\x00\x0a\x00\x00\x00\x06\x00\x04\x00\x00\x01m";
    static const char s[] = SERVER "\x00\x06\x00\x2b\x00\x02\x03\x04";
    size_t fixed = sizeof CLIENT - 1;

    for (size_t n = 0; n < sizeof c - 1; n++) {
        struct tls_client_hello h = client(c, n);
        assert_int_equal(h.read, n >= fixed);
        assert_int_equal(h.bad, n != fixed);
    }
    fixed = sizeof SERVER - 1;
    for (size_t n = 0; n < sizeof s - 1; n++) {
        struct tls_server_hello h = server(s, n);
        assert_int_equal(h.read, n >= fixed);
        assert_int_equal(h.bad, n != fixed);
    }
}

static void supported_versions_overrules_the_version(void **state)
{
    (void)state;
    struct tls_server_hello h = READ_SERVER(SERVER);
    assert_true(h.read && !h.bad && !h.retry);
    assert_int_equal(h.version, 0x0303);
    assert_int_equal(h.cipher, 0xc02f);
    h = READ_SERVER(SERVER "\x00\x06\x00\x2b\x00\x02\x03\x04");
    assert_true(h.read && !h.bad);
    assert_int_equal(h.version, 0x0304);
    /* an extension of the wrong size does not */
    h = READ_SERVER(SERVER "\x00\x07\x00\x2b\x00\x03\x03\x04\x00");
    assert_true(h.read && h.bad);
    assert_int_equal(h.version, 0x0303);
    h = READ_SERVER(SERVER "\x00\x05\x00\x2b\x00\x01\x03");
    assert_true(h.read && h.bad);
    assert_int_equal(h.version, 0x0303);
}

static void a_retry_is_known_by_its_random(void **state)
{
    (void)state;
    struct tls_server_hello h = READ_SERVER("\x03\x03" RETRY_RANDOM "\x00\x13\x01\x00"
                                            "\x00\x06\x00\x2b\x00\x02\x03\x04");
    assert_true(h.read && !h.bad && h.retry);
    assert_int_equal(h.version, 0x0304);
}

/* ---- versions */

static void the_version_offered_is_the_highest_of_the_list(void **state)
{
    (void)state;
    /* GREASE, 1.2, 1.3, 1.1 */
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x0d\x00\x2b\x00\x09\x08"
                                                   "\x7a\x7a\x03\x03\x03\x04\x03\x02");
    assert_int_equal(h.version, 0x0303);
    assert_int_equal(h.version_offered, 0x0304);
    /* a draft stands between 1.2 and 1.3 */
    h = READ_CLIENT(CLIENT "\x00\x0b\x00\x2b\x00\x07\x06\x7f\x1c\x03\x04\x03\x03");
    assert_int_equal(h.version_offered, 0x0304);
    h = READ_CLIENT(CLIENT "\x00\x09\x00\x2b\x00\x05\x04\x03\x03\x7f\x1c");
    assert_int_equal(h.version_offered, 0x7f1c);
    /* only GREASE, and something that is no version */
    h = READ_CLIENT(CLIENT "\x00\x09\x00\x2b\x00\x05\x04\xda\xda\x00\x02");
    assert_true(h.read && !h.bad);
    assert_int_equal(h.version_offered, 0);
    /* without the extension the hello's own version counts */
    assert_int_equal(READ_CLIENT(CLIENT).version_offered, 0x0303);
    assert_int_equal(READ_CLIENT(CLIENT "\x00\x00").version_offered, 0x0303);
}

static void a_version_that_may_have_been_offered_behind_a_contradiction_is_not_known(void **state)
{
    (void)state;
    /* the extension after server_name says five octets and has one */
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x0f\x00\x00\x00\x06\x00\x04\x00\x00\x01m"
                                                   "\x00\x2b\x00\x05\x02");
    assert_true(h.read && h.bad);
    assert_int_equal(h.version_offered, 0);
    /* before the contradiction it was read */
    h = READ_CLIENT(CLIENT "\x00\x0c\x00\x2b\x00\x03\x02\x03\x04\x00\x10\x00\x05\x02");
    assert_true(h.read && h.bad);
    assert_int_equal(h.version_offered, 0x0304);
}

static void supported_versions_overrules_the_version_of_the_server(void **state)
{
    (void)state;
    struct tls_server_hello h = READ_SERVER(SERVER "\x00\x06\x00\x2b\x00\x02\x03\x04");
    assert_int_equal(h.version, 0x0304);
    assert_int_equal(h.legacy_version, 0x0303);
}

/* ---- single marks */

static void a_mark_of_the_client_is_there_or_it_is_not(void **state)
{
    (void)state;
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x05\xfe\x0d\x00\x01\x00");
    assert_true(h.ech && !h.early_data && !h.fallback && !h.bad);
    h = READ_CLIENT(CLIENT "\x00\x05\xfe\x0c\x00\x01\x00");
    assert_false(h.ech);
    h = READ_CLIENT("\x03\x02" RANDOM "\x00\x00\x04\x00\x2f\x56\x00\x01\x00");
    assert_true(h.read && h.fallback);
    /* the same octets across two suites */
    h = READ_CLIENT("\x03\x02" RANDOM "\x00\x00\x04\x2f\x56\x00\x2f\x01\x00");
    assert_true(h.read && !h.fallback);
}

static void lists_are_whole_values(void **state)
{
    (void)state;
    struct tls_client_hello h = READ_CLIENT(CLIENT "\x00\x18"
                                                   "\x00\x0a\x00\x06\x00\x04\x00\x1d\x00\x17"
                                                   "\x00\x0b\x00\x02\x01\x00"
                                                   "\x00\x0d\x00\x04\x00\x02\x04\x03");
    assert_true(h.read && !h.bad);
    assert_int_equal(h.session.n, 1);
    assert_int_equal(h.ciphers.n, 4);
    assert_int_equal(h.groups.n, 4);
    assert_int_equal(h.point_formats.n, 1);
    assert_int_equal(h.signatures.n, 2);
    /* three octets of groups are none */
    h = READ_CLIENT(CLIENT "\x00\x09\x00\x0a\x00\x05\x00\x03\x00\x1d\x00");
    assert_true(h.read && h.bad);
    assert_int_equal(h.groups.n, 0);
    /* an odd number of octets of suites */
    h = READ_CLIENT("\x03\x03" RANDOM "\x00\x00\x03\x13\x01\x00\x01\x00");
    assert_true(!h.read && h.bad);
}

static void the_server_says_what_it_took(void **state)
{
    (void)state;
    struct tls_server_hello h = READ_SERVER("\x03\x03" RANDOM
                                            "\x01s\xc0\x2f\x01\x00\x0f\x00\x17\x00\x00"
                                            "\x00\x10\x00\x07\x00\x05\x04smtp");
    assert_true(h.read && !h.bad && h.compression && h.extended_master_secret);
    assert_int_equal(h.session.n, 1);
    assert_int_equal(h.alpn.n, 4);
    assert_false(h.pre_shared_key);
    h = READ_SERVER(SERVER);
    assert_false(h.compression || h.extended_master_secret || h.pre_shared_key);
    h = READ_SERVER(SERVER "\x00\x06\x00\x29\x00\x02\x00\x00");
    assert_true(h.pre_shared_key);
}

static void a_key_share_names_the_group(void **state)
{
    (void)state;
    assert_int_equal(READ_SERVER(SERVER "\x00\x0a\x00\x33\x00\x06\x11\xec\x00\x02kk").group,
                     0x11ec);
    /* a key longer than the extension */
    struct tls_server_hello h = READ_SERVER(SERVER "\x00\x0a\x00\x33\x00\x06\x11\xec\x00\x03kk");
    assert_true(h.read && h.bad);
    assert_int_equal(h.group, 0);
    /* a HelloRetryRequest has no key, any other hello has */
    h = READ_SERVER("\x03\x03" RETRY_RANDOM "\x00\x13\x01\x00\x00\x06\x00\x33\x00\x02\x00\x18");
    assert_true(!h.bad && h.retry);
    assert_int_equal(h.group, 0x18);
    h = READ_SERVER(SERVER "\x00\x06\x00\x33\x00\x02\x00\x18");
    assert_true(h.bad);
    assert_int_equal(h.group, 0);
}

#define RANDOM_24                                                                                  \
    "\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15\x16"     \
    "\x17\x18"

static void a_sentinel_stands_at_the_end_of_the_random(void **state)
{
    (void)state;
    assert_int_equal(READ_SERVER("\x03\x03" RANDOM_24 "DOWNGRD\x01\x00\xc0\x2f\x00").downgrade,
                     0x0303);
    assert_int_equal(READ_SERVER("\x03\x02" RANDOM_24 "DOWNGRD\x00\x00\xc0\x14\x00").downgrade,
                     0x0302);
    assert_int_equal(READ_SERVER("\x03\x03" RANDOM_24 "DOWNGRD\x02\x00\xc0\x2f\x00").downgrade, 0);
    assert_int_equal(READ_SERVER("\x03\x03" RANDOM_24 "DOWNGRA\x01\x00\xc0\x2f\x00").downgrade, 0);
    assert_int_equal(READ_SERVER(SERVER).downgrade, 0);
}

static void grease_repeats_its_octet(void **state)
{
    (void)state;
    unsigned found = 0;

    for (uint32_t value = 0; value <= 0xffff; value++)
        found += tls_is_grease((uint16_t)value);
    assert_int_equal(found, 16);
    assert_true(tls_is_grease(0x0a0a) && tls_is_grease(0x7a7a) && tls_is_grease(0xfafa));
    assert_false(tls_is_grease(0x0a1a) || tls_is_grease(0x0b0b));
}

static void a_second_hello_looks_like_one(void **state)
{
    (void)state;
    struct slice hello = {(const uint8_t *)"\x01\x00\x00\x40\x03\x03zz", 8};
    struct slice encrypted = {(const uint8_t *)"\x01\x00\x00\x40\x3f\x03zz", 8};
    struct slice finished = {(const uint8_t *)"\x01\x00\x00\x03\x03\x03zz", 8};

    assert_true(tls_is_second_hello(hello));
    assert_false(tls_is_second_hello(encrypted));
    assert_false(tls_is_second_hello(finished)); /* shorter than its record */
    assert_false(tls_is_second_hello(slice_head(hello, 5)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_client_hello_names_server_and_protocol),
        cmocka_unit_test(a_client_hello_may_end_before_the_extensions),
        cmocka_unit_test(only_a_name_of_type_host_counts),
        cmocka_unit_test(what_was_read_before_a_contradiction_is_kept),
        cmocka_unit_test(every_hello_cut_short_is_bad),
        cmocka_unit_test(supported_versions_overrules_the_version),
        cmocka_unit_test(a_retry_is_known_by_its_random),
        cmocka_unit_test(the_version_offered_is_the_highest_of_the_list),
        cmocka_unit_test(a_version_that_may_have_been_offered_behind_a_contradiction_is_not_known),
        cmocka_unit_test(supported_versions_overrules_the_version_of_the_server),
        cmocka_unit_test(a_mark_of_the_client_is_there_or_it_is_not),
        cmocka_unit_test(lists_are_whole_values),
        cmocka_unit_test(the_server_says_what_it_took),
        cmocka_unit_test(a_key_share_names_the_group),
        cmocka_unit_test(a_sentinel_stands_at_the_end_of_the_random),
        cmocka_unit_test(grease_repeats_its_octet),
        cmocka_unit_test(a_second_hello_looks_like_one),
    };
    return cmocka_run_group_tests_name("tls_hello", tests, NULL, NULL);
}
