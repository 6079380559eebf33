/* connection.c - see connection.h. */
#include "connection.h"

#include <mailtap/random.h>

/* RFC 6928: ten segments at first.  A window of 64 KiB is never filled on most paths. */
#define FIRST_WINDOW 10
#define LARGEST_WINDOW 44

static unsigned largest(const struct connection *c)
{
    return wire_payload(c->ends[0].address.version, c->path.wrapping);
}

static enum speaker other(enum speaker s)
{
    return s == SPEAKER_CLIENT ? SPEAKER_SERVER : SPEAKER_CLIENT;
}

/* How long after what it answers to something of this end is seen. */
static int64_t delay(const struct connection *c, enum speaker s)
{
    return s == c->path.far ? c->path.round_trip_ns : 20000;
}

void connection_begin(struct connection *c, int64_t at_ns, uint64_t seed)
{
    struct random r = random_seeded(seed);

    c->step = c->udp ? STEP_TURN : STEP_SYN;
    c->now_ns = at_ns;
    for (int s = 0; s < 2; s++) {
        c->seq[s] = (uint32_t)random_u64(&r);
        c->id[s] = (uint16_t)random_u64(&r);
        c->burst_window[s] = FIRST_WINDOW;
    }
    c->next_piece = 0;
    c->place = (struct place){0, 0};
}

/* One of this end, `after_ns` behind the one before. */
static bool send(struct connection *c, enum speaker from, int64_t after_ns, unsigned flags,
                 size_t n)
{
    c->now_ns += after_ns;
    c->due = (struct segment_due){
        .at_ns = c->now_ns,
        .seq = c->seq[from],
        .ack = flags & TCP_ACK ? c->seq[other(from)] : 0,
        .from = from,
        .flags = (uint8_t)flags,
        .n = n,
    };
    c->seq[from] += (uint32_t)n + !!(flags & TCP_SYN) + !!(flags & TCP_FIN);
    c->id[from]++;
    return true;
}

/* ---- bursts */

static bool begin_burst(struct connection *c)
{
    unsigned window = c->burst_window[c->turn];
    uint64_t segments = (c->turn_left + largest(c) - 1) / largest(c);

    c->burst_left = segments < window ? (unsigned)segments : window;
    c->burst_from = c->seq[c->turn];
    /* What the next turn answers needs no acknowledgement of its own. */
    c->acks_left = c->burst_left / 2 - (segments <= window && c->burst_left % 2 == 0);
    if (c->burst_left < 2)
        c->acks_left = 0;
    c->burst_window[c->turn] = 2 * window < LARGEST_WINDOW ? 2 * window : LARGEST_WINDOW;
    c->step = STEP_BURST;
    return true;
}

static void begin_turn(struct connection *c)
{
    const struct speech *s = &c->speech;

    if (c->next_piece >= s->count) {
        c->step = c->udp ? STEP_OVER : STEP_CLOSE;
        return;
    }
    const struct piece *p = &s->pieces[c->next_piece];
    c->now_ns += p->wait_ns;
    if (!c->spoken || (enum speaker)p->side != c->turn)
        c->now_ns += delay(c, (enum speaker)p->side);
    c->spoken = true;
    c->turn = (enum speaker)p->side;
    c->turn_left = speech_turn(s, c->next_piece, &c->next_piece);
    begin_burst(c);
    if (c->udp)
        c->acks_left = 0;
}

static bool send_data(struct connection *c)
{
    size_t n = c->turn_left < largest(c) ? (size_t)c->turn_left : largest(c);
    bool first = c->seq[c->turn] == c->burst_from, last = n == c->turn_left;

    c->turn_left -= n;
    if (--c->burst_left == 0)
        c->step = c->acks_left ? STEP_ACKS : c->turn_left ? STEP_BURST : STEP_TURN;
    bool sent = send(c, c->turn, first ? 0 : c->path.segment_ns, TCP_ACK | (last ? TCP_PSH : 0u),
                     n);
    if (c->step == STEP_BURST && c->burst_left == 0) {
        c->now_ns += c->path.round_trip_ns;
        begin_burst(c);
    }
    return sent;
}

static bool send_ack(struct connection *c)
{
    uint32_t end = c->seq[c->turn];
    bool first = c->burst_from != end;

    /* The first one is for the first two segments, and so on. */
    c->burst_from += 2 * largest(c);
    send(c, other(c->turn), first ? delay(c, other(c->turn)) : c->path.segment_ns, TCP_ACK, 0);
    if ((int32_t)(end - c->burst_from) > 0)
        c->due.ack = c->burst_from;
    if (--c->acks_left)
        return true;
    if (c->turn_left) {
        c->now_ns += delay(c, c->turn);
        begin_burst(c);
    } else {
        c->step = STEP_TURN;
    }
    return true;
}

/* ---- the whole of it */

static enum speaker closer(const struct connection *c)
{
    enum ending_kind e = c->speech.ending;

    return e == ENDS_BY_CLIENT || e == ENDS_RESET_BY_CLIENT ? SPEAKER_CLIENT : SPEAKER_SERVER;
}

static bool close_first(struct connection *c)
{
    enum speaker s = closer(c);
    bool reset = c->speech.ending == ENDS_RESET_BY_SERVER ||
                 c->speech.ending == ENDS_RESET_BY_CLIENT;
    int64_t after = c->turn == s ? 60000 : delay(c, s);

    c->step = reset ? STEP_OVER : STEP_CLOSE_BACK;
    return send(c, s, after, reset ? TCP_RST | TCP_ACK : TCP_FIN | TCP_ACK, 0);
}

bool connection_next(struct connection *c)
{
    enum speaker s = closer(c);

    if (c->step == STEP_TURN)
        begin_turn(c);
    switch (c->step) {
    case STEP_SYN:
        c->step = STEP_SYN_ACK;
        return send(c, SPEAKER_CLIENT, 0, TCP_SYN, 0);
    case STEP_SYN_ACK:
        c->step = STEP_ACK;
        return send(c, SPEAKER_SERVER, delay(c, SPEAKER_SERVER), TCP_SYN | TCP_ACK, 0);
    case STEP_ACK:
        c->step = STEP_TURN;
        return send(c, SPEAKER_CLIENT, delay(c, SPEAKER_CLIENT), TCP_ACK, 0);
    case STEP_BURST:
        return send_data(c);
    case STEP_ACKS:
        return send_ack(c);
    case STEP_CLOSE:
        return close_first(c);
    case STEP_CLOSE_BACK:
        c->step = STEP_CLOSED;
        return send(c, other(s), delay(c, other(s)), TCP_FIN | TCP_ACK, 0);
    case STEP_CLOSED:
        c->step = STEP_OVER;
        return send(c, s, delay(c, s), TCP_ACK, 0);
    case STEP_TURN:
    case STEP_OVER:
        break;
    }
    return false;
}

static struct wire wire_of(const struct connection *c)
{
    const struct segment_due *d = &c->due;

    return (struct wire){
        .from = c->ends[d->from],
        .to = c->ends[other(d->from)],
        .udp = c->udp,
        .options = d->flags & TCP_SYN,
        .seq = d->seq,
        .ack = d->ack,
        .flags = d->flags,
        .id = c->id[d->from],
        .ttl = c->path.ttl[d->from],
        .largest = (uint16_t)largest(c),
        .wrapping = c->path.wrapping,
        .tag = c->path.tag,
        .n = d->n,
    };
}

size_t connection_frame_size(const struct connection *c)
{
    struct wire w = wire_of(c);

    return wire_headers(&w) + w.n;
}

void connection_frame(struct connection *c, const struct pools *pools, uint8_t *to)
{
    struct wire w = wire_of(c);

    speech_read(&c->speech, pools, &c->place, to + wire_headers(&w), w.n);
    wire_write(&w, to);
}

uint64_t connection_segments(const struct connection *c)
{
    uint64_t n = 6;
    size_t next;

    for (size_t i = 0; i < c->speech.count; i = next) {
        uint64_t segments = (speech_turn(&c->speech, i, &next) + largest(c) - 1) / largest(c);
        n += segments + segments / 2;
    }
    return n;
}

void connection_free(struct connection *c)
{
    speech_free(&c->speech);
}
