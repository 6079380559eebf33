/* test_fingerprint.c - against the values of the xxHash library's own tests, in any pieces. */
#include "test.h"

#include <mailtap/fingerprint.h>

#include <string.h>

static void assert_hex(const uint8_t out[DIGEST_OCTETS], const char *expected)
{
    char hex[2 * DIGEST_OCTETS + 1];

    digest_hex(hex, (struct slice){out, DIGEST_OCTETS});
    assert_string_equal(hex, expected);
}

static void fingerprints_are_the_published_ones(void **state)
{
    static const struct {
        enum fingerprint_kind kind;
        const char *text, *expected;
    } rows[] = {
        {FINGERPRINT_XXH3, "", "99aa06d3014798d86001c324468d497f00000000000000000000000000000000"},
        {FINGERPRINT_XXH3, "abc",
         "06b05ab6733a618578af5f94892f395000000000000000000000000000000000"},
        {FINGERPRINT_SHA256, "abc",
         "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct slice s = slice_of(rows[i].text);
        for (size_t cut = 0; cut <= s.n; cut++) {
            struct fingerprint *f = fingerprint_new(rows[i].kind);
            uint8_t out[DIGEST_OCTETS];
            fingerprint_add(f, slice_head(s, cut));
            fingerprint_add(f, slice_tail(s, cut));
            fingerprint_finish(&f, out);
            assert_null(f);
            assert_hex(out, rows[i].expected);
        }
    }
}

static void a_choice_makes_another_of_its_kind(void **state)
{
    static const uint8_t zeros[DIGEST_OCTETS - FINGERPRINT_OCTETS];

    (void)state;
    for (int kind = 0; kind < FINGERPRINT_KINDS; kind++) {
        uint8_t whole[DIGEST_OCTETS], part[DIGEST_OCTETS], other[DIGEST_OCTETS];
        struct fingerprint *f = fingerprint_new((enum fingerprint_kind)kind);
        fingerprint_finish(&f, whole);
        memcpy(part, whole, sizeof part);
        memcpy(other, whole, sizeof other);
        fingerprint_choose(part, (enum fingerprint_kind)kind, slice_of("tcp"));
        fingerprint_choose(other, (enum fingerprint_kind)kind, slice_of("udp"));
        assert_memory_not_equal(part, whole, FINGERPRINT_OCTETS);
        assert_memory_not_equal(part, other, FINGERPRINT_OCTETS);
        assert_int_equal(memcmp(part + FINGERPRINT_OCTETS, zeros, sizeof zeros) == 0,
                         kind == FINGERPRINT_XXH3);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(fingerprints_are_the_published_ones),
        cmocka_unit_test(a_choice_makes_another_of_its_kind),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
