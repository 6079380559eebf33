/*
 * answer.h - what a named question was answered, kept for all formats of the report.
 */
#ifndef MAILTAP_ANSWER_H
#define MAILTAP_ANSWER_H

#include "document.h"

#include <mailtap/query.h>

/* Rows of an answer that are kept; further ones are counted. */
#define ANSWER_ROWS 1000u

/* Octets of a text that are kept: a stranger's database may hold longer ones. */
#define ANSWER_TEXT 4096u

struct answer {
    const struct question *question;
    unsigned columns;
    const char **names; /* of the columns */
    struct cell *cells; /* rows * columns; texts belong to the document */
    unsigned rows;
    uint64_t rows_left_out;
    struct document *document; /* it belongs to */
};

/* A parameter for the questions that have it. */
struct setting {
    const char *name, *value; /* value NULL: not set */
};

/*
 * Ask, or give the answer that is there already; it belongs to d.  NULL: *e says why.  `settings`
 * ends with a name that is NULL.
 */
const struct answer *answer_ask(struct document *d, struct store *st, const char *question,
                                const struct setting *settings, struct err *e);

/* The answer to a question that was asked. */
const struct answer *answer_of(const struct document *d, const char *question);

/* A cell of a row by the name of its column; a column that is not there is NULL. */
struct cell answer_cell(const struct answer *a, unsigned row, const char *column);

/* An integer above 0, else 0. */
uint64_t answer_count(const struct answer *a, unsigned row, const char *column);

/* A number of either kind; false: the cell has none. */
bool answer_real(const struct answer *a, unsigned row, const char *column, double *value_r);

/* Text that may stand in the document; "" for NULL.  Numbers as digits. */
const char *answer_text(const struct answer *a, unsigned row, const char *column);

/* Is it a text, and this one? */
bool answer_is(const struct answer *a, unsigned row, const char *column, const char *text);

/* Row whose text in this column is `text`, or a.rows: none. */
unsigned answer_row(const struct answer *a, const char *column, const char *text);

/*
 * Figures out of a row: a count, or a share with the interval of the question's columns `low` and
 * `high` ("low", "high"; NULL: none, and Wilson's is taken).  Name, label and tone are to be set.
 */
struct figure answer_figure(const struct answer *a, unsigned row, const char *count);
struct figure answer_share(const struct answer *a, unsigned row, const char *count, const char *of,
                           const char *low, const char *high);

#endif
