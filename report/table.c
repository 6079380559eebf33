/* table.c - rows of a query as a box, as CSV (RFC 4180) or as JSON (RFC 8259), one array or an
 * object a line. */
#include <mailtap/report.h>

#include "json.h"
#include "page.h"

#include <mailtap/err.h>

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- box */

/* Rows that are measured together; a longer answer is more than one box. */
#define BOX_ROWS 2000u

/* Columns of one cell; CSV and JSON give all of it. */
#define BOX_CELL 100u

struct box_cell {
    char *text;
    unsigned width;
    bool right;
};

struct box {
    unsigned columns, rows;
    unsigned *width; /* of each column */
    struct box_cell *head, *cells;
};

static struct box_cell box_cell_of(struct cell c)
{
    struct box_cell made = {.right = c.kind == CELL_INTEGER || c.kind == CELL_REAL};
    char figure[VALUE_TEXT] = "", *hex = NULL;
    struct slice text = c.text;

    if (c.kind == CELL_INTEGER)
        snprintf(figure, sizeof figure, "%" PRId64, c.integer);
    if (c.kind == CELL_REAL)
        value_real_text(figure, c.real);
    if (c.kind == CELL_BLOB)
        hex = value_hex(c.text, BOX_CELL);
    if (c.kind != CELL_TEXT)
        text = slice_of(hex ? hex : figure);
    made.text = shown_text(text, BOX_CELL, &made.width);
    free(hex);
    return made;
}

static void box_measure(struct box *b, unsigned column, const struct box_cell *cell)
{
    if (cell->width > b->width[column])
        b->width[column] = cell->width;
}

static void box_rule(FILE *out, const struct box *b, const char *left, const char *middle,
                     const char *right)
{
    for (unsigned i = 0; i < b->columns; i++) {
        fputs(i ? middle : left, out);
        for (unsigned k = 0; k < b->width[i] + 2; k++)
            fputs("\u2500", out);
    }
    fprintf(out, "%s\n", right);
}

static void box_row(FILE *out, const struct box *b, const struct box_cell *cells)
{
    for (unsigned i = 0; i < b->columns; i++) {
        int pad = (int)(b->width[i] - cells[i].width);
        fprintf(out, "\u2502 %*s%s%*s ", cells[i].right ? pad : 0, "", cells[i].text,
                cells[i].right ? 0 : pad, "");
    }
    fputs("\u2502\n", out);
}

static void box_draw(FILE *out, struct box *b)
{
    box_rule(out, b, "\u250c", "\u252c", "\u2510");
    box_row(out, b, b->head);
    box_rule(out, b, "\u251c", "\u253c", "\u2524");
    for (unsigned i = 0; i < b->rows; i++)
        box_row(out, b, b->cells + (size_t)i * b->columns);
    box_rule(out, b, "\u2514", "\u2534", "\u2518");
}

static void box_empty(struct box *b)
{
    for (size_t i = 0; i < (size_t)b->rows * b->columns; i++)
        free(b->cells[i].text);
    b->rows = 0;
    for (unsigned i = 0; i < b->columns; i++)
        b->width[i] = b->head[i].width;
}

static void box_begin(struct box *b, const struct query *q)
{
    b->columns = query_columns(q);
    b->rows = 0;
    b->width = must_alloc(b->columns, sizeof *b->width);
    b->head = must_alloc(b->columns, sizeof *b->head);
    b->cells = must_alloc((size_t)BOX_ROWS * b->columns, sizeof *b->cells);
    for (unsigned i = 0; i < b->columns; i++)
        b->head[i].text = shown_text(slice_of(query_column(q, i)), BOX_CELL, &b->head[i].width);
    box_empty(b);
}

static void box_end(struct box *b)
{
    box_empty(b);
    for (unsigned i = 0; i < b->columns; i++)
        free(b->head[i].text);
    free(b->head);
    free(b->cells);
    free(b->width);
}

static int write_box(FILE *out, struct query *q, struct err *e)
{
    struct box b;
    bool drawn = false;
    int rc;

    box_begin(&b, q);
    while ((rc = query_next(q, e)) > 0) {
        for (unsigned i = 0; i < b.columns; i++) {
            struct box_cell *cell = &b.cells[(size_t)b.rows * b.columns + i];
            *cell = box_cell_of(query_cell(q, i));
            box_measure(&b, i, cell);
        }
        if (++b.rows == BOX_ROWS) {
            box_draw(out, &b);
            box_empty(&b);
            drawn = true;
        }
    }
    if (rc == 0 && (b.rows || !drawn))
        box_draw(out, &b);
    box_end(&b);
    return rc;
}

/* ---- CSV: RFC 4180, with NULL as nothing and the empty text as "" */

static bool csv_plain(uint8_t octet)
{
    return octet != '"' && octet != ',' && octet != '\r' && octet != '\n' && octet != '\0';
}

static void csv_text(FILE *out, struct slice s)
{
    bool plain = s.n > 0;

    for (size_t i = 0; i < s.n && plain; i++)
        plain = csv_plain(s.p[i]);
    if (plain && s.p[0] != ' ' && s.p[s.n - 1] != ' ') {
        fwrite(s.p, 1, s.n, out);
        return;
    }
    fputc('"', out);
    while (s.n) {
        size_t quote = slice_find(s, '"');
        fwrite(s.p, 1, quote, out);
        if (quote < s.n)
            fputs("\"\"", out);
        s = slice_tail(s, quote + 1);
    }
    fputc('"', out);
}

static int write_csv(FILE *out, struct query *q, struct err *e)
{
    unsigned columns = query_columns(q);
    int rc;

    for (unsigned i = 0; i < columns; i++) {
        fputs(i ? "," : "", out);
        csv_text(out, slice_of(query_column(q, i)));
    }
    fputs("\r\n", out);
    while ((rc = query_next(q, e)) > 0) {
        for (unsigned i = 0; i < columns; i++) {
            struct cell c = query_cell(q, i);
            fputs(i ? "," : "", out);
            if (c.kind == CELL_TEXT)
                csv_text(out, c.text);
            else if (c.kind != CELL_NULL)
                value_plain(out, c, "");
        }
        fputs("\r\n", out);
    }
    return rc;
}

/* ---- JSON */

static void json_row(FILE *out, const struct query *q)
{
    for (unsigned i = 0; i < query_columns(q); i++) {
        fputc(i ? ',' : '{', out);
        json_text(out, slice_of(query_column(q, i)));
        fputc(':', out);
        json_cell(out, query_cell(q, i));
    }
    fputc('}', out);
}

static int write_json(FILE *out, struct query *q, struct err *e)
{
    bool first = true;
    int rc;

    fputc('[', out);
    while ((rc = query_next(q, e)) > 0) {
        fputs(first ? "\n" : ",\n", out);
        first = false;
        json_row(out, q);
    }
    /* An answer that broke off must not look whole. */
    if (rc == 0)
        fputs(first ? "]\n" : "\n]\n", out);
    return rc;
}

static int write_ndjson(FILE *out, struct query *q, struct err *e)
{
    int rc;

    while ((rc = query_next(q, e)) > 0) {
        json_row(out, q);
        fputc('\n', out);
    }
    return rc;
}

int table_write(FILE *out, struct query *q, enum table_format format, struct err *e)
{
    switch (format) {
    case TABLE_CSV:
        return write_csv(out, q, e);
    case TABLE_JSON:
        return write_json(out, q, e);
    case TABLE_NDJSON:
        return write_ndjson(out, q, e);
    case TABLE_BOX:
        break;
    }
    return write_box(out, q, e);
}
