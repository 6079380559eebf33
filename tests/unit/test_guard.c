/* test_guard.c - a database from a stranger, and SQL that wants more than to read. */
#include "test.h"

#include "sample.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

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

    strcpy(path, sample_made(state, "refused.db"));
    struct err e;
    assert_int_equal(chdir(*state), 0);
    /* Whoever holds it open, reader or writer. */
    for (enum store_mode mode = STORE_WRITE; mode <= STORE_READ; mode++) {
        struct store *st = store_open(path, mode, &e);
        assert_non_null(st);
        for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
            e.text[0] = '\0';
            if (sample_ask(st, attempts[i], 0, &e) == 0)
                fail_msg("was allowed: %s", attempts[i]);
            assert_true(strlen(e.text) > 10);
        }
        e.text[0] = '\0';
        sample_ask(st, "SELECT * FROM v_session, json_each('[1,2]'); -- all", 0, &e);
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
    const char *path = sample_made(state, "endless.db");
    struct err e;
    struct store *st = store_open(path, STORE_READ, &e);

    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        e.text[0] = '\0';
        assert_int_equal(sample_ask(st, endless[i], 1, &e), -1);
        assert_non_null(strstr(e.text, "too long"));
        e.text[0] = '\0';
        assert_int_equal(sample_ask(st, "SELECT 1", 0, &e), 0); /* the next one is not */
    }
    store_close(&st, &e);
}

static void a_value_too_large_is_refused(void **state)
{
    const char *path = sample_made(state, "large.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    assert_int_equal(sample_ask(st, "SELECT zeroblob(100000000)", 0, &e), -1);
    assert_non_null(strstr(e.text, "too big"));
    store_close(&st, &e);
}

/* A stranger's database: the right application_id, and views and triggers of its own. */
static void a_strangers_schema_runs_nothing(void **state)
{
    const char *path = sample_made(state, "hostile.db");
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
    assert_int_equal(sample_ask(st, "SELECT * FROM v_server", 0, &e), -1);
    assert_int_equal(sample_ask(st, "SELECT * FROM v_capture", 0, &e), -1);
    assert_int_equal(sample_ask(st, "SELECT * FROM v_evidence", 0, &e), -1);
    assert_null(strchr(e.text, '\x1b'));
    store_close(&st, &e);
    /* Writing to it fires none of its triggers. */
    const struct facts f = sample_clear(9);
    sample_store(path, 2, &f, 1);
    st = store_open(path, STORE_READ, &e);
    assert_int_equal(query_integer(st, "SELECT count(*) FROM session", &value, &e), 0);
    assert_int_equal(value, 4);
    assert_int_equal(query_integer(st, "SELECT count(*) FROM meta", &value, &e), 0);
    assert_int_equal(value, 2); /* the key and the sensor */
    store_close(&st, &e);
}

/* The statistics look at their arguments only: a stranger's view may call them, but not for long. */
static void a_strangers_view_may_use_statistics(void **state)
{
    static const char *const endless[] = {
        "SELECT * FROM v_server",
        "SELECT * FROM v_capture",
    };
    const char *path = sample_made(state, "statistics.db");
    struct err e = {""};
    struct timespec before, after;

    sample_sql(path, "DROP VIEW v_session;"
                     "CREATE VIEW v_session AS SELECT wilson_low(3, 4) + newcombe_low(1, 2, 3, 4)"
                     " + bootstrap_high(1, 2) + entropy_bits(3) AS x;"
                     "DROP VIEW v_server;"
                     "CREATE VIEW v_server AS WITH RECURSIVE n(i) AS"
                     " (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                     " SELECT max(clopper_low(500000000 - i, 1000000000)) FROM n;"
                     "DROP VIEW v_capture;"
                     "CREATE VIEW v_capture AS WITH RECURSIVE n(i) AS"
                     " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000), g(j) AS"
                     " (SELECT 1 UNION ALL SELECT j + 1 FROM g WHERE j < 100)"
                     " SELECT (SELECT bootstrap_low(i % 7, 7 + j) FROM n) FROM g;"
                     "DROP VIEW v_evidence;"
                     "CREATE VIEW v_evidence AS SELECT wilson_low(-1, 4) AS x");
    struct store *st = store_open(path, STORE_READ, &e);
    assert_non_null(st);
    assert_int_equal(sample_ask(st, "SELECT * FROM v_session", 0, &e), 0);
    for (size_t i = 0; i < sizeof endless / sizeof *endless; i++) {
        clock_gettime(CLOCK_MONOTONIC, &before);
        assert_int_equal(sample_ask(st, endless[i], 1, &e), -1);
        clock_gettime(CLOCK_MONOTONIC, &after);
        assert_non_null(strstr(e.text, "too long"));
        assert_true(after.tv_sec - before.tv_sec < 5);
    }
    assert_int_equal(sample_ask(st, "SELECT * FROM v_evidence", 0, &e), -1);
    assert_non_null(strstr(e.text, "wilson_low"));
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(writing_is_refused),
        cmocka_unit_test(a_question_without_end_is_given_up),
        cmocka_unit_test(a_value_too_large_is_refused),
        cmocka_unit_test(a_strangers_schema_runs_nothing),
        cmocka_unit_test(a_strangers_view_may_use_statistics),
    };
    return cmocka_run_group_tests_name("guard", tests, sample_folder, sample_folder_remove);
}
