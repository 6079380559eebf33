/*
 * test_tunnel.c - packets inside of packets reach the segment, cut at every octet they never say
 * anything else, and what only looks like a tunnel is left alone.
 */
#include "test.h"

#include "build.h"

#include <mailtap/bounds.h>
#include <mailtap/fragment.h>
#include <mailtap/packet.h>

#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "EHLO client.example\r\n"
#define MACS "\2\0\0\0\0\1\2\0\0\0\0\2"

static const struct segment over_v4 = {NULL, NULL, 40000, 25, 1, 7, TCP_ACK, TEXT, 0};
static const struct segment over_v6 = {"2001:db8::1", "2001:db8::2", 40000, 25, 1, 7,
                                       TCP_ACK,       TEXT,          0};

enum outer { OUTER_ETHERNET, OUTER_IPV4, OUTER_IPV6, OUTER_UDP };

/* A tunnel: what carries it, by which number, and the octets of its own header. */
struct tunnel {
    const char *name;
    enum outer outer;
    unsigned number; /* EtherType, protocol, or UDP port */
    const char *header;
    size_t n;
    bool v6;
};

#define TUNNEL(name, outer, number, header, v6)                                                    \
    {                                                                                              \
        name, outer, number, header, sizeof header - 1, v6                                         \
    }

static const struct tunnel tunnels[] = {
    TUNNEL("MPLS", OUTER_ETHERNET, 0x8847, "\0\1\1\x40", false),
    TUNNEL("MPLS, two labels", OUTER_ETHERNET, 0x8847, "\0\1\0\x40\0\2\1\x40", true),
    TUNNEL("MPLS, pseudowire", OUTER_ETHERNET, 0x8847, "\0\1\1\x40\0\0\0\0" MACS "\x08\0", false),
    TUNNEL("PPPoE", OUTER_ETHERNET, 0x8864, "\x11\0\0\1\0\x3f\0\x21", false),
    TUNNEL("GRE", OUTER_IPV4, 47, "\0\0\x08\0", false),
    TUNNEL("GRE over IPv6", OUTER_IPV6, 47, "\0\0\x86\xdd", true),
    TUNNEL("GRE, key, sequence, checksum", OUTER_IPV4, 47, "\xb0\0\x08\0\0\0\0\0\0\0\0\1\0\0\0\2",
           false),
    TUNNEL("GRE, Ethernet", OUTER_IPV4, 47, "\0\0\x65\x58" MACS "\x86\xdd", true),
    TUNNEL("GRE, MPLS", OUTER_IPV4, 47, "\0\0\x88\x47\0\1\1\x40", false),
    TUNNEL("PPTP", OUTER_IPV4, 47, "\x30\x81\x88\x0b\0\x43\0\1\0\0\0\1\0\0\0\2\x21", false),
    TUNNEL("ERSPAN I", OUTER_IPV4, 47, "\0\0\x88\xbe" MACS "\x08\0", false),
    TUNNEL("ERSPAN II", OUTER_IPV4, 47, "\x10\0\x88\xbe\0\0\0\1\x10\0\0\0\0\0\0\0" MACS "\x08\0",
           false),
    TUNNEL("ERSPAN III", OUTER_IPV4, 47,
           "\x10\0\x22\xeb\0\0\0\1\x20\0\0\0\0\0\0\0\0\0\0\0" MACS "\x81\0\0\5\x08\0", false),
    TUNNEL("IPv4 in IPv4", OUTER_IPV4, 4, "", false),
    TUNNEL("IPv6 in IPv4", OUTER_IPV4, 41, "", true),
    TUNNEL("IPv4 in IPv6", OUTER_IPV6, 4, "", false),
    TUNNEL("IPv6 in IPv6", OUTER_IPV6, 41, "", true),
    TUNNEL("VXLAN", OUTER_UDP, 4789, "\x08\0\0\0\0\0\1\0" MACS "\x08\0", false),
    TUNNEL("GENEVE", OUTER_UDP, 6081, "\0\0\x65\x58\0\0\1\0" MACS "\x08\0", false),
    TUNNEL("GENEVE, options", OUTER_UDP, 6081, "\2\0\x86\xdd\0\0\1\0\0\1\0\1\0\0\0\0", true),
    TUNNEL("Teredo", OUTER_UDP, 3544, "", true),
    TUNNEL("Teredo, origin", OUTER_UDP, 3544, "\0\0\x12\x34\1\2\3\4", true),
    TUNNEL("Teredo, authentication", OUTER_UDP, 3544, "\0\1\0\0\1\2\3\4\5\6\7\x08\0", true),
};

static void put_u16(struct build *b, size_t at, size_t value)
{
    b->p[at] = (uint8_t)(value >> 8);
    b->p[at + 1] = (uint8_t)value;
}

/* The outer headers for `inside` octets that follow them. */
static void build_outer(struct build *b, const struct tunnel *t, size_t inside)
{
    bool udp = t->outer == OUTER_UDP, six = t->outer == OUTER_IPV6;
    size_t udp_octets = udp ? 8 : 0;

    build_ethernet(b, t->outer == OUTER_ETHERNET ? t->number : six ? 0x86dd : 0x0800);
    size_t at = b->n;
    if (t->outer == OUTER_IPV4 || udp) {
        build_octets(
            b, (struct slice){(const uint8_t *)"\x45\0\0\0\0\0\0\0\x40\0\0\0\x0a\0\0\1\x0a\0\0\2",
                              20});
        put_u16(b, at + 2, 20 + udp_octets + inside);
        b->p[at + 9] = (uint8_t)(udp ? 17 : t->number);
    } else if (six) {
        build_octets(b, (struct slice){(const uint8_t *)"\x60\0\0\0\0\0\0\x40", 8});
        for (int i = 0; i < 32; i++)
            build_u8(b, i % 16 == 15);
        put_u16(b, at + 4, inside);
        b->p[at + 6] = (uint8_t)t->number;
    }
    if (udp) {
        build_u16(b, 50000);
        build_u16(b, t->number);
        build_u16(b, (unsigned)(8 + inside));
        build_u16(b, 0);
    }
}

static void build_tunnelled(struct build *b, const struct tunnel *t)
{
    struct build inner = {NULL, 0};

    build_ip(&inner, t->v6 ? &over_v6 : &over_v4);
    build_outer(b, t, t->n + inner.n);
    build_octets(b, (struct slice){(const uint8_t *)t->header, t->n});
    build_octets(b, build_slice(&inner));
    build_free(&inner);
}

static enum decoded decode(const struct build *b, size_t n, struct packet *p)
{
    uint8_t *copy = build_copy(slice_head(build_slice(b), n));
    struct frame frame = {
        .number = 1, .link = DLT_EN10MB, .wire_size = (uint32_t)b->n, .octets = {copy, n}};
    enum decoded decoded = packet_decode(NULL, &frame, p);

    assert_true(p->payload.n <= n);
    free(copy);
    return decoded;
}

static void every_tunnel_reaches_the_segment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof tunnels / sizeof *tunnels; i++) {
        const struct tunnel *t = &tunnels[i];
        struct packet expected = build_packet(t->v6 ? &over_v6 : &over_v4), p;
        struct build b = {NULL, 0};
        build_tunnelled(&b, t);
        size_t headers = b.n - strlen(TEXT);
        if (decode(&b, b.n, &p) != DECODED_TCP)
            print_error("%s: %s\n", t->name, decoded_name(decode(&b, b.n, &p)));
        assert_int_equal(decode(&b, b.n, &p), DECODED_TCP);
        assert_true(endpoint_equal(&p.from, &expected.from));
        assert_true(endpoint_equal(&p.to, &expected.to));
        assert_int_equal(p.payload.n, strlen(TEXT));
        for (size_t n = 0; n < b.n; n++) {
            enum decoded decoded = decode(&b, n, &p);
            if (decoded != (n < headers ? DECODED_CUT : DECODED_TCP))
                print_error("%s cut at %zu: %s\n", t->name, n, decoded_name(decoded));
            assert_int_equal(decoded, n < headers ? DECODED_CUT : DECODED_TCP);
            if (decoded == DECODED_TCP)
                assert_int_equal(p.payload_wire, strlen(TEXT));
        }
        build_free(&b);
    }
}

static void gtp_needs_its_length(void **state)
{
    (void)state;
    struct build inner = {NULL, 0};
    static const char *const headers[] = {"\x30\xff..\0\0\0\1", "\x32\xff..\0\0\0\1\0\1\0\0",
                                          "\x34\xff..\0\0\0\1\0\0\0\x85\1\0\0\0"};
    static const size_t sizes[] = {8, 12, 16};
    struct packet p;

    build_ip(&inner, &over_v4);
    for (size_t i = 0; i < 3; i++) {
        struct tunnel t = {"GTP-U", OUTER_UDP, 2152, headers[i], sizes[i], false};
        struct build b = {NULL, 0};
        build_tunnelled(&b, &t);
        put_u16(&b, b.n - inner.n - sizes[i] + 2, sizes[i] - 8 + inner.n);
        assert_int_equal(decode(&b, b.n, &p), DECODED_TCP);
        assert_int_equal(p.payload.n, strlen(TEXT));
        build_free(&b);
    }
    build_free(&inner);
}

static void what_only_looks_like_a_tunnel_is_other(void **state)
{
    (void)state;
    static const struct tunnel others[] = {
        TUNNEL("PPPoE discovery", OUTER_ETHERNET, 0x8864, "\x11\x09\0\0\0\x3f\0\x21", false),
        TUNNEL("GRE with routing", OUTER_IPV4, 47, "\x40\0\x08\0\0\0\0\0", false),
        TUNNEL("GRE of nothing known", OUTER_IPV4, 47, "\0\0\x12\x34", false),
        TUNNEL("VXLAN without its flag", OUTER_UDP, 4789, "\0\0\0\0\0\0\1\0" MACS "\x08\0", false),
        TUNNEL("GENEVE of a later version", OUTER_UDP, 6081, "\x40\0\x65\x58\0\0\1\0", false),
        TUNNEL("GTP-U echo", OUTER_UDP, 2152, "\x30\1\0\0\0\0\0\0", false),
        TUNNEL("ERSPAN of another version", OUTER_IPV4, 47,
               "\x10\0\x88\xbe\0\0\0\1\x70\0\0\0\0\0\0\0", false),
        TUNNEL("NTP", OUTER_UDP, 123, "", false),
        TUNNEL("Teredo bubble of IPv4", OUTER_UDP, 3544, "", false),
    };
    struct packet p;

    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        struct build b = {NULL, 0};
        build_tunnelled(&b, &others[i]);
        if (decode(&b, b.n, &p) != DECODED_OTHER)
            print_error("%s: %s\n", others[i].name, decoded_name(decode(&b, b.n, &p)));
        assert_int_equal(decode(&b, b.n, &p), DECODED_OTHER);
        build_free(&b);
    }
}

static void nesting_is_bounded(void **state)
{
    (void)state;
    for (unsigned deep = BOUND_NESTING; deep <= BOUND_NESTING + 1; deep++) {
        struct build b = {NULL, 0}, inner = {NULL, 0};
        struct packet p;
        build_ip(&inner, &over_v4);
        build_ethernet(&b, 0x0800);
        for (unsigned i = 0; i < deep; i++) { /* IPv4 in IPv4 in ... */
            size_t at = b.n;
            build_octets(
                &b, (struct slice){
                        (const uint8_t *)"\x45\0\0\0\0\0\0\0\x40\4\0\0\x0a\0\0\1\x0a\0\0\2", 20});
            put_u16(&b, at + 2, 20 * (deep - i) + inner.n);
        }
        build_octets(&b, build_slice(&inner));
        assert_int_equal(decode(&b, b.n, &p), deep <= BOUND_NESTING ? DECODED_TCP : DECODED_OTHER);
        build_free(&b);
        build_free(&inner);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_tunnel_reaches_the_segment),
        cmocka_unit_test(gtp_needs_its_length),
        cmocka_unit_test(what_only_looks_like_a_tunnel_is_other),
        cmocka_unit_test(nesting_is_bounded),
    };
    return cmocka_run_group_tests_name("tunnel", tests, NULL, NULL);
}
