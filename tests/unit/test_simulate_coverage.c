/*
 * test_simulate_coverage.c - do intervals hold what they are for?
 *
 * Populations are made from known rates and observed for a while; a policy is simulated from what
 * was observed; then it comes into force, and what the observer reads of the same traffic is compared
 * with the interval.
 *
 * What is estimated: the share of the messages observed that would be readable with the policy in
 * force, given who really follows (each operator with the policy's share, by a coin of his own) and
 * the rates that each client and server really has; the last chance, of each single message, is not
 * in it, nor is it in what is simulated.  With resampling and as observed: that share in the
 * population from which the servers came.
 */
#include "test.h"
#include "traffic.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* Under a sanitizer memory is in question and not the numbers, which are the same: few runs do. */
#ifdef __SANITIZE_ADDRESS__
#define RUNS 50
#define LEAST (0.85 * RUNS)
#define MOST (1.00 * RUNS)
#else
#define RUNS 1000
#define LEAST (0.93 * RUNS)
#define MOST (0.97 * RUNS)
#endif
#define SERVERS 60u
#define CLIENTS 80u
#define EACH 6u /* servers that a client writes to */

/* The truth. */
struct truth {
    double used[CLIENTS], established[SERVERS];
    bool offers[SERVERS];
    double number_b[SERVERS], number_c[CLIENTS]; /* who follows: those below the share */
};

/* Beta(a, b) of whole numbers: the a-th smallest of a + b - 1 uniform numbers. */
static double beta_of_whole(struct random *r, unsigned a, unsigned b)
{
    double sorted[16];

    for (unsigned n = 0; n < a + b - 1; n++) {
        double x = random_unit(r);
        unsigned at = n;
        for (; at && sorted[at - 1] > x; at--)
            sorted[at] = sorted[at - 1];
        sorted[at] = x;
    }
    return sorted[a - 1];
}

/* Used: by some nearly never, by most nearly always; or by all much alike.  Completed: nearly always. */
static struct truth make_truth(struct random *r)
{
    struct truth t;

    for (unsigned i = 0; i < CLIENTS; i++) {
        bool seldom = random_below(r, 5) == 0;
        t.used[i] = seldom ? beta_of_whole(r, 1, 5) : beta_of_whole(r, 6, 1);
        t.number_c[i] = random_unit(r);
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        t.established[i] = beta_of_whole(r, 9, 1);
        t.offers[i] = random_unit(r) < 0.6;
        t.number_b[i] = random_unit(r);
    }
    return t;
}

/* Each message is a session. */
static void observe(const struct truth *t, struct relations *r, struct relation *p, unsigned n,
                    struct random *random)
{
    struct relation_server *server = &r->servers[p->server];
    struct relation_client *client = &r->clients[p->client];

    server->offered.of += n;
    if (!t->offers[p->server]) {
        p->messages[FATE_NOT_OFFERED] = (float)n;
        return;
    }
    server->offered.did += n;
    for (; n; n--) {
        bool uses = random_unit(random) < t->used[p->client];
        bool completes = uses && random_unit(random) < t->established[p->server];
        client->used.of++;
        client->used.did += uses;
        server->established.of += uses;
        server->established.did += completes;
        p->messages[!uses ? FATE_UNUSED : completes ? FATE_ENCRYPTED : FATE_FAILED]++;
    }
}

/* Few clients send much, and servers are written to by few or many. */
static struct relations *make_relations(const struct truth *t, struct random *random)
{
    struct relations *r = relations_new(SERVERS, CLIENTS, (size_t)CLIENTS * EACH, 0);

    for (unsigned i = 0; i < CLIENTS * EACH; i++) {
        struct relation *p = &r->list[i];
        unsigned most = i / EACH % 8 ? 6 : 40;
        p->client = i / EACH;
        p->server = (uint32_t)(i % EACH < 2 ? random_below(random, 10)
                                            : random_below(random, SERVERS));
        observe(t, r, p, 1 + (unsigned)random_below(random, most), random);
    }
    return r;
}

static double share_in_force(const struct truth *t, const struct relations *r, const double *follow)
{
    double all = 0, clear = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct relation *p = &r->list[i];
        double uses = t->number_c[p->client] < follow[POLICY_C],
               completes = t->established[p->server];
        double unoffered = (double)p->messages[FATE_NOT_OFFERED];
        double unused = (double)p->messages[FATE_UNUSED];
        double used = uses > 0 ? 1 : t->used[p->client];
        if (t->number_b[p->server] < follow[POLICY_B])
            unoffered *= 1 - completes * used;
        clear += unoffered + unused * (1 - completes * uses) + (double)p->messages[FATE_FAILED];
        for (unsigned fate = 0; fate < FATES; fate++)
            all += (double)p->messages[fate];
    }
    return clear / all;
}

static const struct policy_mix policies[] = {
    {{0, 0.5, 0, 0}}, {{0, 0, 0.5, 0}}, {{0, 0.5, 0.5, 0}}, {{0, 1, 0, 0}}, {{0, 1, 1, 0}}};
#define POLICIES (sizeof policies / sizeof *policies)

/* Of all runs of one policy. */
struct score {
    unsigned held;
    double width, bias; /* means: of the intervals, of the means less the truth */
};

static void run(uint64_t seed, struct score scores[POLICIES])
{
    struct random random = random_seeded(seed);
    struct truth t = make_truth(&random);
    struct relations *r = make_relations(&t, &random);
    struct simulation s = traffic_simulation(policies, POLICIES);
    struct simulated got[POLICIES];
    struct err e = {{0}};

    s.draws = 200;
    s.seed = seed;
    if (simulate(r, &s, got, &e) < 0)
        fail_msg("%s", e.text);
    for (unsigned i = 0; i < POLICIES; i++) {
        double truth = share_in_force(&t, r, policies[i].follow);
        const struct outcome *share = &got[i].share;
        scores[i].held += share->low <= truth && truth <= share->high;
        scores[i].width += (share->high - share->low) / RUNS;
        scores[i].bias += (share->mean - truth) / RUNS;
    }
    relations_free(&r);
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    struct score scores[POLICIES] = {{0}};

    for (unsigned i = 0; i < RUNS; i++)
        run(i, scores);
    for (unsigned i = 0; i < POLICIES; i++) {
        const double *f = policies[i].follow;
        print_message("2.b %.1f, 2.c %.1f: %u of %u held, mean width %.4f, bias %+.5f\n", f[1],
                      f[2], scores[i].held, RUNS, scores[i].width, scores[i].bias);
    }
    for (unsigned i = 0; i < POLICIES; i++) {
        assert_true(scores[i].held >= LEAST && scores[i].held <= MOST);
        assert_true(fabs(scores[i].bias) < 0.1 * scores[i].width);
    }
}

/* ---- resampling: servers are a sample */

static struct relations *sample_servers(struct random *random, unsigned servers)
{
    struct relations *r = relations_new(servers, 1, servers, 0);

    for (unsigned i = 0; i < servers; i++) {
        bool offers = random_unit(random) < 0.7;
        float messages = (float)(1 + random_below(random, 20));
        r->list[i].server = i;
        r->list[i].messages[offers ? FATE_ENCRYPTED : FATE_NOT_OFFERED] = messages;
    }
    return r;
}

/* As observed, 0.3 of the population that 150 servers came from. */
static void resampling_holds_the_population(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    unsigned held = 0;

    for (unsigned run = 0; run < RUNS; run++) {
        struct random random = random_seeded(run);
        struct relations *r = sample_servers(&random, 150);
        struct simulation s = traffic_simulation(&none, 1);
        struct simulated got;
        struct err e = {{0}};
        s.seed = run;
        s.draws = 500;
        s.resample = true;
        if (simulate(r, &s, &got, &e) < 0)
            fail_msg("%s", e.text);
        held += got.share.low <= 0.3 && 0.3 <= got.share.high;
        relations_free(&r);
    }
    print_message("resampled: %u of %u held\n", held, RUNS);
    assert_true(held >= LEAST && held <= MOST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(resampling_holds_the_population),
    };
    return cmocka_run_group_tests_name("simulate coverage", tests, NULL, NULL);
}
