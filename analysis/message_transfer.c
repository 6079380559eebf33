/* message_transfer.c - the octets of a body, before and after its transfer encoding; see RFC 2045 6. */
#include "message_private.h"

enum escape {
    ESCAPE_NONE,
    ESCAPE_OPEN,  /* "=" */
    ESCAPE_DIGIT, /* "=4" */
    ESCAPE_LOST,  /* behind a gap: up to the end of the line nothing is certain */
};

static bool is_base64(uint8_t octet)
{
    uint8_t letter = (uint8_t)((octet | 0x20) - 'a'), digit = (uint8_t)(octet - '0');

    return (letter < 26) | (digit < 10) | (octet == '+') | (octet == '/');
}

/* In blocks of a fixed size, so that compilers count many octets at once. */
static uint64_t count_digits(struct slice s)
{
    enum { BLOCK = 128 };
    uint64_t digits = 0;
    size_t i = 0;

    for (; s.n - i >= BLOCK; i += BLOCK) {
        uint8_t block = 0;
        for (size_t k = 0; k < BLOCK; k++)
            block = (uint8_t)(block + is_base64(s.p[i + k]));
        digits += block;
    }
    for (; i < s.n; i++)
        digits += is_base64(s.p[i]);
    return digits;
}

/* 6.8: what is not in the alphabet is passed over, and "=" is the end. */
static void base64(struct transfer *t, struct slice s)
{
    while (s.n && !t->padded) {
        struct slice run = slice_head(s, slice_find(s, '='));
        t->digits += count_digits(run);
        if (run.n < s.n)
            t->padded = t->digits % 4 > 1 || t->escape == ESCAPE_LOST;
        s = slice_tail(s, run.n + 1);
    }
}

static bool is_hex(uint8_t octet)
{
    uint8_t letter = (uint8_t)((octet | 0x20) - 'a');

    return (octet >= '0' && octet <= '9') || letter < 6;
}

/* White space and a CR turned out not to end the line. */
static void quoted_flush(struct transfer *t)
{
    t->decoded += t->blanks + t->cr;
    t->blanks = 0;
    t->cr = false;
}

/* An octet behind "="; false: it is no escape, and both stand for themselves. */
static bool quoted_escape(struct transfer *t, uint8_t octet)
{
    if (t->escape == ESCAPE_LOST) {
        t->escape = octet == '\n' ? ESCAPE_NONE : ESCAPE_LOST;
        return true;
    }
    if (t->escape == ESCAPE_DIGIT) {
        t->escape = ESCAPE_NONE;
        t->decoded += is_hex(octet) ? 1 : 2;
        return is_hex(octet);
    }
    if (octet == '\n') { /* 6.7 (5): a soft line break */
        t->escape = ESCAPE_NONE;
        t->blanks = 0;
        t->cr = false;
        return true;
    }
    if (octet == ' ' || octet == '\t') {
        t->blanks++;
        return true;
    }
    if (octet == '\r' && !t->cr) {
        t->cr = true;
        return true;
    }
    if (is_hex(octet) && t->blanks == 0 && !t->cr) {
        t->escape = ESCAPE_DIGIT;
        return true;
    }
    t->escape = ESCAPE_NONE;
    t->decoded++;
    return false;
}

/* Octets of a line, none of them "=", that no escape is under way for: of white space and a CR at
 * their end it is not known yet what they are. */
static void quoted_run(struct transfer *t, struct slice s)
{
    bool cr = s.p[s.n - 1] == '\r';
    size_t n = s.n - cr, blanks = 0;

    while (blanks < n && (s.p[n - blanks - 1] == ' ' || s.p[n - blanks - 1] == '\t'))
        blanks++;
    if (t->cr || blanks < n)
        quoted_flush(t);
    t->decoded += n - blanks;
    t->blanks += blanks;
    t->cr = cr;
}

/* LF, "=", or an octet behind that. */
static void quoted_octet(struct transfer *t, uint8_t octet)
{
    if (t->escape && quoted_escape(t, octet))
        return;
    if (octet == '\n') { /* 6.7 (3): white space before it was added on the way */
        t->decoded += 1u + t->cr;
        t->blanks = 0;
        t->cr = false;
        return;
    }
    if (octet != '=') {
        quoted_run(t, (struct slice){&octet, 1});
        return;
    }
    quoted_flush(t);
    t->escape = ESCAPE_OPEN;
}

static void quoted_line(struct transfer *t, struct slice s)
{
    while (s.n) {
        size_t run = t->escape ? 0 : slice_find(s, '=');
        if (run)
            quoted_run(t, slice_head(s, run));
        else
            quoted_octet(t, s.p[0]);
        s = slice_tail(s, run ? run : 1);
    }
}

static void quoted(struct transfer *t, struct slice s)
{
    while (s.n) {
        size_t n = slice_find(s, '\n');
        quoted_line(t, slice_head(s, n));
        if (n < s.n)
            quoted_octet(t, '\n');
        s = slice_tail(s, n + 1);
    }
}

void transfer_feed(struct transfer *t, struct slice s)
{
    t->octets += s.n;
    if (t->how == TRANSFER_BASE64)
        base64(t, s);
    if (t->how == TRANSFER_QUOTED)
        quoted(t, s);
}

void transfer_gap(struct transfer *t)
{
    t->blanks = 0;
    t->cr = false;
    t->escape = ESCAPE_LOST;
}

uint64_t transfer_decoded(const struct transfer *t)
{
    uint64_t over = t->digits % 4;

    if (t->how == TRANSFER_BASE64)
        return t->digits / 4 * 3 + (over ? over - 1 : 0);
    if (t->how == TRANSFER_AS_IS)
        return t->octets;
    /* What is undecided now ends the last line. */
    return t->decoded + (t->escape == ESCAPE_DIGIT ? 2 : 0);
}
