/* random.c - see random.h. */
#include <mailtap/random.h>

/* splitmix64 (Steele, Lea and Flood 2014): successive values differ however alike the seeds are. */
static uint64_t split(uint64_t *state)
{
    uint64_t z = *state += 0x9e3779b97f4a7c15;

    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

struct random random_seeded(uint64_t seed)
{
    struct random r;

    for (unsigned i = 0; i < 4; i++)
        r.s[i] = split(&seed);
    return r;
}

static uint64_t rotate(uint64_t x, unsigned by)
{
    return x << by | x >> (64 - by);
}

uint64_t random_u64(struct random *r)
{
    uint64_t *s = r->s;
    uint64_t result = rotate(s[1] * 5, 7) * 9, shifted = s[1] << 17;

    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= shifted;
    s[3] = rotate(s[3], 45);
    return result;
}

/*
 * Lemire (2019), "Fast random integer generation in an interval": the upper half of the product
 * with n.  Every result has as many lower halves, once those below 2^64 mod n are drawn again.
 */
uint64_t random_below(struct random *r, uint64_t n)
{
    for (;;) {
        unsigned __int128 product = (unsigned __int128)random_u64(r) * n;
        uint64_t lower = (uint64_t)product;
        if (lower >= n || lower >= -n % n)
            return (uint64_t)(product >> 64);
    }
}

double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}
