/*
 * test_condition.c - conditions are read as their grammar says, and what is none is refused at the
 * octet where it ceases to be one.
 */
#include "test.h"

#include "figures.h"

#include <mailtap/bounds.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void assert_refused(const char *text, const char *why)
{
    struct condition *c = (struct condition *)(uintptr_t)1;
    struct err e = {""};

    assert_int_equal(condition_parse(text, &c, &e), -1);
    assert_null(c);
    assert_string_equal(e.text, why);
}

static void assert_met(const char *text, tri want)
{
    tri met = some_met(text);

    if (met != want)
        print_error("%s\n", text);
    assert_int_equal(met, want);
}

/* ---- what is read */

static void and_binds_closer_than_or_and_not_closest(void **state)
{
    static const struct {
        const char *text;
        tri met;
    } cases[] = {
        {"none=0 or none=1 and none=1", YES},
        {"(none=0 or none=1) and none=1", NO},
        {"none=1 and none=1 or none=0", YES},
        {"none=1 and (none=1 or none=0)", NO},
        {"not none=1 or none=0", YES},
        {"not (none=1 or none=0)", NO},
        {"not none=0 and none=1", NO},
        {"not (none=0 and none=1)", YES},
        {"not not none=0", YES},
        {"not(none=0)", NO},
        {"((none=0))", YES},
        {"none=1 or none=2 or none=0 or none=3", YES},
        {"none=0 and none<1 and none<=0 and none=1", NO},
        {"none=0 and (none=1 or (none=0 and not none=2))", YES},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_met(cases[i].text, cases[i].met);
}

static void white_space_stands_anywhere_between(void **state)
{
    (void)state;
    assert_met("messages-readable>5%", YES);
    assert_met(" \tmessages-readable\r\n >\n5 % ", YES);
    assert_met("low ( messages-readable )>= 48.4%", YES);
    assert_met("( none = 0 )and( none!=1 )", YES);
    assert_met("none=0or none=1", YES); /* a number ends where its digits do */
}

/* Only what stands before '(' is a function. */
static void words_of_functions_may_be_names(void **state)
{
    struct condition *c;
    struct err e = {""};

    (void)state;
    assert_int_equal(condition_parse("low < 1 and of = 2 or count(low) > 3", &c, &e), 0);
    condition_free(&c);
    assert_int_equal(condition_parse("android = 1 or order = 2 or nothing = 3", &c, &e), 0);
    condition_free(&c);
    condition_free(&c);
    assert_refused("and = 1", "condition, octet 1: the name of a figure is expected, not 'and'");
    assert_refused("low(or) = 1", "condition, octet 5: the name of a figure is expected, not 'or'");
    assert_refused("mean(none) = 1",
                   "condition, octet 5: one of < <= > >= = != is expected, not '(none)'");
}

/* ---- what is refused, and where */

static void what_is_none_is_refused_where_it_ceases_to_be_one(void **state)
{
    static const struct {
        const char *text, *why;
    } cases[] = {
        {"", "octet 1: the name of a figure is expected, but it ends here"},
        {"  \n", "octet 4: the name of a figure is expected, but it ends here"},
        {"a", "octet 2: one of < <= > >= = != is expected, but it ends here"},
        {"a b", "octet 3: one of < <= > >= = != is expected, not 'b'"},
        {"a > ", "octet 5: a number is expected, but it ends here"},
        {"a > b", "octet 5: a number is expected, not 'b'"},
        {"a > -5", "octet 5: a number is expected, not '-5'"},
        {"a > .5", "octet 5: a number is expected, not '.5'"},
        {"a => 5", "octet 4: a number is expected, not '>'"},
        {"a < > 5", "octet 5: a number is expected, not '>'"},
        {"a > 5.", "octet 7: digits are expected behind the point, but it ends here"},
        {"a > 5. 1", "octet 8: digits are expected behind the point, not '1'"},
        {"a > 5 1", "octet 7: 'and' or 'or' is expected, not '1'"},
        {"a > 1e3", "octet 6: 'and' or 'or' is expected, not 'e3'"},
        {"a > 1,000", "octet 6: 'and' or 'or' is expected, not ',000'"},
        {"a > 5%%", "octet 7: 'and' or 'or' is expected, not '%'"},
        {"a > 5 && b > 5", "octet 7: 'and' or 'or' is expected, not '&&'"},
        {"a > 5 AND b > 5", "octet 7: 'and' or 'or' is expected, not 'AND'"},
        {"a > 5 andb > 5", "octet 7: 'and' or 'or' is expected, not 'andb'"},
        {"a > 5 and", "octet 10: the name of a figure is expected, but it ends here"},
        {"a > 5 or or b > 5", "octet 10: the name of a figure is expected, not 'or'"},
        {"(a > 5", "octet 7: 'and', 'or' or ')' is expected, but it ends here"},
        {"(a > 5 b", "octet 8: 'and', 'or' or ')' is expected, not 'b'"},
        {"(a) > 5", "octet 3: one of < <= > >= = != is expected, not ')'"},
        {"()", "octet 2: the name of a figure is expected, not ')'"},
        {"a > 5)", "octet 6: 'and' or 'or' is expected, not ')'"},
        {"low(a > 5", "octet 7: ')' is expected, not '>'"},
        {"low() > 5", "octet 5: the name of a figure is expected, not ')'"},
        {"a_b > 5", "octet 2: one of < <= > >= = != is expected, not '_b'"},
        {"a ! 5", "octet 3: one of < <= > >= = != is expected, not '!'"},
        {"a > 101%", "octet 5: a share is 100 % at most"},
        {"a > 100.01 %", "octet 5: a share is 100 % at most"},
        {"not", "octet 4: the name of a figure is expected, but it ends here"},
        {"a \xff\x1b[m5", "octet 3: one of < <= > >= = != is expected, not '\\xff\\x1b[m5'"},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        char why[128] = "condition, ";
        assert_refused(cases[i].text, strcat(why, cases[i].why));
    }
}

static void what_is_shown_of_it_is_short(void **state)
{
    char text[200] = "a = 1 ";

    (void)state;
    memset(text + 6, 'x', 150);
    assert_refused(text, "condition, octet 7: 'and' or 'or' is expected, not "
                         "'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...'");
}

/* ---- bounds */

static void it_is_bounded_in_length(void **state)
{
    char text[BOUND_CONDITION_OCTETS + 2];
    size_t n = strlen("none=0");

    (void)state;
    memset(text, ' ', sizeof text);
    memcpy(text, "none=0", n);
    text[BOUND_CONDITION_OCTETS] = '\0';
    assert_met(text, YES);
    text[BOUND_CONDITION_OCTETS] = ' ';
    text[BOUND_CONDITION_OCTETS + 1] = '\0';
    assert_refused(text, "condition, octet 1025: longer than 1024 octets");
    text[0] = '\0';
    while (strlen(text) + 15 < BOUND_CONDITION_OCTETS)
        strcat(text, "none=1 or ");
    assert_met(strcat(text, "none=0"), YES);
}

static void it_is_bounded_in_depth(void **state)
{
    char text[200] = "";

    (void)state;
    for (unsigned i = 0; i < BOUND_CONDITION_DEPTH; i++)
        strcat(text, "(");
    strcat(text, "none=0");
    for (unsigned i = 0; i < BOUND_CONDITION_DEPTH; i++)
        strcat(text, ")");
    assert_met(text, YES);
    /* Side by side is not deep. */
    strcat(strcat(strcat(text, " and "), "(none=0) and (none=0) and not not not none=1"), "");
    assert_met(text, YES);
    memmove(text + 1, text, strlen(text) + 1);
    assert_refused(text, "condition, octet 18: nested more than 16 deep");
    text[0] = '\0';
    for (unsigned i = 0; i < BOUND_CONDITION_DEPTH; i++)
        strcat(text, "not ");
    assert_met(strcat(text, "none=0"), YES);
    memmove(text + 4, text, strlen(text) + 1);
    assert_refused(text, "condition, octet 69: nested more than 16 deep");
}

static void names_and_numbers_are_bounded(void **state)
{
    char text[120];
    struct condition *c;
    struct err e = {""};
    const size_t most = BOUND_FIGURE_NAME - 1;

    (void)state;
    memset(text, 'n', most);
    strcpy(text + most, " = 123456789.012345");
    assert_int_equal(condition_parse(text, &c, &e), 0);
    assert_int_equal(condition_check(c, &some_figures, &e), -1);
    condition_free(&c);
    strcat(text, "0");
    assert_refused(text, "condition, octet 67: a number of more than 15 digits");
    text[most] = 'n';
    assert_refused(text, "condition, octet 1: a name of more than 63 octets");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(and_binds_closer_than_or_and_not_closest),
        cmocka_unit_test(white_space_stands_anywhere_between),
        cmocka_unit_test(words_of_functions_may_be_names),
        cmocka_unit_test(what_is_none_is_refused_where_it_ceases_to_be_one),
        cmocka_unit_test(what_is_shown_of_it_is_short),
        cmocka_unit_test(it_is_bounded_in_length),
        cmocka_unit_test(it_is_bounded_in_depth),
        cmocka_unit_test(names_and_numbers_are_bounded),
    };
    return cmocka_run_group_tests_name("condition", tests, NULL, NULL);
}
