/* test_tls_hello.c - the fields of hellos and certificates, and hellos that contradict themselves. */
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

static struct tls_hello client(const void *octets, size_t n)
{
    struct tls_hello h;
    uint8_t *copy = malloc(n ? n : 1); /* exact, for the sanitizer */

    memcpy(copy, octets, n);
    tls_client_hello((struct slice){copy, n}, &h);
    if (h.server_name.n)
        h.server_name.p = (const uint8_t *)octets + (h.server_name.p - copy);
    if (h.alpn.n)
        h.alpn.p = (const uint8_t *)octets + (h.alpn.p - copy);
    free(copy);
    return h;
}

static struct tls_hello server(const void *octets, size_t n)
{
    struct tls_hello h;
    uint8_t *copy = malloc(n ? n : 1);

    memcpy(copy, octets, n);
    tls_server_hello((struct slice){copy, n}, &h);
    free(copy);
    return h;
}

#define READ_CLIENT(text) client(text, sizeof(text) - 1)
#define READ_SERVER(text) server(text, sizeof(text) - 1)

static void a_client_hello_names_server_and_protocol(void **state)
{
    (void)state;
    struct tls_hello h = READ_CLIENT(CLIENT "\x00\x20"
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
    struct tls_hello h = READ_CLIENT(CLIENT);

    assert_true(h.read && !h.bad && !h.early_data);
    assert_int_equal(h.server_name.n + h.alpn.n, 0);
    h = READ_CLIENT(CLIENT "\x00\x00");
    assert_true(h.read && !h.bad);
}

static void only_a_name_of_type_host_counts(void **state)
{
    (void)state;
    struct tls_hello h = READ_CLIENT(CLIENT "\x00\x10\x00\x00\x00\x0c\x00\x0a"
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
    struct tls_hello h = READ_CLIENT(CLIENT "\x00\x0f"
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
        struct tls_hello h = client(c, n);
        assert_int_equal(h.read, n >= fixed);
        assert_int_equal(h.bad, n != fixed);
    }
    fixed = sizeof SERVER - 1;
    for (size_t n = 0; n < sizeof s - 1; n++) {
        struct tls_hello h = server(s, n);
        assert_int_equal(h.read, n >= fixed);
        assert_int_equal(h.bad, n != fixed);
    }
}

static void supported_versions_overrules_the_version(void **state)
{
    (void)state;
    struct tls_hello h = READ_SERVER(SERVER);
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
    struct tls_hello h = READ_SERVER("\x03\x03" RETRY_RANDOM "\x00\x13\x01\x00"
                                     "\x00\x06\x00\x2b\x00\x02\x03\x04");
    assert_true(h.read && !h.bad && h.retry);
    assert_int_equal(h.version, 0x0304);
}

static void the_first_certificate_is_the_servers(void **state)
{
    (void)state;
    struct slice chain = {(const uint8_t *)"\x00\x00\x09\x00\x00\x02"
                                           "ab\x00\x00\x01"
                                           "c",
                          12};
    assert_true(slice_equal(tls_first_certificate(chain), slice_of("ab")));
    assert_int_equal(tls_first_certificate((struct slice){(const uint8_t *)"\x00\x00\x00", 3}).n,
                     0);
    /* longer than the list, and a list longer than the message */
    assert_int_equal(
        tls_first_certificate((struct slice){(const uint8_t *)"\x00\x00\x04\x00\x00\x02z", 7}).n,
        0);
    assert_int_equal(tls_first_certificate(slice_head(chain, 11)).n, 0);
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
        cmocka_unit_test(the_first_certificate_is_the_servers),
        cmocka_unit_test(a_second_hello_looks_like_one),
    };
    return cmocka_run_group_tests_name("tls_hello", tests, NULL, NULL);
}
