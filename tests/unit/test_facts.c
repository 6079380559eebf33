/* test_facts.c - facts as they begin, and times of facts that are moved. */
#include "test.h"

#include "sample.h"

#include <mailtap/facts.h>
#include <stdlib.h>
#include <string.h>

static void all_its_times_are_moved(void **state)
{
    struct facts f = sample_facts();
    const struct facts before = f;
    (void)state;

    for (unsigned i = 0; i < BOUND_CONFLICTS; i++)
        f.conflict[i].at_ns = before.started_ns + i;
    facts_shift(&f, -3600 * INT64_C(1000000000));
    assert_int_equal(before.started_ns - f.started_ns, 3600 * INT64_C(1000000000));
    assert_int_equal(before.ended_ns - f.ended_ns, 3600 * INT64_C(1000000000));
    for (unsigned i = 0; i < BOUND_CONFLICTS; i++)
        assert_int_equal(f.conflict[i].at_ns,
                         (i < 2 ? f.started_ns : before.started_ns) + (int64_t)i);
    assert_int_equal(f.cert.not_before, before.cert.not_before); /* no time of this capture */
    assert_int_equal(f.cert.not_after, before.cert.not_after);
    facts_shift(&f, 3600 * INT64_C(1000000000));
    assert_int_equal(f.started_ns, before.started_ns);
    assert_int_equal(f.ended_ns, before.ended_ns);
}

static bool all_are(const void *p, size_t n, uint8_t octet)
{
    for (size_t i = 0; i < n; i++)
        if (((const uint8_t *)p)[i] != octet)
            return false;
    return true;
}

static void what_is_seldom_used_is_cleared_when_it_is(void **state)
{
    const size_t keywords = offsetof(struct facts, keywords), first = keywords + 4;
    struct facts *f = malloc(sizeof *f);
    (void)state;

    memset(f, 0xa5, sizeof *f);
    facts_begin(f);
    assert_true(all_are(f, keywords + 1, 0));
    assert_true(all_are(f->conflict, sizeof f->conflict, 0xa5));
    strcpy(f->keywords, "SIZE");
    f->conflicts = 3;
    facts_whole(f);
    assert_string_equal(f->keywords, "SIZE");
    assert_int_equal(f->conflicts, 3);
    assert_true(all_are((const uint8_t *)f + first, sizeof *f - first, 0));
    strcpy(f->sni, "mx.example");
    facts_whole(f); /* once is enough */
    assert_string_equal(f->sni, "mx.example");
    free(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_seldom_used_is_cleared_when_it_is),
        cmocka_unit_test(all_its_times_are_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
