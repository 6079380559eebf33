/* test_query.c - questions only read, whatever they say and whatever the database holds. */
#include "test.h"

#include "sample.h"

#include <mailtap/query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *made(void **state, const char *name)
{
    const struct facts f[] = {sample_facts(), sample_clear(2), sample_encrypted(3)};
    const char *path = sample_path(state, name);

    unlink(path);
    sample_store(path, 1, f, 3);
    return path;
}

/* Run it to its end: 0, or -1 with the sentence. */
static int run(struct store *st, const char *sql, unsigned seconds, struct err *e)
{
    struct query *q = query_open(st, sql, e);
    int rc = -1;

    if (q && seconds)
        query_limit(q, seconds);
    while (q && (rc = query_next(q, e)) > 0)
        for (unsigned i = 0; i < query_columns(q); i++)
            query_cell(q, i);
    query_close(&q);
    assert_null(q);
    return rc;
}

static void every_question_has_a_title_and_an_answer(void **state)
{
    const char *path = made(state, "q.db");
    struct err e = {""};
    unsigned count;
    const struct question *all = query_questions(&count);
    struct store *st = store_open(path, STORE_READ, &e);

    assert_true(count >= 12);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(all[i].title[strlen(all[i].title) - 1], '?');
        assert_ptr_equal(query_find(all[i].name), &all[i]);
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_int_equal(run(st, all[i].sql, 0, &e), 0);
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
    const char *path = made(state, "answers.db");

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

static void writing_is_refused(void **state)
{
    static const char *const attempts[] = {
        "DELETE FROM session",
        "INSERT INTO meta VALUES ('a', x'00')",
        "UPDATE session SET lost = 1",
        "CREATE TABLE t (x)",
        "CREATE TEMP TABLE t (x)",
        "DROP VIEW v_session",
        "ALTER TABLE meta ADD x",
        "ATTACH 'made-by-sql' AS other",
        "DETACH main",
        "VACUUM",
        "VACUUM INTO 'made-by-sql'",
        "PRAGMA user_version = 9",
        "PRAGMA journal_mode = WAL",
        "PRAGMA query_only = OFF",
        "PRAGMA trusted_schema = ON",
        "PRAGMA writable_schema = ON",
        "PRAGMA table_info(session)",
        "SELECT * FROM pragma_query_only(0)",
        "SELECT load_extension('x')",
        "SELECT fts3_tokenizer('simple')",
        "SELECT writefile('made-by-sql', 'x')",
        "SELECT readfile('/etc/passwd')",
        "BEGIN",
        "SAVEPOINT a",
        "ANALYZE",
        "REINDEX",
        "WITH x AS (SELECT 1) DELETE FROM session",
        "INSERT INTO meta VALUES ('a', x'00') RETURNING key",
        "SELECT 1; DELETE FROM session",
        "SELECT 1; SELECT 2",
        "SELECT 1; nonsense",
        "EXPLAIN DELETE FROM session",
        "",
        "  -- nothing",
        "SELECT",
        "SELECT * FROM no_such_table",
    };
    char path[256];

    strcpy(path, made(state, "refused.db"));
    struct err e;
    assert_int_equal(chdir(*state), 0);
    /* Whoever holds it open, reader or writer. */
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        struct store *st = store_open(path, mode, &e);
        assert_non_null(st);
        for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
            e.text[0] = '\0';
            if (run(st, attempts[i], 0, &e) == 0)
                fail_msg("was allowed: %s", attempts[i]);
            assert_true(strlen(e.text) > 10);
        }
        e.text[0] = '\0';
        run(st, "SELECT * FROM v_session, json_each('[1,2]'); -- all", 0, &e);
        assert_string_equal(e.text, "");
        assert_int_equal(store_close(&st, &e), 0);
    }
    assert_int_equal(access("made-by-sql", F_OK), -1);
    char *sessions = sample_value(path, "SELECT count(*) FROM session");
    assert_string_equal(sessions, "3");
    free(sessions);
}

static void a_question_without_end_is_given_up(void **state)
{
    static const char *const endless[] = {
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n",
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n",
    };
    const char *path = made(state, "endless.db");
    struct err e;
    struct store *st = store_open(path, STORE_READ, &e);

    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        e.text[0] = '\0';
        assert_int_equal(run(st, endless[i], 1, &e), -1);
        assert_non_null(strstr(e.text, "too long"));
        e.text[0] = '\0';
        assert_int_equal(run(st, "SELECT 1", 0, &e), 0); /* the next one is not */
    }
    store_close(&st, &e);
}

static void a_value_too_large_is_refused(void **state)
{
    const char *path = made(state, "large.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    assert_int_equal(run(st, "SELECT zeroblob(100000000)", 0, &e), -1);
    assert_non_null(strstr(e.text, "too big"));
    store_close(&st, &e);
}

/* A stranger's database: the right application_id, and views and triggers of its own. */
static void a_strangers_schema_runs_nothing(void **state)
{
    const char *path = made(state, "hostile.db");
    struct err e = {""};
    int64_t value = 0;

    sample_sql(path,
               "DROP VIEW v_server;"
               "CREATE VIEW v_server AS SELECT load_extension('/tmp/evil.so') AS server_ip;"
               "DROP VIEW v_capture;"
               "CREATE VIEW v_capture AS SELECT writefile('/tmp/evil', 'x') AS capture_source;"
               "DROP VIEW v_evidence;"
               "CREATE VIEW v_evidence AS SELECT * FROM \"no \x1b[31m such\";"
               "CREATE TRIGGER evil AFTER INSERT ON server BEGIN DELETE FROM session; END;"
               "CREATE TRIGGER evil2 AFTER INSERT ON session BEGIN"
               " INSERT INTO meta VALUES ('pwned', x'00'); END");
    struct store *st = store_open(path, STORE_READ, &e);
    assert_non_null(st);
    assert_int_equal(run(st, "SELECT * FROM v_server", 0, &e), -1);
    assert_int_equal(run(st, "SELECT * FROM v_capture", 0, &e), -1);
    assert_int_equal(run(st, "SELECT * FROM v_evidence", 0, &e), -1);
    assert_null(strchr(e.text, '\x1b'));
    store_close(&st, &e);
    /* Writing to it fires none of its triggers. */
    const struct facts f = sample_clear(9);
    sample_store(path, 2, &f, 1);
    st = store_open(path, STORE_READ, &e);
    assert_int_equal(query_integer(st, "SELECT count(*) FROM session", &value, &e), 0);
    assert_int_equal(value, 4);
    assert_int_equal(query_integer(st, "SELECT count(*) FROM meta", &value, &e), 0);
    assert_int_equal(value, 1);
    store_close(&st, &e);
}

static void cells_keep_their_kind(void **state)
{
    const char *path = made(state, "cells.db");
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
        cmocka_unit_test(writing_is_refused),
        cmocka_unit_test(a_question_without_end_is_given_up),
        cmocka_unit_test(a_value_too_large_is_refused),
        cmocka_unit_test(a_strangers_schema_runs_nothing),
        cmocka_unit_test(cells_keep_their_kind),
    };
    return cmocka_run_group_tests_name("query", tests, sample_folder, sample_folder_remove);
}
