/* test_smtp_sent.c - what the client's commands mean. */
#include "test.h"

#include "script.h"

static void a_second_ehlo_replaces_the_name_and_the_keywords(void **state)
{
    (void)state;
    struct facts f = script_facts(
        "S: 220 mx\nC: EHLO first\nS: 250-mx\nS: 250 STARTTLS\n"
        "C: EHLO second\nS: 250-mx\nS: 250 SIZE 1\nC: QUIT\nS: 221 bye\n");

    assert_string_equal(f.client_name, "second");
    assert_string_equal(f.keywords, "SIZE 1");
    assert_int_equal(f.starttls_offered, YES); /* an EHLO reply listed it */
    assert_int_equal(f.exposure[ITEM_CLIENT_IDENTITY].count, 2);
    script_free(&f);
}

static void lmtp_answers_content_once_a_recipient(void **state)
{
    (void)state;
    struct facts f = script_facts(
        "S: 220 mx LMTP\nC: LHLO c\nS: 250-mx\nS: 250 PIPELINING\n"
        "C: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\nC: RCPT TO:<c@b>\nC: DATA\n"
        "S: 250 ok\nS: 250 ok\nS: 250 ok\nS: 354 go\nC: x\nC: .\n"
        "S: 452 full\nS: 250 stored\nC: RSET\nS: 250 ok\nC: QUIT\n"
        "S: 221 bye\n");

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.recipients_accepted, 2);
    assert_int_equal(f.anomalies, 0);
    script_free(&f);
}

static void chunks_left_without_last_are_read_but_no_message(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 CHUNKING\n"
                                  "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
                                  "C: BDAT 3\nC+x\x02\x01\nS: 250 ok\nC: RSET\nS: 250 ok\nC: QUIT\n"
                                  "S: 221 bye\n");

    assert_int_equal(f.messages, 0);
    assert_int_equal(f.content_octets, 3);
    script_free(&f);
}

static void an_empty_last_chunk_completes_the_message(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 CHUNKING\n"
                                  "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
                                  "C: BDAT 3\nC+x\x02\x01\nS: 250 ok\nC: BDAT 0 LAST\nS: 250 ok\n"
                                  "C: QUIT\nS: 221 bye\n");

    assert_int_equal(f.messages, 1);
    assert_int_equal(f.content_octets, 3);
    script_free(&f);
}

static void a_mangled_command_is_noted_and_answered(void **state)
{
    (void)state;
    struct facts f = script_facts(
        "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 STARTTLS\nC: XXXXXXXX\n"
        "S: 500 what\nC: MAIL FROM:<a@a>\nS: 250 ok\nC: QUIT\nS: 221 bye\n");

    assert_true(f.anomalies & ANOMALY_UNKNOWN_COMMAND);
    assert_int_equal(f.addresses[0].accepted, YES);
    assert_int_equal(f.starttls_requested, NO);
    script_free(&f);
}

static void leaving_after_ehlo_is_a_decision(void **state)
{
    (void)state;
    const char *script = "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 STARTTLS\n";
    struct facts closed = script_read(script, CUT_NOWHERE, false, true);
    struct facts open = script_read(script, CUT_NOWHERE, false, false);

    assert_int_equal(closed.decided, YES);
    assert_int_equal(closed.starttls_requested, NO);
    assert_int_equal(open.decided, UNKNOWN);
    assert_int_equal(open.starttls_requested, UNKNOWN);
    script_free(&closed);
    script_free(&open);
}

/* Two messages: the first through DATA with an attachment, the second in two chunks. */
static const char attached[] =
    "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 CHUNKING\nC: MAIL FROM:<a@a>\nS: 250 ok\n"
    "C: RCPT TO:<b@b>\nS: 250 ok\nC: DATA\nS: 354 go\n"
    "C: Subject: =?utf-8?q?one?=\nC: Content-Type: multipart/mixed; boundary=b\nC: \nC: --b\n"
    "C: \nC: ..text\nC: --b\nC: Content-Disposition: attachment; filename=a.bin\n"
    "C: Content-Transfer-Encoding: base64\nC: \nC: QUJD\nC: --b--\nC: .\nS: 250 ok\n"
    "C: MAIL FROM:<a@a>\nS: 250 ok\nC: RCPT TO:<b@b>\nS: 250 ok\n"
    "C: BDAT 14\nC: Subject: two\nS: 250 ok\nC+BDAT 2 LAST\x02\x01\x02\x01\nS: 250 ok\n"
    "C: QUIT\nS: 221 bye\n";

static void content_of_every_message_is_tallied(void **state)
{
    (void)state;
    struct facts f = script_facts(attached);
    const struct content_facts *c = f.content;

    assert_int_equal(f.messages, 2);
    assert_non_null(c);
    assert_int_equal(c->field[HEADER_SUBJECT].count, 2);
    assert_int_equal(c->encoded_words, 1);
    assert_int_equal(c->parts, 3);
    assert_int_equal(c->attachments, 1);
    assert_int_equal(c->media_kinds, 2);
    assert_int_equal(c->media[0].octets, 5); /* ".text": the stuffed dot is none of it */
    assert_int_equal(c->media[1].decoded, 3);
    assert_int_equal(f.exposure[ITEM_ATTACHMENT].count, 1);
    assert_int_equal(f.exposure[ITEM_ATTACHMENT].octets, 4);
    assert_int_equal(f.exposure[ITEM_HEADER_FIELD].count, 3);
    assert_int_equal(f.exposure[ITEM_BODY].count, 1);
    assert_int_equal(f.exposure[ITEM_HEADER_FIELD].octets + f.exposure[ITEM_BODY].octets,
                     f.content_octets);
    assert_int_equal(f.kept_count, 0);
    script_free(&f);
}

static void subjects_and_names_are_kept_when_asked_for(void **state)
{
    (void)state;
    struct facts f = {.keep = KEEP_SUBJECTS | KEEP_FILENAMES, .transactions = 6};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("MAIL FROM:<a@a>\r\nDATA\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n354 go\r\n"));
    smtp_feed(s, ROLE_CLIENT,
              slice_of("Subject: =?utf-8?q?one?=\r\n"
                       "Content-Type: x/y; name=a.bin\r\n\r\n.\r\n"));
    smtp_finish(s, true);
    smtp_free(&s);
    assert_int_equal(f.kept_count, 2);
    assert_string_equal(f.kept[0].text, "one");
    assert_int_equal(f.kept[0].kind, KEEP_SUBJECTS);
    assert_int_equal(f.kept[0].transaction, 7);
    assert_string_equal(f.kept[1].text, "a.bin");
    assert_int_equal(f.kept[1].kind, KEEP_FILENAMES);
    script_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_ehlo_replaces_the_name_and_the_keywords),
        cmocka_unit_test(lmtp_answers_content_once_a_recipient),
        cmocka_unit_test(chunks_left_without_last_are_read_but_no_message),
        cmocka_unit_test(an_empty_last_chunk_completes_the_message),
        cmocka_unit_test(a_mangled_command_is_noted_and_answered),
        cmocka_unit_test(leaving_after_ehlo_is_a_decision),
        cmocka_unit_test(content_of_every_message_is_tallied),
        cmocka_unit_test(subjects_and_names_are_kept_when_asked_for),
    };
    return cmocka_run_group_tests_name("smtp_sent", tests, NULL, NULL);
}
