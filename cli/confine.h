/*
 * confine.h - give up every right that reading an interface needed, once it is open, and all that
 * hostile traffic could use against the host.
 *
 * In order: core dumps off, another user, no capabilities, no new privileges, Landlock, seccomp.
 * Call it before the first packet is read and before the first thread is made: what it sets is
 * inherited by threads, not shared with those that run (a process that has some is refused).
 *
 * Afterwards: files can be made, changed and removed in the writable folders and read where it was
 * said, and nowhere else; there are no new sockets, and no new processes, but threads; a try to run a
 * program, to trace, to mount and the like ends the process at once.  What is open stays usable:
 * handles of libpcap, connected sockets (by write() and send(), not by sendmsg()), the terminal.
 * Libraries that open files when they are first used (OpenSSL, SQLite's SQLITE_TMPDIR, time zones)
 * are to be made ready before; a thread ends by returning, since pthread_exit() loads a library.
 */
#ifndef MAILTAP_CONFINE_H
#define MAILTAP_CONFINE_H

#include <mailtap/err.h>

#include <stdbool.h>
#include <stddef.h>

enum confine_mode {
    CONFINE_BEST, /* what this kernel has; what it lacks is named in `done_r` */
    CONFINE_FULL, /* refuse to go on when anything is missing */
    CONFINE_OFF,  /* only core dumps off: the user stays as well */
};

#define CONFINE_PATHS 8

struct confinement {
    enum confine_mode mode;
    const char *user;                    /* to become; NULL: confine_user() chooses */
    const char *writable[CONFINE_PATHS]; /* folders: files in them are made, changed, removed */
    /* Files, and folders with all that is in them, also what links in a folder (as of a trust store)
     * point to; what is not there is left out. */
    const char *readable[CONFINE_PATHS];
    unsigned writables, readables;
};

/* What was done, for the line at the start: "user mailtap, no capabilities, no new privileges,
 * Landlock 7, seccomp, no core dumps"; what was not stands behind "; missing: ". */
struct confined {
    char user[64];
    bool user_changed, no_core, no_capabilities, no_new_privileges, seccomp;
    int landlock; /* its version (ABI), 0: none */
};

/* Core dumps off, and no other process of the same user may look into this one: before anything is
 * read.  Never fails where it matters. */
void confine_core(void);

/* The user that confine() will become when started as root: `asked`, else who called sudo, else
 * "mailtap" where there is such a user; NULL: nobody, it stays who it is.  -1 when `asked` is none, or
 * another and this process is not root's.  *user_r is valid until the next call. */
int confine_user(const char *asked, const char **user_r, struct err *e);

/* 0, or -1 with *e: then the process must end, it may be confined in part. */
int confine(const struct confinement *c, struct confined *done_r, struct err *e);

/* The line above, of any length up to `size`. */
void confine_describe(const struct confined *done, char *to, size_t size);

#endif
