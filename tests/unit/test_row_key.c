/* test_row_key.c - each field of a shared row tells two rows apart. */
#include "test.h"

#include "../../db/row_private.h"
#include "sample.h"

#include <string.h>

static bool is_shared(enum row_part part)
{
    return part == ROW_COURSE || part == ROW_BANNER || part == ROW_TLS || part == ROW_IDENTITY;
}

static void every_field_counts(void **state)
{
    static uint8_t before[ROW_KEY_OCTETS], after[ROW_KEY_OCTETS];

    (void)state;
    for (size_t i = 0; i < ROW_FIELDS; i++) {
        const struct field *field = &row_fields[i];
        struct facts f = sample_facts();
        if (!is_shared(field->part))
            continue;
        size_t n = row_key(before, field->part, &f);
        ((uint8_t *)&f)[field->at] ^= 1;
        size_t m = row_key(after, field->part, &f);
        assert_false(n == m && memcmp(before, after, n) == 0);
    }
}

static void keys_fit(void **state)
{
    (void)state;
    for (int part = 0; part < ROW_PARTS; part++)
        if (is_shared((enum row_part)part))
            assert_true(row_key_most((enum row_part)part) <= ROW_KEY_OCTETS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_counts),
        cmocka_unit_test(keys_fit),
    };
    return cmocka_run_group_tests_name("row_key", tests, NULL, NULL);
}
