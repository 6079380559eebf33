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
    return f->starttls_reply == 220 ||
           (f->dialogue && (f->hello_seen || f->tls_established == YES)) ||
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
    /* That no EHLO was sent is known where it is known that nothing was requested. */
    if (f->helo_sent && !f->ehlo_sent && f->starttls_requested == NO)
        return REASON_HELO_ONLY;
    if (f->starttls_offered == NO)
        return REASON_NOT_OFFERED;
    if (f->starttls_offered == YES && f->starttls_requested == NO)
        return REASON_OFFERED_UNUSED;
    return REASON_UNDETERMINED;
}

/* ---- how well it was protected */

static enum rung rung_of(const struct facts *f, enum session_class class)
{
    const struct protection p = {
        .cleartext = class == CLASS_CLEARTEXT,
        .stripped = class == CLASS_STRIPPED,
        .encrypted = f->tls_established == YES,
        .version = f->tls_version,
        .certificate_visible = f->cert_seen                                        ? YES
                               : f->tls_version >= 0x0304 || f->tls_resumed == YES ? NO
                                                                                   : UNKNOWN,
        .verified = f->cert_verified,
        .named = f->cert_named,
        .self_signed = f->cert.self_signed,
    };

    return protection_rung(&p);
}

static uint32_t weaknesses_of(const struct facts *f)
{
    const struct tls_choice c = {
        .version = f->tls_version,
        .cipher_known = f->tls_cipher_known,
        .cipher = f->tls_cipher,
        .group = f->tls_group,
        .dh_bits = f->tls_dh_bits,
        .compression = f->tls_compression,
        .key_type = f->cert.key_type,
        .key_bits = f->cert.key_bits,
        .signature = f->cert.signature,
    };

    return f->tls_established == YES ? tls_weaknesses(&c) : 0;
}

void classify(const struct facts *f, const struct history *h, struct verdict *verdict_r)
{
    evidence_collect(f, h, &verdict_r->findings);
    verdict_r->class = class_of(f, &verdict_r->findings);
    verdict_r->reason = verdict_r->class == CLASS_CLEARTEXT ? reason_of(f) : REASON_NONE;
    verdict_r->rung = rung_of(f, verdict_r->class);
    verdict_r->weaknesses = weaknesses_of(f);
}
