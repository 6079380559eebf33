/*
 * packet.h - stage 2: a frame decoded to one TCP segment, or to one UDP datagram of DNS.
 *
 * A packet borrows from its frame.  Tags and tunnels are followed to the innermost packet, so its
 * addresses are those of the connection; IP fragments are kept, bounded, until they are whole.
 */
#ifndef MAILTAP_PACKET_H
#define MAILTAP_PACKET_H

#include <mailtap/frame.h>

#include <string.h>

struct ip_address {
    uint8_t version;    /* 4 or 6; 0 is no address */
    uint8_t octets[16]; /* network order; IPv4 in the first four, the rest 0 */
};

struct endpoint {
    struct ip_address address;
    uint16_t port;
};

enum tcp_flag { TCP_FIN = 1, TCP_SYN = 2, TCP_RST = 4, TCP_PSH = 8, TCP_ACK = 16 };
#define TCP_FLAGS (TCP_FIN | TCP_SYN | TCP_RST | TCP_PSH | TCP_ACK)

struct packet {
    int64_t at_ns;
    int vlan; /* outermost 802.1Q identifier, or -1 */
    struct endpoint from, to;
    uint32_t seq, ack; /* ack means something with TCP_ACK only; UDP: all three 0 */
    uint8_t flags;     /* enum tcp_flag */
    struct slice payload;
    uint32_t payload_wire; /* octets of payload on the wire: more than payload.n when cut */
    struct slice network;  /* from the innermost IP header on, as captured; empty: from fragments */
};

/* What became of a frame.  Every frame is counted under exactly one of these. */
enum decoded {
    DECODED_TCP,      /* *packet_r is a TCP segment */
    DECODED_UDP,      /* *packet_r is a UDP datagram to or from port 53, and no tunnel */
    DECODED_OTHER,    /* intact, and neither of them: ARP, other UDP, ... */
    DECODED_FRAGMENT, /* an IP fragment that completes no datagram */
    DECODED_LINK,     /* a link layer that is not known */
    DECODED_CUT,      /* captured octets end before the TCP or UDP header does */
    DECODED_BAD,      /* its own lengths contradict each other */
    DECODED_COUNT
};

/* Keeps fragments until they are whole (fragment.h).  A packet made of them borrows from it. */
struct decoder;
struct fragment_limits;
struct fragment_counts;

struct decoder *decoder_new(const struct fragment_limits *limits);
void decoder_free(struct decoder **d);
struct fragment_counts decoder_fragments(const struct decoder *d);

/* *packet_r borrows until the next call.  d may be NULL: then every fragment is DECODED_FRAGMENT. */
enum decoded packet_decode(struct decoder *d, const struct frame *frame, struct packet *packet_r);

/* "cut", "bad", ...: for counters and messages. */
const char *decoded_name(enum decoded d);

/* An address as RFC 5952 writes it. */
#define ADDRESS_TEXT 46
void address_text(char to[ADDRESS_TEXT], const struct ip_address *a);
bool address_parse(const char *text, struct ip_address *a_r);

/* Asked of every segment, so it costs no call. */
static inline bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && a->address.version == b->address.version &&
           memcmp(a->address.octets, b->address.octets, sizeof a->address.octets) == 0;
}

#endif
