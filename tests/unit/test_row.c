/* test_row.c - facts to a row and back. */
#include "test.h"

#include "../../db/row_private.h"
#include "sample.h"

#include <string.h>
#include <unistd.h>

static void assert_same(const struct facts *a, const struct facts *b)
{
    struct facts x = *a, y = *b;

    /* Padding aside, everything: facts are zeroed before they are filled. */
    assert_string_equal(x.keywords, y.keywords);
    assert_int_equal(x.started_ns, y.started_ns);
    assert_int_equal(x.content_octets, y.content_octets);
    assert_string_equal(x.auth[0].mechanism, y.auth[0].mechanism);
    /* Left out: no rule looks at them. */
    x.addresses = y.addresses = NULL;
    x.address_count = y.address_count = 0;
    memset(x.auth, 0, sizeof x.auth);
    memset(y.auth, 0, sizeof y.auth);
    x.content = NULL;
    x.chain = NULL;
    x.chain_length = x.kept_count = x.keep = 0;
    x.kept = NULL;
    assert_memory_equal(&x.client, &y.client, sizeof x.client);
    assert_memory_equal(&x.server, &y.server, sizeof x.server);
    assert_memory_equal(&x.exposure, &y.exposure, sizeof x.exposure);
    assert_memory_equal(&x.cert, &y.cert, sizeof x.cert);
    assert_memory_equal(&x, &y, sizeof x);
}

/* The facts as the database gives them back for judging. */
static struct facts stored_and_loaded(const char *path, const struct facts *f)
{
    const uint8_t digest[DIGEST_OCTETS] = {9};
    struct err e = {""};
    struct facts loaded;
    struct history h;
    int64_t capture, session;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_non_null(st);
    assert_int_equal(store_capture_begin(st, "x", digest, &capture, &e), 1);
    assert_int_equal(store_session(st, capture, f, &e), 0);
    memset(&loaded, 0xa5, sizeof loaded);
    assert_int_equal(store_unjudged(st, &session, &loaded, &h, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    unlink(path);
    return loaded;
}

static void every_field_comes_back(void **state)
{
    const char *path = sample_path(state, "facts.db");
    static struct facts f; /* static: its padding is zero */

    f = sample_facts();
    struct facts loaded = stored_and_loaded(path, &f);
    assert_same(&f, &loaded);
    /* Nothing known: NULL everywhere, and back to the same. */
    memset(&f, 0, sizeof f);
    f.vlan = f.tls_alert = -1;
    f.client.address.version = f.server.address.version = 4;
    loaded = stored_and_loaded(path, &f);
    assert_same(&f, &loaded);
    f.tls_from_start = f.decided = f.tls_established = NO;
    f.gap_octets = INT64_MAX;
    f.anomalies = f.messages = UINT32_MAX;
    loaded = stored_and_loaded(path, &f);
    assert_same(&f, &loaded);
}

static void counters_beyond_sqlite_stop_at_its_largest(void **state)
{
    struct facts f = sample_clear(1);

    f.content_octets = UINT64_MAX;
    assert_int_equal(stored_and_loaded(sample_path(state, "big.db"), &f).content_octets, INT64_MAX);
}

static void the_view_shows_what_is_known_only(void **state)
{
    const char *path = sample_path(state, "nulls.db");
    struct facts f[] = {sample_facts(), sample_encrypted(2), {.vlan = -1, .tls_alert = -1}};

    f[1].tls_cipher = 0xfefe; /* not in the registry */
    f[2].client.address.version = f[2].server.address.version = 4;
    sample_store(path, 1, f, 3);
    sample_expect(path,
                  "SELECT tls_version || ' ' || tls_cipher || ' ' || cert_subject_cn"
                  " FROM v_session WHERE session_id = 1",
                  "TLSv1.2 TLS_NULL_WITH_NULL_NULL cn.example");
    sample_expect(path, "SELECT tls_cipher FROM v_session WHERE session_id = 2", "0xFEFE");
    sample_expect(path, "SELECT messages FROM v_session WHERE session_id = 1", "NULL");
    sample_expect(path, "SELECT recipients_accepted FROM v_session WHERE session_id = 1", "NULL");
    sample_expect(path, "SELECT messages FROM v_session WHERE session_id = 2", "0");
    sample_expect(path, "SELECT started_at FROM v_session WHERE session_id = 1",
                  "2026-11-24T12:57:32.000001Z");
    sample_expect(path, "SELECT capture_source FROM v_session WHERE session_id = 1", "sample.pcap");
    sample_expect(path,
                  "SELECT coalesce(vlan, client_name, server_name, starttls_offered,"
                  " starttls_requested, starttls_reply, tls_established, tls_version,"
                  " tls_cipher, sni, cert_subject_cn, messages, recipients_accepted,"
                  " auth_mechanism, strip_rule, strip_rank, one_sided, cleartext_reason)"
                  " FROM v_session WHERE session_id = 3",
                  "NULL");
    sample_expect(path, "SELECT class FROM v_session WHERE session_id = 3", "unknown");
    sample_expect(path, "SELECT count(*) FROM v_exposure WHERE session_id = 1", "9");
    sample_sound(path);
}

static void fields_of_a_part_stand_together(void **state)
{
    (void)state;
    for (size_t i = 0; i < ROW_FIELDS; i++)
        for (size_t part = 0; part < ROW_PARTS; part++)
            assert_int_equal(row_fields[i].part == part,
                             row_ranges[part].from <= i && i < row_ranges[part].to);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fields_of_a_part_stand_together),
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(counters_beyond_sqlite_stop_at_its_largest),
        cmocka_unit_test(the_view_shows_what_is_known_only),
    };
    return cmocka_run_group_tests_name("row", tests, sample_folder, sample_folder_remove);
}
