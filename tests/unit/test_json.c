/* test_json.c - every value is JSON, whatever octets it is made of, and is read back as it was. */
#include "test.h"

#include "../../report/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static char *written(struct cell c)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    json_cell(out, c);
    fclose(out);
    return text;
}

static void assert_written(struct cell c, const char *want)
{
    char *got = written(c);

    assert_string_equal(got, want);
    free(got);
}

static struct cell text(const char *s)
{
    return (struct cell){.kind = CELL_TEXT, .text = slice_of(s)};
}

static void texts_are_escaped(void **state)
{
    (void)state;
    assert_written(text(""), "\"\"");
    assert_written(text("a\"b\\c/d"), "\"a\\\"b\\\\c/d\"");
    assert_written(text("\n\x1b\x7f"), "\"\\u000a\\u001b\\u007f\"");
    assert_written(text("\xff\x80z"), "\"\\\\xff\\\\x80z\"");
    assert_written(text("gr\xc3\xbc\xc3\x9f"), "\"gr\xc3\xbc\xc3\x9f\"");
    assert_written((struct cell){.kind = CELL_TEXT, .text = {(const uint8_t *)"a\0b", 3}},
                   "\"a\\u0000b\"");
}

static void what_deceives_is_seen(void **state)
{
    (void)state;
    assert_written(text("a\xe2\x80\xae"
                        "b"),
                   "\"a\\u202eb\"");
    assert_written(text("\xe2\x80\xa8"), "\"\\u2028\"");
    assert_written(text("\xc2\xad"), "\"\\u00ad\"");
    assert_written(text("\xf3\xa0\x81\x81"), "\"\\udb40\\udc41\""); /* U+E0041, a tag */
}

/* Texts are written in pieces: a character, or an escape, at every place of the seams. */
static void long_texts_keep_their_characters(void **state)
{
    static const char *const parts[] = {"\xe2\x80\xae", "\xc3\xa9", "\xff", "\""};
    static const char *const wants[] = {"\\u202e", "\xc3\xa9", "\\\\xff", "\\\""};
    char in[600], want[600];

    (void)state;
    for (size_t k = 0; k < 4; k++)
        for (size_t at = 230; at < 250; at++) {
            snprintf(in, sizeof in, "%0*d%s%0250d", (int)at, 0, parts[k], 0);
            snprintf(want, sizeof want, "\"%0*d%s%0250d\"", (int)at, 0, wants[k], 0);
            assert_written(text(in), want);
        }
}

static void numbers_come_back(void **state)
{
    const double values[] = {0.1, 1e300, 5e-324, -2.5, 1.0 / 3, 123456789.125};
    char to[VALUE_TEXT];

    (void)state;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        value_real_text(to, values[i]);
        assert_true(strtod(to, NULL) == values[i]);
    }
    assert_written((struct cell){.kind = CELL_INTEGER, .integer = INT64_MIN},
                   "-9223372036854775808");
    assert_written((struct cell){.kind = CELL_REAL, .real = 0.5}, "0.5");
    assert_written((struct cell){.kind = CELL_REAL, .real = NAN}, "null");
    assert_written((struct cell){.kind = CELL_REAL, .real = INFINITY}, "null");
    assert_written((struct cell){.kind = CELL_NULL}, "null");
    assert_written((struct cell){.kind = CELL_BLOB, .text = slice_of("\x01\xfe")}, "\"01fe\"");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(texts_are_escaped),
        cmocka_unit_test(what_deceives_is_seen),
        cmocka_unit_test(long_texts_keep_their_characters),
        cmocka_unit_test(numbers_come_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
