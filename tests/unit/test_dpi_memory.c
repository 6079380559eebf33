/* test_dpi_memory.c - what tells the beginnings of flows apart, and what does not. */
#include "test.h"

#include <mailtap/dpi_memory.h>
#include <stdio.h>
#include <string.h>

/* One segment: what may differ between two flows. */
struct said {
    int ip; /* 4 or 6 */
    uint8_t from, to;
    uint16_t ports[2];
    uint32_t sequence, acknowledged;
    uint8_t flags, options; /* options: words of four octets */
    const char *text;
};

static const struct said usual[DPI_MEMORY_PACKETS] = {
    {4, 2, 1, {25, 40000}, 5000, 100, 0x18, 0, "220 mx.example ESMTP\r\n"},
    {4, 1, 2, {40000, 25}, 100, 5022, 0x18, 0, "EHLO client.example\r\n"},
    {4, 2, 1, {25, 40000}, 5022, 121, 0x18, 0, "250 mx.example\r\n"},
};

struct room {
    uint8_t octets[1024];
    size_t n;
};

static void put(struct room *r, uint64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--)
        r->octets[r->n++] = (uint8_t)(value >> 8 * (i - 1));
}

static void build(struct room *r, const struct said *s, uint16_t identification)
{
    r->n = 0;
    if (s->ip == 4) {
        put(r, 0x45000000, 4);
        put(r, identification, 2);
        put(r, 0x4000400600000a00, 8);
        r->n -= 2;
        put(r, 0x0a000000 + s->from, 4);
        put(r, 0x0a000000 + s->to, 4);
    } else {
        put(r, 0x60000000, 4);
        put(r, 0x00000640, 4);
        put(r, 0x20010db800000000, 8);
        put(r, s->from, 8);
        put(r, 0x20010db800000000, 8);
        put(r, s->to, 8);
    }
    put(r, s->ports[0], 2);
    put(r, s->ports[1], 2);
    put(r, s->sequence, 4);
    put(r, s->acknowledged, 4);
    put(r, (5u + s->options) << 4, 1);
    put(r, s->flags, 1);
    put(r, (uint64_t)identification << 48, 6); /* window, checksum, urgent pointer */
    for (unsigned i = 0; i < s->options; i++)
        put(r, 0x01010101, 4);
    memcpy(r->octets + r->n, s->text, strlen(s->text));
    r->n += strlen(s->text);
}

static struct dpi_memory *memory;

/* What all packets lie in. */
static struct {
    struct room room[DPI_MEMORY_PACKETS];
    uint8_t large[8192];
} in;

static struct dpi_beginning look(const struct said said[DPI_MEMORY_PACKETS],
                                 uint16_t identification)
{
    struct room *room = in.room;
    struct slice packet[DPI_MEMORY_PACKETS];

    for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
        build(&room[i], &said[i], identification);
        packet[i] = (struct slice){room[i].octets, room[i].n};
    }
    return dpi_memory_look(memory, (uint8_t *)&in, packet);
}

static bool same(struct dpi_beginning a, struct dpi_beginning b)
{
    return a.known && b.known && a.low == b.low && a.high == b.high;
}

static void what_a_connection_gets_by_chance_does_not_tell(void **state)
{
    struct said other[DPI_MEMORY_PACKETS];
    (void)state;

    const struct dpi_beginning first = look(usual, 1);
    assert_true(first.known);
    memcpy(other, usual, sizeof other);
    for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
        other[i].ports[i != 1] = 61234;
        other[i].sequence += i == 1 ? 0xfffffff0 : 0x7fffffff;
        other[i].acknowledged += 77;
        other[i].options = 3;
        *(i == 1 ? &other[i].from : &other[i].to) = 9;
    }
    assert_true(same(first, look(other, 2)));
}

static void what_is_said_does(void **state)
{
    struct said other[DPI_MEMORY_PACKETS];
    const struct dpi_beginning first = look(usual, 1);
    (void)state;

    for (unsigned what = 0; what < 11; what++) {
        memcpy(other, usual, sizeof other);
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
            struct said *s = &other[i];
            bool client = i == 1;
            if (what == 0 && client)
                s->text = "HELO client.example\r\n";
            if (what == 1 && i == 2)
                s->text = "550 mx.example\r\n";
            if (what == 2)
                s->ports[client] = 587;
            if (what == 3)
                s->ports[client] = 1883; /* no system chooses it */
            if (what == 4 && i == 2)
                s->sequence = 5000; /* again */
            if (what == 5 && i == 1)
                s->flags = 0x38;
            if (what == 6 && i == 2)
                s->text = "250 mx.example\r\n\r\n";
            if (what == 7 && i == 0)
                s->text = "220 mx.example ESMTP\r\r";
            if (what == 8)
                s->ip = 6;
            if (what == 9 && client) /* longer */
                s->text = "EHLO client2.example\r\n";
            if (what == 10 && i == 0)
                s->text = "220 mx-example ESMTP\r\n";
        }
        const struct dpi_beginning differs = look(other, 1);
        assert_true(differs.known);
        assert_false(same(first, differs));
    }
}

static void names_in_mail_do_not(void **state)
{
    struct said other[DPI_MEMORY_PACKETS];
    (void)state;

    memcpy(other, usual, sizeof other);
    other[0].text = "220 a1.Zygotes Exim4\r\n";
    other[1].text = "ehlo 0lient.9xample\r\n";
    other[2].text = "250 zz.ZZZZZZZ\r\n";
    assert_false(same(look(usual, 1), look(other, 1))); /* "ehlo" */
    other[1].text = "EHLO 0lient.9xample\r\n";
    assert_true(same(look(usual, 1), look(other, 1)));
    assert_memory_equal(in.room[0].octets + 40, "220 xx.xxxxxxx xxxxx\r\n", 22);
    assert_memory_equal(in.room[1].octets + 40, "EHLO xxxxxx.xxxxxxx\r\n", 21);
    assert_memory_equal(in.room[1].octets + 12, "\0\0\0\2\0\0\0\1", 8);
    assert_memory_equal(in.room[2].octets + 12, "\0\0\0\1\0\0\0\2", 8);
}

static void port_of_a_mail_client_does_not(void **state)
{
    static const uint16_t ports[] = {43, 1024, 5001, 10025, 32767, 32768, 65535};
    struct said other[DPI_MEMORY_PACKETS];
    (void)state;

    for (size_t p = 0; p < sizeof ports / sizeof *ports; p++) {
        memcpy(other, usual, sizeof other);
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++)
            other[i].ports[i != 1] = ports[p];
        assert_true(same(look(usual, 1), look(other, 1)));
        assert_memory_equal(in.room[0].octets + 20, "\0\31\200\0", 4);
        assert_memory_equal(in.room[1].octets + 20, "\200\0\0\31", 4);
    }
}

/* Nothing of what is no mail goes out of it; addresses, names and ports tell it apart. */
static void names_elsewhere_do(void **state)
{
    static const char *const texts[][DPI_MEMORY_PACKETS] = {
        {"554 mx.example\r\n", "EHLO client.example\r\n", "250 mx.example\r\n"},
        {"220 mx.example\r\n", "USER client\r\n", "331 mx.example\r\n"},
        {"220 mx.example\r\n", "EHLO client.example\r\n", "502 mx.example\r\n"},
        {"220", "EHLO", "250"},
    };
    struct said s[DPI_MEMORY_PACKETS], other[DPI_MEMORY_PACKETS];
    (void)state;

    for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
        memcpy(s, usual, sizeof s);
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++)
            s[i].text = texts[t][i];
        const struct dpi_beginning first = look(s, 1);
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
            assert_memory_equal(in.room[i].octets + 40, texts[t][i], strlen(texts[t][i]));
            assert_int_equal(in.room[i].octets[12], 10);
            assert_memory_equal(in.room[i].octets + 20 + 2 * (i != 1), "\234\100", 2); /* 40000 */
        }
        memcpy(other, s, sizeof other);
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++)
            *(i == 1 ? &other[i].from : &other[i].to) = 9;
        assert_false(same(first, look(other, 1)));
        memcpy(other, s, sizeof other);
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++)
            other[i].ports[i != 1] = 5001;
        assert_false(same(first, look(other, 1)));
    }
}

static void who_speaks_first_does(void **state)
{
    struct said other[DPI_MEMORY_PACKETS];
    (void)state;

    memcpy(other, usual, sizeof other);
    other[2].from = 1;
    other[2].to = 2;
    other[2].ports[0] = 40000;
    other[2].ports[1] = 25;
    other[2].sequence = usual[1].sequence + 22;
    assert_false(same(look(usual, 1), look(other, 1)));
}

static void what_cannot_be_read_is_not_known(void **state)
{
    struct room *room = in.room;
    struct slice packet[DPI_MEMORY_PACKETS];
    (void)state;

    for (int ip = 4; ip <= 6; ip += 2) {
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++) {
            struct said s = usual[i];
            s.ip = ip;
            build(&room[i], &s, 1);
        }
        for (unsigned i = 0; i < DPI_MEMORY_PACKETS; i++)
            for (size_t n = 0; n <= room[i].n; n++) {
                for (unsigned j = 0; j < DPI_MEMORY_PACKETS; j++)
                    packet[j] = (struct slice){room[j].octets, j == i ? n : room[j].n};
                size_t headers = (ip == 4 ? 20 : 40) + 20;
                assert_int_equal(dpi_memory_look(memory, (uint8_t *)&in, packet).known,
                                 n >= headers);
            }
    }
    /* More than fits: 4 kB of packets is what waits. */
    build(&room[0], &usual[0], 1);
    memcpy(in.large, room[0].octets, room[0].n);
    packet[0] = (struct slice){in.large, sizeof in.large};
    assert_false(dpi_memory_look(memory, (uint8_t *)&in, packet).known);
}

static void what_was_added_is_there_until_its_place_is_taken(void **state)
{
    struct said other[DPI_MEMORY_PACKETS];
    const struct dpi_beginning b = look(usual, 1), none = {.known = false};
    unsigned kept = 0, lost = 0;
    (void)state;

    assert_int_equal(dpi_memory_get(memory, b), 0);
    assert_int_equal(dpi_memory_get(memory, none), 0);
    dpi_memory_add(memory, none, 7);
    assert_int_equal(dpi_memory_get(memory, none), 0);
    dpi_memory_add(memory, b, 7);
    assert_int_equal(dpi_memory_get(memory, b), 7);
    memcpy(other, usual, sizeof other);
    for (unsigned i = 0; i < 150000; i++) { /* more than there are places */
        other[2].sequence = usual[2].sequence + i;
        dpi_memory_add(memory, look(other, 1), i + 1);
    }
    for (unsigned i = 0; i < 150000; i++) {
        other[2].sequence = usual[2].sequence + i;
        uint32_t answer = dpi_memory_get(memory, look(other, 1));
        assert_true(answer == 0 || answer == i + 1);
        *(answer ? &kept : &lost) += 1;
    }
    assert_in_range(kept, 30000, 32768);
    assert_int_equal(kept + lost, 150000);
}

static int start(void **state)
{
    (void)state;
    memory = dpi_memory_new();
    return 0;
}

static int stop(void **state)
{
    (void)state;
    dpi_memory_free(&memory);
    assert_null(memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_a_connection_gets_by_chance_does_not_tell),
        cmocka_unit_test(what_is_said_does),
        cmocka_unit_test(names_in_mail_do_not),
        cmocka_unit_test(port_of_a_mail_client_does_not),
        cmocka_unit_test(names_elsewhere_do),
        cmocka_unit_test(who_speaks_first_does),
        cmocka_unit_test(what_cannot_be_read_is_not_known),
        cmocka_unit_test(what_was_added_is_there_until_its_place_is_taken),
    };

    return cmocka_run_group_tests(tests, start, stop);
}
