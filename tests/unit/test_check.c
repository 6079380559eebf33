/* test_check.c - damage of each kind is found where it is, and none where there is none. */
#include "test.h"

#include "sample.h"

#include <mailtap/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct said {
    char wrong[8000];   /* "check: text", a line each */
    char remarks[2000]; /* the same, of what is sound */
    unsigned begun, sound;
};

static void hear(void *of, const char *check, enum check_says says, const char *text)
{
    struct said *h = of;
    char *to = says == CHECK_WRONG ? h->wrong : h->remarks;
    size_t room = says == CHECK_WRONG ? sizeof h->wrong : sizeof h->remarks, n = strlen(to);

    h->begun += says == CHECK_BEGINS;
    h->sound += says == CHECK_SOUND;
    if (says == CHECK_WRONG || (says == CHECK_SOUND && text))
        snprintf(to + n, room - n, "%s: %s\n", check, text);
    for (const char *c = text; c && *c; c++)
        assert_true((unsigned char)*c >= ' ');
}

static unsigned check(const char *path, bool quick, struct said *h)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    memset(h, 0, sizeof *h);
    assert_string_equal(e.text, "");
    assert_non_null(st);
    unsigned wrong = store_check(st, quick, hear, h);
    assert_int_equal(store_close(&st, &e), 0);
    assert_int_equal(wrong > 0, *h->wrong != '\0');
    return wrong;
}

/* Evidence in it, and a certificate: two that were broken, and mail in the clear then. */
static const char *made(void **state, const char *name)
{
    struct facts f[] = {sample_facts(), sample_encrypted(2), sample_clear(300), sample_clear(301)};
    const char *path = sample_path(state, name);

    f[1].tls_established = NO;
    f[1].ending = ENDING_RESET;
    f[2].server = f[1].server;
    f[2].starttls_offered = YES;
    unlink(path);
    sample_store(path, 1, f, 4);
    return path;
}

static void what_is_sound_is_sound(void **state)
{
    struct said h;

    for (int i = 0; i < 2; i++) {
        const char *path = i ? made(state, "sound.db") : sample_made(state, "sound.db");
        assert_int_equal(check(path, false, &h), 0);
        assert_int_equal(h.sound, h.begun);
        assert_int_equal(h.begun, 12);
        assert_string_equal(h.remarks, "");
        assert_int_equal(check(path, true, &h), 0);
        assert_int_equal(h.begun, 4);
    }
}

/* What was never judged lacks indexes; statistics of ANALYZE are SQLite's. */
static void what_may_be_missing_or_added(void **state)
{
    const char *path = sample_path(state, "new.db");
    struct err e = {""};
    struct said h;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_int_equal(store_close(&st, &e), 0);
    assert_int_equal(check(path, false, &h), 0);
    path = made(state, "added.db");
    sample_sql(path, "ANALYZE; PRAGMA user_version; VACUUM");
    assert_int_equal(check(path, false, &h), 0);
    sample_sql(path, "UPDATE server SET changed = 1");
    assert_int_equal(check(path, false, &h), 0);
    assert_string_equal(h.remarks,
                        "verdicts: 4 sessions wait to be judged: 'mailtap classify' does it\n");
    sample_sql(path, "UPDATE server SET changed = 0; DELETE FROM judgement WHERE session_id IN"
                     " (SELECT session_id FROM verdict WHERE class = 'unknown');"
                     "INSERT INTO unjudged VALUES (1)");
    assert_int_equal(check(path, false, &h), 0);
    /* A database that was given away has no key, and no sensor of its own. */
    sample_sql(path, "DELETE FROM meta WHERE key = 'address-key'; DELETE FROM meta");
    assert_int_equal(check(path, false, &h), 0);
}

#define OPINION_OF(session) "(SELECT opinion_id FROM judgement WHERE session_id = " #session ")"
#define LOOSELY "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; "

static void damage_is_found(void **state)
{
    static const struct {
        const char *damage, *told; /* how its line begins */
        bool quick;                /* found by a quick look, too */
    } kinds[] = {
        {"DROP VIEW v_server", "schema: view v_server is missing", true},
        {"DROP VIEW v_server; CREATE VIEW v_server AS SELECT 1 AS server_ip",
         "schema: view v_server is not as this mailtap makes it", true},
        {"CREATE TABLE stranger (x)", "schema: table stranger is not one of mailtap", true},
        {"CREATE TABLE \"a\n\x1b[31m\" (x)", "schema: table a\\x0a\\x1b[31m is not one", true},
        {"CREATE INDEX more ON session (course_id)", "schema: index more is not one", true},
        {"CREATE TRIGGER t AFTER INSERT ON server BEGIN SELECT 1; END",
         "schema: trigger t is not one", true},
        {"ALTER TABLE client ADD x TEXT", "schema: table client is not as", true},
        {"DROP INDEX session_server", "indexes: index session_server is missing", true},
        {"DROP INDEX dns_owner", "schema: index dns_owner is missing", true},
        {"UPDATE capture SET state = 'running'", "captures: capture 1 (sample.pcap) did not end",
         true},
        {"UPDATE capture SET started_ns = ended_ns + 1", "captures: capture 1 (sample.pcap) ends",
         true},
        {"UPDATE capture SET digest = NULL", "captures: capture 1 (sample.pcap) is complete and",
         true},
        {"DELETE FROM meta WHERE key = 'sensor'", "captures: the sensor of its own", true},
        {"UPDATE capture SET source = 'x' || char(10) || 'y', state = 'running'",
         "captures: capture 1 (x\\x0ay) did not end", true},
        {LOOSELY "UPDATE session SET client_id = 999 WHERE session_id = 1",
         "references: row 1 of session refers to one of client", false},
        {LOOSELY "DELETE FROM certificate", "references: row 1 of identity refers to one of cert",
         false},
        {LOOSELY "INSERT INTO weakness VALUES (77, 'ssl')",
         "references: a row of weakness refers to one of session", false},
        {LOOSELY "UPDATE opinion SET class = 'plain' WHERE opinion_id = " OPINION_OF(1),
         "words: opinion: class of 1 rows is 'plain'", false},
        {LOOSELY "UPDATE opinion SET class = ''", "words: opinion: class of 4 rows is ''", false},
        {LOOSELY "UPDATE opinion SET rung = 'top'", "words: opinion: rung of 4 rows is 'top'",
         false},
        {LOOSELY "UPDATE evidence SET rank = 'sure'", "words: evidence: rank of", false},
        {"UPDATE evidence SET rule = 'new-rule'", "words: evidence: rule of", false},
        {"UPDATE opinion SET strip_rule = 'new-rule'", "words: opinion: strip_rule of", false},
        {"UPDATE weakness SET weakness = 'soft' WHERE weakness = 'compression'",
         "words: weakness: weakne", false},
        {"UPDATE server SET ehlo_sessions = 77 WHERE server_id = 2",
         "servers: server 192.0.2.26 port 25: 77 sessions", false},
        {"UPDATE server SET ehlo_offered = 0", "servers: server", false},
        {"UPDATE capture SET mail_flows = 5",
         "sessions: capture 1 (sample.pcap) counts 5 mail connections and has 4", false},
        {"UPDATE capture SET mail_flows = 3, pruned_ns = 1", "sessions: capture 1", false},
        {"UPDATE capture SET pruned_ns = 1 + (SELECT max(started_ns) FROM session)",
         "sessions: session 1 began before the time", false},
        {"UPDATE session SET ended_ns = started_ns - 1 WHERE session_id = 2",
         "times: session 2 ends before it starts", false},
        {"DELETE FROM judgement WHERE session_id = 2; DELETE FROM unjudged",
         "verdicts: session 2 has no verdict", false},
        {"DELETE FROM evidence", "evidence: session 3: the verdict rests on handshake-broken",
         false},
        {"UPDATE opinion SET strip_rank = 'weak' WHERE opinion_id = " OPINION_OF(3),
         "evidence: session 3: the verdict rests on handshake-broken (weak)", false},
        {"UPDATE opinion SET strip_rank = 'weak' WHERE opinion_id = " OPINION_OF(3),
         "evidence: session 3: class stripped, its evidence is weak", false},
        {"UPDATE opinion SET strip_rule = NULL, strip_rank = NULL",
         "evidence: session 3: the verdict rests on nothing", false},
        {"INSERT INTO evidence VALUES (3, 7, 'refused', 'certain', '{}')",
         "evidence: session 3: the verdict rests on handshake-broken (strong), the evidence says "
         "refused (certain)",
         false},
        {"DELETE FROM judgement WHERE session_id = 3", "evidence: session 3 has evidence and no",
         false},
        {"UPDATE opinion SET cleartext_reason = NULL WHERE class = 'cleartext'",
         "evidence: session 4: class cleartext, and cleartext for the reason that is missing",
         false},
        {"UPDATE evidence SET detail = '{\"says\":'", "evidence: session 3: the detail", false},
    };
    struct said h;

    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const char *path = made(state, "damaged.db");
        char line[256];
        sample_sql(path, kinds[i].damage);
        if (check(path, false, &h) == 0)
            fail_msg("not found: %s", kinds[i].damage);
        snprintf(line, sizeof line, "\n%s", kinds[i].told);
        if (strncmp(h.wrong, kinds[i].told, strlen(kinds[i].told)) != 0 && !strstr(h.wrong, line))
            fail_msg("%s: no '%s' in\n%s", kinds[i].damage, kinds[i].told, h.wrong);
        assert_int_equal(check(path, true, &h) > 0, kinds[i].quick);
    }
}

/* Pruned captures have fewer sessions than they counted. */
static void pruned_captures_are_sound(void **state)
{
    const char *path = made(state, "pruned.db");
    struct err e = {""};
    struct pruned p;
    struct said h;
    struct store *st = store_open(path, STORE_CHANGE, &e);

    assert_int_equal(store_prune(st, INT64_C(1795485352000001000), &p, &e), 0);
    assert_int_equal(p.sessions, 1);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
    assert_int_equal(check(path, false, &h), 0);
}

/* ---- octets of the file */

/* Where the root page of this table or index begins, and how large a page is. */
static long page_of(const char *path, const char *object)
{
    char sql[128];

    snprintf(sql, sizeof sql, "SELECT rootpage FROM sqlite_schema WHERE name = '%s'", object);
    char *page = sample_value(path, sql);
    long at = (atol(page) - 1) * 8192;
    free(page);
    assert_true(at > 0);
    return at;
}

static void put_octet(const char *path, long at, int octet)
{
    FILE *f = fopen(path, "r+");

    assert_non_null(f);
    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fputc(octet, f), octet);
    assert_int_equal(fclose(f), 0);
}

static void a_page_that_lies(void **state)
{
    static const char *const objects[] = {"session", "judgement", "evidence", "server",
                                          "course",  "dns_owner", "capture",  "session_server"};
    struct said h;

    for (size_t i = 0; i < sizeof objects / sizeof *objects; i++) {
        const char *path = made(state, "page.db");
        long at = page_of(path, objects[i]);
        put_octet(path, at, 0);
        assert_true(check(path, false, &h) > 0);
        assert_non_null(strstr(h.wrong, "integrity: "));
        /* Too many cells in it. */
        put_octet(path, at, i == 5 || i == 7 || i == 2 ? 10 : 13);
        put_octet(path, at + 4, 0x1f);
        assert_true(check(path, false, &h) > 0);
        assert_non_null(strstr(h.wrong, "integrity: "));
    }
}

/* One digit of an address, in the table alone: the index says otherwise. */
static void an_index_that_disagrees(void **state)
{
    const char *path = made(state, "digit.db");
    long at = page_of(path, "client");
    struct said h;
    char page[8192];
    FILE *f = fopen(path, "r");

    assert_int_equal(fseek(f, at, SEEK_SET), 0);
    assert_int_equal(fread(page, 1, sizeof page, f), sizeof page);
    fclose(f);
    char *found = memmem(page, sizeof page, "192.0.2.1", 9);
    assert_non_null(found);
    put_octet(path, at + (found - page) + 8, '7');
    assert_int_equal(check(path, true, &h), 0);
    assert_true(check(path, false, &h) > 0);
    assert_non_null(strstr(h.wrong, "integrity: "));
    assert_non_null(strstr(h.wrong, "missing from index"));
}

/* Thousands of them are told of as ten and more. */
/* An index of before, with another column at its end, is made anew when sessions are judged. */
static void an_earlier_index_is_replaced(void **state)
{
    const char *path = made(state, "earlier.db");
    struct err e = {""};
    struct said h;

    sample_sql(path, "DROP INDEX session_server; CREATE INDEX session_server ON session (server_id,"
                     " started_ns, client_id, course_id, ended_ns)");
    assert_int_equal(check(path, true, &h), 1);
    struct store *st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(store_judge_all(st, &e), 0);
    assert_int_equal(sample_judge(st), 4);
    assert_int_equal(store_close(&st, &e), 0);
    assert_int_equal(check(path, true, &h), 0);
}

static void much_that_is_wrong(void **state)
{
    const char *path = made(state, "much.db");
    unsigned lines = 0;
    struct said h;

    sample_sql(path, "WITH RECURSIVE n(i) AS (SELECT 100 UNION ALL SELECT i + 1 FROM n"
                     " WHERE i < 3000) INSERT INTO session SELECT i, capture_id, server_id,"
                     " client_id, course_id, banner_id, tls_id, identity_id, client_name_id,"
                     " sni_id, client_port, 2, 1, 0, 0, 0, 0, 0, 0, NULL, NULL, NULL, NULL, NULL,"
                     " NULL, NULL, NULL, NULL, NULL, NULL FROM n, session WHERE session_id = 4");
    assert_true(check(path, false, &h) > 10);
    for (const char *at = h.wrong; (at = strstr(at, "times: ")); at++)
        lines++;
    assert_int_equal(lines, 11);
    assert_non_null(strstr(h.wrong, "times: and more"));
}

/* A view in place of a table, which would never end: it is not asked for ever, nor written to. */
static void a_strangers_file(void **state)
{
    const char *path = made(state, "hostile.db");
    struct said h;

    sample_sql(path, "DROP VIEW v_server; DROP VIEW v_capture; DROP TABLE contrast;"
                     "CREATE VIEW contrast AS SELECT writefile('/tmp/never', 'x') AS sign;"
                     "DROP TABLE weakness; CREATE VIEW weakness AS SELECT load_extension('x')"
                     " AS weakness, 1 AS session_id");
    assert_true(check(path, false, &h) > 0);
    assert_non_null(strstr(h.wrong, "schema: table contrast is missing"));
    assert_non_null(strstr(h.wrong, "schema: view contrast is not one of mailtap"));
    assert_non_null(strstr(h.wrong, "words: "));
    assert_int_equal(access("/tmp/never", F_OK), -1);
}

/* ---- a run that did not end */

static void a_journal_that_was_left(void **state)
{
    char path[256], copy[256], command[1200];
    struct err e = {""};
    struct said h;
    int64_t capture;
    const struct facts f = sample_clear(2);

    snprintf(path, sizeof path, "%s", made(state, "run.db"));
    snprintf(copy, sizeof copy, "%s", sample_path(state, "died.db"));
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "second.pcap", NULL, &capture, &e), 1);
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    snprintf(command, sizeof command, "cp '%s' '%s'; cp '%s-wal' '%s-wal'", path, copy, path, copy);
    assert_int_equal(system(command), 0);
    assert_int_equal(store_close(&st, &e), 0);
    /* Its copy is what a run leaves that is killed. */
    assert_true(check(copy, true, &h) > 0);
    assert_non_null(strstr(h.wrong, "journal: a run that wrote it did not end"));
    assert_non_null(strstr(h.wrong, "captures: capture 2 (second.pcap) did not end"));
    /* Nothing was put in order by looking. */
    assert_true(check(copy, true, &h) > 0);
    /* The next run does that. */
    st = store_open(copy, STORE_CHANGE, &e);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
    assert_int_equal(check(copy, false, &h), 0);
    assert_string_equal(h.remarks, "");
}

static void wal_mode_alone_is_no_damage(void **state)
{
    const char *path = made(state, "wal.db");
    struct said h;

    sample_sql(path, "PRAGMA journal_mode = WAL");
    assert_int_equal(check(path, false, &h), 0);
    assert_non_null(strstr(h.remarks, "journal: it cannot be opened where it cannot be written"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sound_is_sound),
        cmocka_unit_test(what_may_be_missing_or_added),
        cmocka_unit_test(damage_is_found),
        cmocka_unit_test(pruned_captures_are_sound),
        cmocka_unit_test(a_page_that_lies),
        cmocka_unit_test(an_index_that_disagrees),
        cmocka_unit_test(an_earlier_index_is_replaced),
        cmocka_unit_test(much_that_is_wrong),
        cmocka_unit_test(a_strangers_file),
        cmocka_unit_test(a_journal_that_was_left),
        cmocka_unit_test(wal_mode_alone_is_no_damage),
    };
    return cmocka_run_group_tests_name("check", tests, sample_folder, sample_folder_remove);
}
