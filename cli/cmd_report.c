/* cmd_report.c - mailtap report: the exposure audit. */
#include "command.h"
#include "options.h"
#include "output.h"
#include "progress.h"

#include <mailtap/prefix.h>
#include <mailtap/report.h>

#include <stdlib.h>
#include <unistd.h>

struct values {
    unsigned format;
    const char *output, *home, *since, *until;
    bool anonymise;
    struct option_list fail_on;
};

#define AT(member) offsetof(struct values, member)
static const struct option_row rows[] = {
    {'F', "format", "FORMAT", "how it is written: text fits 80 columns", OPTION_CHOICE, AT(format),
     output_formats, 0, 0},
    {'o', "output", "FILE", "write to FILE, which is replaced when all is written", OPTION_TEXT,
     AT(output), NULL, 0, 0},
    {0, "home", "PREFIXES",
     "your own networks, like 192.0.2.0/24,2001:db8::/32: tells inbound, outbound and internal "
     "mail apart",
     OPTION_TEXT, AT(home), NULL, 0, 0},
    {0, "since", "TIME", "sessions that began then or later: a day, or a day and a time, UTC",
     OPTION_TEXT, AT(since), NULL, 0, 0},
    {0, "until", "TIME", "sessions that began before then", OPTION_TEXT, AT(until), NULL, 0, 0},
    {0, "anonymise", NULL,
     "numbers in place of addresses and names, for a report that is published", OPTION_FLAG,
     AT(anonymise), NULL, 0, 0},
    {0, "fail-on", "CONDITION",
     "exit with status 4 when it is met, for cron and CI: 'sessions-stripped > 0 or "
     "low(messages-readable) > 5%'; can be given more than once",
     OPTION_LIST, AT(fail_on), NULL, 0, 0},
};

static const struct option_table table = {
    .command = "report",
    .usage = "[options] DB",
    .summary = "The exposure audit of the findings database DB: how much mail an observer on the "
               "path could read, whose it was, why it could be read, what to fix first, and what "
               "the figures do not cover.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

/* ---- what could be wrong use, before anything is asked */

struct wishes {
    struct report_wish report;
    struct condition **conditions; /* one for each --fail-on */
    unsigned count;
};

static bool understood(const struct values *values, struct wishes *w)
{
    struct err e = {""};
    struct prefix_list home;

    w->report.home = values->home;
    w->report.lens = (struct lens){values->since, values->until, values->anonymise};
    /* NOLINTNEXTLINE(bugprone-sizeof-expression): a list of pointers */
    w->conditions = must_alloc(values->fail_on.count, sizeof *w->conditions);
    if (lens_check(&w->report.lens, &e) < 0 ||
        (values->home && prefix_read(&home, slice_of(values->home), &e) < 0)) {
        options_wrong("report", "%s", e.text);
        return false;
    }
    for (; w->count < values->fail_on.count; w->count++)
        if (condition_parse(values->fail_on.items[w->count], &w->conditions[w->count], &e) < 0) {
            options_wrong("report", "--fail-on: %s", e.text);
            return false;
        }
    return true;
}

static void forget(struct wishes *w)
{
    for (unsigned i = 0; i < w->count; i++)
        condition_free(&w->conditions[i]);
    free(w->conditions);
}

/* ---- conditions */

static int judge(const struct document *d, const struct wishes *w)
{
    const struct figures f = report_figures(d);
    struct err e = {""};
    int status = EXIT_DONE;

    for (unsigned i = 0; i < w->count; i++) {
        if (condition_check(w->conditions[i], &f, &e) < 0) {
            options_wrong("report", "--fail-on: %s", e.text);
            return EXIT_WRONG;
        }
        tri met = condition_met(w->conditions[i], &f);
        if (met == NO)
            continue;
        fputs(met == YES ? "mailtap report: condition met: "
                         : "mailtap report: condition cannot be told: ",
              stderr);
        condition_why(stderr, w->conditions[i], &f);
        fputc('\n', stderr);
        if (met == YES)
            status = EXIT_CONDITION;
    }
    return status;
}

/* ---- the report */

static int report(struct store *store, const struct wishes *w, const struct values *values)
{
    struct err e = {""};

    if (store_lens(store, &w->report.lens, &e) < 0)
        return command_failed("report", e.text);
    struct document *d = report_make(store, &w->report, &e);
    if (!d)
        return command_failed("report", e.text);
    int status = output_document("report", d, values->format, values->output);
    if (status == EXIT_DONE)
        status = judge(d, w);
    report_free(&d);
    return status;
}

static int run(const char *path, struct wishes *w, const struct values *values)
{
    static char asking[] = "asking";
    struct err e = {""};
    struct store *store = store_open(path, STORE_READ, &e);

    if (!store)
        return command_failed("report", e.text);
    w->report.name = path;
    w->report.of = asking;
    if (isatty(STDERR_FILENO))
        w->report.asking = progress_called;
    int status = report(store, w, values);
    store_close(&store, &e);
    return status;
}

int cmd_report(int argc, char **argv)
{
    struct values values = {0};
    struct wishes w = {0};
    int operands;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("report", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    int status = EXIT_WRONG;
    if (options_one_database("report", argc - operands) && understood(&values, &w))
        status = command_end("report", run(argv[operands], &w, &values));
    forget(&w);
    options_free(&table, &values);
    return status;
}
