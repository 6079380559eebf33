/* options.c - see options.h. */
#include "options.h"

#include <mailtap/slice.h>

#include <getopt.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS 80

/* getopt's value of row i, whether it has a letter or not. */
#define ROW_VALUE 1000
#define HELP_VALUE (ROW_VALUE - 1)

/* ---- help */

void options_wrap(FILE *out, const char *text, unsigned at, unsigned indent)
{
    bool first = true;

    while (*(text += strspn(text, " "))) {
        unsigned n = (unsigned)strcspn(text, " ");
        if (!first && at + 1 + n > COLUMNS) {
            fprintf(out, "\n%*s", (int)indent, "");
            at = indent;
            first = true;
        }
        fprintf(out, "%s%.*s", first ? "" : " ", (int)n, text);
        at += n + !first;
        first = false;
        text += n;
    }
    fputc('\n', out);
}

/* "  -d, --database DB" into `to`. */
static unsigned left_part(char *to, size_t room, const struct option_row *row)
{
    char letter[5] = "    ";

    if (row->letter)
        snprintf(letter, sizeof letter, "-%c, ", row->letter);
    int n = snprintf(to, room, "  %s--%s%s%s", letter, row->name, row->argument ? " " : "",
                     row->argument ? row->argument : "");
    return (unsigned)n;
}

static const struct option_row help_row = {
    .letter = 'h', .name = "help", .help = "show this help and end"};

static void print_row(FILE *out, const struct option_row *row, unsigned width)
{
    char left[COLUMNS], text[512];
    unsigned n = left_part(left, sizeof left, row);
    size_t used = (size_t)snprintf(text, sizeof text, "%s", row->help);

    for (const char *const *c = row->choices; row->kind == OPTION_CHOICE && *c; c++)
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s%s%s",
                                     c == row->choices ? ": " : ", ", *c,
                                     c == row->choices ? " (default)" : "");
    fprintf(out, "%s%*s", left, n < width ? (int)(width - n) : 1, "");
    options_wrap(out, text, n < width ? width : n + 1, width);
}

/* Or NULL: it begins no group. */
static const char *heading_of(const struct option_table *table, const char *name)
{
    for (unsigned i = 0; i < table->group_count; i++)
        if (strcmp(table->groups[i].first, name) == 0)
            return table->groups[i].heading;
    return NULL;
}

/* The help's own row ends those of no group. */
static void print_rows(FILE *out, const struct option_table *table, unsigned width)
{
    bool grouped = false;

    for (unsigned i = 0; i < table->count; i++) {
        const char *heading = heading_of(table, table->rows[i].name);
        if (heading && !grouped)
            print_row(out, &help_row, width);
        grouped = grouped || heading;
        if (heading)
            fprintf(out, "\n%s:\n", heading);
        print_row(out, &table->rows[i], width);
    }
    if (!grouped)
        print_row(out, &help_row, width);
}

/* Where the help texts begin; an option too long for it just takes more. */
#define MOST_WIDTH 32u

void options_help(const struct option_table *table, FILE *out)
{
    unsigned width = 0;

    for (unsigned i = 0; i < table->count; i++) {
        char left[COLUMNS];
        unsigned n = left_part(left, sizeof left, &table->rows[i]) + 2;
        if (n > width && n <= MOST_WIDTH)
            width = n;
    }
    width = width < 14 ? 14 : width;
    unsigned at = (unsigned)fprintf(out, "usage: mailtap %s ", table->command);
    options_wrap(out, table->usage, at, at);
    fputc('\n', out);
    options_wrap(out, table->summary, 0, 0);
    fputs("\nOptions:\n", out);
    print_rows(out, table, width);
}

enum options_outcome options_wrong(const char *command, const char *format, ...)
{
    char *text = NULL;
    va_list args;

    va_start(args, format);
    int n = vasprintf(&text, format, args);
    va_end(args);
    fprintf(stderr, "mailtap %s: %s\ntry 'mailtap %s --help'\n", command, n < 0 ? format : text,
            command);
    free(n < 0 ? NULL : text);
    return OPTIONS_WRONG;
}

bool options_one_database(const char *command, int operands)
{
    if (operands != 1)
        options_wrong(command, operands == 0 ? "name a database" : "one database at a time");
    return operands == 1;
}

/* ---- parsing */

static int take_number(const struct option_row *row, const char *text, uint64_t *value_r,
                       struct err *e)
{
    uint64_t most = row->most ? row->most : UINT64_MAX;

    if (slice_decimal(slice_of(text), most, value_r) && *value_r >= row->least)
        return 0;
    if (most == UINT64_MAX)
        return err_set(e, "--%s takes a number of at least %llu, not '%.200s'", row->name,
                       (unsigned long long)row->least, text);
    return err_set(e, "--%s takes a number from %llu to %llu, not '%.200s'", row->name,
                   (unsigned long long)row->least, (unsigned long long)most, text);
}

static int take_choice(const struct option_row *row, const char *text, unsigned *value_r,
                       struct err *e)
{
    char known[256] = "";
    size_t n = 0;

    for (unsigned i = 0; row->choices[i]; i++) {
        if (strcmp(row->choices[i], text) == 0) {
            *value_r = i;
            return 0;
        }
        if (n < sizeof known)
            n += (size_t)snprintf(known + n, sizeof known - n, "%s%s", i ? ", " : "",
                                  row->choices[i]);
    }
    return err_set(e, "--%s is one of %s, not '%.200s'", row->name, known, text);
}

int options_check(const struct option_row *row, const char *text, struct err *e)
{
    uint64_t number;
    unsigned choice;

    if (row->kind == OPTION_NUMBER)
        return take_number(row, text, &number, e);
    return row->kind == OPTION_CHOICE ? take_choice(row, text, &choice, e) : 0;
}

/* `again`: it was given before on the same command line; a list from elsewhere is replaced. */
static int take(const struct option_row *row, const char *text, bool again, void *values,
                struct err *e)
{
    void *to = (char *)values + row->at;
    struct option_list *list = to;

    switch (row->kind) {
    case OPTION_FLAG:
        *(bool *)to = true;
        break;
    case OPTION_TEXT:
        *(const char **)to = text;
        break;
    case OPTION_LIST:
        list->count = again ? list->count : 0;
        list->items = must_grow(list->items, list->count + 1, sizeof *list->items);
        list->items[list->count++] = text;
        break;
    case OPTION_NUMBER:
        return take_number(row, text, to, e);
    case OPTION_CHOICE:
        return take_choice(row, text, to, e);
    }
    return 0;
}

/* Both forms for getopt: `letters` and `longs` hold every row, then help, then the end. */
static void for_getopt(const struct option_table *table, char *letters, struct option *longs)
{
    size_t n = 0;
    unsigned i;

    letters[n++] = ':'; /* tells a missing argument from an unknown option */
    for (i = 0; i < table->count; i++) {
        const struct option_row *row = &table->rows[i];
        int has = row->kind == OPTION_FLAG ? no_argument : required_argument;
        longs[i] = (struct option){row->name, has, NULL, ROW_VALUE + (int)i};
        if (row->letter)
            letters[n++] = row->letter;
        if (row->letter && has == required_argument)
            letters[n++] = ':';
    }
    longs[i] = (struct option){"help", no_argument, NULL, HELP_VALUE};
    letters[n] = 'h';
}

static const struct option_row *row_of(const struct option_table *table, int value)
{
    for (unsigned i = 0; i < table->count; i++)
        if (value == ROW_VALUE + (int)i || (value && value == table->rows[i].letter))
            return &table->rows[i];
    return NULL;
}

static enum options_outcome not_understood(const struct option_table *table, int value,
                                           const char *given)
{
    const struct option_row *row = row_of(table, optopt);

    if (value == ':' && row)
        return options_wrong(table->command, "--%s needs %s", row->name, row->argument);
    if (row && row->kind == OPTION_FLAG)
        return options_wrong(table->command, "--%s takes nothing", row->name);
    if (optopt && optopt < ROW_VALUE - 1)
        return options_wrong(table->command, "there is no option '-%c'", optopt);
    return options_wrong(table->command, "there is no option '%s', or several begin like it",
                         given);
}

static enum options_outcome read_all(const struct option_table *table, int argc, char **argv,
                                     void *values, const char *letters, const struct option *longs,
                                     bool *given)
{
    struct err e;
    int value;

    opterr = 0;
    optind = 0; /* GNU: begin anew */
    while ((value = getopt_long(argc, argv, letters, longs, NULL)) != -1) {
        const struct option_row *row = row_of(table, value);
        if (value == 'h' || value == HELP_VALUE) {
            options_help(table, stdout);
            return OPTIONS_HELP;
        }
        if (value == '?' || value == ':' || !row)
            return not_understood(table, value, argv[optind - 1]);
        if (take(row, optarg, given[row - table->rows], values, &e) < 0)
            return options_wrong(table->command, "%s", e.text);
        given[row - table->rows] = true;
    }
    return OPTIONS_READ;
}

enum options_outcome options_read(const struct option_table *table, int argc, char **argv,
                                  void *values, int *operands_r)
{
    char *letters = must_alloc(2 * table->count + 3, 1);
    struct option *longs = must_alloc(table->count + 2, sizeof *longs);
    bool *given = must_alloc(table->count, sizeof *given);

    for_getopt(table, letters, longs);
    enum options_outcome outcome = read_all(table, argc, argv, values, letters, longs, given);
    *operands_r = optind;
    free(letters);
    free(longs);
    free(given);
    if (outcome != OPTIONS_READ)
        options_free(table, values);
    return outcome;
}

enum options_outcome options_read_with(const struct option_table *table, char **words,
                                       unsigned word_count, int argc, char **argv, void *values,
                                       int *operands_r)
{
    char **all = must_alloc(word_count + 2ul, sizeof *all);

    all[0] = argv[0];
    for (unsigned i = 0; i < word_count; i++)
        all[i + 1] = words[i];
    enum options_outcome outcome = options_read(table, (int)word_count + 1, all, values,
                                                operands_r);
    free(all);
    return outcome == OPTIONS_READ ? options_read(table, argc, argv, values, operands_r) : outcome;
}

void options_free(const struct option_table *table, void *values)
{
    for (unsigned i = 0; i < table->count; i++) {
        struct option_list *list = (void *)((char *)values + table->rows[i].at);
        if (table->rows[i].kind != OPTION_LIST)
            continue;
        free(list->items);
        *list = (struct option_list){0};
    }
}
