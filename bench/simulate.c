/*
 * simulate.c - how long a simulation takes.
 *
 *   build/bench-simulate [--relations N] [--draws N] [--threads N]
 *
 * A million relations of 30,000 servers and 100,000 clients, of whom few are busy; three in ten have
 * mail in the clear.  16 policies, 6 observers, 1,000 draws.
 */
#include <mailtap/bounds.h>
#include <mailtap/prefix.h>
#include <mailtap/simulate.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define SERVERS 30000u
#define CLIENTS 100000u
#define PAIRS 200000u
#define MENTIONS 500000u

static const struct policy_mix policies[] = {
    {{0, 0, 0, 0}},       {{1, 0, 0, 0}},   {{0, 0.5, 0, 0}},       {{0, 0.8, 0, 0}},
    {{0, 1, 0, 0}},       {{0, 0, 0.5, 0}}, {{0, 0, 0.8, 0}},       {{0, 0, 1, 0}},
    {{0, 0, 0, 0.5}},     {{0, 0, 0, 0.8}}, {{0, 0, 0, 1}},         {{0.5, 0.5, 0.5, 0}},
    {{0.8, 0.8, 0.8, 0}}, {{1, 1, 1, 0}},   {{0.5, 0.5, 0.5, 0.5}}, {{1, 1, 1, 1}},
};
#define POLICIES (sizeof policies / sizeof *policies)
#define OBSERVERS 6

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static struct ip_address address(uint8_t first, uint64_t n)
{
    return (struct ip_address){4, {first, (uint8_t)(n >> 10), (uint8_t)(n >> 2), (uint8_t)n}};
}

static void fill_ends(struct relations *t, struct random *r)
{
    for (size_t i = 0; i < t->server_count; i++) {
        double offered = random_below(r, 10) < 7, of = (double)(1 + random_below(r, 50));
        t->servers[i] = (struct relation_server){
            .address = address(20, i),
            .port = 25,
            .incapable = !offered && random_below(r, 2),
            .offered = {offered * of, of},
            .established = {offered * (of - 0.5), offered * of}};
    }
    for (size_t i = 0; i < t->client_count; i++) {
        double of = (double)random_below(r, 50), uses = random_below(r, 10) < 9;
        t->clients[i] = (struct relation_client){.address = address(60, i),
                                                 .used = {uses * of, of}};
        if (random_below(r, 10) == 0)
            t->clients[i].insisted = (struct trials){random_below(r, 20) == 0 ? 5 : 0, 5};
        t->clients[i].control = (struct trials){of / 50, of};
    }
}

static int in_order(const void *a, const void *b)
{
    const struct relation *x = a, *y = b;

    if (x->server != y->server)
        return x->server < y->server ? -1 : 1;
    return (x->client > y->client) - (x->client < y->client);
}

static struct relations *make(size_t relations)
{
    struct random r = random_seeded(1);
    struct relations *t = relations_new(SERVERS, CLIENTS, relations, MENTIONS);

    fill_ends(t, &r);
    for (size_t i = 0; i < relations; i++) {
        double server = random_unit(&r), client = random_unit(&r);
        struct relation *p = &t->list[i];
        p->server = (uint32_t)(server * server * server * SERVERS);
        p->client = (uint32_t)(client * client * CLIENTS);
        if (random_below(&r, 10) < 7)
            p->messages[FATE_ENCRYPTED] = (float)(1 + random_below(&r, 100));
        else
            p->messages[1 + random_below(&r, FATES - 1)] = (float)(1 + random_below(&r, 100));
        if (random_below(&r, 20) == 0)
            p->credentials[FATE_NOT_OFFERED] = p->messages[FATE_NOT_OFFERED];
    }
    qsort(t->list, relations, sizeof *t->list, in_order);
    for (size_t i = 0; i < MENTIONS; i++)
        t->correspondences[i] = (struct correspondence){(uint32_t)(i * PAIRS / MENTIONS),
                                                        (uint32_t)random_below(&r, relations), 3};
    t->pair_count = PAIRS;
    return t;
}

static void print(const struct simulated *got, const struct simulation *s)
{
    for (unsigned i = 0; i < s->policy_count; i++) {
        const double *f = s->policies[i].follow;
        for (unsigned k = 0; k < s->observer_count; k++) {
            const struct simulated *one = &got[i * s->observer_count + k];
            printf("%.1f %.1f %.1f %.1f  observer %u  readable %.4f (%.4f to %.4f)  pairs %.0f  "
                   "bits %.5f\n",
                   f[0], f[1], f[2], f[3], k, one->share.mean, one->share.low, one->share.high,
                   one->correspondents.mean, one->bits.mean);
        }
    }
}

static void read_options(int argc, char **argv, struct simulation *s, size_t *relations)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        unsigned long n = strtoul(argv[i + 1], NULL, 10);
        if (strcmp(argv[i], "--relations") == 0)
            *relations = n;
        else if (strcmp(argv[i], "--draws") == 0)
            s->draws = (unsigned)n;
        else if (strcmp(argv[i], "--threads") == 0)
            s->threads = (unsigned)n;
    }
}

int main(int argc, char **argv)
{
    static struct prefix_list prefixes;
    static struct simulated got[POLICIES * OBSERVERS];
    struct observer observers[OBSERVERS] = {
        {.kind = OBSERVER_GLOBAL},
        {.kind = OBSERVER_GLOBAL, .strips = 0.3},
        {.kind = OBSERVER_SAMPLE, .share = 0.1},
        {.kind = OBSERVER_PREFIX, .prefixes = &prefixes},
        {.kind = OBSERVER_BUSIEST, .servers = 100},
        {.kind = OBSERVER_PATHS, .share = 0.2},
    };
    struct simulation s = {.policies = policies,
                           .policy_count = POLICIES,
                           .observers = observers,
                           .observer_count = OBSERVERS,
                           .draws = 1000,
                           .threads = 2,
                           .seed = 1,
                           .wanted = 0.001};
    size_t relations = 1000000;
    struct rusage used;
    struct err e = {{0}};

    read_options(argc, argv, &s, &relations);
    struct relations *r = make(relations);
    double at = seconds();
    if (prefix_read(&prefixes, slice_of("60.0.0.0/17, 20.0.16.0/20"), &e) < 0 ||
        simulate(r, &s, got, &e) < 0) {
        fprintf(stderr, "bench-simulate: %s\n", e.text);
        return 1;
    }
    at = seconds() - at;
    getrusage(RUSAGE_SELF, &used);
    print(got, &s);
    printf("%zu relations, %u draws (%u of knowledge), %u threads: %.1f s, of processors %ld.%02ld "
           "s, %ld kB\n",
           relations, s.draws, simulate_known_draws(r, &s), s.threads, at, used.ru_utime.tv_sec,
           used.ru_utime.tv_usec / 10000, used.ru_maxrss);
    relations_free(&r);
    return 0;
}
