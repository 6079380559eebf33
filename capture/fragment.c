/* fragment.c - see fragment.h. */
#include <mailtap/fragment.h>

#include <mailtap/bounds.h>
#include <mailtap/digest.h>
#include <mailtap/sip.h>

#include <stdlib.h>
#include <string.h>

#define UNIT 8u /* octets: offsets count in these */
#define DATAGRAM_OCTETS 65535u
#define UNITS (DATAGRAM_OCTETS / UNIT + 1)
#define BUCKETS 1024u

struct datagram {
    struct fragment key; /* the first one that came; its octets are not kept here */
    uint8_t *octets;
    size_t room;
    uint64_t have[UNITS / 64]; /* a bit for each unit that came */
    uint32_t units;
    uint32_t end;  /* the unit behind the last one that came */
    uint32_t size; /* octets in all, 0 while the last fragment is missing */
    bool contradicts;
    struct datagram *next; /* in its bucket */
    struct datagram *older, *newer;
};

struct fragment_table {
    struct fragment_limits limits;
    struct fragment_counts counts;
    uint64_t key[2];
    struct datagram *bucket[BUCKETS];
    struct datagram *oldest, *newest;
    uint32_t datagrams;
    uint64_t held;
    struct datagram *given; /* completed and lent */
};

struct fragment_limits fragment_limits_default(void)
{
    return (struct fragment_limits){BOUND_FRAGMENT_DATAGRAMS, BOUND_FRAGMENT_OCTETS,
                                    BOUND_FRAGMENT_SECONDS};
}

struct fragment_table *fragment_table_new(const struct fragment_limits *limits)
{
    struct fragment_table *t = must_alloc(1, sizeof *t);

    t->limits = *limits;
    digest_random((uint8_t *)t->key, sizeof t->key);
    return t;
}

static void datagram_free(struct datagram *d)
{
    if (!d)
        return;
    free(d->octets);
    free(d);
}

void fragment_table_free(struct fragment_table **t)
{
    if (!*t)
        return;
    for (struct datagram *d = (*t)->oldest, *newer; d; d = newer) {
        newer = d->newer;
        datagram_free(d);
    }
    datagram_free((*t)->given);
    free(*t);
    *t = NULL;
}

/* ---- finding */

static struct datagram **bucket_of(struct fragment_table *t, const struct fragment *f)
{
    uint64_t word[5];

    /* NOLINTNEXTLINE(clang-analyzer-core.NonNullParamChecker): each datagram has a key */
    memcpy(word, f->from.octets, 16);
    memcpy(word + 2, f->to.octets, 16);
    word[4] = (uint64_t)f->id << 8 | f->protocol;
    return &t->bucket[sip_hash(t->key, word, 5) % BUCKETS];
}

static bool same_address(const struct ip_address *a, const struct ip_address *b)
{
    return a->version == b->version && memcmp(a->octets, b->octets, sizeof a->octets) == 0;
}

/* RFC 791 and RFC 8200: addresses and identification, for IPv4 also the protocol. */
static bool same_datagram(const struct fragment *a, const struct fragment *b)
{
    return a->id == b->id && same_address(&a->from, &b->from) && same_address(&a->to, &b->to) &&
           (a->from.version == 6 || a->protocol == b->protocol);
}

static void unlink_datagram(struct fragment_table *t, struct datagram *d)
{
    struct datagram **at = bucket_of(t, &d->key);

    while (*at != d)
        at = &(*at)->next;
    *at = d->next;
    *(d->older ? &d->older->newer : &t->oldest) = d->newer;
    *(d->newer ? &d->newer->older : &t->newest) = d->older;
    t->datagrams--;
    t->held -= d->room;
}

static void drop(struct fragment_table *t, struct datagram *d, uint64_t *counter)
{
    ++*counter;
    unlink_datagram(t, d);
    datagram_free(d);
}

static void expire(struct fragment_table *t, int64_t now_ns)
{
    int64_t limit = (int64_t)t->limits.seconds * 1000000000;

    /* NOLINTNEXTLINE(clang-analyzer-unix.Malloc): what is freed is not the oldest any more */
    while (t->oldest && now_ns - t->oldest->key.at_ns > limit) {
        if (t->oldest->contradicts) { /* counted when it was found out */
            struct datagram *d = t->oldest;
            unlink_datagram(t, d);
            datagram_free(d);
        } else {
            drop(t, t->oldest, &t->counts.expired);
        }
    }
}

static struct datagram *find_or_make(struct fragment_table *t, const struct fragment *f)
{
    struct datagram **bucket = bucket_of(t, f);

    for (struct datagram *d = *bucket; d; d = d->next)
        if (same_datagram(&d->key, f))
            return d;
    if (t->datagrams == t->limits.datagrams)
        drop(t, t->oldest, &t->counts.evicted);
    struct datagram *d = must_alloc(1, sizeof *d);
    d->key = *f;
    d->key.octets = (struct slice){NULL, 0};
    d->next = *bucket;
    *bucket = d;
    d->older = t->newest;
    *(t->newest ? &t->newest->newer : &t->oldest) = d;
    t->newest = d;
    t->datagrams++;
    return d;
}

/* ---- putting together */

static bool has(const struct datagram *d, uint32_t unit)
{
    return d->have[unit / 64] >> (unit % 64) & 1;
}

/* Room for `size` octets of d; others make room when there is none.  False: none can be had. */
static bool reserve(struct fragment_table *t, struct datagram *d, size_t size)
{
    size_t room = d->room ? d->room : 2048;

    if (size <= d->room)
        return true;
    while (room < size)
        room *= 2;
    for (struct datagram *other = t->oldest, *newer; other; other = newer) {
        if (t->held + room - d->room <= t->limits.octets)
            break;
        newer = other->newer;
        if (other != d)
            drop(t, other, &t->counts.evicted);
    }
    if (t->held + room - d->room > t->limits.octets)
        return false;
    d->octets = must_grow(d->octets, room, 1);
    memset(d->octets + d->room, 0, room - d->room);
    t->held += room - d->room;
    d->room = room;
    return true;
}

/*
 * How a fragment stands to those before it: it brings something new and contradicts nothing, it
 * repeats them octet by octet, or it overlaps them in a way that no receiver need agree on.
 */
enum fit { FIT_NEW, FIT_REPEATS, FIT_CONTRADICTS };

static enum fit fit_of(const struct datagram *d, const struct fragment *f)
{
    uint32_t first = f->offset / UNIT, known = 0;
    uint32_t units = (uint32_t)((f->octets.n + UNIT - 1) / UNIT);

    for (uint32_t i = 0; i < units; i++)
        known += has(d, first + i);
    if (known == 0)
        return FIT_NEW;
    /* RFC 8200 4.5 lets an exact repetition pass and nothing else; IPv4 receivers now do alike. */
    if (known < units || memcmp(d->octets + f->offset, f->octets.p, f->octets.n) != 0)
        return FIT_CONTRADICTS;
    return FIT_REPEATS;
}

/* The end must lie behind all that came, and all that comes before it must be whole units. */
static bool sizes_agree(const struct datagram *d, const struct fragment *f)
{
    size_t end = f->offset + f->octets.n;

    if (f->more)
        return f->octets.n % UNIT == 0 && (d->size == 0 || end < d->size);
    if (d->end > (end + UNIT - 1) / UNIT)
        return false;
    return d->size == 0 || d->size == end;
}

static void put(struct datagram *d, const struct fragment *f)
{
    uint32_t first = f->offset / UNIT;
    uint32_t units = (uint32_t)((f->octets.n + UNIT - 1) / UNIT);

    memcpy(d->octets + f->offset, f->octets.p, f->octets.n);
    for (uint32_t i = 0; i < units; i++)
        d->have[(first + i) / 64] |= (uint64_t)1 << ((first + i) % 64);
    d->units += units;
    if (d->end < first + units)
        d->end = first + units;
    if (!f->more)
        d->size = (uint32_t)(f->offset + f->octets.n);
}

/* From now on whatever belongs to it is dropped (RFC 5722 4). */
static void discard(struct fragment_table *t, struct datagram *d)
{
    t->counts.discarded++;
    t->held -= d->room;
    free(d->octets);
    d->octets = NULL;
    d->room = 0;
    d->contradicts = true;
}

static bool add(struct fragment_table *t, const struct fragment *f, struct slice *whole_r)
{
    t->counts.fragments++;
    expire(t, f->at_ns);
    if (f->octets.n == 0 || f->octets.n > DATAGRAM_OCTETS - f->offset || f->offset % UNIT)
        return false;

    struct datagram *d = find_or_make(t, f);
    if (d->contradicts)
        return false;
    enum fit fit = fit_of(d, f);
    if (fit == FIT_CONTRADICTS || !sizes_agree(d, f)) {
        discard(t, d);
        return false;
    }
    if (fit == FIT_REPEATS)
        return false;
    if (!reserve(t, d, f->offset + f->octets.n)) {
        drop(t, d, &t->counts.evicted);
        return false;
    }
    put(d, f);
    if (d->size == 0 || d->units < (d->size + UNIT - 1) / UNIT)
        return false;
    t->counts.completed++;
    unlink_datagram(t, d);
    t->given = d;
    *whole_r = (struct slice){d->octets, d->size};
    return true;
}

bool fragment_add(struct fragment_table *t, const struct fragment *f, struct slice *whole_r)
{
    /* In a tunnel a fragment may lie in the datagram that was lent last: it goes afterwards. */
    struct datagram *before = t->given;

    t->given = NULL;
    bool whole = add(t, f, whole_r);
    datagram_free(before);
    return whole;
}

struct fragment_counts fragment_table_counts(const struct fragment_table *t)
{
    return t->counts;
}
