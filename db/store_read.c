/*
 * store_read.c - facts back from the database for judging, and the verdicts.
 *
 * A server whose sessions came or went is marked; before the next session is handed out, all
 * sessions of marked servers go into the table `unjudged`, once.  Each one is handed out by its
 * number, so a run over N sessions costs N look-ups.
 */
#include "store_private.h"

#include <stdio.h>
#include <string.h>

int store_mark_for_dns(struct store *st, struct err *e)
{
    sqlite3_stmt *s = st->dns_changed ? store_statement(st, ST_MARK_WITHOUT, e) : NULL;

    if (st->dns_changed && (!s || store_run(st, s, e) < 0))
        return -1;
    st->dns_marked |= st->dns_changed;
    st->dns_changed = false;
    return 0;
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

int store_mark(struct store *st, struct err *e)
{
    static const enum statement steps[] = {ST_MARK_UNJUDGED, ST_MARK_DONE};
    int64_t last;

    if (!st->servers_change && !st->dns_changed)
        return 0;
    /* What contrast.c remembers of the sessions must not be taken back with them. */
    if (store_batch_commit(st, e) < 0 || store_batch_begin(st, e) < 0 || known_flush(st, e) < 0 ||
        schema_index(st, e) < 0 || contrast_renew(st, e) < 0 || store_mark_for_dns(st, e) < 0 ||
        mark_elsewhere(st, &last, e) < 0)
        return -1;
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        sqlite3_stmt *s = store_statement(st, steps[i], e);
        if (!s || store_run(st, s, e) < 0)
            return -1;
    }
    st->servers_change = false;
    if (store_batch_commit(st, e) < 0)
        return -1;
    st->marked = last;
    return 0;
}

/* 1, or 0 when there is none. */
static int next_session(struct store *st, enum statement which, int64_t *session_r,
                        struct history *history_r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

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

int store_waiting(struct store *st, enum statement which, int64_t *session_r, struct facts *facts_r,
                  struct history *history_r, struct err *e)
{
    memset(history_r, 0, sizeof *history_r);
    int rc = next_session(st, which, session_r, history_r, e);
    if (rc == 0)
        return store_batch_commit(st, e);
    if (rc < 0 || store_load(st, *session_r, facts_r, e) < 0 ||
        history_load(st, *session_r, facts_r, history_r, e) < 0)
        return -1;
    return 1;
}

int store_unjudged(struct store *st, int64_t *session_r, struct facts *facts_r,
                   struct history *history_r, struct err *e)
{
    return store_mark(st, e) < 0 ? -1
                                 : store_waiting(st, ST_UNJUDGED, session_r, facts_r, history_r, e);
}

int store_judge_all(struct store *st, struct err *e)
{
    sqlite3_stmt *s = store_batch_begin(st, e) < 0 ? NULL : store_statement(st, ST_MARK_ALL, e);

    if (!s || store_run(st, s, e) < 0)
        return -1;
    st->servers_change = true;
    return 0;
}

/* ---- verdicts */

static int run_for(struct store *st, enum statement which, int64_t session, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    return store_run(st, s, e);
}

static int set_verdict(struct store *st, int64_t session, const struct verdict *v, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_VERDICT_SET, e);
    const struct finding *best = evidence_best(&v->findings);
    const char *reason = reason_name(v->reason);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    sqlite3_bind_text(s, 2, class_name(v->class), -1, SQLITE_STATIC);
    if (reason)
        sqlite3_bind_text(s, 3, reason, -1, SQLITE_STATIC);
    if (best) {
        sqlite3_bind_text(s, 4, best->rule, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 5, rank_name(best->rank), -1, SQLITE_STATIC);
    }
    sqlite3_bind_text(s, 6, rung_name(v->rung), -1, SQLITE_STATIC);
    return store_run(st, s, e);
}

static int add_evidence(struct store *st, int64_t session, unsigned place,
                        const struct finding *finding, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_EVIDENCE_ADD, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    sqlite3_bind_int64(s, 2, place);
    sqlite3_bind_text(s, 3, finding->rule, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, rank_name(finding->rank), -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, finding->detail, -1, SQLITE_STATIC);
    return store_run(st, s, e);
}

static int set_weaknesses(struct store *st, int64_t session, uint32_t weaknesses, struct err *e)
{
    if (run_for(st, ST_WEAKNESS_CLEAR, session, e) < 0)
        return -1;
    for (unsigned bit = 0; weakness_name(bit); bit++) {
        if (!(weaknesses & WEAK(bit)))
            continue;
        sqlite3_stmt *s = store_statement(st, ST_WEAKNESS_ADD, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, session);
        sqlite3_bind_text(s, 2, weakness_name(bit), -1, SQLITE_STATIC);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

int store_judge(struct store *st, int64_t session, const struct verdict *v, struct err *e)
{
    if (store_batch_begin(st, e) < 0 || set_verdict(st, session, v, e) < 0 ||
        run_for(st, ST_EVIDENCE_CLEAR, session, e) < 0)
        return -1;
    for (unsigned i = 0; i < v->findings.count; i++)
        if (add_evidence(st, session, i, &v->findings.list[i], e) < 0)
            return -1;
    if (set_weaknesses(st, session, v->weaknesses, e) < 0)
        return -1;
    return run_for(st, ST_JUDGED, session, e) < 0 ? -1 : store_batch_add(st, e);
}
