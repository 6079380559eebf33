/* query.c - questions to the database, one row at a time; see query.h. */
#include <mailtap/query.h>

#include "question_private.h"
#include "store_private.h"

#include <mailtap/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct query {
    struct store *store;
    sqlite3_stmt *statement;
    int64_t left_ns; /* of the time it may take */
    bool begun;
    bool *set; /* of each parameter of the statement */
    struct question_header header;
};

/* ---- opening one */

static int refuse(struct store *st, struct err *e)
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
    int rc = lens_asked(st, sql, e);
    if (rc == 0)
        rc = prepare(st, sql, &s, e);
    if (rc == 0)
        rc = lens_ready(st, e);
    guard_asked(st);
    if (rc < 0) {
        sqlite3_finalize(s);
        return NULL;
    }
    struct query *q = must_alloc(1, sizeof *q);
    q->store = st;
    q->statement = s;
    q->left_ns = nanoseconds(QUERY_SECONDS);
    q->set = must_alloc((size_t)sqlite3_bind_parameter_count(s) + 1, sizeof *q->set);
    question_header(sql, &q->header);
    return q;
}

/* ---- its parameters */

/* Without the mark before it (":", "@", "$", and "?" of "?1"); empty where it is "?" alone. */
static const char *parameter_name(const struct query *q, int i)
{
    const char *name = sqlite3_bind_parameter_name(q->statement, i);

    return name ? name + 1 : "";
}

static const struct question_parameter *declared(const struct query *q, const char *name)
{
    for (unsigned i = 0; i < q->header.count; i++)
        if (strcmp(q->header.parameters[i].name, name) == 0)
            return &q->header.parameters[i];
    return NULL;
}

static int no_such(const struct query *q, const char *name, struct err *e)
{
    char known[256] = "";
    size_t n = 0;

    for (int i = 1; i <= sqlite3_bind_parameter_count(q->statement) && n < sizeof known; i++)
        if (*parameter_name(q, i))
            n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", n ? ", " : "",
                                  parameter_name(q, i));
    if (!n)
        return err_set(e, "there is no parameter '%s': this question has none", name);
    return err_set(e, "there is no parameter '%s'; there is %s", name, known);
}

static int not_of_kind(const struct question_parameter *p, const char *value, struct err *e)
{
    static const char *const what[] = {
        [PARAMETER_TEXT] = "text",
        [PARAMETER_NUMBER] = "a whole number",
        [PARAMETER_TIME] = "a day, YYYY-MM-DD, or a time of it, YYYY-MM-DDTHH:MM[:SS]",
    };

    return err_set(e, "'%s' is %s, not '%s'", p->name, what[p->kind], value);
}

/* A text of digits keeps its leading zeros. */
static bool written_like_an_integer(const char *value)
{
    const char *digits = value + (*value == '-');

    return digits[0] != '0' || (digits == value && !digits[1]);
}

static int bind(const struct query *q, int i, const char *value, struct err *e)
{
    const struct question_parameter *p = declared(q, parameter_name(q, i));
    struct slice text = slice_of(value);
    int64_t number;
    int rc;

    if (p && p->kind == PARAMETER_TIME && !parameter_time(&text))
        return not_of_kind(p, value, e);
    bool whole = parameter_number(text, &number);
    if (p && p->kind == PARAMETER_NUMBER && !whole)
        return not_of_kind(p, value, e);
    if (p ? p->kind == PARAMETER_NUMBER : whole && written_like_an_integer(value))
        rc = sqlite3_bind_int64(q->statement, i, number);
    else
        rc = sqlite3_bind_text64(q->statement, i, (const char *)text.p, text.n, SQLITE_TRANSIENT,
                                 SQLITE_UTF8);
    return rc == SQLITE_OK ? 0 : store_fail(q->store, e);
}

int query_set(struct query *q, const char *name, const char *value, struct err *e)
{
    bool found = false;

    for (int i = 1; i <= sqlite3_bind_parameter_count(q->statement); i++) {
        if (!*name || strcmp(parameter_name(q, i), name) != 0)
            continue;
        if (bind(q, i, value, e) < 0)
            return -1;
        q->set[i] = found = true;
    }
    return found ? 0 : no_such(q, name, e);
}

int query_ready(const struct query *q, struct err *e)
{
    for (int i = 1; i <= sqlite3_bind_parameter_count(q->statement); i++) {
        const char *name = parameter_name(q, i);
        const struct question_parameter *p = declared(q, name);
        if (q->set[i] || (p && !p->required))
            continue;
        if (p)
            return err_set(e, "'%s' must be set: %s", name, p->text);
        if (*name)
            return err_set(e, "'%s' must be set: this SQL uses it", name);
        return err_set(e, "a parameter without a name cannot be set: write :name, not ?");
    }
    return 0;
}

/* ---- running it */

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

unsigned query_column_at(const struct query *q, const char *name)
{
    unsigned i = 0;

    while (i < query_columns(q) && strcmp(query_column(q, i), name) != 0)
        i++;
    return i;
}

int query_next(struct query *q, struct err *e)
{
    int rc;

    if (!q->begun && query_ready(q, e) < 0)
        return -1;
    q->begun = true;
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
    free((*q)->set);
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
