/* sip.c - see sip.h. */
#include <mailtap/sip.h>

struct state {
    uint64_t a, b, c, d;
};

static inline uint64_t rotate(uint64_t x, int n)
{
    return x << n | x >> (64 - n);
}

/* By value, so that it stays in registers. */
static inline struct state turn(struct state s)
{
    s.a += s.b;
    s.c += s.d;
    s.b = rotate(s.b, 13) ^ s.a;
    s.d = rotate(s.d, 16) ^ s.c;
    s.a = rotate(s.a, 32);
    s.c += s.b;
    s.a += s.d;
    s.b = rotate(s.b, 17) ^ s.c;
    s.d = rotate(s.d, 21) ^ s.a;
    s.c = rotate(s.c, 32);
    return s;
}

static inline struct state add(struct state s, uint64_t word)
{
    s.d ^= word;
    s = turn(s);
    s.a ^= word;
    return s;
}

uint64_t sip_hash(const uint64_t key[2], const uint64_t *word, size_t count)
{
    struct state s = {key[0] ^ 0x736f6d6570736575, key[1] ^ 0x646f72616e646f6d,
                      key[0] ^ 0x6c7967656e657261, key[1] ^ 0x7465646279746573};

    for (size_t i = 0; i < count; i++)
        s = add(s, word[i]);
    s = add(s, (uint64_t)(count * 8) << 56);
    s.c ^= 0xff;
    s = turn(turn(turn(s)));
    return s.a ^ s.b ^ s.c ^ s.d;
}
