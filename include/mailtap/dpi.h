/*
 * dpi.h - nDPI's opinion of a flow, kept beside mailtap's own and used to find mail on ports where
 * it is not expected.  The only header that speaks of nDPI; <ndpi_*.h> stays in dpi.c.
 *
 * nDPI works on packets and needs several of them.  What it keeps of a flow is large, so the first ones
 * wait until there are some, or its opinion is asked for: of most flows it never is.  It is let go with
 * the first name it gives, and is shown BOUND_DPI_PACKETS at most.  Its flow structures and what waits
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

/* Its name for the protocol ("SMTP", "TLS", "HTTP", ...), or NULL while it has none. */
const char *dpi_name(struct dpi_flow *flow);

/* True when nDPI takes this flow for mail submission or relay. */
bool dpi_is_mail(struct dpi_flow *flow);

void dpi_flow_fold(struct fold *f, struct dpi_flow **flow);

/* Wipes, frees and sets *flow to NULL. */
void dpi_flow_free(struct dpi_flow **flow);

#endif
