/* test_dialogue.c - what is said on a connection, and that its truth is what is said. */
#include "test.h"

#include "theatre.h"

#include <stdlib.h>
#include <string.h>

/* One connection of a session made by hand. */
struct played {
    struct speech speech;
    struct truth truth;
    char *text;
};

static struct scenario_connection plain(void)
{
    return (struct scenario_connection){.server = 1,
                                        .port = 25,
                                        .client_port = 40000,
                                        .offers = true,
                                        .box = BOX_FORMS,
                                        .messages = 1};
}

static struct played play(enum speaker near, const struct scenario_connection *c)
{
    struct scenario s = theatre_scenario();
    struct stage stage = theatre_new(&s, near);
    struct scenario_session session = {.number = 4, .client = 2, .count = 1, .connections = {*c}};
    struct played p = {.text = NULL};
    struct err e = {""};

    assert_int_equal(dialogue_make(&stage, &session, 0, &p.speech, &p.truth, &e), 0);
    p.text = theatre_said(&stage, &p.speech, -1);
    theatre_free(&stage);
    return p;
}

static void assert_says(const struct played *p, const char *what, bool yes)
{
    assert_int_equal(strstr(p->text, what) != NULL, yes);
}

static void assert_class(const struct played *p, enum session_class class,
                         enum cleartext_reason reason, const char *rule)
{
    assert_int_equal(p->truth.class, class);
    assert_int_equal(p->truth.reason, reason);
    assert_string_equal(p->truth.rule ? p->truth.rule : "", rule);
}

static void over(struct played *p)
{
    speech_free(&p->speech);
    free(p->text);
}

static void mail_goes_in_the_clear(void **state)
{
    (void)state;
    struct scenario_connection c = plain();
    struct played p = play(SPEAKER_CLIENT, &c);

    assert_class(&p, CLASS_CLEARTEXT, REASON_OFFERED_UNUSED, "");
    assert_memory_equal(p.text, "220 mx1.example ", 16);
    assert_says(&p, "\r\nEHLO client2.example\r\n250-mx1.example\r\n", true);
    assert_says(&p, "STARTTLS\r\n", true);
    assert_says(&p, "\r\nMAIL FROM:<u", true);
    assert_says(&p, "\r\n.\r\n250 ", true);
    assert_int_equal(p.truth.offered, YES);
    assert_int_equal(p.truth.requested, NO);
    assert_int_equal(p.truth.messages, 1);
    assert_true(p.truth.content_octets >= SCENARIO_MESSAGE_LEAST);
    over(&p);

    c.offers = false;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_CLEARTEXT, REASON_NOT_OFFERED, "");
    assert_says(&p, "STARTTLS", false);
    over(&p);

    c.messages = 0;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_CLEARTEXT, REASON_NOT_OFFERED, "");
    assert_says(&p, "MAIL", false);
    assert_int_equal(p.truth.messages, 0);
    over(&p);
}

static void mail_goes_by_tls(void **state)
{
    (void)state;
    struct scenario_connection c = plain();

    c.asks = c.established = c.tls13 = true;
    struct played p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_STARTTLS, REASON_NONE, "");
    assert_says(&p, "\r\nSTARTTLS\r\n220 ", true);
    assert_int_equal(p.truth.tls_version, 0x0304);
    assert_int_equal(p.truth.starttls_reply, 220);
    assert_int_equal(p.truth.established, YES);
    assert_int_equal(p.truth.messages, 1);
    over(&p);

    c = plain();
    c.port = 465;
    c.implicit = c.established = c.auth = true;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_IMPLICIT_TLS, REASON_NONE, "");
    assert_memory_equal(p.text, "\x16\x03\x01", 3);
    assert_int_equal(p.truth.tls_version, 0x0303);
    assert_non_null(p.truth.auth);
    over(&p);
}

static void a_server_refuses(void **state)
{
    (void)state;
    struct scenario_connection c = plain();

    c.asks = c.refused = true;
    struct played p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_CLEARTEXT, REASON_REFUSED, "");
    assert_int_equal(p.truth.starttls_reply, 454);
    assert_says(&p, "\r\nSTARTTLS\r\n454 ", true);
    over(&p);
}

static void credentials_are_read_as_fake(void **state)
{
    (void)state;
    struct scenario_connection c = plain();

    c.port = 587;
    c.auth = true;
    struct played p = play(SPEAKER_CLIENT, &c);
    assert_says(&p, "AUTH PLAIN LOGIN\r\n", true);
    assert_says(&p, "235 2.7.0", true);
    if (strcmp(p.truth.auth, "LOGIN") == 0)
        assert_says(&p, "\r\nbm90LWEtc2VjcmV0\r\n", true); /* not-a-secret */
    else
        assert_says(&p, "\r\nAUTH PLAIN AHVzZXIyQGNsaWVudDIuZXhhbXBsZQ", true); /* user2@client2 */
    over(&p);
}

static void boxes_before_the_client(void **state)
{
    (void)state;
    struct scenario_connection c = plain();

    c.box = BOX_DELETED;
    struct played p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "offer-missing");
    assert_says(&p, "STARTTLS", false);
    over(&p);
    c.box = BOX_MASKED;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "offer-masked");
    assert_says(&p, "XXXXXXXA\r\n", true);
    assert_int_equal(p.truth.offered, NO);
    over(&p);
    c.box = BOX_REFUSED;
    c.asks = true;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "refused");
    assert_says(&p, "\r\nSTARTTLS\r\n502 ", true);
    over(&p);
    c.box = BOX_COMMAND;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "refused");
    assert_says(&p, "\r\nSTARTTLS\r\n500 ", true);
    over(&p);
    c.box = BOX_EHLO;
    c.asks = false;
    c.helo = true;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "ehlo-masked");
    assert_says(&p, "\r\nEHLO client2.example\r\n500 ", true);
    assert_says(&p, "\r\nHELO client2.example\r\n250 ", true);
    over(&p);
    c.helo = false;
    c.messages = 0;
    p = play(SPEAKER_CLIENT, &c);
    assert_class(&p, CLASS_CLEARTEXT, REASON_NOT_OFFERED, "");
    over(&p);
}

static void boxes_behind_which_one_looks(void **state)
{
    (void)state;
    struct scenario_connection c = plain();

    c.box = BOX_MASKED;
    struct played p = play(SPEAKER_SERVER, &c);
    assert_class(&p, CLASS_CLEARTEXT, REASON_OFFERED_UNUSED, "");
    assert_says(&p, "STARTTLS\r\n", true);
    over(&p);
    c.box = BOX_REFUSED;
    c.asks = true;
    p = play(SPEAKER_SERVER, &c);
    assert_class(&p, CLASS_CLEARTEXT, REASON_OFFERED_UNUSED, "");
    assert_says(&p, "\r\nSTARTTLS\r\n", false);
    over(&p);
    c.box = BOX_COMMAND;
    p = play(SPEAKER_SERVER, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "command-masked");
    assert_says(&p, "\r\nXXXXXXXX\r\n500 ", true);
    assert_int_equal(p.truth.requested, NO);
    over(&p);
    c.box = BOX_EHLO;
    c.asks = false;
    c.helo = true;
    p = play(SPEAKER_SERVER, &c);
    assert_class(&p, CLASS_STRIPPED, REASON_NONE, "ehlo-masked");
    assert_says(&p, "\r\nXXXX client2.example\r\n500 ", true);
    over(&p);
}

/* Other seeds of the session would give the other kind: so all of them are looked at. */
static void handshakes_are_broken(void **state)
{
    (void)state;
    struct scenario s = theatre_scenario();
    struct stage stage = theatre_new(&s, SPEAKER_CLIENT);
    unsigned resets = 0, garbled = 0;

    for (uint64_t i = 0; i < 40; i++) {
        struct scenario_session session = {.number = i, .count = 1, .connections = {plain()}};
        struct played p = {.text = NULL};
        struct err e = {""};
        session.connections[0].box = BOX_BROKEN;
        session.connections[0].asks = true;
        session.connections[0].messages = 0;
        assert_int_equal(dialogue_make(&stage, &session, 0, &p.speech, &p.truth, &e), 0);
        assert_class(&p, CLASS_STARTTLS_FAILED, REASON_NONE, "");
        assert_int_equal(p.truth.established, NO);
        resets += p.speech.ending == ENDS_RESET_BY_SERVER;
        garbled += p.speech.ending == ENDS_BY_CLIENT;
        over(&p);
    }
    assert_int_equal(resets + garbled, 40);
    assert_true(resets >= 15 && garbled >= 5);
    theatre_free(&stage);
}

static void numbers_depend_on_all_that_they_are_for(void **state)
{
    (void)state;
    struct scenario s = theatre_scenario(), t = s;

    t.seed++;
    assert_true(dialogue_seed(&s, 1, 1) == dialogue_seed(&s, 1, 1));
    assert_true(dialogue_seed(&s, 1, 1) != dialogue_seed(&s, 2, 1));
    assert_true(dialogue_seed(&s, 1, 1) != dialogue_seed(&s, 1, 2));
    assert_true(dialogue_seed(&s, 1, 1) != dialogue_seed(&t, 1, 1));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_goes_in_the_clear),
        cmocka_unit_test(mail_goes_by_tls),
        cmocka_unit_test(a_server_refuses),
        cmocka_unit_test(credentials_are_read_as_fake),
        cmocka_unit_test(boxes_before_the_client),
        cmocka_unit_test(boxes_behind_which_one_looks),
        cmocka_unit_test(handshakes_are_broken),
        cmocka_unit_test(numbers_depend_on_all_that_they_are_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
