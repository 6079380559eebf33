/* path.c - see path.h. */
#include <mailtap/path.h>

#include <mailtap/err.h>

#include <string.h>

const char *path_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash && slash[1] ? slash + 1 : path;
}

char *path_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = must_copy(slash ? path : ".");

    if (slash)
        folder[slash == path ? 1 : slash - path] = '\0';
    return folder;
}
