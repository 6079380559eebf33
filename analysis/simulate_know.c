/* simulate_know.c - correspondents and bits of a world; see simulate_private.h. */
#include "simulate_private.h"

#include <mailtap/signal.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

struct knowledge {
    struct change *changes;       /* of relations, under the policy at hand */
    double *clear;                /* of relations: in the clear as observed */
    double *hidden;               /* of relations: log of the chance that one transaction is */
    double *encrypted, *in_clear; /* of clients */
};

struct knowledge *knowledge_new(const struct stage *g)
{
    struct knowledge *k = must_alloc(1, sizeof *k);

    k->changes = must_alloc(g->r->count, sizeof *k->changes);
    k->clear = must_alloc(g->r->count, sizeof *k->clear);
    k->hidden = must_alloc(g->r->count, sizeof *k->hidden);
    k->encrypted = must_alloc(g->r->client_count, sizeof *k->encrypted);
    k->in_clear = must_alloc(g->r->client_count, sizeof *k->in_clear);
    for (size_t i = 0; i < g->r->count; i++) {
        for (unsigned fate = FATE_NOT_OFFERED; fate < FATES; fate++)
            k->clear[i] += (double)g->r->list[i].messages[fate];
    }
    return k;
}

void knowledge_free(struct knowledge **k)
{
    if (!*k)
        return;
    free((*k)->changes);
    free((*k)->clear);
    free((*k)->hidden);
    free((*k)->encrypted);
    free((*k)->in_clear);
    free(*k);
    *k = NULL;
}

static double weight(const struct world *w, const struct relation *p)
{
    return w->weights ? w->weights[p->server] : 1;
}

/* Does the client keep its mail back when this one interferes? */
static bool withstands(const struct world *w, const struct stage *g, uint32_t client,
                       unsigned policy)
{
    size_t at = policy / LANES * g->r->client_count + client;

    return w->insists[client] || (w->demands[at] >> policy % LANES & 1);
}

/* ---- correspondents */

/*
 * The share of a relation's mail in the clear that is still so is the chance of a transaction to be
 * exposed.  Of a relation whose transactions carried no mail nothing is known to change.
 */
static void hide(const struct world *w, const struct stage *g, struct knowledge *k, unsigned policy,
                 const struct observer *o)
{
    double part = o->kind == OBSERVER_SAMPLE ? o->share : 1;

    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        double left = k->clear[i] - k->changes[i].gone, exposed = 1;
        if (o->strips > 0 && !withstands(w, g, p->client, policy))
            left += o->strips * k->changes[i].sealed;
        if (k->clear[i] > 0)
            exposed = fmin(1, fmax(0, left / k->clear[i]));
        exposed *= part;
        k->hidden[i] = exposed < 1 ? weight(w, p) * log1p(-exposed) : -INFINITY;
    }
}

static double count_pairs(const struct world *w, const struct stage *g, const struct knowledge *k,
                          const bool *seen)
{
    const struct relations *r = g->r;
    double pairs = 0;

    for (size_t i = 0; i < r->correspondence_count;) {
        uint32_t pair = r->correspondences[i].pair;
        double hidden = 0;
        for (; i < r->correspondence_count && r->correspondences[i].pair == pair; i++) {
            const struct correspondence *c = &r->correspondences[i];
            if (c->transactions > 0 && seen[w->group[c->relation]])
                hidden += (double)c->transactions * k->hidden[c->relation];
        }
        pairs -= hidden < 0 ? expm1(hidden) : 0;
    }
    return pairs;
}

/* ---- bits */

/* What each client is seen to send; what it keeps back nobody sees. */
static void divide(const struct world *w, const struct stage *g, struct knowledge *k,
                   unsigned policy, const struct observer *o, const bool *seen)
{
    double part = o->kind == OBSERVER_SAMPLE ? o->share : 1;

    memset(k->encrypted, 0, g->r->client_count * sizeof *k->encrypted);
    memset(k->in_clear, 0, g->r->client_count * sizeof *k->in_clear);
    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        const struct change *c = &k->changes[i];
        if (!seen[w->group[i]])
            continue;
        double sealed = (double)p->messages[FATE_ENCRYPTED] + c->sealed;
        double struck = o->strips > 0 ? o->strips * sealed : 0;
        double moved = c->gone - c->sealed, open = k->clear[i] - c->gone;
        if (o->strips > 0 && withstands(w, g, p->client, policy))
            moved += struck;
        else
            open += struck;
        double counts = part * weight(w, p);
        k->in_clear[p->client] += counts * fmax(0, open);
        k->encrypted[p->client] += counts *
                                   (sealed - struck + fmax(0, moved) * w->alternatives[p->server]);
    }
}

/* ---- */

static void change_all(const struct world *w, const struct stage *g, struct knowledge *k,
                       unsigned policy)
{
    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        if (k->clear[i] > 0)
            k->changes[i] = world_change(w, g, p, p->messages, policy);
    }
}

void world_know(const struct world *w, const struct stage *g, struct knowledge *k,
                double *figures_r)
{
    const struct simulation *s = g->s;
    bool *seen = must_alloc(g->vision.groups, sizeof *seen);

    for (unsigned i = 0; i < s->policy_count; i++) {
        change_all(w, g, k, i);
        for (unsigned o = 0; o < s->observer_count; o++) {
            double *f = &figures_r[((size_t)i * s->observer_count + o) * FIGURES];
            for (unsigned group = 0; group < g->vision.groups; group++)
                seen[group] = vision_sees(&g->vision, o, group);
            hide(w, g, k, i, &s->observers[o]);
            f[FIGURE_CORRESPONDENTS] = count_pairs(w, g, k, seen);
            divide(w, g, k, i, &s->observers[o], seen);
            f[FIGURE_BITS] = signal_sender_bits(k->encrypted, k->in_clear, g->r->client_count);
        }
    }
    free(seen);
}
