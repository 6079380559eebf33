/*
 * offer_missing.c - this server offers STARTTLS elsewhere, and not here.
 *
 * That an offer is missing proves little: an operator turns it off, a balancer has uneven machines,
 * a server withholds it from some clients.  What is left when those are ruled out is decided by the
 * exact tests of baseline.h; only that makes the finding strong.
 */
#include <mailtap/evidence.h>

/* What each outcome of the comparison is worth. */
static const struct {
    enum rank rank;
    const char *says;
} outcomes[CONTRASTS] = {
    [CONTRAST_NONE] = {RANK_NONE, ""},
    [CONTRAST_OTHERS] = {RANK_STRONG, "the reply to EHLO did not offer STARTTLS, which the same "
                                      "server offered to other clients over the same time. The "
                                      "offer is removed on the way to this client."},
    [CONTRAST_AROUND] = {RANK_STRONG, "the reply to EHLO did not offer STARTTLS, which the same "
                                      "server offered to this client before and after. The offer "
                                      "was removed on the way."},
    [CONTRAST_CHANGED] = {RANK_WEAK, "the reply to EHLO did not offer STARTTLS, which this server "
                                     "offers at other times. Its operator may have changed that."},
    [CONTRAST_CHANCE] = {RANK_WEAK, "the reply to EHLO did not offer STARTTLS, which this server "
                                    "offers in other sessions. They are too few to tell why."},
    [CONTRAST_UNEVEN] = {RANK_WEAK,
                         "the reply to EHLO did not offer STARTTLS, and other clients of "
                         "this server miss it as well. It may be several machines that "
                         "are not set up alike."},
    [CONTRAST_OWN] = {RANK_WEAK, "the reply to EHLO did not offer STARTTLS, which other servers "
                                 "offer to this client. This server withholds it from the client, "
                                 "or the path between them does."},
};

/* Somebody is offered it there, at whatever time. */
static bool offered_there(const struct contrast *c)
{
    return c->offered || c->before || c->after || c->outside || c->others > c->others_missing;
}

void offer_missing(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const struct contrast *c = &h->contrast;
    struct detail d;

    if (f->ehlo_accepted != YES || f->starttls_offered != NO)
        return;
    if (c->missing == 0 || c->sign >= CONTRASTS || !offered_there(c))
        return;
    finding_r->rank = outcomes[c->sign].rank;
    if (finding_r->rank == RANK_NONE)
        return;
    detail_begin(&d, finding_r);
    detail_says(&d, f, outcomes[c->sign].says);
    detail_text(&d, "why", contrast_name(c->sign));
    detail_share(&d, "p", c->p);
    detail_share(&d, "p_adjusted", c->p_adjusted);
    detail_number(&d, "tests", c->tests);
    detail_number(&d, "missing", c->missing);
    detail_number(&d, "offered", c->offered);
    detail_number(&d, "before", c->before);
    detail_number(&d, "after", c->after);
    detail_number(&d, "others", c->others);
    detail_number(&d, "others_missing", c->others_missing);
    detail_number(&d, "outside", c->outside);
    detail_number(&d, "runs", c->runs);
    detail_number(&d, "elsewhere", c->elsewhere);
    detail_number(&d, "elsewhere_missing", c->elsewhere_missing);
    if (greeting_is_masked(f->greeting))
        detail_flag(&d, "greeting_masked", true);
    detail_end(&d);
}
