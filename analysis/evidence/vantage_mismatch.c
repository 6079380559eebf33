/*
 * vantage_mismatch.c - the same connection, captured at two places, with different octets where they
 * count: in the EHLO reply, the STARTTLS command or its reply.
 *
 * Nothing but something between the two places makes that difference, so it is certain, on both rows.
 * Which connection is the same, and what differs, is found where the history is read.
 */
#include <mailtap/evidence.h>

void vantage_mismatch(const struct facts *f, const struct history *h, struct finding *finding_r)
{
    const struct vantage *v = &h->vantage;
    struct detail d;

    if (v->session == 0)
        return;
    finding_r->rank = RANK_CERTAIN;
    detail_begin(&d, finding_r);
    detail_says(&d, f,
                "the same connection was captured at two places, and what was said about STARTTLS "
                "differs between them. Something between the two places rewrites it.");
    detail_text(&d, "differs", v->what ? v->what : "");
    detail_number(&d, "other_session", (uint64_t)v->session);
    detail_text(&d, "other_capture", v->source);
    detail_text(&d, "here", v->here);
    detail_text(&d, "there", v->there);
    detail_end(&d);
}
