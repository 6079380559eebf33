/*
 * fragment.h - IP datagrams put together from fragments (RFC 791 3.2, RFC 8200 4.5, RFC 5722).
 *
 * A datagram is bounded by 65,535 octets, all of them by the limits.  A fragment that repeats one
 * octet by octet is ignored; one that overlaps another with other octets, and in IPv6 any that
 * overlaps at all, discards the whole datagram with the fragments still to come: what the receiver
 * makes of it cannot be known.
 */
#ifndef MAILTAP_FRAGMENT_H
#define MAILTAP_FRAGMENT_H

#include <mailtap/packet.h>

struct fragment {
    struct ip_address from, to;
    uint32_t id;
    uint8_t protocol; /* of what was cut up: IPv4 protocol, or the next header */
    uint32_t offset;  /* octets, a multiple of 8 */
    bool more;        /* not the last one */
    struct slice octets;
    int64_t at_ns;
};

struct fragment_limits {
    uint32_t datagrams; /* at once */
    uint64_t octets;    /* held, all datagrams together */
    int seconds;        /* after which an unfinished one is dropped (RFC 8200 4.5: 60) */
};

struct fragment_counts {
    uint64_t fragments, completed;
    uint64_t expired;   /* datagrams whose rest did not come in time */
    uint64_t evicted;   /* ... or that had to make room */
    uint64_t discarded; /* ... or whose fragments contradicted each other */
};

struct fragment_table;

struct fragment_limits fragment_limits_default(void);
struct fragment_table *fragment_table_new(const struct fragment_limits *limits);
void fragment_table_free(struct fragment_table **t);

/* True: *whole_r is what was cut up, borrowed until the next call. */
bool fragment_add(struct fragment_table *t, const struct fragment *f, struct slice *whole_r);

struct fragment_counts fragment_table_counts(const struct fragment_table *t);

#endif
