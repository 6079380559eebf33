/* test_quality.c - the audit on what its figures do not cover. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void what_is_not_covered_is_said(void **state)
{
    const char *path = sample_path(state, "cover.db");
    struct facts f[] = {sample_facts(), sample_clear(2)};

    f[1].decided = UNKNOWN;
    f[1].midstream = true;
    sample_store(path, 1, f, 2);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "could read at least 16 of about 19 messages, ");
    assert_says(one, "In the clear were 0 of 1 sessions that could be decided.");
    assert_says(one, "session could not be decided 1 ");
    assert_says(one, "session was captured in one direction only 1 ");
    assert_says(one, "sessions began before the capture 2 ");
    assert_says(one, "session has gaps 1 ");
    assert_says(one, "Why sessions could not be decided: its start was not captured 1 ");
    assert_says(one, "those under TLS are estimated");
    assert_says(one, "Replies are missing in 1 session: messages there are a lower bound.");
    free(one);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_not_covered_is_said),
    };
    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
