/* test_stream_limits.c - every limit gives up a hole and keeps the rest. */
#include "test.h"

#include "stream_read.h"

#include <mailtap/bounds.h>
#include <mailtap/err.h>

#include <stdlib.h>

static struct packet big_packet(uint32_t offset, const uint8_t *octets, uint32_t n)
{
    return (struct packet){
        .seq = ISN + 1 + offset, .payload = {octets, n}, .payload_wire = n, .vlan = -1};
}

struct sums {
    uint64_t data, gap;
};

static void push_counting(struct stream *s, const struct packet *p, struct sums *sums)
{
    struct chunk c;

    stream_push(s, p, SIDE_OPENER);
    while (stream_next(s, &c)) {
        assert_int_equal(c.offset, sums->data + sums->gap);
        if (c.kind == CHUNK_DATA)
            sums->data += c.length;
        else
            sums->gap += c.length;
    }
}

/* Every second block of the stream arrives, until the limit gives up holes. */
static void hold_until_limit(uint64_t pool_limit, uint32_t block, uint32_t blocks)
{
    struct held_pool pool = {.limit = pool_limit};
    struct stream s;
    struct sums sums = {0, 0};
    struct packet syn = {.seq = ISN, .flags = TCP_SYN};
    uint8_t *octets = must_alloc(block, 1);

    stream_init(&s, &pool);
    push_counting(&s, &syn, &sums);
    for (uint32_t i = 0; i < blocks; i++) {
        struct packet p = big_packet((2 * i + 1) * block, octets, block);
        push_counting(&s, &p, &sums);
        assert_true(s.half[0].held_octets <= BOUND_HELD_FLOW_OCTETS);
        assert_true(s.half[0].held_segments <= BOUND_HELD_SEGMENTS);
        assert_true(pool.octets <= pool.limit);
    }
    assert_true(sums.data > 0);
    assert_int_equal(sums.data, sums.gap);
    assert_int_equal(sums.data + s.half[0].held_octets, (uint64_t)blocks * block);
    assert_int_equal(s.half[0].gap_octets, sums.gap);
    assert_int_equal(pool.refused, 0);
    stream_clear(&s);
    assert_int_equal(pool.octets, 0);
    free(octets);
}

static void octets_of_one_direction_are_limited(void **state)
{
    (void)state;
    hold_until_limit(BOUND_HELD_OCTETS, 1000, BOUND_HELD_FLOW_OCTETS / 1000 + 50);
}

static void segments_of_one_direction_are_limited(void **state)
{
    (void)state;
    hold_until_limit(BOUND_HELD_OCTETS, 1, BOUND_HELD_SEGMENTS + 50);
}

/* An answer to octets that never come. */
static void waiting_is_limited(void **state)
{
    const uint32_t blocks = BOUND_HELD_FLOW_OCTETS / 1000 + 50;
    struct held_pool pool = {.limit = BOUND_HELD_OCTETS};
    struct stream s;
    struct sums sums = {0, 0};
    struct packet syn = {.seq = ISN, .flags = TCP_SYN}, answer = syn;
    uint8_t octets[1000] = {0};

    (void)state;
    answer.flags |= TCP_ACK;
    answer.ack = ISN + 1;
    stream_init(&s, &pool);
    push_counting(&s, &syn, &sums);
    stream_push(&s, &answer, SIDE_RESPONDER);
    for (uint32_t i = 0; i < blocks; i++) {
        struct packet p = big_packet(i * 1000, octets, 1000);
        p.flags = TCP_ACK;
        p.ack = ISN + 1 + 100;
        push_counting(&s, &p, &sums);
        assert_true(s.half[0].held_octets <= BOUND_HELD_FLOW_OCTETS);
    }
    assert_true(sums.data > 0);
    assert_int_equal(sums.gap, 0);
    assert_int_equal(sums.data + s.half[0].held_octets, blocks * 1000);
    stream_clear(&s);
    assert_int_equal(pool.octets, 0);
}

static void octets_of_all_streams_are_limited(void **state)
{
    (void)state;
    hold_until_limit(5000, 1000, 50);
    hold_until_limit(5000, 1, 500);
    hold_until_limit(0, 1, 5);
}

static void what_cannot_belong_is_refused_and_counted(void **state)
{
    struct held_pool pool = {.limit = 1000};
    struct stream s;
    struct sums sums = {0, 0};
    struct packet syn = {.seq = ISN, .flags = TCP_SYN};
    struct packet far = big_packet((1u << 30) + 1, (const uint8_t *)"x", 1);

    (void)state;
    stream_init(&s, &pool);
    push_counting(&s, &syn, &sums);
    push_counting(&s, &far, &sums);
    assert_int_equal(pool.refused, 1);
    assert_int_equal(s.half[0].held_segments, 0);
    stream_clear(&s);
}

static void clearing_gives_everything_back(void **state)
{
    struct reading *r = must_alloc(1, sizeof *r);
    const struct step steps[] = {SEG(O, 0, TCP_SYN, NULL), SEG(O, 5, 0, "fgh")};
    struct chunk c;

    (void)state;
    reading_begin(r);
    reading_push(r, &steps[0]);
    reading_push(r, &steps[1]);
    assert_true(r->pool.octets > 3);
    stream_clear(&r->stream);
    assert_int_equal(r->pool.octets, 0);
    assert_false(stream_next(&r->stream, &c));
    free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(octets_of_one_direction_are_limited),
        cmocka_unit_test(waiting_is_limited),
        cmocka_unit_test(segments_of_one_direction_are_limited),
        cmocka_unit_test(octets_of_all_streams_are_limited),
        cmocka_unit_test(what_cannot_belong_is_refused_and_counted),
        cmocka_unit_test(clearing_gives_everything_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
