/* test_facts.c - times of facts that are moved. */
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_its_times_are_moved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
