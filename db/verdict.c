/* verdict.c - verdicts as rows. */
#include "store_private.h"

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

static int add_weaknesses(struct store *st, int64_t session, uint32_t weaknesses, struct err *e)
{
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

int verdict_write(struct store *st, int64_t session, unsigned had, const struct verdict *v,
                  struct err *e)
{
    if (set_verdict(st, session, v, e) < 0 ||
        (had & VERDICT_EVIDENCE && run_for(st, ST_EVIDENCE_CLEAR, session, e) < 0) ||
        (had & VERDICT_WEAKNESSES && run_for(st, ST_WEAKNESS_CLEAR, session, e) < 0))
        return -1;
    for (unsigned i = 0; i < v->findings.count; i++)
        if (add_evidence(st, session, i, &v->findings.list[i], e) < 0)
            return -1;
    return v->weaknesses ? add_weaknesses(st, session, v->weaknesses, e) : 0;
}

int verdict_written(struct store *st, int64_t from, int64_t to, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_JUDGED, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, from);
    sqlite3_bind_int64(s, 2, to);
    return store_run(st, s, e);
}

int store_judge(struct store *st, int64_t session, const struct verdict *v, struct err *e)
{
    if (store_batch_begin(st, e) < 0 ||
        verdict_write(st, session, VERDICT_EVIDENCE | VERDICT_WEAKNESSES, v, e) < 0 ||
        verdict_written(st, session, session, e) < 0)
        return -1;
    return store_batch_add(st, e);
}
