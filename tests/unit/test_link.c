/*
 * test_link.c - link layers that hold more than one header: PPP, IEEE 802.11.  The plain ones are
 * in test_packet.
 */
#include "test.h"

#include "build.h"

#include <mailtap/fragment.h>
#include <mailtap/packet.h>

#include <pcap/dlt.h>
#include <stdlib.h>
#include <string.h>

#define TEXT "EHLO client.example\r\n"
#define SIX "\2\0\0\0\0\1"
#define SNAP4 "\xaa\xaa\3\0\0\0\x08\0"
#define SNAP6 "\xaa\xaa\3\0\0\0\x86\xdd"

static const struct segment over_v4 = {NULL, NULL, 40000, 25, 1, 7, TCP_ACK, TEXT, 0};
static const struct segment over_v6 = {"2001:db8::1", "2001:db8::2", 40000, 25, 1, 7,
                                       TCP_ACK,       TEXT,          0};

struct form {
    const char *name;
    int link;
    const char *header;
    size_t n;
    bool v6;
    enum decoded decoded;
};

#define FORM(name, link, header, v6, decoded)                                                      \
    {                                                                                              \
        name, link, header, sizeof header - 1, v6, decoded                                         \
    }
#define STATION "\x08\1\0\0" SIX SIX SIX "\0\0"
#define QUALITY "\x88\1\0\0" SIX SIX SIX "\0\0"
#define RADIO "\0\0\x08\0\0\0\0\0"

static const struct form forms[] = {
    FORM("PPP", DLT_PPP, "\0\x21", false, DECODED_TCP),
    FORM("PPP, IPv6", DLT_PPP, "\0\x57", true, DECODED_TCP),
    FORM("PPP, compressed protocol", DLT_PPP, "\x21", false, DECODED_TCP),
    FORM("PPP in HDLC framing", DLT_PPP_SERIAL, "\xff\3\0\x21", false, DECODED_TCP),
    FORM("PPP, link control", DLT_PPP, "\xc0\x21", false, DECODED_OTHER),
    FORM("PPPoE as a link", DLT_PPP_ETHER, "\x11\0\0\1\0\x3f\0\x21", false, DECODED_TCP),
    FORM("802.11", DLT_IEEE802_11, STATION SNAP4, false, DECODED_TCP),
    FORM("802.11, IPv6", DLT_IEEE802_11, STATION SNAP6, true, DECODED_TCP),
    FORM("802.11, QoS", DLT_IEEE802_11, QUALITY "\0\0" SNAP4, false, DECODED_TCP),
    FORM("802.11, QoS and HT control", DLT_IEEE802_11,
         "\x88\x81\0\0" SIX SIX SIX "\0\0"
         "\0\0"
         "\0\0\0\0" SNAP4,
         false, DECODED_TCP),
    FORM("802.11, bridged", DLT_IEEE802_11, "\x08\3\0\0" SIX SIX SIX "\0\0" SIX SNAP4, false,
         DECODED_TCP),
    FORM("802.11, protected", DLT_IEEE802_11, "\x08\x41\0\0" SIX SIX SIX "\0\0" SNAP4, false,
         DECODED_OTHER),
    FORM("802.11, aggregated", DLT_IEEE802_11, QUALITY "\x80\0" SNAP4, false, DECODED_OTHER),
    FORM("802.11, no data", DLT_IEEE802_11, "\x48\1\0\0" SIX SIX SIX "\0\0" SNAP4, false,
         DECODED_OTHER),
    FORM("802.11, beacon", DLT_IEEE802_11, "\x80\0\0\0" SIX SIX SIX "\0\0" SNAP4, false,
         DECODED_OTHER),
    FORM("802.11, no SNAP", DLT_IEEE802_11, STATION "\x42\x42\3\0\0\0\x08\0", false, DECODED_OTHER),
    FORM("radiotap", DLT_IEEE802_11_RADIO, RADIO STATION SNAP4, false, DECODED_TCP),
    FORM("radiotap, time stamp and flags", DLT_IEEE802_11_RADIO,
         "\0\0\x11\0\3\0\0\0"
         "\1\2\3\4\5\6\7\x08"
         "\0" QUALITY "\0\0" SNAP4,
         false, DECODED_TCP),
    FORM("radiotap, padded header", DLT_IEEE802_11_RADIO,
         "\0\0\x09\0\2\0\0\0\x20" QUALITY "\0\0"
         "\0\0" SNAP4,
         false, DECODED_TCP),
    FORM("radiotap, two words", DLT_IEEE802_11_RADIO,
         "\0\0\x0d\0\2\0\0\x80\0\0\0\0\x20" QUALITY "\0\0"
         "\0\0" SNAP4,
         false, DECODED_TCP),
    FORM("radiotap shorter than itself", DLT_IEEE802_11_RADIO, "\0\0\7\0\0\0\0\0" STATION SNAP4,
         false, DECODED_BAD),
};

static enum decoded decode(const struct build *b, int link, size_t n, struct packet *p)
{
    uint8_t *copy = build_copy(slice_head(build_slice(b), n));
    struct frame frame = {
        .number = 1, .link = link, .wire_size = (uint32_t)b->n, .octets = {copy, n}};
    enum decoded decoded = packet_decode(NULL, &frame, p);

    free(copy);
    return decoded;
}

static void every_form_is_read_as_what_it_is(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        const struct form *f = &forms[i];
        struct packet expected = build_packet(f->v6 ? &over_v6 : &over_v4), p;
        struct build b = {NULL, 0};
        build_octets(&b, (struct slice){(const uint8_t *)f->header, f->n});
        build_ip(&b, f->v6 ? &over_v6 : &over_v4);
        enum decoded decoded = decode(&b, f->link, b.n, &p);
        if (decoded != f->decoded)
            print_error("%s: %s\n", f->name, decoded_name(decoded));
        assert_int_equal(decoded, f->decoded);
        if (decoded == DECODED_TCP) {
            assert_true(endpoint_equal(&p.to, &expected.to));
            assert_int_equal(p.payload.n, strlen(TEXT));
        }
        size_t headers = b.n - strlen(TEXT);
        for (size_t n = 0; n < headers && f->decoded == DECODED_TCP; n++)
            assert_int_equal(decode(&b, f->link, n, &p), DECODED_CUT);
        build_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(every_form_is_read_as_what_it_is)};
    return cmocka_run_group_tests_name("link", tests, NULL, NULL);
}
