/* test_known.c - what sessions have in common is stored once, also from run to run. */
#include "test.h"

#include "sample.h"

#include <stdlib.h>
#include <string.h>

#define SHARED                                                                                     \
    "SELECT (SELECT count(*) FROM server) || ' ' || (SELECT count(*) FROM client) || ' ' ||"       \
    " (SELECT count(*) FROM course) || ' ' || (SELECT count(*) FROM banner) || ' ' ||"             \
    " (SELECT count(*) FROM tls) || ' ' || (SELECT count(*) FROM name)"

static void sessions_alike_share_rows(void **state)
{
    const char *path = sample_path(state, "shared.db");
    const struct facts f[] = {sample_clear(1), sample_clear(2), sample_encrypted(3),
                              sample_encrypted(4)};

    sample_store(path, 1, f, 2);
    sample_expect(path, SHARED, "1 1 1 1 0 3");
    sample_store(path, 2, f, 2); /* a run of its own */
    sample_expect(path, SHARED, "1 1 1 1 0 3");
    sample_store(path, 3, f, 4);
    char *shared = sample_value(path, SHARED);
    sample_store(path, 4, f, 4);
    sample_expect(path, SHARED, shared);
    free(shared);
    sample_expect(path, "SELECT count(*) FROM session", "12");
    sample_sound(path);
}

/* A near miss: one field more makes another row. */
static void one_difference_makes_another_row(void **state)
{
    const char *path = sample_path(state, "apart.db");
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_clear(3)};

    f[1].quit_sent = !f[1].quit_sent;
    strcat(f[2].keywords, "\nDSN");
    sample_store(path, 1, f, 3);
    sample_expect(path, SHARED, "1 1 2 2 0 3");
}

/* An answer without a keyword is an answer. */
static void nothing_read_is_no_row(void **state)
{
    const char *path = sample_path(state, "nothing.db");
    struct facts f[] = {sample_clear(1), sample_clear(2)};

    for (int i = 0; i < 2; i++) {
        f[i].server_name[0] = f[i].greeting[0] = f[i].keywords[0] = '\0';
        f[i].keywords_cut = false;
    }
    f[0].ehlo_accepted = UNKNOWN;
    sample_store(path, 1, f, 2);
    sample_expect(path, "SELECT group_concat(banner_id IS NULL, ' ') FROM session", "1 0");
    sample_expect(path, "SELECT keyword_mark IS NOT NULL FROM banner", "1");
}

static void servers_grow(void **state)
{
    const char *path = sample_path(state, "grow.db");
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_clear(3)};

    f[1].starttls_offered = YES;
    f[2].ehlo_accepted = NO;
    sample_store(path, 1, f, 3);
    sample_store(path, 2, f, 2);
    sample_expect(path, "SELECT ehlo_sessions || '/' || ehlo_offered FROM server", "4/2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sessions_alike_share_rows),
        cmocka_unit_test(one_difference_makes_another_row),
        cmocka_unit_test(nothing_read_is_no_row),
        cmocka_unit_test(servers_grow),
    };
    return cmocka_run_group_tests_name("known", tests, sample_folder, sample_folder_remove);
}
