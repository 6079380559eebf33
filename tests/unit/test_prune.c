/* test_prune.c - old sessions leave, with all that hangs on them, and stay away. */
#include "test.h"

#include "sample.h"

#include <mailtap/store.h>

#include <stdio.h>
#include <stdlib.h>

static bool file_holds(const char *path, const char *text)
{
    char command[600];

    snprintf(command, sizeof command, "grep -qa '%s' '%s'", text, path);
    return system(command) == 0;
}

static struct pruned prune(const char *path, int64_t before_ns)
{
    struct err e = {""};
    struct pruned counted, pruned;
    struct store *st = store_open(path, STORE_CHANGE, &e);

    assert_non_null(st);
    assert_int_equal(store_prune_count(st, before_ns, &counted, &e), 0);
    assert_int_equal(store_prune(st, before_ns, &pruned, &e), 0);
    assert_int_equal(counted.sessions, pruned.sessions);
    sample_judge(st);
    assert_int_equal(store_shrink(st, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    return pruned;
}

static void what_is_old_goes(void **state)
{
    const char *path = sample_path(state, "old.db");
    struct address old = {.transaction = 1, .accepted = YES, .path = "a@long-ago.example"};
    struct facts f[] = {sample_clear(2), sample_clear(3), sample_encrypted(4)};

    f[0].addresses = &old;
    f[0].address_count = 1;
    f[0].starttls_offered = YES;
    sample_store(path, 1, f, 3);
    assert_true(file_holds(path, "long-ago.example"));
    /* The one that began at that very time stays. */
    struct pruned p = prune(path, f[1].started_ns);
    assert_int_equal(p.sessions, 1);
    assert_int_equal(p.left, 2);
    sample_expect(path, "SELECT count(*) FROM v_session", "2");
    sample_expect(path, "SELECT count(*) FROM v_session WHERE class = 'unknown'", "0");
    sample_expect(path, "SELECT sum(ehlo_offered) FROM server", "1");
    assert_false(file_holds(path, "long-ago.example"));
    sample_sound(path);
    assert_int_equal(prune(path, f[1].started_ns).sessions, 0);
}

static void captures_stay(void **state)
{
    const char *path = sample_path(state, "all.db");
    const struct facts f[] = {sample_facts(), sample_clear(3)};
    const uint8_t digest[DIGEST_OCTETS] = {1};
    struct err e = {""};
    int64_t capture;
    char pruned[32];

    sample_store(path, 1, f, 2);
    int64_t last = f[0].started_ns > f[1].started_ns ? f[0].started_ns : f[1].started_ns;
    assert_int_equal(prune(path, last + 1).left, 0);
    sample_expect(path, "SELECT count(*) FROM session", "0");
    sample_expect(path, "SELECT (SELECT count(*) FROM name) + (SELECT count(*) FROM certificate)",
                  "0");
    snprintf(pruned, sizeof pruned, "%lld", (long long)last + 1);
    sample_expect(path, "SELECT pruned_ns FROM v_capture", pruned);
    prune(path, 5); /* an earlier time does not take it back */
    sample_expect(path, "SELECT pruned_ns FROM v_capture", pruned);
    /* Analysing it again changes nothing. */
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "a", digest, &capture, &e), 0);
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_old_goes),
        cmocka_unit_test(captures_stay),
    };
    return cmocka_run_group_tests_name("prune", tests, sample_folder, sample_folder_remove);
}
