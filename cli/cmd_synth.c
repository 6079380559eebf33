/* cmd_synth.c - mailtap synth: a capture of a described population, with the truth beside it. */
#include "command.h"
#include "options.h"
#include "output.h"
#include "progress.h"

#include <mailtap/synth.h>

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct values {
    const char *scenario, *capture, *truth, *authority;
    struct option_list set;
    const char *seed, *sessions;
    uint64_t threads;
    unsigned vantage;
    bool quiet;
};

#define AT(member) offsetof(struct values, member)

enum { VANTAGE_CLIENT, VANTAGE_SERVER };
static const char *const vantages[] = {"client", "server", NULL};

static const struct option_row rows[] = {
    {.letter = 'o',
     .name = "output",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(capture),
     .help = "the capture, in pcap; '-' is standard output; a file that is there is replaced"},
    {.letter = 's',
     .name = "scenario",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(scenario),
     .help = "the population: lines of 'name = value'; '-' is standard input; without it every "
             "name has its default"},
    {.name = "set",
     .argument = "NAME=VALUE",
     .kind = OPTION_LIST,
     .at = AT(set),
     .help = "over what the scenario says; may be given again"},
    {.name = "seed",
     .argument = "N",
     .kind = OPTION_TEXT,
     .at = AT(seed),
     .help = "the same as --set seed=N"},
    {.name = "sessions",
     .argument = "N",
     .kind = OPTION_TEXT,
     .at = AT(sessions),
     .help = "the same as --set sessions=N"},
    {.letter = 't',
     .name = "truth",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(truth),
     .help = "what is true of each connection, in JSON"},
    {.name = "authority",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(authority),
     .help = "the certificate of the authority that signs the servers' ones, in PEM: for "
             "'mailtap capture --trust-store'"},
    {.name = "vantage",
     .argument = "SIDE",
     .kind = OPTION_CHOICE,
     .at = AT(vantage),
     .choices = vantages,
     .help = "where the capture is made, between boxes and clients or between boxes and servers: "
             "client (the default), server"},
    {.name = "threads",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .at = AT(threads),
     .least = 1,
     .most = 256,
     .help = "threads that make it (1); the octets do not depend on it"},
    {.letter = 'q',
     .name = "quiet",
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "say nothing but errors"},
};

static const struct option_table table = {
    .command = "synth",
    .usage = "-o FILE.pcap [options]",
    .summary = "Makes a capture of a population of mail servers and clients that a scenario "
               "describes, and says what is true of every connection in it. The same scenario "
               "and seed give the same octets.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
};

static volatile int stopped;

static void on_interrupt(int signal_number)
{
    (void)signal_number;
    stopped = 1;
}

/* ---- the scenario: the file, and the options over it */

/* False, and said, when it is wrong. */
static bool set(struct scenario *s, const char *option, const char *text)
{
    struct err e = {""};

    if (strchr(text, '\n') || strchr(text, '#')) {
        options_wrong("synth", "%s takes NAME=VALUE, not '%s'", option, text);
        return false;
    }
    if (scenario_read(s, slice_of(text), &e) == 0)
        return true;
    const char *why = strncmp(e.text, "line 1: ", 8) == 0 ? e.text + 8 : e.text;
    options_wrong("synth", "%s: %s", option, why);
    return false;
}

static bool set_number(struct scenario *s, const char *name, const char *value)
{
    char text[128], option[32];

    if (!value)
        return true;
    snprintf(option, sizeof option, "--%s", name);
    snprintf(text, sizeof text, "%s=%.64s", name, value);
    return set(s, option, text);
}

/* EXIT_DONE: go on. */
static int read_scenario(struct scenario *s, const struct values *v)
{
    struct err e = {""};

    *s = scenario_default();
    if (v->scenario && scenario_read_file(s, v->scenario, &e) < 0)
        return command_failed("synth", e.text);
    for (unsigned i = 0; i < v->set.count; i++)
        if (!set(s, "--set", v->set.items[i]))
            return EXIT_WRONG;
    if (!set_number(s, "seed", v->seed) || !set_number(s, "sessions", v->sessions))
        return EXIT_WRONG;
    return EXIT_DONE;
}

/* ---- and its capture */

struct outputs {
    struct output capture, truth, authority;
};

static void say_progress(uint64_t done, uint64_t all)
{
    progress_step("batches", (unsigned)done, (unsigned)all);
}

static void say(const struct values *v, const struct synth_counts *n)
{
    FILE *to = strcmp(v->capture, "-") == 0 ? stderr : stdout;

    if (v->quiet)
        return;
    fprintf(to,
            "%s: %" PRIu64 " octets, %" PRIu64 " frames, %" PRIu64 " sessions in %" PRIu64
            " connections: %" PRIu64 " messages of %" PRIu64 " octets in all, %" PRIu64
            " connections stripped\n",
            v->capture, n->octets, n->frames, n->sessions, n->connections, n->messages,
            n->content_octets, n->stripped);
}

static int make(const struct values *v, const struct scenario *scenario, const struct outputs *o,
                struct err *e)
{
    struct synth_counts counts;
    struct synth s = {
        .scenario = *scenario,
        .server_side = v->vantage == VANTAGE_SERVER,
        .threads = (unsigned)v->threads,
        .capture = fileno(o->capture.file),
        .truth = v->truth ? o->truth.file : NULL,
        .authority = v->authority ? o->authority.file : NULL,
        .interrupt = &stopped,
        .progress = !v->quiet && isatty(STDERR_FILENO) ? say_progress : NULL,
    };

    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    int rc = synth_run(&s, &counts, e);
    if (rc == 0)
        say(v, &counts);
    return rc > 0 ? err_set(e, "interrupted; nothing is kept") : rc;
}

/* A file takes its name when all of it is there. */
static int run_into(const struct values *v, const struct scenario *s, struct err *e)
{
    struct outputs o;
    struct err unused;

    if (output_open(&o.capture, v->capture, e) < 0)
        return -1;
    int rc = output_open(&o.truth, v->truth, e);
    if (rc == 0) {
        rc = output_open(&o.authority, v->authority, e);
        if (rc == 0) {
            rc = make(v, s, &o, e);
            if (output_close(&o.authority, rc == 0, rc == 0 ? e : &unused) < 0)
                rc = -1;
        }
        if (output_close(&o.truth, rc == 0, rc == 0 ? e : &unused) < 0)
            rc = -1;
    }
    if (output_close(&o.capture, rc == 0, rc == 0 ? e : &unused) < 0)
        rc = -1;
    return rc;
}

static bool is_standard(const char *path)
{
    return path && strcmp(path, "-") == 0;
}

static int run(const struct values *v)
{
    struct scenario s;
    struct err e = {""};

    if (!v->capture) {
        options_wrong("synth", "say where the capture goes: -o FILE.pcap");
        return EXIT_WRONG;
    }
    if (is_standard(v->capture) + is_standard(v->truth) + is_standard(v->authority) > 1) {
        options_wrong("synth", "only one of them can go to standard output");
        return EXIT_WRONG;
    }
    int status = read_scenario(&s, v);
    if (status != EXIT_DONE)
        return status;
    return run_into(v, &s, &e) < 0 ? command_failed("synth", e.text) : EXIT_DONE;
}

int cmd_synth(int argc, char **argv)
{
    struct values values = {.threads = 1};
    int operands, status = EXIT_WRONG;

    switch (options_read(&table, argc, argv, &values, &operands)) {
    case OPTIONS_HELP:
        status = EXIT_DONE;
        break;
    case OPTIONS_WRONG:
        break;
    case OPTIONS_READ:
        if (operands < argc)
            options_wrong("synth", "'%s' is no option: where does it belong?", argv[operands]);
        else
            status = run(&values);
        break;
    }
    options_free(&table, &values);
    return command_end("synth", status);
}
