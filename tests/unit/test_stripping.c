/* test_stripping.c - the audit on who took STARTTLS away, and on 2.a to 2.d. */
#include "test.h"

#include "audit.h"
#include "sample.h"

#include <stdlib.h>
#include <string.h>

static void stripping_is_spelled_out(void **state)
{
    const char *path = sample_path(state, "strip.db");
    struct facts f[] = {sample_clear(1), sample_clear(2)};

    strcpy(f[0].keywords, "XXXXXXXA");
    strcpy(f[1].keywords, "XXXB");
    f[1].server.port = 587;
    sample_store(path, 1, f, 2);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one, "strong, counted as stripped: a keyword was overwritten where STARTTLS would "
                     "stand in the offer (offer-masked) in 1 session with 1 server.");
    assert_says(one, "weak, the class stays as it is: a keyword was overwritten");
    assert_says(one, "sessions stripped, of those decided 1 of 2");
    assert_says(one,
                "Networks of clients whose sessions were stripped: network stripped of sessions "
                "clients of servers 192.0.2.0/24 1 2 1 1 1");
    free(one);
    free(text);
}

static void injected_text_is_said(void **state)
{
    const char *path = sample_path(state, "injected.db");
    struct facts f[] = {sample_encrypted(1), sample_encrypted(2), sample_encrypted(3)};

    f[0].anomalies = ANOMALY_INJECTED_COMMAND;
    f[1].anomalies = ANOMALY_INJECTED_REPLY | ANOMALY_BARE_LF;
    f[2].anomalies = ANOMALY_BARE_LF;
    sample_store(path, 1, f, 3);
    char *text = audit(path, false), *one = unwrapped(text);
    assert_says(one,
                "Text came between STARTTLS and TLS in 2 sessions: it may have been injected.");
    free(one);
    free(text);
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
    assert_says(one,
                "Software that was never seen to offer STARTTLS (2.a): software servers sessions "
                "Exim 1 1 ");
    assert_says_not(one, "Postfix");
    assert_says_not(one, "Sendmail");
    free(one);
}

static void the_letters_are_shares(void **state)
{
    const struct facts f[] = {sample_clear(1), sample_encrypted(2), sample_encrypted(3)};
    char *one = audit_of(sample_path(state, "letters.db"), f, 3);

    assert_says(one, "2.b STARTTLS offered, by session 2 of 3 ");
    assert_says(one, "2.c asked for, where it was offered 2 of 2 ");
    assert_says(one, "2.c established, where it was asked for 2 of 2 ");
    free(one);
}

/* 20 without the offer, of which 10 ended without mail, and 20 with it, none of which did. */
static void insisting_goes_beyond_the_control(void **state)
{
    struct facts f[40];

    for (uint16_t i = 0; i < 40; i++) {
        f[i] = sample_clear(i);
        f[i].decided = YES;
        f[i].starttls_offered = i < 20 ? NO : YES;
        f[i].starttls_requested = NO;
        f[i].server.port = (uint16_t)(i < 20 ? 25 : 587);
        f[i].transactions = i % 2 && i < 20 ? 0 : 1;
    }
    char *one = audit_of(sample_path(state, "insist.db"), f, 40);
    assert_says(one, "2.d without TLS, ended without mail 10 of 20 (50.0 %");
    assert_says(one, "the same, though TLS could be had 0 of 20 (0.0 %");
    assert_says(one,
                "Without TLS sessions ended without mail +50.0 points more often than where it "
                "could be had (");
    free(one);
}

static void no_evidence_is_said(void **state)
{
    const struct facts f = sample_encrypted(1);
    char *one = audit_of(sample_path(state, "none.db"), &f, 1);

    assert_says(one,
                "sessions stripped, of those decided 0 of 1 No evidence of stripping was found.");
    assert_says_not(one, "never seen to offer");
    free(one);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stripping_is_spelled_out),
        cmocka_unit_test(injected_text_is_said),
        cmocka_unit_test(software_that_never_offers_is_named),
        cmocka_unit_test(the_letters_are_shares),
        cmocka_unit_test(insisting_goes_beyond_the_control),
        cmocka_unit_test(no_evidence_is_said),
    };
    return cmocka_run_group_tests(tests, sample_folder, sample_folder_remove);
}
