/*
 * rates.c - see rates.h.  Wilson (1927), "Probable Inference, the Law of Succession, and
 * Statistical Inference": the interval of all true shares that do not reject the one observed.
 */
#include <mailtap/rates.h>

#include <math.h>

/* The normal quantile for 95 % in both tails together. */
#define QUANTILE 1.959963984540054

struct share share_of(uint64_t numerator, uint64_t denominator)
{
    struct share s = {numerator, denominator, 0, 1};

    if (denominator == 0)
        return s;
    double n = (double)denominator, p = (double)numerator / n;
    double square = QUANTILE * QUANTILE;
    double middle = p + square / (2 * n);
    double reach = QUANTILE * sqrt(p * (1 - p) / n + square / (4 * n * n));
    double scale = 1 + square / n;

    /* Rounding must not move the ends off 0 and 1, where they belong. */
    s.low = numerator == 0 ? 0 : fmax(0, (middle - reach) / scale);
    s.high = numerator == denominator ? 1 : fmin(1, (middle + reach) / scale);
    return s;
}
