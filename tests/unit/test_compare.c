/*
 * test_compare.c - two reports against each other: what is said to be better is, by an interval that
 * leaves 0 out, and nothing that stands in one of them is lost.
 */
#include "test.h"

#include "../../report/compare_private.h"
#include "sample.h"

#include <mailtap/compare.h>
#include <mailtap/rates.h>
#include <stdlib.h>
#include <string.h>

/* ---- reports by hand */

static struct figure share(const char *name, enum tone tone, uint64_t count, uint64_t of)
{
    struct share s = share_of(count, of);

    return (struct figure){.name = name,
                           .label = name,
                           .share = true,
                           .count = count,
                           .of = of,
                           .intervalled = of >= SHARE_MINIMUM,
                           .low = of >= SHARE_MINIMUM ? s.low : 0,
                           .high = of >= SHARE_MINIMUM ? s.high : 0,
                           .tone = tone};
}

static struct figure number(const char *name, uint64_t count)
{
    return (struct figure){.name = name, .label = name, .count = count, .unit = "servers"};
}

/* Two figures to a block, two blocks to a section; one without a name between them. */
static struct document *report_of(const struct figure *figures, unsigned count)
{
    struct document *d = document_open();
    struct block *b = NULL;

    for (unsigned i = 0; i < count; i++) {
        if (i % 4 == 0) {
            document_section(d, "section", "Section");
            say(d, "Words.");
        }
        if (i % 2 == 0)
            b = add_figures(d, "block", "", CHART_NONE, "");
        add_figure(d, b, figures[i]);
        add_figure(d, b, (struct figure){.label = "without a name", .count = 7});
    }
    return d;
}

static struct document *compare(const struct figure *before, unsigned n, const struct figure *after,
                                unsigned m)
{
    struct document *a = report_of(before, n), *b = report_of(after, m), *d = document_open();

    compare_figures(d, a, b);
    /* It keeps nothing of them. */
    document_close(&a);
    document_close(&b);
    assert_int_equal(d->section_count, 1);
    assert_string_equal(d->sections[0]->name, "figures");
    return d;
}

static const struct block *block_named(const struct document *d, const char *name)
{
    for (unsigned i = 0; i < d->sections[0]->block_count; i++)
        if (strcmp(d->sections[0]->blocks[i]->name, name) == 0)
            return d->sections[0]->blocks[i];
    fail_msg("no block '%s'", name);
    return NULL;
}

static const char *cell(const struct document *d, const char *table, unsigned row,
                        const char *column)
{
    static char text[8][32];
    static unsigned next;
    const struct block *b = block_named(d, table);

    assert_in_range(row, 0, b->row_count - 1);
    for (unsigned i = 0; i < b->column_count; i++) {
        const struct table_cell *c = &b->rows[row].cells[i];
        if (strcmp(b->columns[i].name, column) != 0)
            continue;
        if (c->text)
            return c->text;
        next = (next + 1) % 8;
        snprintf(text[next], sizeof text[next], "%llu", (unsigned long long)c->number);
        return text[next];
    }
    fail_msg("no column '%s'", column);
    return NULL;
}

static unsigned rows(const struct document *d, const char *table)
{
    return block_named(d, table)->row_count;
}

static const char *said(const struct document *d, unsigned at)
{
    const struct block *b = d->sections[0]->blocks[at];

    assert_int_equal(b->kind, BLOCK_SAY);
    assert_int_equal(b->lead, at == 0);
    return b->text;
}

/* ---- one figure */

static void the_tone_says_which_way_is_better(void **state)
{
    static const enum change up[TONES] = {
        [TONE_PLAIN] = CHANGE_HIGHER,   [TONE_CLEAR] = CHANGE_WORSE,
        [TONE_STRIPPED] = CHANGE_WORSE, [TONE_WEAK] = CHANGE_WORSE,
        [TONE_HIDDEN] = CHANGE_HIGHER,  [TONE_GOOD] = CHANGE_BETTER,
        [TONE_UNKNOWN] = CHANGE_WORSE,
    };
    static const enum change contrary[CHANGES] = {
        [CHANGE_WORSE] = CHANGE_BETTER,
        [CHANGE_BETTER] = CHANGE_WORSE,
        [CHANGE_HIGHER] = CHANGE_LOWER,
    };

    (void)state;
    for (enum tone t = 0; t < TONES; t++) {
        struct figure less = share("f", t, 20, 100), more = share("f", t, 60, 100);
        assert_int_equal(compare_figure(&less, &more).change, up[t]);
        assert_int_equal(compare_figure(&more, &less).change, contrary[up[t]]);
        assert_int_equal(compare_figure(&less, &less).change, CHANGE_NOT_SHOWN);
    }
}

/* Newcombe 1998, table II (a): 56 of 70 less 48 of 80 is within 0.0524 and 0.3339. */
static void the_interval_of_the_difference_decides(void **state)
{
    struct figure before = share("f", TONE_GOOD, 48, 80), after = share("f", TONE_GOOD, 56, 70);
    struct compared c = compare_figure(&before, &after);

    (void)state;
    assert_true(c.known);
    assert_int_equal(c.change, CHANGE_BETTER);
    assert_float_equal(c.points, 0.2, 1e-12);
    assert_float_equal(c.within.low, 0.0524, 0.00005);
    assert_float_equal(c.within.high, 0.3339, 0.00005);
    /* The same shares of fewer may differ by chance. */
    before = share("f", TONE_GOOD, 12, 20);
    after = share("f", TONE_GOOD, 16, 20);
    c = compare_figure(&before, &after);
    assert_true(c.known);
    assert_int_equal(c.change, CHANGE_NOT_SHOWN);
    assert_true(c.within.low < 0 && c.within.high > 0);
    /* An interval of the figure's own is wider than Wilson's, and is believed. */
    before = share("f", TONE_GOOD, 480, 800);
    after = share("f", TONE_GOOD, 560, 700);
    assert_int_equal(compare_figure(&before, &after).change, CHANGE_BETTER);
    before.low = 0.3;
    before.high = 0.9;
    assert_int_equal(compare_figure(&before, &after).change, CHANGE_NOT_SHOWN);
}

static void of_few_nothing_is_said(void **state)
{
    struct figure few = share("f", TONE_GOOD, 0, 19), many = share("f", TONE_GOOD, 100, 100);
    struct figure nothing = share("f", TONE_GOOD, 0, 0);

    (void)state;
    assert_int_equal(compare_figure(&few, &many).change, CHANGE_TOO_FEW);
    assert_int_equal(compare_figure(&many, &few).change, CHANGE_TOO_FEW);
    assert_int_equal(compare_figure(&nothing, &nothing).change, CHANGE_TOO_FEW);
    assert_false(compare_figure(&few, &many).known);
    nothing.intervalled = true;
    assert_int_equal(compare_figure(&nothing, &many).change, CHANGE_TOO_FEW);
}

static void counts_change_or_do_not(void **state)
{
    struct figure one = number("f", 1), two = number("f", 2);

    (void)state;
    assert_int_equal(compare_figure(&one, &two).change, CHANGE_OF_COUNT);
    assert_int_equal(compare_figure(&two, &two).change, CHANGE_SAME);
}

/* ---- all of them */

static void figures_stand_where_they_belong(void **state)
{
    const struct figure before[] = {
        share("readable", TONE_CLEAR, 1240, 2056),
        share("offered", TONE_GOOD, 50, 100),
        share("size", TONE_PLAIN, 10, 100),
        share("few", TONE_GOOD, 3, 4),
        number("servers", 1200),
        share("gone", TONE_WEAK, 1, 50),
    };
    const struct figure after[] = {
        number("servers", 1250),
        share("few", TONE_GOOD, 4, 4),
        share("new", TONE_WEAK, 2, 60),
        share("size", TONE_PLAIN, 60, 100),
        share("offered", TONE_GOOD, 20, 100),
        share("readable", TONE_CLEAR, 20, 50),
    };
    static const struct {
        const char *table, *figure, *before, *before_of, *after, *after_of, *points, *verdict;
    } all[] = {
        {"better", "readable", "1240", "2056", "20", "50", "-20.3", "better"},
        {"worse", "offered", "50", "100", "20", "100", "-30.0", "worse"},
        {"higher", "size", "10", "100", "60", "100", "+50.0", "higher"},
        {"too-few", "few", "3", "4", "4", "4", "", "too few"},
        {"changed", "servers", "1200", "", "1250", "", "", "changed"},
    };
    struct document *d = compare(before, 6, after, 6);

    (void)state;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        const char *t = all[i].table;
        assert_int_equal(rows(d, t), 1);
        assert_string_equal(cell(d, t, 0, "figure"), all[i].figure);
        assert_string_equal(cell(d, t, 0, "label"), all[i].figure);
        assert_string_equal(cell(d, t, 0, "before"), all[i].before);
        assert_string_equal(cell(d, t, 0, "before_of"), all[i].before_of);
        assert_string_equal(cell(d, t, 0, "after"), all[i].after);
        assert_string_equal(cell(d, t, 0, "after_of"), all[i].after_of);
        assert_string_equal(cell(d, t, 0, "points"), all[i].points);
        assert_string_equal(cell(d, t, 0, "verdict"), all[i].verdict);
    }
    assert_int_equal(rows(d, "lower") + rows(d, "not-shown") + rows(d, "same"), 0);
    assert_string_equal(said(d, 0), "1 figure is better, 1 is worse, 1 is higher, 1 rests on too "
                                    "few to tell.");
    assert_string_equal(said(d, 2), "Of 1 count, which has no interval and depends on how much was "
                                    "captured, 1 changed.");
    document_close(&d);
}

static void they_stand_in_the_order_of_the_first_report(void **state)
{
    const struct figure before[] = {share("c", TONE_GOOD, 1, 99), share("a", TONE_GOOD, 1, 99),
                                    share("b", TONE_GOOD, 1, 99)};
    const struct figure after[] = {share("a", TONE_GOOD, 98, 99), share("b", TONE_GOOD, 90, 99),
                                   share("c", TONE_GOOD, 80, 99)};
    struct document *d = compare(before, 3, after, 3);

    (void)state;
    assert_string_equal(cell(d, "better", 0, "figure"), "c");
    assert_string_equal(cell(d, "better", 1, "figure"), "a");
    assert_string_equal(cell(d, "better", 2, "figure"), "b");
    document_close(&d);
}

static void a_row_has_a_sentence(void **state)
{
    const struct figure before[] = {share("readable", TONE_CLEAR, 1240, 2056),
                                    share("few", TONE_GOOD, 3, 4), number("servers", 1200),
                                    share("none", TONE_GOOD, 0, 30)};
    const struct figure after[] = {share("readable", TONE_CLEAR, 20, 50),
                                   share("few", TONE_GOOD, 4, 4), number("servers", 1250),
                                   share("none", TONE_GOOD, 0, 30)};
    static const char *const sentences[][2] = {
        {"better", "readable (readable): 1,240 of 2,056 (60.3 %) before, 20 of 50 (40.0 %) after, "
                   "-20.3 points (-32.9 to -6.3)"},
        {"too-few", "few (few): 3 of 4 before, 4 of 4 after"},
        {"changed", "servers (servers): 1,200 servers before, 1,250 servers after"},
        {"not-shown", "none (none): 0 of 30 (0.0 %) before, 0 of 30 (0.0 %) after, 0.0 points "
                      "(-11.4 to +11.4)"},
    };
    struct document *d = compare(before, 4, after, 4);

    (void)state;
    for (unsigned i = 0; i < 4; i++)
        assert_string_equal(block_named(d, sentences[i][0])->rows[0].sentence, sentences[i][1]);
    document_close(&d);
}

static void the_answer_comes_first(void **state)
{
    struct figure before[20], after[20];
    static char names[20][8];

    (void)state;
    for (unsigned i = 0; i < 20; i++) {
        snprintf(names[i], sizeof names[i], "f%u", i);
        before[i] = share(names[i], TONE_GOOD, 50, 100);
        after[i] = share(names[i], TONE_GOOD, i < 3 ? 90 : i < 4 ? 10 : 50, i < 16 ? 100 : 60);
        if (i >= 16)
            after[i] = share(names[i], TONE_GOOD, 1, 2);
    }
    struct document *d = compare(before, 20, after, 20);
    assert_string_equal(said(d, 0),
                        "3 figures are better, 1 is worse, 12 show no difference, 4 rest "
                        "on too few to tell.");
    assert_non_null(strstr(said(d, 1), "of 20 figures that did not change, about one"));
    document_close(&d);
    d = compare(before + 4, 12, after + 4, 12);
    assert_string_equal(said(d, 0), "No figure is better, none is worse, 12 show no difference.");
    document_close(&d);
    d = compare(before, 3, after, 3);
    assert_string_equal(said(d, 0), "3 figures are better, none is worse.");
    document_close(&d);
    d = compare(before + 3, 1, after + 3, 1);
    assert_string_equal(said(d, 0), "No figure is better, 1 is worse.");
    document_close(&d);
}

static void what_stands_in_one_report_only_is_told(void **state)
{
    struct figure before[] = {share("gone", TONE_WEAK, 1, 50), number("odd", 7),
                              share("both", TONE_GOOD, 1, 50), number("unseen", 0)};
    const struct figure after[] = {share("both", TONE_GOOD, 1, 50), number("new", 2)};

    (void)state;
    before[3].quiet = true;
    struct document *d = compare(before, 4, after, 2);
    const struct block *only = block_named(d, "before-only");
    assert_int_equal(rows(d, "not-shown"), 1);
    assert_int_equal(only->figure_count, 2);
    assert_string_equal(only->figures[0].name, "gone");
    assert_int_equal(only->figures[0].of, 50);
    assert_int_equal(only->figures[0].tone, TONE_WEAK);
    assert_string_equal(only->figures[1].name, "odd");
    assert_string_equal(only->figures[1].unit, "servers");
    only = block_named(d, "after-only");
    assert_int_equal(only->figure_count, 1);
    assert_string_equal(only->figures[0].name, "new");
    document_close(&d);
}

/* As of messages, where nothing went under TLS. */
static void a_share_on_one_side_is_of_too_few(void **state)
{
    const struct figure before[] = {number("a", 7), share("b", TONE_CLEAR, 70, 100)};
    const struct figure after[] = {share("a", TONE_CLEAR, 70, 100), number("b", 0)};
    struct document *d = compare(before, 2, after, 2);

    (void)state;
    assert_int_equal(rows(d, "too-few"), 2);
    assert_string_equal(block_named(d, "too-few")->rows[0].sentence,
                        "a (a): 7 servers before, 70 of 100 (70.0 %) after");
    assert_string_equal(cell(d, "too-few", 0, "before_of"), "");
    assert_string_equal(cell(d, "too-few", 0, "after_of"), "100");
    assert_true(block_empty(block_named(d, "before-only")));
    document_close(&d);
}

/* What was looked for on both sides, and seen on one, or on none. */
static void what_is_not_seen_any_more_is_a_share_of_0(void **state)
{
    struct figure before[] = {share("rc4", TONE_WEAK, 30, 100), share("des", TONE_WEAK, 0, 100),
                              share("md5", TONE_WEAK, 9, 10)};
    struct figure after[] = {share("rc4", TONE_WEAK, 0, 100), share("des", TONE_WEAK, 0, 100),
                             share("md5", TONE_WEAK, 0, 10)};

    (void)state;
    after[0].quiet = after[1].quiet = after[2].quiet = before[1].quiet = true;
    struct document *d = compare(before, 3, after, 3);
    assert_string_equal(cell(d, "better", 0, "figure"), "rc4");
    assert_string_equal(cell(d, "better", 0, "points"), "-30.0");
    assert_string_equal(cell(d, "too-few", 0, "figure"), "md5");
    assert_string_equal(said(d, 0), "1 figure is better, none is worse, 1 rests on too few to "
                                    "tell.");
    document_close(&d);
}

static void reports_with_nothing_in_common_say_so(void **state)
{
    const struct figure one[] = {share("a", TONE_WEAK, 1, 50)}, two[] = {number("b", 7)};
    struct document *d = compare(one, 1, two, 1);

    (void)state;
    assert_string_equal(said(d, 0), "No share stands in both reports, so which is better does not "
                                    "show.");
    document_close(&d);
    d = compare(NULL, 0, NULL, 0);
    for (unsigned i = 1; i < d->sections[0]->block_count; i++)
        assert_true(block_empty(d->sections[0]->blocks[i]));
    document_close(&d);
}

/* ---- databases */

static void two_databases_are_compared(void **state)
{
    static struct facts before[50], after[50];
    struct err e = {""};
    struct report_wish was = {.name = "a\x1b[2J.db"}, is = {.name = "b.db"};

    for (uint16_t i = 0; i < 50; i++) {
        before[i] = i < 40 ? sample_clear(i) : sample_encrypted(i);
        after[i] = i < 5 ? sample_clear(i) : sample_encrypted(i);
        /* A server for each: intervals of sessions count servers. */
        before[i].server.address.octets[3] = after[i].server.address.octets[3] = (uint8_t)i;
    }
    sample_store(sample_path(state, "a.db"), 1, before, 50);
    struct store *a = store_open(sample_path(state, "a.db"), STORE_READ, &e);
    sample_store(sample_path(state, "b.db"), 2, after, 50);
    struct store *b = store_open(sample_path(state, "b.db"), STORE_READ, &e);
    struct document *d = compare_make(a, &was, b, &is, &e);
    assert_string_equal(e.text, "");
    assert_int_equal(d->section_count, 2);
    assert_string_equal(d->facts[0], "Before: a\\x1b[2J.db");
    assert_string_equal(d->facts[1], "1 capture, 100 frames, 50 mail sessions");
    assert_string_equal(d->facts[d->fact_count / 2], "After: b.db");
    assert_string_equal(d->sections[1]->name, "servers");
    bool clear = false;
    for (unsigned i = 0; i < rows(d, "better"); i++)
        if (strcmp(cell(d, "better", i, "figure"), "sessions-clear") == 0) {
            assert_string_equal(cell(d, "better", i, "points"), "-70.0");
            clear = true;
        }
    assert_true(clear);
    report_free(&d);
    store_close(&b, &e);
    sample_sql(sample_path(state, "b.db"), "DROP VIEW v_server");
    b = store_open(sample_path(state, "b.db"), STORE_READ, &e);
    assert_null(compare_make(a, &was, b, &is, &e));
    assert_non_null(strstr(e.text, "v_server"));
    store_close(&a, &e);
    store_close(&b, &e);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_tone_says_which_way_is_better),
        cmocka_unit_test(the_interval_of_the_difference_decides),
        cmocka_unit_test(of_few_nothing_is_said),
        cmocka_unit_test(counts_change_or_do_not),
        cmocka_unit_test(figures_stand_where_they_belong),
        cmocka_unit_test(they_stand_in_the_order_of_the_first_report),
        cmocka_unit_test(a_row_has_a_sentence),
        cmocka_unit_test(the_answer_comes_first),
        cmocka_unit_test(what_stands_in_one_report_only_is_told),
        cmocka_unit_test(a_share_on_one_side_is_of_too_few),
        cmocka_unit_test(what_is_not_seen_any_more_is_a_share_of_0),
        cmocka_unit_test(reports_with_nothing_in_common_say_so),
        cmocka_unit_test(two_databases_are_compared),
    };
    return cmocka_run_group_tests_name("compare", tests, sample_folder, sample_folder_remove);
}
