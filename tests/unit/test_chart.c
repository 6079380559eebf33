/* test_chart.c - lengths are those of the figures, and in their bounds whatever the figures are. */
#include "nesting.h"
#include "test.h"

#include "../../report/chart.h"

#include <mailtap/rates.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The chart of these figures; owned by the caller. */
static char *chart_of(enum chart chart, const struct figure *figures, unsigned count)
{
    struct document *d = document_open();
    char *got = NULL;
    size_t n;
    FILE *out = open_memstream(&got, &n);

    document_section(d, "s", "S");
    struct block *b = add_figures(d, "f", "", chart, "");
    for (unsigned i = 0; i < count; i++)
        add_figure(d, b, figures[i]);
    chart_put(out, b, "s--f", slice_of("A & B"));
    fclose(out);
    document_close(&d);
    assert_well_formed(got);
    return got;
}

static void assert_has(const char *chart, const char *what)
{
    if (!strstr(chart, what))
        fail_msg("not in the chart: %s\n%s", what, chart);
}

static struct figure share(const char *label, uint64_t count, uint64_t of, enum tone tone)
{
    struct share s = share_of(count, of);

    return (struct figure){.label = label,
                           .count = count,
                           .of = of,
                           .share = true,
                           .intervalled = of >= SHARE_MINIMUM,
                           .low = s.low,
                           .high = s.high,
                           .tone = tone};
}

static void a_chart_is_told_to_who_cannot_see_it(void **state)
{
    const struct figure one = {.label = "l", .count = 1};
    char *chart = chart_of(CHART_BARS, &one, 1);

    (void)state;
    assert_has(chart, "<svg class=\"chart\" role=\"img\" aria-labelledby=\"s--f--title "
                      "s--f--desc\" width=\"100%\" height=\"38\">\n"
                      "<title id=\"s--f--title\">A &amp; B</title>\n"
                      "<desc id=\"s--f--desc\">What it shows is in the table below it.</desc>\n");
    free(chart);
}

static void only_some_blocks_have_one(void **state)
{
    const struct table_column column = {"a", "A", true};
    struct document *d = document_open();

    (void)state;
    document_section(d, "s", "S");
    struct block *none = add_figures(d, "a", "", CHART_NONE, "");
    struct block *bars = add_figures(d, "b", "", CHART_BARS, "");
    struct block *table = add_table(d, "c", "", &column, 1);
    assert_false(chart_drawn(bars)); /* nothing in it */
    add_figure(d, none, (struct figure){.label = "l"});
    add_figure(d, bars, (struct figure){.label = "l"});
    add_row(d, table);
    assert_false(chart_drawn(none));
    assert_true(chart_drawn(bars));
    assert_false(chart_drawn(table));
    struct block *points = add_figures(d, "d", "", CHART_INTERVALS, "");
    add_figure(d, points, share("l", 19, 19, TONE_GOOD));
    assert_false(chart_drawn(points)); /* too few for a point */
    add_figure(d, points, share("l", 20, 20, TONE_GOOD));
    assert_true(chart_drawn(points));
    document_close(&d);
}

/* ---- parts */

static void parts_fill_the_whole(void **state)
{
    const struct figure parts[] = {share("a", 50, 100, TONE_CLEAR), share("none", 0, 100, 0),
                                   share("b", 20, 100, TONE_WEAK), share("c", 30, 100, TONE_GOOD)};
    char *chart = chart_of(CHART_PARTS, parts, 4);

    (void)state;
    assert_has(chart, "<rect x=\"0.00%\" width=\"50.00%\" y=\"22\" height=\"30\" class=\"mark\" "
                      "fill=\"url(#tone--clear)\"><title>a: 50.0 %</title>");
    assert_has(chart, "<rect x=\"50.00%\" width=\"20.00%\" y=\"22\" height=\"30\" class=\"mark\" "
                      "fill=\"url(#tone--weak)\">");
    assert_has(chart, "<rect x=\"70.00%\" width=\"30.00%\"");
    assert_has(chart, "<line x1=\"50.00%\" x2=\"50.00%\" y1=\"22\" y2=\"52\" class=\"gap\"/>");
    assert_has(chart, "<text x=\"60.00%\" y=\"14\" class=\"value part\">20.0 %</text>");
    assert_int_equal(times_in(chart, "class=\"mark\""), 3);
    assert_int_equal(times_in(chart, "class=\"gap\""), 2);
    free(chart);
}

/* A part of little is seen, what is in no part is empty, and shares of few are counts. */
static void parts_are_seen(void **state)
{
    const struct figure little[] = {{.label = "a", .count = 1000000}, {.label = "b", .count = 1}};
    struct figure few[] = {share("a", 2, 8, 0), share("b", 4, 8, 0)};
    char *chart = chart_of(CHART_PARTS, little, 2);

    (void)state;
    assert_has(chart, "<rect x=\"99.01%\" width=\"0.99%\"");
    assert_has(chart, ">1,000,000</text>");
    assert_int_equal(times_in(chart, "</text>"), 1);
    free(chart);
    few[0].estimated = true;
    chart = chart_of(CHART_PARTS, few, 2);
    assert_has(chart, "<rect x=\"25.00%\" width=\"50.00%\"");
    assert_has(chart, "class=\"rest\"");
    assert_has(chart, ">2 of about 8</text>");
    assert_has(chart, ">4 of 8</text>");
    assert_int_equal(times_in(chart, " %<"), 0);
    free(chart);
}

/* ---- bars */

static void bars_are_as_long_as_their_counts(void **state)
{
    const struct figure bars[] = {
        {.label = "a", .count = 40, .estimated = true},
        {.label = "a label for which a phone has no room on one line", .count = 10},
        {.label = "none"},
        {.label = "most", .count = 40000}};
    char *chart = chart_of(CHART_BARS, bars, 3);

    (void)state;
    assert_has(chart, "<rect x=\"0.00%\" width=\"100.00%\" y=\"20\"");
    assert_has(chart, "<rect x=\"0.00%\" width=\"25.00%\" y=\"58\"");
    assert_has(chart, "<rect x=\"0.00%\" width=\"0.00%\" y=\"96\"");
    assert_has(chart, "class=\"value\">about 40</text>");
    assert_has(chart,
               "class=\"label on-phone\">a label for which a phone has no room\u2026</text>");
    assert_has(
        chart,
        "class=\"label on-screen\">a label for which a phone has no room on one line</text>");
    assert_int_equal(times_in(chart, "whisker"), 0);
    free(chart);
    chart = chart_of(CHART_BARS, bars, 4);
    assert_has(chart, "<rect x=\"0.00%\" width=\"0.40%\" y=\"58\""); /* 10 of 40,000 are seen */
    assert_has(chart, "<rect x=\"0.00%\" width=\"0.00%\" y=\"96\"");
    free(chart);
}

static void bars_of_shares_have_intervals(void **state)
{
    const struct figure bars[] = {share("a", 25, 100, TONE_GOOD), share("b", 3, 4, TONE_GOOD)};
    char *chart = chart_of(CHART_BARS, bars, 2);

    (void)state;
    assert_has(chart, "<rect x=\"0.00%\" width=\"25.00%\" y=\"20\" height=\"12\" class=\"mark\"");
    assert_has(chart, "<line x1=\"17.55%\" x2=\"34.30%\" y1=\"38\" y2=\"38\" class=\"whisker\"/>");
    assert_has(chart, ">25.0 %</text>");
    assert_has(chart, ">3 of 4</text>");
    assert_int_equal(times_in(chart, "whisker"), 3);
    assert_has(chart, "Lines with ends are 95 % intervals.");
    free(chart);
}

/* ---- steps */

static void steps_show_what_did_not_go_on(void **state)
{
    const struct figure steps[] = {{.label = "sessions", .count = 100},
                                   share("offered", 60, 80, TONE_PLAIN),
                                   share("asked for", 15, 60, TONE_GOOD)};
    char *chart = chart_of(CHART_FLOW, steps, 3);

    (void)state;
    assert_has(chart, "<rect x=\"0.00%\" width=\"100.00%\" y=\"20\"");
    assert_has(chart, "<rect x=\"0.00%\" width=\"60.00%\" y=\"74\"");
    assert_has(chart,
               "<rect x=\"60.00%\" width=\"20.00%\" y=\"74\" height=\"22\" class=\"lost\"/>");
    assert_has(chart, ">\u221220</text>");
    assert_has(chart, "<rect x=\"80.00%\" width=\"20.00%\" y=\"74\" height=\"22\" class=\"mark\" "
                      "fill=\"url(#tone--unknown)\"><title>not known: 20</title>");
    assert_has(chart, "<rect x=\"0.00%\" width=\"15.00%\" y=\"128\"");
    assert_has(chart,
               "<rect x=\"15.00%\" width=\"45.00%\" y=\"128\" height=\"22\" class=\"lost\"/>");
    assert_has(chart, ">15 of 60</text>");
    assert_has(chart, "did not go on</li>");
    assert_has(chart, "not known</li>");
    free(chart);
    /* Where all is known, nothing is said of what is not. */
    chart = chart_of(CHART_FLOW, &steps[1], 2);
    assert_has(chart, "<rect x=\"0.00%\" width=\"75.00%\" y=\"20\"");
    assert_int_equal(times_in(chart, "not known"), 0);
    free(chart);
}

/* ---- intervals */

static void points_stand_on_one_axis(void **state)
{
    const struct figure points[] = {{.label = "count", .count = 7},
                                    share("a", 25, 100, TONE_WEAK),
                                    share("b", 3, 4, TONE_GOOD)};
    char *chart = chart_of(CHART_INTERVALS, points, 3);

    (void)state;
    assert_has(chart, "<circle cx=\"25.00%\" cy=\"28\" r=\"5\" class=\"point tone t-weak\"/>");
    assert_has(chart, "<line x1=\"17.55%\" x2=\"34.30%\" y1=\"28\" y2=\"28\" class=\"whisker\"/>");
    assert_has(chart, ">3 of 4</text>");
    assert_has(chart, ">too few for a share</text>");
    assert_int_equal(times_in(chart, "count"), 0);
    assert_int_equal(times_in(chart, "<circle"), 1);
    assert_has(chart, ">0 %</text>");
    assert_has(chart, ">100 %</text>");
    free(chart);
}

/* ---- anything */

static void any_figures_stay_in_bounds(void **state)
{
    struct figure wild[] = {
        {.label = ""},
        {.label = "all", .count = UINT64_MAX, .estimated = true},
        {.label = "of nothing", .share = true},
        {.label = "more than all", .share = true, .count = UINT64_MAX, .of = 1},
        {.label = "all of it", .share = true, .count = UINT64_MAX, .of = UINT64_MAX},
        {.label = "upside down", .share = true, .of = 20, .intervalled = true, .low = 1},
        {.label = "no numbers",
         .share = true,
         .of = 20,
         .intervalled = true,
         .low = (double)NAN,
         .high = (double)INFINITY,
         .tone = (enum tone)99},
        {.label = "less than none", .share = true, .of = 20, .intervalled = true, .low = -1e300},
    };
    unsigned count = sizeof wild / sizeof *wild;

    (void)state;
    for (unsigned chart = CHART_PARTS; chart <= CHART_INTERVALS; chart++)
        for (unsigned from = 0; from < count; from++)
            for (unsigned to = from + 1; to <= count; to++) {
                char *got = chart_of((enum chart)chart, wild + from, to - from);
                assert_int_equal(times_in(got, "nan") + times_in(got, "inf"), 0);
                free(got);
            }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_chart_is_told_to_who_cannot_see_it),
        cmocka_unit_test(only_some_blocks_have_one),
        cmocka_unit_test(parts_fill_the_whole),
        cmocka_unit_test(parts_are_seen),
        cmocka_unit_test(bars_are_as_long_as_their_counts),
        cmocka_unit_test(bars_of_shares_have_intervals),
        cmocka_unit_test(steps_show_what_did_not_go_on),
        cmocka_unit_test(points_stand_on_one_axis),
        cmocka_unit_test(any_figures_stay_in_bounds),
    };
    return cmocka_run_group_tests_name("chart", tests, NULL, NULL);
}
