/* test_query.c - named questions and their answers, row by row. */
#include "test.h"

#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void every_question_has_a_title_and_an_answer(void **state)
{
    const char *path = sample_made(state, "q.db");
    struct err e = {""};
    unsigned count;
    const struct question *all = query_questions(&count);
    struct store *st = store_open(path, STORE_READ, &e);

    assert_true(count >= 12);
    for (unsigned i = 0; i < count; i++) {
        assert_int_equal(all[i].title[strlen(all[i].title) - 1], '?');
        assert_ptr_equal(query_find(all[i].name), &all[i]);
        assert_true(i == 0 || strcmp(all[i - 1].name, all[i].name) < 0);
        assert_int_equal(sample_ask(st, all[i].sql, 0, &e), 0);
        assert_string_equal(e.text, "");
    }
    assert_null(query_find("no-such-question"));
    store_close(&st, &e);
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
        {"expiring",
         "whose || ' ' || valid_until || ' ' || sessions || '/' ||"
         " of_sessions_showing_one",
         "the server's own 1970-01-01 1/1,sent with it 1970-01-01 1/1"},
        {"software", "software || servers_ever_offering || '/' || of_servers", "(does not say)2/2"},
        {"credentials-given", "given || mechanisms || exchanges || '/' || of_exchanges_read",
         "passwordPLAIN1/1"},
        {"attachments", "media_type || attachments || '/' || of_attachments", "application/pdf1/1"},
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

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char sql[4096];
        snprintf(sql, sizeof sql, "SELECT group_concat(%s) FROM (%s)", rows[i].look_at,
                 query_find(rows[i].question)->sql);
        char *got = sample_value(path, sql);
        if (strcmp(got, rows[i].answer) != 0)
            fail_msg("%s: '%s'", rows[i].question, got);
        free(got);
    }
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
    sample_expect(path, sql, "both1/4,client1/4,server1/4");
}

static void cells_keep_their_kind(void **state)
{
    const char *path = sample_made(state, "cells.db");
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    struct query *q = query_open(st, "SELECT 1 AS a, 1.5, 'te''xt', x'00ff', NULL", &e);

    assert_int_equal(query_columns(q), 5);
    assert_string_equal(query_column(q, 0), "a");
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_question_has_a_title_and_an_answer),
        cmocka_unit_test(answers_are_right),
        cmocka_unit_test(injected_text_is_told_by_side),
        cmocka_unit_test(cells_keep_their_kind),
    };
    return cmocka_run_group_tests_name("query", tests, sample_folder, sample_folder_remove);
}
