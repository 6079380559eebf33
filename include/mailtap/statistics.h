/*
 * statistics.h - exact tests and intervals (metrics.md: Intervals).  Pure functions of numbers;
 * every one says its source, and its test holds values from published tables.
 *
 * No result is a NaN, and every interval holds its point estimate; there hits beyond n count
 * as n.
 */
#ifndef MAILTAP_STATISTICS_H
#define MAILTAP_STATISTICS_H

#include <mailtap/random.h>

#include <stddef.h>
#include <stdint.h>

struct interval {
    double low, high;
};

/* Wilson score interval at 95 %: Wilson 1927.  n = 0 gives {0, 1}. */
struct interval wilson(uint64_t hits, uint64_t n);

/*
 * Difference p1 - p2 of two shares, Newcombe 1998, method 10 (hybrid score), 95 %.  Where one n is
 * 0 that share may be anything, and the interval holds all it could lead to.
 */
struct interval newcombe(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2);

/*
 * Difference p1 - p2 of two independent estimates, each within its own 95 % interval, from those
 * alone: MOVER, Zou and Donner 2008, of which Newcombe's method 10 is the case of two Wilson
 * intervals.  For shares: within -1 and 1, which it is as a whole where something is no number.
 */
struct interval difference(double p1, struct interval i1, double p2, struct interval i2);

/*
 * P(X <= hits) and P(X >= hits) for X ~ Binomial(n, p).  Exact, stable in the far tails: relative
 * error below 1e-9 down to 1e-300.  Time grows with the root of n; n up to 10^13.  A p that is no
 * number rejects nothing: 1.
 */
double binomial_below(uint64_t hits, uint64_t n, double p);
double binomial_above(uint64_t hits, uint64_t n, double p);

/* Clopper and Pearson 1934, 95 %.  n = 0 gives {0, 1}. */
struct interval clopper_pearson(uint64_t hits, uint64_t n);

/* Fisher's exact test of a 2x2 table, one-sided: the probability, margins fixed, of so few `a` or
 * fewer.  Rows: (a, b), (c, d).  As exact as the binomial tails. */
double fisher_below(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

/* Holm 1979: p-values in place to adjusted ones, order kept; monotone, at most 1.
 * What is no probability counts as 1. */
void holm(double *p, size_t n);

/*
 * Share over clusters (metrics.md: resamples servers, not sessions): percentile bootstrap, 95 %.
 * hits[i] of n[i] sessions of cluster i.  Seeded: the same seed gives the same interval.
 *
 * Clusters without a session are left out; without any other, or without draws, {0, 1}.  Clusters
 * that all have the same share cannot tell how much they vary, and resampling them would give an
 * interval without width: there it is Wilson's, with one session a cluster.
 */
struct interval cluster_bootstrap(const uint64_t *hits, const uint64_t *n, size_t clusters,
                                  unsigned draws, uint64_t seed);

/* Entropy in bits of counts, with the Miller and Madow 1955 correction: (categories seen - 1) / 2n
 * nats more.  0 when nothing was counted. */
double entropy_bits(const uint64_t *counts, size_t n);

/* Mutual information of a table of counts, rows * columns, in bits, Miller-Madow corrected,
 * never below 0. */
double mutual_information_bits(const uint64_t *counts, size_t rows, size_t columns);

#endif
