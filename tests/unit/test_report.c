/* test_report.c - the audit in text: answers first, 80 columns, safe, the same each time. */
#include "test.h"

#include "../../report/page.h"
#include "sample.h"

#include <mailtap/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The report of a database; to be freed.  No line is too long, and nothing harms a terminal. */
static char *report(const char *path, bool colour)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    assert_non_null(st);
    assert_int_equal(report_text(out, st, "findings.db", colour, &e), 0);
    assert_string_equal(e.text, "");
    store_close(&st, &e);
    fclose(out);
    if (colour)
        return text;
    assert_null(strchr(text, '\x1b'));
    for (char *line = text, *end; (end = strchr(line, '\n')) != NULL; line = end + 1) {
        *end = '\0';
        if (shown_width(line) > 80)
            fail_msg("too long: %s", line);
        *end = '\n';
    }
    return text;
}

static void assert_says(const char *text, const char *what)
{
    if (!strstr(text, what))
        fail_msg("'%s' is not in:\n%s", what, text);
}

/* The same text on one line, to look for sentences in. */
static char *unwrapped(const char *text)
{
    char *one = strdup(text), *to = one;

    for (const char *from = one; *from; from++)
        if ((*from != ' ' && *from != '\n') || (to > one && to[-1] != ' '))
            *to++ = *from == '\n' ? ' ' : *from;
    *to = '\0';
    return one;
}

static void an_empty_database_has_a_sentence(void **state)
{
    const char *path = sample_path(state, "empty.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_WRITE, &e);

    store_close(&st, &e);
    char *text = report(path, false);
    assert_says(text, "No capture was analysed into this database yet.");
    free(text);
    sample_store(path, 1, NULL, 0);
    text = report(path, false);
    assert_says(text, "No mail session was seen");
    free(text);
}

static void the_answer_comes_first(void **state)
{
    const char *path = sample_path(state, "few.db");
    const struct facts f[] = {sample_clear(1), sample_clear(2), sample_encrypted(3)};

    sample_store(path, 1, f, 3);
    char *text = report(path, false), *one = unwrapped(text);
    assert_says(one, "1 capture, 100 frames, 3 mail sessions");
    assert_says(one, "An observer on this path could read 2 messages (2,000 octets of content): 2 "
                     "of 3 sessions were in the clear; what the 1 encrypted session carried "
                     "cannot be counted.");
    assert_says(one, "from a.example 2 transactions");
    assert_says(one, "1 pair of domains could be seen to correspond.");
    assert_says(one, "the server did not offer STARTTLS 2 sessions");
    assert_says(one, "No evidence of stripping was found.");
    assert_says(one, "message bodies 2 1,800 octets");
    assert_says(one, "No AUTH was seen in the clear.");
    assert_says(one, "192.0.2.25 port 25 mx.example 2 sessions");
    assert_says(one, "How many messages encrypted sessions carried is not known.");
    assert_null(strstr(text, "%,")); /* too few for a share */
    char *again = report(path, false);
    assert_string_equal(text, again);
    free(again);
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
    char *text = report(path, false), *one = unwrapped(text);
    assert_says(one, "5 of 20 sessions (25.0 %, 11.2 to 46.9) were in the clear");
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
    char *text = report(path, false), *one = unwrapped(text);
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
    char *text = report(path, false), *one = unwrapped(text);
    assert_says(one, "could read at least 16 messages");
    assert_says(one, "0 of 1 sessions that could be decided were in the clear");
    assert_says(one, "1 session could not be decided.");
    assert_says(one, "1 session was captured in one direction only.");
    assert_says(one, "2 sessions began before the capture.");
    assert_says(one, "1 session has gaps.");
    assert_says(one, "PLAIN to 192.0.2.25 port 25 readable in 1 of 1 sessions");
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
    sample_sql(path,
               "UPDATE session SET server_name = 'a' || char(27) || '[2J' || char(10) || 'b';"
               "INSERT INTO address VALUES (1, 1, 1, 'sender', 1,"
               " 'd' || char(27) || '[31m' || char(8238), x'00112233445566778899aabbccddeeff', NULL)");
    char *text = report(path, false);
    assert_says(text, "from d\\x1b[31m\\u202e");
    assert_says(text, "a\\x1b[2J\\x0ab");
    free(text);
}

static void colour_only_when_it_is_wanted(void **state)
{
    const char *path = sample_path(state, "colour.db");
    const struct facts f = sample_clear(1);

    sample_store(path, 1, &f, 1);
    char *text = report(path, true);
    assert_says(text, "\x1b[1m");
    assert_says(text, "\x1b[0m");
    free(text);
    free(report(path, false));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_empty_database_has_a_sentence),
        cmocka_unit_test(the_answer_comes_first),
        cmocka_unit_test(shares_have_intervals_from_twenty_on),
        cmocka_unit_test(stripping_is_spelled_out),
        cmocka_unit_test(what_is_not_covered_is_said),
        cmocka_unit_test(hostile_names_stay_in_their_lines),
        cmocka_unit_test(colour_only_when_it_is_wanted),
    };
    return cmocka_run_group_tests_name("report", tests, sample_folder, sample_folder_remove);
}
