/* path.h - the two halves of a file's path. */
#ifndef MAILTAP_PATH_H
#define MAILTAP_PATH_H

/* What stands behind its last slash, in `path` itself; where nothing does, the whole. */
const char *path_name(const char *path);

/* The folder it is in, "." without a slash; owned by the caller. */
char *path_folder(const char *path);

#endif
