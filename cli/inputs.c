/* inputs.c - see inputs.h. */
#include "inputs.h"

#include <mailtap/frame.h>

#include <dirent.h>
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static void add(struct inputs *in, const char *path)
{
    in->list = must_grow(in->list, in->count + 1ul, sizeof *in->list);
    in->list[in->count++] = (struct input){must_copy(path), 0};
}

static char *joined(const char *folder, const char *name)
{
    size_t n = strlen(folder), room = n + strlen(name) + 2;
    char *path = must_alloc(1, room);

    snprintf(path, room, "%s%s%s", folder, n && folder[n - 1] == '/' ? "" : "/", name);
    return path;
}

static bool is_folder(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int add_folder(struct inputs *in, const char *folder, struct err *e)
{
    DIR *dir = opendir(folder);
    unsigned before = in->count;

    if (!dir)
        return err_set(e, "%s: the folder cannot be read: %s", folder, strerror(errno));
    for (const struct dirent *entry; (entry = readdir(dir)) != NULL;) {
        char *path = joined(folder, entry->d_name);
        if (entry->d_name[0] != '.' && !is_folder(path) && source_is_capture(path))
            add(in, path);
        free(path);
    }
    closedir(dir);
    if (in->count == before)
        return err_set(e, "%s: there is no capture file in this folder", folder);
    return 0;
}

static void add_pattern(struct inputs *in, const char *pattern)
{
    struct stat st;
    glob_t found;

    /* A file of that very name comes first; and what matches nothing is told as a missing file. */
    if (stat(pattern, &st) == 0 || glob(pattern, 0, NULL, &found) != 0) {
        add(in, pattern);
        return;
    }
    for (size_t i = 0; i < found.gl_pathc; i++)
        add(in, found.gl_pathv[i]);
    globfree(&found);
}

/* ---- in the order of time */

static int64_t first_frame_of(const char *path)
{
    struct err unused;
    struct frame frame;
    struct source *s = source_open(path, &unused);
    int64_t at_ns = s && source_next(s, &frame, &unused) > 0 ? frame.at_ns : 0;

    source_close(&s);
    return at_ns;
}

static int by_time(const void *a, const void *b)
{
    const struct input *x = a, *y = b;

    if (x->first_ns != y->first_ns)
        return x->first_ns < y->first_ns ? -1 : 1;
    return strcmp(x->path, y->path);
}

static bool names_standard_input(const struct inputs *in)
{
    for (unsigned i = 0; i < in->count; i++)
        if (strcmp(in->list[i].path, "-") == 0)
            return true;
    return false;
}

static void sort(struct inputs *in)
{
    /* What a pipe holds cannot be looked at twice: then the order given stands. */
    if (in->count < 2 || names_standard_input(in))
        return;
    for (unsigned i = 0; i < in->count; i++) {
        struct stat st;
        if (stat(in->list[i].path, &st) == 0 && S_ISREG(st.st_mode))
            in->list[i].first_ns = first_frame_of(in->list[i].path);
    }
    qsort(in->list, in->count, sizeof *in->list, by_time);
}

int inputs_find(struct inputs *in, const char *const *names, unsigned count, struct err *e)
{
    *in = (struct inputs){0};
    for (unsigned i = 0; i < count; i++) {
        if (is_folder(names[i])) {
            if (add_folder(in, names[i], e) < 0)
                return -1;
        } else {
            add_pattern(in, names[i]);
        }
    }
    sort(in);
    return 0;
}

void inputs_free(struct inputs *in)
{
    for (unsigned i = 0; i < in->count; i++)
        free(in->list[i].path);
    free(in->list);
    *in = (struct inputs){0};
}
