/* test_speech.c - pieces and pools read as one text, turn by turn. */
#include "test.h"

#include "../../synth/speech.h"

#include <stdlib.h>
#include <string.h>

static void pools_hold_whole_lines(void **state)
{
    (void)state;
    struct pools *p = pools_new(1), *again = pools_new(1), *other = pools_new(2);

    for (int kind = POOL_PROSE; kind <= POOL_BASE64; kind++) {
        const struct pool *pool = &p->list[kind];
        assert_int_equal(pool->n % pool->line, 0);
        for (size_t i = 0; i < pool->n; i += pool->line) {
            assert_memory_equal(pool->p + i + pool->line - 2, "\r\n", 2);
            assert_int_not_equal(pool->p[i], '.');
            assert_null(memchr(pool->p + i, '\n', pool->line - 1));
            assert_null(memchr(pool->p + i, 0, pool->line));
        }
    }
    for (int kind = POOL_PROSE; kind < POOLS; kind++) {
        assert_memory_equal(p->list[kind].p, again->list[kind].p, p->list[kind].n);
        assert_memory_not_equal(p->list[kind].p, other->list[kind].p, p->list[kind].n);
    }
    pools_free(&p);
    pools_free(&again);
    pools_free(&other);
    pools_free(&other);
}

static void turns_end_where_the_other_side_speaks_or_somebody_waits(void **state)
{
    (void)state;
    struct speech s = {.count = 0};
    size_t next;

    speech_say(&s, SPEAKER_SERVER, 5, slice_of("220 hi\r\n"));
    speech_say(&s, SPEAKER_CLIENT, 7, slice_of("EHLO "));
    speech_say(&s, SPEAKER_CLIENT, 0, slice_of("me\r\n"));
    speech_say(&s, SPEAKER_CLIENT, 0, slice_of(""));
    speech_pool(&s, SPEAKER_CLIENT, POOL_NOISE, 3, 100);
    speech_say(&s, SPEAKER_CLIENT, 9, slice_of("later"));
    assert_int_equal(s.count, 4);
    assert_int_equal(speech_turn(&s, 0, &next), 8);
    assert_int_equal(next, 1);
    assert_int_equal(speech_turn(&s, 1, &next), 9 + 100);
    assert_int_equal(next, 3);
    assert_int_equal(speech_turn(&s, 3, &next), 5);
    assert_int_equal(next, 4);
    assert_int_equal(speech_turn(&s, 4, &next), 0);
    assert_int_equal(speech_octets(&s), 8 + 109 + 5);
    speech_free(&s);
}

/* In reads of every size: what lies across pieces, and across the end of a pool. */
static void it_reads_the_same_in_any_steps(void **state)
{
    (void)state;
    struct pools *pools = pools_new(3);
    const struct pool *prose = &pools->list[POOL_PROSE];
    struct speech s = {.count = 0};
    size_t n = prose->n + 20;
    uint8_t *wanted = malloc(n), *got = malloc(n);

    speech_say(&s, SPEAKER_CLIENT, 0, slice_of("begin"));
    speech_pool(&s, SPEAKER_CLIENT, POOL_PROSE, prose->n - 10, n - 10);
    speech_say(&s, SPEAKER_CLIENT, 0, slice_of("-end-"));
    assert_int_equal(speech_octets(&s), n);
    memcpy(wanted, "begin", 5);
    memcpy(wanted + 5, prose->p + prose->n - 10, 10);
    memcpy(wanted + 15, prose->p, prose->n);
    memcpy(wanted + n - 5, "-end-", 5);
    for (size_t step = 1; step < 3000; step = step * 3 + 1) {
        struct place place = {0, 0};
        for (size_t at = 0; at < n; at += step)
            speech_read(&s, pools, &place, got + at, step < n - at ? step : n - at);
        assert_memory_equal(got, wanted, n);
        assert_int_equal(place.piece, 3);
    }
    free(wanted);
    free(got);
    speech_free(&s);
    pools_free(&pools);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pools_hold_whole_lines),
        cmocka_unit_test(turns_end_where_the_other_side_speaks_or_somebody_waits),
        cmocka_unit_test(it_reads_the_same_in_any_steps),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
