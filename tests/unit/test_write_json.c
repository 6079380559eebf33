/* test_write_json.c - a document in JSON: its members are known; tests/cli/report.py parses it. */
#include "test.h"

#include "../../report/answer.h"
#include "../../report/document.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void all_kinds_of_blocks(void **state)
{
    static const struct table_column columns[] = {{"ip", "server", false}, {"n", "mails", true}};
    static const struct series_line lines[] = {{.name = "tls", .label = "under TLS"}};
    static const char *const places[] = {"2026-11-27"};
    struct document *d = document_open();
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    document_title(d, "A \"report\"");
    document_fact(d, "1 capture");
    document_section(d, "one", "One");
    say_lead(d, "The answer.");
    struct block *b = add_figures(d, "f", "Of those:", CHART_PARTS, "parts");
    add_figure(d, b,
               (struct figure){.name = "n",
                               .label = "l",
                               .count = 1,
                               .of = 4,
                               .share = true,
                               .intervalled = true,
                               .low = 0.5,
                               .high = 1,
                               .tone = TONE_CLEAR});
    add_figure(d, b, (struct figure){.label = "quiet", .quiet = true});
    b = add_table(d, "t", "", columns, 2);
    add_row(d, b)->cells[0].text = "192.0.2.25";
    b->rows_left_out = 7;
    b = add_series(d, "s", "", "columns", 1, lines, 1);
    b->places = places;
    b->lines[0].values[0] = 3;
    add_table(d, "empty", "", columns, 2);
    write_json(out, d);
    fclose(out);
    assert_string_equal(
        text,
        "{\"format\": \"mailtap-report\", \"version\": 1, \"title\": \"A \\\"report\\\"\",\n"
        " \"facts\": [\"1 capture\"],\n"
        " \"sections\": [\n"
        "  {\"name\": \"one\", \"title\": \"One\", \"blocks\": [\n"
        "    {\"kind\": \"text\", \"text\": \"The answer.\", \"lead\": true},\n"
        "    {\"kind\": \"figures\", \"name\": \"f\", \"title\": \"Of those:\", \"chart\": "
        "\"parts\", \"description\": \"parts\", \"figures\": [\n"
        "      {\"name\": \"n\", \"label\": \"l\", \"count\": 1, \"of\": 4, \"share\": 0.25, "
        "\"low\": 0.5, \"high\": 1, \"estimated\": false, \"unit\": \"\", \"note\": \"\", "
        "\"tone\": \"clear\"},\n"
        "      {\"name\": null, \"label\": \"quiet\", \"count\": 0, \"of\": null, \"share\": null, "
        "\"low\": null, \"high\": null, \"estimated\": false, \"unit\": \"\", \"note\": \"\", "
        "\"tone\": \"plain\"}]},\n"
        "    {\"kind\": \"table\", \"name\": \"t\", \"title\": \"\", \"columns\": [{\"name\": "
        "\"ip\", \"title\": \"server\"}, {\"name\": \"n\", \"title\": \"mails\"}], \"rows\": [\n"
        "      {\"ip\": \"192.0.2.25\", \"n\": 0}], \"rows_left_out\": 7},\n"
        "    {\"kind\": \"series\", \"name\": \"s\", \"title\": \"\", \"description\": "
        "\"columns\", \"places\": [\"2026-11-27\"], \"lines\": [\n"
        "      {\"name\": \"tls\", \"label\": \"under TLS\", \"tone\": \"plain\", \"values\": "
        "[3]}]}]}],\n"
        " \"answers\": {}}\n");
    free(text);
    document_close(&d);
}

static void curves_are_arrays(void **state)
{
    static const struct curve_axis axes[2] = {
        {.label = "share that follows", .unit = "", .share = true, .most = 1},
        {.label = "burden", .unit = "messages", .most = 8},
    };
    static const struct curve lines[] = {{.name = "b", .label = "2.b", .tone = TONE_GOOD}};
    struct document *d = document_open();
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    document_section(d, "one", "One");
    struct block *b = add_curves(d, "c", "", "lines", axes, 2, lines, 1);
    b->xs[1] = 1;
    b->curves[0].values[0] = (struct curve_value){0.5, 0.25, (double)INFINITY};
    b->curves[0].values[1] = (struct curve_value){8, 8, 8};
    write_json(out, d);
    fclose(out);
    assert_non_null(strstr(
        text,
        "    {\"kind\": \"curves\", \"name\": \"c\", \"title\": \"\", \"description\": \"lines\", "
        "\"across\": {\"label\": \"share that follows\", \"unit\": \"\", \"share\": true, "
        "\"least\": 0, \"most\": 1}, \"up\": {\"label\": \"burden\", \"unit\": \"messages\", "
        "\"share\": false, \"least\": 0, \"most\": 8}, \"places\": [0, 1], \"lines\": [\n"
        "      {\"name\": \"b\", \"label\": \"2.b\", \"tone\": \"good\", \"values\": [0.5, 8], "
        "\"low\": [0.25, 8], \"high\": [null, 8]}]}"));
    free(text);
    document_close(&d);
}

static void answers_are_rows_of_the_question(void **state)
{
    static const char *names[] = {"class", "share"};
    struct cell cells[] = {{.kind = CELL_TEXT, .text = slice_of("a\xff")},
                           {.kind = CELL_REAL, .real = 0.5},
                           {.kind = CELL_NULL},
                           {.kind = CELL_NULL}};
    struct answer a = {.question = query_find("classes"),
                       .columns = 2,
                       .names = names,
                       .cells = cells,
                       .rows = 2,
                       .rows_left_out = 9};
    struct answer *answers[] = {&a};
    struct document *d = document_open();
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    (void)state;
    d->answers = answers;
    d->answer_count = 1;
    write_json(out, d);
    fclose(out);
    assert_non_null(strstr(text,
                           "\"answers\": {\n  \"classes\": {\"title\": \"What became of the "
                           "sessions?\", \"rows\": [\n"
                           "    {\"class\": \"a\\\\xff\", \"share\": 0.5},\n"
                           "    {\"class\": null, \"share\": null}], \"rows_left_out\": 9}}}"));
    free(text);
    document_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_kinds_of_blocks),
        cmocka_unit_test(curves_are_arrays),
        cmocka_unit_test(answers_are_rows_of_the_question),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
