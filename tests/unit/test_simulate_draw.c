/* test_simulate_draw.c - worlds: rates have the posteriors they should, who follows is nested. */
#include "../../analysis/simulate_private.h"
#include "test.h"
#include "traffic.h"

#include <math.h>
#include <stdlib.h>

#define WORLDS 4000

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* What simulate() makes before it draws, all rates asked for. */
static struct stage make_stage(const struct relations *r, const struct simulation *s)
{
    struct stage g = {.r = r, .s = s, .interferes = true, .insisting = true};
    struct err e;

    g.blocks = (s->policy_count + LANES - 1) / LANES;
    assert_int_equal(vision_make(&g.vision, r, s, &e), 0);
    stage_make_ladders(&g);
    g.priors = calloc(PRIORS, sizeof *g.priors);
    priors_fit(g.priors, r, 1);
    g.server_asked = calloc(r->server_count, sizeof *g.server_asked);
    g.client_asked = calloc(r->client_count, sizeof *g.client_asked);
    g.server_messages = calloc(r->server_count, sizeof *g.server_messages);
    for (size_t i = 0; i < r->server_count; i++) {
        g.server_asked[i] = true;
        g.messages += g.server_messages[i] = (double)i;
    }
    for (size_t i = 0; i < r->client_count; i++)
        g.client_asked[i] = true;
    return g;
}

static void free_stage(struct stage *g)
{
    stage_free_ladders(g);
    vision_free(&g->vision);
    free(g->priors);
    free(g->server_asked);
    free(g->client_asked);
    free(g->server_messages);
}

static struct relations *alike(size_t servers, size_t clients)
{
    struct relations *r = relations_new(servers, clients, 1, 0);

    for (size_t i = 0; i < servers; i++) {
        r->servers[i].established = (struct trials){9, 10};
        r->servers[i].alternatives = (struct trials){3, 10};
    }
    for (size_t i = 0; i < clients; i++) {
        r->clients[i].used = (struct trials){8, 10};
        r->clients[i].insisted = (struct trials){6, 10};
        r->clients[i].control = (struct trials){2, 10};
    }
    return r;
}

/* Cases that are alike have a prior like themselves, and the posterior its mean. */
static void rates_are_about_what_was_seen(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    struct relations *r = alike(40, 40);
    struct simulation s = traffic_simulation(&none, 1);
    struct stage g = make_stage(r, &s);
    double used = 0, established = 0, alternatives = 0, insists = 0;
    struct world w;

    world_make(&w, &g);
    for (unsigned i = 0; i < WORLDS; i++) {
        world_draw(&w, &g, i);
        used += w.used[i % 40];
        established += w.established[i % 40];
        alternatives += w.alternatives[i % 40];
        insists += w.insists[i % 40];
    }
    assert_near(used / WORLDS, 0.8, 0.01);
    assert_near(established / WORLDS, 0.9, 0.01);
    assert_near(alternatives / WORLDS, 0.3, 0.01);
    /* 6 in 10 where TLS could not be had, 2 in 10 where it could: half of the others insist. */
    assert_near(insists / WORLDS, 0.5, 0.03);
    world_free(&w);
    free_stage(&g);
    relations_free(&r);
}

/* Of one of whom nothing is known the rate is spread as among the others. */
static void of_the_unknown_others_speak(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    struct relations *r = relations_new(1, 201, 1, 0);
    struct simulation s = traffic_simulation(&none, 1);
    double low = 0, high = 0;
    struct world w;

    for (unsigned i = 0; i < 200; i++)
        r->clients[i].used = (struct trials){i % 4 ? 50 : 0, 50};
    struct stage g = make_stage(r, &s);
    world_make(&w, &g);
    for (unsigned i = 0; i < WORLDS; i++) {
        world_draw(&w, &g, i);
        low += w.used[200] < 0.05;
        high += w.used[200] > 0.95;
        assert_true(w.used[0] < 0.2 && w.used[1] > 0.8);
    }
    assert_near(low / WORLDS, 0.25, 0.06);
    assert_near(high / WORLDS, 0.75, 0.06);
    world_free(&w);
    free_stage(&g);
    relations_free(&r);
}

static bool follows(const uint8_t *bits, size_t of_each, size_t i, unsigned policy)
{
    return bits[policy / LANES * of_each + i] >> policy % LANES & 1;
}

/* Eleven policies, the share from 0 to 1, in two blocks: whoever follows one follows all stricter
 * ones; 0 is nobody and 1 everybody; the share is met. */
static void who_follows_is_nested(void **state)
{
    (void)state;
    struct policy_mix policies[11];
    struct relations *r = alike(30, 30);
    struct simulation s = traffic_simulation(policies, 11);
    unsigned offers[11] = {0}, uses[11] = {0}, demands[11] = {0};
    struct world w;

    for (unsigned i = 0; i < 11; i++)
        policies[i] = (struct policy_mix){{0, i / 10.0, i / 10.0, i / 20.0}};
    struct stage g = make_stage(r, &s);
    world_make(&w, &g);
    for (unsigned n = 0; n < 1000; n++) {
        world_draw(&w, &g, n);
        for (unsigned i = 0; i < 30; i++) {
            for (unsigned k = 0; k < 11; k++) {
                offers[k] += follows(w.offers, 30, i, k);
                uses[k] += follows(w.uses, 30, i, k);
                demands[k] += follows(w.demands, 30, i, k);
                assert_true(k == 0 ||
                            follows(w.offers, 30, i, k) >= follows(w.offers, 30, i, k - 1));
                assert_true(follows(w.uses, 30, i, k) >= follows(w.demands, 30, i, k));
            }
        }
    }
    assert_true(offers[0] == 0 && uses[0] == 0 && demands[0] == 0);
    assert_true(offers[10] == 30000 && uses[10] == 30000);
    for (unsigned k = 0; k < 11; k++) {
        double c = k / 10.0, d = k / 20.0;
        assert_near(offers[k] / 30000.0, c, 0.015);
        assert_near(demands[k] / 30000.0, d, 0.015);
        assert_near(uses[k] / 30000.0, 1 - (1 - c) * (1 - d), 0.015);
    }
    world_free(&w);
    free_stage(&g);
    relations_free(&r);
}

/* 2.a reaches those who could not offer, as often as those offer who can: one in two here. */
static void implementations_reach_the_incapable(void **state)
{
    (void)state;
    static const struct policy_mix all = {{1, 0, 0, 0}};
    struct relations *r = relations_new(202, 1, 1, 0);
    struct simulation s = traffic_simulation(&all, 1);
    double offers = 0;
    struct world w;

    for (unsigned i = 0; i < 200; i++)
        r->servers[i].offered = (struct trials){i % 2 ? 3 : 0, 3};
    r->servers[200].incapable = true;
    struct stage g = make_stage(r, &s);
    world_make(&w, &g);
    for (unsigned i = 0; i < WORLDS; i++) {
        world_draw(&w, &g, i);
        offers += follows(w.offers, 202, 200, 0);
        assert_false(follows(w.offers, 202, 201, 0) || follows(w.offers, 202, 0, 0));
    }
    assert_near(offers / WORLDS, 0.5, 0.04);
    world_free(&w);
    free_stage(&g);
    relations_free(&r);
}

/* All messages stay as many; a weight has mean 1 and differs. */
static void weights_keep_the_sum(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    struct relations *r = alike(50, 1);
    struct simulation s = traffic_simulation(&none, 1);
    double mean = 0;
    struct world w;

    s.resample = true;
    struct stage g = make_stage(r, &s);
    world_make(&w, &g);
    for (unsigned i = 0; i < WORLDS; i++) {
        double all = 0;
        world_draw(&w, &g, i);
        for (unsigned k = 0; k < 50; k++)
            all += w.drawn[k] * g.server_messages[k];
        assert_near(all, g.messages, 1e-9 * g.messages);
        mean += w.drawn[1] / WORLDS;
    }
    assert_near(mean, 1, 0.1);
    world_free(&w);
    free_stage(&g);
    relations_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rates_are_about_what_was_seen),
        cmocka_unit_test(of_the_unknown_others_speak),
        cmocka_unit_test(who_follows_is_nested),
        cmocka_unit_test(implementations_reach_the_incapable),
        cmocka_unit_test(weights_keep_the_sum),
    };
    return cmocka_run_group_tests_name("simulate draw", tests, NULL, NULL);
}
