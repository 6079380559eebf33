/* cmd_diff.c - mailtap diff: before and after. */
#include "command.h"
#include "options.h"
#include "output.h"
#include "progress.h"

#include <mailtap/compare.h>
#include <mailtap/prefix.h>

#include <unistd.h>

struct values {
    unsigned format;
    const char *output, *home;
};

#define AT(member) offsetof(struct values, member)
static const struct option_row rows[] = {
    {'F', "format", "FORMAT", "how it is written: text fits 80 columns", OPTION_CHOICE, AT(format),
     output_formats, 0, 0},
    {'o', "output", "FILE", "write to FILE, which is replaced when all is written", OPTION_TEXT,
     AT(output), NULL, 0, 0},
    {0, "home", "PREFIXES",
     "your own networks, like 192.0.2.0/24,2001:db8::/32: compares inbound, outbound and internal "
     "mail, too",
     OPTION_TEXT, AT(home), NULL, 0, 0},
};

static const struct option_table table = {
    .command = "diff",
    .usage = "[options] BEFORE AFTER",
    .summary = "Compares two findings databases: which figures of the audit are better in AFTER "
               "than in BEFORE, which are worse, which show no difference, and which servers began "
               "to expose mail or no longer do.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

static bool understood(int operands, const struct values *values)
{
    struct prefix_list home;
    struct err e = {""};

    if (operands != 2)
        options_wrong("diff", "name two databases: before, and after");
    else if (values->home && prefix_read(&home, slice_of(values->home), &e) < 0)
        options_wrong("diff", "%s", e.text);
    else
        return true;
    return false;
}

static int compare(struct store *stores[2], char **paths, const struct values *values)
{
    static char before[] = "before", after[] = "after";
    struct report_wish was = {.name = paths[0], .home = values->home, .of = before};
    struct report_wish is = {.name = paths[1], .home = values->home, .of = after};
    struct err e = {""};

    if (isatty(STDERR_FILENO))
        was.asking = is.asking = progress_called;
    struct document *d = compare_make(stores[0], &was, stores[1], &is, &e);
    if (!d)
        return command_failed("diff", e.text);
    int status = output_document("diff", d, values->format, values->output);
    report_free(&d);
    return status;
}

static int run(char **paths, const struct values *values)
{
    struct store *stores[2] = {NULL, NULL};
    struct err e = {""};
    int status = EXIT_DONE;

    for (unsigned i = 0; i < 2 && status == EXIT_DONE; i++) {
        stores[i] = store_open(paths[i], STORE_READ, &e);
        if (!stores[i])
            status = command_failed("diff", e.text);
    }
    if (status == EXIT_DONE)
        status = compare(stores, paths, values);
    for (unsigned i = 0; i < 2; i++)
        if (stores[i])
            store_close(&stores[i], &e);
    return status;
}

int cmd_diff(int argc, char **argv)
{
    struct values values = {0};
    int operands;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("diff", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    int status = EXIT_WRONG;
    if (understood(argc - operands, &values))
        status = command_end("diff", run(argv + operands, &values));
    options_free(&table, &values);
    return status;
}
