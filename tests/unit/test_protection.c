/* test_protection.c - the audit on the ladder, on weak TLS, on certificates, on who never offers. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

/* The sessions of sample_store() are captured within a second of this. */
#define CAPTURED INT64_C(1795485052)
#define DAY INT64_C(86400)

static char *audit_of(const char *path, const struct facts *f, unsigned count)
{
    sample_store(path, 1, f, count);
    char *text = audit(path, false), *one = unwrapped(text);
    free(text);
    return one;
}

/* TLS 1.2 with a certificate that was good when it was seen. */
static struct facts certified(uint16_t client_port, int64_t valid_until)
{
    struct facts f = sample_encrypted(client_port);

    f.tls_version = 0x0303;
    f.tls_cipher = 0xc02f; /* ECDHE-RSA-AES128-GCM-SHA256 */
    f.cert_seen = true;
    strcpy(f.cert.subject_cn, "mx.example");
    memset(f.cert.sha256, 'a', 64);
    f.cert.sha256[0] = (char)('a' + client_port % 6);
    f.cert.not_before = CAPTURED - 60 * DAY;
    f.cert.not_after = valid_until;
    f.cert_verified = f.cert_named = YES;
    strcpy(f.cert_asked, "mx.example");
    return f;
}

static void every_rung_has_its_share(void **state)
{
    struct facts f[] = {sample_clear(1),
                        sample_clear(2),
                        sample_encrypted(3),
                        certified(4, CAPTURED + 90 * DAY),
                        certified(5, CAPTURED + 90 * DAY),
                        sample_encrypted(6),
                        sample_encrypted(7)};

    strcpy(f[1].keywords, "XXXXXXXA"); /* as a PIX leaves STARTTLS */
    f[1].server.port = 587;
    f[4].cert_named = NO;
    f[5].tls_version = 0x0301;
    f[5].estimate.made = true;
    f[5].estimate.messages = 3;
    f[6].tls_established = NO; /* failed: no mail, no rung */
    char *one = audit_of(sample_path(state, "ladder.db"), f, 7);
    assert_says(one, "protected in the clear 1 of 6 in the clear, STARTTLS stripped 1 of 6 "
                     "obsolete TLS (below 1.2) 1 of 6 TLS, server not authenticated 1 of 6 "
                     "TLS, authentication cannot be seen 1 of 6 TLS, server could be "
                     "authenticated 1 of 6 Not decided: 1 session (");
    assert_says(one, "By message, of about 5, those under TLS as estimated: in the clear 1 in the "
                     "clear, STARTTLS stripped 1 obsolete TLS (below 1.2) about 3 ");
    free(one);
}

static void weaknesses_are_in_plain_words(void **state)
{
    struct facts f[] = {sample_encrypted(1), sample_encrypted(2), sample_encrypted(3)};

    f[0].tls_version = 0x0301;
    f[0].tls_cipher = 0x0005; /* RSA-RC4-SHA */
    f[1].tls_established = NO;
    f[1].tls_version = 0x0301;
    char *one = audit_of(sample_path(state, "weak.db"), f, 3);
    assert_says(one, "TLS 1.0 or 1.1 1 of 2");
    assert_says(one, "no forward secrecy 1 of 2");
    assert_says(one, "RC4 1 of 2");
    assert_says_not(one, "CBC");
    free(one);
}

static void no_section_without_a_weakness_or_a_certificate(void **state)
{
    const struct facts f[] = {sample_encrypted(1), certified(2, CAPTURED + 90 * DAY)};
    char *one = audit_of(sample_path(state, "good.db"), f, 2);

    assert_says_not(one, "Weak");
    assert_says_not(one, "Certificates");
    assert_says_not(one, "never offered");
    assert_says_not(one, "never seen to offer");
    free(one);
}

static void failed_certificates_say_why(void **state)
{
    struct facts f[] = {certified(1, CAPTURED + 90 * DAY), certified(2, CAPTURED + 90 * DAY),
                        certified(3, CAPTURED + 90 * DAY), certified(4, CAPTURED + 90 * DAY)};

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
    const struct facts f[] = {certified(1, CAPTURED + 29 * DAY + 100), /* 2027-01-22 */
                              certified(2, CAPTURED + 31 * DAY), certified(3, CAPTURED - DAY)};
    char *one = audit_of(sample_path(state, "expiring.db"), f, 3);

    assert_says(one, "mx.example: expires on 2026-12-23, in 29 days; 192.0.2.26 port 25.");
    assert_says(one, "mx.example: expired on 2026-11-23; 192.0.2.26 port 25.");
    assert_says_not(one, "31 days");
    assert_says_not(one, "30 days");
    free(one);
}

static void an_issuer_that_expires_is_told_of_its_chain(void **state)
{
    struct facts f = certified(1, CAPTURED + 90 * DAY);
    struct chain_link chain[2] = {{.facts = f.cert}, {.facts = f.cert}};

    memset(chain[1].facts.sha256, 'e', 64);
    strcpy(chain[1].facts.subject_cn, "Issuer");
    chain[1].facts.not_after = CAPTURED + DAY + 100;
    f.chain = chain;
    f.chain_length = 2;
    char *one = audit_of(sample_path(state, "issuer.db"), &f, 1);
    assert_says(one, "Issuer (of a chain): expires on 2026-11-25, in 1 day; ");
    free(one);
}

/* One server of Postfix offers, the one of Exim does not; a stripped one is not held against it. */
static void software_that_never_offers_is_named(void **state)
{
    struct facts f[] = {sample_clear(1), sample_clear(2), sample_encrypted(3), sample_clear(4)};

    strcpy(f[0].greeting, "mx.example ESMTP Exim 4.96 Mon, 01 Jan");
    strcpy(f[1].greeting, "mx.example ESMTP Postfix");
    f[1].server.port = 26;
    strcpy(f[2].greeting, "mx.example ESMTP Postfix");
    strcpy(f[3].greeting, "mx.example ESMTP Sendmail 8.17/8.17; Mon, 01 Jan");
    strcpy(f[3].keywords, "XXXXXXXA");
    f[3].server.port = 587;
    char *one = audit_of(sample_path(state, "software.db"), f, 4);
    assert_says(one, "never offered STARTTLS 192.0.2.25 port 25 mx.example 1 session");
    assert_says(one, "Software that was never seen to offer STARTTLS Exim 1 server, 1 session");
    assert_says_not(one, "Postfix 1");
    assert_says_not(one, "Sendmail");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rung_has_its_share),
        cmocka_unit_test(weaknesses_are_in_plain_words),
        cmocka_unit_test(no_section_without_a_weakness_or_a_certificate),
        cmocka_unit_test(failed_certificates_say_why),
        cmocka_unit_test(certificates_that_expire_are_told_by_the_clock_of_the_capture),
        cmocka_unit_test(an_issuer_that_expires_is_told_of_its_chain),
        cmocka_unit_test(software_that_never_offers_is_named),
    };
    return cmocka_run_group_tests_name("protection", tests, sample_folder, sample_folder_remove);
}
