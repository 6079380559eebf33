/* test_page.c - figures that read well, texts that are safe and fit. */
#include "test.h"

#include "../../report/page.h"

#include <stdlib.h>
#include <string.h>

static void figures_read_well(void **state)
{
    (void)state;
    char n[NUMBER_TEXT], c[COUNTED_TEXT], s[SHARE_TEXT];

    assert_string_equal(number_text(n, 0), "0");
    assert_string_equal(number_text(n, 999), "999");
    assert_string_equal(number_text(n, 1000), "1,000");
    assert_string_equal(number_text(n, UINT64_MAX), "18,446,744,073,709,551,615");
    assert_string_equal(counted(c, 1, "message", "messages"), "1 message");
    assert_string_equal(counted(c, 0, "message", "messages"), "0 messages");
    assert_string_equal(share_text(s, 1, 19, ""), "1 of 19");
    assert_string_equal(share_text(s, 0, 20, "x"), "0 of 20 x (0.0 %, 0.0 to 16.1)");
}

static void assert_shown(const char *text, unsigned most, const char *want, unsigned want_width)
{
    unsigned width;
    char *shown = shown_text(slice_of(text), most, &width);

    assert_string_equal(shown, want);
    assert_int_equal(width, want_width);
    assert_int_equal(shown_width(shown), width);
    free(shown);
}

static void texts_are_cut_by_columns(void **state)
{
    (void)state;
    assert_shown("", 4, "", 0);
    assert_shown("abcd", 4, "abcd", 4);
    assert_shown("abcdef", 4, "abc…", 4);
    assert_shown("日本", 4, "日本", 4);
    assert_shown("日本語", 4, "日…", 3); /* the ellipsis takes a column */
    assert_shown("e\u0301e\u0301", 2, "e\u0301e\u0301", 2);
}

static void texts_are_safe(void **state)
{
    (void)state;
    assert_shown("a\x1b[0m\n", 80, "a\\x1b[0m\\x0a", 12);
    assert_shown("a\\x1b", 80, "a\\x1b", 5); /* was escaped before */
    assert_shown("\xff\xc2", 80, "\\xff\\xc2", 8);
    assert_shown("a\u202eb\u00ad", 80, "a\\u202eb\\u00ad", 14);
}

/* What grows most when it is shown, and what takes no column at all. */
static void texts_of_any_length_fit(void **state)
{
    (void)state;
    static const char *const parts[] = {"\u00ad", "\u0301", "\x01", "\u200b", "日"};

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        size_t n = strlen(parts[i]), room = 20000;
        char *text = malloc(room + 1);
        for (size_t k = 0; k < room; k++)
            text[k] = parts[i][k % n];
        text[room] = '\0';
        for (unsigned most = 1; most < 100000; most = most * 5 + 1) {
            unsigned width;
            free(shown_text(slice_of(text), most, &width));
            assert_true(width <= most);
        }
        free(text);
    }
}

/* What page_say() prints, in static memory. */
static char *printed(unsigned indent, bool hanging, const char *text)
{
    static char room[1024];
    struct page p = {fmemopen(room, sizeof room, "w"), false};

    page_say(&p, indent, hanging, "%s", text);
    fclose(p.out);
    return room;
}

static void words_are_wrapped_at_80_columns(void **state)
{
    (void)state;
    char text[400], *got;

    memset(text, 'x', 300);
    memcpy(text, "short ", 6);
    strcpy(text + 300, " end");
    got = printed(2, true, text);
    char *end = strchr(got, '\n');
    assert_int_equal(end - got, 7);
    assert_memory_equal(got, "  short\n    xxx", 15);
    *strrchr(got, '\n') = '\0';
    assert_string_equal(strrchr(got, '\n'), "\n    end");
    got = printed(0, false, "");
    assert_string_equal(got, "\n");
}

static void figures_stand_whole_in_a_row(void **state)
{
    (void)state;
    char *text = NULL;
    size_t n;
    struct page p = {open_memstream(&text, &n), false};

    page_row(&p, "label", "%d", 5);
    page_row(&p, "a label that is far too long to stand in its column", "%s",
             "12,345,678 of 23,456,789 (52.6 %, 52.6 to 52.7)");
    fclose(p.out);
    assert_string_equal(text, "  label                                       5\n"
                              "  a label that is far too long…  12,345,678 of 23,456,789 (52.6 %, "
                              "52.6 to 52.7)\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(figures_read_well),
        cmocka_unit_test(texts_are_cut_by_columns),
        cmocka_unit_test(texts_are_safe),
        cmocka_unit_test(texts_of_any_length_fit),
        cmocka_unit_test(words_are_wrapped_at_80_columns),
        cmocka_unit_test(figures_stand_whole_in_a_row),
    };
    return cmocka_run_group_tests_name("page", tests, NULL, NULL);
}
