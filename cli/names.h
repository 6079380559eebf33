/*
 * names.h - DNS in the capture: what it says of mail goes to the store.
 */
#ifndef MAILTAP_NAMES_H
#define MAILTAP_NAMES_H

#include "sink.h"

#include <mailtap/flow.h>

#define NAMES_PORT 53

/* One connection of DNS over TCP (RFC 1035 4.2.2). */
struct names;

struct names *names_new(void);
void names_free(struct names **n);

/* Both 0, or -1 when the sink failed; what is no DNS, or not about mail, is passed over. */
int names_datagram(const struct sink *to, const struct part *part, const struct packet *p,
                   struct err *e);
int names_feed(struct names *n, const struct sink *to, const struct part *part,
               const struct flow *f, const struct chunk *c, struct err *e);

#endif
