/* test_handshake_broken.c - mail in the clear behind broken handshakes, and behind other failures. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

static struct facts fell_back(void)
{
    return (struct facts){.ehlo_accepted = YES,
                          .starttls_offered = YES,
                          .starttls_requested = NO,
                          .transactions = 1,
                          .tls_established = NO};
}

static struct finding judged(const struct facts *f, struct broken b)
{
    const struct history h = {.broken = b};
    struct finding finding = {.rank = RANK_NONE};

    handshake_broken(f, &h, &finding);
    return finding;
}

static const struct broken reset = {
    .connections = 2, .resets = 2, .last_session = 17, .last_ns = 1764000000000000000};

static void each_way_to_break_it_is_strong(void **state)
{
    (void)state;
    struct facts f = fell_back();

    assert_int_equal(judged(&f, reset).rank, RANK_STRONG);
    assert_int_equal(judged(&f, (struct broken){.connections = 1, .garbled = 1}).rank, RANK_STRONG);
    assert_int_equal(judged(&f, (struct broken){.connections = 1, .alerts = 1}).rank, RANK_STRONG);
    assert_non_null(strstr(judged(&f, reset).detail,
                           "\"broken\":2,\"resets\":2,\"garbled\":0,\"alerts\":0,"
                           "\"last_session\":17,\"last_at\":\"2025-11-24T16:00:00.000000Z\""));
}

static void failures_of_another_kind_are_no_finding(void **state)
{
    (void)state;
    struct facts f = fell_back();

    assert_int_equal(judged(&f, (struct broken){0}).rank, RANK_NONE);
    /* The client did not like the certificate. */
    assert_int_equal(judged(&f, (struct broken){.connections = 3}).rank, RANK_NONE);
}

static void a_server_that_is_broken_for_everybody_is_weak(void **state)
{
    (void)state;
    struct facts f = fell_back();
    struct broken b = reset;

    b.others_broken = 4;
    assert_int_equal(judged(&f, b).rank, RANK_WEAK);
    b.others_established = 35; /* it fails for one in ten */
    assert_int_equal(judged(&f, b).rank, RANK_WEAK);
    b.others_established = 36; /* it works for nearly everybody */
    assert_int_equal(judged(&f, b).rank, RANK_STRONG);
}

static void a_client_that_gets_through_to_others_is_not_behind_a_box(void **state)
{
    (void)state;
    struct facts f = fell_back();
    struct broken b = reset;

    b.elsewhere_established = 4;
    assert_int_equal(judged(&f, b).rank, RANK_WEAK);
    b.elsewhere_broken = 2; /* its handshakes are broken elsewhere, too */
    assert_int_equal(judged(&f, b).rank, RANK_STRONG);
    b.elsewhere_broken = 0;
    b.others_established = 1; /* the server's TLS works */
    assert_int_equal(judged(&f, b).rank, RANK_STRONG);
    b.others_established = 0;
    b.garbled = 1; /* what came was changed on its way, wherever that was */
    assert_int_equal(judged(&f, b).rank, RANK_STRONG);
}

static void only_mail_in_the_clear_past_an_offer_fell_back(void **state)
{
    (void)state;
    struct facts f = fell_back();

    f.transactions = 0; /* it left without sending */
    assert_int_equal(judged(&f, reset).rank, RANK_NONE);
    f = fell_back();
    f.starttls_offered = NO; /* another rule's */
    assert_int_equal(judged(&f, reset).rank, RANK_NONE);
    f = fell_back();
    f.starttls_requested = YES;
    assert_int_equal(judged(&f, reset).rank, RANK_NONE);
    f.starttls_requested = UNKNOWN; /* a gap */
    assert_int_equal(judged(&f, reset).rank, RANK_NONE);
    f = fell_back();
    f.hello_seen = true;
    assert_int_equal(judged(&f, reset).rank, RANK_NONE);
    f = fell_back();
    f.tls_established = YES;
    assert_int_equal(judged(&f, reset).rank, RANK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_way_to_break_it_is_strong),
        cmocka_unit_test(failures_of_another_kind_are_no_finding),
        cmocka_unit_test(a_server_that_is_broken_for_everybody_is_weak),
        cmocka_unit_test(a_client_that_gets_through_to_others_is_not_behind_a_box),
        cmocka_unit_test(only_mail_in_the_clear_past_an_offer_fell_back),
    };
    return cmocka_run_group_tests_name("handshake_broken", tests, NULL, NULL);
}
