/* test_live_fresh.c - the first verdict of a session is counted and shown, and no other. */
#include "test.h"

#include "../../cli/live_fresh.h"
#include "sample.h"

#include <string.h>

#define S INT64_C(1000000000)

static struct live_view view;

static struct verdict verdict(enum session_class class)
{
    return (struct verdict){.class = class};
}

static void judged_so(struct fresh *r, const struct facts *f, const struct verdict *v)
{
    const struct judged judged = {f->started_ns, f->client, v};

    fresh_judged(r, &judged, &view);
}

static void judged(struct fresh *r, const struct facts *f, enum session_class class)
{
    const struct verdict v = verdict(class);

    judged_so(r, f, &v);
}

static uint64_t counted(void)
{
    uint64_t sum = 0;

    for (int i = 0; i < CLASSES; i++)
        sum += view.sessions[i];
    return sum;
}

static struct fresh *begin(void)
{
    memset(&view, 0, sizeof view);
    return fresh_new();
}

static void the_first_verdict_is_counted_once(void **state)
{
    struct fresh *r = begin();
    const struct facts a = sample_clear(1), b = sample_encrypted(2), old = sample_clear(3);
    (void)state;

    fresh_add(r, &a);
    fresh_add(r, &b);
    judged(r, &old, CLASS_CLEARTEXT); /* of a run before */
    assert_int_equal(counted(), 0);
    assert_int_equal(view.last_count, 0);
    judged(r, &a, CLASS_CLEARTEXT);
    judged(r, &a, CLASS_STRIPPED); /* compared again */
    judged(r, &b, CLASS_STARTTLS);
    assert_int_equal(view.sessions[CLASS_CLEARTEXT], 1);
    assert_int_equal(view.sessions[CLASS_STARTTLS], 1);
    assert_int_equal(counted(), 2);
    assert_int_equal(view.last_count, 2);
    assert_string_equal(view.last[0].server, "192.0.2.26:25"); /* the newest first */
    assert_int_equal(view.last[0].class, CLASS_STARTTLS);
    assert_string_equal(view.last[1].client, "192.0.2.1:1");
    assert_string_equal(view.last[1].server, "192.0.2.25:25");
    assert_string_equal(view.last[1].server_name, "mx.example");
    assert_int_equal(view.last[1].class, CLASS_CLEARTEXT);
    assert_int_equal(view.last[1].messages, 1);
    assert_int_equal(view.last[1].ended_ns, a.ended_ns);
    assert_string_equal(view.last[1].rule, "");
    fresh_free(&r);
    assert_null(r);
    fresh_free(&r);
}

static void the_rule_is_that_of_the_best_finding(void **state)
{
    struct fresh *r = begin();
    const struct facts f = sample_clear(1);
    struct verdict v = verdict(CLASS_STRIPPED);
    (void)state;

    v.findings.count = 2;
    v.findings.list[0] = (struct finding){.rule = "offer-missing", .rank = RANK_NONE + 1};
    v.findings.list[1] = (struct finding){.rule = "offer-masked", .rank = RANK_NONE + 2};
    fresh_add(r, &f);
    judged_so(r, &f, &v);
    assert_string_equal(view.last[0].rule, evidence_best(&v.findings)->rule);
    assert_int_equal(view.sessions[CLASS_STRIPPED], 1);
    fresh_free(&r);
}

static void long_addresses_and_names_fit(void **state)
{
    struct fresh *r = begin();
    struct facts f = sample_clear(65535);
    (void)state;

    assert_true(address_parse("2001:db8:1111:2222:3333:4444:5555:6666", &f.client.address));
    assert_true(address_parse("2001:db8::1", &f.server.address));
    f.server.port = 587;
    memset(f.server_name, 'n', sizeof f.server_name - 1);
    f.server_name[sizeof f.server_name - 1] = '\0';
    fresh_add(r, &f);
    judged(r, &f, CLASS_UNKNOWN);
    assert_string_equal(view.last[0].client, "[2001:db8:1111:2222:3333:4444:5555:6666]:65535");
    assert_string_equal(view.last[0].server, "[2001:db8::1]:587");
    assert_int_equal(strlen(view.last[0].server_name), sizeof view.last[0].server_name - 1);
    fresh_free(&r);
}

static void the_last_ones_are_shown(void **state)
{
    struct fresh *r = begin();
    (void)state;

    for (uint16_t i = 1; i <= 2 * LIVE_FINDINGS; i++) {
        const struct facts f = sample_clear(i);
        fresh_add(r, &f);
        judged(r, &f, CLASS_CLEARTEXT);
    }
    assert_int_equal(view.last_count, LIVE_FINDINGS);
    assert_string_equal(view.last[0].client, "192.0.2.1:64");
    assert_string_equal(view.last[LIVE_FINDINGS - 1].client, "192.0.2.1:33");
    assert_int_equal(view.sessions[CLASS_CLEARTEXT], 2 * LIVE_FINDINGS);
    fresh_free(&r);
}

/* Two connections may begin in the same nanosecond, from the same port. */
static void those_alike_are_told_apart(void **state)
{
    struct fresh *r = begin();
    struct facts a = sample_clear(7), b = a;
    (void)state;

    b.client.address.octets[3] = 99;
    fresh_add(r, &a);
    fresh_add(r, &b);
    judged(r, &b, CLASS_STRIPPED);
    assert_string_equal(view.last[0].client, "192.0.2.99:7");
    judged(r, &a, CLASS_CLEARTEXT);
    assert_string_equal(view.last[0].client, "192.0.2.1:7");
    judged(r, &a, CLASS_CLEARTEXT);
    assert_int_equal(counted(), 2);
    fresh_free(&r);
}

enum { FLOOD = 60000, ROOM = 16384 };

static struct facts of_flood(unsigned i)
{
    struct facts f = {.started_ns = 1795485052 * S + i * INT64_C(1009), .vlan = -1};

    f.client.port = (uint16_t)(1 + i % 60000);
    f.client.address = f.server.address = (struct ip_address){4, {192, 0, 2, 1}};
    return f;
}

/* What is forgotten is not counted; what is not forgotten is, once. */
static void a_flood_is_bounded(void **state)
{
    struct fresh *r = begin();
    uint64_t recent = 0;
    (void)state;

    for (unsigned i = 0; i < FLOOD; i++) {
        const struct facts f = of_flood(i);
        fresh_add(r, &f);
    }
    /* The newest are judged first, as the store gives them. */
    for (unsigned i = FLOOD; i-- > 0;) {
        const struct facts f = of_flood(i);
        judged(r, &f, CLASS_CLEARTEXT);
        if (i == FLOOD - ROOM / 4)
            recent = counted();
    }
    for (unsigned i = 0; i < FLOOD; i++) {
        const struct facts f = of_flood(i);
        judged(r, &f, CLASS_CLEARTEXT);
    }
    assert_true(counted() <= ROOM && counted() > ROOM * 3 / 4);
    assert_int_equal(view.sessions[CLASS_CLEARTEXT], counted());
    assert_true(recent > ROOM / 4 * 9 / 10); /* of a flood the oldest are forgotten */
    /* There is room again. */
    for (unsigned i = 0; i < ROOM / 4; i++) {
        const struct facts f = of_flood(FLOOD + i);
        fresh_add(r, &f);
    }
    uint64_t before = counted();
    for (unsigned i = 0; i < ROOM / 4; i++) {
        const struct facts f = of_flood(FLOOD + i);
        judged(r, &f, CLASS_STARTTLS);
    }
    assert_int_equal(counted() - before, ROOM / 4);
    fresh_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_verdict_is_counted_once),
        cmocka_unit_test(the_rule_is_that_of_the_best_finding),
        cmocka_unit_test(long_addresses_and_names_fit),
        cmocka_unit_test(the_last_ones_are_shown),
        cmocka_unit_test(those_alike_are_told_apart),
        cmocka_unit_test(a_flood_is_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
