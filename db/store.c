/* store.c - opening, closing and writing the findings database; see store.h. */
#include "store_private.h"

#include <mailtap/path.h>
#include <mailtap/text.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

/* One page of the smallest size. */
#define SMALLEST_DATABASE 512

/* ---- errors */

#define NOT_A_DATABASE "%s is not a mailtap database: it is no SQLite file at all"

int store_fail(struct store *st, struct err *e)
{
    char said[256];
    int code = sqlite3_errcode(st->db) & 0xff;

    /* SQLite itself says it of some writes only; this is set with these two. */
    if ((code == SQLITE_IOERR || code == SQLITE_CANTOPEN) && sqlite3_system_errno(st->db) == ENOSPC)
        code = SQLITE_FULL;
    st->failed = code == SQLITE_FULL ? code : sqlite3_extended_errcode(st->db);
    switch (code) {
    case SQLITE_NOTADB:
        return err_set(e, NOT_A_DATABASE, st->path);
    case SQLITE_CORRUPT:
        return err_set(e, "%s is damaged: SQLite cannot read all of it; make it again", st->path);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return err_set(e, "%s is in use by another program: try again when that is done", st->path);
    case SQLITE_FULL:
        return err_set(e, "%s cannot grow: the disk is full", st->path);
    case SQLITE_INTERRUPT:
        return err_set(e, "%s: not finished in time", st->path);
    case SQLITE_READONLY:
        if (st->writing)
            return err_set(e, "%s cannot be written: it, or its folder, is read-only", st->path);
        /* fall through */
    case SQLITE_CANTOPEN:
        return err_set(e,
                       "%s cannot be opened: the run that wrote it did not end, and its folder "
                       "cannot be written; copy it and its -wal and -journal files to a folder of "
                       "your own",
                       st->path);
    default:
        /* The message may quote a stranger's schema. */
        text_escape(said, sizeof said, slice_of(sqlite3_errmsg(st->db)));
        return err_set(e, "%s: %s", st->path, said);
    }
}

/* ---- transactions */

int store_batch_begin(struct store *st, struct err *e)
{
    /* A full disk may have ended the transaction: rows that others would refer to are gone. */
    if (st->in_batch && sqlite3_get_autocommit(st->db))
        return err_set(e, "%s: what was being written was taken back", st->path);
    if (st->in_batch)
        return 0;
    if (store_do(st, ST_BEGIN, e) < 0)
        return -1;
    st->in_batch = true;
    st->batched = 0;
    return 0;
}

int store_batch_commit(struct store *st, struct err *e)
{
    if (!st->in_batch)
        return 0;
    if ((st->live && live_commits(st, e) < 0) || verdicts_add(st, &st->together, e) < 0 ||
        store_do(st, ST_COMMIT, e) < 0)
        return -1;
    st->in_batch = st->dns_marked = false;
    st->live_kept = st->live;
    return 0;
}

int store_batch_add(struct store *st, struct err *e)
{
    return ++st->batched < BOUND_BATCH || st->live ? 0 : store_batch_commit(st, e);
}

/* ---- memory */

static sqlite3_mem_methods sqlite_memory;

static void *sqlite_alloc(int n)
{
    return must_have(sqlite_memory.xMalloc(n));
}

static void *sqlite_grow(void *p, int n)
{
    return must_have(sqlite_memory.xRealloc(p, n));
}

/* Where it has no room for the copy of a text that is bound, or for one that is read, NULL stands in
 * its place: a wrong row.  A run that ends at once can be resumed. */
static void take_memory(void)
{
    sqlite3_mem_methods ours;

    if (sqlite_memory.xMalloc ||
        sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_memory) != SQLITE_OK)
        return;
    ours = sqlite_memory;
    ours.xMalloc = sqlite_alloc;
    ours.xRealloc = sqlite_grow;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* counts that nobody asks for, each under a lock */
}

/* ---- opening */

/* Temporary tables and sorts may be large, so they stay files.  SQLite keeps the pointer. */
int store_set_temp(const char *folder)
{
    char *copy = NULL;

    take_memory();
    if (folder && !(copy = sqlite3_mprintf("%s", folder)))
        return -1;
    sqlite3_free(sqlite3_temp_directory);
    sqlite3_temp_directory = copy;
    return 0;
}

/* SQLite takes ":memory:" and the empty name for something else than a file. */
static char *as_file(const char *path)
{
    char *file = must_alloc(1, strlen(path) + 3);

    sprintf(file, "%s%s", *path == '/' ? "" : "./", path);
    return file;
}

/*
 * The lock is on a descriptor of our own, opened before SQLite's and closed after it: closing any
 * descriptor of a file drops all POSIX locks that the process holds on it, SQLite's among them.
 */
static int try_lock(struct store *st, const char *file, struct err *e)
{
    st->lock = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (st->lock < 0 && errno == ENOENT)
        return err_set(e, "%s cannot be made: its folder does not exist", st->path);
    if (st->lock < 0 && errno == EISDIR)
        return err_set(e, "%s is a folder: name a file in it", st->path);
    if (st->lock < 0)
        return err_set(e, "%s cannot be written: %s", st->path, strerror(errno));
    if (flock(st->lock, LOCK_EX | LOCK_NB) == 0)
        return 0;
    return err_set(e, "%s is being written by another mailtap: wait for it, or name another file",
                   st->path);
}

/* Another program may have put a newer database in its place (migrate.c) before it was locked. */
static int take_lock(struct store *st, const char *file, struct err *e)
{
    struct stat locked, named;

    if (try_lock(st, file, e) < 0)
        return -1;
    while (fstat(st->lock, &locked) == 0 &&
           (stat(file, &named) < 0 || named.st_ino != locked.st_ino ||
            named.st_dev != locked.st_dev)) {
        close(st->lock);
        if (try_lock(st, file, e) < 0)
            return -1;
    }
    return 0;
}

/* SQLite puts its journal beside the file. */
static int check_folder(const struct store *st, const char *file, struct err *e)
{
    char *folder = path_folder(file);
    int rc = access(folder, W_OK | X_OK);

    if (rc < 0 && errno != ENOENT && errno != ENOTDIR)
        err_set(e, "%s cannot be written: its folder %s is read-only", st->path, folder);
    else
        rc = 0;
    free(folder);
    return rc;
}

static int check_file(const struct store *st, const char *file, struct err *e)
{
    struct stat status;

    if (stat(file, &status) < 0) {
        if (errno == ENOENT || errno == ENOTDIR)
            return !st->must_exist
                       ? 0
                       : err_set(e, "%s does not exist: make it with 'mailtap capture'", st->path);
        return err_set(e, "%s cannot be opened: %s", st->path, strerror(errno));
    }
    if (S_ISDIR(status.st_mode))
        return err_set(e, "%s is a folder, not a database", st->path);
    if (!S_ISREG(status.st_mode))
        return err_set(e, "%s is not a plain file", st->path);
    if (access(file, R_OK) < 0)
        return err_set(e, "%s cannot be read: %s", st->path, strerror(errno));
    /* SQLite takes a few octets for an empty file, and would write over them. */
    if (status.st_size > 0 && status.st_size < SMALLEST_DATABASE)
        return err_set(e, NOT_A_DATABASE, st->path);
    return 0;
}

static int open_sqlite(struct store *st, const char *name, int flags, struct err *e)
{
    if (sqlite3_open_v2(name, &st->db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        return st->db ? store_fail(st, e) : err_set(e, "%s: out of memory", st->path);
    if (functions_add(st, e) < 0 || guard_open(st, e) < 0)
        return -1;
    if (st->source &&
        store_sql(st, st->writing ? "PRAGMA journal_mode = DELETE; BEGIN EXCLUSIVE" : "BEGIN", e) <
            0)
        return -1;
    return schema_check(st, e);
}

/* A run died while it made the database or went over to the WAL or back: there is a journal. */
static bool half_written(const struct store *st)
{
    return sqlite3_extended_errcode(st->db) == SQLITE_READONLY_ROLLBACK;
}

/*
 * A database in WAL mode without its WAL, in a folder that cannot be written: all of it is in the
 * file, and nobody can change it, which SQLite has to be told.
 */
static int open_immutable(struct store *st, const char *file, struct err *e)
{
    size_t room = strlen(file) * 3 + sizeof "file:?immutable=1";
    char *name = must_alloc(1, room);
    int why = sqlite3_errcode(st->db) & 0xff, rc = -1;

    snprintf(name, room, "%s-wal", file);
    if (access(name, F_OK) < 0 && !half_written(st) &&
        (why == SQLITE_CANTOPEN || why == SQLITE_READONLY)) {
        size_t n = (size_t)snprintf(name, room, "file:");
        for (const char *c = file; *c; c++)
            n += (size_t)snprintf(name + n, room - n, strchr("%?#", *c) ? "%%%02X" : "%c",
                                  (unsigned char)*c);
        snprintf(name + n, room - n, "?immutable=1");
        sqlite3_close(st->db);
        st->db = NULL;
        rc = open_sqlite(st, name, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, e);
    }
    free(name);
    return rc;
}

static int open_reading(struct store *st, const char *file, struct err *e)
{
    if (check_file(st, file, e) < 0)
        return -1;
    int rc = open_sqlite(st, file, SQLITE_OPEN_READONLY, e);
    if (rc < 0 && half_written(st)) { /* SQLite takes back what was begun, where it may write */
        sqlite3_close(st->db);
        st->db = NULL;
        rc = open_sqlite(st, file, SQLITE_OPEN_READWRITE, e);
    }
    if (rc < 0 && open_immutable(st, file, e) < 0)
        return -1;
    e->text[0] = '\0'; /* of a way that was closed */
    guard_asked(st);
    return 0;
}

static int open_writing(struct store *st, const char *file, struct err *e)
{
    if (check_file(st, file, e) < 0 || check_folder(st, file, e) < 0 ||
        take_lock(st, file, e) < 0 || open_sqlite(st, file, SQLITE_OPEN_READWRITE, e) < 0)
        return -1;
    if (st->version < SCHEMA_VERSION) {
        sqlite3_close(st->db);
        st->db = NULL;
        if (migrate(st, file, e) < 0 || open_sqlite(st, file, SQLITE_OPEN_READWRITE, e) < 0)
            return -1;
    }
    st->servers_change = true;
    st->known = known_new();
    /* Foreign keys: the numbers of other rows come from this program; what hangs on a row that is
     * removed is removed with it (prune.c), where SQLite would look for it behind each row. */
    if (store_sql(st,
                  "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                  "PRAGMA cache_size = -16384; PRAGMA foreign_keys = OFF",
                  e) < 0)
        return -1;
    return store_remove_unfinished(st, e) < 0 ? -1 : live_complete(st, e);
}

static void release(struct store **st)
{
    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_finalize((*st)->statements[i]);
    sqlite3_close((*st)->db);
    if ((*st)->lock >= 0)
        close((*st)->lock);
    known_free(&(*st)->known);
    contrast_free(&(*st)->contrasts);
    lens_free(&(*st)->shadow);
    digest_key_free(&(*st)->hashing);
    explicit_bzero((*st)->key, sizeof(*st)->key);
    free((*st)->path);
    free((*st)->tables);
    free((*st)->trust_store);
    free(*st);
    *st = NULL;
}

struct store *store_open(const char *path, enum store_mode mode, struct err *e)
{
    struct store *st = must_alloc(1, sizeof *st);
    char *file = as_file(path);
    int rc;

    take_memory();
    st->path = must_copy(path);
    st->lock = -1;
    st->writing = mode != STORE_READ;
    st->must_exist = mode != STORE_WRITE;
    rc = st->writing ? open_writing(st, file, e) : open_reading(st, file, e);
    free(file);
    if (rc < 0)
        release(&st);
    return st;
}

struct store *store_open_source(const char *path, bool exclusive, struct err *e)
{
    struct store *st = must_alloc(1, sizeof *st);
    char *file = as_file(path);

    st->path = must_copy(path);
    st->lock = -1;
    st->source = st->must_exist = true;
    st->writing = exclusive;
    int rc = exclusive ? open_sqlite(st, file, SQLITE_OPEN_READWRITE, e)
                       : open_reading(st, file, e);
    if (rc == 0 && schema_key(st, e) < 0)
        rc = -1;
    st->asking = true;
    st->writing = false;
    free(file);
    if (rc < 0)
        release(&st);
    return st;
}

void store_trusts(struct store *st, const char *trust_store)
{
    free(st->trust_store);
    st->trust_store = trust_store ? must_copy(trust_store) : NULL;
}

/* The file has another name by now: SQLite will not change its mode then. */
static bool was_moved(const struct store *st)
{
    struct stat locked, named;
    char *file = as_file(st->path);
    bool moved = fstat(st->lock, &locked) == 0 &&
                 (stat(file, &named) < 0 || named.st_ino != locked.st_ino ||
                  named.st_dev != locked.st_dev);

    free(file);
    return moved;
}

/*
 * Everything into the one file.  The first part waits for readers.  While one goes on reading the WAL
 * stays, which is no error; the next writer removes it.  Of a file that was moved away an empty one
 * stays.
 */
static int leave_wal(struct store *st, struct err *e)
{
    const char *how = was_moved(st)
                          ? "PRAGMA wal_checkpoint(TRUNCATE)"
                          : "PRAGMA wal_checkpoint(RESTART); PRAGMA journal_mode = DELETE";

    for (int i = 0; i < STATEMENTS; i++)
        sqlite3_reset(st->statements[i]);
    if (sqlite3_exec(st->db, how, NULL, NULL, NULL) == SQLITE_OK ||
        (sqlite3_errcode(st->db) & 0xff) == SQLITE_BUSY)
        return 0;
    return store_fail(st, e);
}

int store_close(struct store **st, struct err *e)
{
    struct err closing = {""};
    int rc = 0;

    if (!*st)
        return 0;
    if ((*st)->writing) {
        rc = store_batch_commit(*st, e);
        if (leave_wal(*st, &closing) < 0 && rc == 0)
            rc = err_set(e, "%s", closing.text);
    }
    release(st);
    return rc;
}

int store_close_after(struct store **st, int rc, struct err *e)
{
    struct err closing = {""};

    if (store_close(st, &closing) < 0 && rc == 0)
        return err_set(e, "%s", closing.text);
    return rc;
}
