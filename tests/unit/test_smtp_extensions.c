/*
 * test_smtp_extensions.c - dialogues beyond the plain one: pipelining with refusals (RFC 2920), chunks
 * (RFC 3030), LMTP (RFC 2033), and the commands that others have added.
 */
#include "test.h"

#include "script.h"

#define HELLO "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250-CHUNKING\nS: 250 PIPELINING\n"
#define LHLO "S: 220 mx LMTP\nC: LHLO c\nS: 250-mx\nS: 250-CHUNKING\nS: 250 PIPELINING\n"
#define BYE "C: QUIT\nS: 221 bye\n"

/* ---- pipelining */

static void a_refused_recipient_in_the_middle_of_a_group(void **state)
{
    (void)state;
    struct facts f = script_facts(
        HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: RCPT TO:<no@b>\nC: RCPT TO:<d@b>\nC: DATA\n"
              "S: 250 ok\nS: 250 ok\nS: 550-no\nS: 550 such\nS: 251 elsewhere\nS: 354 go\n"
              "C: x\nC: .\nS: 250 queued\n" BYE);

    assert_int_equal(f.addresses[1].accepted, YES);
    assert_int_equal(f.addresses[2].accepted, NO);
    assert_int_equal(f.addresses[3].accepted, YES);
    assert_int_equal(f.recipients_accepted, 2);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.anomalies, 0);
    assert_true(f.quit_sent);
    script_free(&f);
}

/* RFC 2920 3.1: 354 although nobody is there to receive; the client sends the dot alone. */
static void data_accepted_without_recipients_fails_after_the_dot(void **state)
{
    (void)state;
    struct facts f = script_facts(
        HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<no@b>\nC: DATA\nS: 250 ok\nS: 550 no\nS: 354 go\n"
              "C: .\nS: 554 no valid recipients\n" BYE);

    assert_int_equal(f.messages, 0);
    assert_int_equal(f.messages_known, YES);
    assert_int_equal(f.content_octets, 0);
    assert_int_equal(f.recipients_accepted, 0);
    script_free(&f);
}

static void content_may_lead_the_next_group(void **state)
{
    (void)state;
    struct facts f = script_facts(
        HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: DATA\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
              "C: x\nC: .\nC: RSET\nC: MAIL FROM:<>\nC: RCPT TO:<c@b>\nC: DATA\n"
              "S: 451 later\nS: 250 reset\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: y\nC: .\n"
              "S: 250 queued\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.transactions, 2);
    assert_int_equal(f.content_octets, 6);
    assert_string_equal(f.addresses[2].path, "");
    assert_int_equal(f.addresses[3].transaction, 2);
    script_free(&f);
}

static void service_ends_in_the_middle_of_a_group(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: DATA\n"
                                        "S: 250 ok\nS: 421 closing\n");

    assert_int_equal(f.addresses[0].accepted, YES);
    assert_int_equal(f.addresses[1].accepted, NO);
    assert_int_equal(f.messages, 0);
    assert_int_equal(f.messages_known, YES);
    assert_int_equal(f.recipients_known, YES);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

static void service_ends_before_a_command_and_in_content(void **state)
{
    (void)state;
    struct facts idle = script_facts(HELLO "S: 421 timeout\n");
    struct facts content = script_facts(HELLO "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\n"
                                              "S: 250 ok\nC: DATA\nS: 354 go\nC: Subject: x\n"
                                              "S: 421 closing\n");

    assert_int_equal(idle.recipients_known, YES);
    assert_int_equal(idle.starttls_offered, NO);
    assert_int_equal(content.messages, 0);
    assert_int_equal(content.messages_known, YES);
    assert_int_equal(content.recipients_accepted, 1);
    assert_int_equal(content.content_octets, 12); /* read all the same */
    script_free(&idle);
    script_free(&content);
}

static void no_service_at_all(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 554 mx.example no service\nC: QUIT\nS: 221 bye\n");

    assert_string_equal(f.server_name, "mx.example");
    assert_false(f.dialogue);
    assert_true(f.quit_sent);
    script_free(&f);
    f = script_facts("S: 421 mx.example too busy\n");
    assert_false(f.dialogue || f.quit_sent);
    script_free(&f);
}

/* RFC 3207 4: everything but EHLO, NOOP, STARTTLS and QUIT is refused. */
static void a_server_that_insists_on_tls(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 STARTTLS\n"
                                  "C: MAIL FROM:<a@a>\nS: 530 5.7.0 Must issue STARTTLS first\n"
                                  "C: RCPT TO:<b@b>\nS: 530 first\nC: DATA\nS: 530 first\n" BYE);

    assert_int_equal(f.addresses[0].accepted, NO);
    assert_int_equal(f.recipients_accepted, 0);
    assert_int_equal(f.content_octets, 0);
    assert_int_equal(f.starttls_requested, NO);
    script_free(&f);
}

/* ---- chunks */

static void a_refused_chunk_is_followed_by_the_next_ones(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO
                                  "C: MAIL FROM:<a@a>\nC: RCPT TO:<no@b>\nC: BDAT 6\nC: QUIT\n"
                                  "C: BDAT 6 LAST\nC: RSET\n"
                                  "S: 250 ok\nS: 550 no\nS: 554 none\nS: 554 none\n"
                                  "C: MAIL FROM:<z@a>\nS: 250 ok\n" BYE);

    assert_int_equal(f.content_octets, 12); /* no command is among them */
    assert_int_equal(f.messages, 0);
    assert_int_equal(f.transactions, 2);
    assert_int_equal(f.addresses[2].accepted, YES);
    script_free(&f);
}

static void chunks_may_hold_any_octet_and_none(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);
    static const uint8_t wire[] = "BDAT 9\r\n\0\r\n.\r\n\xff\0\nBDAT 0\r\nBDAT 0 LAST\r\nNOOP\r\n";

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("HELO c\r\nMAIL FROM:<a@a>\r\nRCPT TO:<b@b>\r\n"));
    for (size_t i = 0; i + 1 < sizeof wire; i++)
        smtp_feed(s, ROLE_CLIENT, (struct slice){wire + i, 1});
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n250 ok\r\n250 ok\r\n250 9\r\n250 0\r\n"));
    assert_int_equal(f.messages, 0);
    smtp_feed(s, ROLE_SERVER, slice_of("250 queued\r\n250 noop\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.content_octets, 9);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.anomalies, 0);
    smtp_free(&s);
    script_free(&f);
}

/* RFC 4468: what the server fetches is a message, and nothing of it was read. */
static void a_message_by_reference(void **state)
{
    (void)state;
    struct facts f = script_facts(
        HELLO "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
              "C: BDAT 3\nC+x\x02\x01\nS: 250 ok\nC: BURL imap://h/x\nS: 250 ok\n"
              "C: BURL imap://h/y;urlauth=submit LAST\nS: 250 queued\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 3);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

/* ---- LMTP */

static void lmtp_answers_the_last_chunk_once_a_recipient(void **state)
{
    (void)state;
    struct facts f = script_facts(
        LHLO "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: RCPT TO:<no@b>\nC: RCPT TO:<c@b>\n"
             "C: BDAT 3 LAST\nC+x\x02\x01\n"
             "C: MAIL FROM:<z@a>\nC: RCPT TO:<d@b>\nC: BDAT 3 LAST\nC+y\x02\x01\n"
             "S: 250 ok\nS: 250 ok\nS: 550 no\nS: 250 ok\nS: 250 stored\nS: 452 full\n"
             "S: 250 ok\nS: 250 ok\nS: 452 full\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.recipients_accepted, 3);
    assert_int_equal(f.addresses[5].accepted, YES);
    assert_int_equal(f.content_octets, 6);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

static void lmtp_without_recipients_answers_the_content_with_nothing(void **state)
{
    (void)state;
    struct facts f = script_facts(LHLO
                                  "C: MAIL FROM:<a@a>\nC: RCPT TO:<no@b>\nC: BDAT 3 LAST\n"
                                  "C+x\x02\x01\nC: RSET\nS: 250 ok\nS: 550 no\nS: 250 reset\n" BYE);

    assert_int_equal(f.messages, 0);
    assert_int_equal(f.recipients_known, YES);
    script_free(&f);
}

static void lmtp_chunks_left_without_last_are_answered_as_chunks(void **state)
{
    (void)state;
    struct facts f = script_facts(LHLO
                                  "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
                                  "C: BDAT 3\nC+x\x02\x01\nS: 250 ok\nC: RSET\nS: 250 reset\n"
                                  "C: MAIL FROM:<z@a>\nS: 451 no\n" BYE);

    assert_int_equal(f.messages, 0);
    assert_int_equal(f.content_octets, 3);
    assert_int_equal(f.addresses[2].accepted, NO);
    script_free(&f);
}

/* ---- others */

/* The server greets again, and the client starts over; both names are given away. */
static void xclient_begins_the_session_anew(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx ESMTP\nC: EHLO proxy\nS: 250-mx\nS: 250 XCLIENT NAME\n"
                                  "C: XCLIENT NAME=dial.example ADDR=192.0.2.1\nS: 220 mx ESMTP\n"
                                  "C: EHLO dial.example\nS: 250-mx\nS: 250 STARTTLS\n"
                                  "C: MAIL FROM:<a@a>\nS: 250 ok\n" BYE);

    assert_string_equal(f.client_name, "dial.example");
    assert_string_equal(f.keywords, "STARTTLS");
    assert_int_equal(f.starttls_offered, YES);
    assert_int_equal(f.starttls_reply, 0);
    assert_int_equal(f.exposure[ITEM_CLIENT_IDENTITY].count, 3);
    assert_int_equal(f.exposure[ITEM_SERVER_IDENTITY].count, 4);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

static void xforward_is_pipelined_with_mail(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO "C: XFORWARD NAME=h ADDR=192.0.2.1\nC: MAIL FROM:<a@a>\n"
                                        "C: RCPT TO:<b@b>\nS: 501 no\nS: 250 ok\nS: 250 ok\n" BYE);

    assert_int_equal(f.addresses[0].accepted, YES);
    assert_int_equal(f.recipients_accepted, 1);
    script_free(&f);
}

static void commands_beside_the_transaction_are_answered_once_each(void **state)
{
    (void)state;
    struct facts f = script_facts(
        HELLO "C: NOOP any words\nS: 250 ok\nC: HELP\nS: 214-first\nS: 214 last\nC: VRFY anna\n"
              "S: 252 perhaps\nC: EXPN list\nS: 250-a\nS: 250 b\nC: ETRN b.example\nS: 253 queued\n"
              "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 550 no\n" BYE);

    assert_int_equal(f.address_queries, 2);
    assert_int_equal(f.addresses[0].accepted, YES);
    assert_int_equal(f.addresses[1].accepted, NO);
    assert_string_equal(f.keywords, "CHUNKING\nPIPELINING");
    script_free(&f);
}

/* RFC 821: MAIL by other names. */
static void send_and_its_kin_begin_a_transaction(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: HELO c\nS: 250 mx\nC: SAML FROM:<a@a>\nS: 250 ok\n"
                                  "C: RCPT TO:<b@b>\nS: 250 ok\nC: RSET\nS: 250 ok\n"
                                  "C: SOML FROM:<b@a>\nS: 502 no\n" BYE);

    assert_int_equal(f.transactions, 2);
    assert_string_equal(f.addresses[2].path, "b@a");
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

/* After TURN the client answers; what is said then is about other mail, and is not read. */
static void a_dialogue_that_turns_is_followed_no_further(void **state)
{
    (void)state;
    struct facts f = script_facts(HELLO
                                  "C: ATRN c.example\nS: 250 turning\nC: 220 c ESMTP\n"
                                  "S: EHLO mx\nC: 250-c\nC: 250 STARTTLS\nS: MAIL FROM:<a@a>\n");
    struct facts refused = script_facts(HELLO
                                        "C: TURN\nS: 502 no\nC: MAIL FROM:<a@a>\nS: 250 ok\n" BYE);

    assert_true(f.lost);
    assert_int_equal(f.transactions, 0);
    assert_int_equal(f.starttls_offered, NO);
    assert_int_equal(f.messages_known, NO);
    assert_false(refused.lost);
    assert_int_equal(refused.addresses[0].accepted, YES);
    script_free(&f);
    script_free(&refused);
}

static void a_command_of_x_alone_is_measured_with_its_reply(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: XXXX\nS: 500 what\nC: EHLO c\nS: 250-mx\n"
                                  "S: 250 STARTTLS\nC: XXXXXXXX\nS: 502 no\nC: XXX\nS: 250 ok\n"
                                  "C: XXXXXXXXX-OWN\nS: 550 no\n" BYE);
    struct facts none = script_facts(HELLO "C: XFOO\nS: 500 what\n" BYE);

    assert_int_equal(f.masked_command, 8);
    assert_int_equal(f.masked_reply, 502);
    assert_int_equal(none.masked_command, 0);
    assert_int_equal(none.masked_reply, 0);
    script_free(&f);
    script_free(&none);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_refused_recipient_in_the_middle_of_a_group),
        cmocka_unit_test(data_accepted_without_recipients_fails_after_the_dot),
        cmocka_unit_test(content_may_lead_the_next_group),
        cmocka_unit_test(service_ends_in_the_middle_of_a_group),
        cmocka_unit_test(service_ends_before_a_command_and_in_content),
        cmocka_unit_test(no_service_at_all),
        cmocka_unit_test(a_server_that_insists_on_tls),
        cmocka_unit_test(a_refused_chunk_is_followed_by_the_next_ones),
        cmocka_unit_test(chunks_may_hold_any_octet_and_none),
        cmocka_unit_test(a_message_by_reference),
        cmocka_unit_test(lmtp_answers_the_last_chunk_once_a_recipient),
        cmocka_unit_test(lmtp_without_recipients_answers_the_content_with_nothing),
        cmocka_unit_test(lmtp_chunks_left_without_last_are_answered_as_chunks),
        cmocka_unit_test(xclient_begins_the_session_anew),
        cmocka_unit_test(xforward_is_pipelined_with_mail),
        cmocka_unit_test(commands_beside_the_transaction_are_answered_once_each),
        cmocka_unit_test(send_and_its_kin_begin_a_transaction),
        cmocka_unit_test(a_dialogue_that_turns_is_followed_no_further),
        cmocka_unit_test(a_command_of_x_alone_is_measured_with_its_reply),
    };
    return cmocka_run_group_tests_name("smtp_extensions", tests, NULL, NULL);
}
