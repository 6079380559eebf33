/*
 * wire.h - frames as they are on an Ethernet: TCP or UDP in IPv4 or IPv6, bare or inside of a tag or
 * a tunnel, with sums that are right.
 */
#ifndef SYNTH_WIRE_H
#define SYNTH_WIRE_H

#include <mailtap/packet.h>

enum wrapping { WRAP_NOT, WRAP_VLAN, WRAP_GRE, WRAP_VXLAN, WRAPPINGS };

const char *wrapping_name(enum wrapping w);

/* Headers of a frame are never more than this. */
#define WIRE_HEADERS 160

/* TCP's payload in one frame of 1514 octets, inside of all that may be around it. */
unsigned wire_payload(unsigned ip_version, enum wrapping w);

struct wire {
    struct endpoint from, to;
    bool udp;
    bool options; /* TCP: those of a SYN */
    uint32_t seq, ack;
    uint8_t flags; /* enum tcp_flag */
    uint16_t id;   /* of the IPv4 header */
    uint8_t ttl;
    uint16_t largest; /* what the MSS option says */
    enum wrapping wrapping;
    uint16_t tag; /* the VLAN, or what a tunnel is known by */
    size_t n;     /* octets of payload */
};

/* How many octets stand before the payload. */
size_t wire_headers(const struct wire *w);

/*
 * Write the headers at `to`; the payload of w->n octets stands behind them already, at
 * to + wire_headers(w), for it is part of the sums.
 */
void wire_write(const struct wire *w, uint8_t *to);

#endif
