/* cmd_capture.c - mailtap capture: analyse captures into the findings database. */
#include "capture.h"
#include "command.h"
#include "config.h"
#include "devices_show.h"
#include "live.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const confine_modes[] = {"best", "full", "off", NULL};

#define AT(member) offsetof(struct capture_values, member)

static const struct option_row rows[] = {
    {.letter = 'r',
     .name = "read",
     .argument = "FILE",
     .kind = OPTION_LIST,
     .at = AT(files),
     .help = "analyse this capture file, or those of a folder or a quoted pattern, in the order of "
             "time; may be given again; '-' is standard input"},
    {.letter = 'i',
     .name = "interface",
     .argument = "IFACE",
     .kind = OPTION_LIST,
     .at = AT(interfaces),
     .help = "watch this interface until SIGINT or SIGTERM; may be given again"},
    {.letter = 'D',
     .name = "list-interfaces",
     .kind = OPTION_FLAG,
     .at = AT(list),
     .help = "list the interfaces that can be watched"},
    {.letter = 'd',
     .name = "database",
     .argument = "DB",
     .kind = OPTION_TEXT,
     .at = AT(database),
     .help = "the findings database; made when it is missing"},
    {.letter = 'f',
     .name = "filter",
     .argument = "BPF",
     .kind = OPTION_TEXT,
     .at = AT(filter),
     .help = "only packets that pass this filter (pcap-filter(7)), applied inside of tags and "
             "tunnels"},
    {.letter = 'c',
     .name = "count",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .at = AT(count),
     .least = 1,
     .help = "stop after N frames of each file"},
    {.name = "max-flows",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .at = AT(max_flows),
     .least = 16,
     .most = UINT32_MAX,
     .help = "connections followed at once (1048576)"},
    {.name = "max-held",
     .argument = "MIB",
     .kind = OPTION_NUMBER,
     .at = AT(max_held),
     .least = 1,
     .most = 1u << 20,
     .help = "memory for segments out of order, all connections together (256)"},
    {.name = "max-fragments",
     .argument = "MIB",
     .kind = OPTION_NUMBER,
     .at = AT(max_fragments),
     .least = 1,
     .most = 1u << 20,
     .help = "memory for IP fragments (16)"},
    {.name = "idle",
     .argument = "SECONDS",
     .kind = OPTION_NUMBER,
     .at = AT(idle),
     .least = 1,
     .most = 1u << 20,
     .help = "a connection is over after this silence (660; RFC 5321 4.5.3.2 allows 600)"},
    {.name = "trust-store",
     .argument = "PATH",
     .kind = OPTION_TEXT,
     .at = AT(trust_store),
     .help =
         "verify certificates against this PEM file or hashed directory; 'none' not to (default: "
         "the system's)"},
    {.name = "keep",
     .argument = "WHAT",
     .kind = OPTION_LIST,
     .at = AT(keep),
     .help =
         "store in plain text what is otherwise hashed or left out: local-parts, users, subjects, "
         "filenames; may be given again, or with commas; read PRIVACY in the manual first"},
    {.name = "sensor",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(sensor),
     .help = "name the place that the captures of this database are made at; without it, no name "
             "of this host is stored"},
    {.letter = 'q',
     .name = "quiet",
     .kind = OPTION_FLAG,
     .at = AT(quiet),
     .help = "say nothing but errors"},
    {.letter = 'v',
     .name = "verbose",
     .kind = OPTION_FLAG,
     .at = AT(verbose),
     .help = "say what became of every frame and flow"},
    {.name = "buffer",
     .argument = "MIB",
     .kind = OPTION_NUMBER,
     .at = AT(buffer),
     .least = 1,
     .most = 2047,
     .help = "the kernel's ring for each interface and worker (64)"},
    {.name = "snapshot",
     .argument = "OCTETS",
     .kind = OPTION_NUMBER,
     .at = AT(snapshot),
     .least = 64,
     .most = BOUND_FRAME_OCTETS,
     .help = "octets taken of each frame (262144)"},
    {.name = "no-promiscuous",
     .kind = OPTION_FLAG,
     .at = AT(not_promiscuous),
     .help = "only what is addressed to this host"},
    {.name = "workers",
     .argument = "N",
     .kind = OPTION_NUMBER,
     .at = AT(workers),
     .least = 1,
     .most = BOUND_WORKERS,
     .help = "threads that share the connections of each interface (1)"},
    {.name = "max-waiting",
     .argument = "MIB",
     .kind = OPTION_NUMBER,
     .at = AT(max_waiting),
     .least = 1,
     .most = 1u << 20,
     .help = "memory for findings that wait for the database (256)"},
    {.name = "rotate-every",
     .argument = "TIME",
     .kind = OPTION_TEXT,
     .at = AT(rotate_every),
     .help = "begin a new database each 30m, 6h, 1d, ...; DB then is a link to the one being "
             "written"},
    {.name = "rotate-size",
     .argument = "MIB",
     .kind = OPTION_NUMBER,
     .at = AT(rotate_size),
     .least = 1,
     .most = 1u << 20,
     .help = "begin a new database when this size is reached"},
    {.name = "user",
     .argument = "NAME",
     .kind = OPTION_TEXT,
     .at = AT(user),
     .help = "become this user once the interfaces are open (who called sudo, or 'mailtap')"},
    {.name = "confine",
     .argument = "HOW",
     .kind = OPTION_CHOICE,
     .at = AT(confine),
     .choices = confine_modes,
     .help =
         "give up rights: 'best' is what this kernel has, 'full' refuses to run with less, 'off'"},
    {.name = "watch",
     .kind = OPTION_FLAG,
     .at = AT(watch),
     .help = "show rates, classes and the last findings on the terminal"},
    {.name = "config",
     .argument = "FILE",
     .kind = OPTION_TEXT,
     .at = AT(config),
     .help = "read options from this file, one a line: name = value"},
};

static const struct option_group groups[] = {
    {"max-flows", "Limits"},
    {"trust-store", "What is checked and kept"},
    {"buffer", "Live interfaces"},
};

static const struct option_table table = {
    .command = "capture",
    .usage = "-r FILE... | -i IFACE... -d DB [options]",
    .summary = "Analyses the mail in capture files (pcap and pcapng, also in gzip or zstd) or on "
               "live interfaces, and stores what was seen in the findings database DB. A file that "
               "is in the database already is left alone.",
    .rows = rows,
    .count = sizeof rows / sizeof *rows,
    .groups = groups,
    .group_count = sizeof groups / sizeof *groups,
};

/* A list with commas; false when a word of it is none of ours. */
static bool add_keep(unsigned *keep, const char *words)
{
    static const struct {
        const char *word;
        enum keep kind;
    } kinds[] = {
        {"local-parts", KEEP_LOCAL_PARTS},
        {"users", KEEP_USERS},
        {"subjects", KEEP_SUBJECTS},
        {"filenames", KEEP_FILENAMES},
    };

    for (struct slice rest = slice_of(words); rest.n;) {
        struct slice word = slice_until(&rest, ',');
        size_t i = 0;
        while (i < sizeof kinds / sizeof *kinds && !slice_equal(word, slice_of(kinds[i].word)))
            i++;
        if (i == sizeof kinds / sizeof *kinds)
            return false;
        *keep |= kinds[i].kind;
    }
    return true;
}

bool capture_keep(const struct capture_values *v, unsigned *keep_r)
{
    *keep_r = 0;
    for (unsigned i = 0; i < v->keep.count; i++) {
        if (add_keep(keep_r, v->keep.items[i]))
            continue;
        options_wrong("capture", "--keep takes local-parts, users, subjects, filenames, not '%s'",
                      v->keep.items[i]);
        return false;
    }
    return true;
}

int capture_trust(const struct capture_values *v, struct trust **trust_r, struct err *e)
{
    const char *path = v->trust_store;

    *trust_r = NULL;
    if (path && strcmp(path, "none") == 0)
        return 0;
    *trust_r = trust_open(path, e);
    if (*trust_r)
        return 0;
    if (path)
        return -1;
    /* The system's store may be missing; one that was asked for may not. */
    if (v->verbose)
        fprintf(stderr, "mailtap capture: certificates are not verified: %s\n", e->text);
    e->text[0] = '\0';
    return 0;
}

struct pipeline capture_pipeline(const struct capture_values *v, unsigned keep, struct trust *trust,
                                 const struct filter *filter)
{
    struct pipeline p = {
        .limits = flow_limits_default(),
        .fragments = fragment_limits_default(),
        .session = {.keep = keep, .trust = trust},
        .filter = filter,
    };

    if (v->max_flows)
        p.limits.flows = (uint32_t)v->max_flows;
    if (v->max_held)
        p.limits.held_octets = v->max_held << 20;
    if (v->max_fragments)
        p.fragments.octets = v->max_fragments << 20;
    if (v->idle)
        p.limits.idle_seconds = (int)v->idle;
    return p;
}

struct store *capture_store(const struct capture_values *v, const char *path, bool verified,
                            struct err *e)
{
    struct store *st = store_open(path, STORE_WRITE, e);
    struct err unused;

    if (st && v->sensor && store_sensor(st, v->sensor, e) < 0)
        store_close(&st, &unused);
    if (st && verified)
        store_trusts(st, v->trust_store ? v->trust_store : "system");
    return st;
}

static int run(const struct capture_values *v)
{
    struct filter *filter = NULL;
    struct err e = {""};
    unsigned keep;
    int status = EXIT_WRONG;

    if (v->filter && !(filter = filter_new(v->filter, &e)))
        options_wrong("capture", "%s", e.text);
    else if (capture_keep(v, &keep))
        status = v->files.count ? capture_files(v, keep, filter) : capture_live(v, keep, filter);
    filter_free(&filter);
    return status;
}

/* ---- the command line, and a configuration file below it */

static int list_interfaces(void)
{
    struct device *list;
    unsigned count;
    struct err e = {""};

    if (devices_list(&list, &count, &e) < 0)
        return command_failed("capture", e.text);
    devices_show(stdout, list, count);
    devices_free(&list, count);
    return EXIT_DONE;
}

/* What a live capture cannot do is known before anything is opened. */
static const char *wrong_with_interfaces(const struct capture_values *v)
{
    if (v->files.count)
        return "files (-r) and interfaces (-i) are captures of their own";
    if (v->interfaces.count > LIVE_INTERFACES)
        return "at most 16 interfaces can be watched at once";
    if (v->watch && !isatty(STDOUT_FILENO))
        return "--watch draws on a terminal, and standard output is none";
    if (v->rotate_every && !rotate_period(v->rotate_every))
        return "--rotate-every takes a time as 30m, 6h, 1d or 1w";
    return NULL;
}

static const char *wrong_with(const struct capture_values *v)
{
    if (v->files.count == 0 && v->interfaces.count == 0)
        return "name a capture file with -r, or an interface with -i";
    if (!v->database)
        return "name the findings database with -d";
    return v->interfaces.count ? wrong_with_interfaces(v) : NULL;
}

static int checked(const struct capture_values *v)
{
    const char *wrong = wrong_with(v);

    if (v->list)
        return list_interfaces();
    if (!wrong && v->sensor && (!*v->sensor || strlen(v->sensor) > BOUND_SENSOR_NAME)) {
        options_wrong("capture", "--sensor takes a name of 1 to %u octets", BOUND_SENSOR_NAME);
        return EXIT_WRONG;
    }
    if (wrong) {
        options_wrong("capture", "%s", wrong);
        return EXIT_WRONG;
    }
    return run(v);
}

/* The words of the file that the command line names, if any: -1, and said.  A file that is wrong is
 * wrong use, as its options would be on the command line: a service is not tried again for it. */
static int read_config(int argc, char **argv, struct config *config, enum options_outcome *outcome)
{
    struct capture_values first = {.quiet = false};
    struct err e = {""};
    int operands, rc = 0;

    *outcome = options_read(&table, argc, argv, &first, &operands);
    if (*outcome == OPTIONS_READ && first.config)
        rc = config_read(config, &table, first.config, &e);
    options_free(&table, &first);
    if (rc < 0)
        command_failed("capture", e.text);
    return rc;
}

int cmd_capture(int argc, char **argv)
{
    struct capture_values values = {.quiet = false};
    struct config config = {0};
    enum options_outcome outcome;
    int operands, status = EXIT_WRONG;

    if (read_config(argc, argv, &config, &outcome) < 0)
        return command_end("capture", EXIT_WRONG);
    if (outcome == OPTIONS_READ)
        outcome = options_read_with(&table, config.words, config.count, argc, argv, &values,
                                    &operands);
    if (outcome == OPTIONS_READ && operands != argc)
        options_wrong("capture", "'%s': capture files are given with -r", argv[operands]);
    else if (outcome == OPTIONS_READ)
        status = checked(&values);
    else if (outcome == OPTIONS_HELP)
        status = EXIT_DONE;
    options_free(&table, &values);
    config_free(&config);
    return command_end("capture", status);
}
