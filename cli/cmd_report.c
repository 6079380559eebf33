/* cmd_report.c - mailtap report: the exposure audit. */
#include "command.h"
#include "options.h"

#include <mailtap/report.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct option_table table = {
    .command = "report",
    .usage = "[options] DB",
    .summary = "Prints the exposure audit of the findings database DB: how much mail an observer "
               "on the path could read, whose it was, why it could be read, and what the figures "
               "do not cover.",
};

/* https://no-color.org: set and not empty means no. */
static bool colour_wanted(void)
{
    const char *no = getenv("NO_COLOR"), *terminal = getenv("TERM");

    return isatty(STDOUT_FILENO) && !(no && *no) && terminal && strcmp(terminal, "dumb") != 0;
}

static int run(const char *path)
{
    struct err e = {""};
    struct store *store = store_open(path, STORE_READ, &e);

    if (!store)
        return command_failed("report", e.text);
    int rc = report_text(stdout, store, path, colour_wanted(), &e);
    if (rc < 0) {
        fflush(stdout);
        command_failed("report", e.text);
    }
    store_close(&store, &e);
    return rc < 0 ? EXIT_FAILED : EXIT_DONE;
}

int cmd_report(int argc, char **argv)
{
    int operands;

    switch (options_read(&table, argc, argv, NULL, &operands)) {
    case OPTIONS_HELP:
        return command_end("report", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    if (!options_one_database("report", argc - operands))
        return EXIT_WRONG;
    return command_end("report", run(argv[operands]));
}
