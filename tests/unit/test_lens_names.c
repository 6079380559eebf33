/* test_lens_names.c - each column has one place in the list, and is one of the schema. */
#include "test.h"

#include "../../db/lens_private.h"
#include "sample.h"

#include <stdio.h>
#include <string.h>

static void each_column_is_there_once(void **state)
{
    const char *path = sample_made(state, "columns.db");
    unsigned count;
    const struct lens_column *c = lens_columns(&count);
    char sql[200];

    assert_true(count > 60);
    for (unsigned i = 0; i < count; i++) {
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM describe WHERE object = '%s' AND \"column\" = '%s'",
                 c[i].table, c[i].column);
        if (strcmp(c[i].table, "describe") != 0 && strcmp(c[i].table, "meta") != 0)
            sample_expect(path, sql, "1");
        for (unsigned j = 0; j < i; j++)
            if (strcmp(c[i].table, c[j].table) == 0 && strcmp(c[i].column, c[j].column) == 0)
                fail_msg("%s.%s is there twice", c[i].table, c[i].column);
    }
}

/* Whoever has the pseudonyms must not have what they stand for. */
static void a_map_has_a_name_of_its_own(void **state)
{
    unsigned count;
    const struct lens_part *map = lens_maps(&count);

    (void)state;
    assert_int_equal(count, 3);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(strncmp(map[i].name, "lens_", 5), 0);
}

static void secrets_are_left_out(void **state)
{
    (void)state;
    assert_true(lens_is_left_out("meta"));
    assert_true(lens_is_left_out("kept"));
    assert_false(lens_is_left_out("session"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_column_is_there_once),
        cmocka_unit_test(a_map_has_a_name_of_its_own),
        cmocka_unit_test(secrets_are_left_out),
    };
    return cmocka_run_group_tests_name("lens_names", tests, sample_folder, sample_folder_remove);
}
