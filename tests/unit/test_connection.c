/* test_connection.c - a speech passes as TCP, in order, with numbers that fit together. */
#include "test.h"

#include "../../synth/connection.h"

#include <stdlib.h>
#include <string.h>

static struct connection example(void)
{
    struct connection c = {.path = {.round_trip_ns = 5000000,
                                    .segment_ns = 100000,
                                    .far = SPEAKER_SERVER,
                                    .ttl = {63, 50}}};

    assert_true(address_parse("10.0.0.1", &c.ends[0].address));
    assert_true(address_parse("198.18.0.1", &c.ends[1].address));
    c.ends[0].port = 40000;
    c.ends[1].port = 25;
    return c;
}

static void say(struct connection *c, enum speaker side, const char *text)
{
    speech_say(&c->speech, side, 1000, slice_of(text));
}

/* What a whole connection looked like. */
struct seen {
    uint32_t next[2];    /* sequence numbers */
    uint64_t payload[2]; /* octets */
    unsigned segments[2], flags[2];
    int64_t at_ns;
};

static void look(const struct connection *c, struct seen *s)
{
    const struct segment_due *d = &c->due;
    unsigned length = (unsigned)d->n + !!(d->flags & TCP_SYN) + !!(d->flags & TCP_FIN);

    assert_true(d->at_ns >= s->at_ns);
    if (d->flags & TCP_SYN)
        s->next[d->from] = d->seq;
    assert_int_equal(d->seq, s->next[d->from]);
    if (d->flags & TCP_ACK) /* of what has passed, and of nothing else */
        assert_true((int32_t)(s->next[!d->from] - d->ack) >= 0);
    assert_true(d->n <= 1460);
    s->at_ns = d->at_ns;
    s->next[d->from] += length;
    s->payload[d->from] += d->n;
    s->segments[d->from]++;
    s->flags[d->from] |= d->flags;
}

static struct seen run(struct connection *c)
{
    struct seen s = {.at_ns = 100};

    connection_begin(c, 100, 1);
    while (connection_next(c))
        look(c, &s);
    assert_false(connection_next(c));
    return s;
}

static void a_dialogue_passes(void **state)
{
    (void)state;
    struct connection c = example();

    say(&c, SPEAKER_SERVER, "220 mx\r\n");
    say(&c, SPEAKER_CLIENT, "QUIT\r\n");
    say(&c, SPEAKER_SERVER, "221 bye\r\n");
    struct seen s = run(&c);
    assert_int_equal(s.payload[0], 6);
    assert_int_equal(s.payload[1], 17);
    assert_int_equal(s.segments[0], 2 + 1 + 1); /* handshake, QUIT, FIN */
    assert_int_equal(s.segments[1], 1 + 2 + 2); /* SYN, replies, FIN and the last one */
    assert_true(s.flags[0] & TCP_FIN && s.flags[1] & TCP_FIN);
    /* Three round trips: of the handshake, of the greeting, of QUIT; and the end's. */
    assert_true(s.at_ns > 4 * 5000000 - 1 && s.at_ns < 5 * 5000000 + 500000);
    connection_free(&c);
}

/* Every size around those where a burst ends. */
static void long_turns_pass_whole(void **state)
{
    (void)state;
    for (uint64_t n = 1; n < 400000; n = n * 5 / 4 + 1) {
        struct connection c = example();
        say(&c, SPEAKER_SERVER, "220\r\n");
        speech_pool(&c.speech, SPEAKER_CLIENT, POOL_PROSE, 0, n);
        say(&c, SPEAKER_SERVER, "250\r\n");
        struct seen s = run(&c);
        assert_int_equal(s.payload[0], n);
        assert_int_equal(s.payload[1], 10);
        /* One in two is acknowledged, nearly. */
        assert_true(s.segments[1] <= 6 + n / 2920 && s.segments[1] + 2 >= 5 + n / 2920);
        assert_in_range(connection_segments(&c), (s.segments[0] + s.segments[1]) * 9 / 10,
                        (s.segments[0] + s.segments[1]) * 11 / 10 + 2);
        connection_free(&c);
    }
}

static void it_ends_as_it_is_told(void **state)
{
    (void)state;
    for (int ending = ENDS_BY_SERVER; ending <= ENDS_RESET_BY_CLIENT; ending++) {
        struct connection c = example();
        say(&c, SPEAKER_SERVER, "220\r\n");
        c.speech.ending = (enum ending_kind)ending;
        struct seen s = run(&c);
        bool reset = ending >= ENDS_RESET_BY_SERVER;
        unsigned by = ending == ENDS_BY_CLIENT || ending == ENDS_RESET_BY_CLIENT ? 0 : 1;
        assert_int_equal(!!(s.flags[by] & TCP_RST), reset);
        assert_int_equal(!!(s.flags[by] & TCP_FIN), !reset);
        assert_int_equal(!!(s.flags[!by] & TCP_FIN), !reset);
        assert_false(s.flags[!by] & TCP_RST);
        connection_free(&c);
    }
}

static void near_the_server_it_is_the_client_that_is_far(void **state)
{
    (void)state;
    int64_t answered[2], asked = 0;

    for (int far = 0; far < 2; far++) {
        struct connection c = example();
        c.path.far = (enum speaker)far;
        say(&c, SPEAKER_SERVER, "220\r\n");
        say(&c, SPEAKER_CLIENT, "QUIT\r\n");
        connection_begin(&c, 0, 1);
        for (int i = 0; i < 4; i++)
            assert_true(connection_next(&c));
        asked = c.due.at_ns;
        assert_int_equal(c.due.from, SPEAKER_SERVER);
        assert_true(connection_next(&c));
        assert_int_equal(c.due.from, SPEAKER_CLIENT);
        answered[far] = c.due.at_ns - asked;
        connection_free(&c);
    }
    assert_true(answered[SPEAKER_CLIENT] > 5000000);
    assert_true(answered[SPEAKER_SERVER] < 100000);
}

static void datagrams_are_alone(void **state)
{
    (void)state;
    struct connection c = example();

    c.udp = true;
    say(&c, SPEAKER_CLIENT, "question");
    say(&c, SPEAKER_SERVER, "answer");
    connection_begin(&c, 50, 1);
    assert_true(connection_next(&c));
    assert_int_equal(c.due.n, 8);
    assert_int_equal(connection_frame_size(&c), 14 + 20 + 8 + 8);
    assert_true(connection_next(&c));
    assert_int_equal(c.due.n, 6);
    assert_false(connection_next(&c));
    connection_free(&c);
}

/* The payload of all frames, put together, is the speech. */
static void frames_carry_what_is_said(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);
    struct connection c = example();
    uint8_t frame[2048], said[8000], *to = said;

    speech_say(&c.speech, SPEAKER_CLIENT, 0, slice_of("begin\r\n"));
    speech_pool(&c.speech, SPEAKER_CLIENT, POOL_BASE64, 78, 5000);
    connection_begin(&c, 0, 9);
    while (connection_next(&c)) {
        struct frame f = {.link = 1, .octets = {frame, connection_frame_size(&c)}};
        struct packet p;
        f.wire_size = (uint32_t)f.octets.n;
        connection_frame(&c, pools, frame);
        assert_int_equal(packet_decode(NULL, &f, &p), DECODED_TCP);
        assert_int_equal(p.payload.n, c.due.n);
        memcpy(to, p.payload.p, p.payload.n);
        to += p.payload.n;
    }
    assert_int_equal(to - said, 5007);
    assert_memory_equal(said, "begin\r\n", 7);
    assert_memory_equal(said + 7, pools->list[POOL_BASE64].p + 78, 5000);
    connection_free(&c);
    pools_free(&pools);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dialogue_passes),
        cmocka_unit_test(long_turns_pass_whole),
        cmocka_unit_test(it_ends_as_it_is_told),
        cmocka_unit_test(near_the_server_it_is_the_client_that_is_far),
        cmocka_unit_test(datagrams_are_alone),
        cmocka_unit_test(frames_carry_what_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
