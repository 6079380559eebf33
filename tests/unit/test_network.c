/*
 * test_network.c - fragments of IPv4 and IPv6 put together on the way to the segment, also inside
 * of tunnels.  Headers without fragments are in test_packet.
 */
#include "test.h"

#include "build.h"

#include <mailtap/fragment.h>
#include <mailtap/packet.h>

#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "EHLO client.example of a name that needs more than one fragment\r\n"

static const struct segment over_v4 = {NULL, NULL, 40000, 25, 1, 7, TCP_ACK, TEXT, 0};
static const struct segment over_v6 = {"2001:db8::1", "2001:db8::2", 40000, 25, 1, 7,
                                       TCP_ACK,       TEXT,          0};

/* The i-th fragment of 24 octets of the segment's datagram. */
static bool build_fragment(struct build *b, bool six, size_t i)
{
    struct build whole = {NULL, 0};
    size_t header = six ? 40 : 20;

    build_ip(&whole, six ? &over_v6 : &over_v4);
    size_t offset = 24 * i, all = whole.n - header;
    size_t n = offset < all ? (all - offset < 24 ? all - offset : 24) : 0;
    unsigned more = offset + n < all;
    build_octets(b, slice_head(build_slice(&whole), header));
    uint8_t *ip = b->p + b->n - header;
    if (six) {
        uint8_t next = ip[6];
        ip[6] = 44;
        ip[4] = 0;
        ip[5] = (uint8_t)(8 + n);
        build_u8(b, next);
        build_u8(b, 0);
        build_u16(b, (unsigned)offset | more);
        build_u32(b, 77);
    } else {
        ip[2] = 0;
        ip[3] = (uint8_t)(20 + n);
        ip[5] = 77;
        ip[6] = (uint8_t)(more << 5);
        ip[7] = (uint8_t)(offset / 8);
    }
    build_octets(b, slice_head(slice_tail(build_slice(&whole), header + offset), n));
    build_free(&whole);
    return n != 0;
}

static enum decoded decode(struct decoder *d, struct build *b, int link, struct packet *p)
{
    static uint8_t copy[4096];

    memcpy(copy, b->p, b->n);
    struct frame frame = {
        .number = 1, .link = link, .wire_size = (uint32_t)b->n, .octets = {copy, b->n}};
    build_free(b);
    return packet_decode(d, &frame, p);
}

static void fragments_become_the_segment(void **state)
{
    (void)state;
    struct fragment_limits limits = fragment_limits_default();
    static const size_t orders[][4] = {{0, 1, 2, 3}, {3, 2, 1, 0}, {2, 0, 3, 1}};

    for (int six = 0; six < 2; six++) {
        for (size_t o = 0; o < 3; o++) {
            struct decoder *d = decoder_new(&limits);
            struct packet p, expected = build_packet(six ? &over_v6 : &over_v4);
            enum decoded last = DECODED_BAD;
            for (size_t i = 0; i < 4; i++) {
                struct build b = {NULL, 0};
                assert_true(build_fragment(&b, six != 0, orders[o][i]));
                last = decode(d, &b, DLT_RAW, &p);
                assert_int_equal(last, i < 3 ? DECODED_FRAGMENT : DECODED_TCP);
            }
            assert_true(endpoint_equal(&p.from, &expected.from));
            assert_true(slice_equal(p.payload, slice_of(TEXT)));
            assert_int_equal(decoder_fragments(d).completed, 1);
            decoder_free(&d);
        }
    }
}

/* Each fragment inside of a fragment of another datagram. */
static void fragments_inside_of_fragments(void **state)
{
    (void)state;
    struct fragment_limits limits = fragment_limits_default();
    struct decoder *d = decoder_new(&limits);
    struct packet p;
    enum decoded last = DECODED_BAD;

    for (size_t i = 0; i < 4; i++) {
        struct build inner = {NULL, 0};
        build_fragment(&inner, false, i);
        size_t parts = (inner.n + 15) / 16;
        for (size_t k = 0; k < parts; k++) {
            struct build b = {NULL, 0};
            size_t n = k + 1 < parts ? 16 : inner.n - 16 * k;
            build_octets(
                &b, (struct slice){
                        (const uint8_t *)"\x45\0\0\0\0\0\0\0\x40\4\0\0\x0a\0\0\1\x0a\0\0\2", 20});
            b.p[3] = (uint8_t)(20 + n);
            b.p[5] = (uint8_t)(100 + i);
            b.p[6] = k + 1 < parts ? 0x20 : 0;
            b.p[7] = (uint8_t)(2 * k);
            build_octets(&b, slice_head(slice_tail(build_slice(&inner), 16 * k), n));
            last = decode(d, &b, DLT_RAW, &p);
        }
        build_free(&inner);
    }
    assert_int_equal(last, DECODED_TCP);
    assert_true(slice_equal(p.payload, slice_of(TEXT)));
    decoder_free(&d);
}

static void a_fragment_cut_by_the_snap_length_completes_nothing(void **state)
{
    (void)state;
    struct fragment_limits limits = fragment_limits_default();
    struct decoder *d = decoder_new(&limits);
    struct packet p;

    for (size_t i = 0; i < 4; i++) {
        struct build b = {NULL, 0};
        build_fragment(&b, false, i);
        if (i == 1)
            b.n -= 5;
        assert_int_equal(decode(d, &b, DLT_RAW, &p), DECODED_FRAGMENT);
    }
    assert_int_equal(decoder_fragments(d).completed, 0);
    decoder_free(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fragments_become_the_segment),
        cmocka_unit_test(fragments_inside_of_fragments),
        cmocka_unit_test(a_fragment_cut_by_the_snap_length_completes_nothing),
    };
    return cmocka_run_group_tests_name("network", tests, NULL, NULL);
}
