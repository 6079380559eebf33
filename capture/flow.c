/*
 * flow.c - the table of TCP connections; see flow.h.
 *
 * An index (open addressing, linear probing, a secret hash) finds a flow by its ends.  Every flow
 * is also in one queue, the longest silent first, so that giving up flows costs nothing for those
 * that stay.
 */
#include <mailtap/flow.h>

#include <mailtap/bounds.h>
#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/sip.h>

#include <stdlib.h>
#include <string.h>

#define FIRST_SLOTS 1024u

/* How far before the first segment seen its SYN may lie, when the capture has them in disorder. */
#define DISORDER_OCTETS BOUND_HELD_FLOW_OCTETS

enum {
    QUEUE_OPEN,
    QUEUE_KEPT,
    QUEUE_OPEN_RESTS, /* silent for longer than any of QUEUE_OPEN, and folded */
    QUEUE_KEPT_RESTS,
    QUEUE_RESET, /* a moment ago: what is in flight may still be read */
    QUEUE_CLOSED,
    QUEUE_OVER,
    QUEUES
};

struct queue {
    struct flow *oldest, *newest;
    uint32_t count;
};

struct flow_table {
    struct flow_limits limits;
    struct flow_counts counts;
    struct held_pool pool;
    uint64_t key[2];
    struct flow **slots;
    size_t slot_count; /* a power of two */
    size_t used;       /* flows in the index */
    struct queue queues[QUEUES];
    struct flow *touched; /* the last one: its owner may have set `keep` since */
    int64_t latest_ns;    /* no flow was active later */
    int64_t due_ns;       /* before this, none is over or settled */
    struct fold *fold;    /* NULL: none is folded */
    void (*fold_user)(struct fold *f, void **user);
};

/* ---- ends */

/* The same for both directions: the ends go in sorted. */
static uint32_t hash_ends(const struct flow_table *t, const struct endpoint *a,
                          const struct endpoint *b)
{
    uint64_t word[5];
    uint64_t first[2], second[2];

    memcpy(first, a->address.octets, sizeof first);
    memcpy(second, b->address.octets, sizeof second);
    bool swap = first[0] != second[0]   ? first[0] > second[0]
                : first[1] != second[1] ? first[1] > second[1]
                                        : a->port > b->port;
    memcpy(word, swap ? second : first, sizeof first);
    memcpy(word + 2, swap ? first : second, sizeof second);
    if (swap) {
        const struct endpoint *other = a;
        a = b;
        b = other;
    }
    word[4] = (uint64_t)a->port << 32 | (uint64_t)b->port << 16 | a->address.version;
    return (uint32_t)sip_hash(t->key, word, 5);
}

/* ---- queues */

static void queue_remove(struct flow_table *t, struct flow *f)
{
    struct queue *q = &t->queues[f->queue];

    *(f->older ? &f->older->newer : &q->oldest) = f->newer;
    *(f->newer ? &f->newer->older : &q->newest) = f->older;
    q->count--;
}

static void queue_append(struct flow_table *t, struct flow *f, int queue)
{
    struct queue *q = &t->queues[queue];

    f->queue = (uint8_t)queue;
    f->older = q->newest;
    f->newer = NULL;
    *(q->newest ? &q->newest->newer : &q->oldest) = f;
    q->newest = f;
    q->count++;
}

/* The one that has been silent longest. */
static struct flow *oldest_of(const struct flow_table *t, int queue)
{
    const struct flow *rests = NULL;

    if (queue == QUEUE_OPEN || queue == QUEUE_KEPT)
        rests = t->queues[queue == QUEUE_OPEN ? QUEUE_OPEN_RESTS : QUEUE_KEPT_RESTS].oldest;
    return rests ? (struct flow *)rests : t->queues[queue].oldest;
}

static int queue_of(const struct flow *f)
{
    if (f->closed)
        return f->ended == FLOW_RESET && !f->told ? QUEUE_RESET : QUEUE_CLOSED;
    return f->keep ? QUEUE_KEPT : QUEUE_OPEN;
}

static void requeue(struct flow_table *t, struct flow *f)
{
    int queue = queue_of(f);

    if (f->queue == queue && !f->newer)
        return; /* it is there already */
    queue_remove(t, f);
    queue_append(t, f, queue);
}

/* The flow touched last is still the newest of all, so it can change its queue at no cost. */
static void settle_touched(struct flow_table *t)
{
    struct flow *f = t->touched;

    if (f && !f->closed && f->keep != (f->queue == QUEUE_KEPT))
        requeue(t, f);
}

/* ---- rest */

struct resting {
    struct flow_table *table;
    struct flow *flow;
};

static void flow_parts(struct fold *f, void *of)
{
    const struct resting *r = of;

    r->table->fold_user(f, &r->flow->user);
    stream_fold(f, &r->flow->stream, &r->table->pool);
}

static void wake(struct flow_table *t, struct flow *f)
{
    struct resting r = {t, f};
    uint32_t folded = f->folded;

    f->folded = 0;
    if (folded)
        fold_unpack(t->fold, folded, flow_parts, &r);
}

/* Too many are awake: those that have been silent longest need not be. */
static void let_rest(struct flow_table *t)
{
    for (int queue = QUEUE_OPEN; t->fold && queue <= QUEUE_KEPT; queue++) {
        struct flow *f = t->queues[queue].oldest;
        if (!f || t->queues[queue].count <= t->limits.awake || f == t->touched)
            continue;
        struct resting r = {t, f};
        if (f->stream || f->user)
            f->folded = fold_pack(t->fold, flow_parts, &r);
        queue_remove(t, f);
        queue_append(t, f, queue == QUEUE_OPEN ? QUEUE_OPEN_RESTS : QUEUE_KEPT_RESTS);
    }
}

/* ---- index */

static bool sent_by(const struct flow *f, enum side from, const struct packet *p)
{
    return endpoint_equal(&f->end[from], &p->from) && endpoint_equal(&f->end[!from], &p->to);
}

/* *from_r: which side sent it. */
static bool belongs_to(const struct flow *f, const struct packet *p, enum side *from_r)
{
    *from_r = sent_by(f, SIDE_OPENER, p) ? SIDE_OPENER : SIDE_RESPONDER;
    return *from_r == SIDE_OPENER || sent_by(f, SIDE_RESPONDER, p);
}

/* NULL: it is in none. */
static struct flow *index_find(const struct flow_table *t, uint32_t hash, const struct packet *p,
                               enum side *from_r)
{
    size_t mask = t->slot_count - 1;

    for (size_t i = hash & mask; t->slots[i]; i = (i + 1) & mask) {
        struct flow *f = t->slots[i];
        if (f->hash == hash && belongs_to(f, p, from_r))
            return f;
    }
    return NULL;
}

static void index_put(struct flow_table *t, struct flow *f)
{
    size_t mask = t->slot_count - 1, i = f->hash & mask;

    while (t->slots[i])
        i = (i + 1) & mask;
    t->slots[i] = f;
}

static void index_grow(struct flow_table *t)
{
    struct flow **old = t->slots;
    size_t old_count = t->slot_count;

    t->slot_count = old_count * 2;
    t->slots = must_alloc(t->slot_count, sizeof(struct flow *));
    for (size_t i = 0; i < old_count; i++)
        if (old[i])
            index_put(t, old[i]);
    free(old);
}

static void index_add(struct flow_table *t, struct flow *f)
{
    if ((t->used + 1) * 2 > t->slot_count)
        index_grow(t);
    index_put(t, f);
    t->used++;
}

/* Entries behind the hole that it would cut off from their home slot move into it. */
static void index_remove(struct flow_table *t, const struct flow *f)
{
    size_t mask = t->slot_count - 1, hole = f->hash & mask;

    while (t->slots[hole] != f)
        hole = (hole + 1) & mask;
    for (size_t i = (hole + 1) & mask; t->slots[i]; i = (i + 1) & mask) {
        size_t home = t->slots[i]->hash & mask;
        if (((i - home) & mask) < ((i - hole) & mask))
            continue;
        t->slots[hole] = t->slots[i];
        hole = i;
    }
    t->slots[hole] = NULL;
    t->used--;
}

/* ---- flows */

/* Out of the index, to be fetched by flow_over(). */
static void end_flow(struct flow_table *t, struct flow *f, enum flow_end why)
{
    if (t->touched == f)
        t->touched = NULL;
    if (!f->closed)
        f->ended = (uint8_t)why;
    index_remove(t, f);
    queue_remove(t, f);
    queue_append(t, f, QUEUE_OVER);
}

/* A connection that is closed already costs nothing to give up; then silent ones, kept ones last. */
static void make_room(struct flow_table *t)
{
    static const int order[] = {QUEUE_CLOSED, QUEUE_RESET, QUEUE_OPEN, QUEUE_KEPT};

    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        struct flow *f = oldest_of(t, order[i]);
        if (!f)
            continue;
        t->counts.evicted += !f->closed;
        end_flow(t, f, FLOW_EVICTED);
        return;
    }
}

static bool is_syn(const struct packet *p)
{
    return (p->flags & (TCP_SYN | TCP_RST)) == TCP_SYN;
}

static struct flow *make_flow(struct flow_table *t, uint32_t hash, const struct packet *p)
{
    bool answer = is_syn(p) && (p->flags & TCP_ACK);

    if (t->used >= t->limits.flows)
        make_room(t);
    struct flow *f = must_alloc(1, sizeof *f);
    f->end[SIDE_OPENER] = answer ? p->to : p->from;
    f->end[SIDE_RESPONDER] = answer ? p->from : p->to;
    f->started_ns = f->last_ns = p->at_ns;
    f->vlan = (int16_t)p->vlan;
    f->hash = hash;
    if (answer) {
        f->isn[SIDE_OPENER] = p->ack - 1;
        f->isn_known[SIDE_OPENER] = true;
    }
    f->stream = must_alloc(1, sizeof *f->stream);
    stream_init(f->stream, &t->pool);
    index_add(t, f);
    queue_append(t, f, QUEUE_OPEN);
    t->counts.made++;
    return f;
}

/* A SYN captured late: it lies just before the first segment seen of its side. */
static bool just_before(const struct flow *f, enum side from, uint32_t seq)
{
    return f->seen[from] && f->isn[from] - seq <= DISORDER_OCTETS;
}

/* Whether the answer to a SYN fits what was seen of the side that sent it. */
static bool answers(const struct flow *f, enum side opener, uint32_t ack)
{
    return f->seen[opener] && ack - 1 - f->isn[opener] + DISORDER_OCTETS <= 2 * DISORDER_OCTETS;
}

/* Whether this segment is the start of a connection other than f, on the same ends. */
static bool begins_another(const struct flow *f, const struct packet *p, enum side from)
{
    bool used = f->closed || f->carried, answer = (p->flags & TCP_ACK) != 0;

    if (!is_syn(p))
        return false;
    /* Before any octets, a server may answer a repeated SYN with another SYN cookie. */
    if (f->isn_known[from])
        return f->isn[from] != p->seq && (used || !answer);
    if (f->seen[from])
        return !just_before(f, from, p->seq);
    /* The first that is seen of this side: a part of the handshake, or of a simultaneous open. */
    return used &&
           !(answer && answers(f, from == SIDE_OPENER ? SIDE_RESPONDER : SIDE_OPENER, p->ack));
}

static void note_sequence(struct flow *f, const struct packet *p, enum side from)
{
    bool answer = (p->flags & TCP_ACK) != 0;

    if (is_syn(p)) {
        f->isn[from] = p->seq;
        f->isn_known[from] = true;
        f->handshake = f->handshake || (from == SIDE_RESPONDER) == answer;
    } else if (!f->seen[from] && !f->isn_known[from]) {
        f->isn[from] = p->seq - 1;
    }
    f->carried = f->carried || p->payload_wire != 0;
}

static void note_close(struct flow *f, const struct packet *p, enum side from)
{
    if (p->flags & TCP_FIN)
        f->fin[from] = true;
    if (f->closed)
        return;
    if (p->flags & TCP_RST) {
        f->closed = !f->watched || stream_takes_reset(f->stream, p, from);
        f->ended = (uint8_t)(f->closed ? FLOW_RESET : FLOW_OPEN);
    } else if (f->fin[SIDE_OPENER] && f->fin[SIDE_RESPONDER]) {
        f->closed = true;
        f->ended = FLOW_CLOSED;
    }
}

/* ---- what is due */

/* How long a flow may be silent until it is over. */
static int seconds_of(const struct flow_table *t, int queue)
{
    return queue == QUEUE_CLOSED || queue == QUEUE_RESET ? t->limits.linger_seconds
                                                         : t->limits.idle_seconds;
}

static void due_after(struct flow_table *t, int64_t active_ns, int seconds)
{
    int64_t silence = seconds * INT64_C(1000000000);
    int64_t due = active_ns > INT64_MAX - silence ? INT64_MAX : active_ns + silence;

    if (due < t->due_ns)
        t->due_ns = due;
}

/* A flow was active; it may be in any queue until somebody looks at all of them. */
static void note_time(struct flow_table *t, int64_t at_ns)
{
    int shortest = BOUND_RESET_SECONDS;

    if (t->limits.linger_seconds < shortest)
        shortest = t->limits.linger_seconds;
    if (t->limits.idle_seconds < shortest)
        shortest = t->limits.idle_seconds;
    due_after(t, at_ns, shortest);
    if (at_ns > t->latest_ns)
        t->latest_ns = at_ns;
}

static void look_what_is_due(struct flow_table *t)
{
    t->due_ns = INT64_MAX;
    for (int queue = QUEUE_OPEN; queue <= QUEUE_CLOSED; queue++) {
        const struct flow *f = t->queues[queue].oldest;
        if (f)
            due_after(t, f->active_ns, seconds_of(t, queue));
    }
    if (t->queues[QUEUE_RESET].oldest)
        due_after(t, t->queues[QUEUE_RESET].oldest->active_ns, BOUND_RESET_SECONDS);
}

/* Asked for each frame.  When the capture's clock went back, each flow is looked at. */
static bool nothing_is_due(const struct flow_table *t, int64_t now_ns)
{
    return now_ns < t->due_ns && now_ns >= t->latest_ns && !t->queues[QUEUE_OVER].oldest;
}

struct flow *flow_touch(struct flow_table *t, const struct packet *p, enum side *from_r)
{
    enum side from;
    struct flow *f = t->touched;
    uint32_t hash;

    if (f && belongs_to(f, p, &from)) { /* segments come in bursts */
        hash = f->hash;
    } else {
        hash = hash_ends(t, &p->from, &p->to);
        f = index_find(t, hash, p, &from);
    }
    settle_touched(t);
    if (f && begins_another(f, p, from)) {
        end_flow(t, f, FLOW_REUSED);
        f = NULL;
    }
    if (!f) {
        f = make_flow(t, hash, p);
        from = sent_by(f, SIDE_OPENER, p) ? SIDE_OPENER : SIDE_RESPONDER;
    }
    wake(t, f);
    note_sequence(f, p, from);
    note_close(f, p, from);
    f->seen[from] = true;
    f->frames += f->frames < UINT32_MAX;
    if (p->at_ns < f->started_ns)
        f->started_ns = p->at_ns;
    if (p->at_ns > f->last_ns)
        f->last_ns = p->at_ns;
    f->active_ns = p->at_ns;
    note_time(t, p->at_ns);
    requeue(t, f);
    t->touched = f;
    let_rest(t);
    *from_r = from;
    return f;
}

/* ---- the end */

static bool is_silent(struct flow *f, int64_t now_ns, int seconds)
{
    /* The capture's clock went back: from now on, this one waits like the others behind it. */
    if (f->active_ns > now_ns)
        f->active_ns = now_ns;
    return (uint64_t)now_ns - (uint64_t)f->active_ns >= (uint64_t)seconds * 1000000000u;
}

struct flow *flow_settled(struct flow_table *t, int64_t now_ns)
{
    if (nothing_is_due(t, now_ns))
        return NULL;
    settle_touched(t);
    struct flow *f = t->queues[QUEUE_RESET].oldest;
    if (!f || now_ns == INT64_MAX || !is_silent(f, now_ns, BOUND_RESET_SECONDS))
        return NULL;
    queue_remove(t, f);
    queue_append(t, f, QUEUE_CLOSED);
    return f;
}

struct flow *flow_over(struct flow_table *t, int64_t now_ns)
{
    static const int waiting[] = {QUEUE_OPEN, QUEUE_KEPT, QUEUE_RESET, QUEUE_CLOSED};
    struct queue *over = &t->queues[QUEUE_OVER];

    if (nothing_is_due(t, now_ns))
        return NULL;
    settle_touched(t);
    for (size_t i = 0; !over->oldest && i < sizeof waiting / sizeof *waiting; i++) {
        struct flow *f = oldest_of(t, waiting[i]);
        if (f && now_ns == INT64_MAX)
            end_flow(t, f, FLOW_OPEN);
        else if (f && is_silent(f, now_ns, seconds_of(t, waiting[i])))
            end_flow(t, f, FLOW_IDLE);
    }
    struct flow *f = over->oldest;
    if (f) {
        queue_remove(t, f);
        wake(t, f);
    } else {
        look_what_is_due(t);
    }
    return f;
}

void flow_free(struct flow *f)
{
    stream_free(&f->stream);
    free(f);
}

/* ---- the table */

struct flow_limits flow_limits_default(void)
{
    return (struct flow_limits){BOUND_FLOWS, BOUND_AWAKE, BOUND_IDLE_SECONDS, BOUND_LINGER_SECONDS,
                                BOUND_HELD_OCTETS};
}

struct flow_table *flow_table_new(const struct flow_limits *limits)
{
    struct flow_table *t = must_alloc(1, sizeof *t);

    t->limits = *limits;
    if (t->limits.flows == 0)
        t->limits.flows = 1;
    t->pool.limit = limits->held_octets;
    t->latest_ns = INT64_MIN;
    t->slot_count = FIRST_SLOTS;
    t->slots = must_alloc(t->slot_count, sizeof(struct flow *));
    digest_random((uint8_t *)t->key, sizeof t->key);
    return t;
}

void flow_table_fold(struct flow_table *t, struct slice words,
                     void (*user)(struct fold *f, void **user))
{
    t->fold = fold_new(words);
    t->fold_user = user;
}

uint32_t flow_table_open(const struct flow_table *t)
{
    return (uint32_t)t->used;
}

struct flow_counts flow_table_counts(const struct flow_table *t)
{
    struct flow_counts counts = t->counts;

    counts.held_refused = t->pool.refused;
    counts.holes_given_up = t->pool.given_up;
    return counts;
}

void flow_table_free(struct flow_table **t)
{
    if (!*t)
        return;
    for (int q = 0; q < QUEUES; q++) {
        struct flow *f = (*t)->queues[q].oldest;
        while (f) {
            struct flow *newer = f->newer;
            wake(*t, f);
            flow_free(f);
            f = newer;
        }
    }
    fold_free(&(*t)->fold);
    free((*t)->slots);
    free(*t);
    *t = NULL;
}
