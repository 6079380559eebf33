/*
 * baseline.h - a server compared with itself: who was offered STARTTLS there, and who was not, when?
 *
 * The question is not whether a session lacks the offer, but whether that can be the server's own
 * doing: an operator who turns it on or off, a balancer with uneven machines behind it, a list of
 * clients it is withheld from.  All of these are looked for before anybody else is suspected.
 */
#ifndef MAILTAP_BASELINE_H
#define MAILTAP_BASELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A session with a complete EHLO reply at the server in question. */
struct baseline_session {
    int64_t at_ns;
    uint32_t client; /* 0, 1, ...: which client */
    bool offered;
};

enum contrast_sign {
    CONTRAST_NONE,    /* nobody is offered STARTTLS there, or this client never lacks it */
    CONTRAST_OTHERS,  /* others are offered it over the same time: significant */
    CONTRAST_AROUND,  /* this client is offered it before and after: significant */
    CONTRAST_CHANGED, /* offered at another time only: the operator may have changed it */
    CONTRAST_CHANCE,  /* too few sessions to tell it from the server's own rate */
    CONTRAST_UNEVEN,  /* other clients lack it there as well: the server is not the same for all */
    CONTRAST_OWN, /* other servers offer it to this client: this one withholds it, or its path */
    CONTRASTS
};

/* One client at one server: its sessions without the offer, and what they are compared with.  "The
 * time" is from its first to its last session without, BOUND_SAME_TIME_SECONDS more on each side
 * for what others got. */
struct contrast {
    uint64_t missing;                /* its sessions without the offer */
    uint64_t offered;                /* its sessions with it, in the time */
    uint64_t before, after;          /* its sessions with it, before and after the time */
    uint64_t others, others_missing; /* sessions of others in the time; without it among them */
    uint64_t outside;                /* sessions with the offer at any other time, of anybody */
    uint32_t runs; /* stretches without that are its alone, between sessions with (of anybody): 1
                    * can be one change of mind, 0 is shared with others */
    uint64_t elsewhere,
        elsewhere_missing; /* its sessions with other offering servers in the time */
    bool uneven; /* another client lacks it here, without a sign that its own path is the cause */
    double p;    /* exact tests, the largest of them; 1 when nothing can be compared */
    double p_adjusted; /* by Holm, over all clients and servers that were tested */
    uint64_t tests;
    enum contrast_sign sign;
};

/*
 * Compare `client` with the others: sessions are in the order of time.  Fills all but elsewhere,
 * elsewhere_missing, uneven, p_adjusted, tests and the final sign: `sign` is what it would be were p
 * significant.
 */
void baseline_compare(const struct baseline_session *sessions, size_t n, uint32_t client,
                      struct contrast *contrast_r);

/* The sign, with all fields filled; level: 0.01 (contract: offer-missing). */
enum contrast_sign baseline_judge(const struct contrast *c);

/* "others", "around", "changed", "chance", "uneven", "own-policy"; "none". */
const char *contrast_name(enum contrast_sign s);

/* Lacks the offer here, while other servers offer it to this client: this server withholds it. */
bool baseline_withheld(const struct contrast *c);

/*
 * What tells machines behind one address apart.  Of the first word of the greeting: 0 when there is
 * none, or it is masked.  Of the EHLO keywords: in any order, without parameters, STARTTLS, AUTH (which
 * many offer under TLS only) and masks.
 */
uint64_t baseline_name_mark(const char *server_name);
uint64_t baseline_keyword_mark(const char *keywords);

#endif
