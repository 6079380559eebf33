/* test_merge.c - captures of one database into another: each once, in any order. */
#include "test.h"

#include "sample.h"

#include <mailtap/query.h>

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

/* As sample_path(), but it stays. */
static char *path_of(void **state, const char *name)
{
    return strdup(sample_path(state, name));
}

static struct merge_counts merge(const char *to, const char *from)
{
    struct err e = {""};
    struct merge_counts counts;
    struct store *st = store_open(to, STORE_WRITE, &e);

    assert_string_equal(e.text, "");
    assert_non_null(st);
    int rc = store_merge(st, from, &counts, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(rc, 0);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
    return counts;
}

/* Why it cannot be merged; the target is as it was. */
static void refuse(const char *to, const char *from, const char *why)
{
    struct err e = {""};
    struct merge_counts counts;
    struct store *st = store_open(to, STORE_WRITE, &e);
    int64_t before, after;

    assert_non_null(st);
    assert_int_equal(query_integer(st, "SELECT count(*) FROM session", &before, &e), 0);
    assert_int_equal(store_merge(st, from, &counts, &e), -1);
    if (!strstr(e.text, why))
        assert_string_equal(e.text, why);
    assert_int_equal(query_integer(st, "SELECT count(*) FROM session", &after, &e), 0);
    assert_int_equal(before, after);
    assert_int_equal(
        query_integer(st, "SELECT count(*) FROM capture WHERE state = 'running'", &after, &e), 0);
    assert_int_equal(after, 0);
    assert_int_equal(store_close(&st, &e), 0);
    sample_sound(to);
}

/* All that must not hang on the order of merging, as one text; row numbers are left out. */
static char *findings(const char *path)
{
    static const char form[] =
        "sqlite3 '%s' \""
        "SELECT 'session', capture_source, class, cleartext_reason, strip_rule, strip_rank, rung,"
        " client_ip, server_ip, server_port, server_software, cert_subject_cn,"
        " f.started_ns, f.ended_ns, f.client_port, keywords, greeting, ja4, chain, certificate,"
        " auths, cert_verified, cert_reason, anomalies, estimated_low, lost, ending"
        " FROM v_session JOIN (SELECT session_id,"
        "  started_ns, ended_ns, client_port, keywords, greeting, ja4, chain, certificate, auths,"
        "  cert_verified, cert_reason, anomalies, estimated_low, lost, ending FROM v_facts) f"
        " USING (session_id);"
        "SELECT 'capture', * FROM v_capture;"
        "SELECT 'server', ip, port, ehlo_sessions, ehlo_offered, changed FROM server;"
        "SELECT 'view', * FROM v_server;"
        "SELECT 'certificate', * FROM certificate;"
        "SELECT 'chain', * FROM chain;"
        "SELECT 'address', s.started_ns, s.client_port, a.transaction_no, a.role,"
        " a.accepted, a.domain, hex(a.local_hash), a.local_part FROM v_address a"
        " JOIN session s USING (session_id);"
        "SELECT 'exposure', s.started_ns, s.client_port, x.item, x.count, x.octets"
        " FROM v_exposure x JOIN session s USING (session_id);"
        "SELECT 'field', s.started_ns, s.client_port, x.field, x.count, x.octets"
        " FROM v_header_field x JOIN session s USING (session_id);"
        "SELECT 'media', s.started_ns, m.media_type, m.attachment, m.count, m.octets,"
        " m.decoded_octets FROM media m JOIN session s USING (session_id);"
        "SELECT 'auth', s.started_ns, m.mechanism, m.given, m.outcome FROM auth m"
        " JOIN session s USING (session_id);"
        "SELECT 'kept', s.started_ns, m.kind, m.value FROM kept m JOIN session s"
        " USING (session_id);"
        "SELECT 'conflict', s.started_ns, m.place, m.sent_by, m.stream_offset FROM conflict m"
        " JOIN session s USING (session_id);"
        "SELECT 'weakness', s.started_ns, w.weakness FROM weakness w JOIN session s"
        " USING (session_id);"
        "SELECT 'rows', (SELECT count(*) FROM course), (SELECT count(*) FROM banner),"
        " (SELECT count(*) FROM tls), (SELECT count(*) FROM name)"
        "\" | LC_ALL=C sort";
    char *command = NULL, *text = calloc(1, 1 << 20);

    assert_true(asprintf(&command, form, path) > 0);
    /* A session's number stands in the views, too. */
    FILE *shell = popen(command, "r");
    assert_non_null(shell);
    assert_true(fread(text, 1, (1 << 20) - 1, shell) > 1000);
    assert_int_equal(pclose(shell), 0);
    free(command);
    return text;
}

static void assert_same_findings(const char *a, const char *b)
{
    char *x = findings(a), *y = findings(b);

    assert_string_equal(x, y);
    free(x);
    free(y);
}

static void captures_are_taken_once(void **state)
{
    const struct facts one[] = {sample_facts(), sample_clear(2), sample_encrypted(3)};
    char *from = path_of(state, "once-from.db"), *to = path_of(state, "once-to.db");

    sample_store(from, 1, one, 3);
    struct merge_counts c = merge(to, from);
    assert_int_equal(c.captures_new, 1);
    assert_int_equal(c.captures_known, 0);
    assert_int_equal(c.sessions, 3);
    assert_same_findings(from, to);
    c = merge(to, from);
    assert_int_equal(c.captures_new, 0);
    assert_int_equal(c.captures_known, 1);
    assert_int_equal(c.sessions, 0);
    assert_same_findings(from, to);
    sample_sound(to);
    sample_expect(to, "SELECT count(*) FROM unjudged", "0");
    free(from);
    free(to);
}

static void the_order_does_not_matter(void **state)
{
    const struct facts a[] = {sample_facts(), sample_clear(2)};
    const struct facts b[] = {sample_encrypted(3), sample_clear(4), sample_facts()};
    struct facts c[] = {sample_clear(5), sample_clear(6)};
    char *of[3] = {path_of(state, "a.db"), path_of(state, "b.db"), path_of(state, "c.db")};
    static const int orders[][4] = {{0, 1, 2, 0}, {2, 1, 0, 2}, {1, 2, 0, 1}, {1, 1, 0, 2}};
    char *first = NULL;

    /* Offered to this one: the others are missing it. */
    c[0].starttls_offered = YES;
    strcpy(c[0].keywords, "STARTTLS");
    sample_store(of[0], 1, a, 2);
    sample_store(of[1], 2, b, 3);
    sample_store(of[2], 3, c, 2);
    for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
        char name[32];
        snprintf(name, sizeof name, "order-%zu.db", i);
        char *to = path_of(state, name);
        for (int k = 0; k < 4; k++)
            merge(to, of[orders[i][k]]);
        sample_sound(to);
        /* Its own sensor differs; nothing is of it. */
        sample_sql(to, "DELETE FROM sensor WHERE sensor_id NOT IN (SELECT sensor_id FROM capture)");
        if (first)
            assert_same_findings(first, to);
        sample_expect(to, "SELECT count(*) || ' ' || sum(class = 'stripped') FROM v_session",
                      "7 0");
        if (first)
            free(to);
        else
            first = to;
    }
    free(first);
    for (int i = 0; i < 3; i++)
        free(of[i]);
}

static void unfinished_captures_are_left_out(void **state)
{
    const uint8_t digest[DIGEST_OCTETS] = {7};
    const struct facts f = sample_clear(1), g = sample_clear(2);
    char *from = path_of(state, "running.db"), *to = path_of(state, "finished.db");
    struct err e = {""};
    int64_t capture;

    sample_store(from, 1, &f, 1);
    /* It is being written just now. */
    struct store *st = store_open(from, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "x", digest, &capture, &e), 1);
    for (unsigned i = 0; i < BOUND_BATCH + 1; i++)
        assert_int_equal(store_session(st, capture, &g, &e), 0);
    struct merge_counts c = merge(to, from);
    assert_int_equal(c.captures_new, 1);
    assert_int_equal(c.captures_unfinished, 1);
    assert_int_equal(c.sessions, 1);
    const struct capture_counts counts = {.frames = 1};
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    c = merge(to, from);
    assert_int_equal(c.captures_new, 1);
    assert_int_equal(c.captures_known, 1);
    assert_int_equal(c.sessions, BOUND_BATCH + 1);
    free(from);
    free(to);
}

static void a_database_is_not_merged_into_itself(void **state)
{
    char *path = path_of(state, "self.db"), *other = path_of(state, "self-link.db");
    const struct facts f = sample_clear(1);

    sample_store(path, 1, &f, 1);
    refuse(path, path, "name another source");
    assert_int_equal(symlink(path, other), 0);
    refuse(path, other, "name another source");
    refuse(path, "/nowhere/at-all.db", "does not exist");
    free(path);
    free(other);
}

/* Sessions that an operator removed from one copy of a capture stay removed, whichever comes first. */
static void what_was_pruned_stays_pruned(void **state)
{
    const struct facts f[] = {sample_clear(1), sample_facts(), sample_clear(50000)};
    char *whole = path_of(state, "whole.db"), *pruned = path_of(state, "pruned.db");
    char *more = path_of(state, "pruned-more.db");
    static const char *const names[] = {"p1.db", "p2.db", "p3.db"};

    sample_store(whole, 1, f, 3);
    sample_store(pruned, 1, f, 3);
    sample_store(more, 1, f, 3);
    sample_sql(pruned, "PRAGMA foreign_keys = ON; DELETE FROM session WHERE client_port = 1;"
                       "UPDATE capture SET pruned_ns = (SELECT min(started_ns) FROM session)");
    sample_sql(more, "PRAGMA foreign_keys = ON; DELETE FROM session WHERE client_port < 50000;"
                     "UPDATE capture SET pruned_ns = (SELECT min(started_ns) FROM session)");
    char *const of[3][3] = {{whole, pruned, more}, {more, pruned, whole}, {pruned, more, whole}};
    for (int i = 0; i < 3; i++) {
        char *to = path_of(state, names[i]);
        for (int k = 0; k < 3; k++) {
            struct merge_counts c = merge(to, of[i][k]);
            assert_int_equal(c.captures_pruned, i != 1 && k > 0 && of[i][k] != whole);
        }
        sample_expect(to, "SELECT count(*) || ' ' || min(client_port) FROM session", "1 50000");
        sample_expect(to, "SELECT pruned_ns = (SELECT min(started_ns) FROM session) FROM capture",
                      "1");
        sample_expect(to, "SELECT count(*) FROM conflict", "0");
        sample_expect(to, "SELECT count(*) FROM certificate", "0");
        sample_expect(to, "SELECT ehlo_sessions FROM server", "1");
        sample_sound(to);
        free(to);
    }
    free(whole);
    free(pruned);
    free(more);
}

static void the_operators_own_stays(void **state)
{
    const struct facts f = sample_clear(1), g = sample_clear(2);
    char *from = path_of(state, "theirs.db"), *to = path_of(state, "ours.db");

    sample_store(from, 1, &f, 1);
    sample_store(to, 2, &g, 1);
    sample_sql(from,
               "INSERT INTO policy (source, host, must_offer) VALUES ('list', 'their.example',"
               " 1); UPDATE sensor SET name = 'there'");
    sample_sql(to, "INSERT INTO policy (source, address, must_offer) VALUES ('list', '192.0.2.25',"
                   " 1); UPDATE sensor SET name = 'here'");
    char *key = sample_value(to, "SELECT hex(value) FROM meta WHERE key = 'address-key'");
    merge(to, from);
    sample_expect(to, "SELECT group_concat(address) FROM policy", "192.0.2.25");
    sample_expect(to, "SELECT group_concat(host) FROM policy", "NULL");
    /* The policy of the target is for what came, too. */
    sample_expect(to, "SELECT count(*) FROM v_evidence WHERE rule = 'policy-violated'", "2");
    sample_expect(to, "SELECT hex(value) FROM meta WHERE key = 'address-key'", key);
    sample_expect(to,
                  "SELECT group_concat(sensor, ' ') FROM (SELECT sensor FROM v_capture"
                  " ORDER BY sensor)",
                  "here there");
    sample_expect(to, "SELECT count(DISTINCT local_hash) FROM address", "4");
    sample_expect(to, "SELECT count(DISTINCT key_mark) FROM sensor", "2");
    free(key);
    free(from);
    free(to);
}

/* Of two names that one sensor was given the greater stays; who never had one takes it. */
static void names_of_sensors_meet(void **state)
{
    const struct facts f = sample_clear(1), g = sample_clear(2);
    char *a = path_of(state, "name-a.db"), *b = path_of(state, "name-b.db");
    char *x = path_of(state, "name-x.db"), *y = path_of(state, "name-y.db");
    char *sql = NULL;

    sample_store(a, 1, &f, 1);
    char *mark = sample_value(a, "SELECT mark FROM sensor");
    sample_store(b, 2, &g, 1);
    assert_true(asprintf(&sql, "UPDATE sensor SET mark = '%s', name = 'gate 2'", mark) > 0);
    sample_sql(b, sql);
    sample_sql(a, "UPDATE sensor SET name = 'gate 1'");
    merge(x, a);
    merge(x, b);
    merge(y, b);
    merge(y, a);
    sample_expect(x, "SELECT group_concat(DISTINCT sensor) FROM v_capture", "gate 2");
    sample_expect(y, "SELECT group_concat(DISTINCT sensor) FROM v_capture", "gate 2");
    free(sql);
    free(mark);
    free(a);
    free(b);
    free(x);
    free(y);
}

/* ---- hostile sources */

static void a_source_must_be_of_tables(void **state)
{
    static const char *const evil[] = {
        "ALTER TABLE conflict RENAME TO old; CREATE VIEW conflict AS WITH RECURSIVE n(i) AS "
        "(SELECT 1"
        " UNION ALL SELECT i + 1 FROM n) SELECT i AS session_id FROM n",
        "PRAGMA legacy_alter_table = ON; ALTER TABLE kept RENAME TO old; CREATE VIEW KEPT AS "
        "SELECT *"
        " FROM old",
        "ALTER TABLE auth ADD COLUMN more BLOB AS (zeroblob(10000000))",
        "PRAGMA legacy_alter_table = ON; ALTER TABLE media RENAME TO old;"
        "CREATE VIRTUAL TABLE media USING fts5(session_id, place)",
    };
    const struct facts f = sample_clear(9);
    char *to = path_of(state, "of-tables.db");

    sample_store(to, 200, &f, 1);
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        const char *from = sample_made(state, "no-tables.db");
        sample_sql(from, evil[i]);
        refuse(to, from, "a table of it is none");
    }
    const char *from = sample_made(state, "no-tables.db");
    sample_sql(from, "DROP TABLE kept");
    refuse(to, from, "kept");
    free(to);
}

static void a_damaged_source_leaves_nothing(void **state)
{
    static const struct {
        const char *sql, *why;
    } evil[] = {
        {"UPDATE capture SET digest = NULL", "damaged"},
        {"UPDATE capture SET digest = x'00'", "damaged"},
        {"DROP INDEX capture_once; INSERT INTO capture (sensor_id, source, digest, state) SELECT"
         " sensor_id, source, digest, state FROM capture",
         "UNIQUE"},
        {"PRAGMA ignore_check_constraints = ON; INSERT INTO dns (capture_id, seen_ns, asker_ip, "
         "type,"
         " authentic, rcode) VALUES (1, 1, 'x', 'odd', 1, 0)",
         "CHECK"},
    };
    const struct facts f = sample_clear(9);
    char *to = path_of(state, "leaves-nothing.db");

    sample_store(to, 200, &f, 1);
    for (size_t i = 0; i < sizeof evil / sizeof *evil; i++) {
        const char *from = sample_made(state, "damaged.db");
        sample_sql(from, evil[i].sql);
        refuse(to, from, evil[i].why);
    }
    free(to);
}

/* Its triggers do not fire, its views are not asked, what it says of other captures is not believed. */
static void a_strangers_schema_runs_nothing(void **state)
{
    const char *made = sample_made(state, "schema.db");
    char *from = strdup(made), *to = path_of(state, "schema-to.db");

    sample_sql(from,
               "DROP VIEW v_capture; CREATE VIEW v_capture AS SELECT load_extension('x') AS x;"
               "CREATE TRIGGER t AFTER INSERT ON capture BEGIN DELETE FROM session; END;"
               "INSERT INTO opinion SELECT opinion_id + 1000, class, cleartext_reason,"
               " 'payload-conflict', 'certain', rung FROM opinion;"
               "INSERT INTO judgement SELECT session_id + 1000, opinion_id + 1000 FROM judgement");
    merge(to, from);
    sample_expect(to, "SELECT count(*) FROM judgement", "3");
    sample_expect(to, "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'", "0");
    sample_sound(to);
    free(from);
    free(to);
}

/* ---- octets that flip: an error, or a sound database */

static uint8_t *read_file(const char *path, size_t *n_r)
{
    static uint8_t octets[1 << 20];
    FILE *f = fopen(path, "rb");

    assert_non_null(f);
    *n_r = fread(octets, 1, sizeof octets, f);
    fclose(f);
    return octets;
}

static void write_file(const char *path, const uint8_t *octets, size_t n)
{
    FILE *f = fopen(path, "wb");

    assert_non_null(f);
    assert_int_equal(fwrite(octets, 1, n, f), n);
    assert_int_equal(fclose(f), 0);
}

static uint64_t next_random(uint64_t *x)
{
    *x = *x * UINT64_C(6364136223846793005) + 1442695040888963407;
    return *x >> 33;
}

#define FLIPPED 60

/* Also where SQLite's own words are: at the beginnings of pages. */
static unsigned flip(const char *from, const char *bad, const char *to, bool check)
{
    uint64_t x = 1;
    unsigned taken = 0;
    size_t n;
    uint8_t *octets = read_file(from, &n);

    for (int i = 0; i < FLIPPED; i++) {
        uint8_t was[8];
        size_t at[8];
        struct err e = {""};
        struct merge_counts counts;
        for (int k = 0; k < 8; k++) {
            at[k] = k % 2 ? next_random(&x) % n
                          : next_random(&x) % (n / 4096) * 4096 + 100 + (size_t)i % 40;
            was[k] = octets[at[k]];
            octets[at[k]] = (uint8_t)next_random(&x);
        }
        write_file(bad, octets, n);
        for (int k = 7; k >= 0; k--)
            octets[at[k]] = was[k];
        unlink(to);
        struct store *st = store_open(to, STORE_WRITE, &e);
        assert_non_null(st);
        if (store_merge(st, bad, &counts, &e) == 0)
            taken++;
        else
            assert_true(*e.text);
        sample_judge(st);
        assert_int_equal(store_close(&st, &e), 0);
        if (check && i % 10 == 0)
            sample_sound(to);
    }
    return taken;
}

static void a_source_with_flipped_octets_is_refused_or_read(void **state)
{
    static const char *const of[] = {"tests/db/version-1.db", "tests/db/version-2.db", NULL};
    char *bad = path_of(state, "flipped.db"), *to = path_of(state, "flipped-to.db");
    char *made = strdup(sample_made(state, "to-flip.db"));

    for (size_t i = 0; i < sizeof of / sizeof *of; i++) {
        unsigned taken = flip(of[i] ? of[i] : made, bad, to, true);
        assert_in_range(taken, 1, FLIPPED - 1);
    }
    free(made);
    free(bad);
    free(to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(captures_are_taken_once),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(unfinished_captures_are_left_out),
        cmocka_unit_test(a_database_is_not_merged_into_itself),
        cmocka_unit_test(what_was_pruned_stays_pruned),
        cmocka_unit_test(the_operators_own_stays),
        cmocka_unit_test(names_of_sensors_meet),
        cmocka_unit_test(a_source_must_be_of_tables),
        cmocka_unit_test(a_damaged_source_leaves_nothing),
        cmocka_unit_test(a_strangers_schema_runs_nothing),
        cmocka_unit_test(a_source_with_flipped_octets_is_refused_or_read),
    };
    return cmocka_run_group_tests_name("merge", tests, sample_folder, sample_folder_remove);
}
