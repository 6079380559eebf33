/* talk.c - see talk.h. */
#include "talk.h"

#include <math.h>
#include <string.h>

#define RECORD_MOST 16384u
enum { RECORD_ALERT = 21, RECORD_DATA = 23 };

struct talk talk_begin(struct speech *to, uint64_t seed)
{
    return (struct talk){.speech = to, .random = random_seeded(seed), .last = SPEAKER_CLIENT};
}

/* What an end takes before it says something: from a tenth of a millisecond to a tenth of a second,
 * the longer the rarer; a server takes longer than a client. */
static int64_t think(struct talk *t, enum speaker side)
{
    double longest = side == SPEAKER_SERVER ? 1000 : 30;

    return (int64_t)(100000 * pow(longest, pow(random_unit(&t->random), 2)));
}

/* 0 for who goes on speaking. */
static int64_t wait_of(struct talk *t, enum speaker side)
{
    bool goes_on = t->speech->count && t->last == side;

    t->last = side;
    return goes_on ? 0 : think(t, side);
}

/* ---- records */

/* What TLS makes of n octets: a header, with TLS 1.2 perhaps a number, and noise. */
static void protect(struct talk *t, enum speaker side, int64_t wait_ns, unsigned type, uint64_t n)
{
    for (bool first = true; first || n; first = false) {
        unsigned part = n < RECORD_MOST ? (unsigned)n : RECORD_MOST;
        unsigned size = t->nonce + part + t->over;
        uint64_t number = ++t->records[side];
        uint8_t head[13];
        head[0] = (uint8_t)(t->version >= 0x0304 ? RECORD_DATA : type);
        octets_put16(head + 1, 0x0303);
        octets_put16(head + 3, size);
        octets_put32(head + 5, (uint32_t)(number >> 32));
        octets_put32(head + 9, (uint32_t)number);
        speech_say(t->speech, side, first ? wait_ns : 0, (struct slice){head, 5 + t->nonce});
        speech_pool(t->speech, side, POOL_NOISE, random_u64(&t->random) & 0xfffff, part + t->over);
        n -= part;
    }
}

static void say(struct talk *t, enum speaker side, int64_t wait_ns, struct slice octets)
{
    if (t->version)
        protect(t, side, wait_ns, RECORD_DATA, octets.n);
    else
        speech_say(t->speech, side, wait_ns, octets);
}

void talk_octets(struct talk *t, enum speaker side, struct slice octets)
{
    speech_say(t->speech, side, wait_of(t, side), octets);
}

void talk_say(struct talk *t, enum speaker side, const char *text)
{
    talk_say_all(t, side, text, 0, 1);
}

void talk_say_all(struct talk *t, enum speaker side, const char *texts, size_t stride, unsigned n)
{
    struct octets all = {0};

    for (unsigned i = 0; i < n; i++) {
        octets_text(&all, texts + i * stride);
        octets_text(&all, "\r\n");
    }
    say(t, side, wait_of(t, side), octets_slice(&all));
    octets_free(&all);
}

/* Under TLS only the size is of interest: how much would have been written. */
void talk_content(struct talk *t, const struct pools *pools, const struct content *c)
{
    struct speech aside = {.count = 0};
    int64_t wait = wait_of(t, SPEAKER_CLIENT);

    if (!t->version) {
        content_say(t->speech, pools, c, &t->random);
        talk_say(t, SPEAKER_CLIENT, ".");
        return;
    }
    content_say(&aside, pools, c, &t->random);
    protect(t, SPEAKER_CLIENT, wait, RECORD_DATA, speech_octets(&aside) + 3);
    speech_free(&aside);
}

void talk_noise(struct talk *t, enum speaker side, enum pool_kind pool, uint64_t n)
{
    if (t->version)
        protect(t, side, wait_of(t, side), RECORD_DATA, n);
    else
        speech_pool(t->speech, side, pool, 0, n);
}

/* ---- handshakes */

void talk_shake(struct talk *t, const struct shaken *s, unsigned flights)
{
    struct slice rest = octets_slice(&s->octets);

    for (unsigned i = 0; i < flights && i < s->count; i++) {
        enum speaker side = s->flights[i].side;
        speech_say(t->speech, side, wait_of(t, side), slice_head(rest, s->flights[i].n));
        rest = slice_tail(rest, s->flights[i].n);
    }
}

void talk_protect(struct talk *t, const struct shaken *s)
{
    t->version = s->version;
    t->nonce = s->nonce;
    t->over = s->over;
    t->records[0] = random_u64(&t->random) >> 1;
    t->records[1] = random_u64(&t->random) >> 1;
}

#define ALERT_OCTETS 2

void talk_close(struct talk *t)
{
    if (!t->version)
        return;
    protect(t, SPEAKER_SERVER, wait_of(t, SPEAKER_SERVER), RECORD_ALERT, ALERT_OCTETS);
    protect(t, SPEAKER_CLIENT, wait_of(t, SPEAKER_CLIENT), RECORD_ALERT, ALERT_OCTETS);
}

/* ---- base64 (RFC 4648 4) */

void talk_base64(char *to, const char *text, size_t n)
{
    enum { PADDING = 64 };
    static const char digits[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";

    for (size_t i = 0; i < n; i += 3) {
        uint32_t bits = (uint32_t)(uint8_t)text[i] << 16;
        bits |= i + 1 < n ? (uint32_t)(uint8_t)text[i + 1] << 8 : 0;
        bits |= i + 2 < n ? (uint32_t)(uint8_t)text[i + 2] : 0;
        *to++ = digits[bits >> 18];
        *to++ = digits[bits >> 12 & 63];
        *to++ = digits[i + 1 < n ? bits >> 6 & 63 : PADDING];
        *to++ = digits[i + 2 < n ? bits & 63 : PADDING];
    }
    *to = '\0';
}
