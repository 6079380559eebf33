/* query.c - questions to the database, one row at a time; see query.h. */
#include <mailtap/query.h>

#include "store_private.h"

#include <mailtap/text.h>

#include <stdlib.h>
#include <string.h>

static const struct question questions[] = {
#include "questions.inc"
};

struct query {
    struct store *store;
    sqlite3_stmt *statement;
    int64_t left_ns; /* of the time it may take */
};

const struct question *query_questions(unsigned *count_r)
{
    *count_r = sizeof questions / sizeof *questions;
    return questions;
}

const struct question *query_find(const char *name)
{
    for (size_t i = 0; i < sizeof questions / sizeof *questions; i++)
        if (strcmp(questions[i].name, name) == 0)
            return &questions[i];
    return NULL;
}

/* ---- running one */

static int refuse(const struct store *st, struct err *e)
{
    char said[256];

    if (st->gave_up)
        return err_set(e, "%s: the question takes too long; given up", st->path);
    switch (sqlite3_errcode(st->db) & 0xff) {
    case SQLITE_AUTH:
    case SQLITE_READONLY:
        text_escape(said, sizeof said, slice_of(sqlite3_errmsg(st->db)));
        return err_set(e, "questions only read: %s", said);
    default:
        return store_fail(st, e);
    }
}

/* 0 when nothing but white space and comments follows. */
static int nothing_follows(struct store *st, const char *rest, struct err *e)
{
    sqlite3_stmt *second = NULL;
    int rc = sqlite3_prepare_v2(st->db, rest, -1, &second, NULL);

    sqlite3_finalize(second);
    if (rc == SQLITE_OK && !second)
        return 0;
    return err_set(e, "one statement at a time: something follows the first one");
}

static int64_t nanoseconds(unsigned seconds)
{
    return (int64_t)seconds * 1000000000;
}

static int prepare(struct store *st, const char *sql, sqlite3_stmt **s, struct err *e)
{
    const char *rest = NULL;

    if (sqlite3_prepare_v2(st->db, sql, -1, s, &rest) != SQLITE_OK)
        return refuse(st, e);
    if (!*s)
        return err_set(e, "there is no question in this SQL");
    /* VACUUM INTO writes a file without asking the authorizer first. */
    if (!sqlite3_stmt_readonly(*s) || sqlite3_column_count(*s) == 0)
        return err_set(e, "questions only read: this statement does something else");
    return nothing_follows(st, rest, e);
}

struct query *query_open(struct store *st, const char *sql, struct err *e)
{
    sqlite3_stmt *s = NULL;

    guard_ask(st, nanoseconds(QUERY_SECONDS));
    int rc = prepare(st, sql, &s, e);
    guard_asked(st);
    if (rc < 0) {
        sqlite3_finalize(s);
        return NULL;
    }
    struct query *q = must_alloc(1, sizeof *q);
    *q = (struct query){st, s, nanoseconds(QUERY_SECONDS)};
    return q;
}

void query_limit(struct query *q, unsigned seconds)
{
    q->left_ns = nanoseconds(seconds);
}

unsigned query_columns(const struct query *q)
{
    return (unsigned)sqlite3_column_count(q->statement);
}

const char *query_column(const struct query *q, unsigned i)
{
    const char *name = sqlite3_column_name(q->statement, (int)i);

    return name ? name : "";
}

int query_next(struct query *q, struct err *e)
{
    int rc;

    guard_ask(q->store, q->left_ns);
    rc = sqlite3_step(q->statement);
    q->store->gave_up |= q->left_ns <= 0;
    int answer = q->store->gave_up   ? refuse(q->store, e)
                 : rc == SQLITE_ROW  ? 1
                 : rc == SQLITE_DONE ? 0
                                     : refuse(q->store, e);
    q->left_ns -= guard_asked(q->store);
    return answer;
}

struct cell query_cell(const struct query *q, unsigned i)
{
    sqlite3_stmt *s = q->statement;
    int at = (int)i;
    struct cell c = {.kind = CELL_NULL};

    switch (sqlite3_column_type(s, at)) {
    case SQLITE_INTEGER:
        c.kind = CELL_INTEGER;
        c.integer = sqlite3_column_int64(s, at);
        break;
    case SQLITE_FLOAT:
        c.kind = CELL_REAL;
        c.real = sqlite3_column_double(s, at);
        break;
    case SQLITE_TEXT:
        c.kind = CELL_TEXT;
        c.text.p = sqlite3_column_text(s, at);
        c.text.n = (size_t)sqlite3_column_bytes(s, at);
        break;
    case SQLITE_BLOB:
        c.kind = CELL_BLOB;
        c.text.p = sqlite3_column_blob(s, at);
        c.text.n = (size_t)sqlite3_column_bytes(s, at);
        break;
    default:
        break;
    }
    return c;
}

void query_close(struct query **q)
{
    if (!*q)
        return;
    sqlite3_finalize((*q)->statement);
    free(*q);
    *q = NULL;
}

int query_integer(struct store *st, const char *sql, int64_t *value_r, struct err *e)
{
    struct query *q = query_open(st, sql, e);
    int rc = q ? query_next(q, e) : -1;

    if (rc > 0)
        *value_r = query_cell(q, 0).integer;
    query_close(&q);
    if (rc == 0)
        return err_set(e, "no answer to: %s", sql);
    return rc > 0 ? 0 : -1;
}
