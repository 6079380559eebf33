/* test_lens_names.c - what identifies somebody is nowhere to be seen; the list of columns. */
#include "test.h"

#include "../../db/lens_private.h"
#include "look.h"
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- marks: in every column that holds text, and never seen */

/* Columns that show what is in them, and why that identifies nobody. */
static const char *const shown[] = {
    /* what mailtap says of its own tables */
    "describe.object", "describe.column", "describe.text",
    /* words that mailtap writes, most of them with a CHECK */
    "capture.state", "course.ending", "auth.given", "auth.outcome", "address.role",
    "conflict.sent_by", "opinion.class", "opinion.cleartext_reason", "opinion.strip_rule",
    "opinion.strip_rank", "opinion.rung", "weakness.weakness", "evidence.rule", "evidence.rank",
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

/* ---- the list */

static void each_column_is_there_once(void **state)
{
    const char *path = sample_made(state, "columns.db");
    unsigned count;
    const struct lens_column *c = lens_columns(&count);
    char sql[200];

    assert_true(count > 60);
    for (unsigned i = 0; i < count; i++) {
        snprintf(sql, sizeof sql,
                 "SELECT count(*) FROM describe WHERE object = '%s' AND \"column\" = '%s'",
                 c[i].table, c[i].column);
        if (strcmp(c[i].table, "describe") != 0 && strcmp(c[i].table, "meta") != 0)
            sample_expect(path, sql, "1");
        for (unsigned j = 0; j < i; j++)
            if (strcmp(c[i].table, c[j].table) == 0 && strcmp(c[i].column, c[j].column) == 0)
                fail_msg("%s.%s is there twice", c[i].table, c[i].column);
    }
}

/* Whoever has the pseudonyms must not have what they stand for. */
static void a_map_has_a_name_of_its_own(void **state)
{
    unsigned count;
    const struct lens_part *map = lens_maps(&count);

    (void)state;
    assert_int_equal(count, 3);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(strncmp(map[i].name, "lens_", 5), 0);
}

static void secrets_are_left_out(void **state)
{
    (void)state;
    assert_true(lens_is_left_out("meta"));
    assert_true(lens_is_left_out("kept"));
    assert_false(lens_is_left_out("session"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_mark_is_seen),
        cmocka_unit_test(each_column_is_there_once),
        cmocka_unit_test(a_map_has_a_name_of_its_own),
        cmocka_unit_test(secrets_are_left_out),
    };
    return cmocka_run_group_tests_name("lens_names", tests, sample_folder, sample_folder_remove);
}
