/* test_simulation_words.c - numbers say no more than they hold. */
#include "test.h"

#include "../../report/simulation_private.h"

#include <mailtap/prefix.h>

#include <math.h>
#include <string.h>

static struct simulated of_share(double messages, double mean, double low, double high)
{
    return (struct simulated){
        .messages = {messages, messages, messages},
        .readable = {messages * mean, messages * low, messages * high},
        .share = {mean, low, high},
    };
}

static void shares_are_told_where_there_are_enough(void **state)
{
    struct document *d = document_open();
    struct simulated r = of_share(1000, 0.123, 0.101, 0.14);

    (void)state;
    assert_string_equal(share_words(d, &r, &r.readable), "12.3 % (10.1 to 14.0)");
    r.undelivered = (struct outcome){50, 50, 50};
    assert_string_equal(share_words(d, &r, &r.undelivered), "5.0 %");
    r = of_share(19, 0.2, 0.1, 0.3);
    assert_string_equal(share_words(d, &r, &r.readable), "4 of 19");
    r = of_share(0, 0, 0, 0);
    assert_string_equal(share_words(d, &r, &r.readable), "0 of 0");
    assert_true(of_messages(&r, &r.undelivered).mean == 0);
    document_close(&d);
}

static void numbers_are_short(void **state)
{
    struct document *d = document_open();

    (void)state;
    assert_string_equal(count_words(d, &(struct outcome){1234.4, 1200, 1300}),
                        "1,234 (1,200 to 1,300)");
    assert_string_equal(count_words(d, &(struct outcome){1.2, 0.9, 1.4}), "1");
    assert_string_equal(count_words(d, &(struct outcome){(double)NAN, -1, 1e300}),
                        "0 (0 to 18,446,744,073,709,551,615)");
    assert_string_equal(real_words(d, &(struct outcome){0.421, 0.4, 0.441}), "0.42 (0.40 to 0.44)");
    assert_string_equal(real_words(d, &(struct outcome){12.34, 12.34, 12.34}), "12.3");
    assert_string_equal(real_words(d, &(struct outcome){1000, 1000, 1000}), "1,000");
    assert_string_equal(real_words(d, &(struct outcome){(double)INFINITY, 1, 2}), "-");
    assert_string_equal(real_words(d, &(struct outcome){-1e-16, -1e-16, 1e-16}), "0.00");
    document_close(&d);
}

static void an_effect_is_shown_where_its_interval_leaves_0_out(void **state)
{
    struct document *d = document_open();
    struct simulated was = of_share(1000, 0.4, 0.4, 0.4), less = of_share(1000, 0.1, 0.05, 0.2);
    struct simulated wide = of_share(1000, 0.39, 0.3, 0.45), few = of_share(19, 0.1, 0, 0.2);

    (void)state;
    struct lowered l = lowered(&was, &less);
    assert_int_equal(l.effect, EFFECT_SHOWN);
    assert_string_equal(lowered_words(d, &l), "less by 30.0 (20.0 to 35.0) points");
    l = lowered(&was, &wide);
    assert_int_equal(l.effect, EFFECT_NOT_SHOWN);
    assert_string_equal(lowered_words(d, &l), "no effect shown: less by 1.0 (-5.0 to 10.0) points");
    l = lowered(&was, &was);
    assert_int_equal(l.effect, EFFECT_NONE);
    assert_string_equal(lowered_words(d, &l), "no less");
    assert_string_equal(points_words(d, &l), "0.0");
    l = lowered(&few, &few);
    assert_int_equal(l.effect, EFFECT_TOO_FEW);
    assert_string_equal(lowered_words(d, &l), "too few messages to tell");
    document_close(&d);
}

static void observers_have_names(void **state)
{
    struct document *d = document_open();
    struct prefix_list list;
    struct err e;
    struct observer o = {.kind = OBSERVER_GLOBAL, .share = 0.25, .servers = 10, .prefixes = &list};
    struct observer two[2] = {{.strips = 0}, {.strips = 0.2}};

    (void)state;
    assert_int_equal(prefix_read(&list, slice_of("10.0.0.0/8,2001:db8::/32"), &e), 0);
    assert_string_equal(observer_sees(d, &o), "everything");
    o.kind = OBSERVER_SAMPLE;
    assert_string_equal(observer_sees(d, &o), "25.0 % of the sessions");
    o.kind = OBSERVER_PATHS;
    assert_string_equal(observer_sees(d, &o), "25.0 % of the paths");
    o.kind = OBSERVER_BUSIEST;
    assert_string_equal(observer_sees(d, &o), "the 10 busiest servers");
    o.servers = 1;
    assert_string_equal(observer_sees(d, &o), "the busiest server");
    o.kind = OBSERVER_PREFIX;
    assert_string_equal(observer_sees(d, &o), "what has an end in 10.0.0.0/8 or 1 more prefix");
    o.prefixes = NULL;
    assert_string_equal(observer_sees(d, &o), "what has an end in no prefix");
    assert_string_equal(offers_words(d, &two[1]), "20 % of the offers");
    o.strips = 1;
    assert_string_equal(offers_words(d, &o), "all offers");
    assert_int_equal(first_interferer(&(struct simulation){.observers = two, .observer_count = 2}),
                     1);
    assert_int_equal(first_interferer(&(struct simulation){.observers = two, .observer_count = 1}),
                     1);
    document_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_told_where_there_are_enough),
        cmocka_unit_test(numbers_are_short),
        cmocka_unit_test(an_effect_is_shown_where_its_interval_leaves_0_out),
        cmocka_unit_test(observers_have_names),
    };
    return cmocka_run_group_tests_name("simulation_words", tests, NULL, NULL);
}
