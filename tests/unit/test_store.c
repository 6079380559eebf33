/* test_store.c - opening: what is there, what it is, and whose turn it is. */
#include "test.h"

#include "sample.h"

#include <grp.h>
#include <mailtap/query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void assert_refused(const char *path, enum store_mode mode, const char *why)
{
    struct err e = {""};
    struct store *st = store_open(path, mode, &e);

    assert_null(st);
    if (!strstr(e.text, why))
        fail_msg("'%s' does not say '%s'", e.text, why);
}

/* Root may write everything, so be somebody else. */
static void as_nobody(void (*check)(const char *path), const char *path)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (getuid() == 0 && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
            _exit(0);
        check(path);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void child_expects(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "not so: %s\n", what);
    _exit(1);
}

static void can_be_read_not_written(const char *path)
{
    struct err e = {""};
    int64_t sessions = 0;
    struct store *st = store_open(path, STORE_WRITE, &e);

    child_expects(!st && strstr(e.text, "cannot be written"), e.text);
    e.text[0] = '\0';
    st = store_open(path, STORE_READ, &e);
    child_expects(st, e.text);
    child_expects(query_integer(st, "SELECT count(*) FROM v_session", &sessions, &e) == 0, e.text);
    child_expects(sessions == 1, "one session");
    store_close(&st, &e);
}

static void cannot_be_read(const char *path)
{
    struct err e = {""};

    child_expects(!store_open(path, STORE_READ, &e) && strstr(e.text, "cannot be read"), e.text);
}

static void fill_with_garbage(const char *path, size_t n)
{
    FILE *out = fopen(path, "w");

    for (size_t i = 0; i < n; i++)
        fputc((int)(i * 37 % 251), out);
    fclose(out);
}

static void a_second_writer_is_refused(void **state)
{
    const char *path = sample_path(state, "two.db");
    struct err e = {""};
    struct store *first = store_open(path, STORE_WRITE, &e);
    pid_t child = fork();
    int status;

    assert_non_null(first);
    if (child == 0) {
        struct store *second = store_open(path, STORE_WRITE, &e);
        _exit(second ? 1 : strstr(e.text, "written by another mailtap") ? 0 : 2);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_refused(path, STORE_WRITE, "written by another mailtap");
    store_close(&first, &e);
    first = store_open(path, STORE_WRITE, &e);
    assert_non_null(first);
    store_close(&first, &e);
}

static void reads_what_cannot_be_written(void **state)
{
    const struct facts f = sample_clear(1);
    char folder[256], path[300];

    snprintf(folder, sizeof folder, "%s", sample_path(state, "ro?#%"));
    chmod(sample_path(state, ""), 0755);
    mkdir(folder, 0755);
    snprintf(path, sizeof path, "%s/a%%41.db", folder);
    sample_store(path, 1, &f, 1);
    chmod(path, 0444);
    chmod(folder, 0555);
    as_nobody(can_be_read_not_written, path); /* neither the file nor its folder */
    chmod(folder, 0777);
    as_nobody(can_be_read_not_written, path); /* only the file */
    /* In WAL mode, and its WAL is gone: SQLite wants to write beside it. */
    chmod(path, 0644);
    sample_sql(path, "PRAGMA journal_mode = WAL");
    chmod(path, 0444);
    chmod(folder, 0555);
    as_nobody(can_be_read_not_written, path);
    chmod(path, 0600);
    if (getuid() == 0)
        as_nobody(cannot_be_read, path);
    chmod(folder, 0755);
}

static void opening_says_what_is_wrong(void **state)
{
    const char *path;
    const struct facts f = sample_clear(1);

    assert_refused(sample_path(state, "none.db"), STORE_READ, "does not exist");
    assert_refused(sample_path(state, "none/none.db"), STORE_READ, "does not exist");
    assert_refused(sample_path(state, "none/none.db"), STORE_WRITE, "folder does not exist");
    assert_refused(sample_path(state, ""), STORE_WRITE, "is a folder");
    assert_refused(sample_path(state, ""), STORE_READ, "is a folder");
    assert_refused("/dev/null", STORE_READ, "not a plain file");
    path = sample_path(state, "newer.db");
    sample_store(path, 1, &f, 1);
    sample_sql(path, "PRAGMA user_version = 99");
    assert_refused(path, STORE_READ, "newer mailtap");
    assert_refused(path, STORE_WRITE, "newer mailtap");
    sample_sql(path, "PRAGMA user_version = 1");
    assert_refused(path, STORE_READ, "older mailtap");
    path = sample_path(state, "foreign.db");
    sample_sql(path, "CREATE TABLE t (x)");
    assert_refused(path, STORE_READ, "another program");
    assert_refused(path, STORE_WRITE, "another program");
    path = sample_path(state, "empty.db");
    fclose(fopen(path, "w"));
    assert_refused(path, STORE_READ, "is empty");
    sample_store(path, 1, &f, 1);
}

static void garbage_is_no_database(void **state)
{
    const char *path = sample_path(state, "garbage.db");

    for (size_t n = 1; n < 10000; n = n * 3 + 1) {
        fill_with_garbage(path, n);
        assert_refused(path, STORE_READ, "not a mailtap database");
        assert_refused(path, STORE_WRITE, "not a mailtap database");
    }
}

static void what_is_locked_is_in_use(void **state)
{
    const char *path = sample_path(state, "busy.db");
    const struct facts f = sample_clear(1);
    int to[2], status;
    char ready;

    sample_store(path, 1, &f, 1);
    assert_int_equal(pipe(to), 0);
    pid_t child = fork();
    if (child == 0) {
        char command[600];
        snprintf(command, sizeof command,
                 "(echo 'BEGIN EXCLUSIVE;'; echo '.shell printf x >&%d'; echo '.shell sleep 5')"
                 " | sqlite3 -batch '%s'",
                 to[1], path);
        _exit(system(command) != 0);
    }
    assert_int_equal(read(to[0], &ready, 1), 1);
    assert_refused(path, STORE_WRITE, "in use by another program");
    waitpid(child, &status, 0);
    close(to[0]);
    close(to[1]);
}

/* Cut at every page and in between: a sentence or a reading, never a crash. */
static void truncated_databases_say_so(void **state)
{
    char path[256];
    const struct facts f[] = {sample_facts(), sample_clear(2)};
    struct stat status;

    snprintf(path, sizeof path, "%s", sample_path(state, "whole.db"));
    sample_store(path, 1, f, 2);
    stat(path, &status);
    for (off_t n = 600; n < status.st_size; n += 2048) {
        char command[600];
        struct err e = {""};
        const char *cut = sample_path(state, "cut.db");
        snprintf(command, sizeof command, "head -c %lld '%s' > '%s'", (long long)n, path, cut);
        assert_int_equal(system(command), 0);
        struct store *st = store_open(cut, STORE_READ, &e);
        int64_t sessions = 0;
        if (st && query_integer(st,
                                "SELECT count(*) + sum(length(keywords)) + max(started_at)"
                                " FROM v_facts s JOIN verdict USING (session_id)"
                                " JOIN server USING (server_id)",
                                &sessions, &e) == 0)
            assert_int_equal(e.text[0], 0);
        else
            assert_non_null(strstr(e.text, "damaged"));
        if (st)
            store_close(&st, &e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_second_writer_is_refused),
        cmocka_unit_test(reads_what_cannot_be_written),
        cmocka_unit_test(opening_says_what_is_wrong),
        cmocka_unit_test(garbage_is_no_database),
        cmocka_unit_test(what_is_locked_is_in_use),
        cmocka_unit_test(truncated_databases_say_so),
    };
    return cmocka_run_group_tests_name("store", tests, sample_folder, sample_folder_remove);
}
