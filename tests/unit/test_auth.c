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
        /* the name may be empty, and the password is told by its place */
        {"C: AUTH LOGIN =\nS: 334 UGFzc3dvcmQ6\nC: Yg==\nS: 535 no\n", "LOGIN", GIVEN_PASSWORD,
         AUTH_REFUSED},
        {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: \nS: 334 UGFzc3dvcmQ6\nC: Yg==\nS: 535 no\n",
         "LOGIN", GIVEN_PASSWORD, AUTH_REFUSED},
        {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: *\nS: 501 no\n", "LOGIN", GIVEN_NOTHING,
         AUTH_CANCELLED},
        {"C: AUTH CRAM-MD5\nS: 334 PDE+\nC: *\nS: 501 no\n", "CRAM-MD5", GIVEN_NOTHING,
         AUTH_CANCELLED},
        {"C: AUTH CRAM-MD5\nS: 334 PDE+\nC: YSAwMTIz\nS: 535 no\n", "CRAM-MD5", GIVEN_VERIFIER,
         AUTH_REFUSED},
        /* MS-SMTPNTLM: the server may ask first, and the type tells the answer */
        {"C: AUTH NTLM\nS: 334 ntlm supported\nC: TlRMTVNTUAABAAAA\nS: 334 TlRMTVNTUAACAAAA\n"
         "C: TlRMTVNTUAADAAAA\nS: 235 ok\n",
         "NTLM", GIVEN_VERIFIER, AUTH_ACCEPTED},
        {"C: AUTH NTLM TlRMTVNTUAABAAAA\nS: 334 TlRMTVNTUAACAAAA\nC: *\nS: 501 no\n", "NTLM",
         GIVEN_NOTHING, AUTH_CANCELLED},
        {"C: AUTH GSS-SPNEGO TlRMTVNTUAABAAAA\nS: 334 TlRMTVNTUAACAAAA\nC: TlRMTVNTUAADAAAA\nS: "
         "235 ok\n",
         "GSS-SPNEGO", GIVEN_VERIFIER, AUTH_ACCEPTED},
        {"C: AUTH DIGEST-MD5\nS: 334 bm8=\nC: *\nS: 501 no\n", "DIGEST-MD5", GIVEN_NOTHING,
         AUTH_CANCELLED},
        {"C: AUTH EXTERNAL\nS: 334 \nC: \nS: 235 ok\n", "EXTERNAL", GIVEN_NOTHING, AUTH_ACCEPTED},
        {"C: AUTH ANONYMOUS =\nS: 235 ok\n", "ANONYMOUS", GIVEN_NOTHING, AUTH_ACCEPTED},
        {"C: AUTH KERBEROS_V5 YIIC\nS: 535 no\n", "KERBEROS_V5", GIVEN_NOTHING, AUTH_REFUSED},
        {"C: AUTH GS2-KRB5 biws\nS: 535 no\n", "GS2-KRB5", GIVEN_NOTHING, AUTH_REFUSED},
        {"C: AUTH SCRAM-SHA-256 biwsbj1hLHI9eA==\nS: 334 cj0=\nC: *\nS: 501 no\n", "SCRAM-SHA-256",
         GIVEN_NAME, AUTH_CANCELLED},
        {"C: AUTH XOAUTH2 dXNlcj1hAWF1dGg9QmVhcmVyIHh5AQE=\nS: 334 eyJ9\nC: \nS: 535 no\n",
         "XOAUTH2", GIVEN_TOKEN, AUTH_REFUSED},
        {"C: AUTH OTP AGFubmE=\nS: 535 no\n", "OTP", GIVEN_NAME, AUTH_REFUSED},
        {"C: AUTH SECURID AGFubmEAMTIzNDU2AA==\nS: 235 ok\n", "SECURID", GIVEN_TOKEN,
         AUTH_ACCEPTED},
        {"C: AUTH SAML20 YQ==\nS: 334 eA==\nC: \nS: 235 ok\n", "SAML20", GIVEN_NAME, AUTH_ACCEPTED},
        /* a mechanism that is not known, and was told nothing */
        {"C: AUTH X-OWN\nS: 504 no\n", "X-OWN", GIVEN_NOTHING, AUTH_REFUSED},
        {"C: AUTH SCRAM-\nS: 504 no\n", "SCRAM-", GIVEN_NOTHING, AUTH_REFUSED},
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
        {"DIGEST-MD5", "Y2hhcnNldD11dGYtOCwgdXNlcm5hbWU9ImFubmEiLHJlYWxtPSJ4Ig==", "anna"},
        {"OTP", "AGFubmE=", "anna"},
        {"SECURID", "AGFubmEAc2VjcmV0AA==", "anna"},
        /* one NUL where two are due: what stands behind it may be the password */
        {"PLAIN", "YW5uYQBzZWNyZXQ=", ""},
        {"PLAIN", "not!base64", ""},
        {"LOGIN", "=", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct auth a;
        auth_begin(&a, slice_of(cases[i].mechanism));
        auth_response(&a, slice_of(cases[i].response), true);
        assert_string_equal(a.user, cases[i].user);
        assert_null(memmem(&a, sizeof a, "secret", 6));
    }
}

/* LOGIN with an empty name: what comes next is the password, and is not kept for a name. */
static void a_password_is_never_taken_for_the_name(void **state)
{
    (void)state;
    struct auth a;

    auth_begin(&a, slice_of("LOGIN"));
    auth_response(&a, slice_of("="), true);
    auth_response(&a, slice_of("c2VjcmV0"), false);
    assert_string_equal(a.user, "");
    assert_int_equal(a.facts.given, GIVEN_PASSWORD);
    assert_int_equal(a.facts.responses, 1);
    auth_begin(&a, slice_of("LOGIN"));
    auth_response(&a, slice_of(""), true); /* no initial response is none */
    auth_response(&a, slice_of("YW5uYQ=="), false);
    assert_string_equal(a.user, "anna");
}

/* RFC 4954 4: the initial response of a mechanism with one round trip may lead a group. */
static void an_exchange_may_be_pipelined(void **state)
{
    (void)state;
    struct facts f = auth("C: AUTH PLAIN AGEAYg==\nC: MAIL FROM:<a@a>\nC: RCPT TO:<b@b>\n"
                          "S: 235 ok\nS: 250 ok\nS: 550 no\n");

    assert_int_equal(f.auth[0].outcome, AUTH_ACCEPTED);
    assert_int_equal(f.addresses[0].accepted, YES);
    assert_int_equal(f.addresses[1].accepted, NO);
    script_free(&f);
}

static void auth_without_a_mechanism_is_no_exchange(void **state)
{
    (void)state;
    struct facts f = auth("C: AUTH PLAIN AGEAYg==\nS: 535 no\nC: AUTH\nS: 501 what\n"
                          "C: MAIL FROM:<a@a>\nS: 250 ok\n");

    assert_int_equal(f.auths, 1);
    assert_int_equal(f.auth[0].outcome, AUTH_REFUSED);
    assert_int_equal(f.addresses[0].accepted, YES);
    script_free(&f);
}

/* What an unknown mechanism was given cannot be judged; a known one beside it can. */
static void an_unknown_mechanism_leaves_it_open(void **state)
{
    (void)state;
    struct facts unknown = auth("C: AUTH X-OWN\nS: 334 eA==\nC: eQ==\nS: 535 no\n");
    struct facts both = auth("C: AUTH X-OWN eQ==\nS: 535 no\nC: AUTH PLAIN AGEAYg==\nS: 235 ok\n");

    assert_int_equal(unknown.credentials_exposed, UNKNOWN);
    assert_int_equal(both.credentials_exposed, YES);
    assert_int_equal(both.auths, 2);
    script_free(&unknown);
    script_free(&both);
}

/* A line of the exchange is missing: what comes after it is not attributed to anything. */
static void a_gap_in_an_exchange_ends_what_is_known_of_it(void **state)
{
    (void)state;
    struct facts f = {.keep = KEEP_USERS};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 AUTH LOGIN\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("AUTH LOGIN\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("334 VXNlcm5hbWU6\r\n"));
    smtp_gap(s, ROLE_CLIENT, 10); /* the name */
    smtp_feed(s, ROLE_SERVER, slice_of("334 UGFzc3dvcmQ6\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("QUIT\r\n")); /* base64 of a password */
    smtp_feed(s, ROLE_SERVER, slice_of("235 ok\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("MAIL FROM:<a@a>\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250 ok\r\n"));
    smtp_finish(s, true);
    assert_true(f.lost);
    assert_false(f.quit_sent);
    assert_int_equal(f.kept_count, 0);
    assert_int_equal(f.auth[0].given, GIVEN_NOTHING);
    assert_int_equal(f.auth[0].outcome, AUTH_OPEN);
    assert_int_equal(f.credentials_exposed, UNKNOWN);
    assert_int_equal(f.addresses[0].accepted, YES);
    smtp_free(&s);
    facts_free(&f.heard);
}

/* A challenge is missing: the client's lines still say which response they are. */
static void a_lost_challenge_costs_nothing(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 AUTH LOGIN\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("AUTH LOGIN\r\n"));
    smtp_gap(s, ROLE_SERVER, 18);
    smtp_feed(s, ROLE_CLIENT, slice_of("YQ==\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("334 UGFzc3dvcmQ6\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("Yg==\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("235 ok\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.auth[0].given, GIVEN_PASSWORD);
    assert_int_equal(f.auth[0].outcome, AUTH_ACCEPTED);
    assert_int_equal(f.credentials_exposed, YES);
    smtp_free(&s);
    facts_free(&f.heard);
}

/* The answer to AUTH is missing and it was refused: the next attempt is no response to it. */
static void a_lost_refusal_makes_no_response_of_a_command(void **state)
{
    (void)state;
    struct facts f = {0};
    struct smtp *s = smtp_new(&f.heard, false);

    smtp_feed(s, ROLE_SERVER, slice_of("220 mx\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("EHLO c\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("250-mx\r\n250 AUTH LOGIN\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("AUTH PLAIN\r\n"));
    smtp_gap(s, ROLE_SERVER, 8);
    smtp_feed(s, ROLE_CLIENT, slice_of("AUTH LOGIN\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("334 VXNlcm5hbWU6\r\n"));
    smtp_feed(s, ROLE_CLIENT, slice_of("YQ==\r\n"));
    smtp_feed(s, ROLE_SERVER, slice_of("535 no\r\n"));
    smtp_finish(s, true);
    assert_int_equal(f.auths, 2);
    assert_int_equal(f.auth[0].given, GIVEN_NOTHING);
    assert_int_equal(f.auth[1].given, GIVEN_NAME);
    assert_int_equal(f.auth[1].outcome, AUTH_REFUSED);
    assert_int_equal(f.credentials_exposed, NO);
    smtp_free(&s);
    facts_free(&f.heard);
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
        cmocka_unit_test(a_password_is_never_taken_for_the_name),
        cmocka_unit_test(an_exchange_may_be_pipelined),
        cmocka_unit_test(auth_without_a_mechanism_is_no_exchange),
        cmocka_unit_test(an_unknown_mechanism_leaves_it_open),
        cmocka_unit_test(a_gap_in_an_exchange_ends_what_is_known_of_it),
        cmocka_unit_test(a_lost_challenge_costs_nothing),
        cmocka_unit_test(a_lost_refusal_makes_no_response_of_a_command),
        cmocka_unit_test(a_response_is_no_command),
    };
    return cmocka_run_group_tests_name("auth", tests, NULL, NULL);
}
