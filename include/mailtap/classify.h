/*
 * classify.h - the one class of a session, from its facts and findings (contract: session classes).
 */
#ifndef MAILTAP_CLASSIFY_H
#define MAILTAP_CLASSIFY_H

#include <mailtap/evidence.h>
#include <mailtap/ladder.h>

enum session_class {
    CLASS_CLEARTEXT,
    CLASS_STARTTLS,
    CLASS_STARTTLS_FAILED,
    CLASS_STRIPPED,
    CLASS_IMPLICIT_TLS,
    CLASS_UNKNOWN,
    CLASSES
};

enum cleartext_reason {
    REASON_NONE, /* not a cleartext session */
    REASON_NOT_OFFERED,
    REASON_OFFERED_UNUSED,
    REASON_HELO_ONLY,
    REASON_REFUSED,
    REASON_UNDETERMINED,
    REASONS
};

struct verdict {
    enum session_class class;
    enum cleartext_reason reason;
    struct findings findings;
    enum rung rung;
    uint32_t weaknesses; /* bits of enum weakness */
};

/* Pure: the same facts and history give the same verdict. */
void classify(const struct facts *f, const struct history *h, struct verdict *verdict_r);

const char *class_name(enum session_class c);
const char *reason_name(enum cleartext_reason r); /* NULL for REASON_NONE */

#endif
