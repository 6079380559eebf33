/* test_filter.c - filters see the innermost packet, however it was captured. */
#include "test.h"

#include "build.h"

#include <mailtap/filter.h>
#include <mailtap/fragment.h>
#include <stdlib.h>
#include <string.h>

#include <pcap/dlt.h>

static const struct segment to_25 = {"192.0.2.9", "192.0.2.1", 40000, 25, 1, 7, TCP_ACK, "x", 0};
static const struct segment to_80 = {"2001:db8::9", "2001:db8::1", 40000, 80, 1, 7,
                                     TCP_ACK,       "x",           0};

static bool passes(const char *expression, const struct packet *p)
{
    struct err e = {""};
    struct filter *f = filter_new(expression, &e);

    assert_non_null(f);
    bool passed = filter_passes(f, p);
    filter_free(&f);
    return passed;
}

/* As captured on Ethernet with a tag, and as left by fragments: with no header before it. */
static void check(const struct segment *s, const char *expression, bool expected)
{
    struct build b = {NULL, 0};
    struct packet p;

    build_ethernet(&b, 0x8100);
    build_u16(&b, 100);
    build_u16(&b, s == &to_80 ? 0x86dd : 0x0800);
    build_ip(&b, s);
    struct frame frame = {
        .number = 1, .link = DLT_EN10MB, .wire_size = (uint32_t)b.n, .octets = build_slice(&b)};
    assert_int_equal(packet_decode(NULL, &frame, &p), DECODED_TCP);
    assert_int_equal(passes(expression, &p), expected);
    p.network = (struct slice){NULL, 0};
    assert_int_equal(passes(expression, &p), expected);
    build_free(&b);
}

static void ports_hosts_and_flags(void **state)
{
    (void)state;
    check(&to_25, "tcp port 25", true);
    check(&to_25, "port 80", false);
    check(&to_80, "dst port 80 and ip6", true);
    check(&to_80, "port 25 or port 587", false);
    check(&to_25, "host 192.0.2.9", true);
    check(&to_25, "src host 192.0.2.1", false);
    check(&to_80, "dst host 2001:db8::1", true);
    check(&to_25, "net 192.0.2.0/24 and not port 26", true);
    check(&to_25, "tcp[tcpflags] & tcp-ack != 0", true);
    check(&to_25, "udp", false);
    check(&to_25, "", true);
}

static void what_is_no_filter_is_told(void **state)
{
    (void)state;
    struct err e = {""};

    assert_null(filter_new("port", &e));
    assert_non_null(strstr(e.text, "'port'"));
    assert_null(filter_new("ether host 02:00:00:00:00:01", &e));
    assert_true(filter_passes(NULL, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ports_hosts_and_flags),
        cmocka_unit_test(what_is_no_filter_is_told),
    };
    return cmocka_run_group_tests_name("filter", tests, NULL, NULL);
}
