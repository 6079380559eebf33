/* test_mark.c - marks stay in their chart, and tones differ without their colours. */
#include "nesting.h"
#include "test.h"

#include "../../report/mark.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *drawn;
static size_t drawn_octets;

static FILE *draw(void)
{
    return open_memstream(&drawn, &drawn_octets);
}

static void assert_drawn(FILE *out, const char *want)
{
    fclose(out);
    assert_well_formed(drawn);
    assert_string_equal(drawn, want);
    free(drawn);
}

static void lengths_are_bounded(void **state)
{
    (void)state;
    assert_int_equal(mark_scaled(0, 10), 0);
    assert_int_equal(mark_scaled(1, 3), 3333);
    assert_int_equal(mark_scaled(2, 3), 6667);
    assert_int_equal(mark_scaled(10, 10), WHOLE);
    assert_int_equal(mark_scaled(11, 10), WHOLE);
    assert_int_equal(mark_scaled(-1, 10), 0);
    assert_int_equal(mark_scaled(1, 0), 0);
    assert_int_equal(mark_scaled(0, 0), 0);
    assert_int_equal(mark_scaled((double)UINT64_MAX, (double)UINT64_MAX), WHOLE);
    assert_int_equal(mark_scaled(1, (double)UINT64_MAX), 0);
    assert_int_equal(mark_scaled((double)UINT64_MAX, 1), WHOLE);
    assert_int_equal(mark_scaled((double)NAN, 1), 0);
    assert_int_equal(mark_scaled(1, (double)NAN), 0);
    assert_int_equal(mark_scaled((double)INFINITY, 1), WHOLE);
    assert_int_equal(mark_scaled((double)INFINITY, (double)INFINITY), WHOLE);
}

/* Whatever the colours are, stripes differ: in their way, their width, or their number. */
static void tones_have_stripes_of_their_own(void **state)
{
    FILE *out = draw();
    char stripes[TONES][900], *name;

    (void)state;
    mark_tones(out);
    fclose(out);
    assert_well_formed(drawn);
    assert_int_equal(times_in(drawn, "<linearGradient "), TONES);
    const char *at = drawn;
    for (unsigned i = 0; i < TONES; i++) {
        at = strstr(at, " spreadMethod");
        int n = (int)(strstr(at, "</linearGradient>") - at);
        assert_true(n < (int)sizeof stripes[i]);
        snprintf(stripes[i], sizeof stripes[i], "%.*s", n, at++);
        for (char *p = stripes[i]; (name = strstr(p, " t-")); p = name)
            memset(name, ' ', strcspn(name + 1, " \"") + 1);
        for (unsigned k = 0; k < i; k++)
            assert_string_not_equal(stripes[k], stripes[i]);
        assert_true(i == TONE_PLAIN || strstr(stripes[i], "cut"));
    }
    free(drawn);
}

static void a_swatch_shows_a_tone_or_a_mark(void **state)
{
    FILE *out = draw();

    (void)state;
    mark_swatch(out, TONE_WEAK, NULL);
    mark_swatch(out, TONE_WEAK, "lost");
    mark_swatch(out, (enum tone)77, NULL);
    assert_drawn(out, "<svg class=\"swatch\" width=\"14\" height=\"14\" aria-hidden=\"true\"><rect "
                      "width=\"14\" height=\"14\" fill=\"url(#tone--weak)\"/></svg>"
                      "<svg class=\"swatch\" width=\"14\" height=\"14\" aria-hidden=\"true\"><rect "
                      "width=\"14\" height=\"14\" class=\"lost\"/></svg>"
                      "<svg class=\"swatch\" width=\"14\" height=\"14\" aria-hidden=\"true\"><rect "
                      "width=\"14\" height=\"14\" fill=\"url(#tone--plain)\"/></svg>");
}

static void marks_are_svg(void **state)
{
    FILE *out = draw();

    (void)state;
    mark_bar(out, (struct box){1, 205, 3, 4}, TONE_GOOD, "a & b", "3 < 4");
    mark_outline(out, "lost", (struct box){0, WHOLE, 0, 9});
    mark_line(out, "grid", 0, 5000, 7, 8);
    mark_point(out, TONE_HIDDEN, 1234, 5);
    mark_text(out, "label", 0, 14, "abc<def", 5);
    assert_drawn(out, "<rect x=\"0.01%\" width=\"2.05%\" y=\"3\" height=\"4\" class=\"mark\" "
                      "fill=\"url(#tone--good)\"><title>a &amp; b: 3 &lt; 4</title></rect>\n"
                      "<rect x=\"0.00%\" width=\"100.00%\" y=\"0\" height=\"9\" class=\"lost\"/>\n"
                      "<line x1=\"0.00%\" x2=\"50.00%\" y1=\"7\" y2=\"8\" class=\"grid\"/>\n"
                      "<circle cx=\"12.34%\" cy=\"5\" r=\"5\" class=\"point tone t-hidden\"/>\n"
                      "<text x=\"0.00%\" y=\"14\" class=\"label\">abc&lt;\u2026</text>\n");
}

static void whiskers_go_from_end_to_end(void **state)
{
    FILE *out = draw();

    (void)state;
    mark_whisker(out, 0.25, 0.5, 10);
    assert_drawn(out, "<line x1=\"25.00%\" x2=\"50.00%\" y1=\"10\" y2=\"10\" class=\"whisker\"/>\n"
                      "<line x1=\"25.00%\" x2=\"25.00%\" y1=\"6\" y2=\"14\" class=\"whisker\"/>\n"
                      "<line x1=\"50.00%\" x2=\"50.00%\" y1=\"6\" y2=\"14\" class=\"whisker\"/>\n");
    out = draw();
    mark_whisker(out, (double)INFINITY, (double)NAN, 10);
    fclose(out);
    assert_well_formed(drawn);
    assert_int_equal(times_in(drawn, "x2=\"100.00%\""), 3);
    free(drawn);
}

static void texts_are_shown_where_they_fit(void **state)
{
    (void)state;
    assert_string_equal(mark_fitting("63.6 %", WHOLE, "always", "screen"), "always");
    assert_string_equal(mark_fitting("63.6 %", 1700, "always", "screen"), "always");
    assert_string_equal(mark_fitting("63.6 %", 1650, "always", "screen"), "screen");
    assert_string_equal(mark_fitting("63.6 %", 800, "always", "screen"), "screen");
    assert_null(mark_fitting("63.6 %", 700, "always", "screen"));
    assert_null(mark_fitting("", 0, "always", "screen"));
    assert_int_equal(mark_columns("\xff\u65e5"), 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(lengths_are_bounded),
        cmocka_unit_test(tones_have_stripes_of_their_own),
        cmocka_unit_test(a_swatch_shows_a_tone_or_a_mark),
        cmocka_unit_test(marks_are_svg),
        cmocka_unit_test(whiskers_go_from_end_to_end),
        cmocka_unit_test(texts_are_shown_where_they_fit),
    };
    return cmocka_run_group_tests_name("mark", tests, NULL, NULL);
}
