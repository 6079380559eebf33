/* test_row_sql.c - the SQL made of the field table names every column, and SQLite takes it. */
#include "test.h"

#include "../../db/row_private.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void prepare(sqlite3 *db, char *sql, int parameters, int columns)
{
    sqlite3_stmt *s = NULL;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    if (parameters >= 0)
        assert_int_equal(sqlite3_bind_parameter_count(s), parameters);
    if (columns >= 0)
        assert_true(sqlite3_column_count(s) >= columns);
    sqlite3_finalize(s);
    free(sql);
}

static int columns_of(sqlite3 *db, const char *table)
{
    char sql[100];
    sqlite3_stmt *s = NULL;

    snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('%s')", table);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(s), SQLITE_ROW);
    int n = sqlite3_column_int(s, 0);
    sqlite3_finalize(s);
    return n;
}

/* A row's own number is SQLite's to give; that of mail is its session's. */
static void every_column_is_written(void **state)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(sample_made(state, "sql.db"), &db), SQLITE_OK);
    for (int part = 0; part < ROW_PARTS; part++) {
        if (part == ROW_NAME)
            continue;
        int all = columns_of(db, row_beside[part].table);
        prepare(db, row_insert_sql((enum row_part)part), part == ROW_MAIL ? all : all - 1, -1);
    }
    prepare(db, row_select_sql(), 1, ROW_FIELDS + 3 + ROW_CERTIFICATE_COLUMNS);
    prepare(db, row_part_sql(ROW_COURSE), 1, 3);
    prepare(db, row_part_sql(ROW_BANNER), 1, 3);
    prepare(db, row_part_sql(ROW_TLS), 1, 3);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_column_is_written)};

    return cmocka_run_group_tests_name("row_sql", tests, sample_folder, sample_folder_remove);
}
