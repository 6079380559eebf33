/* test_readable.c - the audit on what stood in the clear: attachments, credentials, hops. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void attempt(struct facts *f, const char *mechanism, enum given given)
{
    struct auth_facts *a = &f->auth[f->auths++];

    strcpy(a->mechanism, mechanism);
    a->given = given;
    if (given != GIVEN_NOTHING)
        f->credentials_exposed = YES;
}

static void credentials_are_told_by_their_worth(void **state)
{
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_clear(3)};

    attempt(&f[0], "PLAIN", GIVEN_PASSWORD);
    attempt(&f[0], "LOGIN", GIVEN_PASSWORD);
    attempt(&f[1], "XOAUTH2", GIVEN_TOKEN);
    attempt(&f[2], "CRAM-MD5", GIVEN_VERIFIER);
    attempt(&f[2], "NTLM", GIVEN_NOTHING);
    char *one = audit_of(sample_path(state, "given.db"), f, 3);
    assert_says(one,
                "What AUTH gave away, of the exchanges read: the password itself 2 of 5, LOGIN, "
                "PLAIN a token that lets anyone in 1 of 5, XOAUTH2 something to guess against "
                "1 of 5, CRAM-MD5 Credentials went in the clear to: server AUTH readable of "
                "sessions clients 192.0.2.25 port 25 CRAM-MD5 1 1 1");
    assert_says_not(one, "NTLM");
    free(one);
}

static void nothing_given_is_no_section(void **state)
{
    struct facts f = sample_clear(1);

    attempt(&f, "PLAIN", GIVEN_NOTHING);
    char *one = audit_of(sample_path(state, "nothing.db"), &f, 1);
    assert_says_not(one, "Credentials");
    assert_says_not(one, "Attachments");
    assert_says_not(one, "hops");
    free(one);
}

static void attachments_are_told_by_type(void **state)
{
    static struct content_facts content = {.attachments = 9, .media_kinds = 8};
    struct facts f = sample_clear(1);

    for (unsigned i = 0; i < content.media_kinds; i++) {
        content.media[i] = (struct media){.attachment = i != 7, .count = 1 + (i == 0)};
        content.media[i].octets = 10 * (8 - i);
        snprintf(content.media[i].type, sizeof content.media[i].type, "image/x-%u", i);
    }
    f.content = &content;
    char *one = audit_of(sample_path(state, "media.db"), &f, 1);
    assert_says(one, "they claim: media type attachments octets image/x-0 2 80 image/x-1 1 70");
    assert_says(one, "image/x-6 1 20 ");
    assert_says_not(one, "image/x-7"); /* no attachment */
    free(one);
}

static void hops_are_told_by_what_they_claim(void **state)
{
    static struct content_facts content = {.received = 4, .received_tls = 3};
    struct facts f = sample_clear(1);

    f.content = &content;
    char *one = audit_of(sample_path(state, "hops.db"), &f, 1);
    assert_says(one, "hops before this one that claim TLS 3 of 4, by Received fields");
    free(one);
}

static void what_tls_leaves_readable(void **state)
{
    const struct facts f[] = {sample_facts(), sample_clear(2)};
    char *one = audit_of(sample_path(state, "despite.db"), f, 2);

    assert_says(one, "What could be learnt in spite of TLS Of the encrypted sessions, those that "
                     "still gave away: the addresses of client and server 1 of 1, 1 different ");
    free(one);
    one = audit_of(sample_path(state, "clear.db"), &f[1], 1);
    assert_says_not(one, "in spite of TLS");
    assert_says(one,
                "1 pair of domains could be seen to correspond: 1 domain of a sender, 1 domain "
                "of a recipient.");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(credentials_are_told_by_their_worth),
        cmocka_unit_test(nothing_given_is_no_section),
        cmocka_unit_test(attachments_are_told_by_type),
        cmocka_unit_test(hops_are_told_by_what_they_claim),
        cmocka_unit_test(what_tls_leaves_readable),
    };
    return cmocka_run_group_tests_name("readable", tests, sample_folder, sample_folder_remove);
}
