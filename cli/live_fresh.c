/* live_fresh.c - see live_fresh.h. */
#include "live_fresh.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FRESH 16384u /* a power of two, some batches */
#define PROBES 8u

struct fresh {
    struct entry {
        int64_t started_ns;
        struct endpoint client;
        uint64_t number;             /* in the order they came; 0: none waits here */
        struct live_finding finding; /* its class and rule are not known yet */
    } entry[FRESH];
    uint64_t added;
};

struct fresh *fresh_new(void)
{
    return must_alloc(1, sizeof(struct fresh));
}

void fresh_free(struct fresh **r)
{
    free(*r);
    *r = NULL;
}

/* Where a session may stand. */
static struct entry *place(struct fresh *r, int64_t started_ns, uint16_t port, unsigned probe)
{
    uint64_t hash = ((uint64_t)started_ns ^ port) * UINT64_C(0x9e3779b97f4a7c15);

    return &r->entry[((hash >> 32) + probe) % FRESH];
}

static void endpoint(char to[64], const struct endpoint *end)
{
    char text[ADDRESS_TEXT];

    address_text(text, &end->address);
    snprintf(to, 64, end->address.version == 6 ? "[%s]:%u" : "%s:%u", text, end->port);
}

/* A place that is free, or that of the oldest around. */
static struct entry *room(struct fresh *r, const struct facts *f)
{
    struct entry *oldest = place(r, f->started_ns, f->client.port, 0);

    for (unsigned probe = 1; probe < PROBES; probe++) {
        struct entry *e = place(r, f->started_ns, f->client.port, probe);
        if (e->number < oldest->number)
            oldest = e;
    }
    return oldest;
}

void fresh_add(struct fresh *r, const struct facts *f)
{
    struct entry *e = room(r, f);

    *e = (struct entry){.started_ns = f->started_ns, .client = f->client, .number = ++r->added};
    e->finding.ended_ns = f->ended_ns;
    e->finding.messages = f->messages;
    endpoint(e->finding.client, &f->client);
    endpoint(e->finding.server, &f->server);
    snprintf(e->finding.server_name, sizeof e->finding.server_name, "%.*s",
             (int)sizeof e->finding.server_name - 1, f->server_name);
}

static struct entry *find(struct fresh *r, const struct judged *judged)
{
    for (unsigned probe = 0; probe < PROBES; probe++) {
        struct entry *e = place(r, judged->started_ns, judged->client.port, probe);
        if (e->number && e->started_ns == judged->started_ns &&
            endpoint_equal(&e->client, &judged->client))
            return e;
    }
    return NULL;
}

void fresh_judged(struct fresh *r, const struct judged *judged, struct live_view *view)
{
    const struct verdict *v = judged->verdict;
    struct entry *e = find(r, judged);
    const struct finding *best = evidence_best(&v->findings);

    if (!e)
        return; /* judged once more */
    e->number = 0;
    view->sessions[v->class]++;
    memmove(view->last + 1, view->last, sizeof view->last - sizeof view->last[0]);
    view->last_count += view->last_count < LIVE_FINDINGS;
    view->last[0] = e->finding;
    view->last[0].class = v->class;
    snprintf(view->last[0].rule, sizeof view->last[0].rule, "%s", best ? best->rule : "");
}
