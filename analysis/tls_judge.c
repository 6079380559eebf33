/*
 * tls_judge.c - did both sides go over to encryption?  A pure function of what was seen.
 *
 * Seen from outside, a side is over when it has sent its Finished.  Up to TLS 1.2 that is a
 * protected handshake record after ChangeCipherSpec.  In TLS 1.3 every protected record looks
 * alike but for its size, so Finished is whatever is protected and no alert, and the server may
 * still refuse it: what the client sent counts once the server goes on, or the end was seen.
 */
#include "tls_private.h"

/*
 * The most records of a TLS 1.3 server that may come before the client's Finished: extensions,
 * CertificateRequest, Certificate in pieces (2), CertificateVerify, Finished and two tickets.
 */
#define SERVER_FLIGHT_RECORDS 8

/* The same for a client that shows a certificate: Certificate (2), CertificateVerify, Finished,
 * and what it sends before the server has judged them. */
#define CLIENT_FLIGHT_RECORDS 5

/*
 * More than an alert in place of a Finished, with a ChangeCipherSpec before it and a FIN behind it
 * (6 + 24 + 1), and less than a Finished (RFC 8446 4.4.4: 5 + 4 + 32 + 1 + 8 at least).
 */
#define FINISHED_OCTETS 40u

bool tls_finished_acked(const struct tls *t)
{
    return t->acked - t->acked_at_hello >= FINISHED_OCTETS;
}

bool tls_is_13(uint16_t version)
{
    return version == 0x0304 || version >> 8 == 0x7f;
}

/* Before the ServerHello was read it may be either. */
static bool may_be_13(const struct tls *t)
{
    return t->facts.version == 0 || tls_is_13(t->facts.version);
}

static bool may_be_12(const struct tls *t)
{
    return !tls_is_13(t->facts.version);
}

/* An alert, or the end, where the handshake was due to go on. */
static bool broke_off(const struct tls *t, enum tls_role role)
{
    const struct tls_side *s = &t->side[role];

    if (s->half.alert >= 0 || s->closed)
        return true;
    if (may_be_12(t) && s->no_finished)
        return true;
    if (tls_is_13(t->facts.version) && s->warned >= 0)
        return true;
    return role == TLS_CLIENT && may_be_13(t) && !s->finished && s->first_is_alert;
}

/* TLS 1.3: an alert is all that the server had to say to the client's Finished, or before it. */
static bool server_refused(const struct tls *t)
{
    const struct tls_side *c = &t->side[TLS_CLIENT], *s = &t->side[TLS_SERVER];

    if (!tls_is_13(t->facts.version) || !c->heard || c->blind || s->blind)
        return false;
    return s->last_is_alert && t->server_went_on == 0 && !t->client_left_first;
}

static bool is_over(const struct tls *t, enum tls_role role)
{
    const struct tls_side *s = &t->side[role];

    if (!s->half.hello && !s->blind)
        return false;
    if (tls_is_13(t->facts.version))
        return s->plain > 0;
    return s->finished || (s->plain > 0 && (s->blind || t->facts.version == 0));
}

/* Without the ClientHello it is not known whether early data was offered. */
static bool may_be_early(const struct tls *t)
{
    const struct tls_side *c = &t->side[TLS_CLIENT];

    return c->early || (c->before_hello && t->side[TLS_SERVER].half.hello);
}

/* The size of a Finished in a record of its own, by hash and tag (RFC 8446 4.4.4, 5.2). */
static bool is_finished_sized(size_t length)
{
    return length == 4 + 32 + 1 + 16 || length == 4 + 48 + 1 + 16 || length == 4 + 32 + 1 + 8;
}

/* Does this side alone show that the handshake was completed? */
static bool shows_client_alone(const struct tls *t)
{
    const struct tls_side *s = &t->side[TLS_CLIENT];

    if (!is_over(t, TLS_CLIENT))
        return false;
    if (may_be_12(t) && s->finished)
        return s->data > 0;
    if (!may_be_13(t) || may_be_early(t) || t->early_offered)
        return false;
    /* Without a certificate the server has nothing left to refuse. */
    if (is_finished_sized(s->first) && !s->blind)
        return s->plain >= 2;
    return s->plain > CLIENT_FLIGHT_RECORDS;
}

static bool shows_server_alone(const struct tls *t)
{
    const struct tls_side *s = &t->side[TLS_SERVER];

    if (!is_over(t, TLS_SERVER))
        return false;
    if (may_be_12(t) && s->finished)
        /* In a resumed session the server is the first to finish. */
        return s->hello_done || s->data > 0;
    return may_be_13(t) && (t->answered || s->plain > SERVER_FLIGHT_RECORDS);
}

/* Both are over: could the server still refuse, or was that early data only? */
static tri judge_both_over(const struct tls *t, bool closed)
{
    const struct tls_side *c = &t->side[TLS_CLIENT], *s = &t->side[TLS_SERVER];

    if (may_be_12(t) && (c->finished || s->finished))
        return YES;
    if (may_be_early(t))
        return UNKNOWN;
    if (t->server_went_on || t->client_left_first)
        return YES;
    return closed && !c->blind && !s->blind ? YES : UNKNOWN;
}

static bool is_silent(const struct tls_side *s)
{
    return !s->heard && !s->half.gap;
}

/* Will this side never be over, by all that is known of it? */
static bool failed(const struct tls *t, enum tls_role role, bool closed)
{
    const struct tls_side *s = &t->side[role];

    if (s->blind || s->half.gap || is_over(t, role))
        return false;
    if (role == TLS_CLIENT && s->early)
        return false;
    /* A server that answers such a client understood it: an SSL 2 hello (RFC 5246 E.2). */
    if (role == TLS_CLIENT && s->half.not_tls && t->side[TLS_SERVER].half.hello)
        return false;
    /* A server alone, at its end: what it acknowledged is too little for a Finished. */
    if (role == TLS_CLIENT && !s->heard && t->side[TLS_SERVER].heard)
        return closed && tls_is_13(t->facts.version) && t->acked > 0 && !tls_finished_acked(t);
    if (!s->heard)
        return closed && is_silent(&t->side[TLS_CLIENT]) && is_silent(&t->side[TLS_SERVER]);
    return closed || s->half.not_tls;
}

static bool was_captured(const struct tls_side *s)
{
    return s->heard && !s->half.gap && !s->blind;
}

tri tls_judge(const struct tls *t, bool closed)
{
    const struct tls_side *c = &t->side[TLS_CLIENT], *s = &t->side[TLS_SERVER];

    if (broke_off(t, TLS_CLIENT) || broke_off(t, TLS_SERVER) || server_refused(t))
        return NO;
    if (shows_client_alone(t) && !was_captured(s))
        return YES;
    if (shows_server_alone(t) && !was_captured(c))
        return YES;
    if (is_over(t, TLS_CLIENT) && is_over(t, TLS_SERVER))
        return judge_both_over(t, closed);
    if (failed(t, TLS_CLIENT, closed) || failed(t, TLS_SERVER, closed))
        return NO;
    return UNKNOWN;
}
