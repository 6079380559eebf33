/* test_migrate.c - databases of earlier versions become the present one when they are written. */
#include "test.h"

#include "sample.h"

#include <mailtap/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *copy_of(void **state, const char *from)
{
    char command[600];
    const char *to = sample_path(state, "old.db");

    snprintf(command, sizeof command, "cp '%s' '%s'", from, to);
    assert_int_equal(system(command), 0);
    return to;
}

/* What SQLite alone says of it: mailtap does not read the old ones. */
static char *old_value(const char *path, const char *sql)
{
    char command[1200], text[300] = "";

    snprintf(command, sizeof command, "sqlite3 '%s' \"%s\"", path, sql);
    FILE *f = popen(command, "r");
    assert_non_null(f);
    assert_non_null(fgets(text, sizeof text, f));
    assert_int_equal(pclose(f), 0);
    text[strcspn(text, "\n")] = '\0';
    return strdup(text);
}

#define FACTS                                                                                      \
    "SELECT count(*) || ' ' || sum(client_port) || ' ' || sum(started_ns / 1000 % 1000000) || ' '" \
    " || sum(content_octets) || ' ' || coalesce(group_concat(DISTINCT starttls_reply), '-')"

static void facts_are_kept(void **state)
{
    static const struct {
        const char *path, *facts;
    } old[] = {{"tests/db/version-1.db", FACTS " FROM session"},
               {"tests/db/version-2.db", FACTS " FROM session"},
               {"tests/db/version-3.db", FACTS " FROM v_facts"},
               {"tests/db/version-4.db", FACTS " FROM v_facts"}};

    for (size_t i = 0; i < sizeof old / sizeof *old; i++) {
        const char *path = copy_of(state, old[i].path);
        struct err e = {""};
        char *before = old_value(path, old[i].facts);
        char *key = old_value(path, "SELECT hex(value) FROM meta WHERE key = 'address-key'");
        /* To read it is not to change it. */
        assert_null(store_open(path, STORE_READ, &e));
        assert_non_null(strstr(e.text, "classify"));
        e.text[0] = '\0';
        struct store *st = store_open(path, STORE_CHANGE, &e);
        assert_string_equal(e.text, "");
        sample_judge(st);
        assert_int_equal(store_close(&st, &e), 0);
        sample_expect(path, FACTS " FROM v_facts", before);
        sample_expect(path, "SELECT hex(value) FROM meta WHERE key = 'address-key'", key);
        sample_expect(path,
                      "SELECT count(*) FROM v_session s LEFT JOIN verdict USING (session_id)"
                      " WHERE verdict.class IS NULL",
                      "0");
        sample_sound(path);
        st = store_open(path, STORE_READ, &e);
        assert_non_null(st);
        store_close(&st, &e);
        free(before);
        free(key);
        unlink(path);
    }
}

/* The same mark each time: copies that are merged are of one sensor. */
static void copies_are_of_one_sensor(void **state)
{
    char *marks[2];

    for (int i = 0; i < 2; i++) {
        const char *path = copy_of(state, "tests/db/version-2.db");
        struct err e = {""};
        struct store *st = store_open(path, STORE_CHANGE, &e);
        assert_non_null(st);
        store_close(&st, &e);
        marks[i] = sample_value(path, "SELECT group_concat(DISTINCT sensor_mark) FROM v_capture");
        unlink(path);
    }
    assert_string_equal(marks[0], marks[1]);
    free(marks[0]);
    free(marks[1]);
}

static void a_newer_one_is_refused(void **state)
{
    const char *path = sample_made(state, "newer.db");
    struct err e = {""};

    sample_sql(path, "PRAGMA user_version = 6");
    assert_null(store_open(path, STORE_CHANGE, &e));
    assert_non_null(strstr(e.text, "newer"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(facts_are_kept),
        cmocka_unit_test(copies_are_of_one_sensor),
        cmocka_unit_test(a_newer_one_is_refused),
    };
    return cmocka_run_group_tests_name("migrate", tests, sample_folder, sample_folder_remove);
}
