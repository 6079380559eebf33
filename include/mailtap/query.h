/*
 * query.h - questions to the findings database, one row at a time.
 *
 * Read-only, whatever the SQL says: an authorizer refuses everything but reading, and a database
 * from a stranger cannot make mailtap run its functions or load code (SQLite's defensive mode,
 * untrusted schema).
 */
#ifndef MAILTAP_QUERY_H
#define MAILTAP_QUERY_H

#include <mailtap/store.h>

/* A named question: db/queries/NAME.sql, whose first comment line is the title. */
struct question {
    const char *name, *title, *sql;
};

const struct question *query_questions(unsigned *count_r); /* in the order of their names */
const struct question *query_find(const char *name);       /* NULL when there is none */

struct query;

enum cell_kind { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT, CELL_BLOB };

struct cell {
    enum cell_kind kind;
    int64_t integer;
    double real;
    struct slice text; /* CELL_TEXT, CELL_BLOB: borrowed until the next row */
};

struct query *query_open(struct store *st, const char *sql, struct err *e);

/* Seconds of work after which a query is given up: a stranger's view may never end. */
#define QUERY_SECONDS 600
void query_limit(struct query *q, unsigned seconds);
unsigned query_columns(const struct query *q);
const char *query_column(const struct query *q, unsigned i);
/* 1: there is a row.  0: no more.  -1: *e says why. */
int query_next(struct query *q, struct err *e);
struct cell query_cell(const struct query *q, unsigned i);
void query_close(struct query **q);

/* One integer from a statement that gives one row; 0 on success. */
int query_integer(struct store *st, const char *sql, int64_t *value_r, struct err *e);

#endif
