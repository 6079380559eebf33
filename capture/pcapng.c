/* pcapng.c - see pcapng.h.  Section numbers are those of draft-ietf-opsawg-pcapng. */
#include "pcapng.h"

#include <mailtap/bounds.h>

#include <stdlib.h>
#include <string.h>

enum block {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_OLD_PACKET = 2,
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_STATISTICS = 5,
    BLOCK_ENHANCED_PACKET = 6,
};

/* One interface of the section being read. */
struct interface {
    int link;
    uint32_t snap;  /* octets kept of a frame; 0: all */
    uint64_t units; /* of time in a second */
    int64_t offset_seconds;
    uint64_t dropped_interface, dropped_kernel;
};

struct pcapng {
    struct window *in;
    bool little; /* octet order of the section */
    bool section;
    uint64_t octet; /* position of the block being read */
    uint64_t position, frames;
    int64_t last_ns; /* simple packets carry no time */
    struct interface *interfaces;
    uint32_t interface_count;
    struct pcapng_drops drops; /* of earlier sections */
};

struct pcapng *pcapng_new(struct window *in)
{
    struct pcapng *ng = must_alloc(1, sizeof *ng);

    ng->in = in;
    return ng;
}

void pcapng_free(struct pcapng **ng)
{
    if (!*ng)
        return;
    free((*ng)->interfaces);
    free(*ng);
    *ng = NULL;
}

static uint32_t get_u32(const struct pcapng *ng, struct cursor *c)
{
    return ng->little ? cursor_u32_le(c) : cursor_u32(c);
}

static uint16_t get_u16(const struct pcapng *ng, struct cursor *c)
{
    return ng->little ? cursor_u16_le(c) : cursor_u16(c);
}

static uint64_t get_u64(const struct pcapng *ng, struct cursor *c)
{
    uint64_t first = get_u32(ng, c), second = get_u32(ng, c);

    return ng->little ? second << 32 | first : first << 32 | second;
}

static int damaged(const struct pcapng *ng, struct err *e, const char *what)
{
    return err_set(e, "damaged after frame %llu, in the block at octet %llu: %s",
                   (unsigned long long)ng->frames, (unsigned long long)ng->octet, what);
}

/* ---- blocks (3.1) */

/* The next n octets, lent until the next call; fewer at the end of the file. */
static struct slice take(struct pcapng *ng, size_t n)
{
    struct slice taken = window_take(ng->in, n);

    ng->position += taken.n;
    return taken;
}

/* 4.1: the section header tells its octet order, and so must be looked into before its length can
 * be read. */
static bool read_order(struct pcapng *ng, struct slice magic)
{
    struct cursor c = cursor_open(magic);
    uint32_t value = cursor_u32(&c);

    ng->little = value == 0x4d3c2b1a;
    return ng->little || value == 0x1a2b3c4d;
}

/*
 * The next block: its type, and its body without type, lengths and padding after it.  1, 0 at the
 * end of the file, -1 when it is damaged.
 */
static int next_block(struct pcapng *ng, uint32_t *type_r, struct slice *body_r, struct err *e)
{
    size_t head_octets = 8;

    ng->octet = ng->position;
    struct slice head = take(ng, head_octets);
    if (head.n == 0)
        return 0;
    if (head.n < head_octets)
        return damaged(ng, e, "it is cut short");
    struct cursor c = cursor_open(head);
    *type_r = get_u32(ng, &c);
    uint32_t length = cursor_u32(&c);
    if (*type_r == BLOCK_SECTION) { /* the same in both orders */
        struct slice magic = take(ng, 4);
        if (magic.n < 4)
            return damaged(ng, e, "it is cut short");
        if (!read_order(ng, magic))
            return damaged(ng, e, "a section header without its magic number");
        head_octets += magic.n;
    }
    if (ng->little)
        length = __builtin_bswap32(length);
    if (length < head_octets + 4 || length % 4 || length > BOUND_BLOCK_OCTETS)
        return damaged(ng, e, "its length cannot be true");
    size_t n = length - head_octets;
    struct slice rest = take(ng, n);
    if (rest.n < n)
        return damaged(ng, e, "it is cut short");
    c = cursor_open(slice_tail(rest, n - 4));
    if (get_u32(ng, &c) != length)
        return damaged(ng, e, "its two lengths differ");
    *body_r = slice_head(rest, n - 4);
    return 1;
}

/* ---- options (3.5) */

/* The next option of a list; false at its end.  Options are padded to four octets. */
static bool next_option(const struct pcapng *ng, struct cursor *c, uint16_t *code_r,
                        struct slice *value_r)
{
    if (!cursor_more(c))
        return false;
    *code_r = get_u16(ng, c);
    uint16_t n = get_u16(ng, c);
    *value_r = cursor_take(c, n);
    cursor_take(c, (4u - n % 4u) % 4u < cursor_left(c) ? (4u - n % 4u) % 4u : cursor_left(c));
    return c->status == CURSOR_OK && *code_r != 0;
}

/* if_tsresol (4.2): a power of ten, or of two when the top bit is set. */
static uint64_t units_of(uint8_t resolution)
{
    uint64_t units = 1;
    unsigned power = resolution & 0x7f;

    if (resolution & 0x80)
        return power < 64 ? (uint64_t)1 << power : 0;
    for (unsigned i = 0; i < power; i++) {
        if (units > UINT64_MAX / 10)
            return 0;
        units *= 10;
    }
    return units;
}

static int64_t to_ns(const struct interface *i, uint64_t stamp)
{
    uint64_t seconds = stamp / i->units, rest = stamp % i->units;
    __extension__ unsigned __int128 ns = (unsigned __int128)rest * 1000000000u / i->units;

    /* Times past the year 2262 do not fit; they are what a hostile file says. */
    int64_t whole = seconds > 9000000000u ? 9000000000 : (int64_t)seconds;
    int64_t offset = i->offset_seconds;
    if (offset > 9000000000 - whole || offset < -9000000000)
        offset = 0;
    return (whole + offset) * 1000000000 + (int64_t)ns;
}

static int read_interface(struct pcapng *ng, struct slice body, struct err *e)
{
    struct cursor c = cursor_open_whole(body);
    struct interface i = {.units = 1000000};
    uint16_t code;
    struct slice value;

    i.link = get_u16(ng, &c);
    get_u16(ng, &c);
    i.snap = get_u32(ng, &c);
    while (next_option(ng, &c, &code, &value)) {
        struct cursor v = cursor_open_whole(value);
        if (code == 9)
            i.units = units_of(cursor_u8(&v));
        if (code == 14)
            i.offset_seconds = (int64_t)get_u64(ng, &v);
    }
    if (i.units == 0)
        return damaged(ng, e, "an interface with a time resolution that cannot be");
    if (ng->interface_count == BOUND_INTERFACES)
        return damaged(ng, e, "more interfaces than mailtap reads");
    ng->interfaces = must_grow(ng->interfaces, ng->interface_count + 1ul, sizeof i);
    ng->interfaces[ng->interface_count++] = i;
    return 0;
}

/* isb_ifdrop and isb_osdrop (4.6): totals so far, so the last block of an interface counts. */
static void read_statistics(struct pcapng *ng, struct slice body)
{
    struct cursor c = cursor_open_whole(body);
    uint32_t number = get_u32(ng, &c);
    uint16_t code;
    struct slice value;

    cursor_take(&c, 8);
    while (number < ng->interface_count && next_option(ng, &c, &code, &value)) {
        struct cursor v = cursor_open_whole(value);
        if (code == 5)
            ng->interfaces[number].dropped_interface = get_u64(ng, &v);
        if (code == 7)
            ng->interfaces[number].dropped_kernel = get_u64(ng, &v);
        ng->drops.known = ng->drops.known || code == 5 || code == 7;
    }
}

/* Interfaces are numbered anew in each section (4.1). */
static void begin_section(struct pcapng *ng)
{
    struct pcapng_drops all = pcapng_drops(ng);

    ng->drops = all;
    ng->interface_count = 0;
    ng->section = true;
}

/* ---- packets */

static int give(struct pcapng *ng, uint32_t interface, uint64_t stamp, bool timed,
                uint32_t captured, uint32_t wire, struct cursor *c, struct frame *frame_r,
                struct err *e)
{
    if (interface >= ng->interface_count)
        return damaged(ng, e, "a packet of an interface that was not described");
    const struct interface *i = &ng->interfaces[interface];
    struct slice octets = cursor_take(c, captured);
    if (c->status != CURSOR_OK)
        return damaged(ng, e, "a packet longer than its block");
    if (timed)
        ng->last_ns = to_ns(i, stamp);
    *frame_r = (struct frame){ng->last_ns, ++ng->frames, i->link, wire, octets};
    return 1;
}

static int read_packet(struct pcapng *ng, uint32_t type, struct slice body, struct frame *frame_r,
                       struct err *e)
{
    struct cursor c = cursor_open_whole(body);
    uint32_t interface = 0, captured, wire;
    uint64_t stamp = 0;

    if (type == BLOCK_ENHANCED_PACKET) {
        interface = get_u32(ng, &c);
    } else if (type == BLOCK_OLD_PACKET) {
        interface = get_u16(ng, &c);
        get_u16(ng, &c); /* drops since the packet before */
    }
    if (type != BLOCK_SIMPLE_PACKET) {
        uint64_t high = get_u32(ng, &c);
        stamp = high << 32 | get_u32(ng, &c);
        captured = get_u32(ng, &c);
        wire = get_u32(ng, &c);
    } else {
        wire = get_u32(ng, &c);
        captured = wire;
        if (ng->interface_count && ng->interfaces[0].snap && captured > ng->interfaces[0].snap)
            captured = ng->interfaces[0].snap;
        if (captured > cursor_left(&c))
            captured = (uint32_t)cursor_left(&c);
    }
    return give(ng, interface, stamp, type != BLOCK_SIMPLE_PACKET, captured, wire, &c, frame_r, e);
}

int pcapng_next(struct pcapng *ng, struct frame *frame_r, struct err *e)
{
    uint32_t type = 0;
    struct slice body = {NULL, 0};
    int rc;

    while ((rc = next_block(ng, &type, &body, e)) > 0) {
        if (type == BLOCK_SECTION) {
            begin_section(ng);
            continue;
        }
        if (!ng->section)
            return damaged(ng, e, "no section header before it");
        if (type == BLOCK_INTERFACE && read_interface(ng, body, e) < 0)
            return -1;
        if (type == BLOCK_STATISTICS)
            read_statistics(ng, body);
        if (type == BLOCK_ENHANCED_PACKET || type == BLOCK_SIMPLE_PACKET ||
            type == BLOCK_OLD_PACKET)
            return read_packet(ng, type, body, frame_r, e);
    }
    return rc;
}

struct pcapng_drops pcapng_drops(const struct pcapng *ng)
{
    struct pcapng_drops all = ng->drops;

    for (uint32_t i = 0; i < ng->interface_count; i++) {
        all.interface += ng->interfaces[i].dropped_interface;
        all.kernel += ng->interfaces[i].dropped_kernel;
    }
    return all;
}
