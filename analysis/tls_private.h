/*
 * tls_private.h - the parts of the TLS observer: octets to records and messages (tls_record.c),
 * messages to their fields (tls_hello.c, tls_exchange.c), hellos to fingerprints
 * (tls_fingerprint.c), what the messages tell (tls_handshake.c), what has happened so far (tls.c),
 * and what that amounts to (tls_judge.c).
 */
#ifndef MAILTAP_TLS_PRIVATE_H
#define MAILTAP_TLS_PRIVATE_H

#include <mailtap/estimate.h>

/* The longest record: 2^14 octets of text and 2048 of protection (RFC 5246 6.2.3). */
#define TLS_RECORD_OCTETS (16384u + 2048u)
#define TLS_HEADER_OCTETS 5u

enum tls_content {
    TLS_CHANGE_CIPHER = 20,
    TLS_ALERT = 21,
    TLS_HANDSHAKE = 22,
    TLS_DATA = 23,
    TLS_HEARTBEAT = 24, /* RFC 6520 */
};

/* RFC 8446 4, RFC 5246 7.4 */
enum tls_message_type {
    TLS_HELLO_REQUEST = 0,
    TLS_CLIENT_HELLO = 1,
    TLS_SERVER_HELLO = 2,
    TLS_CERTIFICATE = 11,
    TLS_SERVER_KEY_EXCHANGE = 12,
    TLS_CERTIFICATE_REQUEST = 13,
    TLS_SERVER_HELLO_DONE = 14,
    TLS_CLIENT_KEY_EXCHANGE = 16,
};

/* ---- tls_record.c: records */

struct tls_record {
    uint8_t type;
    size_t length;
    /* all of it, or empty when it was not kept; as it was fed, if that was at once, or kept until the
     * next read */
    struct slice body;
    bool damaged; /* octets of it were not captured */
};

struct tls_reader {
    uint8_t header[TLS_HEADER_OCTETS];
    size_t header_n;
    uint8_t *body;
    size_t n, room;
    size_t left; /* octets of the record that are still to come */
    bool forget; /* bodies are of no use any more */
    struct tls_record record;
};

enum tls_read { TLS_READ_MORE, TLS_READ_RECORD, TLS_READ_NOT_TLS };

/* Read up to the end of the next record; returns the octets used. */
size_t tls_read_record(struct tls_reader *r, struct slice s, enum tls_read *what_r);

/* Octets are missing: true when they all belong to the record being read, which is damaged. */
bool tls_skip(struct tls_reader *r, uint64_t missing);

void tls_reader_free(struct tls_reader *r);

/* Can these be the first octets of a record?  UNKNOWN below three; never YES after NO. */
tri tls_header_like(struct slice first, uint8_t last_type);

/* ---- tls_record.c: the next record after a gap */

struct tls_search {
    uint8_t *octets;
    size_t first, n; /* n octets wait at octets + first */
};

/*
 * Look for a record header that is followed, after the length it announces, by another one.
 * Returns the octets used of s; *found_r is what has waited from that header on, borrowed until
 * the next call, or empty.
 */
size_t tls_search(struct tls_search *search, struct slice s, struct slice *found_r);
void tls_search_free(struct tls_search *search);

/* ---- tls_record.c: handshake messages */

struct tls_message {
    uint8_t type;
    size_t length;
    struct slice body; /* as that of a record */
    bool kept;         /* false: it is longer than BOUND_HANDSHAKE_OCTETS, and body is empty */
};

struct tls_messages {
    uint8_t header[4];
    size_t header_n;
    uint8_t *body;
    size_t n, room;
    size_t left;
    struct tls_message message;
};

/* Read up to the end of the next message; returns the octets used. */
size_t tls_read_message(struct tls_messages *m, struct slice s, bool *whole_r);
void tls_messages_free(struct tls_messages *m);

/* ---- tls_hello.c */

/*
 * Slices are borrowed from the message.  What an extension tells is absent for certain only in a
 * hello that was read and is not bad.
 */
struct tls_client_hello {
    bool read;                /* everything before the extensions was there */
    bool bad;                 /* it contradicts itself, here or in an extension */
    uint16_t version;         /* legacy_version */
    uint16_t version_offered; /* the highest, GREASE left out; 0: not known */
    bool early_data, ech, fallback;
    struct slice session;           /* legacy_session_id */
    struct slice server_name, alpn; /* the first ones */
    /* as sent, lengths left out: lists of numbers, and the block of all extensions */
    struct slice ciphers, groups, point_formats, signatures;
    struct slice extensions;
};

struct tls_server_hello {
    bool read, bad; /* as above */
    bool retry;     /* HelloRetryRequest */
    uint16_t legacy_version;
    uint16_t version; /* negotiated */
    uint16_t cipher;
    uint16_t group;     /* of key_share, or 0 */
    uint16_t downgrade; /* as in struct tls_facts; means nothing in TLS 1.3 */
    bool compression, extended_master_secret, pre_shared_key;
    struct slice session; /* legacy_session_id_echo */
    struct slice alpn;
    struct slice extensions;
};

void tls_read_client_hello(struct slice body, struct tls_client_hello *hello_r);
void tls_read_server_hello(struct slice body, struct tls_server_hello *hello_r);

/* Does this record body begin with the ClientHello that answers a HelloRetryRequest? */
bool tls_is_second_hello(struct slice body);

/* Values that say nothing (RFC 8701). */
bool tls_is_grease(uint16_t value);

/* ---- tls_exchange.c: messages up to TLS 1.2 */

struct tls_exchange {
    uint16_t group;   /* named, or 0 */
    unsigned dh_bits; /* of the prime, or 0 */
};

/* A ServerKeyExchange means what the cipher suite says; zeros where that is not known. */
void tls_read_server_exchange(struct slice body, uint16_t cipher, struct tls_exchange *exchange_r);

/* The certificates of a Certificate message, as far as its lengths agree; returns how many. */
unsigned tls_read_certificates(struct slice body, struct slice chain_r[BOUND_CHAIN]);

/* ---- tls_fingerprint.c: empty for a hello that was not read, or contradicts itself */

#define TLS_JA3_TEXT 33
#define TLS_JA4_TEXT 37

struct tls_fingerprints {
    char ja3[TLS_JA3_TEXT]; /* of a server's hello: JA3S */
    char ja4[TLS_JA4_TEXT]; /* of a client's */
};

/* Of those that the memory, which may be NULL, has: as it has them. */
void tls_client_fingerprints(struct tls_memory *m, const struct tls_client_hello *h,
                             struct tls_fingerprints *fingerprints_r);
void tls_server_fingerprints(struct tls_memory *m, const struct tls_server_hello *h,
                             struct tls_fingerprints *fingerprints_r);

void tls_ja3(const struct tls_client_hello *h, char ja3_r[TLS_JA3_TEXT]);
void tls_ja3s(const struct tls_server_hello *h, char ja3s_r[TLS_JA3_TEXT]);
void tls_ja4(const struct tls_client_hello *h, char ja4_r[TLS_JA4_TEXT]);

/* ---- fingerprints that were made before (tls_memory.c) */

/* What a fingerprint is made of: lists, one behind the other. */
#define TLS_CHOICES 1024u
struct tls_choices {
    bool too_many; /* more than fit */
    size_t n;
    uint8_t octets[TLS_CHOICES];
};

void tls_choose(struct tls_choices *c, struct slice list);

/* False, and nothing is given: it is not known. */
bool tls_recall(struct tls_memory *m, const struct tls_choices *c,
                struct tls_fingerprints *fingerprints_r);
void tls_remember(struct tls_memory *m, const struct tls_choices *c,
                  const struct tls_fingerprints *fingerprints);

/* ---- tls.c */

enum tls_reading {
    TLS_READING_TEXT,    /* no record yet */
    TLS_READING_RECORDS, /* */
    TLS_READING_SEARCH,  /* after a gap */
    TLS_READING_NOTHING, /* not TLS */
};

struct tls_side {
    enum tls_reading reading;
    bool in_line; /* READING_TEXT: in the middle of a line */
    uint64_t line_octets;
    struct tls_reader reader;
    struct tls_messages messages;
    struct tls_search search;

    struct tls_half half;
    bool heard;      /* at least one octet of it was seen */
    bool blind;      /* what was read is not all: a gap, or it began in the middle */
    bool belated;    /* the records at hand have waited while a gap was bridged */
    bool lost;       /* handshake messages in the clear cannot be followed any more */
    bool hello_done; /* ServerHelloDone: a full handshake up to TLS 1.2 */
    bool full;       /* any message that only a full handshake has */
    int warned;      /* the last record was a warning alert in the clear: its description, or -1 */
    bool closed;     /* close_notify in the clear */

    /* as TLS up to 1.2 shows it */
    bool finished;     /* a protected handshake record after ChangeCipherSpec */
    bool no_finished;  /* an alert stood where that was due */
    uint64_t data;     /* application data after it */
    bool late_warning; /* a protected alert */

    /* as TLS 1.3 shows it: records of type 23, those of early data not counted */
    uint64_t sealed;     /* all of them */
    uint64_t plain;      /* those that are no alert; the pieces of one long message count once */
    size_t first, last;  /* lengths */
    bool first_is_alert; /* and nothing before it was missed */
    bool last_is_alert;
    bool early;        /* early data was sent */
    bool before_hello; /* the client's: records came before the ServerHello, if one was read */
};

/* RFC 5246 7.4.1.2 */
#define TLS_SESSION_OCTETS 32

struct tls {
    struct tls_side side[TLS_ROLES];
    struct tls_memory *memory; /* borrowed, or NULL */
    struct tls_facts facts;    /* what the messages in the clear have told; halves left out */
    uint8_t *certificates;     /* what facts.chain borrows from */
    uint8_t session[TLS_SESSION_OCTETS]; /* that the client asked to go on with */
    size_t session_n;
    bool early_offered; /* by the last ClientHello */

    /* in order of arrival, TLS 1.3 */
    uint64_t server_went_on; /* records of the server after the client's first, alerts left out */
    bool client_left_first;  /* the client's close_notify came before any of them */

    /* of a client that was not captured: what the server acknowledged of it */
    uint64_t acked, acked_at_hello;
    bool answered; /* the server went on after octets enough for a Finished */

    struct turns turns; /* what may be dialogue */
};

/* ---- tls_handshake.c */

/* Octets of handshake messages in the clear, in order; nothing is read once they are lost. */
void tls_feed_handshake(struct tls *t, enum tls_role role, struct slice body);

/* The first ChangeCipherSpec of a side. */
void tls_note_change_cipher(struct tls *t, enum tls_role role);

/* ---- tls_judge.c */

/* Draft versions of TLS 1.3 behave as it does. */
bool tls_is_13(uint16_t version);

/* Has the server acknowledged octets enough for the Finished of a client that was not captured? */
bool tls_finished_acked(const struct tls *t);

tri tls_judge(const struct tls *t, bool closed);

#endif
