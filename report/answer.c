/* answer.c - see answer.h. */
#include "answer.h"

#include <mailtap/rates.h>

#include <inttypes.h>
#include <string.h>

/* Columns that a text from the database may take; JSON has all of it. */
#define TEXT_COLUMNS 72u

/* ---- asking */

static struct cell keep(struct document *d, struct cell c)
{
    if (c.kind != CELL_TEXT && c.kind != CELL_BLOB)
        return c;
    c.text = slice_head(c.text, ANSWER_TEXT);
    uint8_t *mine = document_room(d, c.text.n + 1, 1);
    if (c.text.n)
        memcpy(mine, c.text.p, c.text.n);
    c.text.p = mine;
    return c;
}

static void keep_row(struct answer *a, const struct query *q, unsigned *room)
{
    if (a->rows == ANSWER_ROWS) {
        a->rows_left_out++;
        return;
    }
    if (a->rows == *room) {
        *room = *room ? 2 * *room : 4;
        struct cell *larger = document_room(a->document, (size_t)*room * a->columns,
                                            sizeof *larger);
        if (a->rows)
            memcpy(larger, a->cells, (size_t)a->rows * a->columns * sizeof *larger);
        a->cells = larger;
    }
    for (unsigned i = 0; i < a->columns; i++)
        a->cells[a->rows * a->columns + i] = keep(a->document, query_cell(q, i));
    a->rows++;
}

static void keep_names(struct answer *a, const struct query *q)
{
    a->columns = query_columns(q);
    a->names = document_room(a->document, a->columns, sizeof *a->names);
    for (unsigned i = 0; i < a->columns; i++)
        a->names[i] = document_words(a->document, "%s", query_column(q, i));
}

static int set(struct query *q, const char *sql, const struct setting *settings, struct err *e)
{
    struct question_header header;

    question_header(sql, &header);
    for (unsigned i = 0; i < header.count; i++)
        for (const struct setting *s = settings; s->name; s++)
            if (s->value && strcmp(s->name, header.parameters[i].name) == 0 &&
                query_set(q, s->name, s->value, e) < 0)
                return -1;
    return 0;
}

static int read_all(struct answer *a, struct query *q, struct err *e)
{
    unsigned room = 0;
    int rc;

    keep_names(a, q);
    while ((rc = query_next(q, e)) > 0)
        keep_row(a, q, &room);
    return rc;
}

/* Room for one more: questions are few, so it is made for all there are. */
static void remember(struct document *d, struct answer *a)
{
    unsigned questions;

    query_questions(&questions);
    if (!d->answers)
        d->answers = document_room(d, questions, sizeof(struct answer *));
    d->answers[d->answer_count++] = a;
}

const struct answer *answer_of(const struct document *d, const char *question)
{
    for (unsigned i = 0; i < d->answer_count; i++)
        if (strcmp(d->answers[i]->question->name, question) == 0)
            return d->answers[i];
    return NULL;
}

const struct answer *answer_ask(struct document *d, struct store *st, const char *question,
                                const struct setting *settings, struct err *e)
{
    const struct answer *there = answer_of(d, question);

    if (there)
        return there;
    struct answer *a = document_room(d, 1, sizeof *a);

    a->question = query_find(question);
    a->document = d;
    struct query *q = query_open(st, a->question->sql, e);
    int rc = !q || set(q, a->question->sql, settings, e) < 0 ? -1 : read_all(a, q, e);
    query_close(&q);
    if (rc < 0)
        return NULL;
    remember(d, a);
    return a;
}

/* ---- reading */

struct cell answer_cell(const struct answer *a, unsigned row, const char *column)
{
    for (unsigned i = 0; i < a->columns && row < a->rows; i++)
        if (strcmp(a->names[i], column) == 0)
            return a->cells[row * a->columns + i];
    return (struct cell){.kind = CELL_NULL};
}

uint64_t answer_count(const struct answer *a, unsigned row, const char *column)
{
    struct cell c = answer_cell(a, row, column);

    return c.kind == CELL_INTEGER && c.integer > 0 ? (uint64_t)c.integer : 0;
}

bool answer_real(const struct answer *a, unsigned row, const char *column, double *value_r)
{
    struct cell c = answer_cell(a, row, column);

    if (c.kind == CELL_INTEGER)
        *value_r = (double)c.integer;
    else if (c.kind == CELL_REAL)
        *value_r = c.real;
    return c.kind == CELL_INTEGER || c.kind == CELL_REAL;
}

const char *answer_text(const struct answer *a, unsigned row, const char *column)
{
    struct cell c = answer_cell(a, row, column);

    if (c.kind == CELL_INTEGER)
        return document_words(a->document, "%" PRId64, c.integer);
    return document_text(a->document, c.kind == CELL_TEXT ? c.text : (struct slice){0},
                         TEXT_COLUMNS);
}

bool answer_is(const struct answer *a, unsigned row, const char *column, const char *text)
{
    struct cell c = answer_cell(a, row, column);

    return c.kind == CELL_TEXT && slice_equal(c.text, slice_of(text));
}

unsigned answer_row(const struct answer *a, const char *column, const char *text)
{
    unsigned row = 0;

    while (row < a->rows && !answer_is(a, row, column, text))
        row++;
    return row;
}

/* ---- figures */

struct figure answer_figure(const struct answer *a, unsigned row, const char *count)
{
    return (struct figure){.count = answer_count(a, row, count)};
}

static bool bound(const struct answer *a, unsigned row, const char *column, double *value_r)
{
    return answer_real(a, row, column, value_r) && *value_r >= 0 && *value_r <= 1;
}

struct figure answer_share(const struct answer *a, unsigned row, const char *count, const char *of,
                           const char *low, const char *high)
{
    struct figure f = {
        .count = answer_count(a, row, count), .of = answer_count(a, row, of), .share = true};

    if (low) {
        f.intervalled = f.of >= SHARE_MINIMUM && bound(a, row, low, &f.low) &&
                        bound(a, row, high, &f.high);
    } else if (f.of >= SHARE_MINIMUM) {
        struct share s = share_of(f.count, f.of);
        f.intervalled = true;
        f.low = s.low;
        f.high = s.high;
    }
    return f;
}
