/* test_schema.c - the contract's views, and a description of everything. */
#include "test.h"

#include "sample.h"

#include <mailtap/query.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *made(void **state)
{
    static char path[256];
    const struct facts f = sample_facts();

    strcpy(path, sample_path(state, "schema.db"));
    remove(path);
    sample_store(path, 1, &f, 1);
    return path;
}

static void views_have_the_columns_of_the_contract(void **state)
{
    static const char *const views[][2] = {
        {"v_session",
         "session_id,capture_source,vlan,client_ip,client_port,server_ip,server_port,started_at,"
         "ended_at,class,cleartext_reason,client_name,server_name,starttls_offered,"
         "starttls_requested,starttls_reply,tls_established,tls_version,tls_cipher,sni,"
         "cert_subject_cn,messages,recipients_attempted,recipients_accepted,content_octets,"
         "auth_mechanism,credentials_exposed,strip_rule,strip_rank,one_sided,midstream,gap_octets,"
         "rung,server_software,estimated_messages,estimated_octets"},
        {"v_evidence", "session_id,rule,rank,detail"},
        {"v_exposure", "session_id,item,count,octets"},
        {"v_server", "server_ip,server_port,sessions,offered,not_offered,requested,established,"
                     "stripped,first_seen,last_seen,names,best_certificate,software"},
        {"v_capture", "capture_source,frames,octets,frames_dropped_kernel,"
                      "frames_dropped_interface,damaged_frames,flows,mail_flows,gap_octets,"
                      "started_at,ended_at,other_frames,fragments,unknown_link,mail_port_other,"
                      "evicted,held_refused,holes_given_up,fragments_completed,"
                      "fragments_expired,fragments_evicted,fragments_discarded,state,damage,"
                      "trust_store,sensor,sensor_mark,pruned_ns,rows_dropped,outages,clock_steps,"
                      "write_failures"},
    };
    struct err e = {""};
    struct store *st = store_open(made(state), STORE_READ, &e);

    for (size_t i = 0; i < sizeof views / sizeof *views; i++) {
        char sql[64], names[1024] = "";
        snprintf(sql, sizeof sql, "SELECT * FROM %s", views[i][0]);
        struct query *q = query_open(st, sql, &e);
        assert_string_equal(e.text, "");
        for (unsigned k = 0; k < query_columns(q); k++) {
            strcat(names, k ? "," : "");
            strcat(names, query_column(q, k));
        }
        assert_string_equal(names, views[i][1]);
        while (query_next(q, &e) > 0)
            ;
        assert_string_equal(e.text, "");
        query_close(&q);
    }
    store_close(&st, &e);
}

/* `sql` gives the names of what breaks a rule: there is none. */
static void assert_none(const char *path, const char *sql)
{
    char *names;

    sample_sql(path, "CREATE VIEW IF NOT EXISTS checked AS SELECT m.name AS object, m.type,"
                     " c.name AS \"column\" FROM sqlite_schema m JOIN pragma_table_info(m.name) c"
                     " WHERE m.type IN ('table', 'view') AND m.name <> 'checked'");
    sample_sql(path, "CREATE TABLE IF NOT EXISTS seen AS SELECT * FROM checked"
                     " WHERE object <> 'seen'");
    names = sample_value(path, sql);
    assert_string_equal(names, "NULL");
    free(names);
}

static void everything_is_described(void **state)
{
    const char *path = made(state);

    assert_none(path, "SELECT group_concat(object || '.' || \"column\") FROM seen"
                      " LEFT JOIN describe d USING (object, \"column\")"
                      " WHERE d.text IS NULL OR d.text = ''");
    assert_none(path, "SELECT group_concat(DISTINCT s.object) FROM seen s LEFT JOIN describe d"
                      " ON d.object = s.object AND d.\"column\" = '' WHERE d.text IS NULL");
    assert_none(path, "SELECT group_concat(d.object || '.' || d.\"column\") FROM describe d"
                      " WHERE d.\"column\" <> '' AND NOT EXISTS (SELECT 1 FROM seen s"
                      " WHERE s.object = d.object AND s.\"column\" = d.\"column\")");
    assert_none(path, "SELECT group_concat(object || '.' || \"column\") FROM describe"
                      " WHERE length(text) > 90");
}

static void every_table_is_strict(void **state)
{
    const char *path = made(state);

    sample_sql(path, "CREATE TABLE lists AS SELECT name, \"strict\" FROM pragma_table_list"
                     " WHERE type = 'table' AND name NOT LIKE 'sqlite%' AND name <> 'lists'");
    char *loose = sample_value(path, "SELECT group_concat(name) FROM lists WHERE \"strict\" = 0");
    assert_string_equal(loose, "NULL");
    free(loose);
}

static void it_says_whose_it_is(void **state)
{
    const char *path = made(state);

    sample_sql(path, "CREATE TABLE ids AS SELECT application_id AS a, user_version AS v"
                     " FROM pragma_application_id, pragma_user_version");
    char *ids = sample_value(path, "SELECT printf('%x %d', a, v) FROM ids");
    assert_string_equal(ids, "4d544150 5");
    free(ids);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(views_have_the_columns_of_the_contract),
        cmocka_unit_test(everything_is_described),
        cmocka_unit_test(every_table_is_strict),
        cmocka_unit_test(it_says_whose_it_is),
    };
    return cmocka_run_group_tests_name("schema", tests, sample_folder, sample_folder_remove);
}
