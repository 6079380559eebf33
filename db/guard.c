/*
 * guard.c - reading a database that may come from a stranger.
 *
 * Its schema is data like the rest: a view may call functions, a trigger may fire, a page may lie
 * about its cells, a query over it may never end.  SQLite has a switch against each.
 */
#include "store_private.h"

#include <mailtap/clock.h>

#include <string.h>

/* Instructions of SQLite's machine between two looks at the clock: well under a millisecond. */
#define GUARD_STEPS 10000

/* How long to wait for another program's short lock. */
#define GUARD_BUSY_MS 3000

static const struct {
    int what, most;
} limits[] = {
    {SQLITE_LIMIT_LENGTH, 16 << 20}, /* octets of one value or row */
    {SQLITE_LIMIT_SQL_LENGTH, 1 << 20},       {SQLITE_LIMIT_COLUMN, 256},
    {SQLITE_LIMIT_EXPR_DEPTH, 200},           {SQLITE_LIMIT_COMPOUND_SELECT, 64},
    {SQLITE_LIMIT_VDBE_OP, 1000000},          {SQLITE_LIMIT_ATTACHED, 0},
    {SQLITE_LIMIT_LIKE_PATTERN_LENGTH, 1000}, {SQLITE_LIMIT_VARIABLE_NUMBER, 256},
    {SQLITE_LIMIT_TRIGGER_DEPTH, 16}, /* foreign key actions count */
    {SQLITE_LIMIT_WORKER_THREADS, 0},
};

static const struct {
    int what, on;
} switches[] = {
    {SQLITE_DBCONFIG_DEFENSIVE, 1},
    {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0},
    {SQLITE_DBCONFIG_ENABLE_FTS3_TOKENIZER, 0},
    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, /* mailtap has none; foreign key actions still run */
    {SQLITE_DBCONFIG_ENABLE_FKEY, 1},
    {SQLITE_DBCONFIG_DQS_DML, 0},
    {SQLITE_DBCONFIG_DQS_DDL, 0},
};

bool guard_overdue(struct store *st)
{
    if (!st->give_up_ns || clock_monotonic() < st->give_up_ns)
        return false;
    st->gave_up = true;
    return true;
}

static bool past_deadline(const struct store *st)
{
    return st->deadline_ns && clock_monotonic() >= st->deadline_ns;
}

static int too_long(void *of)
{
    return guard_overdue(of) || past_deadline(of);
}

void store_deadline(struct store *st, int64_t monotonic_ns)
{
    st->deadline_ns = monotonic_ns;
}

int guard_in_time(struct store *st, struct err *e)
{
    if (!past_deadline(st))
        return 0;
    st->failed = SQLITE_INTERRUPT;
    return err_set(e, "%s: not finished in time", st->path);
}

static bool harmless_function(const char *name)
{
    static const char *const harmful[] = {"load_extension", "fts3_tokenizer", "readfile",
                                          "writefile", "edit"};

    for (size_t i = 0; i < sizeof harmful / sizeof *harmful; i++)
        if (name && sqlite3_stricmp(name, harmful[i]) == 0)
            return false;
    return true;
}

/* Those that look for damage, and change nothing. */
static bool harmless_pragma(const char *name, const char *value)
{
    if (!name)
        return false;
    return sqlite3_stricmp(name, "integrity_check") == 0 ||
           sqlite3_stricmp(name, "foreign_key_check") == 0 ||
           (sqlite3_stricmp(name, "journal_mode") == 0 && !value);
}

/* Not in the file. */
static bool is_temporary(const char *database)
{
    return database && sqlite3_stricmp(database, "temp") == 0;
}

static int authorize(void *of, int action, const char *first, const char *second,
                     const char *database, const char *by)
{
    struct store *st = of;

    if (!st->asking)
        return SQLITE_OK;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_RECURSIVE:
        return SQLITE_OK;
    case SQLITE_READ:
        return !st->shadow || lens_reads(st, first, second, database, by) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_FUNCTION:
        return harmless_function(second) ? SQLITE_OK : SQLITE_DENY;
    case SQLITE_PRAGMA:
        return st->checking && harmless_pragma(first, second) ? SQLITE_OK : SQLITE_DENY;
    default:
        return st->shadowing && is_temporary(database) ? SQLITE_OK : SQLITE_DENY;
    }
}

int guard_open(struct store *st, struct err *e)
{
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++)
        sqlite3_limit(st->db, limits[i].what, limits[i].most);
    for (size_t i = 0; i < sizeof switches / sizeof *switches; i++) {
        int now = -1;
        int rc = sqlite3_db_config(st->db, switches[i].what, switches[i].on, &now);
        if (rc != SQLITE_OK || now != switches[i].on)
            return err_set(e, "%s: this SQLite (%s) cannot open a stranger's database safely",
                           st->path, sqlite3_libversion());
    }
    sqlite3_extended_result_codes(st->db, 1);
    sqlite3_busy_timeout(st->db, GUARD_BUSY_MS);
    sqlite3_progress_handler(st->db, GUARD_STEPS, too_long, st);
    sqlite3_set_authorizer(st->db, authorize, st);
    /* json_each() is good for v_evidence.detail; it can be made only before the guard stands. */
    if (store_sql(st, "PRAGMA cell_size_check = ON; SELECT 1 FROM json_each('[]')", e) < 0)
        return -1;
    return st->writing ? 0 : store_sql(st, "PRAGMA query_only = ON", e);
}

void guard_ask(struct store *st, int64_t for_ns)
{
    st->asking = true;
    st->gave_up = false;
    st->asked_ns = clock_monotonic();
    st->give_up_ns = st->asked_ns + for_ns;
}

int64_t guard_asked(struct store *st)
{
    st->asking = !st->writing;
    st->give_up_ns = 0;
    return clock_monotonic() - st->asked_ns;
}
