/* test_smtp_answered.c - what the server's replies mean, and replies that went astray. */
#include "test.h"

#include "script.h"

#include <stdio.h>
#include <string.h>

static void starttls_on_the_first_line_is_a_greeting_and_no_offer(void **state)
{
    (void)state;
    struct facts f = script_facts(
        "S: 220 mx\nC: EHLO c\nS: 250-STARTTLS\nS: 250 SIZE\nC: QUIT\nS: 221 bye\n");

    assert_int_equal(f.starttls_offered, NO);
    assert_string_equal(f.keywords, "SIZE");
    script_free(&f);
}

static void the_keyword_is_known_in_any_case_and_alone(void **state)
{
    (void)state;
    struct facts yes = script_facts(
        "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 StartTls\nC: QUIT\nS: 221 bye\n");
    struct facts no = script_facts(
        "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 STARTTLSX\nC: QUIT\nS: 221 bye\n");

    assert_int_equal(yes.starttls_offered, YES);
    assert_int_equal(no.starttls_offered, NO);
    script_free(&yes);
    script_free(&no);
}

static void a_refused_ehlo_offers_nothing_and_helo_does_not_ask(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx ESMTP\nC: EHLO c\nS: 500 what\nC: HELO c\nS: 250 mx\n"
                                  "C: MAIL FROM:<a@a>\nS: 250 ok\nC: QUIT\nS: 221 bye\n");

    assert_int_equal(f.ehlo_accepted, NO);
    assert_int_equal(f.starttls_offered, NO);
    assert_true(f.helo_sent && f.ehlo_sent);
    script_free(&f);
    f = script_facts("S: 220 mx\nC: HELO c\nS: 250 mx\nC: QUIT\nS: 221 bye\n");
    assert_int_equal(f.ehlo_accepted, UNKNOWN);
    assert_int_equal(f.starttls_offered, UNKNOWN);
    script_free(&f);
}

static void an_ehlo_reply_not_read_to_its_end_offers_nothing_for_sure(void **state)
{
    (void)state;
    struct facts f = script_read("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250-SIZE\n", CUT_NOWHERE,
                                 false, true);

    assert_int_equal(f.starttls_offered, UNKNOWN);
    script_free(&f);
}

static void a_client_that_goes_on_amid_the_ehlo_reply_leaves_the_offer_open(void **state)
{
    (void)state;
    struct facts f = script_read("S: 220 mx\nC: EHLO c\nS: 250-mx\nC: MAIL FROM:<a@a>\nS: 250 ok\n"
                                 "C: RCPT TO:<b@b>\nS: 250 ok\nC: DATA\nS: 354 go\nC: x\nC: .\n"
                                 "S: 250 queued\nC: QUIT\nS: 221 bye\n",
                                 CUT_NOWHERE, false, true);

    assert_true(f.anomalies & ANOMALY_EHLO_CUT_OFF);
    assert_true(f.anomalies & ANOMALY_REPLY_SKEW); /* 354 finds the way back */
    assert_int_equal(f.starttls_offered, UNKNOWN);
    assert_int_equal(f.recipients_known, NO);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 3);
    script_free(&f);
}

static void refused_starttls_leaves_the_dialogue_in_the_clear(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 STARTTLS\nC: STARTTLS\n"
                                  "S: 454 not now\nC: MAIL FROM:<a@a>\nS: 250 ok\nC: QUIT\n"
                                  "S: 221 bye\n");

    assert_int_equal(f.starttls_reply, 454);
    assert_int_equal(f.transactions, 1);
    script_free(&f);
}

static void lines_that_are_no_reply_are_passed_over(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: EHLO c\nS: hello?\nS: 250-mx\nS: 250 STARTTLS\n"
                                  "C: QUIT\nS: 221 bye\n");

    assert_true(f.anomalies & ANOMALY_BAD_REPLY);
    assert_int_equal(f.starttls_offered, YES);
    script_free(&f);
}

static void a_stray_success_does_not_answer_data(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: HELO c\nS: 250 ok\nC: MAIL FROM:<a@a>\nS: 250 ok\n"
                                  "C: RCPT TO:<b@b>\nS: 250 ok\nS: 250 again\nC: DATA\nS: 354 go\n"
                                  "C: x\nC: .\nS: 250 queued\nC: QUIT\nS: 221 bye\n");

    assert_true(f.anomalies & ANOMALY_REPLY_SKEW);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 3);
    /* Which of the replies was one too many is not known. */
    assert_int_equal(f.recipients_known, NO);
    assert_int_equal(f.recipients_accepted, 0);
    assert_int_equal(f.addresses[1].accepted, UNKNOWN);
    script_free(&f);
}

/* RFC 5321 4.2.1: one code for all lines.  What such a reply offers is not known. */
static void a_code_that_changes_within_a_reply(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250-STARTTLS\nS: 550 no\n"
                                  "C: HELO c\nS: 250 mx\nC: QUIT\nS: 221 bye\n");

    assert_true(f.anomalies & ANOMALY_BAD_REPLY);
    assert_int_equal(f.ehlo_accepted, NO);
    assert_int_equal(f.ehlo_reply, 550);
    assert_int_equal(f.starttls_offered, UNKNOWN);
    script_free(&f);
    f = script_facts("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 SIZE\nC: MAIL FROM:<a@a>\n"
                     "S: 250-ok\nS: 450 later\nC: RCPT TO:<b@b>\nS: 250 ok\nC: QUIT\n"
                     "S: 221 bye\n");
    assert_int_equal(f.addresses[0].accepted, NO);
    assert_int_equal(f.addresses[1].accepted, YES);
    assert_int_equal(f.starttls_offered, NO);
    script_free(&f);
}

static void the_codes_that_answered_the_hello_are_kept(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx ESMTP\nC: EHLO c\nS: 502 what\nC: HELO c\nS: 250 mx\n"
                                  "C: QUIT\nS: 221 bye\n");

    assert_int_equal(f.ehlo_reply, 502);
    assert_int_equal(f.helo_reply, 250);
    script_free(&f);
    f = script_facts("S: 220 mx\nC: EHLO c\n");
    assert_int_equal(f.ehlo_reply, 0);
    script_free(&f);
}

static void an_ehlo_after_helo_asks_and_a_helo_after_ehlo_takes_nothing_back(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: HELO one\nS: 250 mx\nC: EHLO two\nS: 250-mx\n"
                                  "S: 250 STARTTLS\nC: QUIT\nS: 221 bye\n");

    assert_int_equal(f.starttls_offered, YES);
    assert_string_equal(f.client_name, "two");
    script_free(&f);
    f = script_facts("S: 220 mx\nC: EHLO one\nS: 250-mx\nS: 250 STARTTLS\nC: HELO two\nS: 250 mx\n"
                     "C: QUIT\nS: 221 bye\n");
    assert_int_equal(f.starttls_offered, YES);
    assert_string_equal(f.keywords, "STARTTLS");
    assert_string_equal(f.client_name, "two");
    script_free(&f);
}

static void an_offer_in_any_of_the_ehlo_replies_is_one(void **state)
{
    (void)state;
    struct facts f = script_facts(
        "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 SIZE\nC: RSET\nS: 250 ok\n"
        "C: EHLO c\nS: 250-mx\nS: 250-STARTTLS\nS: 250 DSN\nC: EHLO d\n"
        "S: 503 enough\nC: QUIT\nS: 221 bye\n");

    assert_int_equal(f.starttls_offered, YES);
    assert_int_equal(f.ehlo_accepted, YES);
    assert_int_equal(f.ehlo_reply, 503);
    assert_string_equal(f.keywords, "STARTTLS\nDSN"); /* of the last reply that lists any */
    script_free(&f);
}

/* The dialogue goes on by the lines that there are: CR CR LF is one end, NUL an octet. */
static void odd_line_ends(void **state)
{
    (void)state;
    struct facts f = script_facts(
        "S+220 mx\x02\x02\x01\nC+EHLO c\x02\x02\x01\nS+250-mx\x02\x02\x01\n"
        "S+250 STARTTLS\x02\x02\x01\nC+QUIT\x02\x02\x01\n"
        "S+221 bye\x02\x02\x01\n");

    assert_string_equal(f.client_name, "c");
    assert_int_equal(f.starttls_offered, YES);
    assert_true(f.quit_sent);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
    f = script_facts("S+220 mx\x01\nC+EHLO c\x01\nS+250-mx\x01\nS+250 STARTTLS\x01\nC+QUIT\x01\n"
                     "S+221 bye\x01\n");
    assert_int_equal(f.starttls_offered, YES);
    assert_int_equal(f.anomalies, ANOMALY_BARE_LF);
    script_free(&f);
}

static void a_line_beyond_the_bound_is_cut_and_the_next_one_read(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);
    static uint8_t octets[BOUND_LINE_OCTETS + 99];

    memset(octets, 'x', sizeof octets);
    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("HELO "));
    smtp_feed(s, ROLE_CLIENT, (struct slice){octets, sizeof octets});
    smtp_feed(s, ROLE_CLIENT, slice_of("\r\nMAIL FROM:<a@c>\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 mx\r\n250 ok\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.anomalies, ANOMALY_LONG_LINE);
    assert_int_equal(f.transactions, 1);
    assert_int_equal(f.helo_reply, 250);
    smtp_free(&s);
    script_free(&f);
}

static void hostile_names_are_escaped_and_bounded(void **state)
{
    (void)state;
    char script[4096] = "S: 220 \x1b[31m\xff";

    memset(script + strlen(script), 'a', 1000);
    strcat(script, "\nC: EHLO c\nS: 250-mx\nS: 250 \x07OK\nC: QUIT\nS: 221 bye\n");
    struct facts f = script_facts(script);
    assert_memory_equal(f.server_name, "\\x1b[31m\\xffaaa", 15);
    assert_int_equal(strlen(f.server_name), BOUND_NAME - 1);
    assert_string_equal(f.keywords, "\\x07OK");
    script_free(&f);
}

static void keywords_kept_are_bounded(void **state)
{
    (void)state;
    char script[65536] = "S: 220 mx\nC: EHLO c\nS: 250-mx\n";
    size_t n = strlen(script);

    for (int i = 0; i < 500; i++)
        n += (size_t)sprintf(script + n, "S: 250-KEYWORD%d\n", i);
    sprintf(script + n, "S: 250 STARTTLS\nC: QUIT\nS: 221 bye\n");
    struct facts f = script_read(script, CUT_NOWHERE, false, true);
    assert_true(f.keywords_cut);
    assert_int_equal(f.starttls_offered, YES);
    script_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(starttls_on_the_first_line_is_a_greeting_and_no_offer),
        cmocka_unit_test(the_keyword_is_known_in_any_case_and_alone),
        cmocka_unit_test(a_refused_ehlo_offers_nothing_and_helo_does_not_ask),
        cmocka_unit_test(an_ehlo_reply_not_read_to_its_end_offers_nothing_for_sure),
        cmocka_unit_test(a_client_that_goes_on_amid_the_ehlo_reply_leaves_the_offer_open),
        cmocka_unit_test(refused_starttls_leaves_the_dialogue_in_the_clear),
        cmocka_unit_test(lines_that_are_no_reply_are_passed_over),
        cmocka_unit_test(a_stray_success_does_not_answer_data),
        cmocka_unit_test(a_code_that_changes_within_a_reply),
        cmocka_unit_test(the_codes_that_answered_the_hello_are_kept),
        cmocka_unit_test(an_ehlo_after_helo_asks_and_a_helo_after_ehlo_takes_nothing_back),
        cmocka_unit_test(an_offer_in_any_of_the_ehlo_replies_is_one),
        cmocka_unit_test(odd_line_ends),
        cmocka_unit_test(a_line_beyond_the_bound_is_cut_and_the_next_one_read),
        cmocka_unit_test(hostile_names_are_escaped_and_bounded),
        cmocka_unit_test(keywords_kept_are_bounded),
    };
    return cmocka_run_group_tests_name("smtp_answered", tests, NULL, NULL);
}
