/*
 * store_facts.h - sessions back from a database with all that hangs on them: the reverse of
 * store_session.c, for databases of this version and of earlier ones.
 */
#ifndef MAILTAP_STORE_FACTS_H
#define MAILTAP_STORE_FACTS_H

#include "store_private.h"

/* Octets kept of the HMAC of an address: enough that two addresses do not meet. */
#define LOCAL_HASH_OCTETS 16

/* A sender or recipient as it is stored. */
struct stored_address {
    uint32_t transaction;
    bool recipient;
    tri accepted;
    char domain[BOUND_NAME]; /* or empty */
    bool hashed;             /* false: the null reverse-path */
    uint8_t local_hash[LOCAL_HASH_OCTETS];
    bool kept; /* the operator asked to keep the local part */
    char local_part[BOUND_NAME];
};

struct stored_session {
    int64_t number, capture; /* of the database it is from */
    struct facts facts;      /* no addresses in it, and no bits in `keep` */
    struct stored_address *addresses;
    uint32_t address_count;
};

/* Every session of a database, in the order of their numbers. */
struct store_facts;

/* NULL with *e when its tables are not what its version says. */
struct store_facts *store_facts_open(struct store *st, struct err *e);

/*
 * The next session of a capture that `wanted` says yes to: 1, or 0 behind the last one, or -1: the
 * database is damaged.  *session_r is borrowed until the next call.
 */
int store_facts_next(struct store_facts *all, bool (*wanted)(void *of, int64_t capture), void *of,
                     const struct stored_session **session_r, struct err *e);

void store_facts_close(struct store_facts **all);

/* Store it as store_session() does, its addresses as they are. */
int store_session_again(struct store *st, int64_t capture, const struct stored_session *session,
                        struct err *e);

#endif
