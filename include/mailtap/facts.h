/*
 * facts.h - one session as plain facts: the hand-over between reading mail and everything after.
 *
 * No verdict stands here.  UNKNOWN and "absent" mean that the capture does not tell.  Texts are
 * escaped (text.h) and NUL-terminated.  No message content and no secret ever enters.
 */
#ifndef MAILTAP_FACTS_H
#define MAILTAP_FACTS_H

#include <mailtap/auth.h>
#include <mailtap/cert.h>
#include <mailtap/estimate.h>
#include <mailtap/exposure.h>
#include <mailtap/fold.h>
#include <mailtap/message.h>
#include <mailtap/packet.h>
#include <mailtap/tri.h>

/* Octets that came twice and differed: what the receiver believed cannot be known from outside. */
struct conflict_facts {
    bool by_client;
    uint64_t offset; /* in its direction, 0 after the SYN */
    uint32_t octets;
    int64_t at_ns; /* when the second copy was captured */
    char first_sha256[65], second_sha256[65];
    bool first_starttls, second_starttls; /* the word stands in that copy */
};

enum ending { ENDING_NOT_SEEN, ENDING_CLOSED, ENDING_RESET, ENDINGS };

/* A sender or recipient, for "whose mail": the store keeps the domain and a keyed hash. */
struct address {
    uint32_t transaction; /* 1 for the first in its session; 0: its MAIL was not captured */
    bool recipient;
    tri accepted;
    char path[BOUND_NAME]; /* without the angle brackets; empty is the null reverse-path */
};

/* What the operator asked to keep in plain text (option --keep); by default nothing. */
enum keep { KEEP_LOCAL_PARTS = 1, KEEP_USERS = 2, KEEP_SUBJECTS = 4, KEEP_FILENAMES = 8 };

struct kept {
    enum keep kind; /* KEEP_USERS, KEEP_SUBJECTS or KEEP_FILENAMES; local parts stand in paths */
    uint32_t transaction;       /* it belongs to, 1 for the first; 0: before any */
    char text[BOUND_KEPT_TEXT]; /* escaped, cut when it is longer */
};

/* All messages of a session together, what was read of them in the clear. */
struct content_facts {
    struct field_count field[HEADER_FIELDS];
    uint64_t received, received_tls; /* Received fields, and those that claim TLS */
    uint64_t encoded_words;
    uint32_t eai, end_to_end; /* messages with UTF-8 header fields; encrypted end to end */
    uint64_t parts, attachments, attachment_octets;
    struct media {
        char type[80];
        bool attachment;
        uint64_t count, octets, decoded; /* octets as transferred, and after decoding */
    } media[BOUND_MEDIA];
    uint32_t media_kinds;
    uint64_t media_left_out; /* parts of further kinds */
};

/* What is known while it goes on; what hellos and certificates say, and nDPI, comes at its end. */
struct heard {
    /* the connection */
    struct endpoint client, server;
    int64_t started_ns, ended_ns;
    int vlan; /* or -1 */
    enum ending ending;
    tri one_sided;  /* segments of one direction only were captured */
    bool midstream; /* the first octets of the session were not captured */
    uint64_t gap_octets;
    uint32_t conflicts_kept;
    uint32_t conflicts; /* retransmissions that differed from the first copy */

    /* greeting and offer (RFC 5321 3.1, 4.1.1.1) */
    char server_name[BOUND_NAME]; /* first word of the greeting */
    char greeting[BOUND_NAME];    /* its whole first line, without the code */
    char client_name[BOUND_NAME]; /* last EHLO, HELO or LHLO argument before TLS */
    bool dialogue; /* EHLO, HELO or LHLO was read, or MAIL where the start is missing */
    bool ehlo_sent, helo_sent, quit_sent;
    int ehlo_reply, helo_reply; /* codes of the last replies to EHLO or LHLO and to HELO; 0: none */
    tri ehlo_accepted;    /* a complete 250 reply to EHLO or LHLO was read; NO: it was refused */
    tri starttls_offered; /* a 250 reply to EHLO listed it; NO: EHLO was answered without */
    char keywords[BOUND_KEYWORD_TEXT]; /* EHLO reply of the last EHLO before TLS: a line each,
                                        * '\n' between, first (greeting) line left out */
    bool keywords_cut;

    /* STARTTLS (RFC 3207) */
    tri starttls_requested;
    int starttls_reply; /* code, or 0 */
    tri tls_from_start; /* TLS from the first octet (RFC 8314 3.3) */
    tri decided;        /* the client went on after the EHLO reply, one way or another */

    unsigned masked_command; /* octets of the longest command line that is X alone; 0: none */
    int masked_reply;        /* code of the last reply to one of that length, or 0 */
    bool
        ehlo_masked; /* the client's first word, before any hello: XXXX and an argument, or X alone */

    /* TLS */
    tri tls_established;
    int tls_alert;            /* fatal alert in the clear, or -1 */
    bool tls_alert_by_client; /* who sent it */
    bool tls_alert_hidden;    /* one side sent an encrypted alert, known by its size */
    bool tls_garbled;         /* octets came, before TLS was established, that cannot be TLS */
    uint64_t text_before_tls; /* octets of text between 220 and the hello, both directions */
    struct cert_facts *chain; /* of the server, its own first; owned by the session; or NULL */
    uint32_t chain_length;

    /* mail in the clear */
    uint32_t transactions; /* MAIL commands read */
    uint32_t messages;
    tri messages_known; /* NO: replies are missing, `messages` is only a lower bound */
    uint32_t recipients_attempted, recipients_accepted;
    tri recipients_known; /* NO: recipients_accepted is only a lower bound */
    uint64_t content_octets;
    struct auth_facts auth[BOUND_AUTHS]; /* exchanges in the clear, the first ones */
    uint32_t auths;                      /* all of them */
    tri credentials_exposed;  /* UNKNOWN: of a mechanism that is not known everything was read */
    uint32_t address_queries; /* VRFY and EXPN */
    struct exposure exposure[ITEMS];
    struct address *addresses; /* in the order sent; owned by the session that filled the facts */
    uint32_t address_count;
    struct content_facts *content; /* owned likewise; NULL: no content was read */
    unsigned keep;                 /* bits of enum keep, set before reading */
    struct kept *kept;             /* owned likewise */
    uint32_t kept_count;

    /* what was odd */
    bool lost;          /* the dialogue could not be followed to its end */
    uint32_t anomalies; /* bits of enum anomaly */
};

/* All of a session that is over. */
struct facts {
    union {
        struct heard heard;
        struct heard; /* its fields are facts like the others */
    };
    struct conflict_facts conflict[BOUND_CONFLICTS]; /* the first ones */
    char dpi_protocol[32];                           /* nDPI's name for it, or empty */

    /* TLS, as its hellos have it */
    bool hello_seen;      /* a ClientHello or ServerHello was read */
    uint16_t tls_version; /* 0: not known */
    uint16_t tls_cipher;
    bool tls_cipher_known;
    char sni[BOUND_NAME], alpn[BOUND_NAME];
    char alpn_chosen[BOUND_NAME];
    uint16_t tls_version_offered; /* the highest in the ClientHello; 0: not known */
    uint16_t tls_group;           /* 0: none, or not known */
    unsigned tls_dh_bits;
    bool tls_retried;
    tri ech, tls_resumed, client_certificate_asked, client_certificate_sent;
    tri extended_master_secret, tls_fallback, tls_compression;
    uint16_t tls_downgrade; /* see tls.h */
    char ja3[33], ja3s[33], ja4[40];

    /* the server's certificate, where TLS shows it */
    struct cert_facts cert; /* its own */
    bool cert_seen;
    tri cert_verified; /* UNKNOWN: no trust store was given, or the chain is unreadable */
    int cert_error;    /* OpenSSL's X509_V_ERR_...; 0: none */
    char cert_reason[80];
    char cert_asked[BOUND_NAME]; /* the name it had to cover: SNI, else the greeting's; or empty */
    tri cert_named;
    char cert_covering[BOUND_NAME]; /* the name in it that does */

    struct estimate estimate; /* of what went through TLS */
};

enum anomaly {
    ANOMALY_LONG_LINE = 1,         /* longer than BOUND_LINE_OCTETS */
    ANOMALY_BARE_LF = 2,           /* a line of the dialogue ended without CR */
    ANOMALY_BAD_REPLY = 4,         /* a line of the server that is no reply */
    ANOMALY_REPLY_SKEW = 8,        /* replies did not match commands one to one */
    ANOMALY_EHLO_CUT_OFF = 16,     /* the client went on before the EHLO reply was complete */
    ANOMALY_INJECTED_COMMAND = 32, /* text of the client between STARTTLS and its hello */
    ANOMALY_OUTSTANDING = 64,      /* more commands without reply than BOUND_OUTSTANDING */
    ANOMALY_AHEAD = 128,           /* more octets sent ahead than BOUND_AHEAD_OCTETS */
    ANOMALY_UNKNOWN_COMMAND = 256,
    ANOMALY_EARLY_CONTENT = 512,   /* content sent before 354 */
    ANOMALY_INJECTED_REPLY = 1024, /* text of the server between 220 and its hello */
};

/* Add a message to the content of the session (tally.c). */
void facts_tally(struct heard *f, const struct message_facts *m);
/* Keep a value of a kind that the operator asked for; ignored otherwise, and above the bound. */
void facts_keep(struct heard *f, enum keep kind, struct slice value);
/* "user", "subject", "filename" */
const char *keep_name(enum keep kind);
/* Room for another address, which is to be set; NULL: there are BOUND_ADDRESSES. */
struct address *facts_add_address(struct heard *f);
/* What the facts of a session that is not finished own. */
void facts_fold(struct fold *f, struct heard *of);
/* Wipe and free what the facts own. */
void facts_free(struct heard *f);

/* The clock that their times are told by was set. */
void facts_shift(struct facts *f, int64_t by_ns);

#endif
