/* test_path.c - names and folders of files. */
#include "test.h"

#include <mailtap/path.h>
#include <stdlib.h>

static void expect(const char *path, const char *folder, const char *name)
{
    char *made = path_folder(path);

    assert_string_equal(made, folder);
    assert_string_equal(path_name(path), name);
    free(made);
}

static void a_path_has_two_halves(void **state)
{
    (void)state;
    expect("mail.db", ".", "mail.db");
    expect("./mail.db", ".", "mail.db");
    expect("/mail.db", "/", "mail.db");
    expect("/var/lib/mail.db", "/var/lib", "mail.db");
    expect("a//b", "a/", "b");
    expect("a/", "a", "a/");
    expect("/", "/", "/");
    expect("", ".", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_path_has_two_halves)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
