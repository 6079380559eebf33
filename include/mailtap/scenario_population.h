/*
 * scenario_population.h - the population that a scenario describes, drawn for its seed: who offers,
 * who uses, who insists, which networks are behind a box, and every session of it.
 *
 * Every property of an operator rests on a number of its own, which depends on the seed, on the
 * property and on the operator's place alone.  So a changed share changes those who lie between the
 * old share and the new one and nobody else, more servers leave the first ones as they were, and
 * under a policy the world is the same but for those who follow it.
 *
 * A session rests on the seed and its number alone: threads can make any of them in any order.
 */
#ifndef MAILTAP_SCENARIO_POPULATION_H
#define MAILTAP_SCENARIO_POPULATION_H

#include <mailtap/scenario.h>

#define SCENARIO_NONE UINT32_MAX

/* A destination, and the machine that serves it, at all three ports alike. */
struct scenario_server {
    double until; /* weight, cumulated: servers that are partners are drawn by it */
    struct ip_address address;
    uint32_t alternative; /* another server of its destination, which offers; or SCENARIO_NONE */
    bool capable, offers; /* under the policy */
};

struct scenario_client {
    double until; /* weight, cumulated */
    struct ip_address address;
    uint32_t network;
    uint16_t partners;  /* servers that it draws; some may be drawn twice */
    bool uses, insists; /* under the policy */
};

struct scenario_population {
    struct scenario scenario;
    struct scenario_server *servers;
    struct scenario_client *clients;
    uint8_t *boxes;        /* of networks: enum box_form, BOX_FORMS where there is none */
    unsigned network_bits; /* of an address, that tell the hosts of a network apart */
    double *partner_until; /* weight of the first, second, ... partner of a client, cumulated */
    double all_days;       /* of mail, for times */
};

/* Owned by the caller. */
struct scenario_population *scenario_populate(const struct scenario *s);
void scenario_population_free(struct scenario_population **p);

/* The server that partner `i` of a client is. */
uint32_t scenario_partner(const struct scenario_population *p, uint32_t client, uint32_t i);

/*
 * One connection.  What a box does: DELETED, MASKED and EHLO happen to the reply to EHLO, whatever the
 * client wants (DELETED and MASKED where `offers`); REFUSED, COMMAND and BROKEN where it `asks`.  The
 * second connection after BROKEN, in the clear, has BROKEN too, and does not ask.
 */
struct scenario_connection {
    int64_t started_ns;
    uint32_t server;
    uint16_t port, client_port;
    bool implicit;     /* TLS from the first octet */
    bool offers;       /* STARTTLS stands in the reply to EHLO, as the server sends it */
    enum box_form box; /* what is done to this connection; BOX_FORMS: nothing */
    bool helo;         /* the client takes HELO in place of EHLO, which was refused */
    bool asks;         /* the client sends STARTTLS */
    bool refused;      /* and the server itself answers 454 */
    bool established;  /* TLS */
    bool tls13;        /* and which one, also of a handshake that is broken */
    bool auth;         /* AUTH before MAIL */
    uint16_t messages; /* 0: it ends with QUIT before MAIL, or is broken */
};

#define SCENARIO_CONNECTIONS 2u

enum scenario_tunnel { TUNNEL_NONE, TUNNEL_GRE, TUNNEL_VLAN, TUNNEL_VXLAN };

struct scenario_session {
    uint64_t number;
    uint32_t client;
    uint32_t
        destination; /* the server that it is meant for; its messages are for that one's domain */
    bool probe;      /* ends before MAIL, whatever is offered */
    enum scenario_tunnel tunnel;
    /* The second one begins after the first one: in the clear where the handshake was broken, or, of
     * a client that insists, with the alternative server. */
    unsigned count;
    struct scenario_connection connections[SCENARIO_CONNECTIONS];
};

/* Session `number`, below scenario.sessions; the first connections are in the order of time. */
void scenario_session(const struct scenario_population *p, uint64_t number,
                      struct scenario_session *session_r);

/* Octets of its message `i`, from 0; at least SCENARIO_MESSAGE_LEAST. */
#define SCENARIO_MESSAGE_LEAST 200u
uint32_t scenario_message_octets(const struct scenario_population *p, uint64_t number, unsigned i);

/* ---- between the sources that draw, plan and expect */

enum scenario_service { SERVICE_RELAY, SERVICE_SUBMISSION, SERVICE_IMPLICIT, SERVICES };

/* What is left to chance in a session between these two: one case of it. */
struct scenario_case {
    uint32_t client, destination;
    enum scenario_service service;
    bool probe;
    bool completes
        [SCENARIO_CONNECTIONS]; /* the handshake of each connection, where it comes so far */
};

/* Connections without times, client ports, versions; `messages` is 1 where there are some. */
void scenario_connect(const struct scenario_population *p, const struct scenario_case *c,
                      struct scenario_session *session_r);

/* What became of the messages of a connection, as a capture of it shows. */
enum fate scenario_fate(const struct scenario_connection *c);

/* The share of sessions with each service. */
double scenario_service_share(const struct scenario *s, enum scenario_service service);

#endif
