/* test_verdict.c - verdicts as rows. */
#include "test.h"

#include "sample.h"

#include <string.h>

#define WHOLE                                                                                      \
    "SELECT class || ' ' || coalesce(cleartext_reason, '-') || ' ' || coalesce(strip_rule, '-')"   \
    " || ' ' || coalesce(strip_rank, '-') || ' ' || rung FROM verdict WHERE session_id = 1"

static struct store *begin(void **state, const char **path_r)
{
    const struct facts f = sample_clear(1);
    struct err e = {""};

    *path_r = sample_path(state, "verdict.db");
    sample_store(*path_r, 1, &f, 1);
    return store_open(*path_r, STORE_CHANGE, &e);
}

static void it_replaces_the_one_before(void **state)
{
    const char *path;
    struct store *st = begin(state, &path);
    struct verdict v = {.class = CLASS_STRIPPED, .rung = RUNG_STRIPPED};
    struct err e = {""};

    v.findings.count = 2;
    v.findings.list[0] = (struct finding){.rule = "refused", .rank = RANK_WEAK, .detail = "{}"};
    v.findings.list[1] = (struct finding){
        .rule = "ehlo-masked", .rank = RANK_CERTAIN, .detail = "{\"a\":1}"};
    v.weaknesses = WEAK(WEAK_RC4) | WEAK(WEAK_SSL);
    assert_int_equal(store_judge(st, 1, &v, &e), 0);
    assert_int_equal(store_commit(st, &e), 0);
    sample_expect(path, WHOLE, "stripped - ehlo-masked certain stripped");
    sample_expect(path, "SELECT group_concat(place || rule || rank || detail) FROM evidence",
                  "0refusedweak{},1ehlo-maskedcertain{\"a\":1}");
    sample_expect(path, "SELECT group_concat(weakness) FROM weakness", "rc4,ssl");
    v = (struct verdict){.class = CLASS_CLEARTEXT,
                         .reason = REASON_HELO_ONLY,
                         .rung = RUNG_CLEARTEXT,
                         .weaknesses = WEAK(WEAK_CBC)};
    assert_int_equal(store_judge(st, 1, &v, &e), 0);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, WHOLE, "cleartext helo-only - - cleartext");
    sample_expect(path, "SELECT count(*) FROM evidence", "0");
    sample_expect(path, "SELECT group_concat(weakness) FROM weakness", "cbc");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_replaces_the_one_before),
    };
    return cmocka_run_group_tests_name("verdict", tests, sample_folder, sample_folder_remove);
}
