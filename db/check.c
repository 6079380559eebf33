/*
 * check.c - is a database sound?  What SQLite can say of its pages, and what we know of its rows.
 *
 * It may be a stranger's, so it is asked as questions are (guard.c): nothing but reading, and not
 * for ever.  A check that cannot be made is a thing that is wrong, and the next one is tried.
 */
#include "store_private.h"

#include <mailtap/evidence.h>
#include <mailtap/ladder.h>
#include <mailtap/text.h>

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* Things that one check tells of, before it says that there are more. */
#define TOLD 10

/* Seconds for one check; a page that lies may send SQLite round in circles. */
#define CHECK_SECONDS 3600

#define SAID_OCTETS 512

struct look {
    struct store *st;
    void (*tell)(void *of, const char *check, enum check_says says, const char *text);
    void *of;
    const char *check; /* its name */
    unsigned here;     /* things wrong in this check */
    unsigned wrong;    /* in those before it */
    char remark[SAID_OCTETS];
    bool written;    /* by another mailtap, now */
    bool unfinished; /* a capture is running, or its run died */
};

/* ---- telling */

static void wrong(struct look *l, const char *text)
{
    char said[SAID_OCTETS];

    if (l->here++ >= TOLD)
        return;
    /* It may quote the file. */
    text_escape(said, sizeof said, slice_of(text));
    l->tell(l->of, l->check, CHECK_WRONG, said);
}

static void remark(struct look *l, const char *text)
{
    snprintf(l->remark, sizeof l->remark, "%s", text);
}

static void begin(struct look *l, const char *check)
{
    l->check = check;
    l->here = 0;
    l->remark[0] = '\0';
    l->tell(l->of, check, CHECK_BEGINS, NULL);
}

static void end(struct look *l)
{
    char said[64];

    if (l->here == 0)
        l->tell(l->of, l->check, CHECK_SOUND, *l->remark ? l->remark : NULL);
    if (l->here > TOLD) {
        snprintf(said, sizeof said, "and more, which are not told");
        l->tell(l->of, l->check, CHECK_WRONG, said);
        l->here = TOLD + 1;
    }
    l->wrong += l->here;
}

/* ---- asking */

static void cannot(struct look *l)
{
    struct err e = {""};

    if (l->st->gave_up)
        err_set(&e, "this takes too long; given up");
    else
        store_fail(l->st, &e);
    wrong(l, e.text);
}

/* Statements between these two may take their time together. */
static sqlite3_stmt *ask(struct look *l, const char *sql)
{
    sqlite3_stmt *s = NULL;

    guard_ask(l->st, (int64_t)CHECK_SECONDS * 1000000000);
    l->st->checking = true;
    if (sqlite3_prepare_v2(l->st->db, sql, -1, &s, NULL) != SQLITE_OK)
        cannot(l);
    return s;
}

static void asked(struct look *l, sqlite3_stmt *s)
{
    sqlite3_finalize(s);
    l->st->checking = false;
    guard_asked(l->st);
}

/* Another row, while there are any that will be told. */
static bool next(struct look *l, sqlite3_stmt *s)
{
    if (!s || l->here > TOLD)
        return false;
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        cannot(l);
    return rc == SQLITE_ROW;
}

static const char *text_of(sqlite3_stmt *s, int at)
{
    const unsigned char *text = sqlite3_column_text(s, at);

    return text ? (const char *)text : "NULL";
}

/* Each row of the answer is a thing that is wrong. */
static void each_is_wrong(struct look *l, const char *sql)
{
    sqlite3_stmt *s = ask(l, sql);

    while (next(l, s))
        wrong(l, text_of(s, 0));
    asked(l, s);
}

/* One number; -1 when it cannot be had, which is told. */
static int64_t number(struct look *l, const char *sql)
{
    sqlite3_stmt *s = ask(l, sql);
    int64_t value = next(l, s) ? sqlite3_column_int64(s, 0) : -1;

    asked(l, s);
    return value;
}

/* ---- the schema, as text: what is not ours, or not as we make it */

/* Made when first needed, so a database may lack them. */
static bool is_late_index(const char *name)
{
    return strcmp(name, "session_server") == 0 || strcmp(name, "session_client") == 0 ||
           strcmp(name, "session_broken") == 0 || strcmp(name, "session_connection") == 0;
}

static sqlite3_stmt *find_object(sqlite3 *db, sqlite3_stmt *of, sqlite3_stmt **found)
{
    static const char sql[] = "SELECT coalesce(sql, '') FROM sqlite_schema"
                              " WHERE type = ?1 AND name = ?2";

    if (!*found && sqlite3_prepare_v2(db, sql, -1, found, NULL) != SQLITE_OK)
        return NULL;
    sqlite3_reset(*found);
    sqlite3_bind_value(*found, 1, sqlite3_column_value(of, 0));
    sqlite3_bind_value(*found, 2, sqlite3_column_value(of, 1));
    return *found;
}

/* Each object of `ours` is looked up in `theirs`; `compare`: and is the same there. */
static void look_up(struct look *l, sqlite3_stmt *ours, sqlite3 *theirs, bool compare)
{
    sqlite3_stmt *found = NULL;
    char said[SAID_OCTETS];

    while (next(l, ours)) {
        const char *type = text_of(ours, 0), *name = text_of(ours, 1);
        sqlite3_stmt *f = find_object(theirs, ours, &found);
        int rc = f ? sqlite3_step(f) : SQLITE_ERROR;
        if (rc == SQLITE_ROW && (!compare || strcmp(text_of(f, 0), text_of(ours, 2)) == 0))
            continue;
        if (rc == SQLITE_ROW)
            snprintf(said, sizeof said, "%s %.200s is not as this mailtap makes it", type, name);
        else if (compare && is_late_index(name))
            continue;
        else
            snprintf(said, sizeof said,
                     compare ? "%s %.200s is missing" : "%s %.200s is not one of mailtap", type,
                     name);
        wrong(l, said);
    }
    sqlite3_finalize(found);
}

/* Statistics of ANALYZE are SQLite's own business. */
#define OBJECTS                                                                                    \
    "SELECT type, name, coalesce(sql, '') FROM sqlite_schema"                                      \
    " WHERE name NOT GLOB 'sqlite_stat[0-9]' ORDER BY rowid"

static void check_schema(struct look *l)
{
    sqlite3 *model = schema_model();
    sqlite3_stmt *ours = NULL;

    if (!model || sqlite3_prepare_v2(model, OBJECTS, -1, &ours, NULL) != SQLITE_OK) {
        wrong(l, "there is no memory to compare it with");
        sqlite3_close(model);
        return;
    }
    sqlite3_stmt *theirs = ask(l, OBJECTS);
    if (theirs) {
        look_up(l, ours, l->st->db, true);
        look_up(l, theirs, model, false);
    }
    asked(l, theirs);
    sqlite3_finalize(ours);
    sqlite3_close(model);
}

/* ---- a run that did not end */

/*
 * Does another mailtap hold the writer's lock?  The descriptor stays open until SQLite's are closed:
 * closing it before them would drop SQLite's own locks on the file.
 */
static bool is_written(struct store *st)
{
    if (st->writing)
        return false;
    if (st->lock < 0)
        st->lock = open(sqlite3_db_filename(st->db, "main"), O_RDONLY | O_CLOEXEC);
    if (st->lock < 0)
        return false;
    if (flock(st->lock, LOCK_SH | LOCK_NB) < 0)
        return true;
    flock(st->lock, LOCK_UN);
    return false;
}

/* The database's file with this after its name holds something. */
static bool holds_something(const struct store *st, const char *suffix)
{
    char name[4096];
    struct stat status;
    int n = snprintf(name, sizeof name, "%s%s", sqlite3_db_filename(st->db, "main"), suffix);

    return n > 0 && (size_t)n < sizeof name && stat(name, &status) == 0 && status.st_size > 0;
}

static void check_journal(struct look *l)
{
    sqlite3_stmt *s = ask(l, "PRAGMA journal_mode");
    bool wal = next(l, s) && strcmp(text_of(s, 0), "wal") == 0;

    asked(l, s);
    if (!wal && !holds_something(l->st, "-journal"))
        return;
    l->written = is_written(l->st);
    if (l->written)
        remark(l, "another mailtap is writing it; this is how it is now");
    else if (holds_something(l->st, "-wal") || holds_something(l->st, "-journal"))
        wrong(l, "a run that wrote it did not end: its journal lies beside the file, and belongs "
                 "to it; 'mailtap classify' puts both together");
    else
        remark(l, "it cannot be opened where it cannot be written; 'mailtap classify' mends that");
}

static void check_captures(struct look *l)
{
    static const char running[] =
        "SELECT printf('capture %d (%.100s) did not end: the next run of ''mailtap capture'' or"
        " ''mailtap classify'' removes what was read of it', capture_id, source)"
        " FROM capture WHERE state = 'running'";
    static const char live[] =
        "SELECT printf('capture %d (%.100s) did not end: the next run of ''mailtap capture'' or"
        " ''mailtap classify'' completes it with what it had stored', capture_id, source)"
        " FROM capture WHERE state = 'live'";

    bool goes_on = number(l, "SELECT count(*) FROM capture WHERE state = 'live'") != 0;
    l->unfinished = number(l, "SELECT count(*) FROM capture WHERE state = 'running'") != 0;
    if ((l->unfinished || goes_on) && !l->written)
        l->written = is_written(l->st);
    if (l->unfinished && l->written)
        remark(l, "one is being read");
    else
        each_is_wrong(l, running);
    if (goes_on && l->written)
        remark(l, "one goes on, of an interface");
    else
        each_is_wrong(l, live);
    each_is_wrong(l,
                  "SELECT printf('capture %d (%.100s) ends before it starts', capture_id, source)"
                  " FROM capture WHERE started_ns > ended_ns");
    each_is_wrong(l, "SELECT printf('capture %d (%.100s) is complete and lacks its digest or its"
                     " figures', capture_id, source) FROM capture WHERE state = 'complete'"
                     " AND (digest IS NULL OR frames IS NULL OR mail_flows IS NULL)");
    each_is_wrong(l, "SELECT 'the sensor of its own captures is not among the sensors' FROM meta m"
                     " WHERE m.key = 'address-key' AND NOT EXISTS (SELECT 1 FROM sensor JOIN meta o"
                     " ON o.key = 'sensor' AND mark = CAST(o.value AS TEXT))");
}

/* ---- what needs all rows */

/* Of a file that is open for reading SQLite does not know the CHECKs: hence check_words(). */
static void check_integrity(struct look *l)
{
    sqlite3_stmt *s = ask(l, "PRAGMA integrity_check(10)");

    while (next(l, s))
        if (strcmp(text_of(s, 0), "ok") != 0)
            wrong(l, text_of(s, 0));
    asked(l, s);
}

static void check_references(struct look *l)
{
    sqlite3_stmt *s = ask(l, "PRAGMA foreign_key_check");
    char said[SAID_OCTETS];

    while (next(l, s)) {
        if (sqlite3_column_type(s, 1) == SQLITE_NULL)
            snprintf(said, sizeof said, "a row of %.100s refers to one of %.100s that is not there",
                     text_of(s, 0), text_of(s, 2));
        else
            snprintf(said, sizeof said,
                     "row %lld of %.100s refers to one of %.100s that is not there",
                     (long long)sqlite3_column_int64(s, 1), text_of(s, 0), text_of(s, 2));
        wrong(l, said);
    }
    asked(l, s);
}

/* Counted when a capture ends, so a running one may be in it or not. */
static void check_servers(struct look *l)
{
    if (l->unfinished) {
        remark(l, "not compared: a capture did not end");
        return;
    }
    each_is_wrong(
        l, "SELECT printf('server %s port %d: %d sessions with an EHLO reply, %d with the offer;"
           " its sessions say %d and %d', ip, port, ehlo_sessions, ehlo_offered, coalesce(n, 0),"
           " coalesce(o, 0)) FROM server LEFT JOIN (SELECT s.server_id AS id,"
           " count(*) FILTER (WHERE c.ehlo_accepted = 1) AS n,"
           " count(*) FILTER (WHERE c.ehlo_accepted = 1 AND c.starttls_offered = 1) AS o"
           " FROM session s JOIN course c ON c.course_id = s.course_id GROUP BY s.server_id)"
           " ON id = server_id"
           " WHERE ehlo_sessions <> coalesce(n, 0) OR ehlo_offered <> coalesce(o, 0)");
}

/* Every connection that is counted as mail is a row; of an interface, all but those given up. */
static void check_flows(struct look *l)
{
    each_is_wrong(
        l, "SELECT printf('capture %d (%.100s) counts %d mail connections and has %d sessions',"
           " capture_id, source, mail_flows, coalesce(n, 0)) FROM capture LEFT JOIN (SELECT"
           " capture_id AS id, count(*) AS n FROM session GROUP BY capture_id) ON id = capture_id"
           " WHERE state = 'complete' AND iif(pruned_ns IS NULL AND rows_dropped IS NULL,"
           "  mail_flows <> coalesce(n, 0), mail_flows < coalesce(n, 0))");
    each_is_wrong(l,
                  "SELECT printf('session %d began before the time that its capture was pruned to',"
                  " session_id) FROM session JOIN capture USING (capture_id)"
                  " WHERE session.started_ns < pruned_ns");
}

static void check_times(struct look *l)
{
    each_is_wrong(l, "SELECT printf('session %d ends before it starts', session_id) FROM session"
                     " WHERE started_ns > ended_ns");
}

static void check_verdicts(struct look *l)
{
    char said[SAID_OCTETS];

    each_is_wrong(l, "SELECT printf('session %d has no verdict and waits for none', s.session_id)"
                     " FROM session s JOIN server r ON r.server_id = s.server_id"
                     " LEFT JOIN verdict v ON v.session_id = s.session_id"
                     " LEFT JOIN unjudged u ON u.session_id = s.session_id"
                     " WHERE v.session_id IS NULL AND u.session_id IS NULL AND r.changed = 0"
                     " AND s.session_id < (SELECT max(session_id) FROM judgement)");
    int64_t waiting = number(l, "SELECT count(*) FROM session s JOIN server r"
                                " ON r.server_id = s.server_id WHERE r.changed <> 0"
                                " OR s.session_id IN (SELECT session_id FROM unjudged)"
                                " OR s.session_id > (SELECT coalesce(max(session_id), 0)"
                                "  FROM judgement)");
    if (waiting > 0) {
        snprintf(said, sizeof said, "%lld sessions wait to be judged: 'mailtap classify' does it",
                 (long long)waiting);
        remark(l, said);
    }
}

static void check_evidence(struct look *l)
{
    each_is_wrong(
        l, "SELECT printf('session %d: the verdict rests on %s (%s), the evidence says %s (%s)',"
           " v.session_id, coalesce(v.strip_rule, 'nothing'), coalesce(v.strip_rank, 'no rank'),"
           " coalesce(e.rule, 'nothing'), coalesce(e.rank, 'no rank'))"
           " FROM verdict v LEFT JOIN evidence e ON e.session_id = v.session_id"
           " AND e.place = (SELECT x.place FROM evidence x WHERE x.session_id = v.session_id"
           "  ORDER BY CASE x.rank WHEN 'certain' THEN 1 WHEN 'strong' THEN 2 ELSE 3 END, x.place"
           "  LIMIT 1)"
           " WHERE v.strip_rule IS NOT e.rule OR v.strip_rank IS NOT e.rank");
    each_is_wrong(
        l, "SELECT printf('session %d has evidence and no verdict', e.session_id) FROM evidence e"
           " LEFT JOIN verdict v ON v.session_id = e.session_id WHERE v.session_id IS NULL");
    each_is_wrong(l, "SELECT printf('session %d: class %s, its evidence is %s', session_id, class,"
                     " coalesce(strip_rank, 'none')) FROM verdict"
                     " WHERE class = 'stripped' AND coalesce(strip_rank, '') NOT IN"
                     " ('certain', 'strong')");
    each_is_wrong(l, "SELECT printf('session %d: class %s, and cleartext for the reason %s',"
                     " session_id, class, coalesce(cleartext_reason, 'that is missing'))"
                     " FROM verdict WHERE (class = 'cleartext') <> (cleartext_reason IS NOT NULL)");
    each_is_wrong(l, "SELECT printf('session %d: the detail of its evidence %d is no JSON',"
                     " session_id, place) FROM evidence WHERE json_valid(detail) = 0");
}

/* ---- words: those that this mailtap can write */

static const char *class_word(unsigned i)
{
    return i < CLASSES ? class_name((enum session_class)i) : NULL;
}

static const char *reason_word(unsigned i)
{
    return i + 1 < REASONS ? reason_name((enum cleartext_reason)(i + 1)) : NULL;
}

static const char *rung_word(unsigned i)
{
    return i < RUNGS ? rung_name((enum rung)i) : NULL;
}

static const char *rank_word(unsigned i)
{
    return i < RANK_CERTAIN ? rank_name((enum rank)(i + 1)) : NULL;
}

static const char *rule_word(unsigned i)
{
    unsigned count;
    const struct rule *rules = evidence_rules(&count);

    return i < count ? rules[i].name : NULL;
}

static const char *sign_word(unsigned i)
{
    return i < CONTRASTS ? contrast_name((enum contrast_sign)i) : NULL;
}

static const struct {
    const char *table, *column;
    const char *(*word)(unsigned i);
} words[] = {
    {"opinion", "class", class_word},     {"opinion", "cleartext_reason", reason_word},
    {"opinion", "rung", rung_word},       {"opinion", "strip_rule", rule_word},
    {"opinion", "strip_rank", rank_word}, {"evidence", "rule", rule_word},
    {"evidence", "rank", rank_word},      {"weakness", "weakness", weakness_name},
    {"contrast", "sign", sign_word},
};

static void check_words(struct look *l)
{
    char sql[2048];

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = (size_t)snprintf(
            sql, sizeof sql,
            "SELECT printf('%s: %s of %%d rows is ''%%.100s'', which is not known', count(*), %s)"
            " FROM %s WHERE %s NOT IN (",
            words[i].table, words[i].column, words[i].column, words[i].table, words[i].column);
        for (unsigned k = 0; words[i].word(k); k++)
            n += (size_t)snprintf(sql + n, sizeof sql - n, "%s'%s'", k ? ", " : "",
                                  words[i].word(k));
        snprintf(sql + n, sizeof sql - n, ") GROUP BY %s", words[i].column);
        each_is_wrong(l, sql);
    }
}

/* ---- what was judged was judged by these */

static void check_indexes(struct look *l)
{
    each_is_wrong(l, "WITH late(name) AS (VALUES ('session_server'), ('session_client'),"
                     " ('session_broken'))"
                     " SELECT 'index ' || name || ' is missing: ''mailtap classify'' makes it'"
                     " FROM late WHERE EXISTS (SELECT 1 FROM verdict)"
                     " AND name NOT IN (SELECT name FROM sqlite_schema WHERE type = 'index')");
}

static const struct {
    const char *name;
    bool all_rows;
    void (*look)(struct look *l);
} checks[] = {
    {"schema", false, check_schema},      {"indexes", false, check_indexes},
    {"journal", false, check_journal},    {"captures", false, check_captures},
    {"integrity", true, check_integrity}, {"references", true, check_references},
    {"servers", true, check_servers},     {"sessions", true, check_flows},
    {"times", true, check_times},         {"words", true, check_words},
    {"verdicts", true, check_verdicts},   {"evidence", true, check_evidence},
};

unsigned store_check(struct store *st, bool quick,
                     void (*tell)(void *of, const char *check, enum check_says says,
                                  const char *text),
                     void *of)
{
    struct look l = {.st = st, .tell = tell, .of = of};
    bool asking = st->asking;

    /* All of it as it is at one moment. */
    st->asking = false;
    sqlite3_exec(st->db, "BEGIN", NULL, NULL, NULL);
    st->asking = asking;
    for (size_t i = 0; i < sizeof checks / sizeof *checks; i++) {
        if (quick && checks[i].all_rows)
            continue;
        begin(&l, checks[i].name);
        checks[i].look(&l);
        end(&l);
    }
    st->asking = false;
    sqlite3_exec(st->db, "COMMIT", NULL, NULL, NULL);
    st->asking = asking;
    return l.wrong;
}
