/* write_json.c - a document in JSON (RFC 8259), one object; its schema is docs/REPORT.md. */
#include "answer.h"
#include "document.h"
#include "json.h"

#include <inttypes.h>

#define VERSION 1

static const char *tone_name(enum tone t)
{
    static const char *const names[TONES] = {
        [TONE_PLAIN] = "plain",     [TONE_CLEAR] = "clear",   [TONE_STRIPPED] = "stripped",
        [TONE_WEAK] = "weak",       [TONE_HIDDEN] = "hidden", [TONE_GOOD] = "good",
        [TONE_UNKNOWN] = "unknown",
    };

    return names[t];
}

static const char *chart_name(enum chart c)
{
    static const char *const names[] = {
        [CHART_NONE] = "none", [CHART_PARTS] = "parts",         [CHART_BARS] = "bars",
        [CHART_FLOW] = "flow", [CHART_INTERVALS] = "intervals",
    };

    return names[c];
}

/* ---- members of an object: the first one is without a comma */

static void member(FILE *out, bool first, const char *name)
{
    fputs(first ? "{" : ", ", out);
    json_text(out, slice_of(name));
    fputs(": ", out);
}

static void text_member(FILE *out, bool first, const char *name, const char *text)
{
    member(out, first, name);
    if (text)
        json_text(out, slice_of(text));
    else
        fputs("null", out);
}

static void count_member(FILE *out, const char *name, uint64_t value)
{
    member(out, false, name);
    fprintf(out, "%" PRIu64, value);
}

static void real_member(FILE *out, const char *name, bool there, double value)
{
    member(out, false, name);
    json_cell(out, (struct cell){.kind = there ? CELL_REAL : CELL_NULL, .real = value});
}

static void flag_member(FILE *out, const char *name, bool value)
{
    member(out, false, name);
    fputs(value ? "true" : "false", out);
}

/* ---- blocks */

static void put_figure(FILE *out, const struct figure *f)
{
    text_member(out, true, "name", f->name);
    text_member(out, false, "label", f->label);
    count_member(out, "count", f->count);
    member(out, false, "of");
    if (f->share)
        fprintf(out, "%" PRIu64, f->of);
    else
        fputs("null", out);
    real_member(out, "share", f->share && f->of, f->of ? (double)f->count / (double)f->of : 0);
    real_member(out, "low", f->intervalled, f->low);
    real_member(out, "high", f->intervalled, f->high);
    flag_member(out, "estimated", f->estimated);
    text_member(out, false, "unit", f->unit);
    text_member(out, false, "note", f->note);
    text_member(out, false, "tone", tone_name(f->tone));
    fputc('}', out);
}

static void put_figures(FILE *out, const struct block *b)
{
    text_member(out, false, "chart", chart_name(b->chart));
    text_member(out, false, "description", b->description);
    member(out, false, "figures");
    for (unsigned i = 0; i < b->figure_count; i++) {
        fputs(i ? ",\n      " : "[\n      ", out);
        put_figure(out, &b->figures[i]);
    }
    fputc(']', out);
}

static void put_row(FILE *out, const struct block *b, const struct table_row *row)
{
    for (unsigned i = 0; i < b->column_count; i++) {
        const struct table_cell *c = &row->cells[i];
        member(out, i == 0, b->columns[i].name);
        if (c->text)
            json_text(out, slice_of(c->text));
        else
            fprintf(out, "%" PRIu64, c->number);
    }
    fputc('}', out);
}

static void put_table(FILE *out, const struct block *b)
{
    member(out, false, "columns");
    for (unsigned i = 0; i < b->column_count; i++) {
        fputs(i ? ", " : "[", out);
        text_member(out, true, "name", b->columns[i].name);
        text_member(out, false, "title", b->columns[i].title);
        fputc('}', out);
    }
    fputc(']', out);
    member(out, false, "rows");
    for (unsigned i = 0; i < b->row_count; i++) {
        fputs(i ? ",\n      " : "[\n      ", out);
        put_row(out, b, &b->rows[i]);
    }
    fputc(']', out);
    count_member(out, "rows_left_out", b->rows_left_out);
}

static void put_line(FILE *out, const struct series_line *l, unsigned places)
{
    text_member(out, true, "name", l->name);
    text_member(out, false, "label", l->label);
    text_member(out, false, "tone", tone_name(l->tone));
    member(out, false, "values");
    for (unsigned i = 0; i < places; i++)
        fprintf(out, "%s%" PRIu64, i ? ", " : "[", l->values[i]);
    fputs("]}", out);
}

static void put_series(FILE *out, const struct block *b)
{
    text_member(out, false, "description", b->description);
    member(out, false, "places");
    for (unsigned i = 0; i < b->place_count; i++) {
        fputs(i ? ", " : "[", out);
        json_text(out, slice_of(b->places[i]));
    }
    fputc(']', out);
    member(out, false, "lines");
    for (unsigned i = 0; i < b->line_count; i++) {
        fputs(i ? ",\n      " : "[\n      ", out);
        put_line(out, &b->lines[i], b->place_count);
    }
    fputc(']', out);
}

static void put_axis(FILE *out, const struct curve_axis *axis)
{
    text_member(out, true, "label", axis->label);
    text_member(out, false, "unit", axis->unit);
    flag_member(out, "share", axis->share);
    real_member(out, "least", true, axis->least);
    real_member(out, "most", true, axis->most);
    fputc('}', out);
}

/* Each `step`-th number: one of the three of each value; or places, which are next to each other. */
static void put_reals(FILE *out, const char *name, const double *first, size_t step, unsigned count)
{
    member(out, false, name);
    fputc('[', out);
    for (unsigned i = 0; i < count; i++) {
        fputs(i ? ", " : "", out);
        json_cell(out, (struct cell){.kind = CELL_REAL, .real = first[i * step]});
    }
    fputc(']', out);
}

static void put_curve(FILE *out, const struct curve *c, unsigned points)
{
    const size_t step = sizeof *c->values / sizeof(double);

    text_member(out, true, "name", c->name);
    text_member(out, false, "label", c->label);
    text_member(out, false, "tone", tone_name(c->tone));
    put_reals(out, "values", &c->values->at, step, points);
    put_reals(out, "low", &c->values->low, step, points);
    put_reals(out, "high", &c->values->high, step, points);
    fputc('}', out);
}

static void put_curves(FILE *out, const struct block *b)
{
    text_member(out, false, "description", b->description);
    member(out, false, "across");
    put_axis(out, &b->across);
    member(out, false, "up");
    put_axis(out, &b->up);
    put_reals(out, "places", b->xs, 1, b->x_count);
    member(out, false, "lines");
    for (unsigned i = 0; i < b->curve_count; i++) {
        fputs(i ? ",\n      " : "[\n      ", out);
        put_curve(out, &b->curves[i], b->x_count);
    }
    fputc(']', out);
}

static void put_block(FILE *out, const struct block *b)
{
    static const char *const kinds[] = {
        [BLOCK_SAY] = "text",      [BLOCK_FIGURES] = "figures", [BLOCK_TABLE] = "table",
        [BLOCK_SERIES] = "series", [BLOCK_CURVES] = "curves",
    };

    text_member(out, true, "kind", kinds[b->kind]);
    if (b->kind == BLOCK_SAY) {
        text_member(out, false, "text", b->text);
        flag_member(out, "lead", b->lead);
        fputc('}', out);
        return;
    }
    text_member(out, false, "name", b->name);
    text_member(out, false, "title", b->title);
    if (b->kind == BLOCK_FIGURES)
        put_figures(out, b);
    else if (b->kind == BLOCK_TABLE)
        put_table(out, b);
    else if (b->kind == BLOCK_SERIES)
        put_series(out, b);
    else
        put_curves(out, b);
    fputc('}', out);
}

/* ---- sections and answers */

static void put_section(FILE *out, const struct section *s)
{
    bool first = true;

    text_member(out, true, "name", s->name);
    text_member(out, false, "title", s->title);
    member(out, false, "blocks");
    fputc('[', out);
    for (unsigned i = 0; i < s->block_count; i++) {
        if (block_empty(s->blocks[i]) && s->blocks[i]->figure_count == 0)
            continue;
        fputs(first ? "\n    " : ",\n    ", out);
        first = false;
        put_block(out, s->blocks[i]);
    }
    fputs("]}", out);
}

static void put_answer(FILE *out, const struct answer *a)
{
    text_member(out, true, "title", a->question->title);
    member(out, false, "rows");
    fputc('[', out);
    for (unsigned row = 0; row < a->rows; row++) {
        fputs(row ? ",\n    " : "\n    ", out);
        for (unsigned i = 0; i < a->columns; i++) {
            member(out, i == 0, a->names[i]);
            json_cell(out, a->cells[row * a->columns + i]);
        }
        fputc('}', out);
    }
    fputc(']', out);
    count_member(out, "rows_left_out", a->rows_left_out);
    fputc('}', out);
}

void write_json(FILE *out, const struct document *d)
{
    text_member(out, true, "format", "mailtap-report");
    count_member(out, "version", VERSION);
    text_member(out, false, "title", d->title);
    fputs(",\n \"facts\": [", out);
    for (unsigned i = 0; i < d->fact_count; i++) {
        fputs(i ? ", " : "", out);
        json_text(out, slice_of(d->facts[i]));
    }
    fputs("],\n \"sections\": [", out);
    for (unsigned i = 0; i < d->section_count; i++) {
        fputs(i ? ",\n  " : "\n  ", out);
        put_section(out, d->sections[i]);
    }
    fputs("],\n \"answers\": {", out);
    for (unsigned i = 0; i < d->answer_count; i++) {
        fputs(i ? ",\n  " : "\n  ", out);
        json_text(out, slice_of(d->answers[i]->question->name));
        fputs(": ", out);
        put_answer(out, d->answers[i]);
    }
    fputs("}}\n", out);
}
