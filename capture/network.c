/* network.c - IPv4, IPv6, their fragments, TCP and UDP; see decode.h. */
#include "decode.h"

#include <string.h>

static inline struct ip_address address_of(uint8_t version, struct slice header, size_t at)
{
    struct ip_address a = {.version = version};
    struct slice octets = slice_head(slice_tail(header, at), version == 4 ? 4 : 16);

    if (octets.n)
        memcpy(a.octets, octets.p, octets.n);
    return a;
}

/*
 * A fragment: what it completes is read on as if it had come in one piece; until then, or when it
 * was cut by the snap length, there is nothing to read.
 */
static void put_together(struct decoding *d, uint8_t protocol, uint32_t id, uint32_t offset,
                         bool more)
{
    struct fragment f = {
        .from = d->packet->from.address,
        .to = d->packet->to.address,
        .id = id,
        .protocol = protocol,
        .offset = offset,
        .more = more,
        .octets = cursor_rest(&d->c),
        .at_ns = d->packet->at_ns,
    };
    struct slice whole;

    if (!d->fragments || d->missing || !fragment_add(d->fragments, &f, &whole)) {
        decode_decide(d, DECODED_FRAGMENT);
        return;
    }
    d->c = cursor_open_whole(whole);
    d->packet->network = (struct slice){NULL, 0};
}

static void mark_network(struct decoding *d, struct slice from_header, uint32_t length)
{
    d->packet->network = length ? slice_head(from_header, length) : from_header;
}

/* RFC 791 3.1 */
void decode_ipv4(struct decoding *d)
{
    struct slice all = cursor_rest(&d->c), h = decode_header(d, 20);
    uint32_t header = (slice_u8(h, 0) & 15u) * 4, total = slice_u16(h, 2);

    if ((h.n > 0 && (slice_u8(h, 0) >> 4 != 4 || header < 20)) ||
        (h.n > 3 && total != 0 && total < header)) {
        cursor_bad(&d->c);
        return;
    }
    if (h.n < 20) {
        decode_cut(d);
        return;
    }
    d->packet->from.address = address_of(4, h, 12);
    d->packet->to.address = address_of(4, h, 16);
    decode_skip(d, header);
    mark_network(d, all, total);
    if (total)
        decode_narrow(d, total - header);
    else
        decode_narrow_to_frame(d);
    uint8_t protocol = slice_u8(h, 9);
    uint16_t fragment = slice_u16(h, 6);
    decode_follow(d, BY_PROTOCOL, protocol);
    if (d->c.status == CURSOR_OK && (fragment & 0x3fff) != 0)
        put_together(d, protocol, slice_u16(h, 4), (fragment & 0x1fffu) * 8,
                     (fragment & 0x2000) != 0);
}

/* RFC 8200 3.  A payload length of 0 is a jumbogram too (RFC 2675). */
void decode_ipv6(struct decoding *d)
{
    struct slice all = cursor_rest(&d->c), h = decode_header(d, 40);
    uint16_t length = slice_u16(h, 4);

    if (h.n > 0 && slice_u8(h, 0) >> 4 != 6) {
        cursor_bad(&d->c);
        return;
    }
    if (h.n < 40) {
        decode_cut(d);
        return;
    }
    d->packet->from.address = address_of(6, h, 8);
    d->packet->to.address = address_of(6, h, 24);
    decode_skip(d, 40);
    mark_network(d, all, length ? 40u + length : 0);
    if (length)
        decode_narrow(d, length);
    else
        decode_narrow_to_frame(d);
    decode_follow(d, BY_PROTOCOL, slice_u8(h, 6));
}

/* An extension header whose second octet counts units beyond the first eight octets. */
static void decode_extension(struct decoding *d, uint32_t unit)
{
    if (!decode_announced(d, 8))
        return;
    uint8_t next = cursor_u8(&d->c);
    decode_skip(d, cursor_u8(&d->c) * unit + 6);
    decode_follow(d, BY_PROTOCOL, next);
}

/* RFC 8200 4.3, 4.4, 4.6: hop-by-hop options, routing, destination options. */
void decode_options(struct decoding *d)
{
    decode_extension(d, 8);
}

/* RFC 4302 2: the payload is in the clear. */
void decode_authentication(struct decoding *d)
{
    decode_extension(d, 4);
}

/* RFC 8200 4.5; RFC 6946: an atomic fragment is the whole datagram. */
void decode_ipv6_fragment(struct decoding *d)
{
    if (!decode_announced(d, 8))
        return;
    uint8_t next = cursor_u8(&d->c);
    cursor_take(&d->c, 1);
    uint16_t place = cursor_u16(&d->c);
    uint32_t id = cursor_u32(&d->c);
    decode_follow(d, BY_PROTOCOL, next);
    if (d->c.status == CURSOR_OK && (place & 0xfff9) != 0)
        put_together(d, next, id, place & 0xfff8u, (place & 1) != 0);
}

/* RFC 9293 3.1 */
void decode_tcp(struct decoding *d)
{
    struct packet *p = d->packet;
    struct slice h = decode_header(d, 20);
    uint32_t header = (slice_u8(h, 12) >> 4) * 4u;

    if (h.n > 12 && header < 20) {
        cursor_bad(&d->c);
        return;
    }
    if (h.n < 20) {
        decode_cut(d);
        return;
    }
    p->from.port = slice_u16(h, 0);
    p->to.port = slice_u16(h, 2);
    p->seq = slice_u32(h, 4);
    p->ack = slice_u32(h, 8);
    p->flags = slice_u8(h, 13) & TCP_FLAGS;
    decode_skip(d, header);
    if (d->c.status != CURSOR_OK)
        return;
    p->payload = cursor_rest(&d->c);
    p->payload_wire = (uint32_t)p->payload.n + d->missing;
    decode_decide(d, DECODED_TCP);
}

#define PORT_DNS 53
#define PORT_TEREDO 3544

/* RFC 768: for what is carried in it, and for DNS. */
void decode_udp(struct decoding *d)
{
    struct packet *p = d->packet;
    uint16_t from = cursor_u16(&d->c), to = cursor_u16(&d->c), length = cursor_u16(&d->c);

    cursor_take(&d->c, 2);
    /* A length that cannot be is no concern of tunnels: what is carried has lengths of its own. */
    bool fits = length >= 8 && length - 8u <= cursor_left(&d->c) + (uint64_t)d->missing;
    bool dns = fits && (from == PORT_DNS || to == PORT_DNS);
    if (fits)
        decode_narrow(d, length - 8u);
    if (dns && d->c.status == CURSOR_OK) {
        p->from.port = from;
        p->to.port = to;
        p->payload = cursor_rest(&d->c);
        p->payload_wire = (uint32_t)p->payload.n + d->missing;
    }
    /* Teredo's servers answer from its port. */
    decode_follow(d, dns ? BY_DNS_PORT : BY_UDP_PORT, from == PORT_TEREDO ? from : to);
}
