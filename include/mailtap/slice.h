/*
 * slice.h - the bounded reader: the only way any parser of mailtap touches input.
 *
 * A slice is borrowed, read-only octets; whoever hands it out says how long it lives.  A cursor
 * reads a slice from the front, big-endian.  Every read checks first; the first read that fails
 * makes the cursor fail for good, and from then on reads give 0 or an empty slice, so a parser is
 * a straight line of reads with one question at its end.
 *
 * A failure says whose it is.  CURSOR_SHORT: the input was cut before the end that it announced,
 * more octets could cure it (our blindness).  CURSOR_BAD: a length inside the input contradicts
 * the block around it, no further octet can cure it (the sender's doing).  A child opened with
 * cursor_block() passes its failure up, so a parent never reports OK over a damaged child; a child
 * must not outlive its parent.
 *
 * What every frame and line goes through is defined here, so that a check costs no call.
 */
#ifndef MAILTAP_SLICE_H
#define MAILTAP_SLICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct slice {
    const uint8_t *p;
    size_t n;
};

enum cursor_status { CURSOR_OK, CURSOR_SHORT, CURSOR_BAD };

struct cursor {
    const uint8_t *p, *end;
    enum cursor_status status;  /* CURSOR_OK until the first failure, then that failure */
    enum cursor_status overrun; /* what running past `end` means here: SHORT, or BAD in a block */
    struct cursor *up;          /* the cursor this one is a block of, or NULL */
};

/* A slice over a string literal or any NUL-terminated string, its NUL left out. */
static inline struct slice slice_of(const char *text)
{
    return (struct slice){(const uint8_t *)text, strlen(text)};
}

/* The first n octets (all of them when it has fewer), and what is left after them. */
static inline struct slice slice_head(struct slice s, size_t n)
{
    return (struct slice){s.p, n < s.n ? n : s.n};
}

static inline struct slice slice_tail(struct slice s, size_t n)
{
    if (n >= s.n)
        return (struct slice){s.p ? s.p + s.n : NULL, 0};
    return (struct slice){s.p + n, s.n - n};
}

/* What stands at a place of a slice, big-endian; 0 when it is not all there.  Of a slice that is known
 * to hold a header, the compiler leaves the check out. */
static inline uint8_t slice_u8(struct slice s, size_t at)
{
    return at < s.n ? s.p[at] : 0;
}

static inline uint16_t slice_u16(struct slice s, size_t at)
{
    if (s.n < 2 || at > s.n - 2)
        return 0;
    return (uint16_t)(s.p[at] << 8 | s.p[at + 1]);
}

static inline uint32_t slice_u32(struct slice s, size_t at)
{
    return s.n >= 4 && at <= s.n - 4 ? (uint32_t)slice_u16(s, at) << 16 | slice_u16(s, at + 2) : 0;
}

/* Equality of octets; the second one folds ASCII letters only, as RFC 5321 2.4 asks. */
bool slice_equal(struct slice a, struct slice b);
bool slice_equal_nocase(struct slice a, struct slice b);
bool slice_starts_nocase(struct slice s, const char *prefix);

/* Position of the first `octet`, or s.n when there is none. */
static inline size_t slice_find(struct slice s, uint8_t octet)
{
    const uint8_t *at = s.n ? (const uint8_t *)memchr(s.p, octet, s.n) : NULL;

    return at ? (size_t)(at - s.p) : s.n;
}

/* Position of the first `octet` that `next` follows, or s.n when there is none in s. */
size_t slice_find_pair(struct slice s, uint8_t octet, uint8_t next);

/* Is there an octet above 127? */
bool slice_has_high(struct slice s);

/* Cut white space (space and tab) at both ends. */
struct slice slice_trim(struct slice s);

/* The octets up to `octet` or to the end; *s moves past them and past one such octet. */
struct slice slice_until(struct slice *s, uint8_t octet);

/* Read decimal digits that fill the whole slice; false when empty, not digits, or above max. */
bool slice_decimal(struct slice s, uint64_t max, uint64_t *value_r);

/* Running past the end of a cursor opened here means CURSOR_SHORT. */
static inline struct cursor cursor_open(struct slice s)
{
    return (struct cursor){s.p, s.n ? s.p + s.n : s.p, CURSOR_OK, CURSOR_SHORT, NULL};
}

/* Like cursor_open, for input known to be whole: running past the end means CURSOR_BAD. */
static inline struct cursor cursor_open_whole(struct slice s)
{
    struct cursor c = cursor_open(s);

    c.overrun = CURSOR_BAD;
    return c;
}

/* Make it and those around it fail, unless they have already. */
void cursor_fail(struct cursor *c, enum cursor_status status);

/* Mark the input as contradicting itself. */
static inline void cursor_bad(struct cursor *c)
{
    cursor_fail(c, CURSOR_BAD);
}

/* Octets not read yet. */
static inline size_t cursor_left(const struct cursor *c)
{
    return c->p == c->end ? 0 : (size_t)(c->end - c->p);
}

/* All that is left, without reading it. */
static inline struct slice cursor_rest(const struct cursor *c)
{
    return (struct slice){c->p, cursor_left(c)};
}

/* True while the cursor is OK and octets are left: the condition of every loop. */
static inline bool cursor_more(const struct cursor *c)
{
    return c->status == CURSOR_OK && c->p != c->end;
}

/*
 * The next n octets, or an empty slice when there are fewer.  The one place where lengths are
 * compared; never by adding to a pointer.
 */
static inline struct slice cursor_take(struct cursor *c, size_t n)
{
    struct slice s = {c->p, n};

    if (c->status == CURSOR_OK && n <= cursor_left(c)) {
        if (n)
            c->p += n;
        return s;
    }
    if (c->status == CURSOR_OK)
        cursor_fail(c, c->overrun);
    return (struct slice){c->end, 0};
}

static inline uint8_t cursor_u8(struct cursor *c)
{
    struct slice s = cursor_take(c, 1);

    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): what holds an octet points to it */
    return s.n ? s.p[0] : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
    struct slice s = cursor_take(c, 2);

    return slice_u16(s, 0);
}

static inline uint32_t cursor_u24(struct cursor *c)
{
    struct slice s = cursor_take(c, 3);

    return s.n ? (uint32_t)s.p[0] << 16 | (uint32_t)s.p[1] << 8 | s.p[2] : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
    struct slice s = cursor_take(c, 4);

    return slice_u32(s, 0);
}

static inline uint16_t cursor_u16_le(struct cursor *c)
{
    uint16_t swapped = cursor_u16(c);

    return (uint16_t)(swapped >> 8 | swapped << 8);
}

static inline uint32_t cursor_u32_le(struct cursor *c)
{
    return __builtin_bswap32(cursor_u32(c));
}

/*
 * A block with a length prefix of `width` octets (1 to 3).  When the announced octets are not all
 * there, the child holds those that are, running past them is what it is for the parent, and the
 * parent fails at once with its own overrun status.
 */
struct cursor cursor_block(struct cursor *c, unsigned width);

/* The verdict on a cursor that should have been read to its end: leftovers are CURSOR_BAD. */
enum cursor_status cursor_close(struct cursor *c);

#endif
