/*
 * population.h - a made population of mail servers, of clients and of boxes between them, and the
 * sessions that it leads to: with the truth of each.  The same seed gives the same population.
 */
#ifndef POPULATION_H
#define POPULATION_H

#include <mailtap/facts.h>
#include <mailtap/random.h>

/* What a session without TLS honestly comes from. */
enum cause {
    CAUSE_ORDINARY,       /* the server offers, and what it offers works */
    CAUSE_EVEN,           /* the same, several machines with names of their own at one address */
    CAUSE_NEVER,          /* it never offers */
    CAUSE_UNEVEN_NAMES,   /* several machines, not all of them offer; each has its name */
    CAUSE_UNEVEN_ALIKE,   /* the same, and nothing tells the machines apart */
    CAUSE_TURNED,         /* the operator turned STARTTLS on or off, once */
    CAUSE_OFF_AND_ON,     /* it was off for some time */
    CAUSE_WITHHELD,       /* it is withheld from a few clients */
    CAUSE_TLS_BROKEN,     /* handshakes fail for everybody */
    CAUSE_TLS_OLD,        /* handshakes of modern clients fail */
    CAUSE_HELO_ONLY,      /* the server does not know EHLO */
    CAUSE_OWN_FIREWALL,   /* a firewall of the server's operator masks it for everybody */
    CAUSE_SCANNER,        /* withheld from listed scanners */
    CAUSE_TEMPORARY,      /* 454, for some time */
    CAUSE_CLIENT_REFUSED, /* the server refuses this client, at EHLO and at HELO */
    CAUSE_CERTIFICATE,    /* the client did not like the certificate */
    CAUSE_LARGE_PACKETS,  /* large packets to this client are lost */
    CAUSES
};

/* What a box did to a session. */
enum form {
    FORM_NONE,
    FORM_DELETED,      /* the line is gone */
    FORM_MASKED,       /* it is overwritten, alone */
    FORM_MASKED_AMONG, /* it is overwritten, and so are CHUNKING and SMTPUTF8 */
    FORM_REFUSED,      /* the command is answered 500 or 502 */
    FORM_POSTPONED,    /* the command is answered 454 */
    FORM_BROKEN,       /* the handshake is broken; what counts is the session after it */
    FORM_EHLO,         /* EHLO is answered 500 */
    FORMS
};

const char *cause_name(enum cause c);
const char *form_name(enum form f);

enum handshake {
    HANDSHAKE_NONE,
    HANDSHAKE_DONE,
    HANDSHAKE_RESET,
    HANDSHAKE_GARBLED,
    HANDSHAKE_DECODE_ALERT,
    HANDSHAKE_VERSION_ALERT,
    HANDSHAKE_CERTIFICATE_ALERT,
    HANDSHAKE_TIMED_OUT
};

/* One session: what happened, and why. */
struct visit {
    int64_t started_ns;
    uint32_t client, server;
    uint16_t port;
    uint8_t machine;
    bool helo;     /* HELO was sent, alone or after EHLO */
    bool offered;  /* STARTTLS stands in the reply, as the client got it */
    bool banner;   /* the greeting is masked */
    bool mail;     /* a message was sent in the clear */
    bool stripped; /* truth: it would have been offered or accepted, and a box prevented it */
    bool half;     /* that box looks at half of the servers only */
    bool part;     /* and it was not there all the time */
    uint16_t ehlo_reply, helo_reply, starttls_reply; /* 0: was not sent */
    enum handshake handshake;
    enum cause cause;
    enum form form; /* truth: touched by a box */
};

struct server;
struct client;
struct box;

struct population {
    struct server *servers;
    struct client *clients;
    struct box *boxes; /* of networks; networks without have form FORM_NONE */
    uint32_t server_count, client_count, network_count, box_count;
    struct visit *visits; /* in the order of time */
    size_t visit_count, visit_room;
    struct random random; /* of what happens; what there is has a stream of its own */
};

struct population_size {
    uint32_t servers, clients, networks, sessions;
};

/* `boxed`: the share of client networks behind a box. */
struct population *population_new(uint64_t seed, const struct population_size *size, double boxed);
void population_free(struct population **p);

/* The facts that a capture of it would have given; they own nothing. */
void visit_facts(const struct population *p, const struct visit *v, struct facts *facts_r);

/* ---- the parameters, for the table in the manual */
struct parameter {
    const char *name;
    double value;
    const char *reason;
};
const struct parameter *population_parameters(unsigned *count_r);

/* ---- between population.c, which says what there is, and visit.c, which says what happens */

enum parameter_id {
    P_NEVER,
    P_EVEN,
    P_UNEVEN_NAMES,
    P_UNEVEN_ALIKE,
    P_STICKY,
    P_TURNED,
    P_OFF_AND_ON,
    P_WITHHELD,
    P_SCANNERS_LISTED,
    P_TLS_BROKEN,
    P_TLS_OLD,
    P_MODERN,
    P_TEMPORARY,
    P_TEMPORARY_EACH,
    P_HELO_ONLY,
    P_REFUSING,
    P_REFUSED,
    P_OWN_FIREWALL,
    P_SPARES,
    P_LEAVES,
    P_NEVER_USES,
    P_INSISTS,
    P_HELO_CLIENT,
    P_VERIFIES,
    P_LARGE_PACKETS,
    P_PROBES,
    P_SCANNERS,
    P_REGULAR,
    P_GOES_ON,
    P_NO_FALLBACK,
    P_FALLBACK_AT_ONCE,
    P_HALF,
    P_PART,
    PARAMETERS
};
double parameter(enum parameter_id id);
bool chance(struct random *r, enum parameter_id id);

#define SECOND_NS INT64_C(1000000000)
#define MINUTE_NS (60 * SECOND_NS)
#define DAY_NS (1440 * MINUTE_NS)
#define DAYS 14
#define START_NS (INT64_C(1795392000) * SECOND_NS) /* a midnight */
#define END_NS (START_NS + DAYS * DAY_NS)

#define REGULARS 4u
#define BURSTS 3u

struct server {
    enum cause kind;
    double until;              /* cumulated weight */
    uint8_t machines, without; /* behind its address; of them, those that do not offer */
    bool sticky;               /* clients keep to a machine */
    bool
        flag; /* turned off rather than on; resets rather than alerts; says ESMTP; as the kind has it */
    int64_t from_ns, until_ns;  /* of TURNED, OFF_AND_ON and TLS_BROKEN */
    uint32_t regular[REGULARS]; /* clients that come often; the first ones are WITHHELD from */
    uint8_t withheld;           /* how many of them */
    bool lists_scanners, refuses_some, busy;
    bool burst_each; /* 454 is said to some sessions of a burst, not to all */
    int64_t burst_from[BURSTS], burst_until[BURSTS];
    uint8_t software;
};

enum client_kind {
    CLIENT_RELAY,
    CLIENT_NEVER,
    CLIENT_INSISTS,
    CLIENT_HELO,
    CLIENT_PROBE,
    CLIENT_SCANNER
};

struct client {
    enum client_kind kind;
    double until; /* cumulated weight */
    uint32_t network;
    bool modern;        /* refuses old TLS */
    bool verifies;      /* refuses certificates that do not verify */
    bool large_packets; /* are lost on their way to it: from_ns to until_ns */
    int64_t from_ns, until_ns;
};

struct box {
    enum form form;
    bool half, part, banner;
    int64_t from_ns, until_ns;
    enum handshake breaks;
    uint64_t salt; /* which half */
};

/* Everything that happens when this client wants to send to this server. */
void visit_make(struct population *p, uint32_t client, uint32_t server, int64_t at_ns);

/* A number from these three, the same every time. */
uint64_t hash_of(uint64_t salt, uint32_t a, uint32_t b);

#endif
