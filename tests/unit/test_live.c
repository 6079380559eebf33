/*
 * test_live.c - frames from an interface, on a real pair of them: what is sent is read, whole and in
 * order; the interface goes down, away, and comes back; the ring is too small.
 */
#include "test.h"

#include "build.h"
#include "wire.h"

#include <mailtap/frame.h>

#include <net/if.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static bool wired;
static struct steady steady;

static int64_t now(clockid_t clock)
{
    struct timespec t;

    clock_gettime(clock, &t);
    return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static struct source *open_wire(unsigned buffer_mib, const char *filter)
{
    struct live_options o = {.buffer_mib = buffer_mib,
                             .snapshot = 262144,
                             .promiscuous = true,
                             .filter = filter,
                             .steady = &steady};
    struct err e = {""};

    steady_begin(&steady, now(CLOCK_REALTIME), now(CLOCK_MONOTONIC));
    struct source *s = source_open_live("wire0", &o, &e);
    if (!s)
        print_message("%s\n", e.text);
    assert_non_null(s);
    return s;
}

static void send_tcp(uint16_t port, const char *text)
{
    struct build b = {0};
    struct segment s = {.from_port = port, .to_port = 25, .flags = TCP_ACK, .text = text};

    build_ethernet(&b, 0x0800);
    build_ip(&b, &s);
    wire_send(build_slice(&b));
    build_free(&b);
}

/* The next frame within two seconds, or 0. */
static int next(struct source *s, struct frame *f)
{
    int64_t until = now(CLOCK_MONOTONIC) + INT64_C(2000000000);
    struct err e = {""};
    int rc;

    while ((rc = source_next(s, f, &e)) == 0 && now(CLOCK_MONOTONIC) < until) {
        struct pollfd p = {.fd = source_descriptor(s), .events = POLLIN};
        poll(&p, 1, 50);
    }
    if (rc < 0)
        print_message("%s\n", e.text);
    return rc;
}

static void expect(struct source *s, uint16_t port, const char *text)
{
    struct frame f;
    struct packet p;

    assert_int_equal(next(s, &f), 1);
    assert_int_equal(packet_decode(NULL, &f, &p), DECODED_TCP);
    assert_int_equal(p.from.port, port);
    assert_true(slice_equal(p.payload, slice_of(text)));
    assert_true(llabs(now(CLOCK_REALTIME) - f.at_ns) < INT64_C(3000000000));
}

static void what_is_sent_is_read(void **state)
{
    (void)state;
    if (!wired)
        skip();
    struct source *s = open_wire(2, NULL);

    assert_string_equal(source_name(s), "wire0");
    assert_true(source_is_up(s));
    for (uint16_t i = 1; i <= 20; i++)
        send_tcp(i, "EHLO client.example\r\n");
    for (uint16_t i = 1; i <= 20; i++)
        expect(s, i, "EHLO client.example\r\n");
    uint64_t kernel, interface;
    assert_true(source_drops(s, &kernel, &interface));
    assert_int_equal(kernel, 0);
    source_close(&s);
}

static void what_cannot_be_mail_is_left_to_the_kernel(void **state)
{
    struct frame f;
    struct build b = {0};
    (void)state;
    if (!wired)
        skip();
    struct source *s = open_wire(2, "port 25");

    build_ethernet(&b, 0x0806); /* ARP */
    build_octets(&b, slice_of("............................"));
    wire_send(build_slice(&b));
    build_free(&b);
    send_tcp(7, "x");
    expect(s, 7, "x");
    assert_int_equal(f.number = 1, 1);
    source_close(&s);
}

static void it_goes_down_and_comes_back(void **state)
{
    (void)state;
    if (!wired)
        skip();
    struct source *s = open_wire(2, NULL);
    struct frame f;

    send_tcp(1, "before");
    expect(s, 1, "before");
    wire_run("ip link set wire0 down");
    assert_int_equal(next(s, &f), 0);
    assert_false(source_is_up(s));
    assert_int_equal(source_outages(s), 1);
    wire_run("ip link set wire0 up");
    assert_int_equal(next(s, &f), 0);
    assert_true(source_is_up(s));
    send_tcp(2, "after");
    expect(s, 2, "after");
    assert_int_equal(source_outages(s), 1);
    source_close(&s);
}

static void it_goes_away_and_is_made_again(void **state)
{
    (void)state;
    if (!wired)
        skip();
    struct source *s = open_wire(2, NULL);
    struct frame f;

    wire_run("ip link del wire0");
    assert_int_equal(next(s, &f), 0);
    assert_false(source_is_up(s));
    wire_run("ip link add wire0 type veth peer name wire1; ip link set wire0 up;"
             "ip link set wire1 up");
    assert_int_equal(next(s, &f), 0);
    assert_true(source_is_up(s));
    send_tcp(3, "again");
    expect(s, 3, "again");
    assert_int_equal(source_outages(s), 1);
    source_close(&s);
}

static void a_ring_that_is_full_is_counted(void **state)
{
    enum { SENT = 40000 };
    uint64_t kernel, interface, read = 0;
    struct frame f;
    struct err e;
    (void)state;
    if (!wired)
        skip();
    struct source *s = open_wire(1, NULL);

    for (unsigned i = 0; i < SENT; i++)
        send_tcp((uint16_t)i, "a line of sixty octets, so that a megabyte is full soon.....");
    usleep(300000);
    while (source_next(s, &f, &e) == 1)
        read++;
    assert_true(source_drops(s, &kernel, &interface));
    assert_true(kernel > 0);
    assert_int_equal(read + kernel, SENT);
    source_close(&s);
}

static void what_cannot_be_opened_says_why(void **state)
{
    static const struct {
        const char *name, *why;
    } wrong[] = {
        {"no-such-thing", "there is no such interface"},
        {"", "is no name of an interface"},
        {"a-name-that-is-too-long", "is no name of an interface"},
        {"any", "name them with -i each"},
    };
    struct live_options o = {.buffer_mib = 2, .snapshot = 1000};
    (void)state;
    if (!wired)
        skip();

    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct err e = {""};
        assert_null(source_open_live(wrong[i].name, &o, &e));
        if (!strstr(e.text, wrong[i].why))
            print_message("%s\n", e.text);
        assert_non_null(strstr(e.text, wrong[i].why));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_sent_is_read),
        cmocka_unit_test(what_cannot_be_mail_is_left_to_the_kernel),
        cmocka_unit_test(it_goes_down_and_comes_back),
        cmocka_unit_test(it_goes_away_and_is_made_again),
        cmocka_unit_test(a_ring_that_is_full_is_counted),
        cmocka_unit_test(what_cannot_be_opened_says_why),
    };

    wired = wire_make();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
