/* test_baseline.c - when a session without the offer is more than the server's own doing. */
#include "test.h"

#include <mailtap/baseline.h>
#include <mailtap/bounds.h>

#include <ctype.h>
#include <string.h>

#define MINUTE (60 * INT64_C(1000000000))
#define HOUR_NS (BOUND_SAME_TIME_SECONDS * INT64_C(1000000000))

/*
 * Client a against the others.  A letter is a session, a minute after the one before: capital with
 * the offer, small without, a different letter a different client.  '|' is two hours of nothing.
 */
static struct contrast compared(const char *sessions)
{
    struct baseline_session list[256];
    struct contrast c;
    int64_t at_ns = 0;
    size_t n = 0;

    for (; *sessions; sessions++) {
        at_ns += *sessions == '|' ? 2 * HOUR_NS : MINUTE;
        if (*sessions == '|')
            continue;
        assert_true(n < sizeof list / sizeof *list);
        list[n++] = (struct baseline_session){
            at_ns, (uint32_t)(tolower((unsigned char)*sessions) - 'a'), *sessions < 'a'};
    }
    baseline_compare(list, n, 0, &c);
    return c;
}

/* What is said of it when no other server, and no other test, is in the database. */
static const char *said(const char *sessions)
{
    struct contrast c = compared(sessions);

    c.p_adjusted = c.p;
    return contrast_name(baseline_judge(&c));
}

static void nothing_to_compare(void **state)
{
    (void)state;
    assert_string_equal(said(""), "none");
    assert_string_equal(said("AAABBB"), "none"); /* it never lacks the offer */
    assert_string_equal(said("bbbbAB"), "none"); /* another one does */
    assert_string_equal(said("aabbaa"), "none"); /* the server does not do STARTTLS at all */
    assert_true(compared("aabbaa").p == 1);
}

static void counts_by_time(void **state)
{
    /*                            before  the time        after */
    struct contrast c = compared("AABB"
                                 "aBAbaAaBbBa"
                                 "BBA");
    (void)state;
    assert_int_equal(c.missing, 4);
    assert_int_equal(c.offered, 2);
    assert_int_equal(c.before, 2);
    assert_int_equal(c.after, 1);
    assert_int_equal(c.others, 9); /* those around the time, too */
    assert_int_equal(c.others_missing, 2);
    assert_int_equal(c.outside, 0);
}

static void an_hour_around_is_the_same_time(void **state)
{
    struct baseline_session s[] = {{0, 1, true}, {HOUR_NS, 0, false}, {2 * HOUR_NS, 1, true}};
    struct contrast c;

    (void)state;
    baseline_compare(s, 3, 0, &c);
    assert_int_equal(c.others, 2);
    assert_int_equal(c.outside, 0);
    assert_int_equal(c.sign, CONTRAST_OTHERS);
    s[0].at_ns--;
    s[2].at_ns++;
    baseline_compare(s, 3, 0, &c);
    assert_int_equal(c.others, 0);
    assert_int_equal(c.outside, 2);
    assert_int_equal(c.sign, CONTRAST_CHANGED);
}

static void outside_of_the_time_only_offers_count(void **state)
{
    struct contrast c = compared("BbC|a|Bcc");
    (void)state;
    assert_int_equal(c.outside, 3);
    assert_int_equal(c.others, 0);
    assert_int_equal(c.others_missing, 0);
}

static void others_must_be_offered_it_up_to_then_and_since(void **state)
{
    (void)state;
    assert_int_equal(compared("BaB").sign, CONTRAST_OTHERS);
    assert_int_equal(compared("aBa").sign, CONTRAST_OTHERS); /* one session can be both */
    assert_int_equal(compared("BBBBaaaa").sign, CONTRAST_CHANGED);
    assert_int_equal(compared("aaaaBBBB").sign, CONTRAST_CHANGED);
    assert_int_equal(compared("BBBBaabbaa").sign, CONTRAST_CHANGED);
    assert_int_equal(compared("B|a|B").sign, CONTRAST_CHANGED); /* not over the same time */
}

static void before_and_after_is_a_change_of_its_operator(void **state)
{
    (void)state;
    assert_string_equal(said("AAAAAAAAAAaaaaaaaaaa"), "changed");
    assert_string_equal(said("aaaaaaaaaaAAAAAAAAAA"), "changed");
    assert_string_equal(said("BBBBBBBBBBaaaaaaaaaa"), "changed");
    assert_string_equal(said("BABABABAabababab"), "changed");
    assert_true(compared("AAAAAAAAAAaaaaaaaaaa").p == 1);
}

static void offered_before_and_after_and_not_between(void **state)
{
    struct contrast c = compared("AAAAAaaaaaAAAAA");

    (void)state;
    assert_int_equal(c.sign, CONTRAST_AROUND);
    assert_int_equal(c.before, 5);
    assert_int_equal(c.after, 5);
    assert_true(c.p > 1 / 3004. && c.p < 1 / 3002.); /* Fisher: one of 15 over 5 */
    assert_string_equal(said("AAAAAaaaaaAAAAA"), "around");
    assert_string_equal(said("AAaAA"), "chance");
    /* Somebody else lacks it then: it is the server that changed, twice. */
    assert_string_equal(said("AAAAAaaaaabAAAAA"), "changed");
    assert_string_equal(said("AAAAABaaaaabaaBAAAA"), "chance");
}

static void interleaved_with_others_is_significant(void **state)
{
    struct contrast c = compared("BaBaBaBaBaB");

    (void)state;
    assert_int_equal(c.runs, 5);
    assert_true(c.p > 1 / 463. && c.p < 1 / 461.); /* Fisher: one of 11 over 5 */
    assert_string_equal(said("BaBaBaBaBaB"), "others");
    assert_string_equal(said("BaBaBaB"), "chance");           /* too few to tell */
    assert_string_equal(said("BaBabBaBAaBaBAbBA"), "chance"); /* others lack it as well */
}

static void one_stretch_among_few_clients_is_not(void **state)
{
    (void)state;
    /* Half of all sessions are its own: that five in a row are is one in 32. */
    struct contrast c = compared("ABABABaaaaaBBBBB");
    assert_int_equal(c.runs, 1);
    assert_true(c.p > 0.03 && c.p < 0.04);
    assert_string_equal(said("ABABABaaaaaBBBBB"), "chance");
    /* One of ten clients, as busy as the others, is not the only one to come by chance. */
    assert_string_equal(said("BCDEFGHIJABCDEFGHIJaaaaaBCDEFGHIJBCDEFGHIJ"), "others");
}

static void a_stretch_shared_with_others_is_one_change(void **state)
{
    /* The operator turns it off for ten minutes: one is there often, another once. */
    const char *off = "BCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMA"
                      "aaaaaabaaaa"
                      "BCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMA";
    /* The same, but somebody is offered it in between. */
    const char *taken = "BCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMA"
                        "aaaCaaabCaaaa"
                        "BCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMBCDEFGHIJKLMA";

    (void)state;
    assert_int_equal(compared(off).runs, 0);
    assert_string_equal(said(off), "chance");
    assert_int_equal(compared(taken).runs, 2);
    assert_string_equal(said(taken), "others");
}

static void runs_end_where_anybody_is_offered_it(void **state)
{
    (void)state;
    assert_int_equal(compared("aaBaa").runs, 2);
    assert_int_equal(compared("aaAaa").runs, 2);
    assert_int_equal(compared("aa|aa").runs, 0 + 1);
    assert_int_equal(compared("aabaaB").runs, 0); /* shared */
    assert_int_equal(compared("bbBaa").runs, 1);
    assert_int_equal(compared("bBB").runs, 0);
}

/* ---- judging */

static struct contrast significant(enum contrast_sign sign)
{
    return (struct contrast){
        .missing = 5, .others = 50, .p = 1e-9, .p_adjusted = 1e-8, .tests = 10, .sign = sign};
}

static void chance_is_one_in_a_hundred(void **state)
{
    struct contrast c = significant(CONTRAST_OTHERS);

    (void)state;
    assert_int_equal(baseline_judge(&c), CONTRAST_OTHERS);
    c.p_adjusted = 0.00999;
    assert_int_equal(baseline_judge(&c), CONTRAST_OTHERS);
    c.p_adjusted = 0.01; /* p alone does not count: many were tested */
    assert_int_equal(baseline_judge(&c), CONTRAST_CHANCE);
    c = significant(CONTRAST_AROUND);
    assert_int_equal(baseline_judge(&c), CONTRAST_AROUND);
    c.p_adjusted = 1;
    assert_int_equal(baseline_judge(&c), CONTRAST_CHANCE);
}

static void other_servers_offer_it_to_this_client(void **state)
{
    struct contrast c = significant(CONTRAST_OTHERS);

    (void)state;
    c.elsewhere = 1;
    assert_int_equal(baseline_judge(&c), CONTRAST_OWN);
    assert_true(baseline_withheld(&c));
    c.elsewhere = 4; /* a box on its way would take it from more than one in four */
    c.elsewhere_missing = 1;
    assert_int_equal(baseline_judge(&c), CONTRAST_OTHERS);
    assert_false(baseline_withheld(&c));
    c.elsewhere = 5;
    assert_int_equal(baseline_judge(&c), CONTRAST_OWN);
    c.missing = 0;
    assert_false(baseline_withheld(&c));
}

static void an_uneven_server_is_not_the_path(void **state)
{
    struct contrast c = significant(CONTRAST_OTHERS);

    (void)state;
    c.uneven = true;
    assert_int_equal(baseline_judge(&c), CONTRAST_UNEVEN);
    c.elsewhere = 10; /* the more exact reason */
    assert_int_equal(baseline_judge(&c), CONTRAST_OWN);
}

static void what_was_not_tested_stays(void **state)
{
    struct contrast c = significant(CONTRAST_CHANGED);

    (void)state;
    c.elsewhere = 10;
    c.uneven = true;
    assert_int_equal(baseline_judge(&c), CONTRAST_CHANGED);
    c.sign = CONTRAST_NONE;
    assert_int_equal(baseline_judge(&c), CONTRAST_NONE);
}

static void signs_have_names(void **state)
{
    (void)state;
    assert_string_equal(contrast_name(CONTRAST_OWN), "own-policy");
    assert_string_equal(contrast_name(CONTRAST_UNEVEN), "uneven");
    assert_string_equal(contrast_name(CONTRASTS), "none");
}

/* ---- marks */

static void marks_of_keywords(void **state)
{
    uint64_t mark = baseline_keyword_mark("PIPELINING\nSIZE 1000\n8BITMIME");

    (void)state;
    assert_true(mark == baseline_keyword_mark("8BITMIME\nPIPELINING\nSIZE 1000"));
    assert_true(mark == baseline_keyword_mark("pipelining\nSize\n8bitmime"));
    assert_true(mark == baseline_keyword_mark("PIPELINING\nSIZE 2000\n8BITMIME"));
    assert_true(mark != baseline_keyword_mark("PIPELINING\nSIZE 1000"));
    assert_true(mark != baseline_keyword_mark("PIPELINING\nSIZE 1000\n8BITMIME\nDSN"));
    assert_true(mark != baseline_keyword_mark("PIPELINING\nSIZE8BITMIME"));
    assert_true(baseline_keyword_mark("") == 0);
}

static void what_comes_and_goes_with_tls_is_left_out(void **state)
{
    uint64_t mark = baseline_keyword_mark("PIPELINING\nSIZE");

    (void)state;
    assert_true(mark == baseline_keyword_mark("PIPELINING\nSTARTTLS\nSIZE"));
    assert_true(mark == baseline_keyword_mark("PIPELINING\nAUTH PLAIN LOGIN\nAUTH=PLAIN\nSIZE"));
    assert_true(mark == baseline_keyword_mark("PIPELINING\nXXXXXXXX\nXXXXXXXA\nSIZE"));
    assert_true(mark != baseline_keyword_mark("PIPELINING\nSTARTTLSX\nSIZE"));
    assert_true(mark != baseline_keyword_mark("PIPELINING\nXCLIENT NAME\nSIZE"));
}

static void marks_of_names(void **state)
{
    uint64_t mark = baseline_name_mark("mx1.example");

    (void)state;
    assert_true(mark != 0);
    assert_true(mark == baseline_name_mark("MX1.Example"));
    assert_true(mark != baseline_name_mark("mx2.example"));
    assert_true(baseline_name_mark("") == 0);
    assert_true(baseline_name_mark("************************") == 0);
    assert_true(baseline_name_mark("XXXXXXXX") == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_to_compare),
        cmocka_unit_test(counts_by_time),
        cmocka_unit_test(an_hour_around_is_the_same_time),
        cmocka_unit_test(outside_of_the_time_only_offers_count),
        cmocka_unit_test(others_must_be_offered_it_up_to_then_and_since),
        cmocka_unit_test(before_and_after_is_a_change_of_its_operator),
        cmocka_unit_test(offered_before_and_after_and_not_between),
        cmocka_unit_test(interleaved_with_others_is_significant),
        cmocka_unit_test(one_stretch_among_few_clients_is_not),
        cmocka_unit_test(a_stretch_shared_with_others_is_one_change),
        cmocka_unit_test(runs_end_where_anybody_is_offered_it),
        cmocka_unit_test(chance_is_one_in_a_hundred),
        cmocka_unit_test(other_servers_offer_it_to_this_client),
        cmocka_unit_test(an_uneven_server_is_not_the_path),
        cmocka_unit_test(what_was_not_tested_stays),
        cmocka_unit_test(signs_have_names),
        cmocka_unit_test(marks_of_keywords),
        cmocka_unit_test(what_comes_and_goes_with_tls_is_left_out),
        cmocka_unit_test(marks_of_names),
    };
    return cmocka_run_group_tests_name("baseline", tests, NULL, NULL);
}
