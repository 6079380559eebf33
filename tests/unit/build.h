/*
 * build.h - packets and capture files for tests, made in memory.
 */
#ifndef BUILD_H
#define BUILD_H

#include <mailtap/packet.h>

/* Octets that grow as they are written, in network order. */
struct build {
    uint8_t *p;
    size_t n;
};

void build_u8(struct build *b, unsigned value);
void build_u16(struct build *b, unsigned value);
void build_u32(struct build *b, uint32_t value);
void build_octets(struct build *b, struct slice s);
void build_text(struct build *b, const char *text);
void build_free(struct build *b);
struct slice build_slice(const struct build *b);

/* One TCP segment. */
struct segment {
    const char *from, *to; /* addresses; NULL for 192.0.2.1 and 192.0.2.2 */
    uint16_t from_port, to_port;
    uint32_t seq, ack;
    uint8_t flags;
    const char *text; /* the payload */
    double at;        /* seconds */
};

/* Its TCP header and payload; with its IP header before that; as decoded. */
void build_tcp(struct build *b, const struct segment *s);
void build_ip(struct build *b, const struct segment *s);
struct packet build_packet(const struct segment *s);

/* Ethernet: two addresses and a type. */
void build_ethernet(struct build *b, unsigned type);

/* A classic pcap file. */
struct pcap_form {
    bool big_endian; /* otherwise little-endian */
    bool nanoseconds;
    uint32_t link;
};
void build_pcap(struct build *b, const struct pcap_form *form);
void build_record(struct build *b, const struct pcap_form *form, int64_t at_ns, struct slice octets,
                  uint32_t wire_size);

/* A number of that file, of 2 or 4 octets. */
void build_ordered(struct build *b, const struct pcap_form *form, uint32_t value, size_t width);

/* A copy of exactly its size on the heap: reading past its end is an error a sanitizer sees. */
uint8_t *build_copy(struct slice s);

#endif
