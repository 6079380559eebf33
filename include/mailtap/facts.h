/*
 * facts.h - one session as plain facts: the hand-over between reading mail and everything after.
 *
 * No verdict stands here.  UNKNOWN and "absent" mean that the capture does not tell.  Texts are
 * escaped (text.h) and NUL-terminated.  No message content and no secret ever enters.
 */
#ifndef MAILTAP_FACTS_H
#define MAILTAP_FACTS_H

#include <mailtap/cert.h>
#include <mailtap/exposure.h>
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
    uint32_t transaction; /* 1 for the first in its session */
    bool recipient;
    tri accepted;
    char path[BOUND_NAME]; /* without the angle brackets; empty is the null reverse-path */
};

struct facts {
    /* the connection */
    struct endpoint client, server;
    int64_t started_ns, ended_ns;
    int vlan; /* or -1 */
    enum ending ending;
    tri one_sided;  /* segments of one direction only were captured */
    bool midstream; /* the first octets of the session were not captured */
    uint64_t gap_octets;
    struct conflict_facts conflict[BOUND_CONFLICTS]; /* the first ones */
    uint32_t conflicts_kept;
    uint32_t conflicts;    /* retransmissions that differed from the first copy */
    char dpi_protocol[32]; /* nDPI's name for it, or empty */

    /* greeting and offer (RFC 5321 3.1, 4.1.1.1) */
    char server_name[BOUND_NAME]; /* first word of the greeting */
    char greeting[BOUND_NAME];    /* its whole first line, without the code */
    char client_name[BOUND_NAME]; /* last EHLO, HELO or LHLO argument before TLS */
    bool dialogue; /* EHLO, HELO or LHLO was read, or MAIL where the start is missing */
    bool ehlo_sent, helo_sent;
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

    /* TLS */
    bool hello_seen; /* a ClientHello or ServerHello was read */
    tri tls_established;
    uint16_t tls_version; /* 0: not known */
    uint16_t tls_cipher;
    bool tls_cipher_known;
    char sni[BOUND_NAME], alpn[BOUND_NAME];
    struct cert_facts cert;
    bool cert_seen;
    int tls_alert;            /* fatal alert in the clear, or -1 */
    uint64_t text_before_tls; /* octets of text between 220 and the hello, both directions */

    /* mail in the clear */
    uint32_t transactions; /* MAIL commands read */
    uint32_t messages;
    tri messages_known; /* NO: replies are missing, `messages` is only a lower bound */
    uint32_t recipients_attempted, recipients_accepted;
    tri recipients_known; /* NO: recipients_accepted is only a lower bound */
    uint64_t content_octets;
    char auth_mechanism[32]; /* upper case; the first one tried in the clear; or empty */
    bool credentials_exposed;
    struct exposure exposure[ITEMS];
    struct address *addresses; /* in the order sent; owned by the session that filled the facts */
    uint32_t address_count;

    /* what was odd */
    bool lost;          /* the dialogue could not be followed to its end */
    uint32_t anomalies; /* bits of enum anomaly */
};

enum anomaly {
    ANOMALY_LONG_LINE = 1,     /* longer than BOUND_LINE_OCTETS */
    ANOMALY_BARE_LF = 2,       /* a line of the dialogue ended without CR */
    ANOMALY_BAD_REPLY = 4,     /* a line of the server that is no reply */
    ANOMALY_REPLY_SKEW = 8,    /* replies did not match commands one to one */
    ANOMALY_EHLO_CUT_OFF = 16, /* the client went on before the EHLO reply was complete */
    ANOMALY_INJECTION = 32,    /* text between STARTTLS and the hello */
    ANOMALY_OUTSTANDING = 64,  /* more commands without reply than BOUND_OUTSTANDING */
    ANOMALY_AHEAD = 128,       /* more octets sent ahead than BOUND_AHEAD_OCTETS */
    ANOMALY_UNKNOWN_COMMAND = 256,
    ANOMALY_EARLY_CONTENT = 512, /* content sent before 354 */
};

#endif
