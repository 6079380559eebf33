/* simulate_sum.c - what becomes of the mail in a world; see simulate_private.h. */
#include "simulate_private.h"

#include <mailtap/signal.h>

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- room */

/* What is encrypted already: an interferer's. */
struct covered {
    uint32_t client, server, relation;
    float messages;
};

/* What a group has, whatever the policy. */
struct whole {
    double messages, clear, covered, stripped, logins;
};

/* For each policy of a block. */
struct tally {
    double gone[LANES], sealed[LANES];
    double moved[LANES];      /* of what is gone and not sealed: to another server */
    double unstripped[LANES]; /* of what is gone: had been stripped */
    double caught[LANES];     /* of what is sealed: the client insists, should somebody interfere */
    double dodged[LANES];     /* of what is caught: to another server then */
};

/* Encrypted already, with a client that insists if somebody interferes; of one rank on the ladder. */
struct covered_tally {
    double caught, dodged;
};

struct sums {
    double lanes[1u << LANES][LANES]; /* bits as numbers */
    struct part *mail, *logins;
    struct covered *covered;
    size_t mail_count, login_count, covered_count;
    struct whole *whole;              /* of groups */
    struct tally *of_mail, *of_login; /* of groups, then blocks */
    struct covered_tally *of_covered; /* of groups, then ranks, then whether they insist already */
    bool known;                       /* whole is the same in each world, and worked out */
};

static size_t gather(struct part *to, const struct relations *r, bool logins)
{
    size_t count = 0;

    for (size_t i = 0; i < r->count; i++) {
        const struct relation *p = &r->list[i];
        const float *parts = logins ? p->credentials : p->messages;
        if (!(parts[FATE_NOT_OFFERED] > 0 || parts[FATE_UNUSED] > 0 || parts[FATE_FAILED] > 0 ||
              parts[FATE_STRIPPED] > 0))
            continue;
        if (to) {
            to[count] = (struct part){p->client, p->server, (uint32_t)i, {0}};
            memcpy(to[count].parts, parts, sizeof to[count].parts);
        }
        count++;
    }
    return count;
}

static void gather_covered(struct sums *m, const struct stage *g)
{
    m->covered = must_alloc(g->interferes ? g->r->count : 0, sizeof *m->covered);
    for (size_t i = 0; i < g->r->count && g->interferes; i++) {
        const struct relation *p = &g->r->list[i];
        float messages = p->messages[FATE_ENCRYPTED];
        if (messages > 0)
            m->covered[m->covered_count++] = (struct covered){p->client, p->server, (uint32_t)i,
                                                              messages};
    }
}

static unsigned kinds(const struct stage *g)
{
    return (g->ladders[POLICY_D].count + 1) * 2;
}

struct sums *sums_new(const struct stage *g)
{
    struct sums *m = must_alloc(1, sizeof *m);
    unsigned groups = g->vision.groups;

    for (unsigned i = 0; i < 1u << LANES; i++) {
        for (unsigned k = 0; k < LANES; k++)
            m->lanes[i][k] = i >> k & 1;
    }
    m->mail_count = gather(NULL, g->r, false);
    m->mail = must_alloc(m->mail_count, sizeof *m->mail);
    gather(m->mail, g->r, false);
    m->login_count = gather(NULL, g->r, true);
    m->logins = must_alloc(m->login_count, sizeof *m->logins);
    gather(m->logins, g->r, true);
    gather_covered(m, g);
    m->whole = must_alloc(groups, sizeof *m->whole);
    m->of_mail = must_alloc((size_t)groups * g->blocks, sizeof *m->of_mail);
    m->of_login = must_alloc((size_t)groups * g->blocks, sizeof *m->of_login);
    m->of_covered = must_alloc((size_t)groups * kinds(g), sizeof *m->of_covered);
    return m;
}

void sums_free(struct sums **m)
{
    if (!*m)
        return;
    free((*m)->mail);
    free((*m)->logins);
    free((*m)->covered);
    free((*m)->whole);
    free((*m)->of_mail);
    free((*m)->of_login);
    free((*m)->of_covered);
    free(*m);
    *m = NULL;
}

/* ---- sums over relations */

static double clear(const float parts[FATES])
{
    double sum = 0;

    for (unsigned fate = FATE_NOT_OFFERED; fate < FATES; fate++)
        sum += (double)parts[fate];
    return sum;
}

static void sum_whole(const struct world *w, const struct stage *g, struct sums *m)
{
    if (m->known)
        return;
    memset(m->whole, 0, g->vision.groups * sizeof *m->whole);
    for (size_t i = 0; i < g->r->count; i++) {
        const struct relation *p = &g->r->list[i];
        struct whole *to = &m->whole[w->group[i]];
        double weight = w->weights ? w->weights[p->server] : 1, open = clear(p->messages);
        double covered = (double)p->messages[FATE_ENCRYPTED];
        to->messages += weight * (open + covered);
        to->clear += weight * open;
        to->covered += weight * covered;
        to->stripped += weight * (double)p->messages[FATE_STRIPPED];
        to->logins += weight * clear(p->credentials);
    }
    m->known = !g->vision.paths && !g->s->resample;
}

/* As part_change(), for a block of policies.  No branches: the compiler takes several at a time. */
static void add_part(struct tally *restrict t, const struct part *restrict q,
                     const double *restrict offers, const double *restrict uses,
                     const double *restrict demands, const double rates[4], double insists)
{
    double weight = rates[0], completes = rates[1], used = rates[2], elsewhere = rates[3];
    double unoffered = (double)q->parts[FATE_NOT_OFFERED];
    double unused = (double)q->parts[FATE_UNUSED], stripped = (double)q->parts[FATE_STRIPPED];
    double all = weight * (unoffered + unused + ((double)q->parts[FATE_FAILED] + stripped));

    unoffered *= completes;
    unused *= completes;
    stripped *= weight;
    for (unsigned k = 0; k < LANES; k++) {
        double use = uses[k] + (1 - uses[k]) * used, demand = demands[k];
        double sealed = weight * (unoffered * (offers[k] * use) + unused * uses[k]);
        double caught = sealed * (demand + (1 - demand) * insists);
        t->gone[k] += demand * all + (1 - demand) * sealed;
        t->sealed[k] += sealed;
        t->moved[k] += demand * elsewhere * (all - sealed);
        t->unstripped[k] += demand * stripped;
        t->caught[k] += caught;
        t->dodged[k] += elsewhere * caught;
    }
}

static void sum_parts(const struct world *w, const struct stage *g, const struct sums *m,
                      const struct part *list, size_t n, struct tally *tallies)
{
    size_t servers = g->r->server_count, clients = g->r->client_count;

    memset(tallies, 0, (size_t)g->vision.groups * g->blocks * sizeof *tallies);
    for (size_t i = 0; i < n; i++) {
        const struct part *q = &list[i];
        double rates[4] = {w->weights ? w->weights[q->server] : 1, w->established[q->server],
                           w->used[q->client], w->alternatives[q->server]};
        struct tally *to = &tallies[(size_t)w->group[q->relation] * g->blocks];
        for (unsigned k = 0; k < g->blocks; k++)
            add_part(&to[k], q, m->lanes[w->offers[k * servers + q->server]],
                     m->lanes[w->uses[k * clients + q->client]],
                     m->lanes[w->demands[k * clients + q->client]], rates, w->insists[q->client]);
    }
}

static void sum_covered(const struct world *w, const struct stage *g, struct sums *m)
{
    unsigned width = kinds(g);

    memset(m->of_covered, 0, (size_t)g->vision.groups * width * sizeof *m->of_covered);
    for (size_t i = 0; i < m->covered_count; i++) {
        const struct covered *q = &m->covered[i];
        unsigned kind = w->insist_rank[q->client] * 2u + w->insists[q->client];
        struct covered_tally *to = &m->of_covered[w->group[q->relation] * width + kind];
        double messages = (double)q->messages * (w->weights ? w->weights[q->server] : 1);
        to->caught += messages;
        to->dodged += messages * w->alternatives[q->server];
    }
}

/* ---- figures */

/* What an observer sees under a policy. */
struct view {
    struct whole whole;
    double gone, sealed, moved, unstripped, caught, dodged;
    double logins_gone, logins_sealed, logins_caught;
};

static void add_tallies(struct view *v, const struct tally *mail, const struct tally *login,
                        unsigned lane)
{
    v->gone += mail->gone[lane];
    v->sealed += mail->sealed[lane];
    v->moved += mail->moved[lane];
    v->unstripped += mail->unstripped[lane];
    v->caught += mail->caught[lane];
    v->dodged += mail->dodged[lane];
    v->logins_gone += login->gone[lane];
    v->logins_sealed += login->sealed[lane];
    v->logins_caught += login->caught[lane];
}

static bool bit(const uint8_t *bits, unsigned policy)
{
    return bits[policy / LANES] >> policy % LANES & 1;
}

/* Of those who send encrypted already: who insists, by habit or by policy. */
static void add_covered(struct view *v, const struct stage *g, const struct covered_tally *list,
                        unsigned policy)
{
    const struct ladder *d = &g->ladders[POLICY_D];

    for (unsigned rank = 0; rank <= d->count; rank++) {
        bool demands = bit(&d->bits[(size_t)rank * g->blocks], policy);
        for (unsigned insists = 0; insists < 2; insists++) {
            if (!demands && !insists)
                continue;
            v->caught += list[rank * 2ul + insists].caught;
            v->dodged += list[rank * 2ul + insists].dodged;
        }
    }
}

static struct view look(const struct stage *g, const struct sums *m, unsigned policy,
                        unsigned observer)
{
    struct view v = {0};

    for (unsigned i = 0; i < g->vision.groups; i++) {
        size_t at = (size_t)i * g->blocks + policy / LANES;
        if (!vision_sees(&g->vision, observer, i))
            continue;
        v.whole.messages += m->whole[i].messages;
        v.whole.clear += m->whole[i].clear;
        v.whole.covered += m->whole[i].covered;
        v.whole.stripped += m->whole[i].stripped;
        v.whole.logins += m->whole[i].logins;
        add_tallies(&v, &m->of_mail[at], &m->of_login[at], policy % LANES);
        if (g->interferes)
            add_covered(&v, g, &m->of_covered[(size_t)i * kinds(g)], policy);
    }
    return v;
}

static double ratio(double part, double whole)
{
    return whole > 0 ? fmin(1, part / whole) : 0;
}

/* Differences of sums: rounding must leave none below 0. */
static double rest(double of, double less)
{
    return fmax(0, of - less);
}

static void tell(const struct view *v, const struct observer *o, double wanted, double *f)
{
    double strips = o->strips, part = o->kind == OBSERVER_SAMPLE ? o->share : 1;
    double sealed = v->whole.covered + v->sealed, lost = strips * rest(sealed, v->caught);
    double readable = rest(v->whole.clear, v->gone) + lost;
    double moved = v->moved + strips * v->dodged;
    double undelivered = rest(rest(v->gone, v->sealed), v->moved);
    double logins = rest(v->whole.logins, v->logins_gone);

    undelivered += strips * rest(v->caught, v->dodged);
    logins += strips * rest(v->logins_sealed, v->logins_caught);
    f[FIGURE_MESSAGES] = part * v->whole.messages;
    f[FIGURE_READABLE] = part * readable;
    f[FIGURE_SHARE] = ratio(readable, v->whole.messages);
    f[FIGURE_STRIPPED] = part * (rest(v->whole.stripped, v->unstripped) + lost);
    f[FIGURE_CREDENTIALS] = part * logins;
    f[FIGURE_REROUTED] = part * moved;
    f[FIGURE_UNDELIVERED] = part * undelivered;
    f[FIGURE_ENCRYPTED] = ratio((1 - strips) * sealed + moved,
                                rest(v->whole.messages, undelivered));
    f[FIGURE_BURDEN] = signal_burden(wanted, f[FIGURE_ENCRYPTED], f[FIGURE_ENCRYPTED]);
    f[FIGURE_SELECTIVE] = signal_burden(wanted, 1, f[FIGURE_ENCRYPTED]);
}

void world_sum(const struct world *w, const struct stage *g, struct sums *m, double *figures_r)
{
    const struct simulation *s = g->s;

    sum_whole(w, g, m);
    sum_parts(w, g, m, m->mail, m->mail_count, m->of_mail);
    sum_parts(w, g, m, m->logins, m->login_count, m->of_login);
    if (g->interferes)
        sum_covered(w, g, m);
    for (unsigned i = 0; i < s->policy_count; i++) {
        for (unsigned k = 0; k < s->observer_count; k++) {
            struct view v = look(g, m, i, k);
            tell(&v, &s->observers[k], s->wanted,
                 &figures_r[((size_t)i * s->observer_count + k) * FIGURES]);
        }
    }
}
