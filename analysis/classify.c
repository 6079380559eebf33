/* classify.c - facts and findings to one class; see classify.h. */
#include <mailtap/classify.h>

const char *class_name(enum session_class c)
{
    static const char *const names[CLASSES] = {
        [CLASS_CLEARTEXT] = "cleartext",
        [CLASS_STARTTLS] = "starttls",
        [CLASS_STARTTLS_FAILED] = "starttls-failed",
        [CLASS_STRIPPED] = "stripped",
        [CLASS_IMPLICIT_TLS] = "implicit-tls",
        [CLASS_UNKNOWN] = "unknown",
    };
    return c < CLASSES ? names[c] : "unknown";
}

const char *reason_name(enum cleartext_reason r)
{
    static const char *const names[REASONS] = {
        [REASON_NOT_OFFERED] = "not-offered",   [REASON_OFFERED_UNUSED] = "offered-unused",
        [REASON_HELO_ONLY] = "helo-only",       [REASON_REFUSED] = "refused",
        [REASON_UNDETERMINED] = "undetermined",
    };
    return r < REASONS ? names[r] : 0;
}

/* The request was answered 220, or that is missing and TLS is what followed the dialogue. */
static bool went_over_to_tls(const struct facts *f)
{
    return f->starttls_reply == 220 || (f->dialogue && f->hello_seen) ||
           (f->starttls_reply == 0 && f->starttls_requested == YES && f->tls_established != NO);
}

static enum session_class class_of(const struct facts *f, const struct findings *findings)
{
    const struct finding *best = evidence_best(findings);

    if (f->tls_from_start == YES)
        return CLASS_IMPLICIT_TLS;
    if (went_over_to_tls(f)) {
        if (f->tls_established == YES)
            return CLASS_STARTTLS;
        return f->tls_established == NO ? CLASS_STARTTLS_FAILED : CLASS_UNKNOWN;
    }
    if (!f->dialogue || f->decided != YES)
        return CLASS_UNKNOWN;
    return best && best->rank >= RANK_STRONG ? CLASS_STRIPPED : CLASS_CLEARTEXT;
}

static enum cleartext_reason reason_of(const struct facts *f)
{
    if (f->starttls_requested == YES)
        return f->starttls_reply ? REASON_REFUSED : REASON_UNDETERMINED;
    if (f->helo_sent && !f->ehlo_sent)
        return REASON_HELO_ONLY;
    if (f->starttls_offered == NO)
        return REASON_NOT_OFFERED;
    if (f->starttls_offered == YES && f->starttls_requested == NO)
        return REASON_OFFERED_UNUSED;
    return REASON_UNDETERMINED;
}

void classify(const struct facts *f, const struct history *h, struct verdict *verdict_r)
{
    evidence_collect(f, h, &verdict_r->findings);
    verdict_r->class = class_of(f, &verdict_r->findings);
    verdict_r->reason = verdict_r->class == CLASS_CLEARTEXT ? reason_of(f) : REASON_NONE;
}
