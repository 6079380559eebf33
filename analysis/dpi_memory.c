/* dpi_memory.c - see dpi_memory.h. */
#include <mailtap/dpi_memory.h>

#include <mailtap/bounds.h>
#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/sip.h>

#include <stdlib.h>

/* 768 KiB; a power of two. */
#define PLACES 32768u

/* From here on systems choose ports for clients. */
#define FIRST_CHOSEN_PORT 32768u

struct dpi_memory {
    uint64_t key[2][2];
    uint8_t instead[UINT8_MAX + 1]; /* of an octet in a name */
    struct place {
        uint64_t low, high; /* 0 and 0: free */
        uint32_t answer;
    } place[PLACES];
};

/* ---- what nDPI reads of it */

/* What is compared of a segment. */
struct segment {
    struct slice from, to; /* addresses */
    struct slice port[2];  /* of where it comes from, and goes to */
    uint32_t sequence;
    uint16_t flags;
    struct slice payload;
};

static bool read_addresses(struct cursor *c, struct segment *s_r)
{
    struct slice header;
    unsigned version = cursor_u8(c);

    if (version >> 4 == 6) {
        cursor_take(c, 7);
        s_r->from = cursor_take(c, 16);
        s_r->to = cursor_take(c, 16);
        return c->status == CURSOR_OK;
    }
    header = cursor_take(c, (size_t)4 * (version & 15) - 1);
    if (version >> 4 != 4 || header.n < 19)
        return false;
    s_r->from = slice_head(slice_tail(header, 11), 4);
    s_r->to = slice_head(slice_tail(header, 15), 4);
    return true;
}

static bool read_segment(struct slice packet, struct segment *s_r)
{
    struct cursor c = cursor_open(packet);

    if (!read_addresses(&c, s_r))
        return false;
    s_r->port[0] = cursor_take(&c, 2);
    s_r->port[1] = cursor_take(&c, 2);
    s_r->sequence = cursor_u32(&c);
    cursor_u32(&c);
    s_r->flags = cursor_u16(&c);
    size_t header = (size_t)4 * (s_r->flags >> 12); /* RFC 9293 3.1 */
    if (header < 20)
        return false;
    cursor_take(&c, header - 14);
    s_r->flags &= 0xfff;
    s_r->payload = cursor_rest(&c);
    return c.status == CURSOR_OK;
}

static bool same_way(const struct segment *a, const struct segment *b)
{
    return slice_equal(a->from, b->from) && slice_equal(a->port[0], b->port[0]);
}

/* ---- mail without names */

/* A reply code and what follows it, or a command (RFC 5321 4.1.1, 4.2). */
#define COMMAND_OCTETS 4

/* RFC 5321 3.1, 3.2 */
static bool is_mail(const struct segment s[DPI_MEMORY_PACKETS])
{
    return slice_starts_nocase(s[0].payload, "220") &&
           (slice_starts_nocase(s[1].payload, "EHLO ") ||
            slice_starts_nocase(s[1].payload, "HELO ")) &&
           slice_starts_nocase(s[2].payload, "250") && same_way(&s[2], &s[0]) &&
           !same_way(&s[1], &s[0]);
}

/* Letters and digits become x. */
static void prepare_blur(uint8_t instead[UINT8_MAX + 1])
{
    for (unsigned c = 0; c <= UINT8_MAX; c++) {
        bool letter = (c | 0x20) >= 'a' && (c | 0x20) <= 'z', digit = c >= '0' && c <= '9';
        instead[c] = letter || digit ? 'x' : (uint8_t)c;
    }
}

static void blur_text(const uint8_t instead[UINT8_MAX + 1], uint8_t *p, size_t n)
{
    const uint8_t *end = p + n;

    while (p < end) {
        const uint8_t *newline = memchr(p, '\n', (size_t)(end - p));
        const uint8_t *next = newline ? newline + 1 : end;
        p += next - p < COMMAND_OCTETS ? next - p : COMMAND_OCTETS;
        for (; p < next; p++)
            *p = instead[*p];
    }
}

static void blur_address(uint8_t *p, size_t n, uint8_t number)
{
    memset(p, 0, n);
    p[n - 1] = number;
}

/* A client's is chosen by its system, from 1024 on in some; a few are protocols to nDPI. */
static void blur_port(uint8_t p[2])
{
    p[0] = FIRST_CHOSEN_PORT >> 8;
    p[1] = FIRST_CHOSEN_PORT & 0xff;
}

/* They lie in `in`. */
static void blur(const struct dpi_memory *m, uint8_t *in,
                 const struct segment s[DPI_MEMORY_PACKETS])
{
    for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
        bool forth = i != 1;
        blur_text(m->instead, in + (s[i].payload.p - in), s[i].payload.n);
        blur_address(in + (s[i].from.p - in), s[i].from.n, forth ? 1 : 2);
        blur_address(in + (s[i].to.p - in), s[i].to.n, forth ? 2 : 1);
        blur_port(in + (s[i].port[forth].p - in));
    }
}

/* ---- what a flow begins with, as words */

struct words {
    uint64_t word[(BOUND_DPI_WAITING_OCTETS + 256) / sizeof(uint64_t)];
    size_t n;
};

static bool add_number(struct words *w, uint64_t number)
{
    if (w->n == sizeof w->word / sizeof *w->word)
        return false;
    w->word[w->n++] = number;
    return true;
}

/* Zeros fill the last word: the length is to be added, too. */
static bool add_octets(struct words *w, struct slice s)
{
    size_t words = (s.n + sizeof *w->word - 1) / sizeof *w->word;

    if (words > sizeof w->word / sizeof *w->word - w->n)
        return false;
    if (words) {
        w->word[w->n + words - 1] = 0;
        memcpy(&w->word[w->n], s.p, s.n);
    }
    w->n += words;
    return true;
}

static uint64_t fixed_port(struct slice port)
{
    unsigned number = (unsigned)port.p[0] << 8 | port.p[1];

    return number < FIRST_CHOSEN_PORT ? number : 0;
}

static bool add_segment(struct words *w, const struct segment *s, bool forth, uint32_t sequence)
{
    return add_number(w, (uint64_t)s->flags << 48 | (uint64_t)forth << 32 |
                             (s->sequence - sequence)) &&
           add_number(w, s->payload.n) && add_octets(w, s->payload);
}

static bool add_all(struct words *w, const struct segment s[DPI_MEMORY_PACKETS])
{
    uint32_t begins[2] = {0};
    bool begun[2] = {false};

    if (!add_octets(w, s[0].from) || !add_octets(w, s[0].to) ||
        !add_number(w, fixed_port(s[0].port[0]) << 16 | fixed_port(s[0].port[1])))
        return false;
    for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
        bool forth = same_way(&s[i], &s[0]);
        if (!begun[forth])
            begins[forth] = s[i].sequence;
        begun[forth] = true;
        if (!add_segment(w, &s[i], forth, begins[forth]))
            return false;
    }
    return true;
}

struct dpi_beginning dpi_memory_look(const struct dpi_memory *m, uint8_t *in,
                                     const struct slice packet[DPI_MEMORY_PACKETS])
{
    const struct dpi_beginning none = {.known = false};
    struct segment s[DPI_MEMORY_PACKETS];
    struct words w;

    for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++)
        if (!read_segment(packet[i], &s[i]))
            return none;
    if (is_mail(s))
        blur(m, in, s);
    w.n = 0;
    if (!add_all(&w, s))
        return none;
    uint64_t high = sip_hash(m->key[1], w.word, w.n);
    return (struct dpi_beginning){
        .low = sip_hash(m->key[0], w.word, w.n), .high = high ? high : 1, .known = true};
}

/* ---- the table */

struct dpi_memory *dpi_memory_new(void)
{
    struct dpi_memory *m = must_alloc(1, sizeof *m);

    digest_random((uint8_t *)m->key, sizeof m->key);
    prepare_blur(m->instead);
    return m;
}

void dpi_memory_free(struct dpi_memory **m)
{
    free(*m);
    *m = NULL;
}

uint32_t dpi_memory_get(const struct dpi_memory *m, struct dpi_beginning b)
{
    const struct place *p = &m->place[b.low % PLACES];

    return b.known && p->low == b.low && p->high == b.high ? p->answer : 0;
}

void dpi_memory_add(struct dpi_memory *m, struct dpi_beginning b, uint32_t answer)
{
    if (b.known)
        m->place[b.low % PLACES] = (struct place){b.low, b.high, answer};
}
