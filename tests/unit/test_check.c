/* test_check.c - damage of each kind is found, and none where there is none. */
#include "test.h"

#include "sample.h"

#include <mailtap/store.h>

#include <string.h>
#include <unistd.h>

struct heard {
    char names[400];
    char texts[4000];
};

static void hear(void *of, const char *check, enum check_says says, const char *text)
{
    struct heard *h = of;

    if (says != CHECK_WRONG)
        return;
    strncat(h->names, check, sizeof h->names - strlen(h->names) - 1);
    strncat(h->names, " ", sizeof h->names - strlen(h->names) - 1);
    strncat(h->texts, text, sizeof h->texts - strlen(h->texts) - 1);
}

static unsigned check(const char *path, bool quick, struct heard *h)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    memset(h, 0, sizeof *h);
    assert_non_null(st);
    unsigned wrong = store_check(st, quick, hear, h);
    store_close(&st, &e);
    return wrong;
}

static void what_is_sound_is_sound(void **state)
{
    const char *path = sample_made(state, "sound.db");
    struct heard h;

    sample_sql(path, "UPDATE capture SET mail_flows = 3");
    assert_int_equal(check(path, false, &h), 0);
    assert_string_equal(h.texts, "");
    assert_int_equal(check(path, true, &h), 0);
}

static void damage_is_found(void **state)
{
    static const struct {
        const char *damage;
        bool quick; /* found by a quick look, too */
    } kinds[] = {
        {"DROP VIEW v_server", true},
        {"DROP VIEW v_server; CREATE VIEW v_server AS SELECT 1 AS server_ip", true},
        {"CREATE TABLE stranger (x)", true},
        {"CREATE TRIGGER t AFTER INSERT ON server BEGIN SELECT 1; END", true},
        {"UPDATE capture SET state = 'running'", true},
        {"DELETE FROM verdict WHERE session_id = 2", false},
        {"UPDATE server SET ehlo_sessions = 77", false},
        {"UPDATE session SET ended_ns = started_ns - 1", false},
        {"PRAGMA foreign_keys = OFF; UPDATE session SET client_id = 999 WHERE session_id = 1",
         false},
        {"UPDATE verdict SET strip_rule = 'no-such-rule', strip_rank = 'strong'", false},
    };

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *path = sample_made(state, "damaged.db");
        struct heard h;
        sample_sql(path, "UPDATE capture SET mail_flows = 3");
        sample_sql(path, kinds[i].damage);
        if (check(path, false, &h) == 0)
            fail_msg("not found: %s", kinds[i].damage);
        if (kinds[i].quick && check(path, true, &h) == 0)
            fail_msg("not found quickly: %s", kinds[i].damage);
        unlink(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sound_is_sound),
        cmocka_unit_test(damage_is_found),
    };
    return cmocka_run_group_tests_name("check", tests, sample_folder, sample_folder_remove);
}
