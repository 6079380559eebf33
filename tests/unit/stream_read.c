/* stream_read.c - see stream_read.h. */
#include "stream_read.h"

#include "test.h"

#include "build.h"

#include <mailtap/bounds.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void reading_begin(struct reading *r)
{
    memset(r, 0, sizeof *r);
    r->pool.limit = BOUND_HELD_OCTETS;
    stream_init(&r->stream, &r->pool);
}

static void write_chunk(struct reading *r, const struct chunk *c)
{
    char *to = r->text[c->side] + strlen(r->text[c->side]);
    size_t room = sizeof r->text[0] - strlen(r->text[c->side]);

    if (c->kind == CHUNK_CONFLICT) { /* beside the stream, not in it */
        assert_int_equal(c->length, c->octets.n);
        assert_int_equal(c->length, c->first.n);
        snprintf(r->conflicts + strlen(r->conflicts), sizeof r->conflicts - strlen(r->conflicts),
                 "%llu:%.*s/%.*s ", (unsigned long long)c->offset, (int)c->first.n,
                 (const char *)c->first.p, (int)c->octets.n, (const char *)c->octets.p);
        return;
    }
    assert_int_equal(c->offset, r->offset[c->side]);
    r->offset[c->side] += c->length;
    snprintf(r->order + strlen(r->order), sizeof r->order - strlen(r->order), "%c",
             c->side == SIDE_OPENER ? 'o' : 'r');
    switch (c->kind) {
    case CHUNK_DATA:
        assert_int_equal(c->length, c->octets.n);
        snprintf(to, room, "%.*s", (int)c->octets.n, (const char *)c->octets.p);
        return;
    case CHUNK_GAP:
        assert_true(c->length > 0);
        snprintf(to, room, "[gap %llu]", (unsigned long long)c->length);
        return;
    case CHUNK_FIN:
        snprintf(to, room, "[fin]");
        return;
    case CHUNK_RESET:
        snprintf(to, room, "[reset]");
        return;
    case CHUNK_CONFLICT:
        break;
    }
}

static void pull_all(struct reading *r)
{
    struct chunk c;

    while (stream_next(&r->stream, &c))
        write_chunk(r, &c);
}

void reading_push_packet(struct reading *r, const struct packet *p, enum side side)
{
    struct packet own = *p;
    uint8_t *copy = build_copy(p->payload);

    own.payload.p = copy;
    stream_push(&r->stream, &own, side);
    pull_all(r);
    free(copy);
}

void reading_push(struct reading *r, const struct step *step)
{
    struct segment s = {
        .seq = ISN + 1 + (uint32_t)step->at - ((step->flags & TCP_SYN) != 0),
        .ack = ISN + 1 + (uint32_t)step->acks,
        .flags = step->flags,
        .text = step->text,
        .at = step->time,
    };
    struct packet p = build_packet(&s);

    p.payload_wire += step->cut;
    reading_push_packet(r, &p, step->side);
}

void reading_flush(struct reading *r)
{
    stream_flush(&r->stream);
    pull_all(r);
}

void reading_finish(struct reading *r)
{
    reading_flush(r);
    assert_int_equal(r->stream.half[0].held_octets + r->stream.half[1].held_octets, 0);
    assert_int_equal(r->pool.octets, 0);
    stream_clear(&r->stream);
}
