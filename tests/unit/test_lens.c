/* test_lens.c - a part of a database, and a database without names, whatever is asked. */
#include "test.h"

#include "look.h"
#include "sample.h"

#include <mailtap/lens.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const struct lens all = {"1970-01-01", "9999-12-31", false};
static const struct lens nobody = {NULL, NULL, true};

/* ---- answers through it */

static void assert_same(const char *path, const struct lens *lens)
{
    struct err e = {""};
    struct store *whole = looked_at(path, NULL), *part = looked_at(path, lens);
    unsigned count;
    const struct question *questions = query_questions(&count);

    for (unsigned i = 0; i < count; i++) {
        char *want = answer(whole, questions[i].sql, "192.0.2.25");
        char *got = answer(part, questions[i].sql, "192.0.2.25");
        if (strcmp(got, want) != 0)
            fail_msg("%s: %s instead of %s", questions[i].name, got, want);
        free(got);
        free(want);
    }
    store_close(&whole, &e);
    store_close(&part, &e);
}

static void all_of_it_is_the_same(void **state)
{
    const char *path = full(state, "same.db");
    static const struct lens lenses[] = {
        {"1970-01-01", "9999-12-31", false},
        {"0000-01-01", NULL, false}, /* before what nanoseconds can say */
        {NULL, "9999-12-31T23:59:59.5Z", false},
        {NULL, NULL, false},
    };

    for (size_t i = 0; i < sizeof lenses / sizeof *lenses; i++)
        assert_same(path, &lenses[i]);
    assert_same(sample_made(state, "same-sample.db"), &lenses[0]);
}

static const char *ten(void **state, const char *name)
{
    const char *path = sample_path(state, name);
    struct facts f[10];

    for (uint16_t i = 0; i < 10; i++)
        f[i] = i % 2 ? sample_encrypted((uint16_t)(i + 1)) : sample_clear((uint16_t)(i + 1));
    strcpy(f[9].server_name, "late.example");
    unlink(path);
    sample_store(path, 1, f, 10);
    return path;
}

/* How v_session has it. */
static char *began(const char *path, unsigned port, char to[64])
{
    char sql[100];

    snprintf(sql, sizeof sql, "SELECT started_at FROM v_session WHERE client_port = %u", port);
    char *text = sample_value(path, sql);
    snprintf(to, 64, "%s", text);
    free(text);
    return to;
}

#define COUNTS                                                                                     \
    "SELECT (SELECT count(*) FROM session), (SELECT count(*) FROM v_session),"                     \
    " (SELECT count(*) FROM verdict), (SELECT count(*) FROM mail),"                                \
    " (SELECT count(DISTINCT session_id) FROM address), (SELECT count(*) FROM server),"            \
    " (SELECT sum(ehlo_sessions) FROM server), (SELECT sum(ehlo_offered) FROM server),"            \
    " (SELECT sum(sessions) FROM v_server), (SELECT count(*) FROM v_exposure WHERE item = 'body')"

static void a_session_belongs_to_where_it_began(void **state)
{
    const char *path = ten(state, "period.db");
    char from[64], to[64];
    struct err e = {""};
    const struct lens lens = {began(path, 3, from), began(path, 6, to), false}; /* 3, 4, 5 */
    struct store *st = looked_at(path, &lens);

    assert_answer(st, COUNTS, "3 3 3 2 2 2 3 1 3 2");
    assert_answer(st, "SELECT group_concat(client_port) FROM v_session", "'3,4,5'");
    assert_answer(st, "SELECT group_concat(names) FROM v_server WHERE names LIKE '%late%'", "NULL");
    store_close(&st, &e);
    const struct lens early = {NULL, from, false}, late = {to, NULL, false};
    st = looked_at(path, &early);
    assert_answer(st, COUNTS, "2 2 2 1 1 2 2 1 2 1");
    store_close(&st, &e);
    st = looked_at(path, &late);
    assert_answer(st, COUNTS, "5 5 5 2 2 2 5 3 5 2");
    assert_answer(st, "SELECT count(*) FROM v_server WHERE names LIKE '%late%'", "1");
    store_close(&st, &e);
    const struct lens none = {"1971-01-01", "1971-01-02", false};
    st = looked_at(path, &none);
    assert_answer(st, COUNTS, "0 0 0 0 0 0 NULL NULL NULL 0");
    assert_answer(st, "SELECT count(*) FROM capture", "0");
    store_close(&st, &e);
}

/* Every table with a foreign key to a session, whichever there are. */
static void no_row_of_another_session_is_seen(void **state)
{
    const char *path = full(state, "rows.db");
    char from[64], sql[300];
    struct err e = {""};
    const struct lens lens = {began(path, 40000, from), NULL, false};
    char *tables = shell(path, "SELECT m.name || ' ' || f.[from] FROM sqlite_schema m JOIN"
                               " pragma_foreign_key_list(m.name) f WHERE f.[table] = 'session'"),
         *at, *id = sample_value(path, "SELECT session_id FROM session WHERE client_port = 40000");
    struct store *st = looked_at(path, &lens);
    unsigned count = 0;

    for (char *t = strtok_r(tables, "\n", &at); t; t = strtok_r(NULL, "\n", &at), count++) {
        size_t n = strcspn(t, " ");
        snprintf(sql, sizeof sql, "SELECT count(*) FROM [%.*s] WHERE [%s] <> %s", (int)n, t,
                 t + n + 1, id);
        assert_answer(st, sql, "0");
    }
    assert_true(count >= 10);
    assert_answer(st, "SELECT count(*) FROM media", "2");
    free(id);
    free(tables);
    store_close(&st, &e);
}

/* What comes in later is not seen, also by what was not asked before. */
static void it_is_of_one_moment(void **state)
{
    const char *path = ten(state, "moment.db");
    const struct facts f = sample_clear(99);
    const struct capture_counts counts = {.started_ns = f.started_ns, .ended_ns = f.ended_ns};
    const uint8_t digest[DIGEST_OCTETS] = {2};
    struct err e = {""};
    int64_t capture;
    struct store *writer = store_open(path, STORE_WRITE, &e), *st = looked_at(path, &all);

    assert_answer(st, "SELECT count(*) FROM session", "10");
    assert_int_equal(store_capture_begin(writer, "later.pcap", digest, &capture, &e), 1);
    assert_int_equal(store_session(writer, capture, &f, &e), 0);
    assert_int_equal(store_capture_end(writer, capture, digest, &counts, NULL, &e), 1);
    assert_int_equal(sample_judge(writer), 6); /* those of its server */
    assert_answer(st, COUNTS, "10 10 10 5 5 2 10 5 10 5");
    store_close(&st, &e);
    st = looked_at(path, &all);
    assert_answer(st, COUNTS, "11 11 11 6 6 2 11 5 11 6");
    store_close(&st, &e);
    assert_int_equal(store_close(&writer, &e), 0);
}

/* ---- pseudonyms */

#define JOINED                                                                                     \
    "SELECT (SELECT count(*) FROM v_session WHERE cert_subject_cn IS NOT NULL),"                   \
    " (SELECT count(*) FROM chain p JOIN identity i USING (chain) JOIN certificate k"              \
    "  ON k.sha256 = p.sha256), (SELECT count(DISTINCT sha256) FROM certificate),"                 \
    " (SELECT count(*) FROM v_reaction WHERE insist_by = 'mta-sts'),"                              \
    " (SELECT count(*) FROM v_reaction WHERE insist_by = 'mta-sts-announced'),"                    \
    " (SELECT count(*) FROM v_session JOIN v_server USING (server_ip, server_port)),"              \
    " (SELECT count(DISTINCT domain) FROM v_address),"                                             \
    " (SELECT count(*) FROM v_address WHERE local_hash IS NULL),"                                  \
    " (SELECT count(DISTINCT asker_ip) FROM dns), (SELECT count(DISTINCT owner) FROM dns),"        \
    " (SELECT count(*) FROM v_session WHERE credentials_exposed = 0)"

static void pseudonyms_join_as_names_do(void **state)
{
    const char *path = full(state, "joined.db");
    struct err e = {""};

    sample_sql(path, "DELETE FROM evidence WHERE rule = 'policy-violated' AND session_id = 4;"
                     "UPDATE address SET local_hash = NULL WHERE session_id = 3");
    struct store *whole = looked_at(path, NULL), *st = looked_at(path, &nobody);
    char *want = answer(whole, JOINED, ""), *got = answer(st, JOINED, "");
    assert_string_equal(got, want);
    assert_null(strstr(got, "NULL"));
    free(got);
    free(want);
    store_close(&whole, &e);
    /* The same again, and with a period that leaves out others. */
    char from[64];
    const struct lens late = {began(path, 300, from), NULL, true};
    struct store *part = looked_at(path, &late);
    static const char last[] = "SELECT client_ip, server_ip, server_name, client_name"
                               " FROM v_session WHERE client_port = 301";
    got = answer(part, last, "");
    want = answer(st, last, "");
    assert_string_equal(got, want);
    assert_non_null(strstr(got, "'server-"));
    free(got);
    free(want);
    store_close(&part, &e);
    store_close(&st, &e);
}

static const char *const instead[][2] = {
    {"SELECT DISTINCT server_ip FROM v_session ORDER BY 1 LIMIT 1", "'server-1'"},
    {"SELECT client_ip FROM v_session WHERE client_port = 2", "'client-2'"},
    {"SELECT sha256, subject_cn, names FROM certificate WHERE issuer_cn = 'issuer-1' LIMIT 1",
     "'certificate-1' 'certificate-1' 'certificate-1'"},
    {"SELECT greeting, keywords, name_mark, keyword_mark FROM banner WHERE banner_id = 1",
     "'hidden' 'hidden' NULL NULL"},
    {"SELECT source, digest, damage, trust_store FROM capture",
     "'capture-1' NULL 'damaged' 'hidden'"},
    {"SELECT started_at, started_ns % 86400000000000, ended_ns % 86400000000000 FROM capture",
     "'2026-11-24T00:00:00.000000Z' 0 0"},
    {"SELECT not_before, not_after, key_bits FROM certificate LIMIT 1", "0 0 1024"},
    {"SELECT sensor, sensor_mark FROM v_capture", "'sensor-1' 'sensor-1'"},
    {"SELECT (SELECT count(*) FROM meta), (SELECT count(*) FROM kept)", "0 0"},
    {"SELECT group_concat(media_type) FROM media", "'text/plain,application/*'"},
    {"SELECT group_concat(mechanism) FROM auth", "'OTHER'"},
    {"SELECT alpn, alpn_chosen FROM v_tls WHERE alpn IS NOT NULL", "'smtp' 'other'"},
    {"SELECT DISTINCT hex(local_hash), local_part FROM address",
     "'00000000000000000000000000000000' 'hidden'"},
    {"SELECT asker_ip, owner = question, value = (SELECT client_name FROM v_session LIMIT 1)"
     " FROM dns WHERE dns_id = 1",
     "'client-2' 1 1"},
    {"SELECT asker_ip, owner, value FROM dns WHERE dns_id = 2", "'asker-2' 'name-2' 'server-1'"},
    {"SELECT owner, value FROM dns WHERE dns_id = 4", "'_25._tcp.name-2' 'hidden'"},
    {"SELECT question, owner, value FROM dns WHERE dns_id = 5", "'dns-name-5' NULL NULL"},
    {"SELECT DISTINCT detail ->> 'by', detail ->> 'policy' FROM v_evidence"
     " WHERE rule = 'policy-violated'",
     "'mta-sts' NULL"},
    {"SELECT count(*) FROM v_evidence WHERE rule <> 'policy-violated' AND detail <> '{}'", "0"},
    {"SELECT keyword_mark, name_mark FROM contrast", "0 0"},
};

static void what_stands_there_instead(void **state)
{
    const char *path = full(state, "instead.db");
    struct err e = {""};

    sample_sql(path, "UPDATE media SET media_type = 'application/x-of-acme' WHERE place = 1;"
                     "UPDATE auth SET mechanism = 'X-ACME';"
                     "UPDATE name SET name = 'mx.example' WHERE name_id = 2");
    struct store *st = looked_at(path, &nobody);
    for (size_t i = 0; i < sizeof instead / sizeof *instead; i++)
        assert_answer(st, instead[i][0], instead[i][1]);
    store_close(&st, &e);
}

/* ---- what it must not open */

static void assert_refused(struct store *st, const char *sql)
{
    struct err e = {""};

    if (sample_ask(st, sql, 5, &e) == 0)
        fail_msg("was allowed: %s", sql);
    assert_true(strlen(e.text) > 10);
}

static void the_guard_stands(void **state)
{
    static const char *const attempts[] = {
        "CREATE TEMP TABLE t (x)",
        "CREATE TEMP VIEW t AS SELECT 1",
        "DROP VIEW temp.session",
        "DROP TABLE temp.server",
        "DELETE FROM temp.lens_session",
        "INSERT INTO temp.lens_session VALUES (1)",
        "UPDATE temp.server SET ip = 'x'",
        "DELETE FROM main.session",
        "PRAGMA query_only = OFF",
        "PRAGMA temp_store = FILE",
        "ATTACH 'made-by-sql' AS other",
        "COMMIT",
        "ROLLBACK",
    };
    const char *path = full(state, "guard.db");
    static const struct lens both = {"1970-01-01", NULL, true};
    const struct lens *const lenses[] = {&all, &nobody, &both};
    struct err e = {""};

    for (size_t k = 0; k < sizeof lenses / sizeof *lenses; k++) {
        struct store *st = looked_at(path, lenses[k]);
        for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++) {
            assert_refused(st, attempts[i]);
            free(answer(st, "SELECT * FROM v_server, json_each('[1,2]')", ""));
            assert_refused(st, attempts[i]);
        }
        assert_answer(st, "SELECT count(*) FROM session", "4");
        store_close(&st, &e);
    }
}

/* Ways around, to what stands in the file. */
static void who_it_was_is_out_of_reach(void **state)
{
    static const char *const attempts[] = {
        "SELECT * FROM main.client",
        "SELECT * FROM \"main\".client",
        "SELECT * FROM [Main] . client",
        "SELECT * FROM 'MAIN'/**/./**/client",
        "SELECT count(*) FROM main.client WHERE ip = '192.0.2.1'",
        "WITH client AS (SELECT * FROM main.client) SELECT * FROM client",
        "SELECT * FROM temp.lens_certificate",
        "SELECT * FROM lens_host",
        "WITH certificate AS (SELECT * FROM lens_certificate) SELECT * FROM certificate",
        "SELECT * FROM sqlite_schema",
        "WITH client AS (SELECT * FROM sqlite_schema) SELECT * FROM client",
        "SELECT * FROM sqlite_stat1",
        "SELECT * FROM strange",
        "SELECT * FROM stranger",
        "WITH client AS (SELECT * FROM strange) SELECT * FROM client",
        "WITH client AS (SELECT * FROM stranger) SELECT * FROM client",
        "SELECT * FROM sqlite_dbpage",
        "WITH client AS (SELECT * FROM sqlite_dbpage) SELECT * FROM client",
        "SELECT * FROM dbstat",
    };
    const char *path = full(state, "reach.db");
    struct err e = {""};

    sample_sql(path, "CREATE TABLE strange AS SELECT * FROM client;"
                     "CREATE VIEW stranger AS SELECT * FROM client;"
                     "DROP VIEW v_evidence; CREATE VIEW v_evidence AS SELECT * FROM client;"
                     "ANALYZE");
    struct store *st = looked_at(path, &nobody);
    for (size_t i = 0; i < sizeof attempts / sizeof *attempts; i++)
        assert_refused(st, attempts[i]);
    assert_answer(st, "SELECT count(*) > 0 AS domain, 'the_main_thing' FROM v_evidence",
                  "1 'the_main_thing'"); /* by our text, not that in the file */
    store_close(&st, &e);
}

/* Half a lens would show what was to be left out. */
static void nothing_is_seen_when_it_breaks(void **state)
{
    const char *path = full(state, "broken.db");
    struct err e = {""};

    sample_sql(path, "DROP TABLE course");
    struct store *st = looked_at(path, &all);
    assert_refused(st, "SELECT * FROM server");
    assert_refused(st, "SELECT * FROM server");
    assert_refused(st, "SELECT 1");
    store_close(&st, &e);
    st = looked_at(path, NULL);
    const struct lens wrong = {"yesterday", NULL, false};
    assert_int_equal(store_lens(st, &wrong, &e), -1);
    assert_refused(st, "SELECT 1");
    store_close(&st, &e);
}

/* ---- wrong use */

static void assert_wrong(const char *since, const char *until, const char *why)
{
    const struct lens lens = {since, until, false};
    struct err e = {""};

    assert_int_equal(lens_check(&lens, &e), -1);
    if (!strstr(e.text, why))
        fail_msg("%s", e.text);
}

static void times_that_are_none(void **state)
{
    const char *path = ten(state, "times.db");
    struct err e = {""};

    assert_wrong("yesterday", NULL, "'since' is a day, YYYY-MM-DD");
    assert_wrong(NULL, "2026-13-01", "'until' is a day, YYYY-MM-DD");
    assert_wrong("", NULL, "'since' is a day");
    assert_wrong("2026-01-02", "2026-01-02T00:00Z",
                 "nothing can begin since 2026-01-02 and before");
    assert_wrong("2026-01-03", "2026-01-02", "nothing can begin");
    struct store *st = looked_at(path, &all);
    assert_int_equal(store_lens(st, &all, &e), -1); /* one is enough */
    assert_answer(st, "SELECT count(*) FROM session", "10");
    store_close(&st, &e);
    st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(store_lens(st, &all, &e), -1);
    assert_int_equal(store_close(&st, &e), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_of_it_is_the_same),
        cmocka_unit_test(a_session_belongs_to_where_it_began),
        cmocka_unit_test(no_row_of_another_session_is_seen),
        cmocka_unit_test(it_is_of_one_moment),
        cmocka_unit_test(pseudonyms_join_as_names_do),
        cmocka_unit_test(what_stands_there_instead),
        cmocka_unit_test(the_guard_stands),
        cmocka_unit_test(who_it_was_is_out_of_reach),
        cmocka_unit_test(nothing_is_seen_when_it_breaks),
        cmocka_unit_test(times_that_are_none),
    };
    return cmocka_run_group_tests_name("lens", tests, sample_folder, sample_folder_remove);
}
