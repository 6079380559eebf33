/*
 * test_live_fanout.c - an interface shared among sources, on a real pair of interfaces: both
 * directions of a connection come to the same one, whatever tags are around them.
 */
#include "test.h"

#include "build.h"
#include "wire.h"

#include <mailtap/packet.h>

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SOURCES = 3, PAIRS = 24, SENT = 4096 };

static bool wired;
static struct steady steady;

static struct sent {
    unsigned pair; /* 0: it is to come to the first source */
    const char *what;
    unsigned reads[SOURCES];
} sent[SENT];
static unsigned sent_count;

/* ---- what is sent; each frame ends with its number */

static void finish(struct build *b, const char *interface, unsigned pair, const char *what)
{
    assert_true(sent_count < SENT);
    sent[sent_count] = (struct sent){.pair = pair, .what = what};
    uint8_t *end = b->p + b->n - 4;
    for (int i = 0; i < 4; i++)
        end[i] = (uint8_t)(sent_count >> (24 - 8 * i));
    sent_count++;
    wire_send_at(interface, build_slice(b));
    build_free(b);
}

struct way {
    const char *what;
    unsigned tags[3];
    bool six;
    unsigned first, then; /* extension headers of IPv6, or 0 */
    bool fragment;        /* a last one */
};

static struct ip_address address(bool six, unsigned pair, bool server)
{
    char text[ADDRESS_TEXT];
    struct ip_address a;

    snprintf(text, sizeof text, six ? "2001:db8::%x:%x" : "198.51.%u.%u", pair % 5,
             server ? 200 + pair % 3 : 1 + pair);
    assert_true(address_parse(text, &a));
    return a;
}

static void build_extensions(struct build *b, const struct way *w)
{
    if (w->first && w->first != 44) {
        build_u8(b, w->then ? w->then : 6);
        build_u8(b, 0);
        build_text(b, "\x01\x04....");
    }
    if (w->first == 44 || w->then == 44) {
        build_u8(b, 6);
        build_u8(b, 0);
        build_u16(b, w->fragment ? 1440 : 1);
        build_u32(b, 4711);
    }
}

static void build_network(struct build *b, const struct way *w, unsigned pair, bool back)
{
    struct ip_address from = address(w->six, pair, back), to = address(w->six, pair, !back);
    unsigned extensions = (w->first ? 1u : 0u) + (w->then ? 1u : 0u);

    if (w->six) {
        build_u32(b, 0x60000000);
        build_u16(b, 24 + 8 * extensions);
        build_u8(b, w->first ? w->first : 6);
        build_u8(b, 64);
    } else {
        build_u16(b, 0x4500);
        build_u16(b, 44);
        build_u32(b, w->fragment ? 0x00010010 : 0x00014000);
        build_u32(b, 0x40060000);
    }
    build_octets(b, (struct slice){from.octets, w->six ? 16 : 4});
    build_octets(b, (struct slice){to.octets, w->six ? 16 : 4});
    build_extensions(b, w);
}

/* One segment, from the client or back. */
static void send_tcp(const struct way *w, const char *interface, unsigned pair, bool back)
{
    const struct segment s = {.from_port = (uint16_t)(back ? 25 : 40000 + pair),
                              .to_port = (uint16_t)(back ? 40000 + pair : 25),
                              .flags = TCP_ACK,
                              .text = "1234"};
    struct build b = {0};

    build_ethernet(&b, w->tags[0] ? w->tags[0] : w->six ? 0x86dd : 0x0800);
    for (unsigned i = 0; i < 3 && w->tags[i]; i++) {
        build_u16(&b, 5 + i);
        build_u16(&b, i < 2 && w->tags[i + 1] ? w->tags[i + 1] : w->six ? 0x86dd : 0x0800);
    }
    build_network(&b, w, pair, back);
    build_tcp(&b, &s);
    finish(&b, interface, 1 + pair + (w->six ? PAIRS : 0), w->what);
}

static const struct way ways[] = {
    {.what = "IPv4"},
    {.what = "IPv4, fragment", .fragment = true},
    {.what = "IPv4, tag", .tags = {0x8100}},
    {.what = "IPv4, 802.1ad", .tags = {0x88a8}},
    {.what = "IPv4, QinQ", .tags = {0x88a8, 0x8100}},
    {.what = "IPv4, QinQ, fragment", .tags = {0x88a8, 0x8100}, .fragment = true},
    {.what = "IPv4, two tags", .tags = {0x8100, 0x8100}},
    {.what = "IPv4, three tags", .tags = {0x88a8, 0x8100, 0x8100}},
    {.what = "IPv6", .six = true},
    {.what = "IPv6, tag", .tags = {0x8100}, .six = true},
    {.what = "IPv6, QinQ", .tags = {0x88a8, 0x8100}, .six = true},
    {.what = "IPv6, first fragment", .six = true, .first = 44},
    {.what = "IPv6, fragment", .six = true, .first = 44, .fragment = true},
    {.what = "IPv6, options", .six = true, .first = 60},
    {.what = "IPv6, routing, fragment", .six = true, .first = 43, .then = 44, .fragment = true},
    {.what = "IPv6, options, fragment", .six = true, .first = 60, .then = 44, .fragment = true},
    {.what = "IPv6, tag, fragment", .tags = {0x8100}, .six = true, .first = 44, .fragment = true},
};

/* ---- what comes in tunnels */

static void send_outer(const char *what, unsigned protocol, unsigned port, bool back,
                       const struct build *carried)
{
    struct build b = {0};
    unsigned ports = port ? 8 : 0;

    build_ethernet(&b, 0x0800);
    build_u16(&b, 0x4500);
    build_u16(&b, 20 + ports + (unsigned)carried->n);
    build_u32(&b, 0x00014000);
    build_u32(&b, 0x40000000 + (protocol << 16));
    build_u32(&b, back ? 0xc6336402 : 0xc6336401);
    build_u32(&b, back ? 0xc6336401 : 0xc6336402);
    if (port) {
        build_u16(&b, back ? 50001 : 50000);
        build_u16(&b, port);
        build_u16(&b, 8 + (unsigned)carried->n);
        build_u16(&b, 0);
    }
    build_octets(&b, build_slice(carried));
    finish(&b, "wire1", 0, what);
}

static void send_tunnels(bool back)
{
    const struct segment s = {.from = "10.0.0.1", .to = "10.0.0.2", .text = "1234"};
    struct build b = {0};

    build_u32(&b, 0x08000000);
    build_u32(&b, 0x00004200);
    build_ethernet(&b, 0x0800);
    build_ip(&b, &s);
    send_outer("VXLAN", 17, 4789, back, &b);
    build_free(&b);
    build_u32(&b, 0x00000800);
    build_ip(&b, &s);
    send_outer("GRE", 47, 0, back, &b);
    build_free(&b);
    const struct segment six = {.from = "2001:db8::1", .to = "2001:db8::2", .text = "1234"};
    build_ip(&b, &six);
    send_outer("6in4", 41, 0, back, &b);
    build_free(&b);
}

/* ---- reading */

static void open_sources(struct source **s, unsigned count, const char *interface)
{
    unsigned group = 0;
    struct live_options o = {.buffer_mib = 4,
                             .snapshot = 65536,
                             .promiscuous = true,
                             .steady = &steady,
                             .fanout = &group};
    struct timespec real, monotonic;
    struct err e = {""};

    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &monotonic);
    steady_begin(&steady, real.tv_sec * INT64_C(1000000000) + real.tv_nsec,
                 monotonic.tv_sec * INT64_C(1000000000) + monotonic.tv_nsec);
    for (unsigned i = 0; i < count; i++) {
        s[i] = source_open_live(interface, &o, &e);
        assert_string_equal(e.text, "");
        assert_non_null(s[i]);
    }
    assert_true(group > 0);
    memset(sent, 0, sizeof sent);
    sent_count = 0;
}

static void note(unsigned source, const struct frame *f)
{
    unsigned number = 0;

    assert_true(f->octets.n > 14);
    for (size_t i = 4; i > 0; i--)
        number = number << 8 | f->octets.p[f->octets.n - i];
    assert_true(number < sent_count);
    sent[number].reads[source]++;
}

/* Until nothing came for a while. */
static void read_all(struct source **s, unsigned count)
{
    struct pollfd p[SOURCES];
    struct frame f;
    struct err e = {""};

    for (unsigned i = 0; i < count; i++)
        p[i] = (struct pollfd){.fd = source_descriptor(s[i]), .events = POLLIN};
    while (poll(p, count, 500) > 0)
        for (unsigned i = 0; i < count; i++)
            while (source_next(s[i], &f, &e) == 1)
                note(i, &f);
    assert_string_equal(e.text, "");
}

static void close_sources(struct source **s, unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        source_close(&s[i]);
}

/* The source that read it, once and alone. */
static int reader_of(const struct sent *f)
{
    int reader = -1;
    unsigned reads = 0;

    for (int i = 0; i < SOURCES; i++) {
        reads += f->reads[i];
        reader = f->reads[i] ? i : reader;
    }
    if (reads != 1)
        fail_msg("%s, pair %u: read %u times", f->what, f->pair, reads);
    return reader;
}

static void check_sent(unsigned count)
{
    int of_pair[1 + 2 * PAIRS];
    unsigned reads[SOURCES] = {0}, used = 0;

    memset(of_pair, 0xff, sizeof of_pair);
    of_pair[0] = 0;
    for (unsigned i = 0; i < sent_count; i++) {
        int reader = reader_of(&sent[i]);
        int *of = &of_pair[sent[i].pair];
        if (*of < 0)
            *of = reader;
        if (*of != reader)
            fail_msg("%s, pair %u: at source %d, before at %d", sent[i].what, sent[i].pair, reader,
                     *of);
        reads[reader]++;
    }
    for (unsigned i = 0; i < count; i++)
        used += reads[i] > 0;
    assert_true(used >= 2);
}

/* ---- tests */

static void send_all(const char *client_side, const char *server_side)
{
    for (unsigned pair = 0; pair < PAIRS; pair++)
        for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
            send_tcp(&ways[i], client_side, pair, false);
            send_tcp(&ways[i], server_side, pair, true);
        }
}

static void both_directions_come_to_the_same_source(void **state)
{
    struct source *s[SOURCES];
    (void)state;
    if (!wired)
        skip();

    for (unsigned count = 2; count <= SOURCES; count++) {
        open_sources(s, count, "wire0");
        send_all("wire1", "wire1");
        send_tunnels(false);
        send_tunnels(true);
        read_all(s, count);
        check_sent(count);
        close_sources(s, count);
    }
}

/* The interface of a mail server itself: what it sends still has its tags in the frame, where the
 * interface does not put them in. */
static void also_when_this_host_is_one_end(void **state)
{
    struct source *s[SOURCES];
    (void)state;
    if (!wired)
        skip();

    open_sources(s, SOURCES, "wire0");
    send_all("wire1", "wire0");
    read_all(s, SOURCES);
    check_sent(SOURCES);
    close_sources(s, SOURCES);
}

/* A client is seen at one interface and its server at the other. */
static void it_is_the_same_on_every_interface(void **state)
{
    struct source *s[SOURCES];
    static int before[SENT];
    (void)state;
    if (!wired)
        skip();

    wire_run("ip link add wire2 type veth peer name wire3; ip link set wire2 up;"
             "ip link set wire3 up");
    open_sources(s, SOURCES, "wire0");
    send_all("wire1", "wire1");
    read_all(s, SOURCES);
    for (unsigned i = 0; i < sent_count; i++)
        before[i] = reader_of(&sent[i]);
    close_sources(s, SOURCES);
    open_sources(s, SOURCES, "wire2");
    send_all("wire3", "wire3");
    read_all(s, SOURCES);
    for (unsigned i = 0; i < sent_count; i++)
        assert_int_equal(reader_of(&sent[i]), before[i]);
    close_sources(s, SOURCES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_directions_come_to_the_same_source),
        cmocka_unit_test(also_when_this_host_is_one_end),
        cmocka_unit_test(it_is_the_same_on_every_interface),
    };

    wired = wire_make();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
