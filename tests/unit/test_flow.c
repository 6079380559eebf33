/*
 * test_flow.c - the table of connections: what is one connection and what is another, when each
 * is over and why, and who is given up when there is no room.
 */
#include "test.h"

#include "build.h"

#include <mailtap/bounds.h>
#include <mailtap/flow.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CLIENT 40000
#define SERVER 25

static struct flow_table *table(uint32_t flows)
{
    struct flow_limits limits = flow_limits_default();

    limits.flows = flows;
    return flow_table_new(&limits);
}

static struct segment from_client(uint8_t flags, uint32_t seq, uint32_t ack, const char *text,
                                  double at)
{
    return (struct segment){.from_port = CLIENT,
                            .to_port = SERVER,
                            .seq = seq,
                            .ack = ack,
                            .flags = flags,
                            .text = text,
                            .at = at};
}

static struct segment from_server(uint8_t flags, uint32_t seq, uint32_t ack, const char *text,
                                  double at)
{
    return (struct segment){.from = "192.0.2.2",
                            .to = "192.0.2.1",
                            .from_port = SERVER,
                            .to_port = CLIENT,
                            .seq = seq,
                            .ack = ack,
                            .flags = flags,
                            .text = text,
                            .at = at};
}

/* The flow of one segment; pushed to its stream, as an owner would. */
static struct flow *touch(struct flow_table *t, struct segment s, enum side *from_r)
{
    struct packet p = build_packet(&s);
    enum side from;
    struct flow *f = flow_touch(t, &p, &from);
    struct chunk c;

    f->watched = true;
    stream_push(f->stream, &p, from);
    while (stream_next(f->stream, &c))
        ;
    if (from_r)
        *from_r = from;
    return f;
}

static int64_t seconds(double at)
{
    return (int64_t)(at * 1e9);
}

static void assert_over(struct flow_table *t, int64_t now_ns, const struct flow *expected,
                        enum flow_end why)
{
    struct flow *f = flow_over(t, now_ns);

    assert_ptr_equal(f, expected);
    if (f) {
        assert_int_equal(f->ended, why);
        flow_free(f);
    }
}

static void drain(struct flow_table *t)
{
    struct flow *f;

    while ((f = flow_over(t, INT64_MAX)) != NULL)
        flow_free(f);
    flow_table_free(&t);
    assert_null(t);
    flow_table_free(&t);
}

static void both_directions_are_one_connection(void **state)
{
    struct flow_table *t = table(10);
    enum side side;

    (void)state;
    struct flow *f = touch(t, from_client(TCP_SYN, 100, 0, NULL, 1), &side);
    assert_int_equal(side, SIDE_OPENER);
    assert_ptr_equal(touch(t, from_server(TCP_SYN | TCP_ACK, 500, 101, NULL, 2), &side), f);
    assert_int_equal(side, SIDE_RESPONDER);
    assert_ptr_equal(touch(t, from_client(TCP_ACK, 101, 501, NULL, 3), &side), f);
    assert_int_equal(side, SIDE_OPENER);
    assert_int_equal(f->frames, 3);
    assert_true(f->handshake && f->seen[0] && f->seen[1]);
    assert_int_equal(f->end[SIDE_OPENER].port, CLIENT);
    assert_int_equal(f->end[SIDE_RESPONDER].port, SERVER);
    assert_int_equal(f->started_ns, seconds(1));
    assert_int_equal(f->last_ns, seconds(3));
    assert_int_equal(f->vlan, -1);
    assert_over(t, seconds(3), NULL, FLOW_OPEN);
    assert_over(t, INT64_MAX, f, FLOW_OPEN);
    assert_int_equal(flow_table_counts(t).made, 1);
    drain(t);
}

static void other_ends_are_other_connections(void **state)
{
    struct flow_table *t = table(10);
    struct segment s = from_client(TCP_SYN, 100, 0, NULL, 1);

    (void)state;
    struct flow *f = touch(t, s, NULL);
    s.from_port++;
    assert_ptr_not_equal(touch(t, s, NULL), f);
    s.from_port--;
    s.from = "192.0.2.3";
    assert_ptr_not_equal(touch(t, s, NULL), f);
    s.from = "c000:201::";
    s.to = "c000:202::";
    assert_ptr_not_equal(touch(t, s, NULL), f);
    assert_int_equal(flow_table_counts(t).made, 4);
    drain(t);
}

static void who_opened_it(void **state)
{
    struct flow_table *t = table(10);
    enum side side;

    (void)state;
    /* The answer to a SYN comes from the responder. */
    struct flow *f = touch(t, from_server(TCP_SYN | TCP_ACK, 500, 101, NULL, 1), &side);
    assert_int_equal(side, SIDE_RESPONDER);
    assert_int_equal(f->end[SIDE_OPENER].port, CLIENT);
    assert_true(f->handshake);
    /* Its SYN, captured late, is of the same connection. */
    assert_ptr_equal(touch(t, from_client(TCP_SYN, 100, 0, NULL, 1), &side), f);
    assert_int_equal(side, SIDE_OPENER);
    flow_free(flow_over(t, INT64_MAX));
    /* In the middle, whoever was seen first. */
    f = touch(t, from_server(TCP_ACK, 500, 101, "250 ok\r\n", 1), &side);
    assert_int_equal(side, SIDE_OPENER);
    assert_false(f->handshake);
    assert_int_equal(f->end[SIDE_OPENER].port, SERVER);
    flow_free(flow_over(t, INT64_MAX));
    /* The end of a handshake before its SYN. */
    f = touch(t, from_client(TCP_ACK, 101, 501, NULL, 1), NULL);
    assert_false(f->handshake);
    assert_ptr_equal(touch(t, from_client(TCP_SYN, 100, 0, NULL, 1), NULL), f);
    assert_true(f->handshake);
    drain(t);
}

static void begin(struct flow_table *t, struct flow **f_r)
{
    *f_r = touch(t, from_client(TCP_SYN, 100, 0, NULL, 1), NULL);
    touch(t, from_server(TCP_SYN | TCP_ACK, 500, 101, NULL, 1), NULL);
    touch(t, from_client(TCP_ACK, 101, 501, NULL, 1), NULL);
}

static void repeated_and_simultaneous_syns_are_one_connection(void **state)
{
    struct flow_table *t = table(10);
    struct flow *f;

    (void)state;
    f = touch(t, from_client(TCP_SYN, 100, 0, NULL, 1), NULL);
    assert_ptr_equal(touch(t, from_client(TCP_SYN, 100, 0, NULL, 2), NULL), f);
    assert_ptr_equal(touch(t, from_server(TCP_SYN, 500, 0, NULL, 2), NULL), f);
    assert_ptr_equal(touch(t, from_server(TCP_SYN | TCP_ACK, 500, 101, NULL, 2), NULL), f);
    touch(t, from_client(TCP_ACK, 101, 501, "EHLO a\r\n", 3), NULL);
    assert_ptr_equal(touch(t, from_client(TCP_SYN, 100, 0, NULL, 4), NULL), f);
    assert_ptr_equal(touch(t, from_server(TCP_SYN | TCP_ACK, 500, 101, NULL, 4), NULL), f);
    assert_int_equal(flow_table_counts(t).made, 1);
    drain(t);
    /* A server that answers a repeated SYN with another cookie. */
    t = table(10);
    begin(t, &f);
    assert_ptr_equal(touch(t, from_server(TCP_SYN | TCP_ACK, 900, 101, NULL, 2), NULL), f);
    drain(t);
    /* Octets in the SYN, acknowledged at once. */
    t = table(10);
    f = touch(t, from_client(TCP_SYN, 100, 0, "EHLO", 1), NULL);
    assert_ptr_equal(touch(t, from_server(TCP_SYN | TCP_ACK, 500, 105, NULL, 1), NULL), f);
    drain(t);
}

static void another_syn_begins_another_connection(void **state)
{
    static const uint32_t isns[] = {101, 99, 77777, 0xfffffff0};
    struct flow *f;

    (void)state;
    for (size_t i = 0; i < sizeof isns / sizeof *isns; i++) {
        struct flow_table *t = table(10);
        begin(t, &f);
        struct flow *g = touch(t, from_client(TCP_SYN, isns[i], 0, NULL, 5), NULL);
        assert_ptr_not_equal(g, f);
        assert_true(g->handshake);
        assert_int_equal(g->frames, 1);
        assert_over(t, seconds(5), f, FLOW_REUSED);
        assert_over(t, seconds(5), NULL, FLOW_OPEN);
        drain(t);
    }
    /* On a connection seen from its middle on. */
    struct flow_table *t = table(10);
    f = touch(t, from_client(TCP_ACK, 7000000, 1, "DATA\r\n", 1), NULL);
    assert_ptr_not_equal(touch(t, from_client(TCP_SYN, 100, 0, NULL, 2), NULL), f);
    assert_over(t, seconds(2), f, FLOW_REUSED);
    drain(t);
    /* Only the server was captured. */
    t = table(10);
    f = touch(t, from_server(TCP_SYN | TCP_ACK, 500, 101, NULL, 1), NULL);
    touch(t, from_server(TCP_ACK, 501, 101, "220 mx\r\n", 1), NULL);
    assert_ptr_not_equal(touch(t, from_server(TCP_SYN | TCP_ACK, 9000, 101, NULL, 2), NULL), f);
    assert_over(t, seconds(2), f, FLOW_REUSED);
    drain(t);
}

static void a_closed_connection_lingers(void **state)
{
    struct flow_table *t = table(10);
    struct flow *f;

    (void)state;
    begin(t, &f);
    touch(t, from_client(TCP_FIN | TCP_ACK, 101, 501, NULL, 10), NULL);
    assert_over(t, seconds(100), NULL, FLOW_OPEN); /* half closed is open */
    touch(t, from_server(TCP_FIN | TCP_ACK, 501, 102, NULL, 11), NULL);
    assert_ptr_equal(touch(t, from_client(TCP_ACK, 102, 502, NULL, 12), NULL), f);
    assert_over(t, seconds(12 + BOUND_LINGER_SECONDS) - 1, NULL, FLOW_OPEN);
    assert_over(t, seconds(12 + BOUND_LINGER_SECONDS), f, FLOW_CLOSED);
    assert_int_equal(flow_table_counts(t).made, 1);
    drain(t);
}

static void a_new_syn_ends_the_lingering(void **state)
{
    struct flow_table *t = table(10);
    struct flow *f;

    (void)state;
    begin(t, &f);
    touch(t, from_client(TCP_FIN | TCP_ACK, 101, 501, NULL, 10), NULL);
    touch(t, from_server(TCP_FIN | TCP_ACK, 501, 102, NULL, 11), NULL);
    assert_ptr_not_equal(touch(t, from_client(TCP_SYN, 5000, 0, NULL, 12), NULL), f);
    assert_over(t, seconds(12), f, FLOW_CLOSED);
    drain(t);
}

static void a_reset_closes_when_it_is_believed(void **state)
{
    struct flow_table *t = table(10);
    struct flow *f;

    (void)state;
    begin(t, &f);
    touch(t, from_client(TCP_ACK, 101, 501, "QUIT\r\n", 2), NULL);
    touch(t, from_client(TCP_RST, 90, 0, NULL, 3), NULL); /* behind what was said: forged */
    assert_over(t, seconds(3 + BOUND_LINGER_SECONDS), NULL, FLOW_OPEN);
    touch(t, from_client(TCP_RST, 107, 0, NULL, 4), NULL);
    assert_over(t, seconds(4 + BOUND_LINGER_SECONDS), f, FLOW_RESET);
    /* A SYN refused, twice. */
    f = touch(t, from_client(TCP_SYN, 7, 0, NULL, 50), NULL);
    touch(t, from_server(TCP_RST | TCP_ACK, 0, 8, NULL, 50), NULL);
    touch(t, from_client(TCP_SYN, 900, 0, NULL, 51), NULL);
    assert_over(t, seconds(51), f, FLOW_RESET);
    drain(t);
}

/* Told a moment later, and kept for what comes late. */
static void a_reset_connection_settles_first(void **state)
{
    struct flow_table *t = table(10);
    struct flow *f;

    (void)state;
    begin(t, &f);
    touch(t, from_client(TCP_ACK, 101, 501, "QUIT\r\n", 2), NULL);
    touch(t, from_client(TCP_RST, 107, 0, NULL, 4), NULL);
    assert_null(flow_settled(t, seconds(4 + BOUND_RESET_SECONDS) - 1));
    /* what was in flight puts it off */
    assert_ptr_equal(touch(t, from_server(TCP_ACK, 501, 107, "221 Bye\r\n", 4.5), NULL), f);
    assert_null(flow_settled(t, seconds(4 + BOUND_RESET_SECONDS)));
    assert_ptr_equal(flow_settled(t, seconds(4.5 + BOUND_RESET_SECONDS)), f);
    f->told = true;
    assert_null(flow_settled(t, seconds(10)));
    assert_ptr_equal(touch(t, from_server(TCP_ACK, 501, 107, "221 Bye\r\n", 10), NULL), f);
    assert_null(flow_settled(t, seconds(20)));
    assert_over(t, seconds(10 + BOUND_LINGER_SECONDS) - 1, NULL, FLOW_OPEN);
    assert_over(t, seconds(10 + BOUND_LINGER_SECONDS), f, FLOW_RESET);
    drain(t);
}

static void silence_ends_a_connection(void **state)
{
    struct flow_table *t = table(10);
    struct segment other = from_client(TCP_SYN, 1, 0, NULL, 5);
    struct flow *f, *g;

    (void)state;
    begin(t, &f);
    other.from_port++;
    g = touch(t, other, NULL);
    g->keep = true;
    assert_over(t, seconds(1 + BOUND_IDLE_SECONDS) - 1, NULL, FLOW_OPEN);
    assert_over(t, seconds(1 + BOUND_IDLE_SECONDS), f, FLOW_IDLE);
    assert_over(t, seconds(1 + BOUND_IDLE_SECONDS), NULL, FLOW_OPEN);
    assert_over(t, seconds(5 + BOUND_IDLE_SECONDS), g, FLOW_IDLE); /* kept ones too */
    drain(t);
}

static struct flow *touch_port(struct flow_table *t, uint16_t port, double at)
{
    struct segment s = from_client(TCP_SYN, port, 0, NULL, at);

    s.from_port = port;
    return touch(t, s, NULL);
}

static void a_full_table_gives_up_the_longest_silent(void **state)
{
    struct flow_table *t = table(3);
    struct flow *a = touch_port(t, 1, 1), *b = touch_port(t, 2, 2), *c = touch_port(t, 3, 3);

    (void)state;
    assert_ptr_equal(touch_port(t, 1, 4), a);
    assert_over(t, seconds(4), NULL, FLOW_OPEN);
    struct flow *d = touch_port(t, 4, 5);
    assert_over(t, seconds(5), b, FLOW_EVICTED);
    touch_port(t, 5, 6);
    assert_over(t, seconds(6), c, FLOW_EVICTED);
    touch_port(t, 6, 7);
    assert_over(t, seconds(7), a, FLOW_EVICTED);
    /* One that is closed goes first, and is no loss. */
    struct segment reset = from_client(TCP_RST, 6, 0, NULL, 8);
    reset.from_port = 6;
    struct flow *closed = touch(t, reset, NULL);
    touch_port(t, 7, 9);
    assert_over(t, seconds(9), closed, FLOW_RESET);
    touch_port(t, 8, 10);
    assert_over(t, seconds(10), d, FLOW_EVICTED);
    assert_int_equal(flow_table_counts(t).made, 8);
    assert_int_equal(flow_table_counts(t).evicted, 4);
    drain(t);
}

static void kept_ones_are_given_up_last(void **state)
{
    struct flow_table *t = table(3);
    struct flow *a = touch_port(t, 1, 1);

    (void)state;
    a->keep = true;
    struct flow *b = touch_port(t, 2, 2), *c = touch_port(t, 3, 3);
    c->keep = true;
    struct flow *d = touch_port(t, 4, 4);
    assert_over(t, seconds(4), b, FLOW_EVICTED);
    d->keep = true;
    touch_port(t, 5, 5); /* all are kept: the oldest */
    assert_over(t, seconds(5), a, FLOW_EVICTED);
    /* Not kept any more: given up before older ones that are. */
    assert_ptr_equal(touch_port(t, 4, 6), d);
    d->keep = false;
    touch_port(t, 5, 7);
    touch_port(t, 6, 8);
    assert_over(t, seconds(8), d, FLOW_EVICTED);
    drain(t);
}

static void at_the_end_all_come_out_once(void **state)
{
    struct flow_table *t = table(100000);
    struct flow *f;
    bool seen[20001] = {false};
    int count = 0;

    (void)state;
    for (int port = 1; port <= 20000; port++)
        touch_port(t, (uint16_t)port, port);
    for (int port = 1; port <= 20000; port += 3) /* still found, after the table grew */
        assert_int_equal(touch_port(t, (uint16_t)port, 20000 + port)->frames, 2);
    while ((f = flow_over(t, INT64_MAX)) != NULL) {
        uint16_t port = f->end[SIDE_OPENER].port;
        assert_int_equal(f->ended, FLOW_OPEN);
        assert_false(seen[port]);
        seen[port] = true;
        flow_free(f);
        count++;
    }
    assert_int_equal(count, 20000);
    assert_int_equal(flow_table_counts(t).made, 20000);
    drain(t);
}

/* Found after any order of making and ending: what an index that loses entries gets wrong. */
static void the_index_keeps_what_is_in_it(void **state)
{
    struct flow_table *t = table(700);
    uint64_t random = 1, made = 0;
    bool known[2000] = {false};

    (void)state;
    for (int i = 0; i < 60000; i++) {
        struct flow *f;
        random = random * 6364136223846793005u + 1442695040888963407u;
        uint16_t port = (uint16_t)((random >> 33) % 2000);
        f = touch_port(t, port, i);
        assert_int_equal(f->frames == 1, !known[port]);
        made += f->frames == 1;
        known[port] = true;
        while ((f = flow_over(t, seconds(i))) != NULL) {
            known[f->end[SIDE_OPENER].port] = false;
            flow_free(f);
        }
    }
    assert_int_equal(flow_table_counts(t).made, made);
    drain(t);
}

static void time_may_step_back(void **state)
{
    struct flow_table *t = table(10);

    (void)state;
    struct flow *ahead = touch_port(t, 1, 1e6), *f = touch_port(t, 2, 10);
    assert_over(t, seconds(10), NULL, FLOW_OPEN);
    touch_port(t, 2, 5);
    assert_int_equal(f->started_ns, seconds(5));
    assert_int_equal(f->last_ns, seconds(10));
    /* The one ahead does not hold up those behind it for ever. */
    assert_over(t, seconds(10 + BOUND_IDLE_SECONDS), ahead, FLOW_IDLE);
    assert_over(t, seconds(10 + BOUND_IDLE_SECONDS), f, FLOW_IDLE);
    drain(t);
}

static void times_of_any_size_do_no_harm(void **state)
{
    static const int64_t times[] = {INT64_MIN, INT64_MAX - 1, 0, INT64_MIN, -1, INT64_MAX - 1};
    struct flow_table *t = table(2);
    struct segment s = from_client(TCP_ACK, 1, 1, "x", 0);

    (void)state;
    for (size_t i = 0; i < 3 * sizeof times / sizeof *times; i++) {
        struct packet p = build_packet(&s);
        enum side side;
        struct flow *f;
        p.at_ns = times[i % (sizeof times / sizeof *times)];
        p.from.port = (uint16_t)(i % 3);
        flow_touch(t, &p, &side);
        while ((f = flow_over(t, p.at_ns)) != NULL)
            flow_free(f);
    }
    drain(t);
}

static void a_connection_to_itself(void **state)
{
    struct flow_table *t = table(10);
    struct segment s = {
        .from = "127.0.0.1", .to = "127.0.0.1", .from_port = 25, .to_port = 25, .flags = TCP_SYN};
    enum side side;

    (void)state;
    struct flow *f = touch(t, s, &side);
    assert_int_equal(side, SIDE_OPENER);
    assert_ptr_equal(touch(t, s, &side), f);
    drain(t);
}

static void a_table_with_flows_can_be_freed(void **state)
{
    struct flow_table *t = table(2);

    (void)state;
    for (uint16_t port = 1; port < 9; port++)
        touch_port(t, port, port); /* most are over and were not fetched */
    flow_table_free(&t);
    assert_null(t);
}

static void what_is_held_counts_for_all(void **state)
{
    struct flow_limits limits = flow_limits_default();
    struct flow *f;

    (void)state;
    limits.held_octets = 0;
    struct flow_table *t = flow_table_new(&limits);
    begin(t, &f);
    touch(t, from_client(TCP_ACK, 111, 501, "later", 2), NULL);
    assert_int_equal(f->stream->half[SIDE_OPENER].gap_octets, 10);
    touch(t, from_client(TCP_ACK, 0x7fffffff, 501, "nowhere", 2), NULL);
    assert_int_equal(flow_table_counts(t).held_refused, 1);
    drain(t);
}

/* ---- those that rest */

static void user_parts(struct fold *f, void **user)
{
    fold_object(f, user, 16, NULL);
}

static struct segment of_port(uint16_t port, uint8_t flags, uint32_t seq, const char *text,
                              double at)
{
    struct segment s = from_client(flags, seq, 0, text, at);

    s.from_port = port;
    return s;
}

static char *user_of(const struct flow *f)
{
    assert_non_null(f->stream);
    assert_int_equal(f->folded, 0);
    return f->user;
}

/* More are open than may be awake; half of them are kept.  Each comes back as it was. */
static void those_that_rest_come_back(void **state)
{
    struct flow_limits limits = flow_limits_default();
    uint32_t resting = 0;
    (void)state;

    limits.awake = 4;
    struct flow_table *t = flow_table_new(&limits);
    flow_table_fold(t, slice_of("words"), user_parts);
    struct flow *made[40];
    for (uint16_t i = 0; i < 40; i++) {
        made[i] = touch(t, of_port((uint16_t)(1000 + i), TCP_SYN, 100, "", i), NULL);
        made[i]->user = calloc(1, 16);
        assert_non_null(made[i]->user);
        snprintf(made[i]->user, 16, "%u", i);
        made[i]->keep = i % 2 == 0;
    }
    for (uint16_t i = 0; i < 40; i++)
        resting += made[i]->folded && !made[i]->stream && !made[i]->user;
    assert_int_equal(resting, 40 - 2 * 4);
    for (uint16_t i = 0; i < 40; i++) {
        struct flow *f = touch(t, of_port((uint16_t)(1000 + i), TCP_ACK, 101, "octets", 40 + i),
                               NULL);
        assert_ptr_equal(f, made[i]);
        assert_int_equal(atoi(user_of(f)), i);
        assert_int_equal(f->stream->half[SIDE_OPENER].offset, 6);
    }
    /* Those that are over come the longest silent first, of each kind. */
    for (uint16_t i = 0; i < 40; i++) {
        struct flow *f = flow_over(t, INT64_MAX);
        assert_int_equal(atoi(user_of(f)), i < 20 ? 2 * i + 1 : 2 * (i - 20));
        free(f->user);
        flow_free(f);
    }
    assert_null(flow_over(t, INT64_MAX));
    flow_table_free(&t);
}

/* A reset, silence and another connection on the same ends find one that rests. */
static void what_ends_one_that_rests(void **state)
{
    struct flow_limits limits = flow_limits_default();
    (void)state;

    limits.awake = 1;
    struct flow_table *t = flow_table_new(&limits);
    flow_table_fold(t, slice_of("words"), user_parts);
    struct flow *reset = touch(t, of_port(1000, TCP_SYN, 100, "", 0), NULL);
    struct flow *reused = touch(t, of_port(1001, TCP_SYN, 100, "", 0), NULL);
    struct flow *silent = touch(t, of_port(1002, TCP_SYN, 100, "", 0), NULL);
    touch(t, of_port(1003, TCP_SYN, 100, "", 1), NULL);
    assert_true(reset->folded && reused->folded && silent->folded);
    touch(t, of_port(1000, TCP_RST, 101, "", 1), NULL);
    assert_int_equal(reset->ended, FLOW_RESET);
    touch(t, of_port(1001, TCP_ACK, 101, "octets", 1), NULL);
    touch(t, of_port(1003, TCP_ACK, 101, "octets", 1), NULL);
    touch(t, of_port(1001, TCP_SYN, 900, "", 2), NULL);
    assert_over(t, seconds(2), reused, FLOW_REUSED);
    assert_over(t, seconds(BOUND_IDLE_SECONDS + 0.5), silent, FLOW_IDLE);
    flow_table_free(&t); /* with some in it that rest */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_are_one_connection),
        cmocka_unit_test(other_ends_are_other_connections),
        cmocka_unit_test(who_opened_it),
        cmocka_unit_test(repeated_and_simultaneous_syns_are_one_connection),
        cmocka_unit_test(another_syn_begins_another_connection),
        cmocka_unit_test(a_closed_connection_lingers),
        cmocka_unit_test(a_new_syn_ends_the_lingering),
        cmocka_unit_test(a_reset_closes_when_it_is_believed),
        cmocka_unit_test(a_reset_connection_settles_first),
        cmocka_unit_test(silence_ends_a_connection),
        cmocka_unit_test(a_full_table_gives_up_the_longest_silent),
        cmocka_unit_test(kept_ones_are_given_up_last),
        cmocka_unit_test(at_the_end_all_come_out_once),
        cmocka_unit_test(the_index_keeps_what_is_in_it),
        cmocka_unit_test(time_may_step_back),
        cmocka_unit_test(times_of_any_size_do_no_harm),
        cmocka_unit_test(a_connection_to_itself),
        cmocka_unit_test(a_table_with_flows_can_be_freed),
        cmocka_unit_test(what_is_held_counts_for_all),
        cmocka_unit_test(those_that_rest_come_back),
        cmocka_unit_test(what_ends_one_that_rests),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
