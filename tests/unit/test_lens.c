/* test_lens.c - a part of a database, and a database without names, whatever is asked. */
#include "test.h"

#include "sample.h"

#include <mailtap/lens.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

static const struct lens all = {"1970-01-01", "9999-12-31", false};
static const struct lens nobody = {NULL, NULL, true};

static struct store *looked_at(const char *path, const struct lens *lens)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    if (!st || (lens && store_lens(st, lens, &e) < 0))
        fail_msg("%s", e.text);
    return st;
}

/* ---- answers as text */

static void write_cell(FILE *to, const struct cell *c)
{
    switch (c->kind) {
    case CELL_INTEGER:
        fprintf(to, "%lld", (long long)c->integer);
        break;
    case CELL_REAL:
        fprintf(to, "%.12g", c->real);
        break;
    case CELL_TEXT:
        fprintf(to, "'%.*s'", (int)c->text.n, (const char *)c->text.p);
        break;
    case CELL_BLOB: /* as text: a mark in it is to be found */
        fprintf(to, "x'%.*s'", (int)c->text.n, (const char *)c->text.p);
        break;
    case CELL_NULL:
        fputs("NULL", to);
    }
}

/* All rows; to be freed. */
static char *answer(struct store *st, const char *sql, const char *ip)
{
    char *text;
    size_t octets;
    struct err e = {""};
    FILE *to = open_memstream(&text, &octets);
    struct query *q = query_open(st, sql, &e);

    if (!q || (query_ready(q, &e) < 0 && query_set(q, "ip", ip, &e) < 0))
        fail_msg("%s: %s", sql, e.text);
    int rc;
    while ((rc = query_next(q, &e)) > 0) {
        for (unsigned i = 0; i < query_columns(q); i++) {
            struct cell c = query_cell(q, i);
            write_cell(to, &c);
            fputc(' ', to);
        }
        fputc('\n', to);
    }
    if (rc < 0)
        fail_msg("%s: %s", sql, e.text);
    query_close(&q);
    fclose(to);
    return text;
}

/* One row of the columns given. */
static void assert_answer(struct store *st, const char *sql, const char *want)
{
    char *got = answer(st, sql, "");

    if (strncmp(got, want, strlen(want)) != 0 || strcmp(got + strlen(want), " \n") != 0)
        fail_msg("%s: %s instead of %s", sql, got, want);
    free(got);
}

/* What SQLite alone prints; to be freed. */
static char *shell(const char *path, const char *sql)
{
    char *command = NULL, *text;
    size_t octets;
    FILE *to = open_memstream(&text, &octets);

    assert_true(asprintf(&command, "sqlite3 -batch '%s' \"%s\"", path, sql) > 0);
    FILE *from = popen(command, "r");
    assert_non_null(from);
    for (int c; (c = fgetc(from)) != EOF;)
        fputc(c, to);
    assert_int_equal(pclose(from), 0);
    fclose(to);
    free(command);
    return text;
}

/* ---- a database with rows in all tables */

static const char *full(void **state, const char *name)
{
    struct facts f[] = {sample_facts(), sample_encrypted(2), sample_clear(300), sample_clear(301)};
    const char *path = sample_path(state, name);

    f[1].tls_established = NO;
    f[1].ending = ENDING_RESET;
    f[2].server = f[1].server;
    f[2].starttls_offered = YES;
    f[3].sni[0] = 'x';
    unlink(path);
    sample_store(path, 1, f, 4);
    sample_sql(
        path,
        "INSERT INTO contrast SELECT server_id, 7, 8, client_id, 1,2,3,4,5,6,7,8,9,1,0,.5,.5,1,"
        "'none' FROM session WHERE session_id = 3;"
        "INSERT INTO policy VALUES (1,'list',NULL,'mx.example',NULL,25,1,NULL,NULL),"
        " (2,'mta-sts','b.example','*.other.example','192.0.2.25',25,1,'enforce',86400);"
        "INSERT INTO dns VALUES"
        " (1,1,5,'192.0.2.1','b.example','b.example','MX',10,'client.example',60,0,0),"
        " (2,1,6,'192.0.2.99','mx.example','mx.example','A',NULL,'192.0.2.25',60,0,0),"
        " (3,1,7,'192.0.2.99','_mta-sts.b.example','_mta-sts.b.example','TXT',NULL,"
        "  'v=STSv1; id=20260101',60,0,0),"
        " (4,1,8,'192.0.2.99','_25._tcp.mx.example','_25._tcp.mx.example','TLSA',NULL,"
        "  '3 1 1 aabb',60,1,0),"
        " (5,1,9,'192.0.2.99','none.example',NULL,'none',NULL,NULL,NULL,0,3);"
        "INSERT OR REPLACE INTO unjudged VALUES (4);"
        "UPDATE address SET local_part = 'local-part';"
        "INSERT INTO evidence SELECT session_id, 9, 'policy-violated', 'strong',"
        " json_object('by', 'mta-sts', 'name', 'mx.example', 'policy', 'of a friend')"
        " FROM session WHERE session_id >= 3;"
        "UPDATE capture SET damage = 'cut', trust_store = '/home/me/store';"
        "UPDATE sensor SET name = 'cellar'");
    return path;
}

/* ---- marks: in every column that holds text, and never seen */

/* Columns that show what is in them, and why that identifies nobody. */
static const char *const shown[] = {
    /* what mailtap says of its own tables */
    "describe.object", "describe.column", "describe.text",
    /* words that mailtap writes, most of them with a CHECK */
    "capture.state", "course.ending", "auth.given", "auth.outcome", "address.role",
    "conflict.sent_by", "verdict.class", "verdict.cleartext_reason", "verdict.strip_rule",
    "verdict.strip_rank", "verdict.rung", "weakness.weakness", "evidence.rule", "evidence.rank",
    "contrast.sign", "policy.source", "policy.mode",
    /* out of mailtap's list of products */
    "banner.software",
    /* names that IANA gives, or numbers */
    "tls.tls_version_name", "tls.tls_cipher_name", "tls.tls_group_name", "dns.type",
    /* digests of what software offers */
    "tls.ja3", "tls.ja3s", "tls.ja4",
    /* OpenSSL's words: of algorithms, and for X509_V_ERR */
    "certificate.key_type", "certificate.signature", "identity.cert_reason"};

static bool is_shown(const char *column, size_t n)
{
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (strlen(shown[i]) == n && strncmp(shown[i], column, n) == 0)
            return true;
    return false;
}

#define TEXT_COLUMNS                                                                               \
    " FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'"                \
    " AND m.name NOT GLOB 'sqlite_*' AND c.type IN ('TEXT', 'BLOB', 'ANY', '')"

/* "MARK-table.column-" and what was there, which keeps what is unique so.  `whole`: in those that are
 * shown, too. */
static void mark(const char *path, bool whole)
{
    char *columns = shell(path, "SELECT m.name || '.' || c.name || ' ' || c.type" TEXT_COLUMNS),
         *at;
    char *sql;
    size_t octets;
    FILE *to = open_memstream(&sql, &octets);
    unsigned marked = 0;

    fputs("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON;", to);
    for (char *line = strtok_r(columns, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
        char table[64], column[64], type[16];
        assert_int_equal(sscanf(line, "%63[^.].%63s %15s", table, column, type), 3);
        if (!whole && is_shown(line, strcspn(line, " ")))
            continue;
        fprintf(to,
                "UPDATE \"%s\" SET \"%s\" = CAST('MARK-%s.%s-' || hex(coalesce(\"%s\", ''))"
                " AS %s);",
                table, column, table, column, column, type);
        marked++;
    }
    /* What referred to another row still does. */
    fputs(
        "UPDATE identity SET certificate = replace(certificate, 'MARK-identity.certificate',"
        " 'MARK-certificate.sha256'),"
        " chain = replace(chain, 'MARK-identity.chain', 'MARK-chain.chain');"
        "UPDATE chain SET sha256 = replace(sha256, 'MARK-chain.sha256', 'MARK-certificate.sha256')",
        to);
    fclose(to);
    assert_true(marked > 40);
    sample_sql(path, sql);
    free(sql);
    free(columns);
}

/* Is there no mark in it but of columns that are shown?  Counts those. */
static unsigned look_for_marks(const char *what, const char *text)
{
    unsigned found = 0;

    for (const char *c = text; (c = strstr(c, "MARK-")); found++) {
        c += strlen("MARK-");
        if (!is_shown(c, strcspn(c, "-")))
            fail_msg("%s shows %.*s", what, (int)strcspn(c, "-"), c);
    }
    return found;
}

/* Every table and view, by its name; `look` gets each answer. */
static unsigned ask_all(const char *path, struct store *st,
                        unsigned (*look)(const char *what, const char *text))
{
    char *names = shell(path, "SELECT name FROM sqlite_schema WHERE type IN ('table', 'view')"
                              " AND name NOT GLOB 'sqlite_*'"),
         *at, sql[200];
    unsigned count, found = 0;
    const struct question *questions = query_questions(&count);

    for (char *name = strtok_r(names, "\n", &at); name; name = strtok_r(NULL, "\n", &at)) {
        snprintf(sql, sizeof sql, "SELECT * FROM \"%s\"", name);
        char *text = answer(st, sql, "");
        found += look(name, text);
        free(text);
    }
    free(names);
    for (unsigned i = 0; i < count; i++) {
        char *text = answer(st, questions[i].sql, "server-1");
        found += look(questions[i].name, text);
        free(text);
    }
    return found;
}

/* Each column has its mark, or is one of those that `mark` leaves alone. */
static void assert_marked(const char *path, bool whole)
{
    char *columns = shell(path, "SELECT m.name || '.' || c.name" TEXT_COLUMNS), *at, sql[300];

    for (char *line = strtok_r(columns, "\n", &at); line; line = strtok_r(NULL, "\n", &at)) {
        if (!whole && is_shown(line, strlen(line)))
            continue;
        line[strcspn(line, ".")] = '\0';
        const char *column = line + strlen(line) + 1;
        snprintf(sql, sizeof sql,
                 "SELECT count(*) > 0 FROM [%s] WHERE instr(CAST([%s] AS TEXT), 'MARK-')", line,
                 column);
        char *got = shell(path, sql);
        if (strcmp(got, "1\n") != 0)
            fail_msg("nothing is marked in %s.%s: it needs a row in full()", line, column);
        free(got);
    }
    free(columns);
}

static void no_mark_is_seen(void **state)
{
    static const struct lens lenses[] = {{NULL, NULL, true}, {"1970-01-01", "2100-01-01", true}};
    char path[256];

    for (unsigned whole = 0; whole <= 1; whole++) {
        strcpy(path, full(state, "marked.db"));
        mark(path, whole);
        assert_marked(path, whole);
        for (size_t i = 0; i < sizeof lenses / sizeof *lenses; i++) {
            struct store *st = looked_at(path, &lenses[i]);
            unsigned found = ask_all(path, st, look_for_marks);
            assert_int_equal(found > 0, whole); /* those that are shown are */
            struct err e;
            store_close(&st, &e);
        }
    }
}

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

static void what_stands_there_instead(void **state)
{
    static const char *const rows[][2] = {
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
        {"SELECT asker_ip, owner, value FROM dns WHERE dns_id = 2",
         "'asker-2' 'name-2' 'server-1'"},
        {"SELECT owner, value FROM dns WHERE dns_id = 4", "'_25._tcp.name-2' 'hidden'"},
        {"SELECT question, owner, value FROM dns WHERE dns_id = 5", "'dns-name-5' NULL NULL"},
        {"SELECT DISTINCT detail ->> 'by', detail ->> 'policy' FROM v_evidence"
         " WHERE rule = 'policy-violated'",
         "'mta-sts' NULL"},
        {"SELECT count(*) FROM v_evidence WHERE rule <> 'policy-violated' AND detail <> '{}'", "0"},
        {"SELECT keyword_mark, name_mark FROM contrast", "0 0"},
    };
    const char *path = full(state, "instead.db");
    struct err e = {""};

    sample_sql(path, "UPDATE media SET media_type = 'application/x-of-acme' WHERE place = 1;"
                     "UPDATE auth SET mechanism = 'X-ACME';"
                     "UPDATE name SET name = 'mx.example' WHERE name_id = 2");
    struct store *st = looked_at(path, &nobody);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_answer(st, rows[i][0], rows[i][1]);
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
        cmocka_unit_test(no_mark_is_seen),
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
