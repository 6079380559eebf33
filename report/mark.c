/* mark.c - see mark.h. */
#include "mark.h"

#include "markup.h"
#include "page.h"

#include <limits.h>
#include <stdlib.h>

/* ---- tones */

#define TILE "8" /* of a pattern, pixels a side */

/* Its name, and what is cut out of its colour: so tones differ in black and white too. */
static const struct {
    const char *name, *cut;
} tones[TONES] = {
    [TONE_PLAIN] = {"plain", ""},
    [TONE_CLEAR] = {"clear", "<path class=\"cut\" d=\"M-2,2l4,-4M0,8l8,-8M6,10l4,-4\"/>"},
    [TONE_STRIPPED] = {"stripped",
                       "<path class=\"cut\" d=\"M-2,2l4,-4M0,8l8,-8M6,10l4,-4M-2,6l4,4M0,0l8,8"
                       "M6,-2l4,4\"/>"},
    [TONE_WEAK] = {"weak", "<path class=\"cut dots\" d=\"M2,2h0M6,6h0\"/>"},
    [TONE_HIDDEN] = {"hidden", "<path class=\"cut\" d=\"M0,2h8M0,6h8\"/>"},
    [TONE_GOOD] = {"good", "<path class=\"cut\" d=\"M2,0v8\"/>"},
    [TONE_UNKNOWN] = {"unknown", "<path class=\"cut wide\" d=\"M-2,6l4,4M0,0l8,8M6,-2l4,4\"/>"},
};

static const char *tone_name(enum tone t)
{
    return tones[(unsigned)t < TONES ? t : TONE_PLAIN].name;
}

void mark_tones(FILE *out)
{
    fputs("<svg class=\"tones\" width=\"0\" height=\"0\" aria-hidden=\"true\">\n", out);
    for (unsigned i = 0; i < TONES; i++)
        fprintf(out,
                "<pattern id=\"tone--%s\" width=\"" TILE "\" height=\"" TILE
                "\" patternUnits=\"userSpaceOnUse\"><rect class=\"t-%s\" width=\"" TILE
                "\" height=\"" TILE "\"/>%s</pattern>\n",
                tones[i].name, tones[i].name, tones[i].cut);
    fputs("</svg>\n", out);
}

void mark_swatch(FILE *out, enum tone tone, const char *class)
{
    fputs("<svg class=\"swatch\" width=\"14\" height=\"14\" aria-hidden=\"true\"><rect "
          "width=\"14\" height=\"14\" ",
          out);
    if (class)
        fprintf(out, "class=\"%s\"/></svg>", class);
    else
        fprintf(out, "fill=\"url(#tone--%s)\"/></svg>", tone_name(tone));
}

/* ---- lengths */

unsigned mark_scaled(double value, double whole)
{
    double of = value > 0 && whole > 0 ? value / whole * WHOLE + 0.5 : 0;

    return of < WHOLE ? (unsigned)of : WHOLE;
}

unsigned mark_columns(const char *text)
{
    unsigned width;

    free(shown_text(slice_of(text), UINT_MAX, &width));
    return width;
}

const char *mark_fitting(const char *text, unsigned width, const char *always,
                         const char *on_screen)
{
    unsigned columns = mark_columns(text) + 1;

    if (width >= columns * (WHOLE / PHONE_COLUMNS))
        return always;
    return width >= columns * (WHOLE / SCREEN_COLUMNS) ? on_screen : NULL;
}

static void put_length(FILE *out, const char *name, unsigned along)
{
    fprintf(out, " %s=\"%u.%02u%%\"", name, along / 100, along % 100);
}

/* ---- marks */

static void open_rect(FILE *out, struct box at)
{
    fputs("<rect", out);
    put_length(out, "x", at.x);
    put_length(out, "width", at.width);
    fprintf(out, " y=\"%u\" height=\"%u\"", at.y, at.height);
}

void mark_bar(FILE *out, struct box at, enum tone tone, const char *label, const char *value)
{
    open_rect(out, at);
    fprintf(out, " class=\"mark\" fill=\"url(#tone--%s)\"><title>", tone_name(tone));
    markup_text(out, label);
    fputs(": ", out);
    markup_text(out, value);
    fputs("</title></rect>\n", out);
}

void mark_outline(FILE *out, const char *class, struct box at)
{
    open_rect(out, at);
    fprintf(out, " class=\"%s\"/>\n", class);
}

void mark_line(FILE *out, const char *class, unsigned x1, unsigned x2, unsigned y1, unsigned y2)
{
    fputs("<line", out);
    put_length(out, "x1", x1);
    put_length(out, "x2", x2);
    fprintf(out, " y1=\"%u\" y2=\"%u\" class=\"%s\"/>\n", y1, y2, class);
}

void mark_point(FILE *out, enum tone tone, unsigned x, unsigned y)
{
    fputs("<circle", out);
    put_length(out, "cx", x);
    fprintf(out, " cy=\"%u\" r=\"5\" class=\"point t-%s\"/>\n", y, tone_name(tone));
}

void mark_text(FILE *out, const char *class, unsigned x, unsigned y, const char *text,
               unsigned most)
{
    fputs("<text", out);
    put_length(out, "x", x);
    fprintf(out, " y=\"%u\" class=\"%s\">", y, class);
    markup_cut(out, text, most);
    fputs("</text>\n", out);
}

void mark_whisker(FILE *out, double low, double high, unsigned y)
{
    unsigned from = mark_scaled(low, 1), to = mark_scaled(high, 1);

    if (to < from)
        to = from;
    mark_line(out, "whisker", from, to, y, y);
    mark_line(out, "whisker", from, from, y - 4, y + 4);
    mark_line(out, "whisker", to, to, y - 4, y + 4);
}
