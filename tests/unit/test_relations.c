/* test_relations.c - room for what is said, zero at first; sums by fate. */
#include "test.h"

#include <mailtap/relations.h>

#include <string.h>

static bool zero(const void *p, size_t n)
{
    const uint8_t *octets = p;

    for (size_t i = 0; i < n; i++) {
        if (octets[i])
            return false;
    }
    return true;
}

static void new_ones_have_room_and_are_zero(void **state)
{
    (void)state;
    struct relations *r = relations_new(3, 5, 7, 11);

    assert_true(r->server_count == 3 && r->client_count == 5);
    assert_true(r->count == 7 && r->correspondence_count == 11 && r->pair_count == 0);
    assert_true(zero(r->servers, 3 * sizeof *r->servers));
    assert_true(zero(r->clients, 5 * sizeof *r->clients));
    assert_true(zero(r->list, 7 * sizeof *r->list));
    assert_true(zero(r->correspondences, 11 * sizeof *r->correspondences));
    relations_free(&r);
    assert_null(r);
    relations_free(&r);
}

static void none_at_all_have_sums_of_zero(void **state)
{
    (void)state;
    struct relations *r = relations_new(0, 0, 0, 0);
    struct relation_sums sums = relations_sums(r);

    for (unsigned fate = 0; fate < FATES; fate++)
        assert_true(sums.messages[fate] == 0 && sums.credentials[fate] == 0);
    relations_free(&r);
}

/* A float counts to 2^24; sums of floats must not stop there. */
static void sums_are_by_fate_and_do_not_saturate(void **state)
{
    (void)state;
    struct relations *r = relations_new(1, 1, 3, 0);

    for (unsigned fate = 0; fate < FATES; fate++) {
        r->list[0].messages[fate] = 16777216.0f;
        r->list[1].messages[fate] = (float)fate;
        r->list[2].messages[fate] = 0.5f;
        r->list[1].credentials[fate] = (float)(10 * fate);
        r->list[2].credentials[fate] = 1;
    }
    struct relation_sums sums = relations_sums(r);
    for (unsigned fate = 0; fate < FATES; fate++) {
        assert_true(sums.messages[fate] == 16777216.5 + fate);
        assert_true(sums.credentials[fate] == 10 * fate + 1);
    }
    relations_free(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(new_ones_have_room_and_are_zero),
        cmocka_unit_test(none_at_all_have_sums_of_zero),
        cmocka_unit_test(sums_are_by_fate_and_do_not_saturate),
    };
    return cmocka_run_group_tests_name("relations", tests, NULL, NULL);
}
