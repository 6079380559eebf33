/*
 * decode.h - a frame as a nest of layers, shared by the files that read them.
 *
 * Each layer has a function that reads its header and says what follows: a number, and the table in
 * which to look it up.  packet.c has the tables and the loop; link.c reads link layers and tags,
 * network.c IP and TCP, tunnel.c what carries packets inside of packets.
 */
#ifndef DECODE_H
#define DECODE_H

#include <mailtap/fragment.h>
#include <mailtap/packet.h>

/* What a link layer that announces no length may hold beyond the captured octets. */
#define UNKNOWN_LENGTH UINT32_MAX

/* How a layer names what follows it. */
enum space { BY_LINK, BY_ETHERTYPE, BY_PROTOCOL, BY_PPP, BY_UDP_PORT, BY_DNS_PORT, DECIDED };

struct decoding {
    struct cursor c;  /* the captured octets of the current layer's block */
    uint32_t missing; /* octets of that block that were on the wire and not captured */
    uint32_t cut;     /* octets that the snap length cut off the frame */
    enum space space; /* what follows, or DECIDED */
    uint32_t number;
    enum decoded result; /* when DECIDED */
    unsigned nesting;    /* tags and tunnels so far */
    struct packet *packet;
    struct fragment_table *fragments;
};

typedef void decode_layer(struct decoding *d);

/* What follows this layer. */
static inline void decode_follow(struct decoding *d, enum space space, uint32_t number)
{
    d->space = space;
    d->number = number;
}

static inline void decode_decide(struct decoding *d, enum decoded result)
{
    d->space = DECIDED;
    d->result = result;
}

/* What follows a tag or a tunnel: no deeper than BOUND_NESTING. */
void decode_inside(struct decoding *d, enum space space, uint32_t number);

/* By the first four bits of what follows: IPv4 or IPv6; anything else is not read. */
void decode_inside_ip(struct decoding *d);

/*
 * Octets that a layer must have: false, and the cursor fails, when the layers around it announced
 * fewer, whether they were captured or not.
 */
static inline bool decode_announced(struct decoding *d, uint32_t n)
{
    size_t left = cursor_left(&d->c);

    if (n <= left || n - left <= d->missing)
        return true;
    cursor_bad(&d->c);
    return false;
}

/*
 * The n octets of the header that comes, or what was captured of them: a header that was cut can
 * contradict itself all the same.  Empty, and the cursor has failed, when it was not announced.
 */
static inline struct slice decode_header(struct decoding *d, uint32_t n)
{
    return decode_announced(d, n) ? slice_head(cursor_rest(&d->c), n) : (struct slice){NULL, 0};
}

/* Its octets were not all captured: what is left does not hold them. */
static inline void decode_cut(struct decoding *d)
{
    cursor_take(&d->c, cursor_left(&d->c) + 1);
}

/* Pass over n octets of options; n may be nonsense when the cursor has failed already. */
static inline void decode_skip(struct decoding *d, uint32_t n)
{
    if (d->c.status == CURSOR_OK && decode_announced(d, n))
        cursor_take(&d->c, n);
}

/* From here on the block is n octets: what follows it in the frame is padding. */
static inline void decode_narrow(struct decoding *d, uint32_t n)
{
    size_t left = cursor_left(&d->c);

    if (d->c.status != CURSOR_OK || !decode_announced(d, n))
        return;
    d->missing = n <= left ? 0 : n - (uint32_t)left;
    d->c = n <= left ? cursor_open_whole(slice_head(cursor_rest(&d->c), n))
                     : cursor_open(cursor_rest(&d->c));
}

/* A length of 0: the capturing machine leaves it to its network card.  All that the frame had. */
static inline void decode_narrow_to_frame(struct decoding *d)
{
    if (d->missing == UNKNOWN_LENGTH)
        d->missing = d->cut;
}

/* link.c */
decode_layer decode_ethernet, decode_null, decode_raw, decode_bare_ipv4, decode_bare_ipv6;
decode_layer decode_sll, decode_sll2, decode_ppp, decode_ppp_serial, decode_80211, decode_radiotap;
decode_layer decode_tag, decode_pppoe;

/* network.c */
decode_layer decode_ipv4, decode_ipv6, decode_options, decode_authentication, decode_ipv6_fragment;
decode_layer decode_tcp, decode_udp;

/* tunnel.c */
decode_layer decode_mpls, decode_gre, decode_ipv4_inside, decode_ipv6_inside, decode_erspan_2;
decode_layer decode_erspan_3, decode_transparent_ethernet, decode_vxlan, decode_geneve, decode_gtp;
decode_layer decode_teredo;

#endif
