/* slice.c - the bounded reader; see slice.h. */
#include <mailtap/slice.h>

#include <string.h>

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
        if (a.p[i] != b.p[i] && lower(a.p[i]) != lower(b.p[i]))
            return false;
    return true;
}

bool slice_starts_nocase(struct slice s, const char *prefix)
{
    struct slice p = slice_of(prefix);
    return slice_equal_nocase(slice_head(s, p.n), p);
}

/* Octets that are compared at once; both gcc and clang know such vectors, whatever the processor has. */
typedef uint8_t lanes __attribute__((vector_size(16)));
enum { BLOCK = 4 * sizeof(lanes) };

static bool block_has_pair(const uint8_t p[BLOCK + 1], uint8_t octet, uint8_t next)
{
    lanes here, behind, found = {0};
    uint64_t halves[2];

    for (size_t i = 0; i < BLOCK; i += sizeof here) {
        memcpy(&here, p + i, sizeof here);
        memcpy(&behind, p + i + 1, sizeof behind);
        found |= (lanes)((here == octet) & (behind == next));
    }
    memcpy(halves, &found, sizeof found);
    return (halves[0] | halves[1]) != 0;
}

size_t slice_find_pair(struct slice s, uint8_t octet, uint8_t next)
{
    size_t at = 0;

    while (s.n - at > BLOCK && !block_has_pair(s.p + at, octet, next))
        at += BLOCK;
    for (at += slice_find(slice_tail(s, at), octet); at + 1 < s.n && s.p[at + 1] != next;
         at += slice_find(slice_tail(s, at), octet))
        at++;
    return at + 1 < s.n ? at : s.n;
}

bool slice_has_high(struct slice s)
{
    uint64_t eight, all = 0;

    for (; s.n >= sizeof eight; s = slice_tail(s, sizeof eight)) {
        memcpy(&eight, s.p, sizeof eight);
        all |= eight;
    }
    for (size_t i = 0; i < s.n; i++)
        all |= s.p[i];
    return (all & UINT64_C(0x8080808080808080)) != 0;
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

/* A failure is the failure of everything around it: an outer reader must not report OK. */
void cursor_fail(struct cursor *c, enum cursor_status status)
{
    for (; c; c = c->up)
        if (c->status == CURSOR_OK)
            c->status = status;
}

struct cursor cursor_block(struct cursor *c, unsigned width)
{
    size_t n = width == 1 ? cursor_u8(c) : width == 2 ? cursor_u16(c) : cursor_u24(c);
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
        cursor_fail(c, c->overrun);
    }
    return child;
}

enum cursor_status cursor_close(struct cursor *c)
{
    if (cursor_more(c))
        cursor_fail(c, CURSOR_BAD);
    return c->status;
}
