/* test_section.c - how the sections of the audit make figures and lists of answers. */
#include "test.h"

#include "../../report/section.h"

#include <mailtap/query.h>
#include <string.h>

static struct cell text(const char *s)
{
    return (struct cell){.kind = CELL_TEXT, .text = slice_of(s)};
}

static struct cell integer(int64_t n)
{
    return (struct cell){.kind = CELL_INTEGER, .integer = n};
}

/* An answer to 'weaknesses' of two rows, as if it had been asked. */
static struct document *answered(void)
{
    static const char *names[] = {"weakness", "sessions", "of", "octets"};
    struct cell cells[] = {text("rc4"), integer(3),  integer(30), integer(1),
                           text("odd"), integer(30), integer(30), integer(7)};
    struct document *d = document_open();
    struct answer *a = document_room(d, 1, sizeof *a);

    *a = (struct answer){.question = query_find("weaknesses"),
                         .columns = 4,
                         .names = names,
                         .cells = document_room(d, 8, sizeof *cells),
                         .rows = 2,
                         .document = d};
    memcpy(a->cells, cells, sizeof cells);
    d->answers = document_room(d, 1, sizeof *d->answers);
    d->answers[d->answer_count++] = a;
    document_section(d, "s", "S");
    return d;
}

static void words_have_an_otherwise(void **state)
{
    static const struct words list[] = {
        {"a", "first", TONE_GOOD}, {"b", "second", TONE_WEAK}, {NULL, NULL, TONE_PLAIN}};

    (void)state;
    assert_string_equal(words_for(list, "b").text, "second");
    assert_int_equal(words_for(list, "b").tone, TONE_WEAK);
    assert_string_equal(words_for(list, "c").text, "c");
    assert_int_equal(words_for(list, "c").tone, TONE_PLAIN);
}

static void listings_have_a_figure_for_every_word(void **state)
{
    static const struct words list[] = {
        {"des", "DES", TONE_WEAK}, {"rc4", "RC4", TONE_WEAK}, {NULL, NULL, TONE_PLAIN}};
    struct document *d = answered();
    struct block *b = add_figures(d, "b", "", CHART_BARS, "");

    (void)state;
    add_listing(d, b,
                &(struct listing){"weaknesses", "weakness", "weak", "sessions", "of",
                                  .note = "octets", .one = "octet", .many = "octets",
                                  .words = list});
    assert_int_equal(b->figure_count, 2);
    const struct figure *none = document_figure(d, "weak-des"),
                        *some = document_figure(d, "weak-rc4");
    assert_true(none->quiet && none->share);
    assert_int_equal(none->count, 0);
    assert_int_equal(none->of, 30);
    assert_string_equal(none->note, "");
    assert_false(some->quiet);
    assert_int_equal(some->count, 3);
    assert_true(some->intervalled && some->low > 0.03 && some->low < 0.04);
    assert_string_equal(some->label, "RC4");
    assert_string_equal(some->note, "1 octet");
    assert_int_equal(some->tone, TONE_WEAK);
    assert_false(block_empty(b));
    document_close(&d);
}

static void a_block_of_what_was_not_seen_is_not_for_eyes(void **state)
{
    static const struct words list[] = {{"des", "DES", TONE_WEAK}, {NULL, NULL, TONE_PLAIN}};
    struct document *d = answered();
    struct block *b = add_figures(d, "b", "", CHART_BARS, "");

    (void)state;
    add_listing(d, b,
                &(struct listing){"weaknesses", "weakness", "weak", "sessions", .words = list});
    assert_true(block_empty(b));
    assert_false(document_figure(d, "weak-des")->share);
    document_close(&d);
}

static bool is_odd(const struct answer *a, unsigned row)
{
    return answer_is(a, row, "weakness", "odd");
}

static const char *shouted(struct document *d, const struct answer *a, unsigned row)
{
    return document_words(d, "%s!", answer_text(a, row, "weakness"));
}

static void lists_are_rows_of_answers(void **state)
{
    static const struct list_column columns[] = {
        {{"weakness", "weakness", false}, NULL},
        {{"said", "said", false}, shouted},
        {{"sessions", "sessions", true}, NULL},
    };
    struct document *d = answered();

    (void)state;
    add_list(d, "all", "All:", &(struct list){"weaknesses", columns, 3, NULL, NULL});
    add_list(d, "odd", "Odd:", &(struct list){"weaknesses", columns, 3, shouted, is_odd});
    const struct block *all = d->sections[0]->blocks[0], *odd = d->sections[0]->blocks[1];
    assert_int_equal(all->row_count, 2);
    assert_string_equal(all->rows[0].cells[0].text, "rc4");
    assert_string_equal(all->rows[0].cells[1].text, "rc4!");
    assert_int_equal(all->rows[0].cells[2].number, 3);
    assert_null(all->rows[0].sentence);
    assert_string_equal(all->columns[1].title, "said");
    assert_int_equal(odd->row_count, 1);
    assert_string_equal(odd->rows[0].sentence, "odd!");
    assert_int_equal(odd->rows_left_out, 0);
    document_close(&d);
}

static void long_lists_are_counted(void **state)
{
    static const struct list_column columns[] = {{{"weakness", "weakness", false}, NULL}};
    struct document *d = answered();
    struct answer *a = d->answers[0];
    unsigned rows = SECTION_ROWS + 3;

    (void)state;
    a->cells = document_room(d, (size_t)rows * a->columns, sizeof *a->cells);
    a->rows = rows;
    a->rows_left_out = 5;
    add_list(d, "long", "", &(struct list){"weaknesses", columns, 1, NULL, NULL});
    assert_int_equal(d->sections[0]->blocks[0]->row_count, SECTION_ROWS);
    assert_int_equal(d->sections[0]->blocks[0]->rows_left_out, 8);
    document_close(&d);
}

static void a_part_is_never_more_than_the_whole(void **state)
{
    (void)state;
    assert_int_equal(less(5, 3), 2);
    assert_int_equal(less(3, 5), 0);
    assert_int_equal(less(3, 3), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_have_an_otherwise),
        cmocka_unit_test(listings_have_a_figure_for_every_word),
        cmocka_unit_test(a_block_of_what_was_not_seen_is_not_for_eyes),
        cmocka_unit_test(lists_are_rows_of_answers),
        cmocka_unit_test(long_lists_are_counted),
        cmocka_unit_test(a_part_is_never_more_than_the_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
