/* wire.c - see wire.h. */
#include "wire.h"

#include "octets.h"

#include <string.h>

#define ETHERNET 14
#define VLAN 4
#define GRE 4
#define UDP 8
#define VXLAN 8
#define TCP 20
#define TCP_OPTIONS 12
#define LARGEST_FRAME 1514u
#define PORT_VXLAN 4789

enum { TYPE_IPV4 = 0x0800, TYPE_VLAN = 0x8100, TYPE_IPV6 = 0x86dd };
enum { PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_GRE = 47 };

const char *wrapping_name(enum wrapping w)
{
    static const char *const names[WRAPPINGS] = {"none", "vlan", "gre", "vxlan"};

    return w < WRAPPINGS ? names[w] : "none";
}

static size_t ip_size(unsigned version)
{
    return version == 4 ? 20 : 40;
}

/* Tunnels are between routers, with IPv4 outside. */
static size_t outside(enum wrapping w)
{
    static const size_t sizes[WRAPPINGS] = {
        [WRAP_NOT] = ETHERNET,
        [WRAP_VLAN] = ETHERNET + VLAN,
        [WRAP_GRE] = ETHERNET + 20 + GRE,
        [WRAP_VXLAN] = ETHERNET + 20 + UDP + VXLAN + ETHERNET,
    };
    return sizes[w];
}

unsigned wire_payload(unsigned ip_version, enum wrapping w)
{
    return LARGEST_FRAME - (unsigned)(outside(w) - (w == WRAP_VLAN ? VLAN : 0)) -
           (unsigned)ip_size(ip_version) - TCP;
}

static size_t transport_size(const struct wire *w)
{
    if (w->udp)
        return UDP;
    return TCP + (w->options ? TCP_OPTIONS : 0);
}

size_t wire_headers(const struct wire *w)
{
    return outside(w->wrapping) + ip_size(w->from.address.version) + transport_size(w);
}

/* ---- sums (RFC 1071), which do not depend on the order of octets but for a swap at the end */

static uint64_t sum_of(const uint8_t *p, size_t n)
{
    uint64_t a = 0, b = 0;
    uint32_t x[2];

    for (; n >= sizeof x; p += sizeof x, n -= sizeof x) {
        memcpy(x, p, sizeof x);
        a += x[0];
        b += x[1];
    }
    a += b;
    for (; n >= 2; p += 2, n -= 2) {
        uint16_t half;
        memcpy(&half, p, 2);
        a += half;
    }
    if (n) {
        uint8_t last[2] = {p[0], 0};
        uint16_t half;
        memcpy(&half, last, 2);
        a += half;
    }
    return a;
}

/* Written as it is summed: then it is right on machines of either order. */
static void put_sum(uint8_t *to, uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    uint16_t folded = (uint16_t)~sum;
    memcpy(to, &folded, 2);
}

static uint64_t sum_pseudo(const struct wire *w, unsigned protocol, size_t n)
{
    uint8_t rest[8] = {0};
    size_t size = w->from.address.version == 4 ? 4 : 16;

    octets_put32(rest, (uint32_t)n);
    rest[7] = (uint8_t)protocol;
    return sum_of(w->from.address.octets, size) + sum_of(w->to.address.octets, size) +
           sum_of(rest, sizeof rest);
}

/* ---- headers, each written before what follows it */

static uint8_t *put_ethernet(uint8_t *to, bool towards, unsigned type)
{
    static const uint8_t ends[2][6] = {{2, 0, 0, 0, 1, 1}, {2, 0, 0, 0, 2, 1}};

    memcpy(to, ends[towards], 6);
    memcpy(to + 6, ends[!towards], 6);
    octets_put16(to + 12, type);
    return to + ETHERNET;
}

static uint8_t *put_ipv4(uint8_t *to, const uint8_t from_to[8], unsigned protocol, size_t n,
                         unsigned id, unsigned ttl)
{
    octets_put16(to, 0x4500);
    octets_put16(to + 2, (unsigned)n + 20);
    octets_put16(to + 4, id);
    octets_put16(to + 6, 0x4000); /* not to be fragmented */
    to[8] = (uint8_t)ttl;
    to[9] = (uint8_t)protocol;
    octets_put16(to + 10, 0);
    memcpy(to + 12, from_to, 8);
    put_sum(to + 10, sum_of(to, 20));
    return to + 20;
}

static uint8_t *put_ipv6(uint8_t *to, const struct wire *w, unsigned protocol, size_t n)
{
    octets_put32(to, 0x60000000);
    octets_put16(to + 4, (unsigned)n);
    to[6] = (uint8_t)protocol;
    to[7] = w->ttl;
    memcpy(to + 8, w->from.address.octets, 16);
    memcpy(to + 24, w->to.address.octets, 16);
    return to + 40;
}

static uint8_t *put_ip(uint8_t *to, const struct wire *w, unsigned protocol, size_t n)
{
    uint8_t from_to[8];

    if (w->from.address.version != 4)
        return put_ipv6(to, w, protocol, n);
    memcpy(from_to, w->from.address.octets, 4);
    memcpy(from_to + 4, w->to.address.octets, 4);
    return put_ipv4(to, from_to, protocol, n, w->id, w->ttl);
}

/* The two ends of the tunnel: which is which follows from the direction. */
static uint8_t *put_outer_ip(uint8_t *to, const struct wire *w, unsigned protocol, size_t n)
{
    uint8_t ends[8] = {203, 0, 113, 1, 203, 0, 113, 2};
    bool back = w->from.port < w->to.port;

    ends[3] = back ? 2 : 1;
    ends[7] = back ? 1 : 2;
    return put_ipv4(to, ends, protocol, n, w->id ^ 0x5555u, 62);
}

static uint8_t *put_vxlan(uint8_t *to, const struct wire *w, size_t inner, unsigned type)
{
    to = put_outer_ip(to, w, PROTOCOL_UDP, UDP + VXLAN + ETHERNET + inner);
    octets_put16(to, 49152u + (w->from.port ^ w->to.port) % 16384u);
    octets_put16(to + 2, PORT_VXLAN);
    octets_put16(to + 4, (unsigned)(UDP + VXLAN + ETHERNET + inner));
    octets_put16(to + 6, 0); /* RFC 7348 5: no sum */
    octets_put32(to + UDP, 0x08000000);
    octets_put32(to + UDP + 4, (uint32_t)w->tag << 8);
    return put_ethernet(to + UDP + VXLAN, w->from.port > w->to.port, type);
}

/* All that is outside of the connection's own IP header; `inner` octets begin there. */
static uint8_t *put_outside(uint8_t *to, const struct wire *w, size_t inner)
{
    unsigned type = w->from.address.version == 4 ? TYPE_IPV4 : TYPE_IPV6;
    bool towards = w->from.port > w->to.port;

    switch (w->wrapping) {
    case WRAP_VLAN:
        to = put_ethernet(to, towards, TYPE_VLAN);
        octets_put16(to, w->tag);
        octets_put16(to + 2, type);
        return to + VLAN;
    case WRAP_GRE:
        to = put_outer_ip(put_ethernet(to, towards, TYPE_IPV4), w, PROTOCOL_GRE, GRE + inner);
        octets_put16(to, 0);
        octets_put16(to + 2, type);
        return to + GRE;
    case WRAP_VXLAN:
        return put_vxlan(put_ethernet(to, towards, TYPE_IPV4), w, inner, type);
    case WRAP_NOT:
    case WRAPPINGS:
        break;
    }
    return put_ethernet(to, towards, type);
}

static void put_udp(uint8_t *to, const struct wire *w)
{
    size_t n = UDP + w->n;

    octets_put16(to, w->from.port);
    octets_put16(to + 2, w->to.port);
    octets_put16(to + 4, (unsigned)n);
    octets_put16(to + 6, 0);
    put_sum(to + 6, sum_pseudo(w, PROTOCOL_UDP, n) + sum_of(to, n));
    if (to[6] == 0 && to[7] == 0) /* which would say that there is no sum (RFC 768) */
        octets_put16(to + 6, 0xffff);
}

static void put_tcp(uint8_t *to, const struct wire *w)
{
    size_t header = transport_size(w), n = header + w->n;

    octets_put16(to, w->from.port);
    octets_put16(to + 2, w->to.port);
    octets_put32(to + 4, w->seq);
    octets_put32(to + 8, w->ack);
    to[12] = (uint8_t)(header / 4 << 4);
    to[13] = w->flags;
    octets_put16(to + 14, 64240);
    octets_put32(to + 16, 0); /* sum, urgent */
    if (w->options) {
        octets_put32(to + 20, 0x02040000u | w->largest);
        octets_put32(to + 24, 0x01010402); /* selective acknowledgement */
        octets_put32(to + 28, 0x01030307); /* window scale */
    }
    put_sum(to + 16, sum_pseudo(w, PROTOCOL_TCP, n) + sum_of(to, n));
}

void wire_write(const struct wire *w, uint8_t *to)
{
    size_t n = transport_size(w) + w->n;
    unsigned protocol = w->udp ? PROTOCOL_UDP : PROTOCOL_TCP;

    to = put_outside(to, w, ip_size(w->from.address.version) + n);
    to = put_ip(to, w, protocol, n);
    if (w->udp)
        put_udp(to, w);
    else
        put_tcp(to, w);
}
