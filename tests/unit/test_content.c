/* test_content.c - messages have the size that is asked for, and are messages. */
#include "test.h"

#include "../../synth/content.h"

#include <stdlib.h>
#include <string.h>

static char *said(const struct pools *pools, uint64_t octets, uint64_t seed, size_t *n_r)
{
    struct speech s = {.count = 0};
    struct random r = random_seeded(seed);
    struct place place = {0, 0};
    struct content c = {"u1@client1.example",
                        "r1@d1.example",
                        "client1.example",
                        INT64_C(1793491200) * 1000000000,
                        seed,
                        octets};

    content_say(&s, pools, &c, &r);
    *n_r = speech_octets(&s);
    char *text = malloc(*n_r + 1);
    speech_read(&s, pools, &place, (uint8_t *)text, *n_r);
    text[*n_r] = '\0';
    speech_free(&s);
    return text;
}

/* As a server takes it: lines, the first dot of each away; octets of what is left. */
static size_t received(const char *text, size_t n)
{
    size_t octets = 0;

    for (size_t at = 0; at < n;) {
        const char *end = memchr(text + at, '\n', n - at);
        assert_non_null(end);
        size_t line = (size_t)(end + 1 - (text + at));
        assert_true(line >= 2 && line <= 1000 && end[-1] == '\r');
        assert_false(line == 3 && text[at] == '.'); /* the end */
        octets += line - (text[at] == '.');
        at += line;
    }
    return octets;
}

static void every_size_is_met(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);
    bool dotted = false, parts = false;

    for (uint64_t octets = CONTENT_LEAST; octets < 300000;
         octets += octets < 1500 ? 1 : octets / 50 + octets % 7)
        for (uint64_t seed = 1; seed < 5; seed++) {
            size_t n;
            char *text = said(pools, octets, seed, &n);
            assert_int_equal(received(text, n), octets);
            assert_non_null(strstr(text, "\r\n\r\n"));
            assert_true(strncmp(text, octets < 1024 ? "From: " : "Received: ", 6) == 0);
            dotted |= strstr(text, "\r\n..") != NULL;
            parts |= strstr(text, "attachment") != NULL;
            free(text);
        }
    assert_true(dotted);
    assert_true(parts);
    pools_free(&pools);
}

static void headers_say_who_and_when(void **state)
{
    (void)state;
    struct pools *pools = pools_new(1);
    size_t n;
    char *text = said(pools, 5000, 3, &n);

    assert_non_null(strstr(text, "\r\nDate: Sun, 01 Nov 2026 00:00:00 +0000\r\n"));
    assert_non_null(strstr(text, "\r\nFrom: Sender <u1@client1.example>\r\n"));
    assert_non_null(strstr(text, "\r\nTo: Recipient <r1@d1.example>\r\n"));
    free(text);
    pools_free(&pools);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_size_is_met),
        cmocka_unit_test(headers_say_who_and_when),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
