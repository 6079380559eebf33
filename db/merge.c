/*
 * merge.c - captures of one database into another: their facts, never their verdicts.
 *
 * A capture is known by the digest of its content, so one that is there already is left alone, and
 * merging again changes nothing.  New ones are `running` until all of the source is stored: a run
 * that dies leaves nothing of it.
 */
#include "store_facts.h"

#include <mailtap/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* A capture of the source. */
struct origin {
    int64_t from, to; /* its number there and here; 0: it is not taken */
    int64_t pruned_ns;
    bool pruned;
};

struct merging {
    struct store *st, *source;
    bool whole;
    struct origin *captures; /* in the order of their numbers there */
    size_t count;
    struct origin *last; /* the one that was found last */
    struct merge_counts *counts;
};

/* ---- statements of this file alone */

/* Run it with this number. */
static int run_with(struct store *st, const char *sql, int64_t number, struct err *e)
{
    sqlite3_stmt *s = store_prepare(st, sql, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, number);
    int rc = store_run(st, s, e);
    sqlite3_finalize(s);
    return rc;
}

/* A text of a stranger: as it is stored here. */
static void copy_text(sqlite3_stmt *to, int at, sqlite3_stmt *from, int from_at)
{
    char text[4096];

    if (sqlite3_column_type(from, from_at) == SQLITE_NULL)
        return;
    column_text(from, from_at, text, sizeof text);
    sqlite3_bind_text(to, at, text, -1, SQLITE_TRANSIENT);
}

static void copy_count(sqlite3_stmt *to, int at, sqlite3_stmt *from, int from_at)
{
    if (sqlite3_column_type(from, from_at) != SQLITE_NULL)
        bind_count(to, at, column_count(from, from_at));
}

/* A time that is not known is NULL in both columns. */
static void copy_time(sqlite3_stmt *to, int at, int at_text, sqlite3_stmt *from, int from_at)
{
    char text[TEXT_TIME];
    int64_t ns = column_time(from, from_at);

    if (sqlite3_column_type(from, from_at) == SQLITE_NULL)
        return;
    sqlite3_bind_int64(to, at, ns);
    text_time(text, ns);
    if (at_text)
        sqlite3_bind_text(to, at_text, text, -1, SQLITE_TRANSIENT);
}

/* ---- captures */

#define COUNTS                                                                                     \
    "frames, octets, frames_dropped_kernel, frames_dropped_interface, damaged_frames,"             \
    " other_frames, fragments, unknown_link, flows, mail_flows, mail_port_other, gap_octets,"      \
    " evicted, held_refused, holes_given_up, fragments_completed, fragments_expired,"              \
    " fragments_evicted, fragments_discarded"
#define COUNTED 19

/* What a live capture has beside them, since version 4. */
#define LIVE_COUNTS "rows_dropped, outages, clock_steps, write_failures"
#define LIVE_COUNTED 4

/* Columns of a capture, there; here they are the parameters from 1 on, but the first three. */
enum {
    FROM_NUMBER,
    FROM_STATE,
    FROM_DIGEST,
    FROM_SOURCE,
    FROM_DAMAGE,
    FROM_COUNTS,
    FROM_STARTED = FROM_COUNTS + COUNTED,
    FROM_ENDED,
    FROM_TRUST_STORE,
    FROM_PRUNED,
    FROM_LIVE,
    FROM_MARK = FROM_LIVE + LIVE_COUNTED,
    FROM_NAME,
    FROM_KEY_MARK
};

static sqlite3_stmt *open_captures(struct store *source, struct err *e)
{
    char sql[2048];
    bool sensors = schema_has(source, "sensor", "mark");

    snprintf(sql, sizeof sql,
             "SELECT c.capture_id, c.state, c.digest, c.source, c.damage, " COUNTS
             ", c.started_ns, c.ended_ns, %s, %s, %s, %s FROM capture c%s ORDER BY c.capture_id",
             schema_has(source, "capture", "trust_store") ? "c.trust_store" : "NULL",
             schema_has(source, "capture", "pruned_ns") ? "c.pruned_ns" : "NULL",
             schema_has(source, "capture", "rows_dropped") ? LIVE_COUNTS : "NULL, NULL, NULL, NULL",
             sensors ? "s.mark, s.name, s.key_mark" : "NULL, NULL, NULL",
             sensors ? " JOIN sensor s ON s.sensor_id = c.sensor_id" : "");
    return store_prepare(source, sql, e);
}

/*
 * The sensor by its mark, made when it is missing.  What it is called may have been said later: of
 * two names the greater one stays, whichever came first; but who writes here names himself.
 */
static int add_sensor(struct merging *m, sqlite3_stmt *from, int64_t *id_r, struct err *e)
{
    static const char sql[] =
        "INSERT INTO sensor (mark, name, key_mark) VALUES (?, ?, ?) ON CONFLICT (mark) DO UPDATE"
        " SET name = CASE WHEN name IS NULL OR (excluded.name > name AND mark NOT IN"
        "  (SELECT CAST(value AS TEXT) FROM meta WHERE key = 'sensor'))"
        " THEN excluded.name ELSE name END RETURNING sensor_id";
    char mark[SCHEMA_MARK], key_mark[SCHEMA_MARK];
    struct slice key = {m->source->key, sizeof m->source->key};
    static const uint8_t no_key[ADDRESS_KEY_OCTETS];
    sqlite3_stmt *s = store_prepare(m->st, sql, e);

    if (!s)
        return -1;
    if (sqlite3_column_type(from, FROM_MARK) != SQLITE_NULL) {
        copy_text(s, 1, from, FROM_MARK);
        copy_text(s, 2, from, FROM_NAME);
        copy_text(s, 3, from, FROM_KEY_MARK);
    } else {
        /* Without a key nothing tells which captures are of one sensor: each is of its own. */
        if (memcmp(key.p, no_key, key.n) == 0)
            key = (struct slice){sqlite3_column_blob(from, FROM_DIGEST), DIGEST_OCTETS};
        schema_marks(key, mark, key_mark);
        sqlite3_bind_text(s, 1, mark, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 3, key_mark, -1, SQLITE_STATIC);
    }
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        *id_r = sqlite3_column_int64(s, 0);
    else
        store_fail(m->st, e);
    sqlite3_finalize(s);
    return rc == SQLITE_ROW ? 0 : -1;
}

static int add_capture(struct merging *m, sqlite3_stmt *from, struct origin *o, struct err *e)
{
    static const char sql[] =
        "INSERT INTO capture (capture_id, sensor_id, digest, source, damage, " COUNTS
        ", started_ns, ended_ns, trust_store, pruned_ns, started_at, ended_at, " LIVE_COUNTS
        ", state)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,"
        " ?18, ?19, ?20, ?21, ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29, ?30, ?31, ?32, ?33, ?34, "
        "'running')";
    int64_t sensor;
    sqlite3_stmt *s = add_sensor(m, from, &sensor, e) < 0 ? NULL : store_prepare(m->st, sql, e);

    if (!s)
        return -1;
    if (m->whole)
        sqlite3_bind_int64(s, 1, o->from);
    sqlite3_bind_int64(s, 2, sensor);
    sqlite3_bind_blob(s, 3, sqlite3_column_blob(from, FROM_DIGEST), DIGEST_OCTETS, SQLITE_STATIC);
    copy_text(s, 4, from, FROM_SOURCE);
    copy_text(s, 5, from, FROM_DAMAGE);
    for (int i = 0; i < COUNTED; i++)
        copy_count(s, 6 + i, from, FROM_COUNTS + i);
    copy_time(s, 25, 29, from, FROM_STARTED);
    copy_time(s, 26, 30, from, FROM_ENDED);
    copy_text(s, 27, from, FROM_TRUST_STORE);
    copy_time(s, 28, 0, from, FROM_PRUNED);
    for (int i = 0; i < LIVE_COUNTED; i++)
        copy_count(s, 31 + i, from, FROM_LIVE + i);
    int rc = sqlite3_step(s);
    if (rc != SQLITE_DONE)
        store_fail(m->st, e);
    o->to = sqlite3_last_insert_rowid(m->st->db);
    sqlite3_finalize(s);
    return rc == SQLITE_DONE ? 0 : -1;
}

/* ---- what was removed of a capture stays removed */

#define HERE "SELECT capture_id, coalesce(pruned_ns, ?2) FROM capture WHERE state = 'complete'"

/* Of the one capture that `sql` finds: its number, 0 when there is none; -1. */
static int look_here(struct store *st, const char *sql, sqlite3_stmt *from, int64_t *id_r,
                     int64_t *pruned_r, struct err *e)
{
    static const int parameters[] = {
        FROM_DIGEST, 0, FROM_SOURCE, FROM_COUNTS, FROM_COUNTS + 1, FROM_STARTED, FROM_ENDED};
    sqlite3_stmt *s = store_prepare(st, sql, e);

    *id_r = 0;
    if (!s)
        return -1;
    for (int i = 0; i < sqlite3_bind_parameter_count(s); i++)
        sqlite3_bind_value(s, i + 1, sqlite3_column_value(from, parameters[i]));
    sqlite3_bind_int64(s, 2, INT64_MIN);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW) {
        *id_r = sqlite3_column_int64(s, 0);
        *pruned_r = sqlite3_column_int64(s, 1);
    } else if (rc != SQLITE_DONE) {
        store_fail(st, e);
    }
    sqlite3_finalize(s);
    return rc == SQLITE_ROW || rc == SQLITE_DONE ? 0 : -1;
}

static bool by_sha256(sqlite3_stmt *from)
{
    static const uint8_t zeros[DIGEST_OCTETS - FINGERPRINT_OCTETS];
    const uint8_t *digest = sqlite3_column_blob(from, FROM_DIGEST);

    return memcmp(digest + FINGERPRINT_OCTETS, zeros, sizeof zeros) != 0;
}

/*
 * Where one of the two is known by its fingerprint and the other, from an earlier version, by its SHA-256, they
 * are the same capture when their names are, and their frames, octets and times.
 */
static int find_here(struct store *st, sqlite3_stmt *from, int64_t *id_r, int64_t *pruned_r,
                     struct err *e)
{
    if (look_here(st, HERE " AND digest = ?1", from, id_r, pruned_r, e) < 0)
        return -1;
    int other = *id_r ? 0 : by_sha256(from) ? 1 : store_knows_sha256(st, e);
    if (other <= 0)
        return other;
    return look_here(st,
                     HERE
                     " AND (substr(digest, 17) = zeroblob(16)) <> (substr(?1, 17) = zeroblob(16))"
                     " AND source = ?3 AND frames = ?4 AND octets = ?5 AND started_ns = ?6"
                     " AND ended_ns = ?7 ORDER BY capture_id LIMIT 1",
                     from, id_r, pruned_r, e);
}

/* A capture that is here already. */
static int meet(struct merging *m, int64_t here, int64_t pruned_here, const struct origin *o,
                struct err *e)
{
    m->counts->captures_known++;
    if (!o->pruned || o->pruned_ns <= pruned_here)
        return 0;
    m->counts->captures_pruned++;
    return store_prune_capture(m->st, here, o->pruned_ns, e);
}

/* ---- which captures are new */

static int take_capture(struct merging *m, sqlite3_stmt *s, struct err *e)
{
    struct origin o = {.from = sqlite3_column_int64(s, FROM_NUMBER),
                       .pruned = sqlite3_column_type(s, FROM_PRUNED) != SQLITE_NULL,
                       .pruned_ns = column_time(s, FROM_PRUNED)};
    int64_t here, pruned_here = 0;

    if (!column_is(s, FROM_STATE, "complete")) {
        m->counts->captures_unfinished++;
        return 0;
    }
    if (sqlite3_column_type(s, FROM_DIGEST) != SQLITE_BLOB ||
        sqlite3_column_bytes(s, FROM_DIGEST) != DIGEST_OCTETS)
        return err_set(e, "%s is damaged: a capture has no digest", m->source->path);
    if (m->count && o.from <= m->captures[m->count - 1].from)
        return err_set(e, "%s is damaged: its captures are not in order", m->source->path);
    if (find_here(m->st, s, &here, &pruned_here, e) < 0)
        return -1;
    if (here)
        return meet(m, here, pruned_here, &o, e);
    if (store_batch_begin(m->st, e) < 0 || add_capture(m, s, &o, e) < 0)
        return -1;
    m->counts->captures_new++;
    m->captures = must_grow(m->captures, m->count + 1, sizeof *m->captures);
    m->captures[m->count++] = o;
    return 0;
}

static int take_captures(struct merging *m, struct err *e)
{
    sqlite3_stmt *s = open_captures(m->source, e);
    int rc = SQLITE_ERROR, failed = s ? 0 : -1;

    while (failed == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW)
        failed = take_capture(m, s, e);
    if (failed == 0 && rc != SQLITE_DONE)
        failed = store_fail(m->source, e);
    sqlite3_finalize(s);
    return failed;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = ((const struct origin *)a)->from, y = ((const struct origin *)b)->from;

    return x < y ? -1 : x > y;
}

/* The capture of this number there, NULL when it is not taken. */
static struct origin *find_origin(struct merging *m, int64_t from)
{
    const struct origin key = {.from = from};

    if (!m->last || m->last->from != from)
        m->last = m->count ? bsearch(&key, m->captures, m->count, sizeof key, by_number) : NULL;
    return m->last;
}

static bool is_taken(void *of, int64_t capture)
{
    return find_origin(of, capture) != NULL;
}

/* ---- what belongs to them */

static int take_sessions(struct merging *m, struct err *e)
{
    struct store_facts *all = store_facts_open(m->source, e);
    const struct stored_session *session;
    int rc = all ? 1 : -1;

    while (rc > 0 && (rc = store_facts_next(all, is_taken, m, &session, e)) > 0) {
        const struct origin *o = find_origin(m, session->capture);
        if (o->pruned && session->facts.started_ns < o->pruned_ns)
            continue;
        m->counts->sessions++;
        if (store_session_again(m->st, o->to, session, e) < 0)
            rc = -1;
    }
    store_facts_close(&all);
    return rc;
}

/* Columns of a DNS answer behind its number and its capture. */
static int add_dns(struct merging *m, sqlite3_stmt *from, int64_t capture, struct err *e)
{
    sqlite3_stmt *s = store_batch_begin(m->st, e) < 0 ? NULL
                                                      : store_statement(m->st, ST_DNS_ADD, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, capture);
    sqlite3_bind_int64(s, 2, column_time(from, 2));
    for (int i = 3; i <= 6; i++)
        copy_text(s, i, from, i);
    copy_count(s, 7, from, 7);
    copy_text(s, 8, from, 8);
    copy_count(s, 9, from, 9);
    sqlite3_bind_int(s, 10, sqlite3_column_int64(from, 10) != 0);
    copy_count(s, 11, from, 11);
    m->st->dns_changed = true;
    return store_run(m->st, s, e) < 0 ? -1 : store_batch_add(m->st, e);
}

static int take_dns(struct merging *m, struct err *e)
{
    int64_t before = INT64_MIN;
    int rc = SQLITE_ERROR, failed = 0;

    if (!schema_has(m->source, "dns", "dns_id"))
        return 0; /* before version 2 */
    sqlite3_stmt *s = store_prepare(
        m->source,
        "SELECT dns_id, capture_id, seen_ns, asker_ip, question, owner, type,"
        " preference, value, ttl, authentic, rcode FROM dns ORDER BY dns_id",
        e);
    if (!s)
        return -1;
    while (failed == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        int64_t number = sqlite3_column_int64(s, 0);
        const struct origin *o = find_origin(m, sqlite3_column_int64(s, 1));
        if (number <= before)
            failed = err_set(e, "%s is damaged: its dns rows are not in order", m->source->path);
        else if (o && !(o->pruned && column_time(s, 2) < o->pruned_ns))
            failed = add_dns(m, s, o->to, e);
        before = number;
    }
    if (failed == 0 && rc != SQLITE_DONE)
        failed = store_fail(m->source, e);
    sqlite3_finalize(s);
    return failed;
}

int merge_policies(struct store *st, struct store *source, struct err *e)
{
    int rc = SQLITE_ERROR, failed = 0;
    sqlite3_stmt *s = store_prepare(
        source,
        "SELECT NULL, source, domain, host, address, port, must_offer, mode,"
        " max_age FROM policy ORDER BY policy_id",
        e);
    if (!s)
        return -1;
    while (failed == 0 && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        sqlite3_stmt *to = store_batch_begin(st, e) < 0 ? NULL
                                                        : store_statement(st, ST_POLICY_ADD, e);
        for (int i = 1; to && i <= 8; i++) {
            if (i == 5 || i == 6 || i == 8)
                copy_count(to, i, s, i);
            else
                copy_text(to, i, s, i);
        }
        failed = to ? store_run(st, to, e) : -1;
    }
    if (failed == 0 && rc != SQLITE_DONE)
        failed = store_fail(source, e);
    sqlite3_finalize(s);
    return failed;
}

static int take_policies(struct merging *m, struct err *e)
{
    return schema_has(m->source, "policy", "policy_id") ? merge_policies(m->st, m->source, e) : 0;
}

/* All of them at once: as at the end of a capture. */
static int complete(struct merging *m, struct err *e)
{
    if (store_batch_begin(m->st, e) < 0 || known_flush(m->st, e) < 0 ||
        store_mark_for_dns(m->st, e) < 0)
        return -1;
    for (size_t i = 0; i < m->count; i++)
        if (run_with(m->st, "UPDATE capture SET state = 'complete' WHERE capture_id = ?",
                     m->captures[i].to, e) < 0)
            return -1;
    return store_batch_commit(m->st, e);
}

/* Nothing of this source stays. */
static void give_up(struct store *st)
{
    struct err unused;

    if (st->in_batch)
        sqlite3_exec(st->db, "ROLLBACK", NULL, NULL, NULL);
    st->in_batch = false;
    known_forget(st->known);
    store_remove_unfinished(st, &unused);
}

int merge_captures(struct store *st, struct store *source, bool whole,
                   struct merge_counts *counts_r, struct err *e)
{
    struct merging m = {.st = st, .source = source, .whole = whole, .counts = counts_r};

    memset(counts_r, 0, sizeof *counts_r);
    int rc = take_captures(&m, e);
    if (rc == 0 && m.count)
        rc = take_sessions(&m, e) < 0 || take_dns(&m, e) < 0 ? -1 : 0;
    if (rc == 0 && whole)
        rc = take_policies(&m, e);
    if (rc == 0 && (m.count || whole))
        rc = complete(&m, e);
    if (rc < 0)
        give_up(st);
    free(m.captures);
    return rc;
}

static bool is_same_file(const struct store *st, const char *path)
{
    struct stat here, there;

    return fstat(st->lock, &here) == 0 && stat(path, &there) == 0 && here.st_dev == there.st_dev &&
           here.st_ino == there.st_ino;
}

int store_merge(struct store *st, const char *path, struct merge_counts *counts_r, struct err *e)
{
    if (is_same_file(st, path))
        return err_set(e, "%s is where the captures are to go: name another source", path);
    struct store *source = store_open_source(path, false, e);
    struct err unused;
    if (!source)
        return -1;
    int rc = merge_captures(st, source, false, counts_r, e);
    store_close(&source, &unused);
    return rc;
}
