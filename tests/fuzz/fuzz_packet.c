/*
 * fuzz_packet.c - one frame: the first octet picks its link layer, the rest are its octets.
 *
 * What a packet borrows lies inside of its frame, and a frame that is cut shorter is decoded to
 * the same or is called cut; nothing else may come of our own blindness.
 */
#include <mailtap/packet.h>

#include <pcap/dlt.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const int links[] = {
    DLT_EN10MB,
    DLT_NULL,
    DLT_LOOP,
    DLT_RAW,
    DLT_IPV4,
    DLT_IPV6,
    DLT_LINUX_SLL,
    DLT_LINUX_SLL2,
    101,
    DLT_PPP,
    DLT_PPP_SERIAL,
    DLT_PPP_ETHER,
    DLT_IEEE802_11,
    DLT_IEEE802_11_RADIO,
};

static void inside(struct slice inner, struct slice outer)
{
    if (inner.n == 0)
        return;
    if (inner.p < outer.p || inner.n > outer.n || (size_t)(inner.p - outer.p) > outer.n - inner.n)
        abort();
}

static enum decoded decode(struct slice octets, int link, uint32_t wire_size)
{
    struct frame frame = {.link = link, .wire_size = wire_size, .octets = octets};
    struct packet p;
    enum decoded decoded = packet_decode(NULL, &frame, &p);

    if (decoded >= DECODED_COUNT || p.vlan < -1 || p.vlan > 4095)
        abort();
    inside(p.network, octets);
    inside(p.payload, octets);
    if (decoded == DECODED_UDP) {
        if (p.from.port != 53 && p.to.port != 53)
            abort();
        if (p.seq || p.ack || p.flags)
            abort();
    }
    if (decoded == DECODED_TCP || decoded == DECODED_UDP) {
        inside(p.payload, p.network);
        if (p.payload_wire < p.payload.n || p.from.address.version != p.to.address.version)
            abort();
        if (p.from.address.version != 4 && p.from.address.version != 6)
            abort();
    }
    return decoded;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    int link = links[data[0] % (sizeof links / sizeof *links)];
    struct slice octets = {data + 1, size - 1};
    enum decoded whole = decode(octets, link, (uint32_t)octets.n);

    for (size_t n = 0; n < octets.n && n < 200; n++) {
        enum decoded cut = decode(slice_head(octets, n), link, (uint32_t)octets.n);
        if (cut != whole && cut != DECODED_CUT)
            abort();
    }
    return 0;
}
