/* link.c - link layers and tags; see decode.h. */
#include "decode.h"

#include <pcap/dlt.h>

void decode_ethernet(struct decoding *d)
{
    cursor_take(&d->c, 12);
    decode_follow(d, BY_ETHERTYPE, cursor_u16(&d->c));
}

/* The address family in the octet order of the machine that captured. */
void decode_null(struct decoding *d)
{
    static const uint32_t families_v6[] = {10, 24, 28, 30};
    struct cursor swapped = d->c;
    uint32_t family = cursor_u32(&d->c), other = cursor_u32_le(&swapped);

    if (other < family)
        family = other;
    decode_follow(d, BY_ETHERTYPE, family == 2 ? 0x0800 : 0);
    for (size_t i = 0; i < sizeof families_v6 / sizeof *families_v6; i++)
        if (family == families_v6[i])
            decode_follow(d, BY_ETHERTYPE, 0x86dd);
}

void decode_raw(struct decoding *d)
{
    struct cursor ahead = d->c;
    unsigned version = cursor_u8(&ahead) >> 4;

    if (ahead.status != CURSOR_OK)
        d->c = ahead;
    else if (version != 4 && version != 6)
        cursor_bad(&d->c);
    decode_follow(d, BY_ETHERTYPE, version == 4 ? 0x0800 : 0x86dd);
}

void decode_bare_ipv4(struct decoding *d)
{
    decode_follow(d, BY_ETHERTYPE, 0x0800);
}

void decode_bare_ipv6(struct decoding *d)
{
    decode_follow(d, BY_ETHERTYPE, 0x86dd);
}

/* On a netlink monitor the protocol field is no EtherType. */
#define ARPHRD_NETLINK 824

void decode_sll(struct decoding *d)
{
    cursor_take(&d->c, 2);
    uint16_t hardware = cursor_u16(&d->c);
    cursor_take(&d->c, 10);
    uint16_t protocol = cursor_u16(&d->c);
    decode_follow(d, BY_ETHERTYPE, hardware == ARPHRD_NETLINK ? 0 : protocol);
}

void decode_sll2(struct decoding *d)
{
    uint16_t protocol = cursor_u16(&d->c);
    cursor_take(&d->c, 6);
    uint16_t hardware = cursor_u16(&d->c);
    cursor_take(&d->c, 10);
    decode_follow(d, BY_ETHERTYPE, hardware == ARPHRD_NETLINK ? 0 : protocol);
}

/* The null identifier marks a priority only: the tag names no network (802.1Q 9.6). */
void decode_tag(struct decoding *d)
{
    uint16_t identifier = cursor_u16(&d->c) & 0x0fff;
    uint16_t type = cursor_u16(&d->c);

    if (d->packet->vlan < 0 && identifier != 0)
        d->packet->vlan = identifier;
    decode_inside(d, BY_ETHERTYPE, type);
}

/* ---- PPP (RFC 1661 2) */

/* The protocol, in one octet when compressed: then it is odd (RFC 1661 6.5). */
void decode_ppp(struct decoding *d)
{
    uint32_t protocol = cursor_u8(&d->c);

    if (!(protocol & 1))
        protocol = protocol << 8 | cursor_u8(&d->c);
    decode_inside(d, BY_PPP, protocol);
}

/* RFC 1662 3.1: the address and control octets, which may be left out. */
void decode_ppp_serial(struct decoding *d)
{
    struct cursor ahead = d->c;

    if (cursor_u16(&ahead) == 0xff03 || ahead.status != CURSOR_OK)
        d->c = ahead;
    decode_ppp(d);
}

/* RFC 2516 4: session data only; discovery carries no packets. */
void decode_pppoe(struct decoding *d)
{
    uint8_t version = cursor_u8(&d->c), code = cursor_u8(&d->c);

    cursor_take(&d->c, 2);
    uint16_t length = cursor_u16(&d->c);
    if (version != 0x11 || code != 0) {
        decode_decide(d, DECODED_OTHER);
        return;
    }
    decode_narrow(d, length);
    decode_ppp(d);
}

/* ---- IEEE 802.11 */

enum frame_control { TO_DS = 0x01, FROM_DS = 0x02, PROTECTED = 0x40, ORDER = 0x80 };

/* LLC with SNAP (RFC 1042): the EtherType behind six octets. */
static void decode_snap(struct decoding *d)
{
    uint32_t llc = cursor_u24(&d->c);

    cursor_take(&d->c, 3);
    uint16_t type = cursor_u16(&d->c);
    if (llc != 0xaaaa03 && d->c.status == CURSOR_OK)
        decode_decide(d, DECODED_OTHER);
    else
        decode_follow(d, BY_ETHERTYPE, type);
}

/* 802.11 9.2.4.1, 9.3.2: data frames that are not encrypted and hold one packet. */
static void decode_80211_padded(struct decoding *d, bool padded)
{
    uint8_t kind = cursor_u8(&d->c), flags = cursor_u8(&d->c);
    uint32_t header = 24, aggregate = 0;
    bool quality = (kind & 0x80) != 0;

    cursor_take(&d->c, 22);
    if ((flags & (TO_DS | FROM_DS)) == (TO_DS | FROM_DS)) {
        cursor_take(&d->c, 6);
        header += 6;
    }
    bool data = (kind & 0x0c) == 0x08 && !(kind & 0x40);
    if (data && quality) {
        aggregate = cursor_u8(&d->c) & 0x80u;
        cursor_take(&d->c, flags & ORDER ? 5 : 1);
        header += flags & ORDER ? 6 : 2;
    }
    if (d->c.status == CURSOR_OK && (!data || (flags & PROTECTED) || aggregate)) {
        decode_decide(d, DECODED_OTHER);
        return;
    }
    cursor_take(&d->c, padded ? (4 - header % 4) % 4 : 0);
    decode_snap(d);
}

void decode_80211(struct decoding *d)
{
    decode_80211_padded(d, false);
}

/* radiotap.org: the flags, the second field, say whether the 802.11 header is padded. */
static bool radiotap_padded(struct cursor header)
{
    uint32_t present, first = cursor_u32_le(&header);
    size_t at = 8;

    for (present = first; (present & 0x80000000u) && cursor_more(&header); at += 4)
        present = cursor_u32_le(&header);
    if (!(first & 2))
        return false;
    if (first & 1) /* a time stamp, at a multiple of eight */
        cursor_take(&header, (8 - at % 8) % 8 + 8);
    return (cursor_u8(&header) & 0x20) != 0;
}

void decode_radiotap(struct decoding *d)
{
    cursor_take(&d->c, 2);
    uint32_t length = cursor_u16_le(&d->c);

    if (length < 8) {
        cursor_bad(&d->c);
        return;
    }
    struct cursor header = cursor_open(cursor_take(&d->c, length - 4));
    decode_80211_padded(d, radiotap_padded(header));
}
