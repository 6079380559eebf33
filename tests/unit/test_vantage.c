/* test_vantage.c - one connection at two places: what differs, and what is only missing. */
#include "test.h"

#include "sample.h"

#include <mailtap/evidence.h>

#include <string.h>

/* A reply to EHLO with these keywords. */
static struct facts seen(const char *keywords)
{
    struct facts f = sample_clear(1);

    f.ehlo_reply = 250;
    f.starttls_offered = strstr(keywords, "STARTTLS") ? YES : NO;
    strcpy(f.keywords, keywords);
    return f;
}

static const char *compared(const struct facts *here, const struct facts *there, struct vantage *v)
{
    struct vantage back;

    memset(v, 0, sizeof *v);
    memset(&back, 0, sizeof back);
    vantage_compare(here, there, v);
    vantage_compare(there, here, &back);
    /* Both rows say the same, each from its own side. */
    if (v->what) {
        assert_string_equal(v->what, back.what);
        assert_string_equal(v->here, back.there);
        assert_string_equal(v->there, back.here);
    } else {
        assert_null(back.what);
    }
    return v->what ? v->what : "nothing";
}

static void an_offer_taken_away(void **state)
{
    struct facts here = seen("PIPELINING\nSIZE 1000"),
                 there = seen("PIPELINING\nSTARTTLS\nSIZE 1000");
    struct vantage v;

    (void)state;
    assert_string_equal(compared(&here, &there, &v), "offer");
    assert_string_equal(v.here, "250 PIPELINING SIZE 1000");
    assert_string_equal(v.there, "250 PIPELINING STARTTLS SIZE 1000");
    there = here;
    assert_string_equal(compared(&here, &there, &v), "nothing");
}

static void a_refused_ehlo(void **state)
{
    struct facts here = seen(""), there = seen("STARTTLS");
    struct vantage v;

    (void)state;
    here.ehlo_reply = 502;
    here.ehlo_accepted = NO;
    here.starttls_offered = UNKNOWN;
    assert_string_equal(compared(&here, &there, &v), "offer");
    assert_string_equal(v.here, "502 ");
    here.ehlo_reply = 0; /* no reply was read there */
    assert_string_equal(compared(&here, &there, &v), "nothing");
}

static void other_keywords_are_a_proxys_business(void **state)
{
    struct facts here = seen("STARTTLS\nSIZE 1000"), there = seen("STARTTLS\nSIZE 2000\nCHUNKING");
    struct vantage v;

    (void)state;
    assert_string_equal(compared(&here, &there, &v), "nothing");
    there.starttls_offered = NO;
    assert_string_equal(compared(&here, &there, &v), "offer");
}

static void a_command_that_did_not_arrive(void **state)
{
    struct facts here = seen("STARTTLS"), there = seen("STARTTLS");
    struct vantage v;

    (void)state;
    here.starttls_requested = YES;
    here.starttls_reply = 500;
    there.starttls_requested = NO;
    there.masked_command = 8;
    assert_string_equal(compared(&here, &there, &v), "command");
    assert_string_equal(v.here, "STARTTLS");
    assert_string_equal(v.there, "a command of 8 letters X");
    there.masked_command = 0;
    compared(&here, &there, &v);
    assert_string_equal(v.there, "no STARTTLS");
    there.starttls_requested = UNKNOWN;
    assert_string_equal(compared(&here, &there, &v), "nothing");
}

static void a_reply_of_somebody_else(void **state)
{
    struct facts here = seen("STARTTLS"), there = seen("STARTTLS");
    struct vantage v;

    (void)state;
    here.starttls_requested = there.starttls_requested = YES;
    here.starttls_reply = 454;
    there.starttls_reply = 220;
    assert_string_equal(compared(&here, &there, &v), "reply");
    assert_string_equal(v.here, "454");
    assert_string_equal(v.there, "220");
    there.starttls_reply = 0; /* not answered, or not read */
    assert_string_equal(compared(&here, &there, &v), "nothing");
    there.starttls_reply = 454;
    assert_string_equal(compared(&here, &there, &v), "nothing");
}

static void the_first_difference_is_named(void **state)
{
    struct facts here = seen("SIZE"), there = seen("STARTTLS");
    struct vantage v;

    (void)state;
    there.starttls_requested = YES;
    there.starttls_reply = 220;
    assert_string_equal(compared(&here, &there, &v), "offer");
}

static void what_is_missing_is_no_difference(void **state)
{
    const struct facts whole = seen("STARTTLS");
    struct vantage v;

    (void)state;
    for (int loss = 0; loss < 6; loss++) {
        struct facts here = seen("SIZE");
        assert_string_equal(compared(&here, &whole, &v), "offer");
        if (loss == 0)
            here.one_sided = YES;
        if (loss == 1)
            here.one_sided = UNKNOWN;
        if (loss == 2)
            here.midstream = true;
        if (loss == 3)
            here.gap_octets = 1;
        if (loss == 4)
            here.lost = true;
        if (loss == 5)
            here.keywords_cut = true;
        assert_string_equal(compared(&here, &whole, &v), "nothing");
    }
}

static void long_replies_are_cut(void **state)
{
    struct facts here = seen("SIZE"), there = seen("STARTTLS");
    struct vantage v;

    (void)state;
    memset(there.keywords + 8, 'k', sizeof there.keywords - 9);
    assert_string_equal(compared(&here, &there, &v), "offer");
    assert_int_equal(strlen(v.there), 4 + 240);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_offer_taken_away),
        cmocka_unit_test(a_refused_ehlo),
        cmocka_unit_test(other_keywords_are_a_proxys_business),
        cmocka_unit_test(a_command_that_did_not_arrive),
        cmocka_unit_test(a_reply_of_somebody_else),
        cmocka_unit_test(the_first_difference_is_named),
        cmocka_unit_test(what_is_missing_is_no_difference),
        cmocka_unit_test(long_replies_are_cut),
    };
    return cmocka_run_group_tests_name("vantage", tests, NULL, NULL);
}
