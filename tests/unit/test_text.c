/* test_text.c - octets from the wire as safe text. */
#include "test.h"

#include <mailtap/text.h>

#include <stdio.h>
#include <string.h>

#define OCTETS(literal) ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})

static void assert_escaped(struct slice s, const char *expected)
{
    char text[256];

    assert_true(text_escape(text, sizeof text, s));
    assert_string_equal(text, expected);
}

static void well_formed_text_stays(void **state)
{
    (void)state;
    assert_escaped(OCTETS(""), "");
    assert_escaped(OCTETS("mx.example.org ~!"), "mx.example.org ~!");
    assert_escaped(OCTETS("b\xc3\xbc"
                          "cher \xe2\x82\xac \xf0\x9f\x93\xa7"),
                   "b\xc3\xbc"
                   "cher \xe2\x82\xac \xf0\x9f\x93\xa7");
    assert_escaped(OCTETS("\xef\xbf\xbd\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf"),
                   "\xef\xbf\xbd\xed\x9f\xbf\xee\x80\x80\xf4\x8f\xbf\xbf");
}

/* It is looked at many octets at once: each one is found wherever it stands. */
static void every_octet_at_every_place(void **state)
{
    char alone[8], expected[64], text[64];
    uint8_t octets[40];

    (void)state;
    for (unsigned octet = 0; octet < 256; octet++)
        for (size_t at = 0; at < sizeof octets; at++) {
            memset(octets, 'x', sizeof octets);
            octets[at] = (uint8_t)octet;
            assert_true(text_escape(alone, sizeof alone, (struct slice){octets + at, 1}));
            snprintf(expected, sizeof expected, "%.*s%s%.*s", (int)at, (const char *)octets, alone,
                     (int)(sizeof octets - at - 1), (const char *)octets + at + 1);
            assert_true(text_escape(text, sizeof text, (struct slice){octets, sizeof octets}));
            assert_string_equal(text, expected);
        }
}

static void what_could_harm_a_terminal_is_escaped(void **state)
{
    (void)state;
    assert_escaped(OCTETS("a\0b"), "a\\x00b");
    assert_escaped(OCTETS("\x1b[2J\r\n\t\x7f"), "\\x1b[2J\\x0d\\x0a\\x09\\x7f");
    assert_escaped(OCTETS("\\x41"), "\\\\x41");
    assert_escaped(OCTETS("\xc2\x9b"), "\\xc2\\x9b");          /* C1: CSI */
    assert_escaped(OCTETS("\xc2\xa0"), "\xc2\xa0");            /* just above */
    assert_escaped(OCTETS("\xc0\x80"), "\\xc0\\x80");          /* overlong */
    assert_escaped(OCTETS("\xe0\x80\xaf"), "\\xe0\\x80\\xaf"); /* overlong */
    assert_escaped(OCTETS("\xed\xa0\x80"), "\\xed\\xa0\\x80"); /* surrogate */
    assert_escaped(OCTETS("\xf4\x90\x80\x80"), "\\xf4\\x90\\x80\\x80");
    assert_escaped(OCTETS("\xe2\x82"), "\\xe2\\x82"); /* cut */
    assert_escaped(OCTETS("\xe2\x28\xa1"), "\\xe2(\\xa1");
    assert_escaped(OCTETS("\xff\xfe"), "\\xff\\xfe");
}

static void what_does_not_fit_ends_at_a_character(void **state)
{
    const char *whole = "a\xc3\xbc\\x00b";
    struct slice s = OCTETS("a\xc3\xbc\0b");

    (void)state;
    for (size_t cap = 1; cap <= strlen(whole) + 1; cap++) {
        char text[16];
        memset(text, '#', sizeof text);
        assert_int_equal(text_escape(text, cap, s), cap == strlen(whole) + 1);
        size_t n = strlen(text);
        assert_true(n < cap);
        assert_memory_equal(text, whole, n);
        assert_true(n == 0 || n == 1 || n == 3 || n == 7 || n == 8);
        for (size_t i = cap; i < sizeof text; i++)
            assert_int_equal(text[i], '#');
    }
    assert_false(text_escape(NULL, 0, s));
}

static void letters_change_case_and_nothing_else(void **state)
{
    char text[] = "aZ@[`{09\xc3\xa4";

    (void)state;
    text_upper(text);
    assert_string_equal(text, "AZ@[`{09\xc3\xa4");
    text_lower(text);
    assert_string_equal(text, "az@[`{09\xc3\xa4");
}

static void time_is_utc_with_microseconds(void **state)
{
    char text[TEXT_TIME];

    (void)state;
    text_time(text, INT64_C(1795485052000001999));
    assert_string_equal(text, "2026-11-24T01:50:52.000001Z");
    text_time(text, 0);
    assert_string_equal(text, "1970-01-01T00:00:00.000000Z");
    text_time(text, -1);
    assert_string_equal(text, "1969-12-31T23:59:59.999999Z");
    text_time(text, INT64_C(951782400000000000));
    assert_string_equal(text, "2000-02-29T00:00:00.000000Z");
    text_time(text, INT64_MAX);
    assert_string_equal(text, "2262-04-11T23:47:16.854775Z");
    text_time(text, INT64_MIN);
    assert_true(strlen(text) < TEXT_TIME);
}

static void a_time_is_read_back(void **state)
{
    static const struct {
        const char *text;
        int64_t seconds; /* -1: it is no time */
    } cases[] = {
        {"1970-01-01", 0},
        {"2026-11-24", 1795478400},
        {"2026-11-24T01:50", 1795485000},
        {"2026-11-24T01:50Z", 1795485000},
        {"2026-11-24T01:50:52", 1795485052},
        {"2026-11-24T01:50:52Z", 1795485052},
        {"2000-02-29", 951782400},
        {"2261-12-31T23:59:59Z", 9214646399},
        {"2100-02-29", -1}, /* no leap year */
        {"2026-11-31", -1},
        {"2026-13-01", -1},
        {"2026-00-01", -1},
        {"2026-01-00", -1},
        {"2026-11-24T24:00", -1},
        {"2026-11-24T01:60", -1},
        {"2026-11-24T01:50:60", -1},
        {"1969-12-31", -1},
        {"2262-01-01", -1},
        {"2261-24-30", -1}, /* nanoseconds do not reach so far */
        {"2261-99-99T99:99:99", -1},
        {"2026-11-24Z", 1795478400},
        {"2026-11-24T", -1},
        {"2026-11-24T01", -1},
        {"2026-11-24 01:50", -1},
        {"2026-11-24T01:50:52.5", -1},
        {"2026-11-24T01:50:52+01:00", -1},
        {"2026-11-24T01:50:52ZZ", -1},
        {"2026/11/24", -1},
        {"20261-1-24", -1},
        {"2026-1-24x", -1},
        {"+026-11-24", -1},
        {" 2026-11-2", -1},
        {"Z", -1},
        {"", -1},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int64_t at = -1;
        bool is = text_time_read(slice_of(cases[i].text), &at);
        if (is != (cases[i].seconds >= 0) || (is && at != cases[i].seconds * 1000000000))
            fail_msg("'%s' is %lld", cases[i].text, is ? (long long)at : -1);
    }
}

static void digits_of_base64(void **state)
{
    (void)state;
    const char *digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    int found = 0;

    for (int i = 0; i < 64; i++)
        assert_int_equal(text_base64_digit((uint8_t)digits[i]), i);
    for (int octet = 0; octet < 256; octet++)
        found += text_base64_digit((uint8_t)octet) >= 0;
    assert_int_equal(found, 64); /* neither '=' nor NUL nor the letters of base64url */
}

static void a_strangers_text_is_mended(void **state)
{
    static const char *const cases[][2] = {
        {"mx.example", "mx.example"},
        {"SIZE 1\nSTARTTLS", "SIZE 1\nSTARTTLS"}, /* a line each */
        {"\\x1b\\\\", "\\x1b\\\\"},               /* escaped already */
        {"b\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa7", "b\xc3\xbc\xe2\x82\xac\xf0\x9f\x93\xa7"},
        {"\x1b[2J\r\x7f", "?[2J??"},
        {"\xff\xc3", "??"}, /* no UTF-8, and one that is cut */
        {"\xc2\x9b"
         "31m",
         "??31m"}, /* a control character of C1 */
        {"", ""},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char text[64];
        strcpy(text, cases[i][0]);
        text_mend(text);
        assert_string_equal(text, cases[i][1]);
    }
}

static void durations_are_a_number_and_a_letter(void **state)
{
    static const struct {
        const char *text;
        uint64_t seconds;
    } good[] = {{"30s", 30},
                {"15m", 900},
                {"6h", 21600},
                {"1d", 86400},
                {"2w", 1209600},
                {"0d", 0},
                {"36600d", UINT64_C(3162240000)},
                {"5228w", UINT64_C(3161894400)}};
    static const char *const bad[] = {"36601d", "5229w", "1",    "",     "d",
                                      "1y",     "1D",    "-1d",  "+1d",  " 1d",
                                      "1 d",    "1d ",   "1.5h", "0x1d", "18446744073709551617s"};
    uint64_t seconds;
    (void)state;

    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        assert_true(text_duration_read(slice_of(good[i].text), &seconds));
        assert_int_equal(seconds, good[i].seconds);
    }
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        if (text_duration_read(slice_of(bad[i]), &seconds))
            fail_msg("'%s'", bad[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(durations_are_a_number_and_a_letter),
        cmocka_unit_test(well_formed_text_stays),
        cmocka_unit_test(every_octet_at_every_place),
        cmocka_unit_test(what_could_harm_a_terminal_is_escaped),
        cmocka_unit_test(what_does_not_fit_ends_at_a_character),
        cmocka_unit_test(a_strangers_text_is_mended),
        cmocka_unit_test(letters_change_case_and_nothing_else),
        cmocka_unit_test(time_is_utc_with_microseconds),
        cmocka_unit_test(a_time_is_read_back),
        cmocka_unit_test(digits_of_base64),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
