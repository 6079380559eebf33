/* markup.c - see markup.h. */
#include "markup.h"

#include "page.h"

#include <limits.h>
#include <stdlib.h>

/* ---- texts */

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        switch (*text) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            fputc(*text, out);
        }
    }
}

static void put_shown(FILE *out, struct slice s, unsigned most)
{
    unsigned width;
    char *shown = shown_text(s, most, &width);

    put_escaped(out, shown);
    free(shown);
}

/* Octets at a time: shown_text() would cut a longer text. */
#define PIECE 1024u

void markup_octets(FILE *out, struct slice s)
{
    while (s.n) {
        size_t n = s.n < PIECE ? s.n : PIECE;
        /* A piece that would end inside a character ends before it. */
        while (n < s.n && n > PIECE - 3 && (s.p[n] & 0xc0) == 0x80)
            n--;
        put_shown(out, slice_head(s, n), UINT_MAX);
        s = slice_tail(s, n);
    }
}

void markup_text(FILE *out, const char *text)
{
    markup_octets(out, slice_of(text));
}

void markup_cut(FILE *out, const char *text, unsigned most)
{
    put_shown(out, slice_of(text), most);
}

/* ---- ids */

static bool of_id(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/* A name's share of an id; "x" for an empty one, as no id is empty. */
static size_t add_name(char *to, const char *name)
{
    size_t n = 0;

    for (; n < MARKUP_ID / 2 - 2 && name[n]; n++) {
        to[n] = '-';
        if (of_id(name[n]))
            to[n] = name[n];
    }
    if (n == 0)
        to[n++] = 'x';
    to[n] = '\0';
    return n;
}

const char *markup_id(char to[MARKUP_ID], const char *section, const char *inner)
{
    size_t n = add_name(to, section);

    if (inner) {
        to[n++] = '-';
        to[n++] = '-';
        add_name(to + n, inner);
    }
    return to;
}

/* ---- numbers */

const char *percent_text(char to[PERCENT_TEXT], double percent)
{
    double bounded = percent > 0 ? percent < 100 ? percent : 100 : 0;

    snprintf(to, PERCENT_TEXT, "%.1f", bounded);
    return to;
}
