/* live_reader.c - a thread that reads interfaces and hands on what it finds; see live.h. */
#include "live.h"

#include <mailtap/clock.h>
#include <mailtap/frame.h>
#include <mailtap/thread.h>

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

/* Frames of one interface before the others, and the clocks, have their turn: some milliseconds. */
#define FRAMES_AT_ONCE 8192

/* How long it waits for frames before it looks at the clocks all the same. */
#define WAIT_MS 100

/* ---- its sink: what it found, told by the host's clock */

static unsigned number_of(const struct live_reader *r, const struct part *part)
{
    return (unsigned)(part - r->part);
}

/* Brought to its end here: there may be many readers, and there is one keeper. */
static int session(void *of, const struct part *part, struct session **s, struct err *e)
{
    struct live_reader *r = of;

    (void)e; /* what finds no room is counted */
    facts_shift(session_facts(*s, NULL), r->steady.behind_ns);
    rows_put_session(r->rows, number_of(r, part), s);
    return 0;
}

static int dns(void *of, const struct part *part, int64_t seen_ns, const struct ip_address *asker,
               const struct dns_message *m, struct err *e)
{
    struct live_reader *r = of;

    (void)e;
    rows_put_dns(r->rows, number_of(r, part), steady_told(&r->steady, seen_ns), asker, m);
    return 0;
}

/* ---- opening and closing */

int live_reader_open(struct live_reader *r, const struct capture_values *v, unsigned keep,
                     const struct filter *filter, struct rows *rows, unsigned *fanout,
                     struct err *e)
{
    const struct sink to = {.of = r, .session = session, .dns = dns};
    struct live_options options = {
        .buffer_mib = v->buffer ? (unsigned)v->buffer : 64,
        .snapshot = v->snapshot ? (unsigned)v->snapshot : BOUND_FRAME_OCTETS,
        .promiscuous = !v->not_promiscuous,
        .filter = v->filter,
        .steady = &r->steady,
    };

    *r = (struct live_reader){.values = v, .rows = rows, .interfaces = v->interfaces.count};
    pthread_mutex_init(&r->lock, NULL);
    atomic_init(&r->stop, false);
    atomic_init(&r->alive_ns, clock_monotonic());
    steady_begin(&r->steady, clock_real(), clock_monotonic());
    for (unsigned i = 0; i < r->interfaces; i++) {
        options.fanout = fanout ? &fanout[i] : NULL;
        if (!(r->source[i] = source_open_live(v->interfaces.items[i], &options, e)))
            return -1;
        r->told.up[i] = true;
    }
    if (capture_trust(v, &r->trust, e) < 0)
        return -1;
    r->certificates = cert_memory_new();
    struct pipeline p = capture_pipeline(v, keep, r->trust, filter);
    p.session.certificates = r->certificates;
    p.at_once = FRAMES_AT_ONCE;
    p.frame_limit = v->count;
    for (unsigned i = 0; i < r->interfaces; i++)
        if (!(r->reading[i] = pipeline_open(&p, &to, e)))
            return -1;
    return 0;
}

void live_reader_close(struct live_reader *r)
{
    struct err unused;

    for (unsigned i = 0; i < r->interfaces; i++) {
        pipeline_close(&r->reading[i], &unused);
        source_close(&r->source[i]);
    }
    cert_memory_free(&r->certificates);
    trust_free(&r->trust);
    pthread_mutex_destroy(&r->lock);
}

/* ---- what it tells */

static void trouble(struct live_reader *r, const char *text)
{
    pthread_mutex_lock(&r->lock);
    snprintf(r->told.trouble, sizeof r->told.trouble, "%s", text);
    pthread_mutex_unlock(&r->lock);
}

static void tell(struct live_reader *r, bool over)
{
    pthread_mutex_lock(&r->lock);
    r->told.flows = 0;
    for (unsigned i = 0; i < r->interfaces; i++) {
        struct capture_counts *c = &r->told.counts[i];
        *c = r->part[i].counts;
        c->clock_steps = r->steady.steps;
        c->clock_set_ns = r->steady.behind_ns;
        c->outages = r->source[i] ? source_outages(r->source[i]) : c->outages;
        c->started_ns += c->started_ns ? r->steady.behind_ns : 0;
        c->ended_ns += c->ended_ns ? r->steady.behind_ns : 0;
        r->told.up[i] = r->source[i] && source_is_up(r->source[i]);
        r->told.flows += r->reading[i] ? pipeline_flows(r->reading[i]) : 0;
    }
    r->told.over = over;
    pthread_mutex_unlock(&r->lock);
}

struct live_told live_reader_told(struct live_reader *r)
{
    pthread_mutex_lock(&r->lock);
    struct live_told told = r->told;
    pthread_mutex_unlock(&r->lock);
    return told;
}

/* ---- reading */

static void wait_for_frames(const struct live_reader *r)
{
    struct pollfd p[LIVE_INTERFACES];

    for (unsigned i = 0; i < r->interfaces; i++)
        p[i] = (struct pollfd){.fd = r->source[i] ? source_descriptor(r->source[i]) : -1,
                               .events = POLLIN};
    poll(p, r->interfaces, WAIT_MS);
}

static void give_up(struct live_reader *r, unsigned i, const char *why)
{
    trouble(r, why);
    tell(r, false); /* what the source has counted, while it is there */
    source_close(&r->source[i]);
}

/* False: nDPI or the rows failed, which ends it all. */
static bool read_one(struct live_reader *r, unsigned i)
{
    struct err damage = {""}, e = {""};

    /* A frame that waits in the ring is at most that old; it must not come too late for its flow. */
    pipeline_quiet(r->reading[i], r->steady.steady_ns - INT64_C(1000000000), &e);
    switch (pipeline_read(r->reading[i], r->source[i], &r->part[i], &damage, &e)) {
    case PIPELINE_DONE:
    case PIPELINE_INTERRUPTED:
        if (r->values->count && r->part[i].counts.frames >= r->values->count)
            give_up(r, i, "");
        return true;
    case PIPELINE_DAMAGED:
        give_up(r, i, damage.text);
        return true;
    case PIPELINE_FAILED:
        break;
    }
    trouble(r, e.text);
    return false;
}

static bool go_round(struct live_reader *r)
{
    bool any = false;

    steady_look(&r->steady, clock_real(), clock_monotonic());
    for (unsigned i = 0; i < r->interfaces; i++) {
        if (r->source[i] && !read_one(r, i))
            return false;
        any = any || r->source[i];
    }
    return any;
}

static void *run(void *of)
{
    struct live_reader *r = of;
    struct err e = {""};

    while (!atomic_load(&r->stop) && go_round(r)) {
        tell(r, false);
        atomic_store(&r->alive_ns, clock_monotonic());
        wait_for_frames(r);
    }
    if (atomic_load(&r->stop)) /* what is in the ring was captured */
        go_round(r);
    for (unsigned i = 0; i < r->interfaces; i++)
        if (pipeline_close(&r->reading[i], &e) < 0)
            trouble(r, e.text);
    tell(r, true);
    return NULL;
}

int live_reader_start(struct live_reader *r, struct err *e)
{
    int rc = thread_begin(&r->thread, run, r, e);

    r->started = rc == 0;
    return rc;
}

void live_reader_join(struct live_reader *r)
{
    if (!r->started)
        return;
    atomic_store(&r->stop, true);
    pthread_join(r->thread, NULL);
    r->started = false;
}
