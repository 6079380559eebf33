/*
 * capture_live.c - mailtap capture -i: watch interfaces until told to stop; see live.h.
 *
 * In order: open what needs rights, give the rights up, open the database, begin to read.  Then the
 * main thread waits for signals, and tells the service manager, the log and the terminal.
 */
#include "capture.h"
#include "command.h"
#include "live.h"
#include "service.h"

#include <mailtap/clock.h>
#include <mailtap/path.h>
#include <mailtap/text.h>

#include <errno.h>
#include <malloc.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define LOG_NS (60 * SECOND)
#define WATCH_NS (500 * MS)
#define LOOK_NS (250 * MS) /* at what threads say */
#define END_MS 800         /* from the signal to the end */

/* A thread that does not go round in this time hangs; the database may be waited for longer. */
#define READER_HANGS_NS (10 * SECOND)
#define KEEPER_HANGS_NS (300 * SECOND)

struct live {
    const struct capture_values *values;
    struct rows *rows;
    struct live_reader *readers;
    unsigned reader_count, opened;
    struct keeper *keeper;
    struct service *service;
    struct live_view now, logged, drawn;
    int64_t begun_at, logged_at, drawn_at, alive_at;
    bool was_up[LIVE_INTERFACES], was_failing;
    uint64_t steps;
    char trouble[512]; /* of a reader, said last */
    bool watching;
};

/* ---- saying: on standard error, with the time where no journal adds it */

static void say(const char *text)
{
    char time[TEXT_TIME] = "";

    if (!getenv("JOURNAL_STREAM")) {
        text_time(time, clock_real());
        time[19] = 'Z'; /* to the second */
        time[20] = '\0';
    }
    fprintf(stderr, "mailtap capture: %s%s%s\n", time, *time ? " " : "", text);
}

__attribute__((format(printf, 1, 2))) static void sayf(const char *format, ...)
{
    char text[1024];
    va_list more;

    va_start(more, format);
    vsnprintf(text, sizeof text, format, more);
    va_end(more);
    say(text);
}

/* ---- the view */

/* Octets of findings that may wait for the database. */
static uint64_t waiting_most(const struct capture_values *v)
{
    return v->max_waiting ? v->max_waiting << 20 : BOUND_WAITING_OCTETS;
}

static void take_view(struct live *l)
{
    struct live_view *v = &l->now;
    struct rows_counts waiting = rows_counts(l->rows);

    v->seconds = (double)(clock_monotonic() - l->begun_at) / 1e9;
    v->interfaces = l->values->interfaces.count;
    v->rows_dropped = 0;
    for (unsigned i = 0; i < v->interfaces; i++) {
        struct live_interface *in = &v->interface[i];
        snprintf(in->name, sizeof in->name, "%.31s", l->values->interfaces.items[i]);
        live_counts(&in->counts, l->readers, l->reader_count, i);
        in->counts.rows_dropped = rows_dropped(l->rows, i);
        v->rows_dropped += in->counts.rows_dropped;
    }
    v->flows_open = 0;
    for (unsigned r = 0; r < l->reader_count; r++) {
        struct live_told told = live_reader_told(&l->readers[r]);
        v->flows_open += told.flows;
        for (unsigned i = 0; r == 0 && i < v->interfaces; i++)
            v->interface[i].up = told.up[i];
    }
    uint64_t flows = l->values->max_flows ? l->values->max_flows : BOUND_FLOWS;
    v->flows_most = flows * l->reader_count * v->interfaces;
    v->waiting = waiting.waiting;
    v->waiting_octets = waiting.octets;
    v->waiting_most = waiting_most(l->values);
}

/* ---- what changed is said at once */

static void say_interfaces(struct live *l)
{
    for (unsigned i = 0; i < l->now.interfaces; i++) {
        bool up = l->now.interface[i].up;
        if (up != l->was_up[i])
            sayf("%s is %s", l->now.interface[i].name,
                 up ? "up again" : "down or gone; it is watched again when it is back");
        l->was_up[i] = up;
    }
}

static void say_changes(struct live *l)
{
    uint64_t steps = l->now.interface[0].counts.clock_steps;

    say_interfaces(l);
    if (steps != l->steps)
        say("the host's clock was set; times that are told from now on are by the new one");
    l->steps = steps;
    if (l->now.writing_fails != l->was_failing) {
        if (l->now.writing_fails)
            sayf("%s; findings wait, and are written when that is over", l->now.trouble);
        else
            sayf("%s can be written again", l->now.database);
    }
    l->was_failing = l->now.writing_fails;
    for (unsigned r = 0; r < l->reader_count; r++) {
        struct live_told told = live_reader_told(&l->readers[r]);
        if (told.trouble[0] && strcmp(told.trouble, l->trouble) != 0) {
            memcpy(l->trouble, told.trouble, sizeof l->trouble);
            say(told.trouble);
        }
    }
}

/* ---- the log, the terminal, the service manager */

static void log_line(struct live *l)
{
    char line[512];

    status_line(line, sizeof line, &l->now, &l->logged);
    l->logged = l->now;
    l->logged_at = clock_monotonic();
    service_status(l->service, line);
    if (!l->values->quiet && !l->watching)
        say(line);
}

static void draw(struct live *l)
{
    struct winsize size = {0};

    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    watch_draw(stdout, &l->now, &l->drawn, size.ws_col, size.ws_row, !getenv("NO_COLOR"));
    l->drawn = l->now;
    l->drawn_at = clock_monotonic();
}

static bool all_go_round(const struct live *l)
{
    int64_t now = clock_monotonic();

    for (unsigned r = 0; r < l->reader_count; r++)
        if (now - atomic_load(&l->readers[r].alive_ns) > READER_HANGS_NS)
            return false;
    return now - keeper_alive(l->keeper) < KEEPER_HANGS_NS;
}

static void tell_all(struct live *l)
{
    int64_t now = clock_monotonic(), every = service_watchdog(l->service);

    if (every && now - l->alive_at >= every && all_go_round(l)) {
        service_alive(l->service);
        l->alive_at = now;
    }
    if (now - l->logged_at >= LOG_NS)
        log_line(l);
    if (l->watching && now - l->drawn_at >= WATCH_NS)
        draw(l);
}

/* ---- signals */

static void block_signals(sigset_t *set)
{
    sigemptyset(set);
    for (const int *s = (const int[]){SIGINT, SIGTERM, SIGHUP, SIGUSR1, SIGWINCH, 0}; *s; s++)
        sigaddset(set, *s);
    pthread_sigmask(SIG_BLOCK, set, NULL);
    signal(SIGPIPE, SIG_IGN);
}

static void on_hangup(struct live *l)
{
    service_reloading(l->service);
    keeper_reopen(l->keeper);
    say(l->values->rotate_every || l->values->rotate_size ? "SIGHUP: the next database is begun"
                                                          : "SIGHUP: the database is opened anew");
    service_ready(l->service, NULL);
}

/* The signal that ends it, or 0. */
static int wait_for_signal(struct live *l, const sigset_t *set)
{
    const struct timespec look = {.tv_nsec = LOOK_NS};
    int s = sigtimedwait(set, NULL, &look);

    switch (s) {
    case SIGINT:
    case SIGTERM:
        return s;
    case SIGHUP:
        on_hangup(l);
        break;
    case SIGUSR1:
        keeper_view(l->keeper, &l->now);
        take_view(l);
        status_page(stderr, &l->now);
        break;
    case SIGWINCH:
        l->drawn_at = 0;
        break;
    default:
        break;
    }
    return 0;
}

static bool any_reads(const struct live *l)
{
    for (unsigned r = 0; r < l->reader_count; r++)
        if (!live_reader_told(&l->readers[r]).over)
            return true;
    return false;
}

/* Until a signal, or until nothing is left to read or to write to. */
static void watch_over(struct live *l, const sigset_t *set)
{
    bool good = true;

    while (good && any_reads(l)) {
        if (wait_for_signal(l, set))
            return;
        good = keeper_view(l->keeper, &l->now);
        take_view(l);
        say_changes(l);
        tell_all(l);
    }
}

/* ---- from the beginning to the end */

static int open_readers(struct live *l, unsigned keep, const struct filter *filter, struct err *e)
{
    unsigned fanout[LIVE_INTERFACES] = {0};

    l->readers = must_alloc(l->reader_count, sizeof *l->readers);
    for (; l->opened < l->reader_count; l->opened++)
        if (live_reader_open(&l->readers[l->opened], l->values, keep, filter, l->rows,
                             l->reader_count > 1 ? fanout : NULL, e) < 0) {
            l->opened++;
            return -1;
        }
    return 0;
}

static int give_up_rights(struct live *l, const char *folder, struct err *e)
{
    const struct capture_values *v = l->values;
    struct confinement c = {.mode = v->confine, .user = v->user};
    struct confined done;
    char text[256];

    c.writable[c.writables++] = folder;
    if (v->trust_store && strcmp(v->trust_store, "none") != 0)
        c.readable[c.readables++] = v->trust_store;
    else
        c.readable[c.readables++] = "/etc/ssl/certs";
    if (store_set_temp(folder) < 0 || confine(&c, &done, e) < 0)
        return -1;
    confine_describe(&done, text, sizeof text);
    if (!v->quiet)
        say(text);
    return 0;
}

/* What there is to say before the first line of status; the manager shows it as well. */
static void say_listening(struct live *l)
{
    char names[256] = "", text[1024];
    size_t n = 0;

    for (unsigned i = 0; i < l->values->interfaces.count && n < sizeof names - 40; i++)
        n += (size_t)snprintf(names + n, sizeof names - n, "%s%.32s", i ? ", " : "",
                              l->values->interfaces.items[i]);
    snprintf(text, sizeof text, "listening on %s; findings go to %s", names, l->values->database);
    if (!l->values->quiet)
        fprintf(stderr, "mailtap capture: %s\n", text);
    service_ready(l->service, text);
}

static int start(struct live *l, struct err *e)
{
    if (keeper_open(l->keeper, e) < 0 || keeper_start(l->keeper, e) < 0)
        return -1;
    for (unsigned i = 0; i < l->reader_count; i++)
        if (live_reader_start(&l->readers[i], e) < 0)
            return -1;
    return 0;
}

/* Readers first: what they had open goes to the keeper, who then ends. */
static int stop(struct live *l, struct err *e)
{
    int64_t until = clock_monotonic() + END_MS * MS;

    for (unsigned i = 0; i < l->opened; i++)
        atomic_store(&l->readers[i].stop, true);
    for (unsigned i = 0; i < l->opened; i++)
        live_reader_join(&l->readers[i]);
    return keeper_join(l->keeper, until, e);
}

static void say_end(struct live *l)
{
    keeper_view(l->keeper, &l->now);
    take_view(l);
    log_line(l);
    if (l->values->verbose && !l->values->quiet)
        status_page(stderr, &l->now);
    if (!l->values->quiet && !keeper_judged_all(l->keeper))
        sayf("the last verdicts were not all worked out in time; 'mailtap classify %s' does it",
             l->now.database);
    if (!l->values->quiet)
        sayf("ended; findings are in %s", l->now.database);
}

static int run(struct live *l, const sigset_t *set, struct err *e)
{
    if (start(l, e) < 0) {
        struct err unused;
        stop(l, &unused);
        return -1;
    }
    l->begun_at = l->logged_at = clock_monotonic();
    for (unsigned i = 0; i < LIVE_INTERFACES; i++)
        l->was_up[i] = true;
    say_listening(l);
    l->watching = l->values->watch;
    if (l->watching)
        watch_begin(stdout);
    watch_over(l, set);
    service_stopping(l->service);
    if (l->watching)
        watch_end(stdout);
    l->watching = false;
    int rc = stop(l, e);
    say_changes(l);
    say_end(l);
    return rc;
}

static int prepare(struct live *l, unsigned keep, const struct filter *filter, struct err *e)
{
    const struct capture_values *v = l->values;

    l->reader_count = v->workers ? (unsigned)v->workers : 1;
    l->rows = rows_new(waiting_most(v));
    if (open_readers(l, keep, filter, e) < 0)
        return -1;
    l->keeper = keeper_new(v, l->readers[0].trust != NULL, l->rows, l->readers, l->reader_count);
    char *folder = path_folder(v->database);
    int rc = give_up_rights(l, folder, e);
    free(folder);
    return rc;
}

static void release(struct live *l)
{
    keeper_free(&l->keeper);
    for (unsigned i = 0; i < l->opened; i++)
        live_reader_close(&l->readers[i]);
    free(l->readers);
    rows_free(&l->rows);
    service_close(&l->service);
}

/* Tables of megabytes come and go with each database.  When glibc has seen one freed it takes the next from
 * the heap (mallopt(3), M_MMAP_THRESHOLD), where it leaves a hole; told a limit, it leaves that as it is. */
static void keep_heap_small(void)
{
    mallopt(M_MMAP_THRESHOLD, 128 * 1024);
}

int capture_live(const struct capture_values *v, unsigned keep, const struct filter *filter)
{
    struct live *l = must_alloc(1, sizeof *l);
    struct err e = {""};
    sigset_t set;

    keep_heap_small();
    confine_core();
    block_signals(&set);
    l->values = v;
    l->service = service_open();
    int rc = prepare(l, keep, filter, &e) < 0 ? -1 : run(l, &set, &e);
    bool gone = rc == 0 && l->trouble[0];
    release(l);
    free(l);
    if (rc < 0)
        return command_failed("capture", e.text);
    return gone ? EXIT_DAMAGED : EXIT_DONE;
}
