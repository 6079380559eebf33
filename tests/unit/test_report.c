/* test_report.c - the audit in text: answers first, 80 columns, safe, the same each time. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void an_empty_database_has_a_sentence(void **state)
{
    const char *path = sample_path(state, "empty.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_WRITE, &e);

    store_close(&st, &e);
    char *text = audit(path, false);
    assert_says(text, "No capture was analysed into this database yet.");
    free(text);
    sample_store(path, 1, NULL, 0);
    text = audit(path, false);
    assert_says(text, "No mail session was seen");
    free(text);
}

static void the_answer_comes_first(void **state)
{
    const char *path = sample_path(state, "few.db");
    const struct facts f[] = {sample_clear(1), sample_clear(2), sample_encrypted(3)};

    sample_store(path, 1, f, 3);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "1 capture, 100 frames, 3 mail sessions");
    assert_says(one,
                "An observer on this path could read 2 messages, 2,000 octets of content; what "
                "the 1 encrypted session carried could not be estimated. In the clear were "
                "2 of 3 sessions.");
    assert_says(one, "from a.example 2 transactions");
    assert_says(one, "1 pair of domains could be seen to correspond.");
    assert_says(one, "the server did not offer STARTTLS 2 sessions");
    assert_says(one, "No evidence of stripping was found.");
    assert_says(one, "message bodies 2 1,800 octets");
    assert_says(one, "192.0.2.25 port 25 mx.example 2 sessions");
    assert_says(one, "1 encrypted session gives no estimate of messages.");
    assert_says_not(one, "about");
    assert_says_not(one, "Credentials");
    assert_says_not(one, "Attachments");
    assert_says_not(one, "Certificates");
    assert_null(strstr(text, "%,")); /* too few for a share */
    char *again = audit(path, false);
    assert_string_equal(text, again);
    free(again);
    free(one);
    free(text);
}

/* 10 messages read, and 5 sessions with 4 estimated under TLS, of 3 to 8. */
static void estimates_are_marked(void **state)
{
    const char *path = sample_path(state, "estimates.db");
    struct facts f[15];

    for (uint16_t i = 0; i < 10; i++)
        f[i] = sample_clear(i);
    for (uint16_t i = 10; i < 15; i++) {
        f[i] = sample_encrypted(i);
        f[i].estimate.made = true;
        f[i].estimate.messages = 4;
        f[i].estimate.low = 3;
        f[i].estimate.high = 8;
    }
    sample_store(path, 1, f, 15);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "could read 10 of about 30 messages (33.3 %, 20.0 to 40.0), 10,000 octets of "
                     "content. The other 20 went through TLS: an estimate from the sizes of its "
                     "records. In the clear were 10 of 15 sessions.");
    assert_says(one, "Messages under TLS are an estimate: 20, but 15 to 40 are possible.");
    assert_says(one, "that of messages by the bounds of the estimate.");
    free(one);
    free(text);
}

static void injected_text_is_said(void **state)
{
    const char *path = sample_path(state, "injected.db");
    struct facts f[] = {sample_encrypted(1), sample_encrypted(2), sample_encrypted(3)};

    f[0].anomalies = ANOMALY_INJECTED_COMMAND;
    f[1].anomalies = ANOMALY_INJECTED_REPLY | ANOMALY_BARE_LF;
    f[2].anomalies = ANOMALY_BARE_LF;
    sample_store(path, 1, f, 3);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one,
                "Text came between STARTTLS and TLS in 2 sessions: it may have been injected.");
    free(one);
    free(text);
}

static void shares_have_intervals_from_twenty_on(void **state)
{
    const char *path = sample_path(state, "twenty.db");
    struct facts f[20];

    for (uint16_t i = 0; i < 20; i++)
        f[i] = i < 5 ? sample_clear(i) : sample_encrypted(i);
    sample_store(path, 1, f, 20);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "In the clear were 5 of 20 sessions (25.0 %, 11.2 to 46.9).");
    free(one);
    free(text);
}

static void stripping_is_spelled_out(void **state)
{
    const char *path = sample_path(state, "strip.db");
    struct facts f[] = {sample_clear(1), sample_clear(2)};

    strcpy(f[0].keywords, "XXXXXXXA");
    strcpy(f[1].keywords, "XXXB");
    f[1].server.port = 587;
    sample_store(path, 1, f, 2);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "strong, counted as stripped: a keyword was overwritten where STARTTLS would "
                     "stand in the offer (offer-masked) in 1 session with 1 server.");
    assert_says(one, "weak, the class stays as it is: a keyword was overwritten");
    assert_says(one, "STARTTLS was stripped 1 session");
    free(one);
    free(text);
}

static void what_is_not_covered_is_said(void **state)
{
    const char *path = sample_path(state, "cover.db");
    struct facts f[] = {sample_facts(), sample_clear(2)};

    f[1].decided = UNKNOWN;
    f[1].midstream = true;
    sample_store(path, 1, f, 2);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "could read at least 16 of about 19 messages, ");
    assert_says(one, "In the clear were 0 of 1 sessions that could be decided.");
    assert_says(one, "1 session could not be decided.");
    assert_says(one, "the share in the clear");
    assert_says(one, "1 session was captured in one direction only.");
    assert_says(one, "2 sessions began before the capture.");
    assert_says(one, "1 session has gaps.");
    assert_says(one, "to 192.0.2.25 port 25 (PLAIN) readable in 1 of 1 sessions");
    assert_says(one, "Messages under TLS are an estimate: 3, but 2 to 5 are possible.");
    assert_says(one, "Replies are missing in 1 session: messages there are a lower bound.");
    free(one);
    free(text);
}

static void hostile_names_stay_in_their_lines(void **state)
{
    const char *path = sample_path(state, "hostile.db");
    struct facts f = sample_clear(1);
    struct address odd = {.transaction = 1, .accepted = YES};

    strcpy(odd.path, "x@");
    memset(odd.path + 2, 'w', 250);
    f.addresses = &odd;
    f.address_count = 1;
    memset(f.server_name, 'm', 255);
    sample_store(path, 1, &f, 1);
    sample_sql(path, "UPDATE banner SET server_name = 'a' || char(27) || '[2J' || char(10) || 'b';"
                     "INSERT INTO name VALUES (999, 'd' || char(27) || '[31m' || char(8238));"
                     "INSERT INTO address VALUES (1, 1, 1, 'sender', 1, 999,"
                     " x'00112233445566778899aabbccddeeff', NULL)");
    char *text = audit(path, false);
    assert_says(text, "from d\\x1b[31m\\u202e");
    assert_says(text, "a\\x1b[2J\\x0ab");
    free(text);
}

static void colour_only_when_it_is_wanted(void **state)
{
    const char *path = sample_path(state, "colour.db");
    const struct facts f = sample_clear(1);

    sample_store(path, 1, &f, 1);
    char *text = audit(path, true);
    assert_says(text, "\x1b[1m");
    assert_says(text, "\x1b[0m");
    free(text);
    free(audit(path, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_database_has_a_sentence),
        cmocka_unit_test(the_answer_comes_first),
        cmocka_unit_test(estimates_are_marked),
        cmocka_unit_test(injected_text_is_said),
        cmocka_unit_test(shares_have_intervals_from_twenty_on),
        cmocka_unit_test(stripping_is_spelled_out),
        cmocka_unit_test(what_is_not_covered_is_said),
        cmocka_unit_test(hostile_names_stay_in_their_lines),
        cmocka_unit_test(colour_only_when_it_is_wanted),
    };
    return cmocka_run_group_tests_name("report", tests, sample_folder, sample_folder_remove);
}
