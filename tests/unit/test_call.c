/* test_call.c - batches rest on their number alone, and are in the order of time. */
#include "test.h"

#include "theatre.h"

#include <stdlib.h>
#include <string.h>

static void batches_hold_all_sessions_in_order(void **state)
{
    (void)state;
    struct scenario s = theatre_scenario();
    s.background = 0.4;
    s.tunnelled = 0.5;
    struct stage stage = theatre_new(&s, SPEAKER_CLIENT);
    uint64_t mail = 0, frames[2] = {0, 0};
    int64_t last = 0;
    bool wrapped = false;

    assert_int_equal(batch_count(&s), 4);
    for (uint64_t n = 0; n < 4; n++) {
        struct batch b;
        batch_make(&stage, n, &b);
        assert_string_equal(b.error.text, "");
        for (size_t i = 0; i < b.count; i++) {
            const struct call *c = b.calls[i];
            assert_true(c->known_ns >= last);
            assert_true(c->connection.now_ns >= c->known_ns);
            last = c->known_ns;
            mail += c->mail;
            frames[c->mail] += connection_segments(&c->connection);
            wrapped |= c->connection.path.wrapping != WRAP_NOT;
            assert_true(!c->mail || c->truth.session / BATCH_SESSIONS == n);
        }
        batch_free(&b);
    }
    assert_int_equal(mail, 200);
    assert_true(wrapped);
    double share = (double)frames[0] / (double)(frames[0] + frames[1]);
    assert_true(share > 0.35 && share < 0.5);
    theatre_free(&stage);
}

static void a_batch_is_the_same_whatever_came_before(void **state)
{
    (void)state;
    struct scenario s = theatre_scenario();
    s.background = 0.3;
    struct stage a = theatre_new(&s, SPEAKER_CLIENT);
    struct batch one, two;

    batch_make(&a, 2, &one);
    theatre_free(&a);
    a = theatre_new(&s, SPEAKER_CLIENT);
    batch_make(&a, 3, &two);
    batch_free(&two);
    batch_make(&a, 2, &two);
    assert_int_equal(one.count, two.count);
    for (size_t i = 0; i < one.count; i++) {
        char *x = theatre_said(&a, &one.calls[i]->connection.speech, -1);
        char *y = theatre_said(&a, &two.calls[i]->connection.speech, -1);
        uint64_t n = speech_octets(&one.calls[i]->connection.speech);
        assert_int_equal(n, speech_octets(&two.calls[i]->connection.speech));
        assert_memory_equal(x, y, n);
        assert_int_equal(one.calls[i]->connection.now_ns, two.calls[i]->connection.now_ns);
        assert_int_equal(one.calls[i]->connection.seq[0], two.calls[i]->connection.seq[0]);
        free(x);
        free(y);
    }
    batch_free(&one);
    batch_free(&two);
    theatre_free(&a);
}

static void who_comes_back_is_in_the_same_batch(void **state)
{
    (void)state;
    struct scenario s = theatre_scenario();
    s.stripped_networks = 1;
    memset(s.forms, 0, sizeof s.forms);
    s.forms[BOX_BROKEN] = 1;
    struct stage stage = theatre_new(&s, SPEAKER_CLIENT);
    struct batch b;

    batch_make(&stage, 0, &b);
    assert_int_equal(b.count, 2 * BATCH_SESSIONS);
    for (size_t i = 0; i < b.count; i += 2) {
        assert_int_equal(b.calls[i]->truth.class, CLASS_STARTTLS_FAILED);
        assert_int_equal(b.calls[i + 1]->truth.class, CLASS_STRIPPED);
        assert_true(b.calls[i]->known_ns == b.calls[i + 1]->known_ns);
        assert_true(b.calls[i + 1]->connection.now_ns >= b.calls[i]->known_ns + 1000000000);
    }
    batch_free(&b);
    theatre_free(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(batches_hold_all_sessions_in_order),
        cmocka_unit_test(a_batch_is_the_same_whatever_came_before),
        cmocka_unit_test(who_comes_back_is_in_the_same_batch),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
