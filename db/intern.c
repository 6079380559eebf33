/*
 * intern.c - open addressing; see intern.h.
 *
 * A key is known by 128 bits of a hash under a secret: keys are chosen by strangers, who can neither
 * make two of them meet nor crowd one place of the table.
 */
#include "intern.h"

#include <mailtap/digest.h>
#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 256u

struct hash {
    uint64_t low, high;
};

struct slot {
    struct hash hash;
    struct interned value;
};

struct intern {
    struct slot *slots; /* a hash of 0 and 0: free */
    size_t slot_count, used, most;
    uint64_t secret[6];
    unsigned overflows;
};

struct intern *intern_new(size_t octets)
{
    struct intern *t = must_alloc(1, sizeof *t);

    digest_random((uint8_t *)t->secret, sizeof t->secret);
    t->slot_count = FIRST_SLOTS;
    t->most = octets / sizeof *t->slots;
    t->slots = must_alloc(t->slot_count, sizeof *t->slots);
    return t;
}

void intern_free(struct intern **t)
{
    if (!*t)
        return;
    free((*t)->slots);
    free(*t);
    *t = NULL;
}

/* ---- the hash: products of secret and key, 128 bits wide and folded, twice with other secrets */

__extension__ typedef unsigned __int128 product;

static uint64_t fold(uint64_t a, uint64_t b)
{
    product p = (product)a * b;

    return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static struct hash step(const struct intern *t, struct hash h, uint64_t first, uint64_t second)
{
    h.low = fold(first ^ t->secret[0], second ^ h.low);
    h.high = fold(first ^ t->secret[1], second ^ h.high);
    return h;
}

static struct hash hash_of(const struct intern *t, const uint8_t *p, size_t n)
{
    struct hash h = {t->secret[2] ^ n, t->secret[3] ^ n};
    uint64_t words[2];

    for (; n > sizeof words; p += sizeof words, n -= sizeof words) {
        memcpy(words, p, sizeof words);
        h = step(t, h, words[0], words[1]);
    }
    words[0] = words[1] = 0;
    memcpy(words, p, n);
    h = step(t, h, words[0], words[1]);
    h = step(t, h, t->secret[4], t->secret[5]);
    h.low |= h.low == 0 && h.high == 0;
    return h;
}

/* ---- the table */

static struct slot *find(const struct intern *t, struct hash hash)
{
    for (size_t i = hash.low;; i++) {
        struct slot *s = &t->slots[i & (t->slot_count - 1)];
        bool is_free = s->hash.low == 0 && s->hash.high == 0;
        if (is_free || (s->hash.low == hash.low && s->hash.high == hash.high))
            return s;
    }
}

static void grow(struct intern *t)
{
    struct slot *old = t->slots;
    size_t count = t->slot_count;

    t->slot_count *= 2;
    t->slots = must_alloc(t->slot_count, sizeof *t->slots);
    for (size_t i = 0; i < count; i++)
        if (old[i].hash.low || old[i].hash.high)
            *find(t, old[i].hash) = old[i];
    free(old);
}

/* Half of the slots stay free. */
static void make_room(struct intern *t)
{
    if ((t->used + 1) * 2 <= t->slot_count)
        return;
    if (t->slot_count * 2 <= t->most) {
        grow(t);
    } else {
        intern_forget(t);
        t->overflows++;
    }
}

struct interned *intern_at(struct intern *t, const void *key, size_t n)
{
    struct hash hash = hash_of(t, key, n);
    struct slot *s = find(t, hash);

    if (s->hash.low == hash.low && s->hash.high == hash.high)
        return &s->value;
    make_room(t);
    s = find(t, hash);
    s->hash = hash;
    t->used++;
    return &s->value;
}

void intern_soon(const struct intern *t, const void *key, size_t n)
{
    __builtin_prefetch(&t->slots[hash_of(t, key, n).low & (t->slot_count - 1)]);
}

void intern_forget(struct intern *t)
{
    t->used = 0;
    memset(t->slots, 0, t->slot_count * sizeof *t->slots);
}

size_t intern_count(const struct intern *t)
{
    return t->used;
}

unsigned intern_overflows(const struct intern *t)
{
    return t->overflows;
}
