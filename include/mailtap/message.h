/*
 * message.h - one message as it passes: header fields (RFC 5322), trace (RFC 5321 4.4), MIME parts
 * and attachments (RFC 2045, 2046, 2183, 2231).  Counted, not kept: a name is kept only where it
 * comes from a list of ours or is a token of MIME's own grammar.
 *
 * Feed the content octets (contract: dot-stuffing undone) in order, cut anywhere: the facts are the
 * same.  Never buffers more than one line of a header, bounded by BOUND_LINE_OCTETS.
 */
#ifndef MAILTAP_MESSAGE_H
#define MAILTAP_MESSAGE_H

#include <mailtap/bounds.h>
#include <mailtap/slice.h>

/* Fields of the top header whose presence matters to an audit; HEADER_OTHER is everything else. */
enum header_field {
    HEADER_FROM,
    HEADER_SENDER,
    HEADER_REPLY_TO,
    HEADER_TO,
    HEADER_CC,
    HEADER_BCC,
    HEADER_SUBJECT,
    HEADER_DATE,
    HEADER_MESSAGE_ID,
    HEADER_IN_REPLY_TO,
    HEADER_REFERENCES,
    HEADER_RETURN_PATH,
    HEADER_RECEIVED,
    HEADER_USER_AGENT,   /* User-Agent, X-Mailer */
    HEADER_ORIGIN,       /* X-Originating-IP and the like: where the author sits */
    HEADER_LIST,         /* List-Id, List-Unsubscribe, ... (RFC 2369, 2919) */
    HEADER_DKIM,         /* DKIM-Signature, ARC-*, Authentication-Results */
    HEADER_MIME,         /* MIME-Version, Content-* */
    HEADER_TLS_REQUIRED, /* TLS-Required: No (RFC 8689 5) */
    HEADER_OTHER,
    HEADER_FIELDS
};

struct field_count {
    uint64_t count, octets; /* octets: with name, folding and line ends */
};

/*
 * A leaf of the MIME tree, in the order it ends: no multipart, unless its boundary is of no use.  A
 * message inside the message is read on into, unless it is an attachment or encoded.
 */
struct mime_part {
    char media_type[80]; /* "text/plain", lower case; "other" where it breaks the grammar */
    char encoding[20];   /* "base64", ... lower case; empty: none given */
    bool attachment;     /* Content-Disposition: attachment, or a leaf with a filename or name */
    unsigned depth;      /* 0: the message is not multipart */
    uint64_t octets;     /* of its body, as transferred */
    uint64_t decoded;    /* the same after base64 or quoted-printable; else equal to octets */
};

struct message_facts {
    struct field_count field[HEADER_FIELDS];
    uint64_t header_octets, fields; /* the top header with its empty line; fields in it */
    uint64_t body_octets;           /* what follows it */
    uint64_t octets;   /* all; behind a gap in the header it is not known which of both they are */
    uint32_t received; /* Received fields: hops so far */
    uint32_t received_tls;  /* of those, the ones that claim TLS (RFC 3848, 8314 7.4, RFC 8446) */
    uint32_t encoded_words; /* in the top header (RFC 2047) */
    bool eai;               /* octets above 127 in the top header (RFC 6532) */
    bool
        end_to_end; /* its body, or a part of it, is S/MIME or OpenPGP encrypted (RFC 8551, 3156) */
    uint32_t parts, attachments;        /* all of them */
    uint64_t attachment_octets;         /* as transferred */
    bool missing;                       /* octets were not captured: counts are lower bounds */
    struct mime_part part[BOUND_PARTS]; /* the first ones; the others are zeros */
};

struct message;

/* Values that the operator asked to keep; NULL functions keep nothing.  Texts are raw octets,
 * unfolded, borrowed for the call. */
struct message_keep {
    void *context;
    void (*subject)(void *context, struct slice value);  /* decoded where it is encoded words */
    void (*filename)(void *context, struct slice value); /* of an attachment */
};

struct message *message_new(const struct message_keep *keep); /* keep may be NULL; copied */
void message_keep_in(struct message *m, void *context);       /* what it was given has moved */
void message_feed(struct message *m, struct slice octets);
void message_gap(struct message *m); /* octets of it were not captured */
/* The end of content, or of what was seen of it.  Borrowed until the next begin or free. */
const struct message_facts *message_end(struct message *m);
/* What message_end() would say now: owned by the caller.  The message can then only go on behind a
 * gap. */
struct message_facts *message_so_far(const struct message *m);
/* Begin the next message with the same room. */
void message_begin(struct message *m);
void message_free(struct message **m); /* wipes */

/* "from", "subject", ... "other": the name in the database. */
const char *header_field_name(enum header_field f);

#endif
