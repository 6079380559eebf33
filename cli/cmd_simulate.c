/* cmd_simulate.c - mailtap simulate: what an observer would read under a policy, and what it costs. */
#include "command.h"
#include "observer.h"
#include "options.h"
#include "output.h"
#include "progress.h"

#include <mailtap/bounds.h>
#include <mailtap/exposures_read.h>
#include <mailtap/relations_read.h>
#include <mailtap/report.h>
#include <mailtap/scenario.h>

#include <stdlib.h>
#include <unistd.h>

struct values {
    unsigned format;
    const char *output, *scenario, *follow, *strips, *wanted, *since, *until;
    uint64_t seed, draws, threads;
    bool resample;
    struct option_list observers;
};

#define AT(member) offsetof(struct values, member)
static const struct option_row rows[] = {
    {0, "scenario", "FILE", "a population that FILE describes, in place of a database", OPTION_TEXT,
     AT(scenario), NULL, 0, 0},
    {0, "observer", "SPEC",
     "one more who listens, besides the one who sees everything: sample:0.1 of the sessions, "
     "prefix:10.0.0.0/8,..., busiest:10 servers, paths:0.2 of the paths; can be given more than "
     "once",
     OPTION_LIST, AT(observers), NULL, 0, 0},
    {0, "strips", "SHARE",
     "each observer once more as an interferer, who strips this share of the offers that it sees "
     "(1); 0: nobody interferes",
     OPTION_TEXT, AT(strips), NULL, 0, 0},
    {0, "follow", "LEVELS", "the share that follows a level (may=0.1,should=0.5,must=0.9)",
     OPTION_TEXT, AT(follow), NULL, 0, 0},
    {0, "wanted", "SHARE", "the share of messages that the observer wants (0.001)", OPTION_TEXT,
     AT(wanted), NULL, 0, 0},
    {0, "resample", NULL,
     "the servers seen stand for others like them: intervals hold what that leaves open",
     OPTION_FLAG, AT(resample), NULL, 0, 0},
    {0, "draws", "N", "worlds that are drawn (1000)", OPTION_NUMBER, AT(draws), NULL, 1, 1000000},
    {0, "seed", "N", "the same seed gives the same result (1)", OPTION_NUMBER, AT(seed), NULL, 0,
     0},
    {0, "threads", "N", "work on so many processors (all there are)", OPTION_NUMBER, AT(threads),
     NULL, 1, BOUND_THREADS},
    {'F', "format", "FORMAT", "how it is written: text fits 80 columns", OPTION_CHOICE, AT(format),
     output_formats, 0, 0},
    {'o', "output", "FILE", "write to FILE, which is replaced when all is written", OPTION_TEXT,
     AT(output), NULL, 0, 0},
    {0, "since", "TIME",
     "of a database, sessions that began then or later: a day, or a day and a time, UTC",
     OPTION_TEXT, AT(since), NULL, 0, 0},
    {0, "until", "TIME", "of a database, sessions that began before then", OPTION_TEXT, AT(until),
     NULL, 0, 0},
};

static const struct option_table table = {
    .command = "simulate",
    .usage = "[options] DB | --scenario FILE",
    .summary =
        "What an observer would read of the mail in the findings database DB if "
        "implementations had to include STARTTLS (2.a), receivers to offer it (2.b), senders "
        "to use it (2.c) or to insist on it (2.d), and what that would cost.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

/* ---- what could be wrong use, before anything is read */

struct wishes {
    struct simulation_words words;
    struct exposures exposures;
    struct observer observers[BOUND_OBSERVERS];
    unsigned count;
    struct prefix_list *prefixes; /* one for each --observer */
    double strips, wanted;
};

static int add_observer(struct wishes *w, struct observer o, struct err *e)
{
    if (w->count == BOUND_OBSERVERS)
        return err_set(e, "--observer: more than %u observers, interferers included",
                       BOUND_OBSERVERS);
    w->observers[w->count++] = o;
    return 0;
}

/* The global one first, whether it was asked for or not. */
static int read_observers(struct wishes *w, const struct option_list *list, struct err *e)
{
    struct observer o = {.kind = OBSERVER_GLOBAL};

    w->prefixes = must_alloc(list->count, sizeof *w->prefixes);
    if (add_observer(w, o, e) < 0)
        return -1;
    for (unsigned i = 0; i < list->count; i++) {
        struct err why = {""};
        if (observer_read(slice_of(list->items[i]), &o, &w->prefixes[i], &why) < 0)
            return err_set(e, "--observer: %.480s", why.text);
        if (o.kind != OBSERVER_GLOBAL && add_observer(w, o, e) < 0)
            return -1;
    }
    for (unsigned i = 0, listening = w->count; w->strips > 0 && i < listening; i++) {
        o = w->observers[i];
        o.strips = w->strips;
        if (add_observer(w, o, e) < 0)
            return -1;
    }
    return 0;
}

static int read_share(const char *option, const char *text, double *share_r, struct err *e)
{
    if (text && !share_read(slice_of(text), share_r))
        return err_set(e, "--%s must be a share from 0 to 1, as in 0.1 or 10%%", option);
    return 0;
}

static int read_wishes(struct wishes *w, const struct values *values, struct err *e)
{
    struct err why = {""};

    w->words.follow[LEVEL_MAY] = 0.1;
    w->words.follow[LEVEL_SHOULD] = 0.5;
    w->words.follow[LEVEL_MUST] = 0.9;
    w->strips = 1;
    w->wanted = 0.001;
    w->words.lens = (struct lens){.since = values->since, .until = values->until};
    if (values->follow && follow_read(slice_of(values->follow), w->words.follow, &why) < 0)
        return err_set(e, "--follow: %.480s", why.text);
    if (read_share("strips", values->strips, &w->strips, e) < 0 ||
        read_share("wanted", values->wanted, &w->wanted, e) < 0 ||
        lens_check(&w->words.lens, e) < 0)
        return -1;
    if (!(w->wanted > 0))
        return err_set(e, "--wanted must be above 0");
    return read_observers(w, &values->observers, e);
}

static bool understood(int operands, const struct values *values, struct wishes *w)
{
    struct err e = {""};

    if (values->scenario && operands > 0)
        options_wrong("simulate", "a database, or --scenario: not both");
    else if (values->scenario && (values->since || values->until))
        options_wrong("simulate", "--since and --until are for a database");
    else if (!values->scenario && operands == 0)
        options_wrong("simulate", "name a database, or --scenario FILE");
    else if (operands > 1)
        options_wrong("simulate", "name one database");
    else if (read_wishes(w, values, &e) < 0)
        options_wrong("simulate", "%s", e.text);
    else
        return true;
    return false;
}

/* ---- the population */

static struct relations *population_of_database(const char *path, struct wishes *w, struct err *e)
{
    struct err at_end;
    struct store *store = store_open(path, STORE_READ, e);
    struct relations *r = NULL;

    if (!store)
        return NULL;
    if (store_lens(store, &w->words.lens, e) == 0 && exposures_read(store, &w->exposures, e) == 0)
        r = relations_read(store, &w->words.not_estimated, e);
    store_close(&store, &at_end);
    return r;
}

static struct relations *population_of_scenario(const char *path, struct err *e)
{
    struct scenario s = scenario_default();

    return scenario_read_file(&s, path, e) == 0 ? scenario_relations(&s, e) : NULL;
}

/* ---- the simulation */

static unsigned threads_of(const struct values *values)
{
    long there = sysconf(_SC_NPROCESSORS_ONLN);

    if (values->threads)
        return (unsigned)values->threads;
    return there < 1 ? 1 : there < (long)BOUND_THREADS ? (unsigned)there : BOUND_THREADS;
}

/* Pairs times draws that take all policies some seconds. */
#define QUICK_WORK 30e6

/* Points of curves need fewer draws than what is read off a table; of few pairs they have them all. */
static unsigned curve_draws(const struct relations *r, unsigned draws)
{
    unsigned tenth = draws / 10 > 100 ? draws / 10 : 100;

    return draws <= tenth || (double)r->count * draws < QUICK_WORK ? draws : tenth;
}

static int simulate_all(const struct relations *r, struct simulation s, unsigned curves,
                        struct simulated *results, struct err *e)
{
    unsigned all = s.policy_count;

    s.policy_count = curves == s.draws ? all : SIMULATION_ROWS;
    if (simulate(r, &s, results, e) < 0)
        return -1;
    if (s.policy_count == all)
        return 0;
    s.draws = curves;
    s.policies += SIMULATION_ROWS;
    s.policy_count = all - SIMULATION_ROWS;
    return simulate(r, &s, results + (size_t)SIMULATION_ROWS * s.observer_count, e);
}

static int simulate_and_write(const struct relations *r, struct wishes *w,
                              const struct values *values)
{
    static char simulating[] = "simulating";
    struct policy_mix policies[SIMULATION_POLICIES];
    struct err e = {""};
    const struct simulation s = {
        .policies = policies,
        .policy_count = SIMULATION_POLICIES,
        .observers = w->observers,
        .observer_count = w->count,
        .draws = (unsigned)values->draws,
        .threads = threads_of(values),
        .seed = values->seed,
        .resample = values->resample,
        .wanted = w->wanted,
        .progress = isatty(STDERR_FILENO) ? progress_called : NULL,
        .of = simulating,
    };

    simulation_policies(w->words.follow, policies);
    struct simulated *results = must_alloc((size_t)SIMULATION_POLICIES * w->count, sizeof *results);
    struct document *d = NULL;
    w->words.curve_draws = curve_draws(r, s.draws);
    if (simulate_all(r, s, w->words.curve_draws, results, &e) == 0)
        d = simulation_make(&s, results, &w->words, &e);
    int status = d ? output_document("simulate", d, values->format, values->output)
                   : command_failed("simulate", e.text);
    report_free(&d);
    free(results);
    return status;
}

static int run(const char *database, struct wishes *w, const struct values *values)
{
    struct err e = {""};

    w->words.name = database ? database : values->scenario;
    w->words.scenario = !database;
    struct relations *r = database ? population_of_database(database, w, &e)
                                   : population_of_scenario(values->scenario, &e);
    if (!r)
        return command_failed("simulate", e.text);
    w->words.relations = r;
    w->words.exposures = &w->exposures;
    int status = simulate_and_write(r, w, values);
    relations_free(&r);
    exposures_free(&w->exposures);
    return status;
}

int cmd_simulate(int argc, char **argv)
{
    struct values values = {.seed = 1, .draws = 1000};
    struct wishes w = {.count = 0};
    int operands;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        return command_end("simulate", EXIT_DONE);
    case OPTIONS_WRONG:
        return EXIT_WRONG;
    case OPTIONS_READ:
        break;
    }
    int status = EXIT_WRONG;
    if (understood(argc - operands, &values, &w))
        status = command_end("simulate", run(operands < argc ? argv[operands] : NULL, &w, &values));
    free(w.prefixes);
    options_free(&table, &values);
    return status;
}
