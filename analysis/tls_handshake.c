/*
 * tls_handshake.c - what each message of a handshake in the clear tells.  A message counts when all
 * of its octets were there, and all of those before it, so that what is absent was not sent.
 */
#include "tls_private.h"

#include <mailtap/err.h>
#include <mailtap/text.h>

#include <stdlib.h>
#include <string.h>

/* ---- hellos */

static void client_facts(struct tls *t, const struct tls_client_hello *h)
{
    struct tls_facts *f = &t->facts;

    text_escape(f->sni, sizeof f->sni, h->server_name);
    text_escape(f->alpn, sizeof f->alpn, h->alpn);
    if (!h->read)
        return;
    f->version_offered = h->version_offered;
    f->fallback = tri_of(h->fallback);
    f->ech = h->ech ? YES : h->bad ? UNKNOWN : NO;
    struct tls_fingerprints made;
    tls_client_fingerprints(t->memory, h, &made);
    memcpy(f->ja3, made.ja3, sizeof made.ja3);
    memcpy(f->ja4, made.ja4, sizeof made.ja4);
    if (h->session.n && h->session.n <= sizeof t->session) {
        memcpy(t->session, h->session.p, h->session.n);
        t->session_n = h->session.n;
    }
}

static void client_hello(struct tls *t, struct tls_side *s, struct slice body)
{
    struct tls_client_hello h;

    tls_read_client_hello(body, &h);
    t->facts.broken |= h.bad;
    t->early_offered = h.early_data;
    /* A second hello starts over: the server has turned early data down (RFC 8446 4.2.10). */
    s->early = s->before_hello = false;
    if (s->half.hello)
        return;
    s->half.hello = h.read;
    client_facts(t, &h);
}

/* Up to TLS 1.2.  A hello that contradicts itself may have been one of TLS 1.3. */
static void server_facts_12(struct tls *t, const struct tls_server_hello *h)
{
    struct tls_facts *f = &t->facts;
    struct slice asked = {t->session, t->session_n};

    text_escape(f->alpn_chosen, sizeof f->alpn_chosen, h->alpn);
    if (h->bad)
        return;
    f->compression = tri_of(h->compression);
    f->extended_master_secret = tri_of(h->extended_master_secret);
    f->downgrade = h->downgrade;
    /* RFC 5246 7.4.1.3; a server that sends its certificate all the same takes it back below. */
    if (h->session.n && slice_equal(h->session, asked))
        f->resumed = YES;
}

static void server_facts(struct tls *t, const struct tls_server_hello *h)
{
    struct tls_facts *f = &t->facts;

    f->version = h->version;
    f->cipher = h->cipher;
    f->cipher_known = true;
    f->group = tls_is_13(h->version) ? h->group : 0;
    if (!tls_is_13(h->version))
        server_facts_12(t, h);
    else if (!h->retry)
        f->resumed = h->pre_shared_key ? YES : h->bad ? UNKNOWN : NO;
}

static void server_hello(struct tls *t, struct tls_side *s, struct slice body)
{
    struct tls_server_hello h;

    if (s->half.hello)
        return;
    tls_read_server_hello(body, &h);
    t->facts.broken |= h.bad;
    t->facts.retried |= h.retry;
    s->half.hello = h.read && !h.retry;
    t->acked_at_hello = t->acked;
    if (h.read)
        server_facts(t, &h);
    if (s->half.hello) {
        struct tls_fingerprints made;
        tls_server_fingerprints(t->memory, &h, &made);
        memcpy(t->facts.ja3s, made.ja3, sizeof made.ja3);
    }
}

/* ---- up to TLS 1.2 */

static void keep_chain(struct tls *t, struct slice body)
{
    if (t->certificates || body.n == 0)
        return;
    t->certificates = must_alloc(1, body.n);
    memcpy(t->certificates, body.p, body.n);
    t->facts.chain_length = tls_read_certificates((struct slice){t->certificates, body.n},
                                                  t->facts.chain);
}

static void server_message(struct tls *t, struct tls_side *s, const struct tls_message *m)
{
    struct tls_facts *f = &t->facts;
    struct tls_exchange exchange;

    switch (m->type) {
    case TLS_CERTIFICATE:
        keep_chain(t, m->body);
        break;
    case TLS_SERVER_KEY_EXCHANGE:
        tls_read_server_exchange(m->body, f->cipher, &exchange);
        f->group = exchange.group;
        f->dh_bits = exchange.dh_bits;
        break;
    case TLS_CERTIFICATE_REQUEST:
        f->client_certificate_asked = YES;
        break;
    case TLS_SERVER_HELLO_DONE:
        s->hello_done = true;
        if (f->client_certificate_asked == UNKNOWN)
            f->client_certificate_asked = NO;
        break;
    default:
        return;
    }
    s->full = true;
    f->resumed = NO;
}

static void client_message(struct tls *t, const struct tls_message *m)
{
    struct tls_facts *f = &t->facts;
    struct slice chain[BOUND_CHAIN];

    if (m->type == TLS_CERTIFICATE)
        f->client_certificate_sent = tri_of(tls_read_certificates(m->body, chain) > 0);
    if (m->type == TLS_CLIENT_KEY_EXCHANGE && f->client_certificate_sent == UNKNOWN)
        f->client_certificate_sent = NO;
}

/* A server that goes over to encryption right after its hello resumes (RFC 5246 7.3, figure 2). */
void tls_note_change_cipher(struct tls *t, enum tls_role role)
{
    const struct tls_side *s = &t->side[role];
    struct tls_facts *f = &t->facts;

    if (role != TLS_SERVER || !s->half.hello || s->lost || s->full || tls_is_13(f->version))
        return;
    f->resumed = YES;
    f->client_certificate_asked = NO;
    if (f->client_certificate_sent == UNKNOWN)
        f->client_certificate_sent = NO;
}

/* ---- all of them */

static void on_message(struct tls *t, enum tls_role role, const struct tls_message *m)
{
    struct tls_side *s = &t->side[role];
    uint8_t hello = role == TLS_CLIENT ? TLS_CLIENT_HELLO : TLS_SERVER_HELLO;

    s->half.handshake_octets += sizeof s->messages.header + m->length;
    if (m->type == TLS_HELLO_REQUEST)
        return;
    /* No side can begin with anything else, so what came before was missed. */
    if ((!s->half.hello && m->type != hello && !t->facts.retried) || !m->kept) {
        s->lost = s->blind = true;
        return;
    }
    if (m->type == TLS_CLIENT_HELLO && role == TLS_CLIENT)
        client_hello(t, s, m->body);
    else if (m->type == TLS_SERVER_HELLO && role == TLS_SERVER)
        server_hello(t, s, m->body);
    else if (!s->half.hello || tls_is_13(t->facts.version))
        return;
    else if (role == TLS_SERVER)
        server_message(t, s, m);
    else
        client_message(t, m);
}

void tls_feed_handshake(struct tls *t, enum tls_role role, struct slice body)
{
    struct tls_side *s = &t->side[role];

    while (body.n && !s->lost) {
        bool whole;
        body = slice_tail(body, tls_read_message(&s->messages, body, &whole));
        if (whole)
            on_message(t, role, &s->messages.message);
    }
}
