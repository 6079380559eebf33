/* test_live_counts.c - figures of an interface, of all who read it, since a moment. */
#include "test.h"

#include "../../cli/live.h"

#include <string.h>

#define READERS 3

static struct live_reader reader[READERS];

static int begin(void **state)
{
    (void)state;
    memset(reader, 0, sizeof reader);
    for (unsigned i = 0; i < READERS; i++)
        pthread_mutex_init(&reader[i].lock, NULL);
    return 0;
}

static int end(void **state)
{
    (void)state;
    for (unsigned i = 0; i < READERS; i++)
        pthread_mutex_destroy(&reader[i].lock);
    return 0;
}

/* Members that are not added up; in 64-bit words of the structure. */
enum kind { SUM, WHOLE, APART };
static enum kind kind_of(size_t at)
{
    static const size_t wholes[] = {offsetof(struct capture_counts, interface_dropped),
                                    offsetof(struct capture_counts, outages),
                                    offsetof(struct capture_counts, clock_steps)};
    static const size_t apart[] = {
        offsetof(struct capture_counts, drops_known), offsetof(struct capture_counts, started_ns),
        offsetof(struct capture_counts, ended_ns), offsetof(struct capture_counts, live),
        offsetof(struct capture_counts, clock_set_ns),
        /* the keeper's */
        offsetof(struct capture_counts, rows_dropped),
        offsetof(struct capture_counts, write_failures)};

    for (size_t i = 0; i < sizeof wholes / sizeof *wholes; i++)
        if (at == wholes[i])
            return WHOLE;
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        if (at == apart[i])
            return APART;
    return SUM;
}

static uint64_t word(const struct capture_counts *c, size_t at)
{
    uint64_t value;

    memcpy(&value, (const char *)c + at, sizeof value);
    return value;
}

static void set_words(struct capture_counts *c, uint64_t value)
{
    for (size_t at = 0; at < sizeof *c; at += sizeof value)
        if (kind_of(at) != APART)
            memcpy((char *)c + at, &value, sizeof value);
}

/* Whoever adds a counter meets this. */
static void no_counter_is_forgotten(void **state)
{
    struct capture_counts all, base = {0};
    (void)state;

    for (unsigned i = 0; i < READERS; i++)
        set_words(&reader[i].told.counts[5], 10 + i);
    live_counts(&all, reader, READERS, 5);
    for (size_t at = 0; at < sizeof all; at += 8)
        if (kind_of(at) != APART)
            assert_int_equal(word(&all, at), kind_of(at) == SUM ? 33 : 12);
    assert_true(all.live);
    set_words(&base, 12);
    live_counts_since(&all, &base);
    for (size_t at = 0; at < sizeof all; at += 8)
        if (kind_of(at) != APART)
            assert_int_equal(word(&all, at), kind_of(at) == SUM ? 21 : 0);
    live_counts(&all, reader, READERS, 4);
    for (size_t at = 0; at < sizeof all; at += 8)
        if (kind_of(at) != APART)
            assert_int_equal(word(&all, at), 0);
}

static void times_are_the_first_and_the_last(void **state)
{
    struct capture_counts all;
    (void)state;

    live_counts(&all, reader, READERS, 0);
    assert_true(all.started_ns == 0 && all.ended_ns == 0 && !all.drops_known);
    reader[1].told.counts[0].started_ns = 500;
    reader[1].told.counts[0].ended_ns = 600;
    reader[2].told.counts[0].started_ns = 400;
    reader[2].told.counts[0].ended_ns = 450;
    reader[2].told.counts[0].drops_known = true;
    live_counts(&all, reader, READERS, 0); /* the first has seen no frame yet */
    assert_int_equal(all.started_ns, 400);
    assert_int_equal(all.ended_ns, 600);
    assert_true(all.drops_known);
}

static void a_part_begins_where_the_one_before_ended(void **state)
{
    struct capture_counts counts = {.frames = 30, .started_ns = 100, .ended_ns = 900};
    struct capture_counts base = {.frames = 10, .started_ns = 100, .ended_ns = 300};
    (void)state;

    live_counts_since(&counts, &base);
    assert_int_equal(counts.frames, 20);
    assert_int_equal(counts.started_ns, 300);
    assert_int_equal(counts.ended_ns, 900);
    counts = base; /* nothing came since */
    live_counts_since(&counts, &base);
    assert_int_equal(counts.frames, 0);
    assert_true(counts.started_ns == 0 && counts.ended_ns == 0);
    counts = (struct capture_counts){.frames = 5, .started_ns = 100, .ended_ns = 200};
    base = (struct capture_counts){.frames = 0}; /* nothing came before */
    live_counts_since(&counts, &base);
    assert_int_equal(counts.started_ns, 100);
}

/* Both ends of a part are told by the clock as it is now, also where it was set in between. */
static void a_part_in_which_the_clock_was_set(void **state)
{
    for (int64_t set = -60; set <= 60; set += 120) {
        struct capture_counts base = {.frames = 10, .started_ns = 1000, .ended_ns = 1300};
        struct capture_counts counts = {
            .frames = 30, .started_ns = 1000 + set, .ended_ns = 1320 + set, .clock_set_ns = set};
        live_counts_since(&counts, &base);
        assert_int_equal(counts.started_ns, 1300 + set);
        assert_int_equal(counts.ended_ns, 1320 + set);
    }
    /* Readers do not notice it in the same moment. */
    struct capture_counts base = {.frames = 10, .started_ns = 1000, .ended_ns = 1300};
    struct capture_counts counts = {.frames = 30, .started_ns = 1000, .ended_ns = 1260};
    live_counts_since(&counts, &base);
    assert_int_equal(counts.started_ns, 1260);
    (void)state;
}

static void what_is_not_known_stays_so(void **state)
{
    struct capture_counts counts = {.interface_dropped = UINT64_MAX};
    struct capture_counts base = {.interface_dropped = 7};
    (void)state;

    live_counts_since(&counts, &base);
    assert_true(counts.interface_dropped == UINT64_MAX);
    counts.interface_dropped = 7;
    base.interface_dropped = UINT64_MAX; /* how many of them came since cannot be told */
    live_counts_since(&counts, &base);
    assert_true(counts.interface_dropped == UINT64_MAX);
}

static void a_counter_that_went_back_is_no_huge_number(void **state)
{
    struct capture_counts counts = {.interface_dropped = 3, .frames = 4};
    const struct capture_counts base = {.interface_dropped = 7, .frames = 4};
    (void)state;

    live_counts_since(&counts, &base);
    assert_int_equal(counts.interface_dropped, 0);
    assert_int_equal(counts.frames, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(no_counter_is_forgotten, begin, end),
        cmocka_unit_test_setup_teardown(times_are_the_first_and_the_last, begin, end),
        cmocka_unit_test(a_part_begins_where_the_one_before_ended),
        cmocka_unit_test(a_part_in_which_the_clock_was_set),
        cmocka_unit_test(what_is_not_known_stays_so),
        cmocka_unit_test(a_counter_that_went_back_is_no_huge_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
