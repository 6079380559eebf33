/* test_protection.c - the audit on the ladder, on weak TLS, and on the way to it. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void every_rung_has_its_share(void **state)
{
    struct facts f[] = {sample_clear(1),
                        sample_clear(2),
                        sample_encrypted(3),
                        sample_certified(4, SAMPLE_CAPTURED + 90 * SAMPLE_DAY),
                        sample_certified(5, SAMPLE_CAPTURED + 90 * SAMPLE_DAY),
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
    assert_says(one, "protected By session, of those decided: in the clear 1 of 6 in the clear, "
                     "STARTTLS stripped 1 of 6 "
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

static void steps_and_reasons(void **state)
{
    struct facts f[] = {sample_clear(1), sample_encrypted(2), sample_encrypted(3), sample_clear(4)};

    f[2].tls_established = NO; /* failed: no mail, no rung */
    f[3].starttls_offered = YES;
    char *one = audit_of(sample_path(state, "steps.db"), f, 4);
    assert_says(one,
                "Each step, of the sessions that took the one before: EHLO was answered 4 of 4 "
                "STARTTLS was offered 3 of 4 the client asked for it 2 of 3 TLS was established "
                "1 of 2 at TLS 1.2 or above 1 of 1 ");
    assert_says(one,
                "Why sessions stayed in the clear: the server did not offer STARTTLS 1 STARTTLS "
                "was offered and not used 1 TLS failed, and no mail followed in clear 1 ");
    assert_says_not(one, "Weak or obsolete");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rung_has_its_share),
        cmocka_unit_test(weaknesses_are_in_plain_words),
        cmocka_unit_test(steps_and_reasons),
    };
    return cmocka_run_group_tests_name("protection", tests, sample_folder, sample_folder_remove);
}
