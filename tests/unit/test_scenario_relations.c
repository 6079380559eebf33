/* test_scenario_relations.c - what is to be expected of a scenario is what its sessions come to. */
#include "test.h"

#include <mailtap/bounds.h>
#include <mailtap/scenario_population.h>

#include <math.h>
#include <string.h>

static struct scenario read(const char *text)
{
    struct scenario s = scenario_default();
    struct err e = {""};

    if (scenario_read(&s, slice_of(text), &e) < 0)
        fail_msg("%s", e.text);
    return s;
}

static struct relations *expected(const char *text)
{
    struct scenario s = read(text);
    struct err e = {""};
    struct relations *r = scenario_relations(&s, &e);

    if (!r)
        fail_msg("%s", e.text);
    return r;
}

static void assert_near(double x, double wanted, double reach)
{
    if (!(fabs(x - wanted) <= reach))
        fail_msg("%g is not within %g of %g", x, reach, wanted);
}

/* Of counts: five standard deviations of as many, and what messages in one session add. */
static void assert_counted(double counted, double wanted)
{
    assert_near(counted, wanted, 5 * sqrt(3 * wanted) + 3);
}

/* ---- by hand: one server, one client */

static void one_pair_by_hand(void **state)
{
    (void)state;
    struct relations *r = expected("servers=1\nclients=1\nsessions=1000\noffered=1\nused=1\n"
                                   "insisting=0\nestablished=0.75\nprobes=0.1\nmessages=2\n"
                                   "stripped-networks=0\n");

    assert_int_equal(r->count, 1);
    assert_int_equal(r->server_count, 1);
    assert_int_equal(r->client_count, 1);
    assert_near((double)r->list[0].messages[FATE_ENCRYPTED], 1350, 1e-3);
    assert_near((double)r->list[0].messages[FATE_FAILED], 450, 1e-3);
    assert_near(r->servers[0].offered.did, 1000, 1e-9);
    assert_near(r->servers[0].offered.of, 1000, 1e-9);
    assert_near(r->servers[0].established.did, 675, 1e-9);
    assert_near(r->servers[0].established.of, 900, 1e-9);
    assert_near(r->clients[0].used.did, 900, 1e-9);
    assert_near(r->clients[0].used.of, 900, 1e-9);
    assert_near(r->clients[0].insisted.did, 0, 1e-9);
    assert_near(r->clients[0].insisted.of, 225, 1e-9);
    assert_near(r->clients[0].control.did, 100, 1e-9);
    assert_near(r->clients[0].control.of, 775, 1e-9);
    assert_int_equal(r->correspondence_count, 1);
    assert_int_equal(r->pair_count, 1);
    assert_near((double)r->correspondences[0].transactions, 450, 1e-3);
    relations_free(&r);
}

static void who_insists_sends_nothing_in_the_clear(void **state)
{
    (void)state;
    struct relations *r = expected("servers=1\nclients=1\nsessions=1000\noffered=0\nused=1\n"
                                   "insisting=1\nprobes=0.1\nstripped-networks=0\n");
    struct relation_sums sums = relations_sums(r);

    for (unsigned i = 0; i < FATES; i++)
        assert_near(sums.messages[i], 0, 0);
    assert_near(r->clients[0].insisted.did, 1000, 1e-9);
    assert_near(r->clients[0].insisted.of, 1000, 1e-9);
    assert_near(r->servers[0].alternatives.did, 0, 0);
    assert_near(r->servers[0].alternatives.of, 1000, 1e-9);
    assert_int_equal(r->correspondence_count, 0);
    relations_free(&r);
}

/* ---- against the sessions, one by one */

struct tally {
    double messages[FATES], credentials[FATES];
    double offered, of_offered, established, of_established, bypassed;
    double connections;
};

static void tally_session(struct tally *t, const struct scenario_session *s)
{
    for (unsigned i = 0; i < s->count; i++) {
        const struct scenario_connection *k = &s->connections[i];
        enum fate fate = scenario_fate(k);
        t->connections++;
        t->messages[fate] += k->messages;
        t->credentials[fate] += k->auth && fate != FATE_ENCRYPTED;
        if (k->implicit || k->box != BOX_FORMS)
            continue;
        t->of_offered++;
        t->offered += k->offers;
        t->of_established += k->asks;
        t->established += k->established;
    }
    t->bypassed += s->count == 2 && s->connections[1].server != s->connections[0].server &&
                   s->connections[1].established;
}

static struct tally tally_all(const struct scenario *s)
{
    struct scenario_population *p = scenario_populate(s);
    struct scenario_session session;
    struct tally t = {0};

    for (uint64_t i = 0; i < s->sessions; i++) {
        scenario_session(p, i, &session);
        tally_session(&t, &session);
    }
    scenario_population_free(&p);
    return t;
}

static void sums_are_those_of_the_sessions(void **state)
{
    static const char *const worlds[] = {
        "",
        "stripped-networks=0.4\nsubmission=0.3\nimplicit=0.1\ninsisting=0.2\nalternatives=0.6",
        "policy-a=0.5\npolicy-b=0.3\npolicy-c=0.5\npolicy-d=0.3\nstripped-networks=0.3\n"
        "established=0.7\nprobes=0.2\nmessages=3",
        "servers=5\nclients=3000\nskew=0\nstripped-networks=1\nform-broken=50",
        "servers=3000\nclients=5\nskew=1.5\nnetworks=3\nsubmission=1",
    };

    (void)state;
    for (size_t k = 0; k < sizeof worlds / sizeof *worlds; k++) {
        struct scenario s = read(worlds[k]);
        struct relations *r = expected(worlds[k]);
        struct relation_sums sums = relations_sums(r);
        struct trials offered = {0}, established = {0}, bypassed = {0};
        struct tally t = tally_all(&s);
        for (unsigned i = 0; i < FATES; i++) {
            assert_counted(t.messages[i], sums.messages[i]);
            assert_counted(t.credentials[i], sums.credentials[i]);
        }
        for (size_t i = 0; i < r->server_count; i++) {
            offered.did += r->servers[i].offered.did;
            offered.of += r->servers[i].offered.of;
            established.did += r->servers[i].established.did;
            established.of += r->servers[i].established.of;
            bypassed.did += r->servers[i].alternatives.did;
        }
        assert_counted(t.offered, offered.did);
        assert_counted(t.of_offered, offered.of);
        assert_counted(t.established, established.did);
        assert_counted(t.of_established, established.of);
        assert_counted(t.bypassed, bypassed.did);
        relations_free(&r);
    }
}

/* Not only the sums: what the busiest pairs come to. */
static void relations_are_those_of_the_sessions(void **state)
{
    static const char world[] = "servers=20\nclients=10\nsessions=200000\nstripped-networks=0.3\n"
                                "networks=5\nsubmission=0.2\ninsisting=0.3\nalternatives=1";
    struct scenario s = read(world);
    struct relations *r = expected(world);
    struct scenario_population *p = scenario_populate(&s);
    static double counted[10][20][2];
    struct scenario_session session;

    (void)state;
    memset(counted, 0, sizeof counted);
    for (uint64_t i = 0; i < s.sessions; i++) {
        scenario_session(p, i, &session);
        for (unsigned k = 0; k < session.count; k++) {
            const struct scenario_connection *c = &session.connections[k];
            counted[session.client][c->server][c->port == 587] += c->messages;
        }
    }
    for (size_t i = 0; i < r->count; i++) {
        const struct relation *one = &r->list[i];
        const struct relation_server *to = &r->servers[one->server];
        double wanted = 0;
        uint32_t server = 0;
        for (unsigned f = 0; f < FATES; f++)
            wanted += (double)one->messages[f];
        while (memcmp(&p->servers[server].address, &to->address, sizeof to->address) != 0)
            server++;
        assert_counted(counted[one->client][server][to->port == 587], wanted);
        counted[one->client][server][to->port == 587] = 0;
    }
    for (unsigned i = 0; i < 400; i++)
        assert_true(counted[i / 40][i / 2 % 20][i % 2] == 0);
    scenario_population_free(&p);
    relations_free(&r);
}

static void everything_is_in_its_order(void **state)
{
    (void)state;
    struct relations *r = expected("submission=0.3\nimplicit=0.1\ninsisting=0.2\nalternatives=1");
    double all = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct relation *a = &r->list[i], *b = a - 1;
        assert_true(a->client < r->client_count && a->server < r->server_count);
        assert_true(i == 0 || b->server < a->server ||
                    (b->server == a->server && b->client < a->client));
        for (unsigned f = 0; f < FATES; f++)
            all += (double)a->messages[f] + (double)a->credentials[f] * 0;
    }
    for (size_t i = 0; i < r->correspondence_count; i++) {
        const struct correspondence *c = &r->correspondences[i];
        assert_true(c->pair < r->pair_count && c->relation < r->count && c->transactions > 0);
        assert_true(i == 0 || c[-1].pair == c->pair || c[-1].pair + 1 == c->pair);
        /* One pair of domains is one client and one machine. */
        if (i && c[-1].pair == c->pair) {
            const struct relation *x = &r->list[c->relation], *y = &r->list[c[-1].relation];
            assert_int_equal(x->client, y->client);
            assert_memory_equal(&r->servers[x->server].address, &r->servers[y->server].address,
                                sizeof(struct ip_address));
        }
    }
    /* Nobody sends more than there are sessions for; those who insist send less. */
    assert_true(all < 50000 * 1.2 * 0.98 && all > 50000 * 1.2 * 0.9);
    relations_free(&r);
}

static void more_pairs_than_can_be_held_are_refused(void **state)
{
    (void)state;
    struct scenario s = read("servers=1000\nclients=50000\nsessions=1000000000\nskew=0");
    struct err e = {""};

    assert_null(scenario_relations(&s, &e));
    assert_string_equal(e.text, "the scenario has more than 4194304 pairs of client and server: "
                                "give it fewer clients, or fewer sessions");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_pair_by_hand),
        cmocka_unit_test(who_insists_sends_nothing_in_the_clear),
        cmocka_unit_test(sums_are_those_of_the_sessions),
        cmocka_unit_test(relations_are_those_of_the_sessions),
        cmocka_unit_test(everything_is_in_its_order),
        cmocka_unit_test(more_pairs_than_can_be_held_are_refused),
    };
    return cmocka_run_group_tests_name("scenario_relations", tests, NULL, NULL);
}
