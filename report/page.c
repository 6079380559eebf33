/* page.c - see page.h. */
#include "page.h"

#include <mailtap/err.h>
#include <mailtap/text.h>

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

/* ---- text on a terminal */

uint32_t shown_character(const char *text, size_t *octets_r)
{
    const unsigned char *p = (const unsigned char *)text;
    size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
    uint32_t c = n == 1 ? p[0] : p[0] & (0x7fu >> n);

    for (size_t i = 1; i < n; i++)
        c = c << 6 | (p[i] & 0x3fu);
    *octets_r = n;
    return c;
}

struct range {
    uint32_t first, last;
};

static bool within(const struct range *ranges, size_t count, uint32_t c)
{
    for (size_t i = 0; i < count; i++)
        if (c >= ranges[i].first && c <= ranges[i].last)
            return true;
    return false;
}

bool shown_deceives(uint32_t c)
{
    static const struct range ranges[] = {
        {0xad, 0xad},     {0x61c, 0x61c},   {0x180e, 0x180e}, {0x200b, 0x200f},   {0x2028, 0x202e},
        {0x2060, 0x206f}, {0xfeff, 0xfeff}, {0xfff9, 0xfffb}, {0xe0000, 0xe0fff},
    };
    return within(ranges, sizeof ranges / sizeof *ranges, c);
}

/* Marks that stand on the character before them take none, East Asian wide ones two. */
static unsigned columns_of(uint32_t c)
{
    static const struct range marks[] = {
        {0x300, 0x36f},   {0x483, 0x489},   {0x591, 0x5bd},   {0x610, 0x61a},   {0x64b, 0x65f},
        {0x1ab0, 0x1aff}, {0x1dc0, 0x1dff}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f},
    };
    static const struct range wide[] = {
        {0x1100, 0x115f},   {0x2e80, 0x303e},   {0x3041, 0xa4cf},   {0xac00, 0xd7a3},
        {0xf900, 0xfaff},   {0xfe30, 0xfe6f},   {0xff00, 0xff60},   {0xffe0, 0xffe6},
        {0x1f300, 0x1f64f}, {0x1f900, 0x1f9ff}, {0x20000, 0x3fffd},
    };
    if (c < 0x300)
        return 1;
    if (within(marks, sizeof marks / sizeof *marks, c))
        return 0;
    return within(wide, sizeof wide / sizeof *wide, c) ? 2 : 1;
}

unsigned shown_width(const char *text)
{
    unsigned width = 0;
    size_t n;

    for (; *text; text += n)
        width += columns_of(shown_character(text, &n));
    return width;
}

/* No more octets than this are looked at for one shown text, marks without a width included. */
#define SHOWN_OCTETS 4096u

/* text_escape(), but a backslash stays one backslash. */
static char *escaped(struct slice s)
{
    size_t room = s.n * 4 + 1;
    char *text = must_alloc(1, room), *to = text;

    text_escape(text, room, s);
    for (const char *from = text; *from; from++) {
        *to++ = *from;
        if (from[0] == '\\' && from[1] == '\\')
            from++;
    }
    *to = '\0';
    return text;
}

char *shown_text(struct slice s, unsigned most, unsigned *width_r)
{
    char *text = escaped(slice_head(s, SHOWN_OCTETS));
    /* At most, two octets become the six of \u00ad. */
    char *shown = must_alloc(3, strlen(text) + 8);
    size_t n, used = 0, fit = 0; /* fit: where an ellipsis would still have room */
    unsigned width = 0, fit_width = 0;
    bool cut = s.n > SHOWN_OCTETS;

    for (const char *p = text; *p; p += n) {
        uint32_t c = shown_character(p, &n);
        bool hidden = shown_deceives(c);
        unsigned more = hidden ? c > 0xffff ? 7 : 6 : columns_of(c);
        if (width + more > most) {
            cut = true;
            break;
        }
        if (hidden)
            used += (size_t)sprintf(shown + used, "\\u%04" PRIx32, c);
        else
            memcpy(shown + used, p, n), used += n;
        width += more;
        if (width + 1 <= most)
            fit = used, fit_width = width;
    }
    if (cut) {
        memcpy(shown + fit, "\u2026", sizeof "\u2026");
        width = fit_width + 1;
    } else {
        shown[used] = '\0';
    }
    free(text);
    *width_r = width;
    return shown;
}

/* ---- figures */

const char *number_text(char to[NUMBER_TEXT], uint64_t value)
{
    return text_number(to, value);
}

const char *counted(char to[COUNTED_TEXT], uint64_t n, const char *one, const char *many)
{
    char number[NUMBER_TEXT];

    snprintf(to, COUNTED_TEXT, "%s %s", number_text(number, n), n == 1 ? one : many);
    return to;
}

const char *share_text(char to[SHARE_TEXT], uint64_t numerator, uint64_t denominator,
                       const char *of_what)
{
    struct share s = share_of(numerator, denominator);
    char a[NUMBER_TEXT], b[NUMBER_TEXT];
    int n = snprintf(to, SHARE_TEXT, "%s of %s%s%.60s", number_text(a, numerator),
                     number_text(b, denominator), *of_what ? " " : "", of_what);

    if (denominator >= SHARE_MINIMUM)
        snprintf(to + n, SHARE_TEXT - (size_t)n, " (%.1f %%, %.1f to %.1f)",
                 100 * (double)numerator / (double)denominator, 100 * s.low, 100 * s.high);
    return to;
}

/* ---- lines */

static const char *style(const struct page *p, const char *sequence)
{
    return p->colour ? sequence : "";
}

void page_heading(const struct page *p, const char *text)
{
    fprintf(p->out, "\n%s%s%s\n", style(p, "\033[1m"), text, style(p, "\033[0m"));
}

__attribute__((format(printf, 1, 0))) static char *formatted(const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        return must_copy("");
    return text;
}

/* A word wider than a line is cut: 80 columns are a promise. */
static void put_word(const struct page *p, const char *word, size_t octets, unsigned room)
{
    unsigned width;
    char *shown = shown_text((struct slice){(const uint8_t *)word, octets}, room, &width);

    fputs(shown, p->out);
    free(shown);
}

static unsigned word_width(const char *word, size_t octets, unsigned room)
{
    unsigned width;

    free(shown_text((struct slice){(const uint8_t *)word, octets}, room, &width));
    return width;
}

void page_say(const struct page *p, unsigned indent, bool hanging, const char *format, ...)
{
    va_list args;
    unsigned further = indent + (hanging ? 2 : 0), at = indent;
    bool first = true;

    va_start(args, format);
    char *text = formatted(format, args);
    va_end(args);
    fprintf(p->out, "%*s", (int)indent, "");
    for (const char *word = text; *(word += strspn(word, " "));) {
        size_t octets = strcspn(word, " ");
        unsigned width = word_width(word, octets, PAGE_COLUMNS - further);
        if (!first && at + 1 + width > PAGE_COLUMNS) {
            fprintf(p->out, "\n%*s", (int)further, "");
            at = further;
            first = true;
        }
        if (!first)
            fputc(' ', p->out);
        put_word(p, word, octets, PAGE_COLUMNS - further);
        at += width + !first;
        first = false;
        word += octets;
    }
    fputc('\n', p->out);
    free(text);
}

#define ROW_INDENT 2u
#define ROW_LABEL 42u
#define ROW_GAP 2u
#define ROW_FIGURES 60u

void page_row(const struct page *p, const char *label, const char *format, ...)
{
    va_list args;
    unsigned width, figures_width;

    va_start(args, format);
    char *figures = formatted(format, args);
    va_end(args);
    char *right = shown_text(slice_of(figures), ROW_FIGURES, &figures_width);
    unsigned most = PAGE_COLUMNS - ROW_INDENT - ROW_GAP - figures_width;
    char *left = shown_text(slice_of(label), most, &width);
    /* A wide label pushes its figures to the right. */
    unsigned column = ROW_LABEL < most ? ROW_LABEL : most;
    fprintf(p->out, "%*s%s%*s%s\n", (int)ROW_INDENT, "", left,
            (int)(ROW_GAP + (width < column ? column - width : 0)), "", right);
    free(left);
    free(right);
    free(figures);
}
