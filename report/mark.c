/* mark.c - see mark.h. */
#include "mark.h"

#include "markup.h"
#include "page.h"

#include <limits.h>
#include <stdlib.h>

/* ---- tones */

/*
 * Its name, and stripes that are cut out of its colour, so that tones differ in black and white too:
 * how far and which way they repeat, and where in that a cut begins and ends, in percent.  They are
 * gradients, for these are small in a print; patterns become pictures there, one for each mark.
 */
static const struct {
    const char *name;
    int x, y;
    unsigned cuts[2][2];
} tones[TONES] = {
    [TONE_PLAIN] = {"plain", 8, 0, {{0}}},
    [TONE_CLEAR] = {"clear", 5, 5, {{75, 95}}},
    [TONE_STRIPPED] = {"stripped", 5, -5, {{45, 65}, {75, 95}}},
    [TONE_WEAK] = {"weak", 4, 0, {{60, 100}}},
    [TONE_HIDDEN] = {"hidden", 0, 5, {{75, 100}}},
    [TONE_GOOD] = {"good", 8, 0, {{82, 100}}},
    [TONE_UNKNOWN] = {"unknown", 4, -4, {{44, 94}}},
};

const char *mark_tone(enum tone t)
{
    return tones[(unsigned)t < TONES ? t : TONE_PLAIN].name;
}

static void put_stripe(FILE *out, const char *name, const char *cut, unsigned from, unsigned to)
{
    fprintf(out,
            "<stop class=\"tone t-%s%s\" offset=\"%u%%\"/><stop class=\"tone t-%s%s\" "
            "offset=\"%u%%\"/>",
            name, cut, from, name, cut, to);
}

static void put_tone(FILE *out, unsigned tone)
{
    unsigned at = 0;

    fprintf(out,
            "<linearGradient id=\"tone--%s\" gradientUnits=\"userSpaceOnUse\" "
            "spreadMethod=\"repeat\" x1=\"0\" y1=\"%d\" x2=\"%d\" y2=\"%d\">",
            tones[tone].name, tones[tone].y < 0 ? -tones[tone].y : 0, tones[tone].x,
            tones[tone].y < 0 ? 0 : tones[tone].y);
    for (unsigned i = 0; i < 2 && tones[tone].cuts[i][1]; i++) {
        put_stripe(out, tones[tone].name, "", at, tones[tone].cuts[i][0]);
        put_stripe(out, tones[tone].name, " cut", tones[tone].cuts[i][0], tones[tone].cuts[i][1]);
        at = tones[tone].cuts[i][1];
    }
    if (at < 100)
        put_stripe(out, tones[tone].name, "", at, 100);
    fputs("</linearGradient>\n", out);
}

void mark_tones(FILE *out)
{
    fputs("<svg class=\"tones\" width=\"0\" height=\"0\" aria-hidden=\"true\">\n", out);
    for (unsigned i = 0; i < TONES; i++)
        put_tone(out, i);
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
        fprintf(out, "fill=\"url(#tone--%s)\"/></svg>", mark_tone(tone));
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
    fprintf(out, " class=\"mark\" fill=\"url(#tone--%s)\"><title>", mark_tone(tone));
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
    fprintf(out, " cy=\"%u\" r=\"5\" class=\"point tone t-%s\"/>\n", y, mark_tone(tone));
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
