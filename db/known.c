/*
 * known.c - numbers of the rows that sessions share: servers, clients, names, and what many sessions
 * have in common.
 *
 * Nearly every session finds all of its numbers in memory, so that storing it is storing one narrow
 * row.  What servers grow by is added up here, and written when a capture ends.  The first session of
 * a run takes up what earlier runs wrote, so that rows are shared from run to run.
 */
#include "store_private.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

struct growth {
    int64_t server;
    uint32_t ehlo_sessions, ehlo_offered;
};

struct known {
    struct intern *servers, *clients, *names, *rows[ROW_PARTS];
    struct intern *alike, *expected, *opinions; /* of judging */
    struct {
        uint8_t key[ROW_KEY_OCTETS];
        size_t n;
    } nothing[ROW_PARTS]; /* of a session of which nothing is known */
    struct growth *grown;
    size_t grown_count, grown_room;
    uint32_t epoch; /* of the list `grown` */
    bool warm;      /* what earlier runs wrote was taken up */
};

static bool is_shared(enum row_part part)
{
    return part == ROW_COURSE || part == ROW_BANNER || part == ROW_TLS || part == ROW_IDENTITY;
}

struct known *known_new(void)
{
    struct known *k = must_alloc(1, sizeof *k);
    struct facts *nothing = must_alloc(1, sizeof *nothing);

    nothing->vlan = nothing->tls_alert = -1;
    k->servers = intern_new(BOUND_INTERN_OCTETS);
    k->clients = intern_new(BOUND_INTERN_OCTETS);
    k->names = intern_new(BOUND_INTERN_OCTETS);
    k->alike = intern_new(BOUND_INTERN_OCTETS);
    k->expected = intern_new(BOUND_INTERN_OCTETS);
    k->opinions = intern_new(BOUND_INTERN_OCTETS);
    for (int part = 0; part < ROW_PARTS; part++) {
        if (!is_shared((enum row_part)part))
            continue;
        k->rows[part] = intern_new(BOUND_INTERN_OCTETS);
        k->nothing[part].n = row_key(k->nothing[part].key, (enum row_part)part, nothing);
    }
    k->epoch = 1;
    free(nothing);
    return k;
}

void known_free(struct known **k)
{
    if (!*k)
        return;
    intern_free(&(*k)->servers);
    intern_free(&(*k)->clients);
    intern_free(&(*k)->names);
    intern_free(&(*k)->alike);
    intern_free(&(*k)->expected);
    intern_free(&(*k)->opinions);
    for (int part = 0; part < ROW_PARTS; part++)
        intern_free(&(*k)->rows[part]);
    free((*k)->grown);
    free(*k);
    *k = NULL;
}

static void forget_growth(struct known *k)
{
    k->grown_count = 0;
    k->epoch = k->epoch == UINT32_MAX ? 1 : k->epoch + 1;
}

void known_forget_judged(struct known *k)
{
    intern_forget(k->alike);
    intern_forget(k->expected);
}

void known_forget(struct known *k)
{
    intern_forget(k->servers);
    intern_forget(k->clients);
    intern_forget(k->names);
    for (int part = 0; part < ROW_PARTS; part++)
        if (k->rows[part])
            intern_forget(k->rows[part]);
    known_forget_judged(k);
    intern_forget(k->opinions);
    forget_growth(k);
    k->warm = false;
}

/* ---- rows with a key of their own in the database: a server, a client, a name */

/* Both statements have the same parameters, bound by bind(); the second one gives the number. */
static int add_or_find(struct store *st, enum statement add, enum statement find,
                       void (*bind)(sqlite3_stmt *s, const void *of), const void *of, int64_t *id_r,
                       struct err *e)
{
    sqlite3_stmt *s = store_statement(st, add, e);

    if (!s)
        return -1;
    bind(s, of);
    if (store_run(st, s, e) < 0)
        return -1;
    if (sqlite3_changes(st->db)) {
        *id_r = sqlite3_last_insert_rowid(st->db);
        return 0;
    }
    s = store_statement(st, find, e);
    if (!s)
        return -1;
    bind(s, of);
    return store_number(st, s, id_r, e);
}

static void bind_server(sqlite3_stmt *s, const void *of)
{
    const struct endpoint *server = of;
    char ip[ADDRESS_TEXT];

    address_text(ip, &server->address);
    sqlite3_bind_text(s, 1, ip, -1, SQLITE_TRANSIENT);
    sqlite3_bind_int(s, 2, server->port);
}

static void bind_client(sqlite3_stmt *s, const void *of)
{
    char ip[ADDRESS_TEXT];

    address_text(ip, of);
    sqlite3_bind_text(s, 1, ip, -1, SQLITE_TRANSIENT);
}

static void bind_name(sqlite3_stmt *s, const void *of)
{
    sqlite3_bind_text(s, 1, of, -1, SQLITE_STATIC);
}

#define ADDRESS_KEY (1 + sizeof((struct ip_address *)0)->octets)

static void address_key(uint8_t key[ADDRESS_KEY], const struct ip_address *a)
{
    memset(key, 0, ADDRESS_KEY);
    key[0] = (uint8_t)a->version;
    memcpy(key + 1, a->octets, a->version == 4 ? 4 : sizeof a->octets);
}

#define SERVER_KEY (ADDRESS_KEY + sizeof((struct endpoint *)0)->port)

static void server_key(uint8_t key[SERVER_KEY], const struct endpoint *server)
{
    address_key(key, &server->address);
    memcpy(key + ADDRESS_KEY, &server->port, sizeof server->port);
}

/* Its history grows by this session. */
static void note_growth(struct known *k, struct interned *server, const struct facts *f)
{
    if (server->epoch != k->epoch) {
        if (k->grown_count == k->grown_room) {
            k->grown_room = k->grown_room ? 2 * k->grown_room : 256;
            k->grown = must_grow(k->grown, k->grown_room, sizeof *k->grown);
        }
        server->epoch = k->epoch;
        server->note = (uint32_t)k->grown_count;
        k->grown[k->grown_count++] = (struct growth){.server = server->id};
    }
    struct growth *g = &k->grown[server->note];
    g->ehlo_sessions += f->ehlo_accepted == YES;
    g->ehlo_offered += f->ehlo_accepted == YES && f->starttls_offered == YES;
}

void known_soon(const struct store *st, const struct facts *f)
{
    uint8_t key[SERVER_KEY];

    server_key(key, &f->server);
    intern_soon(st->known->servers, key, sizeof key);
    address_key(key, &f->client.address);
    intern_soon(st->known->clients, key, ADDRESS_KEY);
    intern_soon(st->known->names, f->client_name, strlen(f->client_name));
}

int known_server(struct store *st, const struct facts *f, int64_t *id_r, struct err *e)
{
    uint8_t key[SERVER_KEY];
    struct interned *server;

    server_key(key, &f->server);
    server = intern_at(st->known->servers, key, sizeof key);
    if (!server->id &&
        add_or_find(st, ST_SERVER_ADD, ST_SERVER_FIND, bind_server, &f->server, &server->id, e) < 0)
        return -1;
    note_growth(st->known, server, f);
    *id_r = server->id;
    return 0;
}

int known_client(struct store *st, const struct ip_address *a, int64_t *id_r, struct err *e)
{
    uint8_t key[ADDRESS_KEY];
    struct interned *client;

    address_key(key, a);
    client = intern_at(st->known->clients, key, sizeof key);
    if (!client->id &&
        add_or_find(st, ST_CLIENT_ADD, ST_CLIENT_FIND, bind_client, a, &client->id, e) < 0)
        return -1;
    *id_r = client->id;
    return 0;
}

int known_name(struct store *st, const char *name, int64_t *id_r, struct err *e)
{
    struct interned *known;

    *id_r = 0;
    if (!*name)
        return 0;
    known = intern_at(st->known->names, name, strlen(name));
    if (!known->id &&
        add_or_find(st, ST_NAME_ADD, ST_NAME_FIND, bind_name, name, &known->id, e) < 0)
        return -1;
    *id_r = known->id;
    return 0;
}

int known_flush(struct store *st, struct err *e)
{
    struct known *k = st->known;

    for (size_t i = 0; i < k->grown_count; i++) {
        sqlite3_stmt *s = store_statement(st, ST_SERVER_GROW, e);
        if (!s)
            return -1;
        sqlite3_bind_int64(s, 1, k->grown[i].server);
        sqlite3_bind_int64(s, 2, k->grown[i].ehlo_sessions);
        sqlite3_bind_int64(s, 3, k->grown[i].ehlo_offered);
        if (store_run(st, s, e) < 0)
            return -1;
    }
    forget_growth(k);
    return 0;
}

/* ---- rows that are known by what stands in them */

/* What belongs to a server is not shared with another one. */
static size_t key_of(uint8_t key[sizeof(int64_t) + ROW_KEY_OCTETS], enum row_part part,
                     int64_t server, const struct facts *f)
{
    int64_t of = part == ROW_BANNER || part == ROW_IDENTITY ? server : 0;

    memcpy(key, &of, sizeof of);
    return sizeof of + row_key(key + sizeof of, part, f);
}

static int warm_part(struct store *st, enum row_part part, struct facts *f, struct err *e)
{
    uint8_t key[sizeof(int64_t) + ROW_KEY_OCTETS];
    char *sql = row_part_sql(part);
    sqlite3_stmt *s = store_prepare(st, sql, e);

    free(sql);
    if (!s)
        return -1;
    sqlite3_bind_int64(s, 1, BOUND_WARM_ROWS);
    while (sqlite3_step(s) == SQLITE_ROW) {
        memset(f, 0, sizeof *f);
        row_read_part(s, part, 2, f);
        /* The key has it that the reply was read, also where no keyword stood in it. */
        if (part == ROW_BANNER)
            f->ehlo_accepted = sqlite3_column_type(s, sqlite3_column_count(s) - 2) != SQLITE_NULL
                                   ? YES
                                   : UNKNOWN;
        size_t n = key_of(key, part, sqlite3_column_int64(s, 1), f);
        intern_at(st->known->rows[part], key, n)->id = sqlite3_column_int64(s, 0);
    }
    int rc = sqlite3_reset(s);
    if (rc != SQLITE_OK)
        store_fail(st, e);
    sqlite3_finalize(s);
    return rc == SQLITE_OK ? 0 : -1;
}

/* Identities are not taken up: their chains stand elsewhere. */
static int warm_up(struct store *st, struct err *e)
{
    static const enum row_part parts[] = {ROW_COURSE, ROW_BANNER, ROW_TLS};
    struct facts *f = must_alloc(1, sizeof *f);
    int rc = 0;

    for (size_t i = 0; i < sizeof parts / sizeof *parts && rc == 0; i++)
        rc = warm_part(st, parts[i], f, e);
    free(f);
    st->known->warm = rc == 0;
    return rc;
}

int known_row(struct store *st, enum row_part part, int64_t server, const struct facts *f,
              int64_t *id_r, struct err *e)
{
    uint8_t key[sizeof(int64_t) + ROW_KEY_OCTETS];
    size_t n = key_of(key, part, server, f), own = n - sizeof(int64_t);
    struct known *k = st->known;

    *id_r = 0;
    if (!k->warm && warm_up(st, e) < 0)
        return -1;
    if (part != ROW_COURSE && own == k->nothing[part].n &&
        memcmp(key + sizeof(int64_t), k->nothing[part].key, own) == 0)
        return 0;
    struct interned *row = intern_at(k->rows[part], key, n);
    if (!row->id) {
        if (part == ROW_IDENTITY && store_certificates(st, f, e) < 0)
            return -1;
        sqlite3_stmt *s = store_statement(st, (enum statement)(ST_SESSION_ADD + (int)part), e);
        if (!s)
            return -1;
        if (part == ROW_BANNER || part == ROW_IDENTITY)
            sqlite3_bind_int64(s, 1, server);
        row_bind(s, part, f);
        if (store_run(st, s, e) < 0)
            return -1;
        row->id = sqlite3_last_insert_rowid(st->db);
    }
    *id_r = row->id;
    return 0;
}

/* ---- what is remembered of judging */

struct interned *known_alike(struct known *k, const void *key, size_t n)
{
    return intern_at(k->alike, key, n);
}

struct interned *known_expected(struct known *k, int64_t server, int64_t banner)
{
    const int64_t key[] = {server, banner};

    return intern_at(k->expected, key, sizeof key);
}

struct interned *known_opinion(struct known *k, const void *key, size_t n)
{
    return intern_at(k->opinions, key, n);
}
