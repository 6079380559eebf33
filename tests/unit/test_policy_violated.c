/* test_policy_violated.c - a server that must offer and does not, and one that was not asked. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

static struct facts not_offered(void)
{
    return (struct facts){.ehlo_sent = true, .ehlo_accepted = YES, .starttls_offered = NO};
}

static struct finding judged(const struct facts *f, enum expecter by, bool binding)
{
    const struct history h = {
        .expected = {.by = by, .binding = binding, .name = "mx.example", .says = "mx: mx.example"}};
    struct finding finding = {.rank = RANK_NONE};

    policy_violated(f, &h, &finding);
    return finding;
}

static void a_binding_policy_is_strong_another_weak(void **state)
{
    (void)state;
    struct facts f = not_offered();

    for (int by = EXPECTED_BY_LIST; by <= EXPECTED_BY_TLSA; by++) {
        assert_int_equal(judged(&f, (enum expecter)by, true).rank, RANK_STRONG);
        assert_int_equal(judged(&f, (enum expecter)by, false).rank, RANK_WEAK);
    }
    assert_int_equal(judged(&f, EXPECTED_BY_NOBODY, true).rank, RANK_NONE);
    assert_non_null(strstr(judged(&f, EXPECTED_BY_MTA_STS, true).detail,
                           "\"by\":\"mta-sts\",\"binding\":true,\"name\":\"mx.example\","
                           "\"policy\":\"mx: mx.example\"}"));
}

static void helo_after_a_refused_ehlo_was_a_question_too(void **state)
{
    (void)state;
    struct facts f = not_offered();

    f.ehlo_accepted = NO;
    f.ehlo_reply = 500;
    f.helo_sent = true;
    assert_int_equal(judged(&f, EXPECTED_BY_LIST, true).rank, RANK_STRONG);
    assert_non_null(strstr(judged(&f, EXPECTED_BY_LIST, true).detail, "\"ehlo_reply\":500}"));
    f.helo_sent = false; /* it left: EHLO may have been refused for its argument */
    assert_int_equal(judged(&f, EXPECTED_BY_LIST, true).rank, RANK_NONE);
}

static void an_offer_and_a_client_that_never_asked_violate_nothing(void **state)
{
    (void)state;
    struct facts f = not_offered();

    f.starttls_offered = YES;
    assert_int_equal(judged(&f, EXPECTED_BY_LIST, true).rank, RANK_NONE);
    f.starttls_offered = UNKNOWN; /* the list was not read to its end */
    assert_int_equal(judged(&f, EXPECTED_BY_LIST, true).rank, RANK_NONE);
    f = (struct facts){.helo_sent = true, .helo_reply = 250}; /* HELO has no list */
    assert_int_equal(judged(&f, EXPECTED_BY_LIST, true).rank, RANK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_binding_policy_is_strong_another_weak),
        cmocka_unit_test(helo_after_a_refused_ehlo_was_a_question_too),
        cmocka_unit_test(an_offer_and_a_client_that_never_asked_violate_nothing),
    };
    return cmocka_run_group_tests_name("policy_violated", tests, NULL, NULL);
}
