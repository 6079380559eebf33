/*
 * test_smtp_gaps.c - octets are missing: what can be known again behind a gap, and what is not said.
 * Every octet of real captures is dropped in test_resplit; here is why each answer is what it is.
 */
#include "test.h"

#include "script.h"

#define HELLO "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 PIPELINING\n"
#define BYE "C: QUIT\nS: 221 bye\n"

/* A script in which octets marked '#' were not captured; each run of them is a gap. */
static struct facts with_gaps(const char *script)
{
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    while (*script) {
        enum role role = *script == 'S' ? ROLE_SERVER : ROLE_CLIENT;
        struct slice line = slice_of(script + 3);
        line = slice_head(line, slice_find(line, '\n'));
        script += 3 + line.n + 1;
        while (line.n) {
            size_t here = slice_find(line, '#'), gap = 0;
            smtp_feed(s, role, slice_head(line, here));
            line = slice_tail(line, here);
            while (slice_find(slice_tail(line, gap), '#') == 0 && gap < line.n)
                gap++;
            if (gap)
                smtp_gap(s, role, gap);
            line = slice_tail(line, gap);
        }
        smtp_feed(s, role, slice_of("\r\n"));
    }
    smtp_finish(s, true);
    smtp_free(&s);
    return f;
}

static void a_lost_data_is_known_by_its_answer(void **state)
{
    (void)state;
    struct facts f = with_gaps(HELLO
                               "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
                               "C: DA##\nS: 354 go\nC: Subject: x\nC: \nC: MAIL FROM:<no@body>\n"
                               "C: .\nS: 250 queued\n" BYE);

    assert_int_equal(f.transactions, 1);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 12 + 2 + 21);
    assert_int_equal(f.messages_known, NO);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

/* The replies were read first: what follows a 354 is not content when it is a command. */
static void commands_behind_an_early_answer_are_no_content(void **state)
{
    (void)state;
    struct facts f = with_gaps(HELLO "C: MA## FROM:<a@a>\nS: 250 ok\nS: 250 ok\nS: 354 go\n"
                                     "C: RCPT TO:<b@b>\nC: DATA\nC: A: 1\nC: \nC: body\nC: .\n"
                                     "S: 250 queued\n" BYE);

    assert_in_range(f.content_octets, 0, 6 + 2 + 6);
    assert_int_equal(f.recipients_attempted, 1);
    assert_in_range(f.messages, 0, 1);
    assert_int_equal(f.messages_known, NO);
    script_free(&f);
}

static void a_lost_end_of_content_is_known_by_the_reply(void **state)
{
    (void)state;
    struct facts f = with_gaps(HELLO "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
                                     "C: DATA\nS: 354 go\nC: A: 1\nC: #\nC: MAIL FROM:<z@a>\n"
                                     "C: RCPT TO:<y@b>\nC: DATA\n"
                                     "S: 250 queued\nS: 451 no\nS: 503 no\nS: 503 no\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 6); /* the commands behind it are no content */
    assert_true(f.lost);
    assert_int_equal(f.recipients_known, NO);
    assert_int_equal(f.addresses[1].accepted, YES);
    script_free(&f);
}

static void a_gap_inside_content_costs_its_octets_only(void **state)
{
    (void)state;
    struct facts f = with_gaps(
        HELLO "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
              "C: DATA\nS: 354 go\nC: A: 1\nC: \nC: bo##\nC: .\nS: 250 queued\n" BYE);

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.messages_known, YES);
    assert_int_equal(f.content_octets, 12);
    assert_false(f.lost);
    script_free(&f);
}

/* Three replies for two commands that were read: which are theirs is not known until 354. */
static void replies_of_a_group_with_a_lost_command_are_not_matched(void **state)
{
    (void)state;
    struct facts f = with_gaps(
        HELLO "C: MAIL FROM:<a@a>\nC: RC## TO:<lost@b>\nC: RCPT TO:<c@b>\nC: DATA\n"
              "S: 250 ok\nS: 250 ok\nS: 550 no\nS: 354 go\nC: x\nC: .\nS: 250 queued\n"
              "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<d@b>\nS: 550 no\n" BYE);

    assert_string_equal(f.addresses[1].path, "c@b");
    assert_int_equal(f.addresses[0].accepted, UNKNOWN);
    assert_int_equal(f.addresses[1].accepted, UNKNOWN);
    assert_int_equal(f.messages, 1);
    assert_int_equal(f.recipients_known, NO);
    assert_int_equal(f.addresses[2].accepted, YES); /* known again */
    assert_int_equal(f.addresses[3].accepted, NO);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

static void a_lost_command_in_a_dialogue_that_takes_turns(void **state)
{
    (void)state;
    struct facts f = with_gaps(HELLO
                               "C: MA## FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 550 no\n"
                               "C: MAIL FROM:<z@a>\nS: 250 ok\nC: RCPT TO:<c@b>\nS: 250 ok\n" BYE);

    assert_int_equal(f.addresses[0].accepted, NO);
    assert_int_equal(f.addresses[0].transaction, 0); /* its MAIL was lost */
    assert_int_equal(f.addresses[1].transaction, 1);
    assert_int_equal(f.addresses[2].transaction, 1);
    assert_int_equal(f.addresses[2].accepted, YES);
    assert_int_equal(f.recipients_known, NO);
    script_free(&f);
}

/* One reply of a group is damaged: those behind it may be anyone's. */
static void a_lost_reply_of_a_group_leaves_the_rest_open(void **state)
{
    (void)state;
    struct facts f = with_gaps(HELLO
                               "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: RCPT TO:<c@b>\nC: RSET\n"
                               "S: 250 ok\nS: 2#0 ok\nC: MAIL FROM:<z@a>\nC: RCPT TO:<d@b>\n"
                               "S: 550 no\nS: 250 reset\nS: 250 ok\nS: 550 no\n" BYE);

    assert_int_equal(f.addresses[0].accepted, YES);
    for (uint32_t i = 1; i < f.address_count; i++)
        assert_int_equal(f.addresses[i].accepted, UNKNOWN);
    assert_int_equal(f.recipients_accepted, 0);
    assert_int_equal(f.recipients_known, NO);
    script_free(&f);
}

static void a_lost_ehlo_hides_the_offer(void **state)
{
    (void)state;
    struct facts f = with_gaps("S: 220 mx\nC: EH## c\nS: 250-mx\nS: 250 SIZE\nC: MAIL FROM:<a@a>\n"
                               "S: 250 ok\n" BYE);

    assert_int_equal(f.starttls_offered, UNKNOWN);
    assert_int_equal(f.starttls_requested, UNKNOWN);
    assert_int_equal(f.credentials_exposed, UNKNOWN);
    assert_string_equal(f.keywords, "");
    assert_int_equal(f.addresses[0].accepted, YES);
    script_free(&f);
}

static void a_keyword_lost_from_the_reply_leaves_the_offer_open(void **state)
{
    (void)state;
    struct facts f = with_gaps("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250-S##RTTLS\nS: 250 SIZE\n"
                               "C: MAIL FROM:<a@a>\nS: 250 ok\n" BYE);
    struct facts listed = with_gaps(
        "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250-STARTTLS\nS: 250 S##E\n"
        "C: MAIL FROM:<a@a>\nS: 250 ok\n" BYE);

    assert_int_equal(f.starttls_offered, UNKNOWN);
    assert_int_equal(f.starttls_requested, NO);
    assert_int_equal(f.addresses[0].accepted, YES);
    assert_int_equal(listed.starttls_offered, YES);
    script_free(&f);
    script_free(&listed);
}

/* What comes behind it may be the chunk: only what has the form of a command is one. */
static void a_lost_bdat_makes_no_commands_of_its_chunk(void **state)
{
    (void)state;
    struct facts f = with_gaps(HELLO "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
                                     "C: BD## 33 LAST\nC: Data: one\nC: quit now\nC: rset: x\n"
                                     "S: 250 queued\n" BYE);

    assert_int_equal(f.messages, 0);
    assert_int_equal(f.messages_known, NO);
    assert_int_equal(f.content_octets, 0);
    assert_int_equal(f.anomalies, 0);
    assert_int_equal(f.transactions, 1);
    script_free(&f);
}

static void the_server_alone_with_a_torn_reply_offers_nothing_for_sure(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_server_alone(s);
    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n250-"));
    smtp_gap(s, ROLE_SERVER, 20);
    smtp_feed(s, ROLE_SERVER,
              slice_of("ING\r\n250-SIZE\r\n250 DSN\r\n250 ok\r\n250 ok\r\n354 go\r\n"));
    smtp_gap(s, ROLE_SERVER, 10); /* the reply to the content may be in it */
    smtp_feed(s, ROLE_SERVER, slice_of("\r\n250 ok\r\n221 bye\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.starttls_offered, UNKNOWN);
    assert_int_equal(f.messages, 0);
    assert_int_equal(f.messages_known, NO);
    smtp_free(&s);
    script_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lost_data_is_known_by_its_answer),
        cmocka_unit_test(commands_behind_an_early_answer_are_no_content),
        cmocka_unit_test(a_lost_end_of_content_is_known_by_the_reply),
        cmocka_unit_test(a_gap_inside_content_costs_its_octets_only),
        cmocka_unit_test(replies_of_a_group_with_a_lost_command_are_not_matched),
        cmocka_unit_test(a_lost_command_in_a_dialogue_that_takes_turns),
        cmocka_unit_test(a_lost_reply_of_a_group_leaves_the_rest_open),
        cmocka_unit_test(a_lost_ehlo_hides_the_offer),
        cmocka_unit_test(a_keyword_lost_from_the_reply_leaves_the_offer_open),
        cmocka_unit_test(a_lost_bdat_makes_no_commands_of_its_chunk),
        cmocka_unit_test(the_server_alone_with_a_torn_reply_offers_nothing_for_sure),
    };
    return cmocka_run_group_tests_name("smtp_gaps", tests, NULL, NULL);
}
