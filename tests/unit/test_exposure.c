/* test_exposure.c - the names that v_exposure promises. */
#include "test.h"

#include <mailtap/exposure.h>

static void items_are_named_as_the_view_says(void **state)
{
    (void)state;
    static const char *const names[ITEMS] = {
        "envelope-sender", "envelope-recipient", "header-field",    "body",         "attachment",
        "credential",      "client-identity",    "server-identity", "tls-metadata",
    };
    for (int i = 0; i < ITEMS; i++)
        assert_string_equal(item_name((enum item)i), names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(items_are_named_as_the_view_says)};
    return cmocka_run_group_tests_name("exposure", tests, NULL, NULL);
}
