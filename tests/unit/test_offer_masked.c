/* test_offer_masked.c - the rule, and a near miss beside each of its cases. */
#include "test.h"

#include <mailtap/evidence.h>
#include <stdio.h>
#include <string.h>

static struct finding judged(const char *keywords, uint64_t offered_elsewhere)
{
    struct facts f = {.ehlo_accepted = YES, .starttls_offered = NO};
    struct history h = {.sessions = offered_elsewhere + 1, .offered = offered_elsewhere};
    struct finding finding = {.rank = RANK_NONE};

    snprintf(f.keywords, sizeof f.keywords, "%s", keywords);
    offer_masked(&f, &h, &finding);
    return finding;
}

static void ranks(void **state)
{
    (void)state;
    static const struct {
        const char *keywords;
        uint64_t elsewhere;
        enum rank rank;
    } cases[] = {
        {"PIPELINING\nXXXXXXXA\n8BITMIME\nSMTPUTF8\nCHUNKING", 0, RANK_CERTAIN},
        {"XXXXXXXX\n8BITMIME\nSMTPUTF8\nCHUNKING", 0, RANK_CERTAIN},
        {"XXXXXXXA\n8BITMIME\nSMTPUTF8", 0, RANK_STRONG}, /* the mask may hide CHUNKING */
        {"XXXXXXXA\nSIZE 1", 1, RANK_CERTAIN},
        {"XXXXXXXA\nSIZE 1", 0, RANK_STRONG},
        {"xxxxxxxx\nSIZE 1", 0, RANK_STRONG},
        {"XTARTTLS", 0, RANK_STRONG}, /* one edit */
        {"STARTTLX", 0, RANK_STRONG},
        {"STARTTL", 0, RANK_WEAK}, /* one edit, and not of eight octets */
        {"XSTARTTLS", 0, RANK_WEAK},
        {"XXARTTLS", 0, RANK_NONE}, /* two edits */
        {"XXXB", 0, RANK_WEAK},
        {"XXXXXXXXXXXX", 5, RANK_WEAK},
        {"XXX", 0, RANK_NONE},
        {"XCLIENT NAME\nXFORWARD\nX-EXPS", 0, RANK_NONE},
        {"XXXXXXA1", 0, RANK_NONE},
        {"PIPELINING\nSIZE", 9, RANK_NONE}, /* gone without a trace: another rule's */
        {"", 0, RANK_NONE},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct finding f = judged(cases[i].keywords, cases[i].elsewhere);
        if (f.rank != cases[i].rank)
            print_error("%s\n", cases[i].keywords);
        assert_int_equal(f.rank, cases[i].rank);
    }
}

static void a_mask_beside_an_offer_is_no_finding(void **state)
{
    (void)state;
    struct facts f = {.ehlo_accepted = YES, .starttls_offered = YES};
    struct history h = {.sessions = 1, .offered = 1};
    struct finding finding = {.rank = RANK_NONE};

    strcpy(f.keywords, "XXXXXXXA\nSTARTTLS");
    offer_masked(&f, &h, &finding);
    assert_int_equal(finding.rank, RANK_NONE);
    f.starttls_offered = UNKNOWN;
    f.ehlo_accepted = UNKNOWN; /* the list was not read to its end */
    offer_masked(&f, &h, &finding);
    assert_int_equal(finding.rank, RANK_NONE);
}

static void the_detail_says_what_it_rests_on(void **state)
{
    (void)state;
    struct finding f = judged("XXXXXXXA\nXXXB\nCHUNKING", 3);

    assert_ptr_equal(strstr(f.detail, "{\"says\":\"At 1970-01-01T00:00:00.000000Z, from "),
                     f.detail);
    assert_non_null(strstr(f.detail, ",\"keyword\":\"XXXXXXXA\",\"masks_of_eight\":1,"
                                     "\"masks_of_other_length\":1,\"unmasked_of_eight\":1,"
                                     "\"sessions_of_server_offered\":3,\"sessions_of_server\":4}"));
}

static void a_masked_greeting_is_mentioned(void **state)
{
    (void)state;
    struct facts f = {.ehlo_accepted = YES, .starttls_offered = NO, .keywords = "XXXXXXXA"};
    struct history h = {0};
    struct finding finding = {.rank = RANK_NONE};

    strcpy(f.greeting, "*****2**0**");
    offer_masked(&f, &h, &finding);
    assert_non_null(strstr(finding.detail, "\"greeting_masked\":true"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ranks),
        cmocka_unit_test(a_mask_beside_an_offer_is_no_finding),
        cmocka_unit_test(the_detail_says_what_it_rests_on),
        cmocka_unit_test(a_masked_greeting_is_mentioned),
    };
    return cmocka_run_group_tests_name("offer_masked", tests, NULL, NULL);
}
