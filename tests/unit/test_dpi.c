/* test_dpi.c - what nDPI is shown, what it says, and that it stays within what it is shown. */
#include "test.h"

#include <mailtap/bounds.h>
#include <mailtap/dpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PACKET_ROOM 8192

struct frame_of {
    uint8_t octets[PACKET_ROOM];
    size_t n;
};

static void put(struct frame_of *f, uint64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--)
        f->octets[f->n++] = (uint8_t)(value >> 8 * (i - 1));
}

static uint16_t client_port = 40001;

/* Numbers of the next octet of each side. */
static uint32_t sequence[2];

static struct frame_of packet(int ip, bool from_server, uint16_t port, const char *text)
{
    struct frame_of f = {.n = 0};
    size_t payload = strlen(text);
    uint16_t ports[2] = {client_port, port};

    if (ip == 4) {
        put(&f, 0x4500, 2);
        put(&f, 20 + 20 + payload, 2);
        put(&f, 0x0001400040060000, 8);
        put(&f, from_server ? 0x0a000002 : 0x0a000001, 4);
        put(&f, from_server ? 0x0a000001 : 0x0a000002, 4);
    } else {
        put(&f, 0x60000000, 4);
        put(&f, 20 + payload, 2);
        put(&f, 0x0640, 2);
        put(&f, 0x20010db800000000, 8);
        put(&f, from_server ? 2 : 1, 8);
        put(&f, 0x20010db800000000, 8);
        put(&f, from_server ? 1 : 2, 8);
    }
    put(&f, ports[from_server], 2);
    put(&f, ports[!from_server], 2);
    put(&f, sequence[from_server], 4);
    put(&f, sequence[!from_server], 4);
    put(&f, 0x5018200000000000, 8);
    memcpy(f.octets + f.n, text, payload);
    f.n += payload;
    sequence[from_server] += (uint32_t)payload;
    return f;
}

static struct dpi *module;

static int start(void **state)
{
    struct err e = {""};

    (void)state;
    module = dpi_new(&e);
    if (!module)
        print_error("%s\n", e.text);
    return module ? 0 : -1;
}

static int stop(void **state)
{
    (void)state;
    dpi_free(&module);
    assert_null(module);
    return 0;
}

/* A dialogue: the server speaks first, then both in turn. */
static struct dpi_flow *show(int ip, uint16_t port, const char *const *lines, bool server_first)
{
    struct dpi_flow *flow = NULL;

    sequence[0] = sequence[1] = 1000;
    for (size_t i = 0; lines[i]; i++) {
        struct frame_of f = packet(ip, (i % 2 == 0) == server_first, port, lines[i]);
        dpi_packet(module, &flow, (struct slice){f.octets, f.n}, (int64_t)i * 1000000);
    }
    return flow;
}

static const char *const smtp[] = {
    "220 mail.example ESMTP Postfix\r\n",
    "EHLO client.example\r\n",
    "250-mail.example\r\n250-STARTTLS\r\n250 AUTH LOGIN\r\n",
    "AUTH LOGIN\r\n",
    "334 VXNlcm5hbWU6\r\n",
    "dXNlcg==\r\n",
    "334 UGFzc3dvcmQ6\r\n",
    "c2VjcmV0LXBhc3N3b3Jk\r\n",
    "235 2.7.0 ok\r\n",
    "MAIL FROM:<a@client.example>\r\n",
    "250 ok\r\n",
    "RCPT TO:<b@mail.example>\r\n",
    "250 ok\r\n",
    "DATA\r\n",
    "354 go\r\n",
    NULL,
};

static const char *const http[] = {
    "GET /index.html HTTP/1.1\r\nHost: www.example\r\nUser-Agent: x\r\n\r\n",
    "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 2\r\n\r\nok",
    NULL,
};

static void smtp_is_mail_on_any_port(void **state)
{
    (void)state;
    static const uint16_t ports[] = {25, 587, 2525, 10026};

    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        for (int ip = 4; ip <= 6; ip += 2) {
            struct dpi_flow *flow = show(ip, ports[i], smtp, true);
            assert_non_null(dpi_name(flow));
            assert_string_equal(dpi_name(flow), "SMTP");
            assert_true(dpi_is_mail(flow));
            dpi_flow_free(&flow);
            assert_null(flow);
        }
}

/* Shown as they are, nDPI 4.2 takes the first four for other protocols, by the port alone. */
static void smtp_is_mail_from_any_port(void **state)
{
    (void)state;
    static const uint16_t ports[] = {43, 4343, 5001, 5201, 1024, 32767, 65535};

    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++) {
        client_port = ports[i];
        struct dpi_flow *flow = show(4, 25, smtp, true);
        assert_string_equal(dpi_name(flow), "SMTP");
        assert_true(dpi_is_mail(flow));
        dpi_flow_free(&flow);
    }
    client_port = 40001;
}

static bool is_alphanumeric(char c)
{
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* What is in the place of names when nDPI is shown mail: dpi_memory.h. */
static void blur(char *text)
{
    for (size_t i = 0, in_line = 0; text[i]; i++) {
        if (in_line >= 4 && is_alphanumeric(text[i]))
            text[i] = 'x';
        in_line = text[i] == '\n' ? 0 : in_line + 1;
    }
}

/* Each flow on a port of its own, so that none is like one before. */
static void say_with_names(unsigned i, char said[3][256])
{
    static const char *const words[] = {"FTP",     "ftp.example",
                                        "USER",    "PASS",
                                        "HTTP1",   "www.google.com",
                                        "imap",    "POP3",
                                        "SSH2",    "facebook.com",
                                        "IRC",     "QUIT",
                                        "STOR",    "teamviewer.com",
                                        "NNTP",    "whatsapp",
                                        "Skype",   "x",
                                        "0",       "SIP",
                                        "rtsp",    "windows.com",
                                        "ssl",     "ICY",
                                        "sieve",   "telnet",
                                        "HELP",    "Tor",
                                        "GNUTEL",  "BitTorrent",
                                        "GIOP",    "RDP",
                                        "mysql57", "localhost",
                                        "GUILD",   "LMTP",
                                        "redis",   "xmpp-stream",
                                        "amazon1", "Z3"};
    const unsigned n = sizeof words / sizeof *words;
    const char *a = words[i % n], *b = words[i * 7 / 3 % n], *c = words[i * 5 / 2 % n];

    snprintf(said[0], 256, "220%c%s %s %s; %u\r\n%s", " -"[i % 2], a, b, c, i,
             i % 2 ? "220 Service ready\r\n" : "");
    snprintf(said[1], 256, "%s %s\r\n", i % 3 ? "EHLO" : "HELO", b);
    snprintf(said[2], 256, "250-%s hello %s\r\n250-%s\r\n250 %s %s\r\n", a, b, c, b, c);
}

static void names_make_no_difference_to_it(void **state)
{
    char said[3][256], name[64];
    const char *const lines[] = {said[0], said[1], said[2], NULL};
    struct err e = {""};
    struct dpi *first = module, *second = dpi_new(&e);
    unsigned mail = 0;
    (void)state;

    assert_non_null(second);
    for (unsigned i = 0; i < 2000; i++) {
        say_with_names(i, said);
        struct dpi_flow *flow = show(4, (uint16_t)(10000 + i), lines, true);
        snprintf(name, sizeof name, "%s", dpi_name(flow) ? dpi_name(flow) : "none");
        mail += dpi_is_mail(flow);
        dpi_flow_free(&flow);
        for (int k = 0; k < 3; k++)
            blur(said[k]);
        module = second;
        flow = show(4, (uint16_t)(10000 + i), lines, true);
        assert_string_equal(dpi_name(flow) ? dpi_name(flow) : "none", name);
        dpi_flow_free(&flow);
        module = first;
    }
    assert_in_range(mail, 1900, 1999);
    dpi_free(&second);
}

static void http_is_no_mail(void **state)
{
    (void)state;
    struct dpi_flow *flow = show(4, 8080, http, false);

    assert_string_equal(dpi_name(flow), "HTTP");
    assert_false(dpi_is_mail(flow));
    dpi_flow_free(&flow);
}

/* The first name it gives counts: whatever comes then is not looked at. */
static void a_name_stays(void **state)
{
    (void)state;
    const char *lines[BOUND_DPI_PACKETS + 1] = {smtp[0], smtp[1], smtp[2]};

    for (size_t i = 3; i < BOUND_DPI_PACKETS; i++)
        lines[i] = http[!(i % 2)];
    struct dpi_flow *flow = show(4, 8080, lines, true);
    assert_string_equal(dpi_name(flow), "SMTP");
    assert_true(dpi_is_mail(flow));
    dpi_flow_free(&flow);
}

static void an_unknown_flow_has_no_name(void **state)
{
    (void)state;
    struct dpi_flow *flow = NULL;

    assert_null(dpi_name(flow));
    assert_false(dpi_is_mail(flow));
    dpi_flow_free(&flow);
    flow = show(4, 40002, (const char *const[]){"zzzz", "yyyy", NULL}, true);
    assert_null(dpi_name(flow));
    assert_false(dpi_is_mail(flow));
    dpi_flow_free(&flow);
}

static void packets_without_end_are_taken(void **state)
{
    (void)state;
    const char *lines[10 * BOUND_DPI_PACKETS + 1];
    size_t n = sizeof lines / sizeof *lines - 1;

    for (size_t i = 0; i < n; i++)
        lines[i] = "q";
    lines[n] = NULL;
    struct dpi_flow *flow = show(4, 40002, lines, true);
    assert_null(dpi_name(flow));
    dpi_flow_free(&flow);
}

static void a_packet_that_was_cut_is_not_shown(void **state)
{
    (void)state;
    struct dpi_flow *flow = NULL;

    for (int ip = 4; ip <= 6; ip += 2) {
        struct frame_of f = packet(ip, true, 25, smtp[0]);
        for (size_t n = 0; n < f.n; n++) {
            dpi_packet(module, &flow, (struct slice){f.octets, n}, 0);
            assert_null(flow);
        }
        /* what follows a packet in its frame does no harm */
        f.n += 6;
        dpi_packet(module, &flow, (struct slice){f.octets, f.n}, 0);
        assert_non_null(flow);
        dpi_flow_free(&flow);
    }
    dpi_packet(module, &flow, (struct slice){NULL, 0}, 0);
    dpi_packet(module, &flow, slice_of("no packet at all"), 0);
    assert_null(flow);
}

static void only_tcp_is_shown(void **state)
{
    (void)state;
    static const size_t at[] = {9, 6, 7}; /* protocol, more fragments, offset */
    static const uint8_t octet[] = {17, 0x20, 1};
    struct dpi_flow *flow = NULL;

    for (size_t i = 0; i < sizeof at / sizeof *at; i++) {
        struct frame_of f = packet(4, true, 25, smtp[0]);
        f.octets[at[i]] = octet[i];
        dpi_packet(module, &flow, (struct slice){f.octets, f.n}, 0);
        assert_null(flow);
    }
    struct frame_of f = packet(6, true, 25, smtp[0]);
    f.octets[6] = 17;
    dpi_packet(module, &flow, (struct slice){f.octets, f.n}, 0);
    assert_null(flow);
}

/* A page that can be written, and one behind it that cannot be read. */
static uint8_t *guarded(size_t *room_r, size_t *all_r)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t room = (PACKET_ROOM + page - 1) / page * page;
    uint8_t *map = mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                        0);

    assert_true(map != MAP_FAILED);
    assert_int_equal(mprotect(map + room, page, PROT_NONE), 0);
    *room_r = room;
    *all_r = room + page;
    return map;
}

/* Change some octets, and in every other round where the packet ends. */
static void spoil(struct frame_of *f, unsigned round)
{
    static uint32_t random = 1;
    bool is_4 = f->octets[0] >> 4 == 4;

    for (unsigned k = 0; k < round % 7; k++) {
        random = random * 1103515245 + 12345;
        f->octets[(random >> 8) % (round % 3 ? 60 : f->n)] = (uint8_t)(random >> 24);
    }
    if (round % 2)
        f->n = 20 + (random >> 4) % (f->n - 20);
    size_t length = is_4 ? f->n : f->n < 40 ? 0 : f->n - 40;
    f->octets[is_4 ? 2 : 4] = (uint8_t)(length >> 8);
    f->octets[is_4 ? 3 : 5] = (uint8_t)length;
}

/* nDPI is not built with the sanitizer, so that a guard has to show it. */
static void hostile_packets_are_not_read_past(void **state)
{
    (void)state;
    size_t room, all;
    uint8_t *map = guarded(&room, &all);

    for (unsigned round = 0; round < 20000; round++) {
        struct dpi_flow *flow = NULL;
        for (size_t i = 0; smtp[i]; i++) {
            struct frame_of f = packet(round % 5 ? 4 : 6, i % 2 == 0, 25, smtp[i]);
            spoil(&f, round);
            uint8_t *copy = map + room - f.n;
            memcpy(copy, f.octets, f.n);
            dpi_packet(module, &flow, (struct slice){copy, f.n}, (int64_t)round * 1000000000);
        }
        dpi_flow_free(&flow);
    }
    munmap(map, all);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(smtp_is_mail_on_any_port),
        cmocka_unit_test(smtp_is_mail_from_any_port),
        cmocka_unit_test(names_make_no_difference_to_it),
        cmocka_unit_test(http_is_no_mail),
        cmocka_unit_test(a_name_stays),
        cmocka_unit_test(an_unknown_flow_has_no_name),
        cmocka_unit_test(packets_without_end_are_taken),
        cmocka_unit_test(a_packet_that_was_cut_is_not_shown),
        cmocka_unit_test(only_tcp_is_shown),
        cmocka_unit_test(hostile_packets_are_not_read_past),
    };
    return cmocka_run_group_tests_name("dpi", tests, start, stop);
}
