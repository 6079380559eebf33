/*
 * evidence.h - findings of stripping: facts in, findings out (contract: evidence of stripping).
 *
 * A rule is a pure function in a file of its own under analysis/evidence/ and a line in rules.c.
 * It sees the facts of one session and what the database remembers of the same server.
 */
#ifndef MAILTAP_EVIDENCE_H
#define MAILTAP_EVIDENCE_H

#include <mailtap/baseline.h>
#include <mailtap/facts.h>

enum rank { RANK_NONE, RANK_WEAK, RANK_STRONG, RANK_CERTAIN };

/* What came of other STARTTLS requests to this server, within an hour of this session. */
struct requests {
    uint64_t others_accepted,
        others_refused;                 /* of other clients: answered 220, and anything else */
    uint64_t own_accepted, own_refused; /* of this client, this session left out */
};

/* Earlier connections of this client to this server that were answered 220 and then broken. */
struct broken {
    uint64_t connections; /* within BOUND_FALLBACK_SECONDS before this session */
    uint64_t resets;      /* ended by a reset while the handshake was under way */
    uint64_t garbled;     /* octets came that cannot be TLS */
    uint64_t alerts;      /* a decode or record alert: what came was not what was sent */
    int64_t last_session; /* number of the last one */
    int64_t last_ns;      /* when it began */
    /* Handshakes of other clients with this server, at any time; counted up to BOUND_COMPARED. */
    uint64_t others_established, others_broken;
    /* Of this client with other servers, over the same time. */
    uint64_t elsewhere_established, elsewhere_broken;
};

/* The same connection, captured at another place. */
struct vantage {
    int64_t session; /* its number there; 0: none was found, or nothing that counts differs */
    char source[BOUND_NAME]; /* the capture it is in */
    const char *what;        /* "offer", "command" or "reply": what differs first */
    char here[BOUND_NAME], there[BOUND_NAME]; /* the octets on both sides, escaped, cut */
};

/* What differs between the two, or `what` NULL: nothing that counts, or one of them is not whole. */
void vantage_compare(const struct facts *here, const struct facts *there,
                     struct vantage *vantage_r);

enum expecter { EXPECTED_BY_NOBODY, EXPECTED_BY_LIST, EXPECTED_BY_MTA_STS, EXPECTED_BY_TLSA };

/* Who says that this server must offer STARTTLS. */
struct expectation {
    enum expecter by;
    bool
        binding; /* false: it says so without force: MTA-STS in testing mode, TLSA without DNSSEC */
    char name[BOUND_NAME]; /* the host, or the mail domain, that it is said of */
    char says[BOUND_NAME]; /* the rule, as it can be quoted */
};

/* What the database knows of the session's server address and port, over all sessions. */
struct history {
    uint64_t sessions;     /* with a complete EHLO reply, this one included */
    uint64_t offered;      /* of those, with STARTTLS offered */
    uint64_t ehlo_refused; /* sessions of other clients whose EHLO was refused there */
    struct contrast contrast;
    struct requests requests;
    struct broken broken;
    struct vantage vantage;
    struct expectation expected;
};

#define FINDING_DETAIL 2048
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
void offer_missing(const struct facts *f, const struct history *h, struct finding *finding_r);
void command_masked(const struct facts *f, const struct history *h, struct finding *finding_r);
void starttls_refused(const struct facts *f, const struct history *h, struct finding *finding_r);
void handshake_broken(const struct facts *f, const struct history *h, struct finding *finding_r);
void ehlo_masked(const struct facts *f, const struct history *h, struct finding *finding_r);
void payload_conflict(const struct facts *f, const struct history *h, struct finding *finding_r);
void vantage_mismatch(const struct facts *f, const struct history *h, struct finding *finding_r);
void policy_violated(const struct facts *f, const struct history *h, struct finding *finding_r);

/* The greeting was overwritten with asterisks or letters X (PIX and ASA mask banners so). */
bool greeting_is_masked(const char *greeting);

/* ---- for rules: JSON text in a fixed buffer; what does not fit is left out, the JSON stays valid */
struct detail {
    char *to;
    size_t room, n;
    bool cut;
};
void detail_begin(struct detail *d, struct finding *finding);
/* "says", the first member: when, which client, which server, then `what`, a sentence or two. */
void detail_says(struct detail *d, const struct facts *f, const char *what);
void detail_text(struct detail *d, const char *name, const char *value);
void detail_number(struct detail *d, const char *name, uint64_t value);
void detail_share(struct detail *d, const char *name, double value); /* a probability, 6 digits */
void detail_flag(struct detail *d, const char *name, bool value);
void detail_time(struct detail *d, const char *name, int64_t at_ns);
void detail_end(struct detail *d);

#endif
