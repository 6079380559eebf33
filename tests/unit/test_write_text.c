/* test_write_text.c - a document in text: its lines are known, none is wider than 80 columns. */
#include "test.h"

#include "../../report/document.h"
#include "../../report/page.h"

#include <stdlib.h>
#include <string.h>

static char *written(struct document *d, bool colour)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    write_text(out, d, colour);
    fclose(out);
    document_close(&d);
    return text;
}

static void assert_narrow(char *text)
{
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        if (shown_width(line) > PAGE_COLUMNS)
            fail_msg("too long: %s", line);
}

static void figures_are_told_with_their_intervals(void **state)
{
    struct document *d = document_open();

    (void)state;
    document_title(d, "A report");
    document_fact(d, "1 capture");
    document_section(d, "one", "One");
    say_lead(d, "The answer.");
    struct block *b = add_figures(d, "b", "Of those:", CHART_BARS, "bars");
    add_figure(d, b,
               (struct figure){.label = "offered",
                               .count = 41,
                               .of = 120,
                               .share = true,
                               .intervalled = true,
                               .low = 0.263,
                               .high = 0.43});
    add_figure(d, b,
               (struct figure){.label = "without an interval",
                               .count = 20,
                               .of = 20,
                               .share = true,
                               .note = "a note"});
    add_figure(d, b,
               (struct figure){.label = "few",
                               .count = 1,
                               .of = 19,
                               .share = true,
                               .unit = "exchanges",
                               .estimated = true});
    add_figure(d, b,
               (struct figure){.label = "much to be said on one line",
                               .count = 100000000,
                               .of = 100000000,
                               .share = true,
                               .note = "683,224 cannot be told"});
    add_figure(d, b, (struct figure){.label = "a count", .count = 1234567, .estimated = true});
    add_figure(d, b, (struct figure){.label = "octets", .count = 2, .note = "9 octets"});
    add_figure(d, b, (struct figure){.label = "never seen", .quiet = true});
    document_section(d, "none", "Nothing in it");
    add_figure(d, add_figures(d, "q", "Title", CHART_BARS, ""),
               (struct figure){.label = "quiet", .quiet = true});
    char *text = written(d, false);
    assert_string_equal(
        text, "A report\n"
              "1 capture\n"
              "\n"
              "One\n"
              "  The answer.\n"
              "\n"
              "  Of those:\n"
              "  offered                                     41 of 120 (34.2 %, 26.3 to "
              "43.0)\n"
              "  without an interval                         20 of 20 (100.0 %), a note\n"
              "  few                                         1 of about 19 exchanges\n"
              "  much to be said on one line               100,000,000 of 100,000,000 (100.0 %)\n"
              "    683,224 cannot be told\n"
              "  a count                                     about 1,234,567\n"
              "  octets                                                 2  9 octets\n");
    free(text);
}

static void tables_have_heads_and_ends(void **state)
{
    static const struct table_column columns[] = {
        {"ip", "server", false}, {"how", "how", false}, {"n", "mails", true}};
    struct document *d = document_open();

    (void)state;
    document_title(d, "T");
    document_section(d, "one", "One");
    struct block *b = add_table(d, "t", "Servers:", columns, 3);
    for (unsigned i = 0; i < 12; i++) {
        struct table_row *row = add_row(d, b);
        row->cells[0].text = i ? "192.0.2.25"
                               : "a name that is wider than all that a line of eighty "
                                 "columns has room for, and more";
        row->cells[1].text = "ok";
        row->cells[2].number = i * 1000;
    }
    b->rows[1].sentence = "a sentence in its place.";
    b->rows_left_out = 1000;
    char *text = written(d, false);
    assert_non_null(strstr(text, "\n  Servers:\n  server"));
    assert_non_null(strstr(text, "  how  mails\n  a name that is wider"));
    assert_non_null(strstr(text, "\xe2\x80\xa6  ok       0\n  a sentence in its place.\n"));
    assert_non_null(strstr(text, "  ok   9,000\n  and 1,002 more.\n"));
    assert_narrow(text);
    free(text);
}

/* Columns that do not fit beside each other stand below each other, each with its row's name. */
static void wide_tables_are_divided(void **state)
{
    static const struct table_column columns[] = {{"p", "policy", false},
                                                  {"a", "readable", true},
                                                  {"b", "exposed", true},
                                                  {"c", "rerouted", true},
                                                  {"d", "kept", true}};
    struct document *d = document_open();

    (void)state;
    document_section(d, "one", "One");
    struct block *b = add_table(d, "t", "", columns, 5);
    b->whole = true;
    for (unsigned i = 0; i < 12; i++) {
        struct table_row *row = add_row(d, b);
        row->cells[0].text = document_words(d, "policy %u", i);
        for (unsigned c = 1; c < 5; c++)
            row->cells[c].text = "12.3 % (10.1 to 14.0)";
    }
    char *text = written(d, false);
    assert_non_null(strstr(text, "\n  policy                  readable                exposed"
                                 "               rerouted\n  policy 0 "));
    assert_non_null(strstr(text, "  policy 11  12.3 % (10.1 to 14.0)  12.3 % (10.1 to 14.0)  "
                                 "12.3 % (10.1 to 14.0)\n\n"
                                 "  policy                      kept\n"
                                 "  policy 0   12.3 % (10.1 to 14.0)\n"));
    assert_null(strstr(text, "more"));
    assert_narrow(text);
    free(text);
}

static void curves_are_tables_of_some_places(void **state)
{
    static const struct curve_axis axes[2] = {
        {.label = "share that follows", .unit = "", .share = true, .most = 1},
        {.label = "readable", .unit = "", .share = true, .most = 1},
    };
    static const struct curve lines[CURVE_LINES] = {
        {.label = "2.a"}, {.label = "2.b"}, {.label = "2.c"}, {.label = "a label of great width"},
        {.label = "5"},   {.label = "6"},   {.label = "7"},   {.label = "8"},
        {.label = "9"},   {.label = "10"},  {.label = "11"},  {.label = "12"}};
    struct document *d = document_open();

    (void)state;
    document_section(d, "one", "One");
    struct block *b = add_curves(d, "c", "By share:", "", axes, 101, lines, CURVE_LINES);
    for (unsigned k = 0; k <= 100; k++)
        b->xs[k] = b->curves[1].values[k].at = k / 100.0;
    char *text = written(d, false);
    assert_non_null(strstr(text, "  By share:\n  share that follows        2.a      2.b      2.c  "
                                 "a label of great width\n"
                                 "  0.0 %                   0.0 %    0.0 %    0.0 %"));
    assert_non_null(strstr(text, "\n  10.0 %                  0.0 %   10.0 %"));
    assert_non_null(strstr(text, "\n  100.0 %                 0.0 %  100.0 %"));
    assert_non_null(strstr(text, "\n\n  share that follows          5        6"));
    assert_null(strstr(text, "\n  15.0 %"));
    assert_narrow(text);
    free(text);
}

static void series_show_their_last_places(void **state)
{
    static const struct series_line lines[] = {{.name = "clear", .label = "in the clear"},
                                               {.name = "tls", .label = "under TLS"}};
    const char *places[20];
    char days[20][12];
    struct document *d = document_open();

    (void)state;
    document_title(d, "T");
    document_section(d, "one", "One");
    struct block *b = add_series(d, "s", "", "", 20, lines, 2);
    for (unsigned i = 0; i < 20; i++) {
        snprintf(days[i], sizeof days[i], "2026-11-%02u", i + 1);
        places[i] = days[i];
        b->lines[1].values[i] = i * 100;
    }
    b->places = places;
    char *text = written(d, false);
    assert_non_null(strstr(text, "              in the clear  under TLS\n"
                                 "  2026-11-07             0        600\n"));
    assert_non_null(strstr(text, "  2026-11-20             0      1,900\n  and 6 earlier.\n"));
    free(text);
}

static void colour_is_asked_for(void **state)
{
    for (int colour = 0; colour < 2; colour++) {
        struct document *d = document_open();
        document_title(d, "T");
        document_section(d, "one", "One");
        say(d, "Words.");
        char *text = written(d, colour);
        assert_int_equal(strchr(text, '\x1b') != NULL, colour);
        free(text);
    }
    (void)state;
}

/* Any number of columns, any width of what is in them. */
static void tables_of_any_width_stay_narrow(void **state)
{
    struct table_column columns[12];

    (void)state;
    for (unsigned n = 1; n <= 4; n++) {
        struct document *d = document_open();
        document_title(d, "T");
        document_section(d, "one", "One");
        for (unsigned i = 0; i < n; i++)
            columns[i] = (struct table_column){"c", "title", i > 1};
        struct block *b = add_table(d, "t", "", columns, n);
        struct table_row *row = add_row(d, b);
        for (unsigned i = 0; i < n; i++) {
            row->cells[i].text = i > 1 ? NULL
                                       : "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww"
                                         "wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww";
            row->cells[i].number = UINT32_MAX;
        }
        char *text = written(d, false);
        assert_narrow(text);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_are_told_with_their_intervals),
        cmocka_unit_test(tables_have_heads_and_ends),
        cmocka_unit_test(wide_tables_are_divided),
        cmocka_unit_test(curves_are_tables_of_some_places),
        cmocka_unit_test(series_show_their_last_places),
        cmocka_unit_test(colour_is_asked_for),
        cmocka_unit_test(tables_of_any_width_stay_narrow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
