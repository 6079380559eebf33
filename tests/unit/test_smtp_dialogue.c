/* test_smtp_dialogue.c - whose octets are next: pipelining, waiting, gaps, one-sided captures. */
#include "test.h"

#include "script.h"

#include <mailtap/err.h>
#include <stdlib.h>
#include <string.h>

#define HELLO                                                                                      \
    "S: 220 mx.example ESMTP\nC: EHLO client.example\n"                                            \
    "S: 250-mx.example\nS: 250-PIPELINING\nS: 250-STARTTLS\nS: 250 CHUNKING\n"
#define BYE "C: QUIT\nS: 221 bye\n"

static void a_plain_dialogue_is_read(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO "C: MAIL FROM:<alice@a.example>\nS: 250 ok\n"
                                        "C: RCPT TO:<bob@b.example>\nS: 250 ok\n"
                                        "C: RCPT TO:<no@b.example>\nS: 550 no\n"
                                        "C: DATA\nS: 354 go\nC: Subject: x\nC: \nC: body\nC: .\n"
                                        "S: 250 queued\n" BYE);

    assert_string_equal(f.server_name, "mx.example");
    assert_string_equal(f.greeting, "mx.example ESMTP");
    assert_string_equal(f.client_name, "client.example");
    assert_string_equal(f.keywords, "PIPELINING\nSTARTTLS\nCHUNKING");
    assert_int_equal(f.starttls_offered, YES);
    assert_int_equal(f.starttls_requested, NO);
    assert_int_equal(f.decided, YES);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.messages_known, YES);
    assert_int_equal(f.recipients_attempted, 2);
    assert_int_equal(f.recipients_accepted, 1);
    assert_int_equal(f.content_octets, 20);
    assert_int_equal(f.exposure[ITEM_HEADER_FIELD].count, 1);
    assert_int_equal(f.exposure[ITEM_BODY].octets, 6);
    assert_int_equal(f.address_count, 3);
    assert_string_equal(f.addresses[1].path, "bob@b.example");
    assert_int_equal(f.addresses[1].accepted, YES);
    assert_int_equal(f.addresses[2].accepted, NO);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

static void pipelined_groups_are_matched_by_count(void **state)
{
    (void)state;
    struct facts f = script_facts(
        HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: RCPT TO:<c@b>\nC: DATA\n"
              "S: 250 ok\nS: 550 no\nS: 250-ok\nS: 250 more\nS: 354 go\n"
              "C: one\nC: .\nC: MAIL FROM:<a@a>\nC: RCPT TO:<d@b>\nC: DATA\n"
              "S: 250 queued\nS: 250 ok\nS: 451 later\nS: 554 no recipients\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.transactions, 2);
    assert_int_equal(f.recipients_attempted, 3);
    assert_int_equal(f.recipients_accepted, 1);
    assert_int_equal(f.content_octets, 5);
    assert_int_equal(f.addresses[1].accepted, NO);
    assert_int_equal(f.addresses[2].accepted, YES);
    script_free(&f);
}

static void content_sent_before_354_is_content_when_354_comes(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: DATA\nC: QUIT\n"
                                        "C: .\nS: 250 ok\nS: 250 ok\nS: 354 go\nS: 250 ok\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 6);
    assert_true(f.anomalies & ANOMALY_EARLY_CONTENT);
    script_free(&f);
}

static void commands_after_a_refused_data_are_commands(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: DATA\nC: RSET\n"
                                        "S: 250 ok\nS: 250 ok\nS: 554 no\nS: 250 reset\n" BYE);

    assert_int_equal(f.messages, 0);
    assert_int_equal(f.content_octets, 0);
    script_free(&f);
}

static void replies_captured_before_their_command_wait_for_it(void **state)
{
    (void)state;
    const char *in_order = HELLO "C: MAIL FROM:<a@a>\nS: 250 ok\n" BYE;
    const char *swapped = "S: 220 mx.example ESMTP\nS: 250-mx.example\nS: 250-PIPELINING\n"
                          "S: 250-STARTTLS\nS: 250 CHUNKING\nS: 250 ok\nC: EHLO client.example\n"
                          "C: MAIL FROM:<a@a>\nS: 221 bye\nC: QUIT\n";
    struct facts a = script_facts(in_order), b = script_facts(swapped);

    assert_same_facts(&a, &b);
    script_free(&a);
    script_free(&b);
}

static void bdat_counts_octets_and_may_hold_anything(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: BDAT 10\n"
                                        "C+A: 1\x02\x01\x02\x01.\x02\nC+\x01"
                                        "BDAT 7 LAST\x02\x01.\x02\x01QUIT\n"
                                        "S: 250 ok\nS: 250 ok\nS: 250 chunk\nS: 250 queued\n" BYE);

    assert_int_equal(f.content_octets, 17);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.exposure[ITEM_HEADER_FIELD].octets, 8);
    script_free(&f);
}

static void a_message_ended_by_bare_lf_ends_when_the_server_says_so(void **state)
{
    (void)state;
    struct facts f = script_read(
        "S: 220 mx\nC+HELO c\x01\nS: 250 ok\nC+MAIL FROM:<a@a>\x01\nS: 250 ok\n"
        "C+RCPT TO:<b@b>\x01\nS: 250 ok\nC+DATA\x01\nS: 354 go\nC+A: 1\x01\x01x\x01.\x01\n"
        "S: 250 queued\nC+QUIT\x01\nS: 221 bye\n",
        CUT_NOWHERE, false, true);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 8);
    assert_true(f.anomalies & ANOMALY_BARE_LF);
    assert_true(f.helo_sent);
    script_free(&f);
}

static void only_the_client_was_captured(void **state)
{
    (void)state;
    struct facts f = script_read("C: EHLO c\nC: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: DATA\n"
                                 "C: Subject: x\nC: \nC: RCPT TO:<quoted@body>\nC: .\nC: QUIT\n",
                                 CUT_LINES, false, true);

    assert_int_equal(f.recipients_attempted, 1);
    assert_int_equal(f.recipients_known, NO);
    assert_int_equal(f.messages_known, NO);
    assert_int_equal(f.starttls_offered, UNKNOWN);
    assert_int_equal(f.starttls_requested, NO);
    assert_int_equal(f.decided, YES);
    assert_int_equal(f.content_octets, 12 + 2 + 23);
    script_free(&f);
}

/* Feed a script's client and server with octets missing from one of them. */
static struct facts with_gap(enum role role, const char *lost_before)
{
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 STARTTLS\r\n"));
    smtp_gap(s, role, 20);
    if (role == ROLE_CLIENT)
        smtp_feed(s, ROLE_CLIENT, slice_of(lost_before));
    else
        smtp_feed(s, ROLE_SERVER, slice_of(lost_before));
    smtp_feed(s, ROLE_CLIENT, slice_of("MAIL FROM:<a@a>\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n"));
    smtp_finish(s, true);
    smtp_free(&s);
    return f;
}

static void what_a_gap_hid_is_not_known(void **state)
{
    (void)state;
    struct facts f = with_gap(ROLE_CLIENT, "TLS\r\n");

    assert_true(f.lost);
    assert_int_equal(f.starttls_requested, UNKNOWN); /* it may stand in the gap */
    assert_int_equal(f.transactions, 1);
    assert_int_equal(f.messages_known, NO);
    script_free(&f);
    f = with_gap(ROLE_SERVER, "lost\r\n");
    assert_int_equal(f.starttls_requested, NO);
    assert_int_equal(f.recipients_known, NO);
    script_free(&f);
}

/* A dialogue up to the EHLO reply, then whatever the test adds. */
static struct smtp *greeted(struct facts *f)
{
    struct smtp *s = smtp_new(&f->heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 STARTTLS\r\n"));
    return s;
}

static void tls_is_found_behind_a_gap(void **state)
{
    (void)state;
    for (int by_octet = 0; by_octet < 2; by_octet++) {
        struct facts f = {0};
        struct smtp *s = greeted(&f);
        const struct slice hello = slice_of("\x16\x03\x01\x02more");

        smtp_gap(s, ROLE_CLIENT, 10); /* STARTTLS */
        smtp_feed(s, ROLE_SERVER, slice_of("220 go\r\n"));
        for (size_t i = 0; i < hello.n; i += by_octet ? 1 : hello.n)
            smtp_feed(s, ROLE_CLIENT, slice_head(slice_tail(hello, i), by_octet ? 1 : hello.n));
        assert_true(smtp_in_tls(s));
        assert_true(slice_equal(smtp_leftover(s, ROLE_CLIENT), hello));
        smtp_finish(s, true);
        assert_int_equal(f.starttls_requested, UNKNOWN);
        smtp_free(&s);
        script_free(&f);
    }
}

static void a_client_that_left_behind_a_gap_has_decided_nothing(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = greeted(&f);

    smtp_gap(s, ROLE_CLIENT, 10);
    smtp_finish(s, true);
    assert_int_equal(f.decided, UNKNOWN);
    smtp_free(&s);
    script_free(&f);
}

static void a_whole_reply_right_behind_a_gap_is_read(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250-STARTTLS\r\n250 SI"));
    smtp_gap(s, ROLE_SERVER, 9); /* cut by the snap length */
    smtp_feed(s, ROLE_CLIENT, slice_of("STARTTLS\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("454 not now\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("MAIL FROM:<a@a>\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.starttls_reply, 454);
    assert_int_equal(f.addresses[0].accepted, YES);
    smtp_free(&s);
    script_free(&f);
}

static void a_message_that_a_gap_swallowed_is_not_denied(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = greeted(&f);

    smtp_feed(s, ROLE_CLIENT, slice_of("MAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\nDATA\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n250 ok\r\n354 go\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 queued\r\n221 bye\r\n"));
    smtp_gap(s, ROLE_CLIENT, 800); /* the content and its end */
    smtp_feed(s, ROLE_CLIENT, slice_of("QUIT\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.messages_known, NO);
    smtp_free(&s);
    script_free(&f);
}

static void what_waits_when_a_gap_comes_tells_what_it_is(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = greeted(&f);

    smtp_feed(s, ROLE_CLIENT, slice_of("STARTTLS\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("\x16\x03\x01\x02hello"));
    smtp_gap(s, ROLE_CLIENT, 28); /* and the 220 is missing still */
    assert_true(smtp_in_tls(s));
    assert_int_equal(smtp_leftover(s, ROLE_CLIENT).n, 9);
    smtp_finish(s, true);
    smtp_free(&s);
    script_free(&f);
}

static void a_gap_inside_a_chunk_loses_nothing_but_octets(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT,
              slice_of("HELO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n"
                       "BDAT 100 LAST\r\nA: 1\r\n\r\n"));
    smtp_gap(s, ROLE_CLIENT, 92);
    smtp_feed(s, ROLE_CLIENT, slice_of("QUIT\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n250 ok\r\n250 ok\r\n250 queued\r\n221 bye\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.messages_known, YES);
    assert_int_equal(f.content_octets, 8);
    assert_false(f.lost);
    smtp_free(&s);
    script_free(&f);
}

static void what_is_sent_ahead_is_bounded(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);
    uint8_t octets[1024];

    memset(octets, 'x', sizeof octets);
    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\nSTARTTLS\r\n"));
    for (size_t i = 0; i <= BOUND_AHEAD_OCTETS / sizeof octets; i++)
        smtp_feed(s, ROLE_CLIENT, (struct slice){octets, sizeof octets});
    smtp_finish(s, true);
    assert_true(f.anomalies & ANOMALY_AHEAD);
    assert_true(f.lost);
    smtp_free(&s);
    script_free(&f);
}

static void replies_that_never_come_are_bounded(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    for (unsigned i = 0; i <= BOUND_OUTSTANDING; i++)
        smtp_feed(s, ROLE_CLIENT, slice_of("NOOP\r\n"));
    smtp_finish(s, true);
    assert_true(f.anomalies & ANOMALY_OUTSTANDING);
    smtp_free(&s);
    script_free(&f);
}

static void addresses_kept_are_bounded_and_counted_on(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("HELO c\r\nMAIL FROM:<a@a>\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n250 ok\r\n"));
    for (unsigned i = 0; i < BOUND_ADDRESSES + 10; i++) {
        smtp_feed(s, ROLE_CLIENT, slice_of("RCPT TO:<b@b>\r\n"));
        smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n"));
    }
    smtp_finish(s, true);
    assert_int_equal(f.address_count, BOUND_ADDRESSES);
    assert_int_equal(f.recipients_accepted, BOUND_ADDRESSES + 10);
    smtp_free(&s);
    script_free(&f);
}

static void after_220_to_starttls_nothing_more_is_read(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\nSTARTTLS\r\nRSET\r\n\x16\x03\x01"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 STARTTLS\r\n"));
    assert_false(smtp_in_tls(s));
    smtp_feed(s, ROLE_SERVER, slice_of("220 go\r\n\x16\x03"));
    assert_true(smtp_in_tls(s));
    assert_true(slice_equal(smtp_leftover(s, ROLE_CLIENT), slice_of("RSET\r\n\x16\x03\x01")));
    assert_true(slice_equal(smtp_leftover(s, ROLE_SERVER), slice_of("\x16\x03")));
    assert_int_equal(smtp_leftover(s, ROLE_SERVER).n, 0);
    smtp_finish(s, true);
    assert_int_equal(f.starttls_reply, 220);
    assert_int_equal(f.starttls_requested, YES);
    smtp_free(&s);
    script_free(&f);
}

static void a_capture_that_stops_leaves_the_last_message_open(void **state)
{
    (void)state;
    const char *script = "S: 220 mx\nC: HELO c\nS: 250 ok\nC: MAIL FROM:<a@a>\nS: 250 ok\n"
                         "C: RCPT TO:<b@b>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\n";
    struct facts stopped = script_read(script, CUT_NOWHERE, false, false);
    struct facts closed = script_read(script, CUT_NOWHERE, false, true);

    assert_int_equal(stopped.messages_known, NO);
    assert_int_equal(closed.messages_known, YES); /* RFC 5321 3.8: not accepted */
    assert_int_equal(closed.messages, 0);
    script_free(&stopped);
    script_free(&closed);
}

static void a_greeting_alone_decides_nothing(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx.example ESMTP\n");

    assert_false(f.dialogue);
    assert_int_equal(f.decided, UNKNOWN);
    assert_int_equal(f.starttls_offered, UNKNOWN);
    assert_int_equal(f.messages, 0);
    script_free(&f);
}

static void a_client_alone_that_injects_goes_on_to_tls(void **state)
{
    (void)state;
    for (size_t cut = 0; cut <= 16; cut++) {
        struct facts f = {0};
        struct smtp *s = smtp_new(&f.heard, false);
        struct slice wire = slice_of("RSET\r\nNOOP\r\n\x16\x03\x01\x02\x01");

        smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\nSTARTTLS\r\n"));
        smtp_feed(s, ROLE_CLIENT, slice_head(wire, cut));
        smtp_feed(s, ROLE_CLIENT, slice_tail(wire, cut));
        assert_true(smtp_in_tls(s));
        assert_true(slice_equal(smtp_leftover(s, ROLE_CLIENT), wire));
        smtp_finish(s, true);
        smtp_free(&s);
        script_free(&f);
    }
    struct facts f = script_read("C: EHLO c\nC: STARTTLS\nC: MAIL FROM:<a@a>\nC: QUIT\n", CUT_LINES,
                                 false, true);
    assert_int_equal(f.transactions, 1); /* refused, and mail followed */
    script_free(&f);
    f = script_read("C: EHLO c\nC: STARTTLS\nC: QUIT\n", CUT_LINES, false, true);
    assert_int_equal(f.starttls_requested, YES);
    script_free(&f);
}

static void only_the_server_was_captured(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_server_alone(s);
    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n250-mx\r\n250 STARTTLS\r\n250 ok\r\n250 ok\r\n"));
    assert_false(smtp_in_tls(s));
    smtp_feed(s, ROLE_SERVER, slice_of("354 go\r\n250 queued\r\n250 ok\r\n220 go\r\n\x16\x03"));
    assert_true(smtp_in_tls(s));
    assert_true(slice_equal(smtp_leftover(s, ROLE_SERVER), slice_of("\x16\x03")));
    smtp_finish(s, true);
    assert_int_equal(f.starttls_offered, YES);
    assert_int_equal(f.starttls_reply, 220);
    assert_int_equal(f.starttls_requested, UNKNOWN); /* not seen, however likely */
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.recipients_known, NO);
    smtp_free(&s);
    script_free(&f);
}

static void a_gap_behind_the_decision_leaves_it_known(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 STARTTLS\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("MAIL FROM:<a@a.exam"));
    smtp_gap(s, ROLE_CLIENT, 6);
    smtp_finish(s, true);
    assert_int_equal(f.starttls_requested, NO);
    assert_int_equal(f.decided, YES);
    smtp_free(&s);
    script_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_plain_dialogue_is_read),
        cmocka_unit_test(pipelined_groups_are_matched_by_count),
        cmocka_unit_test(content_sent_before_354_is_content_when_354_comes),
        cmocka_unit_test(commands_after_a_refused_data_are_commands),
        cmocka_unit_test(replies_captured_before_their_command_wait_for_it),
        cmocka_unit_test(bdat_counts_octets_and_may_hold_anything),
        cmocka_unit_test(a_message_ended_by_bare_lf_ends_when_the_server_says_so),
        cmocka_unit_test(only_the_client_was_captured),
        cmocka_unit_test(what_a_gap_hid_is_not_known),
        cmocka_unit_test(tls_is_found_behind_a_gap),
        cmocka_unit_test(a_client_that_left_behind_a_gap_has_decided_nothing),
        cmocka_unit_test(a_whole_reply_right_behind_a_gap_is_read),
        cmocka_unit_test(a_message_that_a_gap_swallowed_is_not_denied),
        cmocka_unit_test(what_waits_when_a_gap_comes_tells_what_it_is),
        cmocka_unit_test(a_gap_inside_a_chunk_loses_nothing_but_octets),
        cmocka_unit_test(what_is_sent_ahead_is_bounded),
        cmocka_unit_test(replies_that_never_come_are_bounded),
        cmocka_unit_test(addresses_kept_are_bounded_and_counted_on),
        cmocka_unit_test(after_220_to_starttls_nothing_more_is_read),
        cmocka_unit_test(a_capture_that_stops_leaves_the_last_message_open),
        cmocka_unit_test(a_client_alone_that_injects_goes_on_to_tls),
        cmocka_unit_test(only_the_server_was_captured),
        cmocka_unit_test(a_gap_behind_the_decision_leaves_it_known),
        cmocka_unit_test(a_greeting_alone_decides_nothing),
    };
    return cmocka_run_group_tests_name("smtp_dialogue", tests, NULL, NULL);
}
