/* names.c - see names.h. */
#include "names.h"

#include <mailtap/dns.h>

#include <stdlib.h>

struct names {
    struct dns_stream *stream[SIDES];
};

struct names *names_new(void)
{
    struct names *n = must_alloc(1, sizeof *n);

    for (int side = 0; side < SIDES; side++)
        n->stream[side] = dns_stream_new();
    return n;
}

void names_free(struct names **n)
{
    if (!*n)
        return;
    for (int side = 0; side < SIDES; side++)
        dns_stream_free(&(*n)->stream[side]);
    free(*n);
    *n = NULL;
}

/* `whole`: no octet of the message is missing, so one that seems cut lies about its lengths. */
static int read_message(const struct sink *to, const struct part *part, int64_t at_ns,
                        const struct ip_address *asker, struct slice octets, bool whole,
                        struct err *e)
{
    struct dns_message m;
    enum dns_read read = dns_read(octets, &m);

    if (read == DNS_BAD || (read == DNS_CUT && whole) || !dns_about_mail(&m))
        return 0;
    return to->dns(to->of, part, at_ns, asker, &m, e);
}

int names_datagram(const struct sink *to, const struct part *part, const struct packet *p,
                   struct err *e)
{
    if (p->from.port != NAMES_PORT)
        return 0; /* questions tell nothing of the answer */
    return read_message(to, part, p->at_ns, &p->to.address, p->payload,
                        p->payload.n == p->payload_wire, e);
}

int names_feed(struct names *n, const struct sink *to, const struct part *part,
               const struct flow *f, const struct chunk *c, struct err *e)
{
    struct dns_stream *stream = n->stream[c->side];
    struct slice octets = c->octets, whole;
    int rc = 0;

    if (c->kind == CHUNK_GAP)
        dns_stream_gap(stream);
    if (c->kind != CHUNK_DATA || f->end[c->side].port != NAMES_PORT)
        return 0;
    while (octets.n && rc == 0) {
        octets = slice_tail(octets, dns_stream_feed(stream, octets, &whole));
        if (whole.n)
            rc = read_message(to, part, c->at_ns, &f->end[!c->side].address, whole, true, e);
    }
    return rc;
}
