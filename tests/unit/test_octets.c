/* test_octets.c - octets grow, and numbers are in network order. */
#include "test.h"

#include "../../synth/octets.h"

#include <string.h>

static void numbers_are_in_network_order(void **state)
{
    (void)state;
    static const uint8_t wanted[] = {1, 2, 3, 4, 5, 6, 7, 'e', 'n', 'd'};
    struct octets o = {0};

    octets_u8(&o, 1);
    octets_u16(&o, 0x0203);
    octets_u32(&o, 0x04050607);
    octets_text(&o, "end");
    octets_add(&o, (struct slice){NULL, 0});
    assert_true(slice_equal(octets_slice(&o), (struct slice){wanted, sizeof wanted}));
    octets_free(&o);
    assert_null(o.p);
    assert_int_equal(o.n, 0);
}

static void what_was_written_stays(void **state)
{
    (void)state;
    struct octets o = {0};

    for (unsigned i = 0; i < 3000; i++)
        octets_u16(&o, i);
    memset(octets_more(&o, 5000), 7, 5000);
    assert_int_equal(o.n, 11000);
    for (unsigned i = 0; i < 3000; i++)
        assert_int_equal(o.p[2 * i] << 8 | o.p[2 * i + 1], i);
    assert_int_equal(o.p[6000], 7);
    assert_int_equal(o.p[10999], 7);
    octets_free(&o);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_are_in_network_order),
        cmocka_unit_test(what_was_written_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
