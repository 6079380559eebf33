/*
 * dpi_memory.h - flows that begin like one before, by what nDPI looks at: addresses, ports, and the first
 * packets.  To look at it anew takes nDPI longer than all the rest.
 *
 * Mail begins alike everywhere but for who speaks, and nDPI is asked how they do: it is not shown the names
 * in the greeting, in EHLO and in its reply, nor the addresses, nor the client's port, which its system chose.
 * What else cannot matter is left out: elsewhere, ports that are chosen mostly (RFC 6056 3.2); the numbers that
 * a connection begins with, and what the network adds to a header.  Of a fixed size; a flow is forgotten when
 * another comes to its place.
 */
#ifndef MAILTAP_DPI_MEMORY_H
#define MAILTAP_DPI_MEMORY_H

#include <mailtap/slice.h>

/* So many packets, from the IP header on, whole, are what a flow begins with. */
#define DPI_MEMORY_PACKETS 3u

struct dpi_memory;

/* Of a beginning; `known` false: it is none that can be told from others. */
struct dpi_beginning {
    uint64_t low, high;
    bool known;
};

struct dpi_memory *dpi_memory_new(void);
void dpi_memory_free(struct dpi_memory **m);

/* The packets lie in the caller's memory `in`: names, addresses and the client's port of mail go out of it.
 * Letters and digits behind the first four octets of a line are x then, and the addresses those of two places
 * that are none. */
struct dpi_beginning dpi_memory_look(const struct dpi_memory *m, uint8_t *in,
                                     const struct slice packet[DPI_MEMORY_PACKETS]);
/* An answer is any number but 0, which says that there is none. */
uint32_t dpi_memory_get(const struct dpi_memory *m, struct dpi_beginning b);
void dpi_memory_add(struct dpi_memory *m, struct dpi_beginning b, uint32_t answer);

#endif
