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
    assert_says(one, "How much could be read An observer on this path could read 2 messages, 2,000 "
                     "octets of content. In the clear were 2 of 3 sessions. ");
    assert_says(one, "1 encrypted session gives no estimate of messages.");
    assert_says(one, "message bodies 2 1,800 octets");
    assert_says(one, "Domains whose mail could be read: domain transactions as sender as recipient "
                     "servers ");
    assert_says_not(one, "of about");
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
    assert_says(text, "d\\x1b[31m\\u202e");
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
        cmocka_unit_test(hostile_names_stay_in_their_lines),
        cmocka_unit_test(colour_only_when_it_is_wanted),
    };
    return cmocka_run_group_tests_name("report", tests, sample_folder, sample_folder_remove);
}
