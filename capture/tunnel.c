/* tunnel.c - packets inside of packets; see decode.h. */
#include "decode.h"

#include <pcap/dlt.h>

/* RFC 3032 2.1: labels up to the one marked as the bottom; what follows them they do not say. */
void decode_mpls(struct decoding *d)
{
    uint32_t entry;

    do
        entry = cursor_u32(&d->c);
    while (d->c.status == CURSOR_OK && !(entry & 0x100));
    struct cursor ahead = d->c;
    if (cursor_u8(&ahead) >> 4 != 0) {
        decode_inside_ip(d);
        return;
    }
    /* RFC 4385 3, RFC 4448 4.6: a control word, and Ethernet behind it. */
    cursor_take(&d->c, 4);
    decode_inside(d, BY_LINK, DLT_EN10MB);
}

void decode_ipv4_inside(struct decoding *d)
{
    decode_inside(d, BY_ETHERTYPE, 0x0800);
}

void decode_ipv6_inside(struct decoding *d)
{
    decode_inside(d, BY_ETHERTYPE, 0x86dd);
}

void decode_transparent_ethernet(struct decoding *d)
{
    decode_inside(d, BY_LINK, DLT_EN10MB);
}

enum gre {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    GRE_ACK = 0x0080,
    GRE_VERSION = 0x0007
};

/* ERSPAN type II is told from type I by GRE's sequence number: type I has no header. */
#define ETHERTYPE_ERSPAN 0x88be

/* RFC 2784 2, RFC 2890 2; RFC 2637 4.1 for version 1, which carries PPP. */
void decode_gre(struct decoding *d)
{
    uint16_t flags = cursor_u16(&d->c), protocol = cursor_u16(&d->c);

    if ((flags & GRE_ROUTING) || (flags & GRE_VERSION) > 1) {
        decode_decide(d, DECODED_OTHER);
        return;
    }
    cursor_take(&d->c, flags & GRE_CHECKSUM ? 4 : 0);
    cursor_take(&d->c, flags & GRE_KEY ? 4 : 0);
    cursor_take(&d->c, flags & GRE_SEQUENCE ? 4 : 0);
    if ((flags & GRE_VERSION) == 1) {
        cursor_take(&d->c, flags & GRE_ACK ? 4 : 0);
        decode_ppp(d);
    } else if (protocol == ETHERTYPE_ERSPAN && !(flags & GRE_SEQUENCE)) {
        decode_transparent_ethernet(d);
    } else {
        decode_inside(d, BY_ETHERTYPE, protocol);
    }
}

/* draft-foschiano-erspan 4.2, 4.3: the version in the first four bits, 1 and 2. */
void decode_erspan_2(struct decoding *d)
{
    struct slice header = cursor_take(&d->c, 8);

    if (header.n && header.p[0] >> 4 != 1)
        decode_decide(d, DECODED_OTHER);
    else
        decode_transparent_ethernet(d);
}

void decode_erspan_3(struct decoding *d)
{
    struct cursor header = cursor_open(cursor_take(&d->c, 12));
    unsigned version = cursor_u8(&header) >> 4;

    cursor_take(&header, 10);
    if (cursor_u8(&header) & 1) /* the platform's own header follows */
        cursor_take(&d->c, 8);
    if (version != 2)
        decode_decide(d, DECODED_OTHER);
    else
        decode_transparent_ethernet(d);
}

/* RFC 7348 5.  What is not VXLAN may use the port all the same. */
void decode_vxlan(struct decoding *d)
{
    uint8_t flags = cursor_u8(&d->c);

    cursor_take(&d->c, 7);
    if (!(flags & 0x08))
        decode_decide(d, DECODED_OTHER);
    else
        decode_transparent_ethernet(d);
}

/* RFC 8926 3.4 */
void decode_geneve(struct decoding *d)
{
    uint8_t first = cursor_u8(&d->c);

    cursor_take(&d->c, 1);
    uint16_t protocol = cursor_u16(&d->c);
    cursor_take(&d->c, 4);
    if (first >> 6 != 0) {
        decode_decide(d, DECODED_OTHER);
        return;
    }
    decode_skip(d, (first & 0x3fu) * 4);
    decode_inside(d, BY_ETHERTYPE, protocol);
}

/* 3GPP TS 29.281 5.1, 5.2: a G-PDU of version 1, its optional fields and extension headers. */
void decode_gtp(struct decoding *d)
{
    uint8_t flags = cursor_u8(&d->c), type = cursor_u8(&d->c), next = 0;
    uint16_t length = cursor_u16(&d->c);

    cursor_take(&d->c, 4);
    if ((flags & 0xf0) != 0x30 || type != 255) {
        decode_decide(d, DECODED_OTHER);
        return;
    }
    decode_narrow(d, length);
    if (flags & 0x07) {
        cursor_take(&d->c, 3);
        next = cursor_u8(&d->c);
    }
    while (next != 0 && d->c.status == CURSOR_OK) {
        uint32_t size = cursor_u8(&d->c) * 4u;
        if (size < 4) {
            cursor_bad(&d->c);
            return;
        }
        cursor_take(&d->c, size - 2);
        next = cursor_u8(&d->c);
    }
    decode_inside_ip(d);
}

/* RFC 4380 5.1.1: an authentication and an origin indication may stand before the IPv6 packet. */
void decode_teredo(struct decoding *d)
{
    struct cursor ahead = d->c;
    uint16_t kind = cursor_u16(&ahead);

    if (kind == 0x0001) {
        cursor_take(&d->c, 2);
        uint8_t identifier = cursor_u8(&d->c), value = cursor_u8(&d->c);
        decode_skip(d, (uint32_t)identifier + value + 9);
        ahead = d->c;
        kind = cursor_u16(&ahead);
    }
    if (kind == 0x0000)
        cursor_take(&d->c, 8);
    ahead = d->c;
    unsigned version = cursor_u8(&ahead) >> 4;
    if (ahead.status != CURSOR_OK)
        d->c = ahead;
    else if (version == 6)
        decode_ipv6_inside(d);
    else
        decode_decide(d, DECODED_OTHER);
}
