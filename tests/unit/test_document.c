/* test_document.c - a document holds what was put in, in that order, and all of it is safe. */
#include "test.h"

#include "../../report/document.h"

#include <math.h>
#include <string.h>

static void texts_are_made_safe(void **state)
{
    struct document *d = document_open();

    (void)state;
    assert_string_equal(document_text(d, slice_of("a\x1b[31m\xff\n"), 72), "a\\x1b[31m\\xff\\x0a");
    assert_string_equal(document_text(d,
                                      slice_of("a\xe2\x80\xae"
                                               "b"),
                                      72),
                        "a\\u202eb");
    assert_string_equal(document_text(d, slice_of("abcdef"), 4), "abc\xe2\x80\xa6");
    assert_string_equal(document_text(d, (struct slice){0}, 72), "");
    assert_string_equal(document_words(d, "%d of %s", 2, "3"), "2 of 3");
    document_close(&d);
    assert_null(d);
    document_close(&d);
}

static void what_is_put_in_stays_in_order(void **state)
{
    struct document *d = document_open();
    char label[16];

    (void)state;
    document_title(d, "A report");
    for (int i = 0; i < 9; i++) {
        snprintf(label, sizeof label, "s%d", i);
        document_section(d, label, label);
        for (int k = 0; k < i; k++)
            say_item(d, "%d.%d", i, k);
        document_fact(d, label);
    }
    assert_int_equal(d->section_count, 9);
    assert_int_equal(d->fact_count, 9);
    for (unsigned i = 0; i < 9; i++) {
        const struct section *s = d->sections[i];
        assert_int_equal(s->name[1], '0' + (int)i);
        assert_string_equal(d->facts[i], s->title);
        assert_int_equal(s->block_count, i);
        for (unsigned k = 0; k < i; k++) {
            assert_int_equal(s->blocks[k]->text[2], '0' + (int)k);
            assert_true(s->blocks[k]->item);
        }
    }
    document_close(&d);
}

static void figures_are_found_by_name(void **state)
{
    struct document *d = document_open();
    char name[16];

    (void)state;
    document_section(d, "one", "One");
    struct block *first = add_figures(d, "a", "", CHART_BARS, "bars");
    assert_true(block_empty(first));
    for (unsigned i = 0; i < 70; i++) {
        snprintf(name, sizeof name, "n%u", i);
        add_figure(d, first, (struct figure){.name = name, .label = "l", .count = i});
    }
    document_section(d, "two", "Two");
    struct block *second = add_figures(d, "b", "", CHART_NONE, "");
    add_figure(d, second, (struct figure){.label = "without a name"});
    add_figure(d, second, (struct figure){.name = "last", .label = "l", .note = "n"});
    assert_false(block_empty(first));
    assert_int_equal(document_figure(d, "n0")->count, 0);
    assert_int_equal(document_figure(d, "n69")->count, 69);
    assert_string_equal(document_figure(d, "last")->note, "n");
    assert_string_equal(document_figure(d, "last")->unit, "");
    assert_null(document_figure(d, "n70"));
    struct figure_place p = {0};
    unsigned named = 0;
    for (const struct figure *f; (f = document_next(d, &p)) != NULL; named++)
        assert_string_equal(f->name, named == 70 ? "last" : first->figures[named].name);
    assert_int_equal(named, 71); /* without the one that has no name */
    assert_null(document_next(d, &p));
    assert_null(document_figure(d, "l"));
    document_close(&d);
}

static void tables_and_series_have_room(void **state)
{
    static const struct table_column columns[] = {{"ip", "server", false}, {"n", "mails", true}};
    static const struct series_line lines[] = {{.name = "clear", .label = "in the clear"},
                                               {.name = "tls", .label = "under TLS"}};
    struct document *d = document_open();

    (void)state;
    document_section(d, "one", "One");
    struct block *t = add_table(d, "t", "", columns, 2);
    assert_true(block_empty(t));
    for (unsigned i = 0; i < 33; i++) {
        struct table_row *row = add_row(d, t);
        assert_int_equal(row->cells[1].number, 0);
        row->cells[0].text = document_words(d, "%u", i);
        row->cells[1].number = i;
    }
    for (unsigned i = 0; i < 33; i++)
        assert_int_equal(t->rows[i].cells[1].number, i);
    assert_string_equal(t->rows[32].cells[0].text, "32");
    struct block *s = add_series(d, "s", "", "", 3, lines, 2);
    assert_int_equal(s->lines[1].values[2], 0);
    assert_string_equal(s->lines[1].label, "under TLS");
    assert_false(block_empty(s));
    assert_true(block_empty(add_series(d, "e", "", "", 0, lines, 2)));
    document_close(&d);
}

static void values_of_an_axis_are_short(void **state)
{
    static const struct curve_axis share = {.label = "", .unit = "", .share = true};
    static const struct curve_axis bits = {.label = "", .unit = "bits"};
    static const struct curve_axis plain = {.label = "", .unit = ""};
    char text[AXIS_TEXT];

    (void)state;
    assert_string_equal(axis_text(text, &share, 0.3416), "34.2 %");
    assert_string_equal(axis_text(text, &share, 1e300), "1000.0 %");
    assert_string_equal(axis_text(text, &share, (double)NAN), "-");
    assert_string_equal(axis_text(text, &bits, 0.5678), "0.57 bits");
    assert_string_equal(axis_text(text, &plain, 12.345), "12.3");
    assert_string_equal(axis_text(text, &plain, 1234567.8), "1,234,568");
    assert_string_equal(axis_text(text, &plain, 1e30), "1e+30");
    assert_string_equal(axis_text(text, &plain, -(double)INFINITY), "-");
}

static void curves_are_bounded(void **state)
{
    static const struct curve many[CURVE_LINES + 1] = {{.name = "a", .label = "2.a"}};
    static const struct curve_axis axes[2] = {{.label = "x", .unit = ""}, {.label = "y"}};
    struct document *d = document_open();

    (void)state;
    document_section(d, "one", "One");
    struct block *b = add_curves(d, "c", "", "", axes, 1000, many, CURVE_LINES + 1);
    assert_int_equal(b->x_count, CURVE_POINTS);
    assert_int_equal(b->curve_count, CURVE_LINES);
    assert_string_equal(b->across.label, "x");
    assert_string_equal(b->up.label, "y");
    assert_true(b->curves[CURVE_LINES - 1].values[CURVE_POINTS - 1].high == 0);
    assert_false(block_empty(b));
    assert_true(block_empty(add_curves(d, "e", "", "", axes, 0, many, 1)));
    assert_true(block_empty(add_curves(d, "e", "", "", axes, 1, many, 0)));
    assert_false(curve_banded(&b->curves[0], CURVE_POINTS));
    b->curves[0].values[CURVE_POINTS - 1].high = 0.1;
    assert_true(curve_banded(&b->curves[0], CURVE_POINTS));
    assert_false(curve_banded(&b->curves[0], CURVE_POINTS - 1));
    document_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_made_safe),
        cmocka_unit_test(what_is_put_in_stays_in_order),
        cmocka_unit_test(figures_are_found_by_name),
        cmocka_unit_test(tables_and_series_have_room),
        cmocka_unit_test(values_of_an_axis_are_short),
        cmocka_unit_test(curves_are_bounded),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
