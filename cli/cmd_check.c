/* cmd_check.c - mailtap check: is a findings database sound? */
#include "command.h"
#include "options.h"

#include <mailtap/store.h>

#include <stdio.h>
#include <unistd.h>

struct values {
    bool quick, quiet;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
    {.name = "quick",
     .kind = OPTION_FLAG,
     .at = AT(quick),
     .help = "leave out what reads every row: only the schema, the journal and the captures"},
    {.letter = 'q',
     .name = "quiet",
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "say only what is wrong"},
};

static const struct option_table table = {
    .command = "check",
    .usage = "[options] DB",
    .summary = "Says whether the findings database DB is sound, a line for each thing that is "
               "looked at: 'ok', or what is wrong and where. Nothing in it is changed. Exit "
               "status 0 when it is sound, 3 when something is wrong, 1 when it cannot be opened.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

struct telling {
    const struct values *values;
    bool terminal; /* what is being looked at is shown there until it is done */
};

static void tell(void *of, const char *check, enum check_says says, const char *text)
{
    const struct telling *t = of;

    if (t->terminal)
        fputs("\r\033[K", stderr);
    if (t->terminal && says == CHECK_BEGINS)
        fprintf(stderr, "checking: %s", check);
    if (says == CHECK_WRONG)
        printf("%-11s %s\n", check, text);
    if (says == CHECK_SOUND && !t->values->quiet)
        printf("%-11s ok%s%s\n", check, text ? ": " : "", text ? text : "");
    if (t->terminal)
        fflush(stdout);
}

static int run(const struct values *v, const char *path)
{
    struct telling t = {v, isatty(STDERR_FILENO) != 0};
    struct err e = {""}, unused;
    struct store *store = store_open(path, STORE_READ, &e);

    if (!store)
        return command_failed("check", e.text);
    unsigned wrong = store_check(store, v->quick, tell, &t);
    store_close(&store, &unused);
    if (wrong)
        printf("%s is not sound\n", path);
    else if (!v->quiet)
        printf(v->quick ? "%s is sound, as far as it was looked at\n" : "%s is sound\n", path);
    return wrong ? EXIT_DAMAGED : EXIT_DONE;
}

int cmd_check(int argc, char **argv)
{
    struct values values = {.quiet = false};
    int operands;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("check", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    if (!options_one_database("check", argc - operands))
        return EXIT_WRONG;
    return command_end("check", run(&values, argv[operands]));
}
