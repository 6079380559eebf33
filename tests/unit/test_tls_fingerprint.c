/*
 * test_tls_fingerprint.c - JA3, JA3S and JA4 of hellos built from published lists, against the
 * fingerprints published with them.
 */
#include "test.h"

#include "../../analysis/tls_private.h"

#include <stdarg.h>
#include <string.h>

/* ---- hellos from lists of numbers */

static uint8_t wire[65536];
static size_t wire_n;

static void put(uint32_t value, size_t width)
{
    for (size_t i = width; i > 0; i--)
        wire[wire_n++] = (uint8_t)(value >> 8 * (i - 1));
}

/* A length of `width` octets, to be filled in by close_block(). */
static size_t open_block(size_t width)
{
    put(0, width);
    return wire_n;
}

static void close_block(size_t start, size_t width)
{
    size_t end = wire_n;

    wire_n = start - width;
    put((uint32_t)(end - start), width);
    wire_n = end;
}

#define MOST 128

/* Numbers up to -1. */
struct offer {
    uint16_t version;
    int ciphers[MOST], extensions[MOST], groups[MOST], formats[MOST], versions[MOST],
        signatures[MOST];
    const char *alpn; /* the first one; a second one follows */
    size_t alpn_n;    /* its octets, when it may hold a NUL */
    bool no_extensions;
};

static void put_list(const int *list, size_t prefix, size_t width)
{
    size_t start = open_block(prefix);

    for (; *list >= 0; list++)
        put((uint32_t)*list, width);
    close_block(start, prefix);
}

static void put_protocols(const struct offer *o)
{
    size_t n = o->alpn_n ? o->alpn_n : strlen(o->alpn), start = open_block(2);

    put((uint32_t)n, 1);
    memcpy(wire + wire_n, o->alpn, n);
    wire_n += n;
    put(0x023f3f, 3);
    close_block(start, 2);
}

static void put_extension(int type, const struct offer *o)
{
    put((uint32_t)type, 2);
    size_t start = open_block(2);
    switch (type) {
    case 0:
        put(0x0004, 2);
        put(0x00000178, 4);
        break;
    case 10:
        put_list(o->groups, 2, 2);
        break;
    case 11:
        put_list(o->formats, 1, 1);
        break;
    case 13:
        put_list(o->signatures, 2, 2);
        break;
    case 16:
        put_protocols(o);
        break;
    case 43:
        put_list(o->versions, 1, 2);
        break;
    default:
        break;
    }
    close_block(start, 2);
}

static struct tls_client_hello offered(const struct offer *o)
{
    struct tls_client_hello h;

    wire_n = 0;
    put(o->version, 2);
    memset(wire + wire_n, 7, 32);
    wire_n += 32;
    put(0, 1);
    put_list(o->ciphers, 2, 2);
    put(0x0100, 2);
    if (!o->no_extensions) {
        size_t start = open_block(2);
        for (const int *type = o->extensions; *type >= 0; type++)
            put_extension(*type, o);
        close_block(start, 2);
    }
    tls_read_client_hello((struct slice){wire, wire_n}, &h);
    return h;
}

static void assert_ja3(const struct offer *o, const char *expected)
{
    struct tls_client_hello h = offered(o);
    char ja3[TLS_JA3_TEXT];

    assert_true(h.read && !h.bad);
    tls_ja3(&h, ja3);
    assert_string_equal(ja3, expected);
}

static void assert_ja4(const struct offer *o, const char *expected)
{
    struct tls_client_hello h = offered(o);
    char ja4[TLS_JA4_TEXT];

    assert_true(h.read && !h.bad);
    tls_ja4(&h, ja4);
    assert_string_equal(ja4, expected);
}

#define LIST(...)                                                                                  \
    {                                                                                              \
        __VA_ARGS__, -1                                                                            \
    }
#define NOTHING                                                                                    \
    {                                                                                              \
        -1                                                                                         \
    }

/* ---- JA3 */

static void ja3_of_the_published_examples(void **state)
{
    (void)state;
    const struct offer with = {
        .version = 769,
        .ciphers = LIST(47, 53, 5, 10, 49161, 49162, 49171, 49172, 50, 56, 19, 4),
        .extensions = LIST(0, 10, 11),
        .groups = LIST(23, 24, 25),
        .formats = LIST(0)};
    const struct offer without = {.version = 769,
                                  .ciphers = LIST(4, 5, 10, 9, 100, 98, 3, 6, 19, 18, 99),
                                  .no_extensions = true};

    assert_ja3(&with, "ada70206e40642a3e4461f35503241d5");
    assert_ja3(&without, "de350869b8c85de67a350c8d186f11e6");
}

/* A browser of 2025, as published with its JA3 and JA4; `grease` goes where browsers put it. */
static struct offer browser(int grease)
{
    struct offer o = {
        .version = 771,
        .ciphers = LIST(0, 4865, 4866, 4867, 49195, 49199, 49196, 49200, 52393, 52392, 49171, 49172,
                        156, 157, 47, 53),
        .extensions = LIST(0x3a3a, 45, 51, 16, 65037, 23, 17613, 0, 11, 10, 43, 65281, 35, 18, 5,
                           13, 27, 0xeaea),
        .groups = LIST(0, 4588, 29, 23, 24),
        .formats = LIST(0),
        .versions = LIST(0, 0x0304, 0x0303),
        .signatures = LIST(0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601),
        .alpn = "h2"};

    o.ciphers[0] = o.groups[0] = o.versions[0] = grease;
    return o;
}

static void values_that_say_nothing_are_left_out(void **state)
{
    (void)state;
    struct offer o = browser(0x8a8a);

    assert_ja3(&o, "98487aa16281980e7d1120d399efb6a4");
    assert_ja4(&o, "t13d1516h2_8daaf6152771_d8a2da3f94cd");
    o = browser(0xfafa);
    assert_ja3(&o, "98487aa16281980e7d1120d399efb6a4");
    /* a value beside those of RFC 8701 does count */
    o = browser(0x8a9a);
    o.versions[0] = 0x0302;
    assert_ja4(&o, "t13d1616h2_f2af5f24f4da_d8a2da3f94cd");
}

/* ---- JA3S */

static void ja3s_is_version_suite_and_extensions(void **state)
{
    (void)state;
    /* "771,4866,43-51", as every OpenSSL of TLS 1.3 answers with this suite */
    static const uint8_t hello[] = {3, 3, 0, 0, 0, 0,    0, 0,    0,    0,    0, 0,  0, 0,
                                    0, 0, 0, 0, 0, 0,    0, 0,    0,    0,    0, 0,  0, 0,
                                    0, 0, 0, 0, 0, 0,    0, 0x13, 0x02, 0,    0, 14, 0, 0x2b,
                                    0, 2, 3, 4, 0, 0x33, 0, 4,    0,    0x1d, 0, 0};
    struct tls_server_hello h;
    char ja3s[TLS_JA3_TEXT];

    tls_read_server_hello((struct slice){hello, sizeof hello}, &h);
    assert_true(h.read && !h.bad);
    tls_ja3s(&h, ja3s);
    assert_string_equal(ja3s, "15af977ce25de452b96affa2addb1036");
    tls_read_server_hello((struct slice){hello, sizeof hello - 1}, &h);
    assert_true(h.read && h.bad);
    tls_ja3s(&h, ja3s);
    assert_string_equal(ja3s, "");
}

/* ---- JA4 */

static void ja4_of_the_published_example(void **state)
{
    (void)state;
    struct offer o = browser(0x0a0a);
    const int older[] = {0x0a0a, 0,  23, 65281, 10, 11,     35, 16,     5, 13,
                         18,     51, 45, 43,    27, 0x4469, 21, 0x1a1a, -1};

    memcpy(o.extensions, older, sizeof older);
    assert_ja4(&o, "t13d1516h2_8daaf6152771_e5627efa2ab1");
    /* no name asked for, no protocol, and both are missing from the count */
    const int nameless[] = {23, 65281, 10, 11, 35, 5, 13, 18, 51, 45, 43, 27, 0x4469, 21, -1};
    memcpy(o.extensions, nameless, sizeof nameless);
    assert_ja4(&o, "t13i151400_8daaf6152771_e5627efa2ab1");
}

static void ja4_of_the_least_there_can_be(void **state)
{
    (void)state;
    const struct offer none = {.version = 0x0301, .ciphers = NOTHING, .no_extensions = true};
    const struct offer grease = {
        .version = 0x0300, .ciphers = LIST(0x2a2a), .extensions = LIST(0x5a5a)};
    const struct offer names = {
        .version = 0x0302, .ciphers = NOTHING, .extensions = LIST(0, 16), .alpn = "smtp"};
    const struct offer no_signatures = {.version = 0x0301,
                                        .ciphers = NOTHING,
                                        .extensions = LIST(11, 10),
                                        .groups = LIST(23),
                                        .formats = LIST(0)};
    const struct offer strange = {.version = 0x0305, .ciphers = NOTHING, .extensions = NOTHING};

    assert_ja4(&none, "t10i000000_000000000000_000000000000");
    assert_ja4(&grease, "ts3i000000_000000000000_000000000000");
    assert_ja4(&names, "t11d0002sp_000000000000_000000000000");
    /* without signature algorithms no mark stands before them */
    assert_ja4(&no_signatures, "t10i000200_000000000000_33a13ba74d1c");
    assert_ja4(&strange, "t00i000000_000000000000_000000000000");
}

static void a_count_has_two_digits(void **state)
{
    (void)state;
    struct offer o = {.version = 0x0303, .extensions = NOTHING};
    char ja4[TLS_JA4_TEXT];

    for (int i = 0; i < 101; i++) {
        o.ciphers[i] = 0xc000 + i;
        o.ciphers[i + 1] = -1;
        struct tls_client_hello h = offered(&o);
        tls_ja4(&h, ja4);
        char digits[3] = {(char)('0' + (i < 98 ? i + 1 : 99) / 10),
                          (char)('0' + (i < 98 ? i + 1 : 99) % 10), '\0'};
        assert_memory_equal(ja4 + 4, digits, 2);
    }
}

/* Short lists and long ones are sorted in different ways. */
static void ja4_does_not_hang_on_the_order_of_suites(void **state)
{
    (void)state;
    struct offer up = {.version = 0x0303, .extensions = NOTHING}, mixed = up;

    for (int n = 1; n <= 100; n++) {
        up.ciphers[n - 1] = 0xc000 + 3 * n;
        up.ciphers[n] = mixed.ciphers[n] = -1;
        for (int i = 0; i < n; i++)
            mixed.ciphers[i] = up.ciphers[i % 2 ? i / 2 : n - 1 - i / 2];
        struct tls_client_hello h = offered(&up);
        char ja4[TLS_JA4_TEXT];
        tls_ja4(&h, ja4);
        assert_ja4(&mixed, ja4);
    }
}

static void a_protocol_is_its_first_and_last_character(void **state)
{
    static const struct {
        const char *alpn, *ends;
        size_t n;
    } rows[] = {
        {"h2", "h2", 0},
        {"http/1.1", "h1", 0},
        {"x", "xx", 0},
        {"smtp", "sp", 0},
        /* in hexadecimal when one of them is neither letter nor digit */
        {"\xab", "ab", 0},
        {"\xab\xcd", "ad", 0},
        {"0\xab", "3b", 0},
        {"01\xab\xcd", "3d", 0},
        {"0\xab\xcd"
         "1",
         "01", 0},
        {"a-", "6d", 0},
        {"-a", "21", 0},
        {"a\0", "60", 2},
    };
    struct offer o = {.version = 0x0303, .ciphers = NOTHING, .extensions = LIST(16)};

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        o.alpn = rows[i].alpn;
        o.alpn_n = rows[i].n;
        struct tls_client_hello h = offered(&o);
        char ja4[TLS_JA4_TEXT];
        tls_ja4(&h, ja4);
        assert_memory_equal(ja4 + 8, rows[i].ends, 2);
    }
}

/* ---- none */

static void a_hello_that_contradicts_itself_has_none(void **state)
{
    (void)state;
    struct offer o = browser(0x0a0a);
    struct tls_client_hello h = offered(&o);
    char ja3[TLS_JA3_TEXT], ja4[TLS_JA4_TEXT];

    for (size_t n = 0; n < wire_n; n++) {
        tls_read_client_hello((struct slice){wire, n}, &h);
        tls_ja3(&h, ja3);
        tls_ja4(&h, ja4);
        /* up to the extensions it is a whole hello */
        assert_int_equal(ja3[0] != '\0', !h.bad);
        assert_int_equal(ja4[0] != '\0', !h.bad);
    }
}

static void the_largest_hello_has_one(void **state)
{
    (void)state;
    static uint8_t large[2 + 32 + 1 + 2 + 65534 + 2];
    struct tls_client_hello h;
    char ja3[TLS_JA3_TEXT], ja4[TLS_JA4_TEXT];

    memset(large, 0xc0, sizeof large);
    memcpy(large, "\x03\x03", 2);
    memcpy(large + 34, "\x00\xff\xfe", 3);
    memcpy(large + sizeof large - 2, "\x01\x00", 2);
    tls_read_client_hello((struct slice){large, sizeof large}, &h);
    assert_true(h.read && !h.bad);
    tls_ja3(&h, ja3);
    tls_ja4(&h, ja4);
    assert_int_equal(strlen(ja3), TLS_JA3_TEXT - 1);
    assert_memory_equal(ja4, "t12i990000_", 11);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ja3_of_the_published_examples),
        cmocka_unit_test(values_that_say_nothing_are_left_out),
        cmocka_unit_test(ja3s_is_version_suite_and_extensions),
        cmocka_unit_test(ja4_of_the_published_example),
        cmocka_unit_test(ja4_of_the_least_there_can_be),
        cmocka_unit_test(a_count_has_two_digits),
        cmocka_unit_test(ja4_does_not_hang_on_the_order_of_suites),
        cmocka_unit_test(a_protocol_is_its_first_and_last_character),
        cmocka_unit_test(a_hello_that_contradicts_itself_has_none),
        cmocka_unit_test(the_largest_hello_has_one),
    };
    return cmocka_run_group_tests_name("tls_fingerprint", tests, NULL, NULL);
}
