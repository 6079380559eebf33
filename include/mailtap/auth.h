/*
 * auth.h - what an AUTH exchange in the clear gives away (RFC 4954, and the mechanism's own RFC).
 * The name of it only: no response, no user name and no password is kept.
 */
#ifndef MAILTAP_AUTH_H
#define MAILTAP_AUTH_H

#include <mailtap/slice.h>

/* The most that an observer got out of the exchange, by rising worth to him. */
enum given {
    GIVEN_NOTHING,  /* cancelled or refused before anything was sent, or nothing of use was */
    GIVEN_NAME,     /* who it is, and no way to be him */
    GIVEN_UNKNOWN,  /* a mechanism that is not known: the observer has all that was sent */
    GIVEN_VERIFIER, /* something to guess a password against, offline */
    GIVEN_TOKEN,    /* a token that lets anyone in while it is valid */
    GIVEN_PASSWORD, /* the password itself */
    GIVENS
};

enum auth_outcome {
    AUTH_OPEN, /* the reply was not captured, or has not come */
    AUTH_ACCEPTED,
    AUTH_REFUSED,
    AUTH_CANCELLED, /* by the client, with "*" (RFC 4954 4) */
    AUTH_OUTCOMES
};

struct auth_facts {
    char mechanism[32]; /* upper case */
    enum given given;
    enum auth_outcome outcome;
    uint32_t responses; /* of the client, the initial one counted, empty ones not */
    uint64_t octets;    /* of them, as sent (base64) */
};

/* One exchange under way. */
struct auth {
    const struct mechanism *mechanism; /* NULL: none is under way */
    struct auth_facts facts;
    uint32_t turns; /* responses so far, empty ones counted: what one holds hangs on its place */
    char user[256]; /* the name that was sent, escaped; for the operator who keeps it */
};

void auth_begin(struct auth *a, struct slice mechanism);

/* A response of the client, base64; `initial`: it came with the command. */
void auth_response(struct auth *a, struct slice response, bool initial);

/* Digits and padding of base64 alone, or nothing: a line that can be a response. */
bool auth_is_base64(struct slice line);

/* "nothing", "name", "unknown", "verifier", "token", "password" */
const char *given_name(enum given g);
/* "open", "accepted", "refused", "cancelled" */
const char *auth_outcome_name(enum auth_outcome o);

#endif
