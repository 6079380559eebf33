/* test_rows.c - findings that wait: in order, bounded, counted, and none lost between threads. */
#include "test.h"

#include "../../cli/live_view.h"
#include "../../cli/rows.h"
#include "sample.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PLENTY (UINT64_C(1) << 40)
#define S INT64_C(1000000000)

static const struct ip_address asker = {4, {192, 0, 2, 9}};

static bool put(struct rows *r, unsigned interface, uint16_t port)
{
    const struct facts f = sample_clear(port);
    struct session *s = sample_session(&f);

    return rows_put_session(r, interface, &s);
}

static const struct facts *facts_of(const struct row *row)
{
    return session_facts(row->session, NULL);
}

static size_t octets_of_one(void)
{
    struct rows *r = rows_new(PLENTY);

    assert_true(put(r, 0, 1));
    size_t octets = rows_counts(r).octets;
    rows_free(&r);
    assert_null(r);
    return octets;
}

/* Ports of a list are from, from + 1, ..., and as many of them. */
static void assert_ports(const struct row *list, uint16_t from, unsigned count)
{
    for (; list; list = list->next, from++, count--) {
        assert_true(count > 0);
        assert_non_null(list->session);
        assert_int_equal(facts_of(list)->client.port, from);
    }
    assert_int_equal(count, 0);
}

static void the_oldest_are_taken_first(void **state)
{
    struct rows *r = rows_new(PLENTY);
    (void)state;

    assert_null(rows_take(r, 10));
    rows_done(r, NULL);
    rows_give_back(r, NULL);
    for (uint16_t port = 1; port <= 10; port++)
        assert_true(put(r, port % 2, port));
    struct row *list = rows_take(r, 4);
    assert_ports(list, 1, 4);
    assert_int_equal(list->from, 1);
    assert_int_equal(list->next->from, 0);
    assert_int_equal(rows_counts(r).waiting, 10); /* until they are done */
    rows_done(r, list);
    assert_int_equal(rows_counts(r).waiting, 6);
    list = rows_take(r, 100);
    assert_ports(list, 5, 6);
    assert_null(rows_take(r, 1));
    assert_true(put(r, 0, 11));
    rows_done(r, list);
    list = rows_take(r, 1);
    assert_ports(list, 11, 1);
    rows_done(r, list);
    assert_int_equal(rows_counts(r).waiting, 0);
    assert_int_equal(rows_counts(r).octets, 0);
    assert_true(rows_counts(r).most_octets >= 10 * octets_of_one());
    rows_free(&r);
    rows_free(&r);
}

static void what_is_handed_over_is_the_rows_own(void **state)
{
    struct rows *r = rows_new(PLENTY);
    const struct facts f = sample_facts();
    struct session *s = sample_session(&f);
    struct dns_message m = {.response = true, .question = "a.example", .records = 1};
    (void)state;

    assert_true(rows_put_session(r, 3, &s));
    assert_null(s);
    assert_true(rows_put_dns(r, 15, 77, &asker, &m));
    memset(&m, 0xa5, sizeof m);
    struct row *list = rows_take(r, 2), *second = list->next;
    assert_int_equal(list->from, 3);
    assert_null(list->dns);
    assert_int_equal(facts_of(list)->started_ns, f.started_ns);
    assert_string_equal(facts_of(list)->addresses[0].path, SAMPLE_SENDER "@A.Example");
    assert_null(second->session);
    assert_int_equal(second->from, 15);
    assert_int_equal(second->dns->seen_ns, 77);
    assert_memory_equal(&second->dns->asker, &asker, sizeof asker);
    assert_string_equal(second->dns->message.question, "a.example");
    assert_true(second->octets >= dns_message_octets(&second->dns->message));
    rows_give_back(r, list); /* and freed with the others */
    rows_free(&r);
}

static void what_finds_no_room_is_counted_for_its_interface(void **state)
{
    const size_t one = octets_of_one();
    const struct dns_message m = {.response = true};
    (void)state;

    struct rows *r = rows_new(3 * one);
    for (uint16_t port = 1; port <= 3; port++)
        assert_true(put(r, 0, port));
    assert_false(put(r, 0, 4));
    assert_false(put(r, LIVE_INTERFACES - 1, 5));
    assert_false(rows_put_dns(r, 2, 1, &asker, &m));
    assert_int_equal(rows_dropped(r, 0), 1);
    assert_int_equal(rows_dropped(r, 1), 0);
    assert_int_equal(rows_dropped(r, 2), 1);
    assert_int_equal(rows_dropped(r, LIVE_INTERFACES - 1), 1);
    assert_int_equal(rows_counts(r).octets, 3 * one);
    struct row *list = rows_take(r, 1);
    assert_false(put(r, 0, 6)); /* taken is not stored yet */
    rows_give_back(r, list);
    assert_false(put(r, 0, 7));
    list = rows_take(r, 2);
    rows_done(r, list);
    assert_true(put(r, 0, 8));
    assert_true(put(r, 0, 9));
    assert_false(put(r, 0, 10));
    assert_int_equal(rows_dropped(r, 0), 4);
    assert_int_equal(rows_counts(r).most_octets, 3 * one);
    list = rows_take(r, 1);
    assert_ports(list, 3, 1);
    rows_done(r, list);
    list = rows_take(r, 5);
    assert_ports(list, 8, 2);
    rows_done(r, list);
    rows_free(&r);
}

static void what_is_given_back_is_the_oldest_again(void **state)
{
    struct rows *r = rows_new(PLENTY);
    (void)state;

    for (uint16_t port = 1; port <= 3; port++)
        assert_true(put(r, 0, port));
    rows_give_back(r, rows_take(r, 2));
    struct row *list = rows_take(r, 3);
    assert_ports(list, 1, 3);
    rows_give_back(r, list); /* when nothing else is there */
    assert_true(put(r, 0, 4));
    list = rows_take(r, 3);
    assert_ports(list, 1, 3);
    assert_true(put(r, 0, 5)); /* meanwhile */
    rows_give_back(r, list);
    list = rows_take(r, 10);
    assert_ports(list, 1, 5);
    rows_done(r, list);
    assert_int_equal(rows_counts(r).octets, 0);
    rows_free(&r);
}

static int64_t now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * S + t.tv_nsec;
}

static void *put_later(void *of)
{
    nanosleep(&(struct timespec){.tv_nsec = 50000000}, NULL);
    put(of, 0, 1);
    return NULL;
}

static void waiting_ends_when_something_comes(void **state)
{
    struct rows *r = rows_new(PLENTY);
    pthread_t thread;
    (void)state;

    int64_t begun = now();
    assert_false(rows_wait(r, 0));
    assert_false(rows_wait(r, S / 20));
    assert_true(now() - begun >= S / 20);
    assert_int_equal(pthread_create(&thread, NULL, put_later, r), 0);
    begun = now();
    assert_true(rows_wait(r, 60 * S + 999999999));
    assert_true(now() - begun < 30 * S);
    assert_true(rows_wait(r, 0));
    pthread_join(thread, NULL);
    rows_free(&r);
}

/* ---- threads */

enum { PUTTERS = 4, EACH = 4000 };

static struct putter {
    struct rows *rows;
    unsigned number;
    uint64_t refused;
    bool put[EACH]; /* found room */
    unsigned taken[EACH];
    pthread_t thread;
} putters[PUTTERS];
static atomic_uint done;

static void *put_many(void *of)
{
    static const struct facts nothing;
    struct putter *p = of;
    struct facts f = nothing;

    for (unsigned i = 0; i < EACH; i++) {
        f.gap_octets = i;
        struct session *s = sample_session(&f);
        p->put[i] = rows_put_session(p->rows, p->number, &s);
        p->refused += !p->put[i];
    }
    atomic_fetch_add(&done, 1);
    return NULL;
}

/* Every third list is given back; of each thread what it put comes in its order. */
static void take_all(struct rows *r)
{
    uint64_t next[PUTTERS] = {0};
    bool last = false;

    for (unsigned round = 0;; round++) {
        bool ends = atomic_load(&done) == PUTTERS;
        if (!rows_wait(r, S / 100) && last)
            return;
        last = ends;
        struct row *list = rows_take(r, 1 + round % 70);
        if (round % 3 == 0) {
            rows_give_back(r, list);
            continue;
        }
        for (const struct row *row = list; row; row = row->next) {
            assert_true(facts_of(row)->gap_octets >= next[row->from]);
            next[row->from] = facts_of(row)->gap_octets + 1;
            putters[row->from].taken[facts_of(row)->gap_octets]++;
        }
        rows_done(r, list);
    }
}

static void check_threads(uint64_t room, bool refuses)
{
    struct rows *r = rows_new(room);
    uint64_t refused = 0;

    memset(putters, 0, sizeof putters);
    atomic_store(&done, 0);
    for (unsigned i = 0; i < PUTTERS; i++) {
        putters[i].rows = r;
        putters[i].number = i;
        assert_int_equal(pthread_create(&putters[i].thread, NULL, put_many, &putters[i]), 0);
    }
    take_all(r);
    for (unsigned i = 0; i < PUTTERS; i++) {
        assert_int_equal(pthread_join(putters[i].thread, NULL), 0);
        for (unsigned n = 0; n < EACH; n++)
            assert_int_equal(putters[i].taken[n], putters[i].put[n]);
        assert_int_equal(rows_dropped(r, i), putters[i].refused);
        refused += putters[i].refused;
    }
    assert_int_equal(refused > 0, refuses);
    assert_int_equal(rows_counts(r).waiting, 0);
    assert_int_equal(rows_counts(r).octets, 0);
    assert_true(rows_counts(r).most_octets <= room);
    rows_free(&r);
}

static void nothing_is_lost_or_doubled_between_threads(void **state)
{
    (void)state;
    check_threads(PLENTY, false);
    check_threads(20 * octets_of_one(), true);
}

/* ---- patient ones */

struct shop {
    struct rows *rows;
    uint64_t next; /* gap_octets of the next finding, which counts them */
    unsigned lists;
};

static void *store_slowly(void *of)
{
    struct shop *s = of;
    struct row *list;

    while ((list = rows_next(s->rows)) != NULL) {
        for (const struct row *row = list; row; row = row->next)
            assert_int_equal(facts_of(row)->gap_octets, s->next++);
        s->lists++;
        if (s->lists < 50)
            nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        rows_done(s->rows, list);
    }
    return NULL;
}

static void put_number(struct rows *r, uint64_t number)
{
    static const struct facts nothing;
    struct facts f = nothing;

    f.gap_octets = number;
    struct session *s = sample_session(&f);
    assert_true(rows_put_session(r, 1, &s));
}

static void who_puts_waits_for_room(void **state)
{
    const size_t one = octets_of_one();
    const unsigned room = 8;
    struct shop s = {.rows = rows_new_patient(room * one)};
    pthread_t thread;
    (void)state;

    assert_int_equal(pthread_create(&thread, NULL, store_slowly, &s), 0);
    for (uint64_t i = 0; i < 5000; i++)
        put_number(s.rows, i);
    rows_rest(s.rows);
    assert_int_equal(s.next, 5000);
    assert_int_equal(rows_counts(s.rows).waiting, 0);
    assert_in_range(rows_counts(s.rows).most_octets, one, room * one);
    assert_int_equal(rows_dropped(s.rows, 1), 0);
    put_number(s.rows, 5000); /* far from half of the room */
    rows_rest(s.rows);
    assert_int_equal(s.next, 5001);
    put_number(s.rows, 5001);
    rows_close(s.rows); /* what waits is stored first */
    pthread_join(thread, NULL);
    assert_int_equal(s.next, 5002);
    rows_free(&s.rows);
}

/* One larger than all the room goes through alone. */
static void what_is_too_large_does_not_wait_for_ever(void **state)
{
    struct shop s = {.rows = rows_new_patient(1)};
    pthread_t thread;
    (void)state;

    assert_int_equal(pthread_create(&thread, NULL, store_slowly, &s), 0);
    for (uint64_t i = 0; i < 100; i++)
        put_number(s.rows, i);
    rows_rest(s.rows);
    assert_int_equal(s.next, 100);
    rows_rest(s.rows);
    rows_close(s.rows);
    pthread_join(thread, NULL);
    rows_free(&s.rows);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_oldest_are_taken_first),
        cmocka_unit_test(what_is_handed_over_is_the_rows_own),
        cmocka_unit_test(what_finds_no_room_is_counted_for_its_interface),
        cmocka_unit_test(what_is_given_back_is_the_oldest_again),
        cmocka_unit_test(waiting_ends_when_something_comes),
        cmocka_unit_test(nothing_is_lost_or_doubled_between_threads),
        cmocka_unit_test(who_puts_waits_for_room),
        cmocka_unit_test(what_is_too_large_does_not_wait_for_ever),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
