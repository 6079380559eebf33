/* store_write.c - captures: begun, ended, and removed when they did not end. */
#include "store_private.h"

#include <mailtap/path.h>
#include <mailtap/text.h>

#include <string.h>

/* ---- captures */

/* Servers whose sessions are removed have 2 in `changed`: their history is counted again, in one
 * pass, for the indexes may not be there yet.  One of which no session is left is swept away. */
static const char recount_sql[] =
    "UPDATE server SET changed = 1,"
    " ehlo_sessions = n.answered, ehlo_offered = n.offered FROM (SELECT s.server_id AS id,"
    "  count(*) FILTER (WHERE c.ehlo_accepted = 1) AS answered,"
    "  count(*) FILTER (WHERE c.ehlo_accepted = 1 AND c.starttls_offered = 1) AS offered"
    "  FROM session s JOIN course c ON c.course_id = s.course_id WHERE s.server_id IN"
    "   (SELECT server_id FROM server WHERE changed = 2) GROUP BY s.server_id) n"
    " WHERE server_id = n.id";

/* What nothing refers to any more. */
static const char sweep_sql[] =
    "DELETE FROM banner WHERE banner_id NOT IN"
    " (SELECT banner_id FROM session WHERE banner_id IS NOT NULL);"
    "DELETE FROM identity WHERE identity_id NOT IN"
    " (SELECT identity_id FROM session WHERE identity_id IS NOT NULL);"
    "DELETE FROM course WHERE course_id NOT IN (SELECT course_id FROM session);"
    "DELETE FROM tls WHERE tls_id NOT IN (SELECT tls_id FROM session WHERE tls_id IS NOT NULL);"
    "DELETE FROM chain WHERE chain NOT IN"
    " (SELECT chain FROM identity WHERE chain IS NOT NULL);"
    "DELETE FROM certificate WHERE sha256 NOT IN"
    " (SELECT certificate FROM identity WHERE certificate IS NOT NULL"
    "  UNION SELECT sha256 FROM chain);"
    "DELETE FROM name WHERE name_id NOT IN"
    " (SELECT client_name_id FROM session WHERE client_name_id IS NOT NULL"
    "  UNION SELECT sni_id FROM session WHERE sni_id IS NOT NULL"
    "  UNION SELECT domain_id FROM address WHERE domain_id IS NOT NULL);"
    "DELETE FROM contrast WHERE server_id NOT IN (SELECT server_id FROM session);"
    "DELETE FROM server WHERE server_id NOT IN (SELECT server_id FROM session);"
    "DELETE FROM client WHERE client_id NOT IN"
    " (SELECT client_id FROM session UNION SELECT client_id FROM contrast);"
    "DELETE FROM sensor WHERE sensor_id NOT IN (SELECT sensor_id FROM capture) AND mark NOT IN"
    " (SELECT CAST(value AS TEXT) FROM meta WHERE key = 'sensor')";

int store_sweep(struct store *st, struct err *e)
{
    st->servers_change = true;
    st->marked = st->judged_from = 0; /* numbers come again */
    contrast_free(&st->contrasts);
    known_forget(st->known);
    return store_sql(st, recount_sql, e) < 0 || store_sql(st, sweep_sql, e) < 0 ? -1 : 0;
}

static int remove_unfinished(struct store *st, struct err *e)
{
    if (store_remove_sessions(st,
                              "INSERT INTO temp.pruned SELECT session_id FROM session"
                              " JOIN capture USING (capture_id) WHERE state = 'running'",
                              0, 0, e) < 0 ||
        store_sql(st,
                  "DELETE FROM dns WHERE capture_id IN"
                  " (SELECT capture_id FROM capture WHERE state = 'running');"
                  "DELETE FROM capture WHERE state = 'running'",
                  e) < 0)
        return -1;
    return store_sweep(st, e);
}

int store_remove_unfinished(struct store *st, struct err *e)
{
    sqlite3_stmt *s = store_batch_commit(st, e) < 0 ? NULL
                                                    : store_statement(st, ST_UNFINISHED_FIND, e);
    int any = s ? store_any(st, s, e) : -1;

    if (any <= 0)
        return any;
    if (store_batch_begin(st, e) < 0 || remove_unfinished(st, e) < 0)
        return -1;
    return store_batch_commit(st, e);
}

int store_capture_known(struct store *st, const uint8_t fingerprint[DIGEST_OCTETS], struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_CAPTURE_FIND, e);

    if (!s)
        return -1;
    sqlite3_bind_blob(s, 1, fingerprint, DIGEST_OCTETS, SQLITE_STATIC);
    return store_any(st, s, e);
}

int store_knows_sha256(struct store *st, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_SHA256_FIND, e);

    return s ? store_any(st, s, e) : -1;
}

int store_capture_around(struct store *st, int64_t at_ns, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_CAPTURE_AROUND, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, at_ns);
    return store_any(st, s, e);
}

void store_source(char to[SOURCE_OCTETS], const char *name)
{
    text_escape(to, SOURCE_OCTETS, slice_of(path_name(name)));
}

int store_capture_begin(struct store *st, const char *name,
                        const uint8_t fingerprint[DIGEST_OCTETS], int64_t *id_r, struct err *e)
{
    char source[SOURCE_OCTETS];
    int found = store_batch_commit(st, e) < 0 ? -1
                : fingerprint                 ? store_capture_known(st, fingerprint, e)
                                              : 0;

    if (found)
        return found < 0 ? -1 : 0;
    sqlite3_stmt *s = store_statement(st, ST_CAPTURE_ADD, e);
    if (!s)
        return -1;
    store_source(source, name);
    sqlite3_bind_text(s, 1, source, -1, SQLITE_STATIC);
    if (fingerprint)
        sqlite3_bind_blob(s, 2, fingerprint, DIGEST_OCTETS, SQLITE_STATIC);
    if (st->trust_store)
        sqlite3_bind_text(s, 3, st->trust_store, -1, SQLITE_STATIC);
    if (store_run(st, s, e) < 0)
        return -1;
    *id_r = sqlite3_last_insert_rowid(st->db);
    return 1;
}

static void bind_time(sqlite3_stmt *s, int at_text, int at_ns, int64_t ns)
{
    char text[TEXT_TIME];

    if (ns == 0)
        return;
    text_time(text, ns);
    sqlite3_bind_text(s, at_text, text, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int64(s, at_ns, ns);
}

static void bind_counts(sqlite3_stmt *s, const struct capture_counts *counts)
{
    const uint64_t after_drops[] = {counts->damaged_frames,
                                    counts->other_frames,
                                    counts->fragments,
                                    counts->unknown_link,
                                    counts->flows,
                                    counts->mail_flows,
                                    counts->mail_port_other,
                                    counts->gap_octets,
                                    counts->evicted,
                                    counts->held_refused,
                                    counts->holes_given_up,
                                    counts->fragments_completed,
                                    counts->fragments_expired,
                                    counts->fragments_evicted,
                                    counts->fragments_discarded};

    bind_count(s, 2, counts->frames);
    bind_count(s, 3, counts->octets);
    if (counts->drops_known) {
        bind_count(s, 4, counts->kernel_dropped);
        bind_count(s, 5, counts->interface_dropped);
    }
    for (int i = 0; i < (int)(sizeof after_drops / sizeof *after_drops); i++)
        bind_count(s, 6 + i, after_drops[i]);
    bind_time(s, 21, 23, counts->started_ns);
    bind_time(s, 22, 24, counts->ended_ns);
    if (counts->live) {
        bind_count(s, 27, counts->rows_dropped);
        bind_count(s, 28, counts->outages);
        bind_count(s, 29, counts->clock_steps);
        bind_count(s, 30, counts->write_failures);
    }
}

int store_figures(struct store *st, int64_t capture, const char *state, const uint8_t *fingerprint,
                  const struct capture_counts *counts, const char *damage, struct err *e)
{
    char said[1024];
    sqlite3_stmt *s = store_statement(st, ST_CAPTURE_FIGURES, e);

    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, capture);
    bind_counts(s, counts);
    if (damage) {
        text_escape(said, sizeof said, slice_of(damage));
        sqlite3_bind_text(s, 25, said, -1, SQLITE_STATIC);
    }
    if (fingerprint)
        sqlite3_bind_blob(s, 26, fingerprint, DIGEST_OCTETS, SQLITE_STATIC);
    sqlite3_bind_text(s, 31, state, -1, SQLITE_STATIC);
    return store_run(st, s, e);
}

int store_capture_end(struct store *st, int64_t capture, const uint8_t fingerprint[DIGEST_OCTETS],
                      const struct capture_counts *counts, const char *damage, struct err *e)
{
    int found = store_capture_known(st, fingerprint, e);

    if (found)
        return found < 0 ? -1 : store_remove_unfinished(st, e);
    /* With the capture, lest a run that dies before it judges leaves verdicts of before. */
    if (store_batch_begin(st, e) < 0 || known_flush(st, e) < 0 || store_mark_for_dns(st, e) < 0)
        return -1;
    return store_figures(st, capture, "complete", fingerprint, counts, damage, e) < 0 ? -1 : 1;
}

int store_commit(struct store *st, struct err *e)
{
    return store_batch_commit(st, e);
}
