/* test_starttls_refused.c - which refusals of STARTTLS an honest server says, and which it does not. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

static struct facts refused(int reply)
{
    return (struct facts){.ehlo_accepted = YES,
                          .starttls_offered = YES,
                          .starttls_requested = YES,
                          .starttls_reply = reply,
                          .tls_established = NO};
}

static struct finding judged(const struct facts *f, struct requests r)
{
    const struct history h = {.requests = r};
    struct finding finding = {.rank = RANK_NONE};

    starttls_refused(f, &h, &finding);
    return finding;
}

static enum rank ranked(int reply, struct requests r)
{
    struct facts f = refused(reply);

    return judged(&f, r).rank;
}

static const struct requests nobody = {0};
static const struct requests only_this_client = {.others_accepted = 200, .own_refused = 3};

static void the_code_alone(void **state)
{
    (void)state;
    static const struct {
        int reply;
        enum rank rank;
    } cases[] = {
        {500, RANK_STRONG}, {502, RANK_STRONG}, {504, RANK_STRONG}, /* no such command */
        {250, RANK_STRONG}, {200, RANK_STRONG},                     /* taken for another one */
        {454, RANK_WEAK},   {451, RANK_WEAK},                       /* cannot now */
        {554, RANK_WEAK},   {550, RANK_WEAK},                       /* will not */
        {501, RANK_NONE},   {503, RANK_NONE},   {530, RANK_NONE},   /* the client's fault */
        {538, RANK_NONE},   {421, RANK_NONE},   {354, RANK_NONE},
        {220, RANK_NONE},   {0, RANK_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        assert_int_equal(ranked(cases[i].reply, nobody), cases[i].rank);
}

static void cannot_is_strong_when_others_can(void **state)
{
    (void)state;
    assert_int_equal(ranked(454, only_this_client), RANK_STRONG);
    assert_int_equal(ranked(554, only_this_client), RANK_STRONG);
    assert_int_equal(ranked(421, only_this_client), RANK_NONE);
}

static void one_refusal_or_few_others_prove_nothing(void **state)
{
    (void)state;
    assert_int_equal(ranked(454, (struct requests){.others_accepted = 100000}), RANK_WEAK);
    /* Two refusals against 43 and 44 acceptances: 1 in 990 and 1 in 1035. */
    assert_int_equal(ranked(454, (struct requests){.others_accepted = 43, .own_refused = 1}),
                     RANK_WEAK);
    assert_int_equal(ranked(454, (struct requests){.others_accepted = 44, .own_refused = 1}),
                     RANK_STRONG);
}

static void a_server_that_refuses_others_too_is_to_blame(void **state)
{
    (void)state;
    struct requests r = {.others_accepted = 200, .others_refused = 10, .own_refused = 9};

    assert_int_equal(ranked(454, r), RANK_STRONG); /* rarely */
    r.others_refused = 11;
    assert_int_equal(ranked(454, r), RANK_WEAK);
    r = (struct requests){.others_refused = 50, .own_refused = 9};
    assert_int_equal(ranked(454, r), RANK_WEAK);
    assert_int_equal(ranked(502, r), RANK_STRONG); /* contradicts the offer, whoever says it */
}

static void a_client_that_is_mostly_accepted_is_no_exception(void **state)
{
    (void)state;
    struct requests r = {.others_accepted = 200, .own_accepted = 300, .own_refused = 1};

    assert_int_equal(ranked(454, r), RANK_WEAK);
}

static void blame_on_the_client_counts_where_the_server_accepts(void **state)
{
    (void)state;
    assert_int_equal(ranked(503, (struct requests){.own_accepted = 1}), RANK_WEAK);
    assert_int_equal(ranked(501, only_this_client), RANK_WEAK); /* never more */
    assert_int_equal(ranked(530, (struct requests){.others_refused = 5}), RANK_NONE);
}

static void what_was_not_offered_or_not_requested_was_not_refused(void **state)
{
    (void)state;
    struct facts f = refused(502);

    f.starttls_offered = NO; /* an honest server refuses what it did not offer */
    assert_int_equal(judged(&f, nobody).rank, RANK_NONE);
    f.starttls_offered = UNKNOWN;
    assert_int_equal(judged(&f, nobody).rank, RANK_NONE);
    f = refused(502);
    f.starttls_requested = NO;
    assert_int_equal(judged(&f, nobody).rank, RANK_NONE);
}

static void where_tls_came_after_all_nothing_was_refused(void **state)
{
    (void)state;
    struct facts f = refused(250);

    f.hello_seen = true;
    assert_int_equal(judged(&f, nobody).rank, RANK_NONE);
    f = refused(502);
    f.tls_established = YES;
    assert_int_equal(judged(&f, nobody).rank, RANK_NONE);
}

static void a_reply_that_may_be_anothers_is_weak(void **state)
{
    (void)state;
    struct facts f = refused(502);

    f.anomalies = ANOMALY_REPLY_SKEW;
    assert_int_equal(judged(&f, nobody).rank, RANK_WEAK);
    f.anomalies = ANOMALY_BARE_LF;
    assert_int_equal(judged(&f, nobody).rank, RANK_STRONG);
}

static void the_detail_has_the_counts(void **state)
{
    (void)state;
    struct facts f = refused(502);

    assert_non_null(strstr(judged(&f, nobody).detail,
                           "\"reply\":502,\"own_refused\":1,\"own_accepted\":0,"
                           "\"others_refused\":0,\"others_accepted\":0}"));
    assert_non_null(strstr(judged(&f, only_this_client).detail,
                           "\"own_refused\":4,\"own_accepted\":0,\"others_refused\":0,"
                           "\"others_accepted\":200,\"p\":"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_code_alone),
        cmocka_unit_test(cannot_is_strong_when_others_can),
        cmocka_unit_test(one_refusal_or_few_others_prove_nothing),
        cmocka_unit_test(a_server_that_refuses_others_too_is_to_blame),
        cmocka_unit_test(a_client_that_is_mostly_accepted_is_no_exception),
        cmocka_unit_test(blame_on_the_client_counts_where_the_server_accepts),
        cmocka_unit_test(what_was_not_offered_or_not_requested_was_not_refused),
        cmocka_unit_test(where_tls_came_after_all_nothing_was_refused),
        cmocka_unit_test(a_reply_that_may_be_anothers_is_weak),
        cmocka_unit_test(the_detail_has_the_counts),
    };
    return cmocka_run_group_tests_name("starttls_refused", tests, NULL, NULL);
}
