/* slice.c - the bounded reader; see slice.h. */
#include <mailtap/slice.h>

#include <string.h>

struct slice slice_of(const char *text)
{
    return (struct slice){(const uint8_t *)text, strlen(text)};
}

struct slice slice_head(struct slice s, size_t n)
{
    return (struct slice){s.p, n < s.n ? n : s.n};
}

struct slice slice_tail(struct slice s, size_t n)
{
    if (n >= s.n)
        return (struct slice){s.p ? s.p + s.n : NULL, 0};
    return (struct slice){s.p + n, s.n - n};
}

bool slice_equal(struct slice a, struct slice b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

static uint8_t lower(uint8_t octet)
{
    return octet >= 'A' && octet <= 'Z' ? (uint8_t)(octet + ('a' - 'A')) : octet;
}

bool slice_equal_nocase(struct slice a, struct slice b)
{
    if (a.n != b.n)
        return false;
    for (size_t i = 0; i < a.n; i++)
        if (lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool slice_starts_nocase(struct slice s, const char *prefix)
{
    struct slice p = slice_of(prefix);
    return slice_equal_nocase(slice_head(s, p.n), p);
}

size_t slice_find(struct slice s, uint8_t octet)
{
    const uint8_t *at = s.n ? memchr(s.p, octet, s.n) : NULL;
    return at ? (size_t)(at - s.p) : s.n;
}

static bool is_blank(uint8_t octet)
{
    return octet == ' ' || octet == '\t';
}

struct slice slice_trim(struct slice s)
{
    while (s.n && is_blank(s.p[0]))
        s = slice_tail(s, 1);
    while (s.n && is_blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

struct slice slice_until(struct slice *s, uint8_t octet)
{
    size_t n = slice_find(*s, octet);
    struct slice head = slice_head(*s, n);
    *s = slice_tail(*s, n + 1);
    return head;
}

bool slice_decimal(struct slice s, uint64_t max, uint64_t *value_r)
{
    uint64_t value = 0;

    if (s.n == 0)
        return false;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return false;
        uint64_t digit = (uint64_t)(s.p[i] - '0');
        if (value > (max - digit) / 10 || digit > max)
            return false;
        value = value * 10 + digit;
    }
    *value_r = value;
    return true;
}

struct cursor cursor_open(struct slice s)
{
    return (struct cursor){s.p, s.n ? s.p + s.n : s.p, CURSOR_OK, CURSOR_SHORT, NULL};
}

struct cursor cursor_open_whole(struct slice s)
{
    struct cursor c = cursor_open(s);
    c.overrun = CURSOR_BAD;
    return c;
}

/* A failure is the failure of everything around it: an outer reader must not report OK. */
static void fail(struct cursor *c, enum cursor_status status)
{
    for (; c; c = c->up)
        if (c->status == CURSOR_OK)
            c->status = status;
}

/* The one place where lengths are compared; never by adding to a pointer. */
static bool want(struct cursor *c, size_t n)
{
    if (c->status != CURSOR_OK)
        return false;
    if (n > cursor_left(c)) {
        fail(c, c->overrun);
        return false;
    }
    return true;
}

struct slice cursor_take(struct cursor *c, size_t n)
{
    if (!want(c, n))
        return (struct slice){c->end, 0};
    struct slice s = {c->p, n};
    if (n)
        c->p += n;
    return s;
}

static uint32_t take_big_endian(struct cursor *c, size_t width)
{
    struct slice s = cursor_take(c, width);
    uint32_t value = 0;

    for (size_t i = 0; i < s.n; i++)
        value = value << 8 | s.p[i];
    return value;
}

static uint32_t take_little_endian(struct cursor *c, size_t width)
{
    struct slice s = cursor_take(c, width);
    uint32_t value = 0;

    for (size_t i = s.n; i > 0; i--)
        value = value << 8 | s.p[i - 1];
    return value;
}

uint8_t cursor_u8(struct cursor *c)
{
    return (uint8_t)take_big_endian(c, 1);
}

uint16_t cursor_u16(struct cursor *c)
{
    return (uint16_t)take_big_endian(c, 2);
}

uint32_t cursor_u24(struct cursor *c)
{
    return take_big_endian(c, 3);
}

uint32_t cursor_u32(struct cursor *c)
{
    return take_big_endian(c, 4);
}

uint16_t cursor_u16_le(struct cursor *c)
{
    return (uint16_t)take_little_endian(c, 2);
}

uint32_t cursor_u32_le(struct cursor *c)
{
    return take_little_endian(c, 4);
}

struct cursor cursor_block(struct cursor *c, unsigned width)
{
    size_t n = take_big_endian(c, width);
    bool whole = c->status == CURSOR_OK && n <= cursor_left(c);
    size_t held = c->status != CURSOR_OK ? 0 : whole ? n : cursor_left(c);
    struct cursor child = {c->p, held ? c->p + held : c->p, c->status, CURSOR_BAD, c};

    if (whole) {
        if (n)
            c->p += n;
    } else if (c->status == CURSOR_OK) {
        /* The child may still read what is there; the parent has nothing left to offer. */
        child.overrun = c->overrun;
        c->p = c->end;
        fail(c, c->overrun);
    }
    return child;
}

bool cursor_more(const struct cursor *c)
{
    return c->status == CURSOR_OK && c->p != c->end;
}

size_t cursor_left(const struct cursor *c)
{
    return c->p == c->end ? 0 : (size_t)(c->end - c->p);
}

struct slice cursor_rest(const struct cursor *c)
{
    return (struct slice){c->p, cursor_left(c)};
}

void cursor_bad(struct cursor *c)
{
    fail(c, CURSOR_BAD);
}

enum cursor_status cursor_close(struct cursor *c)
{
    if (cursor_more(c))
        fail(c, CURSOR_BAD);
    return c->status;
}
