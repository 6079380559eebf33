/* statement.c - the SQL of the store, and how it is run; see store_private.h. */
#include "store_private.h"

#include <stdlib.h>

static const char *const statement_sql[STATEMENTS] = {
    [ST_BEGIN] = "BEGIN IMMEDIATE",
    [ST_COMMIT] = "COMMIT",
    [ST_CAPTURE_FIND] = "SELECT 1 FROM capture WHERE digest = ? AND state = 'complete'",
    /* A fingerprint has zeros there (fingerprint.h). */
    [ST_SHA256_FIND] = "SELECT 1 FROM capture WHERE state = 'complete'"
                       " AND substr(digest, 17) <> zeroblob(16) LIMIT 1",
    /* What an old version did not tell may be anything. */
    [ST_CAPTURE_AROUND] = "SELECT 1 FROM capture WHERE state = 'complete' AND digest IS NOT NULL"
                          " AND frames IS NOT 0 AND coalesce(started_ns <= ?1, 1)"
                          " AND coalesce(ended_ns >= ?1, 1) LIMIT 1",
    [ST_UNFINISHED_FIND] = "SELECT 1 FROM capture WHERE state = 'running' LIMIT 1",
    [ST_CAPTURE_ADD] = "INSERT INTO capture (source, digest, trust_store, state, sensor_id)"
                       " SELECT ?, ?, ?, 'running', sensor_id FROM sensor JOIN meta"
                       " ON mark = CAST(value AS TEXT) WHERE key = 'sensor'",
    [ST_CAPTURE_FIGURES] =
        "UPDATE capture SET state = ?31, frames = ?2, octets = ?3,"
        " frames_dropped_kernel = ?4, frames_dropped_interface = ?5, damaged_frames = ?6,"
        " other_frames = ?7, fragments = ?8, unknown_link = ?9, flows = ?10, mail_flows = ?11,"
        " mail_port_other = ?12, gap_octets = ?13, evicted = ?14, held_refused = ?15,"
        " holes_given_up = ?16, fragments_completed = ?17, fragments_expired = ?18,"
        " fragments_evicted = ?19, fragments_discarded = ?20, started_at = ?21, ended_at = ?22,"
        " started_ns = ?23, ended_ns = ?24, damage = ?25, digest = coalesce(?26, digest),"
        " rows_dropped = ?27, outages = ?28, clock_steps = ?29, write_failures = ?30"
        " WHERE capture_id = ?1",
    [ST_LIVE_FIND] = "SELECT 1 FROM capture WHERE state = 'live' LIMIT 1",
    [ST_LIVE_ADD] = "INSERT INTO capture (source, digest, trust_store, state, sensor_id)"
                    " SELECT ?, ?, ?, 'live', sensor_id FROM sensor JOIN meta"
                    " ON mark = CAST(value AS TEXT) WHERE key = 'sensor'",
    [ST_SERVER_ADD] = "INSERT INTO server (ip, port, ehlo_sessions, ehlo_offered, changed)"
                      " VALUES (?, ?, 0, 0, 1) ON CONFLICT DO NOTHING",
    [ST_SERVER_FIND] = "SELECT server_id FROM server WHERE ip = ? AND port = ?",
    [ST_SERVER_GROW] = "UPDATE server SET ehlo_sessions = ehlo_sessions + ?2,"
                       " ehlo_offered = ehlo_offered + ?3, changed = 1 WHERE server_id = ?1",
    [ST_CLIENT_ADD] = "INSERT INTO client (ip) VALUES (?) ON CONFLICT DO NOTHING",
    [ST_CLIENT_FIND] = "SELECT client_id FROM client WHERE ip = ?",
    [ST_NAME_ADD] = "INSERT INTO name (name) VALUES (?) ON CONFLICT DO NOTHING",
    [ST_NAME_FIND] = "SELECT name_id FROM name WHERE name = ?",
    /* What version 1 kept of a certificate was less. */
    [ST_CERTIFICATE_ADD] =
        "INSERT INTO certificate (sha256, subject_cn, issuer_cn, names, not_before, not_after,"
        " key_type, key_bits, signature, self_signed, authority)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET names = "
        "excluded.names,"
        " key_type = excluded.key_type, key_bits = excluded.key_bits,"
        " signature = excluded.signature, self_signed = excluded.self_signed,"
        " authority = excluded.authority"
        " WHERE certificate.key_type IS NULL AND excluded.key_type IS NOT NULL",
    [ST_CHAIN_ADD] = "INSERT INTO chain VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
    [ST_MEDIA_ADD] = "INSERT INTO media VALUES (?, ?, ?, ?, ?, ?, ?)",
    [ST_AUTH_ADD] = "INSERT INTO auth VALUES (?, ?, ?, ?, ?, ?, ?)",
    [ST_KEPT_ADD] = "INSERT INTO kept VALUES (?, ?, ?, ?, ?)",
    [ST_ADDRESS_ADD] = "INSERT INTO address VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
/* Behind it no session has a verdict: they wait, whether or not they stand in `unjudged`. */
#define LAST_JUDGED "(SELECT coalesce(max(session_id), 0) FROM judgement)"
    /* Not by reading all sessions in their order, as SQLite would: few servers may have changed. */
    [ST_MARK_UNJUDGED] = "INSERT OR IGNORE INTO unjudged SELECT s.session_id"
                         " FROM (SELECT max(session_id) AS last FROM judgement) j"
                         " CROSS JOIN server r CROSS JOIN session s INDEXED BY session_server"
                         " ON s.server_id = r.server_id"
                         " WHERE j.last > 0 AND r.changed <> 0"
                         " AND s.session_id <= min(j.last, ?)"
                         " ORDER BY s.session_id",
    [ST_UNJUDGED_ADD] = "INSERT OR IGNORE INTO unjudged VALUES (?)",
    [ST_MARK_FRESH] = "INSERT OR IGNORE INTO unjudged SELECT session_id FROM session"
                      " WHERE session_id > " LAST_JUDGED " AND session_id < ?",
    /* Whether a handshake that broke is the path's fault hangs on how the same client fares with other
     * servers (ST_BROKEN_ELSEWHERE_GET): those that came, and the sessions they bear on. */
    [ST_MARK_ELSEWHERE] =
        "INSERT OR IGNORE INTO unjudged SELECT s.session_id FROM"
        " (SELECT n.client_id, min(n.started_ns) AS from_ns, max(n.started_ns) AS until_ns"
        "  FROM session n NOT INDEXED CROSS JOIN server r ON r.server_id = n.server_id"
        "  CROSS JOIN course c ON c.course_id = n.course_id"
        "  WHERE n.session_id > ?1 AND r.changed <> 0 AND c.starttls_reply = 220"
        "  AND EXISTS (SELECT 1 FROM server WHERE changed = 0)" /* else all wait anyway */
        "  GROUP BY n.client_id) k"
        " CROSS JOIN session s INDEXED BY session_client ON s.client_id = k.client_id"
        " AND s.started_ns BETWEEN k.from_ns - ?2 AND k.until_ns + ?2"
        " CROSS JOIN course c ON c.course_id = s.course_id"
        " WHERE c.starttls_offered = 1 AND c.starttls_requested IS NOT 1"
        " AND EXISTS (SELECT 1 FROM session b INDEXED BY session_broken"
        "  WHERE b.server_id = s.server_id AND b.client_id = s.client_id AND b.tls_broken = 1"
        "  AND b.started_ns BETWEEN s.started_ns - ?2 AND s.started_ns)",
    [ST_LAST_SESSION] = "SELECT coalesce(max(session_id), 0) FROM session",
    [ST_MARK_DONE] = "UPDATE server SET changed = 0 WHERE changed <> 0",
    [ST_UNJUDGED] =
        "SELECT s.session_id, r.ehlo_sessions, r.ehlo_offered FROM session s"
        " CROSS JOIN server r ON r.server_id = s.server_id WHERE s.session_id = coalesce("
        "(SELECT min(session_id) FROM unjudged WHERE session_id <= " LAST_JUDGED "),"
        " (SELECT min(session_id) FROM session WHERE session_id > " LAST_JUDGED "))",
/* What it takes to see whether a session is like another one, and whether anything may be known that
 * bears on it: more than does, as that is looked at then.  Behind the last one that was ever judged
 * there is nothing to replace: 0, else bits of verdict.c. */
#define WAITING                                                                                    \
    "SELECT s.session_id, s.server_id, s.course_id, s.banner_id, s.tls_id, s.identity_id,"         \
    " s.transactions > 0,"                                                                         \
    " EXISTS (SELECT 1 FROM contrast x"                                                            \
    "  WHERE x.server_id = s.server_id AND x.client_id = s.client_id),"                            \
    " CASE WHEN s.transactions > 0 THEN EXISTS (SELECT 1 FROM session b INDEXED BY session_broken" \
    "  WHERE b.server_id = s.server_id AND b.client_id = s.client_id AND b.tls_broken = 1) END,"   \
    " CASE WHEN ?1 THEN EXISTS (SELECT 1 FROM session o WHERE o.client_id = s.client_id"           \
    "  AND o.client_port = s.client_port AND o.started_ns BETWEEN s.started_ns - ?2"               \
    "  AND s.ended_ns AND o.capture_id <> s.capture_id) END,"                                      \
    " CASE WHEN s.session_id > (SELECT max(" LAST_JUDGED ","                                       \
    "  coalesce((SELECT max(session_id) FROM evidence), 0),"                                       \
    "  coalesce((SELECT max(session_id) FROM weakness), 0))) THEN 0"                               \
    "  ELSE EXISTS (SELECT 1 FROM evidence x WHERE x.session_id = s.session_id)"                   \
    "  + 2 * EXISTS (SELECT 1 FROM weakness x WHERE x.session_id = s.session_id) + 4 END"
#define THAT_WAIT " FROM unjudged u CROSS JOIN session s ON s.session_id = u.session_id"
    [ST_WAITING] = WAITING THAT_WAIT " WHERE u.session_id <= " LAST_JUDGED " ORDER BY u.session_id",
    [ST_WAITING_FRESH] = WAITING " FROM session s NOT INDEXED WHERE s.session_id > " LAST_JUDGED
                                 " ORDER BY s.session_id",
    [ST_WAITING_NEWEST] = WAITING ", s.started_ns, s.client_port, (SELECT x.ip FROM client x"
                                  " WHERE x.client_id = s.client_id)" THAT_WAIT
                                  " ORDER BY u.session_id DESC",
    [ST_SERVER_HISTORY] = "SELECT ehlo_sessions, ehlo_offered FROM server WHERE server_id = ?",
    [ST_CONFLICT_ADD] = "INSERT INTO conflict VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_CONFLICT_GET] = "SELECT sent_by, stream_offset, octets, seen_ns, first_sha256,"
                        " second_sha256, first_starttls, second_starttls FROM conflict"
                        " WHERE session_id = ? ORDER BY place",
    [ST_MARK_ALL] = "INSERT OR IGNORE INTO unjudged SELECT session_id FROM session"
                    " WHERE session_id <= " LAST_JUDGED,
    [ST_MARK_WITHOUT] = "INSERT OR IGNORE INTO unjudged SELECT s.session_id FROM session s"
                        " JOIN course c ON c.course_id = s.course_id"
                        " WHERE s.session_id <= " LAST_JUDGED
                        " AND (c.starttls_offered = 0 OR c.ehlo_accepted = 0)",
    [ST_DNS_ADD] = "INSERT INTO dns (capture_id, seen_ns, asker_ip, question, owner, type,"
                   " preference, value, ttl, authentic, rcode)"
                   " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_EXCHANGE_FIND] = "SELECT 1 FROM dns INDEXED BY dns_exchange WHERE value = ?"
                         " AND type IN ('MX', 'CNAME') AND capture_id = ? LIMIT 1",
    [ST_POLICY_ADD] = "INSERT INTO policy (source, domain, host, address, port, must_offer, mode,"
                      " max_age) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_CONTRAST_GET] =
        "SELECT c.missing, c.offered, c.before, c.after, c.others, c.others_missing, c.outside,"
        " c.runs, c.elsewhere, c.elsewhere_missing, c.uneven, c.tests, c.p, c.p_adjusted, c.sign"
        " FROM session s JOIN banner b ON b.banner_id = s.banner_id"
        " JOIN contrast c ON c.server_id = s.server_id"
        " AND c.client_id = s.client_id AND c.keyword_mark = b.keyword_mark"
        " AND (b.name_mark IS NULL OR c.name_mark = b.name_mark)"
        " WHERE s.session_id = ? ORDER BY c.p_adjusted, c.name_mark LIMIT 1",
    [ST_REQUESTS_GET] =
        "SELECT count(*) FILTER (WHERE o.client_id <> s.client_id AND c.starttls_reply = 220),"
        " count(*) FILTER (WHERE o.client_id <> s.client_id AND c.starttls_reply <> 220),"
        " count(*) FILTER (WHERE o.client_id = s.client_id AND c.starttls_reply = 220),"
        " count(*) FILTER (WHERE o.client_id = s.client_id AND c.starttls_reply <> 220)"
        " FROM session s CROSS JOIN session o INDEXED BY session_server"
        " ON o.server_id = s.server_id"
        " AND o.started_ns BETWEEN s.started_ns - ?2 AND s.started_ns + ?2"
        " AND o.session_id <> s.session_id CROSS JOIN course c ON c.course_id = o.course_id"
        " WHERE s.session_id = ?1",
    /* Alerts: unexpected_message, bad_record_mac, decryption_failed, record_overflow, decode_error,
     * decrypt_error: what came was not what was sent.  Those about certificates and about what the
     * two can agree on are a choice, also where a reset follows.  The number is the last one's. */
    /* A reset after minutes is the end of one's own patience: large packets that were lost. */
    [ST_BROKEN_GET] =
        "SELECT count(*), count(*) FILTER (WHERE reset), count(*) FILTER (WHERE tls_garbled = 1),"
        " count(*) FILTER (WHERE decode), session_id, max(started_ns)"
        " FROM (SELECT o.session_id, o.started_ns, c.tls_garbled,"
        "  c.ending = 'reset' AND c.tls_alert IS NULL AND c.tls_alert_hidden = 0"
        "  AND o.ended_ns - o.started_ns < 60000000000 AS reset,"
        "  c.tls_alert IN (10, 20, 21, 22, 50, 51) AS decode"
        "  FROM session s CROSS JOIN session o INDEXED BY session_broken"
        "  ON o.server_id = s.server_id AND o.client_id = s.client_id"
        "  AND o.started_ns BETWEEN s.started_ns - ?2 AND s.started_ns"
        "  AND o.session_id <> s.session_id AND o.tls_broken = 1 AND o.transactions = 0"
        "  CROSS JOIN course c ON c.course_id = o.course_id"
        "  WHERE s.session_id = ?1)"
        " WHERE reset OR tls_garbled = 1 OR decode",
    [ST_BROKEN_OTHERS_GET] =
        "SELECT (SELECT count(*) FROM (SELECT 1 FROM session o INDEXED BY session_server"
        "  CROSS JOIN course c ON c.course_id = o.course_id WHERE o.server_id = s.server_id"
        "  AND o.client_id <> s.client_id AND c.starttls_reply = 220 AND c.tls_established = 1"
        "  LIMIT ?2)),"
        " (SELECT count(*) FROM (SELECT 1 FROM session o INDEXED BY session_broken"
        "  WHERE o.server_id = s.server_id AND o.client_id <> s.client_id"
        "  AND o.tls_broken = 1 LIMIT ?2))"
        " FROM session s WHERE s.session_id = ?1",
    [ST_BROKEN_ELSEWHERE_GET] =
        "SELECT count(*) FILTER (WHERE c.tls_established = 1),"
        " count(*) FILTER (WHERE c.tls_established = 0)"
        " FROM session s CROSS JOIN session o INDEXED BY session_client"
        " ON o.client_id = s.client_id"
        " AND o.started_ns BETWEEN s.started_ns - ?2 AND s.started_ns + ?2"
        " AND o.server_id <> s.server_id CROSS JOIN course c ON c.course_id = o.course_id"
        " WHERE s.session_id = ?1 AND c.starttls_reply = 220",
    [ST_EHLO_REFUSED_GET] = "SELECT count(*) FROM (SELECT 1 FROM session s CROSS JOIN session o "
                            "INDEXED BY session_server"
                            " ON o.server_id = s.server_id AND o.client_id <> s.client_id"
                            " CROSS JOIN course c ON c.course_id = o.course_id"
                            " WHERE s.session_id = ?1 AND c.ehlo_accepted = 0 LIMIT ?2)",
    [ST_VANTAGE_GET] =
        "SELECT o.session_id, c.source FROM session s JOIN session o INDEXED BY session_connection"
        " ON o.client_id = s.client_id"
        " AND o.started_ns BETWEEN s.started_ns - ?2 AND s.ended_ns"
        " AND o.server_id = s.server_id AND o.client_port = s.client_port"
        " AND o.capture_id <> s.capture_id AND o.ended_ns >= s.started_ns"
        " JOIN capture c ON c.capture_id = o.capture_id"
        " WHERE s.session_id = ?1 ORDER BY o.started_ns, c.source, o.session_id",
/* Names that a server goes by: its own, and those that DNS gave its address to. */
#define ITS_NAMES                                                                                  \
    "(SELECT lower(?1) AS name UNION SELECT owner FROM dns WHERE value = ?2"                       \
    " AND type IN ('A', 'AAAA'))"
    [ST_POLICY_GET] =
        "SELECT p.source, coalesce(p.domain, p.host, p.address), p.must_offer,"
        " coalesce(p.host, p.address) || CASE WHEN p.mode IS NULL THEN ' must-offer'"
        " ELSE ' mode ' || p.mode END"
        " FROM policy p JOIN " ITS_NAMES " n ON p.address = ?2 OR p.host = n.name"
        " OR (substr(p.host, 1, 2) = '*.' AND instr(n.name, '.') > 1"
        "  AND substr(p.host, 2) = substr(n.name, instr(n.name, '.')))"
        " WHERE (p.port IS NULL OR p.port = ?3) AND p.mode IS NOT 'none'"
        " ORDER BY p.address IS NULL, substr(coalesce(p.host, ''), 1, 1) = '*', p.source,"
        " p.port IS NULL, p.must_offer DESC, 2 LIMIT 1",
    /* Also where its name is an alias (RFC 7672 2.1.3). */
    [ST_TLSA_GET] = "WITH asked AS (SELECT '_' || ?3 || '._tcp.' || name AS name FROM " ITS_NAMES
                    "), place AS (SELECT name, name AS owner FROM asked UNION"
                    " SELECT a.name, c.value FROM asked a JOIN dns c ON c.owner = a.name"
                    "  AND c.type = 'CNAME')"
                    " SELECT p.name, d.authentic, d.value FROM place p JOIN dns d"
                    " ON d.owner = p.owner WHERE d.type = 'TLSA'"
                    " AND d.seen_ns BETWEEN ?4 - ?5 AND ?4 + ?5"
                    " ORDER BY d.authentic DESC, p.name, d.value LIMIT 1",
    [ST_CONTRASTS] = "SELECT EXISTS (SELECT 1 FROM contrast)",
    [ST_EXPECTERS] = "SELECT EXISTS (SELECT 1 FROM policy)"
                     " OR EXISTS (SELECT 1 FROM dns WHERE type = 'TLSA')",
    [ST_SERVER_NAMES] = "SELECT b.server_name, r.ip, r.port FROM server r"
                        " LEFT JOIN banner b ON b.banner_id = ?2 WHERE r.server_id = ?1",
    [ST_COMPARED_SERVERS] = "SELECT server_id, changed FROM server WHERE ehlo_offered > 0"
                            " AND ehlo_offered < ehlo_sessions ORDER BY server_id",
#define COMPARED                                                                                   \
    " FROM session s INDEXED BY session_server CROSS JOIN course c ON c.course_id = s.course_id"   \
    " CROSS JOIN banner b ON b.banner_id = s.banner_id"
#define COMPARED_WHERE                                                                             \
    " WHERE s.server_id = ? AND c.ehlo_accepted = 1 AND c.starttls_offered IS NOT NULL"
    [ST_COMPARED_SESSIONS] =
        "SELECT s.session_id, s.started_ns, s.client_id, c.starttls_offered, b.keyword_mark,"
        " coalesce(b.name_mark, 0)" COMPARED COMPARED_WHERE,
    /* A connection that was captured at several places, with the same outcome, counts once. */
    [ST_COMPARED_OVERLAPPING] =
        "SELECT session_id, started_ns, client_id, starttls_offered, keyword_mark,"
        " coalesce(name_mark, 0)"
        " FROM (SELECT s.session_id, s.started_ns, s.ended_ns, s.client_id, s.client_port,"
        " s.capture_id, c.starttls_offered, b.keyword_mark, b.name_mark,"
        " lag(s.capture_id) OVER w AS copied_in, lag(s.ended_ns) OVER w AS copied_to" COMPARED
            COMPARED_WHERE
        " WINDOW w AS (PARTITION BY b.keyword_mark, s.client_id, s.client_port, c.starttls_offered"
        "  ORDER BY s.started_ns, s.ended_ns))"
        " WHERE copied_in IS NULL OR copied_in = capture_id OR copied_to < started_ns",
    [ST_COMPARED_PEER] = "SELECT c.ip, s.client_port FROM session s"
                         " JOIN client c ON c.client_id = s.client_id WHERE s.session_id = ?",
    /* Sessions with a server count elsewhere once it has offered STARTTLS: then all of them are news. */
    [ST_NEWS] =
        "WITH fresh AS MATERIALIZED (SELECT n.server_id, n.client_id, n.started_ns,"
        "  c.ehlo_accepted = 1 AND c.starttls_offered = 1 AS offered"
        "  FROM session n NOT INDEXED CROSS JOIN course c ON c.course_id = n.course_id"
        "  WHERE n.session_id > ?1),"
        " turned AS (SELECT r.server_id FROM (SELECT server_id, sum(offered) AS offered FROM fresh"
        "   GROUP BY server_id) f JOIN server r ON r.server_id = f.server_id"
        "  WHERE f.offered > 0 AND f.offered = r.ehlo_offered)"
        " SELECT client_id, min(started_ns), max(started_ns) FROM"
        " (SELECT client_id, started_ns FROM fresh UNION ALL SELECT s.client_id, s.started_ns"
        "  FROM turned t CROSS JOIN session s INDEXED BY session_server"
        "  ON s.server_id = t.server_id) GROUP BY client_id ORDER BY client_id",
    [ST_ELSEWHERE] =
        "SELECT count(*), count(*) FILTER (WHERE c.starttls_offered = 0)"
        " FROM session s INDEXED BY session_client CROSS JOIN course c ON c.course_id = s.course_id"
        " CROSS JOIN server r ON r.server_id = s.server_id WHERE s.client_id = ?1"
        " AND s.started_ns BETWEEN ?2 AND ?3 AND s.server_id <> ?4 AND c.ehlo_accepted = 1"
        " AND r.ehlo_offered > 0",
    [ST_CONTRAST_ADD] = "INSERT INTO temp.contrast_new VALUES"
                        " (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    [ST_OPINION_ADD] = "INSERT INTO opinion (class, cleartext_reason, strip_rule, strip_rank, rung)"
                       " VALUES (?, ?, ?, ?, ?)",
    [ST_OPINION_FIND] = "SELECT opinion_id FROM opinion WHERE class = ? AND cleartext_reason IS ?"
                        " AND strip_rule IS ? AND strip_rank IS ? AND rung = ?",
#define ROWS4 "(?, ?), (?, ?), (?, ?), (?, ?)"
    [ST_VERDICT_ADD] = "INSERT INTO judgement VALUES (?, ?)",
    [ST_VERDICTS_ADD] = "INSERT INTO judgement VALUES " ROWS4 ", " ROWS4 ", " ROWS4 ", " ROWS4,
    [ST_VERDICT_SET] = "INSERT OR REPLACE INTO judgement VALUES (?, ?)",
    [ST_EVIDENCE_CLEAR] = "DELETE FROM evidence WHERE session_id = ?",
    [ST_EVIDENCE_ADD] = "INSERT INTO evidence VALUES (?, ?, ?, ?, ?)",
    [ST_WEAKNESS_CLEAR] = "DELETE FROM weakness WHERE session_id = ?",
    [ST_WEAKNESS_ADD] = "INSERT INTO weakness VALUES (?, ?)",
    [ST_JUDGED] = "DELETE FROM unjudged WHERE session_id BETWEEN ? AND ?",
};

int store_sql(struct store *st, const char *sql, struct err *e)
{
    return sqlite3_exec(st->db, sql, NULL, NULL, NULL) == SQLITE_OK ? 0 : store_fail(st, e);
}

sqlite3_stmt *store_prepare(struct store *st, const char *sql, struct err *e)
{
    sqlite3_stmt *s = NULL;

    if (sqlite3_prepare_v2(st->db, sql, -1, &s, NULL) != SQLITE_OK)
        store_fail(st, e);
    return s;
}

sqlite3_stmt *store_statement(struct store *st, enum statement which, struct err *e)
{
    sqlite3_stmt **s = &st->statements[which];

    if (guard_in_time(st, e) < 0)
        return NULL;
    if (*s) {
        sqlite3_reset(*s);
        sqlite3_clear_bindings(*s);
        return *s;
    }
    char *made = which >= ST_SESSION_ADD && which <= ST_MAIL_ADD
                     ? row_insert_sql((enum row_part)(which - ST_SESSION_ADD))
                 : which == ST_SESSION_GET ? row_select_sql()
                                           : NULL;
    int rc = sqlite3_prepare_v3(st->db, made ? made : statement_sql[which], -1,
                                SQLITE_PREPARE_PERSISTENT, s, NULL);
    free(made);
    if (rc != SQLITE_OK)
        store_fail(st, e);
    return *s;
}

int store_run(struct store *st, sqlite3_stmt *s, struct err *e)
{
    int rc = sqlite3_step(s);

    if (rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_DONE ? 0 : -1;
}

int store_do(struct store *st, enum statement which, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

    return s ? store_run(st, s, e) : -1;
}

int store_do_for(struct store *st, enum statement which, int64_t number, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, number);
    return store_run(st, s, e);
}

int store_any(struct store *st, sqlite3_stmt *s, struct err *e)
{
    int rc = sqlite3_step(s);

    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

int store_number(struct store *st, sqlite3_stmt *s, int64_t *number_r, struct err *e)
{
    int rc = sqlite3_step(s);

    if (rc == SQLITE_ROW)
        *number_r = sqlite3_column_int64(s, 0);
    else
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 0 : -1;
}
