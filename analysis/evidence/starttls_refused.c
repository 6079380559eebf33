/*
 * starttls_refused.c - the rule "refused": STARTTLS was offered and requested, and then refused.
 *
 * What the refusal is worth hangs on whether an honest server says it after it made the offer:
 *
 *   500, 502 and the other 50x   "no such command": contradicts the offer             strong
 *   2xx but 220                  the command was taken for another one, as NOOP        strong
 *   454, other 4xx, 55x          "cannot" or "will not": servers do say it; Microsoft's offered
 *                                STARTTLS without a certificate and then answered 554  weak
 *   501, 503, 530, 538           blames the client's syntax, order or authentication   none, or weak
 *                                where somebody's request is accepted there
 *   421                          the server goes away, whatever it was asked           none
 *
 * "Cannot" and "will not" become strong when the same server accepts others over the same time.
 */
#include <mailtap/evidence.h>

#include <mailtap/statistics.h>

/* "Rarely" refused: one in so many.  Fewer refusals of this client's than LEAST prove nothing. */
#define RARELY 20
#define LEAST 2
#define LEVEL 0.001

static bool blames_client(int code)
{
    return code == 501 || code == 503 || code == 530 || code == 538;
}

static bool contradicts_offer(int code)
{
    return (code >= 200 && code < 300) || (code >= 500 && code < 510 && !blames_client(code));
}

/* This session's refusal among the requests of its client, against those of others. */
static double chance(const struct requests *r)
{
    return fisher_below(r->own_accepted, r->own_refused + 1, r->others_accepted, r->others_refused);
}

static bool accepts_others(const struct requests *r)
{
    return r->own_refused + 1 >= LEAST && r->others_accepted > 0 &&
           r->others_refused <= r->others_accepted / RARELY && chance(r) < LEVEL;
}

static enum rank rank_of(int code, const struct requests *r)
{
    if (code == 421 || code < 200 || (code >= 300 && code < 400))
        return RANK_NONE;
    if (blames_client(code))
        return r->own_accepted || r->others_accepted ? RANK_WEAK : RANK_NONE;
    if (contradicts_offer(code) || accepts_others(r))
        return RANK_STRONG;
    return RANK_WEAK;
}

static const char *says(int code, enum rank rank)
{
    if (code >= 200 && code < 300)
        return "the server offered STARTTLS, and the request for it was answered as if it had been "
               "another command. Something between client and server replaces the command.";
    if (contradicts_offer(code))
        return "the server offered STARTTLS, and the request for it was answered as an unknown "
               "command. Something between client and server changes the command or answers in "
               "the server's place.";
    if (rank == RANK_STRONG)
        return "the server offered STARTTLS and refused this client's requests for it, while it "
               "accepted those of other clients over the same time. Something between this client "
               "and the server answers in its place.";
    return "the server offered STARTTLS and then refused it. The server itself may have been "
           "unable "
           "or unwilling to begin.";
}

void starttls_refused(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const struct requests *r = &h->requests;
    int code = f->starttls_reply;
    struct detail d;

    if (f->starttls_offered != YES || f->starttls_requested != YES || code == 220)
        return;
    if (f->hello_seen || f->tls_established == YES)
        return;
    finding_r->rank = rank_of(code, r);
    /* The reply may belong to another command. */
    if (finding_r->rank > RANK_WEAK && (f->anomalies & ANOMALY_REPLY_SKEW))
        finding_r->rank = RANK_WEAK;
    if (finding_r->rank == RANK_NONE)
        return;
    detail_begin(&d, finding_r);
    detail_says(&d, f, says(code, finding_r->rank));
    detail_number(&d, "reply", (uint64_t)code);
    detail_number(&d, "own_refused", r->own_refused + 1);
    detail_number(&d, "own_accepted", r->own_accepted);
    detail_number(&d, "others_refused", r->others_refused);
    detail_number(&d, "others_accepted", r->others_accepted);
    if (r->others_accepted || r->others_refused)
        detail_share(&d, "p", chance(r));
    detail_end(&d);
}
