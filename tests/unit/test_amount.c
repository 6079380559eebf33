/* test_amount.c - numbers and texts where columns are few. */
#include "test.h"

#include "../../cli/amount.h"

#include <math.h>
#include <string.h>

static void whole_numbers_have_separators(void **state)
{
    (void)state;
    static const struct {
        uint64_t n;
        const char *text;
    } cases[] = {
        {0, "0"},
        {7, "7"},
        {999, "999"},
        {1000, "1,000"},
        {12345, "12,345"},
        {1234567, "1,234,567"},
        {UINT64_MAX, "18,446,744,073,709,551,615"},
    };
    char text[AMOUNT_TEXT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        amount_exact(text, cases[i].n);
        assert_string_equal(text, cases[i].text);
    }
}

static void brief_numbers_have_six_columns(void **state)
{
    (void)state;
    static const struct {
        double n;
        const char *text;
    } cases[] = {
        {0, "0"},
        {0.4, "0"},
        {0.6, "1"},
        {12345.4, "12,345"},
        {99999.4, "99,999"},
        {99999.5, "100k"},
        {123456, "123k"},
        {999499, "999k"},
        {999500, "1.00M"},
        {1234567, "1.23M"},
        {99949999, "99.9M"},
        {99950000, "100M"},
        {1e9, "1.00G"},
        {1.8446744073709552e19, "18.4E"},
        {1e300, "999E"},
        {-1, "0"},
        {NAN, "0"},
        {INFINITY, "0"},
    };
    char text[AMOUNT_TEXT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        amount_brief(text, cases[i].n);
        assert_string_equal(text, cases[i].text);
        assert_true(strlen(text) <= 6);
    }
    for (double n = 0.01; n < 1e25; n *= 1.0007) {
        amount_brief(text, n);
        assert_true(strlen(text) >= 1 && strlen(text) <= 6);
    }
}

static void rates_and_sizes_have_units(void **state)
{
    (void)state;
    char text[AMOUNT_TEXT];

    amount_bits(text, 0);
    assert_string_equal(text, "0 bit/s");
    amount_bits(text, 61.2e6);
    assert_string_equal(text, "61.2 Mbit/s");
    amount_bits(text, 999.6);
    assert_string_equal(text, "1.00 kbit/s");
    amount_octets(text, 0);
    assert_string_equal(text, "0 B");
    amount_octets(text, 1023);
    assert_string_equal(text, "1.00 KiB");
    amount_octets(text, 256u << 20);
    assert_string_equal(text, "256 MiB");
    amount_octets(text, UINT64_MAX);
    assert_string_equal(text, "16.0 EiB");
    for (double n = 0.01; n < 1e25; n *= 1.0007) {
        amount_bits(text, n);
        assert_true(strlen(text) <= 11);
        amount_octets(text, n < 1e19 ? (uint64_t)n : 0);
        assert_true(strlen(text) <= 8);
    }
}

static void durations_count_days(void **state)
{
    (void)state;
    static const struct {
        double seconds;
        const char *text;
    } cases[] = {
        {0, "00:00:00"},     {59.99, "00:00:59"},
        {86399, "23:59:59"}, {86400, "1 d 00:00:00"},
        {-5, "00:00:00"},    {183845, "2 d 03:04:05"},
        {NAN, "00:00:00"},   {1e300, "11574074074 d 01:46:40"},
    };
    char text[AMOUNT_TEXT];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        amount_duration(text, cases[i].seconds);
        assert_string_equal(text, cases[i].text);
    }
}

static void texts_are_ascii_and_cut(void **state)
{
    (void)state;
    static const struct {
        unsigned columns;
        const char *text, *shown;
    } cases[] = {
        {5, "eth0", "eth0"},
        {4, "eth0", "eth0"},
        {3, "eth0", "et~"},
        {1, "eth0", "~"},
        {0, "eth0", ""},
        {9, "", ""},
        {9, "m\xc3\xa4il", "m?il"},
        {9, "\xe2\x82\xac!", "?!"},
        {9, "\xf0\x9f\x92\xa9", "?"},
        {9, "\x80\x80z", "??z"},
        {9, "\xc3", "?"},
        {9, "\x1b[2J\r\n\x7f", "?[2J???"},
        {2, "\xc3\xa4\xc3\xa4\xc3\xa4", "?~"},
    };
    char to[16];

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        memset(to, 'x', sizeof to);
        assert_int_equal(amount_ascii(to, cases[i].columns, cases[i].text), strlen(cases[i].shown));
        assert_string_equal(to, cases[i].shown);
        assert_int_equal(to[cases[i].columns + 1], 'x');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(whole_numbers_have_separators),
        cmocka_unit_test(brief_numbers_have_six_columns),
        cmocka_unit_test(rates_and_sizes_have_units),
        cmocka_unit_test(durations_count_days),
        cmocka_unit_test(texts_are_ascii_and_cut),
    };
    return cmocka_run_group_tests_name("amount", tests, NULL, NULL);
}
