/*
 * statistics.h - exact tests and intervals (metrics.md: Intervals).  Pure functions of numbers;
 * every one says its source, and its test holds values from published tables.
 */
#ifndef MAILTAP_STATISTICS_H
#define MAILTAP_STATISTICS_H

#include <stddef.h>
#include <stdint.h>

struct interval {
    double low, high;
};

/* Wilson score interval at 95 %: Wilson 1927.  n = 0 gives {0, 1}. */
struct interval wilson(uint64_t hits, uint64_t n);

/* Difference p1 - p2 of two shares, Newcombe 1998, method 10 (hybrid score), 95 %. */
struct interval newcombe(uint64_t hits1, uint64_t n1, uint64_t hits2, uint64_t n2);

/* P(X <= hits) and P(X >= hits) for X ~ Binomial(n, p).  Exact, stable in the far tails. */
double binomial_below(uint64_t hits, uint64_t n, double p);
double binomial_above(uint64_t hits, uint64_t n, double p);

/* Clopper and Pearson 1934, 95 %. */
struct interval clopper_pearson(uint64_t hits, uint64_t n);

/* Fisher's exact test of a 2x2 table, one-sided: the probability, margins fixed, of so few `a` or
 * fewer.  Rows: (a, b), (c, d). */
double fisher_below(uint64_t a, uint64_t b, uint64_t c, uint64_t d);

/* Holm 1979: p-values in place to adjusted ones, order kept; monotone, at most 1. */
void holm(double *p, size_t n);

/* Share over clusters (metrics.md: resamples servers, not sessions): percentile bootstrap, 95 %.
 * hits[i] of n[i] sessions of cluster i.  Seeded: the same seed gives the same interval. */
struct interval cluster_bootstrap(const uint64_t *hits, const uint64_t *n, size_t clusters,
                                  unsigned draws, uint64_t seed);

/* Entropy in bits of counts, with the Miller and Madow 1955 correction. */
double entropy_bits(const uint64_t *counts, size_t n);

/* Mutual information of a table of counts, rows * columns, in bits, Miller-Madow corrected,
 * never below 0. */
double mutual_information_bits(const uint64_t *counts, size_t rows, size_t columns);

/* xoshiro256** (Blackman and Vigna 2018), seeded by splitmix64: the same on every machine. */
struct random {
    uint64_t s[4];
};
struct random random_seeded(uint64_t seed);
uint64_t random_u64(struct random *r);
uint64_t random_below(struct random *r, uint64_t n); /* uniform in [0, n), unbiased */
double random_unit(struct random *r);                /* uniform in [0, 1) */

#endif
