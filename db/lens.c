/*
 * lens.c - a part of the database in the place of all of it; see lens.h.
 *
 * SQLite looks for a name in the schema `temp` before it looks in the file.  So a view or a table
 * there, of the name of one of ours, is what questions read; our views are made there again, by the
 * text of our own schema, for those in the file see the file alone.  Tables of numbers and copies are
 * filled when the first question reads them.
 *
 * Whatever can go wrong ends in no answer, never in one of more than was to be seen.
 */
#include <mailtap/lens.h>

#include "lens_private.h"
#include "question_private.h"
#include "store_private.h"

#include <mailtap/query.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* More than there are of either. */
#define PARTS 16
#define NAMES 64

/* Seconds to set it up: a stranger's table may be a view that never ends. */
#define LENS_SECONDS 60

/* A table in temp, and what fills it. */
struct part {
    char *name, *fill;
    bool map; /* says what a pseudonym stands for: not for questions */
    bool needed, filled;
};

struct shadow {
    bool anonymous, limited, broken;
    char period[128], overlap[192]; /* conditions on a session x, and on a capture x */
    struct part part[PARTS];
    unsigned parts;
    char *names[NAMES]; /* of the tables and views of our schema */
    unsigned name_count;
};

/* ---- the period */

static int read_time(const char *name, const char *value, int64_t *ns_r, struct err *e)
{
    struct slice s = slice_of(value);

    if (!parameter_time(&s))
        return err_set(e,
                       "'%s' is a day, YYYY-MM-DD, or a time of it, YYYY-MM-DDTHH:MM[:SS], not "
                       "'%.100s'",
                       name, value);
    *ns_r = function_time_ns(s);
    return 0;
}

static int read_period(const struct lens *lens, int64_t *since_r, int64_t *until_r, struct err *e)
{
    *since_r = INT64_MIN;
    *until_r = INT64_MAX;
    if ((lens->since && read_time("since", lens->since, since_r, e) < 0) ||
        (lens->until && read_time("until", lens->until, until_r, e) < 0))
        return -1;
    if (lens->since && lens->until && *since_r >= *until_r)
        return err_set(e, "nothing can begin since %.40s and before %.40s", lens->since,
                       lens->until);
    return 0;
}

int lens_check(const struct lens *lens, struct err *e)
{
    int64_t since, until;

    return read_period(lens, &since, &until, e);
}

static int set_period(struct shadow *l, const struct lens *lens, struct err *e)
{
    int64_t since, until;

    if (read_period(lens, &since, &until, e) < 0)
        return -1;
    l->limited = lens->since || lens->until;
    /* The last nanosecond that there is belongs to a period without end. */
    const char *before = lens->until ? "<" : "<=";
    snprintf(l->period, sizeof l->period,
             "likelihood(x.started_ns >= %lld, 1.0) AND likelihood(x.started_ns %s %lld, 1.0)",
             (long long)since, before, (long long)until);
    snprintf(l->overlap, sizeof l->overlap,
             "(x.ended_ns IS NULL OR x.ended_ns >= %lld) AND"
             " (x.started_ns IS NULL OR x.started_ns %s %lld)",
             (long long)since, before, (long long)until);
    return 0;
}

/* ---- SQL */

/* "@" is the period, "#" that of a capture. */
static void write_sql(FILE *to, const struct shadow *l, const char *sql)
{
    for (; *sql; sql++)
        if (*sql == '@')
            fputs(l->period, to);
        else if (*sql == '#')
            fputs(l->overlap, to);
        else
            fputc(*sql, to);
}

static FILE *text_open(char **text, size_t *octets)
{
    *text = NULL;
    return must_have(open_memstream(text, octets));
}

static int run_text(struct store *st, FILE *f, char **text, struct err *e)
{
    int rc = fclose(f) == 0 ? store_sql(st, *text, e) : err_set(e, "out of memory");

    free(*text);
    *text = NULL;
    return rc;
}

/* A statement about our own schema, with the name of a table for its parameter. */
static sqlite3_stmt *about(sqlite3 *model, const char *sql, const char *table, struct err *e)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(model, sql, -1, &s, NULL) != SQLITE_OK ||
        (table && sqlite3_bind_text(s, 1, table, -1, SQLITE_TRANSIENT) != SQLITE_OK)) {
        err_set(e, "the schema of mailtap: %s", sqlite3_errmsg(model));
        sqlite3_finalize(s);
        return NULL;
    }
    return s;
}

static const char *text_at(sqlite3_stmt *s, int at)
{
    const unsigned char *text = sqlite3_column_text(s, at);

    if (!text)
        must_have(NULL);
    return (const char *)text;
}

/* ---- what is seen of a table */

/* Of a server the sums of its sessions, when these are not all. */
static const struct lens_column counted[] = {
    {"server", "ehlo_sessions",
     "(SELECT g.sessions FROM temp.lens_server g WHERE g.server_id = x.server_id)"},
    {"server", "ehlo_offered",
     "(SELECT g.offered FROM temp.lens_server g WHERE g.server_id = x.server_id)"},
};

static const struct lens_column *find(const struct lens_column *in, size_t n, const char *table,
                                      const char *column)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(in[i].table, table) == 0 && strcmp(in[i].column, column) == 0)
            return &in[i];
    return NULL;
}

static int write_column(FILE *to, const struct shadow *l, const char *table, const char *name,
                        const char *type, struct err *e)
{
    unsigned count;
    const struct lens_column *all = lens_columns(&count), *c = NULL;

    if (l->anonymous)
        c = find(all, count, table, name);
    if (l->anonymous && !c && strcmp(type, "INTEGER") != 0 && strcmp(type, "REAL") != 0)
        return err_set(e, "it is not decided what an anonymised %s.%s looks like", table, name);
    if (!c && l->limited)
        c = find(counted, sizeof counted / sizeof *counted, table, name);
    if (c && c->as)
        fprintf(to, "%s AS \"%s\"", c->as, name);
    else
        fprintf(to, "x.\"%s\" AS \"%s\"", name, name);
    return 0;
}

/* Rows of tables that are no session's; the rows that are have a foreign key to one. */
static const struct {
    const char *table, *rows;
} limited_rows[] = {
    {"session", "@"},
    {"capture", "+x.capture_id IN (SELECT capture_id FROM temp.lens_capture)"},
    {"server", "+x.server_id IN (SELECT server_id FROM temp.lens_server)"},
    {"banner", "+x.banner_id IN (SELECT banner_id FROM temp.lens_banner)"},
    {"identity", "+x.identity_id IN (SELECT identity_id FROM temp.lens_identity)"},
};

/* Which rows of a table are seen, as SQL: nothing when it is all of them; to be freed.  NULL: *e. */
static char *rows_of(const struct shadow *l, sqlite3 *model, const char *table, struct err *e)
{
    char *text;
    size_t octets;
    FILE *to = text_open(&text, &octets);
    sqlite3_stmt *s = about(model,
                            "SELECT \"from\" FROM pragma_foreign_key_list(?1)"
                            " WHERE \"table\" = 'session'",
                            table, e);

    if (l->anonymous && lens_is_left_out(table)) {
        fputs(" WHERE 0", to);
    } else if (l->limited) {
        for (size_t i = 0; i < sizeof limited_rows / sizeof *limited_rows; i++)
            if (strcmp(limited_rows[i].table, table) == 0) {
                fputs(" WHERE ", to);
                write_sql(to, l, limited_rows[i].rows);
            }
        if (s && sqlite3_step(s) == SQLITE_ROW)
            fprintf(to, " WHERE +x.\"%s\" IN (SELECT session_id FROM temp.lens_session)",
                    text_at(s, 0));
    }
    fclose(to);
    if (!s) {
        free(text);
        return NULL;
    }
    sqlite3_finalize(s);
    return text;
}

static int write_select(FILE *to, const struct shadow *l, sqlite3 *model, const char *table,
                        const char *rows, struct err *e)
{
    sqlite3_stmt *s = about(model, "SELECT name, type FROM pragma_table_info(?1)", table, e);
    int rc = s ? 0 : -1;
    const char *before = "SELECT ";

    while (rc == 0 && sqlite3_step(s) == SQLITE_ROW) {
        fputs(before, to);
        before = ", ";
        rc = write_column(to, l, table, text_at(s, 0), text_at(s, 1), e);
    }
    sqlite3_finalize(s);
    fprintf(to, " FROM main.\"%s\" x%s", table, rows);
    return rc;
}

/* ---- in the place of a table: a view, or a table that is filled like it */

static struct part *add_part(struct shadow *l, const char *name, bool map)
{
    struct part *p = &l->part[l->parts++];

    *p = (struct part){.name = must_copy(name), .map = map};
    return p;
}

/* Those that others are looked up in by what is replaced, or whose columns take long to work out. */
static const struct {
    const char *table, *key, *index;
    bool always;
} copied[] = {
    {"server", "PRIMARY KEY (server_id), UNIQUE (ip, port)", NULL, true},
    {"identity", "PRIMARY KEY (identity_id)",
     "CREATE INDEX temp.identity_server ON identity (server_id)", false},
    {"certificate", "PRIMARY KEY (sha256)", NULL, false},
    {"chain", "PRIMARY KEY (chain, place)", NULL, false},
    {"dns", "PRIMARY KEY (dns_id)", "CREATE INDEX temp.dns_owner ON dns (owner, type)", false},
};

static int make_copy(struct store *st, sqlite3 *model, unsigned which, const char *rows,
                     struct err *e)
{
    const char *table = copied[which].table;
    struct shadow *l = st->shadow;
    char *text;
    size_t octets;
    FILE *to = text_open(&text, &octets);
    sqlite3_stmt *s = about(model, "SELECT name, type FROM pragma_table_info(?1)", table, e);

    fprintf(to, "CREATE TEMP TABLE \"%s\" (", table);
    while (s && sqlite3_step(s) == SQLITE_ROW)
        fprintf(to, "\"%s\" %s, ", text_at(s, 0), text_at(s, 1));
    fprintf(to, "%s)", copied[which].key);
    if (copied[which].index)
        fprintf(to, "; %s", copied[which].index);
    sqlite3_finalize(s);
    if (run_text(st, to, &text, e) < 0 || !s)
        return -1;
    struct part *p = add_part(l, table, false);
    to = text_open(&p->fill, &octets);
    fprintf(to, "INSERT INTO temp.\"%s\" ", table);
    int rc = write_select(to, l, model, table, rows, e);
    fclose(to);
    return rc;
}

static int make_view(struct store *st, sqlite3 *model, const char *table, const char *rows,
                     struct err *e)
{
    char *text;
    size_t octets;
    FILE *to = text_open(&text, &octets);

    fprintf(to, "CREATE TEMP VIEW \"%s\" AS ", table);
    int rc = write_select(to, st->shadow, model, table, rows, e);
    if (rc == 0)
        return run_text(st, to, &text, e);
    fclose(to);
    free(text);
    return rc;
}

static int make_table(struct store *st, sqlite3 *model, const char *table, struct err *e)
{
    const struct shadow *l = st->shadow;
    char *rows = rows_of(l, model, table, e);
    unsigned i = 0, copies = sizeof copied / sizeof *copied;
    int rc = rows ? 0 : -1;

    while (i < copies && strcmp(copied[i].table, table) != 0)
        i++;
    if (rows && (l->anonymous || *rows))
        rc = i < copies && (l->anonymous || copied[i].always)
                 ? make_copy(st, model, i, rows, e)
                 : make_view(st, model, table, rows, e);
    free(rows);
    return rc;
}

/* ---- tables of numbers: which sessions, servers, ... are in the period */

static const struct lens_part numbers[] = {
    {"lens_session", "session_id INTEGER PRIMARY KEY",
     "SELECT x.session_id FROM main.session x NOT INDEXED WHERE @"},
    {"lens_server", "server_id INTEGER PRIMARY KEY, sessions INTEGER, offered INTEGER",
     "SELECT x.server_id, count(*) FILTER (WHERE c.ehlo_accepted = 1),"
     " count(*) FILTER (WHERE c.ehlo_accepted = 1 AND c.starttls_offered = 1)"
     " FROM main.session x CROSS JOIN main.course c ON c.course_id = x.course_id WHERE @"
     " GROUP BY x.server_id"},
    {"lens_banner", "banner_id INTEGER PRIMARY KEY",
     "SELECT DISTINCT x.banner_id FROM main.session x NOT INDEXED"
     " WHERE x.banner_id IS NOT NULL AND @"},
    {"lens_identity", "identity_id INTEGER PRIMARY KEY",
     "SELECT DISTINCT x.identity_id FROM main.session x NOT INDEXED"
     " WHERE x.identity_id IS NOT NULL AND @"},
    {"lens_capture", "capture_id INTEGER PRIMARY KEY",
     "SELECT x.capture_id FROM main.capture x WHERE #"
     " UNION SELECT x.capture_id FROM main.session x NOT INDEXED WHERE @"},
};

static int make_parts(struct store *st, const struct lens_part *parts, size_t n, bool map,
                      struct err *e)
{
    char *text;
    size_t octets;

    for (size_t i = 0; i < n; i++) {
        FILE *to = text_open(&text, &octets);
        fprintf(to, "CREATE TEMP TABLE %s (%s)", parts[i].name, parts[i].columns);
        if (run_text(st, to, &text, e) < 0)
            return -1;
        struct part *p = add_part(st->shadow, parts[i].name, map);
        to = text_open(&p->fill, &octets);
        fprintf(to, "INSERT INTO temp.%s ", parts[i].name);
        write_sql(to, st->shadow, parts[i].fill);
        fclose(to);
    }
    return 0;
}

/* ---- all of it */

/* One object of our schema: its name, its type, its SQL. */
static int make_object(struct store *st, sqlite3 *model, sqlite3_stmt *object, struct err *e)
{
    static const char create[] = "CREATE VIEW ";
    const char *name = text_at(object, 0), *sql = text_at(object, 2);
    struct shadow *l = st->shadow;
    char *text;
    size_t octets;

    if (l->name_count == NAMES)
        return err_set(e, "the schema of mailtap has too many tables and views");
    l->names[l->name_count++] = must_copy(name);
    if (strcmp(text_at(object, 1), "table") == 0)
        return make_table(st, model, name, e);
    if (strncmp(sql, create, strlen(create)) != 0)
        return err_set(e, "the schema of mailtap: %s is no view", name);
    FILE *to = text_open(&text, &octets);
    fprintf(to, "CREATE TEMP VIEW %s", sql + strlen(create));
    return run_text(st, to, &text, e);
}

static int make_all(struct store *st, sqlite3 *model, struct err *e)
{
    struct shadow *l = st->shadow;
    unsigned maps;
    const struct lens_part *map = lens_maps(&maps);

    if ((l->limited && make_parts(st, numbers, sizeof numbers / sizeof *numbers, false, e) < 0) ||
        (l->anonymous && make_parts(st, map, maps, true, e) < 0))
        return -1;
    sqlite3_stmt *s = about(model,
                            "SELECT name, type, sql FROM sqlite_schema"
                            " WHERE type IN ('table', 'view') AND name NOT GLOB 'sqlite_*'"
                            " ORDER BY type, rowid",
                            NULL, e);
    int rc = s ? 0 : -1;
    while (rc == 0 && sqlite3_step(s) == SQLITE_ROW)
        rc = make_object(st, model, s, e);
    sqlite3_finalize(s);
    return rc;
}

/* Between these two the schema `temp` can be written, and nothing else: guard.c. */
static int begin_shadowing(struct store *st, struct err *e)
{
    st->asking = false;
    int rc = store_sql(st, "PRAGMA query_only = OFF", e);
    st->asking = st->shadowing = true;
    return rc;
}

static int end_shadowing(struct store *st, int rc, struct err *e)
{
    struct err unused;

    st->asking = st->shadowing = false;
    if (store_sql(st, "PRAGMA query_only = ON", rc < 0 ? &unused : e) < 0)
        rc = -1;
    st->asking = true;
    return rc;
}

static int make(struct store *st, struct err *e)
{
    sqlite3 *model = schema_model();

    if (!model)
        return err_set(e, "%s: there is no memory for the schema", st->path);
    guard_ask(st, (int64_t)LENS_SECONDS * 1000000000);
    st->asking = false;
    int rc = store_sql(st, "PRAGMA temp_store = MEMORY", e);
    if (rc == 0)
        rc = begin_shadowing(st, e);
    if (rc == 0)
        rc = make_all(st, model, e);
    rc = end_shadowing(st, rc, e);
    sqlite3_close(model);
    /* From the first question on: what is filled later must be of the same sessions. */
    st->asking = false;
    if (rc == 0)
        rc = store_sql(st, "BEGIN", e);
    guard_asked(st);
    return rc;
}

int store_lens(struct store *st, const struct lens *lens, struct err *e)
{
    if (st->writing || st->source || st->shadow)
        return err_set(e, "%s is open for something else than to look at a part of it", st->path);
    st->shadow = must_alloc(1, sizeof *st->shadow);
    st->shadow->anonymous = lens->anonymise;
    st->shadow->broken = true;
    if (set_period(st->shadow, lens, e) < 0 || make(st, e) < 0)
        return -1;
    st->shadow->broken = false;
    return 0;
}

void lens_free(struct shadow **l)
{
    if (!*l)
        return;
    for (unsigned i = 0; i < (*l)->parts; i++) {
        free((*l)->part[i].name);
        free((*l)->part[i].fill);
    }
    for (unsigned i = 0; i < (*l)->name_count; i++)
        free((*l)->names[i]);
    free(*l);
    *l = NULL;
}

/* ---- questions through it */

static bool is_ours(const struct shadow *l, const char *name)
{
    for (unsigned i = 0; name && i < l->name_count; i++)
        if (sqlite3_stricmp(l->names[i], name) == 0)
            return true;
    return false;
}

bool lens_reads(struct store *st, const char *table, const char *column, const char *database,
                const char *by)
{
    struct shadow *l = st->shadow;
    bool file = database && sqlite3_stricmp(database, "main") == 0;

    for (unsigned i = 0; !file && i < l->parts; i++)
        if (sqlite3_stricmp(l->part[i].name, table) == 0) {
            l->part[i].needed = true;
            return !l->part[i].map || st->shadowing;
        }
    if (!l->anonymous || st->shadowing || !file)
        return true;
    /* Of the file only what our views in temp read of it, and the functions that are tables.  Rows of
     * a view that are only counted are read without a column, and by the question. */
    return ((is_ours(l, by) || !column || !*column) && is_ours(l, table)) ||
           sqlite3_stricmp(table, "json_each") == 0 || sqlite3_stricmp(table, "json_tree") == 0;
}

static bool in_a_name(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' ||
           c == '$' || (unsigned char)c >= 0x80;
}

/* SQL has no other way to spell it than these letters, whatever stands around them. */
static bool names_main(const char *sql)
{
    for (const char *c = sql; *c; c++)
        if (sqlite3_strnicmp(c, "main", 4) == 0 && (c == sql || !in_a_name(c[-1])) &&
            !in_a_name(c[4]))
            return true;
    return false;
}

static int fill_needed(struct store *st, unsigned before, struct err *e);

static int fill(struct store *st, unsigned which, struct err *e)
{
    sqlite3_stmt *s = store_prepare(st, st->shadow->part[which].fill, e);
    int rc = s ? fill_needed(st, which, e) : -1;

    if (rc == 0)
        rc = store_run(st, s, e);
    sqlite3_finalize(s);
    return rc;
}

/* A part reads only parts that stand before it. */
static int fill_needed(struct store *st, unsigned before, struct err *e)
{
    for (unsigned i = 0; i < before; i++) {
        struct part *p = &st->shadow->part[i];
        if (!p->needed || p->filled)
            continue;
        if (fill(st, i, e) < 0)
            return -1;
        p->filled = true;
    }
    return 0;
}

int lens_asked(struct store *st, const char *sql, struct err *e)
{
    const struct shadow *l = st->shadow;

    if (!l)
        return 0;
    /* A transaction that SQLite took back took what was filled with it. */
    if (l->broken || sqlite3_get_autocommit(st->db))
        return err_set(e, "%s: the part of it that was to be seen was lost; open it again",
                       st->path);
    if (l->anonymous && names_main(sql))
        return err_set(e, "'main' cannot be named when the answer is anonymised");
    return 0;
}

int lens_ready(struct store *st, struct err *e)
{
    struct shadow *l = st->shadow;
    bool some = false;

    for (unsigned i = 0; l && i < l->parts; i++)
        some |= l->part[i].needed && !l->part[i].filled;
    if (!some)
        return 0;
    l->broken = true;
    int rc = begin_shadowing(st, e);
    if (rc == 0)
        rc = fill_needed(st, l->parts, e);
    rc = end_shadowing(st, rc, e);
    if (rc < 0 && st->gave_up)
        err_set(e, "%s: the question takes too long; given up", st->path);
    l->broken = rc < 0;
    return rc;
}
