/* build.c - see build.h. */
#include "test.h"

#include "build.h"

#include <mailtap/err.h>
#include <stdlib.h>
#include <string.h>

void build_octets(struct build *b, struct slice s)
{
    b->p = must_grow(b->p, b->n + s.n, 1);
    if (s.n)
        memcpy(b->p + b->n, s.p, s.n);
    b->n += s.n;
}

static void build_number(struct build *b, uint32_t value, size_t width)
{
    for (size_t i = width; i > 0; i--) {
        uint8_t octet = (uint8_t)(value >> (8 * (i - 1)));
        build_octets(b, (struct slice){&octet, 1});
    }
}

void build_u8(struct build *b, unsigned value)
{
    build_number(b, value, 1);
}

void build_u16(struct build *b, unsigned value)
{
    build_number(b, value, 2);
}

void build_u32(struct build *b, uint32_t value)
{
    build_number(b, value, 4);
}

void build_text(struct build *b, const char *text)
{
    build_octets(b, slice_of(text));
}

void build_free(struct build *b)
{
    free(b->p);
    *b = (struct build){0};
}

struct slice build_slice(const struct build *b)
{
    return (struct slice){b->p, b->n};
}

static const char *payload_of(const struct segment *s)
{
    return s->text ? s->text : "";
}

static struct ip_address address_of(const char *text, const char *usual)
{
    struct ip_address a;

    assert_true(address_parse(text ? text : usual, &a));
    return a;
}

void build_tcp(struct build *b, const struct segment *s)
{
    build_u16(b, s->from_port);
    build_u16(b, s->to_port);
    build_u32(b, s->seq);
    build_u32(b, s->ack);
    build_u8(b, 5 << 4);
    build_u8(b, s->flags);
    build_u16(b, 65535);
    build_u32(b, 0);
    build_text(b, payload_of(s));
}

void build_ip(struct build *b, const struct segment *s)
{
    struct ip_address from = address_of(s->from, "192.0.2.1");
    struct ip_address to = address_of(s->to, "192.0.2.2");
    unsigned size = 20 + (unsigned)strlen(payload_of(s));

    if (from.version == 4) {
        build_u16(b, 0x4500);
        build_u16(b, 20 + size);
        build_u32(b, 0x00014000);
        build_u32(b, 0x40060000);
    } else {
        build_u32(b, 0x60000000);
        build_u16(b, size);
        build_u16(b, 0x0640);
    }
    build_octets(b, (struct slice){from.octets, from.version == 4 ? 4 : 16});
    build_octets(b, (struct slice){to.octets, from.version == 4 ? 4 : 16});
    build_tcp(b, s);
}

struct packet build_packet(const struct segment *s)
{
    struct slice payload = slice_of(payload_of(s));

    return (struct packet){
        .at_ns = (int64_t)(s->at * 1e9),
        .vlan = -1,
        .from = {address_of(s->from, "192.0.2.1"), s->from_port},
        .to = {address_of(s->to, "192.0.2.2"), s->to_port},
        .seq = s->seq,
        .ack = s->ack,
        .flags = s->flags,
        .payload = payload,
        .payload_wire = (uint32_t)payload.n,
    };
}

void build_ethernet(struct build *b, unsigned type)
{
    build_u32(b, 0x02000000);
    build_u32(b, 0x00010200);
    build_u32(b, 0x00000002);
    build_u16(b, type);
}

void build_ordered(struct build *b, const struct pcap_form *form, uint32_t value, size_t width)
{
    uint32_t swapped = width == 2 ? __builtin_bswap16((uint16_t)value) : __builtin_bswap32(value);

    build_number(b, form->big_endian ? value : swapped, width);
}

void build_pcap(struct build *b, const struct pcap_form *form)
{
    build_ordered(b, form, form->nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4, 4);
    build_ordered(b, form, 2, 2);
    build_ordered(b, form, 4, 2);
    build_ordered(b, form, 0, 4);
    build_ordered(b, form, 0, 4);
    build_ordered(b, form, 262144, 4);
    build_ordered(b, form, form->link, 4);
}

void build_record(struct build *b, const struct pcap_form *form, int64_t at_ns, struct slice octets,
                  uint32_t wire_size)
{
    int64_t rest = at_ns % 1000000000;

    build_ordered(b, form, (uint32_t)(at_ns / 1000000000), 4);
    build_ordered(b, form, (uint32_t)(form->nanoseconds ? rest : rest / 1000), 4);
    build_ordered(b, form, (uint32_t)octets.n, 4);
    build_ordered(b, form, wire_size, 4);
    build_octets(b, octets);
}

uint8_t *build_copy(struct slice s)
{
    uint8_t *copy = malloc(s.n ? s.n : 1);

    assert_non_null(copy);
    if (s.n)
        memcpy(copy, s.p, s.n);
    return copy;
}
