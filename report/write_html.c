/*
 * write_html.c - a document as one HTML file: no script, nothing from elsewhere, and a policy that
 * forbids both.
 *
 * What a chart shows stands in the table below it as well.  Nothing depends on the day, the locale
 * or the machine: the same document gives the same octets.
 */
#include "chart.h"
#include "document.h"
#include "mark.h"
#include "markup.h"
#include "page.h"

#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/rates.h>

#include <stdlib.h>
#include <string.h>

static const char style[] =
#include "style.inc"
    ;

/* Where in the document we are. */
struct place {
    FILE *out;
    const struct section *section;
    char id[MARKUP_ID]; /* of the block */
    struct slice title; /* of the block, or else of its section */
};

/* ---- texts */

static void put_element(FILE *out, const char *open, const char *text, const char *close)
{
    fputs(open, out);
    markup_text(out, text);
    fputs(close, out);
}

/* ---- cells */

/* Columns of a word from which on it is broken: shorter ones stay whole, however narrow the page. */
#define LONG_WORD 24u

/* Of the words of a text: "long" when one must be broken, "word" when there is but one; or "". */
static const char *class_of(const char *text)
{
    unsigned words = 0, width;

    for (const char *word = text; *(word += strspn(word, " ")); words++) {
        size_t octets = strcspn(word, " ");
        free(shown_text((struct slice){(const uint8_t *)word, octets}, 2 * LONG_WORD, &width));
        if (width > LONG_WORD)
            return "long";
        word += octets;
    }
    return words == 1 ? "word" : "";
}

/* `class` may be "". */
static void open_cell(FILE *out, bool head, const char *class, const char *text)
{
    const char *more = class_of(text);

    fputs(head ? "<th scope=\"row\"" : "<td", out);
    if (*class || *more)
        fprintf(out, " class=\"%s%s%s\"", class, *class && *more ? " " : "", more);
    fputc('>', out);
}

static void put_cell(FILE *out, bool head, const char *class, const char *text)
{
    open_cell(out, head, class, text);
    put_element(out, "", text, head ? "</th>" : "</td>");
}

/* ---- tables: a box that scrolls by itself where the page is narrow */

/* Rows from which on a table scrolls in a box on a screen. */
#define TALL 16u

static void open_table(const struct place *at, unsigned rows)
{
    fprintf(at->out, "<div class=\"%s\" role=\"region\" tabindex=\"0\" aria-label=\"Table: ",
            rows >= TALL ? "scroll tall" : "scroll");
    markup_octets(at->out, at->title);
    fputs("\">\n<table>\n<caption>", at->out);
    markup_octets(at->out, at->title);
    fputs("</caption>\n<thead>\n<tr>", at->out);
}

static void close_table(const struct place *at)
{
    fputs("</tbody>\n</table>\n</div>\n", at->out);
}

static void put_head(FILE *out, const char *title, bool number)
{
    fputs(number ? "<th scope=\"col\" class=\"n\">" : "<th scope=\"col\">", out);
    markup_text(out, title);
    fputs("</th>", out);
}

static void put_number(FILE *out, const char *before, uint64_t value)
{
    char number[NUMBER_TEXT];

    fprintf(out, "<td class=\"n\">%s%s</td>", before, number_text(number, value));
}

/* ---- figures */

/* Columns that some figure of a block has something for. */
struct used {
    bool tone, unit, of, share, interval, note;
};

static bool share_told(const struct figure *f)
{
    return f->share && f->of >= SHARE_MINIMUM;
}

static struct used used_by(const struct block *b)
{
    struct used u = {.tone = chart_drawn(b)};

    for (unsigned i = 0; i < b->figure_count; i++) {
        const struct figure *f = &b->figures[i];
        u.unit |= *f->unit != '\0';
        u.of |= f->share;
        u.share |= share_told(f);
        u.interval |= share_told(f) && f->intervalled;
        u.note |= *f->note != '\0';
    }
    return u;
}

static void put_share(FILE *out, const struct figure *f, const struct used *u)
{
    char a[PERCENT_TEXT], b[PERCENT_TEXT];

    if (u->share && share_told(f))
        fprintf(out, "<td class=\"n\">%s %%</td>",
                percent_text(a, 100 * (double)f->count / (double)f->of));
    else if (u->share)
        fputs("<td></td>", out);
    if (u->interval && share_told(f) && f->intervalled)
        fprintf(out, "<td class=\"n\">%s to %s %%</td>", percent_text(a, 100 * f->low),
                percent_text(b, 100 * f->high));
    else if (u->interval)
        fputs("<td></td>", out);
}

static void put_figure(FILE *out, const struct figure *f, const struct used *u)
{
    fputs("<tr>", out);
    open_cell(out, true, u->tone ? "key" : "", f->label);
    if (u->tone)
        mark_swatch(out, f->tone, NULL);
    put_element(out, "", f->label, "</th>");
    put_number(out, f->estimated && !f->share ? "about " : "", f->count);
    if (u->unit)
        put_cell(out, false, "", f->unit);
    if (u->of && f->share)
        put_number(out, f->estimated ? "about " : "", f->of);
    else if (u->of)
        fputs("<td></td>", out);
    put_share(out, f, u);
    if (u->note)
        put_cell(out, false, "", f->note);
    fputs("</tr>\n", out);
}

static void put_figures(const struct place *at, const struct block *b)
{
    const struct used u = used_by(b);

    open_table(at, b->figure_count);
    fputs("<td></td><th scope=\"col\" class=\"n\">count</th>", at->out);
    fputs(u.unit ? "<th scope=\"col\">unit</th>" : "", at->out);
    fputs(u.of ? "<th scope=\"col\" class=\"n\">of</th>" : "", at->out);
    fputs(u.share ? "<th scope=\"col\" class=\"n\">share</th>" : "", at->out);
    fputs(u.interval ? "<th scope=\"col\" class=\"n\">95 % interval</th>" : "", at->out);
    fputs(u.note ? "<th scope=\"col\">note</th>" : "", at->out);
    fputs("</tr>\n</thead>\n<tbody>\n", at->out);
    for (unsigned i = 0; i < b->figure_count; i++)
        put_figure(at->out, &b->figures[i], &u);
    close_table(at);
}

/* ---- lists */

/* Where all rows are shown, they are few, and their names stay on a line. */
static const char *cell_class(const struct block *b, unsigned column)
{
    if (column == 0 && b->whole)
        return "word";
    return b->columns[column].number ? "n" : "";
}

static void put_table(const struct place *at, const struct block *b)
{
    char number[NUMBER_TEXT];

    open_table(at, b->row_count);
    for (unsigned c = 0; c < b->column_count; c++)
        put_head(at->out, b->columns[c].title, b->columns[c].number);
    fputs("</tr>\n</thead>\n<tbody>\n", at->out);
    for (unsigned r = 0; r < b->row_count; r++) {
        fputs("<tr>", at->out);
        for (unsigned c = 0; c < b->column_count; c++)
            if (b->rows[r].cells[c].text) /* the first one names the row */
                put_cell(at->out, c == 0, cell_class(b, c), b->rows[r].cells[c].text);
            else
                put_number(at->out, "", b->rows[r].cells[c].number);
        fputs("</tr>\n", at->out);
    }
    close_table(at);
    if (b->rows_left_out)
        fprintf(at->out, "<p class=\"more\">and %s more.</p>\n",
                number_text(number, b->rows_left_out));
}

/* ---- series */

static void put_series(const struct place *at, const struct block *b)
{
    open_table(at, b->place_count);
    fputs("<td></td>", at->out);
    for (unsigned i = 0; i < b->line_count; i++)
        put_head(at->out, b->lines[i].label, true);
    fputs("</tr>\n</thead>\n<tbody>\n", at->out);
    for (unsigned k = 0; k < b->place_count; k++) {
        fputs("<tr>", at->out);
        put_cell(at->out, true, "", b->places[k]);
        for (unsigned i = 0; i < b->line_count; i++)
            put_number(at->out, "", b->lines[i].values[k]);
        fputs("</tr>\n", at->out);
    }
    close_table(at);
}

/* ---- curves */

static void put_curve_value(FILE *out, const struct curve_axis *axis, const struct curve_value *v,
                            bool banded)
{
    char at[AXIS_TEXT], low[AXIS_TEXT], high[AXIS_TEXT];

    fprintf(out, "<td class=\"n\">");
    markup_text(out, axis_text(at, axis, v->at));
    if (banded) {
        fputs(" (", out);
        markup_text(out, axis_text(low, axis, v->low));
        fputs(" to ", out);
        markup_text(out, axis_text(high, axis, v->high));
        fputc(')', out);
    }
    fputs("</td>", out);
}

static void put_curves(const struct place *at, const struct block *b)
{
    char x[AXIS_TEXT];

    open_table(at, b->x_count);
    put_head(at->out, b->across.label, false);
    for (unsigned i = 0; i < b->curve_count; i++)
        put_head(at->out, b->curves[i].label, true);
    fputs("</tr>\n</thead>\n<tbody>\n", at->out);
    for (unsigned k = 0; k < b->x_count; k++) {
        fputs("<tr>", at->out);
        put_cell(at->out, true, "word", axis_text(x, &b->across, b->xs[k]));
        for (unsigned i = 0; i < b->curve_count; i++)
            put_curve_value(at->out, &b->up, &b->curves[i].values[k],
                            curve_banded(&b->curves[i], b->x_count));
        fputs("</tr>\n", at->out);
    }
    close_table(at);
}

/* ---- blocks and sections */

static void put_sentence(FILE *out, const struct block *b)
{
    put_element(out,
                b->item   ? "<li>"
                : b->lead ? "<p class=\"lead\">"
                          : "<p>",
                b->text, b->item ? "</li>\n" : "</p>\n");
}

static void put_rows(const struct place *at, const struct block *b)
{
    if (b->kind == BLOCK_FIGURES)
        put_figures(at, b);
    else if (b->kind == BLOCK_TABLE)
        put_table(at, b);
    else if (b->kind == BLOCK_SERIES)
        put_series(at, b);
    else
        put_curves(at, b);
}

/* A title without the colon that leads on to what is below it. */
static struct slice title_of(const char *text)
{
    struct slice s = slice_of(text);

    return s.n && s.p[s.n - 1] == ':' ? slice_head(s, s.n - 1) : s;
}

static void put_block(struct place *at, const struct block *b)
{
    bool drawn = chart_drawn(b);

    markup_id(at->id, at->section->name, b->name);
    at->title = title_of(*b->title ? b->title : at->section->title);
    if (*b->title) {
        fprintf(at->out, "<h3 id=\"%s\">", at->id);
        markup_octets(at->out, at->title);
        fputs("</h3>\n", at->out);
    }
    if (drawn) {
        fputs("<figure>\n", at->out);
        chart_put(at->out, b, at->id, at->title);
    }
    put_rows(at, b);
    fputs(drawn ? "</figure>\n" : "", at->out);
}

/* Without the figures that are not for eyes. */
static void put_seen(struct place *at, const struct block *b)
{
    struct block seen = *b;

    seen.figures = must_alloc(b->figure_count, sizeof *seen.figures);
    seen.figure_count = 0;
    for (unsigned i = 0; i < b->figure_count; i++)
        if (!b->figures[i].quiet)
            seen.figures[seen.figure_count++] = b->figures[i];
    put_block(at, &seen);
    free(seen.figures);
}

static void put_section(FILE *out, const struct section *s)
{
    struct place at = {.out = out, .section = s};
    char id[MARKUP_ID];
    bool list = false; /* points that follow one another are one list */

    fprintf(out, "<section id=\"%s\">\n<h2>", markup_id(id, s->name, NULL));
    put_element(out, "", s->title, "</h2>\n");
    for (unsigned i = 0; i < s->block_count; i++) {
        const struct block *b = s->blocks[i];
        bool item = b->kind == BLOCK_SAY && b->item;
        if (block_empty(b))
            continue;
        if (item != list)
            fputs(item ? "<ul>\n" : "</ul>\n", out);
        list = item;
        if (b->kind == BLOCK_SAY)
            put_sentence(out, b);
        else
            put_seen(&at, b);
    }
    fputs(list ? "</ul>\n</section>\n" : "</section>\n", out);
}

/* ---- the page */

/* RFC 4648 4: 32 octets are 43 digits and a '='. */
#define HASH_TEXT 45
static const char *hash_text(char to[HASH_TEXT], const uint8_t hash[DIGEST_OCTETS])
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    uint32_t bits = 0;
    unsigned held = 0, used = 0;

    for (unsigned i = 0; i < DIGEST_OCTETS; i++) {
        bits = bits << 8 | hash[i];
        for (held += 8; held >= 6; held -= 6)
            to[used++] = digits[bits >> (held - 6) & 0x3f];
    }
    to[used++] = digits[bits << (6 - held) & 0x3f];
    to[used++] = '=';
    to[used] = '\0';
    return to;
}

/* Of all there could be on a page, this one may have this very style, and nothing else. */
static void put_policy(FILE *out)
{
    uint8_t hash[DIGEST_OCTETS];
    char text[HASH_TEXT];

    digest_of(slice_of(style), hash);
    fprintf(out,
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'sha256-%s'; base-uri 'none'; form-action 'none'\"/>\n",
            hash_text(text, hash));
}

static void put_head_of_page(FILE *out, const struct document *d)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n", out);
    put_policy(out);
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"/>\n"
          "<meta name=\"color-scheme\" content=\"light dark\"/>\n"
          "<meta name=\"referrer\" content=\"no-referrer\"/>\n"
          "<meta name=\"robots\" content=\"noindex\"/>\n",
          out);
    put_element(out, "<title>", d->title, "</title>\n");
    fprintf(out, "<style>%s</style>\n</head>\n", style);
}

static void put_contents(FILE *out, const struct document *d)
{
    char id[MARKUP_ID];

    fputs("<nav aria-labelledby=\"page--contents\">\n<h2 id=\"page--contents\">Contents</h2>\n",
          out);
    fputs("<ol>\n", out);
    for (unsigned i = 0; i < d->section_count; i++) {
        const struct section *s = d->sections[i];
        if (section_empty(s))
            continue;
        fprintf(out, "<li><a href=\"#%s\">", markup_id(id, s->name, NULL));
        put_element(out, "", s->title, "</a></li>\n");
    }
    fputs("</ol>\n</nav>\n", out);
}

static void put_header(FILE *out, const struct document *d)
{
    put_element(out, "<header>\n<h1>", d->title, "</h1>\n");
    for (unsigned i = 0; i < d->fact_count; i++)
        put_element(out, "<p>", d->facts[i], "</p>\n");
    fputs("</header>\n", out);
}

void write_html(FILE *out, const struct document *d)
{
    bool contents = false;

    for (unsigned i = 0; i < d->section_count; i++)
        contents |= !section_empty(d->sections[i]);
    put_head_of_page(out, d);
    fputs("<body>\n<a class=\"skip\" href=\"#page--main\">Skip to the report</a>\n", out);
    mark_tones(out);
    put_header(out, d);
    if (contents)
        put_contents(out, d);
    fputs("<main id=\"page--main\">\n", out);
    for (unsigned i = 0; i < d->section_count; i++)
        if (!section_empty(d->sections[i]))
            put_section(out, d->sections[i]);
    fputs("</main>\n</body>\n</html>\n", out);
}
