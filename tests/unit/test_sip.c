/* test_sip.c - against other implementations of SipHash-1-3: the first vector of the reference's key,
 * and CPython's hash() under a key of zeros. */
#include "test.h"

#include <mailtap/sip.h>

static void hashes_are_those_of_others(void **state)
{
    static const uint64_t counting[2] = {0x0706050403020100, 0x0f0e0d0c0b0a0908};
    static const uint64_t word[] = {0x0706050403020100, 0x0f0e0d0c0b0a0908, 0x1716151413121110,
                                    0x1f1e1d1c1b1a1918, 0x2726252423222120};
    static const int64_t expected[] = {-1525574692105212182, -8542738587087157833,
                                       3537676771234361146, 3598235784765792923,
                                       -7657190176164314618};
    const uint64_t zeros[2] = {0, 0};

    (void)state;
    assert_true(sip_hash(counting, NULL, 0) == 0xabac0158050fc4dc);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_true(sip_hash(zeros, word, i + 1) == (uint64_t)expected[i]);
        assert_true(sip_hash(counting, word, i + 1) != (uint64_t)expected[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hashes_are_those_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
