/*
 * tls_fingerprint.c - JA3, JA3S (Salesforce, 2017) and JA4 (FoxIO, 2023) of hellos: what software
 * speaks, by the choices it offers.  Values of RFC 8701 are left out everywhere.
 */
#include "tls_private.h"

#include <mailtap/digest.h>
#include <mailtap/err.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EXTENSION_SERVER_NAME 0
#define EXTENSION_ALPN 16

/* ---- lists of numbers */

struct numbers {
    uint16_t *list; /* owned */
    size_t n;
};

static struct numbers numbers_in(struct slice s, unsigned width)
{
    struct numbers all = {must_alloc(s.n / width + 1, sizeof *all.list), 0};
    struct cursor c = cursor_open(s);

    while (cursor_more(&c)) {
        uint16_t value = width == 1 ? cursor_u8(&c) : cursor_u16(&c);
        if (c.status == CURSOR_OK && (width == 1 || !tls_is_grease(value)))
            all.list[all.n++] = value;
    }
    return all;
}

static struct numbers types_in(struct slice extensions)
{
    /* no extension is shorter than its type and its length */
    struct numbers all = {must_alloc(extensions.n / 4 + 1, sizeof *all.list), 0};
    struct cursor c = cursor_open(extensions);

    while (cursor_more(&c)) {
        uint16_t type = cursor_u16(&c);
        cursor_block(&c, 2);
        if (c.status == CURSOR_OK && !tls_is_grease(type))
            all.list[all.n++] = type;
    }
    return all;
}

static int compare(const void *a, const void *b)
{
    const uint16_t *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/* Up to so many, as in all usual hellos, one by one is faster than qsort(). */
#define FEW 64

static void sort(struct numbers *all)
{
    if (all->n > FEW) {
        qsort(all->list, all->n, sizeof *all->list, compare);
        return;
    }
    for (size_t i = 1; i < all->n; i++) {
        uint16_t value = all->list[i];
        size_t at = i;
        for (; at && all->list[at - 1] > value; at--)
            all->list[at] = all->list[at - 1];
        all->list[at] = value;
    }
}

static bool contains(const struct numbers *all, uint16_t value)
{
    for (size_t i = 0; i < all->n; i++)
        if (all->list[i] == value)
            return true;
    return false;
}

static void leave_out(struct numbers *all, uint16_t value)
{
    size_t kept = 0;

    for (size_t i = 0; i < all->n; i++)
        if (all->list[i] != value)
            all->list[kept++] = all->list[i];
    all->n = kept;
}

/* ---- text to be hashed */

struct text {
    char *octets; /* owned */
    size_t n, room;
};

static void add_octets(struct text *t, const char *octets, size_t n)
{
    if (n > t->room - t->n) {
        t->room = t->room ? 2 * t->room : 512;
        t->octets = must_grow(t->octets, t->room, 1);
    }
    memcpy(t->octets + t->n, octets, n);
    t->n += n;
}

static void add_octet(struct text *t, char octet)
{
    add_octets(t, &octet, 1);
}

static void add_decimal(struct text *t, uint16_t value)
{
    char digits[5], *first = digits + sizeof digits;

    do
        *--first = (char)('0' + value % 10);
    while (value /= 10);
    add_octets(t, first, (size_t)(digits + sizeof digits - first));
}

static void add_hexadecimal(struct text *t, uint16_t value)
{
    static const char hex[] = "0123456789abcdef";
    const char digits[4] = {hex[value >> 12], hex[value >> 8 & 15], hex[value >> 4 & 15],
                            hex[value & 15]};

    add_octets(t, digits, sizeof digits);
}

/* The list, which is freed: decimal behind ',' and with '-' between, as JA3 has it. */
static void add_decimals(struct text *t, struct numbers all)
{
    add_octet(t, ',');
    for (size_t i = 0; i < all.n; i++) {
        if (i)
            add_octet(t, '-');
        add_decimal(t, all.list[i]);
    }
    free(all.list);
}

/* The same as JA4 has it: hexadecimal with ',' between. */
static void add_hexadecimals(struct text *t, struct numbers all)
{
    for (size_t i = 0; i < all.n; i++) {
        if (i)
            add_octet(t, ',');
        add_hexadecimal(t, all.list[i]);
    }
    free(all.list);
}

static struct slice whole_of(const struct text *t)
{
    return (struct slice){(const uint8_t *)t->octets, t->n};
}

/* ---- JA3 and JA3S */

/* An empty fingerprint where the system forbids MD5. */
static void md5_hex(struct text *t, char hex_r[TLS_JA3_TEXT])
{
    uint8_t digest[DIGEST_MD5_OCTETS];

    if (digest_md5(whole_of(t), digest))
        digest_hex(hex_r, (struct slice){digest, sizeof digest});
    free(t->octets);
}

void tls_ja3(const struct tls_client_hello *h, char ja3_r[TLS_JA3_TEXT])
{
    struct text t = {0};

    *ja3_r = '\0';
    if (!h->read || h->bad)
        return;
    add_decimal(&t, h->version);
    add_decimals(&t, numbers_in(h->ciphers, 2));
    add_decimals(&t, types_in(h->extensions));
    add_decimals(&t, numbers_in(h->groups, 2));
    add_decimals(&t, numbers_in(h->point_formats, 1));
    md5_hex(&t, ja3_r);
}

void tls_ja3s(const struct tls_server_hello *h, char ja3s_r[TLS_JA3_TEXT])
{
    struct text t = {0};

    *ja3s_r = '\0';
    if (!h->read || h->bad)
        return;
    add_decimal(&t, h->legacy_version);
    add_octet(&t, ',');
    add_decimal(&t, h->cipher);
    add_decimals(&t, types_in(h->extensions));
    md5_hex(&t, ja3s_r);
}

/* ---- JA4 */

#define JA4_HASH_OCTETS 6

static const char *ja4_version(uint16_t version)
{
    static const char *const names[] = {"s3", "10", "11", "12", "13"};

    return version >= 0x0300 && version <= 0x0304 ? names[version - 0x0300] : "00";
}

static bool is_alphanumeric(uint8_t octet)
{
    return (octet >= '0' && octet <= '9') || (octet >= 'A' && octet <= 'Z') ||
           (octet >= 'a' && octet <= 'z');
}

/* First and last character of the first protocol; of its hexadecimal form where one of them is
 * neither letter nor digit. */
static void ja4_protocol(struct slice alpn, char ends_r[3])
{
    memcpy(ends_r, "00", 3);
    if (alpn.n == 0)
        return;
    struct cursor first = cursor_open(alpn), last = cursor_open(slice_tail(alpn, alpn.n - 1));
    uint8_t ends[2] = {cursor_u8(&first), cursor_u8(&last)};
    char hex[2 * sizeof ends + 1];
    if (is_alphanumeric(ends[0]) && is_alphanumeric(ends[1])) {
        memcpy(ends_r, ends, sizeof ends);
        return;
    }
    digest_hex(hex, (struct slice){ends, sizeof ends});
    ends_r[0] = hex[0];
    ends_r[1] = hex[3];
}

static void ja4_hash(struct text *t, char hash_r[2 * JA4_HASH_OCTETS + 1])
{
    uint8_t digest[DIGEST_OCTETS] = {0};

    if (t->n)
        digest_of(whole_of(t), digest);
    digest_hex(hash_r, (struct slice){digest, JA4_HASH_OCTETS});
    free(t->octets);
}

static unsigned at_most_99(size_t n)
{
    return n < 99 ? (unsigned)n : 99;
}

void tls_ja4(const struct tls_client_hello *h, char ja4_r[TLS_JA4_TEXT])
{
    char protocol[3], choices[2 * JA4_HASH_OCTETS + 1], extensions[2 * JA4_HASH_OCTETS + 1];
    struct text b = {0}, c = {0};

    *ja4_r = '\0';
    if (!h->read || h->bad)
        return;
    struct numbers ciphers = numbers_in(h->ciphers, 2), types = types_in(h->extensions);
    struct numbers signatures = numbers_in(h->signatures, 2);
    size_t cipher_count = ciphers.n, type_count = types.n;
    bool named = contains(&types, EXTENSION_SERVER_NAME);

    sort(&ciphers);
    add_hexadecimals(&b, ciphers);
    ja4_hash(&b, choices);
    leave_out(&types, EXTENSION_SERVER_NAME);
    leave_out(&types, EXTENSION_ALPN);
    sort(&types);
    add_hexadecimals(&c, types);
    if (signatures.n)
        add_octet(&c, '_');
    add_hexadecimals(&c, signatures);
    ja4_hash(&c, extensions);
    ja4_protocol(h->alpn, protocol);
    snprintf(ja4_r, TLS_JA4_TEXT, "t%s%c%02u%02u%s_%s_%s", ja4_version(h->version_offered),
             named ? 'd' : 'i', at_most_99(cipher_count), at_most_99(type_count), protocol, choices,
             extensions);
}

/* ---- remembered */

/* The types of extensions, whose contents are no part of it. */
static void choose_types(struct tls_choices *c, struct slice extensions)
{
    struct numbers types = types_in(extensions);

    tls_choose(c, (struct slice){(const uint8_t *)types.list, types.n * sizeof *types.list});
    free(types.list);
}

static void choose_numbers(struct tls_choices *c, uint16_t a, uint16_t b)
{
    const uint16_t both[] = {a, b};

    tls_choose(c, (struct slice){(const uint8_t *)both, sizeof both});
}

void tls_client_fingerprints(struct tls_memory *m, const struct tls_client_hello *h,
                             struct tls_fingerprints *fingerprints_r)
{
    struct tls_choices c = {.n = 0};

    *fingerprints_r = (struct tls_fingerprints){"", ""};
    if (!h->read || h->bad)
        return;
    choose_numbers(&c, h->version, h->version_offered);
    choose_types(&c, h->extensions);
    const struct slice lists[] = {h->ciphers, h->groups, h->point_formats, h->signatures, h->alpn};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        tls_choose(&c, lists[i]);
    if (tls_recall(m, &c, fingerprints_r))
        return;
    tls_ja3(h, fingerprints_r->ja3);
    tls_ja4(h, fingerprints_r->ja4);
    tls_remember(m, &c, fingerprints_r);
}

void tls_server_fingerprints(struct tls_memory *m, const struct tls_server_hello *h,
                             struct tls_fingerprints *fingerprints_r)
{
    struct tls_choices c = {.n = 0};

    *fingerprints_r = (struct tls_fingerprints){"", ""};
    if (!h->read || h->bad)
        return;
    choose_numbers(&c, h->legacy_version, h->cipher);
    choose_types(&c, h->extensions);
    if (tls_recall(m, &c, fingerprints_r))
        return;
    tls_ja3s(h, fingerprints_r->ja3);
    tls_remember(m, &c, fingerprints_r);
}
