/* test_handshake.c - handshakes are real, and the same for a seed, whatever was made before. */
#include "test.h"

#include "../../synth/handshake.h"

#include <mailtap/tls.h>
#include <pthread.h>
#include <string.h>

#define START (INT64_C(1793491200) * 1000000000)

static struct handshakes *new_ones(uint64_t seed)
{
    struct err e = {""};
    struct handshakes *h = handshakes_new(seed, START, &e);

    assert_non_null(h);
    return h;
}

static void make(struct handshakes *h, uint32_t server, bool tls13, unsigned variant,
                 struct shaken *to)
{
    struct err e = {""};
    struct shake s = {server, "mx7.example", tls13, variant};

    assert_int_equal(handshakes_make(h, &s, to, &e), 0);
}

/* As mailtap reads it, with a record of each side behind it. */
static void assert_established(const struct shaken *s)
{
    uint8_t record[64] = {23, 3, 3, 0, 40};
    struct tls *t = tls_new(NULL);
    struct slice rest = octets_slice(&s->octets);
    struct tls_facts f;

    for (unsigned i = 0; i < s->count; i++) {
        tls_feed(t, s->flights[i].side == SPEAKER_SERVER ? TLS_SERVER : TLS_CLIENT,
                 slice_head(rest, s->flights[i].n));
        rest = slice_tail(rest, s->flights[i].n);
    }
    assert_int_equal(rest.n, 0);
    for (int i = 0; i < 4; i++)
        tls_feed(t, i % 2 ? TLS_SERVER : TLS_CLIENT, (struct slice){record, 45});
    tls_facts(t, true, &f);
    assert_int_equal(f.established, YES);
    assert_int_equal(f.version, s->version);
    assert_string_equal(f.sni, "mx7.example");
    assert_int_equal(f.chain_length, s->version == 0x0303);
    tls_free(&t);
}

static void mailtap_reads_them(void **state)
{
    (void)state;
    struct handshakes *h = new_ones(1);
    struct shaken s = {.count = 0};

    assert_memory_equal(handshakes_authority(h).p, "-----BEGIN", 10);
    for (unsigned i = 0; i < 2 * HANDSHAKE_VARIANTS; i++) {
        make(h, i % 5, i % 2, i / 2, &s);
        assert_int_equal(s.version, i % 2 ? 0x0304 : 0x0303);
        assert_int_equal(s.over, i % 2 ? 17 : 16);
        assert_int_equal(s.flights[0].side, SPEAKER_CLIENT);
        assert_established(&s);
    }
    octets_free(&s.octets);
    handshakes_free(&h);
    assert_null(h);
}

/* Forward and backward, and once more from those that are kept. */
static void the_order_does_not_matter(void **state)
{
    (void)state;
    enum { COUNT = 40 };
    struct handshakes *a = new_ones(2), *b = new_ones(2);
    static struct shaken forward[COUNT], s;

    for (unsigned i = 0; i < COUNT; i++)
        make(a, i / 4, i % 2, i / 2 % 2, &forward[i]);
    for (int round = 0; round < 2; round++)
        for (unsigned i = COUNT; i-- > 0;) {
            make(b, i / 4, i % 2, i / 2 % 2, &s);
            assert_true(slice_equal(octets_slice(&s.octets), octets_slice(&forward[i].octets)));
            assert_int_equal(s.count, forward[i].count);
        }
    for (unsigned i = 1; i < COUNT; i++)
        assert_false(
            slice_equal(octets_slice(&forward[i].octets), octets_slice(&forward[i - 1].octets)));
    /* Those of one server, and of another one 8192 / 8 further on, in the same place. */
    for (unsigned i = 0; i < 4; i++) {
        make(a, i % 2 * 1024, true, 1, &s);
        make(b, (i + 1) % 2 * 1024, true, 1, &s);
    }
    make(b, 0, true, 1, &s);
    assert_true(slice_equal(octets_slice(&s.octets), octets_slice(&forward[3].octets)));
    for (unsigned i = 0; i < COUNT; i++)
        octets_free(&forward[i].octets);
    octets_free(&s.octets);
    handshakes_free(&a);
    handshakes_free(&b);
}

struct job {
    struct handshakes *h;
    struct shaken got[24];
    unsigned from;
};

static void *work(void *of)
{
    struct job *j = of;

    for (unsigned i = 0; i < 24; i++) {
        unsigned n = (i + j->from) % 24;
        make(j->h, n / 2, n % 2, 0, &j->got[n]);
    }
    return NULL;
}

static void threads_make_the_same(void **state)
{
    (void)state;
    static struct job jobs[3];
    struct handshakes *h = new_ones(4);
    pthread_t threads[3];

    for (unsigned i = 0; i < 3; i++) {
        jobs[i] = (struct job){.h = h, .from = i * 5};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &jobs[i]), 0);
    }
    for (unsigned i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (unsigned i = 0; i < 24; i++) {
        for (unsigned k = 1; k < 3; k++)
            assert_true(slice_equal(octets_slice(&jobs[0].got[i].octets),
                                    octets_slice(&jobs[k].got[i].octets)));
        for (unsigned k = 0; k < 3; k++)
            octets_free(&jobs[k].got[i].octets);
    }
    handshakes_free(&h);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(mailtap_reads_them),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(threads_make_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
