/* test_observer.c - observers, shares and levels as they are written, and what is refused. */
#include "test.h"

#include "../../cli/observer.h"

#include <string.h>

static void shares_are_numbers_or_percentages(void **state)
{
    static const struct {
        const char *text;
        double share;
    } good[] = {{"0", 0},  {"1", 1},     {"0.5", 0.5},     {".25", 0.25},
                {"1.", 1}, {"50%", 0.5}, {"12.5%", 0.125}, {"100%", 1}};
    static const char *const bad[] = {
        "",     ".",   "%",     "-0.1", "1.01", "101%", "0.5 ",
        "1e-1", "0,5", "0.1.2", "nan",  "inf",  "0x1",  "0.0000000000001"};
    double got;

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(share_read(slice_of(good[i].text), &got));
        assert_true(got == good[i].share);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_false(share_read(slice_of(bad[i]), &got));
}

static void each_kind_of_observer_is_read(void **state)
{
    struct prefix_list list;
    struct observer o;
    struct err e = {""};

    (void)state;
    assert_int_equal(observer_read(slice_of("global"), &o, &list, &e), 0);
    assert_int_equal(o.kind, OBSERVER_GLOBAL);
    assert_int_equal(observer_read(slice_of("sample:10%"), &o, &list, &e), 0);
    assert_int_equal(o.kind, OBSERVER_SAMPLE);
    assert_true(o.share == 0.1 && o.strips == 0);
    assert_int_equal(observer_read(slice_of("paths:0.2"), &o, &list, &e), 0);
    assert_int_equal(o.kind, OBSERVER_PATHS);
    assert_true(o.share == 0.2);
    assert_int_equal(observer_read(slice_of("busiest:10"), &o, &list, &e), 0);
    assert_int_equal(o.kind, OBSERVER_BUSIEST);
    assert_int_equal(o.servers, 10);
    assert_int_equal(observer_read(slice_of("prefix:2001:db8::/32,10.0.0.0/8"), &o, &list, &e), 0);
    assert_int_equal(o.kind, OBSERVER_PREFIX);
    assert_ptr_equal(o.prefixes, &list);
    assert_int_equal(list.count, 2);
}

static void what_is_wrong_is_said(void **state)
{
    static const char *const bad[][2] = {
        {"", "'': an observer is global, sample:SHARE"},
        {"global:1", "'global:1': an observer is"},
        {"Global", "'Global': an observer is"},
        {"sample", "'sample': the share it sees"},
        {"sample:2", "'sample:2': the share it sees must be from 0 to 1"},
        {"busiest:0", "'busiest:0': how many servers"},
        {"busiest:-1", "'busiest:-1': how many servers"},
        {"prefix:10.0.0.0/33", "10.0.0.0/33"},
        {"x\033[2J", "'x\\x1b[2J': an observer is"},
    };
    struct prefix_list list;
    struct observer o;

    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct err e = {""};
        assert_int_equal(observer_read(slice_of(bad[i][0]), &o, &list, &e), -1);
        if (!strstr(e.text, bad[i][1]))
            fail_msg("%s: %s", bad[i][0], e.text);
    }
}

static void levels_are_read_and_kept_in_order(void **state)
{
    double f[LEVELS] = {0.1, 0.5, 0.9};
    struct err e = {""};

    (void)state;
    assert_int_equal(follow_read(slice_of("must=1"), f, &e), 0);
    assert_true(f[LEVEL_MAY] == 0.1 && f[LEVEL_SHOULD] == 0.5 && f[LEVEL_MUST] == 1);
    assert_int_equal(follow_read(slice_of("must=95%, may=0, should=0.25"), f, &e), 0);
    assert_true(f[LEVEL_MAY] == 0 && f[LEVEL_SHOULD] == 0.25 && f[LEVEL_MUST] == 0.95);
    assert_int_equal(follow_read(slice_of("must=0.2"), f, &e), -1);
    assert_non_null(strstr(e.text, "a stronger level"));
    assert_int_equal(follow_read(slice_of("may=0.1,"), f, &e), -1);
    assert_int_equal(follow_read(slice_of(""), f, &e), -1);
    assert_int_equal(follow_read(slice_of("can=0.1"), f, &e), -1);
    assert_non_null(strstr(e.text, "'can=0.1': levels are written"));
    assert_int_equal(follow_read(slice_of("may=x"), f, &e), -1);
    assert_non_null(strstr(e.text, "from 0 to 1"));
    assert_true(f[LEVEL_MUST] == 0.95); /* what was refused changed nothing */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(shares_are_numbers_or_percentages),
        cmocka_unit_test(each_kind_of_observer_is_read),
        cmocka_unit_test(what_is_wrong_is_said),
        cmocka_unit_test(levels_are_read_and_kept_in_order),
    };
    return cmocka_run_group_tests_name("observer", tests, NULL, NULL);
}
