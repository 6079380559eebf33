/*
 * store_live.c - captures of interfaces, which go on while their sessions are stored and judged.
 *
 * Every commit leaves a whole: the sessions, what their servers grew by, and that they wait for a
 * verdict.  So of a run that dies nothing has to be removed or counted again.
 */
#include "store_private.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- captures */

static int add_live(struct store *st, const char *interface, int64_t *id_r, struct err *e)
{
    uint8_t fingerprint[DIGEST_OCTETS] = {0};
    char source[SOURCE_OCTETS];
    sqlite3_stmt *s = store_statement(st, ST_LIVE_ADD, e);

    if (!s)
        return -1;
    /* There is no content to know it by before it ends; merged twice, it is still the same. */
    digest_random(fingerprint, FINGERPRINT_OCTETS);
    store_source(source, interface);
    sqlite3_bind_text(s, 1, source, -1, SQLITE_STATIC);
    sqlite3_bind_blob(s, 2, fingerprint, sizeof fingerprint, SQLITE_STATIC);
    if (st->trust_store)
        sqlite3_bind_text(s, 3, st->trust_store, -1, SQLITE_STATIC);
    if (store_run(st, s, e) < 0)
        return -1;
    *id_r = sqlite3_last_insert_rowid(st->db);
    return 0;
}

int store_live_begin(struct store *st, const char *interface, int64_t *id_r, struct err *e)
{
    const struct capture_counts none = {.live = true};

    if (store_batch_begin(st, e) < 0 || add_live(st, interface, id_r, e) < 0 ||
        store_live_counts(st, *id_r, &none, e) < 0 || schema_index(st, e) < 0)
        return -1;
    st->live++;
    return 0;
}

int store_live_counts(struct store *st, int64_t capture, const struct capture_counts *counts,
                      struct err *e)
{
    if (store_batch_begin(st, e) < 0)
        return -1;
    return store_figures(st, capture, "live", NULL, counts, NULL, e);
}

int store_live_end(struct store *st, int64_t capture, const struct capture_counts *counts,
                   const char *damage, struct err *e)
{
    /* As at the end of a file: see store_capture_end(). */
    if (store_batch_begin(st, e) < 0 || known_flush(st, e) < 0 || store_mark_for_dns(st, e) < 0 ||
        store_figures(st, capture, "complete", NULL, counts, damage, e) < 0)
        return -1;
    if (st->live)
        st->live--;
    return 0;
}

int live_commits(struct store *st, struct err *e)
{
    return known_flush(st, e);
}

int store_live_commit(struct store *st, struct err *e)
{
    return store_batch_commit(st, e);
}

/* ---- a run that died */

#define DIED "the run did not end; what it had stored is here"

/* Its figures may be those of the commit before its last sessions. */
static const char complete_sql[] =
    "UPDATE capture SET state = 'complete', damage = '" DIED "',"
    " mail_flows = max(coalesce(mail_flows, 0), (SELECT count(*) FROM session s"
    "  WHERE s.capture_id = capture.capture_id)) WHERE state = 'live'";

int live_complete(struct store *st, struct err *e)
{
    sqlite3_stmt *s = store_statement(st, ST_LIVE_FIND, e);
    int found = s ? store_any(st, s, e) : -1;

    if (found <= 0)
        return found;
    /* What DNS said of servers may not have reached the sessions with them. */
    st->dns_changed = true;
    if (store_batch_begin(st, e) < 0 || store_mark_for_dns(st, e) < 0 ||
        store_sql(st, complete_sql, e) < 0)
        return -1;
    return store_batch_commit(st, e);
}

/* ---- failures */

int store_undo(struct store *st, struct err *e)
{
    st->deadline_ns = 0;
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_reset(st->statements[i]);
    /* SQLite takes it back by itself after some failures. */
    if (!sqlite3_get_autocommit(st->db) && store_sql(st, "ROLLBACK", e) < 0 &&
        !sqlite3_get_autocommit(st->db))
        return -1;
    st->in_batch = st->indexed = false;
    st->batched = st->together.count = 0;
    st->judged_from = 0;
    st->live = st->live_kept;
    st->servers_change = true;
    st->dns_changed |= st->dns_marked;
    st->dns_marked = false;
    known_forget(st->known);
    return 0;
}

bool store_may_recover(const struct store *st)
{
    switch (st->failed & 0xff) {
    case SQLITE_FULL:
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
    case SQLITE_PROTOCOL:
    case SQLITE_INTERRUPT:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
        return true;
    case SQLITE_IOERR:
        return st->failed != SQLITE_IOERR_CORRUPTFS && st->failed != SQLITE_IOERR_DATA;
    case SQLITE_READONLY:
        return st->failed != SQLITE_READONLY_DBMOVED;
    default:
        return false;
    }
}

/* ---- the next database */

void store_remove(const char *path)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *name = NULL;
        if (asprintf(&name, "%s%s", path, suffixes[i]) > 0)
            unlink(name);
        free(name);
    }
}

static int follow(struct store *st, struct store *like, struct err *e)
{
    store_trusts(st, like->trust_store);
    if (store_batch_begin(st, e) < 0 || schema_follow(st, like, e) < 0 ||
        merge_policies(st, like, e) < 0)
        return -1;
    return store_batch_commit(st, e);
}

struct store *store_open_next(const char *path, struct store *like, struct err *e)
{
    struct err unused;
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd < 0) {
        err_set(e,
                errno == EEXIST ? "%s is there already: the next database needs a name of its own"
                                : "%s cannot be made: %s",
                path, strerror(errno));
        return NULL;
    }
    close(fd);
    struct store *st = store_open(path, STORE_WRITE, e);
    if (st && follow(st, like, e) < 0)
        store_close(&st, &unused);
    if (!st)
        store_remove(path);
    return st;
}
