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

double random_unit(struct random *r)
{
    return (double)(random_u64(r) >> 11) * 0x1p-53;
}
