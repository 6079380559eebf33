/* test_smtp_auth.c - what an AUTH exchange gives away, and what it does not. */
#include "test.h"

#include "script.h"

#include <stdio.h>

static struct facts auth(const char *exchange)
{
    char script[1024];

    snprintf(script, sizeof script,
             "S: 220 mx\nC: EHLO c\nS: 250-mx\nS: 250 AUTH PLAIN LOGIN\n%sC: QUIT\nS: 221 bye\n",
             exchange);
    return script_facts(script);
}

static void what_each_exchange_exposes(void **state)
{
    (void)state;
    static const struct {
        const char *exchange, *mechanism;
        bool exposed;
    } cases[] = {
        {"C: AUTH PLAIN AGEAYg==\nS: 235 ok\n", "PLAIN", true},
        {"C: auth plain\nS: 334 \nC: AGEAYg==\nS: 235 ok\n", "PLAIN", true},
        {"C: AUTH PLAIN AGEAYg==\nS: 535 wrong\n", "PLAIN",
         true}, /* refused, and read all the same */
        {"C: AUTH PLAIN\nS: 334 \nC: *\nS: 501 cancelled\n", "PLAIN", false},
        {"C: AUTH PLAIN\nS: 504 no\n", "PLAIN", false},
        {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YQ==\nS: 334 UGFzc3dvcmQ6\nC: Yg==\nS: 235 ok\n",
         "LOGIN", true},
        {"C: AUTH LOGIN YQ==\nS: 334 UGFzc3dvcmQ6\nC: Yg==\nS: 235 ok\n", "LOGIN", true},
        {"C: AUTH LOGIN\nS: 334 VXNlcm5hbWU6\nC: YQ==\nS: 535 unknown user\n", "LOGIN", false},
        {"C: AUTH CRAM-MD5\nS: 334 PDE+\nC: YSAwMTIz\nS: 235 ok\n", "CRAM-MD5", true},
        {"C: AUTH EXTERNAL =\nS: 235 ok\n", "EXTERNAL", false},
        {"C: AUTH XOAUTH2 dG9rZW4=\nS: 235 ok\n", "XOAUTH2", true},
        {"C: AUTH SCRAM-SHA-256 biws\nS: 334 cj0=\nC: Yz0=\nS: 334 dj0=\nC: \nS: 235 ok\n",
         "SCRAM-SHA-256", true},
        {"C: NOOP\nS: 250 ok\n", "", false},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct facts f = auth(cases[i].exchange);
        assert_string_equal(f.auth_mechanism, cases[i].mechanism);
        assert_int_equal(f.credentials_exposed, cases[i].exposed);
        assert_int_equal(f.exposure[ITEM_CREDENTIAL].count, cases[i].exposed);
        assert_int_equal(f.anomalies, 0);
        script_free(&f);
    }
}

static void a_response_is_no_command(void **state)
{
    (void)state;
    struct facts f = auth("C: AUTH LOGIN\nS: 334 x\nC: STARTTLS\nS: 334 x\nC: QUIT\nS: 235 ok\n");

    assert_int_equal(f.starttls_requested, NO);
    assert_true(f.credentials_exposed);
    script_free(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_each_exchange_exposes),
        cmocka_unit_test(a_response_is_no_command),
    };
    return cmocka_run_group_tests_name("smtp_auth", tests, NULL, NULL);
}
