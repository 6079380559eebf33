/*
 * fuzz_stream.c - two directions whose octet at every sequence number is known; the input says
 * which segments of them are captured, in what order, how cut and when.  Whatever is delivered is
 * what was sent there, in order, and nothing is left behind.
 *
 * A segment is six octets: kind, length, offset (2, signed), acknowledged (1), time (1).
 */
#include <mailtap/stream.h>

#include <mailtap/bounds.h>

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define HELD_OCTETS 3000u

enum kind { OF_RESPONDER = 1, SYN = 2, FIN = 4, RST = 8, ACK = 16, CUT = 32, BACK = 64, FAR = 128 };

struct model {
    struct held_pool pool;
    struct stream stream;
    uint64_t offset[SIDES];
    bool fin[SIDES], reset[SIDES];
};

static uint8_t octet_at(uint32_t seq)
{
    return (uint8_t)(seq * 31 + (seq >> 8) * 7);
}

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check(struct model *m, const struct chunk *c)
{
    const struct half *h = &m->stream.half[c->side];
    /* `next` has moved past the chunk. */
    uint32_t seq = h->next - (uint32_t)(h->offset - c->offset);

    require(c->kind != CHUNK_CONFLICT); /* every copy of an octet is the same here */
    require(c->offset == m->offset[c->side]);
    m->offset[c->side] += c->length;
    require(h->offset == m->offset[c->side]);
    switch (c->kind) {
    case CHUNK_DATA:
        require(c->length == c->octets.n && c->length > 0);
        for (size_t i = 0; i < c->octets.n; i++)
            require(c->octets.p[i] == octet_at(seq + (uint32_t)i));
        return;
    case CHUNK_GAP:
        require(c->length > 0);
        return;
    case CHUNK_FIN:
        require(!m->fin[c->side] && c->length == 0);
        m->fin[c->side] = true;
        return;
    case CHUNK_RESET:
        require(!m->reset[c->side] && c->length == 0);
        m->reset[c->side] = true;
        return;
    case CHUNK_CONFLICT:
        break;
    }
    abort();
}

static void pull(struct model *m)
{
    struct chunk c;

    while (stream_next(&m->stream, &c))
        check(m, &c);
    for (int side = 0; side < SIDES; side++) {
        const struct half *h = &m->stream.half[side];
        require(h->held_octets <= BOUND_HELD_FLOW_OCTETS);
        require(h->held_segments <= BOUND_HELD_SEGMENTS);
        require(h->conflicts == 0);
    }
    require(m->pool.octets <= m->pool.limit || !m->stream.half[0].held || !m->stream.half[1].held);
}

static void push(struct model *m, struct cursor *c)
{
    uint8_t kind = cursor_u8(c);
    uint32_t n = cursor_u8(c), at = (uint32_t)(int16_t)cursor_u16(c), acked = cursor_u8(c);
    int64_t step = cursor_u8(c) * INT64_C(100000000);
    /* The numbers of one side wrap early, those of the other in the middle of their sign. */
    uint32_t isn[SIDES] = {UINT32_MAX - 100, INT32_MAX - 100};
    enum side side = kind & OF_RESPONDER ? SIDE_RESPONDER : SIDE_OPENER;

    if (kind & FAR)
        at *= 40000;
    uint8_t *octets = malloc(n ? n : 1);
    require(octets != NULL);
    struct packet p = {
        .at_ns = m->stream.at_ns + (kind & BACK ? -step : step),
        .seq = isn[side] + 1 + at,
        .ack = isn[1 - side] + 1 + acked * 16,
        .flags = (uint8_t)((kind & SYN ? TCP_SYN : 0) | (kind & FIN ? TCP_FIN : 0) |
                           (kind & RST ? TCP_RST : 0) | (kind & ACK ? TCP_ACK : 0)),
        .payload = {octets, kind & CUT ? n / 2 : n},
        .payload_wire = n,
    };
    for (uint32_t i = 0; i < n; i++)
        octets[i] = octet_at(p.seq + i);
    if (kind & SYN)
        p.seq--;
    stream_push(&m->stream, &p, side);
    pull(m);
    free(octets);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct model m = {.pool.limit = HELD_OCTETS};
    struct cursor c = cursor_open_whole((struct slice){data, size});

    stream_init(&m.stream, &m.pool);
    while (cursor_left(&c) >= 6)
        push(&m, &c);
    stream_flush(&m.stream);
    pull(&m);
    for (int side = 0; side < SIDES; side++) {
        require(!m.stream.half[side].held && !m.stream.half[side].held_segments);
        require(m.stream.half[side].fin_known == m.fin[side]);
    }
    require(m.pool.octets == 0);
    stream_clear(&m.stream);
    return 0;
}
