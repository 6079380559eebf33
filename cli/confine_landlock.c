/*
 * confine_landlock.c - which files may be touched (landlock(7)); see confine_parts.h.
 *
 * Everything that this kernel's Landlock knows is forbidden, and then allowed again for the folders
 * and files that were named.  Debian 12's header knows version 2: newer rights are written here.
 */
#include "confine_parts.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/landlock.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* As the kernel has it since version 6; an older one takes it when what it does not know is 0. */
struct ruleset {
    uint64_t files, network, scopes;
};

#define FS_REFER (UINT64_C(1) << 13)     /* version 2 */
#define FS_TRUNCATE (UINT64_C(1) << 14)  /* 3 */
#define NET_TCP UINT64_C(3)              /* 4: bind, connect */
#define FS_IOCTL_DEV (UINT64_C(1) << 15) /* 5 */
#define SCOPES UINT64_C(3)               /* 6: abstract sockets and signals of others */

/* Up to MAKE_SYM: what version 1 knows. */
#define FS_FIRST ((LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

#define READ_FILE ((uint64_t)LANDLOCK_ACCESS_FS_READ_FILE)
#define READ_FOLDER (READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR)
/* No new folders, nothing that is no file, and nothing goes from one folder to another. */
#define WRITE_FOLDER                                                                               \
    (READ_FOLDER | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_REMOVE_FILE |                \
     LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SYM | FS_TRUNCATE)

/* Links that are followed in one folder: a trust store has some hundreds. */
#define LINKS 4096u

static struct ruleset ruleset_of(int version)
{
    struct ruleset r = {.files = FS_FIRST};

    if (version >= 2)
        r.files |= FS_REFER;
    if (version >= 3)
        r.files |= FS_TRUNCATE;
    if (version >= 4)
        r.network = NET_TCP;
    if (version >= 5)
        r.files |= FS_IOCTL_DEV;
    if (version >= 6)
        r.scopes = SCOPES;
    return r;
}

/* ---- rules */

struct rules {
    int fd;
    uint64_t known; /* rights of files that this kernel's Landlock has */
};

static bool is_root(const struct stat *s)
{
    struct stat root;

    return stat("/", &root) == 0 && s->st_dev == root.st_dev && s->st_ino == root.st_ino;
}

/* Of a file only what can be done to a file: else the kernel refuses the rule. */
static int allow(const struct rules *r, const char *path, uint64_t rights, struct err *e)
{
    int fd = open(path, O_PATH | O_CLOEXEC), rc = 0;
    struct stat s;

    if (fd < 0 || fstat(fd, &s) < 0) {
        err_set(e, "%s: %s", path, strerror(errno));
        if (fd >= 0)
            close(fd);
        return -1;
    }
    if (!S_ISDIR(s.st_mode))
        rights &= READ_FILE;
    struct landlock_path_beneath_attr rule = {.allowed_access = rights & r->known, .parent_fd = fd};
    if (is_root(&s))
        rc = err_set(e, "%s: every file would be open; name a folder below it", path);
    else if (syscall(SYS_landlock_add_rule, r->fd, LANDLOCK_RULE_PATH_BENEATH, &rule, 0) < 0)
        rc = err_set(e, "%s: Landlock: %s", path, strerror(errno));
    close(fd);
    return rc;
}

/* Does `path` lie in a folder of what is everybody's to read, and is replaced by packages? */
static bool is_shared(const char *path)
{
    return strncmp(path, "/usr/share/", 11) == 0 || strncmp(path, "/usr/local/share/", 17) == 0;
}

/*
 * What a link points to.  Of shared files their folder, so that a new version of the package that
 * has them can be read by a process that began before; else the file alone.
 */
static int allow_target(const struct rules *r, const char *folder, const char *name, struct err *e)
{
    char link[PATH_MAX], target[PATH_MAX];

    int n = snprintf(link, sizeof link, "%s/%s", folder, name);
    if (n < 0 || (size_t)n >= sizeof link || !realpath(link, target))
        return 0; /* it points nowhere */
    struct stat s;
    if (stat(target, &s) < 0 || !S_ISREG(s.st_mode))
        return 0;
    char *slash = strrchr(target, '/');
    if (is_shared(target) && slash)
        *slash = '\0';
    return allow(r, target, READ_FOLDER, e);
}

static int allow_links(const struct rules *r, const char *path, struct err *e)
{
    DIR *d = opendir(path);
    struct dirent *entry;
    unsigned links = 0;
    int rc = 0;

    if (!d)
        return 0; /* a file, or one that this user cannot list */
    while (rc == 0 && links < LINKS && (entry = readdir(d)))
        if (entry->d_type == DT_LNK) {
            links++;
            rc = allow_target(r, path, entry->d_name, e);
        }
    closedir(d);
    return rc;
}

static int allow_readable(const struct rules *r, const char *path, struct err *e)
{
    if (access(path, F_OK) < 0)
        return 0; /* nothing to read there, or nothing that this user could */
    return allow(r, path, READ_FOLDER, e) < 0 ? -1 : allow_links(r, path, e);
}

static int allow_all(const struct rules *r, const struct confinement *c, struct err *e)
{
    for (unsigned i = 0; i < c->writables; i++)
        if (allow(r, c->writable[i], WRITE_FOLDER, e) < 0)
            return -1;
    for (unsigned i = 0; i < c->readables; i++)
        if (allow_readable(r, c->readable[i], e) < 0)
            return -1;
    /* SQLite's random numbers: without it they come from the clock. */
    return allow_readable(r, "/dev/urandom", e);
}

/* ---- in force */

/* The root of all files can be opened? */
static bool root_opens(void)
{
    int fd = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

int landlock_confine(const struct confinement *c, struct err *e)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, (size_t)0,
                           LANDLOCK_CREATE_RULESET_VERSION);

    if (version <= 0)
        return 0;
    struct ruleset all = ruleset_of((int)version);
    struct rules r = {.known = all.files};
    r.fd = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof all, 0);
    if (r.fd < 0)
        return err_set(e, "Landlock %ld: %s", version, strerror(errno));
    int rc = allow_all(&r, c, e);
    if (rc == 0 && syscall(SYS_landlock_restrict_self, r.fd, 0) < 0)
        rc = err_set(e, "Landlock %ld: %s", version, strerror(errno));
    close(r.fd);
    if (rc < 0)
        return -1;
    if (root_opens())
        return err_set(e, "Landlock %ld is in force, and changes nothing", version);
    return (int)version;
}
