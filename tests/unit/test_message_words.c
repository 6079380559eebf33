/* test_message_words.c - encoded words as RFC 2047 writes them, and what only looks like one. */
#include "test.h"

#include "../../analysis/message_private.h"

#include <string.h>

static void assert_words(const char *text, uint32_t count, const char *decoded)
{
    uint8_t to[256];

    assert_int_equal(words_count(slice_of(text)), count);
    size_t n = words_decode(to, sizeof to, slice_of(text));
    assert_true(slice_equal((struct slice){to, n}, slice_of(decoded)));
}

/* RFC 2047 8, with its charset written as one that is decoded. */
static void white_space_between_words_is_not_shown(void **state)
{
    (void)state;
    assert_words("(=?UTF-8?Q?a?=)", 1, "(a)");
    assert_words("(=?UTF-8?Q?a?= b)", 1, "(a b)");
    assert_words("(=?UTF-8?Q?a?= =?UTF-8?Q?b?=)", 2, "(ab)");
    assert_words("(=?UTF-8?Q?a?=  =?UTF-8?Q?b?=)", 2, "(ab)");
    assert_words("(=?UTF-8?Q?a?=\t =?UTF-8?Q?b?=)", 2, "(ab)");
    assert_words("(=?UTF-8?Q?a_b?=)", 1, "(a b)");
    assert_words("(=?UTF-8?Q?a?= =?UTF-8?Q?_b?=)", 2, "(a b)");
    assert_words("=?utf-8?q?a?= x =?us-ascii?b?Yg==?=", 2, "a x b");
}

static void both_encodings_are_decoded(void **state)
{
    (void)state;
    assert_words("=?UTF-8?Q?Keld_J=C3=B8rn_Simonsen?=", 1, "Keld J\xc3\xb8rn Simonsen");
    assert_words("=?utf-8?B?SWYgeW91IGNhbiByZWFkIHRoaXMgeW8=?=", 1, "If you can read this yo");
    assert_words("=?utf-8?b?dSB1bmRlcnN0YW5k?=", 1, "u understand");
    assert_words("=?utf-8*en?b?dQ?=", 1, "u"); /* RFC 2231 5: a language; padding is missing */
    assert_words("=?utf-8?Q?=3?==?utf-8?Q?=zz=e?=", 2, "=3=zz=e");
    assert_words("=?utf-8?b?\?=", 1, "");
}

static void other_charsets_stay_as_they_stand(void **state)
{
    (void)state;
    assert_words("=?ISO-8859-1?Q?Andr=E9?= Pirard", 1, "=?ISO-8859-1?Q?Andr=E9?= Pirard");
    assert_words("=?utf-8?Q?a?= =?ISO-8859-1?Q?b?= =?utf-8?Q?c?=", 3, "a =?ISO-8859-1?Q?b?= c");
}

static void what_only_looks_like_a_word_is_text(void **state)
{
    (void)state;
    assert_words("=?utf-8?X?a?=", 0, "=?utf-8?X?a?=");
    assert_words("=?utf-8?Q?a b?=", 0, "=?utf-8?Q?a b?=");
    assert_words("=?utf-8?Q?a?", 0, "=?utf-8?Q?a?");
    assert_words("=?utf-8?Q?a", 0, "=?utf-8?Q?a");
    assert_words("=?\?Q?a?=", 0, "=?\?Q?a?=");
    assert_words("=?utf-8?Q?a? =", 0, "=?utf-8?Q?a? =");
    assert_words("=?=?utf-8?Q?a?=", 1, "=?a");
    assert_words("", 0, "");
    assert_words("=?*en?Q?a?=", 0, "=?*en?Q?a?=");
}

static void what_does_not_fit_is_left_out(void **state)
{
    (void)state;
    uint8_t to[4] = "xxx";

    assert_int_equal(words_decode(to, 3, slice_of("=?utf-8?b?YWJjZGVm?= tail")), 3);
    assert_memory_equal(to, "abc", 4);
    assert_int_equal(words_decode(to, 0, slice_of("ab")), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(white_space_between_words_is_not_shown),
        cmocka_unit_test(both_encodings_are_decoded),
        cmocka_unit_test(other_charsets_stay_as_they_stand),
        cmocka_unit_test(what_only_looks_like_a_word_is_text),
        cmocka_unit_test(what_does_not_fit_is_left_out),
    };
    return cmocka_run_group_tests_name("message_words", tests, NULL, NULL);
}
