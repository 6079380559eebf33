/* simulate_draw.c - one world: rates, and who follows; see simulate_private.h. */
#include "simulate_private.h"

#include <math.h>
#include <stdlib.h>

/* ---- who follows */

static int by_share(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

static void make_ladder(struct ladder *l, const struct stage *g, enum letter letter)
{
    const struct simulation *s = g->s;

    *l = (struct ladder){.shares = must_alloc(s->policy_count, sizeof *l->shares)};
    for (unsigned i = 0; i < s->policy_count; i++)
        l->shares[i] = s->policies[i].follow[letter];
    qsort(l->shares, s->policy_count, sizeof *l->shares, by_share);
    for (unsigned i = 0; i < s->policy_count; i++) {
        if (!l->count || l->shares[i] != l->shares[l->count - 1])
            l->shares[l->count++] = l->shares[i];
    }
    l->bits = must_alloc(l->count + 1, g->blocks);
    for (unsigned rank = 0; rank <= l->count; rank++) {
        for (unsigned i = 0; i < s->policy_count; i++) {
            bool follows = rank < l->count && s->policies[i].follow[letter] >= l->shares[rank];
            uint8_t *bits = &l->bits[rank * g->blocks + i / LANES];
            *bits = (uint8_t)(*bits | follows << i % LANES);
        }
    }
}

void stage_make_ladders(struct stage *g)
{
    for (enum letter i = 0; i < LETTERS; i++)
        make_ladder(&g->ladders[i], g, i);
}

void stage_free_ladders(struct stage *g)
{
    for (enum letter i = 0; i < LETTERS; i++) {
        free(g->ladders[i].shares);
        free(g->ladders[i].bits);
    }
}

static unsigned rank_of(const struct ladder *l, double number)
{
    unsigned rank = 0;

    while (rank < l->count && l->shares[rank] <= number)
        rank++;
    return rank;
}

/* ---- room */

void world_make(struct world *w_r, const struct stage *g)
{
    size_t servers = g->r->server_count, clients = g->r->client_count;

    *w_r = (struct world){
        .established = must_alloc(servers, sizeof *w_r->established),
        .alternatives = must_alloc(servers, sizeof *w_r->alternatives),
        .drawn = must_alloc(servers, sizeof *w_r->drawn),
        .used = must_alloc(clients, sizeof *w_r->used),
        .insists = must_alloc(clients, sizeof *w_r->insists),
        .insist_rank = must_alloc(clients, sizeof *w_r->insist_rank),
        .offers = must_alloc(servers, g->blocks),
        .uses = must_alloc(clients, g->blocks),
        .demands = must_alloc(clients, g->blocks),
        .group = must_alloc(g->r->count, sizeof *w_r->group),
    };
    for (size_t i = 0; i < g->r->count; i++)
        w_r->group[i] = g->vision.set[i];
}

void world_free(struct world *w)
{
    free(w->established);
    free(w->alternatives);
    free(w->drawn);
    free(w->used);
    free(w->insists);
    free(w->insist_rank);
    free(w->offers);
    free(w->uses);
    free(w->demands);
    free(w->group);
}

/* ---- one world */

/* Each kind of number has a generator of its own: what is asked does not change what is drawn. */
enum kind {
    KIND_PRIOR,
    KIND_FOLLOW,
    KIND_RATE,
    KIND_INSIST,
    KIND_ALTERNATIVE,
    KIND_WEIGHT,
    KIND_PATH
};

/* splitmix64's last steps, over both. */
uint64_t world_hash(uint64_t a, uint64_t b)
{
    uint64_t z = a * UINT64_C(0x9e3779b97f4a7c15) + b;

    z = (z ^ z >> 32) * UINT64_C(0xd6e8feb86659fd93);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static uint64_t seed_of(const struct stage *g, unsigned draw, enum kind kind)
{
    return world_hash(world_hash(g->s->seed, draw), kind);
}

static double posterior(struct random *r, struct trials t, struct prior p)
{
    return draw_beta(r, p.a + t.did, p.b + (t.of - t.did));
}

static void draw_rates(struct world *w, const struct stage *g, const struct priors *p,
                       struct random *r)
{
    for (size_t i = 0; i < g->r->server_count; i++) {
        if (g->server_asked[i])
            w->established[i] = posterior(r, g->r->servers[i].established, p->established);
    }
    for (size_t i = 0; i < g->r->client_count; i++) {
        if (g->client_asked[i])
            w->used[i] = posterior(r, g->r->clients[i].used, p->used);
    }
}

static void draw_servers(struct world *w, const struct stage *g, const struct priors *p,
                         struct random *r)
{
    double offered = draw_beta(r, p->offered.a, p->offered.b);
    const struct ladder *a = &g->ladders[POLICY_A], *b = &g->ladders[POLICY_B];
    size_t servers = g->r->server_count;

    for (size_t i = 0; i < servers; i++) {
        unsigned gets = rank_of(a, draw_unit(r)), must = rank_of(b, draw_unit(r));
        bool turns_on = draw_unit(r) < offered && g->r->servers[i].incapable;
        for (unsigned k = 0; k < g->blocks; k++) {
            uint8_t by_a = turns_on ? a->bits[gets * g->blocks + k] : 0;
            w->offers[k * servers + i] = (uint8_t)(by_a | b->bits[must * g->blocks + k]);
        }
    }
}

static void draw_clients(struct world *w, const struct stage *g, struct random *r)
{
    const struct ladder *c = &g->ladders[POLICY_C], *d = &g->ladders[POLICY_D];
    size_t clients = g->r->client_count;

    for (size_t i = 0; i < clients; i++) {
        unsigned uses = rank_of(c, draw_unit(r)), insists = rank_of(d, draw_unit(r));
        w->insist_rank[i] = (uint16_t)insists;
        for (unsigned k = 0; k < g->blocks; k++) {
            uint8_t demands = d->bits[insists * g->blocks + k];
            w->demands[k * clients + i] = demands;
            w->uses[k * clients + i] = (uint8_t)(c->bits[uses * g->blocks + k] | demands);
        }
    }
}

static double expected(struct trials t, struct prior p)
{
    return (p.a + t.did) / (p.a + p.b + t.of);
}

/*
 * Who ends without mail where TLS cannot be had, more often than where it can, insists.  From the means
 * of both rates: numbers drawn for each would differ by chance, and where they do upwards it would
 * look like insisting, but never the other way.
 */
static void draw_insisting(struct world *w, const struct stage *g, const struct priors *p,
                           struct random *r)
{
    for (size_t i = 0; i < g->r->client_count; i++) {
        const struct relation_client *c = &g->r->clients[i];
        double without = expected(c->insisted, p->insisted);
        double anyway = expected(c->control, p->control), number = draw_unit(r);
        w->insists[i] = number * (1 - anyway) < without - anyway;
    }
}

/* Scaled so that all messages stay as many. */
static void draw_weights(struct world *w, const struct stage *g, struct random *r)
{
    double all = 0;

    for (size_t i = 0; i < g->r->server_count; i++) {
        w->drawn[i] = draw_exponential(r);
        all += w->drawn[i] * g->server_messages[i];
    }
    for (size_t i = 0; i < g->r->server_count; i++)
        w->drawn[i] *= all > 0 ? g->messages / all : 1;
}

void world_draw(struct world *w, const struct stage *g, unsigned draw)
{
    struct random prior = random_seeded(seed_of(g, draw, KIND_PRIOR));
    struct random follow = random_seeded(seed_of(g, draw, KIND_FOLLOW));
    struct random rate = random_seeded(seed_of(g, draw, KIND_RATE));
    struct random insist = random_seeded(seed_of(g, draw, KIND_INSIST));
    struct random alternative = random_seeded(seed_of(g, draw, KIND_ALTERNATIVE));
    struct random weight = random_seeded(seed_of(g, draw, KIND_WEIGHT));
    const struct priors *p = &g->priors[random_below(&prior, PRIORS)];

    draw_rates(w, g, p, &rate);
    draw_servers(w, g, p, &follow);
    draw_clients(w, g, &follow);
    if (g->interferes)
        draw_insisting(w, g, p, &insist);
    for (size_t i = 0; i < g->r->server_count && g->insisting; i++)
        w->alternatives[i] = posterior(&alternative, g->r->servers[i].alternatives,
                                       p->alternatives);
    if (g->s->resample)
        draw_weights(w, g, &weight);
    if (g->vision.paths)
        vision_groups(&g->vision, g->r->count, seed_of(g, draw, KIND_PATH), w->group);
}
