/* store_session.c - the facts of a session, as they come: its row, and those that hang on it. */
#include "store_facts.h"

#include <mailtap/text.h>

#include <string.h>

static int add_certificate(struct store *st, const struct cert_facts *cert, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_CERTIFICATE_ADD, e);

    if (!s)
        return -1;
    sqlite3_bind_text(s, 1, cert->sha256, -1, SQLITE_STATIC);
    bind_text(s, 2, cert->subject_cn);
    bind_text(s, 3, cert->issuer_cn);
    bind_text(s, 4, cert->names);
    sqlite3_bind_int64(s, 5, cert->not_before);
    sqlite3_bind_int64(s, 6, cert->not_after);
    bind_text(s, 7, cert->key_type);
    if (cert->key_bits)
        sqlite3_bind_int64(s, 8, cert->key_bits);
    bind_text(s, 9, cert->signature);
    sqlite3_bind_int(s, 10, cert->self_signed);
    sqlite3_bind_int(s, 11, cert->authority);
    return store_run(st, s, e);
}

static int add_chain(struct store *st, const struct facts *f, struct err *e)
{
    char chain[ROW_CHAIN_TEXT];

    row_chain(chain, f);
    for (uint32_t i = 0; i < f->chain_length; i++) {
        const struct cert_facts *cert = &f->chain[i];
        sqlite3_stmt *s = add_certificate(st, cert, e) < 0 ? NULL
                                                           : store_statement(st, ST_CHAIN_ADD, e);
        if (!s)
            return -1;
        sqlite3_bind_text(s, 1, chain, -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 2, i);
        sqlite3_bind_text(s, 3, cert->sha256, -1, SQLITE_STATIC);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

int store_certificates(struct store *st, const struct facts *f, struct err *e)
{
    if (f->cert_seen && add_certificate(st, &f->cert, e) < 0)
        return -1;
    return f->chain_length ? add_chain(st, f, e) : 0;
}

/* Its place and session come first in each table that hangs on a session. */
static sqlite3_stmt *row_of(struct store *st, enum statement which, int64_t session, int64_t place,
                            struct err *e)
{
    sqlite3_stmt *s = store_statement(st, which, e);

    if (!s)
        return NULL;
    sqlite3_bind_int64(s, 1, session);
    sqlite3_bind_int64(s, 2, place);
    return s;
}

/* ---- what was read of its mail */

static int add_media(struct store *st, int64_t session, const struct content_facts *c,
                     struct err *e)
{
    for (uint32_t i = 0; i < c->media_kinds; i++) {
        const struct media *m = &c->media[i];
        sqlite3_stmt *s = row_of(st, ST_MEDIA_ADD, session, i, e);
        if (!s)
            return -1;
        sqlite3_bind_text(s, 3, m->type, -1, SQLITE_STATIC);
        sqlite3_bind_int(s, 4, m->attachment);
        bind_count(s, 5, m->count);
        bind_count(s, 6, m->octets);
        bind_count(s, 7, m->decoded);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

/* Identities and metadata are there with TLS, too; they stand in the session's own row. */
static bool is_of_mail(const struct facts *f)
{
    for (int i = 0; i < ITEMS; i++) {
        if (i == ITEM_CLIENT_IDENTITY || i == ITEM_SERVER_IDENTITY || i == ITEM_TLS_METADATA)
            continue;
        if (f->exposure[i].count || f->exposure[i].octets)
            return true;
    }
    return f->content != NULL;
}

static int add_mail(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    sqlite3_stmt *s = is_of_mail(f) ? store_statement(st, ST_MAIL_ADD, e) : NULL;

    if (!s)
        return is_of_mail(f) ? -1 : 0;
    sqlite3_bind_int64(s, 1, session);
    row_bind(s, ROW_MAIL, f);
    if (store_run(st, s, e) < 0)
        return -1;
    return f->content ? add_media(st, session, f->content, e) : 0;
}

static int add_auths(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    uint32_t kept = f->auths < BOUND_AUTHS ? f->auths : BOUND_AUTHS;

    for (uint32_t i = 0; i < kept; i++) {
        const struct auth_facts *a = &f->auth[i];
        sqlite3_stmt *s = row_of(st, ST_AUTH_ADD, session, i, e);
        if (!s)
            return -1;
        sqlite3_bind_text(s, 3, a->mechanism, -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 4, given_name(a->given), -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 5, auth_outcome_name(a->outcome), -1, SQLITE_STATIC);
        sqlite3_bind_int64(s, 6, a->responses);
        bind_count(s, 7, a->octets);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

static int add_kept(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    for (uint32_t i = 0; i < f->kept_count; i++) {
        const struct kept *k = &f->kept[i];
        sqlite3_stmt *s = row_of(st, ST_KEPT_ADD, session, i, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 3, k->transaction);
        sqlite3_bind_text(s, 4, keep_name(k->kind), -1, SQLITE_STATIC);
        sqlite3_bind_text(s, 5, k->text, -1, SQLITE_STATIC);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

/* ---- envelope */

/* The local part goes in here and comes out as a hash, unless the operator asked to keep it: this is
 * the only place that sees it. */
static int bind_path(struct store *st, sqlite3_stmt *s, int at_domain, const char *path,
                     bool keep_local, struct err *e)
{
    char whole[BOUND_NAME];
    uint8_t hash[DIGEST_OCTETS];
    int64_t domain = 0;
    int rc = 0;

    memcpy(whole, path, sizeof whole);
    whole[sizeof whole - 1] = '\0';
    text_lower(whole);
    /* RFC 5321 4.1.2: a source route "@a,@b:" may stand before the address. */
    const char *route = *whole == '@' ? strchr(whole, ':') : NULL;
    const char *address = route ? route + 1 : whole;
    const char *at = strrchr(address, '@');
    if (!*address)
        return 0; /* the null reverse-path: both stay NULL */
    if (at)
        rc = known_name(st, at + 1, &domain, e);
    if (domain)
        sqlite3_bind_int64(s, at_domain, domain);
    if (!st->hashing)
        st->hashing = digest_key_new((struct slice){st->key, sizeof st->key});
    digest_under(st->hashing, slice_of(address), hash);
    sqlite3_bind_blob(s, at_domain + 1, hash, LOCAL_HASH_OCTETS, SQLITE_TRANSIENT);
    if (keep_local)
        sqlite3_bind_text(s, at_domain + 2, path + (address - whole), at ? (int)(at - address) : -1,
                          SQLITE_TRANSIENT);
    explicit_bzero(whole, sizeof whole);
    return rc;
}

static int add_addresses(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    for (uint32_t i = 0; i < f->address_count; i++) {
        const struct address *a = &f->addresses[i];
        sqlite3_stmt *s = row_of(st, ST_ADDRESS_ADD, session, i, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 3, a->transaction);
        sqlite3_bind_text(s, 4, a->recipient ? "recipient" : "sender", -1, SQLITE_STATIC);
        bind_tri(s, 5, a->accepted);
        if (bind_path(st, s, 6, a->path, f->keep & KEEP_LOCAL_PARTS, e) < 0 ||
            store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

static int bind_stored(struct store *st, sqlite3_stmt *s, int at_domain,
                       const struct stored_address *a, struct err *e)
{
    int64_t domain;

    if (known_name(st, a->domain, &domain, e) < 0)
        return -1;
    if (domain)
        sqlite3_bind_int64(s, at_domain, domain);
    if (a->hashed)
        sqlite3_bind_blob(s, at_domain + 1, a->local_hash, LOCAL_HASH_OCTETS, SQLITE_STATIC);
    if (a->kept)
        sqlite3_bind_text(s, at_domain + 2, a->local_part, -1, SQLITE_STATIC);
    return 0;
}

static int add_stored_addresses(struct store *st, int64_t session,
                                const struct stored_session *from, struct err *e)
{
    for (uint32_t i = 0; i < from->address_count; i++) {
        const struct stored_address *a = &from->addresses[i];
        sqlite3_stmt *s = row_of(st, ST_ADDRESS_ADD, session, i, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 3, a->transaction);
        sqlite3_bind_text(s, 4, a->recipient ? "recipient" : "sender", -1, SQLITE_STATIC);
        bind_tri(s, 5, a->accepted);
        if (bind_stored(st, s, 6, a, e) < 0 || store_run(st, s, e) < 0)
            return -1;
    }
    return 0;
}

static int add_conflicts(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    for (uint32_t i = 0; i < f->conflicts_kept; i++) {
        const struct conflict_facts *c = &f->conflict[i];
        sqlite3_stmt *s = row_of(st, ST_CONFLICT_ADD, session, i, e);
        if (!s)
            return -1;
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

static int add_what_hangs(struct store *st, int64_t session, const struct facts *f, struct err *e)
{
    if (add_mail(st, session, f, e) < 0 || add_addresses(st, session, f, e) < 0 ||
        add_auths(st, session, f, e) < 0 || add_kept(st, session, f, e) < 0)
        return -1;
    return add_conflicts(st, session, f, e);
}

/* ---- the session */

/* Numbers of the rows it shares with others, 0 for none, as parameters from ROW_SERVER on. */
static int find_shared(struct store *st, const struct facts *f, int64_t ids[ROW_SESSION_IDS + 1],
                       struct err *e)
{
    static const struct {
        enum row_part part;
        int at;
    } rows[] = {{ROW_COURSE, ROW_COURSE_ID},
                {ROW_BANNER, ROW_BANNER_ID},
                {ROW_TLS, ROW_TLS_ID},
                {ROW_IDENTITY, ROW_IDENTITY_ID}};

    known_soon(st, f);
    if (known_server(st, f, &ids[ROW_SERVER], e) < 0 ||
        known_client(st, &f->client.address, &ids[ROW_CLIENT], e) < 0 ||
        known_name(st, f->client_name, &ids[ROW_CLIENT_NAME_ID], e) < 0 ||
        known_name(st, f->sni, &ids[ROW_SNI_ID], e) < 0)
        return -1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (known_row(st, rows[i].part, ids[ROW_SERVER], f, &ids[rows[i].at], e) < 0)
            return -1;
    return 0;
}

static int add_session(struct store *st, int64_t capture, const struct facts *f,
                       const struct stored_session *from, int64_t ids[ROW_SESSION_IDS + 1],
                       int64_t *session_r, struct err *e)
{
    memset(ids, 0, (ROW_SESSION_IDS + 1) * sizeof *ids);
    ids[ROW_CAPTURE] = capture;
    st->servers_change = true;
    if (store_batch_begin(st, e) < 0)
        return -1;
    sqlite3_stmt *s = find_shared(st, f, ids, e) < 0 ? NULL
                                                     : store_statement(st, ST_SESSION_ADD, e);
    if (!s)
        return -1;
    for (int i = ROW_CAPTURE; i <= ROW_SESSION_IDS; i++)
        if (ids[i])
            sqlite3_bind_int64(s, i, ids[i]);
    row_bind(s, ROW_SESSION, f);
    if (store_run(st, s, e) < 0)
        return -1;
    *session_r = sqlite3_last_insert_rowid(st->db);
    if (add_what_hangs(st, *session_r, f, e) < 0)
        return -1;
    return from ? add_stored_addresses(st, *session_r, from, e) : 0;
}

static int add_unjudged(struct store *st, int64_t capture, const struct facts *f,
                        const struct stored_session *from, struct err *e)
{
    int64_t ids[ROW_SESSION_IDS + 1], session;

    st->judged_from = 0;
    return add_session(st, capture, f, from, ids, &session, e) < 0 ? -1 : store_batch_add(st, e);
}

int store_session(struct store *st, int64_t capture, const struct facts *f, struct err *e)
{
    return add_unjudged(st, capture, f, NULL, e);
}

int store_session_again(struct store *st, int64_t capture, const struct stored_session *session,
                        struct err *e)
{
    return add_unjudged(st, capture, &session->facts, session, e);
}

int store_session_judged(struct store *st, int64_t capture, const struct facts *f, struct err *e)
{
    int64_t ids[ROW_SESSION_IDS + 1], session;

    if (add_session(st, capture, f, NULL, ids, &session, e) < 0 ||
        judge_stored(st, session, ids, f, e) < 0)
        return -1;
    return store_batch_add(st, e);
}
