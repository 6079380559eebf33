/*
 * smtp.h - one SMTP or LMTP dialogue as a passive observer reads it (RFC 5321, 2920, 3030, 2033,
 * 3207, 4954).
 *
 * Feed both directions in the order of capture.  Replies are matched to commands by count and
 * order alone (RFC 2920 3.1), so it does not matter how the two directions interleave, nor where
 * segments end.  Where the meaning of octets hangs on a reply that was not read yet (what follows
 * DATA, STARTTLS, AUTH), they wait, bounded by BOUND_AHEAD_OCTETS.  What is learned goes straight
 * into the facts.
 *
 * smtp_line.c puts lines together, smtp_command.c and smtp_reply.c read them, smtp_content.c
 * counts message content, auth.c reads SASL, smtp_dialogue.c matches and keeps the state.
 */
#ifndef MAILTAP_SMTP_H
#define MAILTAP_SMTP_H

#include <mailtap/facts.h>

enum role { ROLE_CLIENT, ROLE_SERVER, ROLES };

/* ---- lines (smtp_line.c) */

/* A line under way: at most BOUND_LINE_OCTETS are kept, the rest only counted. */
struct line {
    uint8_t *octets; /* owned; NULL until the first octet */
    size_t n, room;
    uint64_t length; /* with what was not kept, without the line end */
    uint8_t last;    /* the octet before the next one */
    bool ended;      /* whole: the next octet begins another line */
    bool bare;       /* ended by LF without CR */
};

/*
 * Take octets up to and with the next LF.  Returns how many were used; *whole_r says that the line
 * is complete: line_text() gives it, and the next call begins another.
 */
size_t line_feed(struct line *l, struct slice s, bool *whole_r);
struct slice line_text(const struct line *l);
void line_clear(struct line *l); /* forget the octets, keep the room */
void line_free(struct line *l);  /* wipe and free */

/* ---- commands (smtp_command.c) */

enum verb {
    VERB_UNKNOWN, /* mangled, or an extension that is not known */
    VERB_EHLO,
    VERB_HELO,
    VERB_LHLO,
    VERB_MAIL,
    VERB_RCPT,
    VERB_DATA,
    VERB_BDAT,
    VERB_RSET,
    VERB_NOOP,
    VERB_QUIT,
    VERB_HELP,
    VERB_VRFY,
    VERB_EXPN,
    VERB_ETRN,
    VERB_STARTTLS,
    VERB_AUTH,
    VERB_XCLIENT,
    VERB_XFORWARD,
    /* not commands, but replies are due for them all the same */
    VERB_GREETING,
    VERB_RESPONSE,
    VERB_CONTENT,
    VERBS
};

struct command {
    enum verb verb;
    struct slice argument; /* what follows the verb, white space cut at both ends; borrowed */
    struct slice path;     /* MAIL, RCPT: the path without angle brackets */
    uint64_t chunk;        /* BDAT: octets that follow */
    bool last;             /* BDAT: LAST was given */
    struct slice mechanism, initial; /* AUTH: initial response, empty when there is none */
};

void command_read(struct slice line, struct command *command_r);

/* ---- replies (smtp_reply.c) */

struct reply_line {
    int code;          /* 200 to 599, or 0: this is no reply line */
    bool more;         /* "250-": further lines follow */
    struct slice text; /* after the code and its separator; borrowed */
};

void reply_line_read(struct slice line, struct reply_line *line_r);

/* ---- content (smtp_content.c) */

/*
 * Counts message content as it passes (contract: content, header and body octets), and finds where
 * it ends: RFC 5321 4.1.1.4 ends it at CRLF . CRLF alone.
 */
struct content {
    bool stuffed; /* DATA: dots are stuffed and a dot alone ends it; else BDAT */
    bool in_body;
    int place;                      /* how much of CRLF . CRLF has passed */
    uint64_t octets;                /* of the message, dot-stuffing undone */
    uint64_t header_octets, fields; /* header section with its empty line; fields in it */
    uint64_t line_octets;           /* of the current header line */
    bool colon;                     /* the current header line is a field so far */
    bool folded;                    /* it continues the field before it */
    bool missing;                   /* octets of it were not captured */
    bool ends_loosely;              /* the last line was a dot alone, but not between CRLFs */
    uint64_t loose_octets;          /* octets before that line */
};

void content_begin(struct content *c, bool stuffed);

/* Octets used: all of them, or up to and with the end-of-data line; then *ended_r is true. */
size_t content_feed(struct content *c, struct slice s, bool *ended_r);

/* Octets of it were not captured: counting goes on behind them. */
void content_gap(struct content *c);

/* ---- the dialogue (smtp_dialogue.c) */

struct smtp; /* one dialogue, not thread-safe */

/* `facts` is filled as the dialogue goes and must outlive it.  `midstream`: no greeting is due. */
struct smtp *smtp_new(struct facts *facts, bool midstream);
void smtp_free(struct smtp **s);

void smtp_feed(struct smtp *s, enum role role, struct slice octets);

/*
 * Nothing of the client is in the capture (asymmetric routing): from now on replies stand for the
 * commands that they can only be answers to.
 */
void smtp_server_alone(struct smtp *s);

void smtp_gap(struct smtp *s, enum role role, uint64_t missing);

/* True from the 220 to STARTTLS on: the dialogue takes no more octets in. */
bool smtp_in_tls(const struct smtp *s);

/*
 * What was fed but not read, as it belongs to TLS.  Borrowed until the dialogue is freed; empty
 * the second time.
 */
struct slice smtp_leftover(struct smtp *s, enum role role);

/* No more octets will come.  `closed`: because the connection ended, not because the capture did. */
void smtp_finish(struct smtp *s, bool closed);

#endif
