/* test_command_masked.c - a run of eight X where STARTTLS was due, and what looks like it. */
#include "test.h"

#include "script.h"

#include <mailtap/evidence.h>
#include <string.h>

static struct facts masked(void)
{
    return (struct facts){.ehlo_accepted = YES,
                          .starttls_offered = YES,
                          .starttls_requested = NO,
                          .masked_command = 8,
                          .masked_reply = 502,
                          .tls_established = NO};
}

static struct finding judged(const struct facts *f)
{
    const struct history none = {0};
    struct finding finding = {.rank = RANK_NONE};

    command_masked(f, &none, &finding);
    return finding;
}

static void refused_or_taken_for_noop_it_is_certain(void **state)
{
    (void)state;
    struct facts f = masked();

    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    assert_non_null(strstr(judged(&f).detail, "\"reply\":502,\"taken_as_noop\":false}"));
    f.masked_reply = 250;
    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    assert_non_null(strstr(judged(&f).detail, "\"reply\":250,\"taken_as_noop\":true}"));
}

static void other_replies_and_none_are_no_finding(void **state)
{
    (void)state;
    static const int replies[] = {0, 220, 251, 354, 421, 454};
    struct facts f = masked();

    for (size_t i = 0; i < sizeof replies / sizeof *replies; i++) {
        f.masked_reply = replies[i];
        assert_int_equal(judged(&f).rank, RANK_NONE);
    }
}

static void runs_of_other_lengths_hide_another_command(void **state)
{
    (void)state;
    struct facts f = masked();

    for (f.masked_command = 0; f.masked_command < 20; f.masked_command++)
        assert_int_equal(judged(&f).rank, f.masked_command == 8 ? RANK_CERTAIN : RANK_NONE);
}

static void without_an_offer_or_beside_a_request_it_is_no_finding(void **state)
{
    (void)state;
    struct facts f = masked();

    f.starttls_offered = NO;
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f.starttls_offered = UNKNOWN;
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f = masked();
    f.starttls_requested = YES; /* STARTTLS passed */
    assert_int_equal(judged(&f).rank, RANK_NONE);
    f = masked();
    f.tls_established = YES;
    assert_int_equal(judged(&f).rank, RANK_NONE);
}

#define OFFER "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 STARTTLS\n"
#define BYE "C: QUIT\nS: 221 bye\n"

static void as_it_comes_on_the_wire(void **state)
{
    (void)state;
    struct facts f = script_facts(OFFER "C: XXXXXXXX\nS: 500 unknown\n" BYE);
    struct facts letter = script_facts(OFFER "C: XXXXXXXA\nS: 500 unknown\n" BYE);
    struct facts argument = script_facts(OFFER "C: XXXXXXXX a\nS: 500 unknown\n" BYE);

    assert_int_equal(judged(&f).rank, RANK_CERTAIN);
    assert_int_equal(judged(&letter).rank, RANK_NONE);
    assert_int_equal(judged(&argument).rank, RANK_NONE);
    script_free(&f);
    script_free(&letter);
    script_free(&argument);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(refused_or_taken_for_noop_it_is_certain),
        cmocka_unit_test(other_replies_and_none_are_no_finding),
        cmocka_unit_test(runs_of_other_lengths_hide_another_command),
        cmocka_unit_test(without_an_offer_or_beside_a_request_it_is_no_finding),
        cmocka_unit_test(as_it_comes_on_the_wire),
    };
    return cmocka_run_group_tests_name("command_masked", tests, NULL, NULL);
}
