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

#define RUNS 1000
#define SERVERS 60u
#define CLIENTS 80u
#define EACH 6u /* servers that a client writes to */

/* The truth. */
struct truth {
    double used[CLIENTS], established[SERVERS];
    bool offers[SERVERS], follows_b[SERVERS], follows_c[CLIENTS];
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
static struct truth make_truth(struct random *r, const double *follow)
{
    struct truth t;

    for (unsigned i = 0; i < CLIENTS; i++) {
        bool seldom = random_below(r, 5) == 0;
        t.used[i] = seldom ? beta_of_whole(r, 1, 5) : beta_of_whole(r, 6, 1);
        t.follows_c[i] = random_unit(r) < follow[POLICY_C];
    }
    for (unsigned i = 0; i < SERVERS; i++) {
        t.established[i] = beta_of_whole(r, 9, 1);
        t.offers[i] = random_unit(r) < 0.6;
        t.follows_b[i] = random_unit(r) < follow[POLICY_B];
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

static double share_in_force(const struct truth *t, const struct relations *r)
{
    double all = 0, clear = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct relation *p = &r->list[i];
        double uses = t->follows_c[p->client] ? 1 : 0, completes = t->established[p->server];
        double unoffered = (double)p->messages[FATE_NOT_OFFERED];
        double unused = (double)p->messages[FATE_UNUSED];
        double used = uses > 0 ? 1 : t->used[p->client];
        if (t->follows_b[p->server])
            unoffered *= 1 - completes * used;
        clear += unoffered + unused * (1 - completes * uses) + (double)p->messages[FATE_FAILED];
        for (unsigned fate = 0; fate < FATES; fate++)
            all += (double)p->messages[fate];
    }
    return clear / all;
}

/* Of RUNS, how many intervals hold the truth; *width_r is the mean width. */
static unsigned covered(const struct policy_mix *policy, double *width_r, double *bias_r)
{
    unsigned held = 0;

    *width_r = *bias_r = 0;
    for (unsigned run = 0; run < RUNS; run++) {
        struct random random = random_seeded(run);
        struct truth t = make_truth(&random, policy->follow);
        struct relations *r = make_relations(&t, &random);
        struct simulation s = traffic_simulation(policy, 1);
        struct simulated got;
        struct err e = {{0}};
        double truth = share_in_force(&t, r);
        s.draws = 400;
        s.seed = run;
        if (simulate(r, &s, &got, &e) < 0)
            fail_msg("%s", e.text);
        held += got.share.low <= truth && truth <= got.share.high;
        *width_r += (got.share.high - got.share.low) / RUNS;
        *bias_r += (got.share.mean - truth) / RUNS;
        relations_free(&r);
    }
    return held;
}

static void intervals_hold_the_truth(void **state)
{
    (void)state;
    static const struct policy_mix policies[] = {
        {{0, 0.5, 0, 0}}, {{0, 0, 0.5, 0}}, {{0, 0.5, 0.5, 0}}, {{0, 1, 0, 0}}, {{0, 1, 1, 0}}};

    for (unsigned i = 0; i < sizeof policies / sizeof *policies; i++) {
        const double *f = policies[i].follow;
        double width, bias;
        unsigned held = covered(&policies[i], &width, &bias);
        print_message("2.b %.1f, 2.c %.1f: %u of %u held, mean width %.4f, bias %+.5f\n", f[1],
                      f[2], held, RUNS, width, bias);
        if (held < 0.93 * RUNS || held > 0.97 * RUNS)
            fail_msg("2.b %.1f, 2.c %.1f: %u of %u held", f[1], f[2], held, RUNS);
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
        s.draws = 1000;
        s.resample = true;
        if (simulate(r, &s, &got, &e) < 0)
            fail_msg("%s", e.text);
        held += got.share.low <= 0.3 && 0.3 <= got.share.high;
        relations_free(&r);
    }
    print_message("resampled: %u of %u held\n", held, RUNS);
    assert_true(held >= 0.93 * RUNS && held <= 0.97 * RUNS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(intervals_hold_the_truth),
        cmocka_unit_test(resampling_holds_the_population),
    };
    return cmocka_run_group_tests_name("simulate coverage", tests, NULL, NULL);
}
