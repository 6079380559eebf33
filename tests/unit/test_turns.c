/* test_turns.c - records of two sides as turns, and what protection adds to each of them. */
#include "test.h"

#include <mailtap/estimate.h>

static void records_of_one_side_are_one_turn(void **state)
{
    (void)state;
    struct turns t = {0};

    turns_add(&t, true, 10);
    turns_add(&t, true, 20);
    turns_add(&t, true, 3);
    turns_add(&t, false, 7);
    turns_add(&t, true, 1);

    assert_int_equal(t.count, 3);
    assert_true(t.list[0].by_client);
    assert_int_equal(t.list[0].records, 3);
    assert_int_equal(t.list[0].octets, 33);
    assert_int_equal(t.list[0].last, 3);
    assert_false(t.list[1].by_client);
    turns_free(&t);
    assert_int_equal(t.count, 0);
}

static void turns_are_bounded_and_the_last_one_grows(void **state)
{
    (void)state;
    struct turns t = {0};

    for (uint32_t i = 0; i < BOUND_TURNS; i++)
        turns_add(&t, i % 2 == 0, 6);
    turns_add(&t, false, 6);
    assert_false(t.cut);
    assert_int_equal(t.list[BOUND_TURNS - 1].records, 2);
    turns_add(&t, true, 6);
    assert_true(t.cut);
    turns_add(&t, false, 6); /* what belongs to a turn that is not kept */
    assert_int_equal(t.count, BOUND_TURNS);
    assert_int_equal(t.list[BOUND_TURNS - 1].records, 2);
    turns_free(&t);
}

static void protection_adds_what_its_parts_add(void **state)
{
    (void)state;
    assert_int_equal(tls_overhead(0x0304, 0x1301), 16 + 1);      /* the type inside, and the tag */
    assert_int_equal(tls_overhead(0x0304, 0x1303), 16 + 1);      /* ChaCha20-Poly1305 */
    assert_int_equal(tls_overhead(0x0304, 0x1304), 16 + 1);      /* CCM */
    assert_int_equal(tls_overhead(0x0304, 0x1305), 8 + 1);       /* CCM_8 */
    assert_int_equal(tls_overhead(0x0303, 0xc030), 8 + 16);      /* GCM: its nonce is sent */
    assert_int_equal(tls_overhead(0x0303, 0xcca8), 16);          /* ChaCha20: it is not */
    assert_int_equal(tls_overhead(0x0303, 0xc0a0), 8 + 8);       /* AES_128_CCM_8 */
    assert_int_equal(tls_overhead(0x0303, 0x002f), 16 + 20 + 8); /* CBC, SHA-1, half a block */
    assert_int_equal(tls_overhead(0x0303, 0xc028), 16 + 48 + 8); /* CBC, SHA-384 */
    assert_int_equal(tls_overhead(0x0303, 0x003c), 16 + 32 + 8); /* CBC, SHA-256 */
    assert_int_equal(tls_overhead(0x0301, 0x002f), 20 + 8);      /* TLS 1.0 sends no vector */
    assert_int_equal(tls_overhead(0x0303, 0x000a), 8 + 20 + 4);  /* 3DES */
    assert_int_equal(tls_overhead(0x0303, 0x0005), 20);          /* RC4 */
    assert_int_equal(tls_overhead(0x0303, 0x0001), 16);          /* NULL, MD5 */
    assert_int_equal(tls_overhead(0x0303, 0xfffe), 0);
    assert_int_equal(tls_overhead_spread(0x002f), 8);
    assert_int_equal(tls_overhead_spread(0x000a), 4);
    assert_int_equal(tls_overhead_spread(0x1301), 0);
    assert_int_equal(tls_overhead_spread(0x0005), 0);
}

static void what_tls_13_hides_is_no_dialogue(void **state)
{
    (void)state;
    struct turns t = {0};
    static const struct {
        bool by_client;
        size_t length;
    } records[] = {
        {false, 27},  {false, 900}, {false, 281}, {false, 69}, /* the server's flight */
        {true, 800},  {true, 281},  {true, 69}, /* certificate, its proof, Finished */
        {true, 42},                             /* EHLO */
        {false, 250}, {true, 19},               /* a ticket, an alert */
    };

    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        turns_add_record(&t, 0x0304, 0x1302, records[i].by_client, records[i].length);
    assert_int_equal(t.count, 2);
    assert_true(t.list[0].by_client);
    assert_int_equal(t.list[0].octets, 25);
    assert_int_equal(t.list[1].octets, 233);
    turns_free(&t);
    /* up to TLS 1.2 they have types of their own, and every record is dialogue */
    for (size_t i = 0; i < sizeof records / sizeof *records; i++)
        turns_add_record(&t, 0x0303, 0xc030, records[i].by_client, records[i].length);
    assert_int_equal(t.count, 4);
    turns_free(&t);
    /* a Finished that shares its record: what the server says next is dialogue */
    turns_add_record(&t, 0x0304, 0x1301, true, 900);
    turns_add_record(&t, 0x0304, 0x1301, false, 250);
    assert_int_equal(t.count, 1);
    turns_free(&t);
}

static void what_is_taken_off_follows_the_cipher(void **state)
{
    (void)state;
    struct turns t = {0};

    turns_add_record(&t, 0, 0, true, 100); /* before any hello was read */
    turns_add_record(&t, 0x0303, 0xc030, false, 100);
    turns_add_record(&t, 0x0303, 0xc030, true, 20); /* too short to be one of its records */
    turns_add_record(&t, 0x0303, 0x0005, false, 100);
    turns_add_record(&t, 0x0301, 0x002f, true, 100);
    turns_add_record(&t, 0x0303, 0x002f, false, 100);
    const uint64_t octets[] = {100, 76, 0, 80, 72, 56};
    assert_int_equal(t.count, 6);
    for (uint32_t i = 0; i < t.count; i++)
        assert_int_equal(t.list[i].octets, octets[i]);
    turns_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(records_of_one_side_are_one_turn),
        cmocka_unit_test(turns_are_bounded_and_the_last_one_grows),
        cmocka_unit_test(protection_adds_what_its_parts_add),
        cmocka_unit_test(what_tls_13_hides_is_no_dialogue),
        cmocka_unit_test(what_is_taken_off_follows_the_cipher),
    };
    return cmocka_run_group_tests_name("turns", tests, NULL, NULL);
}
