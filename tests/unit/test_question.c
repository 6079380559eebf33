/* test_question.c - what the comment lines of a question say, what its parameters may be, and that
 * every named question keeps the rules of its columns. */
#include "test.h"

#include "../../db/question_private.h"
#include "sample.h"

#include <stdio.h>
#include <string.h>

/* ---- comment lines */

static void a_header_is_title_parameters_and_notes(void **state)
{
    (void)state;
    struct question_header h;

    question_header("-- A title?\n"
                    "-- :since TIME  first day; default: all\n"
                    "--:port NUMBER which one; required\n"
                    "-- Notes are\n"
                    "--   running text.\n"
                    "SELECT 1 -- :late TEXT  not a leading line\n",
                    &h);
    assert_int_equal(h.count, 2);
    assert_string_equal(h.parameters[0].name, "since");
    assert_int_equal(h.parameters[0].kind, PARAMETER_TIME);
    assert_string_equal(h.parameters[0].text, "first day; default: all");
    assert_false(h.parameters[0].required);
    assert_string_equal(h.parameters[1].name, "port");
    assert_int_equal(h.parameters[1].kind, PARAMETER_NUMBER);
    assert_string_equal(h.parameters[1].text, "which one");
    assert_true(h.parameters[1].required);
    assert_string_equal(h.notes, "Notes are running text.");
    assert_string_equal(parameter_kind_name(PARAMETER_TIME), "TIME");
}

/* The number of parameters declared by one line. */
static unsigned declares(const char *line)
{
    struct question_header h;

    question_header(line, &h);
    return h.count;
}

static void what_is_no_declaration_is_a_note(void **state)
{
    (void)state;
    assert_int_equal(declares("-- :a TEXT  x"), 1);
    assert_int_equal(declares("-- :a_1 TEXT"), 1);
    assert_int_equal(declares("-- :a DATE  x"), 0); /* no such kind */
    assert_int_equal(declares("-- :a TEXTS  x"), 0);
    assert_int_equal(declares("-- :a"), 0);
    assert_int_equal(declares("-- : TEXT  x"), 0);
    assert_int_equal(declares("-- :A TEXT  x"), 0);
    assert_int_equal(declares("-- a TEXT  x"), 0);
    assert_int_equal(declares("- :a TEXT  x"), 0);
    assert_int_equal(declares(" -- :a TEXT  x"), 0); /* the line begins with white space */
    assert_int_equal(declares("-- :a2345678901234567890123456789_1 TEXT  x"), 1);
    assert_int_equal(declares("-- :a2345678901234567890123456789_12 TEXT  x"), 0); /* too long */
    assert_int_equal(declares("--"), 0);
    assert_int_equal(declares(""), 0);
}

static void a_header_is_bounded(void **state)
{
    (void)state;
    struct question_header h;
    char sql[8192];
    size_t n = 0;

    for (unsigned i = 0; i < 20; i++)
        n += (size_t)snprintf(sql + n, sizeof sql - n, "-- :p%u TEXT  %0300u\n", i, i);
    question_header(sql, &h);
    assert_int_equal(h.count, QUESTION_PARAMETERS);
    assert_string_equal(h.parameters[QUESTION_PARAMETERS - 1].name, "p7");
    assert_int_equal(strlen(h.parameters[0].text), sizeof h.parameters[0].text - 1);
    for (unsigned length = 95; length < 105; length++) {
        n = (size_t)sprintf(sql, "-- title\n");
        for (unsigned i = 0; i < 50; i++)
            n += (size_t)sprintf(sql + n, "-- %0*u\n", (int)length, i);
        question_header(sql, &h);
        assert_in_range(strlen(h.notes), sizeof h.notes - 2, sizeof h.notes - 1);
    }
    question_header("-- only a title", &h);
    assert_string_equal(h.notes, "");
}

/* ---- values */

/* What is left of a time after its check, or "no". */
static const char *time_of(const char *text)
{
    static char left[64];
    struct slice s = slice_of(text);

    if (!parameter_time(&s))
        return "no";
    snprintf(left, sizeof left, "%.*s", (int)s.n, (const char *)s.p);
    return left;
}

static void a_time_is_how_times_begin(void **state)
{
    (void)state;
    static const char *const good[] = {
        "2026-11-24",
        "2026-11-24T01:50",
        "2026-11-24T01:50:52",
        "2026-11-24T01:50:52.0",
        "2026-11-24T23:59:60.999999",
        "0000-01-01T00:00",
        "9999-12-31",
    };
    static const char *const bad[] = {
        "",
        "2026",
        "2026-11",
        "2026-11-2",
        "2026-13-01",
        "2026-00-01",
        "2026-11-00",
        "2026-11-32",
        "2026-11-24T",
        "2026-11-24T01",
        "2026-11-24 01:50",
        "2026-11-24T24:00",
        "2026-11-24T01:60",
        "2026-11-24T01:50:61",
        "2026-11-24T01:50:52.",
        "2026-11-24T01:50:52.1234567",
        "2026-11-24Z", /* a day has no zone of its own here */
        "Z",
        "2026-11-24T01:50ZZ",
        "2026-11-24T01:50+00:00",
        "26-11-24",
        "24.11.2026",
        "yesterday",
        "-026-11-24",
        "2026-11-2x",
    };
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        assert_string_equal(time_of(good[i]), good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (strcmp(time_of(bad[i]), "no") != 0)
            fail_msg("'%s' was taken", bad[i]);
    assert_string_equal(time_of("2026-11-24T01:50:52.000001Z"), "2026-11-24T01:50:52.000001");
    assert_string_equal(time_of("2026-11-24T01:50Z"), "2026-11-24T01:50");
}

static void a_number_is_whole(void **state)
{
    (void)state;
    int64_t n = 5;

    assert_true(parameter_number(slice_of("0"), &n) && n == 0);
    assert_true(parameter_number(slice_of("007"), &n) && n == 7);
    assert_true(parameter_number(slice_of("-12"), &n) && n == -12);
    assert_true(parameter_number(slice_of("9223372036854775807"), &n) && n == INT64_MAX);
    assert_false(parameter_number(slice_of("9223372036854775808"), &n));
    assert_false(parameter_number(slice_of(""), &n));
    assert_false(parameter_number(slice_of("-"), &n));
    assert_false(parameter_number(slice_of("--1"), &n));
    assert_false(parameter_number(slice_of("+1"), &n));
    assert_false(parameter_number(slice_of("1.0"), &n));
    assert_false(parameter_number(slice_of("1e3"), &n));
    assert_false(parameter_number(slice_of(" 1"), &n));
}

/* ---- all questions */

static const char *const samples[] = {
    [PARAMETER_TEXT] = "192.0.2.25",
    [PARAMETER_NUMBER] = "25",
    [PARAMETER_TIME] = "2026-11-24",
};

/* Declared is what the SQL uses, and nothing else: all of it can be set, and nothing must be
 * beside it. */
static void assert_parameters(struct query *q, const struct question *of)
{
    struct question_header h;
    struct err e = {""};

    question_header(of->sql, &h);
    assert_true(strlen(h.notes) + 1 < sizeof h.notes);
    for (unsigned i = 0; i < h.count; i++) {
        const struct question_parameter *p = &h.parameters[i];
        assert_true(strlen(p->text) + 1 < sizeof p->text);
        assert_true(p->required || strstr(p->text, "; default: "));
        if (query_set(q, p->name, samples[p->kind], &e) < 0)
            fail_msg("%s declares '%s': %s", of->name, p->name, e.text);
    }
    if (query_ready(q, &e) < 0)
        fail_msg("%s: %s", of->name, e.text);
    assert_int_equal(query_set(q, "no_such_parameter", "1", &e), -1);
}

static bool is_of(const struct query *q, unsigned i)
{
    return strncmp(query_column(q, i), "of_", 3) == 0;
}

static int column_at(const struct query *q, const char *name, size_t n)
{
    for (unsigned i = 0; i < query_columns(q); i++)
        if (strlen(query_column(q, i)) == n && strncmp(query_column(q, i), name, n) == 0)
            return (int)i;
    return -1;
}

/*
 * An interval has its counts before it.  "of_..." is a denominator, the column before it its
 * numerator; X_low is the interval of the share of column X in the next "of_..." after it.
 */
static bool has_counts(const struct query *q, unsigned low)
{
    size_t n = strlen(query_column(q, low)) - strlen("low");
    unsigned i = 1;

    if (n) {
        int numerator = column_at(q, query_column(q, low), n - 1);
        if (numerator < 0)
            return false;
        i = (unsigned)numerator + 1;
    }
    for (; i < low; i++)
        if (is_of(q, i))
            return true;
    return false;
}

static bool ends_in_low(const char *name)
{
    size_t n = strlen(name);

    return strcmp(name, "low") == 0 || (n > 4 && strcmp(name + n - 4, "_low") == 0);
}

/* Intervals whose counts are named otherwise, as their notes say. */
static bool is_exception(const char *question)
{
    static const char *const exceptions[] = {"insisted", "reactions"};

    for (size_t i = 0; i < sizeof exceptions / sizeof *exceptions; i++)
        if (strcmp(exceptions[i], question) == 0)
            return true;
    return false;
}

static void assert_columns(const struct query *q, const struct question *of)
{
    for (unsigned i = 0; i < query_columns(q); i++) {
        const char *name = query_column(q, i);
        if (column_at(q, name, strlen(name)) != (int)i)
            fail_msg("%s has two columns '%s'", of->name, name);
        if (strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") != strlen(name) ||
            strlen(name) > 40)
            fail_msg("%s: the column '%s' is no short name", of->name, name);
        if (!ends_in_low(name))
            continue;
        char high[64];
        snprintf(high, sizeof high, "%.*shigh", (int)(strlen(name) - 3), name);
        if (column_at(q, high, strlen(high)) != (int)i + 1)
            fail_msg("%s: no %s after %s", of->name, high, name);
        if (has_counts(q, i) == is_exception(of->name))
            fail_msg("%s: %s has no counts before it, or is an exception no longer", of->name,
                     name);
    }
}

static void every_question_keeps_the_rules(void **state)
{
    const char *path = sample_made(state, "rules.db");
    struct err e = {""};
    unsigned count;
    const struct question *all = query_questions(&count);
    struct store *st = store_open(path, STORE_READ, &e);

    for (unsigned i = 0; i < count; i++) {
        struct query *q = query_open(st, all[i].sql, &e);
        assert_string_equal(e.text, "");
        if (all[i].title[strlen(all[i].title) - 1] != '?')
            fail_msg("%s: its title asks nothing", all[i].name);
        assert_in_range(strlen(all[i].name), 1, 17); /* both in a line of 80 columns */
        assert_in_range(strlen(all[i].title), 1, 61);
        assert_ptr_equal(query_find(all[i].name), &all[i]);
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_parameters(q, &all[i]);
        assert_columns(q, &all[i]);
        while (query_next(q, &e) > 0)
            ;
        if (*e.text)
            fail_msg("%s: %s", all[i].name, e.text);
        query_close(&q);
    }
    assert_null(query_find("no-such-question"));
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_header_is_title_parameters_and_notes),
        cmocka_unit_test(what_is_no_declaration_is_a_note),
        cmocka_unit_test(a_header_is_bounded),
        cmocka_unit_test(a_time_is_how_times_begin),
        cmocka_unit_test(a_number_is_whole),
        cmocka_unit_test(every_question_keeps_the_rules),
    };
    return cmocka_run_group_tests_name("question", tests, sample_folder, sample_folder_remove);
}
