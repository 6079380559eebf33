/*
 * verdict.c - verdicts as rows.
 *
 * There are few of them beside what was found: so a session has the number of one, and their words stand
 * in the database once.
 */
#include "store_private.h"

/* The row of the table `opinion`. */
struct opinion {
    const char *class, *reason, *rule, *rank, *rung; /* words that last; NULL: none */
};

static void bind_opinion(sqlite3_stmt *s, const struct opinion *o)
{
    sqlite3_bind_text(s, 1, o->class, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 2, o->reason, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 3, o->rule, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 4, o->rank, -1, SQLITE_STATIC);
    sqlite3_bind_text(s, 5, o->rung, -1, SQLITE_STATIC);
}

static int find_or_add(struct store *st, const struct opinion *o, int64_t *id_r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_OPINION_FIND, e);

    if (!s)
        return -1;
    bind_opinion(s, o);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        *id_r = sqlite3_column_int64(s, 0);
    else if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    if (rc != SQLITE_DONE)
        return rc == SQLITE_ROW ? 0 : -1;
    s = store_statement(st, ST_OPINION_ADD, e);
    if (!s)
        return -1;
    bind_opinion(s, o);
    if (store_run(st, s, e) < 0)
        return -1;
    *id_r = sqlite3_last_insert_rowid(st->db);
    return 0;
}

static int opinion_of(struct store *st, const struct verdict *v, int64_t *id_r, struct err *e)
{
    const struct finding *best = evidence_best(&v->findings);
    const struct opinion o = {.class = class_name(v->class),
                              .reason = reason_name(v->reason),
                              .rule = best ? best->rule : NULL,
                              .rank = best ? rank_name(best->rank) : NULL,
                              .rung = rung_name(v->rung)};
    struct interned *known = known_opinion(st->known, &o, sizeof o);

    if (!known->id && find_or_add(st, &o, &known->id, e) < 0)
        return -1;
    *id_r = known->id;
    return 0;
}

static int replace_verdict(struct store *st, int64_t session, int64_t opinion, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_VERDICT_SET, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, session);
    sqlite3_bind_int64(s, 2, opinion);
    return store_run(st, s, e);
}

int verdicts_add(struct store *st, struct verdicts *together, struct err *e)
{
    bool all = together->count == VERDICTS_AT_ONCE;
    unsigned at_once = all ? VERDICTS_AT_ONCE : 1;

    for (unsigned i = 0; i < together->count; i += at_once) {
        sqlite3_stmt *s = store_statement(st, all ? ST_VERDICTS_ADD : ST_VERDICT_ADD, e);
        if (!s)
            return -1;
        for (unsigned k = 0; k < at_once; k++) {
            sqlite3_bind_int64(s, (int)(2 * k + 1), together->list[i + k].session);
            sqlite3_bind_int64(s, (int)(2 * k + 2), together->list[i + k].opinion);
        }
        if (store_run(st, s, e) < 0)
            return -1;
    }
    together->count = 0;
    return 0;
}

static int set_verdict(struct store *st, int64_t session, unsigned had, const struct verdict *v,
                       struct verdicts *together, struct err *e)
{
    int64_t opinion;

    if (opinion_of(st, v, &opinion, e) < 0)
        return -1;
    if (had & VERDICT_BEFORE)
        return replace_verdict(st, session, opinion, e);
    together->list[together->count].session = session;
    together->list[together->count].opinion = opinion;
    return ++together->count < VERDICTS_AT_ONCE ? 0 : verdicts_add(st, together, e);
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
                  struct verdicts *together, struct err *e)
{
    if (set_verdict(st, session, had, v, together, e) < 0 ||
        (had & VERDICT_EVIDENCE && store_do_for(st, ST_EVIDENCE_CLEAR, session, e) < 0) ||
        (had & VERDICT_WEAKNESSES && store_do_for(st, ST_WEAKNESS_CLEAR, session, e) < 0))
        return -1;
    for (unsigned i = 0; i < v->findings.count; i++)
        if (add_evidence(st, session, i, &v->findings.list[i], e) < 0)
            return -1;
    return v->weaknesses ? add_weaknesses(st, session, v->weaknesses, e) : 0;
}

int verdict_written(struct store *st, int64_t from, int64_t to, struct verdicts *together,
                    struct err *e)
{
    sqlite3_stmt *s = verdicts_add(st, together, e) < 0 ? NULL : store_statement(st, ST_JUDGED, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, from);
    sqlite3_bind_int64(s, 2, to);
    return store_run(st, s, e);
}

int store_judge(struct store *st, int64_t session, const struct verdict *v, struct err *e)
{
    const unsigned any = VERDICT_BEFORE | VERDICT_EVIDENCE | VERDICT_WEAKNESSES;
    struct verdicts none = {.count = 0};

    if (store_batch_begin(st, e) < 0 || store_mark_fresh(st, session, e) < 0 ||
        verdict_write(st, session, any, v, &none, e) < 0 ||
        verdict_written(st, session, session, &none, e) < 0)
        return -1;
    return store_batch_add(st, e);
}
