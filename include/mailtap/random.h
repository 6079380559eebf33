/*
 * random.h - seeded random numbers, the same on every machine: xoshiro256** (Blackman and Vigna
 * 2018), its state filled by splitmix64.  For resampling and simulation; nothing secret rests on it.
 */
#ifndef MAILTAP_RANDOM_H
#define MAILTAP_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t s[4]; /* not all zero */
};

struct random random_seeded(uint64_t seed);
uint64_t random_u64(struct random *r);
uint64_t random_below(struct random *r, uint64_t n); /* uniform in [0, n), unbiased; 0 for n = 0 */
double random_unit(struct random *r);                /* uniform in [0, 1), in steps of 2^-53 */

#endif
