/* test_section.c - what the sections of the audit ask and print by. */
#include "test.h"

#include "../../report/section.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void columns_are_found_by_name(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "columns.db"), STORE_READ, &e);
    struct query *q = query_open(
        st, "SELECT 7 AS seven, -1 AS less, 'a' || char(27) AS odd, NULL AS none, 1.5 AS half", &e);
    char text[NAME_TEXT];

    assert_int_equal(query_next(q, &e), 1);
    assert_int_equal(count_named(q, "seven"), 7);
    assert_int_equal(count_named(q, "less"), 0);
    assert_int_equal(count_named(q, "half"), 0);
    assert_int_equal(count_named(q, "missing"), 0);
    assert_int_equal(cell_named(q, "less").integer, -1);
    assert_int_equal(cell_named(q, "missing").kind, CELL_NULL);
    assert_string_equal(text_named(q, "odd", text), "a\\x1b");
    assert_string_equal(text_named(q, "none", text), "");
    query_close(&q);
    store_close(&st, &e);
}

static void words_have_an_otherwise(void **state)
{
    static const struct words list[] = {{"a", "first"}, {"b", "second"}, {NULL, NULL}};

    (void)state;
    assert_string_equal(words_for(list, "b", "none"), "second");
    assert_string_equal(words_for(list, "c", "none"), "none");
}

static void long_lists_are_counted(void **state)
{
    struct report r = {0};
    char *text = NULL;
    size_t n;
    unsigned rows = 0, shown = 0;

    (void)state;
    r.page.out = open_memstream(&text, &n);
    section_more(&r, rows);
    for (unsigned i = 0; i < LISTED + 3; i++)
        shown += section_row(&r, "Heading", &rows);
    section_more(&r, rows);
    fclose(r.page.out);
    assert_int_equal(shown, LISTED);
    assert_string_equal(text, "\nHeading\n  and 3 more.\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_found_by_name),
        cmocka_unit_test(words_have_an_otherwise),
        cmocka_unit_test(long_lists_are_counted),
    };
    return cmocka_run_group_tests_name("section", tests, sample_folder, sample_folder_remove);
}
