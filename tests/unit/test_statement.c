/* test_statement.c - every statement of the store is one that SQLite takes, and is kept. */
#include "test.h"

#include "../../db/store_private.h"
#include "sample.h"

#include <string.h>

static void every_statement_is_taken(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "statements.db"), STORE_CHANGE, &e);

    assert_non_null(st);
    assert_int_equal(schema_index(st, &e), 0);
    /* Those of a time when captures overlap, and of a comparison. */
    assert_int_equal(store_sql(st,
                               "CREATE INDEX IF NOT EXISTS session_connection ON session"
                               " (client_id, client_port, started_ns);"
                               "CREATE TEMP TABLE contrast_new AS SELECT * FROM contrast WHERE 0",
                               &e),
                     0);
    for (int which = 0; which < STATEMENTS; which++) {
        if (which == ST_ROW_NAME)
            continue;
        sqlite3_stmt *s = store_statement(st, (enum statement)which, &e);
        if (!s)
            fail_msg("statement %d: %s", which, e.text);
        assert_ptr_equal(store_statement(st, (enum statement)which, &e), s);
    }
    store_close(&st, &e);
}

static void what_is_no_sql_is_said(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "no-sql.db"), STORE_READ, &e);

    assert_null(store_prepare(st, "SELECT no_such_column FROM session", &e));
    assert_non_null(strstr(e.text, "no_such_column"));
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_statement_is_taken),
        cmocka_unit_test(what_is_no_sql_is_said),
    };
    return cmocka_run_group_tests_name("statement", tests, sample_folder, sample_folder_remove);
}
