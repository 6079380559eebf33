/* test_simulate_know.c - correspondents and bits are those of each relation by itself, worked out
 * slowly, and the closed forms where there are some. */
#include "../../analysis/simulate_private.h"
#include "test.h"
#include "traffic.h"

#include <mailtap/signal.h>

#include <math.h>
#include <stdlib.h>

#define POLICIES 9u
#define OBSERVERS 10u

/* More than are served at once. */
static const struct observer observers[OBSERVERS] = {
    {.kind = OBSERVER_GLOBAL},
    {.kind = OBSERVER_GLOBAL, .strips = 0.3},
    {.kind = OBSERVER_SAMPLE, .share = 0.25},
    {.kind = OBSERVER_SAMPLE, .share = 0, .strips = 1},
    {.kind = OBSERVER_BUSIEST, .servers = 2},
    {.kind = OBSERVER_BUSIEST, .servers = 1, .strips = 1},
    {.kind = OBSERVER_BUSIEST, .servers = 0},
    {.kind = OBSERVER_PATHS, .share = 0.5},
    {.kind = OBSERVER_PATHS, .share = 0.9, .strips = 0.5},
    {.kind = OBSERVER_SAMPLE, .share = 0.8},
};

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

/* ---- slowly */

struct look {
    const struct world *w;
    const struct stage *g;
    unsigned policy, observer;
};

static const struct observer *who(const struct look *l)
{
    return &l->g->s->observers[l->observer];
}

static double part_of(const struct look *l)
{
    return who(l)->kind == OBSERVER_SAMPLE ? who(l)->share : 1;
}

static bool follows(const struct look *l, const uint8_t *bits, size_t of_each, size_t i)
{
    return bits[l->policy / LANES * of_each + i] >> l->policy % LANES & 1;
}

static bool insists(const struct look *l, uint32_t client)
{
    return l->w->insists[client] || follows(l, l->w->demands, l->g->r->client_count, client);
}

static struct change change_of(const struct look *l, size_t i, double *clear_r)
{
    const struct relation *p = &l->g->r->list[i];
    struct part part = {p->client, p->server, (uint32_t)i, {0}};
    size_t servers = l->g->r->server_count, clients = l->g->r->client_count;
    struct ends ends = {l->w->established[p->server], l->w->used[p->client],
                        follows(l, l->w->offers, servers, p->server),
                        follows(l, l->w->uses, clients, p->client),
                        follows(l, l->w->demands, clients, p->client)};

    *clear_r = 0;
    for (unsigned fate = 0; fate < FATES - 1; fate++)
        part.parts[fate] = p->messages[fate];
    for (unsigned fate = FATE_NOT_OFFERED; fate < FATES; fate++)
        *clear_r += (double)p->messages[fate];
    return part_change(&part, &ends);
}

static double weight_of(const struct look *l, size_t i)
{
    return l->w->weights ? l->w->weights[l->g->r->list[i].server] : 1;
}

/* The chance that no transaction of the pair is exposed. */
static double hidden(const struct look *l, uint32_t pair)
{
    const struct relations *r = l->g->r;
    double chance = 1;

    for (size_t i = 0; i < r->correspondence_count; i++) {
        const struct correspondence *c = &r->correspondences[i];
        double clear;
        if (c->pair != pair || !vision_sees(&l->g->vision, l->observer, l->w->group[c->relation]))
            continue;
        struct change change = change_of(l, c->relation, &clear);
        double left = clear - change.gone;
        if (!insists(l, r->list[c->relation].client))
            left += who(l)->strips * change.sealed;
        double exposed = part_of(l) * (clear > 0 ? fmin(1, left / clear) : 1);
        chance *= pow(1 - exposed, (double)c->transactions * weight_of(l, c->relation));
    }
    return chance;
}

static double slow_bits(const struct look *l)
{
    const struct relations *r = l->g->r;
    double encrypted[8] = {0}, open[8] = {0};

    for (size_t i = 0; i < r->count; i++) {
        const struct relation *p = &r->list[i];
        double clear, part = part_of(l) * weight_of(l, i),
                      elsewhere = l->w->alternatives[p->server];
        if (!vision_sees(&l->g->vision, l->observer, l->w->group[i]))
            continue;
        struct change change = change_of(l, i, &clear);
        double sealed = (double)p->messages[FATE_ENCRYPTED] + change.sealed;
        double struck = sealed * who(l)->strips, left = fmax(0, clear - change.gone);
        bool kept = insists(l, p->client);
        open[p->client] += part * (left + (kept ? 0 : struck));
        encrypted[p->client] += part *
                                (sealed - struck + (change.gone - change.sealed) * elsewhere +
                                 (kept ? struck * elsewhere : 0));
    }
    struct signal_senders senders = {0};
    for (size_t i = 0; i < r->client_count; i++)
        signal_senders_add(&senders, encrypted[i], open[i]);
    return signal_senders_bits(&senders);
}

static void assert_known(const struct look *l, const double *f)
{
    double pairs = 0;

    for (uint32_t i = 0; i < l->g->r->pair_count; i++)
        pairs += 1 - hidden(l, i);
    assert_near(f[FIGURE_CORRESPONDENTS], pairs, 1e-9);
    assert_near(f[FIGURE_BITS], slow_bits(l), 1e-9);
}

static void knowledge_is_that_of_each(void **state)
{
    (void)state;
    struct random random = random_seeded(15);
    double figures[POLICIES * OBSERVERS * FIGURES];

    for (unsigned round = 0; round < 300; round++) {
        struct policy_mix policies[POLICIES];
        struct relations *r = traffic_random(&random);
        struct simulation s = traffic_simulation(policies, POLICIES);
        struct stage g;
        struct world w;
        struct err e;
        for (unsigned i = 0; i < POLICIES * LETTERS; i++)
            policies[i / LETTERS].follow[i % LETTERS] = (double)random_below(&random, 4) / 3;
        s.observers = observers;
        s.observer_count = OBSERVERS;
        s.resample = round % 2;
        assert_int_equal(stage_make(&g, r, &s, &e), 0);
        struct knowledge *k = knowledge_new(&g);
        world_make(&w, &g);
        world_draw(&w, &g, round);
        w.weights = s.resample ? w.drawn : NULL;
        world_know(&w, &g, k, figures);
        for (unsigned i = 0; i < POLICIES * OBSERVERS; i++) {
            struct look look = {&w, &g, i / OBSERVERS, i % OBSERVERS};
            assert_known(&look, &figures[i * FIGURES]);
        }
        world_free(&w);
        knowledge_free(&k);
        assert_null(k);
        stage_free(&g);
        relations_free(&r);
    }
}

/* ---- closed forms */

/* Half of the clients encrypt all they send and half nothing: one bit, as n is large; if the others
 * are made to offer and to use it, none. */
static void two_halves_are_a_bit(void **state)
{
    (void)state;
    static const struct policy_mix policies[] = {{{0}}, {{0, 1, 1, 0}}, {{0, 0, 0, 1}}};
    struct relations *r = relations_new(1, 10, 10, 2);
    struct simulation s = traffic_simulation(policies, 3);
    struct simulated got[3];
    struct err e;

    r->servers[0].established = (struct trials){1e12, 1e12};
    r->servers[0].alternatives = (struct trials){0, 1e12};
    for (unsigned i = 0; i < 10; i++) {
        r->list[i].client = i;
        r->list[i].messages[i % 2 ? FATE_ENCRYPTED : FATE_NOT_OFFERED] = 1e6f;
    }
    r->correspondences[0] = (struct correspondence){0, 0, 5};
    r->correspondences[1] = (struct correspondence){1, 2, 1};
    r->pair_count = 2;
    assert_int_equal(simulate(r, &s, got, &e), 0);
    assert_near(got[0].bits.mean, 1, 1e-5);
    assert_near(got[0].correspondents.mean, 2, 0);
    assert_near(got[1].bits.mean, 0, 1e-5);
    assert_near(got[1].correspondents.mean, 0, 1e-5);
    /* Those who insist keep their mail back: nobody sees who did not encrypt. */
    assert_near(got[2].bits.mean, 0, 1e-5);
    assert_near(got[2].undelivered.mean, 5e6, 1);
    relations_free(&r);
}

/* A server that completes half of its handshakes leaves half of the mail: of 1, 2 and 3 transactions
 * 1/2, 3/4 and 7/8 are exposed. */
static void half_of_the_mail_exposes_most_pairs(void **state)
{
    (void)state;
    static const struct policy_mix all = {{0, 1, 1, 0}};
    struct relations *r = relations_new(1, 1, 1, 3);
    struct simulation s = traffic_simulation(&all, 1);
    struct simulated got;
    struct err e;

    r->servers[0].established = (struct trials){5e11, 1e12};
    r->list[0].messages[FATE_NOT_OFFERED] = 100;
    for (unsigned i = 0; i < 3; i++)
        r->correspondences[i] = (struct correspondence){i, 0, (float)(i + 1)};
    r->pair_count = 3;
    assert_int_equal(simulate(r, &s, &got, &e), 0);
    assert_near(got.correspondents.mean, 0.5 + 0.75 + 0.875, 1e-4);
    relations_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(knowledge_is_that_of_each),
        cmocka_unit_test(two_halves_are_a_bit),
        cmocka_unit_test(half_of_the_mail_exposes_most_pairs),
    };
    return cmocka_run_group_tests_name("simulate know", tests, NULL, NULL);
}
