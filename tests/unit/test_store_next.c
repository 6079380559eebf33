/* test_store_next.c - a database that goes on where another stops; files for a time. */
#include "test.h"

#include "fault.h"
#include "lively.h"
#include "sample.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* ---- the next database */

/* Named, with a policy and a trust store. */
static struct store *first_of_all(const char *path)
{
    struct policy *p = policy_new();
    struct err e = {""};
    struct store *st = lively_open(path, STORE_WRITE);

    assert_int_equal(store_sensor(st, "rack\n7", &e), 0);
    assert_int_equal(policy_read_list(p, slice_of("*.example must-offer\n"), "list", &e), 0);
    assert_int_equal(store_policies(st, p, &e), 0);
    policy_free(&p);
    store_trusts(st, "authority.pem");
    return st;
}

/* The same ten sessions in each. */
static void fill(struct store *st)
{
    struct err e = {""};
    int64_t of[2];

    lively_begin(st, of);
    assert_int_equal(lively_put(st, of, 0, 10, &e), 0);
    lively_end(st, of, 5);
    sample_judge(st);
}

static void are_alike(const char *first, const char *next)
{
    static const char *const alike[] = {
        "SELECT group_concat(quote(local_hash)) FROM address",
        "SELECT group_concat(DISTINCT sensor || sensor_mark || trust_store) FROM v_capture",
        "SELECT group_concat(mark || key_mark || name) FROM sensor",
        "SELECT group_concat(host || must_offer) FROM policy",
        "SELECT group_concat(quote(value)) FROM meta",
        "SELECT group_concat(class || coalesce(strip_rule, '-')) FROM verdict",
    };

    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        char *want = sample_value(first, alike[i]);
        assert_true(strlen(want) >= 10);
        sample_expect(next, alike[i], want);
        free(want);
    }
}

static void the_next_one_is_of_the_same_sensor(void **state)
{
    char first[256], next[256];
    struct merge_counts counts;
    struct err e = {""};

    lively_make(7);
    snprintf(first, sizeof first, "%s", sample_path(state, "first.db"));
    snprintf(next, sizeof next, "%s", sample_path(state, "next.db"));
    struct store *st = first_of_all(first), *other = store_open_next(next, st, &e);
    assert_string_equal(e.text, "");
    assert_non_null(other);
    fill(st);
    fill(other);
    lively_close(&st);
    lively_close(&other);
    are_alike(first, next);
    lively_all_is_well(next);
    st = lively_open(sample_path(state, "all.db"), STORE_WRITE);
    assert_int_equal(store_merge(st, next, &counts, &e), 0);
    assert_int_equal(store_merge(st, first, &counts, &e), 0);
    lively_close(&st);
    const char *merged = sample_path(state, "all.db");
    sample_expect(merged, "SELECT count(*) || ' ' || count(DISTINCT local_hash) FROM address",
                  "40 2");
    sample_expect(merged,
                  "SELECT name || count(*) FROM v_capture c JOIN sensor s"
                  " ON s.mark = c.sensor_mark",
                  "rack\\x0a74");
}

static void the_next_one_needs_a_name_and_a_folder(void **state)
{
    const char *path = sample_path(state, "there.db");
    struct err e = {""};
    struct store *st = lively_open(path, STORE_WRITE);

    assert_null(store_open_next(path, st, &e));
    assert_non_null(strstr(e.text, "there.db is there already"));
    assert_null(store_open_next("/nowhere/next.db", st, &e));
    assert_non_null(strstr(e.text, "/nowhere/next.db cannot be made"));
    lively_close(&st);
    lively_all_is_well(path);
}

/* One that cannot be written whole is not there at all. */
static void the_next_one_fails_whole(void **state)
{
    char first[256], next[256], command[600];
    struct err e = {""};
    unsigned failures = 0;

    snprintf(first, sizeof first, "%s", sample_path(state, "before.db"));
    snprintf(next, sizeof next, "%s", sample_path(state, "after.db"));
    snprintf(command, sizeof command, "! ls %s* 2> /dev/null", next);
    struct store *st = lively_open(first, STORE_WRITE), *other;
    for (unsigned n = 1; n < 400; n += 3) {
        fault_arm(FAULT_DISK_FULL, n);
        other = store_open_next(next, st, &e);
        fault_disarm();
        if (other) {
            lively_close(&other);
            lively_all_is_well(next);
            unlink(next);
            break;
        }
        failures++;
        assert_int_equal(system(command), 0);
    }
    assert_true(failures > 3);
    lively_close(&st);
}

/* ---- files for a time */

/* They are gone from it at once, and stay open. */
static bool has_open_in(const char *folder)
{
    char of[32], file[300];
    bool has = false;

    for (int fd = 3; fd < 64 && !has; fd++) {
        snprintf(of, sizeof of, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(of, file, sizeof file - 1);
        file[n > 0 ? n : 0] = '\0';
        has = strncmp(file, folder, strlen(folder)) == 0 && strstr(file, "(deleted)");
    }
    return has;
}

static void temporary_files_are_where_they_are_to_be(void **state)
{
    sqlite3 *db = NULL;

    assert_false(has_open_in(*state));
    assert_int_equal(store_set_temp(*state), 0);
    assert_int_equal(sqlite3_open("", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TEMP TABLE t (b); PRAGMA temp.cache_size = 5; BEGIN;"
                                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                  " WHERE i < 500) INSERT INTO t SELECT randomblob(4000) FROM n",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(has_open_in(*state));
    sqlite3_close(db);
    assert_int_equal(store_set_temp(NULL), 0);
    assert_null(sqlite3_temp_directory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_next_one_is_of_the_same_sensor),
        cmocka_unit_test(the_next_one_needs_a_name_and_a_folder),
        cmocka_unit_test(the_next_one_fails_whole),
        cmocka_unit_test(temporary_files_are_where_they_are_to_be),
    };
    fault_install();
    return cmocka_run_group_tests_name("store_next", tests, sample_folder, sample_folder_remove);
}
