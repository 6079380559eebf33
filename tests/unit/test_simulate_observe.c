/* test_simulate_observe.c - each observer sees what it should of relations made by hand. */
#include "../../analysis/simulate_private.h"
#include "test.h"
#include "traffic.h"

#include <mailtap/prefix.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Servers 192.0.2.i with 10 * i messages from each of two clients: 198.51.100.1, and 2001:db8::. */
static struct relations *by_hand(void)
{
    struct relations *r = relations_new(4, 2, 8, 0);

    for (unsigned i = 0; i < 8; i++) {
        r->list[i] = (struct relation){.server = i / 2, .client = i % 2};
        r->list[i].messages[i % FATES] = 10.0f * (float)(i / 2);
        r->servers[i / 2].address = (struct ip_address){4, {192, 0, 2, (uint8_t)(i / 2)}};
    }
    r->clients[0].address = (struct ip_address){4, {198, 51, 100, 1}};
    r->clients[1].address = (struct ip_address){6, {0x20, 0x01, 0x0d, 0xb8}};
    return r;
}

static void assert_sees(const struct relations *r, const struct observer *o, const char *which)
{
    static const struct policy_mix none = {{0}};
    struct simulation s = traffic_simulation(&none, 1);
    struct vision v;
    struct err e;

    s.observers = o;
    assert_int_equal(vision_make(&v, r, &s, &e), 0);
    for (size_t i = 0; i < r->count; i++)
        assert_int_equal(vision_sees(&v, 0, v.set[i]), which[i] == 'x');
    vision_free(&v);
}

static void each_kind_sees_its_own(void **state)
{
    (void)state;
    struct relations *r = by_hand();
    struct prefix_list prefixes;
    struct err e;
    struct observer o = {.kind = OBSERVER_GLOBAL};

    assert_sees(r, &o, "xxxxxxxx");
    o = (struct observer){.kind = OBSERVER_SAMPLE, .share = 0.1};
    assert_sees(r, &o, "xxxxxxxx");
    assert_int_equal(prefix_read(&prefixes, slice_of("192.0.2.2, 2001:db8::/32"), &e), 0);
    o = (struct observer){.kind = OBSERVER_PREFIX, .prefixes = &prefixes};
    assert_sees(r, &o, ".x.xxx.x");
    o = (struct observer){.kind = OBSERVER_BUSIEST, .servers = 2};
    assert_sees(r, &o, "....xxxx");
    o.servers = 0;
    assert_sees(r, &o, "........");
    o.servers = UINT64_MAX;
    assert_sees(r, &o, "xxxxxxxx");
    relations_free(&r);
}

static void of_equals_the_first_is_busier(void **state)
{
    (void)state;
    struct relations *r = by_hand();
    struct observer o = {.kind = OBSERVER_BUSIEST, .servers = 1};

    for (unsigned i = 0; i < 8; i++)
        memset(r->list[i].messages, 0, sizeof r->list[i].messages);
    assert_sees(r, &o, "xx......");
    relations_free(&r);
}

/* Sixty observers with each a prefix of its own are told apart, as bits and as groups. */
static void many_observers_keep_apart(void **state)
{
    (void)state;
    struct relations *r = relations_new(60, 1, 60, 0);
    struct prefix_list *prefixes = calloc(60, sizeof *prefixes);
    struct observer observers[60];
    static const struct policy_mix none = {{0}};
    struct simulation s = traffic_simulation(&none, 1);
    struct vision v;
    struct err e;

    for (unsigned i = 0; i < 60; i++) {
        r->list[i].server = i;
        r->servers[i].address = (struct ip_address){4, {10, 0, 0, (uint8_t)i}};
        prefixes[i] = (struct prefix_list){1, {{r->servers[i].address, 32}}};
        observers[i] = (struct observer){.kind = OBSERVER_PREFIX, .prefixes = &prefixes[i]};
    }
    s.observers = observers;
    s.observer_count = 60;
    assert_int_equal(vision_make(&v, r, &s, &e), 0);
    assert_int_equal(v.groups, 60);
    for (unsigned i = 0; i < 60; i++) {
        for (unsigned k = 0; k < 60; k++)
            assert_int_equal(vision_sees(&v, k, v.set[i]), i == k);
    }
    vision_free(&v);
    free(prefixes);
    relations_free(&r);
}

/* ---- paths */

#define SIDE 60u

/* SIDE client networks and SIDE servers' ones, each pair on two relations that share the path. */
static struct relations *networks(void)
{
    struct relations *r = relations_new(SIDE, 2ul * SIDE, 2ul * SIDE * SIDE, 0);

    for (unsigned i = 0; i < SIDE; i++) {
        r->servers[i].address = (struct ip_address){6, {0x20, 1, 0xd, (uint8_t)i, 9}};
        for (unsigned k = 0; k < 2; k++)
            r->clients[2 * i + k].address = (struct ip_address){4, {10, (uint8_t)i, (uint8_t)k, 1}};
    }
    for (unsigned i = 0; i < 2 * SIDE * SIDE; i++) {
        r->list[i].server = i / (2 * SIDE);
        r->list[i].client = i % (2 * SIDE);
    }
    return r;
}

static void a_share_of_paths_is_seen_and_more_with_more(void **state)
{
    (void)state;
    static const double shares[] = {0.5, 0, 0.2, 1, 0.5};
    static const struct policy_mix none = {{0}};
    struct relations *r = networks();
    struct observer observers[5];
    struct simulation s = traffic_simulation(&none, 1);
    uint16_t *group = calloc(r->count, sizeof *group);
    unsigned seen[5] = {0}, changed = 0;
    struct vision v;
    struct err e;

    for (unsigned i = 0; i < 5; i++)
        observers[i] = (struct observer){.kind = OBSERVER_PATHS, .share = shares[i]};
    s.observers = observers;
    s.observer_count = 5;
    assert_int_equal(vision_make(&v, r, &s, &e), 0);
    for (uint64_t world = 0; world < 20; world++) {
        vision_groups(&v, r->count, world, group);
        for (size_t i = 0; i < r->count; i++) {
            bool sees[5];
            for (unsigned o = 0; o < 5; o++)
                seen[o] += sees[o] = vision_sees(&v, o, group[i]);
            assert_true(sees[0] == sees[4] && !sees[1] && sees[3] && (!sees[2] || sees[0]));
            assert_true(i % 2 == 0 || group[i] == group[i - 1]);
            changed += i % 2 && i > 2 && group[i] != group[i - 2];
        }
    }
    double paths = 20.0 * SIDE * SIDE;
    assert_true(fabs(seen[0] / 2.0 - 0.5 * paths) < 5 * sqrt(paths / 4));
    assert_true(fabs(seen[2] / 2.0 - 0.2 * paths) < 5 * sqrt(paths * 0.16));
    assert_true(changed > 0.3 * paths);
    vision_free(&v);
    free(group);
    relations_free(&r);
}

#define DIGITS 11u

/* 10.n, n of DIGITS bits from the left. */
static struct ip_address tenth(unsigned n)
{
    return (struct ip_address){4, {10, (uint8_t)(n >> 3), (uint8_t)((n & 7) << 5)}};
}

/* Those addresses whose digit i is 1. */
static void digit_prefixes(struct prefix_list *list, unsigned i)
{
    for (unsigned p = 0; p < 1u << i; p++) {
        unsigned n = (2 * p + 1) << (DIGITS - 1 - i);
        list->prefix[list->count++] = (struct prefix){tenth(n), (uint8_t)(9 + i)};
    }
}

/* An observer for each binary digit of 2,048 servers: all are apart; times two for a share of paths
 * fits, times three does not. */
static void too_many_parts_are_refused(void **state)
{
    (void)state;
    static const struct policy_mix none = {{0}};
    size_t servers = (size_t)1 << DIGITS;
    struct relations *r = relations_new(servers, 1, servers, 0);
    struct prefix_list *prefixes = calloc(DIGITS, sizeof *prefixes);
    struct observer observers[DIGITS + 2];
    struct simulation s = traffic_simulation(&none, 1);
    struct vision v;
    struct err e = {{0}};

    for (unsigned i = 0; i < servers; i++) {
        r->list[i].server = i;
        r->servers[i].address = tenth(i);
    }
    for (unsigned i = 0; i < DIGITS; i++) {
        digit_prefixes(&prefixes[i], i);
        observers[i] = (struct observer){.kind = OBSERVER_PREFIX, .prefixes = &prefixes[i]};
    }
    observers[DIGITS] = (struct observer){.kind = OBSERVER_PATHS, .share = 0.1};
    observers[DIGITS + 1] = (struct observer){.kind = OBSERVER_PATHS, .share = 0.2};
    s.observers = observers;
    s.observer_count = DIGITS + 1;
    assert_int_equal(vision_make(&v, r, &s, &e), 0);
    assert_int_equal(v.groups, 4096);
    vision_free(&v);
    s.observer_count = DIGITS + 2;
    assert_int_equal(vision_make(&v, r, &s, &e), -1);
    assert_non_null(strstr(e.text, "6144 different parts"));
    free(prefixes);
    relations_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_sees_its_own),
        cmocka_unit_test(of_equals_the_first_is_busier),
        cmocka_unit_test(many_observers_keep_apart),
        cmocka_unit_test(a_share_of_paths_is_seen_and_more_with_more),
        cmocka_unit_test(too_many_parts_are_refused),
    };
    return cmocka_run_group_tests_name("simulate observe", tests, NULL, NULL);
}
