/* test_exposures_read.c - sessions in which mail of a domain could be read, out of a database. */
#include "test.h"

#include "sample.h"

#include <mailtap/exposures_read.h>
#include <stdlib.h>
#include <string.h>

static struct exposures read_from(const char *path)
{
    struct exposures x;
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    assert_int_equal(exposures_read(st, &x, &e), 0);
    assert_string_equal(e.text, "");
    store_close(&st, &e);
    return x;
}

static void a_session_each_from_the_first_of_the_domain_on(void **state)
{
    const char *path = sample_path(state, "exposures.db");
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_encrypted(3)};

    f[1].started_ns += INT64_C(90000000000);
    f[1].ended_ns = f[1].started_ns + INT64_C(10000000000);
    sample_store(path, 1, f, 3);
    struct exposures x = read_from(path);
    assert_int_equal(x.domains, 1);
    assert_int_equal(x.count, 2);
    assert_true(x.list[0].after < x.list[1].after);
    assert_true(x.list[1].after - x.list[0].after > 89.9 && x.list[1].after < 91.1);
    assert_true(x.followed[0] >= x.list[1].after + 9.9);
    assert_int_equal(x.list[1].domain, 0);
    assert_true(x.list[0].readable == 1);
    exposures_free(&x);
    assert_null(x.list);
}

static void domains_are_numbered(void **state)
{
    const char *path = sample_path(state, "domains.db");
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_clear(3)};

    sample_store(path, 1, f, 3);
    sample_sql(path, "INSERT INTO name VALUES (901, 'z.example'), (902, '');"
                     "UPDATE address SET domain_id = 901 WHERE session_id = 2 AND role = 'sender';"
                     "UPDATE address SET domain_id = 902 WHERE session_id = 3 AND role = 'sender'");
    struct exposures x = read_from(path);
    assert_int_equal(x.domains, 3);
    assert_int_equal(x.count, 3);
    for (size_t i = 0; i < 3; i++)
        assert_int_equal(x.list[i].domain, i);
    exposures_free(&x);
}

static void none_is_empty_and_damage_is_said(void **state)
{
    const char *path = sample_path(state, "none.db");
    const struct facts f = sample_encrypted(1);
    struct exposures x;
    struct err e = {""};

    sample_store(path, 1, &f, 1);
    x = read_from(path);
    assert_int_equal(x.count, 0);
    assert_int_equal(x.domains, 0);
    exposures_free(&x);
    sample_sql(path, "DROP TABLE address");
    struct store *st = store_open(path, STORE_READ, &e);
    assert_int_equal(exposures_read(st, &x, &e), -1);
    assert_non_null(strstr(e.text, "address"));
    assert_null(x.list);
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_session_each_from_the_first_of_the_domain_on),
        cmocka_unit_test(domains_are_numbered),
        cmocka_unit_test(none_is_empty_and_damage_is_said),
    };
    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
