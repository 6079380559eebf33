/*
 * packet.c - a frame decoded to one TCP segment; see packet.h.
 *
 * A frame is a nest of layers.  Each layer has a function that reads its header and says what
 * follows: a number, and the table in which to look it up.  packet_decode() is the loop over
 * them.  Another link layer, tag or tunnel is one function and one row.
 */
#include <mailtap/packet.h>

#include <mailtap/bounds.h>

#include <pcap/dlt.h>
#include <string.h>

/* What a link layer that announces no length may hold beyond the captured octets. */
#define UNKNOWN_LENGTH UINT32_MAX

/* How a layer names what follows it. */
enum space { BY_LINK, BY_ETHERTYPE, BY_PROTOCOL, DECIDED };

struct decoding {
    struct cursor c;  /* the captured octets of the current layer's block */
    uint32_t missing; /* octets of that block that were on the wire and not captured */
    uint32_t cut;     /* octets that the snap length cut off the frame */
    enum space space; /* what follows, or DECIDED */
    uint32_t number;
    enum decoded result; /* when DECIDED */
    unsigned nesting;
    struct packet *packet;
};

struct layer {
    uint32_t number;
    void (*decode)(struct decoding *d);
};

static void follow(struct decoding *d, enum space space, uint32_t number)
{
    d->space = space;
    d->number = number;
}

static void decide(struct decoding *d, enum decoded result)
{
    d->space = DECIDED;
    d->result = result;
}

/*
 * Octets that a layer must have: more than the layers around it announced is a contradiction,
 * whether they were captured or not.
 */
static bool announced(struct decoding *d, uint32_t n)
{
    size_t left = cursor_left(&d->c);

    if (n <= left || n - left <= d->missing)
        return true;
    cursor_bad(&d->c);
    return false;
}

/* Pass over n octets of options; n may be nonsense when the cursor has failed already. */
static void take_announced(struct decoding *d, uint32_t n)
{
    if (d->c.status == CURSOR_OK && announced(d, n))
        cursor_take(&d->c, n);
}

/* From here on the block is n octets: what follows it in the frame is padding. */
static void narrow(struct decoding *d, uint32_t n)
{
    size_t left = cursor_left(&d->c);

    if (d->c.status != CURSOR_OK || !announced(d, n))
        return;
    d->missing = n <= left ? 0 : n - (uint32_t)left;
    d->c = n <= left ? cursor_open_whole(slice_head(cursor_rest(&d->c), n))
                     : cursor_open(cursor_rest(&d->c));
}

/* A length of 0: the capturing machine leaves it to its network card.  All that the frame had. */
static void narrow_to_frame(struct decoding *d)
{
    if (d->missing == UNKNOWN_LENGTH)
        d->missing = d->cut;
}

/* ---- link layers */

static void decode_ethernet(struct decoding *d)
{
    cursor_take(&d->c, 12);
    follow(d, BY_ETHERTYPE, cursor_u16(&d->c));
}

/* The address family in the octet order of the machine that captured. */
static void decode_null(struct decoding *d)
{
    static const uint32_t families_v6[] = {10, 24, 28, 30};
    struct cursor swapped = d->c;
    uint32_t family = cursor_u32(&d->c), other = cursor_u32_le(&swapped);

    if (other < family)
        family = other;
    follow(d, BY_ETHERTYPE, family == 2 ? 0x0800 : 0);
    for (size_t i = 0; i < sizeof families_v6 / sizeof *families_v6; i++)
        if (family == families_v6[i])
            follow(d, BY_ETHERTYPE, 0x86dd);
}

static void decode_raw(struct decoding *d)
{
    struct cursor ahead = d->c;
    unsigned version = cursor_u8(&ahead) >> 4;

    if (ahead.status != CURSOR_OK)
        d->c = ahead;
    else if (version != 4 && version != 6)
        cursor_bad(&d->c);
    follow(d, BY_ETHERTYPE, version == 4 ? 0x0800 : 0x86dd);
}

static void decode_bare_ipv4(struct decoding *d)
{
    follow(d, BY_ETHERTYPE, 0x0800);
}

static void decode_bare_ipv6(struct decoding *d)
{
    follow(d, BY_ETHERTYPE, 0x86dd);
}

/* On a netlink monitor the protocol field is no EtherType. */
#define ARPHRD_NETLINK 824

static void decode_sll(struct decoding *d)
{
    cursor_take(&d->c, 2);
    uint16_t hardware = cursor_u16(&d->c);
    cursor_take(&d->c, 10);
    uint16_t protocol = cursor_u16(&d->c);
    follow(d, BY_ETHERTYPE, hardware == ARPHRD_NETLINK ? 0 : protocol);
}

static void decode_sll2(struct decoding *d)
{
    uint16_t protocol = cursor_u16(&d->c);
    cursor_take(&d->c, 6);
    uint16_t hardware = cursor_u16(&d->c);
    cursor_take(&d->c, 10);
    follow(d, BY_ETHERTYPE, hardware == ARPHRD_NETLINK ? 0 : protocol);
}

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
    {0, NULL},
};

/* ---- EtherTypes */

/* The null identifier marks a priority only: the tag names no network (802.1Q 9.6). */
static void decode_tag(struct decoding *d)
{
    uint16_t identifier = cursor_u16(&d->c) & 0x0fff;
    uint16_t type = cursor_u16(&d->c);

    if (d->packet->vlan < 0 && identifier != 0)
        d->packet->vlan = identifier;
    follow(d, BY_ETHERTYPE, type);
    if (++d->nesting > BOUND_NESTING)
        decide(d, DECODED_OTHER);
}

static struct ip_address take_address(struct cursor *c, uint8_t version)
{
    struct ip_address a = {.version = version};
    struct slice octets = cursor_take(c, version == 4 ? 4 : 16);

    if (octets.n)
        memcpy(a.octets, octets.p, octets.n);
    return a;
}

static void mark_network(struct decoding *d, struct slice from_header, uint32_t length)
{
    d->packet->network = length ? slice_head(from_header, length) : from_header;
}

/* RFC 791 3.1 */
static void decode_ipv4(struct decoding *d)
{
    struct slice all = cursor_rest(&d->c);

    if (!announced(d, 20))
        return;
    uint8_t first = cursor_u8(&d->c);
    uint32_t header = (first & 15u) * 4;
    if (first >> 4 != 4 || header < 20)
        cursor_bad(&d->c);
    cursor_take(&d->c, 1);
    uint32_t total = cursor_u16(&d->c);
    if (total != 0 && total < header)
        cursor_bad(&d->c);
    cursor_take(&d->c, 2);
    uint16_t fragment = cursor_u16(&d->c);
    cursor_take(&d->c, 1);
    uint8_t protocol = cursor_u8(&d->c);
    cursor_take(&d->c, 2);
    d->packet->from.address = take_address(&d->c, 4);
    d->packet->to.address = take_address(&d->c, 4);
    take_announced(d, header - 20);
    mark_network(d, all, total);
    if (total)
        narrow(d, total - header);
    else
        narrow_to_frame(d);
    follow(d, BY_PROTOCOL, protocol);
    if (d->c.status == CURSOR_OK && (fragment & 0x3fff) != 0)
        decide(d, DECODED_FRAGMENT);
}

/* RFC 8200 3.  A payload length of 0 is a jumbogram too (RFC 2675). */
static void decode_ipv6(struct decoding *d)
{
    struct slice all = cursor_rest(&d->c);

    if (!announced(d, 40))
        return;
    if (cursor_u8(&d->c) >> 4 != 6)
        cursor_bad(&d->c);
    cursor_take(&d->c, 3);
    uint16_t length = cursor_u16(&d->c);
    uint8_t next = cursor_u8(&d->c);
    cursor_take(&d->c, 1);
    d->packet->from.address = take_address(&d->c, 6);
    d->packet->to.address = take_address(&d->c, 6);
    mark_network(d, all, length ? 40u + length : 0);
    if (length)
        narrow(d, length);
    else
        narrow_to_frame(d);
    follow(d, BY_PROTOCOL, next);
}

static const struct layer ethertypes[] = {
    {0x0800, decode_ipv4},
    {0x86dd, decode_ipv6},
    {0x8100, decode_tag}, /* 802.1Q */
    {0x88a8, decode_tag},
    {0x9100, decode_tag}, /* 802.1ad, before it */
    {0, NULL},
};

/* ---- IP protocols */

/* An extension header whose second octet counts units beyond the first eight octets. */
static void decode_extension(struct decoding *d, uint32_t unit)
{
    if (!announced(d, 8))
        return;
    uint8_t next = cursor_u8(&d->c);
    take_announced(d, cursor_u8(&d->c) * unit + 6);
    follow(d, BY_PROTOCOL, next);
}

/* RFC 8200 4.3, 4.4, 4.6: hop-by-hop options, routing, destination options. */
static void decode_options(struct decoding *d)
{
    decode_extension(d, 8);
}

/* RFC 4302 2: the payload is in the clear. */
static void decode_authentication(struct decoding *d)
{
    decode_extension(d, 4);
}

/* RFC 8200 4.5; RFC 6946: an atomic fragment is the whole datagram. */
static void decode_fragment(struct decoding *d)
{
    if (!announced(d, 8))
        return;
    uint8_t next = cursor_u8(&d->c);
    cursor_take(&d->c, 1);
    uint16_t place = cursor_u16(&d->c);
    cursor_take(&d->c, 4);
    follow(d, BY_PROTOCOL, next);
    if (d->c.status == CURSOR_OK && (place & 0xfff9) != 0)
        decide(d, DECODED_FRAGMENT);
}

/* RFC 9293 3.1 */
static void decode_tcp(struct decoding *d)
{
    struct packet *p = d->packet;

    if (!announced(d, 20))
        return;
    p->from.port = cursor_u16(&d->c);
    p->to.port = cursor_u16(&d->c);
    p->seq = cursor_u32(&d->c);
    p->ack = cursor_u32(&d->c);
    uint32_t header = (cursor_u8(&d->c) >> 4) * 4u;
    if (header < 20)
        cursor_bad(&d->c);
    p->flags = cursor_u8(&d->c) & (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK);
    cursor_take(&d->c, 6);
    take_announced(d, header - 20);
    if (d->c.status != CURSOR_OK)
        return;
    p->payload = cursor_rest(&d->c);
    p->payload_wire = (uint32_t)p->payload.n + d->missing;
    decide(d, DECODED_TCP);
}

static const struct layer protocols[] = {
    {6, decode_tcp},
    {0, decode_options},
    {43, decode_options},
    {44, decode_fragment},
    {51, decode_authentication},
    {60, decode_options},
    {0, NULL},
};

/* ---- */

static const struct {
    const struct layer *layers;
    enum decoded unknown; /* the result when the number is not in the table */
} spaces[] = {
    [BY_LINK] = {link_layers, DECODED_LINK},
    [BY_ETHERTYPE] = {ethertypes, DECODED_OTHER},
    [BY_PROTOCOL] = {protocols, DECODED_OTHER},
};

static void decode_layer(struct decoding *d)
{
    const struct layer *layer = spaces[d->space].layers;

    while (layer->decode && layer->number != d->number)
        layer++;
    if (!layer->decode) {
        decide(d, spaces[d->space].unknown);
        return;
    }
    layer->decode(d);
    if (d->c.status != CURSOR_OK)
        decide(d, d->c.status == CURSOR_SHORT ? DECODED_CUT : DECODED_BAD);
}

enum decoded packet_decode(const struct frame *frame, struct packet *packet_r)
{
    uint32_t captured = (uint32_t)frame->octets.n;
    struct decoding d = {
        .c = cursor_open(frame->octets),
        .missing = UNKNOWN_LENGTH,
        .space = BY_LINK,
        .number = (uint32_t)frame->link,
        .packet = packet_r,
    };

    /* No frame is larger than the bound; a wire size beyond it is not believed. */
    if (frame->wire_size > captured && frame->wire_size <= BOUND_FRAME_OCTETS)
        d.cut = frame->wire_size - captured;
    *packet_r = (struct packet){.at_ns = frame->at_ns, .vlan = -1};
    while (d.space != DECIDED)
        decode_layer(&d);
    return d.result;
}

const char *decoded_name(enum decoded d)
{
    static const char *const names[DECODED_COUNT] = {
        [DECODED_TCP] = "tcp",   [DECODED_OTHER] = "other", [DECODED_FRAGMENT] = "fragment",
        [DECODED_LINK] = "link", [DECODED_CUT] = "cut",     [DECODED_BAD] = "bad",
    };

    return names[d];
}
