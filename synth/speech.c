/* speech.c - see speech.h. */
#include "speech.h"

#include <mailtap/err.h>
#include <mailtap/random.h>

#include <stdlib.h>
#include <string.h>

/* ---- pools */

#define PROSE_LINE 74
#define BASE64_LINE 78 /* RFC 2045 6.8: 76 characters */
#define POOL_OCTETS (1u << 20)

static struct pool pool_new(size_t line)
{
    size_t n = POOL_OCTETS / line * line;

    return (struct pool){must_alloc(n, 1), n, line};
}

static void end_line(uint8_t *line, size_t n)
{
    line[n - 2] = '\r';
    line[n - 1] = '\n';
}

/* Words one after the other, the last one cut: no line begins with a dot. */
static void write_prose(uint8_t *line, struct random *r)
{
    static const char *const words[] = {
        "the",     "order", "we",    "letter", "which", "was",    "on",     "Monday",  "please",
        "confirm", "that",  "as",    "agreed", "your",  "report", "of",     "meeting", "is",
        "and",     "for",   "later", "with",   "some",  "more",   "detail", "from",    "office",
        "we've",   "not",   "yet",   "heard",  "it",    "about",  "next",   "week,",   "regards",
    };
    size_t n = 0;

    while (n < PROSE_LINE - 2) {
        const char *word = words[random_below(r, sizeof words / sizeof *words)];
        while (*word && n < PROSE_LINE - 2)
            line[n++] = (uint8_t)*word++;
        if (n < PROSE_LINE - 2)
            line[n++] = ' ';
    }
    if (line[n - 1] == ' ')
        line[n - 1] = '.';
    end_line(line, PROSE_LINE);
}

static void write_base64(uint8_t *line, struct random *r)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint64_t bits = 0;

    for (unsigned i = 0; i < BASE64_LINE - 2; i++, bits >>= 6) {
        if (i % 10 == 0)
            bits = random_u64(r);
        line[i] = (uint8_t)digits[bits & 63];
    }
    end_line(line, BASE64_LINE);
}

struct pools *pools_new(uint64_t seed)
{
    struct random r = random_seeded(seed ^ 0x706f6f6c73);
    struct pools *p = must_alloc(1, sizeof *p);
    struct pool *prose = &p->list[POOL_PROSE], *base64 = &p->list[POOL_BASE64];
    struct pool *noise = &p->list[POOL_NOISE];

    *prose = pool_new(PROSE_LINE);
    *base64 = pool_new(BASE64_LINE);
    *noise = pool_new(1);
    for (size_t i = 0; i < prose->n; i += PROSE_LINE)
        write_prose(prose->p + i, &r);
    for (size_t i = 0; i < base64->n; i += BASE64_LINE)
        write_base64(base64->p + i, &r);
    for (size_t i = 0; i < noise->n; i += 8) {
        uint64_t value = random_u64(&r);
        for (unsigned k = 0; k < 8; k++) /* the same octets on every machine */
            noise->p[i + k] = (uint8_t)(value >> (8 * k));
    }
    return p;
}

void pools_free(struct pools **p)
{
    if (!*p)
        return;
    for (unsigned i = 0; i < POOLS; i++)
        free((*p)->list[i].p);
    free(*p);
    *p = NULL;
}

/* ---- writing */

static struct piece *add_piece(struct speech *s)
{
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 32;
        s->pieces = must_grow(s->pieces, s->room, sizeof *s->pieces);
    }
    return &s->pieces[s->count++];
}

void speech_say(struct speech *s, enum speaker side, int64_t wait_ns, struct slice octets)
{
    struct piece *last = s->count ? &s->pieces[s->count - 1] : NULL;

    if (octets.n == 0)
        return;
    if (last && last->pool == POOL_OWN && last->side == side && wait_ns == 0)
        last->n += octets.n;
    else
        *add_piece(s) = (struct piece){s->own.n, octets.n, wait_ns, POOL_OWN, (uint8_t)side};
    octets_add(&s->own, octets);
}

void speech_pool(struct speech *s, enum speaker side, enum pool_kind pool, uint64_t at, uint64_t n)
{
    if (n)
        *add_piece(s) = (struct piece){at, n, 0, (uint8_t)pool, (uint8_t)side};
}

uint64_t speech_octets(const struct speech *s)
{
    uint64_t n = 0;

    for (size_t i = 0; i < s->count; i++)
        n += s->pieces[i].n;
    return n;
}

void speech_free(struct speech *s)
{
    octets_free(&s->own);
    free(s->pieces);
    *s = (struct speech){.count = 0};
}

/* ---- reading */

static void copy_piece(const struct speech *s, const struct pools *pools, const struct piece *p,
                       uint64_t at, uint8_t *to, size_t n)
{
    const struct pool *pool = &pools->list[p->pool];

    if (p->pool == POOL_OWN) {
        memcpy(to, s->own.p + p->at + at, n);
        return;
    }
    for (size_t from = (p->at + at) % pool->n; n; from = 0) {
        size_t part = n < pool->n - from ? n : pool->n - from;
        memcpy(to, pool->p + from, part);
        to += part;
        n -= part;
    }
}

void speech_read(const struct speech *s, const struct pools *pools, struct place *place,
                 uint8_t *to, size_t n)
{
    while (n && place->piece < s->count) {
        const struct piece *p = &s->pieces[place->piece];
        size_t part = n < p->n - place->at ? n : (size_t)(p->n - place->at);
        copy_piece(s, pools, p, place->at, to, part);
        to += part;
        n -= part;
        place->at += part;
        if (place->at == p->n)
            *place = (struct place){place->piece + 1, 0};
    }
}

uint64_t speech_turn(const struct speech *s, size_t piece, size_t *next_r)
{
    uint64_t n = 0;
    size_t i = piece;

    for (; i < s->count; i++) {
        const struct piece *p = &s->pieces[i];
        if (i > piece && (p->side != s->pieces[piece].side || p->wait_ns))
            break;
        n += p->n;
    }
    *next_r = i;
    return n;
}
