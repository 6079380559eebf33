/* test_prefix.c - lists of prefixes: what they hold, and what is wrong with one that is refused. */
#include "test.h"

#include <mailtap/prefix.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct prefix_list read(const char *text)
{
    static struct prefix_list list;
    struct err e = {""};

    if (prefix_read(&list, slice_of(text), &e) < 0)
        fail_msg("%s: %s", text, e.text);
    return list;
}

static bool within(const char *text, const char *address)
{
    struct prefix_list list = read(text);
    struct ip_address a;

    assert_true(address_parse(address, &a));
    return prefix_within(&list, &a);
}

/* "first-last": the last address before, the first and the last within, the first one behind. */
static void prefixes_end_where_their_bits_do(void **state)
{
    static const struct {
        const char *prefix, *before, *first, *last, *behind;
    } rows[] = {
        {"192.0.2.0/24", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"192.0.2.64/26", "192.0.2.63", "192.0.2.64", "192.0.2.127", "192.0.2.128"},
        {"192.0.2.6/31", "192.0.2.5", "192.0.2.6", "192.0.2.7", "192.0.2.8"},
        {"192.0.2.6/32", "192.0.2.5", "192.0.2.6", "192.0.2.6", "192.0.2.7"},
        {"192.0.2.6", "192.0.2.5", "192.0.2.6", "192.0.2.6", "192.0.2.7"},
        {"128.0.0.0/1", "127.255.255.255", "128.0.0.0", "255.255.255.255", "::"},
        {"10.0.0.0/7", "9.255.255.255", "10.0.0.0", "11.255.255.255", "12.0.0.0"},
        {"0.0.0.0/0", "::1", "0.0.0.0", "255.255.255.255", "2001:db8::"},
        {"2001:db8::/32", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
         "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::"},
        {"2001:db8::8/125", "2001:db8::7", "2001:db8::8", "2001:db8::f", "2001:db8::10"},
        {"2001:db8::8", "2001:db8::7", "2001:db8::8", "2001:db8::8", "2001:db8::9"},
        {"::/0", "192.0.2.1", "::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "0.0.0.0"},
        {"::ffff:192.0.2.0/120", "192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0"},
        {"::ffff:0:0/96", "2001:db8::", "0.0.0.0", "255.255.255.255", "::1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (within(rows[i].prefix, rows[i].before) || within(rows[i].prefix, rows[i].behind) ||
            !within(rows[i].prefix, rows[i].first) || !within(rows[i].prefix, rows[i].last))
            fail_msg("%s", rows[i].prefix);
    }
}

static void a_mapped_address_is_of_both_families(void **state)
{
    (void)state;
    assert_true(within("192.0.2.0/24", "::ffff:192.0.2.7"));
    assert_false(within("192.0.2.0/24", "::ffff:192.0.3.7"));
    assert_true(within("::ffff:192.0.2.0/120", "::ffff:192.0.2.7"));
    assert_true(within("::/0", "::ffff:192.0.2.7"));
    assert_false(within("192.0.2.0/24", "::192.0.2.7")); /* "compatible", which is another thing */
    assert_false(within("192.0.2.0/24", "c000:200::"));  /* the same first octets */
}

static void a_list_holds_all_of_its_prefixes(void **state)
{
    struct prefix_list list = read(" 192.0.2.0/24 ,\t2001:db8::/32,10.1.2.3 ");

    (void)state;
    assert_int_equal(list.count, 3);
    assert_int_equal(list.prefix[0].bits, 24);
    assert_int_equal(list.prefix[1].bits, 32);
    assert_int_equal(list.prefix[2].bits, 32);
    assert_true(within("192.0.2.0/24,2001:db8::/32,10.1.2.3", "10.1.2.3"));
    assert_true(within("192.0.2.0/24,2001:db8::/32,10.1.2.3", "2001:db8::5"));
    assert_false(within("192.0.2.0/24,2001:db8::/32,10.1.2.3", "10.1.2.4"));
}

static void what_is_wrong_is_said_where_it_stands(void **state)
{
    static const char *const rows[][2] = {
        {"10.0.0.0/33", "'10.0.0.0/33' at octet 1: an IPv4 prefix has 0 to 32 bits"},
        {"192.0.2.0/24, 10.0.0.0/-1", "'10.0.0.0/-1' at octet 15: an IPv4 prefix has 0 to 32 bits"},
        {"10.0.0.0/", "'10.0.0.0/' at octet 1: an IPv4 prefix has 0 to 32 bits"},
        {"10.0.0.0/8/8", "'10.0.0.0/8/8' at octet 1: an IPv4 prefix has 0 to 32 bits"},
        {"2001:db8::/129", "'2001:db8::/129' at octet 1: an IPv6 prefix has 0 to 128 bits"},
        {"::/99999999999999999999",
         "'::/99999999999999999999' at octet 1: an IPv6 prefix has 0 to 128 bits"},
        {"10.1.2.3/8",
         "'10.1.2.3/8' at octet 1: bits are set behind the first 8: write 10.0.0.0/8"},
        {"10.0.0.0/8,192.0.2.129/25",
         "'192.0.2.129/25' at octet 12: bits are set behind the first 25: write 192.0.2.128/25"},
        {"192.0.2.1/0",
         "'192.0.2.1/0' at octet 1: bits are set behind the first 0: write 0.0.0.0/0"},
        {"2001:db8::1/64",
         "'2001:db8::1/64' at octet 1: bits are set behind the first 64: write 2001:db8::/64"},
        {"::ffff:192.0.2.1/120",
         "'::ffff:192.0.2.1/120' at octet 1: bits are set behind the first 24: write 192.0.2.0/24"},
        {"::ffff:0:0/90",
         "'::ffff:0:0/90' at octet 1: bits are set behind the first 90: write ::ffc0:0:0/90"},
        {"", "'' at octet 1: an address or a prefix is missing"},
        {"10.0.0.0/8,", "'' at octet 12: an address or a prefix is missing"},
        {"10.0.0.0/8, ,::1", "'' at octet 13: an address or a prefix is missing"},
        {"10.0.0/8", "'10.0.0/8' at octet 1: is neither an address nor a prefix"},
        {"10.0.0.0/8;::1", "'10.0.0.0/8;::1' at octet 1: an IPv4 prefix has 0 to 32 bits"},
        {"mx.example", "'mx.example' at octet 1: is neither"},
        {"fe80::1%eth0", "'fe80::1%eth0' at octet 1: is neither"},
        {"010.0.0.0/8", "'010.0.0.0/8' at octet 1: is neither"},
        {"[::1]", "'[::1]' at octet 1: is neither"},
        {"\x1b[31m", "'\\x1b[31m' at octet 1: is neither"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        static struct prefix_list list;
        struct err e = {""};
        list.count = 1;
        assert_int_equal(prefix_read(&list, slice_of(rows[i][0]), &e), -1);
        assert_int_equal(list.count, 0);
        if (strncmp(e.text, rows[i][1], strlen(rows[i][1])) != 0)
            fail_msg("%s\nand not %s", e.text, rows[i][1]);
    }
}

/* What stands behind an octet of NUL is not left out. */
static void a_list_is_all_of_its_octets(void **state)
{
    static const uint8_t octets[] = "10.0.0.0/8\0,::1";
    static struct prefix_list list;
    struct err e = {""};

    (void)state;
    assert_int_equal(prefix_read(&list, (struct slice){octets, sizeof octets - 1}, &e), -1);
    assert_non_null(strstr(e.text, "'10.0.0.0/8\\x00' at octet 1"));
}

static void an_address_lies_in_a_network(void **state)
{
    static const struct {
        const char *address;
        unsigned v4_bits, v6_bits;
        const char *want;
    } rows[] = {
        {"192.0.2.77", 24, 48, "192.0.2.0/24"},
        {"192.0.2.77", 32, 0, "192.0.2.77/32"},
        {"255.255.255.255", 0, 0, "0.0.0.0/0"},
        {"192.0.2.77", 27, 48, "192.0.2.64/27"},
        {"2001:db8:1:2::9", 24, 48, "2001:db8:1::/48"},
        {"2001:db8:1:2::9", 24, 128, "2001:db8:1:2::9/128"},
        {"ffff:ffff::1", 0, 3, "e000::/3"},
        {"::ffff:192.0.2.77", 24, 48, "192.0.2.0/24"},
        {"1111:2222:3333:4444:5555:6666:7777:8888", 1, 128,
         "1111:2222:3333:4444:5555:6666:7777:8888/128"},
    };
    (void)state;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[NETWORK_TEXT];
        struct ip_address a;
        assert_true(address_parse(rows[i].address, &a));
        prefix_network(text, &a, rows[i].v4_bits, rows[i].v6_bits);
        assert_string_equal(text, rows[i].want);
    }
}

static void a_list_is_bounded(void **state)
{
    static struct prefix_list list;
    char *text = malloc(BOUND_PREFIXES * 16 + 16);
    size_t n = 0;
    struct err e = {""};

    (void)state;
    assert_non_null(text);
    for (unsigned i = 0; i < BOUND_PREFIXES; i++)
        n += (size_t)sprintf(text + n, "%s10.0.%u.%u", i ? "," : "", i / 256, i % 256);
    assert_int_equal(prefix_read(&list, slice_of(text), &e), 0);
    assert_int_equal(list.count, BOUND_PREFIXES);
    sprintf(text + n, ",10.9.0.0");
    assert_int_equal(prefix_read(&list, slice_of(text), &e), -1);
    assert_non_null(strstr(e.text, "'10.9.0.0' at octet "));
    assert_non_null(strstr(e.text, "at most 1024 prefixes"));
    assert_int_equal(list.count, 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(prefixes_end_where_their_bits_do),
        cmocka_unit_test(a_mapped_address_is_of_both_families),
        cmocka_unit_test(a_list_holds_all_of_its_prefixes),
        cmocka_unit_test(what_is_wrong_is_said_where_it_stands),
        cmocka_unit_test(a_list_is_all_of_its_octets),
        cmocka_unit_test(a_list_is_bounded),
        cmocka_unit_test(an_address_lies_in_a_network),
    };
    return cmocka_run_group_tests_name("prefix", tests, NULL, NULL);
}
