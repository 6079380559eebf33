/* test_headline.c - the audit on how much could be read: in all, by direction, by day. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

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
    assert_says(one,
                "could read 10 of about 30 messages, 10,000 octets of content. In the clear were "
                "10 of 15 sessions. messages that could be read 10 of about 30 (33.3 %");
    assert_says(one, "The other 20 messages went through TLS: an estimate from the sizes of its "
                     "records; 15 to 40 are possible.");
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
    assert_says(one, "In the clear were 5 of 20 sessions (25.0 %, 0.0 to 100.0).");
    free(one);
    free(text);
}

static void the_undecided_bound_the_answer(void **state)
{
    struct facts f[] = {sample_clear(1), sample_encrypted(2), sample_clear(3)};

    f[2].decided = UNKNOWN;
    f[2].midstream = true;
    char *one = audit_of(sample_path(state, "bound.db"), f, 3);
    assert_says(one, "In the clear were 1 of 2 sessions that could be decided.");
    assert_says(one,
                "1 session could not be decided: counted as encrypted or as in the clear, they "
                "make the share in the clear 33.3 to 66.7 %.");
    assert_says(one, "What became of the sessions: in the clear 1 under STARTTLS 1 not decided 1");
    free(one);
}

static void days_have_a_row_each(void **state)
{
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_encrypted(3), sample_clear(4)};

    f[3].started_ns += INT64_C(86400000000000);
    f[3].ended_ns += INT64_C(86400000000000);
    strcpy(f[1].keywords, "XXXXXXXA");
    f[1].server.port = 587;
    char *one = audit_of(sample_path(state, "days.db"), f, 4);
    assert_says(one,
                "Day by day Sessions that began on a day (UTC): in the clear stripped under TLS "
                "TLS failed not decided 2026-11-24 1 1 1 0 0 2026-11-25 1 0 0 0 0 ");
    free(one);
}

static void directions_are_of_ones_own_network(void **state)
{
    const struct facts f[] = {sample_clear(1), sample_encrypted(2)};
    const char *path = sample_path(state, "home.db");
    struct err e = {""};
    char *text = NULL;
    size_t n;

    char *one = audit_of(path, f, 2);
    assert_says(one, "By direction Sessions in the clear, of those decided: relay 1 of 2 ");
    assert_says(one, "With --home PREFIXES inbound, outbound and internal mail are told apart.");
    free(one);
    struct store *st = store_open(path, STORE_READ, &e);
    struct report_wish wish = {.name = "a.db", .home = "192.0.2.0/24"};
    struct document *d = report_make(st, &wish, &e);
    FILE *out = open_memstream(&text, &n);
    report_write(out, d, REPORT_TEXT, false);
    fclose(out);
    assert_says_not(text, "--home");
    assert_says_not(text, "relay");
    report_free(&d);
    wish.home = "192.0.2.0/33";
    assert_null(report_make(st, &wish, &e));
    assert_says(e.text, "192.0.2.0/33");
    store_close(&st, &e);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(estimates_are_marked),
        cmocka_unit_test(shares_have_intervals_from_twenty_on),
        cmocka_unit_test(the_undecided_bound_the_answer),
        cmocka_unit_test(days_have_a_row_each),
        cmocka_unit_test(directions_are_of_ones_own_network),
    };
    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
