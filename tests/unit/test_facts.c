/* test_facts.c - addresses that facts own, also folded, and times that are moved. */
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

static void parts(struct fold *f, void *of)
{
    facts_fold(f, of);
}

/* Folded and back with each, so that it has the room that it seems to have. */
static void addresses_are_kept_up_to_the_bound(void **state)
{
    struct fold *fold = fold_new((struct slice){NULL, 0});
    struct heard h = {.address_count = 0};
    (void)state;

    for (uint32_t i = 0; i < BOUND_ADDRESSES; i++) {
        struct address *a = facts_add_address(&h);
        assert_non_null(a);
        *a = (struct address){.transaction = i};
        if (i < 70)
            fold_unpack(fold, fold_pack(fold, parts, &h), parts, &h);
    }
    assert_null(facts_add_address(&h));
    assert_int_equal(h.address_count, BOUND_ADDRESSES);
    for (uint32_t i = 0; i < BOUND_ADDRESSES; i++)
        assert_int_equal(h.addresses[i].transaction, i);
    facts_free(&h);
    assert_null(h.addresses);
    assert_int_equal(h.address_count, 0);
    fold_free(&fold);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(addresses_are_kept_up_to_the_bound),
        cmocka_unit_test(all_its_times_are_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
