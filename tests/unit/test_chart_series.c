/* test_chart_series.c - columns are stacked, fit, and sum what shares them. */
#include "nesting.h"
#include "test.h"

#include "../../report/chart_series.h"

#include <stdlib.h>
#include <string.h>

static const struct series_line two[] = {
    {.name = "a", .label = "in the clear", .tone = TONE_CLEAR},
    {.name = "b", .label = "a < b", .tone = TONE_GOOD},
};

/* A series of places "p1", "p2", ... whose values are all `value`, in a document of its own. */
static struct document *series_of(unsigned places, uint64_t value, struct block **series_r)
{
    struct document *d = document_open();

    document_section(d, "s", "S");
    struct block *b = add_series(d, "s", "", "", places, two, 2);
    const char **names = document_room(d, places, sizeof *names);
    for (unsigned i = 0; i < places; i++) {
        names[i] = document_words(d, "p%u", i + 1);
        b->lines[0].values[i] = b->lines[1].values[i] = value;
    }
    b->places = names;
    *series_r = b;
    return d;
}

static char *drawn(const struct block *b)
{
    char *got = NULL;
    size_t n;
    FILE *out = open_memstream(&got, &n);

    series_put(out, b);
    series_legend(out, b);
    fclose(out);
    assert_well_formed(got);
    return got;
}

static void assert_has(const char *chart, const char *what)
{
    if (!strstr(chart, what))
        fail_msg("not in the chart: %s\n%s", what, chart);
}

static void lines_are_stacked(void **state)
{
    struct block *b;
    struct document *d = series_of(4, 0, &b);

    (void)state;
    b->lines[0].values[0] = 30;
    b->lines[1].values[0] = 70;
    b->lines[1].values[2] = 50;
    b->lines[0].values[3] = 1;
    char *got = drawn(b);
    assert_has(got, "class=\"axis\">100</text>");
    /* The plot: 20 to 178.  30 of 100, a gap, and 70 of 100 on top of it. */
    assert_has(got, "<rect x=\"7.50%\" width=\"10.00%\" y=\"133\" height=\"45\" class=\"mark\" "
                    "fill=\"url(#tone--clear)\"><title>in the clear: 30</title>");
    assert_has(got, "<rect x=\"7.50%\" width=\"10.00%\" y=\"26\" height=\"105\" class=\"mark\" "
                    "fill=\"url(#tone--good)\"><title>a &lt; b: 70</title>");
    assert_has(got, "<rect x=\"57.50%\" width=\"10.00%\" y=\"103\" height=\"75\"");
    assert_has(got, "<rect x=\"82.50%\" width=\"10.00%\" y=\"176\" height=\"2\""); /* 1 is seen */
    assert_int_equal(times_in(got, "class=\"mark\""), 4);
    assert_has(got, "url(#tone--clear)\"/></svg>in the clear</li>");
    assert_int_equal(times_in(got, "rows of the table"), 0);
    assert_int_equal(series_height(b), 200);
    free(got);
    document_close(&d);
}

static void places_are_named_as_far_as_they_fit(void **state)
{
    static const struct {
        unsigned places, named;
    } cases[] = {{1, 1}, {2, 2}, {3, 3}, {8, 3}, {9, 5}, {60, 5}, {1000, 5}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct block *b;
        struct document *d = series_of(cases[i].places, 1, &b);
        char *got = drawn(b);
        assert_int_equal(times_in(got, ">p"), cases[i].named);
        assert_has(got, ">p1</text>");
        free(got);
        document_close(&d);
    }
}

static void many_places_share_columns(void **state)
{
    struct block *b;
    struct document *d = series_of(61, 1, &b);

    (void)state;
    char *got = drawn(b);
    assert_int_equal(times_in(got, "class=\"mark\""), 2 * 31);
    assert_int_equal(times_in(got, "<title>in the clear: 2</title>"), 30);
    assert_int_equal(times_in(got, "<title>in the clear: 1</title>"), 1); /* the last, of one */
    assert_has(got, ">p61</text>");
    assert_has(got, "Each column is the sum of 2 rows of the table.");
    free(got);
    document_close(&d);
    for (unsigned places = 1; places <= 1000; places += 37) {
        d = series_of(places, places, &b);
        got = drawn(b);
        assert_true(times_in(got, "class=\"mark\"") <= 2 * SERIES_COLUMNS);
        free(got);
        document_close(&d);
    }
}

static void any_values_stay_in_the_plot(void **state)
{
    static const uint64_t values[] = {0, 1, UINT64_MAX / 2, UINT64_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        for (unsigned places = 1; places <= 121; places += 40) {
            struct block *b;
            struct document *d = series_of(places, values[i], &b);
            b->lines[0].values[0] = 1;
            char *got = drawn(b); /* no number in it is below 0: that is no length */
            assert_int_equal(times_in(got, "y=\"-"), 0);
            free(got);
            document_close(&d);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lines_are_stacked),
        cmocka_unit_test(places_are_named_as_far_as_they_fit),
        cmocka_unit_test(many_places_share_columns),
        cmocka_unit_test(any_values_stay_in_the_plot),
    };
    return cmocka_run_group_tests_name("chart_series", tests, NULL, NULL);
}
