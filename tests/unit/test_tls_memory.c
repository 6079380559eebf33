/* test_tls_memory.c - fingerprints that are remembered are those that would be made. */
#include "test.h"

#include "../../analysis/tls_private.h"

#include <mailtap/bounds.h>

#include <string.h>

/* A hello that differs from others by `number` in one of its lists. */
static struct tls_client_hello client_of(unsigned number, uint8_t lists[5][8])
{
    static const uint8_t extensions[] = {0, 0, 0, 1, 9, 0, 16, 0, 0};
    struct tls_client_hello h = {.read = true, .version = 0x0303, .version_offered = 0x0304};
    struct slice *to[] = {&h.ciphers, &h.groups, &h.point_formats, &h.signatures, &h.alpn};

    for (unsigned i = 0; i < 5; i++) {
        memset(lists[i], 0x21 + (int)i, 8);
        *to[i] = (struct slice){lists[i], 8};
    }
    lists[number % 5][7] = (uint8_t)(0x80 + number / 5);
    h.extensions = (struct slice){extensions, sizeof extensions};
    return h;
}

static void assert_same(const struct tls_fingerprints *a, const struct tls_fingerprints *b)
{
    assert_string_equal(a->ja3, b->ja3);
    assert_string_equal(a->ja4, b->ja4);
}

/* More than the memory holds, and each again: also where one has taken the place of another. */
static void they_are_those_that_would_be_made(void **state)
{
    struct tls_memory *m = tls_memory_new();
    struct tls_fingerprints made, remembered, last = {"", ""};
    uint8_t lists[5][8];

    (void)state;
    for (unsigned round = 0; round < 3; round++)
        for (unsigned number = 0; number < 4 * BOUND_HELLOS; number++) {
            struct tls_client_hello h = client_of(number, lists);
            tls_client_fingerprints(NULL, &h, &made);
            for (int again = 0; again < 2; again++) {
                tls_client_fingerprints(m, &h, &remembered);
                assert_same(&remembered, &made);
            }
            assert_int_equal(strlen(made.ja3), TLS_JA3_TEXT - 1);
            assert_int_equal(strlen(made.ja4), TLS_JA4_TEXT - 1);
            assert_false(strcmp(made.ja3, last.ja3) == 0 && strcmp(made.ja4, last.ja4) == 0);
            last = made;
        }
    tls_memory_free(&m);
    assert_null(m);
}

static void names_and_keys_are_no_part_of_what_is_known(void **state)
{
    static const uint8_t other[] = {0, 0, 0, 2, 7, 7, 0, 16, 0, 1, 5};
    struct tls_memory *m = tls_memory_new();
    struct tls_fingerprints first, second;
    uint8_t lists[5][8];
    struct tls_client_hello h = client_of(1, lists);

    (void)state;
    tls_client_fingerprints(m, &h, &first);
    h.extensions = (struct slice){other, sizeof other};
    struct tls_choices c = {.n = 0};
    assert_false(tls_recall(m, &c, &second)); /* nothing is no hello */
    tls_client_fingerprints(m, &h, &second);
    assert_same(&first, &second);
    tls_memory_free(&m);
}

static void servers_have_theirs(void **state)
{
    static const uint8_t extensions[] = {0, 43, 0, 2, 3, 4, 0, 51, 0, 0};
    struct tls_memory *m = tls_memory_new();
    struct tls_fingerprints made, remembered;

    (void)state;
    for (int round = 0; round < 2; round++)
        for (uint16_t cipher = 1; cipher < 200; cipher++) {
            struct tls_server_hello h = {.read = true,
                                         .legacy_version = 0x0303,
                                         .cipher = cipher,
                                         .extensions = {extensions, sizeof extensions}};
            tls_server_fingerprints(NULL, &h, &made);
            tls_server_fingerprints(m, &h, &remembered);
            assert_same(&remembered, &made);
            h.bad = true;
            tls_server_fingerprints(m, &h, &remembered);
            assert_string_equal(remembered.ja3, "");
        }
    tls_memory_free(&m);
}

/* A list may be as long as a hello; it is hashed each time then. */
static void what_does_not_fit_is_made_each_time(void **state)
{
    static uint8_t ciphers[65534];
    struct tls_memory *m = tls_memory_new();
    struct tls_fingerprints made, remembered;
    uint8_t lists[5][8];

    (void)state;
    for (size_t n = TLS_CHOICES - 80; n < TLS_CHOICES + 80; n += 2)
        for (int last = 0; last < 2; last++) {
            struct tls_client_hello h = client_of(0, lists);
            ciphers[n - 1] = (uint8_t)last;
            h.ciphers = (struct slice){ciphers, n};
            tls_client_fingerprints(NULL, &h, &made);
            tls_client_fingerprints(m, &h, &remembered);
            assert_same(&remembered, &made);
        }
    struct tls_client_hello h = client_of(0, lists);
    h.ciphers = (struct slice){ciphers, sizeof ciphers};
    tls_client_fingerprints(NULL, &h, &made);
    tls_client_fingerprints(m, &h, &remembered);
    assert_same(&remembered, &made);
    tls_memory_free(&m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_those_that_would_be_made),
        cmocka_unit_test(names_and_keys_are_no_part_of_what_is_known),
        cmocka_unit_test(servers_have_theirs),
        cmocka_unit_test(what_does_not_fit_is_made_each_time),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
