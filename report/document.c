/* document.c - see document.h. */
#include "document.h"

#include "page.h"

#include <mailtap/rates.h>
#include <math.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* ---- its memory: all of it goes with the document */

struct piece {
    struct piece *before;
    max_align_t room[];
};

struct pool {
    struct piece *last;
};

void *document_room(struct document *d, size_t count, size_t size)
{
    size_t octets = 0;

    if (__builtin_mul_overflow(count, size, &octets) ||
        __builtin_add_overflow(octets, sizeof(struct piece), &octets))
        must_have(NULL);
    struct piece *p = must_alloc(1, octets);
    p->before = d->pool->last;
    d->pool->last = p;
    return p->room;
}

struct document *document_open(void)
{
    struct document *d = must_alloc(1, sizeof *d);

    d->pool = must_alloc(1, sizeof *d->pool);
    d->title = "";
    return d;
}

void document_close(struct document **d)
{
    if (!*d)
        return;
    for (struct piece *p = (*d)->pool->last, *before; p; p = before) {
        before = p->before;
        free(p);
    }
    free((*d)->pool);
    free(*d);
    *d = NULL;
}

/*
 * Room for one more in an array of `count` that document_room() made: it grows when the count is a
 * power of two, and the old one stays until the end, which doubles the room at most.
 */
static void *one_more(struct document *d, void *array, size_t count, size_t size)
{
    if (count & (count - 1))
        return array;
    void *larger = document_room(d, count ? 2 * count : 1, size);
    if (count)
        memcpy(larger, array, count * size);
    return larger;
}

/* ---- texts */

static const char *kept(struct document *d, const char *text)
{
    size_t octets = strlen(text) + 1;

    return memcpy(document_room(d, octets, 1), text, octets);
}

const char *document_text(struct document *d, struct slice s, unsigned most)
{
    unsigned width;
    char *shown = shown_text(s, most, &width);
    const char *text = kept(d, shown);

    free(shown);
    return text;
}

__attribute__((format(printf, 2, 0))) static const char *words(struct document *d,
                                                               const char *format, va_list args)
{
    char *text = NULL;

    if (vasprintf(&text, format, args) < 0)
        must_have(NULL);
    const char *mine = kept(d, text);
    free(text);
    return mine;
}

const char *document_words(struct document *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    const char *text = words(d, format, args);
    va_end(args);
    return text;
}

/* ---- sections and blocks */

void document_title(struct document *d, const char *title)
{
    d->title = kept(d, title);
}

void document_fact(struct document *d, const char *text)
{
    /* NOLINTNEXTLINE(performance-no-int-to-ptr): it only loses its const */
    const char **facts = one_more(d, (void *)(uintptr_t)d->facts, d->fact_count, sizeof *facts);

    facts[d->fact_count++] = kept(d, text);
    d->facts = facts;
}

void document_section(struct document *d, const char *name, const char *title)
{
    struct section *s = document_room(d, 1, sizeof *s);

    s->name = kept(d, name);
    s->title = kept(d, title);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): a list of pointers */
    d->sections = one_more(d, d->sections, d->section_count, sizeof *d->sections);
    d->sections[d->section_count++] = s;
}

static struct block *add_block(struct document *d, enum block_kind kind, const char *name,
                               const char *title, const char *description)
{
    struct section *s = d->sections[d->section_count - 1];
    struct block *b = document_room(d, 1, sizeof *b);

    b->kind = kind;
    b->name = kept(d, name);
    b->title = kept(d, title);
    b->description = kept(d, description);
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): a list of pointers */
    s->blocks = one_more(d, s->blocks, s->block_count, sizeof *s->blocks);
    s->blocks[s->block_count++] = b;
    return b;
}

static struct block *add_say(struct document *d, const char *text)
{
    struct block *b = add_block(d, BLOCK_SAY, "", "", "");

    b->text = text;
    return b;
}

void say(struct document *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_say(d, words(d, format, args));
    va_end(args);
}

void say_lead(struct document *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_say(d, words(d, format, args))->lead = true;
    va_end(args);
}

void say_item(struct document *d, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    add_say(d, words(d, format, args))->item = true;
    va_end(args);
}

struct block *add_figures(struct document *d, const char *name, const char *title, enum chart chart,
                          const char *description)
{
    struct block *b = add_block(d, BLOCK_FIGURES, name, title, description);

    b->chart = chart;
    return b;
}

void add_figure(struct document *d, struct block *figures, struct figure figure)
{
    figure.name = figure.name ? kept(d, figure.name) : NULL;
    figure.label = kept(d, figure.label);
    figure.unit = kept(d, figure.unit ? figure.unit : "");
    figure.note = kept(d, figure.note ? figure.note : "");
    figures->figures = one_more(d, figures->figures, figures->figure_count,
                                sizeof *figures->figures);
    figures->figures[figures->figure_count++] = figure;
}

struct block *add_table(struct document *d, const char *name, const char *title,
                        const struct table_column *columns, unsigned column_count)
{
    struct block *b = add_block(d, BLOCK_TABLE, name, title, "");

    b->columns = document_room(d, column_count, sizeof *b->columns);
    memcpy(b->columns, columns, column_count * sizeof *columns);
    b->column_count = column_count;
    return b;
}

struct table_row *add_row(struct document *d, struct block *table)
{
    table->rows = one_more(d, table->rows, table->row_count, sizeof *table->rows);
    struct table_row *row = &table->rows[table->row_count++];

    *row = (struct table_row){.cells = document_room(d, table->column_count, sizeof *row->cells)};
    return row;
}

struct block *add_series(struct document *d, const char *name, const char *title,
                         const char *description, unsigned places, const struct series_line *lines,
                         unsigned line_count)
{
    struct block *b = add_block(d, BLOCK_SERIES, name, title, description);

    b->places = document_room(d, places, sizeof *b->places);
    b->place_count = places;
    b->lines = document_room(d, line_count, sizeof *b->lines);
    memcpy(b->lines, lines, line_count * sizeof *lines);
    b->line_count = line_count;
    for (unsigned i = 0; i < line_count; i++)
        b->lines[i].values = document_room(d, places, sizeof *b->lines[i].values);
    return b;
}

struct block *add_curves(struct document *d, const char *name, const char *title,
                         const char *description, const struct curve_axis axes[2], unsigned points,
                         const struct curve *curves, unsigned curve_count)
{
    struct block *b = add_block(d, BLOCK_CURVES, name, title, description);

    b->across = axes[0];
    b->up = axes[1];
    b->x_count = points < CURVE_POINTS ? points : CURVE_POINTS;
    b->xs = document_room(d, b->x_count, sizeof *b->xs);
    b->curve_count = curve_count < CURVE_LINES ? curve_count : CURVE_LINES;
    b->curves = document_room(d, b->curve_count, sizeof *b->curves);
    memcpy(b->curves, curves, b->curve_count * sizeof *curves);
    for (unsigned i = 0; i < b->curve_count; i++)
        b->curves[i].values = document_room(d, b->x_count, sizeof *b->curves[i].values);
    return b;
}

bool curve_banded(const struct curve *c, unsigned points)
{
    for (unsigned i = 0; i < points; i++)
        if (c->values[i].low < c->values[i].at || c->values[i].high > c->values[i].at)
            return true;
    return false;
}

const char *axis_text(char to[AXIS_TEXT], const struct curve_axis *axis, double value)
{
    char number[NUMBER_TEXT];

    if (!isfinite(value))
        snprintf(to, AXIS_TEXT, "-");
    else if (axis->share)
        snprintf(to, AXIS_TEXT, "%.1f %%", 100 * fmin(fmax(value, -10), 10));
    else if (value >= 100 && value < 0x1p63)
        snprintf(to, AXIS_TEXT, "%s%s%.40s", number_text(number, (uint64_t)(value + 0.5)),
                 *axis->unit ? " " : "", axis->unit);
    else
        snprintf(to, AXIS_TEXT, "%.*g%s%.40s", fabs(value) < 10 ? 2 : 3, value,
                 *axis->unit ? " " : "", axis->unit);
    return to;
}

static bool all_quiet(const struct block *b)
{
    for (unsigned i = 0; i < b->figure_count; i++)
        if (!b->figures[i].quiet)
            return false;
    return true;
}

bool block_empty(const struct block *b)
{
    switch (b->kind) {
    case BLOCK_SAY:
        return !*b->text;
    case BLOCK_FIGURES:
        return all_quiet(b);
    case BLOCK_TABLE:
        return b->row_count == 0;
    case BLOCK_SERIES:
        return b->place_count == 0;
    case BLOCK_CURVES:
        return b->x_count == 0 || b->curve_count == 0;
    }
    return true;
}

bool section_empty(const struct section *s)
{
    for (unsigned i = 0; i < s->block_count && !s->quiet; i++)
        if (!block_empty(s->blocks[i]))
            return false;
    return true;
}

const struct figure *document_next(const struct document *d, struct figure_place *p)
{
    for (; p->section < d->section_count; p->section++, p->block = 0) {
        const struct section *s = d->sections[p->section];
        for (; p->block < s->block_count; p->block++, p->figure = 0) {
            const struct block *b = s->blocks[p->block];
            while (p->figure < b->figure_count) {
                const struct figure *f = &b->figures[p->figure++];
                if (f->name)
                    return f;
            }
        }
    }
    return NULL;
}

const struct figure *document_figure(const struct document *d, const char *name)
{
    struct figure_place p = {0};
    const struct figure *f;

    while ((f = document_next(d, &p)) != NULL && strcmp(f->name, name) != 0)
        ;
    return f;
}

const char *figure_text(char to[FIGURE_TEXT], const struct figure *f)
{
    char count[NUMBER_TEXT], of[NUMBER_TEXT];
    const char *about = f->estimated ? "about " : "";
    int n = snprintf(to, FIGURE_TEXT, "%s%s", f->share ? "" : about, number_text(count, f->count));

    if (f->share)
        n += snprintf(to + n, FIGURE_TEXT - (size_t)n, " of %s%s", about, number_text(of, f->of));
    if (*f->unit)
        n += snprintf(to + n, FIGURE_TEXT - (size_t)n, " %.60s", f->unit);
    if (f->share && f->of >= SHARE_MINIMUM) {
        n += snprintf(to + n, FIGURE_TEXT - (size_t)n, " (%.1f %%",
                      100 * (double)f->count / (double)f->of);
        if (f->intervalled)
            n += snprintf(to + n, FIGURE_TEXT - (size_t)n, ", %.1f to %.1f", 100 * f->low,
                          100 * f->high);
        snprintf(to + n, FIGURE_TEXT - (size_t)n, ")");
    }
    return to;
}
