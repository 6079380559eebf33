/* message_words.c - encoded words of header fields (RFC 2047). */
#include "message_private.h"

#include <mailtap/text.h>

#include <string.h>

/* "=?" charset ["*" language] "?" encoding "?" text "?=" (RFC 2047 2, RFC 2231 5) */
struct word {
    struct slice charset, text;
    bool base64; /* else the Q encoding */
    size_t octets;
};

/* Printable ASCII without space and "?". */
static bool is_word_text(struct slice s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] <= ' ' || s.p[i] > '~' || s.p[i] == '?')
            return false;
    return true;
}

/* The encoded word that `s` begins with. */
static bool word_read(struct slice s, struct word *w)
{
    struct slice rest = slice_tail(s, 2);

    if (s.n < 2 || s.p[0] != '=' || s.p[1] != '?')
        return false;
    struct slice charset = slice_until(&rest, '?');
    struct slice encoding = slice_until(&rest, '?');
    size_t end = slice_find(rest, '?');
    if (charset.n == 0 || encoding.n != 1 || end + 1 >= rest.n || rest.p[end + 1] != '=')
        return false;
    w->base64 = slice_equal_nocase(encoding, slice_of("B"));
    w->text = slice_head(rest, end);
    w->charset = slice_until(&charset, '*');
    w->octets = (size_t)(rest.p - s.p) + end + 2;
    return (w->base64 || slice_equal_nocase(encoding, slice_of("Q"))) && w->charset.n &&
           is_word_text(w->charset) && is_word_text(w->text);
}

/* Position of the next encoded word, or text.n. */
static size_t word_find(struct slice text, struct word *w)
{
    size_t at = slice_find(text, '=');

    while (at < text.n && !word_read(slice_tail(text, at), w))
        at += 1 + slice_find(slice_tail(text, at + 1), '=');
    return at < text.n ? at : text.n;
}

uint32_t words_count(struct slice text)
{
    uint32_t count = 0;
    struct word w = {0};

    for (size_t at = word_find(text, &w); at < text.n; at = word_find(text, &w)) {
        text = slice_tail(text, at + w.octets);
        count++;
    }
    return count;
}

bool words_plain_charset(struct slice charset)
{
    static const char *const plain[] = {"", "utf-8", "utf8", "us-ascii", "ascii"};

    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++)
        if (slice_equal_nocase(charset, slice_of(plain[i])))
            return true;
    return false;
}

static int hex_digit(uint8_t octet)
{
    uint8_t letter = (uint8_t)((octet | 0x20) - 'a');

    if (octet >= '0' && octet <= '9')
        return octet - '0';
    return letter < 6 ? letter + 10 : -1;
}

int words_hex(struct slice digits)
{
    if (digits.n < 2 || hex_digit(digits.p[0]) < 0 || hex_digit(digits.p[1]) < 0)
        return -1;
    return hex_digit(digits.p[0]) << 4 | hex_digit(digits.p[1]);
}

/* Octets to write to; what does not fit is left out. */
struct room {
    uint8_t *p;
    size_t n, cap;
};

static void put(struct room *r, struct slice s)
{
    s = slice_head(s, r->cap - r->n);
    if (s.n)
        memcpy(r->p + r->n, s.p, s.n);
    r->n += s.n;
}

static void put_octet(struct room *r, uint8_t octet)
{
    put(r, (struct slice){&octet, 1});
}

/* RFC 2047 4.2 */
static void decode_q(struct room *r, struct slice s)
{
    while (s.n) {
        int octet = s.p[0] == '=' ? words_hex(slice_tail(s, 1)) : -1;
        size_t used = octet < 0 ? 1 : 3;
        put_octet(r, octet >= 0 ? (uint8_t)octet : s.p[0] == '_' ? ' ' : s.p[0]);
        s = slice_tail(s, used);
    }
}

static void decode_b(struct room *r, struct slice s)
{
    uint32_t bits = 0;
    unsigned held = 0;

    for (size_t i = 0; i < s.n && s.p[i] != '='; i++) {
        int digit = text_base64_digit(s.p[i]);
        if (digit < 0)
            continue;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            put_octet(r, (uint8_t)(bits >> held));
        }
    }
}

/* RFC 2047 6.2: white space between two encoded words is not shown. */
size_t words_decode(uint8_t *to, size_t cap, struct slice text)
{
    struct room r = {to, 0, cap};
    struct word w = {0};
    bool after_word = false;

    while (text.n) {
        size_t at = word_find(text, &w);
        bool decode = at < text.n && words_plain_charset(w.charset);
        struct slice before = slice_head(text, at);

        if (!(after_word && decode && slice_trim(before).n == 0))
            put(&r, before);
        text = slice_tail(text, at);
        if (text.n == 0)
            break;
        if (!decode)
            put(&r, slice_head(text, w.octets));
        else if (w.base64)
            decode_b(&r, w.text);
        else
            decode_q(&r, w.text);
        after_word = decode;
        text = slice_tail(text, w.octets);
    }
    return r.n;
}
