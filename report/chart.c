/* chart.c - see chart.h. */
#include "chart.h"

#include "chart_curves.h"
#include "chart_series.h"
#include "mark.h"
#include "markup.h"
#include "page.h"

#include <mailtap/rates.h>

/* ---- figures in words */

static bool share_told(const struct figure *f)
{
    return f->share && f->of >= SHARE_MINIMUM;
}

#define VALUE_TEXT 80
/* "41 of about 120", "about 1,234": what is estimated is the whole, or a count by itself. */
static const char *count_text(char to[VALUE_TEXT], const struct figure *f)
{
    char count[NUMBER_TEXT], of[NUMBER_TEXT];
    const char *about = f->estimated ? "about " : "";

    if (f->share)
        snprintf(to, VALUE_TEXT, "%s of %s%s", number_text(count, f->count), about,
                 number_text(of, f->of));
    else
        snprintf(to, VALUE_TEXT, "%s%s", about, number_text(count, f->count));
    return to;
}

/* "34.2 %", or the counts where they are too few for a share. */
static const char *value_text(char to[VALUE_TEXT], const struct figure *f)
{
    char percent[PERCENT_TEXT];

    if (!share_told(f))
        return count_text(to, f);
    snprintf(to, VALUE_TEXT, "%s %%",
             percent_text(percent, 100 * (double)f->count / (double)f->of));
    return to;
}

/* The line above a bar: its label, cut to what its value leaves of the width, and that value. */
static void put_heading(FILE *out, const struct figure *f, const char *value, unsigned y)
{
    unsigned taken = shown_width(value) * 5 / 4 + 2; /* it is bold */
    unsigned label = mark_columns(f->label);
    unsigned phone = taken + 8 < PHONE_COLUMNS ? PHONE_COLUMNS - taken : 8;
    unsigned screen = taken + 8 < SCREEN_COLUMNS ? SCREEN_COLUMNS - taken : 8;

    if (label > phone)
        mark_text(out, "label on-phone", 0, y, f->label, phone);
    mark_text(out, label > phone ? "label on-screen" : "label", 0, y, f->label, screen);
    mark_text(out, "value", WHOLE, y, value, SCREEN_COLUMNS);
}

/* ---- parts of a whole: one bar, divided */

/* What a part is drawn as at least, for it would not be seen otherwise. */
#define PART_MINIMUM 0.01

static double parts_whole(const struct block *b)
{
    double sum = 0, of = 0;

    for (unsigned i = 0; i < b->figure_count; i++) {
        const struct figure *f = &b->figures[i];
        sum += (double)f->count;
        of = f->share && (double)f->of > of ? (double)f->of : of;
    }
    return sum > of ? sum : of;
}

/* A part's share of the whole as it is drawn. */
static double part_drawn(const struct figure *f, double whole)
{
    double share = f->count ? (double)f->count / whole : 0;

    return f->count && share < PART_MINIMUM ? PART_MINIMUM : share;
}

static void put_part(FILE *out, const struct figure *f, unsigned x, unsigned width)
{
    char value[VALUE_TEXT];
    const char *class = mark_fitting(value_text(value, f), width, "value part",
                                     "value part on-screen");

    mark_bar(out, (struct box){x, width, 22, 30}, f->tone, f->label, value);
    if (x)
        mark_line(out, "gap", x, x, 22, 52);
    if (class)
        mark_text(out, class, x + width / 2, 14, value, SCREEN_COLUMNS);
}

static void put_parts(FILE *out, const struct block *b)
{
    double whole = parts_whole(b), drawn = 0, before = 0, sum = 0;

    for (unsigned i = 0; i < b->figure_count; i++) {
        drawn += part_drawn(&b->figures[i], whole);
        sum += (double)b->figures[i].count;
    }
    drawn += sum < whole ? (whole - sum) / whole : 0; /* what is in no part stays empty */
    mark_outline(out, "rest", (struct box){0, WHOLE, 22, 30});
    for (unsigned i = 0; i < b->figure_count; i++) {
        unsigned x = mark_scaled(before, drawn);
        before += part_drawn(&b->figures[i], whole);
        if (b->figures[i].count)
            put_part(out, &b->figures[i], x, mark_scaled(before, drawn) - x);
    }
}

/* ---- bars, of shares or of counts */

#define BAR_ROW 38u
#define WHISKER_ROW 46u /* the whisker has its line below the bar */

static uint64_t largest_count(const struct block *b)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < b->figure_count; i++)
        if (!b->figures[i].share && b->figures[i].count > most)
            most = b->figures[i].count;
    return most;
}

static bool any_interval(const struct block *b)
{
    for (unsigned i = 0; i < b->figure_count; i++)
        if (share_told(&b->figures[i]) && b->figures[i].intervalled)
            return true;
    return false;
}

static unsigned bar_row(const struct block *b)
{
    return any_interval(b) ? WHISKER_ROW : BAR_ROW;
}

/* What is there is seen. */
#define BAR_LEAST (WHOLE / 250)

static unsigned bar_length(const struct figure *f, uint64_t most)
{
    unsigned length = mark_scaled((double)f->count, (double)(f->share ? f->of : most));

    return f->count && length < BAR_LEAST ? BAR_LEAST : length;
}

static void put_bars(FILE *out, const struct block *b)
{
    uint64_t most = largest_count(b);

    for (unsigned i = 0; i < b->figure_count; i++) {
        const struct figure *f = &b->figures[i];
        unsigned y = i * bar_row(b);
        unsigned length = bar_length(f, most);
        char value[VALUE_TEXT];
        put_heading(out, f, value_text(value, f), y + 14);
        if (f->share)
            mark_outline(out, "track", (struct box){0, WHOLE, y + 20, 12});
        mark_bar(out, (struct box){0, length, y + 20, 12}, f->tone, f->label, value);
        if (share_told(f) && f->intervalled)
            mark_whisker(out, f->low, f->high, y + 38);
    }
}

/* ---- steps: what went on from one to the next, what did not, and what is not known */

#define STEP_ROW 54u

static uint64_t largest_of_all(const struct block *b)
{
    uint64_t most = 0;

    for (unsigned i = 0; i < b->figure_count; i++) {
        const struct figure *f = &b->figures[i];
        most = f->count > most ? f->count : most;
        most = f->share && f->of > most ? f->of : most;
    }
    return most;
}

/* What came to a step: the cases that it is a share of, or all of the step before. */
static uint64_t came_to(const struct block *b, unsigned step)
{
    const struct figure *f = &b->figures[step];

    if (f->share)
        return f->of;
    return step && b->figures[step - 1].count > f->count ? b->figures[step - 1].count : f->count;
}

static void put_lost(FILE *out, uint64_t lost, struct box at)
{
    char number[NUMBER_TEXT], text[NUMBER_TEXT + 4];

    snprintf(text, sizeof text, "\u2212%s", number_text(number, lost));
    const char *class = mark_fitting(text, at.width, "value part", "value part on-screen");
    mark_outline(out, "lost", at);
    if (class)
        mark_text(out, class, at.x + at.width / 2, at.y + 15, text, SCREEN_COLUMNS);
}

static void put_step(FILE *out, const struct block *b, unsigned step, double most)
{
    const struct figure *f = &b->figures[step];
    uint64_t came = came_to(b, step), before = step ? b->figures[step - 1].count : came;
    unsigned y = step * STEP_ROW, went_on = mark_scaled((double)f->count, most);
    unsigned known = mark_scaled((double)came, most), all = mark_scaled((double)before, most);
    char value[VALUE_TEXT], number[NUMBER_TEXT];

    put_heading(out, f, count_text(value, f), y + 14);
    if (all > known) {
        mark_bar(out, (struct box){known, all - known, y + 20, 22}, TONE_UNKNOWN, "not known",
                 number_text(number, before - came));
        mark_line(out, "gap", known, known, y + 20, y + 42);
    }
    if (known > went_on)
        put_lost(out, came - f->count, (struct box){went_on, known - went_on, y + 20, 22});
    mark_bar(out, (struct box){0, went_on, y + 20, 22}, f->tone, f->label, value);
    mark_line(out, "gap", went_on, went_on, y + 20, y + 42);
}

static void put_flow(FILE *out, const struct block *b)
{
    double most = (double)largest_of_all(b);

    for (unsigned i = 0; i < b->figure_count; i++)
        put_step(out, b, i, most);
}

static bool flow_has_unknown(const struct block *b)
{
    for (unsigned i = 1; i < b->figure_count; i++)
        if (came_to(b, i) < b->figures[i - 1].count)
            return true;
    return false;
}

/* ---- shares as points with their intervals */

#define POINT_ROW 44u
#define AXIS_ROW 20u

static unsigned share_count(const struct block *b)
{
    unsigned shares = 0;

    for (unsigned i = 0; i < b->figure_count; i++)
        shares += b->figures[i].share;
    return shares;
}

static void put_interval(FILE *out, const struct figure *f, unsigned y)
{
    char value[VALUE_TEXT];

    put_heading(out, f, value_text(value, f), y + 14);
    if (!share_told(f)) {
        mark_text(out, "axis", 0, y + 32, "too few for a share", SCREEN_COLUMNS);
        return;
    }
    mark_line(out, "grid", 0, WHOLE, y + 28, y + 28);
    for (unsigned k = 0; k <= 4; k++)
        mark_line(out, "grid", k * WHOLE / 4, k * WHOLE / 4, y + 24, y + 32);
    if (f->intervalled)
        mark_whisker(out, f->low, f->high, y + 28);
    mark_point(out, f->tone, mark_scaled((double)f->count, (double)f->of), y + 28);
}

/* Counts alone have no place on the axis: they are in the table. */
static void put_intervals(FILE *out, const struct block *b)
{
    unsigned bottom = share_count(b) * POINT_ROW, y = 0;

    for (unsigned i = 0; i < b->figure_count; i++)
        if (b->figures[i].share) {
            put_interval(out, &b->figures[i], y);
            y += POINT_ROW;
        }
    mark_text(out, "axis", 0, bottom + 12, "0 %", SCREEN_COLUMNS);
    mark_text(out, "axis middle on-screen", WHOLE / 4, bottom + 12, "25 %", SCREEN_COLUMNS);
    mark_text(out, "axis middle", WHOLE / 2, bottom + 12, "50 %", SCREEN_COLUMNS);
    mark_text(out, "axis middle on-screen", WHOLE / 4 * 3, bottom + 12, "75 %", SCREEN_COLUMNS);
    mark_text(out, "axis end", WHOLE, bottom + 12, "100 %", SCREEN_COLUMNS);
}

/* ---- all of a chart */

static bool any_share_told(const struct block *b)
{
    for (unsigned i = 0; i < b->figure_count; i++)
        if (share_told(&b->figures[i]))
            return true;
    return false;
}

bool chart_drawn(const struct block *b)
{
    if (block_empty(b) || b->kind == BLOCK_SERIES || b->kind == BLOCK_CURVES)
        return !block_empty(b);
    if (b->kind != BLOCK_FIGURES || b->chart == CHART_NONE)
        return false;
    return b->chart != CHART_INTERVALS || any_share_told(b);
}

static unsigned height_of(const struct block *b)
{
    if (b->kind == BLOCK_SERIES)
        return series_height(b);
    if (b->kind == BLOCK_CURVES)
        return CURVES_HEIGHT;
    switch (b->chart) {
    case CHART_PARTS:
        return 54;
    case CHART_BARS:
        return b->figure_count * bar_row(b);
    case CHART_FLOW:
        return b->figure_count * STEP_ROW;
    case CHART_INTERVALS:
        return share_count(b) * POINT_ROW + AXIS_ROW;
    case CHART_NONE:
        break;
    }
    return 0;
}

static void put_marks(FILE *out, const struct block *b, const char *id)
{
    if (b->kind == BLOCK_SERIES)
        series_put(out, b);
    else if (b->kind == BLOCK_CURVES)
        curves_put(out, b, id);
    else if (b->chart == CHART_PARTS)
        put_parts(out, b);
    else if (b->chart == CHART_BARS)
        put_bars(out, b);
    else if (b->chart == CHART_FLOW)
        put_flow(out, b);
    else
        put_intervals(out, b);
}

/* What the marks are, where the rows of the table do not say it. */
static void put_legend(FILE *out, const struct block *b)
{
    if (b->kind == BLOCK_SERIES) {
        series_legend(out, b);
    } else if (b->kind == BLOCK_CURVES) {
        curves_legend(out, b);
    } else if (b->chart == CHART_FLOW) {
        fputs("<ul class=\"legend\">\n<li>", out);
        mark_swatch(out, TONE_PLAIN, "lost");
        fputs("did not go on</li>\n", out);
        if (flow_has_unknown(b)) {
            fputs("<li>", out);
            mark_swatch(out, TONE_UNKNOWN, NULL);
            fputs("not known</li>\n", out);
        }
        fputs("</ul>\n", out);
    } else if (any_interval(b) && b->chart != CHART_PARTS) {
        fputs("<p class=\"hint\">Lines with ends are 95 % intervals.</p>\n", out);
    }
}

void chart_put(FILE *out, const struct block *b, const char *id, struct slice title)
{
    fprintf(out,
            "<svg class=\"chart\" role=\"img\" aria-labelledby=\"%s--title %s--desc\" "
            "width=\"100%%\" height=\"%u\">\n<title id=\"%s--title\">",
            id, id, height_of(b), id);
    markup_octets(out, title);
    fprintf(out, "</title>\n<desc id=\"%s--desc\">", id);
    markup_text(out, *b->description ? b->description : "What it shows is in the table below it.");
    fputs("</desc>\n", out);
    put_marks(out, b, id);
    fputs("</svg>\n", out);
    put_legend(out, b);
}
