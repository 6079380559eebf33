/* dns_stream.c - DNS over TCP: a length of two octets, and a message (RFC 1035 4.2.2); see dns.h. */
#include <mailtap/dns.h>
#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>

/* Room for most messages; larger ones let it grow, up to the 65535 that a length can say. */
#define FIRST_ROOM 1024u

struct dns_stream {
    uint8_t *octets; /* of the message */
    size_t n, room;
    size_t size;     /* of the message, once its length has been read */
    unsigned prefix; /* octets of the length read so far */
    bool lost;
};

struct dns_stream *dns_stream_new(void)
{
    return must_alloc(1, sizeof(struct dns_stream));
}

void dns_stream_free(struct dns_stream **s)
{
    if (!*s)
        return;
    free((*s)->octets);
    free(*s);
    *s = NULL;
}

static void begin(struct dns_stream *s)
{
    s->n = s->size = 0;
    s->prefix = 0;
}

static void keep(struct dns_stream *s, struct slice piece)
{
    if (s->n + piece.n > s->room) {
        size_t doubled = s->room ? 2 * s->room : FIRST_ROOM;
        s->room = s->n + piece.n > doubled ? s->n + piece.n : doubled;
        s->octets = must_grow(s->octets, s->room, 1);
    }
    memcpy(s->octets + s->n, piece.p, piece.n);
    s->n += piece.n;
}

size_t dns_stream_feed(struct dns_stream *s, struct slice octets, struct slice *whole_r)
{
    struct cursor c = cursor_open(octets);

    *whole_r = (struct slice){NULL, 0};
    if (s->lost)
        return octets.n;
    if (s->prefix == 2 && s->n == s->size) /* it was given by the last call */
        begin(s);
    for (; s->prefix < 2 && cursor_more(&c); s->prefix++)
        s->size = s->size << 8 | cursor_u8(&c);
    if (s->prefix == 2 && cursor_more(&c) && s->n < s->size) {
        size_t due = s->size - s->n, left = cursor_left(&c);
        keep(s, cursor_take(&c, due < left ? due : left));
    }
    if (s->prefix == 2 && s->n == s->size)
        *whole_r = (struct slice){s->octets, s->n};
    return octets.n - cursor_left(&c);
}

void dns_stream_gap(struct dns_stream *s)
{
    s->lost = true;
    begin(s);
}
