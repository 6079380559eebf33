/* live_rotate.c - names of databases that follow each other; see live.h. */
#include "live.h"

#include <errno.h>
#include <fcntl.h>
#include <mailtap/path.h>
#include <mailtap/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

uint64_t rotate_period(const char *text)
{
    uint64_t seconds;

    return text_duration_read(slice_of(text), &seconds) ? seconds : 0;
}

/* "mail.db" and a middle: where the last dot of its last part is, or at its end. */
static char *with_middle(const char *database, const char *middle)
{
    const char *name = path_name(database), *dot = strrchr(name, '.');
    size_t head = dot && dot > name ? (size_t)(dot - database) : strlen(database);
    size_t room = strlen(database) + strlen(middle) + 2;
    char *made = must_alloc(1, room);

    snprintf(made, room, "%.*s-%s%s", (int)head, database, middle, database + head);
    return made;
}

char *rotate_name(const char *database, int64_t at_ns)
{
    time_t at = (time_t)(at_ns / 1000000000);
    struct tm utc = {0};
    char stamp[64], middle[96];
    struct stat there;

    gmtime_r(&at, &utc);
    strftime(stamp, sizeof stamp, "%Y%m%dT%H%M%SZ", &utc);
    for (unsigned again = 1;; again++) {
        snprintf(middle, sizeof middle, again == 1 ? "%s" : "%s-%u", stamp, again);
        char *name = with_middle(database, middle);
        if (lstat(name, &there) < 0)
            return name;
        free(name);
    }
}

/* May a link be put here?  What is no link is somebody's. */
static int is_free(const char *path, struct err *e)
{
    struct stat there;

    if (lstat(path, &there) == 0 && !S_ISLNK(there.st_mode))
        return err_set(e, "%s is in the way of a link: it is there and no link; move it", path);
    return 0;
}

int rotate_link(const char *database, const char *file, struct err *e)
{
    char *beside = with_middle(database, "next");
    int rc = is_free(database, e) < 0 ? -1 : is_free(beside, e);

    if (rc == 0)
        unlink(beside); /* of a run that died between the two */
    if (rc == 0 && (symlink(path_name(file), beside) < 0 || rename(beside, database) < 0))
        rc = err_set(e, "%s cannot be made a link to %s: %s", database, path_name(file),
                     strerror(errno));
    free(beside);
    return rc;
}

int rotate_linked(const char *database, char **file_r, struct err *e)
{
    struct stat there;
    char target[4096];

    *file_r = NULL;
    if (lstat(database, &there) < 0)
        return 0;
    if (!S_ISLNK(there.st_mode))
        return err_set(e,
                       "%s is there and no link: with --rotate-every and --rotate-size it is the "
                       "link to the database being written; move it, or name another",
                       database);
    ssize_t n = readlink(database, target, sizeof target - 1);
    if (n < 0)
        return err_set(e, "%s cannot be read: %s", database, strerror(errno));
    target[n] = '\0';
    /* It is ours only when it leads into its own folder. */
    if (strchr(target, '/') || stat(database, &there) < 0)
        return 0;
    size_t folder = (size_t)(path_name(database) - database);
    *file_r = must_alloc(1, folder + (size_t)n + 1);
    memcpy(*file_r, database, folder);
    memcpy(*file_r + folder, target, (size_t)n);
    return 0;
}

bool rotate_written(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    bool locked = fd >= 0 && flock(fd, LOCK_SH | LOCK_NB) < 0 && errno == EWOULDBLOCK;

    if (fd >= 0)
        close(fd);
    return locked;
}
