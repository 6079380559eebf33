/* test_smtp_command.c - RFC 5321 4.1.1 and its extensions, line by line. */
#include "test.h"

#include <mailtap/smtp.h>

static struct command read_line(const char *line)
{
    struct command c;

    command_read(slice_of(line), &c);
    return c;
}

static void verbs_are_read_in_any_case(void **state)
{
    (void)state;
    assert_int_equal(read_line("EHLO mx.example").verb, VERB_EHLO);
    assert_int_equal(read_line("ehlo mx.example").verb, VERB_EHLO);
    assert_int_equal(read_line("StartTLS").verb, VERB_STARTTLS);
    assert_int_equal(read_line("ATRN a.example").verb, VERB_TURN);
    assert_int_equal(read_line("Soml FROM:<a@b>").verb, VERB_MAIL);
    assert_int_equal(read_line("XXXXXXXX").verb, VERB_UNKNOWN);
    assert_int_equal(read_line("").verb, VERB_UNKNOWN);
    assert_int_equal(read_line("greeting").verb, VERB_UNKNOWN); /* no command of that name */
    assert_true(slice_equal(read_line("EHLO  a b ").argument, slice_of("a b")));
}

static void paths_lose_their_brackets_and_parameters(void **state)
{
    (void)state;
    static const struct {
        const char *line, *path;
    } cases[] = {
        {"MAIL FROM:<a@b.example> SIZE=1", "a@b.example"},
        {"mail from: <a@b.example>", "a@b.example"},
        {"MAIL FROM:<>", ""},
        {"MAIL FROM:a@b.example SIZE=1", "a@b.example"},
        {"RCPT TO:<\"odd > one\"@b.example>", "\"odd > one\"@b.example"},
        {"RCPT TO:<\"a\\\"b>\"@c>", "\"a\\\"b>\"@c"},
        {"RCPT TO:<unclosed", "unclosed"},
        {"MAIL FROM:<unclosed SIZE=1", "unclosed"},
        {"RCPT TO:\"odd one\"@b.example NOTIFY=NEVER", "\"odd one\"@b.example"},
        {"RCPT TO <a@b>", "a@b"},
        {"RCPT TO <a@[IPv6:2001:db8::1]>", "a@[IPv6:2001:db8::1]"},
        {"RCPT TO:<@one.example,@two.example:a@b>", "@one.example,@two.example:a@b"},
        {"RCPT TO:<>ORCPT=rfc822;x", ""},
        {"MAIL FROM:<a@b>SIZE=1", "a@b"},
        {"MAIL FROM:<\xc3\xa4@b> SIZE=9 BODY=8BITMIME SMTPUTF8 REQUIRETLS", "\xc3\xa4@b"},
        {"MAIL FROM:<a@b> RET=HDRS ENVID=<x> MT-PRIORITY=3 HOLDFOR=9 AUTH=<>", "a@b"},
        {"RCPT TO:<a@b> NOTIFY=FAILURE ORCPT=rfc822;c@d", "a@b"},
        {"SAML FROM:<a@b>", "a@b"},
        {"RCPT", ""},
        {"MAIL FROM:", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_true(slice_equal(read_line(cases[i].line).path, slice_of(cases[i].path)));
}

static void bdat_needs_a_size(void **state)
{
    (void)state;
    struct command c = read_line("BDAT 1000 LAST");

    assert_int_equal(c.verb, VERB_BDAT);
    assert_int_equal(c.chunk, 1000);
    assert_true(c.last);
    c = read_line("bdat 0");
    assert_int_equal(c.verb, VERB_BDAT);
    assert_false(c.last);
    assert_int_equal(read_line("BDAT").verb, VERB_UNKNOWN);
    assert_int_equal(read_line("BDAT -1").verb, VERB_UNKNOWN);
    assert_int_equal(read_line("BDAT 99999999999999999999").verb, VERB_UNKNOWN);
    assert_int_equal(read_line("BDAT 10 FIRST").verb, VERB_UNKNOWN);
}

static void burl_may_be_the_last(void **state)
{
    (void)state;
    assert_int_equal(read_line("BURL imap://a/b").verb, VERB_BURL);
    assert_false(read_line("BURL imap://a/LAST").last);
    assert_true(read_line("BURL imap://a/b last").last);
}

static void auth_splits_mechanism_and_initial_response(void **state)
{
    (void)state;
    struct command c = read_line("AUTH PLAIN AGEAYg==");

    assert_true(slice_equal(c.mechanism, slice_of("PLAIN")));
    assert_true(slice_equal(c.initial, slice_of("AGEAYg==")));
    c = read_line("AUTH LOGIN");
    assert_true(slice_equal(c.mechanism, slice_of("LOGIN")));
    assert_int_equal(c.initial.n, 0);
    assert_int_equal(read_line("AUTH").mechanism.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(verbs_are_read_in_any_case),
        cmocka_unit_test(paths_lose_their_brackets_and_parameters),
        cmocka_unit_test(bdat_needs_a_size),
        cmocka_unit_test(burl_may_be_the_last),
        cmocka_unit_test(auth_splits_mechanism_and_initial_response),
    };
    return cmocka_run_group_tests_name("smtp_command", tests, NULL, NULL);
}
