/* test_answer.c - answers are kept whole, asked for once, and become figures. */
#include "test.h"

#include "../../report/answer.h"
#include "sample.h"

#include <mailtap/store.h>
#include <string.h>

static const struct setting none[] = {{NULL, NULL}};

static struct store *opened(const char *path)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    assert_non_null(st);
    return st;
}

static const struct answer *asked(struct document *d, struct store *st, const char *question,
                                  const struct setting *settings)
{
    struct err e = {""};
    const struct answer *a = answer_ask(d, st, question, settings, &e);

    assert_string_equal(e.text, "");
    assert_non_null(a);
    return a;
}

static void rows_are_kept_and_asked_for_once(void **state)
{
    struct store *st = opened(sample_made(state, "answer.db"));
    struct document *d = document_open();
    struct err e = {""};
    const struct answer *a = asked(d, st, "classes", none);

    assert_true(a->rows >= 2);
    assert_ptr_equal(asked(d, st, "classes", none), a);
    assert_int_equal(d->answer_count, 1);
    assert_int_equal(answer_count(a, 0, "of_sessions"), 3);
    unsigned row = answer_row(a, "class", "cleartext");
    assert_true(row < a->rows);
    assert_true(answer_is(a, row, "class", "cleartext"));
    assert_string_equal(answer_text(a, row, "class"), "cleartext");
    assert_int_equal(answer_row(a, "class", "none"), a->rows);
    assert_int_equal(answer_cell(a, row, "no such column").kind, CELL_NULL);
    assert_int_equal(answer_cell(a, a->rows, "class").kind, CELL_NULL);
    assert_string_equal(answer_text(a, row, "of_sessions"), "3");
    store_close(&st, &e);
    assert_string_equal(answer_text(a, row, "class"), "cleartext"); /* its own */
    document_close(&d);
}

static void parameters_go_to_the_questions_that_have_them(void **state)
{
    struct store *st = opened(sample_made(state, "settings.db"));
    struct document *d = document_open();
    const struct setting settings[] = {{"rows", "1"}, {"none", "x"}, {"until", NULL}, {NULL, NULL}};
    struct err e = {""};

    assert_int_equal(asked(d, st, "clients", settings)->rows, 1);
    assert_true(asked(d, st, "classes", settings)->rows > 1);
    const struct setting wrong[] = {{"since", "yesterday"}, {NULL, NULL}};
    assert_null(answer_ask(d, st, "daily", wrong, &e));
    assert_non_null(strstr(e.text, "YYYY-MM-DD"));
    assert_int_equal(d->answer_count, 2);
    store_close(&st, &e);
    document_close(&d);
}

static void more_rows_than_are_kept_are_counted(void **state)
{
    const char *path = sample_made(state, "many.db");
    struct document *d = document_open();
    struct err e = {""};

    sample_sql(path, "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
                     " i < 1500) INSERT INTO weakness SELECT 1, 'w' || i FROM n;"
                     "INSERT INTO name VALUES (9999, printf('%.*c', 9000, 'x'));"
                     "UPDATE address SET domain_id = 9999");
    struct store *st = opened(path);
    const struct answer *a = asked(d, st, "weaknesses", none);
    assert_int_equal(a->rows, ANSWER_ROWS);
    assert_true(a->rows_left_out >= 500);
    const struct answer *names = asked(d, st, "correspondents", none);
    assert_true(names->rows > 0);
    assert_int_equal(answer_cell(names, 0, "sender_domain").text.n, ANSWER_TEXT);
    store_close(&st, &e);
    document_close(&d);
}

static struct cell integer(int64_t n)
{
    return (struct cell){.kind = CELL_INTEGER, .integer = n};
}

static void figures_have_intervals_from_twenty_on(void **state)
{
    const char *names[] = {"n", "of", "low", "high", "few"};
    struct cell cells[] = {
        integer(5), integer(20), {.kind = CELL_REAL, .real = 0.1}, integer(1), integer(19)};
    struct answer a = {.columns = 5, .names = names, .cells = cells, .rows = 1};

    (void)state;
    struct figure f = answer_share(&a, 0, "n", "of", "low", "high");
    assert_true(f.share && f.intervalled);
    assert_int_equal(f.count, 5);
    assert_int_equal(f.of, 20);
    assert_true(f.low == 0.1 && f.high == 1.0);
    f = answer_share(&a, 0, "n", "of", NULL, NULL);
    assert_true(f.intervalled && f.low > 0.11 && f.low < 0.12); /* Wilson's */
    assert_false(answer_share(&a, 0, "n", "few", NULL, NULL).intervalled);
    assert_false(answer_share(&a, 0, "n", "few", "low", "high").intervalled);
    cells[2].real = 1.5;
    assert_false(answer_share(&a, 0, "n", "of", "low", "high").intervalled);
    f = answer_figure(&a, 0, "n");
    assert_int_equal(f.count, 5);
    assert_false(f.share);
    double value = 7;
    assert_true(answer_real(&a, 0, "low", &value) && value == 1.5);
    assert_true(answer_real(&a, 0, "high", &value) && value == 1);
    assert_false(answer_real(&a, 0, "none", &value));
    cells[0] = integer(-5);
    assert_int_equal(answer_count(&a, 0, "n"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rows_are_kept_and_asked_for_once),
        cmocka_unit_test(parameters_go_to_the_questions_that_have_them),
        cmocka_unit_test(more_rows_than_are_kept_are_counted),
        cmocka_unit_test(figures_have_intervals_from_twenty_on),
    };
    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
