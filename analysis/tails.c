/* tails.c - see statistics.h: tails of the binomial and the hypergeometric distribution. */
#include <mailtap/statistics.h>

#include <math.h>

#define HALF_LOG_TAU 0.91893853320467274 /* log(2 pi) / 2 */

/*
 * Loader (2000), "Fast and accurate computation of binomial probabilities": the logarithm of a
 * probability as a sum of small terms.  With log-gammas of 10^7, near 10^8 each, their difference
 * would keep eight digits only.
 */

/* log k! less Stirling's formula; the series of de Moivre, good to 2e-14 from 16 on. */
static double stirling_error(double k)
{
    if (k < 16)
        return lgamma(k + 1) - (k + 0.5) * log(k) + k - HALF_LOG_TAU;
    double s = 1 / (k * k);
    return (1.0 / 12 - s * (1.0 / 360 - s * (1.0 / 1260 - s / 1680))) / k;
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
    if (hits == 0)
        return 1;
    if (hits > n || p <= 0)
        return 0;
    return p < 1 ? binomial_tail((double)(n - hits), (double)hits, 1 - p, p) : 1;
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
    double w = (double)a, x = (double)b, y = (double)c, z = (double)d;

    if (b == 0 || c == 0)
        return 1;
    if (w * z < (x + 1) * (y + 1))
        return table_few(w, x, y, z);
    return 1 - table_few(x - 1, w + 1, z + 1, y - 1); /* more than a is fewer than b */
}
