/*
 * prune.c - what began before a time leaves the database, with all that hangs on it.
 *
 * All of it in one transaction, and every session that is left is marked to be judged again: a run
 * that is killed leaves the database of before, or that of after.
 */
#include "store_private.h"

#include <string.h>

/* ---- statements that have the time as their only parameter */

/* NULL with *e. */
static sqlite3_stmt *prepare_at(struct store *st, const char *sql, int64_t before_ns, struct err *e)
{
    sqlite3_stmt *s = store_prepare(st, sql, e);

    if (s && sqlite3_bind_parameter_count(s))
        sqlite3_bind_int64(s, 1, before_ns);
    return s;
}

/* The capture is parameter 2 of those that have one. */
static int run_of(struct store *st, const char *sql, int64_t before_ns, int64_t capture,
                  struct err *e)
{
    sqlite3_stmt *s = prepare_at(st, sql, before_ns, e);
    int rc = s ? 0 : -1;

    if (rc == 0 && sqlite3_bind_parameter_count(s) > 1)
        sqlite3_bind_int64(s, 2, capture);
    if (rc == 0)
        rc = store_run(st, s, e);
    sqlite3_finalize(s);
    return rc;
}

static int run_at(struct store *st, const char *sql, int64_t before_ns, struct err *e)
{
    return run_of(st, sql, before_ns, 0, e);
}

/* 1 and the row's one integer, 0 when that is NULL. */
static int ask_at(struct store *st, const char *sql, int64_t before_ns, int64_t *value_r,
                  struct err *e)
{
    sqlite3_stmt *s = prepare_at(st, sql, before_ns, e);
    int rc = s ? 0 : -1;

    if (rc == 0 && sqlite3_step(s) != SQLITE_ROW)
        rc = store_fail(st, e);
    if (rc == 0) {
        *value_r = sqlite3_column_int64(s, 0);
        rc = sqlite3_column_type(s, 0) != SQLITE_NULL;
    }
    sqlite3_finalize(s);
    return rc;
}

/* ---- what there is to prune */

int store_newest(struct store *st, int64_t *at_ns_r, struct err *e)
{
    return ask_at(st, "SELECT max(ended_ns) FROM capture WHERE state <> 'running'", 0, at_ns_r, e);
}

int store_prune_count(struct store *st, int64_t before_ns, struct pruned *pruned_r, struct err *e)
{
    const struct {
        uint64_t *to;
        const char *sql;
    } counts[] = {
        {&pruned_r->sessions, "SELECT count(*) FROM session WHERE started_ns < ?"},
        {&pruned_r->left, "SELECT count(*) FROM session WHERE started_ns >= ?"},
        {&pruned_r->dns, "SELECT count(*) FROM dns WHERE seen_ns < ?"},
        {&pruned_r->servers, "SELECT count(*) FROM server WHERE server_id NOT IN"
                             " (SELECT server_id FROM session WHERE started_ns >= ?)"},
        {&pruned_r->clients, "SELECT count(*) FROM client WHERE client_id NOT IN"
                             " (SELECT client_id FROM session WHERE started_ns >= ?)"},
    };

    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
        int64_t value = 0;
        if (ask_at(st, counts[i].sql, before_ns, &value, e) < 0)
            return -1;
        *counts[i].to = (uint64_t)value;
    }
    return 0;
}

/* ---- and how */

/* Rows that belong to sessions, in whatever tables: those that refer to table `session`. */
static int remove_dependents(struct store *st, struct err *e)
{
    sqlite3_stmt *s = store_prepare(st,
                                    "SELECT printf('DELETE FROM \"%w\" WHERE \"%w\" IN"
                                    " (SELECT session_id FROM temp.pruned)', m.name, f.\"from\")"
                                    " FROM sqlite_schema m JOIN pragma_foreign_key_list(m.name) f"
                                    " WHERE m.type = 'table' AND f.\"table\" = 'session'",
                                    e);
    int rc = s ? 0 : -1;
    int step = SQLITE_DONE;

    while (rc == 0 && (step = sqlite3_step(s)) == SQLITE_ROW)
        rc = store_sql(st, (const char *)sqlite3_column_text(s, 0), e);
    if (rc == 0 && step != SQLITE_DONE)
        rc = store_fail(st, e);
    sqlite3_finalize(s);
    return rc;
}

int store_remove_sessions(struct store *st, const char *which, int64_t before_ns, int64_t capture,
                          struct err *e)
{
    if (verdicts_add(st, &st->together, e) < 0 ||
        store_sql(st,
                  "CREATE TEMP TABLE IF NOT EXISTS pruned (session_id INTEGER PRIMARY KEY);"
                  "DELETE FROM temp.pruned",
                  e) < 0 ||
        run_of(st, which, before_ns, capture, e) < 0 ||
        store_sql(st,
                  "UPDATE server SET changed = 2 WHERE server_id IN (SELECT server_id FROM session"
                  " WHERE session_id IN (SELECT session_id FROM temp.pruned))",
                  e) < 0 ||
        remove_dependents(st, e) < 0)
        return -1;
    /* Comparisons name clients, which would stay for them.  "+": by the index of clients. */
    return store_sql(st,
                     "DELETE FROM session WHERE session_id IN (SELECT session_id FROM temp.pruned);"
                     "DELETE FROM temp.pruned;"
                     "DELETE FROM contrast WHERE NOT EXISTS (SELECT 1 FROM session s"
                     " WHERE s.client_id = contrast.client_id"
                     " AND +s.server_id = contrast.server_id)",
                     e);
}

static int remove_all(struct store *st, int64_t before_ns, struct pruned *pruned_r, struct err *e)
{
    if (store_prune_count(st, before_ns, pruned_r, e) < 0 ||
        run_at(st,
               "UPDATE capture SET pruned_ns = ?1 WHERE started_ns < ?1"
               " AND (pruned_ns IS NULL OR pruned_ns < ?1)",
               before_ns, e) < 0)
        return -1;
    if (pruned_r->sessions == 0 && pruned_r->dns == 0)
        return 0;
    if (store_remove_sessions(
            st, "INSERT INTO temp.pruned SELECT session_id FROM session WHERE started_ns < ?1",
            before_ns, 0, e) < 0 ||
        run_at(st, "DELETE FROM dns WHERE seen_ns < ?", before_ns, e) < 0 || store_sweep(st, e) < 0)
        return -1;
    return store_judge_all(st, e);
}

static int remove_of_capture(struct store *st, int64_t capture, int64_t before_ns, struct err *e)
{
    if (store_remove_sessions(st,
                              "INSERT INTO temp.pruned SELECT session_id FROM session"
                              " WHERE started_ns < ?1 AND capture_id = ?2",
                              before_ns, capture, e) < 0 ||
        run_of(st, "DELETE FROM dns WHERE seen_ns < ?1 AND capture_id = ?2", before_ns, capture,
               e) < 0 ||
        run_of(st, "UPDATE capture SET pruned_ns = ?1 WHERE capture_id = ?2", before_ns, capture,
               e) < 0 ||
        store_sweep(st, e) < 0)
        return -1;
    return store_judge_all(st, e);
}

static int begin_removal(struct store *st, struct err *e)
{
    if (store_batch_commit(st, e) < 0 || store_sql(st, "PRAGMA secure_delete = ON", e) < 0)
        return -1;
    return store_batch_begin(st, e);
}

int store_prune_capture(struct store *st, int64_t capture, int64_t before_ns, struct err *e)
{
    if (begin_removal(st, e) < 0)
        return -1;
    if (remove_of_capture(st, capture, before_ns, e) == 0 && store_batch_commit(st, e) == 0)
        return 0;
    sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    st->in_batch = false;
    return -1;
}

int store_prune(struct store *st, int64_t before_ns, struct pruned *pruned_r, struct err *e)
{
    int64_t free_pages = 0;

    memset(pruned_r, 0, sizeof *pruned_r);
    if (begin_removal(st, e) < 0)
        return -1;
    if (remove_all(st, before_ns, pruned_r, e) == 0 &&
        ask_at(st, "PRAGMA freelist_count", 0, &free_pages, e) > 0 &&
        store_batch_commit(st, e) == 0) {
        pruned_r->free_pages = (uint64_t)free_pages;
        return 0;
    }
    sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    st->in_batch = false;
    return -1;
}

int store_shrink(struct store *st, struct err *e)
{
    int64_t held = 0;

    if (store_batch_commit(st, e) < 0)
        return -1;
    /* VACUUM writes a second database, which it attaches. */
    sqlite3_limit(st->db, SQLITE_LIMIT_ATTACHED, 1);
    int rc = store_sql(st, "VACUUM", e);
    sqlite3_limit(st->db, SQLITE_LIMIT_ATTACHED, 0);
    if (rc < 0)
        return 0;
    if (ask_at(st, "PRAGMA wal_checkpoint(TRUNCATE)", 0, &held, e) < 0)
        return -1;
    if (held)
        err_set(e, "%s is being read by another program, and shrinks when that is done", st->path);
    return held == 0;
}
