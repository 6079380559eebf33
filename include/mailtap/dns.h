/*
 * dns.h - DNS answers about mail, as a passive observer reads them (RFC 1035, 7672, 8461).
 *
 * Only what bears on mail is kept: MX, A, AAAA and CNAME answers, TLSA at _25._tcp names, TXT at
 * _mta-sts names or at what these are aliases of; and addresses given along with an MX answer, of
 * its exchanges.  A message is read from a UDP payload, or from a TCP stream with its two-octet
 * lengths.  Names are escaped (text.h; a dot inside of a label as \x2e), lower case, without the
 * final dot; the root is ".".  A name of which not all fits is not kept.
 */
#ifndef MAILTAP_DNS_H
#define MAILTAP_DNS_H

#include <mailtap/bounds.h>
#include <mailtap/packet.h>
#include <mailtap/slice.h>

enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_MX = 15, DNS_TXT = 16, DNS_AAAA = 28, DNS_TLSA = 52 };

struct dns_record {
    enum dns_type type;
    char owner[BOUND_NAME];
    char target[BOUND_NAME];   /* MX: the exchange; CNAME: the canonical name */
    uint16_t preference;       /* MX */
    uint32_t ttl;              /* seconds */
    struct ip_address address; /* A, AAAA */
    char text[BOUND_NAME];     /* TXT (escaped, strings joined); TLSA: "3 1 1 <hex>" */
    bool clipped;              /* the text did not all fit: a TLSA record of a whole certificate */
};

struct dns_message {
    bool response, truncated, authentic; /* QR, TC, AD */
    bool no_data;   /* no answer of this type, and no referral to other servers (RFC 2308 2.2) */
    uint16_t rcode; /* with the bits that EDNS adds (RFC 6891 6.1.3) */
    uint16_t id;
    char question[BOUND_NAME]; /* of the first question; empty: none, or not of the Internet */
    uint16_t question_type;
    unsigned records, dropped; /* dropped: did not fit */
    /* Answers that bear on mail, the first ones; behind those there may be anything. */
    struct dns_record record[BOUND_DNS_RECORDS];
};

/* Octets that are worth copying. */
static inline size_t dns_message_octets(const struct dns_message *m)
{
    return offsetof(struct dns_message, record) + m->records * sizeof *m->record;
}

/* Of a message that is known to be whole, CUT says that its counts or lengths are too large. */
enum dns_read {
    DNS_READ, /* whole */
    DNS_CUT,  /* the capture cut it; records before the cut are good */
    DNS_BAD,  /* it contradicts itself; records before are good */
};

/* Of queries the question is read, of responses the records too; of other operations the header. */
enum dns_read dns_read(struct slice message, struct dns_message *message_r);

/* Does it bear on mail: a response with at least one kept record, or with NXDOMAIN or no answer to a
 * question for MX, TLSA or an _mta-sts TXT? */
bool dns_about_mail(const struct dns_message *m);

/* DNS over TCP (RFC 1035 4.2.2): the messages of one direction.  Feed cut anywhere. */
struct dns_stream;
struct dns_stream *dns_stream_new(void);
void dns_stream_free(struct dns_stream **s);
/* Octets used; *whole_r is the next whole message, borrowed until the next call, or empty. */
size_t dns_stream_feed(struct dns_stream *s, struct slice octets, struct slice *whole_r);
void dns_stream_gap(struct dns_stream *s); /* nothing after it can be read */

#endif
