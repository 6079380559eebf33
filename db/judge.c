/*
 * judge.c - sessions get their verdicts.
 *
 * Most are like one before them: they share the rows that say how they went, and nothing that the
 * database knows bears on them.  Such a session has the verdict of that one, and what was seen of it
 * need not be read.  Of the others all is, and their findings are written down.
 *
 * They are judged when they are stored, unless what others tell of their servers may bear on them and
 * would not mark them when it comes: those wait until all of a capture is there.
 */
#include "store_private.h"

#include <string.h>

#define SECOND INT64_C(1000000000)

/* Beside what history_wanted() says: each is looked at by itself. */
#define EACH_BY_ITSELF 32u

/* What the verdict of a session hangs on that nothing else bears on. */
struct likeness {
    int64_t course, banner, tls, identity;
    int64_t carries; /* transactions, however many */
};

/* A session that waits, as ST_WAITING gives it. */
struct waiting {
    int64_t session, server;
    struct likeness likeness;
    bool contrasted, broken, elsewhere;
    unsigned had; /* bits of verdict.c */
};

/* One after the other in the same place: they are large. */
struct judging {
    struct store *st;
    struct waiting now;
    struct facts facts;
    struct history history;
    struct verdict verdict;
    struct verdicts together;
};

static void read_waiting(sqlite3_stmt *s, struct waiting *waiting_r)
{
    *waiting_r = (struct waiting){
        .session = sqlite3_column_int64(s, 0),
        .server = sqlite3_column_int64(s, 1),
        .likeness = {.course = sqlite3_column_int64(s, 2),
                     .banner = sqlite3_column_int64(s, 3),
                     .tls = sqlite3_column_int64(s, 4),
                     .identity = sqlite3_column_int64(s, 5),
                     .carries = sqlite3_column_int64(s, 6)},
        .contrasted = sqlite3_column_int(s, 7) != 0,
        .broken = sqlite3_column_int(s, 8) != 0,
        .elsewhere = sqlite3_column_int(s, 9) != 0,
        .had = (unsigned)sqlite3_column_int(s, 10),
    };
}

/* ---- a verdict without findings, and what may bear on it, as a number that is not 0 */

_Static_assert(WEAKNESSES <= 24 && (int)CLASSES < 16 && (int)REASONS < 16 && (int)RUNGS < 16,
               "they fit");

static int64_t pack(const struct verdict *v, unsigned wanted)
{
    return 1 | (int64_t)v->class << 4 | (int64_t)v->reason << 8 | (int64_t)v->rung << 12 |
           (int64_t)wanted << 16 | (int64_t)v->weaknesses << 32;
}

static unsigned unpack(int64_t packed, struct verdict *verdict_r)
{
    verdict_r->class = (enum session_class)(packed >> 4 & 15);
    verdict_r->reason = (enum cleartext_reason)(packed >> 8 & 15);
    verdict_r->rung = (enum rung)(packed >> 12 & 15);
    verdict_r->weaknesses = (uint32_t)(packed >> 32);
    verdict_r->findings.count = 0;
    return packed >> 16 & 255;
}

/* ---- one session */

/* May something that the database knows change the verdict?  1, 0, -1. */
static int bears(const struct judging *j, unsigned wanted, struct err *e)
{
    const struct waiting *now = &j->now;

    if (now->elsewhere || wanted & (EACH_BY_ITSELF | HISTORY_REQUESTS | HISTORY_REFUSALS) ||
        (wanted & HISTORY_CONTRAST && now->contrasted) || (wanted & HISTORY_BROKEN && now->broken))
        return 1;
    if (wanted & HISTORY_EXPECTED)
        return history_expected(j->st, now->server, now->likeness.banner, e);
    return 0;
}

/* The verdict that its like have, as far as nothing bears on it. */
static int64_t plain_verdict(const struct facts *f, struct verdict *verdict_r)
{
    static const struct history nothing;
    unsigned wanted = history_wanted(f);

    classify(f, &nothing, verdict_r);
    if (verdict_r->findings.count || f->conflicts)
        wanted |= EACH_BY_ITSELF;
    return pack(verdict_r, wanted);
}

static int load_server(struct judging *j, struct err *e)
{
    sqlite3_stmt *s = store_statement(j->st, ST_SERVER_HISTORY, e);

    if (!s)
        return -1;
    memset(&j->history, 0, sizeof j->history);
    sqlite3_bind_int64(s, 1, j->now.server);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        j->history.sessions = column_count(s, 0);
        j->history.offered = column_count(s, 1);
    } else {
        store_fail(j->st, e);
    }
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 0 : -1;
}

/* ---- when it is stored */

/* Those before it that nobody marked, as they were behind the last verdict, are not any more. */
static int begin_stored(struct store *st, int64_t session, struct err *e)
{
    int64_t any;
    int expecters = history_any_expecters(st, e);
    sqlite3_stmt *s = expecters < 0 ? NULL : store_statement(st, ST_CONTRASTS, e);

    if (!s || store_number(st, s, &any, e) < 0 || store_mark_fresh(st, session, e) < 0)
        return -1;
    st->judged_from = session;
    st->marks_wanted = any || expecters ? 0 : HISTORY_CONTRAST | HISTORY_EXPECTED;
    return 0;
}

int judge_stored(struct store *st, int64_t session, const int64_t ids[], const struct facts *f,
                 struct err *e)
{
    const struct likeness likeness = {.course = ids[ROW_COURSE_ID],
                                      .banner = ids[ROW_BANNER_ID],
                                      .tls = ids[ROW_TLS_ID],
                                      .identity = ids[ROW_IDENTITY_ID],
                                      .carries = f->transactions > 0};
    struct interned *alike = known_alike(st->known, &likeness, sizeof likeness);
    struct verdict verdict;

    if (!alike->id)
        alike->id = plain_verdict(f, &verdict);
    if (!st->judged_from && begin_stored(st, session, e) < 0)
        return -1;
    if (unpack(alike->id, &verdict) & ~st->marks_wanted)
        return store_do_for(st, ST_UNJUDGED_ADD, session, e);
    return verdict_write(st, session, 0, &verdict, &st->together, e);
}

/* ---- one that waits */

/* Its verdict, in j->verdict. */
static int work_out(struct judging *j, struct err *e)
{
    struct waiting *now = &j->now;
    struct interned *alike = known_alike(j->st->known, &now->likeness, sizeof now->likeness);
    bool loaded = alike->id == 0;

    if (loaded && store_load(j->st, now->session, &j->facts, e) < 0)
        return -1;
    if (loaded)
        alike->id = plain_verdict(&j->facts, &j->verdict);
    int rc = bears(j, unpack(alike->id, &j->verdict), e);
    if (rc <= 0)
        return rc;
    if ((!loaded && store_load(j->st, now->session, &j->facts, e) < 0) || load_server(j, e) < 0 ||
        history_load(j->st, now->session, &j->facts, &j->history, e) < 0)
        return -1;
    classify(&j->facts, &j->history, &j->verdict);
    return 0;
}

/* ---- those that wait */

static void tell(const struct judging *j, sqlite3_stmt *s, const struct judged_to *to)
{
    struct judged judged = {.started_ns = column_time(s, 11),
                            .client.port = (uint16_t)sqlite3_column_int(s, 12),
                            .verdict = &j->verdict};
    const char *ip = (const char *)sqlite3_column_text(s, 13);

    if (ip && address_parse(ip, &judged.client.address))
        to->tell(to->of, &judged);
}

/* Some of them, in the order of the statement: how many, or -1. */
static int judge_some(struct store *st, enum statement which, unsigned most,
                      const struct judged_to *to, struct err *e)
{
    struct judging j;
    sqlite3_stmt *s = store_batch_begin(st, e) < 0 ? NULL : store_statement(st, which, e);
    int64_t low = INT64_MAX, high = INT64_MIN;
    unsigned n = 0;
    int rc = SQLITE_DONE;

    if (!s)
        return -1;
    j.st = st;
    j.together.count = 0;
    sqlite3_bind_int(s, 1, st->overlapping);
    sqlite3_bind_int64(s, 2, BOUND_SAME_TIME_SECONDS * SECOND);
    while (n < most && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        read_waiting(s, &j.now);
        if (work_out(&j, e) < 0 ||
            verdict_write(st, j.now.session, j.now.had, &j.verdict, &j.together, e) < 0)
            break;
        if (to)
            tell(&j, s, to);
        low = j.now.session < low ? j.now.session : low;
        high = j.now.session > high ? j.now.session : high;
        n++;
    }
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    if (n < most && rc != SQLITE_DONE)
        return -1;
    return n == 0 || verdict_written(st, low, high, &j.together, e) == 0 ? (int)n : -1;
}

static int judge_all(struct store *st, enum statement which, uint64_t *judged, struct err *e)
{
    int n = 1;

    while (n > 0) {
        n = judge_some(st, which, BOUND_BATCH, NULL, e);
        if (n >= 0 && store_batch_commit(st, e) < 0)
            n = -1;
        *judged += n > 0 ? (uint64_t)n : 0;
    }
    return n;
}

/* Those that never had a verdict come last, in their order: what is left of them when a run dies is
 * still behind the last one that has. */
int store_judge_waiting(struct store *st, uint64_t *judged_r, struct err *e)
{
    uint64_t judged = 0;
    int rc = store_mark(st, e);

    if (rc == 0)
        rc = judge_all(st, ST_WAITING, &judged, e);
    if (rc == 0)
        rc = judge_all(st, ST_WAITING_FRESH, &judged, e);
    if (judged_r)
        *judged_r = judged;
    return rc;
}

int store_judge_newest(struct store *st, unsigned most, const struct judged_to *to, struct err *e)
{
    if (!st->indexed && (store_batch_begin(st, e) < 0 || schema_index(st, e) < 0))
        return -1;
    if (store_batch_begin(st, e) < 0 || store_mark_fresh(st, INT64_MAX, e) < 0)
        return -1;
    int n = judge_some(st, ST_WAITING_NEWEST, most, to, e);
    return n == 0 ? store_batch_commit(st, e) : n;
}
