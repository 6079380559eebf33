/*
 * options.h - one table of options for each command: it is parsed from, and its help is made from
 * it.
 */
#ifndef MAILTAP_OPTIONS_H
#define MAILTAP_OPTIONS_H

#include <mailtap/err.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum option_kind {
    OPTION_FLAG,   /* bool */
    OPTION_TEXT,   /* const char *; the last one given counts */
    OPTION_LIST,   /* struct option_list; each one given is added */
    OPTION_NUMBER, /* uint64_t, decimal, from `least` to `most` */
    OPTION_CHOICE, /* unsigned: index into `choices` */
};

struct option_list {
    const char **
        items; /* borrowed from argv, or the words of a file; the array is freed with options_free() */
    unsigned count;
};

struct option_row {
    char letter;          /* or 0 */
    const char *name;     /* long name; unambiguous beginnings of it are taken too */
    const char *argument; /* its name in the help; NULL for a flag */
    const char *help;     /* one sentence, no full stop */
    enum option_kind kind;
    size_t at;                  /* offset of the destination in the command's values */
    const char *const *choices; /* OPTION_CHOICE: NULL at the end */
    uint64_t least, most;       /* OPTION_NUMBER; most 0: no limit */
};

/* A heading in the help, above a row and those that follow it. */
struct option_group {
    const char *first; /* long name of that row */
    const char *heading;
};

struct option_table {
    const char *command; /* "capture" */
    const char *usage;   /* what follows "mailtap capture" */
    const char *summary; /* a sentence or two for the help */
    const struct option_row *rows;
    unsigned count;
    const struct option_group *groups; /* or NULL; in any order */
    unsigned group_count;
};

enum options_outcome {
    OPTIONS_READ,  /* go on */
    OPTIONS_HELP,  /* help was asked for and printed: exit status 0 */
    OPTIONS_WRONG, /* said so on standard error: exit status 2 */
};

/*
 * Fill `values`, which holds the defaults.  Options and operands may be mixed; *operands_r is the
 * index of the first operand, argv being put in order; "--" ends the options.
 */
enum options_outcome options_read(const struct option_table *table, int argc, char **argv,
                                  void *values, int *operands_r);

/* The same, with the words of a file in front ("--name=value" each, see config.h): the command line
 * counts more, and a list that is given there replaces the file's. */
enum options_outcome options_read_with(const struct option_table *table, char **words,
                                       unsigned word_count, int argc, char **argv, void *values,
                                       int *operands_r);

/* Is `text` a value that the option takes?  -1: it is not, and *e says what it takes. */
int options_check(const struct option_row *row, const char *text, struct err *e);

/* Frees the lists in `values`. */
void options_free(const struct option_table *table, void *values);

/* Usage, summary and aligned options, at most 80 columns; those of no group first, with --help. */
void options_help(const struct option_table *table, FILE *out);

/* Text in words, wrapped at 80 columns; `at` columns are taken and further lines are indented. */
void options_wrap(FILE *out, const char *text, unsigned at, unsigned indent);

/* "mailtap COMMAND: message", and where help is; always OPTIONS_WRONG. */
enum options_outcome options_wrong(const char *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The one operand of a command is a database: false, and said, when there are more or none. */
bool options_one_database(const char *command, int operands);

#endif
