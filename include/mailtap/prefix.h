/*
 * prefix.h - one's own network, as a list of address prefixes: "192.0.2.0/24, 2001:db8::/32, 10.1.2.3".
 */
#ifndef MAILTAP_PREFIX_H
#define MAILTAP_PREFIX_H

#include <mailtap/bounds.h>
#include <mailtap/err.h>
#include <mailtap/packet.h>

/* What lies in ::ffff:0:0/96 (RFC 4291 2.5.5.2) is kept as IPv4. */
struct prefix {
    struct ip_address address; /* no bit is set behind `bits` */
    uint8_t bits;
};

struct prefix_list {
    unsigned count;
    struct prefix prefix[BOUND_PREFIXES];
};

/*
 * Prefixes and single addresses with commas between, blanks around them allowed: 0; or -1, and *e says
 * which of them is wrong, at which octet (the first is 1) and why; the list is empty then.  An address
 * with bits behind its prefix is an error, as either of the two may be what was meant.
 */
int prefix_read(struct prefix_list *list_r, struct slice text, struct err *e);

/* "192.0.2.0/24": the network that an address lies in, by as many bits as one of its version has there,
 * at most 32 of IPv4 and 128 of IPv6.  An IPv4-mapped address is taken for the IPv4 one. */
#define NETWORK_TEXT (ADDRESS_TEXT + 4)
void prefix_network(char to[NETWORK_TEXT], const struct ip_address *a, unsigned v4_bits,
                    unsigned v6_bits);

/* An IPv4-mapped IPv6 address is within the prefixes of both. */
bool prefix_within(const struct prefix_list *list, const struct ip_address *a);

#endif
