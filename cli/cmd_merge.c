/* cmd_merge.c - mailtap merge: captures of other findings databases into one. */
#include "command.h"
#include "options.h"

#include <mailtap/store.h>

#include <inttypes.h>

struct values {
    const char *database;
    bool quiet;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
    {.letter = 'd',
     .name = "database",
     .argument = "DB",
     .kind = OPTION_TEXT,
     .at = AT(database),
     .help = "the findings database that takes them; made when it is missing"},
    {.letter = 'q',
     .name = "quiet",
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "say nothing but errors"},
};

static const struct option_table table = {
    .command = "merge",
    .usage = "[options] -d DB SOURCE...",
    .summary =
        "Takes the captures of findings databases, also of earlier versions of mailtap, into one: "
        "each capture once, in any order, as often as you like. Their sessions are judged together "
        "then.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

static void say_count(uint64_t n, const char *what)
{
    if (n)
        printf(", %" PRIu64 " %s", n, what);
}

static void say(const char *source, const struct merge_counts *c)
{
    printf("%s: %" PRIu64 " captures new (%" PRIu64 " sessions)", source, c->captures_new,
           c->sessions);
    say_count(c->captures_known, "already there");
    say_count(c->captures_pruned, "of them pruned as there");
    say_count(c->captures_unfinished, "left out: not finished");
    putchar('\n');
}

/* Sources that cannot be read are said, and left out. */
static int merge_all(struct store *store, const struct values *v, char **sources, int count,
                     struct err *e)
{
    int failed = 0;

    for (int i = 0; i < count; i++) {
        struct merge_counts counts;
        struct err why = {""};
        if (store_merge(store, sources[i], &counts, &why) < 0) {
            command_failed("merge", why.text);
            failed++;
        } else if (!v->quiet) {
            say(sources[i], &counts);
        }
    }
    if (store_judge_waiting(store, NULL, e) < 0)
        return command_failed("merge", e->text);
    return failed == 0 ? EXIT_DONE : failed == count ? EXIT_FAILED : EXIT_DAMAGED;
}

static int run(const struct values *v, char **sources, int count)
{
    struct err e = {""};
    struct store *store = store_open(v->database, STORE_WRITE, &e);

    if (!store)
        return command_failed("merge", e.text);
    int status = merge_all(store, v, sources, count, &e);
    if (store_close(&store, &e) < 0 && status != EXIT_FAILED)
        status = command_failed("merge", e.text);
    return status;
}

int cmd_merge(int argc, char **argv)
{
    struct values values = {.quiet = false};
    int operands, status = EXIT_WRONG;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("merge", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    if (!values.database)
        options_wrong("merge", "name the findings database that takes the captures with -d");
    else if (operands == argc)
        options_wrong("merge", "name a findings database to take captures from");
    else
        status = run(&values, argv + operands, argc - operands);
    options_free(&table, &values);
    return command_end("merge", status);
}
