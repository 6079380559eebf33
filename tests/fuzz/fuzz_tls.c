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
    struct tls *t = tls_new(NULL);

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
    if (f->chain_length > BOUND_CHAIN || (f->chain_length && !f->half[TLS_SERVER].hello))
        abort();
    if (!f->half[TLS_CLIENT].hello && (f->ja3[0] || f->ja4[0] || f->ech || f->fallback))
        abort();
    if (!f->cipher_known && (f->version || f->group || f->dh_bits || f->resumed || f->compression))
        abort();
}

static void check_client(struct slice s)
{
    struct tls_client_hello h;
    char ja3[TLS_JA3_TEXT], ja4[TLS_JA4_TEXT];

    tls_read_client_hello(s, &h);
    if (!h.read && !h.bad)
        abort();
    tls_ja3(&h, ja3);
    tls_ja4(&h, ja4);
    if (strlen(ja3) != (h.bad ? 0 : TLS_JA3_TEXT - 1))
        abort();
    if (strlen(ja4) != (h.bad ? 0 : TLS_JA4_TEXT - 1))
        abort();
}

static void check_server(struct slice s)
{
    struct tls_server_hello h;
    char ja3s[TLS_JA3_TEXT];

    tls_read_server_hello(s, &h);
    if (!h.read && !h.bad)
        abort();
    tls_ja3s(&h, ja3s);
    if (strlen(ja3s) != (h.bad ? 0 : TLS_JA3_TEXT - 1))
        abort();
}

static void check_exchange(struct slice s)
{
    struct slice chain[BOUND_CHAIN];
    struct tls_exchange e;
    size_t octets = 0;
    /* ECDHE, DHE, both with a hint, and one without a ServerKeyExchange */
    static const uint16_t ciphers[] = {0xc02f, 0x0033, 0xc035, 0x0090, 0x002f};

    for (size_t i = 0; i < sizeof ciphers / sizeof *ciphers; i++) {
        tls_read_server_exchange(s, ciphers[i], &e);
        if (e.group && e.dh_bits)
            abort();
    }
    for (unsigned i = tls_read_certificates(s, chain); i > 0; i--)
        octets += chain[i - 1].n;
    if (octets > s.n)
        abort();
}

static bool same(const struct tls_facts *a, const struct tls_facts *b)
{
    struct tls_facts x = *a, y = *b;

    for (unsigned i = 0; i < BOUND_CHAIN; i++)
        if (!slice_equal(a->chain[i], b->chain[i]))
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
    check_client(cursor_rest(&c));
    check_server(cursor_rest(&c));
    check_exchange(cursor_rest(&c));
    tls_looks_like(cursor_rest(&c));
    return 0;
}
