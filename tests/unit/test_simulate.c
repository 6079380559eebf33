/* test_simulate.c - what holds of any simulation: as observed, monotone, the same on any number of
 * threads; and what is refused. */
#include "test.h"
#include "traffic.h"

#include <mailtap/bounds.h>
#include <mailtap/prefix.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define OUTCOMES (sizeof(struct simulated) / sizeof(struct outcome))

static void assert_near(double got, double want, double within)
{
    if (!(fabs(got - want) <= within))
        fail_msg("%.17g instead of %.17g", got, want);
}

static void assert_exactly(struct outcome o, double value)
{
    if (o.mean != value || o.low != value || o.high != value)
        fail_msg("%.17g (%.17g to %.17g) instead of %.17g", o.mean, o.low, o.high, value);
}

static void must_simulate(const struct relations *r, const struct simulation *s,
                          struct simulated *results)
{
    struct err e = {{0}};

    if (simulate(r, s, results, &e) < 0)
        fail_msg("%s", e.text);
}

/* ---- as observed */

static double sum(const double parts[FATES], unsigned from)
{
    double all = 0;

    for (unsigned fate = from; fate < FATES; fate++)
        all += parts[fate];
    return all;
}

static double pairs_seen(const struct relations *r)
{
    double pairs = 0;

    for (size_t i = 0; i < r->correspondence_count; i++)
        pairs += i == 0 || r->correspondences[i].pair != r->correspondences[i - 1].pair;
    return pairs;
}

/* Whole numbers are met to the last digit, in every draw. */
static void as_observed_is_what_was_observed(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    struct random random = random_seeded(11);

    for (unsigned round = 0; round < 300; round++) {
        struct relations *r = traffic_random(&random);
        struct relation_sums sums = relations_sums(r);
        struct simulation s = traffic_simulation(&none, 1);
        struct simulated got;
        double all = sum(sums.messages, 0), clear = sum(sums.messages, 1);

        s.draws = 7;
        s.seed = round;
        must_simulate(r, &s, &got);
        assert_exactly(got.messages, all);
        assert_exactly(got.readable, clear);
        assert_exactly(got.share, all > 0 ? clear / all : 0);
        assert_exactly(got.stripped, sums.messages[FATE_STRIPPED]);
        assert_exactly(got.credentials, sum(sums.credentials, 1));
        assert_exactly(got.correspondents, pairs_seen(r));
        assert_exactly(got.encrypted, all > 0 ? sums.messages[FATE_ENCRYPTED] / all : 0);
        assert_exactly(got.rerouted, 0);
        assert_exactly(got.undelivered, 0);
        s.resample = true;
        struct simulated again;
        must_simulate(r, &s, &again);
        for (size_t i = 0; i < OUTCOMES; i++) {
            const struct outcome *a = (const struct outcome *)&got + i;
            const struct outcome *b = (const struct outcome *)&again + i;
            assert_true(a->mean == b->mean && b->low <= b->mean && b->mean <= b->high);
        }
        relations_free(&r);
    }
}

/* ---- closed forms: every rate is 1, so that only who follows is left to chance */

#define ENCRYPTED 1.0
#define NOT_OFFERED 2.0
#define UNUSED 4.0
#define FAILED 8.0
#define STRIPPED 16.0
#define UNTOLD 32.0

static void policies_followed_by_all(void **state)
{
    (void)state;
    static const struct policy_mix policies[] = {{{0, 1, 0, 0}}, {{0, 0, 1, 0}}, {{0, 1, 1, 0}},
                                                 {{0, 0, 0, 1}}, {{1, 1, 1, 1}}, {{1, 0, 0, 0}}};
    struct relations *r = traffic_one();
    struct simulation s = traffic_simulation(policies, 6);
    struct simulated got[6];

    must_simulate(r, &s, got);
    assert_near(got[0].readable.mean, UNUSED + FAILED + STRIPPED + UNTOLD, 1e-6);
    assert_near(got[1].readable.mean, NOT_OFFERED + FAILED + STRIPPED + UNTOLD, 1e-6);
    assert_near(got[2].readable.mean, FAILED + STRIPPED + UNTOLD, 1e-6);
    assert_near(got[2].credentials.mean, 3 * (FAILED + STRIPPED + UNTOLD), 1e-6);
    assert_near(got[2].encrypted.mean, (ENCRYPTED + NOT_OFFERED + UNUSED) / 63, 1e-6);
    assert_near(got[3].readable.mean, UNTOLD, 0);
    assert_near(got[3].stripped.mean, 0, 0);
    assert_near(got[3].rerouted.mean, NOT_OFFERED + FAILED + STRIPPED, 1e-6);
    assert_near(got[3].undelivered.mean, 0, 1e-6);
    assert_near(got[4].rerouted.mean, FAILED + STRIPPED, 1e-6);
    assert_near(got[5].readable.mean, 62, 0);
    r->servers[0].alternatives.did = 0;
    must_simulate(r, &s, got);
    assert_near(got[3].undelivered.mean, NOT_OFFERED + FAILED + STRIPPED, 1e-6);
    assert_near(got[3].encrypted.mean, (ENCRYPTED + UNUSED) / (ENCRYPTED + UNUSED + UNTOLD), 1e-6);
    relations_free(&r);
}

/* 2.a gives a server the offer as often as capable ones have it: of 30,000 two in three. */
static void implementations_are_turned_on_as_often_as_others(void **state)
{
    (void)state;
    static const struct policy_mix all = {{1, 0, 0, 0}};
    struct relations *r = relations_new(30001, 1, 1, 0);
    struct simulation s = traffic_simulation(&all, 1);
    struct simulated got;

    r->servers[0] = (struct relation_server){.incapable = true, .established = {1e9, 1e9}};
    for (size_t i = 1; i < r->server_count; i++)
        r->servers[i].offered = (struct trials){i % 3 ? 5 : 0, 5};
    r->clients[0].used = (struct trials){1e9, 1e9};
    r->list[0].messages[FATE_NOT_OFFERED] = 1;
    s.draws = 3000;
    must_simulate(r, &s, &got);
    assert_near(got.readable.mean, 1.0 / 3, 4 * sqrt(2.0 / 9 / s.draws));
    r->servers[0].incapable = false;
    must_simulate(r, &s, &got);
    assert_exactly(got.readable, 1);
    relations_free(&r);
}

/* Tau of what would be encrypted is read, until the client insists; then it has nowhere to go. */
static void only_insisting_helps_against_an_interferer(void **state)
{
    (void)state;
    static const struct policy_mix policies[] = {{{0}}, {{1, 1, 1, 0}}, {{0, 0, 0, 1}}};
    static const struct observer strips = {.kind = OBSERVER_GLOBAL, .strips = 0.25};
    struct relations *r = traffic_one();
    struct simulation s = traffic_simulation(policies, 3);
    struct simulated got[3];
    double sealed = ENCRYPTED + NOT_OFFERED + UNUSED, stay = FAILED + STRIPPED + UNTOLD;

    r->servers[0].alternatives.did = 0;
    s.observers = &strips;
    must_simulate(r, &s, got);
    assert_near(got[0].readable.mean, 62 + 0.25 * ENCRYPTED, 1e-6);
    assert_near(got[0].stripped.mean, STRIPPED + 0.25 * ENCRYPTED, 1e-6);
    assert_near(got[1].readable.mean, stay + 0.25 * sealed, 1e-6);
    assert_near(got[1].credentials.mean, 3 * (stay + 0.25 * (NOT_OFFERED + UNUSED)), 1e-6);
    assert_near(got[1].undelivered.mean, 0, 1e-6);
    assert_near(got[2].readable.mean, UNTOLD, 1e-6);
    assert_near(got[2].undelivered.mean,
                NOT_OFFERED + FAILED + STRIPPED + 0.25 * (ENCRYPTED + UNUSED), 1e-6);
    r->clients[0].insisted = (struct trials){1e9, 1e9};
    r->clients[0].control = (struct trials){0, 1e9};
    must_simulate(r, &s, got);
    assert_near(got[0].readable.mean, 62, 1e-6);
    assert_near(got[0].undelivered.mean, 0.25 * ENCRYPTED, 1e-6);
    /* Who ends without mail as often when TLS can be had is a probe, and does not insist. */
    r->clients[0].insisted = r->clients[0].control = (struct trials){9e8, 1e9};
    must_simulate(r, &s, got);
    assert_near(got[0].readable.mean, 62 + 0.25 * ENCRYPTED, 1e-6);
    relations_free(&r);
}

/* But for the order in which an interferer's sums are added up. */
static void assert_alike(const struct simulated *a, const struct simulated *b, size_t n)
{
    for (size_t i = 0; i < n * OUTCOMES; i++) {
        const struct outcome *x = (const struct outcome *)a + i;
        const struct outcome *y = (const struct outcome *)b + i;
        double within = 1e-12 * fmax(1, x->high);
        assert_near(x->mean, y->mean, within);
        assert_near(x->low, y->low, within);
        assert_near(x->high, y->high, within);
    }
}

static const struct observer five[] = {{.kind = OBSERVER_GLOBAL},
                                       {.kind = OBSERVER_GLOBAL, .strips = 0.3},
                                       {.kind = OBSERVER_SAMPLE, .share = 0.2},
                                       {.kind = OBSERVER_BUSIEST, .servers = 2},
                                       {.kind = OBSERVER_PATHS, .share = 0.4}};

static void many_are_as_each_alone(void **state)
{
    (void)state;
    struct random random = random_seeded(16);
    struct policy_mix policies[19];

    for (unsigned i = 0; i < 19; i++) {
        for (unsigned k = 0; k < LETTERS; k++)
            policies[i].follow[k] = (double)random_below(&random, 5) / 4;
    }
    for (unsigned round = 0; round < 20; round++) {
        struct relations *r = traffic_random(&random);
        struct simulation s = traffic_simulation(policies, 19);
        struct simulated together[19 * 5], alone[5];
        s.observers = five;
        s.observer_count = 5;
        s.draws = 20;
        must_simulate(r, &s, together);
        for (unsigned i = 0; i < 19; i++) {
            s.policies = &policies[i];
            s.policy_count = 1;
            must_simulate(r, &s, alone);
            assert_alike(alone, &together[i * 5ul], 5);
        }
        relations_free(&r);
    }
}

/* ---- monotone */

static const struct observer everybody[] = {
    {.kind = OBSERVER_GLOBAL},
    {.kind = OBSERVER_SAMPLE, .share = 0.3},
    {.kind = OBSERVER_BUSIEST, .servers = 2},
    {.kind = OBSERVER_PATHS, .share = 0.5},
    {.kind = OBSERVER_PREFIX, .prefixes = NULL},
    {.kind = OBSERVER_GLOBAL, .strips = 0.4},
    {.kind = OBSERVER_PATHS, .share = 0.7, .strips = 1},
};
#define EVERYBODY 7u
#define PASSIVE 5u

static struct policy_mix stricter(const struct policy_mix *p, struct random *r)
{
    struct policy_mix q = *p;

    for (unsigned k = 0; k < LETTERS; k++) {
        if (random_below(r, 2))
            q.follow[k] += (1 - q.follow[k]) * random_unit(r);
    }
    return q;
}

/* One draw is one world. */
static void assert_monotone(const struct simulated *got, unsigned policies)
{
    for (unsigned i = 1; i < policies; i++) {
        for (unsigned o = 0; o < EVERYBODY; o++) {
            const struct simulated *lax = &got[(i - 1) * EVERYBODY + o], *strict = lax + EVERYBODY;
            double slack = o < PASSIVE ? 0 : 1e-9 * lax->messages.mean;
            assert_true(strict->readable.mean <= lax->readable.mean + slack);
            assert_true(strict->share.mean <= lax->share.mean + slack);
            assert_true(strict->stripped.mean <= lax->stripped.mean || o >= PASSIVE);
            assert_true(strict->credentials.mean <= lax->credentials.mean + slack);
            assert_true(strict->correspondents.mean <= lax->correspondents.mean + 1e-12);
            assert_true(strict->messages.mean == lax->messages.mean);
        }
    }
}

static void stricter_never_raises_what_is_read(void **state)
{
    (void)state;
    struct random random = random_seeded(10000);
    struct prefix_list prefixes;
    struct observer observers[EVERYBODY];
    struct err e;

    assert_int_equal(prefix_read(&prefixes, slice_of("1.2.0.0/16, 102::/16"), &e), 0);
    memcpy(observers, everybody, sizeof observers);
    observers[4].prefixes = &prefixes;
    for (unsigned round = 0; round < 10000; round++) {
        struct relations *r = traffic_random(&random);
        struct policy_mix policies[4] = {{{0}}};
        struct simulation s = traffic_simulation(policies, 4);
        struct simulated got[4 * EVERYBODY];
        for (unsigned i = 1; i < 4; i++)
            policies[i] = stricter(&policies[i - 1], &random);
        s.observers = observers;
        s.observer_count = EVERYBODY;
        s.draws = 1;
        s.seed = round;
        must_simulate(r, &s, got);
        assert_monotone(got, 4);
        relations_free(&r);
    }
}

static void none_insist(struct relations *r)
{
    for (size_t i = 0; i < r->client_count; i++) {
        r->clients[i].insisted = (struct trials){0, 1e9};
        r->clients[i].control = (struct trials){1e9, 1e9};
    }
}

/* Without 2.d nobody keeps mail back, and at least tau of what is encrypted is read. */
static void an_interferer_reads_his_share_without_insisting(void **state)
{
    (void)state;
    struct random random = random_seeded(77);
    static const struct observer strips = {.kind = OBSERVER_GLOBAL, .strips = 0.5};

    for (unsigned round = 0; round < 500; round++) {
        struct relations *r = traffic_random(&random);
        struct relation_sums sums = relations_sums(r);
        struct policy_mix policies[2] = {{{0}}, {{0}}};
        struct simulation s = traffic_simulation(policies, 2);
        struct simulated got[2];
        for (unsigned i = 0; i < POLICY_D; i++)
            policies[0].follow[i] = policies[1].follow[i] = random_unit(&random);
        policies[1].follow[POLICY_D] = 1;
        none_insist(r);
        s.observers = &strips;
        s.draws = 1;
        must_simulate(r, &s, got);
        double all = sum(sums.messages, 0), untold = sums.messages[FATE_UNTOLD];
        assert_near(got[0].undelivered.mean + got[0].rerouted.mean, 0, 1e-9 * all);
        assert_true(got[0].readable.mean >= 0.5 * (all - untold) + untold - 1e-6);
        assert_true(got[0].stripped.mean >= sums.messages[FATE_STRIPPED]);
        assert_near(got[1].readable.mean, untold, 1e-6);
        assert_near(got[1].stripped.mean, 0, 1e-6);
        double kept = got[1].undelivered.mean + got[1].rerouted.mean;
        assert_true(kept >= 0.5 * (all - untold) - 1e-6);
        relations_free(&r);
    }
}

/* ---- the same on any number of threads */

static void threads_change_nothing(void **state)
{
    (void)state;
    struct random random = random_seeded(8);
    static const struct policy_mix policies[] = {{{0}}, {{0.5, 0.5, 0.5, 0.1}}, {{1, 0.2, 0, 0.7}}};

    for (unsigned round = 0; round < 20; round++) {
        struct relations *r = traffic_random(&random);
        struct simulation s = traffic_simulation(policies, 3);
        struct simulated one[9], more[9];
        s.observers = &everybody[round % 2 ? 1 : 0];
        s.observer_count = 3;
        s.draws = 41;
        s.resample = round % 3 == 0;
        must_simulate(r, &s, one);
        for (s.threads = 2; s.threads <= 4; s.threads++) {
            must_simulate(r, &s, more);
            assert_memory_equal(one, more, sizeof one);
        }
        s.seed++;
        must_simulate(r, &s, more);
        assert_true(round > 0 || memcmp(one, more, sizeof one) != 0);
        relations_free(&r);
    }
}

struct seen {
    unsigned calls, done, all;
};

static void note(void *of, unsigned done, unsigned all)
{
    struct seen *seen = of;

    assert_true(done >= seen->done && done <= all);
    *seen = (struct seen){seen->calls + 1, done, all};
}

static void progress_ends_with_all(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    struct relations *r = traffic_one();
    struct simulation s = traffic_simulation(&none, 1);
    struct simulated got;

    for (s.threads = 1; s.threads <= 3; s.threads++) {
        struct seen seen = {0, 0, 0};
        s.progress = note;
        s.of = &seen;
        s.draws = 10;
        must_simulate(r, &s, &got);
        assert_true(seen.calls >= 3 && seen.done == 10 && seen.all == 10);
    }
    relations_free(&r);
}

/* ---- what is refused */

static void refused(const struct relations *r, const struct simulation *s, const char *why)
{
    struct err e = {{0}};
    struct simulated got[2];

    assert_int_equal(simulate(r, s, got, &e), -1);
    if (!strstr(e.text, why))
        fail_msg("\"%s\" does not say \"%s\"", e.text, why);
}

static void what_cannot_be_is_refused(void **state)
{
    (void)state;
    static const double bad[] = {NAN, INFINITY, -INFINITY, -0.01, 1.01};
    struct relations *r = traffic_one();
    struct policy_mix policy = {{0}};
    struct observer o = {.kind = OBSERVER_SAMPLE, .share = 1};
    struct simulation s = traffic_simulation(&policy, 1);

    s.observers = &o;
    for (unsigned i = 0; i < 5; i++) {
        policy.follow[POLICY_C] = bad[i];
        refused(r, &s, "policy 1: the share that follows 2.c");
        policy.follow[POLICY_C] = 0;
        o.share = bad[i];
        refused(r, &s, "observer 1: the share it sees");
        o = (struct observer){.kind = OBSERVER_GLOBAL, .strips = bad[i]};
        refused(r, &s, "observer 1: the share it strips");
        o = (struct observer){.kind = OBSERVER_SAMPLE, .share = 1};
        s.wanted = bad[i];
        refused(r, &s, "wanted");
        s.wanted = 1;
    }
    relations_free(&r);
}

static void sizes_that_cannot_be_are_refused(void **state)
{
    (void)state;
    struct relations *r = traffic_one();
    struct policy_mix policy = {{0}};
    struct observer o = {.kind = OBSERVER_PREFIX};
    const struct simulation good = traffic_simulation(&policy, 1);
    struct simulation s = good;

    s.observers = &o;
    refused(r, &s, "no prefixes");
    o.kind = (enum observer_kind)(OBSERVER_PATHS + 1);
    refused(r, &s, "no kind");
    s = good;
    s.draws = 0;
    refused(r, &s, "1 draw");
    s.draws = UINT32_MAX;
    refused(r, &s, "memory");
    s = good;
    s.policy_count = 0;
    refused(r, &s, "policies");
    s.policy_count = BOUND_POLICIES + 1;
    refused(r, &s, "policies");
    s = good;
    s.observer_count = BOUND_OBSERVERS + 1;
    refused(r, &s, "observers");
    s = good;
    s.threads = 0;
    refused(r, &s, "threads");
    relations_free(&r);
}

static void relations_that_cannot_be_are_refused(void **state)
{
    (void)state;
    static const float bad[] = {NAN, INFINITY, -INFINITY, -1};
    static const struct trials odd[] = {{NAN, 1}, {1, NAN},      {2, 1},
                                        {-1, 1},  {0, INFINITY}, {0, 1e300}};
    static const struct policy_mix none = {{0}};
    struct simulation s = traffic_simulation(&none, 1);
    struct relations *r = traffic_one();

    for (unsigned i = 0; i < 4; i++) {
        struct relation kept = r->list[0];
        r->list[0].messages[FATE_UNTOLD] = bad[i];
        refused(r, &s, "relation 0");
        r->list[0] = kept;
        r->list[0].credentials[FATE_FAILED] = bad[i];
        refused(r, &s, "relation 0");
        r->list[0] = kept;
        r->correspondences[0].transactions = bad[i];
        refused(r, &s, "correspondence 0");
        r->correspondences[0].transactions = 1;
    }
    for (unsigned i = 0; i < 6; i++) {
        struct relation_server server = r->servers[0];
        struct relation_client client = r->clients[0];
        r->servers[0].established = odd[i];
        refused(r, &s, "server 0");
        r->servers[0] = server;
        r->clients[0].control = odd[i];
        refused(r, &s, "client 0");
        r->clients[0] = client;
    }
    r->list[0].client = 1;
    refused(r, &s, "relation 0");
    r->list[0].client = 0;
    r->correspondences[0].relation = 1;
    refused(r, &s, "correspondence 0");
    relations_free(&r);
}

/* The largest numbers there are, and none at all: every figure is finite. */
static void extremes_are_finite(void **state)
{
    (void)state;
    static const struct policy_mix policies[] = {{{0}}, {{0.5, 0.5, 0.5, 0.5}}};
    struct relations *list[] = {traffic_one(), traffic_one(), relations_new(0, 0, 0, 0),
                                relations_new(2, 2, 0, 0)};

    for (unsigned fate = 0; fate < FATES; fate++) {
        list[0]->list[0].messages[fate] = 3.4e38f;
        list[0]->list[0].credentials[fate] = 3.4e38f;
        list[1]->list[0].messages[fate] = 1e-45f;
    }
    for (unsigned i = 0; i < 4; i++) {
        struct simulation s = traffic_simulation(policies, 2);
        struct simulated got[2 * 4];
        s.observers = &everybody[2];
        s.observer_count = 2;
        s.draws = 50;
        for (unsigned k = 0; k < 2; k++) {
            s.resample = k;
            must_simulate(list[i], &s, got);
            for (size_t n = 0; n < 4 * OUTCOMES; n++) {
                const struct outcome *o = (const struct outcome *)got + n;
                assert_true(isfinite(o->mean) && isfinite(o->low) && isfinite(o->high));
                assert_true(o->low >= 0 && o->low <= o->mean && o->mean <= o->high);
            }
        }
        relations_free(&list[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_observed_is_what_was_observed),
        cmocka_unit_test(policies_followed_by_all),
        cmocka_unit_test(implementations_are_turned_on_as_often_as_others),
        cmocka_unit_test(only_insisting_helps_against_an_interferer),
        cmocka_unit_test(many_are_as_each_alone),
        cmocka_unit_test(stricter_never_raises_what_is_read),
        cmocka_unit_test(an_interferer_reads_his_share_without_insisting),
        cmocka_unit_test(threads_change_nothing),
        cmocka_unit_test(progress_ends_with_all),
        cmocka_unit_test(what_cannot_be_is_refused),
        cmocka_unit_test(sizes_that_cannot_be_are_refused),
        cmocka_unit_test(relations_that_cannot_be_are_refused),
        cmocka_unit_test(extremes_are_finite),
    };
    return cmocka_run_group_tests_name("simulate", tests, NULL, NULL);
}
