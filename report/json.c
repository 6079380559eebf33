/* json.c - see json.h. */
#include "json.h"

#include "page.h"

#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/text.h>

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- values */

void value_real_text(char to[VALUE_TEXT], double value)
{
    snprintf(to, VALUE_TEXT, "%.15g", value);
    if (strtod(to, NULL) != value)
        snprintf(to, VALUE_TEXT, "%.17g", value);
}

char *value_hex(struct slice s, size_t most)
{
    struct slice head = slice_head(s, most);
    char *to = must_alloc(2, head.n + 1);

    digest_hex(to, head);
    return to;
}

void value_plain(FILE *out, struct cell c, const char *quote)
{
    char figure[VALUE_TEXT];

    if (c.kind == CELL_INTEGER) {
        fprintf(out, "%" PRId64, c.integer);
    } else if (c.kind == CELL_REAL) {
        value_real_text(figure, c.real);
        fputs(figure, out);
    } else {
        char *hex = value_hex(c.text, c.text.n);
        fprintf(out, "%s%s%s", quote, hex, quote);
        free(hex);
    }
}

/* ---- text */

/* A character as it is, or as the escape that can be seen; and its octets. */
static size_t json_character(FILE *out, const char *p)
{
    size_t n;
    uint32_t c = shown_character(p, &n);

    if (!shown_deceives(c))
        fwrite(p, 1, n, out);
    else if (c <= 0xffff)
        fprintf(out, "\\u%04" PRIx32, c);
    else
        fprintf(out, "\\u%04" PRIx32 "\\u%04" PRIx32, 0xd800 + ((c - 0x10000) >> 10),
                0xdc00 + ((c - 0x10000) & 0x3ff));
    return n;
}

/* The octets of one escape that text_escape() wrote, or of one character. */
static size_t json_piece(FILE *out, const char *p)
{
    static const char *const digits = "0123456789abcdef";
    const char *high = p[0] == '\\' && p[1] == 'x' ? strchr(digits, p[2]) : NULL;

    if (p[0] == '\\' && p[1] == '\\') {
        fputs("\\\\", out);
        return 2;
    }
    if (high) {
        unsigned octet = (unsigned)((high - digits) << 4 | (strchr(digits, p[3]) - digits));
        /* ASCII control characters have a JSON form; what is no character stays "\xNN" in text. */
        if (octet < 0x80)
            fprintf(out, "\\u%04x", octet);
        else
            fprintf(out, "\\\\x%02x", octet);
        return 4;
    }
    if (*p == '"')
        fputc('\\', out);
    return json_character(out, p);
}

void json_text(FILE *out, struct slice s)
{
    char piece[1024];

    fputc('"', out);
    /* In pieces; one that ends inside a character gives that character to the next. */
    while (s.n) {
        size_t n = s.n < 240 ? s.n : 240;
        while (n < s.n && n > 236 && (s.p[n] & 0xc0) == 0x80)
            n--;
        text_escape(piece, sizeof piece, slice_head(s, n));
        for (const char *p = piece; *p;)
            p += json_piece(out, p);
        s = slice_tail(s, n);
    }
    fputc('"', out);
}

void json_cell(FILE *out, struct cell c)
{
    if (c.kind == CELL_NULL || (c.kind == CELL_REAL && !isfinite(c.real)))
        fputs("null", out);
    else if (c.kind == CELL_TEXT)
        json_text(out, c.text);
    else
        value_plain(out, c, "\"");
}
