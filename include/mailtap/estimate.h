/*
 * estimate.h - how many messages went through a TLS session, and how large they were, judged by the
 * sizes and the turns of its records alone.  Estimates, never facts: every number of this file is
 * stored and printed as one.
 *
 * A turn is what one side sent under protection until the other one spoke.  The dialogue of SMTP
 * alternates, so a message shows as a long turn of the client that is answered by a short one of
 * the server.
 */
#ifndef MAILTAP_ESTIMATE_H
#define MAILTAP_ESTIMATE_H

#include <mailtap/bounds.h>
#include <mailtap/tls.h>

struct turn {
    bool by_client;
    uint32_t records;
    uint64_t octets; /* of plaintext: record lengths less what the cipher adds */
    uint32_t last;   /* of plaintext, in its last record */
};

/* Filled by the TLS observer, record by record, in the order in which records were completed. */
struct turns {
    struct turn *list; /* owned */
    uint32_t count, room;
    bool cut;        /* more than BOUND_TURNS: the rest is not here */
    bool blind;      /* records are missing from the capture, or one side is */
    uint32_t spread; /* octets by which those of a record may be off: tls_overhead_spread() */
    bool client_began, talking; /* TLS 1.3: a record of the client, and its Finished, was seen */
    uint16_t version, cipher;   /* of the last record, and what they add to it */
    uint32_t overhead;
};

/* Add one protected record of `octets` octets of plaintext. */
void turns_add(struct turns *t, bool by_client, uint32_t octets);
void turns_free(struct turns *t);

/*
 * The same for a record of type 23 with `length` octets on the wire.  Under that type TLS 1.3 also
 * sends its handshake and alerts: they are told by their place and size, and left out.  Tickets
 * look like dialogue; they lengthen a turn of the server.
 */
void turns_add_record(struct turns *t, uint16_t version, uint16_t cipher, bool by_client,
                      size_t length);

/*
 * Octets that protection adds to a record under this version and cipher.  Padding of block ciphers
 * is counted with the half block that it has on average, and may be off by the spread, either way.
 * 0 for a cipher that is not known.
 */
uint32_t tls_overhead(uint16_t version, uint16_t cipher);
uint32_t tls_overhead_spread(uint16_t cipher);

struct estimate {
    bool made;         /* false: the session does not allow one, and nothing is claimed but `low` */
    uint32_t messages; /* whose content went through, best guess; refused content shows no less */
    uint32_t low, high; /* how few and how many the turns allow; `low` also where they were cut */
    uint64_t octets;    /* of content, all messages together */
    bool authenticated; /* an AUTH exchange is likely (port 587 and 465 mostly) */
};

void estimate_messages(const struct turns *t, struct estimate *estimate_r);

#endif
