/* test_rules.c - the table of rules, which finding counts, and the JSON of a finding. */
#include "test.h"

#include <mailtap/evidence.h>
#include <math.h>
#include <stdlib.h>
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

static void rules_stand_in_the_order_of_the_contract(void **state)
{
    (void)state;
    static const char *const order[FINDINGS] = {
        "offer-masked",     "offer-missing",    "command-masked",
        "refused",          "handshake-broken", "ehlo-masked",
        "payload-conflict", "vantage-mismatch", "policy-violated",
    };
    unsigned count;
    const struct rule *rules = evidence_rules(&count);

    assert_int_equal(count, FINDINGS);
    for (unsigned i = 0; i < count; i++)
        assert_string_equal(rules[i].name, order[i]);
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

/* ---- every rule's detail is JSON, whatever the wire said */

/* One value of RFC 8259, with the few kinds that details have; NULL when it is none. */
static const char *json_text(const char *at)
{
    if (*at++ != '"')
        return NULL;
    for (; *at != '"'; at++) {
        if ((unsigned char)*at < 0x20)
            return NULL;
        if (*at != '\\')
            continue;
        at++;
        if (!*at || !strchr("\"\\/bfnrtu", *at))
            return NULL;
        if (*at == 'u' && strspn(at + 1, "0123456789abcdefABCDEF") < 4)
            return NULL;
    }
    return at + 1;
}

static const char *json_value(const char *at)
{
    char *end;

    if (*at == '"')
        return json_text(at);
    if (strncmp(at, "true", 4) == 0)
        return at + 4;
    if (strncmp(at, "false", 5) == 0)
        return at + 5;
    if (*at < '0' || *at > '9' || (at[0] == '0' && at[1] >= '0' && at[1] <= '9'))
        return NULL;
    strtod(at, &end);
    return end;
}

static bool is_json_object(const char *at)
{
    if (*at++ != '{')
        return false;
    while (at && *at != '}') {
        at = json_text(at);
        if (!at || *at++ != ':')
            return false;
        at = json_value(at);
        if (!at || (*at != ',' && *at != '}'))
            return false;
        at += *at == ',';
        if (at[-1] == ',' && *at != '"')
            return false;
    }
    return at && at[0] == '}' && at[1] == '\0';
}

static void the_check_of_json_knows_what_is_none(void **state)
{
    (void)state;
    assert_true(is_json_object("{\"a\":\"\\u0001\",\"b\":1e-09,\"c\":true}"));
    assert_true(is_json_object("{}"));
    assert_false(is_json_object("{\"a\":\"b\"c\"}"));
    assert_false(is_json_object("{\"a\":nan}"));
    assert_false(is_json_object("{\"a\":1,}"));
    assert_false(is_json_object("{\"a\":\"\\x\"}"));
    assert_false(is_json_object("{\"a\":1}}"));
}

static void fill(char *text, size_t size, char with)
{
    memset(text, with, size - 1);
    text[size - 1] = '\0';
}

/* Facts and history that make every rule speak at its longest; `with` fills each text. */
static void everything(struct facts *f, struct history *h, char with)
{
    *f = (struct facts){.ehlo_accepted = YES,
                        .starttls_offered = NO,
                        .started_ns = INT64_MAX,
                        .client = {.address = {.version = 6}, .port = 65535},
                        .server = {.address = {.version = 6}, .port = 65535},
                        .keywords = "XXXXXXXA",
                        .conflicts_kept = BOUND_CONFLICTS};
    memset(f->client.address.octets, 0xfe, sizeof f->client.address.octets);
    memset(f->server.address.octets, 0xfe, sizeof f->server.address.octets);
    fill(f->greeting, sizeof f->greeting, with);
    fill(f->client_name, sizeof f->client_name, with);
    f->conflict[BOUND_CONFLICTS - 1].first_starttls = true;
    f->conflict[BOUND_CONFLICTS - 1].at_ns = INT64_MIN;
    memset(h, 0x7f, sizeof *h);
    h->contrast.sign = CONTRAST_UNEVEN;
    h->contrast.p = h->contrast.p_adjusted = (double)NAN;
    h->contrast.others_missing = 0;
    h->vantage.what = "command";
    fill(h->vantage.source, sizeof h->vantage.source, with);
    fill(h->vantage.here, sizeof h->vantage.here, with);
    fill(h->vantage.there, sizeof h->vantage.there, with);
    h->expected.by = EXPECTED_BY_MTA_STS;
    h->expected.binding = false;
    fill(h->expected.name, sizeof h->expected.name, with);
    fill(h->expected.says, sizeof h->expected.says, with);
}

/* The further sessions that it takes for each rule to find something. */
static void vary(struct facts *f, unsigned variant)
{
    f->masked_command = 8;
    f->masked_reply = 599;
    f->transactions = 1;
    f->helo_sent = variant >= 2;
    f->ehlo_masked = variant == 2;
    f->helo_reply = 250;
    f->starttls_requested = variant == 1 ? YES : NO;
    f->starttls_reply = variant == 1 ? 599 : 0;
    f->starttls_offered = variant == 0 || variant == 1 ? YES : NO;
    f->ehlo_accepted = variant == 3 ? NO : YES;
    f->ehlo_reply = 504;
}

static void every_detail_is_json_and_says_something_first(void **state)
{
    (void)state;
    static const char hostile[] = {'a', '"', '\\', '*', '%', ',', '}'};
    struct facts f;
    struct history h;
    struct findings all;
    unsigned count, seen = 0;
    const struct rule *rules = evidence_rules(&count);

    for (size_t i = 0; i < sizeof hostile; i++) {
        for (unsigned variant = 0; variant < 5; variant++) {
            everything(&f, &h, hostile[i]);
            vary(&f, variant);
            evidence_collect(&f, &h, &all);
            for (unsigned k = 0; k < all.count; k++) {
                if (!is_json_object(all.list[k].detail))
                    print_error("%s: %s\n", all.list[k].rule, all.list[k].detail);
                assert_true(is_json_object(all.list[k].detail));
                assert_ptr_equal(strstr(all.list[k].detail, "{\"says\":\"At "), all.list[k].detail);
                for (unsigned n = 0; n < count; n++)
                    seen |= (unsigned)(all.list[k].rule == rules[n].name) << n;
            }
        }
    }
    assert_int_equal(seen, (1U << count) - 1);
}

/* The longest texts, each octet of which JSON doubles, leave nothing out. */
static void the_longest_detail_fits(void **state)
{
    (void)state;
    struct facts f;
    struct history h;
    struct finding finding = {.rank = RANK_NONE};

    everything(&f, &h, '"');
    vantage_mismatch(&f, &h, &finding);
    assert_non_null(strstr(finding.detail, "\"there\":\"\\\""));
    policy_violated(&f, &h, &finding);
    assert_non_null(strstr(finding.detail, "\"policy\":\"\\\""));
}

static void shares_are_probabilities(void **state)
{
    (void)state;
    struct finding f;
    struct detail d;

    detail_begin(&d, &f);
    detail_share(&d, "a", 0.0123456789);
    detail_share(&d, "b", 1e-300);
    detail_share(&d, "c", (double)NAN);
    detail_share(&d, "d", 2);
    detail_flag(&d, "e", false);
    detail_time(&d, "f", 1500);
    detail_end(&d);
    assert_string_equal(f.detail, "{\"a\":0.0123457,\"b\":1e-300,\"c\":1,\"d\":1,\"e\":false,"
                                  "\"f\":\"1970-01-01T00:00:00.000001Z\"}");
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
        cmocka_unit_test(rules_stand_in_the_order_of_the_contract),
        cmocka_unit_test(nothing_found_is_no_finding),
        cmocka_unit_test(the_check_of_json_knows_what_is_none),
        cmocka_unit_test(every_detail_is_json_and_says_something_first),
        cmocka_unit_test(the_longest_detail_fits),
        cmocka_unit_test(shares_are_probabilities),
        cmocka_unit_test(details_stay_valid_when_they_do_not_fit),
    };
    return cmocka_run_group_tests_name("rules", tests, NULL, NULL);
}
