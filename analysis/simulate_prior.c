/* simulate_prior.c - what a population says of one of whom little is known; see simulate_private.h. */
#include "simulate_private.h"

#include <math.h>
#include <stdlib.h>

/* Correlation of two trials of the same one, which is 1 / (a + b + 1): as Jeffreys' prior has it, and
 * its limits here, a + b from 1/19 to 999. */
#define CORRELATION_JEFFREYS 0.5
#define CORRELATION_LEAST 0.001
#define CORRELATION_MOST 0.95

/* Weights depend on the correlation, and it on them; it settles in a few rounds. */
#define ROUNDS 3

/* ---- numbers */

double draw_exponential(struct random *r)
{
    return -log1p(-draw_unit(r));
}

/* Marsaglia's polar method. */
static double draw_normal(struct random *r)
{
    double x, y, square;

    do {
        x = 2 * draw_unit(r) - 1;
        y = 2 * draw_unit(r) - 1;
        square = x * x + y * y;
    } while (square >= 1 || square == 0);
    return x * sqrt(-2 * log(square) / square);
}

/* Marsaglia and Tsang 2000, for a of 1 and more; most numbers pass by their squeeze, without a logarithm. */
static double draw_gamma(struct random *r, double a)
{
    double d = a - 1.0 / 3, c = 1 / sqrt(9 * d);

    for (;;) {
        double x = draw_normal(r), v = 1 + c * x, u = draw_unit(r);
        if (v <= 0)
            continue;
        v = v * v * v;
        if (u < 1 - 0.0331 * (x * x) * (x * x))
            return d * v;
        if (log(u) < 0.5 * x * x + d - d * v + d * log(v))
            return d * v;
    }
}

/* The logarithm: with a small a most numbers are too small for a double. */
static double draw_log_gamma(struct random *r, double a)
{
    if (a >= 1)
        return log(draw_gamma(r, a));
    return log(draw_gamma(r, a + 1)) - draw_exponential(r) / a;
}

double draw_beta(struct random *r, double a, double b)
{
    if (a >= 1 && b >= 1) {
        double x = draw_gamma(r, a);
        return x / (x + draw_gamma(r, b));
    }
    double x = draw_log_gamma(r, a), y = draw_log_gamma(r, b);
    return 1 / (1 + exp(y - x));
}

/* ---- the prior of a population */

struct moments {
    double weight, mean, spread; /* sums: of weights; then of squares about the mean */
    double chance, real;         /* of the spread: by chance alone, and times the correlation */
};

/* What a case counts: cases that agree with themselves count once, however often they were seen. */
static double counts(const struct trials *t, double correlation)
{
    return t->of / (1 + correlation * fmax(0, t->of - 1));
}

static struct moments measure(const struct trials *cases, const double *weights, size_t n,
                              double correlation)
{
    struct moments m = {0};
    double hits = 0;

    for (size_t i = 0; i < n; i++) {
        double w = cases[i].of > 0 ? counts(&cases[i], correlation) : 0;
        m.weight += weights[i] * w;
        hits += w > 0 ? weights[i] * w * (cases[i].did / cases[i].of) : 0;
    }
    m.mean = (hits + 0.5) / (m.weight + 1);
    for (size_t i = 0; i < n; i++) {
        if (!(cases[i].of > 0))
            continue;
        double w = counts(&cases[i], correlation), off = cases[i].did / cases[i].of - m.mean;
        double free = weights[i] * w * fmax(0, 1 - w / m.weight), one = fmin(1, 1 / cases[i].of);
        m.spread += weights[i] * w * off * off;
        m.chance += free * one;
        m.real += free * (1 - one);
    }
    return m;
}

/*
 * Kleinman 1973: the mean, and the correlation that explains how much cases differ beyond chance.  The
 * mean has half a case more of each kind, as Jeffreys has it; the correlation one case more that is as
 * his prior: of few cases that agree it is not concluded that all do.
 */
struct prior prior_fit(const struct trials *cases, const double *weights, size_t n)
{
    double correlation = CORRELATION_JEFFREYS, mean = 0.5, known = 0;

    for (size_t i = 0; i < n; i++)
        known += cases[i].of > 0;
    for (unsigned round = 0; round < ROUNDS && known > 0; round++) {
        struct moments m = measure(cases, weights, n, correlation);
        double spread = m.spread / (m.mean * (1 - m.mean));
        double found = m.real > 0 ? (spread - m.chance) / m.real : CORRELATION_JEFFREYS;
        found = fmin(1, fmax(0, found));
        mean = m.mean;
        correlation = (found * (known - 1) + CORRELATION_JEFFREYS) / known;
        correlation = fmin(CORRELATION_MOST, fmax(CORRELATION_LEAST, correlation));
    }
    double strength = 1 / correlation - 1;
    return (struct prior){mean * strength, (1 - mean) * strength};
}

/* ---- all rates of the relations */

/* One rate of all clients or servers, of those alone who had the choice. */
struct rate {
    struct trials *cases;
    size_t count;
};

static void add(struct rate *to, struct trials t)
{
    if (t.of > 0)
        to->cases[to->count++] = t;
}

static struct prior resample(const struct rate *rate, double *weights, struct random *r)
{
    for (size_t i = 0; i < rate->count; i++)
        weights[i] = draw_exponential(r);
    return prior_fit(rate->cases, weights, rate->count);
}

static struct prior capable(const struct relations *r)
{
    struct prior p = {0.5, 0.5};

    for (size_t i = 0; i < r->server_count; i++) {
        const struct relation_server *server = &r->servers[i];
        bool offers = server->offered.did * 2 > server->offered.of;
        if (server->incapable || !(server->offered.of > 0))
            continue;
        *(offers ? &p.a : &p.b) += 1;
    }
    return p;
}

enum { USED, INSISTED, CONTROL, ESTABLISHED, ALTERNATIVES, RATES };

static void gather(struct rate rates[RATES], const struct relations *r)
{
    for (unsigned i = 0; i < RATES; i++) {
        size_t n = i <= CONTROL ? r->client_count : r->server_count;
        rates[i] = (struct rate){must_alloc(n, sizeof(struct trials)), 0};
    }
    for (size_t i = 0; i < r->client_count; i++) {
        add(&rates[USED], r->clients[i].used);
        add(&rates[INSISTED], r->clients[i].insisted);
        add(&rates[CONTROL], r->clients[i].control);
    }
    for (size_t i = 0; i < r->server_count; i++) {
        add(&rates[ESTABLISHED], r->servers[i].established);
        add(&rates[ALTERNATIVES], r->servers[i].alternatives);
    }
}

void priors_fit(struct priors *priors_r, const struct relations *r, uint64_t seed)
{
    size_t most = r->client_count > r->server_count ? r->client_count : r->server_count;
    double *weights = must_alloc(most, sizeof *weights);
    struct random random = random_seeded(seed);
    struct rate rates[RATES];

    gather(rates, r);
    for (unsigned i = 0; i < PRIORS; i++) {
        struct priors *p = &priors_r[i];
        p->used = resample(&rates[USED], weights, &random);
        p->insisted = resample(&rates[INSISTED], weights, &random);
        p->control = resample(&rates[CONTROL], weights, &random);
        p->established = resample(&rates[ESTABLISHED], weights, &random);
        p->alternatives = resample(&rates[ALTERNATIVES], weights, &random);
        p->offered = capable(r);
    }
    for (unsigned i = 0; i < RATES; i++)
        free(rates[i].cases);
    free(weights);
}
