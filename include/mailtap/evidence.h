/*
 * evidence.h - findings of stripping: facts in, findings out (contract: evidence of stripping).
 *
 * A rule is a pure function in a file of its own under analysis/evidence/ and a line in rules.c.
 * It sees the facts of one session and what the database remembers of the same server.
 */
#ifndef MAILTAP_EVIDENCE_H
#define MAILTAP_EVIDENCE_H

#include <mailtap/facts.h>

enum rank { RANK_NONE, RANK_WEAK, RANK_STRONG, RANK_CERTAIN };

/* What the database knows of the session's server address and port, over all sessions. */
struct history {
    uint64_t sessions; /* with a complete EHLO reply, this one included */
    uint64_t offered;  /* of those, with STARTTLS offered */
};

#define FINDING_DETAIL 1024
#define FINDINGS 9

struct finding {
    const char *rule; /* as in v_evidence */
    enum rank rank;
    char detail[FINDING_DETAIL]; /* a JSON object: the octets and counts it rests on */
};

struct findings {
    struct finding list[FINDINGS];
    unsigned count;
};

struct rule {
    const char *name;
    /* Fill in rank and detail; RANK_NONE when the rule does not hold. */
    void (*judge)(const struct facts *f, const struct history *h, struct finding *finding_r);
};

/* All rules in the order of the contract's table, `*count_r` of them. */
const struct rule *evidence_rules(unsigned *count_r);

void evidence_collect(const struct facts *f, const struct history *h, struct findings *findings_r);

/* The finding of the highest rank, the first among equals; NULL when there is none. */
const struct finding *evidence_best(const struct findings *all);

const char *rank_name(enum rank r);

/* ---- the rules, a file each */
void offer_masked(const struct facts *f, const struct history *h, struct finding *finding_r);

/* ---- for rules: JSON text in a fixed buffer; what does not fit is left out, the JSON stays valid */
struct detail {
    char *to;
    size_t room, n;
    bool cut;
};
void detail_begin(struct detail *d, struct finding *finding);
void detail_text(struct detail *d, const char *name, const char *value);
void detail_number(struct detail *d, const char *name, uint64_t value);
void detail_end(struct detail *d);

#endif
