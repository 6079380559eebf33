/* fault.c - see fault.h. */
#include "fault.h"

#include <errno.h>
#include <mailtap/store.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <unistd.h>

/* What SQLite holds of an open file; the real one lies behind it. */
struct file {
    sqlite3_file base;
    sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;
static enum fault armed;
static unsigned at, counted;

const char *fault_name(enum fault kind)
{
    static const char *const names[] = {
        [FAULT_ONCE] = "once",     [FAULT_LASTING] = "lasting", [FAULT_DISK_FULL] = "disk full",
        [FAULT_READ] = "reading",  [FAULT_DEATH] = "death",     [FAULT_TORN] = "torn",
        [FAULT_MEMORY] = "memory",
    };

    return names[kind];
}

static bool due(void)
{
    counted++;
    return at &&
           (armed == FAULT_LASTING || armed == FAULT_DISK_FULL ? counted >= at : counted == at);
}

static void die(void)
{
    kill(getpid(), SIGKILL);
}

/* SQLITE_OK to go on; `full`: what is said when the room is lacking, SQLITE_OK when none is needed. */
static int change(int broken, int full)
{
    if (armed == FAULT_READ || armed == FAULT_MEMORY || !due())
        return SQLITE_OK;
    if (armed == FAULT_DEATH || armed == FAULT_TORN)
        die();
    errno = armed == FAULT_DISK_FULL ? ENOSPC : EIO;
    return armed == FAULT_DISK_FULL ? full : broken;
}

static int look(int broken)
{
    return armed == FAULT_READ && due() ? broken : SQLITE_OK;
}

/* ---- files */

#define REAL(f) (((struct file *)(f))->real)
#define CALL(f, method, ...) (REAL(f)->pMethods->method(REAL(f), ##__VA_ARGS__))

static int on_close(sqlite3_file *f)
{
    return CALL(f, xClose);
}

static int on_read(sqlite3_file *f, void *to, int n, sqlite3_int64 from)
{
    int rc = look(SQLITE_IOERR_READ);

    return rc ? rc : CALL(f, xRead, to, n, from);
}

static int on_write(sqlite3_file *f, const void *octets, int n, sqlite3_int64 to)
{
    if (armed == FAULT_TORN && at == counted + 1)
        CALL(f, xWrite, octets, n / 2, to);
    int rc = change(SQLITE_IOERR_WRITE, SQLITE_FULL);
    return rc ? rc : CALL(f, xWrite, octets, n, to);
}

static int on_truncate(sqlite3_file *f, sqlite3_int64 size)
{
    int rc = change(SQLITE_IOERR_TRUNCATE, SQLITE_OK);

    return rc ? rc : CALL(f, xTruncate, size);
}

static int on_sync(sqlite3_file *f, int flags)
{
    (void)f, (void)flags;
    return change(SQLITE_IOERR_FSYNC, SQLITE_OK);
}

static int on_file_size(sqlite3_file *f, sqlite3_int64 *size_r)
{
    int rc = look(SQLITE_IOERR_FSTAT);

    return rc ? rc : CALL(f, xFileSize, size_r);
}

static int on_lock(sqlite3_file *f, int lock)
{
    return CALL(f, xLock, lock);
}

static int on_unlock(sqlite3_file *f, int lock)
{
    return CALL(f, xUnlock, lock);
}

static int on_check_reserved_lock(sqlite3_file *f, int *held_r)
{
    return CALL(f, xCheckReservedLock, held_r);
}

static int on_file_control(sqlite3_file *f, int what, void *argument)
{
    return CALL(f, xFileControl, what, argument);
}

static int on_sector_size(sqlite3_file *f)
{
    return CALL(f, xSectorSize);
}

static int on_characteristics(sqlite3_file *f)
{
    return CALL(f, xDeviceCharacteristics);
}

static int on_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **to)
{
    int rc = extend ? change(SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_SHMSIZE) : SQLITE_OK;

    return rc ? rc : CALL(f, xShmMap, page, size, extend, to);
}

static int on_shm_lock(sqlite3_file *f, int first, int n, int flags)
{
    return CALL(f, xShmLock, first, n, flags);
}

static void on_shm_barrier(sqlite3_file *f)
{
    CALL(f, xShmBarrier);
}

static int on_shm_unmap(sqlite3_file *f, int remove)
{
    return CALL(f, xShmUnmap, remove);
}

static const sqlite3_io_methods methods = {
    .iVersion = 2, /* the last one without memory mapping, which would be written unseen */
    .xClose = on_close,
    .xRead = on_read,
    .xWrite = on_write,
    .xTruncate = on_truncate,
    .xSync = on_sync,
    .xFileSize = on_file_size,
    .xLock = on_lock,
    .xUnlock = on_unlock,
    .xCheckReservedLock = on_check_reserved_lock,
    .xFileControl = on_file_control,
    .xSectorSize = on_sector_size,
    .xDeviceCharacteristics = on_characteristics,
    .xShmMap = on_shm_map,
    .xShmLock = on_shm_lock,
    .xShmBarrier = on_shm_barrier,
    .xShmUnmap = on_shm_unmap,
};

/* ---- the file system */

static int on_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *f, int flags, int *flags_r)
{
    struct file *file = (struct file *)f;
    int rc = flags & SQLITE_OPEN_CREATE ? change(SQLITE_CANTOPEN, SQLITE_CANTOPEN) : SQLITE_OK;

    (void)vfs;
    f->pMethods = NULL;
    file->real = (sqlite3_file *)(file + 1);
    if (rc == SQLITE_OK)
        rc = real_vfs->xOpen(real_vfs, name, file->real, flags, flags_r);
    if (rc == SQLITE_OK)
        f->pMethods = &methods;
    return rc;
}

static int on_delete(sqlite3_vfs *vfs, const char *name, int sync)
{
    int rc = change(SQLITE_IOERR_DELETE, SQLITE_OK);

    (void)vfs;
    return rc ? rc : real_vfs->xDelete(real_vfs, name, sync);
}

/* ---- memory */

static sqlite3_mem_methods real_memory;

static bool lacking(void)
{
    return armed == FAULT_MEMORY && due();
}

static void *on_malloc(int n)
{
    return lacking() ? NULL : real_memory.xMalloc(n);
}

static void *on_realloc(void *p, int n)
{
    return lacking() ? NULL : real_memory.xRealloc(p, n);
}

static void install_memory(void)
{
    sqlite3_mem_methods memory;

    sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
    memory = real_memory;
    memory.xMalloc = on_malloc;
    memory.xRealloc = on_realloc;
    sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
}

void fault_install(void)
{
    static sqlite3_vfs vfs;
    struct err unused;

    if (real_vfs)
        return;
    install_memory();
    store_open("", STORE_READ, &unused); /* which takes it from there, before SQLite is used */
    real_vfs = sqlite3_vfs_find(NULL);
    vfs = *real_vfs; /* the other methods take no heed of whose they are */
    vfs.zName = "fault";
    vfs.pNext = NULL;
    vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
    vfs.xOpen = on_open;
    vfs.xDelete = on_delete;
    sqlite3_vfs_register(&vfs, 1);
}

void fault_arm(enum fault kind, unsigned n)
{
    armed = kind;
    at = n;
    counted = 0;
}

unsigned fault_disarm(void)
{
    at = 0;
    return counted;
}
