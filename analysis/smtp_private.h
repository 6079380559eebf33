/*
 * smtp_private.h - the state of a dialogue, shared by smtp_dialogue.c (whose octets are next),
 * smtp_sent.c (what a command means), smtp_due.c (which replies are due) and smtp_answered.c (what a
 * reply means).
 */
#ifndef MAILTAP_SMTP_PRIVATE_H
#define MAILTAP_SMTP_PRIVATE_H

#include <mailtap/smtp.h>

/* What the next octets of the client are. */
enum reading {
    READING_COMMAND,
    READING_RESPONSE, /* a line of a SASL exchange (RFC 4954 4) */
    READING_CONTENT,  /* after 354, up to the dot */
    READING_CHUNK,    /* the octets of a BDAT chunk */
    READING_WAITS,    /* it hangs on the reply to `awaited` */
    READING_NOTHING,  /* the rest belongs to TLS */
    READING_TURNED,   /* TURN or ATRN was accepted: the two change places, and nothing is read */
};

/* A reply that is due. */
struct due {
    enum verb verb;
    uint32_t address; /* MAIL, RCPT: its place in facts->addresses and 1, or 0 */
    uint32_t masked;  /* a command of X alone: how many */
    bool whole;       /* CONTENT, BDAT, BURL: the message is complete with this one */
    bool each;        /* LMTP: a reply for each accepted recipient (RFC 2033 4.2) */
    uint32_t left;    /* ... so many are due still; 0: the recipients are not answered yet */
    bool counted;     /* ... and one of them accepted the message */
    bool sure;        /* only this one can be answered now, also when adrift */
};

/* Octets that wait for the other side. */
struct ahead {
    uint8_t *octets;
    size_t first, n, room; /* n octets wait at octets + first */
};

struct smtp {
    struct heard *facts;
    struct line line[ROLES];
    struct ahead ahead[ROLES];
    bool skip_line[ROLES]; /* after a gap: up to the next line end nothing is known */

    enum reading reading;
    enum verb awaited; /* READING_WAITS: DATA, STARTTLS, AUTH or RESPONSE */
    bool unheard;      /* ... and that reply was missed, or was given up */
    struct content content;
    struct message *message; /* the one object for all of them; NULL until the first */
    bool content_open;
    uint64_t chunk_left;
    bool chunk_last;

    struct due *due; /* a queue: first is due[due_first] */
    size_t due_first, due_count, due_room;

    /* the reply being read */
    unsigned reply_lines;
    bool reply_open;    /* "250-": further lines are due */
    bool reply_torn;    /* a gap may have taken its first lines */
    int reply_code;     /* of its first line */
    bool reply_mixed;   /* its lines do not agree on the code */
    tri offered_before; /* starttls_offered as it was before this reply to EHLO */

    /*
     * After a gap it is not known whose replies come: what they say is not believed until one of
     * them can answer one command only, or a command is sent when nothing is outstanding.
     */
    bool adrift;
    size_t owed; /* replies at least that belong to commands before the gap */

    /* what has happened so far */
    bool midstream;
    bool heard[ROLES];  /* at least one octet of it was seen */
    bool missed[ROLES]; /* octets of it are missing from here on or before */
    bool offer_unclear; /* an EHLO reply was not read to its end */
    bool greeted;
    bool lmtp;
    bool moved_on;          /* a command after EHLO that is no EHLO, NOOP or RSET */
    bool read_so_far;       /* ... and all that the client sent before it was read */
    bool alone;             /* the client was not captured */
    bool content_sent;      /* at least one end of content was read, or could have been */
    bool mail_lost;         /* which transaction recipients belong to is not known until MAIL */
    uint32_t unproven;      /* recipients accepted since it was last clear whose replies come */
    uint32_t accepted_here; /* recipients accepted in the transaction that replies are about */
    struct auth auth;       /* the exchange under way; without a mechanism there is none */
    bool auth_counted;      /* ... and its credential */
};

/* smtp_sent.c */
void smtp_command(struct smtp *s, struct slice line);
void smtp_response(struct smtp *s, struct slice line);
void smtp_content_begin(struct smtp *s, bool stuffed);
void smtp_content_over(struct smtp *s);
bool smtp_known_command(struct slice line);
bool smtp_well_formed(struct slice line);
bool smtp_may_be_response(struct slice line);
void smtp_moved_on(struct smtp *s);
void smtp_command_cut(struct smtp *s, struct slice line);

/* smtp_answered.c */
void smtp_reply_line(struct smtp *s, struct slice line);

/* smtp_due.c; what front and find give lives until the next push */
void smtp_due_push(struct smtp *s, struct due due);
struct due *smtp_due_front(struct smtp *s);
struct due *smtp_due_find(struct smtp *s, enum verb verb);
void smtp_due_pop(struct smtp *s);
void smtp_due_drop_all(struct smtp *s); /* none of them will be known */

/* smtp_dialogue.c */
void smtp_wait_for(struct smtp *s, enum verb verb);
void smtp_expose(struct smtp *s, enum item item, uint64_t octets);
void smtp_data_begins(struct smtp *s);
bool smtp_line_begins(const struct smtp *s, enum role role);

#endif
