/* test_scenario_session.c - what happens between two of a scenario, and when. */
#include "test.h"

#include <mailtap/scenario_population.h>

#include <math.h>
#include <stdio.h>
#include <string.h>

static struct scenario_population *made(const char *more)
{
    struct scenario s = scenario_default();
    struct err e = {""};

    s.sessions = 50000;
    if (scenario_read(&s, slice_of(more), &e) < 0)
        fail_msg("%s", e.text);
    return scenario_populate(&s);
}

/* ---- what two of them do: one server (and another one), one client, one network */

static const char *const fates[] = {"encrypted", "not-offered", "unused", "failed", "stripped"};

/* "fate messages; ..." of each connection, with what is particular. */
static const char *happens(bool offers, const char *client, enum box_form box, bool alternative,
                           bool completes, bool probe)
{
    static char text[256];
    struct scenario_population *p = made("servers=2\nclients=1\nnetworks=1");
    struct scenario_case c = {.probe = probe, .completes = {completes, true}};
    struct scenario_session s;
    size_t used = 0;

    p->servers[0].offers = offers;
    p->servers[0].alternative = alternative ? 1 : SCENARIO_NONE;
    p->servers[1].offers = true;
    p->clients[0].uses = strcmp(client, "no") != 0;
    p->clients[0].insists = strcmp(client, "insists") == 0;
    p->boxes[0] = (uint8_t)box;
    c.service = SERVICE_SUBMISSION;
    scenario_connect(p, &c, &s);
    for (unsigned i = 0; i < s.count; i++) {
        const struct scenario_connection *k = &s.connections[i];
        assert_int_equal(k->port, 587);
        used += (size_t)snprintf(text + used, sizeof text - used, "%s%u %s%s%s%s%s", i ? "; " : "",
                                 k->server, fates[scenario_fate(k)], k->asks ? " asks" : "",
                                 k->helo ? " helo" : "", k->auth ? " auth" : "",
                                 k->messages ? " mail" : "");
    }
    scenario_population_free(&p);
    return text;
}

static void without_a_box(void **state)
{
    (void)state;
    enum box_form none = BOX_FORMS;

    assert_string_equal(happens(true, "yes", none, 0, 1, 0), "0 encrypted asks auth mail");
    assert_string_equal(happens(true, "no", none, 0, 1, 0), "0 unused auth mail");
    assert_string_equal(happens(false, "yes", none, 0, 1, 0), "0 not-offered auth mail");
    assert_string_equal(happens(true, "yes", none, 0, 0, 0), "0 failed asks auth mail");
    assert_string_equal(happens(true, "yes", none, 1, 1, 1), "0 unused");
    assert_string_equal(happens(true, "insists", none, 1, 1, 0), "0 encrypted asks auth mail");
    assert_string_equal(happens(true, "insists", none, 0, 0, 0), "0 failed asks");
    assert_string_equal(happens(false, "insists", none, 0, 1, 0), "0 not-offered");
    assert_string_equal(happens(false, "insists", none, 1, 1, 0),
                        "0 not-offered; 1 encrypted asks auth mail");
    assert_string_equal(happens(false, "insists", none, 1, 1, 1), "0 not-offered");
    assert_string_equal(happens(false, "yes", none, 1, 1, 0), "0 not-offered auth mail");
}

static void behind_a_box(void **state)
{
    (void)state;
    for (enum box_form f = BOX_DELETED; f <= BOX_MASKED; f++) {
        assert_string_equal(happens(true, "yes", f, 0, 1, 0), "0 stripped auth mail");
        assert_string_equal(happens(true, "no", f, 0, 1, 0), "0 stripped auth mail");
        assert_string_equal(happens(false, "yes", f, 0, 1, 0), "0 not-offered auth mail");
        assert_string_equal(happens(true, "insists", f, 1, 1, 0), "0 stripped; 1 stripped");
    }
    for (enum box_form f = BOX_REFUSED; f <= BOX_COMMAND; f++) {
        assert_string_equal(happens(true, "yes", f, 0, 1, 0), "0 stripped asks auth mail");
        assert_string_equal(happens(true, "no", f, 0, 1, 0), "0 unused auth mail");
        assert_string_equal(happens(true, "insists", f, 0, 1, 0), "0 stripped asks");
    }
    assert_string_equal(happens(true, "yes", BOX_EHLO, 0, 1, 0), "0 stripped helo mail");
    assert_string_equal(happens(false, "yes", BOX_EHLO, 0, 1, 0), "0 stripped helo mail");
    assert_string_equal(happens(true, "insists", BOX_EHLO, 0, 1, 0), "0 stripped");
    assert_string_equal(happens(true, "yes", BOX_BROKEN, 1, 1, 0),
                        "0 stripped asks; 0 stripped auth mail");
    assert_string_equal(happens(true, "no", BOX_BROKEN, 1, 1, 0), "0 unused auth mail");
    assert_string_equal(happens(true, "insists", BOX_BROKEN, 1, 1, 0),
                        "0 stripped asks; 1 stripped asks");
    assert_string_equal(happens(true, "yes", BOX_BROKEN, 1, 1, 1), "0 unused");
}

static void implicit_tls_needs_no_offer(void **state)
{
    (void)state;
    struct scenario_population *p = made("implicit=1\noffered=0\nused=0\nstripped-networks=1");
    struct scenario_session s;

    for (unsigned i = 0; i < 100; i++) {
        scenario_session(p, i, &s);
        assert_int_equal(s.count, 1);
        assert_int_equal(s.connections[0].port, 465);
        assert_int_equal(scenario_fate(&s.connections[0]), FATE_ENCRYPTED);
        assert_true(s.connections[0].implicit && (s.connections[0].messages > 0) == !s.probe);
    }
    scenario_population_free(&p);
}

/* ---- when, and how much */

static void sessions_are_in_the_order_of_time(void **state)
{
    (void)state;
    struct scenario_population *p = made("days=2.5\nsessions=50000\nstart=2026-11-24");
    struct scenario_session s;
    int64_t last = p->scenario.start_ns, hour = INT64_C(3600) * 1000000000;
    unsigned by_hour[60] = {0};

    for (uint64_t i = 0; i < 50000; i++) {
        scenario_session(p, i, &s);
        int64_t at = s.connections[0].started_ns;
        assert_true(s.number == i && at >= last && at < p->scenario.start_ns + 60 * hour);
        last = at;
        by_hour[(at - p->scenario.start_ns) / hour]++;
        if (s.count == 2)
            assert_in_range(s.connections[1].started_ns - at, 5 * INT64_C(1000000000),
                            720 * INT64_C(1000000000));
    }
    /* Of 166 parts of a day the hour from 9 has 12, and the one from 2 has 2; the last half day has
     * 73. */
    double day = 50000 / (2 + 73 / 166.0);
    assert_true(fabs(by_hour[9] - day * 12 / 166) < 2);
    assert_true(fabs(by_hour[24 + 2] - day * 2 / 166) < 2);
    assert_true(fabs(by_hour[48 + 9] - day * 12 / 166) < 2);
    scenario_population_free(&p);
}

/* Any session is the same, whichever was made before. */
static void a_session_rests_on_its_number_alone(void **state)
{
    (void)state;
    struct scenario_population *p = made("insisting=0.5\nalternatives=0.5\ntunnelled=0.5");
    struct scenario_population *q = made("insisting=0.5\nalternatives=0.5\ntunnelled=0.5");
    struct scenario_session s, t;

    for (uint64_t i = 0; i < 2000; i++) {
        uint64_t number = i * 7919 % 50000;
        memset(&s, 1, sizeof s);
        memset(&t, 2, sizeof t);
        scenario_session(p, number, &s);
        for (unsigned k = 0; k < i % 3; k++)
            scenario_session(q, k, &t);
        scenario_session(q, number, &t);
        assert_true(s.client == t.client && s.destination == t.destination && s.count == t.count);
        for (unsigned k = 0; k < s.count; k++) {
            const struct scenario_connection *a = &s.connections[k], *b = &t.connections[k];
            assert_true(a->started_ns == b->started_ns && a->server == b->server &&
                        a->client_port == b->client_port && a->messages == b->messages &&
                        a->tls13 == b->tls13 && a->box == b->box);
        }
        assert_int_equal(s.tunnel, t.tunnel);
        assert_int_equal(scenario_message_octets(p, number, 1),
                         scenario_message_octets(q, number, 1));
    }
    scenario_population_free(&p);
    scenario_population_free(&q);
}

static void assert_near(double x, double expected, double reach)
{
    if (fabs(x - expected) > reach)
        fail_msg("%g is not within %g of %g", x, reach, expected);
}

static void means_are_those_of_the_scenario(void **state)
{
    (void)state;
    struct scenario_population *p = made(
        "messages=2.5\noctets=5000\ntls13=0.3\nprobes=0.1\ntunnelled=0.2\nsubmission=0.25\n"
        "implicit=0.05\ninsisting=0");
    double messages = 0, octets = 0, tls13 = 0, probes = 0, tunnels[4] = {0}, ports[3] = {0};
    struct scenario_session s;
    uint32_t least = UINT32_MAX;

    for (uint64_t i = 0; i < 50000; i++) {
        scenario_session(p, i, &s);
        const struct scenario_connection *k = &s.connections[s.count - 1];
        uint32_t size = scenario_message_octets(p, i, (unsigned)(i % 5));
        messages += k->messages;
        octets += size;
        least = size < least ? size : least;
        tls13 += k->tls13;
        probes += s.probe;
        tunnels[s.tunnel]++;
        ports[k->port == 25 ? 0 : k->port == 587 ? 1 : 2]++;
        assert_true((k->messages == 0) == s.probe);
    }
    assert_near(messages / 50000, 2.5 * 0.9, 4 * 2.2 / 223);
    assert_near(octets / 50000, 5000, 4 * 4800 * 1.32 / 223);
    assert_in_range(least, SCENARIO_MESSAGE_LEAST, 500);
    assert_near(tls13 / 50000, 0.3, 4 * 0.46 / 223);
    assert_near(probes / 50000, 0.1, 4 * 0.3 / 223);
    assert_near(tunnels[TUNNEL_NONE] / 50000, 0.8, 4 * 0.4 / 223);
    assert_near(tunnels[TUNNEL_VXLAN] / 50000, 0.2 / 3, 4 * 0.25 / 223);
    assert_near(ports[1] / 50000, 0.25, 4 * 0.43 / 223);
    assert_near(ports[2] / 50000, 0.05, 4 * 0.22 / 223);
    scenario_population_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(without_a_box),
        cmocka_unit_test(behind_a_box),
        cmocka_unit_test(implicit_tls_needs_no_offer),
        cmocka_unit_test(sessions_are_in_the_order_of_time),
        cmocka_unit_test(a_session_rests_on_its_number_alone),
        cmocka_unit_test(means_are_those_of_the_scenario),
    };
    return cmocka_run_group_tests_name("scenario_session", tests, NULL, NULL);
}
