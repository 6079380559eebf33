/*
 * test_condition_judge.c - what a condition asks for must be there; it is judged exactly, in three
 * answers, and says what made it so.
 */
#include "test.h"

#include "figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

struct expectation {
    const char *text;
    tri met;
};

static void assert_all(const struct expectation *list, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        tri met = some_met(list[i].text);
        if (met != list[i].met)
            print_error("%s\n", list[i].text);
        assert_int_equal(met, list[i].met);
    }
}

/* ---- judging */

static void figures_are_compared(void **state)
{
    static const struct expectation list[] = {
        {"messages-readable > 60.2%", YES},
        {"messages-readable > 60.3%", NO}, /* 60.29... */
        {"messages-readable > 0.6", YES},
        {"messages-readable < 0.6", NO},
        {"count(messages-readable) = 41", YES},
        {"of(messages-readable) == 68", YES},
        {"of(messages-readable) < 68", NO},
        {"low(messages-readable) > 48%", YES},
        {"low(messages-readable) > 60%", NO},
        {"high(messages-readable) < 71.1%", YES},
        {"high(messages-readable) < 0.7", NO},
        {"sessions > 1233", YES},
        {"sessions >= 1234", YES},
        {"sessions > 1234.0", NO},
        {"sessions > 1233.9", YES},
        {"count(sessions) != 1234", NO},
        {"none != 0", NO},
        {"none <= 0", YES},
        {"none >= 0.00000000000001", NO},
        {"starttls-offered <= 75%", YES}, /* too few for an interval, and a share still */
        {"starttls-offered < 75%", NO},
    };

    (void)state;
    assert_all(list, COUNT(list));
}

/* As doubles, 1 of 20 and 5 % could be two numbers. */
static void shares_are_compared_exactly(void **state)
{
    static const struct expectation list[] = {
        {"edge = 5%", YES},
        {"edge == 0.05", YES},
        {"edge != 5.0 %", NO},
        {"edge >= 5%", YES},
        {"edge <= 5%", YES},
        {"edge > 5%", NO},
        {"edge < 5%", NO},
        {"edge > 4.9999999999999%", YES},
        {"edge < 5.0000000000001%", YES},
        {"edge < 0.05000000000001", YES},
        {"low(edge) = 0.9%", YES},
        {"high(edge) = 0.236", YES},
    };

    (void)state;
    assert_all(list, COUNT(list));
}

static void what_is_not_known_settles_nothing(void **state)
{
    static const struct expectation list[] = {
        {"nothing > 5%", UNKNOWN},
        {"nothing <= 5%", UNKNOWN},
        {"low(nothing) > 5%", UNKNOWN},
        {"count(nothing) = 0", YES},
        {"of(nothing) = 0", YES},
        {"low(starttls-offered) > 5%", UNKNOWN},
        {"high(starttls-offered) > 5%", UNKNOWN},
        {"not nothing > 5%", UNKNOWN},
        {"nothing > 5% and none = 0", UNKNOWN},
        {"none = 0 and nothing > 5%", UNKNOWN},
        {"nothing > 5% and none = 1", NO},
        {"none = 1 and nothing > 5%", NO},
        {"nothing > 5% or none = 0", YES},
        {"none = 0 or nothing > 5%", YES},
        {"nothing > 5% or none = 1", UNKNOWN},
        {"none = 1 or nothing > 5% or none = 2", UNKNOWN},
        {"not (nothing > 5% and none = 1)", YES},
        {"not (nothing > 5% or none = 1)", UNKNOWN},
    };

    (void)state;
    assert_all(list, COUNT(list));
}

/* Of a report that says nothing of it, or says what is no number. */
static struct figure odd;

static const struct figure *find_odd(const void *of, const char *name)
{
    (void)of;
    return strcmp(name, "odd") == 0 ? &odd : NULL;
}

static const char *no_name(const void *of, unsigned i)
{
    (void)of;
    (void)i;
    return NULL;
}

static tri met_odd(const char *text)
{
    const struct figures figures = {NULL, find_odd, no_name};
    struct condition *c;
    struct err e = {""};

    assert_int_equal(condition_parse(text, &c, &e), 0);
    tri met = condition_met(c, &figures);
    condition_free(&c);
    return met;
}

static void odd_figures_do_no_harm(void **state)
{
    (void)state;
    odd = (struct figure){
        .share = true, .count = 7, .of = 5, .intervalled = true, .low = (double)NAN, .high = 1.5};
    assert_int_equal(met_odd("missing = 0"), UNKNOWN);
    assert_int_equal(met_odd("not missing = 0 and odd = 1"), NO);
    assert_int_equal(met_odd("low(odd) > 0"), UNKNOWN);
    assert_int_equal(met_odd("high(odd) > 0"), UNKNOWN);
    assert_int_equal(met_odd("odd = 1.4"), YES);
    odd = (struct figure){.share = true, .count = UINT64_MAX, .of = UINT64_MAX};
    assert_int_equal(met_odd("odd = 100.000000000000%"), YES);
    assert_int_equal(met_odd("odd > 99.9999999999999%"), YES);
    assert_int_equal(met_odd("count(odd) > 999999999999999"), YES);
    odd.count--;
    assert_int_equal(met_odd("odd < 1"), YES);
    assert_int_equal(met_odd("odd = 1"), NO);
    assert_int_equal(met_odd("odd > 99.9999999999999%"), YES);
}

/* ---- checking */

static void assert_refused(const char *text, const struct figures *f, const char *why)
{
    struct condition *c;
    struct err e = {""};

    assert_int_equal(condition_parse(text, &c, &e), 0);
    assert_int_equal(condition_check(c, f, &e), -1);
    assert_string_equal(e.text, why);
    condition_free(&c);
}

static void names_that_are_none_are_named_with_those_near(void **state)
{
    const struct figures nothing = {NULL, find_odd, no_name};

    (void)state;
    assert_refused(
        "none = 0 or mesages-redable > 5%", &some_figures,
        "condition, octet 13: there is no figure 'mesages-redable'; those with the nearest "
        "names are messages-readable, edge, sessions, starttls-offered, none");
    assert_refused(
        "low(readable) > 5%", &some_figures,
        "condition, octet 5: there is no figure 'readable'; those with the nearest names "
        "are messages-readable, edge, sessions, none, nothing");
    assert_refused(
        "Edge > 5%", &some_figures,
        "condition, octet 1: there is no figure 'Edge'; those with the nearest names are "
        "edge, none, nothing, sessions, messages-readable");
    assert_refused("edge > 5%", &nothing,
                   "condition, octet 1: there is no figure 'edge'; there is none at all");
}

static void figures_are_asked_for_what_they_have(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"messages-readable > 5",
         "octet 21: messages-readable is a share, from 0 to 1 or to 100 %: "
         "write 5% for a share of 0.05"},
        {"low(edge) > 1.01", "octet 13: edge is a share, from 0 to 1 or to 100 %: write 5% for a "
                             "share of 0.05"},
        {"sessions > 5%", "octet 12: sessions is a count: a number without % is expected"},
        {"count(edge) > 5 %", "octet 15: count(edge) is a count: a number without % is expected"},
        {"of(edge) > 5%", "octet 12: of(edge) is a count: a number without % is expected"},
        {"none=0 and low(sessions) > 0",
         "octet 16: sessions is a count alone, and no share: it has no 'low'"},
        {"high(sessions) > 0",
         "octet 6: sessions is a count alone, and no share: it has no 'high'"},
        {"of(sessions) > 0", "octet 4: sessions is a count alone, and no share: it has no 'of'"},
        {"edge > 1", "octet 8: no share is more than 1, which is 100 %, so this is never met"},
        {"edge > 100%", "octet 8: no share is more than 1, which is 100 %, so this is never met"},
        {"edge < 0.0", "octet 8: nothing is less than 0, so this is never met"},
        {"sessions < 0", "octet 12: nothing is less than 0, so this is never met"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char why[160] = "condition, ";
        assert_refused(cases[i].text, &some_figures, strcat(why, cases[i].why));
    }
}

/* ---- why */

static void it_says_what_made_it_so(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"messages-readable > 5%", "messages-readable is 60.3 % (41 of 68), more than 5 %"},
        {"messages-readable > 0.0525", "messages-readable is 60.3 % (41 of 68), more than 5.25 %"},
        {"starttls-offered >= 0.5", "starttls-offered is 3 of 4, at least 50 %"},
        {"low(messages-readable) > 0.1%", "low(messages-readable) is 48.4 %, more than 0.1 %"},
        {"high(messages-readable) < 1", "high(messages-readable) is 71.0 %, less than 100 %"},
        {"count(edge) != 0", "count(edge) is 1, not 0"},
        {"of(edge) = 20.00", "of(edge) is 20, exactly 20"},
        {"sessions > 1000.50", "sessions is 1,234, more than 1,000.5"},
        {"sessions <= 99999999", "sessions is 1,234, at most 99,999,999"},
        /* Only what made it so, and everything that did. */
        {"none = 1 or none = 0 or sessions > 1",
         "none is 0, exactly 0; sessions is 1,234, more than 1"},
        {"none = 0 and (none = 1 or sessions > 1)",
         "none is 0, exactly 0; sessions is 1,234, more than 1"},
        {"not (none > 0 and nothing > 5%)", "none is 0, at most 0"},
        {"not (none > 0 or sessions < 5)", "none is 0, at most 0; sessions is 1,234, at least 5"},
        {"not not none < 1", "none is 0, less than 1"},
        /* Why it is not met. */
        {"none = 0 and none > 1 and none != 0", "none is 0, at most 1; none is 0, exactly 0"},
        {"none = 1", "none is 0, not 1"},
        {"not none < 1", "none is 0, less than 1"},
        /* And why nobody knows. */
        {"none = 1 or nothing > 5%", "nothing is not known: it is a share of nothing"},
        {"none = 0 and not low(starttls-offered) > 5%",
         "low(starttls-offered) is not known: 4 are too few for an interval"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *why = some_why(cases[i].text);
        assert_string_equal(why, cases[i].why);
        free(why);
    }
}

static void what_is_not_there_is_said(void **state)
{
    const struct figures figures = {NULL, find_odd, no_name};
    struct condition *c;
    struct err e = {""};
    char *why = NULL;
    size_t n;
    FILE *out = open_memstream(&why, &n);

    (void)state;
    assert_int_equal(condition_parse("count(missing) > 0", &c, &e), 0);
    condition_why(out, c, &figures);
    fclose(out);
    assert_string_equal(why, "count(missing) is not in this report");
    condition_free(&c);
    free(why);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_compared),
        cmocka_unit_test(shares_are_compared_exactly),
        cmocka_unit_test(what_is_not_known_settles_nothing),
        cmocka_unit_test(odd_figures_do_no_harm),
        cmocka_unit_test(names_that_are_none_are_named_with_those_near),
        cmocka_unit_test(figures_are_asked_for_what_they_have),
        cmocka_unit_test(it_says_what_made_it_so),
        cmocka_unit_test(what_is_not_there_is_said),
    };
    return cmocka_run_group_tests_name("condition_judge", tests, NULL, NULL);
}
