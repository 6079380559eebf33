/*
 * dpi_memory.h - flows that begin like one before, by what nDPI looks at: addresses, ports, and the first
 * packets.  The same client says the same to the same server again and again, and to look at it anew takes
 * nDPI longer than all the rest.
 *
 * What cannot matter is left out: ports that a system gave a client at random (RFC 6056 3.2), the numbers
 * that a connection begins with, and what the network adds to a header.  Of a fixed size; a flow is
 * forgotten when another comes to its place.
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

struct dpi_beginning dpi_memory_look(const struct dpi_memory *m,
                                     const struct slice packet[DPI_MEMORY_PACKETS]);
bool dpi_memory_has(const struct dpi_memory *m, struct dpi_beginning b);
void dpi_memory_add(struct dpi_memory *m, struct dpi_beginning b);

#endif
