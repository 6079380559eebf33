/* test_ehlo_masked.c - EHLO taken away, on either side of who takes it, and servers without it. */
#include "test.h"

#include "script.h"

#include <mailtap/evidence.h>
#include <mailtap/random.h>
#include <stdio.h>
#include <string.h>

static struct finding judged(const struct facts *f, uint64_t sessions)
{
    const struct history h = {.sessions = sessions};
    struct finding finding = {.rank = RANK_NONE};

    ehlo_masked(f, &h, &finding);
    return finding;
}

static enum rank of_script(const char *script, uint64_t sessions)
{
    struct facts f = script_facts(script);
    enum rank rank = judged(&f, sessions).rank;

    script_free(&f);
    return rank;
}

#define MAIL "C: MAIL FROM:<a@a>\nS: 250 ok\nC: QUIT\nS: 221 bye\n"
#define HELO "C: HELO c.example\nS: 250 mx\n" MAIL

static void as_the_server_sees_it(void **state)
{
    (void)state;
    assert_int_equal(of_script("S: 220 mx\nC: XXXX c.example\nS: 500 what\n" HELO, 0),
                     RANK_CERTAIN);
    assert_int_equal(of_script("S: 220 mx\nC: XXXXXXXXXXXXXX\nS: 500 what\n" HELO, 0),
                     RANK_CERTAIN);
    assert_int_equal(of_script("S: 220 mx\nC: XXXX c.example\nS: 500 what\n"
                               "C: XXXX c.example\nS: 500 what\n" HELO,
                               0),
                     RANK_CERTAIN);
}

static void a_server_that_takes_nobodys_ehlo_may_not_know_it(void **state)
{
    (void)state;
    struct facts f = script_facts("S: 220 mx ESMTP\nC: EHLO c.example\nS: 500 what\n" HELO);
    struct history h = {.ehlo_refused = 1};
    struct finding finding = {.rank = RANK_NONE};

    ehlo_masked(&f, &h, &finding);
    assert_int_equal(finding.rank, RANK_WEAK);
    h.sessions = 1; /* it took one */
    finding.rank = RANK_NONE;
    ehlo_masked(&f, &h, &finding);
    assert_int_equal(finding.rank, RANK_STRONG);
    script_free(&f);
}

static void what_is_no_overwritten_hello(void **state)
{
    (void)state;
    /* Words of other lengths, other letters, and behind a hello */
    assert_int_equal(of_script("S: 220 mx\nC: XXXXX c.example\nS: 500 what\n" HELO, 0), RANK_NONE);
    assert_int_equal(of_script("S: 220 mx\nC: XXX\nS: 500 what\n" HELO, 0), RANK_NONE);
    assert_int_equal(of_script("S: 220 mx\nC: XFOO c.example\nS: 500 what\n" HELO, 0), RANK_NONE);
    assert_int_equal(of_script("S: 220 mx\nC: HELO c\nS: 250 mx\nC: XXXX c\nS: 500 what\n" MAIL, 0),
                     RANK_NONE);
    /* the real one came through; no hello at all */
    assert_int_equal(of_script("S: 220 mx\nC: XXXX c\nS: 500 what\nC: EHLO c\nS: 250 mx\n" HELO, 0),
                     RANK_NONE);
    assert_int_equal(of_script("S: 220 mx\nC: XXXX c\nS: 500 what\n" MAIL, 0), RANK_NONE);
}

#define REFUSED(greeting, code) "S: 220 " greeting "\nC: EHLO c.example\nS: " code " no\n" HELO

static void as_the_client_sees_it(void **state)
{
    (void)state;
    assert_int_equal(of_script(REFUSED("mx ESMTP Postfix", "500"), 0), RANK_STRONG);
    assert_int_equal(of_script(REFUSED("mx esmtp", "502"), 0), RANK_STRONG);
    assert_int_equal(of_script(REFUSED("mx (ESMTP)", "504"), 0), RANK_STRONG);
    assert_int_equal(of_script(REFUSED("mx ready", "500"), 1),
                     RANK_STRONG); /* takes it elsewhere */
    assert_int_equal(of_script(REFUSED("****2*****0**", "500"), 0), RANK_STRONG);
    assert_int_equal(of_script(REFUSED("XXXXXX XXXXX", "500"), 0), RANK_STRONG);
}

static void a_server_that_need_not_know_ehlo(void **state)
{
    (void)state;
    assert_int_equal(of_script(REFUSED("mx SMTP ready", "500"), 0), RANK_NONE);
    assert_int_equal(of_script(REFUSED("esmtp.example SMTP", "500"), 0), RANK_NONE);
    assert_int_equal(of_script(REFUSED("esmtp-1.example SMTP", "500"), 0), RANK_NONE);
}

static void refusals_that_are_not_about_the_word(void **state)
{
    (void)state;
    assert_int_equal(of_script(REFUSED("mx ESMTP", "501"), 5), RANK_NONE);
    assert_int_equal(of_script(REFUSED("mx ESMTP", "550"), 5), RANK_NONE);
    assert_int_equal(of_script(REFUSED("mx ESMTP", "421"), 5), RANK_NONE);
    /* HELO refused as well, not tried, or alone; EHLO accepted */
    assert_int_equal(of_script("S: 220 mx ESMTP\nC: EHLO c\nS: 500 no\nC: HELO c\nS: 500 no\n", 5),
                     RANK_NONE);
    assert_int_equal(of_script("S: 220 mx ESMTP\nC: EHLO c\nS: 500 no\nC: QUIT\nS: 221 bye\n", 5),
                     RANK_NONE);
    assert_int_equal(of_script("S: 220 mx ESMTP\n" HELO, 5), RANK_NONE);
    assert_int_equal(of_script("S: 220 mx ESMTP\nC: EHLO c\nS: 250 mx\n" HELO, 5), RANK_NONE);
}

static void software_older_than_starttls_was_not_robbed_of_it(void **state)
{
    (void)state;
    static const struct {
        const char *version;
        enum rank rank;
    } cases[] = {
        {"8.8.7/8.8.7; Sat, 7 Aug 1999 08:20:11 -0400", RANK_NONE},
        {"8.10.2/8.10.2", RANK_NONE},
        {"5.65/1.28", RANK_NONE},
        {"SMI-8.6/SMI-SVR4 ready", RANK_NONE},
        {"950413.SGI.8.6.12/950213.SGI.AUTOCF ready", RANK_NONE},
        {"8.11.0/8.11.0", RANK_STRONG},
        {"8.17.1/8.17.1; Sat, 7 Aug 2021", RANK_STRONG},
        {"ready", RANK_STRONG},
        {"", RANK_STRONG},
    };
    struct facts f = {.ehlo_sent = true,
                      .helo_sent = true,
                      .ehlo_accepted = NO,
                      .ehlo_reply = 500,
                      .helo_reply = 250};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        snprintf(f.greeting, sizeof f.greeting, "mx ESMTP Sendmail %s", cases[i].version);
        assert_int_equal(judged(&f, 0).rank, cases[i].rank);
    }
    strcpy(f.greeting, "mx ESMTP Postsmith 8.8.7");
    assert_int_equal(judged(&f, 0).rank, RANK_STRONG);
}

static void where_tls_came_after_all_it_is_no_finding(void **state)
{
    (void)state;
    struct facts f = {.helo_sent = true, .ehlo_masked = true, .helo_reply = 250};

    assert_int_equal(judged(&f, 0).rank, RANK_CERTAIN);
    f.tls_established = YES;
    assert_int_equal(judged(&f, 0).rank, RANK_NONE);
}

static void masked_greetings(void **state)
{
    (void)state;
    assert_true(
        greeting_is_masked("****************************************0*2******0*2002*2*0*00"));
    assert_true(greeting_is_masked("*** *****"));
    assert_true(greeting_is_masked("XXXXXXXXXX"));
    assert_false(greeting_is_masked(""));
    assert_false(greeting_is_masked("2002 0 2"));
    assert_false(greeting_is_masked("***"));
    assert_false(greeting_is_masked("mx.example ESMTP ****"));
    assert_false(greeting_is_masked("**** welcome ****"));
    assert_false(greeting_is_masked("****1***"));
}

/* Random octets are masked exactly when nothing but what a mask leaves is among them. */
static void random_greetings(void **state)
{
    (void)state;
    static const char left[] = "*Xx20 ";
    struct random r = random_seeded(7);

    for (unsigned round = 0; round < 20000; round++) {
        char greeting[64] = "";
        size_t n = (size_t)random_below(&r, sizeof greeting), masks = 0;
        bool other = false;
        for (size_t i = 0; i < n; i++) {
            bool any = random_below(&r, 64) == 0;
            greeting[i] = any ? (char)(1 + random_below(&r, 255)) : left[random_below(&r, 6)];
            masks += strchr("*Xx", greeting[i]) != NULL;
            other |= strchr(left, greeting[i]) == NULL;
        }
        assert_int_equal(greeting_is_masked(greeting), !other && masks >= 4);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(as_the_server_sees_it),
        cmocka_unit_test(a_server_that_takes_nobodys_ehlo_may_not_know_it),
        cmocka_unit_test(what_is_no_overwritten_hello),
        cmocka_unit_test(as_the_client_sees_it),
        cmocka_unit_test(a_server_that_need_not_know_ehlo),
        cmocka_unit_test(refusals_that_are_not_about_the_word),
        cmocka_unit_test(software_older_than_starttls_was_not_robbed_of_it),
        cmocka_unit_test(where_tls_came_after_all_it_is_no_finding),
        cmocka_unit_test(masked_greetings),
        cmocka_unit_test(random_greetings),
    };
    return cmocka_run_group_tests_name("ehlo_masked", tests, NULL, NULL);
}
