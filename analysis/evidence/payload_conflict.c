/*
 * payload_conflict.c - two payloads for the same octets of a connection, one of them without STARTTLS.
 *
 * TCP sends the same octets again, never others: the second hand in the stream is not the sender's.
 * The capture cannot tell which copy the receiver believed; where TLS was established, or the client
 * asked for what was offered, it was the honest one.
 */
#include <mailtap/evidence.h>

#include <string.h>

#define EHLO_OCTETS 7 /* "EHLO ", and the line end */

/* The command comes early: behind at most two hellos.  What comes later may be a message about
 * STARTTLS. */
static bool is_command(const struct facts *f, const struct conflict_facts *c)
{
    if (c->offset > 2 * (EHLO_OCTETS + strlen(f->client_name)))
        return false;
    return !c->first_starttls || f->starttls_requested == YES;
}

static bool is_offer(const struct facts *f)
{
    return f->ehlo_accepted == YES && f->starttls_requested != YES;
}

static const struct conflict_facts *find(const struct facts *f)
{
    for (uint32_t i = 0; i < f->conflicts_kept && i < BOUND_CONFLICTS; i++) {
        const struct conflict_facts *c = &f->conflict[i];
        if (c->first_starttls == c->second_starttls)
            continue;
        if (c->by_client ? is_command(f, c) : is_offer(f))
            return c;
    }
    return NULL;
}

void payload_conflict(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const struct conflict_facts *c = find(f);
    struct detail d;

    (void)h;
    if (!c || f->tls_established == YES)
        return;
    finding_r->rank = RANK_CERTAIN;
    detail_begin(&d, finding_r);
    detail_says(
        &d, f,
        c->by_client
            ? "the client's octets were captured twice with different contents, STARTTLS in "
              "only one of them. Somebody injects segments into the connection."
            : "the server's octets were captured twice with different contents, STARTTLS in "
              "only one of them. Somebody injects segments into the connection.");
    detail_text(&d, "sent_by", c->by_client ? "client" : "server");
    detail_number(&d, "offset", c->offset);
    detail_number(&d, "octets", c->octets);
    detail_time(&d, "second_at", c->at_ns);
    detail_text(&d, "starttls_in", c->first_starttls ? "first" : "second");
    detail_text(&d, "first_sha256", c->first_sha256);
    detail_text(&d, "second_sha256", c->second_sha256);
    detail_end(&d);
}
