/*
 * scenario_relations.c - what is to be expected of a scenario; see scenario.h.
 *
 * Who is who is drawn, and what is left to chance in a session between two of them is few yes or no:
 * so all cases are gone through, each planned as scenario_session() plans it, and weighted.
 */
#include "scenario_private.h"

#include <mailtap/bounds.h>

#include <math.h>
#include <stdlib.h>

struct building {
    const struct scenario_population *p;
    enum scenario_service services[SERVICES]; /* those that there are */
    unsigned service_count;
    struct relation_server *nodes; /* a server at one service; some nobody talks to */
    struct relation_client *clients;
    struct relation *list; /* in the order of client; `server` is a node */
    size_t count, room;
    size_t first; /* of the client that is at hand */
};

/* A server that a client sends to, and so many sessions. */
struct partner {
    uint32_t server;
    double sessions;
};

static size_t node_of(const struct building *b, uint32_t server, unsigned service)
{
    return (size_t)server * b->service_count + service;
}

/* ---- relations of one client */

static struct relation *add_relation(struct building *b, uint32_t client, uint32_t node)
{
    if (b->count == b->room) {
        b->room = b->room ? 2 * b->room : 1024;
        b->list = must_grow(b->list, b->room, sizeof *b->list);
    }
    b->list[b->count] = (struct relation){.client = client, .server = node};
    return &b->list[b->count++];
}

/* A client has few, and those of the destination at hand are the last ones. */
static struct relation *relation_with(struct building *b, uint32_t client, uint32_t node)
{
    for (size_t i = b->count; i > b->first; i--)
        if (b->list[i - 1].server == node)
            return &b->list[i - 1];
    return add_relation(b, client, node);
}

static void try(struct trials *t, double sessions, bool did)
{
    t->of += sessions;
    if (did)
        t->did += sessions;
}

/* The reply to EHLO, as the client gets it: did it come, and is the offer in it? */
static bool has_reply(const struct scenario_connection *k)
{
    return !k->implicit && k->box != BOX_EHLO;
}

static bool shows_offer(const struct scenario_connection *k)
{
    return has_reply(k) && k->offers && k->box != BOX_DELETED && k->box != BOX_MASKED;
}

/* It could not have TLS: v_reaction has it. */
static bool went_without(const struct scenario_connection *k)
{
    return !k->established && ((has_reply(k) && !shows_offer(k)) || k->asks);
}

static void count_trials(struct building *b, const struct scenario_session *s, unsigned at,
                         size_t node, double sessions)
{
    const struct scenario_connection *k = &s->connections[at], *next = k + 1;
    struct relation_server *server = &b->nodes[node];
    struct relation_client *client = &b->clients[s->client];
    bool followed = at + 1 < s->count, touched = k->box != BOX_FORMS;
    bool falls_back = followed && next->server == k->server;

    if (has_reply(k) && !touched)
        try(&server->offered, sessions, k->offers);
    if (k->asks && !touched)
        try(&server->established, sessions, k->established);
    if (shows_offer(k) && (k->asks || (k->messages && !touched)))
        try(&client->used, sessions, k->asks);
    if (shows_offer(k) && (!k->asks || k->established))
        try(&client->control, sessions, !k->messages);
    if (!went_without(k))
        return;
    try(&client->insisted, sessions, !k->messages && !falls_back);
    if (b->p->clients[s->client].insists)
        try(&server->alternatives, sessions, followed && next->established);
}

static void count_case(struct building *b, const struct scenario_case *c, unsigned service,
                       double sessions)
{
    struct scenario_session s = {0};

    scenario_connect(b->p, c, &s);
    for (unsigned i = 0; i < s.count; i++) {
        const struct scenario_connection *k = &s.connections[i];
        size_t node = node_of(b, k->server, service);
        struct relation *r = relation_with(b, c->client, (uint32_t)node);
        enum fate fate = scenario_fate(k);
        count_trials(b, &s, i, node, sessions);
        if (k->messages)
            r->messages[fate] += (float)(sessions * b->p->scenario.messages);
        if (k->auth && fate != FATE_ENCRYPTED)
            r->credentials[fate] += (float)sessions;
    }
}

/* What is left to chance: whether it is a probe, and which handshakes complete. */
static void count_cases(struct building *b, uint32_t client, const struct partner *partner,
                        unsigned service)
{
    const struct scenario *s = &b->p->scenario;
    double sessions = partner->sessions * scenario_service_share(s, b->services[service]);

    for (unsigned i = 0; i < 8; i++) {
        struct scenario_case c = {
            .client = client,
            .destination = partner->server,
            .service = b->services[service],
            .probe = i & 1,
            .completes = {i & 2, i & 4},
        };
        double chance = c.probe ? s->probes : 1 - s->probes;
        for (unsigned k = 0; k < SCENARIO_CONNECTIONS; k++)
            chance *= c.completes[k] ? s->established : 1 - s->established;
        if (chance > 0)
            count_case(b, &c, service, chance * sessions);
    }
}

static int by_server(const void *left, const void *right)
{
    const struct partner *a = left, *b = right;

    return (a->server > b->server) - (a->server < b->server);
}

/* Those of a client, each once: how many. */
static unsigned list_partners(const struct scenario_population *p, uint32_t client,
                              struct partner list[PARTNERS])
{
    const struct scenario_client *c = &p->clients[client];
    double all = p->clients[p->scenario.clients - 1].until, before = 0, partner_before = 0;
    unsigned count = 0;

    if (client)
        before = p->clients[client - 1].until;
    double sessions = (c->until - before) / all * (double)p->scenario.sessions;
    for (unsigned i = 0; i < c->partners; i++) {
        double share = (p->partner_until[i] - partner_before) / p->partner_until[c->partners - 1];
        list[i] = (struct partner){scenario_partner(p, client, i), sessions * share};
        partner_before = p->partner_until[i];
    }
    qsort(list, c->partners, sizeof *list, by_server);
    for (unsigned i = 0; i < c->partners; i++) {
        if (count && list[count - 1].server == list[i].server)
            list[count - 1].sessions += list[i].sessions;
        else
            list[count++] = list[i];
    }
    return count;
}

static int by_node(const void *left, const void *right)
{
    const struct relation *a = left, *b = right;

    return (a->server > b->server) - (a->server < b->server);
}

static void expect_client(struct building *b, uint32_t client)
{
    struct partner partners[PARTNERS];
    unsigned count = list_partners(b->p, client, partners);

    b->first = b->count;
    b->clients[client].address = b->p->clients[client].address;
    for (unsigned i = 0; i < count; i++)
        for (unsigned service = 0; service < b->service_count; service++)
            count_cases(b, client, &partners[i], service);
    if (b->count > b->first)
        qsort(b->list + b->first, b->count - b->first, sizeof *b->list, by_node);
}

/* ---- all of them, in their order */

static void begin(struct building *b)
{
    const struct scenario *s = &b->p->scenario;
    static const uint16_t ports[SERVICES] = {25, 587, 465};

    for (unsigned i = 0; i < SERVICES; i++)
        if (scenario_service_share(s, (enum scenario_service)i) > 0)
            b->services[b->service_count++] = (enum scenario_service)i;
    b->nodes = must_alloc(s->servers * b->service_count, sizeof *b->nodes);
    b->clients = must_alloc(s->clients, sizeof *b->clients);
    for (uint32_t i = 0; i < s->servers; i++) {
        for (unsigned k = 0; k < b->service_count; k++) {
            struct relation_server *node = &b->nodes[node_of(b, i, k)];
            node->address = b->p->servers[i].address;
            node->port = ports[b->services[k]];
            node->incapable = b->services[k] != SERVICE_IMPLICIT && !b->p->servers[i].capable;
        }
    }
}

/* Where the relations of each node begin; and the nodes that have none go.  The list is in the order of
 * client, so that within a node it stays so. */
static size_t order_nodes(struct building *b, size_t *from, uint32_t *place)
{
    size_t nodes = b->p->scenario.servers * b->service_count, kept = 0, at = 0;

    for (size_t i = 0; i < b->count; i++)
        from[b->list[i].server]++;
    for (size_t i = 0; i < nodes; i++) {
        size_t count = from[i];
        from[i] = at;
        at += count;
        place[i] = (uint32_t)kept;
        if (count)
            b->nodes[kept++] = b->nodes[i];
    }
    return kept;
}

static double in_the_clear(const struct relation *r)
{
    double sum = 0;

    for (unsigned i = 0; i < FATES; i++)
        if (i != FATE_ENCRYPTED)
            sum += (double)r->messages[i];
    return sum;
}

/* A client's domain and a server's are a pair, whatever the port; `list` has those side by side. */
static void relate_domains(const struct building *b, const size_t *to, struct relations *r)
{
    struct correspondence *last = NULL;
    uint64_t pair_of_last = 0;
    size_t n = 0;

    for (size_t i = 0; i < b->count; i++) {
        const struct relation *one = &b->list[i];
        double transactions = in_the_clear(one);
        uint64_t pair = (uint64_t)one->client << 32 | one->server / b->service_count;
        if (!(transactions > 0))
            continue;
        if (!last || pair != pair_of_last)
            r->pair_count++;
        pair_of_last = pair;
        last = &r->correspondences[n++];
        *last = (struct correspondence){(uint32_t)r->pair_count - 1, (uint32_t)to[i],
                                        (float)transactions};
    }
}

static struct relations *in_order(struct building *b)
{
    size_t nodes = b->p->scenario.servers * b->service_count, clear = 0;
    size_t *from = must_alloc(nodes, sizeof *from), *to = must_alloc(b->count + 1, sizeof *to);
    uint32_t *place = must_alloc(nodes, sizeof *place);
    size_t kept = order_nodes(b, from, place);

    for (size_t i = 0; i < b->count; i++)
        clear += in_the_clear(&b->list[i]) > 0;
    struct relations *r = relations_new(kept, b->p->scenario.clients, b->count, clear);
    memcpy(r->servers, b->nodes, kept * sizeof *r->servers);
    memcpy(r->clients, b->clients, b->p->scenario.clients * sizeof *r->clients);
    for (size_t i = 0; i < b->count; i++) {
        to[i] = from[b->list[i].server]++;
        r->list[to[i]] = b->list[i];
        r->list[to[i]].server = place[b->list[i].server];
    }
    relate_domains(b, to, r);
    free(from);
    free(to);
    free(place);
    return r;
}

struct relations *scenario_relations(const struct scenario *s, struct err *e)
{
    struct scenario_population *p = scenario_populate(s);
    struct building b = {.p = p};
    struct relations *r = NULL;

    begin(&b);
    for (uint32_t i = 0; i < s->clients && b.count <= BOUND_RELATIONS; i++)
        expect_client(&b, i);
    if (b.count > BOUND_RELATIONS)
        err_set(e,
                "the scenario has more than %u pairs of client and server: give it fewer clients, "
                "or fewer sessions",
                BOUND_RELATIONS);
    else
        r = in_order(&b);
    free(b.nodes);
    free(b.clients);
    free(b.list);
    scenario_population_free(&p);
    return r;
}
