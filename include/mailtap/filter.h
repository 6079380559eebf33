/*
 * filter.h - a BPF filter on the innermost packet.
 *
 * Applied to frames, `tcp port 25` misses tagged and tunnelled mail; here it sees the packet that
 * decoding ended at, as if it had been captured without a link layer.  So it may speak of addresses
 * and ports, and not of Ethernet or VLANs.
 */
#ifndef MAILTAP_FILTER_H
#define MAILTAP_FILTER_H

#include <mailtap/packet.h>

struct filter;

/* NULL when the expression is none; *e says why. */
struct filter *filter_new(const char *expression, struct err *e);
void filter_free(struct filter **f);

/* Does this TCP packet pass?  f may be NULL: then everything does. */
bool filter_passes(const struct filter *f, const struct packet *p);

#endif
