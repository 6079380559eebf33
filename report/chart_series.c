/* chart_series.c - see chart_series.h. */
#include "chart_series.h"

#include "mark.h"
#include "markup.h"
#include "page.h"

#define PLOT_TOP 20u
#define PLOT_HEIGHT 150u
#define LAYER_LEAST 4u /* a layer that is there is seen: what its gap leaves of this */
#define LAYER_GAP 2u   /* to the layer below it */
#define COLUMN_MOST (WHOLE / 10)

static unsigned places_a_column(const struct block *b)
{
    return b->place_count / SERIES_COLUMNS + (b->place_count % SERIES_COLUMNS != 0);
}

static unsigned columns_in(const struct block *b)
{
    unsigned each = places_a_column(b);

    return each ? (b->place_count - 1) / each + 1 : 0;
}

static unsigned slot_of(const struct block *b)
{
    unsigned columns = columns_in(b);

    return columns ? WHOLE / columns : WHOLE;
}

static uint64_t line_sum(const struct block *b, unsigned line, unsigned column)
{
    unsigned each = places_a_column(b);
    uint64_t sum = 0;

    for (unsigned i = column * each; i < (column + 1) * each && i < b->place_count; i++)
        if (__builtin_add_overflow(sum, b->lines[line].values[i], &sum))
            return UINT64_MAX;
    return sum;
}

/* As a number of any size: no sum of lines is more than the plot is high. */
static double column_sum(const struct block *b, unsigned column)
{
    double sum = 0;

    for (unsigned i = 0; i < b->line_count; i++)
        sum += (double)line_sum(b, i, column);
    return sum;
}

static double largest_column(const struct block *b)
{
    double most = 0;

    for (unsigned i = 0; i < columns_in(b); i++)
        most = column_sum(b, i) > most ? column_sum(b, i) : most;
    return most;
}

/* There is room for the least of every line. */
static unsigned plot_height(const struct block *b)
{
    unsigned least = b->line_count * LAYER_LEAST;

    return least > PLOT_HEIGHT ? least : PLOT_HEIGHT;
}

static unsigned layers_in(const struct block *b, unsigned column)
{
    unsigned layers = 0;

    for (unsigned i = 0; i < b->line_count; i++)
        layers += line_sum(b, i, column) != 0;
    return layers;
}

/* Of `room` for what is left of a column, with as many layers on top of this one. */
static unsigned layer_height(double sum, double left, unsigned room, unsigned on_top)
{
    unsigned height = (mark_scaled(sum, left) * room + WHOLE / 2) / WHOLE;
    unsigned most = room - on_top * LAYER_LEAST;

    if (on_top == 0 || height > most)
        return most;
    return height < LAYER_LEAST ? LAYER_LEAST : height;
}

/* The column is as high as its sum asks, however its layers are rounded. */
static void put_column(FILE *out, const struct block *b, unsigned column, double most)
{
    unsigned slot = slot_of(b), layers = layers_in(b, column), gap = 0;
    unsigned width = slot - slot / 5 < COLUMN_MOST ? slot - slot / 5 : COLUMN_MOST;
    struct box at = {column * slot + (slot - width) / 2, width, PLOT_TOP + plot_height(b), 0};
    double left = column_sum(b, column);
    unsigned room = mark_scaled(left, most) * plot_height(b) / WHOLE;

    room = room < layers * LAYER_LEAST ? layers * LAYER_LEAST : room;
    for (unsigned i = 0; i < b->line_count; i++) {
        uint64_t sum = line_sum(b, i, column);
        char number[NUMBER_TEXT];
        if (sum == 0)
            continue;
        unsigned height = layer_height((double)sum, left, room, --layers);
        at.y -= height;
        at.height = height - gap;
        mark_bar(out, at, b->lines[i].tone, b->lines[i].label, number_text(number, sum));
        room -= height;
        left -= (double)sum;
        gap = LAYER_GAP;
    }
}

static void put_place(FILE *out, const struct block *b, unsigned column, const char *class,
                      unsigned x)
{
    unsigned first = column * places_a_column(b);

    mark_text(out, class, x, PLOT_TOP + plot_height(b) + 16, b->places[first], PHONE_COLUMNS / 3);
}

/* All of a few; or the first and the last, the middle, and on a screen what lies halfway between. */
static void put_places(FILE *out, const struct block *b)
{
    unsigned n = columns_in(b), slot = slot_of(b), middle = slot / 2;

    for (unsigned i = 0; n <= 3 && i < n; i++)
        put_place(out, b, i, "axis middle", i * slot + middle);
    if (n <= 3)
        return;
    put_place(out, b, 0, "axis", 0);
    put_place(out, b, n - 1, "axis end", n * slot);
    put_place(out, b, n / 2, "axis middle", n / 2 * slot + middle);
    if (n > 8) {
        put_place(out, b, n / 4, "axis middle on-screen", n / 4 * slot + middle);
        put_place(out, b, n / 2 + n / 4, "axis middle on-screen", (n / 2 + n / 4) * slot + middle);
    }
}

void series_put(FILE *out, const struct block *b)
{
    double most = largest_column(b);
    unsigned bottom = PLOT_TOP + plot_height(b);
    char number[NUMBER_TEXT];

    mark_text(out, "axis", 0, 12, number_text(number, most < 0x1p64 ? (uint64_t)most : UINT64_MAX),
              SCREEN_COLUMNS);
    mark_line(out, "grid", 0, WHOLE, PLOT_TOP, PLOT_TOP);
    for (unsigned i = 0; i < columns_in(b); i++)
        put_column(out, b, i, most);
    mark_line(out, "base", 0, WHOLE, bottom, bottom);
    put_places(out, b);
}

unsigned series_height(const struct block *b)
{
    return PLOT_TOP + plot_height(b) + 22;
}

void series_legend(FILE *out, const struct block *b)
{
    char number[NUMBER_TEXT];

    fputs("<ul class=\"legend\">\n", out);
    for (unsigned i = 0; i < b->line_count; i++) {
        fputs("<li>", out);
        mark_swatch(out, b->lines[i].tone, NULL);
        markup_text(out, b->lines[i].label);
        fputs("</li>\n", out);
    }
    fputs("</ul>\n", out);
    if (places_a_column(b) > 1)
        fprintf(out, "<p class=\"hint\">Each column is the sum of %s rows of the table.</p>\n",
                number_text(number, places_a_column(b)));
}
