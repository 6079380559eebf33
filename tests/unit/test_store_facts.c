/* test_store_facts.c - sessions back from a database, with all that hangs on them. */
#include "test.h"

#include "../../db/store_facts.h"
#include "facts_compare.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static bool every_capture(void *of, int64_t capture)
{
    (void)of;
    return capture > 0;
}

static bool second_capture(void *of, int64_t capture)
{
    (void)of;
    return capture == 2;
}

/* What the database does not have: the addresses in plain text, and the option to keep values.  Of
 * attachments it has the sums among what was exposed. */
static void assert_same(const struct facts *stored, const struct stored_session *got)
{
    static struct facts want, have;
    static struct content_facts content;

    want = *stored;
    want.addresses = NULL;
    want.address_count = want.keep = 0;
    if (want.content) {
        content = *want.content;
        content.attachments = want.exposure[ITEM_ATTACHMENT].count;
        content.attachment_octets = want.exposure[ITEM_ATTACHMENT].octets;
        want.content = &content;
    }
    have = got->facts;
    const char *difference = facts_difference(&want, &have);
    assert_string_equal(difference ? difference : "", "");
    assert_int_equal(got->address_count, stored->address_count);
    for (uint32_t i = 0; i < got->address_count; i++) {
        const struct stored_address *a = &got->addresses[i];
        assert_int_equal(a->transaction, stored->addresses[i].transaction);
        assert_int_equal(a->recipient, stored->addresses[i].recipient);
        assert_int_equal(a->accepted, stored->addresses[i].accepted);
        assert_string_equal(a->domain, i ? "b.example" : "a.example");
        assert_true(a->hashed);
        assert_false(a->kept);
        assert_string_equal(a->local_part, "");
    }
}

/* Nothing known of a session but its addresses, and what is missing is told from what is 0. */
static struct facts bare(void)
{
    struct facts f = {.vlan = -1, .tls_alert = -1};

    f.client.address.version = f.server.address.version = 4;
    f.server.port = 25;
    f.client.port = 9;
    return f;
}

static void every_fact_comes_back(void **state)
{
    const char *path = sample_path(state, "all.db");
    static struct facts f[4]; /* static: their padding is zero */
    const struct stored_session *got;
    struct err e = {""};

    f[0] = sample_facts();
    f[1] = bare();
    f[2] = sample_clear(2);
    f[3] = sample_encrypted(3);
    sample_store(path, 1, f, 4);
    struct store *st = store_open_source(path, false, &e);
    assert_non_null(st);
    struct store_facts *all = store_facts_open(st, &e);
    assert_non_null(all);
    for (int i = 0; i < 4; i++) {
        assert_int_equal(store_facts_next(all, every_capture, NULL, &got, &e), 1);
        assert_int_equal(got->number, i + 1);
        assert_int_equal(got->capture, 1);
        assert_same(&f[i], got);
    }
    assert_int_equal(store_facts_next(all, every_capture, NULL, &got, &e), 0);
    store_facts_close(&all);
    assert_null(all);
    store_close(&st, &e);
}

static void only_wanted_captures_are_read(void **state)
{
    const char *path = sample_path(state, "two.db");
    const struct facts one = sample_clear(1), two[] = {sample_facts(), sample_clear(3)};
    const struct stored_session *got;
    struct err e = {""};

    sample_store(path, 1, &one, 1);
    sample_store(path, 2, two, 2);
    sample_store(path, 3, &one, 1);
    struct store *st = store_open_source(path, false, &e);
    struct store_facts *all = store_facts_open(st, &e);
    assert_int_equal(store_facts_next(all, second_capture, NULL, &got, &e), 1);
    assert_int_equal(got->number, 2);
    assert_int_equal(got->facts.conflicts_kept, 2);
    assert_int_equal(store_facts_next(all, second_capture, NULL, &got, &e), 1);
    assert_int_equal(got->number, 3);
    assert_int_equal(got->facts.conflicts_kept, 0);
    assert_int_equal(got->address_count, 2);
    assert_int_equal(store_facts_next(all, second_capture, NULL, &got, &e), 0);
    store_facts_close(&all);
    store_close(&st, &e);
}

static void kept_local_parts_come_back(void **state)
{
    const char *path = sample_path(state, "kept.db");
    struct address odd[] = {
        {.transaction = 1, .accepted = YES, .path = ""},
        {.transaction = 1, .recipient = true, .path = "Some.One@B.example"},
        {.transaction = 2, .recipient = true, .path = "postmaster"},
    };
    struct facts f = sample_clear(1);
    const struct stored_session *got;
    struct err e = {""};

    f.addresses = odd;
    f.address_count = 3;
    f.keep = KEEP_LOCAL_PARTS;
    sample_store(path, 1, &f, 1);
    struct store *st = store_open_source(path, false, &e);
    struct store_facts *all = store_facts_open(st, &e);
    assert_int_equal(store_facts_next(all, every_capture, NULL, &got, &e), 1);
    assert_int_equal(got->address_count, 3);
    assert_false(got->addresses[0].hashed);
    assert_false(got->addresses[0].kept);
    assert_string_equal(got->addresses[1].local_part, "Some.One");
    assert_string_equal(got->addresses[1].domain, "b.example");
    assert_string_equal(got->addresses[2].local_part, "postmaster");
    assert_string_equal(got->addresses[2].domain, "");
    assert_int_equal(got->addresses[2].transaction, 2);
    store_facts_close(&all);
    store_close(&st, &e);
}

/* A stranger's row: what is out of range becomes the nearest that is in it. */
static void a_strangers_values_are_in_range(void **state)
{
    const char *path = sample_made(state, "stranger.db");
    const struct stored_session *got;
    struct err e = {""};

    sample_sql(path, "PRAGMA ignore_check_constraints = ON; PRAGMA foreign_keys = OFF;"
                     "UPDATE session SET started_ns = 9223372036854775807, gap_octets = -1,"
                     " client_port = 70000 WHERE session_id = 1;"
                     "UPDATE client SET ip = 'nowhere' || client_id;"
                     "UPDATE course SET ending = 'never', vlan = -7;"
                     "UPDATE banner SET greeting = char(27) || '[2Jred', server_name ="
                     " CAST(x'ff41' AS TEXT);"
                     "UPDATE address SET role = 'king', local_hash = x'01', transaction_no = -1;"
                     "UPDATE auth SET given = 'all', outcome = '', place = 7;"
                     "UPDATE kept SET kind = 'password';"
                     "UPDATE media SET media_type = printf('%.500c', 'x');"
                     "INSERT INTO conflict SELECT session_id, place + 2, sent_by, stream_offset,"
                     " octets, seen_ns, first_sha256, second_sha256, 1, 1 FROM conflict;"
                     "INSERT INTO conflict SELECT session_id, place + 4, sent_by, stream_offset,"
                     " octets, seen_ns, first_sha256, second_sha256, 1, 1 FROM conflict;"
                     "INSERT INTO conflict SELECT session_id, place + 8, sent_by, -1,"
                     " octets, seen_ns, first_sha256, second_sha256, 1, 1 FROM conflict");
    struct store *st = store_open_source(path, false, &e);
    struct store_facts *all = store_facts_open(st, &e);
    assert_int_equal(store_facts_next(all, every_capture, NULL, &got, &e), 1);
    const struct facts *f = &got->facts;
    assert_true(f->started_ns > 0 && f->started_ns < INT64_MAX / 2);
    assert_int_equal(f->gap_octets, 0);
    assert_int_equal(f->client.port, UINT16_MAX);
    assert_int_equal(f->client.address.version, 0);
    assert_int_equal(f->ending, ENDING_NOT_SEEN);
    assert_int_equal(f->vlan, -1);
    assert_string_equal(f->greeting, "?[2Jred");
    assert_string_equal(f->server_name, "?A");
    assert_false(got->addresses[1].recipient);
    assert_false(got->addresses[1].hashed);
    assert_int_equal(got->addresses[1].transaction, 0);
    assert_int_equal(f->auth[7].given, GIVEN_NOTHING);
    assert_int_equal(f->kept_count, 0);
    assert_int_equal(strlen(f->content->media[0].type), sizeof f->content->media[0].type - 1);
    assert_int_equal(f->conflicts_kept, BOUND_CONFLICTS);
    store_facts_close(&all);
    store_close(&st, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_comes_back),
        cmocka_unit_test(only_wanted_captures_are_read),
        cmocka_unit_test(kept_local_parts_come_back),
        cmocka_unit_test(a_strangers_values_are_in_range),
    };
    return cmocka_run_group_tests_name("store_facts", tests, sample_folder, sample_folder_remove);
}
