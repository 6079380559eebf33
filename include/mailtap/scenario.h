/*
 * scenario.h - a population of mail servers and clients, described in a file: for `simulate`, which
 * wants to know what to expect of it, and for `synth`, which makes it happen.
 *
 *     # Two in three servers offer, most clients use it; a few networks strip.
 *     servers = 200
 *     clients = 1000
 *     sessions = 50000
 *     offered = 0.67
 *     used = 0.9
 *     stripped-networks = 0.02
 *     policy-b = 0.5
 *
 * A line is `name = value`, or a comment (#), or empty.  Every name has a default, an unknown name
 * or a value out of its range is an error that says the line.  `policy-X` is the share that follows
 * policy X on top of that: a scenario under a policy.
 */
#ifndef MAILTAP_SCENARIO_H
#define MAILTAP_SCENARIO_H

#include <mailtap/relations.h>
#include <mailtap/simulate.h>
#include <mailtap/slice.h>

#include <stdbool.h>

/* What a box between client and server does to an offer (facts.md: forms seen in the wild). */
enum box_form {
    BOX_DELETED, /* the line of the offer is gone */
    BOX_MASKED,  /* it is overwritten with X of the same length */
    BOX_REFUSED, /* the command is answered 502 by the box, and never arrives */
    BOX_COMMAND, /* the command arrives as a run of X */
    BOX_EHLO,    /* EHLO is answered 500, so that the client falls back to HELO */
    BOX_BROKEN,  /* the handshake is broken; the client comes back and sends in the clear */
    BOX_FORMS
};

struct scenario {
    uint64_t seed;
    int64_t start_ns; /* of the first session */
    double days;
    uint64_t servers, clients, sessions;
    uint64_t networks;   /* of clients: each is an address block, and a box strips for all of one */
    double skew;         /* Zipf's exponent of how busy servers and clients are; 0: all alike */
    double offered;      /* share of servers that offer */
    double incapable;    /* share of the others whose software cannot */
    double used;         /* share of clients that use it when it is offered */
    double insisting;    /* share of clients that insist (of those that use it) */
    double established;  /* share of the handshakes that complete */
    double alternatives; /* share of destinations with another server that offers (2.d) */
    double submission;   /* share of sessions to port 587, with AUTH */
    double implicit;     /* share of sessions with TLS from the first octet, port 465 */
    double tls13;        /* share of handshakes at TLS 1.3, the others 1.2 */
    double probes;       /* share of sessions that end before MAIL, whatever is offered */
    double messages;     /* a session, mean */
    double octets;       /* a message, mean */
    double stripped_networks;          /* share of networks behind a box */
    double forms[BOX_FORMS];           /* weights of what those boxes do */
    double loss, disorder, duplicates; /* share of frames */
    double tunnelled;                  /* share of sessions inside of GRE, VLAN or VXLAN */
    double background;                 /* share of frames that are no mail */
    struct policy_mix policy;
};

struct scenario scenario_default(void);

/*
 * Over what is in *s: 0; or -1, *s is as it was and *e says what is wrong: "line 7: ...".  Lines end in
 * LF or CRLF, what follows a # is a comment, and no name stands twice.
 */
int scenario_read(struct scenario *s, struct slice text, struct err *e);

/* The same of a file, "-" for standard input; *e says the file, too. */
int scenario_read_file(struct scenario *s, const char *path, struct err *e);

/* A name that may stand in a scenario, for the manual. */
#define SCENARIO_TEXT 64
struct scenario_name {
    const char *name, *help;
    char range[SCENARIO_TEXT]; /* "a share from 0 to 1" */
    char value[SCENARIO_TEXT]; /* what *s says, as it would be written */
};

/* The names in their order: false when there are no more. */
bool scenario_name(const struct scenario *s, unsigned i, struct scenario_name *name_r);

/*
 * What is to be expected of a scenario, drawn once for its seed: which server offers, which client
 * uses, who talks to whom (scenario_population.h); and of their messages and sessions as many as
 * `synth` makes on average, as a capture shows them.  Owned by the caller; NULL: there are more pairs
 * than BOUND_RELATIONS, and *e says what to do.
 */
struct relations *scenario_relations(const struct scenario *s, struct err *e);

#endif
