/*
 * fuzz_tls.c - the TLS observer: the first octet says whether the end was seen (bit 0) and how the
 * rest is cut the second time (bits 1 to 7, in octets); then a series of segments, each with an
 * octet for its side (bit 0) and kind (bit 1: a gap), two for its length, and its octets.  The
 * facts must be the same both times, and the message parsers must take any octets.
 */
#include "../../analysis/tls_private.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tls *read_all(struct slice input, size_t step)
{
    struct cursor c = cursor_open_whole(input);
    struct tls *t = tls_new();

    while (cursor_more(&c)) {
        uint8_t kind = cursor_u8(&c);
        enum tls_role role = kind & 1 ? TLS_SERVER : TLS_CLIENT;
        size_t n = cursor_u16(&c);
        if (kind & 2) {
            tls_gap(t, role, n);
            continue;
        }
        struct slice segment = cursor_take(&c, n < cursor_left(&c) ? n : cursor_left(&c));
        while (segment.n) {
            struct slice piece = slice_head(segment, step);
            tls_feed(t, role, piece);
            segment = slice_tail(segment, piece.n);
        }
    }
    return t;
}

static void check(const struct tls_facts *f)
{
    for (int role = 0; role < TLS_ROLES; role++) {
        const struct tls_half *h = &f->half[role];
        if (h->protected_records > h->records)
            abort();
        if (h->alert >= 0 && f->established == YES)
            abort();
    }
    if (f->established == YES && !f->half[TLS_CLIENT].records && !f->half[TLS_SERVER].records)
        abort();
}

static void read_parsers(struct slice s)
{
    struct tls_hello h;

    tls_client_hello(s, &h);
    if (!h.read && !h.bad)
        abort();
    tls_server_hello(s, &h);
    if (!h.read && !h.bad)
        abort();
    tls_first_certificate(s);
    tls_looks_like(s);
}

static bool same(const struct tls_facts *a, const struct tls_facts *b)
{
    struct tls_facts x = *a, y = *b;

    if (!slice_equal(a->chain[0], b->chain[0]))
        return false;
    memset(x.chain, 0, sizeof x.chain);
    memset(y.chain, 0, sizeof y.chain);
    return memcmp(&x, &y, sizeof x) == 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct slice input = {data, size};
    struct cursor c = cursor_open(input);
    uint8_t how = cursor_u8(&c);
    struct tls *a = read_all(cursor_rest(&c), SIZE_MAX), *b;
    struct tls_facts whole, cut;

    b = read_all(cursor_rest(&c), how >> 1 ? how >> 1 : 1);
    tls_facts(a, how & 1, &whole);
    tls_facts(b, how & 1, &cut);
    check(&whole);
    if (!same(&whole, &cut))
        abort();
    tls_free(&a);
    tls_free(&b);
    read_parsers(cursor_rest(&c));
    return 0;
}
