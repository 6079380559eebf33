/*
 * test_dns_stream.c - DNS over TCP: the same messages however the stream is cut, nothing behind a
 * gap.  And what real servers said, over both.
 */
#include "test.h"

#include "build.h"

#include <mailtap/dns.h>
#include <mailtap/fragment.h>
#include <mailtap/frame.h>

#include <stdlib.h>
#include <string.h>

/* The messages of a stream fed in pieces of this size, one after the other with a bar behind each. */
static void feed(struct dns_stream *s, struct slice octets, size_t piece, struct build *to)
{
    while (octets.n) {
        uint8_t *copy = build_copy(slice_head(octets, piece));
        struct slice left = {copy, octets.n < piece ? octets.n : piece}, whole;
        octets = slice_tail(octets, piece);
        while (left.n) {
            size_t used = dns_stream_feed(s, left, &whole);
            assert_true(used > 0 && used <= left.n);
            left = slice_tail(left, used);
            if (whole.n) {
                build_octets(to, whole);
                build_text(to, "|");
            }
        }
        free(copy);
    }
}

static void assert_messages(struct slice octets, const char *expected)
{
    for (size_t piece = 1; piece <= octets.n + 1; piece++) {
        struct dns_stream *s = dns_stream_new();
        struct build to = {NULL, 0};
        feed(s, octets, piece, &to);
        assert_true(slice_equal(build_slice(&to), slice_of(expected)));
        build_free(&to);
        dns_stream_free(&s);
        assert_null(s);
        dns_stream_free(&s);
    }
}

#define OCTETS(literal) ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})

static void messages_have_a_length_of_two_octets(void **state)
{
    (void)state;
    assert_messages(OCTETS("\0\5first\0\6second"), "first|second|");
    assert_messages(OCTETS("\0\5first\0\7second"), "first|"); /* not there yet */
    assert_messages(OCTETS("\0\5first\0"), "first|");
    assert_messages(OCTETS("\0\0\0\1a\0\0"), "a|"); /* of none there is nothing to read */
    assert_messages(OCTETS(""), "");
}

static void the_largest_message_is_read(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    build_u16(&b, 0xffff);
    b.p = realloc(b.p, 2 + 0xffff);
    assert_non_null(b.p);
    memset(b.p + 2, 'x', 0xffff);
    b.n = 2 + 0xffff;
    for (size_t piece = 1460; piece < 100000; piece *= 50) {
        struct dns_stream *s = dns_stream_new();
        struct build to = {NULL, 0};
        feed(s, build_slice(&b), piece, &to);
        assert_int_equal(to.n, 0xffff + 1);
        build_free(&to);
        dns_stream_free(&s);
    }
    build_free(&b);
}

static void behind_a_gap_nothing_is_read(void **state)
{
    struct dns_stream *s = dns_stream_new();
    struct build to = {NULL, 0};

    (void)state;
    feed(s, OCTETS("\0\5first\0\6sec"), 4, &to);
    dns_stream_gap(s);
    feed(s, OCTETS("ond\0\5third"), 4, &to);
    assert_true(slice_equal(build_slice(&to), slice_of("first|")));
    build_free(&to);
    dns_stream_free(&s);
}

/* ---- what servers really said, over UDP and over TCP */

static struct dns_message m; /* the last one read */

struct tally {
    unsigned messages, about_mail, records, authentic, truncated, name_errors, no_data, not_whole;
};

static struct tally read_capture(const char *path)
{
    struct fragment_limits limits = fragment_limits_default();
    struct decoder *d = decoder_new(&limits);
    struct err e;
    struct source *source = source_open(path, &e);
    struct frame frame;
    struct packet p;
    struct tally t = {0};

    assert_non_null(source);
    while (source_next(source, &frame, &e) > 0) {
        if (packet_decode(d, &frame, &p) != DECODED_UDP)
            continue;
        t.not_whole += dns_read(p.payload, &m) != DNS_READ;
        t.messages++;
        t.about_mail += dns_about_mail(&m);
        t.records += m.records;
        t.authentic += m.response && m.authentic;
        t.truncated += m.truncated;
        t.name_errors += m.rcode == 3;
        t.no_data += m.no_data;
    }
    source_close(&source);
    decoder_free(&d);
    return t;
}

static void assert_tally(const char *path, struct tally expected)
{
    struct tally t = read_capture(path);

    assert_memory_equal(&t, &expected, sizeof t);
}

static void what_servers_said_over_udp_is_read(void **state)
{
    (void)state;
    /* Unbound, which validates, and dnsmasq: 23 questions of all kinds, one of them refused. */
    assert_tally("tests/captures/dns-answers.pcap",
                 (struct tally){46, .about_mail = 19, 28, .authentic = 16, 0, 4, .no_data = 1});
    /* 40 exchanges: twice "ask over TCP", then one answer in two fragments. */
    assert_tally("tests/captures/dns-large.pcap",
                 (struct tally){6, .about_mail = 1, 32, .authentic = 3, .truncated = 2});
    assert_int_equal(m.dropped, 8);
    assert_string_equal(m.record[0].owner, "large.mail.example");
    /* NSD: a referral, which is no answer; the answer; one with signatures, over IPv6. */
    assert_tally("tests/captures/dns-referral.pcap", (struct tally){6, .about_mail = 2, 7});
}

/* Two connections to Unbound, each with one question: 40 exchanges, and 2. */
static void what_a_server_said_over_tcp_is_read(void **state)
{
    struct err e;
    struct source *source = source_open("tests/captures/dns-large.pcap", &e);
    struct dns_stream *s = dns_stream_new();
    struct frame frame;
    struct packet p;
    unsigned messages = 0, records = 0, dropped = 0;

    (void)state;
    assert_non_null(source);
    while (source_next(source, &frame, &e) > 0) {
        struct slice whole;
        if (packet_decode(NULL, &frame, &p) != DECODED_TCP || p.from.port != 53)
            continue;
        while (p.payload.n) {
            p.payload = slice_tail(p.payload, dns_stream_feed(s, p.payload, &whole));
            if (whole.n == 0)
                continue;
            assert_int_equal(dns_read(whole, &m), DNS_READ);
            assert_true(dns_about_mail(&m));
            messages++;
            records += m.records;
            dropped += m.dropped;
        }
    }
    assert_int_equal(messages, 2);
    assert_int_equal(records, 32 + 5);
    assert_int_equal(dropped, 8);
    assert_string_equal(m.record[1].owner, "mail.example");
    dns_stream_free(&s);
    source_close(&source);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_have_a_length_of_two_octets),
        cmocka_unit_test(the_largest_message_is_read),
        cmocka_unit_test(behind_a_gap_nothing_is_read),
        cmocka_unit_test(what_servers_said_over_udp_is_read),
        cmocka_unit_test(what_a_server_said_over_tcp_is_read),
    };
    return cmocka_run_group_tests_name("dns_stream", tests, NULL, NULL);
}
