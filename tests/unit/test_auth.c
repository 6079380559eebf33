/* test_auth.c - what an AUTH exchange gives away, and what it does not. */
#include "test.h"

#include "script.h"

#include <mailtap/bounds.h>
#include <stdio.h>
#include <string.h>

static struct facts auth(const char *exchange)
{
    char script[1024];

    snprintf(script, sizeof script,
             "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 AUTH PLAIN LOGIN\n%sC: QUIT\nS: 221 bye\n",
             exchange);
    return script_facts(script);
}

/* "user\0secret" and the like in base64 are written out: nothing here knows how to encode. */
static void what_each_exchange_gives_away(void **state)
{
    (void)state;
    static const struct {
        const char *exchange, *mechanism;
        enum given given;
        enum auth_outcome outcome;
    } cases[] = {
        {"C: AUTH PLAIN AGEAYg==\nS: 235 ok\n", "PLAIN", GIVEN_PASSWORD, AUTH_ACCEPTED},
        {"C: auth plain\nS: 334 \nC: AGEAYg==\nS: 235 ok\n", "PLAIN", GIVEN_PASSWORD,
         AUTH_ACCEPTED},
        /* refused, and read all the same */
        {"C: AUTH PLAIN AGEAYg==\nS: 535 wrong\n", "PLAIN", GIVEN_PASSWORD, AUTH_REFUSED},
        {"C: AUTH PLAIN AGEA\nS: 535 empty\n", "PLAIN", GIVEN_NAME, AUTH_REFUSED},
        {"C: AUTH PLAIN not!base64\nS: 501 no\n", "PLAIN", GIVEN_PASSWORD, AUTH_REFUSED},
        {"C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 no\n", "PLAIN", GIVEN_NOTHING, AUTH_CANCELLED},
        {"C: AUTH PLAIN\nS: 504 no\n", "PLAIN", GIVEN_NOTHING, AUTH_REFUSED},
        {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YQ==\nS: 334 UGFzc3dvcmQ6\nC: Yg==\nS: 235 ok\n",
         "LOGIN", GIVEN_PASSWORD, AUTH_ACCEPTED},
        {"C: AUTH LOGIN YQ==\nS: 334 UGFzc3dvcmQ6\nC: Yg==\nS: 235 ok\n", "LOGIN", GIVEN_PASSWORD,
         AUTH_ACCEPTED},
        {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YQ==\nS: 535 who?\n", "LOGIN", GIVEN_NAME,
         AUTH_REFUSED},
        {"C: AUTH LOGIN YQ==\nS: 334 UGFzc3dvcmQ6\nC: *\nS: 501 no\n", "LOGIN", GIVEN_NAME,
         AUTH_CANCELLED},
        {"C: AUTH CRAM-MD5\nS: 334 PDE+\nC: YSAwMTIz\nS: 235 ok\n", "CRAM-MD5", GIVEN_VERIFIER,
         AUTH_ACCEPTED},
        {"C: AUTH DIGEST-MD5\nS: 334 bm8=\nC: dXNlcm5hbWU9\nS: 334 cnNw\nC: \nS: 235 ok\n",
         "DIGEST-MD5", GIVEN_VERIFIER, AUTH_ACCEPTED},
        {"C: AUTH NTLM TlRMTVNTUAAB\nS: 334 TlRMTVNTUAAC\nC: TlRMTVNTUAAD\nS: 235 ok\n", "NTLM",
         GIVEN_VERIFIER, AUTH_ACCEPTED},
        {"C: AUTH NTLM TlRMTVNTUAAB\nS: 535 no\n", "NTLM", GIVEN_NOTHING, AUTH_REFUSED},
        {"C: AUTH EXTERNAL =\nS: 235 ok\n", "EXTERNAL", GIVEN_NOTHING, AUTH_ACCEPTED},
        {"C: AUTH EXTERNAL YQ==\nS: 235 ok\n", "EXTERNAL", GIVEN_NAME, AUTH_ACCEPTED},
        {"C: AUTH ANONYMOUS YQ==\nS: 235 ok\n", "ANONYMOUS", GIVEN_NAME, AUTH_ACCEPTED},
        {"C: AUTH GSSAPI YIIC\nS: 334 YII=\nC: YQ==\nS: 235 ok\n", "GSSAPI", GIVEN_NOTHING,
         AUTH_ACCEPTED},
        {"C: AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHh5AQE=\nS: 235 ok\n", "XOAUTH2", GIVEN_TOKEN,
         AUTH_ACCEPTED},
        {"C: AUTH OAUTHBEARER biwsAWF1dGg9QmVhcmVyIHgBAQ==\nS: 334 e30=\nC: AQ==\nS: 535 no\n",
         "OAUTHBEARER", GIVEN_TOKEN, AUTH_REFUSED},
        {"C: AUTH OTP YQ==\nS: 334 b3Rw\nC: aGV4\nS: 235 ok\n", "OTP", GIVEN_VERIFIER,
         AUTH_ACCEPTED},
        {"C: AUTH SCRAM-SHA-256 biwsbj1hLHI9eA==\nS: 334 cj0=\nC: Yz0=\nS: 334 dj0=\nC: \nS: 235 "
         "ok\n",
         "SCRAM-SHA-256", GIVEN_VERIFIER, AUTH_ACCEPTED},
        {"C: AUTH SCRAM-SHA-1-PLUS biwsbj1hLHI9eA==\nS: 535 no\n", "SCRAM-SHA-1-PLUS", GIVEN_NAME,
         AUTH_REFUSED},
        {"C: AUTH X-OWN YWJj\nS: 235 ok\n", "X-OWN", GIVEN_UNKNOWN, AUTH_ACCEPTED},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct facts f = auth(cases[i].exchange);
        bool exposed = cases[i].given >= GIVEN_VERIFIER;
        assert_int_equal(f.auths, 1);
        assert_string_equal(f.auth[0].mechanism, cases[i].mechanism);
        assert_string_equal(given_name(f.auth[0].given), given_name(cases[i].given));
        assert_string_equal(auth_outcome_name(f.auth[0].outcome),
                            auth_outcome_name(cases[i].outcome));
        assert_int_equal(f.credentials_exposed, exposed                           ? YES
                                                : cases[i].given == GIVEN_UNKNOWN ? UNKNOWN
                                                                                  : NO);
        assert_int_equal(f.exposure[ITEM_CREDENTIAL].count, exposed);
        assert_int_equal(f.exposure[ITEM_CREDENTIAL].octets, exposed ? f.auth[0].octets : 0);
        assert_int_equal(f.anomalies, 0);
        script_free(&f);
    }
}

static void no_exchange_gives_nothing(void **state)
{
    (void)state;
    struct facts f = auth("C: NOOP\nS: 250 ok\n");

    assert_int_equal(f.auths, 0);
    assert_int_equal(f.credentials_exposed, NO);
    script_free(&f);
}

/* The first was cancelled, the second tells all. */
static void exchanges_are_kept_apart(void **state)
{
    (void)state;
    struct facts f = auth("C: AUTH CRAM-MD5\nS: 334 PDE+\nC: *\nS: 501 cancelled\n"
                          "C: AUTH PLAIN AGEAYg==\nS: 535 no\nC: AUTH PLAIN AGEAYg==\nS: 235 ok\n");

    assert_int_equal(f.auths, 3);
    assert_int_equal(f.auth[0].outcome, AUTH_CANCELLED);
    assert_int_equal(f.auth[0].given, GIVEN_NOTHING);
    assert_int_equal(f.auth[1].outcome, AUTH_REFUSED);
    assert_int_equal(f.auth[2].outcome, AUTH_ACCEPTED);
    assert_int_equal(f.exposure[ITEM_CREDENTIAL].count, 2);
    assert_int_equal(f.exposure[ITEM_CREDENTIAL].octets, 16);
    script_free(&f);
}

static void more_exchanges_than_are_kept_are_counted(void **state)
{
    (void)state;
    char exchanges[1024] = "";

    for (unsigned i = 0; i < BOUND_AUTHS + 3; i++)
        strcat(exchanges, "C: AUTH PLAIN AGEAYg==\nS: 535 no\n");
    struct facts f = auth(exchanges);
    assert_int_equal(f.auths, BOUND_AUTHS + 3);
    assert_int_equal(f.exposure[ITEM_CREDENTIAL].count, BOUND_AUTHS + 3);
    assert_int_equal(f.auth[BOUND_AUTHS - 1].outcome, AUTH_REFUSED);
    script_free(&f);
}

/* The name is there for whoever asked to keep it; the password never is. */
static void the_name_of_the_user_is_read(void **state)
{
    (void)state;
    static const struct {
        const char *mechanism, *response, *user;
    } cases[] = {
        {"PLAIN", "AGFubmEAc2VjcmV0", "anna"},
        {"LOGIN", "YW5uYQ==", "anna"},
        {"CRAM-MD5", "YW5uYSBiY2Q0ZQ==", "anna"},
        {"SCRAM-SHA-1", "biwsbj1hbm5hLHI9ZnlrbyE=", "anna"},
        {"XOAUTH2", "dXNlcj1hbm5hAWF1dGg9QmVhcmVyIHgBAQ==", "anna"},
        {"ANONYMOUS", "YW5uYQ==", "anna"},
        {"GSSAPI", "YW5uYQ==", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct auth a;
        auth_begin(&a, slice_of(cases[i].mechanism));
        auth_response(&a, slice_of(cases[i].response), true);
        assert_string_equal(a.user, cases[i].user);
        assert_null(memmem(&a, sizeof a, "secret", 6));
    }
}

static void a_response_is_no_command(void **state)
{
    (void)state;
    struct facts f = auth("C: AUTH LOGIN\nS: 334 x\nC: STARTTLS\nS: 334 x\nC: QUIT\nS: 235 ok\n");

    assert_int_equal(f.starttls_requested, NO);
    assert_int_equal(f.credentials_exposed, YES);
    script_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_each_exchange_gives_away),
        cmocka_unit_test(no_exchange_gives_nothing),
        cmocka_unit_test(exchanges_are_kept_apart),
        cmocka_unit_test(more_exchanges_than_are_kept_are_counted),
        cmocka_unit_test(the_name_of_the_user_is_read),
        cmocka_unit_test(a_response_is_no_command),
    };
    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
