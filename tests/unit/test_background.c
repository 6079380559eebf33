/* test_background.c - what is no mail looks like what it is. */
#include "test.h"

#include "theatre.h"

#include "../../synth/background.h"

#include <mailtap/tls.h>
#include <stdlib.h>
#include <string.h>

static void assert_web(const char *text, uint16_t port)
{
    if (port == 443) {
        assert_int_equal(tls_looks_like((struct slice){(const uint8_t *)text, 16}), YES);
        return;
    }
    const char *length = strstr(text, "Content-Length: ");
    assert_memory_equal(text, "GET /page/", 10);
    assert_non_null(strstr(text, "\r\nHost: www"));
    assert_non_null(length);
    /* As long as it says, when it is the only page. */
    const char *body = strstr(length, "\r\n\r\n");
    assert_non_null(body);
    if (!strstr(body, "GET /"))
        assert_int_equal(strlen(body + 4), strtoul(length + 16, NULL, 10));
}

static void there_are_all_kinds(void **state)
{
    (void)state;
    struct scenario s = theatre_scenario();
    struct stage stage = theatre_new(&s, SPEAKER_CLIENT);
    struct random r = random_seeded(1);
    unsigned clear = 0, tls = 0, names = 0;

    for (int i = 0; i < 200; i++) {
        struct connection c = {.udp = false};
        struct err e = {""};
        uint32_t server;
        assert_int_equal(background_make(&stage, 3, &r, &c, &server, &e), 0);
        char *text = theatre_said(&stage, &c.speech, -1);
        uint16_t port = c.ends[SPEAKER_SERVER].port;
        assert_true(server >= s.servers);
        if (c.udp)
            assert_int_equal(port, 53);
        else
            assert_web(text, port);
        names += c.udp;
        clear += port == 80;
        tls += port == 443;
        free(text);
        connection_free(&c);
    }
    assert_int_equal(names + clear + tls, 200);
    assert_true(names > 40 && clear > 15 && tls > 40);
    theatre_free(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_all_kinds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
