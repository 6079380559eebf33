/* output.h - where a report goes: standard output, or a file that is replaced when it is whole. */
#ifndef MAILTAP_OUTPUT_H
#define MAILTAP_OUTPUT_H

#include <mailtap/report.h>
#include <stdbool.h>
#include <stdio.h>

struct output {
    FILE *file;
    const char *path; /* NULL: standard output */
    char *part;       /* what it is called until it is whole */
};

/* `path` NULL or "-" is standard output.  0, or -1 with *e. */
int output_open(struct output *o, const char *path, struct err *e);

/* Keep what was written, or when `good` is false leave what was there before. */
int output_close(struct output *o, bool good, struct err *e);

/* What report_write() can write, for an option --format: in the order of enum report_format. */
extern const char *const output_formats[];

/* A document to `path`, as above: an exit status, and what went wrong is said. */
int output_document(const char *command, const struct document *d, unsigned format,
                    const char *path);

/* Is colour wanted on standard output?  https://no-color.org: NO_COLOR set and not empty means no. */
bool output_colour(const struct output *o);

#endif
