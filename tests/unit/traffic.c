/* traffic.c - see traffic.h. */
#include "traffic.h"

#include <stdlib.h>

#define SURE 1e9

static struct trials some_trials(struct random *r)
{
    double of = (double)(random_below(r, 3) * random_below(r, 30));

    return (struct trials){(double)random_below(r, (uint64_t)of + 1), of};
}

static struct ip_address some_address(struct random *r)
{
    struct ip_address a = {.version = random_below(r, 2) ? 4 : 6};

    for (unsigned i = 0; i < 4; i++)
        a.octets[i] = (uint8_t)(1 + random_below(r, 3));
    return a;
}

static void fill_ends(struct relations *t, struct random *r)
{
    for (size_t i = 0; i < t->server_count; i++)
        t->servers[i] = (struct relation_server){some_address(r),         25,
                                                 random_below(r, 3) == 0, some_trials(r),
                                                 some_trials(r),          some_trials(r)};
    for (size_t i = 0; i < t->client_count; i++)
        t->clients[i] = (struct relation_client){some_address(r), some_trials(r), some_trials(r),
                                                 some_trials(r)};
}

static void fill_relation(struct relation *p, struct random *r)
{
    for (unsigned fate = 0; fate < FATES; fate++) {
        p->messages[fate] = (float)(random_below(r, 2) * random_below(r, 50));
        if (fate != FATE_ENCRYPTED && random_below(r, 4) == 0)
            p->credentials[fate] = (float)random_below(r, 9);
    }
}

struct relations *traffic_random(struct random *r)
{
    size_t servers = 1 + random_below(r, 6), clients = 1 + random_below(r, 8);
    size_t relations = 1 + random_below(r, servers * clients), mentions = random_below(r, 20);
    struct relations *t = relations_new(servers, clients, relations, mentions);

    fill_ends(t, r);
    for (size_t i = 0; i < relations; i++) {
        size_t at = i * (servers * clients) / relations;
        t->list[i].server = (uint32_t)(at / clients);
        t->list[i].client = (uint32_t)(at % clients);
        fill_relation(&t->list[i], r);
    }
    for (size_t i = 0; i < mentions; i++) {
        t->pair_count += i == 0 || random_below(r, 2);
        t->correspondences[i] = (struct correspondence){(uint32_t)t->pair_count - 1,
                                                        (uint32_t)random_below(r, relations),
                                                        (float)(1 + random_below(r, 4))};
    }
    return t;
}

struct relations *traffic_one(void)
{
    struct relations *t = relations_new(1, 1, 1, 1);
    struct trials sure = {SURE, SURE};

    t->servers[0] = (struct relation_server){
        .address = {4, {192, 0, 2, 1}}, .port = 25, .established = sure, .alternatives = sure};
    t->clients[0] = (struct relation_client){
        .address = {4, {198, 51, 100, 1}}, .used = sure, .insisted = {0, SURE}};
    for (unsigned fate = 0; fate < FATES; fate++) {
        t->list[0].messages[fate] = (float)(1u << fate);
        t->list[0].credentials[fate] = fate == FATE_ENCRYPTED ? 0 : (float)(3u << fate);
    }
    t->correspondences[0].transactions = 1;
    t->pair_count = 1;
    return t;
}

struct simulation traffic_simulation(const struct policy_mix *policies, unsigned count)
{
    static const struct observer all = {.kind = OBSERVER_GLOBAL};

    return (struct simulation){.policies = policies,
                               .policy_count = count,
                               .observers = &all,
                               .observer_count = 1,
                               .draws = 500,
                               .threads = 1,
                               .seed = 1,
                               .wanted = 0.001};
}
