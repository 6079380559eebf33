/*
 * policy_violated.c - somebody who may say so says that this server must offer STARTTLS, and it did
 * not: the operator's list, an MTA-STS policy (RFC 8461) or a TLSA record (RFC 7672).
 *
 * A policy without force (MTA-STS in testing mode, TLSA without DNSSEC) may be wrong about its own
 * server, or not be its owner's.
 */
#include <mailtap/evidence.h>

static const char *const expecters[] = {
    [EXPECTED_BY_NOBODY] = "nobody",
    [EXPECTED_BY_LIST] = "list",
    [EXPECTED_BY_MTA_STS] = "mta-sts",
    [EXPECTED_BY_TLSA] = "tlsa",
};

/* It was asked and did not offer: EHLO answered without, or refused and HELO taken in its place. */
static bool not_offered(const struct facts *f)
{
    if (f->ehlo_accepted == YES)
        return f->starttls_offered == NO;
    return f->ehlo_accepted == NO && f->starttls_offered != YES && f->helo_sent;
}

void policy_violated(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const struct expectation *x = &h->expected;
    struct detail d;

    if (x->by == EXPECTED_BY_NOBODY || x->by > EXPECTED_BY_TLSA || !not_offered(f))
        return;
    finding_r->rank = x->binding ? RANK_STRONG : RANK_WEAK;
    detail_begin(&d, finding_r);
    detail_says(&d, f,
                x->binding
                    ? "the server did not offer STARTTLS, which a policy says that it must."
                    : "the server did not offer STARTTLS, which a policy that is not binding "
                      "says that it does.");
    detail_text(&d, "by", expecters[x->by]);
    detail_flag(&d, "binding", x->binding);
    detail_text(&d, "name", x->name);
    detail_text(&d, "policy", x->says);
    if (f->ehlo_accepted == NO)
        detail_number(&d, "ehlo_reply", (uint64_t)f->ehlo_reply);
    detail_end(&d);
}
