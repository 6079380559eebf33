/* cmd_prune.c - mailtap prune: old sessions leave the findings database. */
#include "command.h"
#include "options.h"

#include <mailtap/store.h>
#include <mailtap/text.h>

#include <inttypes.h>

struct values {
    const char *older_than, *before;
    bool dry_run, keep_space, quiet;
};

#define AT(member) offsetof(struct values, member)

static const struct option_row rows[] = {
    {.name = "older-than",
     .argument = "AGE",
     .kind = OPTION_TEXT,
     .at = AT(older_than),
     .help = "sessions that began so long before the last frame of the newest capture in DB: a "
             "number of weeks, days, hours or minutes, as 12w, 90d, 36h, 30m"},
    {.name = "before",
     .argument = "TIME",
     .kind = OPTION_TEXT,
     .at = AT(before),
     .help = "sessions that began before this time in UTC: 2026-01-31, 2026-01-31T12:00:00Z"},
    {.letter = 'n',
     .name = "dry-run",
     .kind = OPTION_FLAG,
     .at = AT(dry_run),
     .help = "say what would be removed, and change nothing"},
    {.name = "keep-space",
     .kind = OPTION_FLAG,
     .at = AT(keep_space),
     .help =
         "leave the file as large as it is: what was removed is overwritten with zeros, and its "
         "room used again"},
    {.letter = 'q',
     .name = "quiet",
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "say nothing but errors"},
};

static const struct option_table table = {
    .command = "prune",
    .usage = "--older-than AGE | --before TIME  [options] DB",
    .summary =
        "Removes the sessions of the findings database DB that began before a time, all that "
        "was known of them, and DNS records seen before it; the sessions that are left are "
        "judged again. The only clock is that of the captures: the time of day when the "
        "command is run does not matter. Captures stay listed, so that reading one of them "
        "again changes nothing.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

/* ---- the time */

/* The time before which sessions go: 1, or 0 when the database holds no frame to count from. */
static int find_time(struct store *store, const struct values *v, int64_t *before_r, struct err *e)
{
    int64_t newest;
    uint64_t age;

    if (v->before)
        return text_time_read(slice_of(v->before), before_r);
    int rc = store_newest(store, &newest, e);
    if (rc > 0 && text_duration_read(slice_of(v->older_than), &age) &&
        __builtin_sub_overflow(newest, (int64_t)age * 1000000000, before_r))
        rc = 0;
    return rc;
}

/* ---- and what came of it */

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void say(const struct values *v, const char *path, int64_t before, const struct pruned *p)
{
    char time[TEXT_TIME];

    text_time(time, before);
    if (p->sessions == 0 && p->dns == 0) {
        printf("%s: nothing is from before %s; nothing changed\n", path, time);
        return;
    }
    printf("%s: %s from before %s: %" PRIu64 " session%s, %" PRIu64 " DNS record%s, all of %" PRIu64
           " server%s and %" PRIu64 " client%s; verdicts %s on the %" PRIu64 " session%s left\n",
           path, v->dry_run ? "would be removed" : "removed", time, p->sessions,
           plural(p->sessions), p->dns, plural(p->dns), p->servers, plural(p->servers), p->clients,
           plural(p->clients), v->dry_run ? "would then rest" : "now rest", p->left,
           plural(p->left));
}

/* Judged also when nothing was removed: an earlier run may have been stopped before it judged. */
static int prune(struct store *store, const struct values *v, int64_t before, struct pruned *p,
                 struct err *e)
{
    struct err why = {""};

    if (v->dry_run)
        return store_prune_count(store, before, p, e);
    if (store_prune(store, before, p, e) < 0 || store_judge_waiting(store, NULL, e) < 0)
        return -1;
    if (v->keep_space || (p->sessions == 0 && p->dns == 0 && p->free_pages == 0))
        return 0;
    int rc = store_shrink(store, &why);
    if (rc < 0)
        *e = why;
    if (rc == 0)
        fprintf(stderr, "mailtap prune: the file was not made smaller: %s\n", why.text);
    return rc < 0 ? -1 : 0;
}

static int run_over(struct store *store, const struct values *v, const char *path, struct err *e)
{
    struct pruned p = {0};
    int64_t before = 0;
    int rc = find_time(store, v, &before, e);

    if (rc == 0 && !v->quiet)
        printf("%s: no capture in it has a frame to count back from; nothing changed\n", path);
    if (rc <= 0)
        return rc;
    if (prune(store, v, before, &p, e) < 0)
        return -1;
    if (!v->quiet)
        say(v, path, before, &p);
    return 0;
}

static int run(const struct values *v, const char *path)
{
    struct err e = {""};
    struct store *store = store_open(path, v->dry_run ? STORE_READ : STORE_CHANGE, &e);

    if (!store)
        return command_failed("prune", e.text);
    int rc = store_close_after(&store, run_over(store, v, path, &e), &e);
    return rc < 0 ? command_failed("prune", e.text) : EXIT_DONE;
}

/* Says on standard error what is wrong. */
static bool understood(const struct values *v)
{
    int64_t unused;
    uint64_t age;

    if (!v->older_than == !v->before)
        options_wrong("prune", "say what is old: either --older-than or --before");
    else if (v->older_than && !text_duration_read(slice_of(v->older_than), &age))
        options_wrong("prune", "--older-than takes an age as 90d, 36h, 30m or 12w, not '%s'",
                      v->older_than);
    else if (v->before && !text_time_read(slice_of(v->before), &unused))
        options_wrong("prune",
                      "--before takes a time as 2026-01-31 or 2026-01-31T12:00:00Z, not '%s'",
                      v->before);
    else
        return true;
    return false;
}

int cmd_prune(int argc, char **argv)
{
    struct values values = {.quiet = false};
    int operands;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("prune", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    if (!options_one_database("prune", argc - operands))
        return EXIT_WRONG;
    return command_end("prune", understood(&values) ? run(&values, argv[operands]) : EXIT_WRONG);
}
