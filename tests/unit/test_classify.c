/* test_classify.c - one class for each session, from plain facts. */
#include "test.h"

#include <mailtap/classify.h>
#include <string.h>

/* A session whose dialogue was read in the clear, to its end. */
static struct facts clear(void)
{
    struct facts f = {.dialogue = true,
                      .ehlo_sent = true,
                      .decided = YES,
                      .ehlo_accepted = YES,
                      .starttls_offered = NO,
                      .starttls_requested = NO,
                      .tls_from_start = NO,
                      .tls_established = NO};
    return f;
}

static struct verdict judged(const struct facts *f)
{
    const struct history none = {0};
    struct verdict v;

    classify(f, &none, &v);
    return v;
}

static void reasons_of_cleartext(void **state)
{
    (void)state;
    struct facts f = clear();

    assert_int_equal(judged(&f).class, CLASS_CLEARTEXT);
    assert_int_equal(judged(&f).reason, REASON_NOT_OFFERED);
    f.starttls_offered = YES;
    assert_int_equal(judged(&f).reason, REASON_OFFERED_UNUSED);
    f.starttls_requested = YES;
    f.starttls_reply = 454;
    assert_int_equal(judged(&f).class, CLASS_CLEARTEXT);
    assert_int_equal(judged(&f).reason, REASON_REFUSED);
    f = clear();
    f.starttls_offered = UNKNOWN;
    assert_int_equal(judged(&f).reason, REASON_UNDETERMINED);
    f.ehlo_sent = false;
    f.helo_sent = true;
    f.ehlo_accepted = UNKNOWN;
    assert_int_equal(judged(&f).reason, REASON_HELO_ONLY);
    f.ehlo_sent = true; /* its reply is missing: a list may have been there */
    assert_int_equal(judged(&f).reason, REASON_UNDETERMINED);
    f.ehlo_accepted = NO; /* EHLO was refused: asked, and not offered */
    f.starttls_offered = NO;
    assert_int_equal(judged(&f).reason, REASON_NOT_OFFERED);
}

static void starttls_needs_the_handshake(void **state)
{
    (void)state;
    struct facts f = clear();

    f.starttls_offered = f.starttls_requested = YES;
    f.starttls_reply = 220;
    f.tls_established = YES;
    assert_int_equal(judged(&f).class, CLASS_STARTTLS);
    assert_int_equal(judged(&f).reason, REASON_NONE);
    f.tls_established = NO;
    assert_int_equal(judged(&f).class, CLASS_STARTTLS_FAILED);
    f.tls_established = UNKNOWN;
    assert_int_equal(judged(&f).class, CLASS_UNKNOWN);
    f.starttls_reply = 0; /* the server was not captured */
    f.tls_established = NO;
    assert_int_equal(judged(&f).class, CLASS_CLEARTEXT);
    f.hello_seen = true;
    assert_int_equal(judged(&f).class, CLASS_STARTTLS_FAILED);
}

static void what_was_not_read_is_unknown(void **state)
{
    (void)state;
    struct facts f = clear();

    f.decided = UNKNOWN;
    assert_int_equal(judged(&f).class, CLASS_UNKNOWN);
    f = clear();
    f.dialogue = false;
    assert_int_equal(judged(&f).class, CLASS_UNKNOWN);
    f = (struct facts){.midstream = true};
    assert_int_equal(judged(&f).class, CLASS_UNKNOWN);
}

static void tls_from_the_first_octet(void **state)
{
    (void)state;
    struct facts f = {.tls_from_start = YES, .tls_established = YES};

    assert_int_equal(judged(&f).class, CLASS_IMPLICIT_TLS);
    f.tls_established = NO;
    assert_int_equal(judged(&f).class, CLASS_IMPLICIT_TLS);
}

static void evidence_strips_only_what_stayed_clear(void **state)
{
    (void)state;
    struct facts f = clear();

    strcpy(f.keywords, "XXXXXXXA\nSIZE");
    assert_int_equal(judged(&f).class, CLASS_STRIPPED);
    strcpy(f.keywords, "XXXB\nSIZE"); /* weak: named, and the class stays */
    assert_int_equal(judged(&f).class, CLASS_CLEARTEXT);
    assert_int_equal(judged(&f).findings.count, 1);
    strcpy(f.keywords, "XXXXXXXA\nSIZE");
    f.starttls_requested = YES; /* a client that asked all the same */
    f.starttls_reply = 220;
    f.tls_established = YES;
    assert_int_equal(judged(&f).class, CLASS_STARTTLS);
}

static struct verdict judged_with(const struct facts *f, const struct history *h)
{
    struct verdict v;

    classify(f, h, &v);
    return v;
}

static const char *best_rule(const struct verdict *v)
{
    const struct finding *best = evidence_best(&v->findings);

    return best ? best->rule : "none";
}

static void a_contradicting_refusal_strips_also_when_the_client_gives_up(void **state)
{
    (void)state;
    struct facts f = clear();

    f.starttls_offered = f.starttls_requested = YES;
    f.starttls_reply = 502;
    f.quit_sent = true; /* and no MAIL: it would have gone in the clear */
    assert_int_equal(judged(&f).class, CLASS_STRIPPED);
    f.transactions = 1;
    assert_int_equal(judged(&f).class, CLASS_STRIPPED);
    f.starttls_reply = 554; /* an honest server says this */
    assert_int_equal(judged(&f).class, CLASS_CLEARTEXT);
    assert_int_equal(judged(&f).reason, REASON_REFUSED);
}

static void a_stripped_offer_strips_the_session_that_left_because_of_it(void **state)
{
    (void)state;
    struct facts f = clear();

    strcpy(f.keywords, "XXXXXXXA\nSIZE");
    f.quit_sent = true;
    assert_int_equal(judged(&f).class, CLASS_STRIPPED);
}

/* The decision was not captured: the mail may have gone under TLS all the same. */
static void certain_evidence_without_a_decision_stays_unknown(void **state)
{
    (void)state;
    const struct history h = {.vantage = {.session = 2, .what = "offer"}};
    struct facts f = clear();

    f.decided = UNKNOWN;
    assert_int_equal(judged_with(&f, &h).class, CLASS_UNKNOWN);
    assert_int_equal(judged_with(&f, &h).findings.count, 1);
    f.decided = YES;
    assert_int_equal(judged_with(&f, &h).class, CLASS_STRIPPED);
}

/* On the side where the octets look fine the client just did not use what was offered. */
static void both_sides_of_a_mismatch_are_stripped(void **state)
{
    (void)state;
    const struct history h = {.vantage = {.session = 2, .what = "offer"}};
    struct facts fine = clear();

    fine.starttls_offered = YES;
    fine.transactions = 1;
    assert_int_equal(judged(&fine).class, CLASS_CLEARTEXT);
    assert_int_equal(judged_with(&fine, &h).class, CLASS_STRIPPED);
    assert_int_equal(judged_with(&fine, &h).reason, REASON_NONE);
    fine.starttls_requested = YES;
    fine.starttls_reply = 220;
    fine.tls_established = YES; /* what differed did no harm */
    assert_int_equal(judged_with(&fine, &h).class, CLASS_STARTTLS);
    fine.tls_established = NO;
    assert_int_equal(judged_with(&fine, &h).class, CLASS_STARTTLS_FAILED);
}

static void established_tls_is_never_stripped(void **state)
{
    (void)state;
    const struct history h = {.vantage = {.session = 2},
                              .expected = {.by = EXPECTED_BY_LIST, .binding = true}};
    struct facts f = clear();

    f.tls_established = YES;
    for (int reply = 0; reply < 600; reply++) {
        f.starttls_reply = reply;
        assert_int_equal(judged_with(&f, &h).class, CLASS_STARTTLS);
    }
    f.tls_from_start = YES;
    assert_int_equal(judged_with(&f, &h).class, CLASS_IMPLICIT_TLS);
}

static void an_overwritten_command_strips(void **state)
{
    (void)state;
    struct facts f = clear();
    struct verdict v;

    f.starttls_offered = YES;
    f.masked_command = 8;
    f.masked_reply = 500;
    v = judged(&f);
    assert_int_equal(v.class, CLASS_STRIPPED);
    assert_int_equal(v.reason, REASON_NONE);
    assert_string_equal(best_rule(&v), "command-masked");
    f.masked_command = 4; /* it overwrote something else */
    assert_int_equal(judged(&f).class, CLASS_CLEARTEXT);
    assert_int_equal(judged(&f).reason, REASON_OFFERED_UNUSED);
}

/* Both fire; the higher rank counts, and the first of the table among equals. */
static void a_mask_comes_before_the_comparison(void **state)
{
    (void)state;
    const struct history h = {
        .sessions = 1,
        .contrast = {.missing = 1, .before = 9, .after = 9, .sign = CONTRAST_AROUND}};
    struct facts f = clear();
    struct verdict v;

    strcpy(f.keywords, "XXXXXXXA\nSIZE"); /* strong, as the comparison is */
    v = judged_with(&f, &h);
    assert_int_equal(v.findings.count, 2);
    assert_string_equal(best_rule(&v), "offer-masked");
    strcpy(f.keywords, "XXXB\nSIZE"); /* weak */
    v = judged_with(&f, &h);
    assert_int_equal(v.findings.count, 2);
    assert_string_equal(best_rule(&v), "offer-missing");
}

static void every_class_and_reason_has_a_name(void **state)
{
    (void)state;
    assert_string_equal(class_name(CLASS_STARTTLS_FAILED), "starttls-failed");
    for (int c = 0; c < CLASSES; c++)
        assert_non_null(class_name((enum session_class)c));
    assert_null(reason_name(REASON_NONE));
    for (int r = REASON_NONE + 1; r < REASONS; r++)
        assert_non_null(reason_name((enum cleartext_reason)r));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reasons_of_cleartext),
        cmocka_unit_test(starttls_needs_the_handshake),
        cmocka_unit_test(what_was_not_read_is_unknown),
        cmocka_unit_test(tls_from_the_first_octet),
        cmocka_unit_test(evidence_strips_only_what_stayed_clear),
        cmocka_unit_test(a_contradicting_refusal_strips_also_when_the_client_gives_up),
        cmocka_unit_test(a_stripped_offer_strips_the_session_that_left_because_of_it),
        cmocka_unit_test(certain_evidence_without_a_decision_stays_unknown),
        cmocka_unit_test(both_sides_of_a_mismatch_are_stripped),
        cmocka_unit_test(established_tls_is_never_stripped),
        cmocka_unit_test(an_overwritten_command_strips),
        cmocka_unit_test(a_mask_comes_before_the_comparison),
        cmocka_unit_test(every_class_and_reason_has_a_name),
    };
    return cmocka_run_group_tests_name("classify", tests, NULL, NULL);
}
