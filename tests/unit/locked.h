/*
 * locked.h - processes that are confined, to ask from inside what they can do.
 *
 * Each question is asked in a process of its own; how it ends is the answer.
 */
#ifndef LOCKED_H
#define LOCKED_H

#include "../../cli/confine.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Two folders: `home` is writable when confined, `other` is everybody's, and is not named. */
extern char home[64], other[64];
/* What lock_up() did. */
extern struct confined confined;

/* Inside, where cmocka cannot help. */
#define MUST(what)                                                                                 \
    do {                                                                                           \
        if (!(what)) {                                                                             \
            fprintf(stderr, "%s, line %d: not so: %s (%s)\n", __FILE__, __LINE__, #what,           \
                    strerror(errno));                                                              \
            _exit(9);                                                                              \
        }                                                                                          \
    } while (0)

/* Not allowed: said by Landlock (EACCES), by seccomp (EPERM), or because it leads out (EXDEV). */
#define MUST_NOT(what)                                                                             \
    do {                                                                                           \
        errno = 0;                                                                                 \
        MUST((what) < 0);                                                                          \
        MUST(errno == EACCES || errno == EPERM || errno == EXDEV);                                 \
    } while (0)

bool is_root(void);
/* A path, until the one after the next. */
const char *in(const char *folder, const char *name);

/* "nobody" when root, with `home`; lock_up() confines with it, or ends the process. */
struct confinement usual(void);
void lock_up(void);
/* A file made, written, synced, cut. */
void put(const char *path, const char *text);

/* Run it in a process of its own: its status, as wait() has it; or fail unless it ends well. */
int apart(void (*inside)(void));
void goes_well(void (*inside)(void));

/* For cmocka, around a group of tests. */
int make_folders(void **state);
int remove_folders(void **state);

#endif
