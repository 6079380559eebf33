/* statistics.c - see statistics.h. */
#include <mailtap/statistics.h>

#include <mailtap/err.h>

#include <math.h>
#include <stdlib.h>

/* Both tails together are 5 %: one of them, and the normal quantile that cuts it off. */
#define TAIL 0.025
#define QUANTILE 1.959963984540054

static uint64_t least(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- shares */

/* Rounding must not leave the point out, nor move an end off 0 or 1 where it belongs. */
static struct interval around(double point, double low, double high)
{
    return (struct interval){fmax(0, fmin(low, point)), fmin(1, fmax(high, point))};
}

/* Wilson (1927): all true shares that do not reject the one observed. */
static struct interval score(double p, double n)
{
    double square = QUANTILE * QUANTILE;
    double middle = p + square / (2 * n);
    double reach = QUANTILE * sqrt(p * (1 - p) / n + square / (4 * n * n));
    double scale = 1 + square / n;

    return around(p, (middle - reach) / scale, (middle + reach) / scale);
}

static double share(uint64_t hits, uint64_t n)
{
    return n ? (double)least(hits, n) / (double)n : 0;
}

struct interval wilson(uint64_t hits, uint64_t n)
{
    return n ? score(share(hits, n), (double)n) : (struct interval){0, 1};
}

/* ---- differences */

/* Zou and Donner (2008): the distance to each end, squared, stands for a variance near that end. */
struct interval difference(double p1, struct interval i1, double p2, struct interval i2)
{
    double low = p1 - p2 - hypot(p1 - i1.low, i2.high - p2);
    double high = p1 - p2 + hypot(i1.high - p1, p2 - i2.low);

    return (struct interval){fmax(-1, low), fmin(1, high)};
}

struct interval newcombe(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2)
{
    struct interval one = wilson(hits1, n1), two = wilson(hits2, n2);

    if (n1 == 0 || n2 == 0)
        return (struct interval){one.low - two.high, one.high - two.low};
    return difference(share(hits1, n1), one, share(hits2, n2), two);
}

/* ---- the exact interval */

/* The p at which so many hits or more have the chance TAIL, to the last bit of a double. */
static double lowest_share(uint64_t hits, uint64_t n)
{
    double low = 0, high = share(hits, n), middle = high / 2;

    while (low < middle && middle < high) {
        if (binomial_above(hits, n, middle) < TAIL)
            low = middle;
        else
            high = middle;
        middle = low + (high - low) / 2;
    }
    return low;
}

struct interval clopper_pearson(uint64_t hits, uint64_t n)
{
    hits = least(hits, n);
    if (n == 0)
        return (struct interval){0, 1};
    return around(share(hits, n), lowest_share(hits, n), 1 - lowest_share(n - hits, n));
}

/* ---- many tests */

struct ranked {
    double p;
    size_t at;
};

static int by_p(const void *a, const void *b)
{
    const struct ranked *x = a, *y = b;

    return (x->p > y->p) - (x->p < y->p);
}

void holm(double *p, size_t n)
{
    struct ranked *list = must_alloc(n, sizeof *list);
    double highest = 0;

    for (size_t i = 0; i < n; i++)
        list[i] = (struct ranked){p[i] >= 0 && p[i] <= 1 ? p[i] : 1, i};
    qsort(list, n, sizeof *list, by_p);
    for (size_t i = 0; i < n; i++) {
        highest = fmax(highest, fmin(1, (double)(n - i) * list[i].p));
        p[list[i].at] = highest;
    }
    free(list);
}

/* ---- clusters */

struct cluster {
    uint64_t hits, n;
};

static double share_of_draw(const struct cluster *list, size_t count, struct random *r)
{
    struct cluster sum = {0, 0};

    for (size_t i = 0; i < count; i++) {
        const struct cluster *one = &list[random_below(r, count)];
        sum.hits += one->hits;
        sum.n += one->n;
    }
    return share(sum.hits, sum.n);
}

static int by_value(const void *a, const void *b)
{
    const double *x = a, *y = b;

    return (*x > *y) - (*x < *y);
}

/*
 * Efron and Tibshirani 1993, chapters 12 and 13: of B draws in order the k-th from either end, k
 * the whole part of (B + 1) times the tail.
 */
static struct interval percentiles(const struct cluster *list, size_t count, unsigned draws,
                                   uint64_t seed)
{
    double *shares = must_alloc(draws, sizeof *shares);
    struct random r = random_seeded(seed);
    size_t k = (size_t)((draws + 1.0) * TAIL);

    for (unsigned i = 0; i < draws; i++)
        shares[i] = share_of_draw(list, count, &r);
    qsort(shares, draws, sizeof *shares, by_value);
    k = k ? k : 1;
    struct interval found = {shares[k - 1], shares[draws - k]};
    free(shares);
    return found;
}

struct interval cluster_bootstrap(const uint64_t *hits, const uint64_t *n, size_t clusters,
                                  unsigned draws, uint64_t seed)
{
    struct cluster *list = must_alloc(clusters, sizeof *list), all = {0, 0};
    struct interval found = {0, 1};
    double low = 1, high = 0;
    size_t count = 0;

    for (size_t i = 0; i < clusters; i++) {
        if (n[i] == 0)
            continue;
        list[count] = (struct cluster){least(hits[i], n[i]), n[i]};
        all.hits += list[count].hits;
        all.n += n[i];
        low = fmin(low, share(hits[i], n[i]));
        high = fmax(high, share(hits[i], n[i]));
        count++;
    }
    if (count && draws) {
        double point = share(all.hits, all.n);
        found = low < high ? percentiles(list, count, draws, seed) : score(point, (double)count);
        found = around(point, found.low, found.high);
    }
    free(list);
    return found;
}
