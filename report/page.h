/*
 * page.h - text for people: safe on a terminal, wrapped at 80 columns, figures as metrics.md asks.
 */
#ifndef MAILTAP_PAGE_H
#define MAILTAP_PAGE_H

#include <mailtap/rates.h>
#include <mailtap/slice.h>
#include <mailtap/text.h>
#include <stdio.h>

#define PAGE_COLUMNS 80u

struct page {
    FILE *out;
    bool colour;
};

/*
 * Text as it may stand on a terminal, owned by the caller: control characters, broken UTF-8 and
 * characters that reorder or hide others are escaped; backslashes stay, as captured texts come
 * escaped already.  Cut to `most` columns with an ellipsis; *width_r is how many it takes.
 */
char *shown_text(struct slice s, unsigned most, unsigned *width_r);

/* The character at `text`, well-formed UTF-8, and its octets. */
uint32_t shown_character(const char *text, size_t *octets_r);

/* Does it reorder its neighbours, or cannot be seen (Unicode: Cf, line separators)? */
bool shown_deceives(uint32_t character);

/* Columns that well-formed UTF-8 takes. */
unsigned shown_width(const char *text);

void page_heading(const struct page *p, const char *text);

/* Words, wrapped; all lines are indented, those after the first by two more when `hanging`. */
void page_say(const struct page *p, unsigned indent, bool hanging, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* "  label      figures": figures stand whole, in a column of their own where the label leaves it to
 * them; the label is cut to fit. */
void page_row(const struct page *p, const char *label, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* 1234567 as "1,234,567". */
#define NUMBER_TEXT TEXT_NUMBER
const char *number_text(char to[NUMBER_TEXT], uint64_t value);

/* "1 message", "12 messages". */
#define COUNTED_TEXT 80
const char *counted(char to[COUNTED_TEXT], uint64_t n, const char *one, const char *many);

/*
 * "41 of 120 sessions (34.2 %, 26.3 to 43.0)", or the counts alone below SHARE_MINIMUM; `of_what`
 * may be empty.
 */
#define SHARE_TEXT 160
const char *share_text(char to[SHARE_TEXT], uint64_t numerator, uint64_t denominator,
                       const char *of_what);

#endif
