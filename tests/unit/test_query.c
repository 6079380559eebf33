/* test_query.c - named questions and their answers, row by row; values of parameters. */
#include "test.h"

#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The one value that SQL gives when asked as a question, as text; NULL is "NULL". */
static void assert_answer(const char *path, const char *what, const char *sql, const char *want)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    struct query *q = st ? query_open(st, sql, &e) : NULL;
    char got[1024] = "NULL";

    if (!q || query_next(q, &e) != 1)
        fail_msg("%s: %s", what, e.text);
    struct cell c = query_cell(q, 0);
    if (c.kind != CELL_NULL)
        snprintf(got, sizeof got, "%.*s", (int)c.text.n, (const char *)c.text.p);
    if (strcmp(got, want) != 0)
        fail_msg("%s: '%s'", what, got);
    query_close(&q);
    store_close(&st, &e);
}

static void assert_question(const char *path, const char *name, const char *look_at,
                            const char *want)
{
    char sql[4096];

    snprintf(sql, sizeof sql, "SELECT group_concat(%s) FROM (%s)", look_at, query_find(name)->sql);
    assert_answer(path, name, sql, want);
}

static void answers_are_right(void **state)
{
    static const struct {
        const char *question, *look_at, *answer;
    } rows[] = {
        {"offered", "counted_by || offered || '/' || of_those_with_an_ehlo_reply",
         "sessions2/3,servers1/2"},
        {"used", "what || sessions || '/' || of_sessions", "requested2/2,established2/2"},
        {"readable-mail", "messages || ' ' || sessions_in_the_clear || '/' || of_sessions_decided",
         "16 1/3"},
        {"readable-mail",
         "messages || '/' || of_messages_estimated || ' ' || of_messages_at_least"
         " || '-' || of_messages_at_most",
         "16/19 18-21"},
        {"correspondents", "sender_domain || '>' || recipient_domain || transactions",
         "a.example>b.example2"},
        {"not-offering", "server_ip || sessions_not_offered", "NULL"},
        {"credentials", "auth_mechanism || sessions_exposed", "PLAIN1"},
        {"domains", "role || domain || transactions", "sendera.example2"},
        {"cleartext", "class || cleartext_reason || sessions", "cleartextnot-offered1"},
        {"undecided", "why || sessions", "NULL"},
        {"tls-versions", "tls_version || sessions || '/' || of_sessions_established",
         "TLSv1.21/2,TLSv1.31/2"},
        {"ladder",
         "rung || sessions || '/' || of_sessions_decided || ' ' || messages_read || '+' ||"
         " messages_estimated || '/' || of_messages",
         "cleartext1/3 1+0/19,unauthenticated1/3 15+3/19,authentication-hidden1/3 0+0/19"},
        {"weaknesses", "weakness || sessions || '/' || of_sessions_encrypted",
         "compression1/2,dh-below-20481/2,null-cipher1/2,rsa-below-20481/2,sha1-signature1/2"},
        {"certificates",
         "certificate || ':' || not_verified || ':' || name_not_covered || ' ' ||"
         " sessions || '/' || of_sessions_showing_one || ' ' || one_server",
         "cn.example:certificate has expired:asked.example 1/1 192.0.2.25 port 25"},
        {"software", "software || servers_ever_offering || '/' || of_servers", "(does not say)2/2"},
        {"credentials-given", "given || mechanisms || exchanges || '/' || of_exchanges_read",
         "passwordPLAIN1/1"},
        {"attachments", "media_type || attachments || '/' || of_attachments", "application/pdf1/5"},
        {"header-fields", "field || fields || '/' || of_fields", "other2/3,from1/3"},
        {"hops", "hops_claiming_tls || '/' || of_hops", "2/3"},
        {"groups",
         "tls_group || post_quantum || ' ' || sessions_post_quantum || '/' ||"
         " of_sessions_with_a_group || ' ' || undetermined",
         "X25519MLKEM7681 1/1 1"},
        {"fingerprints", "ja4 || sessions || '/' || of_sessions_with_one",
         "t13d0000_0123456789ab_cdef012345671/1"},
        {"injected", "text_of || sessions", "NULL"},
        {"estimates",
         "server_ip || ' ' || sessions_estimated || '/' || of_sessions_encrypted ||"
         " ' ' || estimated_messages || ' ' || at_least || '-' || at_most",
         "192.0.2.25 1/1 3 2-5,192.0.2.26 0/1 0 0-0"},
    };
    const char *path = sample_made(state, "answers.db");

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_question(path, rows[i].question, rows[i].look_at, rows[i].answer);
}

/* The capture ends ten days before the second one does; the first one had expired. */
static void certificates_expire_within_so_many_days(void **state)
{
    struct facts f[] = {sample_facts(), sample_encrypted(2)};
    const char *path = sample_path(state, "expiring.db");
    static const char first[] = "the server's own 1970-01-01 1 2\nsent with it 1970-01-01 1 2";
    char both[256];

    f[1].tls_version = 0x0303;
    f[1].cert_seen = true;
    f[1].cert = (struct cert_facts){.not_before = 100, .not_after = 1795485053 + 10 * 86400};
    memset(f[1].cert.sha256, 'e', 64);
    snprintf(both, sizeof both, "%s\nthe server's own 2026-12-04 1 2", first);
    sample_store(path, 1, f, 2);
#define EXPIRING "whose valid_until sessions of_sessions_showing_one"
    sample_answers(path, "expiring", "", EXPIRING, both);
    sample_answers(path, "expiring", "days=11", EXPIRING, both);
    sample_answers(path, "expiring", "days=10", EXPIRING, first);
    sample_answers(path, "expiring", "days=0", EXPIRING, first);
    sample_answers(path, "expiring", "days=-100000", EXPIRING, "");
    sample_answers(path, "expiring", "days=9223372036854775807", EXPIRING, both);
    assert_non_null(
        strstr(sample_asked(path, "expiring", "", "seconds_left days_left"), "864000 10"));
}

#define INTERVAL "coalesce(low, '-') || '..' || coalesce(high, '-')"

/* Sessions that were offered STARTTLS and used it, then ones that were not offered it. */
static const char *made(void **state, const char *name, unsigned with, unsigned without)
{
    const char *path = sample_path(state, name);
    struct facts f[64];

    assert_true(with + without <= 64);
    for (unsigned i = 0; i < with; i++)
        f[i] = sample_encrypted((uint16_t)(1000 + i));
    for (unsigned i = 0; i < without; i++)
        f[with + i] = sample_clear((uint16_t)(2000 + i));
    sample_store(path, 1, f, with + without);
    return path;
}

/* Below 20 sessions the counts stand alone. */
static void a_share_has_an_interval_from_20_sessions_on(void **state)
{
    const char *path = made(state, "nineteen.db", 10, 9);

    assert_question(path, "ladder", "rung || sessions || ':' || " INTERVAL,
                    "cleartext9:-..-,authentication-hidden10:-..-");
    assert_question(path, "offered", "counted_by || offered || ':' || " INTERVAL,
                    "sessions10:-..-,servers1:-..-");
    path = made(state, "twenty.db", 20, 0);
    /* One server cannot tell how servers vary: Wilson's of 1 of 1. */
    assert_question(path, "ladder", "rung || sessions || ':' || " INTERVAL,
                    "authentication-hidden20:0.2065..1.0");
    assert_question(path, "offered", "counted_by || offered || ':' || " INTERVAL,
                    "sessions20:0.2065..1.0,servers1:-..-");
    assert_question(path, "used", "what || sessions || ':' || " INTERVAL,
                    "requested20:0.2065..1.0,established20:0.2065..1.0");
    path = made(state, "none.db", 0, 1);
    assert_question(path, "used", "what || sessions || '/' || of_sessions || ':' || " INTERVAL,
                    "requested0/0:-..-,established0/0:-..-");
}

/* `ended` of `without` sessions had no offer and ended without MAIL; the control: `probed` of
 * `offered` did so where they had it. */
static void assert_verdict(void **state, unsigned without, unsigned ended, unsigned offered,
                           unsigned probed, const char *want)
{
    static unsigned count;
    char name[32];
    struct facts f[64];
    unsigned n = 0;

    snprintf(name, sizeof name, "insisted%u.db", count++);
    for (unsigned i = 0; i < without; i++, n++) {
        f[n] = sample_clear((uint16_t)(1000 + i));
        if (i < ended)
            f[n].transactions = f[n].messages = 0;
    }
    for (unsigned i = 0; i < offered; i++, n++) {
        f[n] = sample_encrypted((uint16_t)(2000 + i));
        f[n].client.address = f[0].client.address;
        f[n].estimate.made = true;
        f[n].estimate.messages = f[n].estimate.high = i < probed ? 0 : 1;
    }
    const char *path = sample_path(state, name);
    sample_store(path, 1, f, n);
    assert_question(path, "insisted",
                    "without_tls || '-' || ended_without_mail || ' ' || offered || '-' ||"
                    " ended_though_offered || ' ' || verdict || ' ' || " INTERVAL,
                    want);
}

static void a_client_insists_when_its_control_differs(void **state)
{
    assert_verdict(state, 3, 3, 8, 0, "3-3 8-0 insists -..-");
    assert_verdict(state, 2, 2, 8, 0, "2-2 8-0 undecided -..-"); /* too few to tell */
    assert_verdict(state, 3, 2, 8, 0, "3-2 8-0 undecided -..-"); /* not always */
    assert_verdict(state, 3, 0, 8, 0, "3-0 8-0 goes on -..-");
    assert_verdict(state, 3, 3, 0, 0, "3-3 0-0 undecided -..-"); /* nothing to compare with */
    /* A probe, and one that may well be one: 3 of 8 is less than half. */
    assert_verdict(state, 3, 3, 8, 8, "3-3 8-8 undecided -..-");
    assert_verdict(state, 3, 3, 8, 3, "3-3 8-3 undecided -..-");
    assert_verdict(state, 0, 0, 8, 8, "0-0 8-8 not exercised -..-");
    /* Newcombe's method 10 of 20/20 - 0/20: 1 - 0.16113 times the root of 2. */
    assert_verdict(state, 20, 20, 20, 0, "20-20 20-0 insists 0.7721..1.0");
    assert_verdict(state, 20, 20, 19, 0, "20-20 19-0 insists -..-");
}

static void injected_text_is_told_by_side(void **state)
{
    const char *path = sample_path(state, "injected.db");
    struct facts f[] = {sample_encrypted(1), sample_encrypted(2), sample_encrypted(3),
                        sample_encrypted(4)};
    char sql[2048];

    f[0].anomalies = ANOMALY_INJECTED_COMMAND | ANOMALY_BARE_LF;
    f[1].anomalies = ANOMALY_INJECTED_REPLY;
    f[2].anomalies = ANOMALY_INJECTED_COMMAND | ANOMALY_INJECTED_REPLY;
    f[3].anomalies = ANOMALY_BARE_LF;
    sample_store(path, 1, f, 4);
    snprintf(
        sql, sizeof sql,
        "SELECT group_concat(text_of || sessions || '/' || of_sessions_answered_220) FROM (%s)",
        query_find("injected")->sql);
    assert_answer(path, "injected", sql, "both1/4,client1/4,server1/4");
}

/* ---- whose mail */

/* Two transactions: from a.example to itself and b.example, and the null reverse-path to b.example and
 * to a recipient that was refused. */
static struct address both[] = {
    {.transaction = 1, .accepted = YES, .path = "x@a.example"},
    {.transaction = 1, .recipient = true, .accepted = YES, .path = "y@a.example"},
    {.transaction = 1, .recipient = true, .accepted = YES, .path = "z@b.example"},
    {.transaction = 1, .recipient = true, .accepted = YES, .path = "w@b.example"},
    {.transaction = 2, .accepted = YES, .path = ""},
    {.transaction = 2, .recipient = true, .accepted = UNKNOWN, .path = "z@b.example"},
    {.transaction = 2, .recipient = true, .accepted = NO, .path = "v@c.example"},
};

/* One, to a recipient without a domain. */
static struct address alone[] = {
    {.transaction = 1, .accepted = YES, .path = "x@d.example"},
    {.transaction = 1, .recipient = true, .accepted = YES, .path = "postmaster"},
};

static const char *correspondence(void **state, const char *name)
{
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_clear(3), sample_clear(4)};
    const char *path = sample_path(state, name);

    f[1].server.address.octets[3] = 29;
    for (unsigned i = 0; i < 4; i++) {
        f[i].started_ns = (INT64_C(1795478400) + i * 3600) * 1000000000; /* 2026-11-24T00:00Z */
        f[i].ended_ns = f[i].started_ns + 1;
        f[i].addresses = i < 2 ? both : alone;
        f[i].address_count = i < 2 ? sizeof both / sizeof *both : sizeof alone / sizeof *alone;
    }
    f[3].content_octets = 0; /* an envelope, and nothing of the mail */
    sample_store(path, 1, f, 4);
    return path;
}

static void pairs_of_domains_are_as_many_as_listed(void **state)
{
    const char *path = correspondence(state, "count.db");

    sample_answers(path, "correspondents", "", "sender_domain recipient_domain transactions",
                   "<> b.example 2\n<> c.example 2\na.example a.example 2\n"
                   "a.example b.example 2\nd.example (none) 2");
    sample_answers(path, "exposed-domains", "", "pairs sender_domains recipient_domains domains",
                   "5 2 3 4");
    path = sample_path(state, "silent.db");
    sample_store(path, 1, NULL, 0);
    sample_answers(path, "exposed-domains", "", "pairs sender_domains recipient_domains domains",
                   "0 0 0 0");
}

#define DOMAIN "domain transactions_readable as_sender as_recipient sessions servers"

static void the_worst_domain_has_most_transactions(void **state)
{
    const char *path = correspondence(state, "domains.db");

    sample_answers(path, "worst-domains", "", DOMAIN,
                   "b.example 4 0 4 2 2\na.example 2 2 2 2 2\nd.example 1 1 0 1 1");
    sample_answers(path, "worst-domains", "rows=1", DOMAIN, "b.example 4 0 4 2 2");
    sample_answers(path, "worst-domains", "since=2026-11-24T01:00 until=2026-11-24T02:00", DOMAIN,
                   "b.example 2 0 2 1 1\na.example 1 1 1 1 1");
    sample_answers(path, "worst-domains", "until=2026-11-24", DOMAIN, "");
}

/* ---- whose software */

static struct facts of_server(struct facts f, uint8_t server, const char *greeting)
{
    f.server.address.octets[3] = server;
    f.client.port = (uint16_t)(1024 + server);
    strcpy(f.greeting, greeting);
    return f;
}

/* One server of Postfix offers and the other does not, one of Exim does not tell; what was stripped
 * does not count. */
static void software_is_able_when_one_server_offers(void **state)
{
    struct facts f[] = {
        of_server(sample_encrypted(1), 101, "mx.example ESMTP Postfix"),
        of_server(sample_clear(2), 102, "mx.example ESMTP Postfix"),
        of_server(sample_clear(3), 103, "mx.example ESMTP Exim 4.96"),
        of_server(sample_clear(4), 104, "mx.example ESMTP"),
        of_server(sample_clear(5), 105, "mx.example ESMTP Sendmail 8.17.1/8.17.1"),
        of_server(sample_clear(6), 102, "mx.example ESMTP"), /* another machine behind it */
    };
    const char *path = sample_path(state, "software.db");

    f[2].starttls_offered = UNKNOWN;
    strcpy(f[4].keywords, "XXXXXXXA\n8BITMIME\nSMTPUTF8\nCHUNKING");
    sample_store(path, 1, f, 6);
    sample_answers(path, "software", "", "software servers_ever_offering of_servers",
                   "Postfix 1 2\n(does not say) 0 2\nExim 0 1");
    sample_answers(path, "capabilities", "", "what count of_count low high",
                   "software-offering 1 2 - -\nsoftware-never-offering 1 2 - -\n"
                   "servers-running-offering 2 3 - -\nservers-not-saying 1 4 - -");
    path = sample_path(state, "no-software.db");
    sample_store(path, 1, f, 0);
    sample_answers(path, "capabilities", "", "what count of_count",
                   "software-offering 0 0\nsoftware-never-offering 0 0\n"
                   "servers-running-offering 0 0\nservers-not-saying 0 0");
}

/* ---- cells */

static void cells_keep_their_kind(void **state)
{
    const char *path = sample_made(state, "cells.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    struct query *q = query_open(st, "SELECT 1 AS a, 1.5, 'te''xt', x'00ff', NULL", &e);

    assert_int_equal(query_columns(q), 5);
    assert_string_equal(query_column(q, 0), "a");
    assert_int_equal(query_column_at(q, "a"), 0);
    assert_int_equal(query_column_at(q, "no such column"), 5);
    assert_int_equal(query_next(q, &e), 1);
    assert_int_equal(query_cell(q, 0).integer, 1);
    assert_true(query_cell(q, 1).real == 1.5);
    assert_true(slice_equal(query_cell(q, 2).text, slice_of("te'xt")));
    assert_int_equal(query_cell(q, 3).text.n, 2);
    assert_int_equal(query_cell(q, 3).kind, CELL_BLOB);
    assert_int_equal(query_cell(q, 4).kind, CELL_NULL);
    assert_int_equal(query_next(q, &e), 0);
    query_close(&q);
    int64_t value;
    assert_int_equal(query_integer(st, "SELECT 1 WHERE 0", &value, &e), -1);
    store_close(&st, &e);
}

/* ---- parameters */

/* What SQL gives for one parameter, as text and its type; or the sentence why not. */
static const char *bound(struct store *st, const char *sql, const char *name, const char *value)
{
    static char said[600];
    struct err e = {""};
    struct query *q = query_open(st, sql, &e);

    if (!q || (name && query_set(q, name, value, &e) < 0) || query_next(q, &e) < 0) {
        snprintf(said, sizeof said, "%s", e.text);
    } else {
        struct cell c = query_cell(q, 0);
        if (c.kind == CELL_INTEGER)
            snprintf(said, sizeof said, "integer %lld", (long long)c.integer);
        else
            snprintf(said, sizeof said, "%s %.*s", c.kind == CELL_NULL ? "null" : "text",
                     (int)c.text.n, (const char *)c.text.p);
    }
    query_close(&q);
    return said;
}

static void a_value_is_bound_and_never_SQL(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "bound.db"), STORE_READ, &e);

    /* Not declared: an integer where it is written like one. */
    assert_string_equal(bound(st, "SELECT :a", "a", "7"), "integer 7");
    assert_string_equal(bound(st, "SELECT :a", "a", "-7"), "integer -7");
    assert_string_equal(bound(st, "SELECT :a", "a", "0"), "integer 0");
    assert_string_equal(bound(st, "SELECT :a", "a", "007"), "text 007");
    assert_string_equal(bound(st, "SELECT :a", "a", "7.5"), "text 7.5");
    assert_string_equal(bound(st, "SELECT :a", "a", ""), "text ");
    assert_string_equal(bound(st, "SELECT :a", "a", "x' OR 1; DELETE FROM session; --"),
                        "text x' OR 1; DELETE FROM session; --");
    assert_string_equal(bound(st, "SELECT $a + @a", "a", "7"), "integer 14");
    /* Declared: of its kind. */
    assert_string_equal(bound(st, "--\n-- :a TEXT  x\nSELECT :a", "a", "7"), "text 7");
    assert_string_equal(bound(st, "--\n-- :a NUMBER  x\nSELECT :a", "a", "007"), "integer 7");
    assert_string_equal(bound(st, "--\n-- :a TIME  x\nSELECT :a", "a", "2026-11-24T01:50Z"),
                        "text 2026-11-24T01:50");
    assert_string_equal(bound(st, "--\n-- :a NUMBER  x\nSELECT :a", "a", "seven"),
                        "'a' is a whole number, not 'seven'");
    assert_non_null(strstr(bound(st, "--\n-- :a TIME  x\nSELECT :a", "a", "7"), "YYYY-MM-DD"));
    store_close(&st, &e);
}

static void what_must_be_set_is_never_NULL(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "unset.db"), STORE_READ, &e);

    assert_string_equal(bound(st, "SELECT :a", NULL, NULL), "'a' must be set: this SQL uses it");
    assert_string_equal(bound(st, "--\n-- :a TEXT  x\nSELECT :a", NULL, NULL), "null ");
    assert_string_equal(bound(st, "--\n-- :a TEXT  what it is; required\nSELECT :a", NULL, NULL),
                        "'a' must be set: what it is");
    assert_string_equal(bound(st, "SELECT :a, :b", "a", "1"), "'b' must be set: this SQL uses it");
    assert_non_null(strstr(bound(st, "SELECT ?", NULL, NULL), "without a name"));
    assert_string_equal(bound(st, "SELECT ?1", "1", "5"), "integer 5");
    store_close(&st, &e);
}

static void a_wrong_name_tells_the_right_ones(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "names.db"), STORE_READ, &e);
    char sql[4096] = "SELECT 1";

    assert_string_equal(bound(st, "SELECT :a, :b", "c", "1"),
                        "there is no parameter 'c'; there is a, b");
    assert_string_equal(bound(st, "SELECT 1", "c", "1"),
                        "there is no parameter 'c': this question has none");
    assert_string_equal(bound(st, "--\n-- :c TEXT  declared and not used\nSELECT 1", "c", "1"),
                        "there is no parameter 'c': this question has none");
    assert_string_equal(bound(st, "SELECT ?", "", "1"),
                        "there is no parameter '': this question has none");
    for (unsigned i = 0; i < 100; i++) /* more names than the sentence holds */
        snprintf(sql + strlen(sql), sizeof sql - strlen(sql), ", :name%u", i);
    assert_non_null(strstr(bound(st, sql, "c", "1"), "there is name0, name1, "));
    store_close(&st, &e);
}

static void a_value_comes_before_the_first_row(void **state)
{
    struct err e = {""};
    struct store *st = store_open(sample_made(state, "late.db"), STORE_READ, &e);
    struct query *q = query_open(st, "SELECT :a UNION ALL SELECT 2", &e);

    assert_int_equal(query_set(q, "a", "1", &e), 0);
    assert_int_equal(query_set(q, "a", "3", &e), 0); /* the last one counts */
    assert_int_equal(query_next(q, &e), 1);
    assert_int_equal(query_cell(q, 0).integer, 3);
    assert_int_equal(query_set(q, "a", "1", &e), -1);
    assert_string_not_equal(e.text, "");
    assert_int_equal(query_next(q, &e), 1);
    query_close(&q);
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_are_right),
        cmocka_unit_test(certificates_expire_within_so_many_days),
        cmocka_unit_test(a_share_has_an_interval_from_20_sessions_on),
        cmocka_unit_test(a_client_insists_when_its_control_differs),
        cmocka_unit_test(injected_text_is_told_by_side),
        cmocka_unit_test(pairs_of_domains_are_as_many_as_listed),
        cmocka_unit_test(the_worst_domain_has_most_transactions),
        cmocka_unit_test(software_is_able_when_one_server_offers),
        cmocka_unit_test(cells_keep_their_kind),
        cmocka_unit_test(a_value_is_bound_and_never_SQL),
        cmocka_unit_test(what_must_be_set_is_never_NULL),
        cmocka_unit_test(a_wrong_name_tells_the_right_ones),
        cmocka_unit_test(a_value_comes_before_the_first_row),
    };
    return cmocka_run_group_tests_name("query", tests, sample_folder, sample_folder_remove);
}
