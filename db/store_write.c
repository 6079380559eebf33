/* store_write.c - captures and the facts of their sessions, as they come. */
#include "store_private.h"

#include <mailtap/text.h>

#include <string.h>

/* Octets kept of the HMAC: enough that two addresses do not meet. */
#define LOCAL_HASH_OCTETS 16

/* ---- captures */

static const char remove_unfinished_sql[] =
    "BEGIN IMMEDIATE;"
    "UPDATE server SET changed = 2 WHERE server_id IN (SELECT s.server_id FROM session s"
    " JOIN capture c ON c.capture_id = s.capture_id WHERE c.state = 'running');"
    "DELETE FROM capture WHERE state = 'running';"
    "UPDATE server SET changed = 1,"
    " ehlo_sessions = (SELECT count(*) FROM session s"
    "  WHERE s.server_id = server.server_id AND s.ehlo_accepted = 1),"
    " ehlo_offered = (SELECT count(*) FROM session s WHERE s.server_id = server.server_id"
    "  AND s.ehlo_accepted = 1 AND s.starttls_offered = 1) WHERE changed = 2;"
    "DELETE FROM server WHERE changed = 1 AND NOT EXISTS"
    " (SELECT 1 FROM session s WHERE s.server_id = server.server_id);"
    "DELETE FROM certificate WHERE NOT EXISTS"
    " (SELECT 1 FROM session s WHERE s.certificate = certificate.sha256);"
    "COMMIT";

int store_remove_unfinished(struct store *st, struct err *e)
{
    st->servers_change = true;
    return store_batch_commit(st, e) < 0 ? -1 : store_sql(st, remove_unfinished_sql, e);
}

/* 1 when it is there, 0 when not. */
static int find_capture(struct store *st, const uint8_t *digest, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_CAPTURE_FIND, e);

    if (!s)
        return -1;
    sqlite3_bind_blob(s, 1, digest, DIGEST_OCTETS, SQLITE_STATIC);
    int rc = sqlite3_step(s);
    if (rc != SQLITE_ROW && rc != SQLITE_DONE)
        store_fail(st, e);
    sqlite3_reset(s);
    return rc == SQLITE_ROW ? 1 : rc == SQLITE_DONE ? 0 : -1;
}

static const char *base_name(const char *name)
{
    const char *slash = strrchr(name, '/');

    return slash && slash[1] ? slash + 1 : name;
}

int store_capture_begin(struct store *st, const char *name, const uint8_t digest[DIGEST_OCTETS],
                        int64_t *id_r, struct err *e)
{
    char source[4 * BOUND_NAME];
    int found = store_batch_commit(st, e) < 0 ? -1 : digest ? find_capture(st, digest, e) : 0;

    if (found)
        return found < 0 ? -1 : 0;
    sqlite3_stmt *s = store_statement(st, ST_CAPTURE_ADD, e);
    if (!s)
        return -1;
    text_escape(source, sizeof source, slice_of(base_name(name)));
    sqlite3_bind_text(s, 1, source, -1, SQLITE_STATIC);
    if (digest)
        sqlite3_bind_blob(s, 2, digest, DIGEST_OCTETS, SQLITE_STATIC);
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
}

int store_capture_end(struct store *st, int64_t capture, const uint8_t digest[DIGEST_OCTETS],
                      const struct capture_counts *counts, const char *damage, struct err *e)
{
    char said[1024];
    int found = find_capture(st, digest, e);

    if (found)
        return found < 0 ? -1 : store_remove_unfinished(st, e);
    sqlite3_stmt *s = store_batch_begin(st, e) < 0 ? NULL : store_statement(st, ST_CAPTURE_END, e);
    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, capture);
    bind_counts(s, counts);
    if (damage) {
        text_escape(said, sizeof said, slice_of(damage));
        sqlite3_bind_text(s, 25, said, -1, SQLITE_STATIC);
    }
    sqlite3_bind_blob(s, 26, digest, DIGEST_OCTETS, SQLITE_STATIC);
    return store_run(st, s, e) < 0 || store_batch_commit(st, e) < 0 ? -1 : 1;
}

/* ---- sessions */

/* The number of its server, whose history grows by this session. */
static int add_server(struct store *st, const struct facts *f, int64_t *id_r, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_SERVER_ADD, e);
    char ip[ADDRESS_TEXT];

    if (!s)
        return -1;
    address_text(ip, &f->server.address);
    sqlite3_bind_text(s, 1, ip, -1, SQLITE_STATIC);
    sqlite3_bind_int(s, 2, f->server.port);
    sqlite3_bind_int(s, 3, f->ehlo_accepted == YES);
    sqlite3_bind_int(s, 4, f->ehlo_accepted == YES && f->starttls_offered == YES);
    int rc = sqlite3_step(s);
    if (rc == SQLITE_ROW)
        *id_r = sqlite3_column_int64(s, 0);
    else
        store_fail(st, e);
    sqlite3_reset(s);
    st->servers_change = true;
    return rc == SQLITE_ROW ? 0 : -1;
}

static int add_certificate(struct store *st, const struct cert_facts *cert, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_CERTIFICATE_ADD, e);

    if (!s)
        return -1;
    sqlite3_bind_text(s, 1, cert->sha256, -1, SQLITE_STATIC);
    bind_text(s, 2, cert->subject_cn);
    bind_text(s, 3, cert->issuer_cn);
    sqlite3_bind_int64(s, 4, cert->not_before);
    sqlite3_bind_int64(s, 5, cert->not_after);
    return store_run(st, s, e);
}

static int add_exposure(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    for (int i = 0; i < ITEMS; i++) {
        const struct exposure *x = &f->exposure[i];
        if (x->count == 0 && x->octets == 0)
            continue;
        sqlite3_stmt *s = store_statement(st, ST_EXPOSURE_ADD, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, session);
        sqlite3_bind_text(s, 2, item_name((enum item)i), -1, SQLITE_STATIC);
        bind_count(s, 3, x->count);
        bind_count(s, 4, x->octets);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

/* The local part goes in here and comes out as a hash: this is the only place that sees it. */
static void bind_path(sqlite3_stmt *s, int at_domain, int at_hash, const struct store *st,
                      const char *path)
{
    char whole[BOUND_NAME];
    uint8_t hash[DIGEST_OCTETS];

    memcpy(whole, path, sizeof whole);
    whole[sizeof whole - 1] = '\0';
    text_lower(whole);
    /* RFC 5321 4.1.2: a source route "@a,@b:" may stand before the address. */
    const char *route = *whole == '@' ? strchr(whole, ':') : NULL;
    const char *address = route ? route + 1 : whole;
    const char *at = strrchr(address, '@');
    if (!*address)
        return; /* the null reverse-path: both stay NULL */
    if (at && at[1])
        sqlite3_bind_text(s, at_domain, at + 1, -1, SQLITE_TRANSIENT);
    digest_keyed((struct slice){st->key, sizeof st->key}, slice_of(address), hash);
    sqlite3_bind_blob(s, at_hash, hash, LOCAL_HASH_OCTETS, SQLITE_TRANSIENT);
    explicit_bzero(whole, sizeof whole);
}

static int add_addresses(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    for (uint32_t i = 0; i < f->address_count; i++) {
        const struct address *a = &f->addresses[i];
        sqlite3_stmt *s = store_statement(st, ST_ADDRESS_ADD, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, session);
        sqlite3_bind_int64(s, 2, i);
        sqlite3_bind_int64(s, 3, a->transaction);
        sqlite3_bind_text(s, 4, a->recipient ? "recipient" : "sender", -1, SQLITE_STATIC);
        bind_tri(s, 5, a->accepted);
        bind_path(s, 6, 7, st, a->path);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

static int add_conflicts(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    for (uint32_t i = 0; i < f->conflicts_kept; i++) {
        const struct conflict_facts *c = &f->conflict[i];
        sqlite3_stmt *s = store_statement(st, ST_CONFLICT_ADD, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, session);
        sqlite3_bind_int64(s, 2, i);
        sqlite3_bind_text(s, 3, c->by_client ? "client" : "server", -1, SQLITE_STATIC);
        bind_count(s, 4, c->offset);
        bind_count(s, 5, c->octets);
        sqlite3_bind_int64(s, 6, c->at_ns);
        sqlite3_bind_text(s, 7, c->first_sha256, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 8, c->second_sha256, -1, SQLITE_STATIC);
        sqlite3_bind_int(s, 9, c->first_starttls);
        sqlite3_bind_int(s, 10, c->second_starttls);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

int store_session(struct store *st, int64_t capture, const struct facts *f, struct err *e)
{
    int64_t server, session;
    sqlite3_stmt *s;

    if (store_batch_begin(st, e) < 0 || add_server(st, f, &server, e) < 0)
        return -1;
    if (f->cert_seen && add_certificate(st, &f->cert, e) < 0)
        return -1;
    s = store_statement(st, ST_SESSION_ADD, e);
    if (!s)
        return -1;
    sqlite3_bind_int64(s, ROW_CAPTURE, capture);
    sqlite3_bind_int64(s, ROW_SERVER, server);
    row_bind(s, f);
    if (store_run(st, s, e) < 0)
        return -1;
    session = sqlite3_last_insert_rowid(st->db);
    if (add_exposure(st, session, f, e) < 0 || add_addresses(st, session, f, e) < 0 ||
        add_conflicts(st, session, f, e) < 0)
        return -1;
    return store_batch_add(st, e);
}
