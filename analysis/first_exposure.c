/*
 * first_exposure.c - see first_exposure.h.
 *
 * With chances in place of events, a domain that is still hidden with the chance h counts as h of a
 * domain at risk, and a transaction that is read with the chance p as h * p of an event.  Where all
 * chances are 0 or 1 that is Kaplan and Meier's estimate, and where nobody is lost from sight it is
 * the mean of the closed forms.
 */
#include <mailtap/first_exposure.h>

#include <mailtap/err.h>

#include <stdlib.h>

const double first_exposure_times[FIRST_EXPOSURE_TIMES] = {3600, 86400, 7 * 86400, 30 * 86400};

struct end {
    double followed;
    uint32_t domain;
};

struct curve {
    const double *followed;
    size_t domains;
    double *hidden;   /* of each domain: the chance that it is not exposed yet */
    struct end *ends; /* by time */
    size_t ended;     /* how many of them have come */
    double at_risk;   /* sum of `hidden` of the others */
    double survival;
};

static int by_after(const void *left, const void *right)
{
    const struct exposing *a = left, *b = right;

    return (a->after > b->after) - (a->after < b->after);
}

static int by_end(const void *left, const void *right)
{
    const struct end *a = left, *b = right;

    return (a->followed > b->followed) - (a->followed < b->followed);
}

static void begin(struct curve *c, const double *followed, size_t domains)
{
    *c = (struct curve){
        .followed = followed,
        .domains = domains,
        .hidden = must_alloc(domains + 1, sizeof *c->hidden),
        .ends = must_alloc(domains + 1, sizeof *c->ends),
        .at_risk = (double)domains,
        .survival = 1,
    };
    for (size_t i = 0; i < domains; i++) {
        c->hidden[i] = 1;
        c->ends[i] = (struct end){followed[i], (uint32_t)i};
    }
    qsort(c->ends, domains, sizeof *c->ends, by_end);
}

/* Domains whose end comes before `now` are at risk no longer. */
static void lose(struct curve *c, double now)
{
    while (c->ended < c->domains && c->ends[c->ended].followed < now)
        c->at_risk -= c->hidden[c->ends[c->ended++].domain];
}

static double chance(double p)
{
    return p >= 1 ? 1 : p > 0 ? p : 0;
}

/* Transactions of the same moment are one step: how many they are. */
static size_t step(struct curve *c, const struct exposing *list, size_t count)
{
    double now = list[0].after, events = 0;
    size_t n = 0;

    lose(c, now);
    for (; n < count && !(list[n].after > now); n++) {
        uint32_t domain = list[n].domain;
        if (domain >= c->domains || c->followed[domain] < now)
            continue;
        double exposed = c->hidden[domain] * chance(list[n].readable);
        c->hidden[domain] -= exposed;
        events += exposed;
    }
    if (events > 0) {
        /* Rounding may leave a little of a sum of which nothing is left. */
        double left = c->at_risk - events;
        c->survival *= left > 1e-12 * (double)c->domains ? left / c->at_risk : 0;
        c->at_risk = left > 0 ? left : 0;
    }
    return n;
}

void first_exposure(struct exposing *list, size_t count, const double *followed, size_t domains,
                    const double *times, unsigned time_count, struct first_exposure *exposure_r)
{
    struct curve c;
    size_t at = 0;

    begin(&c, followed, domains);
    if (count)
        qsort(list, count, sizeof *list, by_after);
    for (unsigned i = 0; i < time_count; i++) {
        while (at < count && list[at].after <= times[i])
            at += step(&c, list + at, count - at);
        lose(&c, times[i]);
        exposure_r[i] = (struct first_exposure){
            .exposed = 1 - c.survival,
            .at_risk = c.domains - c.ended,
            .told = c.ended < c.domains,
        };
    }
    free(c.hidden);
    free(c.ends);
}
