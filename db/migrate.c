/*
 * migrate.c - a database of an earlier version becomes one of the present version.
 *
 * All of it is written into a new file beside it, through the same statements as sessions that come
 * from a capture, and that file takes its place in one step.  Until then the old one is as it was.
 */
#include "store_private.h"

#include <mailtap/err.h>
#include <mailtap/path.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Its name stays, so that what a run that died has left is found. */
#define BESIDE "-migrating"

static char *beside(const char *file, const char *suffix)
{
    char *name = must_alloc(1, strlen(file) + strlen(suffix) + 1);

    sprintf(name, "%s%s", file, suffix);
    return name;
}

/* The new file and what SQLite has beside it. */
static void remove_all(const char *file)
{
    static const char *const suffixes[] = {"", "-wal", "-shm", "-journal"};

    for (size_t i = 0; i < sizeof suffixes / sizeof *suffixes; i++) {
        char *name = beside(file, suffixes[i]);
        unlink(name);
        free(name);
    }
}

/* Everything from the old one; the new one is closed then, and *lock_r is the lock on it. */
static int write_new(const char *old_path, const char *new_path, int *lock_r, struct err *e)
{
    struct store *old = store_open_source(old_path, true, e), *st = NULL;
    struct merge_counts counts;
    struct err unused;
    int rc = -1;

    if (old && (rc = schema_key(old, e)) == 0)
        rc = err_set(e,
                     "%s has no key for addresses any more: it was made to be given away; "
                     "'mailtap merge' takes what is in it into another database",
                     old_path);
    if (rc > 0) {
        st = store_open(new_path, STORE_WRITE, e);
        rc = !st                                 ? -1
             : schema_has(old, "sensor", "mark") ? schema_follow(st, old, e)
                                                 : schema_adopt(st, old->key, e);
    }
    if (rc == 0)
        rc = merge_captures(st, old, true, &counts, e);
    if (st) {
        *lock_r = dup(st->lock);
        if (store_close(&st, rc < 0 ? &unused : e) < 0)
            rc = -1;
    }
    store_close(&old, &unused);
    return rc;
}

/* Who may read the old one may read the new one, and nobody else. */
static void take_over_mode(int lock, int new_lock)
{
    struct stat old, new;

    if (fstat(lock, &old) < 0 || fstat(new_lock, &new) < 0)
        return;
    if ((old.st_uid != new.st_uid || old.st_gid != new.st_gid) &&
        fchown(new_lock, old.st_uid, old.st_gid) < 0)
        return;
    if (fchmod(new_lock, old.st_mode & 0777) < 0)
        return;
}

static int sync_folder(const char *file)
{
    char *folder = path_folder(file);
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    free(folder);
    int rc = fd < 0 ? -1 : fsync(fd);
    if (fd >= 0)
        close(fd);
    return rc;
}

static int take_place(struct store *st, const char *file, const char *new_file, int new_lock,
                      struct err *e)
{
    char *wal = beside(file, "-wal");
    int in_use = access(wal, F_OK);

    free(wal);
    /* Readers of before would look into the new one's: there must be none of the old one. */
    if (in_use == 0)
        return err_set(e, "%s is in use by another program: try again when that is done", st->path);
    take_over_mode(st->lock, new_lock);
    if (fsync(new_lock) < 0 || rename(new_file, file) < 0)
        return err_set(e, "%s cannot be brought up to date: %s", st->path, strerror(errno));
    sync_folder(file);
    close(st->lock);
    st->lock = new_lock;
    return 0;
}

int migrate(struct store *st, const char *path, struct err *e)
{
    /* A link to it stays one. */
    char *file = realpath(path, NULL), *new_file;
    int new_lock = -1, rc;

    if (!file)
        return err_set(e, "%s cannot be opened: %s", st->path, strerror(errno));
    new_file = beside(file, BESIDE);
    remove_all(new_file);
    rc = write_new(file, new_file, &new_lock, e);
    if (rc == 0)
        rc = take_place(st, file, new_file, new_lock, e);
    if (rc < 0) {
        remove_all(new_file);
        if (new_lock >= 0)
            close(new_lock);
    }
    free(new_file);
    free(file);
    return rc;
}
