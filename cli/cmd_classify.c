/* cmd_classify.c - mailtap classify: judge all sessions of a findings database again. */
#include "command.h"
#include "options.h"

#include <mailtap/query.h>
#include <mailtap/store.h>

#include <inttypes.h>
#include <string.h>

struct values {
    struct option_list expect;
    bool forget, quiet;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
    {.letter = 'e',
     .name = "expect",
     .argument = "FILE",
     .kind = OPTION_LIST,
     .at = AT(expect),
     .help =
         "servers that must offer STARTTLS: a list ('mx.example must-offer', a line each), or an "
         "MTA-STS policy; replaces what the database holds; may be given again"},
    {.name = "expect-nothing",
     .kind = OPTION_FLAG,
     .at = AT(forget),
     .help = "forget the lists and policies that the database holds"},
    {.letter = 'q',
     .name = "quiet",
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "say nothing but errors"},
};

static const struct option_table table = {
    .command = "classify",
    .usage = "[options] DB",
    .summary =
        "Judges every session of the findings database DB again, from the facts in it alone: "
        "its class, what speaks for stripping, and how well it was protected.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

static int set_policies(struct store *store, const struct values *v, struct err *e)
{
    struct policy *policy = policy_new();
    int rc = 0;

    for (unsigned i = 0; i < v->expect.count && rc == 0; i++)
        rc = policy_read_file(policy, v->expect.items[i], e);
    if (rc == 0)
        rc = store_policies(store, policy, e);
    policy_free(&policy);
    return rc;
}

static void say(struct store *store)
{
    int64_t sessions = 0, stripped = 0;
    struct err unused;

    query_integer(store, "SELECT count(*) FROM verdict", &sessions, &unused);
    query_integer(store, "SELECT count(*) FROM verdict WHERE class = 'stripped'", &stripped,
                  &unused);
    printf("%" PRId64 " sessions judged; STARTTLS was stripped from %" PRId64 "\n", sessions,
           stripped);
}

static int run(const struct values *v, const char *path)
{
    struct err e = {""};
    struct store *store = store_open(path, STORE_CHANGE, &e);

    if (!store)
        return command_failed("classify", e.text);
    int rc = v->expect.count || v->forget ? set_policies(store, v, &e) : store_judge_all(store, &e);
    if (rc == 0)
        rc = store_judge_waiting(store, NULL, &e);
    if (rc == 0 && !v->quiet)
        say(store);
    rc = store_close_after(&store, rc, &e);
    return rc < 0 ? command_failed("classify", e.text) : EXIT_DONE;
}

int cmd_classify(int argc, char **argv)
{
    struct values values = {.quiet = false};
    int operands, status = EXIT_WRONG;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("classify", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    bool one = options_one_database("classify", argc - operands);
    if (one && values.expect.count && values.forget)
        options_wrong("classify", "--expect replaces all: leave out --expect-nothing");
    else if (one)
        status = run(&values, argv[operands]);
    options_free(&table, &values);
    return command_end("classify", status);
}
