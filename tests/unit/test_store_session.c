/* test_store_session.c - the rows of a session, and what must not be in them. */
#include "test.h"

#include "sample.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static bool file_holds(const char *path, const char *text)
{
    FILE *f = fopen(path, "rb");
    size_t n, k = strlen(text);
    static char octets[4 << 20];
    bool found = false;

    assert_non_null(f);
    n = fread(octets, 1, sizeof octets, f);
    fclose(f);
    for (size_t i = 0; i + k <= n && !found; i++)
        found = strncasecmp(octets + i, text, k) == 0;
    return found;
}

static void local_parts_are_hashed(void **state)
{
    const char *path = sample_path(state, "local.db");
    struct address odd[] = {
        {.transaction = 1, .accepted = YES, .path = ""},
        {.transaction = 1, .recipient = true, .path = "@relay.example,@b:" SAMPLE_SENDER "@C"},
        {.transaction = 1, .recipient = true, .path = SAMPLE_RECIPIENT},
        {.transaction = 1, .recipient = true, .path = "\"a@" SAMPLE_SENDER "\"@d.example"},
        {.transaction = 1, .recipient = true, .path = "secret.sender@a.EXAMPLE"},
        {.transaction = 1, .recipient = true, .path = SAMPLE_RECIPIENT "@"},
    };
    struct facts f[] = {sample_facts(), sample_clear(2)};

    f[1].addresses = odd;
    f[1].address_count = sizeof odd / sizeof *odd;
    sample_store(path, 1, f, 2);
    assert_true(file_holds(path, "a.example"));
    assert_false(file_holds(path, SAMPLE_SENDER));
    assert_false(file_holds(path, SAMPLE_RECIPIENT));
    sample_expect(path,
                  "SELECT group_concat(coalesce(domain, '-') || length(coalesce(local_hash,"
                  " '')), ' ') FROM v_address WHERE session_id = 2",
                  "-0 c16 -16 d.example16 a.example16 -16");
    sample_expect(path,
                  "SELECT count(*) FROM address a JOIN address b USING (local_hash)"
                  " WHERE a.session_id = 1 AND b.session_id = 2",
                  "1");
    sample_expect(path,
                  "SELECT role || transaction_no || accepted FROM address"
                  " WHERE session_id = 1 AND place = 1",
                  "recipient10");
}

static void each_database_has_a_key_of_its_own(void **state)
{
    const struct facts f = sample_clear(1);
    char *a, *b;

    sample_store(sample_path(state, "key1.db"), 1, &f, 1);
    sample_store(sample_path(state, "key2.db"), 1, &f, 1);
    a = sample_value(sample_path(state, "key1.db"), "SELECT hex(local_hash) FROM address");
    b = sample_value(sample_path(state, "key2.db"), "SELECT hex(local_hash) FROM address");
    assert_string_not_equal(a, b);
    free(a);
    free(b);
}

static void local_parts_are_kept_for_who_asks(void **state)
{
    const char *path = sample_path(state, "kept.db");
    struct address odd[] = {
        {.transaction = 1, .accepted = YES, .path = ""},
        {.transaction = 1, .recipient = true, .path = "@relay.example,@b:Jane.Doe@C"},
        {.transaction = 1, .recipient = true, .path = "postmaster"},
        {.transaction = 1, .recipient = true, .path = "\"a@b\"@d.example"},
    };
    struct facts f = sample_clear(1);

    f.keep = KEEP_LOCAL_PARTS;
    f.addresses = odd;
    f.address_count = sizeof odd / sizeof *odd;
    sample_store(path, 1, &f, 1);
    sample_expect(path, "SELECT group_concat(coalesce(local_part, '-'), ' ') FROM address",
                  "- Jane.Doe postmaster \"a@b\"");
}

static void what_hangs_on_a_session_is_stored_with_it(void **state)
{
    const char *path = sample_path(state, "hangs.db");
    struct facts f = sample_facts();

    f.auth[1] = (struct auth_facts){.mechanism = "CRAM-MD5",
                                    .given = GIVEN_VERIFIER,
                                    .outcome = AUTH_REFUSED,
                                    .responses = 1,
                                    .octets = 44};
    f.auths = 2;
    sample_store(path, 1, &f, 1);
    sample_expect(path,
                  "SELECT group_concat(mechanism || ' ' || given || ' ' || outcome, ';')"
                  " FROM auth",
                  "PLAIN password open;CRAM-MD5 verifier refused");
    sample_expect(path, "SELECT received || '/' || received_tls || '/' || attachment FROM mail",
                  "3/2/5");
    sample_expect(path,
                  "SELECT group_concat(field || count || ',' || octets, ' ')"
                  " FROM v_header_field",
                  "from1,30 other2,50");
    sample_expect(path,
                  "SELECT group_concat(media_type || attachment || ' ' || decoded_octets)"
                  " FROM media",
                  "text/plain0 100,application/pdf1 2900");
    sample_expect(path, "SELECT kind || ': ' || value FROM kept", "subject: A subject");
    sample_expect(path, "SELECT count(*) FROM chain JOIN certificate USING (sha256)", "2");
    sample_expect(path, "SELECT tls_group_name FROM tls", "X25519MLKEM768");
    sample_sound(path);
}

static void a_chain_is_stored_once(void **state)
{
    const char *path = sample_path(state, "chain.db");
    const struct facts f[] = {sample_facts(), sample_facts()};

    sample_store(path, 1, f, 2);
    sample_expect(path, "SELECT count(*) FROM chain", "2");
    sample_expect(path, "SELECT count(*) FROM v_facts JOIN chain USING (chain)", "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(local_parts_are_hashed),
        cmocka_unit_test(each_database_has_a_key_of_its_own),
        cmocka_unit_test(local_parts_are_kept_for_who_asks),
        cmocka_unit_test(what_hangs_on_a_session_is_stored_with_it),
        cmocka_unit_test(a_chain_is_stored_once),
    };
    return cmocka_run_group_tests_name("store_session", tests, sample_folder, sample_folder_remove);
}
