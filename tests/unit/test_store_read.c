/* test_store_read.c - what is handed out for judging, and what becomes of the verdicts. */
#include "test.h"

#include "sample.h"

#include <string.h>

static void history_counts_and_judges_again(void **state)
{
    const char *path = sample_path(state, "history.db");
    struct facts f = sample_clear(1), loaded;
    struct history h;
    struct err e = {""};
    int64_t session, capture;

    sample_store(path, 1, &f, 1);
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_unjudged(st, &session, &loaded, &h, &e), 0);
    assert_int_equal(store_capture_begin(st, "b", NULL, &capture, &e), 1);
    f.starttls_offered = YES;
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    f.ehlo_accepted = NO; /* no reply to count */
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    f = sample_encrypted(1); /* another server */
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    assert_int_equal(store_unjudged(st, &session, &loaded, &h, &e), 1);
    assert_int_equal(session, 1);
    assert_int_equal(h.sessions, 2);
    assert_int_equal(h.offered, 1);
    assert_int_equal(sample_judge(st), 4);
    assert_int_equal(sample_judge(st), 0);
    store_close(&st, &e);
    sample_expect(path,
                  "SELECT ehlo_sessions || '/' || ehlo_offered FROM server"
                  " WHERE server_id = 1",
                  "2/1");
}

static void evidence_is_replaced(void **state)
{
    const char *path = sample_path(state, "evidence.db");
    struct facts f = sample_clear(1);
    struct err e = {""};
    struct verdict v = {.class = CLASS_CLEARTEXT, .reason = REASON_NOT_OFFERED};

    strcpy(f.keywords, "XXXXXXXA\n\"quoted\"");
    sample_store(path, 1, &f, 1);
    sample_expect(path, "SELECT class || strip_rule || strip_rank FROM v_session",
                  "strippedoffer-maskedstrong");
    sample_expect(path, "SELECT json_valid(detail) FROM v_evidence", "1");
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_judge(st, 1, &v, &e), 0);
    store_close(&st, &e);
    sample_expect(path, "SELECT count(*) FROM v_evidence", "0");
    sample_expect(path, "SELECT strip_rule FROM v_session", "NULL");
}

static void unjudged_sessions_are_unknown(void **state)
{
    const char *path = sample_path(state, "unjudged.db");
    const struct facts f = sample_clear(1);

    sample_store(path, 1, &f, 1);
    sample_expect(path, "SELECT class || ' ' || cleartext_reason FROM v_session",
                  "cleartext not-offered");
    sample_sql(path, "DELETE FROM judgement");
    sample_expect(path, "SELECT class FROM v_session", "unknown");
    sample_expect(path, "SELECT cleartext_reason FROM v_session", "NULL");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(history_counts_and_judges_again),
        cmocka_unit_test(evidence_is_replaced),
        cmocka_unit_test(unjudged_sessions_are_unknown),
    };
    return cmocka_run_group_tests_name("store_read", tests, sample_folder, sample_folder_remove);
}
