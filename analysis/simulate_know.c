/*
 * simulate_know.c - correspondents and bits of a world; see simulate_private.h.
 *
 * Most of the time goes into waiting for memory.  So a few observers are served by one pass, what is the
 * same under all policies is worked out once, and what a pass needs of one relation stands together.
 */
#include "simulate_private.h"

#include <mailtap/signal.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE ((size_t)8) /* observers */

/* Beyond so many nats what is hidden is exposed: the chance is below a double's last digit. */
#define SURELY (-40.0)

/* What a client is seen to send. */
struct sent {
    double clear, sealed;
    double moved; /* insisting, to another server */
    double spare; /* of the sealed: what would find one, if somebody interfered */
};

/* A relation with mail in the clear that a policy could change, or with correspondents. */
struct place {
    struct part part;
    uint16_t group;                /* the rest but `clear` is that of a world */
    uint8_t offers, uses, demands; /* under a block of policies */
    bool insists;
    double clear; /* messages in the clear as observed */
    double completes, used, elsewhere, counts;
};

struct places {
    struct place *list;
    size_t count;
};

struct knowledge {
    struct places changing;  /* in the order of clients */
    struct places mentioned; /* in the order in which they are first */
    double *still;           /* of relations: in the clear, whatever the policy */
    uint32_t *mention_of;    /* of correspondences: index among the mentioned */
    double *hidden; /* of the mentioned, of AT_ONCE observers: log of the chance, a transaction */
    struct sent *always; /* of clients, of AT_ONCE observers: whatever the policy */
    bool *seen;          /* of groups, by AT_ONCE observers */
};

/* The observers served at the moment, and the policy. */
struct few {
    const struct observer *list;
    unsigned first, count;
    double part[AT_ONCE]; /* of each relation it sees */
    unsigned policy;
};

/* ---- room */

static double clear_of(const struct relation *p)
{
    double sum = 0;

    for (unsigned fate = FATE_NOT_OFFERED; fate < FATES; fate++)
        sum += (double)p->messages[fate];
    return sum;
}

static struct place place_of(const struct relations *r, size_t i)
{
    const struct relation *p = &r->list[i];
    struct place place = {.part = {p->client, p->server, (uint32_t)i, {0}}, .clear = clear_of(p)};

    memcpy(place.part.parts, p->messages, sizeof place.part.parts);
    return place;
}

static int by_client(const void *a, const void *b)
{
    const struct part *x = &((const struct place *)a)->part, *y = &((const struct place *)b)->part;

    if (x->client != y->client)
        return x->client < y->client ? -1 : 1;
    return (x->relation > y->relation) - (x->relation < y->relation);
}

static void find_changing(struct knowledge *k, const struct relations *r)
{
    struct places *to = &k->changing;

    k->still = must_alloc(r->count, sizeof *k->still);
    for (size_t i = 0; i < r->count; i++) {
        k->still[i] = (double)r->list[i].messages[FATE_UNTOLD];
        to->count += clear_of(&r->list[i]) > k->still[i];
    }
    to->list = must_alloc(to->count, sizeof *to->list);
    to->count = 0;
    for (size_t i = 0; i < r->count; i++) {
        if (!(clear_of(&r->list[i]) > k->still[i]))
            continue;
        to->list[to->count++] = place_of(r, i);
        k->still[i] = 0;
    }
    qsort(to->list, to->count, sizeof *to->list, by_client);
}

static void find_mentioned(struct knowledge *k, const struct relations *r)
{
    uint32_t *number = must_alloc(r->count, sizeof *number); /* from 1 */
    struct places *to = &k->mentioned;

    k->mention_of = must_alloc(r->correspondence_count, sizeof *k->mention_of);
    for (size_t i = 0; i < r->correspondence_count; i++) {
        uint32_t *one = &number[r->correspondences[i].relation];
        if (!*one)
            *one = (uint32_t)++to->count;
        k->mention_of[i] = *one - 1;
    }
    to->list = must_alloc(to->count, sizeof *to->list);
    for (size_t i = 0; i < r->count; i++) {
        if (number[i])
            to->list[number[i] - 1] = place_of(r, i);
    }
    free(number);
}

struct knowledge *knowledge_new(const struct stage *g)
{
    struct knowledge *k = must_alloc(1, sizeof *k);
    size_t clients = g->r->client_count;

    find_changing(k, g->r);
    find_mentioned(k, g->r);
    k->hidden = must_alloc(k->mentioned.count, AT_ONCE * sizeof *k->hidden);
    k->always = must_alloc(clients, AT_ONCE * sizeof *k->always);
    k->seen = must_alloc(g->vision.groups, AT_ONCE * sizeof *k->seen);
    return k;
}

void knowledge_free(struct knowledge **k)
{
    if (!*k)
        return;
    free((*k)->changing.list);
    free((*k)->mentioned.list);
    free((*k)->still);
    free((*k)->mention_of);
    free((*k)->hidden);
    free((*k)->always);
    free((*k)->seen);
    free(*k);
    *k = NULL;
}

/* ---- */

static double weight(const struct world *w, uint32_t server)
{
    return w->weights ? w->weights[server] : 1;
}

/* Does the client keep its mail back when this one interferes? */
static bool withstands(const struct world *w, const struct stage *g, uint32_t client,
                       unsigned policy)
{
    size_t at = policy / LANES * g->r->client_count + client;

    return w->insists[client] || (w->demands[at] >> policy % LANES & 1);
}

/* What is known of places in a world, and of who follows a block of policies, gathered once. */
static void enter(const struct world *w, const struct places *places)
{
    for (size_t i = 0; i < places->count; i++) {
        struct place *at = &places->list[i];
        at->group = w->group[at->part.relation];
        at->insists = w->insists[at->part.client];
        at->completes = w->established[at->part.server];
        at->used = w->used[at->part.client];
        at->elsewhere = w->alternatives[at->part.server];
        at->counts = weight(w, at->part.server);
    }
}

static void follow(const struct world *w, const struct stage *g, const struct places *places,
                   unsigned block)
{
    size_t servers = g->r->server_count, clients = g->r->client_count;

    for (size_t i = 0; i < places->count; i++) {
        struct place *at = &places->list[i];
        at->offers = w->offers[block * servers + at->part.server];
        at->uses = w->uses[block * clients + at->part.client];
        at->demands = w->demands[block * clients + at->part.client];
    }
}

static bool bit(uint8_t bits, unsigned policy)
{
    return bits >> policy % LANES & 1;
}

static struct change change_at(const struct place *at, unsigned policy)
{
    struct ends ends = {at->completes, at->used, bit(at->offers, policy), bit(at->uses, policy),
                        bit(at->demands, policy)};

    return part_change(&at->part, &ends);
}

/* What is left of something in the clear; a trace that rounding left is none. */
static double left_of(double clear, double gone)
{
    double left = clear - gone;

    return left > clear * 1e-12 ? left : 0;
}

/* ---- correspondents */

/*
 * The share of a relation's mail in the clear that is still so is the chance of a transaction to be
 * exposed.  Of a relation whose transactions carried no mail nothing is known to change.
 */
static void hide(const struct knowledge *k, const struct few *few)
{
    for (size_t i = 0; i < k->mentioned.count; i++) {
        const struct place *at = &k->mentioned.list[i];
        const bool *seen = &k->seen[at->group * AT_ONCE];
        struct change c = change_at(at, few->policy);
        bool kept = at->insists || bit(at->demands, few->policy);
        double last = -1, hidden = 0;
        for (unsigned o = 0; o < few->count; o++) {
            double left = left_of(at->clear, c.gone) + (kept ? 0 : few->list[o].strips * c.sealed);
            double exposed = few->part[o];
            if (at->clear > 0)
                exposed *= left < at->clear ? left / at->clear : 1;
            if (exposed != last)
                hidden = exposed < 1 ? at->counts * log1p(-exposed) : -INFINITY;
            last = exposed;
            k->hidden[i * AT_ONCE + o] = seen[o] ? hidden : 0;
        }
    }
}

static void count_pairs(const struct relations *r, const struct knowledge *k, const struct few *few,
                        double pairs_r[AT_ONCE])
{
    memset(pairs_r, 0, AT_ONCE * sizeof *pairs_r);
    for (size_t i = 0; i < r->correspondence_count;) {
        uint32_t pair = r->correspondences[i].pair;
        double hidden[AT_ONCE] = {0};
        for (; i < r->correspondence_count && r->correspondences[i].pair == pair; i++) {
            const double *each = &k->hidden[(size_t)k->mention_of[i] * AT_ONCE];
            double transactions = (double)r->correspondences[i].transactions;
            for (unsigned o = 0; o < few->count && transactions > 0; o++)
                hidden[o] += transactions * each[o];
        }
        for (unsigned o = 0; o < few->count; o++) {
            if (hidden[o] < 0)
                pairs_r[o] -= hidden[o] > SURELY ? expm1(hidden[o]) : -1;
        }
    }
}

/* ---- bits */

static void send_always(const struct world *w, const struct stage *g, struct knowledge *k,
                        const struct few *few)
{
    memset(k->always, 0, g->r->client_count * AT_ONCE * sizeof *k->always);
    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        struct sent *to = &k->always[(size_t)p->client * AT_ONCE];
        double counts = weight(w, p->server), sealed = counts * (double)p->messages[FATE_ENCRYPTED];
        double spare = sealed * w->alternatives[p->server], still = counts * k->still[i];
        for (unsigned o = 0; o < few->count; o++) {
            double part = few->part[o] * k->seen[w->group[i] * AT_ONCE + o];
            to[o].clear += part * still;
            to[o].sealed += part * sealed;
            to[o].spare += part * spare;
        }
    }
}

static void send_changing(const struct knowledge *k, const struct few *few, const struct place *at,
                          struct sent *to)
{
    struct change c = change_at(at, few->policy);
    const bool *seen = &k->seen[at->group * AT_ONCE];
    double counts = at->counts, elsewhere = counts * at->elsewhere;
    double moved = elsewhere * left_of(c.gone, c.sealed), clear = left_of(at->clear, c.gone);

    for (unsigned o = 0; o < few->count; o++) {
        double part = few->part[o] * seen[o];
        to[o].clear += part * counts * clear;
        to[o].sealed += part * counts * c.sealed;
        to[o].moved += part * moved;
        to[o].spare += part * elsewhere * c.sealed;
    }
}

/* What a client keeps back nobody sees. */
static void add_sender(struct signal_senders *to, const struct sent *sent, double strips, bool kept)
{
    double clear = sent->clear + (kept ? 0 : strips * sent->sealed);
    double sealed = (1 - strips) * sent->sealed + sent->moved + (kept ? strips * sent->spare : 0);

    signal_senders_add(to, sealed, clear);
}

static void count_bits(const struct world *w, const struct stage *g, const struct knowledge *k,
                       const struct few *few, struct signal_senders senders_r[AT_ONCE])
{
    const struct place *at = k->changing.list, *end = at + k->changing.count;

    memset(senders_r, 0, AT_ONCE * sizeof *senders_r);
    for (size_t i = 0; i < g->r->client_count; i++) {
        bool kept = withstands(w, g, (uint32_t)i, few->policy);
        struct sent sent[AT_ONCE];
        memcpy(sent, &k->always[i * AT_ONCE], sizeof sent);
        for (; at < end && at->part.client == i; at++)
            send_changing(k, few, at, sent);
        for (unsigned o = 0; o < few->count; o++)
            add_sender(&senders_r[o], &sent[o], few->list[o].strips, kept);
    }
}

/* ---- */

static struct few choose(const struct stage *g, struct knowledge *k, unsigned first)
{
    unsigned rest = g->s->observer_count - first;
    struct few few = {
        &g->s->observers[first], first, rest < AT_ONCE ? rest : (unsigned)AT_ONCE, {0}, 0};

    for (unsigned o = 0; o < few.count; o++) {
        few.part[o] = few.list[o].kind == OBSERVER_SAMPLE ? few.list[o].share : 1;
        for (unsigned group = 0; group < g->vision.groups; group++)
            k->seen[group * AT_ONCE + o] = vision_sees(&g->vision, first + o, group);
    }
    return few;
}

void world_know(const struct world *w, const struct stage *g, struct knowledge *k,
                double *figures_r)
{
    const struct simulation *s = g->s;
    struct signal_senders senders[AT_ONCE];
    double pairs[AT_ONCE];

    enter(w, &k->changing);
    enter(w, &k->mentioned);
    for (unsigned first = 0; first < s->observer_count; first += (unsigned)AT_ONCE) {
        struct few few = choose(g, k, first);
        send_always(w, g, k, &few);
        for (few.policy = 0; few.policy < s->policy_count; few.policy++) {
            if (few.policy % LANES == 0) {
                follow(w, g, &k->changing, few.policy / LANES);
                follow(w, g, &k->mentioned, few.policy / LANES);
            }
            double *f = &figures_r[((size_t)few.policy * s->observer_count + first) * FIGURES];
            hide(k, &few);
            count_pairs(g->r, k, &few, pairs);
            count_bits(w, g, k, &few, senders);
            for (unsigned o = 0; o < few.count; o++) {
                f[o * FIGURES + FIGURE_CORRESPONDENTS] = pairs[o];
                f[o * FIGURES + FIGURE_BITS] = signal_senders_bits(&senders[o]);
            }
        }
    }
}
