/* test_offer_missing.c - an offer that others get, and all that may honestly be behind it. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

static struct facts not_offered(void)
{
    return (struct facts){.ehlo_accepted = YES, .starttls_offered = NO};
}

static struct history contrasted(enum contrast_sign sign)
{
    return (struct history){
        .sessions = 60,
        .offered = 50,
        .contrast = {
            .missing = 10, .others = 50, .p = 1e-9, .p_adjusted = 2e-9, .tests = 2, .sign = sign}};
}

static struct finding judged(const struct facts *f, const struct history *h)
{
    struct finding finding = {.rank = RANK_NONE};

    offer_missing(f, h, &finding);
    return finding;
}

static void the_comparison_decides_the_rank(void **state)
{
    (void)state;
    static const enum rank ranks[CONTRASTS] = {
        [CONTRAST_NONE] = RANK_NONE,     [CONTRAST_OTHERS] = RANK_STRONG,
        [CONTRAST_AROUND] = RANK_STRONG, [CONTRAST_CHANGED] = RANK_WEAK,
        [CONTRAST_CHANCE] = RANK_WEAK,   [CONTRAST_UNEVEN] = RANK_WEAK,
        [CONTRAST_OWN] = RANK_WEAK,
    };
    struct facts f = not_offered();

    for (int sign = 0; sign < CONTRASTS; sign++) {
        struct history h = contrasted((enum contrast_sign)sign);
        assert_int_equal(judged(&f, &h).rank, ranks[sign]);
    }
}

static void an_offer_that_is_there_or_was_not_read_is_no_finding(void **state)
{
    (void)state;
    struct history h = contrasted(CONTRAST_OTHERS);
    struct facts f = not_offered();

    f.starttls_offered = YES;
    assert_int_equal(judged(&f, &h).rank, RANK_NONE);
    f.starttls_offered = UNKNOWN; /* a gap in the list */
    assert_int_equal(judged(&f, &h).rank, RANK_NONE);
    f = not_offered();
    f.ehlo_accepted = NO; /* refused: another rule's */
    assert_int_equal(judged(&f, &h).rank, RANK_NONE);
    f.ehlo_accepted = UNKNOWN; /* HELO alone does not ask */
    assert_int_equal(judged(&f, &h).rank, RANK_NONE);
}

static void a_server_that_offers_it_to_nobody_robs_nobody(void **state)
{
    (void)state;
    struct facts f = not_offered();
    struct history h = contrasted(CONTRAST_OTHERS);

    h.contrast.others_missing = h.contrast.others;
    assert_int_equal(judged(&f, &h).rank, RANK_NONE);
    h.contrast.before = 1;
    assert_int_equal(judged(&f, &h).rank, RANK_STRONG);
    h.contrast.missing = 0; /* this client never lacks it */
    assert_int_equal(judged(&f, &h).rank, RANK_NONE);
}

static void the_detail_has_the_counts_and_the_probabilities(void **state)
{
    (void)state;
    struct facts f = not_offered();
    struct history h = contrasted(CONTRAST_OTHERS);
    struct finding plain = judged(&f, &h);

    assert_non_null(strstr(plain.detail, "\"p\":1e-09,\"p_adjusted\":2e-09,\"tests\":2,"
                                         "\"missing\":10,\"offered\":0,"));
    assert_non_null(strstr(plain.detail, "\"others\":50,\"others_missing\":0,"));
    assert_null(strstr(plain.detail, "greeting_masked"));
    strcpy(f.greeting, "****** ****** 2**0");
    assert_non_null(strstr(judged(&f, &h).detail, "\"greeting_masked\":true"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_comparison_decides_the_rank),
        cmocka_unit_test(an_offer_that_is_there_or_was_not_read_is_no_finding),
        cmocka_unit_test(a_server_that_offers_it_to_nobody_robs_nobody),
        cmocka_unit_test(the_detail_has_the_counts_and_the_probabilities),
    };
    return cmocka_run_group_tests_name("offer_missing", tests, NULL, NULL);
}
