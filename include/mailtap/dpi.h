/*
 * dpi.h - nDPI's opinion of a flow, kept beside mailtap's own and used to find mail on ports where
 * it is not expected.  The only header that speaks of nDPI; <ndpi_*.h> stays in dpi.c.
 *
 * nDPI works on packets and needs several of them.  What it keeps of a flow is large, and to look at them
 * takes as long as all the rest: so the first ones wait until its opinion is asked for, which may be in
 * another thread, or never.  It is let go with the first name it gives, and is shown BOUND_DPI_PACKETS at most.  Its flow structures and what waits
 * for them may hold passwords: they are wiped before they are freed.
 */
#ifndef MAILTAP_DPI_H
#define MAILTAP_DPI_H

#include <mailtap/err.h>
#include <mailtap/fold.h>
#include <mailtap/slice.h>

struct dpi;      /* the detection module: one a thread */
struct dpi_flow; /* what it knows of one flow */

/* NULL when the library is not the one mailtap was built for, or cannot start. */
struct dpi *dpi_new(struct err *e);
void dpi_free(struct dpi **d);

/*
 * The next packet of a flow, from the IP header on.  *flow starts as NULL and is made when it is first
 * needed; d must outlive it.
 */
void dpi_packet(struct dpi *d, struct dpi_flow **flow, struct slice network, int64_t at_ns);

/* Between two threads: nothing more comes, and the one that called dpi_packet() is done with it; the other
 * has what waits shown to a module of its own. */
void dpi_settle(struct dpi_flow *flow);
void dpi_move(struct dpi_flow *flow, struct dpi *to);
void dpi_soon(const struct dpi_flow *flow); /* to be asked for its name: its memory is fetched */
size_t dpi_octets(const struct dpi_flow *flow); /* memory that it takes */

/* Its name for the protocol ("SMTP", "TLS", "HTTP", ...), or NULL while it has none. */
const char *dpi_name(struct dpi_flow *flow);

/* True when nDPI takes this flow for mail submission or relay. */
bool dpi_is_mail(struct dpi_flow *flow);

void dpi_flow_fold(struct fold *f, struct dpi_flow **flow);

/* Wipes, frees and sets *flow to NULL. */
void dpi_flow_free(struct dpi_flow **flow);

#endif
