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
double random_unit(struct random *r); /* uniform in [0, 1), in steps of 2^-53 */

/* The next two are here because a bootstrap draws millions: inlined they take less than half the
 * time. */

static inline uint64_t random_rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

static inline uint64_t random_u64(struct random *r)
{
    uint64_t *s = r->s;
    uint64_t result = random_rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = random_rotate(s[3], 45);
    return result;
}

/*
 * Uniform in [0, n), unbiased; 0 for n = 0.  Lemire (2019), "Fast random integer generation in an
 * interval": the upper half of the product with n.  Every result has as many lower halves, once
 * those below 2^64 mod n are drawn again.
 */
static inline uint64_t random_below(struct random *r, uint64_t n)
{
    for (;;) {
        unsigned __int128 product = (unsigned __int128)random_u64(r) * n;
        uint64_t lower = (uint64_t)product;
        if (lower >= n || lower >= -n % n)
            return (uint64_t)(product >> 64);
    }
}

#endif
