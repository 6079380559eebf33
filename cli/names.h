/*
 * names.h - DNS in the capture: what it says of mail goes to the store.
 */
#ifndef MAILTAP_NAMES_H
#define MAILTAP_NAMES_H

#include <mailtap/flow.h>
#include <mailtap/store.h>

#define NAMES_PORT 53

/* One connection of DNS over TCP (RFC 1035 4.2.2). */
struct names;

struct names *names_new(void);
void names_free(struct names **n);

/* Both 0, or -1 when the store failed; what is no DNS, or not about mail, is passed over. */
int names_datagram(struct store *st, int64_t capture, const struct packet *p, struct err *e);
int names_feed(struct names *n, struct store *st, int64_t capture, const struct flow *f,
               const struct chunk *c, struct err *e);

#endif
