/* test_talk.c - lines in the clear, records of the right size under TLS. */
#include "test.h"

#include "../../synth/talk.h"

#include <stdlib.h>
#include <string.h>

static char *read_all(const struct speech *s, const struct pools *pools, size_t *n_r)
{
    struct place place = {0, 0};

    *n_r = speech_octets(s);
    char *text = calloc(*n_r + 1, 1);
    speech_read(s, pools, &place, (uint8_t *)text, *n_r);
    return text;
}

static void lines_stand_as_they_are(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);
    struct speech s = {.count = 0};
    struct talk t = talk_begin(&s, 1);
    char all[3][8] = {"MAIL", "RCPT", "DATA"};
    size_t n, next;

    talk_say(&t, SPEAKER_SERVER, "220 hello");
    talk_say_all(&t, SPEAKER_CLIENT, all[0], sizeof *all, 3);
    talk_octets(&t, SPEAKER_CLIENT, slice_of("more"));
    talk_noise(&t, SPEAKER_CLIENT, POOL_PROSE, 100);
    char *text = read_all(&s, pools, &n);
    assert_memory_equal(text, "220 hello\r\nMAIL\r\nRCPT\r\nDATA\r\nmore", 33);
    assert_int_equal(n, 133);
    assert_true(s.pieces[0].wait_ns >= 100000); /* to think takes time */
    assert_int_equal(speech_turn(&s, 1, &next), 122);
    talk_close(&t);
    assert_int_equal(speech_octets(&s), 133);
    free(text);
    speech_free(&s);
    pools_free(&pools);
}

/* Octets in each record of a side: 0 behind the last one. */
static void read_records(const uint8_t *p, size_t n, unsigned type, unsigned *sizes, unsigned room)
{
    unsigned count = 0;

    for (size_t at = 0; at < n && count + 1 < room;) {
        assert_true(n - at >= 5);
        assert_int_equal(p[at], type);
        assert_int_equal(p[at + 1] << 8 | p[at + 2], 0x0303);
        sizes[count] = (unsigned)(p[at + 3] << 8 | p[at + 4]);
        at += 5 + sizes[count++];
        assert_true(at <= n);
    }
    sizes[count] = 0;
}

static void records_are_as_long_as_those_of_the_keys(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);
    static const struct shaken keys[] = {
        {.version = 0x0304, .over = 17},
        {.version = 0x0303, .nonce = 8, .over = 16},
        {.version = 0x0303, .over = 16},
    };

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct speech s = {.count = 0};
        struct talk t = talk_begin(&s, i);
        unsigned sizes[8], more = keys[i].nonce + keys[i].over;
        size_t n;
        talk_protect(&t, &keys[i]);
        talk_say(&t, SPEAKER_CLIENT, "QUIT");
        talk_noise(&t, SPEAKER_CLIENT, POOL_NOISE, 40000);
        char *text = read_all(&s, pools, &n);
        read_records((uint8_t *)text, n, 23, sizes, 8);
        assert_int_equal(sizes[0], 6 + more);
        assert_int_equal(sizes[1], 16384 + more);
        assert_int_equal(sizes[2], 16384 + more);
        assert_int_equal(sizes[3], 40000 - 2 * 16384 + more);
        assert_int_equal(sizes[4], 0);
        free(text);
        speech_free(&s);
    }
    pools_free(&pools);
}

/* Behind the version its number, where there is one, counts up. */
static void both_say_that_they_close(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);

    for (unsigned version = 0x0303; version <= 0x0304; version++) {
        struct shaken keys = {.version = version, .nonce = version == 0x0303 ? 8 : 0, .over = 16};
        struct speech s = {.count = 0};
        struct talk t = talk_begin(&s, 1);
        unsigned sizes[4];
        size_t n;
        talk_protect(&t, &keys);
        talk_close(&t);
        assert_int_equal(s.pieces[0].side, SPEAKER_SERVER);
        char *text = read_all(&s, pools, &n);
        read_records((uint8_t *)text, n, version == 0x0304 ? 23 : 21, sizes, 4);
        assert_int_equal(sizes[0], 2 + keys.nonce + 16);
        assert_int_equal(sizes[1], 2 + keys.nonce + 16);
        assert_int_equal(sizes[2], 0);
        free(text);
        speech_free(&s);
    }
    pools_free(&pools);
}

static void a_message_is_as_long_in_both(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);
    struct shaken keys = {.version = 0x0304, .over = 17};
    struct content c = {"a@b.example", "c@d.example", "b.example", 0, 1, 3000};
    struct speech clear = {.count = 0}, hidden = {.count = 0};
    struct talk t = talk_begin(&clear, 4), u = talk_begin(&hidden, 4);

    talk_content(&t, pools, &c);
    talk_protect(&u, &keys);
    u.random = random_seeded(4);
    talk_content(&u, pools, &c);
    assert_in_range(speech_octets(&clear), 3003, 3004); /* a dot may be doubled */
    assert_in_range(speech_octets(&hidden), 3003 + 22, 3004 + 22);
    speech_free(&clear);
    speech_free(&hidden);
    pools_free(&pools);
}

static void handshakes_are_said_flight_by_flight(void **state)
{
    (void)state;
    struct speech s = {.count = 0};
    struct talk t = talk_begin(&s, 1);
    struct shaken shaken = {.flights = {{SPEAKER_CLIENT, 3}, {SPEAKER_SERVER, 4}}, .count = 2};

    octets_text(&shaken.octets, "abcdefg");
    talk_shake(&t, &shaken, 1);
    assert_int_equal(speech_octets(&s), 3);
    talk_shake(&t, &shaken, 8);
    assert_int_equal(speech_octets(&s), 10);
    assert_int_equal(s.pieces[s.count - 1].side, SPEAKER_SERVER);
    assert_memory_equal(s.own.p, "abcabcdefg", 10);
    octets_free(&shaken.octets);
    speech_free(&s);
}

/* RFC 4648 10. */
static void base64_is_as_published(void **state)
{
    (void)state;
    static const char *const published[][2] = {
        {"", ""},
        {"f", "Zg=="},
        {"fo", "Zm8="},
        {"foo", "Zm9v"},
        {"foob", "Zm9vYg=="},
        {"fooba", "Zm9vYmE="},
        {"foobar", "Zm9vYmFy"},
    };
    char to[16];

    for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
        talk_base64(to, published[i][0], strlen(published[i][0]));
        assert_string_equal(to, published[i][1]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_stand_as_they_are),
        cmocka_unit_test(records_are_as_long_as_those_of_the_keys),
        cmocka_unit_test(both_say_that_they_close),
        cmocka_unit_test(a_message_is_as_long_in_both),
        cmocka_unit_test(handshakes_are_said_flight_by_flight),
        cmocka_unit_test(base64_is_as_published),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
