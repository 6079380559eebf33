/*
 * store_read.c - which sessions wait for a verdict, and their facts back from the database.
 *
 * Those behind the last one that has a verdict: they need no mark.  A server whose sessions came or
 * went is marked; before the next session is judged, all other sessions of marked servers go into the
 * table `unjudged`, once.
 */
#include "store_private.h"

#include <stdio.h>
#include <string.h>

int store_mark_for_dns(struct store *st, struct err *e)
{
    if (st->dns_changed && store_do(st, ST_MARK_WITHOUT, e) < 0)
        return -1;
    st->dns_marked |= st->dns_changed;
    st->dns_changed = false;
    return 0;
}

int store_mark_fresh(struct store *st, int64_t before, struct err *e)
{
    return store_do_for(st, ST_MARK_FRESH, before, e);
}

/* What sessions that came since the last time mean for sessions with other servers. */
static int mark_elsewhere(struct store *st, int64_t *last_r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_MARK_ELSEWHERE, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, st->marked);
    sqlite3_bind_int64(s, 2, BOUND_FALLBACK_SECONDS * INT64_C(1000000000));
    s = store_run(st, s, e) < 0 ? NULL : store_statement(st, ST_LAST_SESSION, e);
    return s ? store_number(st, s, last_r, e) : -1;
}

/* Judging looks all over the database; to store, rows are put behind each other.  Indexes are made with the
 * least work in a very small cache: its size is that of the parts which are sorted by themselves, and those
 * fit the processor's own memory then.  A live capture goes back and forth between all these, in little
 * memory. */
static int make_ready(struct store *st, struct err *e)
{
    if (st->live)
        return schema_index(st, e);
    if (store_sql(st, "PRAGMA cache_size = -1024", e) < 0 || schema_index(st, e) < 0)
        return -1;
    return store_sql(st, "PRAGMA cache_size = -65536", e);
}

/* Sessions that had a verdict, of servers whose sessions came or went. */
static int mark_of_changed(struct store *st, struct err *e)
{
    int64_t last = st->judged_from && !st->overlapping ? st->judged_from - 1 : INT64_MAX;

    if (last > 0 && store_do_for(st, ST_MARK_UNJUDGED, last, e) < 0)
        return -1;
    return store_do(st, ST_MARK_DONE, e);
}

int store_mark(struct store *st, struct err *e)
{
    int64_t last;

    if (!st->servers_change && !st->dns_changed)
        return 0;
    /* What contrast.c remembers of the sessions must not be taken back with them. */
    if (store_batch_commit(st, e) < 0 || store_batch_begin(st, e) < 0 || known_flush(st, e) < 0 ||
        make_ready(st, e) < 0 || contrast_renew(st, e) < 0 || store_mark_for_dns(st, e) < 0 ||
        mark_elsewhere(st, &last, e) < 0 || mark_of_changed(st, e) < 0)
        return -1;
    st->servers_change = false;
    st->judged_from = 0;
    known_forget_judged(st->known);
    st->expecters = UNKNOWN;
    if (store_batch_commit(st, e) < 0)
        return -1;
    st->marked = last;
    return 0;
}

/* 1, or 0 when there is none. */
static int next_session(struct store *st, int64_t *session_r, struct history *history_r,
                        struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_UNJUDGED, e);

    if (!s)
        return -1;
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        *session_r = sqlite3_column_int64(s, 0);
        history_r->sessions = column_count(s, 1);
        history_r->offered = column_count(s, 2);
    } else if (rc != SQLITE_DONE) {
        store_fail(st, e);
    }
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static int load_row(struct store *st, int64_t session, struct facts *facts_r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_SESSION_GET, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        row_read(s, facts_r);
    else
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 0 : -1;
}

static int load_conflicts(struct store *st, int64_t session, struct facts *f, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_CONFLICT_GET, e);
    int rc;

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    while ((rc = sqlite3_step(s)) == SQLITE_ROW)
        row_read_conflict(s, 0, f);
    if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? 0 : -1;
}

int store_load(struct store *st, int64_t session, struct facts *facts_r, struct err *e)
{
    if (load_row(st, session, facts_r, e) < 0)
        return -1;
    return facts_r->conflicts ? load_conflicts(st, session, facts_r, e) : 0;
}

int store_unjudged(struct store *st, int64_t *session_r, struct facts *facts_r,
                   struct history *history_r, struct err *e)
{
    memset(history_r, 0, sizeof *history_r);
    int rc = store_mark(st, e) < 0 ? -1 : next_session(st, session_r, history_r, e);
    if (rc == 0)
        return store_batch_commit(st, e);
    if (rc < 0 || store_load(st, *session_r, facts_r, e) < 0 ||
        history_load(st, *session_r, facts_r, history_r, e) < 0)
        return -1;
    return 1;
}

int store_judge_all(struct store *st, struct err *e)
{
    if (store_batch_begin(st, e) < 0 || store_do(st, ST_MARK_ALL, e) < 0)
        return -1;
    st->servers_change = true;
    return 0;
}
