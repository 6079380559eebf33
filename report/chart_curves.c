/* chart_curves.c - see chart_curves.h. */
#include "chart_curves.h"

#include "mark.h"
#include "markup.h"
#include "page.h"

/* The plot: along the chart in hundredths of a percent, across it in pixels. */
#define LEFT 1200u
#define RIGHT 7300u
#define TOP 28u
#define HEIGHT 226u
#define BOTTOM (TOP + HEIGHT)

/* Names at the ends of lines: how far they are from each other, and from the plot. */
#define NAME_APART 18u
#define NAME_LEFT (RIGHT + 350)
#define NAME_PHONE ((WHOLE - NAME_LEFT) * PHONE_COLUMNS / WHOLE)
#define NAME_SCREEN ((WHOLE - NAME_LEFT) * SCREEN_COLUMNS / WHOLE)

_Static_assert((CURVE_LINES - 1) * NAME_APART <= HEIGHT, "all lines can have their names");

/* Points of a line that have a mark. */
#define MARKED 11u

/* ---- how lines differ */

static const char *const shapes[] = {
    "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0z", /* a disc */
    "M-4.5 -4.5h9v9h-9z",                    /* a square */
    "M0 -6l6 10.5h-12z",                     /* a triangle */
    "M0 -6.5l6.5 6.5l-6.5 6.5l-6.5 -6.5z",   /* a square on its corner */
    "M0 6l6 -10.5h-12z",                     /* a triangle on its corner */
    "M-2 -6h4v4h4v4h-4v4h-4v-4h-4v-4h4z",    /* a cross */
};
static const char *const dashes[] = {"none", "8 4", "2 4", "10 3 2 3", "16 5", "5 3 1 3 1 3"};

#define SHAPES (sizeof shapes / sizeof *shapes)
#define DASHES (sizeof dashes / sizeof *dashes)

static const char *shape_of(unsigned line)
{
    return shapes[line % SHAPES];
}

/* No two lines have both in common. */
static const char *dash_of(unsigned line)
{
    return dashes[(line + line / SHAPES) % DASHES];
}

/* ---- where things are */

static unsigned along(const struct block *b, double x)
{
    return mark_scaled(x - b->across.least, b->across.most - b->across.least);
}

/* From the top, in hundredths of a percent of the plot. */
static unsigned down(const struct block *b, double y)
{
    return WHOLE - mark_scaled(y - b->up.least, b->up.most - b->up.least);
}

static unsigned plot_x(unsigned x)
{
    return LEFT + (x * (RIGHT - LEFT) + WHOLE / 2) / WHOLE;
}

static unsigned plot_y(unsigned y)
{
    return TOP + (y * HEIGHT + WHOLE / 2) / WHOLE;
}

/* ---- the axes */

static void put_tick_across(FILE *out, const struct block *b, unsigned quarter)
{
    char text[AXIS_TEXT];
    double value = b->across.least + (b->across.most - b->across.least) * quarter / 4;
    unsigned x = plot_x(quarter * WHOLE / 4);

    mark_line(out, "grid", x, x, BOTTOM, BOTTOM + 4);
    mark_text(out, quarter % 2 ? "axis middle on-screen" : "axis middle", x, BOTTOM + 18,
              axis_text(text, &b->across, value), PHONE_COLUMNS / 4);
}

static void put_tick_up(FILE *out, const struct block *b, unsigned quarter)
{
    char text[AXIS_TEXT];
    double value = b->up.least + (b->up.most - b->up.least) * quarter / 4;
    unsigned y = plot_y(WHOLE - quarter * WHOLE / 4);

    mark_line(out, quarter ? "grid" : "base", LEFT, RIGHT, y, y);
    mark_text(out, "axis end", LEFT - 150, y + 4, axis_text(text, &b->up, value),
              PHONE_COLUMNS / 4);
}

static void put_axes(FILE *out, const struct block *b)
{
    for (unsigned quarter = 0; quarter <= 4; quarter++) {
        put_tick_up(out, b, quarter);
        put_tick_across(out, b, quarter);
    }
    mark_text(out, "axis", 0, 12, b->up.label, PHONE_COLUMNS);
    mark_text(out, "axis middle", (LEFT + RIGHT) / 2, BOTTOM + 36, b->across.label,
              PHONE_COLUMNS * 3 / 4);
}

/* ---- bands: the tone's stripes, cut out along the intervals */

static void put_corner(FILE *out, unsigned x, unsigned y)
{
    fprintf(out, "%u.%04u,%u.%04u ", x / WHOLE, x % WHOLE, y / WHOLE, y % WHOLE);
}

static void put_band(FILE *out, const struct block *b, unsigned line, const char *id)
{
    const struct curve *c = &b->curves[line];

    if (!curve_banded(c, b->x_count))
        return;
    fprintf(out,
            "<clipPath id=\"%s--band-%u\" clipPathUnits=\"objectBoundingBox\"><polygon points=\"",
            id, line);
    for (unsigned i = 0; i < b->x_count; i++)
        put_corner(out, along(b, b->xs[i]), down(b, c->values[i].high));
    for (unsigned i = b->x_count; i-- > 0;)
        put_corner(out, along(b, b->xs[i]), down(b, c->values[i].low));
    fprintf(out,
            "\"/></clipPath>\n<rect x=\"%u.%02u%%\" width=\"%u.%02u%%\" y=\"%u\" height=\"%u\" "
            "class=\"band\" fill=\"url(#tone--%s)\" clip-path=\"url(#%s--band-%u)\"/>\n",
            LEFT / 100, LEFT % 100, (RIGHT - LEFT) / 100, (RIGHT - LEFT) % 100, TOP, HEIGHT,
            mark_tone(c->tone), id, line);
}

/* ---- lines: in a plot of their own that is stretched, their strokes are not */

static void put_line(FILE *out, const struct block *b, unsigned line)
{
    const struct curve *c = &b->curves[line];

    fprintf(out, "<polyline class=\"curve t-%s\" stroke-dasharray=\"%s\" points=\"",
            mark_tone(c->tone), dash_of(line));
    for (unsigned i = 0; i < b->x_count; i++)
        fprintf(out, "%u,%u ", along(b, b->xs[i]), down(b, c->values[i].at));
    fputs("\"/>\n", out);
}

static void put_lines(FILE *out, const struct block *b)
{
    fprintf(out,
            "<svg x=\"%u.%02u%%\" width=\"%u.%02u%%\" y=\"%u\" height=\"%u\" viewBox=\"0 0 %u %u\" "
            "preserveAspectRatio=\"none\" overflow=\"visible\" aria-hidden=\"true\">\n",
            LEFT / 100, LEFT % 100, (RIGHT - LEFT) / 100, (RIGHT - LEFT) % 100, TOP, HEIGHT, WHOLE,
            WHOLE);
    for (unsigned i = 0; i < b->curve_count; i++)
        put_line(out, b, i);
    fputs("</svg>\n", out);
}

/* ---- points */

static void put_point(FILE *out, const struct block *b, unsigned line, unsigned place)
{
    const struct curve *c = &b->curves[line];
    unsigned x = plot_x(along(b, b->xs[place]));
    char at[AXIS_TEXT], value[AXIS_TEXT];

    fprintf(out,
            "<svg x=\"%u.%02u%%\" y=\"%u\" width=\"1\" height=\"1\" overflow=\"visible\" "
            "aria-hidden=\"true\"><path class=\"point tone t-%s\" d=\"%s\"><title>",
            x / 100, x % 100, plot_y(down(b, c->values[place].at)), mark_tone(c->tone),
            shape_of(line));
    markup_text(out, c->label);
    fprintf(out, ", %s: %s</title></path></svg>\n", axis_text(at, &b->across, b->xs[place]),
            axis_text(value, &b->up, c->values[place].at));
}

/* Lines that lie on each other have theirs at different places, as far as there are enough. */
static void put_points(FILE *out, const struct block *b, unsigned line)
{
    unsigned each = b->x_count ? (b->x_count - 1) / MARKED + 1 : 1;

    for (unsigned i = line % each; i < b->x_count; i += each)
        put_point(out, b, line, i);
}

/* ---- names */

struct name {
    unsigned line, from, y; /* where the line ends, and where its name is */
};

/* In the order of their ends, each below the one before it. */
static void order_names(const struct block *b, struct name names[CURVE_LINES])
{
    for (unsigned i = 0; i < b->curve_count; i++) {
        unsigned y = plot_y(down(b, b->curves[i].values[b->x_count - 1].at)), k = i;
        for (; k > 0 && names[k - 1].from > y; k--)
            names[k] = names[k - 1];
        names[k] = (struct name){i, y, y};
    }
}

/* Apart from each other, and inside of the plot: down first, then up again from its end. */
static void spread_names(struct name names[CURVE_LINES], unsigned count)
{
    for (unsigned i = 1; i < count; i++)
        if (names[i].y < names[i - 1].y + NAME_APART)
            names[i].y = names[i - 1].y + NAME_APART;
    for (unsigned i = count, most = BOTTOM; i-- > 0; most = names[i].y - NAME_APART)
        if (names[i].y > most)
            names[i].y = most;
}

static void put_name(FILE *out, const struct block *b, const struct name *n)
{
    const char *label = b->curves[n->line].label;
    bool cut = mark_columns(label) > NAME_PHONE;

    mark_line(out, "grid", RIGHT + 120, NAME_LEFT - 60, n->from, n->y);
    if (cut)
        mark_text(out, "label on-phone", NAME_LEFT, n->y + 4, label, NAME_PHONE);
    mark_text(out, cut ? "label on-screen" : "label", NAME_LEFT, n->y + 4, label, NAME_SCREEN);
}

/* ---- all of it */

void curves_put(FILE *out, const struct block *b, const char *id)
{
    struct name names[CURVE_LINES] = {{0}};

    put_axes(out, b);
    for (unsigned i = 0; i < b->curve_count; i++)
        put_band(out, b, i, id);
    put_lines(out, b);
    for (unsigned i = 0; i < b->curve_count; i++)
        put_points(out, b, i);
    order_names(b, names);
    spread_names(names, b->curve_count);
    for (unsigned i = 0; i < b->curve_count; i++)
        put_name(out, b, &names[i]);
}

void curves_legend(FILE *out, const struct block *b)
{
    bool banded = false;

    fputs("<ul class=\"legend\">\n", out);
    for (unsigned i = 0; i < b->curve_count; i++) {
        const char *tone = mark_tone(b->curves[i].tone);
        fprintf(out,
                "<li><svg class=\"key-line\" width=\"36\" height=\"14\" viewBox=\"-18 -7 36 14\" "
                "aria-hidden=\"true\"><polyline class=\"curve t-%s\" stroke-dasharray=\"%s\" "
                "points=\"-18,0 18,0\"/><path class=\"point tone t-%s\" d=\"%s\"/></svg>",
                tone, dash_of(i), tone, shape_of(i));
        markup_text(out, b->curves[i].label);
        fputs("</li>\n", out);
        banded |= curve_banded(&b->curves[i], b->x_count);
    }
    fputs("</ul>\n", out);
    if (banded)
        fputs("<p class=\"hint\">Bands are 95 % intervals.</p>\n", out);
}
