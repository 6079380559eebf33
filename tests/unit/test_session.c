/*
 * test_session.c - who reads the octets of a flow: the dialogue, TLS, or nobody.  Chunks are made by
 * hand; whole captures are the business of test_pipeline.
 */
#include "test.h"

#include <mailtap/session.h>
#include <stdlib.h>
#include <string.h>

struct play {
    struct flow flow;
    struct session *session;
};

static struct play begin(uint16_t port, bool handshake)
{
    static struct stream stream;
    struct play p = {
        .flow = {.handshake = handshake, .vlan = -1, .seen = {true, true}, .stream = &stream}};

    stream = (struct stream){0};
    p.flow.end[SIDE_OPENER].port = 40000;
    p.flow.end[SIDE_RESPONDER].port = port;
    p.session = session_new(&(struct session_options){0});
    return p;
}

static void say(struct play *p, enum side side, const void *octets, size_t n)
{
    struct chunk c = {.kind = CHUNK_DATA, .side = side, .length = n, .octets = {octets, n}};

    session_feed(p->session, &p->flow, &c);
}

static void client(struct play *p, const char *text)
{
    say(p, SIDE_OPENER, text, strlen(text));
}

static void server(struct play *p, const char *text)
{
    say(p, SIDE_RESPONDER, text, strlen(text));
}

static void event(struct play *p, enum side side, enum chunk_kind kind, uint64_t length)
{
    struct chunk c = {.kind = kind, .side = side, .length = length};

    session_feed(p->session, &p->flow, &c);
}

static void hello(struct play *p)
{
    server(p, "220 mx.example ESMTP\r\n");
    client(p, "EHLO c\r\n");
    server(p, "250-mx.example\r\n250 STARTTLS\r\n");
}

/* A ClientHello of TLS 1.2 with nothing in it, and the answer to it. */
static const uint8_t client_hello[] = {22, 3, 1, 0, 45, 1, 0, 0, 41, 3, 3, 0, 0,    0,    0, 0, 0,
                                       0,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,    0,    0, 0, 0,
                                       0,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 2, 0xc0, 0x2f, 1, 0};
static const uint8_t server_hello[] = {22, 3, 3, 0, 42, 2, 0, 0, 38, 3, 3, 0, 0,    0,    0, 0,
                                       0,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0,    0,    0, 0,
                                       0,  0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0xc0, 0x2f, 0};
static const uint8_t finished[] = {20, 3, 3, 0, 1, 1, 22, 3, 3, 0, 40, 0, 0, 0, 0, 0, 0,
                                   0,  0, 0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0, 0, 0,
                                   0,  0, 0, 0, 0, 0, 0,  0, 0, 0, 0,  0, 0, 0, 0, 0, 0};

static void handshake(struct play *p)
{
    say(p, SIDE_OPENER, client_hello, sizeof client_hello);
    say(p, SIDE_RESPONDER, server_hello, sizeof server_hello);
    say(p, SIDE_OPENER, finished, sizeof finished);
    say(p, SIDE_RESPONDER, finished, sizeof finished);
}

static void ask_for_tls(struct play *p)
{
    client(p, "STARTTLS\r\n");
    server(p, "220 go\r\n");
}

static const struct facts *end(struct play *p)
{
    return session_over(p->session, &p->flow) ? session_facts(p->session, NULL) : NULL;
}

static void over(struct play *p)
{
    session_free(&p->session);
}

static void a_dialogue_that_stays_in_the_clear(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    hello(&p);
    client(&p, "QUIT\r\n");
    server(&p, "221 bye\r\n");
    event(&p, SIDE_OPENER, CHUNK_FIN, 0);
    const struct facts *f = end(&p);
    assert_int_equal(f->tls_established, NO);
    assert_int_equal(f->tls_from_start, NO);
    assert_int_equal(f->ending, ENDING_CLOSED);
    assert_int_equal(f->server.port, 25);
    assert_int_equal(f->one_sided, NO);
    over(&p);
}

static void nothing_of_the_one_before_is_left_where_facts_stand(void **state)
{
    (void)state;
    struct facts_room *room = calloc(1, sizeof *room);
    struct play p = begin(25, true);

    hello(&p);
    ask_for_tls(&p);
    handshake(&p);
    assert_true(session_over(p.session, &p.flow));
    const struct facts *f = session_facts_in(p.session, NULL, room);
    assert_int_equal(f->tls_cipher, 0xc02f);
    assert_int_equal(f->exposure[ITEM_TLS_METADATA].count, 2);
    over(&p);

    p = begin(25, true);
    server(&p, "220 mx ESMTP\r\n");
    client(&p, "HELO\r\n");
    assert_true(session_over(p.session, &p.flow));
    session_soon(p.session);
    f = session_facts_in(p.session, NULL, room);
    assert_string_equal(f->server_name, "mx");
    assert_string_equal(f->keywords, "");
    assert_int_equal(f->starttls_requested, session_facts(p.session, NULL)->starttls_requested);
    assert_int_equal(f->exposure[ITEM_TLS_METADATA].count, 0);
    assert_memory_equal(&f->hello_seen, &session_facts(p.session, NULL)->hello_seen,
                        sizeof *f - offsetof(struct facts, hello_seen));
    assert_ptr_equal(session_facts_in(p.session, NULL, room), session_facts(p.session, NULL));
    over(&p);
    free(room);
}

static void starttls_hands_over_to_tls(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    hello(&p);
    client(&p, "STARTTLS\r\n");
    server(&p, "220 go\r\n");
    handshake(&p);
    event(&p, SIDE_OPENER, CHUNK_FIN, 0);
    const struct facts *f = end(&p);
    assert_int_equal(f->tls_established, YES);
    assert_int_equal(f->tls_version, 0x0303);
    assert_int_equal(f->tls_cipher, 0xc02f);
    assert_int_equal(f->messages_known, UNKNOWN);
    assert_int_equal(f->exposure[ITEM_TLS_METADATA].count, 2);
    over(&p);
}

/* The start of a dialogue whose first octets of the server are `first`, without its SYN, and with
 * `acked` octets of the client acknowledged. */
static void headless(struct play *p, const char *first, uint64_t acked)
{
    struct chunk c = {.kind = CHUNK_DATA,
                      .side = SIDE_RESPONDER,
                      .acked = acked,
                      .length = strlen(first),
                      .octets = slice_of(first)};

    p->flow.stream->half[SIDE_RESPONDER].headless = true;
    if (acked)
        client(p, "EHLO c\r\n");
    session_feed(p->session, &p->flow, &c);
    if (!acked)
        client(p, "EHLO c\r\n");
}

/* Neither the answer to the SYN nor the greeting was captured: the reply to EHLO is no greeting. */
static void the_first_reply_seen_is_no_greeting_where_octets_may_be_missing(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    headless(&p, "250-mx.example\r\n250 STARTTLS\r\n", 8);
    client(&p, "STARTTLS\r\n");
    server(&p, "220 go\r\n");
    handshake(&p);
    event(&p, SIDE_OPENER, CHUNK_FIN, 0);
    const struct facts *f = end(&p);
    assert_string_equal(f->server_name, "");
    assert_int_not_equal(f->starttls_offered, NO);
    assert_int_equal(f->starttls_requested, YES);
    assert_int_equal(f->starttls_reply, 220);
    assert_int_equal(f->tls_established, YES);
    assert_true(f->midstream);
    over(&p);
}

static void nor_is_the_220_to_starttls(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    headless(&p, "220 go ahead\r\n", 18);
    handshake(&p);
    const struct facts *f = end(&p);
    assert_string_equal(f->server_name, "");
    assert_int_equal(f->starttls_offered, UNKNOWN);
    over(&p);
}

static void a_greeting_is_one_without_its_syn(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    headless(&p, "220 mx.example ESMTP\r\n", 0);
    server(&p, "250 mx.example\r\n");
    client(&p, "QUIT\r\n");
    const struct facts *f = end(&p);
    assert_string_equal(f->server_name, "mx.example");
    assert_int_equal(f->starttls_offered, NO);
    assert_false(f->midstream);
    assert_false(f->lost);
    over(&p);
}

static void commands_sent_behind_starttls_are_an_injection(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    hello(&p);
    client(&p, "STARTTLS\r\nRSET\r\n");
    server(&p, "220 go\r\n");
    handshake(&p);
    const struct facts *f = end(&p);
    assert_int_equal(f->tls_established, YES);
    assert_true(f->anomalies & ANOMALY_INJECTED_COMMAND);
    assert_int_equal(f->text_before_tls, 6);
    over(&p);
}

static void tls_from_the_first_octet(void **state)
{
    (void)state;
    struct play p = begin(465, true);

    handshake(&p);
    const struct facts *f = end(&p);
    assert_int_equal(f->tls_from_start, YES);
    assert_int_equal(f->tls_established, YES);
    assert_false(f->dialogue);
    over(&p);
}

static void what_is_not_mail_is_let_go(void **state)
{
    (void)state;
    struct play p = begin(80, true);

    client(&p, "GET / HTTP/1.1\r\n");
    assert_int_equal(session_identity(p.session), IDENTITY_NOT_MAIL);
    server(&p, "220 mx.example ESMTP\r\n");
    assert_null(end(&p));
    over(&p);
    p = begin(25, true);
    assert_null(end(&p)); /* a connection that said nothing */
    over(&p);
}

static void a_greeting_starts_the_dialogue_though_the_syn_is_missing(void **state)
{
    (void)state;
    struct play p = begin(25, false);

    hello(&p);
    client(&p, "QUIT\r\n");
    const struct facts *f = end(&p);
    assert_true(f->midstream);
    assert_int_equal(f->starttls_offered, YES);
    assert_int_equal(f->starttls_requested, NO);
    over(&p);
}

static void a_client_whose_server_was_not_captured(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    p.flow.seen[SIDE_RESPONDER] = false;
    client(&p, "EHLO c\r\n");
    client(&p, "MAIL FROM:<a@a.example>\r\n");
    client(&p, "RCPT TO:<b@b.example>\r\n");
    const struct facts *f = end(&p);
    assert_int_equal(f->one_sided, YES);
    assert_int_equal(f->recipients_attempted, 1);
    assert_int_equal(f->recipients_known, NO);
    assert_int_equal(f->starttls_offered, UNKNOWN);
    over(&p);
}

/* The hello of the client was corrupted on its way, or its request never arrived. */
static void a_reply_in_place_of_the_hello_is_no_tls(void **state)
{
    (void)state;
    static const struct {
        bool gap, hello, garbled;
    } cases[] = {{false, false, true}, {false, true, false}, {true, false, false}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p = begin(25, true);
        hello(&p);
        client(&p, "STARTTLS\r\n");
        server(&p, "220 go\r\n");
        say(&p, SIDE_OPENER, client_hello, sizeof client_hello);
        server(&p, "500 5.5.1 Command unrecognized\r\n");
        if (cases[i].gap)
            event(&p, SIDE_RESPONDER, CHUNK_GAP, 90);
        if (cases[i].hello)
            say(&p, SIDE_RESPONDER, server_hello, sizeof server_hello);
        event(&p, SIDE_OPENER, CHUNK_FIN, 0);
        const struct facts *f = end(&p);
        assert_int_equal(f->tls_garbled, cases[i].garbled);
        assert_int_equal(f->text_before_tls, 32);
        assert_int_equal((f->anomalies & ANOMALY_INJECTED_REPLY) != 0, cases[i].hello);
        over(&p);
    }
}

/* A reply to a command that was sent along, before the client's hello: an injection, no more. */
static void a_reply_before_the_hello_of_the_client_is_none_of_it(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    hello(&p);
    client(&p, "STARTTLS\r\nRSET\r\n");
    server(&p, "220 go\r\n250 ok\r\n");
    say(&p, SIDE_OPENER, client_hello, sizeof client_hello);
    event(&p, SIDE_OPENER, CHUNK_FIN, 0);
    const struct facts *f = end(&p);
    assert_false(f->tls_garbled);
    assert_int_equal(f->text_before_tls, 14);
    over(&p);
}

static void gaps_are_counted_and_told(void **state)
{
    (void)state;
    struct play p = begin(25, true);

    hello(&p);
    event(&p, SIDE_OPENER, CHUNK_GAP, 100);
    client(&p, "MAIL FROM:<a@a.example>\r\n");
    event(&p, SIDE_OPENER, CHUNK_RESET, 0);
    const struct facts *f = end(&p);
    assert_int_equal(f->gap_octets, 100);
    assert_true(f->lost);
    assert_int_equal(f->ending, ENDING_RESET);
    over(&p);
}

static void two_copies_of_an_offer_are_a_fact(void **state)
{
    (void)state;
    struct play p = begin(25, true);
    static const char masked[] = "250-XXXXXXXA\r\n", offered[] = "250-StartTLS\r\n";
    struct chunk c = {.kind = CHUNK_CONFLICT,
                      .side = SIDE_RESPONDER,
                      .offset = 35,
                      .length = sizeof masked - 1,
                      .octets = slice_of(offered),
                      .first = slice_of(masked)};

    session_feed(p.session, &p.flow, &c); /* also before it is known to be mail */
    hello(&p);
    session_feed(p.session, &p.flow, &c);
    client(&p, "QUIT\r\n");
    const struct facts *f = end(&p);
    assert_int_equal(f->conflicts_kept, 2);
    for (int i = 0; i < 2; i++) {
        assert_false(f->conflict[i].by_client);
        assert_int_equal(f->conflict[i].offset, 35);
        assert_false(f->conflict[i].first_starttls);
        assert_true(f->conflict[i].second_starttls);
        assert_string_not_equal(f->conflict[i].first_sha256, f->conflict[i].second_sha256);
    }
    over(&p);
}

static void what_is_kept_before_it_is_known_is_bounded(void **state)
{
    (void)state;
    struct play p = begin(25, true);
    static uint8_t octets[1024];

    memset(octets, 'x', sizeof octets); /* a client that talks to a silent server */
    for (size_t i = 0; i < BOUND_AHEAD_OCTETS / sizeof octets; i++)
        say(&p, SIDE_OPENER, octets, sizeof octets);
    assert_int_equal(session_identity(p.session), IDENTITY_NOT_MAIL);
    over(&p);
}

/* ---- folded */

static void play_parts(struct fold *f, void *of)
{
    session_fold(f, &((struct play *)of)->session);
}

/* A session folded after each of its steps, with and without TLS, is what it would have been. */
static void a_folded_session_goes_on(void **state)
{
    (void)state;
    struct fold *fold = fold_new(slice_of(""));

    for (unsigned folds = 0; folds < 2; folds++) {
        struct play p = begin(25, true);
        static void (*const steps[])(struct play *) = {hello, ask_for_tls, handshake};
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            steps[i](&p);
            if (!folds)
                continue;
            uint32_t folded = fold_pack(fold, play_parts, &p);
            assert_null(p.session);
            fold_unpack(fold, folded, play_parts, &p);
            assert_int_equal(session_identity(p.session), IDENTITY_SMTP);
        }
        event(&p, SIDE_OPENER, CHUNK_FIN, 0);
        const struct facts *f = end(&p);
        assert_string_equal(f->greeting, "mx.example ESMTP");
        assert_string_equal(f->client_name, "c");
        assert_string_equal(f->keywords, "STARTTLS");
        assert_int_equal(f->tls_established, YES);
        assert_int_equal(f->tls_cipher, 0xc02f);
        assert_int_equal(f->exposure[ITEM_TLS_METADATA].count, 2);
        over(&p);
    }
    fold_free(&fold);
}

/* Octets that are kept until it is known what they are. */
static void what_was_kept_early_is_folded_too(void **state)
{
    (void)state;
    struct fold *fold = fold_new(slice_of(""));
    struct play p = begin(10026, true);

    server(&p, "220 mx.example ESMTP\r\n");
    assert_int_equal(session_identity(p.session), IDENTITY_OPEN);
    uint32_t folded = fold_pack(fold, play_parts, &p);
    fold_unpack(fold, folded, play_parts, &p);
    client(&p, "EHLO c\r\n");
    assert_int_equal(session_identity(p.session), IDENTITY_SMTP);
    assert_string_equal(end(&p)->server_name, "mx.example");
    over(&p);
    fold_free(&fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_dialogue_that_stays_in_the_clear),
        cmocka_unit_test(nothing_of_the_one_before_is_left_where_facts_stand),
        cmocka_unit_test(starttls_hands_over_to_tls),
        cmocka_unit_test(the_first_reply_seen_is_no_greeting_where_octets_may_be_missing),
        cmocka_unit_test(nor_is_the_220_to_starttls),
        cmocka_unit_test(a_greeting_is_one_without_its_syn),
        cmocka_unit_test(commands_sent_behind_starttls_are_an_injection),
        cmocka_unit_test(tls_from_the_first_octet),
        cmocka_unit_test(what_is_not_mail_is_let_go),
        cmocka_unit_test(a_greeting_starts_the_dialogue_though_the_syn_is_missing),
        cmocka_unit_test(a_client_whose_server_was_not_captured),
        cmocka_unit_test(a_reply_in_place_of_the_hello_is_no_tls),
        cmocka_unit_test(a_reply_before_the_hello_of_the_client_is_none_of_it),
        cmocka_unit_test(gaps_are_counted_and_told),
        cmocka_unit_test(two_copies_of_an_offer_are_a_fact),
        cmocka_unit_test(what_is_kept_before_it_is_known_is_bounded),
        cmocka_unit_test(a_folded_session_goes_on),
        cmocka_unit_test(what_was_kept_early_is_folded_too),
    };
    return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
