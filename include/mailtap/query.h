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

/*
 * What the leading comment lines of SQL say, after the title.  A line ":NAME KIND  text" declares the
 * parameter :NAME; the others are notes.  A declared parameter may be left unset, and is NULL then,
 * unless its text ends in "; required"; one that is not declared must be set.
 */
enum parameter_kind {
    PARAMETER_TEXT,
    PARAMETER_NUMBER, /* a whole number */
    PARAMETER_TIME,   /* how v_session.started_at begins: a day, or a day and a time, UTC */
};

struct question_parameter {
    char name[32];
    enum parameter_kind kind;
    bool required;
    char text[128]; /* what it is and its default, without "; required"; cut when it is longer */
};

/* Our questions have five at most; more in SQL from elsewhere are as if not declared. */
#define QUESTION_PARAMETERS 8

struct question_header {
    struct question_parameter parameters[QUESTION_PARAMETERS];
    unsigned count;
    char notes[2048]; /* running text; cut when it is longer */
};

void question_header(const char *sql, struct question_header *header_r);
const char *parameter_kind_name(enum parameter_kind kind); /* "TIME", ... as declared */

struct query;

enum cell_kind { CELL_NULL, CELL_INTEGER, CELL_REAL, CELL_TEXT, CELL_BLOB };

struct cell {
    enum cell_kind kind;
    int64_t integer;
    double real;
    struct slice text; /* CELL_TEXT, CELL_BLOB: borrowed until the next row */
};

struct query *query_open(struct store *st, const char *sql, struct err *e);

/*
 * Give a parameter of q its value, before the first row: 0; or -1 when there is no such parameter,
 * and *e names those there are, or when the value is not of its kind.  It is bound, never part of
 * the SQL.  One that is not declared gets an integer where the value is written like one.
 */
int query_set(struct query *q, const char *name, const char *value, struct err *e);

/* 0, or -1 when a parameter must still be set, and *e says which. */
int query_ready(const struct query *q, struct err *e);

/* Seconds of work after which a query is given up: a stranger's view may never end. */
#define QUERY_SECONDS 600
void query_limit(struct query *q, unsigned seconds);
unsigned query_columns(const struct query *q);
const char *query_column(const struct query *q, unsigned i);
unsigned query_column_at(const struct query *q, const char *name); /* query_columns(q): none */
/* 1: there is a row.  0: no more.  -1: *e says why, also when q is not ready. */
int query_next(struct query *q, struct err *e);
struct cell query_cell(const struct query *q, unsigned i);
void query_close(struct query **q);

/* One integer from a statement that gives one row; 0 on success. */
int query_integer(struct store *st, const char *sql, int64_t *value_r, struct err *e);

#endif
