/* tls_record.c - octets to records and handshake messages, however they are cut. */
#include "tls_private.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* Append to an owned buffer that doubles. */
static void append(uint8_t **octets, size_t *n, size_t *room, struct slice s)
{
    if (s.n == 0)
        return;
    if (s.n > *room - *n) {
        *room = *room ? *room : 512;
        while (s.n > *room - *n)
            *room *= 2;
        *octets = must_grow(*octets, *room, 1);
    }
    memcpy(*octets + *n, s.p, s.n);
    *n += s.n;
}

/* Move the first octets of *s into a header of `size` octets; true when it is whole. */
static bool fill(uint8_t *header, size_t *n, size_t size, struct slice *s)
{
    struct slice piece = slice_head(*s, size - *n);

    if (piece.n)
        memcpy(header + *n, piece.p, piece.n);
    *n += piece.n;
    *s = slice_tail(*s, piece.n);
    return *n == size;
}

/* ---- records */

tri tls_header_like(struct slice first, uint8_t last_type)
{
    struct cursor c = cursor_open(first);
    uint8_t type = cursor_u8(&c), major = cursor_u8(&c), minor = cursor_u8(&c);

    if (first.n > 0 && (type < TLS_CHANGE_CIPHER || type > last_type))
        return NO;
    if (first.n > 1 && major != 3)
        return NO;
    if (first.n > 2 && minor > 4)
        return NO;
    if (first.n == 4 && cursor_u8(&c) > TLS_RECORD_OCTETS >> 8)
        return NO;
    if (first.n > 4) {
        size_t length = cursor_u16(&c);
        if (length > TLS_RECORD_OCTETS || (length == 0 && type != TLS_DATA))
            return NO;
    }
    return first.n < 3 ? UNKNOWN : YES;
}

static void begin_record(struct tls_reader *r)
{
    struct cursor c = cursor_open((struct slice){r->header, sizeof r->header});

    r->record = (struct tls_record){.type = cursor_u8(&c)};
    cursor_u16(&c); /* legacy_record_version says nothing (RFC 8446 5.1) */
    r->record.length = r->left = cursor_u16(&c);
    r->n = 0;
}

static bool keeps_body(const struct tls_reader *r)
{
    return !r->forget && !r->record.damaged && r->record.type <= TLS_HANDSHAKE;
}

size_t tls_read_record(struct tls_reader *r, struct slice s, enum tls_read *what_r)
{
    struct slice rest = s;

    *what_r = TLS_READ_MORE;
    if (r->header_n < sizeof r->header) {
        fill(r->header, &r->header_n, sizeof r->header, &rest);
        struct slice header = {r->header, r->header_n};
        if (r->header_n && tls_header_like(header, TLS_HEARTBEAT) == NO) {
            *what_r = TLS_READ_NOT_TLS;
            return s.n - rest.n;
        }
        if (r->header_n < sizeof r->header)
            return s.n;
        begin_record(r);
    }
    struct slice piece = slice_head(rest, r->left);
    bool whole = piece.n == r->record.length;
    if (keeps_body(r) && !whole)
        append(&r->body, &r->n, &r->room, piece);
    r->left -= piece.n;
    rest = slice_tail(rest, piece.n);
    if (r->left == 0) {
        *what_r = TLS_READ_RECORD;
        r->header_n = 0;
        if (keeps_body(r))
            r->record.body = whole ? piece : (struct slice){r->body, r->n};
    }
    return s.n - rest.n;
}

bool tls_skip(struct tls_reader *r, uint64_t missing)
{
    if (r->header_n < sizeof r->header || missing >= r->left)
        return false;
    r->left -= (size_t)missing;
    r->record.damaged = true;
    return true;
}

void tls_reader_free(struct tls_reader *r)
{
    free(r->body);
    *r = (struct tls_reader){0};
}

/* ---- the next record after a gap */

/* A header, the longest record, and the header that proves it. */
#define CHAIN_OCTETS (TLS_HEADER_OCTETS + TLS_RECORD_OCTETS + TLS_HEADER_OCTETS)

/* Do a record and the header of another one begin here?  UNKNOWN when there are too few octets. */
static tri chain_begins(struct slice s)
{
    struct cursor c = cursor_open(s);

    if (tls_header_like(slice_head(s, TLS_HEADER_OCTETS), TLS_DATA) == NO)
        return NO;
    cursor_take(&c, TLS_HEADER_OCTETS - 2);
    cursor_block(&c, 2);
    struct slice second = cursor_take(&c, TLS_HEADER_OCTETS);
    if (c.status != CURSOR_OK)
        return UNKNOWN;
    return tls_header_like(second, TLS_DATA);
}

/* Octets that are missing before the first place can be judged. */
static size_t wanted(struct slice waiting)
{
    struct cursor c = cursor_open(waiting);

    cursor_take(&c, TLS_HEADER_OCTETS - 2);
    size_t length = cursor_u16(&c);
    if (c.status != CURSOR_OK)
        return TLS_HEADER_OCTETS - waiting.n;
    return TLS_HEADER_OCTETS + length + TLS_HEADER_OCTETS - waiting.n;
}

static void search_append(struct tls_search *search, struct slice s)
{
    const size_t room = (size_t)2 * CHAIN_OCTETS;

    if (!search->octets)
        search->octets = must_alloc(room, 1);
    if (s.n > room - search->first - search->n) {
        memmove(search->octets, search->octets + search->first, search->n);
        search->first = 0;
    }
    memcpy(search->octets + search->first + search->n, s.p, s.n);
    search->n += s.n;
}

static struct slice waiting_in(const struct tls_search *search)
{
    if (search->n == 0)
        return (struct slice){NULL, 0};
    return (struct slice){search->octets + search->first, search->n};
}

/* Let go of the places where no record can begin. */
static tri drop_false(struct tls_search *search)
{
    while (search->n) {
        tri chain = chain_begins(waiting_in(search));
        if (chain != NO)
            return chain;
        search->first++;
        search->n--;
    }
    return UNKNOWN;
}

size_t tls_search(struct tls_search *search, struct slice s, struct slice *found_r)
{
    struct slice rest = s;

    *found_r = (struct slice){NULL, 0};
    while (rest.n && found_r->n == 0) {
        struct slice piece = slice_head(rest, wanted(waiting_in(search)));
        search_append(search, piece);
        rest = slice_tail(rest, piece.n);
        if (drop_false(search) == YES)
            *found_r = waiting_in(search);
    }
    return s.n - rest.n;
}

void tls_search_free(struct tls_search *search)
{
    free(search->octets);
    *search = (struct tls_search){0};
}

/* ---- handshake messages */

static void begin_message(struct tls_messages *m)
{
    struct cursor c = cursor_open((struct slice){m->header, sizeof m->header});

    m->message = (struct tls_message){.type = cursor_u8(&c)};
    m->message.length = m->left = cursor_u24(&c);
    m->message.kept = m->left <= BOUND_HANDSHAKE_OCTETS;
    m->n = 0;
}

size_t tls_read_message(struct tls_messages *m, struct slice s, bool *whole_r)
{
    struct slice rest = s;

    *whole_r = false;
    if (m->header_n < sizeof m->header) {
        if (!fill(m->header, &m->header_n, sizeof m->header, &rest))
            return s.n;
        begin_message(m);
    }
    struct slice piece = slice_head(rest, m->left);
    bool at_once = m->message.kept && piece.n == m->message.length;
    if (m->message.kept && !at_once)
        append(&m->body, &m->n, &m->room, piece);
    m->left -= piece.n;
    rest = slice_tail(rest, piece.n);
    if (m->left == 0) {
        *whole_r = true;
        m->header_n = 0;
        m->message.body = at_once ? piece : (struct slice){m->body, m->n};
    }
    return s.n - rest.n;
}

void tls_messages_free(struct tls_messages *m)
{
    free(m->body);
    *m = (struct tls_messages){0};
}
