/* schema.c - is this database ours, and of a version that we know?  A new one is made here. */
#include "store_private.h"

#include <mailtap/err.h>
#include <mailtap/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define APPLICATION_ID 0x4d544150 /* "MTAP" */
#define FIRST_VERSION 1

/* Rows come in long runs and are read in long runs. */
#define PAGE_OCTETS "8192"

static const char schema_sql[] =
#include "schema.inc"
    ;

static const char indexes_sql[] =
#include "indexes.inc"
    ;

/* The integer of a statement that gives one row. */
static int ask(struct store *st, const char *sql, int64_t *value_r, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(st->db, sql, -1, &s, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        *value_r = sqlite3_column_int64(s, 0);
    else
        store_fail(st, e);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW ? 0 : -1;
}

/* Run SQL with one parameter. */
static int put(struct store *st, const char *sql, const void *p, size_t n, bool text, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(st->db, sql, -1, &s, NULL);

    if (rc == SQLITE_OK) {
        if (text)
            sqlite3_bind_text(s, 1, p, (int)n, SQLITE_STATIC);
        else
            sqlite3_bind_blob(s, 1, p, (int)n, SQLITE_STATIC);
        rc = sqlite3_step(s);
    }
    if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? 0 : -1;
}

#define MARK_OCTETS 16
#define MARK_TEXT SCHEMA_MARK
_Static_assert(MARK_TEXT == 2 * MARK_OCTETS + 1, "a mark is written in hexadecimal");

/* Hashes made with the same key have the same mark; it tells nothing of the key. */
#define MARK_OF_KEY "mailtap address key"
/* The sensor of a database that was made before there were sensors. */
#define SENSOR_OF_KEY "mailtap sensor"

void schema_marks(struct slice key, char sensor[SCHEMA_MARK], char key_mark[SCHEMA_MARK])
{
    uint8_t hash[DIGEST_OCTETS];

    digest_keyed(key, slice_of(MARK_OF_KEY), hash);
    digest_hex(key_mark, (struct slice){hash, MARK_OCTETS});
    digest_keyed(key, slice_of(SENSOR_OF_KEY), hash);
    digest_hex(sensor, (struct slice){hash, MARK_OCTETS});
}

static int make_sensor(struct store *st, struct err *e)
{
    uint8_t random[MARK_OCTETS];
    char mark[MARK_TEXT], key[MARK_TEXT];

    schema_marks((struct slice){st->key, sizeof st->key}, mark, key);
    digest_random(random, sizeof random);
    digest_hex(mark, (struct slice){random, sizeof random});
    if (put(st, "INSERT INTO meta VALUES ('sensor', ?)", mark, MARK_TEXT - 1, false, e) < 0 ||
        put(st,
            "INSERT INTO sensor (mark, key_mark)"
            " SELECT CAST(value AS TEXT), ? FROM meta WHERE key = 'sensor'",
            key, MARK_TEXT - 1, true, e) < 0)
        return -1;
    return 0;
}

int store_sensor(struct store *st, const char *name, struct err *e)
{
    char escaped[4 * BOUND_SENSOR_NAME + 1];

    text_escape(escaped, sizeof escaped, slice_of(name));
    if (store_batch_commit(st, e) < 0)
        return -1;
    return put(st,
               "UPDATE sensor SET name = ?"
               " WHERE mark = (SELECT CAST(value AS TEXT) FROM meta WHERE key = 'sensor')",
               escaped, strlen(escaped), true, e);
}

static int make_key(struct store *st, struct err *e)
{
    digest_random(st->key, sizeof st->key);
    return put(st, "INSERT INTO meta VALUES ('address-key', ?)", st->key, sizeof st->key, false, e);
}

static int make(struct store *st, struct err *e)
{
    st->version = SCHEMA_VERSION;
    if (store_sql(st, "PRAGMA page_size = " PAGE_OCTETS "; BEGIN IMMEDIATE", e) < 0)
        return -1;
    if (store_sql(st, schema_sql, e) == 0 && make_key(st, e) == 0 && make_sensor(st, e) == 0 &&
        store_sql(st, "COMMIT", e) == 0)
        return 0;
    sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    return -1;
}

int schema_key(struct store *st, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int rc = sqlite3_prepare_v2(st->db, "SELECT value FROM meta WHERE key = 'address-key'", -1, &s,
                                NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_step(s);
    if (rc == SQLITE_ROW && sqlite3_column_bytes(s, 0) == sizeof st->key)
        memcpy(st->key, sqlite3_column_blob(s, 0), sizeof st->key);
    else if (rc == SQLITE_ROW)
        rc = SQLITE_DONE;
    else if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int need_key(struct store *st, struct err *e)
{
    int found = schema_key(st, e);

    if (found == 0)
        return err_set(e,
                       "%s has no key for addresses any more: it was made to be given away, and "
                       "takes no more captures",
                       st->path);
    return found < 0 ? -1 : 0;
}

/* ---- a source: a stranger's database, of which all is read */

/* What is read of it, in any version. */
#define SOURCE_TABLES                                                                              \
    "('meta', 'sensor', 'capture', 'server', 'client', 'name', 'certificate', 'chain', 'course',"  \
    " 'banner', 'tls', 'identity', 'session', 'mail', 'exposure', 'content', 'header_field',"      \
    " 'media', 'auth', 'kept', 'address', 'conflict', 'policy', 'dns')"

/* A view, or a column that is worked out, could go on for ever. */
static const char no_tables_sql[] =
    "SELECT count(*) FROM sqlite_schema m WHERE m.name COLLATE NOCASE IN " SOURCE_TABLES
    " AND (m.type <> 'table' OR m.rootpage = 0"
    " OR EXISTS (SELECT 1 FROM pragma_table_xinfo(m.name) c WHERE c.hidden <> 0))";

static const char columns_sql[] =
    "SELECT char(10) || m.name || '.' || c.name || char(10) FROM sqlite_schema m"
    " JOIN pragma_table_xinfo(m.name) c WHERE m.type = 'table' AND m.name IN " SOURCE_TABLES;

static int read_tables(struct store *st, struct err *e)
{
    sqlite3_stmt *s = NULL;
    int64_t bad;
    size_t n = 0;
    int rc;

    if (ask(st, no_tables_sql, &bad, e) < 0)
        return -1;
    if (bad)
        return err_set(e, "%s is not as mailtap makes it: a table of it is none", st->path);
    rc = sqlite3_prepare_v2(st->db, columns_sql, -1, &s, NULL);
    while (rc == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW) {
        size_t more = (size_t)sqlite3_column_bytes(s, 0);
        st->tables = must_grow(st->tables, n + more + 1, 1);
        memcpy(st->tables + n, sqlite3_column_text(s, 0), more);
        n += more;
        st->tables[n] = '\0';
    }
    if (rc != SQLITE_OK || (rc = sqlite3_reset(s)) != SQLITE_OK)
        store_fail(st, e);
    sqlite3_finalize(s);
    return rc == SQLITE_OK ? 0 : -1;
}

bool schema_has(const struct store *st, const char *table, const char *column)
{
    char name[128];

    snprintf(name, sizeof name, "\n%s.%s\n", table, column);
    return st->tables && strstr(st->tables, name);
}

static int take_over(struct store *st, const uint8_t key[ADDRESS_KEY_OCTETS],
                     const char mark[SCHEMA_MARK], const char of_key[SCHEMA_MARK], struct err *e)
{
    memcpy(st->key, key, sizeof st->key);
    if (put(st, "UPDATE meta SET value = ? WHERE key = 'address-key'", key, ADDRESS_KEY_OCTETS,
            false, e) < 0 ||
        put(st, "UPDATE meta SET value = ? WHERE key = 'sensor'", mark, MARK_TEXT - 1, false, e) <
            0 ||
        put(st, "UPDATE sensor SET mark = ?", mark, MARK_TEXT - 1, true, e) < 0)
        return -1;
    return put(st, "UPDATE sensor SET key_mark = ?", of_key, MARK_TEXT - 1, true, e);
}

int schema_adopt(struct store *st, const uint8_t key[ADDRESS_KEY_OCTETS], struct err *e)
{
    char mark[SCHEMA_MARK], of_key[SCHEMA_MARK];

    schema_marks((struct slice){key, ADDRESS_KEY_OCTETS}, mark, of_key);
    return take_over(st, key, mark, of_key, e);
}

int schema_follow(struct store *st, struct store *like, struct err *e)
{
    sqlite3_stmt *s = store_prepare(like,
                                    "SELECT mark, name, key_mark FROM sensor WHERE mark ="
                                    " (SELECT CAST(value AS TEXT) FROM meta WHERE key = 'sensor')",
                                    e);
    char mark[SCHEMA_MARK], of_key[SCHEMA_MARK], name[4 * BOUND_SENSOR_NAME + 1];

    if (!s)
        return -1;
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        column_text(s, 0, mark, sizeof mark);
        column_text(s, 1, name, sizeof name);
        column_text(s, 2, of_key, sizeof of_key);
    } else if (rc == SQLITE_DONE) {
        err_set(e, "%s is damaged: its sensor is not there", like->path);
    } else {
        store_fail(like, e);
    }
    sqlite3_finalize(s);
    if (rc == SQLITE_ROW && (strlen(mark) != MARK_TEXT - 1 || strlen(of_key) != MARK_TEXT - 1))
        rc = err_set(e, "%s is damaged: its sensor has no mark", like->path);
    if (rc != SQLITE_ROW || take_over(st, like->key, mark, of_key, e) < 0)
        return -1;
    return *name ? put(st, "UPDATE sensor SET name = ?", name, strlen(name), true, e) : 0;
}

/* ---- which is it? */

static int check_version(struct store *st, int64_t version, struct err *e)
{
    if (version > SCHEMA_VERSION)
        return err_set(e,
                       "%s was made by a newer mailtap (format %lld; this one knows up to %d): use "
                       "that one",
                       st->path, (long long)version, SCHEMA_VERSION);
    if (version < FIRST_VERSION)
        return err_set(e, "%s is damaged: its format is %lld", st->path, (long long)version);
    if (version < SCHEMA_VERSION && !st->writing && !st->source)
        return err_set(e,
                       "%s was made by an older mailtap (format %lld; this one reads %d): "
                       "'mailtap classify' brings it up to date, 'mailtap merge' takes it as it is",
                       st->path, (long long)version, SCHEMA_VERSION);
    st->version = (int)version;
    return st->source ? read_tables(st, e) : 0;
}

int schema_check(struct store *st, struct err *e)
{
    int64_t id, version, objects;

    if (ask(st, "PRAGMA application_id", &id, e) < 0 ||
        ask(st, "PRAGMA user_version", &version, e) < 0 ||
        ask(st, "SELECT count(*) FROM sqlite_schema", &objects, e) < 0)
        return -1;
    if (id == 0 && version == 0 && objects == 0) {
        if (!st->must_exist)
            return make(st, e);
        return err_set(e, "%s is empty: no capture was analysed into it", st->path);
    }
    if (id != APPLICATION_ID)
        return err_set(e, "%s is a SQLite database of another program, not of mailtap", st->path);
    if (check_version(st, version, e) < 0)
        return -1;
    /* One of an earlier version is about to be replaced: migrate.c. */
    return st->writing && !st->source && version == SCHEMA_VERSION ? need_key(st, e) : 0;
}

#define CONNECTION_INDEX                                                                           \
    "CREATE INDEX IF NOT EXISTS session_connection ON session"                                     \
    " (client_id, client_port, started_ns)"

/* Captures overlap when one begins before another is over; a connection may outlast its capture. */
#define OUTLASTING "86400000000000"

/* One that is live goes on; before its first figures it may have begun at any time. */
#define OVERLAPPING                                                                                \
    "WITH span AS (SELECT capture_id, iif(state = 'live' AND started_ns IS NULL, -(1 << 62), "     \
    "started_ns)"                                                                                  \
    " AS from_ns, iif(state = 'live', 1 << 62, ended_ns) AS until_ns FROM capture)"                \
    " SELECT EXISTS (SELECT 1 FROM span a JOIN span b ON a.capture_id < b.capture_id"              \
    " AND a.from_ns <= b.until_ns + " OUTLASTING " AND b.from_ns <= a.until_ns + " OUTLASTING ")"

/* Another column was behind those that are looked for; it is found as well by this one, but slower. */
#define EARLIER_INDEX                                                                              \
    "SELECT EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'session_server'"                     \
    " AND instr(sql, 'banner_id') = 0)"

int schema_index(struct store *st, struct err *e)
{
    int64_t overlapping, earlier;

    if (ask(st, EARLIER_INDEX, &earlier, e) < 0 ||
        (earlier && store_sql(st, "DROP INDEX session_server", e) < 0) ||
        store_sql(st, indexes_sql, e) < 0 || ask(st, OVERLAPPING, &overlapping, e) < 0 ||
        (overlapping && store_sql(st, CONNECTION_INDEX, e) < 0))
        return -1;
    st->overlapping = overlapping != 0;
    st->indexed = true;
    return 0;
}

sqlite3 *schema_model(void)
{
    sqlite3 *db = NULL;

    if (sqlite3_open(":memory:", &db) == SQLITE_OK &&
        sqlite3_exec(db, schema_sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, indexes_sql, NULL, NULL, NULL) == SQLITE_OK &&
        sqlite3_exec(db, CONNECTION_INDEX, NULL, NULL, NULL) == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}
