/*
 * store_facts.c - sessions back from a database; see store_facts.h.
 *
 * One statement goes through all sessions, and one through each table that hangs on them, side by
 * side, as they all are in the order of sessions.  The database may be a stranger's, so that order
 * is looked after: pages that point at each other in a ring would give the same rows for ever.
 */
#include "store_facts.h"

#include "row_private.h"

#include <mailtap/digest.h>
#include <mailtap/text.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Rows of one table that hang on one session, and are gone through: those kept are far fewer. */
#define MOST_HANGING (64 * BOUND_ADDRESSES)

/* Chains held: most sessions of a server show the same one. */
#define CHAINS_HELD 256u

struct held_chain {
    char name[ROW_CHAIN_TEXT];
    uint32_t length;
    struct cert_facts *certificates;
};

/* Tables that hang on a session. */
#define CHILDREN 9

struct child_cursor {
    sqlite3_stmt *s; /* NULL: there is no such table */
    int64_t at;      /* session of the row it stands on, 0 before the first */
    bool begun, over;
};

struct store_facts {
    struct store *st;
    sqlite3_stmt *sessions, *chain;
    struct child_cursor children[CHILDREN];
    struct stored_session now;
    bool begun;
    struct content_facts content;
    struct stored_address *addresses;
    struct kept *kept;
    struct held_chain held[CHAINS_HELD];
};

/* ---- what a row of each table says, its columns from `at` on */

static void note_conflict(struct store_facts *all, sqlite3_stmt *s, int at)
{
    row_read_conflict(s, at, &all->now.facts);
}

static struct content_facts *content_of(struct store_facts *all)
{
    if (!all->now.facts.content) {
        memset(&all->content, 0, sizeof all->content);
        all->now.facts.content = &all->content;
    }
    return &all->content;
}

/* The row of a session is there also when no content was read. */
static void note_content(struct store_facts *all, sqlite3_stmt *s, int at)
{
    if (sqlite3_column_type(s, at) != SQLITE_NULL)
        row_read_content(s, at, content_of(all));
}

static void note_header_field(struct store_facts *all, sqlite3_stmt *s, int at)
{
    for (int i = 0; i < HEADER_FIELDS; i++)
        if (column_is(s, at, header_field_name((enum header_field)i)))
            content_of(all)->field[i] = (struct field_count){column_count(s, at + 1),
                                                             column_count(s, at + 2)};
}

static void note_exposure(struct store_facts *all, sqlite3_stmt *s, int at)
{
    for (int i = 0; i < ITEMS; i++)
        if (column_is(s, at, item_name((enum item)i)))
            all->now.facts.exposure[i] = (struct exposure){column_count(s, at + 1),
                                                           column_count(s, at + 2)};
}

static void note_media(struct store_facts *all, sqlite3_stmt *s, int at)
{
    struct content_facts *c = content_of(all);

    if (c->media_kinds == BOUND_MEDIA)
        return;
    struct media *m = &c->media[c->media_kinds++];
    column_text(s, at, m->type, sizeof m->type);
    m->attachment = sqlite3_column_int64(s, at + 1) != 0;
    m->count = column_count(s, at + 2);
    m->octets = column_count(s, at + 3);
    m->decoded = column_count(s, at + 4);
}

/* Those that are kept come in their order; the session counts them all. */
static void note_auth(struct store_facts *all, sqlite3_stmt *s, int at)
{
    uint64_t place = column_count(s, at);

    if (place >= BOUND_AUTHS)
        return;
    struct auth_facts *a = &all->now.facts.auth[place];
    column_text(s, at + 1, a->mechanism, sizeof a->mechanism);
    for (int i = 0; i < GIVENS; i++)
        if (column_is(s, at + 2, given_name((enum given)i)))
            a->given = (enum given)i;
    for (int i = 0; i < AUTH_OUTCOMES; i++)
        if (column_is(s, at + 3, auth_outcome_name((enum auth_outcome)i)))
            a->outcome = (enum auth_outcome)i;
    a->responses = column_count32(s, at + 4);
    a->octets = column_count(s, at + 5);
}

static void note_kept(struct store_facts *all, sqlite3_stmt *s, int at)
{
    static const enum keep kinds[] = {KEEP_USERS, KEEP_SUBJECTS, KEEP_FILENAMES};
    struct facts *f = &all->now.facts;

    if (f->kept_count == BOUND_KEPT)
        return;
    struct kept *k = &all->kept[f->kept_count];
    k->kind = 0;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (column_is(s, at + 1, keep_name(kinds[i])))
            k->kind = kinds[i];
    k->transaction = column_count32(s, at);
    column_text(s, at + 2, k->text, sizeof k->text);
    f->kept_count += k->kind != 0;
    f->kept = all->kept;
}

static void note_address(struct store_facts *all, sqlite3_stmt *s, int at)
{
    if (all->now.address_count == BOUND_ADDRESSES)
        return;
    struct stored_address *a = &all->addresses[all->now.address_count++];
    a->transaction = column_count32(s, at);
    a->recipient = column_is(s, at + 1, "recipient");
    a->accepted = column_tri(s, at + 2);
    column_text(s, at + 3, a->domain, sizeof a->domain);
    a->hashed = sqlite3_column_bytes(s, at + 4) == LOCAL_HASH_OCTETS &&
                sqlite3_column_type(s, at + 4) == SQLITE_BLOB;
    if (a->hashed)
        memcpy(a->local_hash, sqlite3_column_blob(s, at + 4), LOCAL_HASH_OCTETS);
    a->kept = sqlite3_column_type(s, at + 5) != SQLITE_NULL;
    column_text(s, at + 5, a->local_part, sizeof a->local_part);
}

/*
 * Tables that hang on a session, and their columns, behind the session's number, since version 3 and
 * before it.  NULL: there was, or is, no such table.
 */
static const struct child {
    const char *table, *columns, *old_columns;
    const char *last; /* a column behind them that the first databases did not have */
    const char *order;
    void (*note)(struct store_facts *all, sqlite3_stmt *s, int at);
} children[CHILDREN] = {
#define CONFLICT_COLUMNS                                                                           \
    "sent_by, stream_offset, octets, seen_ns, first_sha256, second_sha256, first_starttls,"        \
    " second_starttls"
    {"conflict", CONFLICT_COLUMNS, CONFLICT_COLUMNS, NULL, "place", note_conflict},
    {"exposure", NULL, "item, count, octets", NULL, "item", note_exposure},
    {"mail", "", NULL, NULL, NULL, note_content}, /* those behind its fields, of row.c */
    {"content", NULL,
     "received, received_tls, encoded_words, eai_messages, end_to_end_messages, parts,"
     " media_left_out",
     NULL, NULL, note_content},
    {"header_field", NULL, "field, count, octets", NULL, "field", note_header_field},
#define MEDIA_COLUMNS "media_type, attachment, count, octets, decoded_octets"
    {"media", MEDIA_COLUMNS, MEDIA_COLUMNS, NULL, "place", note_media},
#define AUTH_COLUMNS "place, mechanism, given, outcome, responses, octets"
    {"auth", AUTH_COLUMNS, AUTH_COLUMNS, NULL, "place", note_auth},
#define KEPT_COLUMNS "transaction_no, kind, value"
    {"kept", KEPT_COLUMNS, KEPT_COLUMNS, NULL, "place", note_kept},
#define ADDRESS_COLUMNS "transaction_no, role, accepted, "
    {"address",
     ADDRESS_COLUMNS "(SELECT n.name FROM name n WHERE n.name_id = domain_id), local_hash",
     ADDRESS_COLUMNS "domain, local_hash", "local_part", "place", note_address},
};
_Static_assert(sizeof children / sizeof *children == CHILDREN, "CHILDREN counts them");

/* ---- going through them */

static int open_child(struct store_facts *all, int i, struct err *e)
{
    const struct child *c = &children[i];
    bool old = all->st->version < SCHEMA_SHARED;
    const char *columns = old ? c->old_columns : c->columns;
    if (columns && !*columns)
        columns = row_beside[ROW_MAIL].after;
    char sql[2048], last[64] = "";

    if (!columns || (old && !schema_has(all->st, c->table, "session_id"))) {
        all->children[i].over = true;
        return 0;
    }
    if (c->last)
        snprintf(last, sizeof last, ", %s",
                 schema_has(all->st, c->table, c->last) ? c->last : "NULL");
    snprintf(sql, sizeof sql,
             "SELECT session_id, %s%s FROM %s WHERE session_id >= ? ORDER BY session_id%s%s",
             columns, last, c->table, c->order ? ", " : "", c->order ? c->order : "");
    all->children[i].s = store_prepare(all->st, sql, e);
    return all->children[i].s ? 0 : -1;
}

/* SQL that was made: prepared, and freed. */
static sqlite3_stmt *prepare_made(struct store *st, char *sql, struct err *e)
{
    sqlite3_stmt *s = store_prepare(st, sql, e);

    free(sql);
    return s;
}

struct store_facts *store_facts_open(struct store *st, struct err *e)
{
    struct store_facts *all = must_alloc(1, sizeof *all);
    int rc = 0;

    all->st = st;
    all->addresses = must_alloc(BOUND_ADDRESSES, sizeof *all->addresses);
    all->kept = must_alloc(BOUND_KEPT, sizeof *all->kept);
    all->sessions = prepare_made(st, row_scan_sql(st), e);
    if (!all->sessions)
        rc = -1;
    if (rc == 0 && schema_has(st, "chain", "chain")) {
        all->chain = prepare_made(st, row_chain_sql(st), e);
        rc = all->chain ? 0 : -1;
    }
    for (int i = 0; i < CHILDREN && rc == 0; i++)
        rc = open_child(all, i, e);
    if (rc < 0)
        store_facts_close(&all);
    return all;
}

void store_facts_close(struct store_facts **all)
{
    struct store_facts *a = *all;

    if (!a)
        return;
    sqlite3_finalize(a->sessions);
    sqlite3_finalize(a->chain);
    for (int i = 0; i < CHILDREN; i++)
        sqlite3_finalize(a->children[i].s);
    for (size_t i = 0; i < CHAINS_HELD; i++)
        free(a->held[i].certificates);
    explicit_bzero(a->addresses, BOUND_ADDRESSES * sizeof *a->addresses);
    explicit_bzero(a->kept, BOUND_KEPT * sizeof *a->kept);
    free(a->addresses);
    free(a->kept);
    free(a);
    *all = NULL;
}

static int damaged(const struct store *st, const char *table, struct err *e)
{
    return err_set(e, "%s is damaged: the rows of its table %s are not in order; make it again",
                   st->path, table);
}

/* On to the next row: 0, or -1. */
static int step(struct store_facts *all, int i, struct err *e)
{
    struct child_cursor *c = &all->children[i];
    int rc = sqlite3_step(c->s);
    int64_t before = c->begun ? c->at : INT64_MIN;

    c->over = rc != SQLITE_ROW;
    c->begun = true;
    if (rc == SQLITE_DONE)
        return 0;
    if (rc != SQLITE_ROW)
        return store_fail(all->st, e);
    c->at = sqlite3_column_int64(c->s, 0);
    return c->at >= before ? 0 : damaged(all->st, children[i].table, e);
}

/* The rows of this session, each given to note(). */
static int read_child(struct store_facts *all, int i, int64_t session, struct err *e)
{
    struct child_cursor *c = &all->children[i];

    if (!c->over && (!c->begun || c->at < session)) {
        sqlite3_reset(c->s);
        sqlite3_bind_int64(c->s, 1, session);
        if (step(all, i, e) < 0)
            return -1;
    }
    for (unsigned n = 0; !c->over && c->at == session; n++) {
        if (n == MOST_HANGING)
            return damaged(all->st, children[i].table, e);
        children[i].note(all, c->s, 1);
        if (step(all, i, e) < 0)
            return -1;
    }
    return 0;
}

/* ---- chains */

static int read_chain(struct store_facts *all, struct held_chain *h, struct err *e)
{
    sqlite3_stmt *s = all->chain;
    int rc = SQLITE_DONE;

    if (!h->certificates)
        h->certificates = must_alloc(BOUND_CHAIN, sizeof *h->certificates);
    h->length = 0;
    sqlite3_reset(s);
    sqlite3_bind_text(s, 1, h->name, -1, SQLITE_STATIC);
    while (h->length < BOUND_CHAIN && (rc = sqlite3_step(s)) == SQLITE_ROW) {
        struct cert_facts *cert = &h->certificates[h->length++];
        memset(cert, 0, sizeof *cert);
        row_read_certificate(s, 1, cert);
    }
    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        store_fail(all->st, e);
    sqlite3_reset(s);
    return rc == SQLITE_DONE || rc == SQLITE_ROW ? 0 : -1;
}

static int find_chain(struct store_facts *all, int at, struct err *e)
{
    char name[ROW_CHAIN_TEXT];
    uint32_t hash = 0;

    if (!all->chain || sqlite3_column_type(all->sessions, at) == SQLITE_NULL)
        return 0;
    column_text(all->sessions, at, name, sizeof name);
    for (const char *c = name; *c; c++)
        hash = hash * 31 + (unsigned char)*c;
    struct held_chain *h = &all->held[hash % CHAINS_HELD];
    if (!h->certificates || strcmp(h->name, name) != 0) {
        memcpy(h->name, name, sizeof name);
        if (read_chain(all, h, e) < 0)
            return -1;
    }
    all->now.facts.chain = h->certificates;
    all->now.facts.chain_length = h->length;
    return 0;
}

/* ---- a session */

static int read_session(struct store_facts *all, struct err *e)
{
    struct stored_session *now = &all->now;

    row_read(all->sessions, &now->facts);
    now->addresses = all->addresses;
    now->address_count = 0;
    if (find_chain(all, ROW_SCAN_CHAIN, e) < 0)
        return -1;
    for (int i = 0; i < CHILDREN; i++)
        if (read_child(all, i, now->number, e) < 0)
            return -1;
    /* The sum of the attachments stands among what was exposed. */
    if (now->facts.content) {
        now->facts.content->attachments = now->facts.exposure[ITEM_ATTACHMENT].count;
        now->facts.content->attachment_octets = now->facts.exposure[ITEM_ATTACHMENT].octets;
    }
    return 0;
}

int store_facts_next(struct store_facts *all, bool (*wanted)(void *of, int64_t capture), void *of,
                     const struct stored_session **session_r, struct err *e)
{
    int rc;

    while ((rc = sqlite3_step(all->sessions)) == SQLITE_ROW) {
        int64_t number = sqlite3_column_int64(all->sessions, ROW_SCAN_NUMBER);
        if (all->begun && number <= all->now.number)
            return damaged(all->st, "session", e);
        all->begun = true;
        all->now.number = number;
        all->now.capture = sqlite3_column_int64(all->sessions, ROW_SCAN_CAPTURE);
        if (!wanted(of, all->now.capture))
            continue;
        *session_r = &all->now;
        return read_session(all, e) < 0 ? -1 : 1;
    }
    return rc == SQLITE_DONE ? 0 : store_fail(all->st, e);
}
