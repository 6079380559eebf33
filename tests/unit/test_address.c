/* test_address.c - addresses as RFC 5952 writes them. */
#include "test.h"

#include <mailtap/packet.h>

#include <string.h>

static void text_is_canonical(void **state)
{
    static const struct {
        const char *written, *canonical;
    } examples[] = {
        {"192.0.2.1", "192.0.2.1"},
        {"0.0.0.0", "0.0.0.0"},
        {"255.255.255.255", "255.255.255.255"},
        {"2001:0DB8:0:0:0:0:0:1", "2001:db8::1"},
        {"::", "::"},
        {"::1", "::1"},
        {"1::", "1::"},
        {"2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"}, /* 4.2.2: not one group */
        {"2001:0:0:1:0:0:0:1", "2001:0:0:1::1"},          /* 4.2.3: the longest */
        {"2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"},    /* 4.2.3: the first of equals */
        {"0:0:1:0:0:0:0:0", "0:0:1::"},
        {"0:1:0:0:0:0:1:0", "0:1::1:0"},
        {"1:0:0:0:0:0:0:0", "1::"},
        {"0:1:2:3:4:5:6:7", "0:1:2:3:4:5:6:7"},
        {"1:2:3:4:5:6:7:0", "1:2:3:4:5:6:7:0"},
        {"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"},
        {"::ffff:c000:0280", "::ffff:192.0.2.128"}, /* 5: mapped */
        {"::ffff:255.255.255.255", "::ffff:255.255.255.255"},
        {"::c000:0280", "::c000:280"},
        {"fe80::a00:27ff:fe4e:66a1", "fe80::a00:27ff:fe4e:66a1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct ip_address a, again;
        char text[ADDRESS_TEXT];
        assert_true(address_parse(examples[i].written, &a));
        address_text(text, &a);
        assert_string_equal(text, examples[i].canonical);
        assert_true(address_parse(text, &again));
        assert_memory_equal(&a, &again, sizeof a);
    }
}

static void no_address_is_no_text(void **state)
{
    struct ip_address none = {0};
    char text[ADDRESS_TEXT] = "x";

    (void)state;
    address_text(text, &none);
    assert_string_equal(text, "");
}

static void what_is_no_address_is_refused(void **state)
{
    static const char *const examples[] = {
        "",    "192.0.2", "192.0.2.1.",    "192.0.2.256", "192.0.2.1/24", "1.2.3.4 ", "::1%eth0",
        ":::", "1::2::3", "1:2:3:4:5:6:7", "12345::",     "mx.example",   "[::1]",    "::g",
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct ip_address a = {.version = 9};
        assert_false(address_parse(examples[i], &a));
        assert_int_equal(a.version, 9);
    }
}

static struct endpoint end(const char *text, uint16_t port)
{
    struct endpoint e = {.port = port};

    assert_true(address_parse(text, &e.address));
    return e;
}

static void ends_differ_in_address_port_and_version(void **state)
{
    struct endpoint a = end("192.0.2.1", 25), same = end("192.0.2.1", 25);
    struct endpoint port = end("192.0.2.1", 26), address = end("192.0.2.2", 25);
    struct endpoint version = end("c000:201::", 25); /* the same octets */

    (void)state;
    assert_true(endpoint_equal(&a, &same));
    assert_false(endpoint_equal(&a, &port));
    assert_false(endpoint_equal(&a, &address));
    assert_memory_equal(a.address.octets, version.address.octets, 16);
    assert_false(endpoint_equal(&a, &version));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_canonical),
        cmocka_unit_test(no_address_is_no_text),
        cmocka_unit_test(what_is_no_address_is_refused),
        cmocka_unit_test(ends_differ_in_address_port_and_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
