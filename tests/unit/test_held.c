/* test_held.c - segments in any order: what is held is what came first, in order and without overlaps. */
#include "test.h"

#include "../../capture/held.h"

#include <stdlib.h>
#include <string.h>

enum { ROOM = 64 };

/* The same, octet by octet. */
struct plain {
    uint8_t octet[ROOM];
    bool held[ROOM];
};

static unsigned random_state = 1;

static unsigned chance(unsigned below)
{
    random_state = random_state * 1103515245u + 12345u;
    return (random_state >> 16) % below;
}

static void let_all_go(struct stream *s, struct half *h)
{
    while (h->held)
        free(held_release(s, h));
    assert_int_equal(h->held_octets, 0);
    assert_int_equal(h->held_segments, 0);
    assert_int_equal(s->pool->octets, 0);
}

static void assert_holds(const struct half *h, const struct plain *p)
{
    uint64_t at = 0;
    uint32_t octets = 0, segments = 0;

    for (const struct held *held = h->held; held; held = held->after) {
        assert_true(held->offset >= at);
        for (; at < held->offset; at++)
            assert_false(p->held[at]);
        for (uint32_t i = 0; i < held->n; i++, at++) {
            assert_true(p->held[at]);
            assert_int_equal(held->octets[i], p->octet[at]);
        }
        assert_int_equal(held_end(held), at);
        octets += held->n;
        segments++;
    }
    for (; at < ROOM; at++)
        assert_false(p->held[at]);
    assert_int_equal(h->held_octets, octets);
    assert_int_equal(h->held_segments, segments);
}

/* One segment, both ways: does it bring news, and does it contradict? */
static void lay(struct stream *s, struct half *h, struct plain *p)
{
    uint8_t octets[ROOM];
    unsigned from = chance(ROOM), n = 1 + chance(ROOM - from);
    bool keep = chance(4) != 0, news = false, conflict = false;

    for (unsigned i = 0; i < n; i++) {
        octets[i] = (uint8_t)(from + i + (chance(20) == 0));
        if (p->held[from + i])
            conflict |= p->octet[from + i] != octets[i];
        else
            news = true;
        if (keep && !p->held[from + i]) {
            p->held[from + i] = true;
            p->octet[from + i] = octets[i];
        }
    }
    struct overlay o = {.offset = from, .octets = {octets, n}, .keep = keep};
    held_lay(s, h, &o);
    assert_int_equal(o.news, news);
    assert_int_equal(o.conflict, conflict);
    assert_int_equal(o.octets.n, 0);
}

static void of_each_octet_the_first_copy_is_held(void **state)
{
    struct held_pool pool = {.limit = 1 << 20};
    struct chunk chunk;
    (void)state;

    for (unsigned round = 0; round < 3000; round++) {
        struct stream s;
        struct plain p = {.held = {false}};
        stream_init(&s, &pool);
        struct half *h = &s.half[SIDE_OPENER];
        for (unsigned i = 0; i < 12; i++) {
            lay(&s, h, &p);
            assert_holds(h, &p);
        }
        let_all_go(&s, h);
        while (stream_next(&s, &chunk))
            assert_int_equal(chunk.kind, CHUNK_CONFLICT);
        stream_clear(&s);
    }
}

static void cut_octets_are_remembered_behind_a_segment(void **state)
{
    struct held_pool pool = {.limit = 1 << 20};
    struct stream s;
    (void)state;

    stream_init(&s, &pool);
    struct half *h = &s.half[SIDE_RESPONDER];
    struct overlay o = {.offset = 10, .octets = slice_of("abc"), .cut = 5, .keep = true};
    held_lay(&s, h, &o);
    assert_int_equal(h->held->cut, 5);
    struct overlay shorter = {.offset = 10, .octets = slice_of("abc"), .cut = 2, .keep = true};
    held_lay(&s, h, &shorter);
    assert_int_equal(h->held->cut, 5);
    assert_false(shorter.news);
    /* All of it was cut: it is held for that. */
    struct overlay nothing = {.offset = 100, .cut = 7, .keep = true};
    held_lay(&s, h, &nothing);
    assert_int_equal(h->held->after->n, 0);
    assert_int_equal(h->held->after->cut, 7);
    assert_true(nothing.news);
    let_all_go(&s, h);
}

static void limits_are_of_one_side_and_of_all(void **state)
{
    struct held_pool pool = {.limit = 200};
    struct stream s;
    (void)state;

    stream_init(&s, &pool);
    struct half *h = &s.half[SIDE_OPENER];
    assert_false(held_beyond_limits(&s, h));
    for (uint64_t at = 0; at < 10; at++) {
        struct overlay o = {.offset = at * 10, .octets = slice_of("x"), .keep = true};
        held_lay(&s, h, &o);
    }
    assert_true(held_beyond_limits(&s, h)); /* the pool counts what a segment takes up besides */
    pool.limit = 1 << 20;
    assert_false(held_beyond_limits(&s, h));
    let_all_go(&s, h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(of_each_octet_the_first_copy_is_held),
        cmocka_unit_test(cut_octets_are_remembered_behind_a_segment),
        cmocka_unit_test(limits_are_of_one_side_and_of_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
