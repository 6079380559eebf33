/*
 * relations.h - who sends mail to whom, and in which state: what a simulation runs on.
 *
 * A relation is a client and a server that exchange mail.  What passes between them is divided by
 * what became of it, so that a policy is a change of these parts, and no policy leaves them as they
 * were seen.  The numbers are counts of what was captured, or what a scenario expects of its
 * population; then they are no whole numbers.
 */
#ifndef MAILTAP_RELATIONS_H
#define MAILTAP_RELATIONS_H

#include <mailtap/err.h>
#include <mailtap/packet.h>

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What became of a message, or of a session that gave credentials: exactly one. */
enum fate {
    FATE_ENCRYPTED,   /* TLS; messages are estimated */
    FATE_NOT_OFFERED, /* in the clear, the server did not offer STARTTLS */
    FATE_UNUSED,      /* in the clear though it was offered, or the client did not ask (HELO) */
    FATE_FAILED,      /* in the clear after a refusal or a failed handshake, nobody interfering */
    FATE_STRIPPED,    /* in the clear by interference */
    FATE_UNTOLD,      /* in the clear, and the capture does not tell why: no policy touches it */
    FATES
};

/* Sessions of one kind: so many did it, of so many that could. */
struct trials {
    double did, of;
};

struct relation_server {
    struct ip_address address;
    uint16_t port;
    bool incapable;            /* software that was never seen to offer, anywhere (2.a) */
    struct trials offered;     /* of sessions with an EHLO reply, interference left out */
    struct trials established; /* of sessions that asked for TLS, interference left out */
    struct trials
        alternatives; /* TLS with another server instead (2.d), of sessions that could not have it,
                         of clients that never go on without */
};

struct relation_client {
    struct ip_address address;
    struct trials used;     /* asked for TLS, of sessions that were offered it and wanted something:
                               asked for it, or sent mail */
    struct trials insisted; /* ended without mail and were not made up for in the clear, of sessions
                               that could not have TLS */
    struct trials control;  /* ended without mail, of sessions that could (probes, callouts) */
};

struct relation {
    uint32_t client, server;  /* indices; relations are in the order of server, then of client */
    float messages[FATES];    /* by what became of them */
    float credentials[FATES]; /* sessions with AUTH, likewise; of encrypted ones none is known */
};

/* A pair of domains that were seen to correspond on a relation; in the order of `pair`. */
struct correspondence {
    uint32_t pair;     /* numbered from 0 */
    uint32_t relation; /* index */
    float transactions;
};

struct relations {
    struct relation_server *servers;
    struct relation_client *clients;
    struct relation *list;
    struct correspondence *correspondences;
    size_t server_count, client_count, count, correspondence_count, pair_count;
};

/* Owned by the caller; fields are zero, arrays have room for as many as are said. */
struct relations *relations_new(size_t servers, size_t clients, size_t relations,
                                size_t correspondences);
void relations_free(struct relations **r);

/* Sums over all relations. */
struct relation_sums {
    double messages[FATES], credentials[FATES];
};
struct relation_sums relations_sums(const struct relations *r);

#endif
