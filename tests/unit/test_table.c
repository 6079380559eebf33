/* test_table.c - hostile texts through every format: a terminal, a spreadsheet and a JSON reader. */
#include "test.h"

#include "sample.h"

#include <mailtap/report.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ESC "\x1b"

static struct store *opened(void **state)
{
    static bool made;
    const struct facts f = sample_facts();
    struct err e = {""};
    const char *path = sample_path(state, "t.db");

    if (!made)
        sample_store(path, 1, &f, 1);
    made = true;
    return store_open(path, STORE_READ, &e);
}

/* The table of a statement, as text; to be freed. */
static char *table(void **state, const char *sql, enum table_format format)
{
    struct store *st = opened(state);
    struct err e = {""};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    struct query *q = query_open(st, sql, &e);

    assert_string_equal(e.text, "");
    assert_int_equal(table_write(out, q, format, &e), 0);
    query_close(&q);
    store_close(&st, &e);
    fclose(out);
    assert_int_equal(strlen(text), n);
    return text;
}

static void assert_table(void **state, const char *sql, enum table_format format, const char *want)
{
    char *got = table(state, sql, format);

    assert_string_equal(got, want);
    free(got);
}

static void a_box_fits_and_aligns(void **state)
{
    assert_table(state, "SELECT 'a' AS name, 5 AS n UNION ALL SELECT 'long', 1234", TABLE_BOX,
                 "┌──────┬──────┐\n"
                 "│ name │ n    │\n"
                 "├──────┼──────┤\n"
                 "│ a    │    5 │\n"
                 "│ long │ 1234 │\n"
                 "└──────┴──────┘\n");
    assert_table(state, "SELECT 1.5 AS r, NULL AS x, x'00ff' AS b WHERE 0", TABLE_BOX,
                 "┌───┬───┬───┐\n"
                 "│ r │ x │ b │\n"
                 "├───┼───┼───┤\n"
                 "└───┴───┴───┘\n");
}

static void a_box_counts_columns_not_octets(void **state)
{
    assert_table(state,
                 "SELECT 'é' AS x UNION ALL SELECT '日本' UNION ALL SELECT 'e\u0301'"
                 " UNION ALL SELECT 'abcd'",
                 TABLE_BOX,
                 "┌──────┐\n"
                 "│ x    │\n"
                 "├──────┤\n"
                 "│ é    │\n"
                 "│ 日本 │\n"
                 "│ e\u0301    │\n"
                 "│ abcd │\n"
                 "└──────┘\n");
}

static void a_box_is_safe_on_a_terminal(void **state)
{
    static const char *const rows[][2] = {
        {"'a' || char(27) || '[31m'", "a\\x1b[31m"},
        {"'a' || char(10) || 'b'", "a\\x0ab"},
        {"'\\x1b'", "\\x1b"}, /* escaped when it was captured: once is enough */
        {"CAST(x'61ff62' AS TEXT)", "a\\xffb"},
        {"CAST(x'61c29b62' AS TEXT)", "a\\xc2\\x9bb"}, /* a C1 control character */
        {"'a' || char(8238) || 'b'", "a\\u202eb"},     /* turns the direction of what follows */
        {"'a' || char(8203) || 'b'", "a\\u200bb"},     /* cannot be seen */
        {"CAST(x'610062' AS TEXT)", "a\\x00b"},
        {"x'001bff'", "001bff"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT %s AS x", rows[i][0]);
        char *got = table(state, sql, TABLE_BOX);
        if (!strstr(got, rows[i][1]))
            fail_msg("%s", got);
        assert_null(strstr(got, ESC));
        free(got);
    }
    char *got = table(state, "SELECT 1 AS \"a\x1b[2J\"", TABLE_BOX);
    assert_null(strstr(got, ESC));
    free(got);
}

static void a_long_cell_is_cut_with_an_ellipsis(void **state)
{
    char *got = table(state, "SELECT printf('%.*c', 100000, 'x') AS x", TABLE_BOX);

    assert_non_null(strstr(got, "xxx… │\n"));
    assert_true(strlen(got) < 2000);
    free(got);
    got = table(state, "SELECT printf('%.*c', 100000, 'x') AS x", TABLE_CSV);
    assert_int_equal(strlen(got), 3 + 100000 + 2);
    free(got);
}

static void many_rows_are_more_than_one_box(void **state)
{
    char *got = table(state,
                      "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                      " WHERE i < 4001) SELECT i FROM n",
                      TABLE_BOX);
    unsigned boxes = 0;

    for (const char *p = got; (p = strstr(p, "┌")) != NULL; p++)
        boxes++;
    assert_int_equal(boxes, 3);
    free(got);
}

static void csv_quotes_as_rfc_4180_says(void **state)
{
    assert_table(state, "SELECT 'plain' AS a, 'with,comma' AS \"b,c\", 'say \"so\"' AS d, NULL, ''",
                 TABLE_CSV,
                 "a,\"b,c\",d,NULL,''\r\n"
                 "plain,\"with,comma\",\"say \"\"so\"\"\",,\"\"\r\n");
    assert_table(state,
                 "SELECT 'a' || char(13, 10) || 'b' AS x, -5 AS y, 0.1 AS z, x'0aff' AS w,"
                 " ' edge' AS v",
                 TABLE_CSV, "x,y,z,w,v\r\n\"a\r\nb\",-5,0.1,0aff,\" edge\"\r\n");
    assert_table(state, "SELECT 1 AS a WHERE 0", TABLE_CSV, "a\r\n");
}

static void json_is_valid_for_any_octets(void **state)
{
    assert_table(state, "SELECT 1 AS a WHERE 0", TABLE_JSON, "[]\n");
    assert_table(state, "SELECT 1 AS a, 'x' AS b UNION ALL SELECT NULL, 'y'", TABLE_JSON,
                 "[\n{\"a\":1,\"b\":\"x\"},\n{\"a\":null,\"b\":\"y\"}\n]\n");
    assert_table(state, "SELECT 'q\"b\\n' || char(10) || char(27) || 'é' AS \"a\"\"b\"", TABLE_JSON,
                 "[\n{\"a\\\"b\":\"q\\\"b\\\\n\\u000a\\u001bé\"}\n]\n");
    assert_table(state,
                 "SELECT CAST(x'61ff62c328' AS TEXT) AS x, x'00ff' AS y, 9e999 AS z,"
                 " 0.1 AS r",
                 TABLE_JSON,
                 "[\n{\"x\":\"a\\\\xffb\\\\xc3(\",\"y\":\"00ff\",\"z\":null,\"r\":0.1}\n]\n");
}

/* A line ends where JSON text cannot have it; U+2028, which ends one for some, is seen. */
static void ndjson_is_one_object_a_line(void **state)
{
    assert_table(state, "SELECT 1 AS a WHERE 0", TABLE_NDJSON, "");
    assert_table(state,
                 "SELECT 'two' || char(10) || 'lines' AS \"a\"\"b\", 1 AS n, 0.25 AS r, NULL AS x,"
                 " x'00ff' AS y UNION ALL SELECT char(8232), -5, 9e999, '', x''",
                 TABLE_NDJSON,
                 "{\"a\\\"b\":\"two\\u000alines\",\"n\":1,\"r\":0.25,\"x\":null,\"y\":\"00ff\"}\n"
                 "{\"a\\\"b\":\"\\u2028\",\"n\":-5,\"r\":null,\"x\":\"\",\"y\":\"\"}\n");
}

/* Characters on the seams of the pieces in which JSON texts are written. */
static void json_keeps_long_texts_whole(void **state)
{
    for (unsigned shift = 0; shift < 4; shift++) {
        char sql[200];
        snprintf(sql, sizeof sql,
                 "SELECT substr('abc', 1, %u) || replace(printf('%%.*c', 500, 'x'), 'x', '😀') AS x",
                 shift);
        char *got = table(state, sql, TABLE_JSON);
        unsigned count = 0;
        for (const char *p = got; (p = strstr(p, "😀")) != NULL; p++)
            count++;
        assert_int_equal(count, 500);
        assert_null(strchr(got, '\\'));
        free(got);
    }
}

static void an_answer_that_breaks_off_does_not_look_whole(void **state)
{
    struct store *st = opened(state);
    struct err e = {""};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    struct query *q = query_open(st,
                                 "WITH RECURSIVE n(i) AS (SELECT 2 UNION ALL SELECT i - 1"
                                 " FROM n WHERE i > -9) SELECT abs(CASE WHEN i < 0 THEN"
                                 " -9223372036854775808 ELSE i END) AS i FROM n",
                                 &e);

    assert_int_equal(table_write(out, q, TABLE_JSON, &e), -1);
    fclose(out);
    assert_string_equal(text, "[\n{\"i\":2},\n{\"i\":1},\n{\"i\":0}");
    free(text);
    query_close(&q);
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_box_fits_and_aligns),
        cmocka_unit_test(a_box_counts_columns_not_octets),
        cmocka_unit_test(a_box_is_safe_on_a_terminal),
        cmocka_unit_test(a_long_cell_is_cut_with_an_ellipsis),
        cmocka_unit_test(many_rows_are_more_than_one_box),
        cmocka_unit_test(csv_quotes_as_rfc_4180_says),
        cmocka_unit_test(json_is_valid_for_any_octets),
        cmocka_unit_test(ndjson_is_one_object_a_line),
        cmocka_unit_test(json_keeps_long_texts_whole),
        cmocka_unit_test(an_answer_that_breaks_off_does_not_look_whole),
    };
    return cmocka_run_group_tests_name("table", tests, sample_folder, sample_folder_remove);
}
