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
 * smtp_line.c puts lines together, smtp_command.c and smtp_reply.c read them, smtp_content.c finds
 * the end of message content, message.c reads it, auth.c reads SASL.  smtp_dialogue.c says whose octets are next, smtp_sent.c what a
 * command means, smtp_due.c which replies are due, smtp_answered.c what a reply means.
 *
 * Behind a gap a reply is believed only where it can answer one command and no other, or where both
 * sides took turns; facts->lost says that there was one outside of message content.
 */
#ifndef MAILTAP_SMTP_H
#define MAILTAP_SMTP_H

#include <mailtap/facts.h>

enum role { ROLE_CLIENT, ROLE_SERVER, ROLES };

/* ---- lines (smtp_line.c) */

/* A line under way: at most BOUND_LINE_OCTETS are kept, the rest only counted. */
struct line {
    uint8_t *octets; /* owned; NULL until a line comes in pieces */
    size_t room;
    struct slice text; /* of it, in `octets`; of one that came in one piece, as it was fed */
    uint64_t length;   /* with what was not kept, without the line end */
    uint8_t last;      /* the octet before the next one */
    bool ended;        /* whole: the next octet begins another line */
    bool bare;         /* ended by LF without CR */
};

/*
 * Take octets up to and with the next LF.  Returns how many were used; *whole_r says that the line
 * is complete: line_text() gives it, while the octets fed last live, and the next call begins
 * another.
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
    VERB_MAIL, /* also SEND, SOML, SAML */
    VERB_RCPT,
    VERB_DATA,
    VERB_BDAT,
    VERB_BURL,
    VERB_RSET,
    VERB_NOOP,
    VERB_QUIT,
    VERB_HELP,
    VERB_VRFY,
    VERB_EXPN,
    VERB_ETRN,
    VERB_TURN, /* or ATRN: client and server change places */
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
    bool last;             /* BDAT, BURL: LAST was given */
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
 * Finds where message content ends: RFC 5321 4.1.1.4 ends it at CRLF . CRLF alone.  Undoes the
 * dot-stuffing, and hands the octets of the message on (contract: content octets).
 */
struct content {
    bool stuffed;            /* DATA: dots are stuffed and a dot alone ends it; else BDAT */
    int place;               /* how much of CRLF . CRLF has passed */
    struct message *message; /* borrowed */
    uint8_t held[3];         /* of a line that ends it if the server says so */
    size_t held_n;
    bool missing;      /* octets of it were not captured */
    bool ends_loosely; /* the last line was a dot alone, but not between CRLFs */
    bool ends_at_gap;  /* what came behind the first gap may belong to another message */
    struct message_facts *before_gap; /* owned: what was read before it; or NULL */
};

/* Begins the message, too.  `c` is zeroed, or was used before. */
void content_begin(struct content *c, bool stuffed, struct message *message);

/* Octets used: all of them, or up to and with the end-of-data line; then *ended_r is true. */
size_t content_feed(struct content *c, struct slice s, bool *ended_r);

/* Octets of it were not captured: reading goes on behind them. */
void content_gap(struct content *c);

/* Its end may lie in the first gap: only what came before that is known to belong to it. */
void content_up_to_gap(struct content *c);

void content_clear(struct content *c); /* frees what it owns */

/* It ended, or no more of it will come; a loose end is believed.  Borrowed from the message. */
const struct message_facts *content_over(struct content *c);

/* ---- the dialogue (smtp_dialogue.c) */

struct smtp; /* one dialogue, not thread-safe */

/* `facts` is filled as the dialogue goes and must outlive it.  `midstream`: no greeting is due. */
struct smtp *smtp_new(struct heard *facts, bool midstream);
void smtp_free(struct smtp **s);

/* Between two calls; `facts` is where its facts are when it comes back (smtp_fold.c). */
void smtp_fold(struct fold *f, struct smtp **s, struct heard *facts);

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
