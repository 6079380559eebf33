/* write_text.c - a document in text, at most 80 columns wide: it fits a mail from cron. */
#include "document.h"
#include "page.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* Rows of a table and places of a series that are shown; the others are counted. */
#define ROWS_SHOWN 10u
#define PLACES_SHOWN 14u

/* Places of curves that are shown: the first, the last, and what lies evenly between. */
#define CURVE_PLACES 11u

/* Columns of a text that is not the first of its row. */
#define FURTHER_TEXT 24u

/* ---- figures */

/* A share and what is noted of it may be too much for one line. */
static void put_share(const struct page *p, const struct figure *f, const char *text)
{
    unsigned taken = shown_width(f->label) + shown_width(text) + shown_width(f->note);

    if (*f->note && taken + 6 <= PAGE_COLUMNS) {
        page_row(p, f->label, "%s, %s", text, f->note);
        return;
    }
    page_row(p, f->label, "%s", text);
    if (*f->note)
        page_say(p, 4, true, "%s", f->note);
}

static void put_figures(const struct page *p, const struct block *b)
{
    char text[FIGURE_TEXT];

    for (unsigned i = 0; i < b->figure_count; i++) {
        const struct figure *f = &b->figures[i];
        figure_text(text, f);
        if (f->quiet)
            continue;
        if (f->share || !*f->note)
            put_share(p, f, text);
        else
            page_row(p, f->label, "%12s  %.60s", text, f->note);
    }
}

/* ---- tables */

#define INDENT 2u
#define GAP 2u

struct grid {
    unsigned columns;
    unsigned width[32];
    bool right[32];
    unsigned from, to; /* those behind the first that are shown: what does not fit is shown below */
};

static unsigned wider(unsigned a, unsigned b)
{
    return a > b ? a : b;
}

static const char *cell_text(char number[NUMBER_TEXT], const struct table_cell *c)
{
    return c->text ? c->text : number_text(number, c->number);
}

/* What a first column has at least, and at most where there is too much to fit beside it. */
#define FIRST_LEAST 20u
#define FIRST_MOST 34u

static unsigned first_width(const struct block *b, unsigned rows)
{
    char number[NUMBER_TEXT];
    unsigned width = shown_width(b->columns[0].title);

    for (unsigned r = 0; r < rows; r++)
        width = wider(width, shown_width(cell_text(number, &b->rows[r].cells[0])));
    return width < FIRST_MOST ? width : FIRST_MOST;
}

/* The columns from g->from on that fit beside the first one, and one of them anyway. */
static void divide(struct grid *g, unsigned first)
{
    unsigned taken = INDENT + first;

    g->width[0] = first;
    for (g->to = g->from; g->to < g->columns; g->to++) {
        taken += GAP + g->width[g->to];
        if (taken > PAGE_COLUMNS && g->to > g->from)
            return;
    }
}

/* On to the columns that did not fit; false when all have been shown. */
static bool next_columns(struct grid *g)
{
    if (g->to >= g->columns)
        return false;
    g->from = g->to;
    divide(g, g->width[0]);
    return true;
}

/* Columns as wide as what is in them; the first one gets what is left of the line. */
static struct grid measured(const struct block *b, unsigned rows)
{
    struct grid g = {.columns = b->column_count < 32 ? b->column_count : 32};
    char number[NUMBER_TEXT];
    unsigned taken = INDENT;

    for (unsigned c = 1; c < g.columns; c++) {
        g.right[c] = b->columns[c].number;
        for (unsigned r = 0; r < rows; r++)
            g.width[c] = wider(g.width[c], shown_width(cell_text(number, &b->rows[r].cells[c])));
        if (!g.right[c] && g.width[c] > FURTHER_TEXT)
            g.width[c] = FURTHER_TEXT;
        g.width[c] = wider(g.width[c], shown_width(b->columns[c].title));
        taken += GAP + g.width[c];
    }
    g.from = 1;
    g.to = g.columns;
    g.width[0] = PAGE_COLUMNS - taken;
    if (taken + FIRST_LEAST > PAGE_COLUMNS)
        divide(&g, first_width(b, rows));
    return g;
}

static void put_cell(const struct page *p, const struct grid *g, unsigned column, const char *text)
{
    unsigned width, room = g->width[column];
    char *shown = shown_text(slice_of(text), room, &width);
    int pad = (int)(room - width), after = column + 1 == g->to || g->right[column] ? 0 : pad;

    /* NOLINTNEXTLINE(bugprone-branch-clone): the two are alike by chance */
    fprintf(p->out, "%*s%*s%s%*s", (int)(column ? GAP : INDENT), "", g->right[column] ? pad : 0, "",
            shown, after, "");
    free(shown);
}

static void put_row(const struct page *p, const struct grid *g, const struct table_row *row)
{
    char number[NUMBER_TEXT];

    put_cell(p, g, 0, cell_text(number, &row->cells[0]));
    for (unsigned c = g->from; c < g->to; c++)
        put_cell(p, g, c, cell_text(number, &row->cells[c]));
    fputc('\n', p->out);
}

static void put_head(const struct page *p, const struct grid *g, const struct block *b)
{
    fputs(p->colour ? "\033[2m" : "", p->out);
    put_cell(p, g, 0, b->columns[0].title);
    for (unsigned c = g->from; c < g->to; c++)
        put_cell(p, g, c, b->columns[c].title);
    fprintf(p->out, "%s\n", p->colour ? "\033[0m" : "");
}

static void put_more(const struct page *p, uint64_t more)
{
    char number[NUMBER_TEXT];

    if (more)
        page_say(p, INDENT, false, "and %s more.", number_text(number, more));
}

static void put_rows(const struct page *p, const struct grid *g, const struct block *b,
                     unsigned shown)
{
    bool headed = false;

    for (unsigned i = 0; i < shown; i++) {
        if (b->rows[i].sentence) {
            page_say(p, INDENT, true, "%s", b->rows[i].sentence);
            continue;
        }
        if (!headed)
            put_head(p, g, b);
        headed = true;
        put_row(p, g, &b->rows[i]);
    }
}

static bool any_sentence(const struct block *b)
{
    for (unsigned i = 0; i < b->row_count; i++)
        if (b->rows[i].sentence)
            return true;
    return false;
}

static void put_table(const struct page *p, const struct block *b)
{
    unsigned shown = b->row_count < ROWS_SHOWN || b->whole ? b->row_count : ROWS_SHOWN;
    struct grid g = measured(b, shown);

    put_rows(p, &g, b, shown);
    while (!any_sentence(b) && next_columns(&g)) {
        fputc('\n', p->out);
        put_rows(p, &g, b, shown);
    }
    put_more(p, b->row_count - shown + b->rows_left_out);
}

/* ---- series: a table of its last places, and their sums before it */

static void put_place(const struct page *p, const struct grid *g, const struct block *b,
                      unsigned place)
{
    struct table_cell cells[32] = {{.text = b->places[place]}};

    for (unsigned i = 0; i < b->line_count && i < 31; i++)
        cells[i + 1].number = b->lines[i].values[place];
    put_row(p, g, &(struct table_row){.cells = cells});
}

static void put_series(const struct page *p, const struct block *b)
{
    unsigned from = b->place_count > PLACES_SHOWN ? b->place_count - PLACES_SHOWN : 0;
    unsigned columns = 1 + (b->line_count < 31 ? b->line_count : 31);
    struct grid g = {.columns = columns, .width = {10}, .from = 1, .to = columns};
    char number[NUMBER_TEXT];

    for (unsigned i = 0; i < g.columns - 1; i++) {
        g.right[i + 1] = true;
        g.width[i + 1] = shown_width(b->lines[i].label);
        for (unsigned k = from; k < b->place_count; k++)
            g.width[i + 1] = wider(g.width[i + 1],
                                   shown_width(number_text(number, b->lines[i].values[k])));
    }
    put_cell(p, &g, 0, "");
    for (unsigned i = 0; i < g.columns - 1; i++)
        put_cell(p, &g, i + 1, b->lines[i].label);
    fputc('\n', p->out);
    for (unsigned k = from; k < b->place_count; k++)
        put_place(p, &g, b, k);
    if (from)
        page_say(p, INDENT, false, "and %s earlier.", number_text(number, from));
}

/* ---- curves: a table, without the intervals */

static unsigned curve_place(const struct block *b, unsigned row, unsigned rows)
{
    return rows > 1 ? row * (b->x_count - 1) / (rows - 1) : 0;
}

static struct grid curves_measured(const struct block *b, unsigned rows)
{
    struct grid g = {.columns = 1 + b->curve_count, .from = 1};
    char text[AXIS_TEXT];
    unsigned first = shown_width(b->across.label);

    for (unsigned i = 0; i < b->curve_count; i++) {
        g.right[i + 1] = true;
        g.width[i + 1] = wider(shown_width(b->curves[i].label), 7);
        for (unsigned k = 0; k < rows; k++) {
            double at = b->curves[i].values[curve_place(b, k, rows)].at;
            g.width[i + 1] = wider(g.width[i + 1], shown_width(axis_text(text, &b->up, at)));
        }
        g.width[i + 1] = g.width[i + 1] < FURTHER_TEXT ? g.width[i + 1] : FURTHER_TEXT;
    }
    divide(&g, first < FIRST_LEAST ? FIRST_LEAST : first < FIRST_MOST ? first : FIRST_MOST);
    return g;
}

static void put_curve_rows(const struct page *p, const struct grid *g, const struct block *b,
                           unsigned rows)
{
    char text[AXIS_TEXT];

    put_cell(p, g, 0, b->across.label);
    for (unsigned c = g->from; c < g->to; c++)
        put_cell(p, g, c, b->curves[c - 1].label);
    fputc('\n', p->out);
    for (unsigned k = 0; k < rows; k++) {
        unsigned place = curve_place(b, k, rows);
        put_cell(p, g, 0, axis_text(text, &b->across, b->xs[place]));
        for (unsigned c = g->from; c < g->to; c++)
            put_cell(p, g, c, axis_text(text, &b->up, b->curves[c - 1].values[place].at));
        fputc('\n', p->out);
    }
}

static void put_curves(const struct page *p, const struct block *b)
{
    unsigned rows = b->x_count < CURVE_PLACES ? b->x_count : CURVE_PLACES;
    struct grid g = curves_measured(b, rows);

    put_curve_rows(p, &g, b, rows);
    while (next_columns(&g)) {
        fputc('\n', p->out);
        put_curve_rows(p, &g, b, rows);
    }
}

/* ---- all of it */

static void put_block(const struct page *p, const struct block *b)
{
    if (block_empty(b))
        return;
    if (*b->title)
        page_say(p, INDENT, false, "%s", b->title);
    switch (b->kind) {
    case BLOCK_SAY:
        page_say(p, INDENT, b->item, "%s", b->text);
        break;
    case BLOCK_FIGURES:
        put_figures(p, b);
        break;
    case BLOCK_TABLE:
        put_table(p, b);
        break;
    case BLOCK_SERIES:
        put_series(p, b);
        break;
    case BLOCK_CURVES:
        put_curves(p, b);
        break;
    }
}

static void put_section(const struct page *p, const struct section *s)
{
    bool first = true;

    page_heading(p, s->title);
    for (unsigned i = 0; i < s->block_count; i++) {
        if (block_empty(s->blocks[i]))
            continue;
        if (!first && *s->blocks[i]->title)
            fputc('\n', p->out);
        first = false;
        put_block(p, s->blocks[i]);
    }
}

void write_text(FILE *out, const struct document *d, bool colour)
{
    const struct page p = {out, colour};

    fputs(colour ? "\033[1m" : "", out);
    page_say(&p, 0, false, "%s", d->title);
    fputs(colour ? "\033[0;2m" : "", out);
    for (unsigned i = 0; i < d->fact_count; i++)
        page_say(&p, 0, false, "%s", d->facts[i]);
    fputs(colour ? "\033[0m" : "", out);
    for (unsigned i = 0; i < d->section_count; i++)
        if (!section_empty(d->sections[i]))
            put_section(&p, d->sections[i]);
}
