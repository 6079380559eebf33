/* test_digest.c - against the vectors of FIPS 180-4's examples and RFC 4231. */
#include "test.h"

#include <mailtap/digest.h>

#include <string.h>

#define HEX (2 * DIGEST_OCTETS + 1)

static void assert_digest(const uint8_t digest[DIGEST_OCTETS], const char *expected)
{
    char hex[HEX];

    digest_hex(hex, (struct slice){digest, DIGEST_OCTETS});
    assert_string_equal(hex, expected);
}

static void digests_are_the_published_ones(void **state)
{
    static const struct {
        const char *text, *digest;
    } vectors[] = {
        {"", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
        {"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"},
        {"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
         "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof vectors / sizeof *vectors; i++) {
        struct slice s = slice_of(vectors[i].text);
        uint8_t out[DIGEST_OCTETS];
        digest_of(s, out);
        assert_digest(out, vectors[i].digest);
        for (size_t cut = 0; cut <= s.n; cut++) {
            struct digest *d = digest_new();
            digest_add(d, slice_head(s, cut));
            digest_add(d, slice_tail(s, cut));
            digest_finish(&d, out);
            assert_null(d);
            assert_digest(out, vectors[i].digest);
        }
    }
}

static void a_million_octets(void **state)
{
    uint8_t block[1000], out[DIGEST_OCTETS];
    struct digest *d = digest_new();

    (void)state;
    memset(block, 'a', sizeof block);
    for (int i = 0; i < 1000; i++)
        digest_add(d, (struct slice){block, sizeof block});
    digest_finish(&d, out);
    assert_digest(out, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

static void keyed_digests_are_the_published_ones(void **state)
{
    uint8_t key[20], text[50], out[DIGEST_OCTETS];

    (void)state;
    memset(key, 0x0b, sizeof key);
    digest_keyed((struct slice){key, sizeof key}, slice_of("Hi There"), out);
    assert_digest(out, "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    digest_keyed(slice_of("Jefe"), slice_of("what do ya want for nothing?"), out);
    assert_digest(out, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    memset(key, 0xaa, sizeof key);
    memset(text, 0xdd, sizeof text);
    digest_keyed((struct slice){key, sizeof key}, (struct slice){text, sizeof text}, out);
    assert_digest(out, "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
    uint8_t long_key[131];
    memset(long_key, 0xaa, sizeof long_key);
    digest_keyed((struct slice){long_key, sizeof long_key},
                 slice_of("Test Using Larger Than Block-Size Key - Hash Key First"), out);
    assert_digest(out, "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

static void a_key_serves_for_many_texts(void **state)
{
    uint8_t key[200], text[300], alone[DIGEST_OCTETS], under[DIGEST_OCTETS];

    (void)state;
    memset(key, 7, sizeof key);
    memset(text, 9, sizeof text);
    for (size_t n = 0; n <= sizeof key; n++) {
        struct digest_key *k = digest_key_new((struct slice){key, n});
        for (size_t i = 0; i <= sizeof text; i += 50) {
            digest_keyed((struct slice){key, n}, (struct slice){text, i}, alone);
            digest_under(k, (struct slice){text, i}, under);
            assert_memory_equal(alone, under, sizeof alone);
        }
        digest_key_free(&k);
        assert_null(k);
        digest_key_free(&k);
    }
}

static void hexadecimal_is_lower_case(void **state)
{
    char hex[9];

    (void)state;
    digest_hex(hex, (struct slice){(const uint8_t *)"\x00\xaf\x09\xF0", 4});
    assert_string_equal(hex, "00af09f0");
    digest_hex(hex, (struct slice){NULL, 0});
    assert_string_equal(hex, "");
}

static void random_octets_differ(void **state)
{
    uint8_t a[16] = {0}, b[16] = {0};

    (void)state;
    digest_random(a, sizeof a);
    digest_random(b, sizeof b);
    assert_memory_not_equal(a, b, sizeof a);
}

/* RFC 1321 A.5 */
static void md5_gives_the_values_of_its_rfc(void **state)
{
    (void)state;
    static const struct {
        const char *text, *hex;
    } rows[] = {
        {"", "d41d8cd98f00b204e9800998ecf8427e"},
        {"a", "0cc175b9c0f1b6a831c399e269772661"},
        {"message digest", "f96b697d7cb7938d525a2f31aaf161d0"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        uint8_t digest[DIGEST_MD5_OCTETS];
        char hex[2 * DIGEST_MD5_OCTETS + 1];
        assert_true(digest_md5(slice_of(rows[i].text), digest));
        digest_hex(hex, (struct slice){digest, sizeof digest});
        assert_string_equal(hex, rows[i].hex);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_are_the_published_ones),
        cmocka_unit_test(a_million_octets),
        cmocka_unit_test(keyed_digests_are_the_published_ones),
        cmocka_unit_test(a_key_serves_for_many_texts),
        cmocka_unit_test(hexadecimal_is_lower_case),
        cmocka_unit_test(random_octets_differ),
        cmocka_unit_test(md5_gives_the_values_of_its_rfc),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
