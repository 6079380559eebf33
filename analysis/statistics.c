/* statistics.c - see statistics.h. */
#include <mailtap/statistics.h>

#include <mailtap/err.h>

#include <math.h>
#include <stdlib.h>

/* Both tails together are 5 %: one of them, and the normal quantile that cuts it off. */
#define TAIL 0.025
#define QUANTILE 1.959963984540054

#define HALF_LOG_TAU 0.91893853320467274 /* log(2 pi) / 2 */

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

struct interval newcombe(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2)
{
    struct interval one = wilson(hits1, n1), two = wilson(hits2, n2);
    double p1 = share(hits1, n1), p2 = share(hits2, n2);

    if (n1 == 0 || n2 == 0)
        return (struct interval){one.low - two.high, one.high - two.low};
    double low = p1 - p2 - hypot(p1 - one.low, two.high - p2);
    double high = p1 - p2 + hypot(one.high - p1, p2 - two.low);
    return (struct interval){fmax(-1, low), fmin(1, high)};
}

/* ---- tails of the binomial and the hypergeometric distribution */

/*
 * Loader (2000), "Fast and accurate computation of binomial probabilities": the logarithm of a
 * probability as a sum of small terms.  With log-gammas of 10^7, near 10^8 each, their difference
 * would keep eight digits only.
 */

/* log k! less Stirling's formula; the series of de Moivre, good to 1e-16 from 16 on. */
static double stirling_error(double k)
{
    if (k < 16)
        return lgamma(k + 1) - (k + 0.5) * log(k) + k - HALF_LOG_TAU;
    double s = 1 / (k * k);
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s * (1.0 / 1680 - s / 1188)))) / k;
}

/* x log(x / mean) - x + mean for x > 0, exact where x is near the mean. */
static double deviance(double x, double mean)
{
    double off = x - mean;

    return x * (fabs(off) < mean / 2 ? log1p(off / mean) : log(x / mean)) - off;
}

/* log P(X = hits) of hits + misses trials; q is 1 - p, given because one of them has lost digits. */
static double log_chance(double hits, double misses, double p, double q)
{
    double n = hits + misses;

    if (hits == 0)
        return n * (p < 0.5 ? log1p(-p) : log(q));
    if (misses == 0)
        return n * (q < 0.5 ? log1p(-q) : log(p));
    return stirling_error(n) - stirling_error(hits) - stirling_error(misses) -
           deviance(hits, n * p) - deviance(misses, n * q) - HALF_LOG_TAU -
           log(hits * (misses / n)) / 2;
}

/*
 * A tail is the term at its edge times 1 + r1 + r1 r2 + ..., r the ratio of neighbours, which are
 * below 1 and fall.  Ten deviations from the edge nothing is left to add: TERMS is enough for
 * n = 10^13, and a bound for what is beyond.
 */
#define TERMS (UINT32_C(1) << 26)
#define NEGLIGIBLE 1e-18

/* P(X <= hits), hits at or below the mean. */
static double binomial_few(double hits, double misses, double p, double q)
{
    double edge = exp(log_chance(hits, misses, p, q)), term = 1, sum = 1;

    for (uint32_t i = 0; i < TERMS && term > sum * NEGLIGIBLE; i++) {
        term *= hits-- * q / (++misses * p);
        sum += term;
    }
    return fmin(1, edge * sum);
}

/* P(X <= hits).  Past the mean it is no small number, and 1 less the other tail loses nothing. */
static double binomial_tail(double hits, double misses, double p, double q)
{
    if (misses == 0)
        return 1;
    if (hits < (hits + misses) * p)
        return binomial_few(hits, misses, p, q);
    return 1 - binomial_few(misses - 1, hits + 1, q, p);
}

double binomial_below(uint64_t hits, uint64_t n, double p)
{
    if (hits >= n || !(p > 0))
        return 1;
    return p < 1 ? binomial_tail((double)hits, (double)(n - hits), p, 1 - p) : 0;
}

double binomial_above(uint64_t hits, uint64_t n, double p)
{
    if (hits == 0 || isnan(p))
        return 1;
    if (hits > n || p <= 0)
        return 0;
    return p < 1 ? binomial_tail((double)(n - hits), (double)hits, 1 - p, p) : 1;
}

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

/* The chance of one table is that of its columns as two binomials, given the sum of both. */
static double table_few(double a, double b, double c, double d)
{
    double n = a + b + c + d, p = (a + b) / n, q = (c + d) / n;
    double edge = exp(log_chance(a, c, p, q) + log_chance(b, d, p, q) -
                      log_chance(a + b, c + d, p, q));
    double term = 1, sum = 1;

    for (uint32_t i = 0; i < TERMS && term > sum * NEGLIGIBLE; i++) {
        term *= a-- * d-- / (++b * ++c);
        sum += term;
    }
    return fmin(1, edge * sum);
}

double fisher_below(uint64_t a, uint64_t b, uint64_t c, uint64_t d)
{
    double p = (double)a, q = (double)b, r = (double)c, s = (double)d;

    if (b == 0 || c == 0)
        return 1;
    if (p * s < (q + 1) * (r + 1))
        return table_few(p, q, r, s);
    return 1 - table_few(q - 1, p + 1, s + 1, r - 1); /* more than a is fewer than b */
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

/* ---- information */

/* What Miller and Madow add to an entropy for every category seen beyond the first, in bits. */
static double correction(double n)
{
    return 1 / (2 * n * M_LN2);
}

double entropy_bits(const uint64_t *counts, size_t n)
{
    double all = 0, bits = 0, seen = 0;

    for (size_t i = 0; i < n; i++)
        all += (double)counts[i];
    for (size_t i = 0; i < n; i++) {
        if (counts[i] == 0)
            continue;
        bits += (double)counts[i] / all * log2(all / (double)counts[i]);
        seen++;
    }
    return seen > 0 ? bits + (seen - 1) * correction(all) : 0;
}

static double categories(const double *sums, size_t n)
{
    double seen = 0;

    for (size_t i = 0; i < n; i++)
        seen += sums[i] > 0;
    return seen;
}

/* H(row) + H(column) - H(both), every one of the three corrected. */
double mutual_information_bits(const uint64_t *counts, size_t rows, size_t columns)
{
    double *row = must_alloc(rows, sizeof *row), *column = must_alloc(columns, sizeof *column);
    double all = 0, bits = 0, cells = 0;

    for (size_t i = 0; i < rows * columns; i++) {
        row[i / columns] += (double)counts[i];
        column[i % columns] += (double)counts[i];
        all += (double)counts[i];
        cells += counts[i] > 0;
    }
    for (size_t i = 0; i < rows * columns; i++) {
        double n = (double)counts[i];
        if (n > 0)
            bits += n / all * log2(n / row[i / columns] * (all / column[i % columns]));
    }
    if (all > 0)
        bits += (categories(row, rows) + categories(column, columns) - cells - 1) * correction(all);
    free(row);
    free(column);
    return fmax(0, bits);
}
