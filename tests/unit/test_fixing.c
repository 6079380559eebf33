/* test_fixing.c - the audit on what to mend first: servers, clients, domains, certificates. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void failed_certificates_say_why(void **state)
{
    struct facts f[] = {sample_certified(1, SAMPLE_CAPTURED + 90 * SAMPLE_DAY),
                        sample_certified(2, SAMPLE_CAPTURED + 90 * SAMPLE_DAY),
                        sample_certified(3, SAMPLE_CAPTURED + 90 * SAMPLE_DAY),
                        sample_certified(4, SAMPLE_CAPTURED + 90 * SAMPLE_DAY)};

    f[0].cert_verified = NO;
    strcpy(f[0].cert_reason, "unable to get local issuer certificate");
    f[1].cert_named = NO;
    strcpy(f[1].cert_asked, "other.example");
    f[2].cert_verified = UNKNOWN;
    f[2].cert.self_signed = true;
    f[3].cert_verified = UNKNOWN; /* nobody looked: nothing is said */
    f[3].cert.subject_cn[0] = 'M';
    char *one = audit_of(sample_path(state, "failed.db"), f, 4);
    assert_says(one, "mx.example: unable to get local issuer certificate; 1 session with "
                     "192.0.2.26 port 25.");
    assert_says(one, "mx.example: does not name other.example; 1 session");
    assert_says(one, "mx.example: self-signed; not checked further; 1 session");
    assert_says_not(one, "Mx.example");
    free(one);
}

static void certificates_that_expire_are_told_by_the_clock_of_the_capture(void **state)
{
    const struct facts f[] = {
        sample_certified(1, SAMPLE_CAPTURED + 29 * SAMPLE_DAY + 100), /* 2027-01-22 */
        sample_certified(2, SAMPLE_CAPTURED + 31 * SAMPLE_DAY),
        sample_certified(3, SAMPLE_CAPTURED - SAMPLE_DAY)};
    char *one = audit_of(sample_path(state, "expiring.db"), f, 3);

    assert_says(one, "mx.example: expires on 2026-12-23, in 29 days; 192.0.2.26 port 25.");
    assert_says(one, "mx.example: expired on 2026-11-23; 192.0.2.26 port 25.");
    assert_says_not(one, "31 days");
    assert_says_not(one, "30 days");
    free(one);
}

static void an_issuer_that_expires_is_told_of_its_chain(void **state)
{
    struct facts f = sample_certified(1, SAMPLE_CAPTURED + 90 * SAMPLE_DAY);
    struct cert_facts chain[2] = {f.cert, f.cert};

    memset(chain[1].sha256, 'e', 64);
    strcpy(chain[1].subject_cn, "Issuer");
    chain[1].not_after = SAMPLE_CAPTURED + SAMPLE_DAY + 100;
    f.chain = chain;
    f.chain_length = 2;
    char *one = audit_of(sample_path(state, "issuer.db"), &f, 1);
    assert_says(one, "Issuer (of a chain): expires on 2026-11-25, in 1 day; ");
    free(one);
}

static void the_worst_come_first(void **state)
{
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_clear(3), sample_encrypted(4)};

    f[0].server.port = 26;
    f[2].messages = 5;
    f[2].starttls_offered = YES;
    char *one = audit_of(sample_path(state, "worst.db"), f, 4);
    assert_says(one,
                "What to fix first Servers, by the messages to them that could be read: server "
                "messages clear of stripped AUTH read 192.0.2.25 port 25 mx.example 6 2 2 0 0 "
                "192.0.2.25 port 26 mx.example 1 1 1 0 0 ");
    assert_says(one, "Servers that never offered STARTTLS: server sessions 192.0.2.25 port 26 "
                     "mx.example 1 ");
    assert_says(one, "though TLS was offered: client messages though offered not offered ");
    assert_says(one,
                "Domains whose mail could be read: domain transactions as sender as recipient");
    free(one);
}

static void nothing_to_fix_is_no_section(void **state)
{
    const struct facts f[] = {sample_encrypted(1),
                              sample_certified(2, SAMPLE_CAPTURED + 90 * SAMPLE_DAY)};
    char *one = audit_of(sample_path(state, "good.db"), f, 2);

    assert_says_not(one, "fix first");
    assert_says_not(one, "Certificates");
    assert_says_not(one, "never offered");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(failed_certificates_say_why),
        cmocka_unit_test(certificates_that_expire_are_told_by_the_clock_of_the_capture),
        cmocka_unit_test(an_issuer_that_expires_is_told_of_its_chain),
        cmocka_unit_test(the_worst_come_first),
        cmocka_unit_test(nothing_to_fix_is_no_section),
    };
    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
