/* locked.c - see locked.h. */
#include "test.h"

#include "locked.h"

#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>

char home[64], other[64];

bool is_root(void)
{
    return geteuid() == 0;
}

const char *in(const char *folder, const char *name)
{
    static char path[2][128];
    static unsigned turn;
    char *to = path[turn ^= 1];

    snprintf(to, sizeof path[0], "%s/%s", folder, name);
    return to;
}

struct confinement usual(void)
{
    return (struct confinement){
        .mode = CONFINE_BEST,
        .user = is_root() ? "nobody" : NULL,
        .writable = {home},
        .writables = 1,
    };
}

struct confined confined;

void lock_up(void)
{
    const struct confinement c = usual();
    struct err e = {""};

    if (confine(&c, &confined, &e) < 0) {
        fprintf(stderr, "not confined: %s\n", e.text);
        _exit(8);
    }
}

/* Its status, as wait() has it. */
int apart(void (*inside)(void))
{
    int status;
    pid_t child;

    fflush(NULL);
    child = fork();
    assert_true(child >= 0);
    if (child == 0) {
        inside();
        _exit(0);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    return status;
}

void goes_well(void (*inside)(void))
{
    int status = apart(inside);

    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        fail_msg("it ended with status %x", (unsigned)status);
}

void put(const char *path, const char *text)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

    MUST(fd >= 0);
    MUST(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
    MUST(fsync(fd) == 0);
    MUST(ftruncate(fd, 1) == 0);
    close(fd);
}

/* ---- folders */

int make_folders(void **state)
{
    const struct passwd *nobody = getpwnam("nobody");
    int fd;

    (void)state;
    snprintf(home, sizeof home, "/tmp/confine-home-XXXXXX");
    snprintf(other, sizeof other, "/tmp/confine-other-XXXXXX");
    if (!nobody || !mkdtemp(home) || !mkdtemp(other) || chmod(other, 0777) < 0 ||
        mkdir(in(other, "store"), 0777) < 0)
        return -1;
    if (is_root() && chown(home, nobody->pw_uid, nobody->pw_gid) < 0)
        return -1;
    for (int i = 0; i < 2; i++) {
        fd = creat(in(other, i ? "theirs" : "certificate"), 0666);
        if (fd < 0 || fchmod(fd, 0666) < 0)
            return -1;
        close(fd);
    }
    return symlink("../certificate", in(other, "store/one.pem")) +
           symlink("one.pem", in(other, "store/1234abcd.0"));
}

int remove_folders(void **state)
{
    static const char *const names[] = {"store/one.pem", "store/1234abcd.0", "theirs",
                                        "certificate"};
    (void)state;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        unlink(in(other, names[i]));
    unlink(in(home, "x.db"));
    rmdir(in(other, "store"));
    return rmdir(other) + rmdir(home);
}
