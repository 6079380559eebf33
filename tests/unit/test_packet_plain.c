/* test_packet_plain.c - the frames that most are, and those that are almost one. */
#include "test.h"

#include "build.h"

#include <mailtap/bounds.h>
#include <mailtap/fragment.h>
#include <mailtap/packet.h>

#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "EHLO client.example\r\n"

static const struct segment over_v4 = {NULL, NULL, 40000, 25, 0xfffffff0, 7, TCP_ACK | TCP_PSH,
                                       TEXT, 0};

/*
 * What most frames are is read at one go: as the layers read it, which come in where the same packet stands
 * behind another link layer.  Each octet of the headers is changed, the frame cut, padding put behind it.
 */
static void assert_read_alike(struct build *ethernet, uint32_t missing)
{
    struct build bare = {NULL, 0};
    struct packet one, two;

    build_octets(&bare, slice_tail(build_slice(ethernet), 14));
    uint8_t *first = build_copy(build_slice(ethernet)), *second = build_copy(build_slice(&bare));
    struct frame a = {.at_ns = 99, .link = DLT_EN10MB, .octets = {first, ethernet->n}};
    struct frame b = {.at_ns = 99, .link = DLT_IPV4, .octets = {second, bare.n}};
    a.wire_size = (uint32_t)ethernet->n + missing;
    b.wire_size = (uint32_t)bare.n + missing;
    enum decoded decoded = packet_decode(NULL, &a, &one);
    assert_int_equal(decoded, packet_decode(NULL, &b, &two));
    if (decoded == DECODED_TCP) {
        assert_true(endpoint_equal(&one.from, &two.from) && endpoint_equal(&one.to, &two.to));
        assert_true(one.seq == two.seq && one.ack == two.ack && one.flags == two.flags);
        assert_true(one.at_ns == two.at_ns && one.vlan == two.vlan);
        assert_true(slice_equal(one.payload, two.payload) && slice_equal(one.network, two.network));
        assert_int_equal(one.payload_wire, two.payload_wire);
        if (one.payload.n)
            assert_int_equal(one.payload.p - a.octets.p, two.payload.p - b.octets.p + 14);
    }
    free(first);
    free(second);
    build_free(&bare);
}

static void what_most_frames_are_is_read_as_the_layers_read_it(void **state)
{
    static const size_t captured[] = {0, 1, 19, 20, 33, 39, 40, 41, 59, 60, 61, 66};

    (void)state;
    for (size_t c = 0; c < sizeof captured / sizeof *captured; c++)
        for (size_t at = 0; at < 41; at++)
            for (unsigned value = 0; value < 256; value++) {
                struct build b = {NULL, 0};
                build_ethernet(&b, 0x0800);
                build_ip(&b, &over_v4);
                build_text(&b, "padded");
                b.p[14 + at] = at < 40 ? (uint8_t)value : b.p[14 + at];
                size_t n = 14 + captured[c];
                uint32_t missing = (uint32_t)(b.n - n);
                b.n = n;
                assert_read_alike(&b, value & 1 ? missing : 0);
                build_free(&b);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_most_frames_are_is_read_as_the_layers_read_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
