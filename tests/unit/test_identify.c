/* test_identify.c - mail or not, and which side is the server. */
#include "test.h"

#include <mailtap/session.h>

#define HELLO "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03"
#define ANSWER "\x16\x03\x03\x00\x7a\x02\x00\x00\x76\x03\x03"

static struct slice octets(const char *p, size_t n)
{
    return (struct slice){(const uint8_t *)p, n};
}

#define OCTETS(literal) octets(literal, sizeof literal - 1)

struct example {
    const char *what;
    uint16_t port[SIDES];
    struct slice from[SIDES];
    bool over, midstream, dpi_mail;
    enum identity identity;
    enum side server;
};

static void check(const struct example *e)
{
    struct first_octets f = {
        .from = {e->from[0], e->from[1]},
        .over = e->over,
        .midstream = e->midstream,
        .dpi_mail = e->dpi_mail,
        .port = {e->port[0], e->port[1]},
    };
    enum side server;
    enum identity identity = identify(&f, &server);

    if (identity != e->identity)
        print_error("%s: %d instead of %d\n", e->what, (int)identity, (int)e->identity);
    assert_int_equal(identity, e->identity);
    if (identity == IDENTITY_SMTP || identity == IDENTITY_TLS)
        assert_int_equal(server, e->server);
}

static void mail_is_told_from_what_is_not(void **state)
{
    (void)state;
    const struct example examples[] = {
        {"greeting on 25",
         {40000, 25},
         {{0}, OCTETS("220 mx\r\n")},
         .identity = IDENTITY_SMTP,
         .server = SIDE_RESPONDER},
        {"service refused",
         {40000, 25},
         {{0}, OCTETS("554 no\r\n")},
         .identity = IDENTITY_SMTP,
         .server = SIDE_RESPONDER},
        {"two octets only", {40000, 25}, {{0}, OCTETS("22")}, .identity = IDENTITY_OPEN},
        {"web server on 25",
         {40000, 25},
         {OCTETS("GET / HTTP/1.1\r\n"), OCTETS("HTTP/1.1 200")},
         .identity = IDENTITY_NOT_MAIL},
        {"web client at a mail server",
         {40000, 25},
         {OCTETS("GET / HTTP/1.1\r\n"), OCTETS("220 mx\r\n")},
         .identity = IDENTITY_SMTP,
         .server = SIDE_RESPONDER},
        {"SSH on 25", {40000, 25}, {{0}, OCTETS("SSH-2.0-x\r\n")}, .identity = IDENTITY_NOT_MAIL},
        {"mail on 80",
         {40000, 80},
         {OCTETS("EHLO c\r\n"), OCTETS("220 mx\r\n")},
         .identity = IDENTITY_SMTP,
         .server = SIDE_RESPONDER},
        {"FTP greets alike",
         {40000, 21},
         {OCTETS("USER anonymous\r\n"), OCTETS("220 ftp\r\n")},
         .identity = IDENTITY_NOT_MAIL},
        {"not yet told from FTP",
         {40000, 2121},
         {{0}, OCTETS("220 x\r\n")},
         .identity = IDENTITY_OPEN},
        {"greeting on a port nDPI takes for mail",
         {40000, 2526},
         {{0}, OCTETS("220 x\r\n")},
         .dpi_mail = true,
         .identity = IDENTITY_SMTP,
         .server = SIDE_RESPONDER},
        {"web", {40000, 80}, {OCTETS("GET / HTTP/1.1\r\n"), {0}}, .identity = IDENTITY_NOT_MAIL},
        {"TLS on 443",
         {40000, 443},
         {OCTETS(HELLO), OCTETS(ANSWER)},
         .identity = IDENTITY_NOT_MAIL},
        {"TLS on 465",
         {40000, 465},
         {OCTETS(HELLO), OCTETS(ANSWER)},
         .identity = IDENTITY_TLS,
         .server = SIDE_RESPONDER},
        {"TLS on 465, unanswered yet",
         {40000, 465},
         {OCTETS(HELLO), {0}},
         .identity = IDENTITY_OPEN},
        {"TLS on 465, never answered",
         {40000, 465},
         {OCTETS(HELLO), {0}},
         .over = true,
         .identity = IDENTITY_TLS,
         .server = SIDE_RESPONDER},
        {"client only",
         {40000, 25},
         {OCTETS("EHLO c\r\nMAIL FROM:<a@a>\r\n"), {0}},
         .over = true,
         .identity = IDENTITY_SMTP,
         .server = SIDE_RESPONDER},
        {"nothing at all", {40000, 25}, {{0}, {0}}, .over = true, .identity = IDENTITY_NOT_MAIL},
        {"midstream, the server was seen first",
         {25, 40000},
         {OCTETS("250 ok\r\n"), {0}},
         .midstream = true,
         .identity = IDENTITY_SMTP,
         .server = SIDE_OPENER},
        {"midstream records on 25",
         {40000, 25},
         {OCTETS("\x17\x03\x03\x00\x40"), OCTETS("\x17\x03\x03\x00\x50")},
         .midstream = true,
         .identity = IDENTITY_TLS,
         .server = SIDE_RESPONDER},
    };
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        check(&examples[i]);
}

static void mail_ports(void **state)
{
    (void)state;
    assert_true(identify_mail_port(25) && identify_mail_port(465) && identify_mail_port(587));
    assert_true(identify_mail_port(24) && identify_mail_port(2525));
    assert_false(identify_mail_port(80) || identify_mail_port(0) || identify_mail_port(995));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mail_is_told_from_what_is_not),
        cmocka_unit_test(mail_ports),
    };
    return cmocka_run_group_tests_name("identify", tests, NULL, NULL);
}
