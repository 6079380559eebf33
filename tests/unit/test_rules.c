/* test_rules.c - the table of rules, which finding counts, and the JSON of a finding. */
#include "test.h"

#include <mailtap/evidence.h>
#include <string.h>

static void the_highest_rank_counts_and_the_first_among_equals(void **state)
{
    (void)state;
    struct findings all = {.list = {{.rule = "a", .rank = RANK_WEAK},
                                    {.rule = "b", .rank = RANK_STRONG},
                                    {.rule = "c", .rank = RANK_STRONG}},
                           .count = 3};

    assert_string_equal(evidence_best(&all)->rule, "b");
    all.count = 1;
    assert_string_equal(evidence_best(&all)->rule, "a");
    all.count = 0;
    assert_null(evidence_best(&all));
}

static void rules_fit_their_array_and_have_names(void **state)
{
    (void)state;
    unsigned count;
    const struct rule *rules = evidence_rules(&count);

    assert_in_range(count, 1, FINDINGS);
    for (unsigned i = 0; i < count; i++)
        assert_true(rules[i].name && rules[i].judge);
    assert_string_equal(rank_name(RANK_CERTAIN), "certain");
}

static void nothing_found_is_no_finding(void **state)
{
    (void)state;
    struct facts f = {0};
    struct history h = {0};
    struct findings all;

    evidence_collect(&f, &h, &all);
    assert_int_equal(all.count, 0);
}

static void details_stay_valid_when_they_do_not_fit(void **state)
{
    (void)state;
    struct finding f;
    struct detail d;
    char big[FINDING_DETAIL];

    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    detail_begin(&d, &f);
    detail_text(&d, "quote", "a\"b\\c\n");
    detail_text(&d, "big", big);
    detail_number(&d, "after", 7);
    detail_end(&d);
    assert_true(d.cut);
    assert_string_equal(f.detail, "{\"quote\":\"a\\\"b\\\\c\\u000a\"}");

    big[FINDING_DETAIL - 40] = '\0';
    detail_begin(&d, &f);
    detail_text(&d, "big", big);
    for (uint64_t i = 0; i < 100; i++)
        detail_number(&d, "n", i);
    detail_end(&d);
    assert_in_range(strlen(f.detail), 2, FINDING_DETAIL - 1);
    assert_int_equal(f.detail[strlen(f.detail) - 1], '}');
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_highest_rank_counts_and_the_first_among_equals),
        cmocka_unit_test(rules_fit_their_array_and_have_names),
        cmocka_unit_test(nothing_found_is_no_finding),
        cmocka_unit_test(details_stay_valid_when_they_do_not_fit),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
