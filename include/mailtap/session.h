/*
 * session.h - one flow read as mail: is it mail at all, and who reads its octets now, the SMTP
 * dialogue or the TLS observer.
 */
#ifndef MAILTAP_SESSION_H
#define MAILTAP_SESSION_H

#include <mailtap/dpi.h>
#include <mailtap/facts.h>
#include <mailtap/flow.h>

enum identity {
    IDENTITY_OPEN, /* too few octets yet */
    IDENTITY_SMTP, /* an SMTP or LMTP dialogue */
    IDENTITY_TLS,  /* TLS from the first octet, on a mail port or with mail's ALPN */
    IDENTITY_NOT_MAIL,
};

struct session;

struct session_options {
    unsigned keep;                    /* bits of enum keep */
    struct trust *trust;              /* borrowed; NULL: chains are not verified */
    struct cert_memory *certificates; /* borrowed; NULL: each is read again */
    struct tls_memory *hellos;        /* borrowed; NULL: each fingerprint is made again */
};

struct session *session_new(const struct session_options *options);

/* Show a packet of the flow to nDPI while that is of use. */
void session_packet(struct session *s, struct dpi *dpi, const struct packet *p);

/* The next chunk of the flow. */
void session_feed(struct session *s, const struct flow *f, const struct chunk *c);

enum identity session_identity(const struct session *s);

/*
 * The flow is over: was it a mail session?  Then all has been taken from the flow; what is left to do is
 * for session_facts(), which another thread may call.
 */
bool session_over(struct session *s, const struct flow *f);
uint64_t session_gap_octets(const struct session *s); /* of it, that were not captured */
size_t session_octets(const struct session *s);       /* memory that it takes */

/*
 * With the first call nDPI is asked, certificates are read, and messages under TLS estimated.  Owned by the
 * session.  `dpi`: of this thread; NULL: it is the one that session_packet() was called with.
 */
struct facts *session_facts(struct session *s, struct dpi *dpi);

/* The same in memory of the caller's that serves one session after the other, zeros at first; where
 * session_facts() was called before, what that gave.  Once for a session; what the facts own is its. */
struct facts_room {
    struct facts facts;
    bool tls; /* what TLS told stands in it */
};
struct facts *session_facts_in(struct session *s, struct dpi *dpi, struct facts_room *room);

/* session_facts_in() will be called: what it reads is fetched, as another thread has written it. */
void session_soon(const struct session *s);

void session_free(struct session **s);

/* Octets that many sessions have: to be folded with. */
struct slice session_words(void);

/* Between two calls of the above; not after session_over(). */
void session_fold(struct fold *f, struct session **s);

/* ---- identify.c: whose octets are these? */

struct first_octets {
    struct slice from[SIDES]; /* the first octets of each side, as far as captured */
    bool over;                /* no more will come */
    bool midstream;
    bool dpi_mail; /* nDPI says that it is mail */
    uint16_t port[SIDES];
};

/* The verdict, and which side is the server (meaningful for SMTP and TLS). */
enum identity identify(const struct first_octets *first, enum side *server_r);

/* Is nDPI's word needed: on a port where no mail is expected, and not for what cannot be mail? */
bool identify_asks(const struct first_octets *first);

/* A port of submission, relay or LMTP: 24, 25, 465, 587, 2525. */
bool identify_mail_port(uint16_t port);

#endif
