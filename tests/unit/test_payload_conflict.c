/* test_payload_conflict.c - two copies that differ in STARTTLS, and copies that differ elsewhere. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

/* Mail in the clear; the server's first copy offered nothing, its second STARTTLS. */
static struct facts conflicting(void)
{
    struct facts f = {.ehlo_accepted = YES,
                      .starttls_offered = NO,
                      .starttls_requested = NO,
                      .tls_established = NO,
                      .client_name = "c.example",
                      .conflicts = 1,
                      .conflicts_kept = 1};

    f.conflict[0] = (struct conflict_facts){.offset = 35, .octets = 197, .second_starttls = true};
    memset(f.conflict[0].first_sha256, 'a', 64);
    memset(f.conflict[0].second_sha256, 'b', 64);
    return f;
}

static struct finding judged(const struct facts *f)
{
    const struct history none = {0};
    struct finding finding = {.rank = RANK_NONE};

    payload_conflict(f, &none, &finding);
    return finding;
}

static void an_offer_in_one_copy_only_is_certain(void **state)
{
    (void)state;
    struct facts f = conflicting();

    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    assert_non_null(
        strstr(judged(&f).detail, "\"sent_by\":\"server\",\"offset\":35,\"octets\":197,"));
    assert_non_null(
        strstr(judged(&f).detail, "\"starttls_in\":\"second\",\"first_sha256\":\"aaaa"));
    f.starttls_offered = YES; /* the other way round; the client believed the second */
    f.conflict[0].first_starttls = true;
    f.conflict[0].second_starttls = false;
    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
}

static void copies_that_agree_on_starttls_are_no_finding(void **state)
{
    (void)state;
    struct facts f = conflicting();

    f.conflict[0].first_starttls = true; /* in both */
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f.conflict[0].first_starttls = f.conflict[0].second_starttls = false;
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f.conflicts_kept = 2; /* the second one differs */
    f.conflict[1].first_starttls = true;
    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    f.conflicts_kept = 0;
    assert_int_equal(judged(&f).rank, RANK_NONE);
}

static void where_the_offer_got_through_it_is_no_finding(void **state)
{
    (void)state;
    struct facts f = conflicting();

    f.tls_established = YES;
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f = conflicting();
    f.starttls_requested = YES;
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f = conflicting();
    f.ehlo_accepted = UNKNOWN; /* no list was read */
    assert_int_equal(judged(&f).rank, RANK_NONE);
}

static void a_command_in_one_copy_only_is_certain(void **state)
{
    (void)state;
    struct facts f = conflicting();

    f.starttls_offered = YES;
    f.conflict[0].by_client = true;
    f.conflict[0].offset = 16; /* behind "EHLO c.example" and its line end */
    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    assert_non_null(strstr(judged(&f).detail, "\"sent_by\":\"client\""));
    f.conflict[0].first_starttls = true;
    f.conflict[0].second_starttls = false;
    f.starttls_requested = YES;
    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    f.starttls_requested = NO; /* so it was no command */
    assert_int_equal(judged(&f).rank, RANK_NONE);
}

static void a_message_about_starttls_is_no_command(void **state)
{
    (void)state;
    struct facts f = conflicting();

    f.conflict[0].by_client = true;
    f.conflict[0].offset = 120;
    assert_int_equal(judged(&f).rank, RANK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_in_one_copy_only_is_certain),
        cmocka_unit_test(copies_that_agree_on_starttls_are_no_finding),
        cmocka_unit_test(where_the_offer_got_through_it_is_no_finding),
        cmocka_unit_test(a_command_in_one_copy_only_is_certain),
        cmocka_unit_test(a_message_about_starttls_is_no_command),
    };
    return cmocka_run_group_tests_name("payload_conflict", tests, NULL, NULL);
}
