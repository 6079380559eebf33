/* test_write_html.c - a page says what the document says, and nothing in it can be more than text. */
#include "nesting.h"
#include "test.h"

#include "../../report/document.h"

#include <mailtap/digest.h>
#include <mailtap/rates.h>
#include <mailtap/text.h>

#include <stdlib.h>
#include <string.h>

/* ---- documents */

/* The page of a document; owned by the caller. */
static char *page_of(const struct document *d)
{
    char *page = NULL;
    size_t n;
    FILE *out = open_memstream(&page, &n);

    write_html(out, d);
    fclose(out);
    assert_int_equal(strlen(page), n); /* no octet 0 */
    return page;
}

static struct figure share(const char *label, uint64_t count, uint64_t of)
{
    struct share s = share_of(count, of);

    return (struct figure){.label = label,
                           .count = count,
                           .of = of,
                           .share = true,
                           .intervalled = of >= SHARE_MINIMUM,
                           .low = s.low,
                           .high = s.high};
}

static const char **places_of(struct document *d, struct block *series)
{
    const char **places = document_room(d, series->place_count, sizeof *places);

    series->places = places;
    return places;
}

/* Every kind of block and every chart, `text` wherever a text can stand. */
static struct document *document_of(const char *text)
{
    static const char *const charts[] = {"none", "parts", "bars", "flow", "intervals"};
    struct document *d = document_open();
    const struct table_column columns[] = {{"a", text, false}, {"b", text, true}};
    const struct series_line lines[] = {{.name = "l", .label = text, .tone = TONE_CLEAR}};

    document_title(d, text);
    document_fact(d, text);
    document_section(d, "one", text);
    say_lead(d, "%s", text);
    say_item(d, "%s", text);
    say(d, "%s", text);
    for (unsigned c = CHART_NONE; c <= CHART_INTERVALS; c++) {
        struct block *b = add_figures(d, charts[c], text, (enum chart)c, text);
        struct figure f = share(text, 5, 20);
        f.unit = f.note = f.name = text;
        add_figure(d, b, f);
        add_figure(d, b, share(text, 2, 4));
    }
    document_section(d, "two", text);
    struct block *table = add_table(d, "t", text, columns, 2);
    add_row(d, table)->cells[0].text = text;
    struct block *series = add_series(d, "s", text, text, 2, lines, 1);
    const char **places = places_of(d, series);
    places[0] = places[1] = text;
    return d;
}

/* ---- what may not be in it */

static void assert_safe(const char *page)
{
    assert_well_formed(page);
    assert_int_equal(times_in(page, "<script"), 0);
    assert_int_equal(times_in(page, "<style"), 1);
    assert_int_equal(times_in(page, "<link"), 0);
    assert_int_equal(times_in(page, "http:"), 0);
    assert_int_equal(times_in(page, "https:"), 0);
    assert_int_equal(times_in(page, "@import"), 0);
    assert_int_equal(times_in(page, "url("), times_in(page, "fill=\"url(#tone--") +
                                                 times_in(page, "clip-path=\"url(#one--"));
}

/* As many of it as of a text that needs no care, wherever that stands. */
static void texts_stay_texts_wherever_they_stand(void **state)
{
    /* None is so long that a chart cuts it. */
    static const char *const texts[][2] = {
        {"</td><script", "&lt;/td&gt;&lt;script"}, {"\" onload=\"x", "&quot; onload=&quot;x"},
        {"' style='x", "&#39; style=&#39;x"},      {"<!-->&&amp;", "&lt;!--&gt;&amp;&amp;amp;"},
        {"\x01\x1b[0m", "\\x01\\x1b[0m"},          {"\xff\xc0\xe2", "\\xff\\xc0\\xe2"},
        {"\u2028\u202e", "\\u2028\\u202e"},
    };
    static const char *const tags[] = {"<section", "<p", "<li", "<th", "<td", "<svg", "<text"};
    struct document *d = document_of("Plain");

    (void)state;
    char *plain = page_of(d);
    document_close(&d);
    assert_safe(plain);
    assert_int_equal(times_in(plain, "Plain"), 82);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        d = document_of(texts[i][0]);
        char *page = page_of(d);
        assert_safe(page);
        assert_int_equal(times_in(page, texts[i][0]), 0);
        assert_int_equal(times_in(page, texts[i][1]), times_in(plain, "Plain"));
        for (size_t k = 0; k < sizeof tags / sizeof *tags; k++)
            assert_int_equal(times_in(page, tags[k]), times_in(plain, tags[k]));
        free(page);
        document_close(&d);
    }
    free(plain);
}

/* A name is ours, but an id is one whatever it is. */
static void names_become_ids(void **state)
{
    struct document *d = document_open();

    (void)state;
    document_section(d, "a\"><b \xff", "One");
    say(d, "text");
    add_figure(d, add_figures(d, "\x1b' onload='", "Two", CHART_BARS, ""), share("l", 1, 2));
    char *page = page_of(d);
    assert_safe(page);
    assert_int_equal(times_in(page, "<section id=\"a---b--\">"), 1);
    assert_int_equal(times_in(page, "<a href=\"#a---b--\">One</a>"), 1);
    assert_int_equal(times_in(page, "<h3 id=\"a---b-------onload--\">Two</h3>"), 1);
    free(page);
    document_close(&d);
}

/* ---- the policy */

static void the_policy_has_the_hash_of_the_style(void **state)
{
    struct document *d = document_of("Plain");
    char *page = page_of(d);
    uint8_t hash[DIGEST_OCTETS], told[36] = {0};
    const char *style = strstr(page, "<style>") + 7;
    const char *policy = "content=\"default-src 'none'; style-src 'sha256-";
    const char *digits = strstr(page, policy);

    (void)state;
    assert_non_null(digits);
    digits += strlen(policy);
    digest_of((struct slice){(const uint8_t *)style, (size_t)(strstr(style, "</style>") - style)},
              hash);
    for (unsigned i = 0; i < 43; i++)
        for (unsigned bit = 0; bit < 6; bit++)
            if (text_base64_digit((uint8_t)digits[i]) >> (5 - bit) & 1)
                told[(6 * i + bit) / 8] |= (uint8_t)(0x80 >> (6 * i + bit) % 8);
    assert_memory_equal(told, hash, DIGEST_OCTETS);
    assert_memory_equal(digits + 43, "='; base-uri 'none'; form-action 'none'\"/>", 42);
    /* It stands before what it is about. */
    assert_true(digits < style);
    free(page);
    document_close(&d);
}

static void the_same_document_gives_the_same_octets(void **state)
{
    struct document *first = document_of("Plain"), *second = document_of("Plain");
    char *a = page_of(first), *b = page_of(first), *c = page_of(second);

    (void)state;
    assert_string_equal(a, b);
    assert_string_equal(a, c);
    free(a);
    free(b);
    free(c);
    document_close(&first);
    document_close(&second);
}

/* ---- what is in it */

/* A page of one section with whatever `add` puts there. */
static char *page_with(void (*add)(struct document *d))
{
    struct document *d = document_open();

    document_title(d, "Exposure audit");
    document_section(d, "one", "One");
    add(d);
    char *page = page_of(d);
    document_close(&d);
    assert_safe(page);
    return page;
}

static void assert_has(const char *page, const char *what)
{
    if (!strstr(page, what))
        fail_msg("not on the page: %s\n%s", what, strstr(page, "</style>"));
}

static void add_all_figures(struct document *d)
{
    struct block *b = add_figures(d, "f", "Of 41, about:", CHART_NONE, "");
    struct figure f = share("offered", 1234, 3000);

    f.note = "a note";
    add_figure(d, b, f);
    f = share("used", 3, 19);
    f.estimated = true;
    add_figure(d, b, f);
    f = (struct figure){.label = "sent", .count = UINT64_MAX, .estimated = true, .unit = "mails"};
    add_figure(d, b, f);
}

static void figures_have_the_columns_they_need(void **state)
{
    char *page = page_with(add_all_figures);

    (void)state;
    assert_has(page, "<h3 id=\"one--f\">Of 41, about</h3>\n"
                     "<div class=\"scroll\" role=\"region\" tabindex=\"0\" "
                     "aria-label=\"Table: Of 41, about\">\n"
                     "<table>\n<caption>Of 41, about</caption>\n<thead>\n<tr>"
                     "<td></td><th scope=\"col\" class=\"n\">count</th><th scope=\"col\">unit</th>"
                     "<th scope=\"col\" class=\"n\">of</th><th scope=\"col\" class=\"n\">share</th>"
                     "<th scope=\"col\" class=\"n\">95 % interval</th><th scope=\"col\">note</th>"
                     "</tr>\n</thead>\n<tbody>\n"
                     "<tr><th scope=\"row\" class=\"word\">offered</th><td class=\"n\">1,234</td>"
                     "<td></td><td class=\"n\">3,000</td><td class=\"n\">41.1 %</td>"
                     "<td class=\"n\">39.4 to 42.9 %</td><td>a note</td></tr>\n"
                     /* too few for a share */
                     "<tr><th scope=\"row\" class=\"word\">used</th><td class=\"n\">3</td>"
                     "<td></td><td class=\"n\">about 19</td><td></td><td></td><td></td></tr>\n"
                     "<tr><th scope=\"row\" class=\"word\">sent</th>"
                     "<td class=\"n\">about 18,446,744,073,709,551,615</td>"
                     "<td class=\"word\">mails</td><td></td><td></td><td></td><td></td></tr>\n"
                     "</tbody>\n</table>\n</div>\n");
    assert_int_equal(times_in(page, "<figure"), 0);
    free(page);
}

static void add_counts(struct document *d)
{
    struct block *b = add_figures(d, "f", "", CHART_BARS, "Two bars.");

    add_figure(d, b, (struct figure){.label = "a", .count = 2, .tone = TONE_CLEAR});
    add_figure(d, b, (struct figure){.label = "b", .count = 1, .tone = TONE_GOOD});
}

static void a_chart_stands_in_a_figure_with_its_table(void **state)
{
    char *page = page_with(add_counts);

    (void)state;
    const char *figure = strstr(page, "<figure>\n<svg class=\"chart\" role=\"img\" "
                                      "aria-labelledby=\"one--f--title one--f--desc\"");
    assert_non_null(figure);
    assert_has(figure, "<title id=\"one--f--title\">One</title>\n"
                       "<desc id=\"one--f--desc\">Two bars.</desc>\n");
    const char *table = strstr(figure, "<table>\n<caption>One</caption>\n<thead>\n<tr><td></td>"
                                       "<th scope=\"col\" class=\"n\">count</th></tr>");
    assert_non_null(table);
    assert_has(table, "\"url(#tone--clear)\"/></svg>a</th><td class=\"n\">2</td></tr>");
    assert_has(table, "\"url(#tone--good)\"/></svg>b</th><td class=\"n\">1</td></tr>");
    assert_true(strstr(figure, "</figure>") > table);
    assert_int_equal(times_in(page, "<h3"), 0);
    free(page);
}

static void add_list(struct document *d)
{
    static const struct table_column columns[] = {
        {"ip", "server", false}, {"name", "name & place", false}, {"n", "mails", true}};
    struct block *b = add_table(d, "t", "Servers", columns, 3);

    for (unsigned i = 0; i < 20; i++) {
        struct table_row *row = add_row(d, b);
        row->cells[0].text = "192.0.2.1";
        row->cells[1].text = i ? "mx of b" : "a-name-of-more-than-24-columns";
        row->cells[2].number = 1000 * i;
        row->sentence = "not said where there is room";
    }
    b->rows_left_out = 12345;
}

static void a_list_is_a_table(void **state)
{
    char *page = page_with(add_list);

    (void)state;
    assert_has(page, "<div class=\"scroll tall\" role=\"region\" tabindex=\"0\" "
                     "aria-label=\"Table: Servers\">");
    assert_has(page, "<tr><th scope=\"col\">server</th><th scope=\"col\">name &amp; place</th>"
                     "<th scope=\"col\" class=\"n\">mails</th></tr>");
    assert_has(page, "<tr><th scope=\"row\" class=\"word\">192.0.2.1</th>"
                     "<td class=\"long\">a-name-of-more-than-24-columns</td>"
                     "<td class=\"n\">0</td></tr>\n"
                     "<tr><th scope=\"row\" class=\"word\">192.0.2.1</th><td>mx of b</td>"
                     "<td class=\"n\">1,000</td></tr>\n");
    assert_has(page, "</div>\n<p class=\"more\">and 12,345 more.</p>\n");
    assert_int_equal(times_in(page, "<tr>"), 21);
    assert_int_equal(times_in(page, "not said"), 0);
    free(page);
}

static void add_days(struct document *d)
{
    static const struct series_line lines[] = {{.name = "a", .label = "in the clear"},
                                               {.name = "b", .label = "under TLS"}};
    struct block *b = add_series(d, "s", "Days", "", 2, lines, 2);

    const char **places = places_of(d, b);
    places[0] = "2026-11-27";
    places[1] = "2026-11-28";
    b->lines[1].values[1] = 4321;
}

static void a_series_is_a_chart_and_a_table(void **state)
{
    char *page = page_with(add_days);

    (void)state;
    const char *table = strstr(strstr(page, "<figure>"), "<table>");
    assert_has(table, "<tr><td></td><th scope=\"col\" class=\"n\">in the clear</th>"
                      "<th scope=\"col\" class=\"n\">under TLS</th></tr>");
    assert_has(table, "<tr><th scope=\"row\" class=\"word\">2026-11-28</th><td class=\"n\">0</td>"
                      "<td class=\"n\">4,321</td></tr>");
    free(page);
}

static void add_lines(struct document *d)
{
    static const struct curve_axis axes[2] = {
        {.label = "share that follows", .unit = "", .share = true, .most = 1},
        {.label = "readable", .unit = "", .share = true, .most = 1},
    };
    static const struct curve lines[] = {{.name = "a", .label = "2.a < b"},
                                         {.name = "b", .label = "2.b", .tone = TONE_GOOD}};
    struct block *b = add_curves(d, "c", "By share", "", axes, 2, lines, 2);

    b->xs[1] = 1;
    b->curves[0].values[1] = (struct curve_value){0.5, 0.25, 0.75};
    b->curves[1].values[1] = (struct curve_value){1, 1, 1};
}

static void curves_are_a_chart_and_a_table(void **state)
{
    char *page = page_with(add_lines);

    (void)state;
    const char *table = strstr(strstr(page, "<figure>"), "<table>");
    assert_has(page, "<clipPath id=\"one--c--band-0\"");
    assert_has(table, "<tr><th scope=\"col\">share that follows</th>"
                      "<th scope=\"col\" class=\"n\">2.a &lt; b</th>"
                      "<th scope=\"col\" class=\"n\">2.b</th></tr>");
    assert_has(table,
               "<th scope=\"row\" class=\"word\">100.0 %</th><td class=\"n\">50.0 % (25.0 % to "
               "75.0 %)</td><td class=\"n\">100.0 %</td></tr>");
    free(page);
}

static void add_sentences(struct document *d)
{
    say_lead(d, "The answer.");
    say_item(d, "First.");
    say_item(d, "Second.");
    say(d, "Between.");
    say(d, "%s", "");
    say_item(d, "Last.");
    document_section(d, "nothing", "Nothing");
    say(d, "%s", "");
    add_figures(d, "f", "No figures", CHART_PARTS, "");
    document_section(d, "none", "None");
}

static void what_is_empty_is_left_out(void **state)
{
    char *page = page_with(add_sentences);

    (void)state;
    assert_has(page, "<h2>One</h2>\n<p class=\"lead\">The answer.</p>\n"
                     "<ul>\n<li>First.</li>\n<li>Second.</li>\n</ul>\n<p>Between.</p>\n"
                     "<ul>\n<li>Last.</li>\n</ul>\n</section>\n</main>");
    assert_has(page, "<ol>\n<li><a href=\"#one\">One</a></li>\n</ol>\n</nav>");
    free(page);
    struct document *d = document_open();
    page = page_of(d);
    assert_safe(page);
    assert_has(page, "<h1></h1>\n</header>\n<main id=\"page--main\">\n</main>");
    free(page);
    document_close(&d);
}

static void the_page_says_what_it_is(void **state)
{
    struct document *d = document_of("Plain");
    char *page = page_of(d);

    (void)state;
    const char *start = "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n";
    assert_ptr_equal(strstr(page, start), page);
    assert_has(page, "<title>Plain</title>");
    assert_has(page, "<header>\n<h1>Plain</h1>\n<p>Plain</p>\n</header>\n<nav ");
    assert_has(page, "name=\"viewport\" content=\"width=device-width, initial-scale=1\"");
    assert_int_equal(times_in(page, "<h1>"), 1);
    assert_int_equal(times_in(page, "<svg class=\"chart\""), 5);
    assert_int_equal(times_in(page, "<figure>"), 5);
    assert_int_equal(times_in(page, "<table>"), 7);
    free(page);
    document_close(&d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_stay_texts_wherever_they_stand),
        cmocka_unit_test(names_become_ids),
        cmocka_unit_test(the_policy_has_the_hash_of_the_style),
        cmocka_unit_test(the_same_document_gives_the_same_octets),
        cmocka_unit_test(figures_have_the_columns_they_need),
        cmocka_unit_test(a_chart_stands_in_a_figure_with_its_table),
        cmocka_unit_test(a_list_is_a_table),
        cmocka_unit_test(a_series_is_a_chart_and_a_table),
        cmocka_unit_test(curves_are_a_chart_and_a_table),
        cmocka_unit_test(what_is_empty_is_left_out),
        cmocka_unit_test(the_page_says_what_it_is),
    };
    return cmocka_run_group_tests_name("write_html", tests, NULL, NULL);
}
