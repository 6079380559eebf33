/* test_functions.c - the statistics in SQL: values, what is nothing, and what is refused; times and
 * addresses. */
#include "test.h"

#include "sample.h"

#include <mailtap/query.h>
#include <mailtap/statistics.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static struct store *opened(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "f.db"), STORE_READ, &e);

    assert_string_equal(e.text, "");
    return st;
}

/* NAN for NULL. */
static double value(struct store *st, const char *expression)
{
    char sql[512];
    struct err e = {""};

    snprintf(sql, sizeof sql, "SELECT %s", expression);
    struct query *q = query_open(st, sql, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(query_next(q, &e), 1);
    struct cell c = query_cell(q, 0);
    double v = c.kind == CELL_NULL ? NAN : c.kind == CELL_REAL ? c.real : (double)c.integer;
    query_close(&q);
    return v;
}

static void values_are_those_of_the_library(void **state)
{
    struct store *st = opened(state);
    struct err e;

    /* Newcombe 1998, table I and II: 81/263, 56/70 against 48/80, to four digits. */
    assert_true(fabs(value(st, "wilson_low(81, 263)") - 0.2553) < 5e-5);
    assert_true(fabs(value(st, "wilson_high(81, 263)") - 0.3662) < 5e-5);
    assert_true(fabs(value(st, "clopper_low(81, 263)") - 0.2527) < 5e-5);
    assert_true(fabs(value(st, "clopper_high(81, 263)") - 0.3676) < 5e-5);
    assert_true(fabs(value(st, "newcombe_low(56, 70, 48, 80)") - 0.0524) < 5e-5);
    assert_true(fabs(value(st, "newcombe_high(56, 70, 48, 80)") - 0.3339) < 5e-5);
    assert_true(fabs(value(st, "binomial_above(3, 3, 0.5)") - 0.125) < 1e-12);
    assert_true(fabs(value(st, "binomial_below(0, 3, 0.5)") - 0.125) < 1e-12);
    assert_true(fabs(value(st, "fisher_below(0, 4, 4, 0)") - 1.0 / 70) < 1e-12);
    const uint64_t hits[] = {1, 9, 20}, n[] = {10, 20, 20};
    struct interval i = cluster_bootstrap(hits, n, 3, 2000, 1);
    assert_true(value(st, "bootstrap_low(column2, column1)"
                          " FROM (VALUES (20, 20), (10, 1), (20, 9))") == i.low);
    assert_true(value(st, "bootstrap_high(column2, column1)"
                          " FROM (VALUES (20, 9), (20, 20), (10, 1))") == i.high);
    const uint64_t counts[] = {1, 2, 5};
    assert_true(value(st, "entropy_bits(column1) FROM (VALUES (5), (0), (1), (NULL), (2))") ==
                entropy_bits(counts, 3));
    /* Two alike: one bit, and (2 - 1) / 2n nats more (Miller and Madow 1955). */
    assert_true(fabs(value(st, "entropy_bits(column1) FROM (VALUES (50), (50))") - 1 -
                     1 / (200 * M_LN2)) < 1e-12);
    assert_true(value(st, "surprisal_bits(1, 8)") == 3);
    assert_true(value(st, "surprisal_bits(9, 8)") == 0);
    /* Shares of 1/2, 1/4, 1/8 and 1/8 have 7/4 bits, of most two. */
    assert_true(fabs(value(st, "effective_size(column1) FROM (VALUES (4), (2), (0), (1), (1))") -
                     exp2(1.75)) < 1e-12);
    assert_true(fabs(value(st, "anonymity_degree(column1) FROM (VALUES (4), (2), (1), (1))") -
                     0.875) < 1e-12);
    /* One bit, and (2 + 2 - 2 - 1) / 2n nats more, but a sign has no more than one. */
    assert_true(value(st, "signal_bits(column1, column2) FROM (VALUES (50, 50), (0, 50))") == 1);
    /* H(5/8) - H(1/4) / 2, and (2 + 2 - 3 - 1) / 2n nats more; hits beyond n count as n. */
    assert_true(
        fabs(value(st, "signal_bits(column1, column2) FROM (VALUES (100, 400), (700, 400))") -
             0.5487949406953987) < 1e-12);
    store_close(&st, &e);
}

/* For numbers of every size, SQL and library agree to the last bit. */
static void every_function_is_the_librarys(void **state)
{
    static const uint64_t sizes[] = {1, 2, 19, 20, 1000, 1000000000};
    struct store *st = opened(state);
    struct err e;

    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint64_t n = sizes[i], k = n / 3;
        const struct {
            const char *name, *more;
            double want;
        } rows[] = {
            {"wilson_low", "", wilson(k, n).low},
            {"wilson_high", "", wilson(k, n).high},
            {"clopper_low", "", clopper_pearson(k, n).low},
            {"clopper_high", "", clopper_pearson(k, n).high},
            {"newcombe_low", ", 2, 7", newcombe(k, n, 2, 7).low},
            {"newcombe_high", ", 2, 7", newcombe(k, n, 2, 7).high},
            {"binomial_below", ", 0.4", binomial_below(k, n, 0.4)},
            {"binomial_above", ", 0.4", binomial_above(k, n, 0.4)},
            {"fisher_below", ", 2, 7", fisher_below(k, n, 2, 7)},
        };
        for (size_t j = 0; j < sizeof rows / sizeof *rows; j++) {
            char call[128];
            snprintf(call, sizeof call, "%s(%llu, %llu%s)", rows[j].name, (unsigned long long)k,
                     (unsigned long long)n, rows[j].more);
            if (value(st, call) != rows[j].want)
                fail_msg("%s", call);
        }
    }
    store_close(&st, &e);
}

/* What was worked out for other rows is not given again, however much they are alike. */
static void a_share_is_of_its_own_rows(void **state)
{
    static const char *const rows[] = {
        "(20, 20), (10, 1), (20, 9)",          "(20, 9), (10, 1), (20, 20)",
        "(20, 20), (10, 2), (20, 9)",          "(20, 20), (11, 1), (20, 9)",
        "(20, 20), (10, 1), (20, 9), (20, 9)",
    };
    static const uint64_t hits[][4] = {
        {1, 9, 20}, {1, 9, 20}, {2, 9, 20}, {1, 9, 20}, {1, 9, 9, 20}};
    static const uint64_t n[][4] = {
        {10, 20, 20}, {10, 20, 20}, {10, 20, 20}, {11, 20, 20}, {10, 20, 20, 20}};
    struct store *st = opened(state);
    struct err e;

    for (unsigned round = 0; round < 2; round++)
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
            struct interval want = cluster_bootstrap(hits[i], n[i], i == 4 ? 4 : 3, 2000, 1);
            char call[128];
            snprintf(call, sizeof call, "bootstrap_low(column2, column1) FROM (VALUES %s)",
                     rows[i]);
            assert_true(value(st, call) == want.low);
            snprintf(call, sizeof call, "bootstrap_high(column2, column1) FROM (VALUES %s)",
                     rows[i]);
            assert_true(value(st, call) == want.high);
        }
    store_close(&st, &e);
}

static void nothing_gives_null(void **state)
{
    static const char *const nothing[] = {
        "wilson_low(NULL, 3)",         "wilson_high(0, 0)",         "newcombe_low(1, 2, NULL, 4)",
        "bootstrap_low(1, 1) WHERE 0", "bootstrap_high(NULL, 1)",   "bootstrap_low(0, 0)",
        "clopper_high(0, 0)",          "binomial_below(0, 0, 0.5)", "binomial_above(1, 2, NULL)",
        "newcombe_high(1, 2, 0, 0)",   "newcombe_low(0, 0, 1, 2)",  "fisher_below(0, 0, 0, 0)",
        "fisher_below(1, 2, 3, NULL)", "entropy_bits(NULL)",        "entropy_bits(0)",
        "surprisal_bits(0, 9)",        "surprisal_bits(0, 0)",      "effective_size(0)",
        "anonymity_degree(NULL)",      "signal_bits(0, 0)",
    };
    struct store *st = opened(state);
    struct err e;

    for (size_t i = 0; i < sizeof nothing / sizeof *nothing; i++)
        assert_true(isnan(value(st, nothing[i])));
    store_close(&st, &e);
}

static void what_is_no_count_is_refused_by_name(void **state)
{
    static const char *const wrong[][2] = {
        {"wilson_low(-1, 3)", "wilson_low"},
        {"wilson_high('x', 3)", "wilson_high"},
        {"clopper_low(1.5, 3)", "clopper_low"},
        {"binomial_above(1, 3, 1.5)", "binomial_above"},
        {"binomial_below(1, 3, 'x')", "binomial_below"},
        {"binomial_below(1, 3, -0.1)", "binomial_below"},
        {"wilson_low(1, 1000000001)", "wilson_low"},
        {"clopper_high(1, x'33')", "clopper_high"},
        {"newcombe_low(1, 2, 3, -4)", "newcombe_low"},
        {"newcombe_high(1, 'two', 3, 4)", "newcombe_high"},
        {"bootstrap_high(-1, 2)", "bootstrap_high"},
        {"entropy_bits(-1)", "entropy_bits"},
        {"entropy_bits('many')", "entropy_bits"},
        {"surprisal_bits(-1, 3)", "surprisal_bits"},
        {"effective_size(1.5)", "effective_size"},
        {"anonymity_degree(-1)", "anonymity_degree"},
        {"signal_bits(1, 'x')", "signal_bits"},
        {"fisher_below(1, 2, 3, 9e18)", "fisher_below"},
        {"bootstrap_low(1, x'00')", "bootstrap_low"},
    };
    struct store *st = opened(state);
    char sql[128];

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {""};
        snprintf(sql, sizeof sql, "SELECT %s", wrong[i][0]);
        assert_int_equal(sample_ask(st, sql, 0, &e), -1);
        assert_non_null(strstr(e.text, wrong[i][1]));
    }
    struct err e = {""};
    assert_int_equal(sample_ask(st,
                                "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r"
                                " WHERE i < 60000) SELECT bootstrap_low(1, 2) FROM r",
                                0, &e),
                     -1);
    assert_non_null(strstr(e.text, "50000 clusters"));
    store_close(&st, &e);
}

/* 65 aggregates that fill 64 K rows each are more than a question may hold; 4 of them are not, and
 * what was held is given back, also by a question that failed. */
static void what_a_question_holds_is_bounded(void **state)
{
    struct store *st = opened(state);

    for (unsigned round = 0; round < 4; round++) {
        unsigned many = round % 2 ? 65 : 4;
        char sql[4096];
        struct err e = {""};
        int at = snprintf(sql, sizeof sql,
                          "WITH RECURSIVE r(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM r"
                          " WHERE i < 40000) SELECT 0");
        for (unsigned k = 0; k < many; k++)
            at += snprintf(sql + at, sizeof sql - (size_t)at, ", entropy_bits(i + %u)", k);
        snprintf(sql + at, sizeof sql - (size_t)at, " FROM r");
        assert_int_equal(sample_ask(st, sql, 0, &e), many > 4 ? -1 : 0);
        if (many > 4)
            assert_non_null(strstr(e.text, "no room"));
    }
    struct err e;
    store_close(&st, &e);
}

/* As SQLite has it, which knows nothing below a second, no leap second, and no end of years. */
static void times_are_those_of_sqlite(void **state)
{
    static const char *const rows[][2] = {
        {"time_ns('2026-11-25')", "unixepoch('2026-11-25') * 1000000000"},
        {"time_ns('2026-11-25T12:34')", "unixepoch('2026-11-25T12:34') * 1000000000"},
        {"time_ns('2026-11-25T12:34:56')", "unixepoch('2026-11-25T12:34:56') * 1000000000"},
        {"time_ns('2026-11-25T12:34:56.5')",
         "unixepoch('2026-11-25T12:34:56') * 1000000000 + 500000000"},
        {"time_ns('2026-11-25T12:34:56.000007')",
         "unixepoch('2026-11-25T12:34:56') * 1000000000 + 7000"},
        {"time_ns('1969-12-31T23:59:59')", "-1000000000"},
        {"time_ns('2026-02-31')", "unixepoch('2026-03-03') * 1000000000"},
        {"time_ns('2026-06-30T23:59:60')", "unixepoch('2026-07-01') * 1000000000"},
        {"time_ns('9999-12-31')", "9223372036854775807"},
        {"time_ns('0001-01-01')", "-9223372036854775807 - 1"},
        {"time_ns(NULL) IS NULL AND time_ns('') IS NULL AND time_ns('2026') IS NULL", "1"},
    };
    struct store *st = opened(state);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[300];
        struct err e = {""};
        int64_t same = 0;
        snprintf(sql, sizeof sql, "SELECT (%s) = (%s)", rows[i][0], rows[i][1]);
        assert_int_equal(query_integer(st, sql, &same, &e), 0);
        if (same != 1)
            fail_msg("%s", sql);
    }
    struct err e;
    store_close(&st, &e);
}

static void addresses_and_their_prefixes(void **state)
{
    static const struct {
        const char *call;
        double want; /* NAN for NULL */
    } rows[] = {
        {"within('192.0.2.7', '192.0.2.0/24')", 1},
        {"within('192.0.3.7', '192.0.2.0/24')", 0},
        {"within('2001:db8::7', '192.0.2.0/24, 2001:db8::/32')", 1},
        {"within('::ffff:192.0.2.7', '192.0.2.0/24')", 1},
        {"within('10.1.2.3', '10.1.2.3')", 1},
        {"within(NULL, '192.0.2.0/24')", NAN},
        {"within('192.0.2.7', NULL)", NAN},
        {"within(NULL, 'no list')", NAN},
        {"within('mx.example', '192.0.2.0/24')", NAN},
        {"within('', '192.0.2.0/24')", NAN},
        {"within(x'', '192.0.2.0/24')", NAN},
        {"within(7, '192.0.2.0/24')", NAN},
        /* The same list for all rows, and another one for each. */
        {"sum(within(column1, '192.0.2.0/24')) FROM (VALUES ('192.0.2.1'), ('192.0.3.1'),"
         " ('192.0.2.9'))",
         2},
        {"sum(within('192.0.2.7', column1)) FROM (VALUES ('192.0.2.0/24'), ('192.0.3.0/24'),"
         " ('192.0.0.0/16'))",
         2},
        {"network('192.0.2.77', 24, 48) = '192.0.2.0/24'", 1},
        {"network('2001:db8:1:2::9', 24, 48) = '2001:db8:1::/48'", 1},
        {"network('client-7', 24, 48)", NAN},
        {"network(NULL, 24, 48)", NAN},
        {"network('192.0.2.7', NULL, 48)", NAN},
    };
    static const char *const wrong[][2] = {
        {"network('192.0.2.7', 33, 48)", "network: takes bits, 0 to 32 of IPv4"},
        {"network('192.0.2.7', 24, 129)", "network: takes bits"},
        {"network('192.0.2.7', -1, 48)", "network: takes bits"},
        {"network('192.0.2.7', 'x', 48)", "network: takes bits"},
        {"within('192.0.2.7', '')", "within: '' at octet 1: an address or a prefix is missing"},
        {"within('192.0.2.7', '10.0.0.0/33')", "an IPv4 prefix has 0 to 32 bits"},
        {"within('192.0.2.7', '192.0.2.7/24')", "write 192.0.2.0/24"},
        {"within('192.0.2.7', 7)", "within: '7' at octet 1"},
        {"within('192.0.2.7', '192.0.2.0/24' || char(0) || ',')", "\\x00"},
    };
    struct store *st = opened(state);

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double got = value(st, rows[i].call);
        if (isnan(rows[i].want) ? !isnan(got) : got != rows[i].want)
            fail_msg("%s", rows[i].call);
    }
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        char sql[128];
        struct err e = {""};
        snprintf(sql, sizeof sql, "SELECT %s", wrong[i][0]);
        assert_int_equal(sample_ask(st, sql, 0, &e), -1);
        if (!strstr(e.text, wrong[i][1]))
            fail_msg("%s", e.text);
    }
    struct err e;
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_are_those_of_the_library),
        cmocka_unit_test(every_function_is_the_librarys),
        cmocka_unit_test(a_share_is_of_its_own_rows),
        cmocka_unit_test(nothing_gives_null),
        cmocka_unit_test(what_is_no_count_is_refused_by_name),
        cmocka_unit_test(what_a_question_holds_is_bounded),
        cmocka_unit_test(times_are_those_of_sqlite),
        cmocka_unit_test(addresses_and_their_prefixes),
    };
    return cmocka_run_group_tests_name("functions", tests, sample_folder, sample_folder_remove);
}
