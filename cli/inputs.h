/*
 * inputs.h - which files does "-r" mean: files, folders, patterns; in the order of their time.
 */
#ifndef MAILTAP_INPUTS_H
#define MAILTAP_INPUTS_H

#include <mailtap/err.h>

#include <stdint.h>

struct input {
    char *path;       /* owned */
    int64_t first_ns; /* time of its first frame; 0: not known */
};

struct inputs {
    struct input *list;
    unsigned count;
};

/*
 * Every file that is meant.  A folder means the captures that lie in it, not in folders below; a
 * name that is no file but a pattern (glob(7)) means what matches.  Files that can be read come in
 * the order of their first frames.  -1 when a folder cannot be read or holds no capture.
 */
int inputs_find(struct inputs *in, const char *const *names, unsigned count, struct err *e);
void inputs_free(struct inputs *in);

#endif
