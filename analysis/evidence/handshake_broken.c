/*
 * handshake_broken.c - mail in the clear, after earlier handshakes of the same two were broken.
 *
 * Who lets the request pass and spoils the handshake relies on the client to try again without.
 * Such a second attempt is what is judged here; the broken connections are failed ones.  What
 * counts as broken is what only the path does: a reset while the handshake was under way, octets
 * that are no TLS, an alert that a record or message could not be read.  An alert about the
 * certificate is the client's own choice.
 */
#include <mailtap/evidence.h>

/* STARTTLS was left unused though it was there, and mail went. */
static bool fell_back(const struct facts *f)
{
    return f->transactions > 0 && f->starttls_offered == YES && f->starttls_requested == NO &&
           !f->hello_seen && f->tls_established != YES && f->tls_from_start != YES;
}

/* One in ten handshakes of others fails there, or more: then it is the server's own trouble. */
static bool fails_for_others(const struct broken *b)
{
    return b->others_broken > 0 && b->others_established < 9 * b->others_broken;
}

/* Only resets, of a server whose TLS nobody was seen to use, by a client whose TLS gets through to
 * other servers: no box before that client, and perhaps a server that cannot. */
static bool may_be_the_server(const struct broken *b)
{
    bool gets_through = b->elsewhere_established > 0 &&
                        b->elsewhere_broken * 4 < b->elsewhere_established + b->elsewhere_broken;

    return b->garbled == 0 && b->alerts == 0 && b->others_established == 0 && gets_through;
}

static const char *says(const struct broken *b)
{
    if (fails_for_others(b))
        return "mail was sent in the clear after TLS handshakes of this client with this server "
               "had "
               "been broken off. Those of other clients fail there as well, so the server itself "
               "may be the cause.";
    if (may_be_the_server(b))
        return "mail was sent in the clear after TLS handshakes of this client with this server "
               "had "
               "been reset. Nobody was seen to use TLS with this server, and the client's own gets "
               "through to others, so the server itself may be the cause.";
    return "mail was sent in the clear after TLS handshakes of this client with this server had "
           "been "
           "cut off or corrupted. Something between them breaks TLS and passes what is readable.";
}

void handshake_broken(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const struct broken *b = &h->broken;
    struct detail d;

    if (!fell_back(f) || b->connections == 0)
        return;
    if (b->resets == 0 && b->garbled == 0 && b->alerts == 0)
        return;
    finding_r->rank = fails_for_others(b) || may_be_the_server(b) ? RANK_WEAK : RANK_STRONG;
    detail_begin(&d, finding_r);
    detail_says(&d, f, says(b));
    detail_number(&d, "broken", b->connections);
    detail_number(&d, "resets", b->resets);
    detail_number(&d, "garbled", b->garbled);
    detail_number(&d, "alerts", b->alerts);
    detail_number(&d, "last_session", (uint64_t)b->last_session);
    detail_time(&d, "last_at", b->last_ns);
    detail_number(&d, "others_established", b->others_established);
    detail_number(&d, "others_broken", b->others_broken);
    detail_number(&d, "elsewhere_established", b->elsewhere_established);
    detail_number(&d, "elsewhere_broken", b->elsewhere_broken);
    detail_end(&d);
}
