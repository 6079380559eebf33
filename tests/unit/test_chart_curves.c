/* test_chart_curves.c - lines, bands and names are where they belong, and differ without colours. */
#include "nesting.h"
#include "test.h"

#include "../../report/chart_curves.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct curve_axis shares[2] = {
    {.label = "share that follows", .unit = "", .share = true, .most = 1},
    {.label = "messages readable", .unit = "", .share = true, .most = 1},
};

/* `lines` lines at `points` places from 0 to 1, all of `value`, in a document of its own. */
static struct document *curves_of(unsigned lines, unsigned points, double value, struct block **b_r)
{
    struct curve curves[CURVE_LINES + 1] = {{0}};
    struct document *d = document_open();

    document_section(d, "s", "S");
    for (unsigned i = 0; i < lines; i++)
        curves[i] = (struct curve){
            .name = "c", .label = document_words(d, "l%u < m", i), .tone = (enum tone)(i % TONES)};
    struct block *b = add_curves(d, "c", "", "", shares, points, curves, lines);
    for (unsigned k = 0; k < b->x_count; k++)
        b->xs[k] = b->x_count > 1 ? (double)k / (b->x_count - 1) : 0;
    for (unsigned i = 0; i < b->curve_count; i++)
        for (unsigned k = 0; k < b->x_count; k++)
            b->curves[i].values[k] = (struct curve_value){value, value, value};
    *b_r = b;
    return d;
}

static char *drawn(const struct block *b)
{
    char *got = NULL;
    size_t n;
    FILE *out = open_memstream(&got, &n);

    curves_put(out, b, "s--c");
    curves_legend(out, b);
    fclose(out);
    assert_well_formed(got);
    return got;
}

static void assert_has(const char *chart, const char *what)
{
    if (!strstr(chart, what))
        fail_msg("not in the chart: %s\n%s", what, chart);
}

static void a_line_has_its_places_its_band_and_its_name(void **state)
{
    struct block *b;
    struct document *d = curves_of(1, 3, 0.5, &b);

    (void)state;
    b->curves[0].values[1] = (struct curve_value){0.25, 0.2, 0.4};
    b->curves[0].values[2] = (struct curve_value){0, 0, 0};
    char *got = drawn(b);
    assert_has(got, "<polyline class=\"curve t-plain\" stroke-dasharray=\"none\" "
                    "points=\"0,5000 5000,7500 10000,10000 \"/>");
    assert_has(got, "<clipPath id=\"s--c--band-0\" clipPathUnits=\"objectBoundingBox\"><polygon "
                    "points=\"0.0000,0.5000 0.5000,0.6000 1.0000,1.0000 "
                    "1.0000,1.0000 0.5000,0.8000 0.0000,0.5000 \"/>");
    assert_has(got, "clip-path=\"url(#s--c--band-0)\"");
    assert_has(got, "<title>l0 &lt; m, 50.0 %: 25.0 %</title>");
    /* Its last place is at the bottom of the plot, 254, and so is its name. */
    assert_has(got, "y=\"258\" class=\"label\">l0 &lt; m</text>");
    assert_int_equal(times_in(got, "<path class=\"point"), 3 + 1);
    assert_has(got, "Bands are 95 % intervals.");
    assert_has(got, ">messages readable</text>");
    assert_has(got, ">share that follows</text>");
    free(got);
    document_close(&d);
}

static void what_is_certain_has_no_band(void **state)
{
    struct block *b;
    struct document *d = curves_of(2, 5, 0.5, &b);

    (void)state;
    char *got = drawn(b);
    assert_int_equal(times_in(got, "clipPath"), 0);
    assert_int_equal(times_in(got, "Bands"), 0);
    free(got);
    document_close(&d);
}

/* The dashes and the shape of line `i`, out of the legend. */
static void look_of(const char *chart, unsigned i, char look[200])
{
    const char *at = strstr(chart, "class=\"legend\"");

    for (unsigned k = 0; k <= i; k++)
        at = strstr(at + 1, "<polyline");
    const char *dash = strstr(at, "stroke-dasharray"), *shape = strstr(at, " d=\"");
    snprintf(look, 200, "%.*s|%.*s", (int)strcspn(dash, " p"), dash, (int)strcspn(shape + 4, "\""),
             shape + 4);
}

static void lines_differ_without_their_colours(void **state)
{
    struct block *b;
    struct document *d = curves_of(CURVE_LINES, 11, 0.5, &b);
    char *got = drawn(b), looks[CURVE_LINES][200];

    (void)state;
    for (unsigned i = 0; i < CURVE_LINES; i++) {
        look_of(got, i, looks[i]);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(looks[i], looks[k]);
    }
    free(got);
    document_close(&d);
}

/* Names that are shown always: their places, from the top. */
static unsigned names_in(const char *chart, unsigned y[CURVE_LINES])
{
    unsigned n = 0;

    for (const char *at = chart; (at = strstr(at, "class=\"label\"")) != NULL; at++) {
        const char *from = at;
        while (strncmp(from, " y=\"", 4) != 0)
            from--;
        y[n++] = (unsigned)strtoul(from + 4, NULL, 10);
    }
    return n;
}

static void names_never_meet(void **state)
{
    static const double ends[] = {0, 0.5, 1, 0.03};

    (void)state;
    for (size_t e = 0; e < sizeof ends / sizeof *ends; e++)
        for (unsigned lines = 1; lines <= CURVE_LINES; lines++) {
            struct block *b;
            struct document *d = curves_of(lines, 2, ends[e], &b);
            unsigned y[CURVE_LINES];
            b->curves[lines - 1].values[1].at = 0.1; /* one that crosses the others */
            char *got = drawn(b);
            assert_int_equal(names_in(got, y), lines);
            for (unsigned i = 0; i < lines; i++)
                assert_in_range(y[i], i ? y[i - 1] + 18 : 20, 260);
            free(got);
            document_close(&d);
        }
}

static void many_points_have_few_marks(void **state)
{
    struct block *b;
    struct document *d = curves_of(1, CURVE_POINTS + 50, 0.5, &b);

    (void)state;
    assert_int_equal(b->x_count, CURVE_POINTS);
    char *got = drawn(b);
    assert_int_equal(times_in(got, "<path class=\"point"), 11 + 1);
    free(got);
    document_close(&d);
    d = curves_of(CURVE_LINES + 1, 1, 0.5, &b);
    assert_int_equal(b->curve_count, CURVE_LINES);
    got = drawn(b);
    assert_int_equal(times_in(got, "<polyline"), 2 * CURVE_LINES);
    free(got);
    document_close(&d);
}

static void any_values_stay_in_the_plot(void **state)
{
    const double values[] = {NAN, INFINITY, -INFINITY, -1, 2, 1e300, 0};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        struct block *b;
        struct document *d = curves_of(2, 3, values[i], &b);
        b->curves[1].values[1] = (struct curve_value){0.5, values[i], -values[i]};
        b->xs[2] = values[i];
        char *got = drawn(b);
        for (const char *at = got; (at = strstr(at, " points=\"")) != NULL; at++)
            for (const char *p = at + 9; *p != '"'; p++)
                assert_true(strchr("0123456789.,- ", *p) != NULL);
        assert_int_equal(times_in(got, "nan"), 0);
        assert_int_equal(times_in(got, "inf"), 0);
        free(got);
        document_close(&d);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_has_its_places_its_band_and_its_name),
        cmocka_unit_test(what_is_certain_has_no_band),
        cmocka_unit_test(lines_differ_without_their_colours),
        cmocka_unit_test(names_never_meet),
        cmocka_unit_test(many_points_have_few_marks),
        cmocka_unit_test(any_values_stay_in_the_plot),
    };
    return cmocka_run_group_tests_name("chart_curves", tests, NULL, NULL);
}
