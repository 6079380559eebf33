/*
 * test_packet.c - frames to segments: every link layer, tags, both IP versions; and that cut is
 * told from contradictory at every octet.  Datagrams of DNS likewise.
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

static const struct segment over_v4 = {NULL, NULL, 40000, 25, 0xfffffff0, 7, TCP_ACK | TCP_PSH,
                                       TEXT, 0};
static const struct segment over_v6 = {"2001:db8::1",     "2001:db8::2", 40000, 25, 0xfffffff0, 7,
                                       TCP_ACK | TCP_PSH, TEXT,          0};

static enum decoded decode(const struct build *b, int link, uint32_t wire_size, struct packet *p)
{
    uint8_t *copy = build_copy(build_slice(b));
    struct frame frame = {
        .at_ns = 99, .number = 1, .link = link, .wire_size = wire_size, .octets = {copy, b->n}};
    enum decoded decoded = packet_decode(NULL, &frame, p);
    static uint8_t payload[4096];

    if (decoded == DECODED_TCP || decoded == DECODED_UDP) {
        assert_true(p->payload.n <= sizeof payload);
        if (p->payload.n)
            memcpy(payload, p->payload.p, p->payload.n);
        p->payload.p = payload;
    }
    free(copy);
    return decoded;
}

static enum decoded decode_whole(struct build *b, int link, struct packet *p)
{
    enum decoded decoded = decode(b, link, (uint32_t)b->n, p);

    build_free(b);
    return decoded;
}

static void assert_segment(const struct packet *p, const struct segment *s)
{
    struct packet expected = build_packet(s);

    assert_int_equal(p->at_ns, 99);
    assert_true(endpoint_equal(&p->from, &expected.from));
    assert_true(endpoint_equal(&p->to, &expected.to));
    assert_int_equal(p->seq, s->seq);
    assert_int_equal(p->ack, s->ack);
    assert_int_equal(p->flags, s->flags);
    assert_true(slice_equal(p->payload, expected.payload));
    assert_int_equal(p->payload_wire, expected.payload_wire);
}

/* What stands before the IP header, as octets. */
struct prefix {
    int link;
    const char *octets;
    size_t n;
    bool v6;
    int vlan;
};

#define PREFIX(link, octets, v6, vlan)                                                             \
    {                                                                                              \
        link, octets, sizeof octets - 1, v6, vlan                                                  \
    }
#define ADDRESSES "\2\0\0\0\0\1\2\0\0\0\0\2"

static const struct prefix prefixes[] = {
    PREFIX(DLT_EN10MB, ADDRESSES "\x08\x00", false, -1),
    PREFIX(DLT_EN10MB, ADDRESSES "\x86\xdd", true, -1),
    PREFIX(DLT_EN10MB, ADDRESSES "\x81\x00\xe0\x64\x08\x00", false, 100),
    PREFIX(DLT_EN10MB, ADDRESSES "\x88\xa8\x00\x64\x81\x00\x00\xc8\x08\x00", false, 100),
    PREFIX(DLT_EN10MB, ADDRESSES "\x91\x00\x0f\xff\x91\x00\x00\xc8\x86\xdd", true, 4095),
    PREFIX(DLT_EN10MB, ADDRESSES "\x81\x00\x00\x00\x81\x00\x00\xc8\x08\x00", false, 200),
    PREFIX(DLT_EN10MB,
           ADDRESSES "\x81\x00\x00\x01\x81\x00\x00\x02\x81\x00\x00\x03\x81\x00\x00\x04"
                     "\x81\x00\x00\x05\x81\x00\x00\x06\x81\x00\x00\x07\x81\x00\x00\x08\x08\x00",
           false, 1),
    PREFIX(DLT_NULL, "\2\0\0\0", false, -1),
    PREFIX(DLT_NULL, "\0\0\0\2", false, -1),
    PREFIX(DLT_NULL, "\x18\0\0\0", true, -1),
    PREFIX(DLT_NULL, "\0\0\0\x1c", true, -1),
    PREFIX(DLT_NULL, "\x1e\0\0\0", true, -1),
    PREFIX(DLT_NULL, "\0\0\0\x0a", true, -1),
    PREFIX(DLT_LOOP, "\0\0\0\2", false, -1),
    PREFIX(DLT_LOOP, "\0\0\0\x18", true, -1),
    PREFIX(DLT_RAW, "", false, -1),
    PREFIX(DLT_RAW, "", true, -1),
    PREFIX(12, "", false, -1),
    PREFIX(14, "", true, -1),
    PREFIX(101, "", false, -1),
    PREFIX(DLT_IPV4, "", false, -1),
    PREFIX(DLT_IPV6, "", true, -1),
    PREFIX(DLT_LINUX_SLL, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x08\x00", false, -1),
    PREFIX(DLT_LINUX_SLL, "\0\0\0\1\0\6\2\0\0\0\0\1\0\0\x81\x00\0\7\x86\xdd", true, 7),
    PREFIX(DLT_LINUX_SLL2, "\x08\x00\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0", false, -1),
    PREFIX(DLT_LINUX_SLL2, "\x86\xdd\0\0\0\0\0\2\0\1\0\6\2\0\0\0\0\1\0\0", true, -1),
};

static void every_link_layer_reaches_the_segment(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        const struct prefix *prefix = &prefixes[i];
        const struct segment *s = prefix->v6 ? &over_v6 : &over_v4;
        struct build b = {NULL, 0};
        struct packet p;
        build_octets(&b, (struct slice){(const uint8_t *)prefix->octets, prefix->n});
        build_ip(&b, s);
        size_t size = b.n;
        assert_int_equal(decode(&b, prefix->link, (uint32_t)b.n, &p), DECODED_TCP);
        assert_segment(&p, s);
        assert_int_equal(p.vlan, prefix->vlan);
        assert_int_equal(p.network.n, size - prefix->n);
        /* Cut at every octet: the header is cut, or the payload is. */
        for (b.n = 0; b.n < size; b.n++) {
            size_t headers = size - strlen(TEXT);
            enum decoded decoded = decode(&b, prefix->link, (uint32_t)size, &p);
            assert_int_equal(decoded, b.n < headers ? DECODED_CUT : DECODED_TCP);
            if (decoded == DECODED_TCP) {
                assert_int_equal(p.payload.n, b.n - headers);
                assert_int_equal(p.payload_wire, strlen(TEXT));
            }
        }
        build_free(&b);
    }
}

/* A frame over Ethernet with octets of its IP packet replaced. */
struct change {
    const char *what;
    size_t at;
    unsigned value;
    enum decoded decoded;
};

static void check_changes(const struct segment *s, const struct change *changes, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct build b = {NULL, 0};
        struct packet p;
        build_ip(&b, s);
        b.p[changes[i].at] = (uint8_t)changes[i].value;
        enum decoded decoded = decode_whole(&b, DLT_RAW, &p);
        if (decoded != changes[i].decoded)
            print_error("%s\n", changes[i].what);
        assert_int_equal(decoded, changes[i].decoded);
    }
}

static void contradictions_of_ipv4_are_bad(void **state)
{
    const struct change changes[] = {
        {"version 5", 0, 0x55, DECODED_BAD},
        {"a header of 16 octets", 0, 0x44, DECODED_BAD},
        {"a header longer than the packet's end", 0, 0x4f, DECODED_BAD},
        {"a total shorter than the header", 3, 19, DECODED_BAD},
        {"a total without room for TCP", 3, 39, DECODED_BAD},
        {"a total that ends with the header", 3, 20, DECODED_BAD},
        {"more fragments", 6, 0x20, DECODED_FRAGMENT},
        {"a later fragment", 7, 1, DECODED_FRAGMENT},
        {"the reserved bit", 6, 0x80, DECODED_TCP},
        {"UDP, of another port", 9, 17, DECODED_OTHER},
        {"a data offset of 16 octets", 32, 0x40, DECODED_BAD},
        {"a data offset beyond the packet", 32, 0xf0, DECODED_BAD},
    };

    (void)state;
    check_changes(&over_v4, changes, sizeof changes / sizeof *changes);
}

static void contradictions_of_ipv6_are_bad(void **state)
{
    const struct change changes[] = {
        {"version 5", 0, 0x50, DECODED_BAD},
        {"a length without room for TCP", 5, 19, DECODED_BAD},
        {"no next header", 6, 59, DECODED_OTHER},
        {"encrypted", 6, 50, DECODED_OTHER},
        {"an option header longer than the payload", 6, 60, DECODED_BAD},
        {"a data offset of 16 octets", 52, 0x40, DECODED_BAD},
    };

    (void)state;
    check_changes(&over_v6, changes, sizeof changes / sizeof *changes);
}

static void what_is_announced_and_cut_is_not_bad(void **state)
{
    struct build b = {NULL, 0};
    struct packet p;

    (void)state;
    /* 30 octets announced after 20 of header: no room for TCP, however little was captured. */
    build_ip(&b, &over_v4);
    b.p[3] = 30;
    b.n = 22;
    assert_int_equal(decode_whole(&b, DLT_RAW, &p), DECODED_BAD);
    /* A data offset that is wrong, and the frame ends behind it. */
    build_ip(&b, &over_v4);
    b.p[32] = 0x40;
    b.n = 34;
    assert_int_equal(decode_whole(&b, DLT_RAW, &p), DECODED_BAD);
    b = (struct build){NULL, 0};
    build_ip(&b, &over_v4);
    b.n = 34;
    assert_int_equal(decode_whole(&b, DLT_RAW, &p), DECODED_CUT);
}

static void padding_is_no_payload(void **state)
{
    struct segment empty = over_v4;
    struct build b = {NULL, 0};
    struct packet p;

    (void)state;
    empty.text = NULL;
    build_ethernet(&b, 0x0800);
    build_ip(&b, &empty);
    build_u32(&b, 0x41414141);
    build_u16(&b, 0x4141);
    assert_int_equal(decode_whole(&b, DLT_EN10MB, &p), DECODED_TCP);
    assert_segment(&p, &empty);
    assert_int_equal(p.network.n, 40);
}

static void a_length_left_to_the_card_is_the_frame(void **state)
{
    static const struct segment *const segments[] = {&over_v4, &over_v6};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct build b = {NULL, 0};
        struct packet p;
        build_ip(&b, segments[i]);
        b.p[i ? 5 : 3] = 0;
        uint32_t size = (uint32_t)b.n;
        assert_int_equal(decode(&b, DLT_RAW, size, &p), DECODED_TCP);
        assert_segment(&p, segments[i]);
        b.n -= 5;
        assert_int_equal(decode(&b, DLT_RAW, size, &p), DECODED_TCP);
        assert_int_equal(p.payload.n, strlen(TEXT) - 5);
        assert_int_equal(p.payload_wire, strlen(TEXT));
        /* A size on the wire that no frame has is not believed. */
        assert_int_equal(decode(&b, DLT_RAW, UINT32_MAX, &p), DECODED_TCP);
        assert_int_equal(p.payload_wire, strlen(TEXT) - 5);
        build_free(&b);
    }
}

static void options_are_passed_over(void **state)
{
    struct build b = {NULL, 0};
    struct packet p;

    (void)state;
    build_ip(&b, &over_v4);
    struct build with = {NULL, 0};
    build_octets(&with, (struct slice){b.p, 20});
    build_u32(&with, 0x94040000); /* router alert */
    build_octets(&with, (struct slice){b.p + 20, 20});
    build_u32(&with, 0x01010402);
    build_octets(&with, (struct slice){b.p + 40, b.n - 40});
    with.p[0] = 0x46;
    with.p[3] = (uint8_t)(b.p[3] + 8);
    with.p[24 + 12] = 6 << 4;
    build_free(&b);
    assert_int_equal(decode_whole(&with, DLT_RAW, &p), DECODED_TCP);
    assert_segment(&p, &over_v4);
}

/* An IPv6 packet whose payload begins with these extension headers. */
static enum decoded decode_extended(struct slice extensions, unsigned first, struct packet *p)
{
    struct build plain = {NULL, 0}, b = {NULL, 0};

    build_ip(&plain, &over_v6);
    build_octets(&b, slice_head(build_slice(&plain), 40));
    build_octets(&b, extensions);
    build_octets(&b, slice_tail(build_slice(&plain), 40));
    build_free(&plain);
    b.p[5] = (uint8_t)(b.p[5] + extensions.n);
    b.p[6] = (uint8_t)first;
    return decode_whole(&b, DLT_IPV6, p);
}

#define OCTETS(literal) ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})

static void extension_headers_are_passed_over(void **state)
{
    static const struct {
        struct slice octets;
        unsigned first;
        enum decoded decoded;
    } examples[] = {
        {{(const uint8_t *)"\6\0\1\4\0\0\0\0", 8}, 0, DECODED_TCP},
        {{(const uint8_t *)"\6\0\4\0\0\0\0\0", 8}, 43, DECODED_TCP},
        {{(const uint8_t *)"\6\1\1\x0c\0\0\0\0\0\0\0\0\0\0\0\0", 16}, 60, DECODED_TCP},
        {{(const uint8_t *)"\6\4\0\0\0\0\0\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0", 24},
         51,
         DECODED_TCP},
        {{(const uint8_t *)"\x3c\0\1\4\0\0\0\0\x2c\0\1\4\0\0\0\0\6\0\0\0\0\0\0\1", 24},
         0,
         DECODED_TCP},
        {{(const uint8_t *)"\6\0\0\0\0\0\0\1", 8}, 44, DECODED_TCP},      /* atomic */
        {{(const uint8_t *)"\6\0\0\1\0\0\0\1", 8}, 44, DECODED_FRAGMENT}, /* the first */
        {{(const uint8_t *)"\6\0\0\x08\0\0\0\1", 8}, 44, DECODED_FRAGMENT},
        {{(const uint8_t *)"\6\0\0\6\0\0\0\1", 8}, 44, DECODED_TCP}, /* reserved bits */
        {{(const uint8_t *)"\6\xff\1\4\0\0\0\0", 8}, 0, DECODED_BAD},
        {{(const uint8_t *)"\x11\0\1\4\0\0\0\0", 8}, 0, DECODED_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct packet p;
        assert_int_equal(decode_extended(examples[i].octets, examples[i].first, &p),
                         examples[i].decoded);
        if (examples[i].decoded == DECODED_TCP)
            assert_segment(&p, &over_v6);
    }
}

static void what_is_not_tcp_is_other(void **state)
{
    static const struct {
        int link;
        struct slice octets;
        enum decoded decoded;
    } examples[] = {
        {DLT_EN10MB, {(const uint8_t *)ADDRESSES "\x08\x06", 14}, DECODED_OTHER},
        {DLT_EN10MB, {(const uint8_t *)ADDRESSES "\x00\x26\x42\x42\x03", 17}, DECODED_OTHER},
        {DLT_NULL, {(const uint8_t *)"\x07\0\0\0", 4}, DECODED_OTHER},
        {DLT_LINUX_SLL,
         {(const uint8_t *)"\0\0\3\x38\0\0\0\0\0\0\0\0\0\0\x08\x00", 16},
         DECODED_OTHER},
        {DLT_LINUX_SLL, {(const uint8_t *)"\0\0\0\1\0\6\2\0\0\0\0\1\0\0\0\4", 16}, DECODED_OTHER},
        {DLT_USB_LINUX, {(const uint8_t *)"\x80\0", 2}, DECODED_LINK},
        {-1, {(const uint8_t *)"", 0}, DECODED_LINK},
        {DLT_EN10MB, {NULL, 0}, DECODED_CUT},
        {DLT_RAW, {NULL, 0}, DECODED_CUT},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct build b = {NULL, 0};
        struct packet p;
        build_octets(&b, examples[i].octets);
        assert_int_equal(decode_whole(&b, examples[i].link, &p), examples[i].decoded);
    }
}

#define QUERY "a query of more octets than one fragment holds"

/* An IPv4 or IPv6 packet with one UDP datagram. */
static void build_udp(struct build *b, bool six, unsigned from, unsigned to, const char *text)
{
    unsigned size = 8 + (unsigned)strlen(text);

    if (six) {
        build_u32(b, 0x60000000);
        build_u16(b, size);
        build_u16(b, 0x1140);
        for (int i = 0; i < 32; i++)
            build_u8(b, i % 16 == 15 ? (unsigned)(1 + i / 16) : 0);
    } else {
        build_u16(b, 0x4500);
        build_u16(b, 20 + size);
        build_octets(b, (struct slice){(const uint8_t *)"\0\7\0\0\x40\x11\0\0", 8});
        build_octets(b, (struct slice){(const uint8_t *)"\xc0\0\2\1\xc0\0\2\2", 8});
    }
    build_u16(b, from);
    build_u16(b, to);
    build_u16(b, size);
    build_u16(b, 0);
    build_text(b, text);
}

static void dns_over_udp_is_a_datagram(void **state)
{
    (void)state;
    for (int i = 0; i < 4; i++) {
        bool six = i & 1, answer = i & 2;
        struct build b = {NULL, 0};
        struct packet p;
        build_udp(&b, six, answer ? 53 : 40000, answer ? 40000 : 53, QUERY);
        size_t size = b.n, headers = size - strlen(QUERY);
        assert_int_equal(decode(&b, DLT_RAW, (uint32_t)b.n, &p), DECODED_UDP);
        assert_int_equal(p.from.port, answer ? 53 : 40000);
        assert_int_equal(p.to.port, answer ? 40000 : 53);
        assert_int_equal(p.from.address.version, six ? 6 : 4);
        assert_int_equal(p.to.address.octets[six ? 15 : 3], 2);
        assert_true(slice_equal(p.payload, slice_of(QUERY)));
        assert_int_equal(p.payload_wire, strlen(QUERY));
        assert_int_equal(p.network.n, size);
        assert_int_equal(p.seq + p.ack + p.flags, 0);
        for (b.n = 0; b.n < size; b.n++) {
            enum decoded decoded = decode(&b, DLT_RAW, (uint32_t)size, &p);
            assert_int_equal(decoded, b.n < headers ? DECODED_CUT : DECODED_UDP);
            if (decoded == DECODED_UDP) {
                assert_int_equal(p.payload.n, b.n - headers);
                assert_int_equal(p.payload_wire, strlen(QUERY));
            }
        }
        build_free(&b);
    }
}

static void other_datagrams_stay_other(void **state)
{
    static const struct {
        unsigned from, to, length; /* the length that its header says */
        enum decoded decoded;
    } examples[] = {
        {40000, 54, 8 + sizeof QUERY - 1, DECODED_OTHER},
        {5353, 5353, 8 + sizeof QUERY - 1, DECODED_OTHER},
        {40000, 853, 8 + sizeof QUERY - 1, DECODED_OTHER},
        {53, 53, 8 + sizeof QUERY - 1, DECODED_UDP},
        {53, 4789, 8 + sizeof QUERY - 1, DECODED_OTHER}, /* VXLAN's port, and not its flags */
        {40000, 53, 8, DECODED_UDP},                     /* empty */
        {40000, 53, 7, DECODED_OTHER},
        {40000, 53, 0, DECODED_OTHER},
        {40000, 53, 9 + sizeof QUERY - 1, DECODED_OTHER},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        struct build b = {NULL, 0};
        struct packet p;
        build_udp(&b, false, examples[i].from, examples[i].to, QUERY);
        b.p[25] = (uint8_t)examples[i].length;
        assert_int_equal(decode_whole(&b, DLT_RAW, &p), examples[i].decoded);
        if (examples[i].decoded == DECODED_UDP)
            assert_int_equal(p.payload.n, examples[i].length - 8);
    }
}

static void a_tunnel_goes_before_dns(void **state)
{
    struct build b = {NULL, 0}, inner = {NULL, 0};
    struct packet p;

    (void)state;
    build_udp(&b, false, 53, 4789, "");
    build_octets(&b, (struct slice){(const uint8_t *)"\x08\0\0\0\0\0\1\0" ADDRESSES "\x08\0", 22});
    build_ip(&inner, &over_v4);
    build_octets(&b, build_slice(&inner));
    build_free(&inner);
    b.p[3] = (uint8_t)b.n;
    b.p[25] = (uint8_t)(b.n - 20);
    assert_int_equal(decode_whole(&b, DLT_RAW, &p), DECODED_TCP);
    assert_segment(&p, &over_v4);
}

static void dns_inside_of_a_tunnel_is_a_datagram(void **state)
{
    struct build b = {NULL, 0}, inner = {NULL, 0};
    struct packet p;

    (void)state;
    build_udp(&inner, true, 40000, 53, QUERY);
    build_octets(&b, (struct slice){(const uint8_t *)"\x45\0\0\0\0\0\0\0\x40\x29\0\0"
                                                     "\x0a\0\0\1\x0a\0\0\2",
                                    20});
    build_octets(&b, build_slice(&inner));
    b.p[3] = (uint8_t)b.n;
    assert_int_equal(decode_whole(&b, DLT_RAW, &p), DECODED_UDP);
    assert_int_equal(p.from.address.version, 6);
    assert_int_equal(p.network.n, inner.n);
    assert_true(slice_equal(p.payload, slice_of(QUERY)));
    build_free(&inner);
}

static void fragments_of_a_datagram_are_put_together(void **state)
{
    struct fragment_limits limits = fragment_limits_default();
    struct decoder *d = decoder_new(&limits);
    struct build whole = {NULL, 0};
    struct packet p;

    (void)state;
    build_udp(&whole, false, 53, 40000, QUERY);
    size_t all = whole.n - 20, first = 32;
    for (int i = 1; i >= 0; i--) { /* the last one first */
        struct build b = {NULL, 0};
        build_octets(&b, slice_head(build_slice(&whole), 20));
        struct slice octets = slice_tail(build_slice(&whole), i ? 20 + first : 20);
        build_octets(&b, i ? octets : slice_head(octets, first));
        b.p[3] = (uint8_t)b.n;
        b.p[6] = i ? 0 : 0x20;
        b.p[7] = (uint8_t)(i ? first / 8 : 0);
        struct frame frame = {
            .link = DLT_RAW, .wire_size = (uint32_t)b.n, .octets = build_slice(&b)};
        assert_int_equal(packet_decode(NULL, &frame, &p), DECODED_FRAGMENT);
        assert_int_equal(packet_decode(d, &frame, &p), i ? DECODED_FRAGMENT : DECODED_UDP);
        build_free(&b);
    }
    assert_true(slice_equal(p.payload, slice_of(QUERY)));
    assert_int_equal(p.payload_wire, all - 8);
    assert_int_equal(p.from.port, 53);
    assert_int_equal(p.network.n, 0);
    build_free(&whole);
    decoder_free(&d);
}

static void tags_are_bounded(void **state)
{
    struct build b = {NULL, 0};
    struct packet p;

    (void)state;
    build_ethernet(&b, 0x8100);
    for (unsigned i = 0; i < BOUND_NESTING; i++)
        build_u32(&b, 0x00018100);
    build_u32(&b, 0x00010800);
    build_ip(&b, &over_v4);
    assert_int_equal(decode_whole(&b, DLT_EN10MB, &p), DECODED_OTHER);
}

static void every_result_has_a_name(void **state)
{
    (void)state;
    for (int d = 0; d < DECODED_COUNT; d++)
        assert_true(strlen(decoded_name((enum decoded)d)) > 0);
    assert_string_equal(decoded_name(DECODED_CUT), "cut");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_link_layer_reaches_the_segment),
        cmocka_unit_test(contradictions_of_ipv4_are_bad),
        cmocka_unit_test(contradictions_of_ipv6_are_bad),
        cmocka_unit_test(what_is_announced_and_cut_is_not_bad),
        cmocka_unit_test(padding_is_no_payload),
        cmocka_unit_test(a_length_left_to_the_card_is_the_frame),
        cmocka_unit_test(options_are_passed_over),
        cmocka_unit_test(extension_headers_are_passed_over),
        cmocka_unit_test(what_is_not_tcp_is_other),
        cmocka_unit_test(dns_over_udp_is_a_datagram),
        cmocka_unit_test(other_datagrams_stay_other),
        cmocka_unit_test(a_tunnel_goes_before_dns),
        cmocka_unit_test(dns_inside_of_a_tunnel_is_a_datagram),
        cmocka_unit_test(fragments_of_a_datagram_are_put_together),
        cmocka_unit_test(tags_are_bounded),
        cmocka_unit_test(every_result_has_a_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
