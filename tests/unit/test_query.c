/* test_query.c - named questions and their answers, row by row. */
#include "test.h"

#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void every_question_has_a_title_and_an_answer(void **state)
{
    const char *path = sample_made(state, "q.db");
    struct err e = {""};
    unsigned count;
    const struct question *all = query_questions(&count);
    struct store *st = store_open(path, STORE_READ, &e);

    assert_true(count >= 12);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(all[i].title[strlen(all[i].title) - 1], '?');
        assert_ptr_equal(query_find(all[i].name), &all[i]);
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_int_equal(sample_ask(st, all[i].sql, 0, &e), 0);
        assert_string_equal(e.text, "");
    }
    assert_null(query_find("no-such-question"));
    store_close(&st, &e);
}

static void answers_are_right(void **state)
{
    static const struct {
        const char *question, *look_at, *answer;
    } rows[] = {
        {"offered", "counted_by || offered || '/' || of_those_with_an_ehlo_reply",
         "sessions2/3,servers1/2"},
        {"used", "what || sessions || '/' || of_sessions", "requested2/2,established2/2"},
        {"readable-mail", "messages || ' ' || sessions_in_the_clear || '/' || of_sessions_decided",
         "16 1/3"},
        {"correspondents", "sender_domain || '>' || recipient_domain || transactions",
         "a.example>b.example2"},
        {"not-offering", "server_ip || sessions_not_offered", "NULL"},
        {"credentials", "auth_mechanism || sessions_exposed", "PLAIN1"},
        {"domains", "role || domain || transactions", "sendera.example2"},
        {"cleartext", "class || cleartext_reason || sessions", "cleartextnot-offered1"},
        {"undecided", "why || sessions", "NULL"},
        {"tls-versions", "tls_version || sessions || '/' || of_sessions_established",
         "TLSv1.21/2,TLSv1.31/2"},
    };
    const char *path = sample_made(state, "answers.db");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[4096];
        snprintf(sql, sizeof sql, "SELECT group_concat(%s) FROM (%s)", rows[i].look_at,
                 query_find(rows[i].question)->sql);
        char *got = sample_value(path, sql);
        if (strcmp(got, rows[i].answer) != 0)
            fail_msg("%s: '%s'", rows[i].question, got);
        free(got);
    }
}

static void cells_keep_their_kind(void **state)
{
    const char *path = sample_made(state, "cells.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    struct query *q = query_open(st, "SELECT 1 AS a, 1.5, 'te''xt', x'00ff', NULL", &e);

    assert_int_equal(query_columns(q), 5);
    assert_string_equal(query_column(q, 0), "a");
    assert_int_equal(query_next(q, &e), 1);
    assert_int_equal(query_cell(q, 0).integer, 1);
    assert_true(query_cell(q, 1).real == 1.5);
    assert_true(slice_equal(query_cell(q, 2).text, slice_of("te'xt")));
    assert_int_equal(query_cell(q, 3).text.n, 2);
    assert_int_equal(query_cell(q, 3).kind, CELL_BLOB);
    assert_int_equal(query_cell(q, 4).kind, CELL_NULL);
    assert_int_equal(query_next(q, &e), 0);
    query_close(&q);
    int64_t value;
    assert_int_equal(query_integer(st, "SELECT 1 WHERE 0", &value, &e), -1);
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_has_a_title_and_an_answer),
        cmocka_unit_test(answers_are_right),
        cmocka_unit_test(cells_keep_their_kind),
    };
    return cmocka_run_group_tests_name("query", tests, sample_folder, sample_folder_remove);
}
