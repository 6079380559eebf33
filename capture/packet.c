/* packet.c - a frame decoded to a segment or datagram: the layers, and the loop over them. */
#include <mailtap/packet.h>

#include "decode.h"

#include <mailtap/bounds.h>

#include <pcap/dlt.h>
#include <stdlib.h>

struct decoder {
    struct fragment_table *fragments;
};

struct decoder *decoder_new(const struct fragment_limits *limits)
{
    struct decoder *d = must_alloc(1, sizeof *d);

    d->fragments = fragment_table_new(limits);
    return d;
}

void decoder_free(struct decoder **d)
{
    if (!*d)
        return;
    fragment_table_free(&(*d)->fragments);
    free(*d);
    *d = NULL;
}

struct fragment_counts decoder_fragments(const struct decoder *d)
{
    return fragment_table_counts(d->fragments);
}

/* ---- what layers share */

void decode_inside(struct decoding *d, enum space space, uint32_t number)
{
    decode_follow(d, space, number);
    if (++d->nesting > BOUND_NESTING)
        decode_decide(d, DECODED_OTHER);
}

void decode_inside_ip(struct decoding *d)
{
    struct cursor ahead = d->c;
    unsigned version = cursor_u8(&ahead) >> 4;

    if (ahead.status != CURSOR_OK)
        d->c = ahead;
    else if (version == 4 || version == 6)
        decode_inside(d, BY_ETHERTYPE, version == 4 ? 0x0800 : 0x86dd);
    else
        decode_decide(d, DECODED_OTHER);
}

/* ---- the tables */

struct layer {
    uint32_t number;
    decode_layer *decode;
};

/* 101 is LINKTYPE_RAW and 14 OpenBSD's DLT_RAW, should they come through as they are. */
static const struct layer link_layers[] = {
    {DLT_NULL, decode_null},
    {DLT_EN10MB, decode_ethernet},
    {DLT_RAW, decode_raw},
    {14, decode_raw},
    {101, decode_raw},
    {DLT_LOOP, decode_null},
    {DLT_LINUX_SLL, decode_sll},
    {DLT_IPV4, decode_bare_ipv4},
    {DLT_IPV6, decode_bare_ipv6},
    {DLT_LINUX_SLL2, decode_sll2},
    {DLT_PPP, decode_ppp_serial},
    {DLT_PPP_SERIAL, decode_ppp_serial},
    {DLT_PPP_ETHER, decode_pppoe},
    {DLT_IEEE802_11, decode_80211},
    {DLT_IEEE802_11_RADIO, decode_radiotap},
    {0, NULL},
};

static const struct layer ethertypes[] = {
    {0x0800, decode_ipv4},     {0x86dd, decode_ipv6},
    {0x8100, decode_tag}, /* 802.1Q */
    {0x88a8, decode_tag}, /* 802.1ad */
    {0x9100, decode_tag}, /* what was used before it */
    {0x8847, decode_mpls},     {0x8848, decode_mpls},
    {0x8864, decode_pppoe},    {0x6558, decode_transparent_ethernet}, /* in GRE and GENEVE */
    {0x88be, decode_erspan_2},                                        /* in GRE */
    {0x22eb, decode_erspan_3}, {0, NULL},
};

static const struct layer protocols[] = {
    {6, decode_tcp},
    {17, decode_udp},
    {4, decode_ipv4_inside},
    {41, decode_ipv6_inside},
    {47, decode_gre},
    {137, decode_mpls},
    {0, decode_options},
    {43, decode_options},
    {44, decode_ipv6_fragment},
    {51, decode_authentication},
    {60, decode_options},
    {0, NULL},
};

static const struct layer ppp_protocols[] = {
    {0x0021, decode_ipv4},
    {0x0057, decode_ipv6},
    {0, NULL},
};

/* Destination ports, the ones of IANA and those in use before them. */
static const struct layer udp_ports[] = {
    {4789, decode_vxlan}, {8472, decode_vxlan},  {6081, decode_geneve},
    {2152, decode_gtp},   {3544, decode_teredo}, {0, NULL},
};

static const struct {
    const struct layer *layers;
    enum decoded unknown; /* the result when the number is not in the table */
} spaces[] = {
    [BY_LINK] = {link_layers, DECODED_LINK},    [BY_ETHERTYPE] = {ethertypes, DECODED_OTHER},
    [BY_PROTOCOL] = {protocols, DECODED_OTHER}, [BY_PPP] = {ppp_protocols, DECODED_OTHER},
    [BY_UDP_PORT] = {udp_ports, DECODED_OTHER}, [BY_DNS_PORT] = {udp_ports, DECODED_UDP},
};

static void next_layer(struct decoding *d)
{
    const struct layer *layer = spaces[d->space].layers;

    while (layer->decode && layer->number != d->number)
        layer++;
    if (!layer->decode) {
        decode_decide(d, spaces[d->space].unknown);
        return;
    }
    layer->decode(d);
    if (d->c.status != CURSOR_OK)
        decode_decide(d, d->c.status == CURSOR_SHORT ? DECODED_CUT : DECODED_BAD);
}

/* ---- most frames: Ethernet, IPv4 without options, TCP, all of it captured */

enum { ETHERNET = 14, IPV4 = 20, TCP = 20 }; /* octets of the headers */

/* Read at one go, as the layers would; false: it is not one of those, and nothing was read. */
static bool decode_plain(const struct frame *frame, struct packet *packet_r)
{
    struct slice s = frame->octets;

    if (frame->link != DLT_EN10MB || s.n < ETHERNET + IPV4 + TCP)
        return false;
    struct slice ip = {s.p + ETHERNET, IPV4}, tcp = {ip.p + IPV4, TCP};
    uint32_t total = slice_u16(ip, 2), header = (slice_u8(tcp, 12) >> 4) * 4u;
    bool plain = slice_u16((struct slice){s.p, ETHERNET}, 12) == 0x0800 &&
                 slice_u8(ip, 0) == 0x45 && (slice_u16(ip, 6) & 0x3fff) == 0 &&
                 slice_u8(ip, 9) == 6;

    if (!plain || header < TCP || total < IPV4 + header || total > s.n - ETHERNET)
        return false;
    *packet_r = (struct packet){
        .at_ns = frame->at_ns,
        .vlan = -1,
        .from = {{.version = 4}, slice_u16(tcp, 0)},
        .to = {{.version = 4}, slice_u16(tcp, 2)},
        .seq = slice_u32(tcp, 4),
        .ack = slice_u32(tcp, 8),
        .flags = slice_u8(tcp, 13) & TCP_FLAGS,
        .payload = {tcp.p + header, total - IPV4 - header},
        .payload_wire = total - IPV4 - header,
        .network = {ip.p, total},
    };
    memcpy(packet_r->from.address.octets, ip.p + 12, 4);
    memcpy(packet_r->to.address.octets, ip.p + 16, 4);
    return true;
}

enum decoded packet_decode(struct decoder *decoder, const struct frame *frame,
                           struct packet *packet_r)
{
    if (decode_plain(frame, packet_r))
        return DECODED_TCP;
    uint32_t captured = (uint32_t)frame->octets.n;
    struct decoding d = {
        .c = cursor_open(frame->octets),
        .missing = UNKNOWN_LENGTH,
        .space = BY_LINK,
        .number = (uint32_t)frame->link,
        .packet = packet_r,
        .fragments = decoder ? decoder->fragments : NULL,
    };

    /* No frame is larger than the bound; a wire size beyond it is not believed. */
    if (frame->wire_size > captured && frame->wire_size <= BOUND_FRAME_OCTETS)
        d.cut = frame->wire_size - captured;
    *packet_r = (struct packet){.at_ns = frame->at_ns, .vlan = -1};
    while (d.space != DECIDED)
        next_layer(&d);
    return d.result;
}

const char *decoded_name(enum decoded d)
{
    static const char *const names[DECODED_COUNT] = {
        [DECODED_TCP] = "tcp",           [DECODED_UDP] = "udp",   [DECODED_OTHER] = "other",
        [DECODED_FRAGMENT] = "fragment", [DECODED_LINK] = "link", [DECODED_CUT] = "cut",
        [DECODED_BAD] = "bad",
    };

    return names[d];
}
