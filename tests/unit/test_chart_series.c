/* test_chart_series.c - columns are stacked, fit, and sum what shares them. */
#include "nesting.h"
#include "test.h"

#include "../../report/chart_series.h"

#include <stdio.h>
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
    /* The plot: 20 to 170.  30 of 100, a gap, and 70 of 100 on top of it, up to the line. */
    assert_has(got, "<rect x=\"7.50%\" width=\"10.00%\" y=\"125\" height=\"45\" class=\"mark\" "
                    "fill=\"url(#tone--clear)\"><title>in the clear: 30</title>");
    assert_has(got, "<rect x=\"7.50%\" width=\"10.00%\" y=\"20\" height=\"103\" class=\"mark\" "
                    "fill=\"url(#tone--good)\"><title>a &lt; b: 70</title>");
    assert_has(got, "<rect x=\"57.50%\" width=\"10.00%\" y=\"95\" height=\"75\"");
    assert_has(got, "<rect x=\"82.50%\" width=\"10.00%\" y=\"166\" height=\"4\""); /* 1 is seen */
    assert_int_equal(times_in(got, "class=\"mark\""), 4);
    assert_has(got, "url(#tone--clear)\"/></svg>in the clear</li>");
    assert_int_equal(times_in(got, "rows of the table"), 0);
    assert_int_equal(series_height(b), 192);
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

/* Layers of next to nothing are seen, and those of much make room for them. */
static void little_is_seen_beside_much(void **state)
{
    static const uint64_t much[][2] = {{1, 1000000}, {1000000, 1}, {1, UINT64_MAX}};

    (void)state;
    for (size_t i = 0; i < sizeof much / sizeof *much; i++) {
        struct block *b;
        struct document *d = series_of(1, 0, &b);
        b->lines[0].values[0] = much[i][0];
        b->lines[1].values[0] = much[i][1];
        char *got = drawn(b);
        assert_int_equal(times_in(got, "y=\"20\""), 1);
        assert_int_equal(
            times_in(got, much[i][0] == 1 ? "y=\"166\" height=\"4\"" : "y=\"20\" height=\"2\""), 1);
        free(got);
        document_close(&d);
    }
}

/* The box of the next mark of a chart; false where there is none. */
static bool next_box(const char **at, unsigned *y_r, unsigned *height_r)
{
    *at = strstr(*at, " y=\"");
    while (*at && sscanf(*at, " y=\"%u\" height=\"%u\"", y_r, height_r) != 2)
        *at = strstr(*at + 1, " y=\"");
    return *at && (*at)++;
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
            char *got = drawn(b);
            const char *at = got;
            unsigned y, height, boxes = 0;
            for (; next_box(&at, &y, &height); boxes++) {
                assert_in_range(y, 20, 168);
                assert_in_range(height, 2, 170 - y);
            }
            assert_true(boxes > 0);
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
        cmocka_unit_test(little_is_seen_beside_much),
        cmocka_unit_test(any_values_stay_in_the_plot),
    };
    return cmocka_run_group_tests_name("chart_series", tests, NULL, NULL);
}
