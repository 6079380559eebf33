/* facts_compare.c - see facts_compare.h. */
#include "facts_compare.h"

#include <stdlib.h>
#include <string.h>

/* What may become of a fact when octets of the session are missing. */
enum rule {
    SAME,     /* nothing: it does not rest on the octets */
    TRI,      /* it may become UNKNOWN, and nothing else */
    NOT_MORE, /* "is all of it known": YES may be lost, and does not come */
    FLAG,     /* true may become false */
    ODDITY,   /* false may become true: it says that something is missing */
    LESS,     /* a count: lower, never higher */
    BITS,     /* bits may be lost, none comes, unless replies were skewed */
    LAST,     /* a text or code: absent, or what it was earlier in the session */
    FIRST,    /* the same, or the beginning of it, as the keywords of a reply not read to its end */
    ABSENT,   /* absent, or the same */
    MINUS,    /* -1, or the same */
    APART,    /* not judged here: a function of its own, or see the comment */
};

struct field {
    const char *name;
    size_t offset, size;
    enum rule rule;
};

#define FIELD(field, rule)                                                                         \
    {                                                                                              \
#field, offsetof(struct facts, field), sizeof((struct facts *)0)->field, rule              \
    }

static const struct field fields[] = {
    FIELD(client, SAME),
    FIELD(server, SAME),
    FIELD(started_ns, SAME),
    FIELD(ended_ns, SAME),
    FIELD(vlan, SAME),
    FIELD(ending, SAME),
    FIELD(one_sided, SAME),
    FIELD(midstream, SAME),
    FIELD(gap_octets, APART), /* the gap itself */
    FIELD(conflict, SAME),
    FIELD(conflicts_kept, SAME),
    FIELD(conflicts, SAME),
    FIELD(dpi_protocol, SAME),
    FIELD(server_name, ABSENT),
    FIELD(greeting, ABSENT),
    FIELD(client_name, LAST),
    FIELD(dialogue, FLAG),
    FIELD(ehlo_sent, FLAG),
    FIELD(helo_sent, FLAG),
    FIELD(ehlo_reply, LAST),
    FIELD(helo_reply, LAST),
    FIELD(ehlo_accepted, TRI),
    FIELD(starttls_offered, TRI),
    FIELD(keywords, FIRST), /* but where replies are skewed */
    FIELD(keywords_cut, FLAG),
    FIELD(starttls_requested, TRI),
    FIELD(starttls_reply, LAST),
    FIELD(tls_from_start, TRI),
    FIELD(decided, TRI),
    FIELD(masked_command, LESS),
    FIELD(masked_reply, LAST),
    FIELD(ehlo_masked, FLAG),
    FIELD(quit_sent, FLAG),
    FIELD(hello_seen, FLAG),
    FIELD(tls_established, TRI),
    FIELD(tls_version, ABSENT),
    FIELD(tls_cipher, ABSENT),
    FIELD(tls_cipher_known, FLAG),
    FIELD(sni, ABSENT),
    FIELD(alpn, ABSENT),
    FIELD(alpn_chosen, ABSENT),
    FIELD(tls_version_offered, ABSENT),
    FIELD(tls_group, ABSENT),
    FIELD(tls_dh_bits, ABSENT),
    FIELD(tls_retried, FLAG),
    FIELD(ech, TRI),
    FIELD(tls_resumed, TRI),
    FIELD(client_certificate_asked, TRI),
    FIELD(client_certificate_sent, TRI),
    FIELD(extended_master_secret, TRI),
    FIELD(tls_fallback, TRI),
    FIELD(tls_compression, TRI),
    FIELD(tls_downgrade, ABSENT),
    FIELD(ja3, ABSENT),
    FIELD(ja3s, ABSENT),
    FIELD(ja4, ABSENT),
    FIELD(cert, ABSENT),
    FIELD(cert_seen, FLAG),
    FIELD(chain, APART), /* owned */
    FIELD(chain_length, LESS),
    FIELD(cert_verified, TRI),
    FIELD(cert_error, ABSENT),
    FIELD(cert_reason, ABSENT),
    FIELD(cert_asked, APART), /* from the SNI or else the greeting: either may be what is missing */
    FIELD(cert_named, APART), /* rests on that name */
    FIELD(cert_covering, APART),
    FIELD(estimate, APART), /* an estimate; see not_estimated() */
    FIELD(tls_alert, MINUS),
    FIELD(tls_alert_by_client, FLAG),
    FIELD(tls_alert_hidden, FLAG),
    FIELD(tls_garbled, FLAG),
    FIELD(text_before_tls, LESS),
    FIELD(transactions, LESS),
    FIELD(messages, APART), /* lower, and then not said to be all */
    FIELD(messages_known, NOT_MORE),
    FIELD(recipients_attempted, LESS),
    FIELD(recipients_accepted, APART), /* as messages */
    FIELD(recipients_known, NOT_MORE),
    FIELD(content_octets, LESS),
    FIELD(auth, APART), /* see auths_invented() */
    FIELD(auths, LESS),
    FIELD(credentials_exposed, TRI),
    FIELD(address_queries, LESS),
    FIELD(exposure, APART),  /* see exposure_invented() */
    FIELD(addresses, APART), /* see addresses_invented() */
    FIELD(address_count, LESS),
    FIELD(content, APART), /* owned; where a lost line bounds a part, the part grows */
    FIELD(keep, SAME),
    FIELD(kept, APART), /* owned */
    FIELD(kept_count, LESS),
    FIELD(lost, ODDITY),
    FIELD(anomalies, BITS),
};
#define FIELDS (sizeof fields / sizeof *fields)

static const uint8_t *at(const struct facts *f, const struct field *d)
{
    return (const uint8_t *)f + d->offset;
}

static int64_t number(const struct facts *f, const struct field *d)
{
    uint64_t u64;
    uint32_t u32;
    uint16_t u16;

    switch (d->size) {
    case 8:
        memcpy(&u64, at(f, d), 8);
        return (int64_t)u64;
    case 4:
        memcpy(&u32, at(f, d), 4);
        return (int32_t)u32;
    case 2:
        memcpy(&u16, at(f, d), 2);
        return u16;
    default:
        return *at(f, d);
    }
}

/* All that is in neither a field of the table nor its neighbour's padding: the table has a hole. */
static bool outside_differs(const struct facts *a, const struct facts *b)
{
    uint8_t *x = malloc(2 * sizeof *a), *y = x + sizeof *a;

    memcpy(x, a, sizeof *a);
    memcpy(y, b, sizeof *b);
    for (size_t i = 0; i < FIELDS; i++) {
        memset(x + fields[i].offset, 0, fields[i].size);
        memset(y + fields[i].offset, 0, fields[i].size);
    }
    bool differs = memcmp(x, y, sizeof *a) != 0;
    free(x);
    return differs;
}

/* ---- the same */

static bool owned_equal(const void *a, const void *b, size_t n)
{
    return !a == !b && (!a || n == 0 || memcmp(a, b, n) == 0);
}

static bool chain_equal(const struct facts *a, const struct facts *b)
{
    for (uint32_t i = 0; i < a->chain_length; i++)
        if (memcmp(&a->chain[i], &b->chain[i], sizeof a->chain[i]) != 0)
            return false;
    return true;
}

static bool addresses_equal(const struct facts *a, const struct facts *b)
{
    for (uint32_t i = 0; i < a->address_count; i++) {
        const struct address *x = &a->addresses[i], *y = &b->addresses[i];
        if (x->transaction != y->transaction || x->recipient != y->recipient ||
            x->accepted != y->accepted || strcmp(x->path, y->path) != 0)
            return false;
    }
    return true;
}

static bool is_owned(const struct field *d)
{
    return d->offset == offsetof(struct facts, chain) ||
           d->offset == offsetof(struct facts, addresses) ||
           d->offset == offsetof(struct facts, content) ||
           d->offset == offsetof(struct facts, kept);
}

const char *facts_difference(const struct facts *a, const struct facts *b)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (!is_owned(&fields[i]) && memcmp(at(a, &fields[i]), at(b, &fields[i]), fields[i].size))
            return fields[i].name;
    if (!chain_equal(a, b))
        return "chain";
    if (!addresses_equal(a, b))
        return "addresses";
    if (!owned_equal(a->content, b->content, sizeof *a->content))
        return "content";
    if (!owned_equal(a->kept, b->kept, a->kept_count * sizeof *a->kept))
        return "kept";
    return outside_differs(a, b) ? "a field that facts_compare.c does not name" : NULL;
}

/* ---- no more than the same */

static bool is_zero(const uint8_t *p, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (p[i])
            return false;
    return true;
}

static bool was_earlier(const struct facts *lossy, const struct field *d, const struct earlier *e)
{
    for (size_t i = 0; i < e->count; i++)
        if (memcmp(at(lossy, d), at(&e->list[i], d), d->size) == 0)
            return true;
    return false;
}

static bool text_begins(const struct facts *whole, const struct facts *lossy, const struct field *d)
{
    const char *text = (const char *)at(whole, d), *part = (const char *)at(lossy, d);

    return strncmp(text, part, strlen(part)) == 0;
}

static bool began_earlier(const struct facts *lossy, const struct field *d, const struct earlier *e)
{
    for (size_t i = 0; i < e->count; i++)
        if (text_begins(&e->list[i], lossy, d))
            return true;
    return false;
}

/* Replies that were read as those of other commands, octets missing or not: guesses differ. */
static bool is_skewed(const struct facts *f)
{
    return f->anomalies & ANOMALY_REPLY_SKEW;
}

static bool allowed(const struct field *d, const struct facts *whole, const struct facts *lossy,
                    const struct earlier *earlier)
{
    int64_t w = number(whole, d), l = number(lossy, d);

    if (d->rule == APART || memcmp(at(whole, d), at(lossy, d), d->size) == 0)
        return true;
    switch (d->rule) {
    case TRI:
        return l == UNKNOWN;
    case NOT_MORE:
        return l != YES;
    case FLAG:
        return !l;
    case ODDITY:
        return l;
    case LESS:
        return (uint64_t)l < (uint64_t)w;
    case BITS:
        return (l & ~w) == 0 || is_skewed(whole);
    case LAST:
        return is_zero(at(lossy, d), d->size) || was_earlier(lossy, d, earlier);
    case FIRST:
        return text_begins(whole, lossy, d) || began_earlier(lossy, d, earlier) || is_skewed(whole);
    case ABSENT:
        return is_zero(at(lossy, d), d->size);
    case MINUS:
        return l == -1;
    default:
        return false;
    }
}

/* A number of things: all of them, or fewer and said to be a lower bound. */
static bool count_allowed(uint32_t whole, uint32_t lossy, tri known)
{
    return lossy == whole || (lossy < whole && known != YES);
}

/* Each address is one that was sent, in the order sent; none is taken for another. */
static bool addresses_invented(const struct facts *whole, const struct facts *lossy)
{
    uint32_t w = 0;

    for (uint32_t i = 0; i < lossy->address_count; i++) {
        const struct address *l = &lossy->addresses[i], *a;
        do {
            if (w == whole->address_count)
                return true;
            a = &whole->addresses[w++];
        } while (a->recipient != l->recipient || strcmp(a->path, l->path) != 0 ||
                 l->transaction > a->transaction ||
                 (l->accepted != UNKNOWN && l->accepted != a->accepted && !is_skewed(whole)));
    }
    return false;
}

/* Each exchange is one that took place, told to the point that was read. */
static bool auths_invented(const struct facts *whole, const struct facts *lossy)
{
    uint32_t w = 0;

    for (uint32_t i = 0; i < lossy->auths && i < BOUND_AUTHS; i++) {
        const struct auth_facts *l = &lossy->auth[i], *a;
        do {
            if (w == whole->auths || w == BOUND_AUTHS)
                return true;
            a = &whole->auth[w++];
        } while (strcmp(a->mechanism, l->mechanism) != 0 || l->given > a->given ||
                 l->responses > a->responses || l->octets > a->octets ||
                 (l->outcome != AUTH_OPEN && l->outcome != a->outcome));
    }
    return false;
}

/*
 * Fewer of each, but for the line between header and body: where the empty line is missing, what
 * follows it is taken for more header, and is less of the other in turn.
 */
static bool exposure_invented(const struct facts *whole, const struct facts *lossy)
{
    const struct exposure *w = whole->exposure, *l = lossy->exposure;

    for (int i = 0; i < ITEMS; i++) {
        if (i == ITEM_HEADER_FIELD || i == ITEM_BODY || i == ITEM_ATTACHMENT)
            continue;
        if (l[i].count > w[i].count || l[i].octets > w[i].octets)
            return true;
    }
    return l[ITEM_HEADER_FIELD].octets + l[ITEM_BODY].octets >
           w[ITEM_HEADER_FIELD].octets + w[ITEM_BODY].octets;
}

const char *facts_invented(const struct facts *whole, const struct facts *lossy,
                           const struct earlier *earlier)
{
    for (size_t i = 0; i < FIELDS; i++)
        if (!allowed(&fields[i], whole, lossy, earlier))
            return fields[i].name;
    if (!count_allowed(whole->messages, lossy->messages, lossy->messages_known))
        return "messages";
    if (!is_skewed(whole) && !count_allowed(whole->recipients_accepted, lossy->recipients_accepted,
                                            lossy->recipients_known))
        return "recipients_accepted";
    if (addresses_invented(whole, lossy))
        return "addresses";
    if (auths_invented(whole, lossy))
        return "auth";
    if (exposure_invented(whole, lossy))
        return "exposure";
    return outside_differs(whole, lossy) ? "a field that facts_compare.c does not name" : NULL;
}
