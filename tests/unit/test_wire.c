/* test_wire.c - frames are what the decoder reads, and their sums are right. */
#include "test.h"

#include "../../synth/wire.h"

#include <stdlib.h>
#include <string.h>

#define LINK_ETHERNET 1

/* RFC 1071, as it is written there. */
static unsigned sum(const uint8_t *p, size_t n, unsigned sum)
{
    for (size_t i = 0; i < n; i++)
        sum += i % 2 ? p[i] : (unsigned)p[i] << 8;
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static struct wire example(unsigned version, enum wrapping wrapping, size_t n)
{
    struct wire w = {.seq = 0xfffffff0,
                     .ack = 7,
                     .flags = TCP_ACK | TCP_PSH,
                     .id = 9,
                     .ttl = 60,
                     .wrapping = wrapping,
                     .tag = 77,
                     .n = n};

    assert_true(address_parse(version == 4 ? "10.1.2.3" : "2001:db8::1", &w.from.address));
    assert_true(address_parse(version == 4 ? "198.18.0.1" : "2001:db8::2", &w.to.address));
    w.from.port = 32768;
    w.to.port = 25;
    return w;
}

/* The transport's sum over what the decoder says is the innermost packet. */
static void assert_sums(const struct wire *w, struct slice network)
{
    bool four = w->from.address.version == 4;
    size_t ip = four ? 20 : 40, addresses = four ? 12 : 8, both = four ? 8 : 32;
    unsigned pseudo = sum(network.p + addresses, both, w->udp ? 17 : 6);

    if (four)
        assert_int_equal(sum(network.p, 20, 0), 0xffff);
    pseudo += (unsigned)(network.n - ip);
    assert_int_equal(sum(network.p + ip, network.n - ip, pseudo), 0xffff);
}

static void assert_read(const struct wire *w)
{
    size_t headers = wire_headers(w);
    uint8_t *frame = malloc(headers + w->n);
    struct packet p;

    for (size_t i = 0; i < w->n; i++)
        frame[headers + i] = (uint8_t)(i * 7 + 1);
    wire_write(w, frame);
    struct frame f = {.link = LINK_ETHERNET,
                      .at_ns = 5,
                      .octets = {frame, headers + w->n},
                      .wire_size = (uint32_t)(headers + w->n)};
    bool dns = w->udp && w->wrapping == WRAP_NOT;
    assert_int_equal(packet_decode(NULL, &f, &p), dns      ? DECODED_UDP
                                                  : w->udp ? DECODED_OTHER
                                                           : DECODED_TCP);
    if (!w->udp) {
        assert_true(endpoint_equal(&p.from, &w->from) && endpoint_equal(&p.to, &w->to));
        assert_int_equal(p.seq, w->seq);
        assert_int_equal(p.ack, w->ack);
        assert_int_equal(p.flags, w->flags);
        assert_int_equal(p.vlan, w->wrapping == WRAP_VLAN ? 77 : -1);
        assert_int_equal(p.payload.n, w->n);
        assert_sums(w, p.network);
    }
    if (w->n && (dns || !w->udp))
        assert_memory_equal(p.payload.p, frame + headers, w->n);
    if (dns)
        assert_sums(w, p.network);
    free(frame);
}

static void frames_are_read_as_they_were_meant(void **state)
{
    (void)state;
    static const size_t sizes[] = {0, 1, 2, 7, 8, 9, 63, 511, 1001};

    for (unsigned version = 4; version <= 6; version += 2)
        for (unsigned wrapping = 0; wrapping < WRAPPINGS; wrapping++)
            for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
                struct wire w = example(version, wrapping, sizes[i]);
                assert_read(&w);
                w.options = true;
                w.largest = 1400;
                w.flags = TCP_SYN;
                w.ack = 0;
                assert_read(&w);
            }
}

static void names_are_asked_for_by_udp(void **state)
{
    (void)state;
    for (unsigned version = 4; version <= 6; version += 2)
        for (size_t n = 12; n < 40; n++) {
            struct wire w = example(version, WRAP_NOT, n);
            w.udp = true;
            w.seq = w.ack = 0;
            w.flags = 0;
            w.to.port = 53;
            assert_read(&w);
        }
}

static void a_full_frame_fits_an_ethernet(void **state)
{
    (void)state;
    for (unsigned version = 4; version <= 6; version += 2)
        for (unsigned wrapping = 0; wrapping < WRAPPINGS; wrapping++) {
            struct wire w = example(version, wrapping, wire_payload(version, wrapping));
            size_t tag = wrapping == WRAP_VLAN ? 4 : 0; /* which an Ethernet allows for */
            assert_int_equal(wire_headers(&w) + w.n, 1514 + tag);
            assert_true(wire_headers(&w) <= WIRE_HEADERS);
            assert_read(&w);
        }
    assert_int_equal(wire_payload(4, WRAP_NOT), 1460);
    assert_string_equal(wrapping_name(WRAP_GRE), "gre");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_are_read_as_they_were_meant),
        cmocka_unit_test(names_are_asked_for_by_udp),
        cmocka_unit_test(a_full_frame_fits_an_ethernet),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
