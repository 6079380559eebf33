/* call.c - see call.h. */
#include "call.h"

#include "background.h"

#include <math.h>
#include <stdlib.h>

/* What dialogue_seed() is asked for; 1, 2, 8 and 9 are taken by dialogues. */
enum { PURPOSE_PATH = 16, PURPOSE_NUMBERS, PURPOSE_FATE, PURPOSE_BACKGROUND };

void call_free(struct call **c)
{
    if (*c)
        connection_free(&(*c)->connection);
    free(*c);
    *c = NULL;
}

void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->count; i++)
        call_free(&b->calls[i]);
    free(b->calls);
    *b = (struct batch){.count = 0};
}

uint64_t batch_count(const struct scenario *s)
{
    return (s->sessions + BATCH_SESSIONS - 1) / BATCH_SESSIONS;
}

static struct call *add(struct batch *b)
{
    if (b->count == b->room) {
        b->room = b->room ? 2 * b->room : 2 * (size_t)BATCH_SESSIONS;
        b->calls = must_grow(b->calls, b->room, sizeof(struct call *));
    }
    return b->calls[b->count++] = must_alloc(1, sizeof(struct call));
}

/* ---- the way between two: 1 to 200 ms, 10 Mbit/s to 1 Gbit/s, the same each time they meet */

static double between(struct random *r, double least, double most)
{
    return least * pow(most / least, random_unit(r));
}

static struct path path_of(const struct stage *stage, uint32_t client, uint32_t server)
{
    uint64_t two = (uint64_t)client << 32 | server;
    struct random r = random_seeded(dialogue_seed(&stage->population->scenario, two, PURPOSE_PATH));
    struct path p = {
        .round_trip_ns = (int64_t)between(&r, 1e6, 200e6),
        .segment_ns = (int64_t)between(&r, 12e3, 1200e3),
        .far = stage->near == SPEAKER_CLIENT ? SPEAKER_SERVER : SPEAKER_CLIENT,
    };

    p.ttl[stage->near] = 63;
    p.ttl[p.far] = (uint8_t)(40 + random_below(&r, 16));
    return p;
}

static enum wrapping wrapping_of(enum scenario_tunnel tunnel)
{
    static const enum wrapping all[] = {
        [TUNNEL_NONE] = WRAP_NOT,
        [TUNNEL_GRE] = WRAP_GRE,
        [TUNNEL_VLAN] = WRAP_VLAN,
        [TUNNEL_VXLAN] = WRAP_VXLAN,
    };
    return all[tunnel];
}

static struct random random_of(const struct scenario *s, uint64_t number, unsigned purpose)
{
    return random_seeded(dialogue_seed(s, number, purpose));
}

/* ---- mail */

static int add_session(const struct stage *stage, uint64_t number, struct batch *b)
{
    const struct scenario *s = &stage->population->scenario;
    struct scenario_session session;

    scenario_session(stage->population, number, &session);
    for (unsigned i = 0; i < session.count; i++) {
        const struct scenario_connection *k = &session.connections[i];
        struct call *c = add(b);
        struct connection *to = &c->connection;
        c->mail = true;
        c->known_ns = session.connections[0].started_ns;
        c->random = random_of(s, number * SCENARIO_CONNECTIONS + i, PURPOSE_FATE);
        if (dialogue_make(stage, &session, i, &to->speech, &c->truth, &b->error) < 0)
            return -1;
        to->ends[SPEAKER_CLIENT] = c->truth.client;
        to->ends[SPEAKER_SERVER] = c->truth.server;
        to->path = path_of(stage, session.client, k->server);
        to->path.wrapping = wrapping_of(session.tunnel);
        to->path.tag = (uint16_t)(100 + session.client % 16);
        c->truth.wrapping = wrapping_name(to->path.wrapping);
        connection_begin(to, k->started_ns,
                         dialogue_seed(s, number * SCENARIO_CONNECTIONS + i, PURPOSE_NUMBERS));
    }
    return 0;
}

/* ---- what is no mail: as many frames beside the mail's as its share asks for */

static int add_background(const struct stage *stage, uint64_t number, struct batch *b)
{
    const struct scenario *s = &stage->population->scenario;
    struct random r = random_of(s, number, PURPOSE_BACKGROUND);
    uint64_t mail = 0, other = 0;

    for (size_t i = 0; i < b->count; i++)
        mail += connection_segments(&b->calls[i]->connection);
    int64_t first = b->calls[0]->known_ns, last = b->calls[b->count - 1]->known_ns;
    double wanted = (double)mail * s->background / (1 - s->background);
    while ((double)other < wanted) {
        struct call *c = add(b);
        int64_t at = first + (int64_t)random_below(&r, (uint64_t)(last - first) + 1);
        uint32_t client = (uint32_t)random_below(&r, s->clients), server;
        c->known_ns = at;
        c->random = random_seeded(random_u64(&r));
        if (background_make(stage, client, &r, &c->connection, &server, &b->error) < 0)
            return -1;
        c->connection.path = path_of(stage, client, server);
        connection_begin(&c->connection, at, random_u64(&r));
        other += connection_segments(&c->connection);
    }
    return 0;
}

/* In the order of time; of one moment as they were made. */
static void sort(struct batch *b)
{
    for (size_t i = 1; i < b->count; i++) {
        struct call *c = b->calls[i];
        size_t at = i;
        for (; at > 0 && b->calls[at - 1]->known_ns > c->known_ns; at--)
            b->calls[at] = b->calls[at - 1];
        b->calls[at] = c;
    }
}

void batch_make(const struct stage *stage, uint64_t number, struct batch *batch_r)
{
    const struct scenario *s = &stage->population->scenario;
    uint64_t first = number * BATCH_SESSIONS, end = first + BATCH_SESSIONS;

    *batch_r = (struct batch){.count = 0};
    for (uint64_t i = first; i < end && i < s->sessions; i++)
        if (add_session(stage, i, batch_r) < 0)
            return;
    if (batch_r->count && s->background > 0 && add_background(stage, number, batch_r) == 0)
        sort(batch_r);
}
