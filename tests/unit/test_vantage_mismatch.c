/* test_vantage_mismatch.c - one connection that differs between two places, and none found. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

static struct finding judged(const struct history *h)
{
    const struct facts f = {.ehlo_accepted = YES, .starttls_offered = YES};
    struct finding finding = {.rank = RANK_NONE};

    vantage_mismatch(&f, h, &finding);
    return finding;
}

static void what_differs_is_certain_and_both_sides_are_shown(void **state)
{
    (void)state;
    struct history h = {.vantage = {.session = 12,
                                    .source = "server.pcap",
                                    .what = "offer",
                                    .here = "250-XXXXXXXA",
                                    .there = "250-STARTTLS"}};

    assert_int_equal(judged(&h).rank, RANK_CERTAIN);
    assert_non_null(strstr(judged(&h).detail,
                           "\"differs\":\"offer\",\"other_session\":12,"
                           "\"other_capture\":\"server.pcap\",\"here\":\"250-XXXXXXXA\","
                           "\"there\":\"250-STARTTLS\"}"));
    h.vantage.what = NULL;
    assert_non_null(strstr(judged(&h).detail, "\"differs\":\"\""));
}

static void without_another_capture_or_a_difference_it_is_no_finding(void **state)
{
    (void)state;
    struct history h = {.vantage = {.source = "server.pcap", .what = "offer"}};

    assert_int_equal(judged(&h).rank, RANK_NONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_differs_is_certain_and_both_sides_are_shown),
        cmocka_unit_test(without_another_capture_or_a_difference_it_is_no_finding),
    };
    return cmocka_run_group_tests_name("vantage_mismatch", tests, NULL, NULL);
}
