/*
 * rates.h - shares and their intervals (metrics.md: Intervals).
 */
#ifndef MAILTAP_RATES_H
#define MAILTAP_RATES_H

#include <stdint.h>

struct share {
    uint64_t numerator, denominator;
    double low, high; /* Wilson score interval at 95 %; 0 and 1 when the denominator is 0 */
};

struct share share_of(uint64_t numerator, uint64_t denominator);

/* Below this denominator a share is printed with its counts alone. */
#define SHARE_MINIMUM 20

#endif
