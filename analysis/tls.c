/*
 * tls.c - the observer: what each side has sent so far; see tls.h.
 *
 * Everything happens when the last octet of a record arrives, so it does not matter how the octets
 * were cut.  Which version is spoken may not be known yet by then; what a side has sent is noted
 * both as TLS 1.2 and as TLS 1.3 would mean it, and tls_judge.c takes the one that counts.
 */
#include "tls_private.h"

#include <mailtap/err.h>

#include <stdlib.h>

/* RFC 8446 6 */
#define ALERT_CLOSE_NOTIFY 0
#define ALERT_USER_CANCELED 90
#define ALERT_LEVEL_WARNING 1

/* A level and a description. */
#define ALERT_OCTETS 2u

/* Up to this length a fragment may be cut on purpose (RFC 6066 4, RFC 8449 4 allow less still). */
#define SHORT_FRAGMENT_OCTETS 512u

#define CIPHER_AES_128_CCM_8 0x1305

struct tls *tls_new(struct tls_memory *memory)
{
    struct tls *t = must_alloc(1, sizeof *t);

    t->memory = memory;
    for (int role = 0; role < TLS_ROLES; role++)
        t->side[role].half.alert = t->side[role].warned = -1;
    return t;
}

void tls_free(struct tls **t)
{
    if (!*t)
        return;
    for (int role = 0; role < TLS_ROLES; role++) {
        struct tls_side *s = &(*t)->side[role];
        tls_reader_free(&s->reader);
        tls_messages_free(&s->messages);
        tls_search_free(&s->search);
    }
    free((*t)->certificates);
    turns_free(&(*t)->turns);
    free(*t);
    *t = NULL;
}

size_t tls_octets(const struct tls *t)
{
    size_t n = sizeof *t + t->turns.room * sizeof *t->turns.list;

    for (int role = 0; role < TLS_ROLES; role++) {
        const struct tls_side *s = &t->side[role];
        n += s->reader.room + s->messages.room + s->search.first + s->search.n;
    }
    for (unsigned i = 0; i < t->facts.chain_length; i++)
        n += t->facts.chain[i].n;
    return n;
}

void tls_fold(struct fold *f, struct tls **t)
{
    fold_object(f, (void **)t, sizeof **t, NULL);
}

/* ---- records */

static void count_protected(struct tls_side *s, const struct tls_record *r)
{
    s->half.protected_records++;
    s->half.protected_octets += r->length;
}

static bool encrypts(const struct tls_side *s)
{
    return s->finished || s->sealed;
}

/*
 * After ChangeCipherSpec a handshake record is encrypted, but for the hellos after a
 * HelloRetryRequest, before which TLS 1.3 sends one that means nothing (RFC 8446 D.4).
 */
static bool in_the_clear(const struct tls *t, enum tls_role role, const struct tls_record *r)
{
    const struct tls_side *s = &t->side[role];

    if (!s->half.change_cipher)
        return true;
    if (role == TLS_SERVER)
        return t->facts.retried && !s->half.hello;
    return s->half.hello && !encrypts(s) &&
           (s->messages.header_n > 0 || tls_is_second_hello(r->body));
}

static void on_handshake(struct tls *t, enum tls_role role, const struct tls_record *r)
{
    struct tls_side *s = &t->side[role];

    if (!encrypts(s) && in_the_clear(t, role, r)) {
        s->lost |= r->damaged;
        tls_feed_handshake(t, role, r->body);
        return;
    }
    count_protected(s, r);
    s->finished |= s->half.change_cipher && !s->no_finished;
}

static void on_clear_alert(struct tls_side *s, const struct tls_record *r)
{
    struct cursor c = cursor_open_whole(r->body);
    uint8_t level = cursor_u8(&c), description = cursor_u8(&c);

    if (c.status != CURSOR_OK || encrypts(s))
        return;
    if (level != ALERT_LEVEL_WARNING && s->half.alert < 0)
        s->half.alert = description;
    else if (description == ALERT_CLOSE_NOTIFY)
        s->closed = true;
    else if (description != ALERT_USER_CANCELED)
        s->warned = description;
}

static void on_alert(struct tls_side *s, const struct tls_record *r)
{
    /* No cipher leaves an alert as short as it is in the clear. */
    if (r->length == ALERT_OCTETS) {
        on_clear_alert(s, r);
        return;
    }
    if (!s->half.change_cipher && !s->blind)
        return;
    count_protected(s, r);
    s->late_warning = true;
    if (!s->finished && !s->blind)
        s->no_finished = true;
}

/*
 * A protected alert of TLS 1.3: the alert, the type that it really is, the tag (RFC 8446 5.2).
 * With a tag of 16 octets no record is as short as an alert with one of 8.
 */
static bool is_alert_sized(const struct tls *t, size_t length)
{
    bool short_tag = t->facts.cipher_known && t->facts.cipher == CIPHER_AES_128_CCM_8;

    return length == ALERT_OCTETS + 1 + 8 || (length == ALERT_OCTETS + 1 + 16 && !short_tag);
}

static void note_order(struct tls *t, enum tls_role role, bool alert)
{
    if (t->side[role].belated)
        return;
    if (role == TLS_SERVER && !alert && tls_finished_acked(t))
        t->answered = true;
    if (role == TLS_SERVER && t->side[TLS_CLIENT].sealed && !alert)
        t->server_went_on++;
    if (role == TLS_CLIENT && alert && t->server_went_on == 0)
        t->client_left_first = true;
}

static void on_data(struct tls *t, enum tls_role role, const struct tls_record *r)
{
    struct tls_side *s = &t->side[role];
    bool alert = is_alert_sized(t, r->length);

    count_protected(s, r);
    if (role == TLS_CLIENT && !t->side[TLS_SERVER].half.hello) {
        s->before_hello = true;
        s->early |= t->early_offered;
        if (s->early)
            return;
    }
    s->data += s->finished;
    if (s->sealed == 0) {
        s->first = r->length;
        s->first_is_alert = alert && !s->blind;
    }
    if (!alert && (r->length != s->last || r->length <= SHORT_FRAGMENT_OCTETS))
        s->plain++;
    s->sealed++;
    s->last = r->length;
    s->last_is_alert = alert;
    note_order(t, role, alert);
    turns_add_record(&t->turns, t->facts.version, t->facts.cipher, role == TLS_CLIENT, r->length);
}

static void on_record(struct tls *t, enum tls_role role, const struct tls_record *r)
{
    struct tls_side *s = &t->side[role];
    bool starts = r->type == TLS_HANDSHAKE || (r->type == TLS_ALERT && r->length == ALERT_OCTETS);

    s->warned = -1;
    if (s->half.records++ == 0 && !starts)
        s->blind = s->lost = true;
    switch (r->type) {
    case TLS_CHANGE_CIPHER:
        if (s->half.change_cipher && r->length > 1)
            count_protected(s, r);
        if (!s->half.change_cipher && r->length == 1)
            tls_note_change_cipher(t, role);
        s->half.change_cipher |= r->length == 1;
        break;
    case TLS_ALERT:
        on_alert(s, r);
        break;
    case TLS_HANDSHAKE:
        on_handshake(t, role, r);
        break;
    case TLS_DATA:
        on_data(t, role, r);
        break;
    }
    if (encrypts(s) && !s->reader.forget) {
        tls_reader_free(&s->reader);
        tls_messages_free(&s->messages);
        s->reader.forget = true;
    }
}

void tls_acknowledged(struct tls *t, enum tls_role role, uint64_t octets)
{
    if (role == TLS_SERVER && octets > t->acked)
        t->acked = octets;
}

/* ---- octets */

static bool is_printable(uint8_t octet)
{
    return (octet >= ' ' && octet != 0x7f) || octet == '\t' || octet == '\r';
}

/* Lines of SMTP before the first record; no line of text begins as a record does. */
static struct slice read_text(struct tls *t, enum tls_role role, struct slice octets)
{
    struct tls_side *s = &t->side[role];

    if (!s->in_line && tls_header_like(slice_head(octets, 1), TLS_DATA) != NO) {
        s->reading = TLS_READING_RECORDS;
        return octets;
    }
    struct slice rest = octets;
    struct slice line = slice_until(&rest, '\n');
    for (size_t i = 0; i < line.n; i++) {
        struct cursor c = cursor_open(slice_tail(line, i));
        if (!is_printable(cursor_u8(&c))) {
            s->reading = TLS_READING_NOTHING;
            s->half.not_tls = true;
            return rest;
        }
    }
    s->in_line = line.n == octets.n;
    s->line_octets += octets.n - rest.n;
    if (!s->in_line) {
        s->half.text_octets += s->line_octets;
        s->half.text_for_hello |= role == TLS_SERVER && t->side[TLS_CLIENT].half.hello;
        s->line_octets = 0;
    }
    return rest;
}

static struct slice read_records(struct tls *t, enum tls_role role, struct slice octets)
{
    struct tls_side *s = &t->side[role];
    enum tls_read what;
    size_t used = tls_read_record(&s->reader, octets, &what);

    if (what == TLS_READ_RECORD)
        on_record(t, role, &s->reader.record);
    if (what == TLS_READ_NOT_TLS) {
        s->reading = TLS_READING_NOTHING;
        s->half.not_tls = true;
    }
    return slice_tail(octets, used);
}

static struct slice search_records(struct tls *t, enum tls_role role, struct slice octets)
{
    struct tls_side *s = &t->side[role];
    struct slice found;
    size_t used = tls_search(&s->search, octets, &found);

    if (found.n) {
        s->reading = TLS_READING_RECORDS;
        s->belated = true;
        while (found.n && s->reading == TLS_READING_RECORDS)
            found = read_records(t, role, found);
        s->belated = false;
        tls_search_free(&s->search);
    }
    return slice_tail(octets, used);
}

void tls_feed(struct tls *t, enum tls_role role, struct slice s)
{
    struct tls_side *side = &t->side[role];

    while (s.n) {
        side->heard = true;
        switch (side->reading) {
        case TLS_READING_TEXT:
            s = read_text(t, role, s);
            break;
        case TLS_READING_RECORDS:
            s = read_records(t, role, s);
            break;
        case TLS_READING_SEARCH:
            s = search_records(t, role, s);
            break;
        case TLS_READING_NOTHING:
            return;
        }
    }
}

void tls_gap(struct tls *t, enum tls_role role, uint64_t missing)
{
    struct tls_side *s = &t->side[role];
    bool forget = s->reader.forget;

    if (missing == 0)
        return;
    s->half.gap = true;
    if (s->reading == TLS_READING_NOTHING)
        return;
    if (s->reading == TLS_READING_RECORDS && tls_skip(&s->reader, missing)) {
        /* The length of a protected record is all there is to know of it. */
        s->blind |= s->reader.record.type != TLS_DATA;
        return;
    }
    tls_reader_free(&s->reader);
    tls_messages_free(&s->messages);
    tls_search_free(&s->search);
    s->reader.forget = forget;
    s->blind = s->lost = true;
    s->reading = TLS_READING_SEARCH;
}

/* ---- facts */

static void half_facts(const struct tls *t, const struct tls_side *s, struct tls_half *half_r)
{
    bool is_13 = tls_is_13(t->facts.version);

    *half_r = s->half;
    /* TLS 1.3 has no warnings (RFC 8446 6). */
    if (is_13 && half_r->alert < 0)
        half_r->alert = s->warned;
    /* Nothing follows an alert; the same size in the middle is data. */
    half_r->alert_protected = (s->last_is_alert && !s->finished) || (!is_13 && s->late_warning);
}

void tls_facts(const struct tls *t, bool closed, struct tls_facts *facts_r)
{
    struct tls_facts *f = facts_r;

    *f = t->facts;
    for (int role = 0; role < TLS_ROLES; role++)
        half_facts(t, &t->side[role], &f->half[role]);
    f->established = tls_judge(t, closed);
}

void tls_estimate(const struct tls *t, struct estimate *estimate_r)
{
    struct turns turns = t->turns;

    turns.spread = tls_overhead_spread(t->facts.cipher);
    turns.blind = t->facts.version == 0;
    for (int role = 0; role < TLS_ROLES; role++)
        turns.blind |= !t->side[role].heard || t->side[role].blind || t->side[role].half.gap;
    estimate_messages(&turns, estimate_r);
}

tri tls_looks_like(struct slice first)
{
    return tls_header_like(slice_head(first, TLS_HEADER_OCTETS), TLS_DATA);
}
