/* test_simulate_sum.c - the sums are those of each relation by itself, worked out slowly. */
#include "../../analysis/simulate_private.h"
#include "test.h"
#include "traffic.h"

#include <math.h>
#include <stdlib.h>

#define POLICIES 11u
#define OBSERVERS 5u

static const struct observer observers[OBSERVERS] = {
    {.kind = OBSERVER_GLOBAL},
    {.kind = OBSERVER_GLOBAL, .strips = 0.3},
    {.kind = OBSERVER_SAMPLE, .share = 0.25, .strips = 1},
    {.kind = OBSERVER_BUSIEST, .servers = 2, .strips = 0.6},
    {.kind = OBSERVER_PATHS, .share = 0.5, .strips = 0.6},
};

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

static bool follows(const uint8_t *bits, size_t of_each, size_t i, unsigned policy)
{
    return bits[policy / LANES * of_each + i] >> policy % LANES & 1;
}

/* What becomes of mail of one kind, message by message as the policies say it. */
struct becomes {
    double readable, stripped, sealed, moved, undelivered;
};

/* x: the client insists, and here is what has no TLS. */
static void insist(struct becomes *b, double x, double elsewhere)
{
    b->moved += x * elsewhere;
    b->undelivered += x * (1 - elsewhere);
}

static struct becomes slowly(const struct world *w, const struct stage *g, const struct relation *p,
                             const float m[FATES], unsigned policy, double strips)
{
    bool offers = follows(w->offers, g->r->server_count, p->server, policy);
    bool uses = follows(w->uses, g->r->client_count, p->client, policy);
    bool demands = follows(w->demands, g->r->client_count, p->client, policy);
    double completes = w->established[p->server], elsewhere = w->alternatives[p->server];
    double tries = (double)m[FATE_NOT_OFFERED] * offers * (uses ? 1 : w->used[p->client]) +
                   (double)m[FATE_UNUSED] * uses;
    double encrypted = (double)m[FATE_ENCRYPTED] + tries * completes;
    double without = (double)m[FATE_NOT_OFFERED] + (double)m[FATE_UNUSED] - tries * completes +
                     (double)m[FATE_FAILED];
    struct becomes b = {.readable = (double)m[FATE_UNTOLD], .sealed = encrypted * (1 - strips)};

    if (demands) {
        insist(&b, without + (double)m[FATE_STRIPPED], elsewhere);
    } else {
        b.readable += without + (double)m[FATE_STRIPPED];
        b.stripped += (double)m[FATE_STRIPPED];
    }
    if (demands || w->insists[p->client]) {
        insist(&b, encrypted * strips, elsewhere);
    } else {
        b.readable += encrypted * strips;
        b.stripped += encrypted * strips;
    }
    return b;
}

static void add(struct becomes *to, struct becomes b, double weight)
{
    to->readable += weight * b.readable;
    to->stripped += weight * b.stripped;
    to->sealed += weight * b.sealed;
    to->moved += weight * b.moved;
    to->undelivered += weight * b.undelivered;
}

static void assert_as_slowly(const struct world *w, const struct stage *g, unsigned policy,
                             unsigned observer, const double *f)
{
    const struct observer *o = &g->s->observers[observer];
    double part = o->kind == OBSERVER_SAMPLE ? o->share : 1, messages = 0;
    struct becomes mail = {0}, logins = {0};

    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        double weight = part * (w->weights ? w->weights[p->server] : 1);
        if (!vision_sees(&g->vision, observer, w->group[i]))
            continue;
        add(&mail, slowly(w, g, p, p->messages, policy, o->strips), weight);
        add(&logins, slowly(w, g, p, p->credentials, policy, o->strips), weight);
        for (unsigned fate = 0; fate < FATES; fate++)
            messages += weight * (double)p->messages[fate];
    }
    double near = 1e-9 * (1 + messages), sent = messages - mail.undelivered;
    assert_near(f[FIGURE_MESSAGES], messages, near);
    assert_near(f[FIGURE_READABLE], mail.readable, near);
    assert_near(f[FIGURE_STRIPPED], mail.stripped, near);
    assert_near(f[FIGURE_REROUTED], mail.moved, near);
    assert_near(f[FIGURE_UNDELIVERED], mail.undelivered, near);
    assert_near(f[FIGURE_CREDENTIALS], logins.readable, near);
    if (messages > 0)
        assert_near(f[FIGURE_SHARE], mail.readable / messages, 1e-9);
    if (sent > 1e-6)
        assert_near(f[FIGURE_ENCRYPTED], (mail.sealed + mail.moved) / sent, 1e-6);
    assert_near(mail.readable + mail.sealed + mail.moved + mail.undelivered, messages, near);
}

static void assert_world(struct world *w, const struct stage *g, struct sums *m, double *figures)
{
    world_sum(w, g, m, figures);
    for (unsigned i = 0; i < POLICIES; i++) {
        for (unsigned o = 0; o < OBSERVERS; o++)
            assert_as_slowly(w, g, i, o, &figures[(i * OBSERVERS + o) * FIGURES]);
    }
}

static void random_policies(struct policy_mix *policies, struct random *r)
{
    for (unsigned i = 0; i < POLICIES; i++) {
        for (unsigned k = 0; k < LETTERS; k++)
            policies[i].follow[k] = (double)random_below(r, 4) / 3;
    }
}

static void sums_are_those_of_each(void **state)
{
    (void)state;
    struct random random = random_seeded(5);
    double figures[POLICIES * OBSERVERS * FIGURES];

    for (unsigned round = 0; round < 400; round++) {
        struct policy_mix policies[POLICIES];
        struct relations *r = traffic_random(&random);
        struct simulation s = traffic_simulation(policies, POLICIES);
        struct stage g;
        struct world w;
        struct err e;
        random_policies(policies, &random);
        s.observers = observers;
        s.resample = round % 3 == 0;
        s.seed = round;
        s.observer_count = OBSERVERS;
        assert_int_equal(stage_make(&g, r, &s, &e), 0);
        struct sums *m = sums_new(&g);
        world_make(&w, &g);
        for (unsigned draw = 0; draw < 3; draw++) {
            world_draw(&w, &g, draw);
            w.weights = NULL;
            assert_world(&w, &g, m, figures);
            w.weights = s.resample ? w.drawn : NULL;
            assert_world(&w, &g, m, figures);
        }
        world_free(&w);
        sums_free(&m);
        assert_null(m);
        stage_free(&g);
        relations_free(&r);
    }
}

static void assert_changes(const struct world *w, const struct stage *g, const double *figures)
{
    const struct relations *r = g->r;

    for (unsigned i = 0; i < POLICIES; i++) {
        double clear = 0;
        for (size_t k = 0; k < r->count; k++) {
            const struct relation *p = &r->list[k];
            struct part part = {p->client, p->server, (uint32_t)k, {0}};
            struct ends ends = {w->established[p->server], w->used[p->client],
                                follows(w->offers, r->server_count, p->server, i),
                                follows(w->uses, r->client_count, p->client, i),
                                follows(w->demands, r->client_count, p->client, i)};
            for (unsigned fate = 0; fate < FATES - 1; fate++)
                part.parts[fate] = p->messages[fate];
            for (unsigned fate = FATE_NOT_OFFERED; fate < FATES; fate++)
                clear += (double)p->messages[fate];
            struct change c = part_change(&part, &ends);
            assert_true(c.sealed >= 0 && c.sealed <= c.gone);
            clear -= c.gone;
        }
        assert_near(figures[i * FIGURES + FIGURE_READABLE], clear, 1e-9 * (1 + clear));
    }
}

/* One relation by itself says the same as sums do. */
static void one_change_is_as_the_sum(void **state)
{
    (void)state;
    struct random random = random_seeded(6);
    double figures[POLICIES * FIGURES];

    for (unsigned round = 0; round < 200; round++) {
        struct policy_mix policies[POLICIES];
        struct relations *r = traffic_random(&random);
        struct simulation s = traffic_simulation(policies, POLICIES);
        struct stage g;
        struct world w;
        struct err e;
        random_policies(policies, &random);
        assert_int_equal(stage_make(&g, r, &s, &e), 0);
        struct sums *m = sums_new(&g);
        world_make(&w, &g);
        world_draw(&w, &g, round);
        world_sum(&w, &g, m, figures);
        assert_changes(&w, &g, figures);
        world_free(&w);
        sums_free(&m);
        stage_free(&g);
        relations_free(&r);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sums_are_those_of_each),
        cmocka_unit_test(one_change_is_as_the_sum),
    };
    return cmocka_run_group_tests_name("simulate sum", tests, NULL, NULL);
}
