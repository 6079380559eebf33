/* test_scenario_population.c - who there is in a scenario: as many as it says, each by numbers of
 * its own, so that a change moves nobody but those it is about. */
#include "test.h"

#include <mailtap/scenario_population.h>

#include <math.h>
#include <string.h>

static struct scenario_population *made(const char *more)
{
    struct scenario s = scenario_default();
    struct err e = {""};

    s.servers = s.clients = 20000;
    s.networks = 5000;
    if (scenario_read(&s, slice_of(more), &e) < 0)
        fail_msg("%s", e.text);
    return scenario_populate(&s);
}

/* Within four standard deviations of a binomial. */
static void assert_share(double hits, double of, double share)
{
    if (fabs(hits - of * share) > 4 * sqrt(of * share * (1 - share)) + 1e-9)
        fail_msg("%g of %g are not a share of %g", hits, of, share);
}

static void shares_are_those_of_the_scenario(void **state)
{
    (void)state;
    struct scenario_population *p = made("offered=0.6\nincapable=0.25\nused=0.7\ninsisting=0.1\n"
                                         "alternatives=0.3\nstripped-networks=0.2\n"
                                         "form-deleted=3\nform-masked=0\nform-refused=1\n"
                                         "form-command=0\nform-ehlo=0\nform-broken=4\n");
    double offers = 0, incapable = 0, alternatives = 0, uses = 0, insists = 0, boxes = 0;
    double forms[BOX_FORMS + 1] = {0};

    for (unsigned i = 0; i < 20000; i++) {
        const struct scenario_server *s = &p->servers[i];
        offers += s->offers;
        incapable += !s->capable;
        assert_true(s->capable || !s->offers);
        if (s->alternative != SCENARIO_NONE) {
            alternatives++;
            assert_true(s->alternative != i && p->servers[s->alternative].offers);
        }
        uses += p->clients[i].uses;
        insists += p->clients[i].insists;
        assert_true(p->clients[i].uses || !p->clients[i].insists);
    }
    for (unsigned i = 0; i < 5000; i++)
        forms[p->boxes[i]]++;
    boxes = 5000 - forms[BOX_FORMS];
    assert_share(offers, 20000, 0.6);
    assert_share(incapable, 20000, 0.1);
    assert_share(alternatives, 20000, 0.3);
    assert_share(uses, 20000, 0.7);
    assert_share(insists, 20000, 0.07);
    assert_share(boxes, 5000, 0.2);
    assert_share(forms[BOX_DELETED], boxes, 3 / 8.0);
    assert_share(forms[BOX_REFUSED], boxes, 1 / 8.0);
    assert_share(forms[BOX_BROKEN], boxes, 0.5);
    scenario_population_free(&p);
    assert_null(p);
    scenario_population_free(&p);
}

/* a's are b's too. */
static bool implies(bool a, bool b)
{
    return !a || b;
}

static void a_larger_share_only_adds(void **state)
{
    (void)state;
    struct scenario_population *p = made("offered=0.3\nused=0.3\nstripped-networks=0.1");
    struct scenario_population *q = made(
        "offered=0.6\nused=0.6\nstripped-networks=0.5\nservers=30000\nclients=30000");

    for (unsigned i = 0; i < 20000; i++) {
        assert_true(implies(p->servers[i].offers, q->servers[i].offers));
        assert_true(implies(p->clients[i].uses, q->clients[i].uses));
        assert_int_equal(p->clients[i].network, q->clients[i].network);
        assert_memory_equal(&p->servers[i].address, &q->servers[i].address,
                            sizeof(struct ip_address));
    }
    for (unsigned i = 0; i < 5000; i++)
        assert_true(p->boxes[i] == BOX_FORMS || p->boxes[i] == q->boxes[i]);
    scenario_population_free(&p);
    scenario_population_free(&q);
}

/* Under a policy the world is the same but for those who follow it, and a stricter one adds. */
static void policies_are_nested(void **state)
{
    static const char *const policies[] = {
        "policy-a=0",
        "policy-a=0.5",
        "policy-a=1",
        "policy-a=1\npolicy-b=0.3",
        "policy-a=1\npolicy-b=0.8\npolicy-c=0.5",
        "policy-a=1\npolicy-b=0.8\npolicy-c=0.5\npolicy-d=0.5",
        "policy-a=1\npolicy-b=1\npolicy-c=1\npolicy-d=1",
    };
    struct scenario_population *before = made("");

    (void)state;
    for (size_t k = 0; k < sizeof policies / sizeof *policies; k++) {
        struct scenario_population *p = made(policies[k]);
        unsigned changed = 0;
        for (unsigned i = 0; i < 20000; i++) {
            const struct scenario_server *s = &p->servers[i], *t = &before->servers[i];
            const struct scenario_client *c = &p->clients[i], *d = &before->clients[i];
            assert_true(implies(t->offers, s->offers) && implies(t->capable, s->capable));
            assert_true(implies(d->uses, c->uses) && implies(d->insists, c->insists));
            assert_int_equal(s->alternative, t->alternative);
            assert_int_equal(scenario_partner(p, i, 0), scenario_partner(before, i, 0));
            changed += s->offers != t->offers || c->uses != d->uses || c->insists != d->insists;
        }
        assert_true(k == 0 ? changed == 0 : changed > 10);
        scenario_population_free(&before);
        before = p;
    }
    for (unsigned i = 0; i < 20000; i++)
        assert_true(before->servers[i].offers && before->clients[i].insists);
    scenario_population_free(&before);
}

static void a_share_follows_a_policy(void **state)
{
    (void)state;
    struct scenario_population *p = made("offered=0.5\nincapable=0.4\nused=0\n"
                                         "policy-a=0.5\npolicy-c=0.25\npolicy-d=0.2");
    double offers = 0, incapable = 0, uses = 0, insists = 0;

    for (unsigned i = 0; i < 20000; i++) {
        offers += p->servers[i].offers;
        incapable += !p->servers[i].capable;
        uses += p->clients[i].uses;
        insists += p->clients[i].insists;
    }
    /* Of ten servers two are incapable, one of them gets software, and of eight that could five
     * offer. */
    assert_share(incapable, 20000, 0.1);
    assert_share(offers, 20000, 0.5 + 0.1 * 5 / 8);
    assert_share(uses, 20000, 1 - 0.75 * 0.8);
    assert_share(insists, 20000, 0.2);
    scenario_population_free(&p);
}

static void who_is_alone_has_no_alternative(void **state)
{
    (void)state;
    struct scenario_population *p = made("servers=1\nclients=1\noffered=1\nalternatives=1");

    assert_int_equal(p->servers[0].alternative, SCENARIO_NONE);
    assert_int_equal(p->clients[0].partners, 1);
    scenario_population_free(&p);
    p = made("servers=50\noffered=0\nalternatives=1");
    for (unsigned i = 0; i < 50; i++)
        assert_int_equal(p->servers[i].alternative, SCENARIO_NONE);
    scenario_population_free(&p);
}

static uint32_t number_of(const struct ip_address *a)
{
    assert_int_equal(a->version, 4);
    return (uint32_t)a->octets[0] << 24 | (uint32_t)a->octets[1] << 16 |
           (uint32_t)a->octets[2] << 8 | a->octets[3];
}

/* Each address once, each network a block of its own, none outside of what is set apart for it. */
static void addresses_are_distinct(void **state)
{
    static const char *const worlds[] = {
        "networks=1",   "networks=3\nclients=400000",      "networks=256",
        "networks=257", "networks=65536\nclients=1000000", "servers=200000"};
    static uint8_t seen[1 << 21];

    (void)state;
    for (size_t k = 0; k < sizeof worlds / sizeof *worlds; k++) {
        struct scenario_population *p = made(worlds[k]);
        memset(seen, 0, sizeof seen);
        for (uint32_t i = 0; i < p->scenario.clients; i++) {
            uint32_t at = number_of(&p->clients[i].address), host = at & 0xffffff;
            assert_int_equal(at >> 24, 10);
            assert_int_equal(host >> p->network_bits, p->clients[i].network);
            assert_true(p->clients[i].network < p->scenario.networks);
            assert_false(seen[host / 8] & 1 << host % 8);
            seen[host / 8] |= (uint8_t)(1 << host % 8);
        }
        memset(seen, 0, sizeof seen);
        for (uint32_t i = 0; i < p->scenario.servers; i++) {
            uint32_t at = number_of(&p->servers[i].address), low = at & 0x3fffff;
            assert_true(at >> 17 == 0xc612 >> 1 || at >> 22 == 0x6440 >> 6);
            if (at >> 24 == 0x64)
                low += 1 << 18;
            else
                low = at & 0x1ffff;
            assert_false(seen[low / 8] & 1 << low % 8);
            seen[low / 8] |= (uint8_t)(1 << low % 8);
        }
        scenario_population_free(&p);
    }
}

static void few_are_busy(void **state)
{
    (void)state;
    struct scenario_population *p = made("servers=100\nclients=10\nskew=1\nsessions=10000");
    double harmonic = 0, partners[100] = {0}, all = 0;

    for (unsigned i = 0; i < 100; i++)
        harmonic += 1 / (i + 1.0);
    assert_true(fabs(p->servers[99].until - harmonic) < 1e-9);
    assert_true(p->servers[0].until == 1);
    assert_int_equal(p->clients[0].partners, 100);
    assert_true(p->clients[9].partners < p->clients[0].partners);
    for (uint32_t c = 0; c < 10; c++)
        for (uint32_t i = 0; i < 200; i++, all++)
            partners[scenario_partner(p, c, i)]++;
    assert_share(partners[0], all, 1 / harmonic);
    assert_share(partners[9], all, 0.1 / harmonic);
    scenario_population_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_those_of_the_scenario),
        cmocka_unit_test(a_larger_share_only_adds),
        cmocka_unit_test(policies_are_nested),
        cmocka_unit_test(a_share_follows_a_policy),
        cmocka_unit_test(who_is_alone_has_no_alternative),
        cmocka_unit_test(addresses_are_distinct),
        cmocka_unit_test(few_are_busy),
    };
    return cmocka_run_group_tests_name("scenario_population", tests, NULL, NULL);
}
