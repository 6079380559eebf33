/* test_markup.c - no octets whatsoever get out of the text that they stand in. */
#include "test.h"

#include "../../report/markup.h"

#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What is written for `text`; owned by the caller. */
static char *written(const char *text)
{
    char *got = NULL;
    size_t n;
    FILE *out = open_memstream(&got, &n);

    markup_text(out, text);
    fclose(out);
    return got;
}

static void assert_written(const char *text, const char *want)
{
    char *got = written(text);

    assert_string_equal(got, want);
    free(got);
}

static void markup_is_escaped(void **state)
{
    (void)state;
    assert_written("", "");
    assert_written("a & b < c > d \" e ' f", "a &amp; b &lt; c &gt; d &quot; e &#39; f");
    assert_written("&amp;</title>", "&amp;amp;&lt;/title&gt;");
    assert_written("caf\u00e9 \u65e5\\x1b", "caf\u00e9 \u65e5\\x1b");
}

static void what_is_no_text_is_written_out(void **state)
{
    (void)state;
    assert_written("\x01\x1b[0m\r\n\t\x7f", "\\x01\\x1b[0m\\x0d\\x0a\\x09\\x7f");
    assert_written("\xff\xc0\xaf\xed\xa0\x80", "\\xff\\xc0\\xaf\\xed\\xa0\\x80");
    assert_written("\xc2\x85", "\\xc2\\x85");
    assert_written("\u2028\u202e\ufeff\u200d\u00ad", "\\u2028\\u202e\\ufeff\\u200d\\u00ad");
}

/* A long text is whole, wherever its pieces end. */
static void long_texts_are_whole(void **state)
{
    static const char *const parts[] = {"x", "\u00e9", "\u65e5", "\U0001f4e7", "&", "\x80"};
    static const char *const want[] = {"x", "\u00e9", "\u65e5", "\U0001f4e7", "&amp;", "\\x80"};

    (void)state;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        for (size_t before = 0; before < 4; before++) {
            size_t n = strlen(parts[i]), wanted = strlen(want[i]), times = 3000;
            char *text = calloc(before + n * times + 1, 1);
            memset(text, 'a', before);
            for (size_t k = 0; k < times; k++)
                memcpy(text + before + k * n, parts[i], n);
            char *got = written(text);
            assert_int_equal(strlen(got), before + wanted * times);
            for (size_t k = 0; k < times; k++)
                assert_memory_equal(got + before + k * wanted, want[i], wanted);
            free(got);
            free(text);
        }
}

static void texts_are_cut_before_they_are_escaped(void **state)
{
    char *got = NULL;
    size_t n;
    FILE *out = open_memstream(&got, &n);

    (void)state;
    markup_cut(out, "<<<<<<", 4);
    markup_cut(out, "&", 4);
    fclose(out);
    assert_string_equal(got, "&lt;&lt;&lt;\u2026&amp;");
    free(got);
}

static void ids_are_letters_digits_and_dashes(void **state)
{
    char id[MARKUP_ID], name[400];

    (void)state;
    assert_string_equal(markup_id(id, "why", NULL), "why");
    assert_string_equal(markup_id(id, "why", "by-session"), "why--by-session");
    assert_string_equal(markup_id(id, "a\" onload=\"", "\xff_"), "a--onload------");
    assert_string_equal(markup_id(id, "", ""), "x--x");
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = '\0';
    assert_true(strlen(markup_id(id, name, name)) < MARKUP_ID);
}

static void percentages_are_finite_and_have_a_point(void **state)
{
    char to[PERCENT_TEXT];

    (void)state;
    assert_string_equal(setlocale(LC_ALL, NULL), "C"); /* mailtap sets none */
    assert_string_equal(percent_text(to, 0), "0.0");
    assert_string_equal(percent_text(to, 34.16), "34.2");
    assert_string_equal(percent_text(to, 100), "100.0");
    assert_string_equal(percent_text(to, 200), "100.0");
    assert_string_equal(percent_text(to, -1), "0.0");
    assert_string_equal(percent_text(to, (double)NAN), "0.0");
    assert_string_equal(percent_text(to, (double)INFINITY), "100.0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(markup_is_escaped),
        cmocka_unit_test(what_is_no_text_is_written_out),
        cmocka_unit_test(long_texts_are_whole),
        cmocka_unit_test(texts_are_cut_before_they_are_escaped),
        cmocka_unit_test(ids_are_letters_digits_and_dashes),
        cmocka_unit_test(percentages_are_finite_and_have_a_point),
    };
    return cmocka_run_group_tests_name("markup", tests, NULL, NULL);
}
