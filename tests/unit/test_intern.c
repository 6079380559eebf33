/* test_intern.c - octets to numbers, bounded. */
#include "test.h"

#include "../../db/intern.h"

static void a_key_keeps_its_number(void **state)
{
    struct intern *t = intern_new(1 << 20);

    (void)state;
    for (uint32_t i = 1; i <= 5000; i++) {
        struct interned *in = intern_at(t, &i, sizeof i);
        assert_int_equal(in->id, 0);
        in->id = i;
    }
    for (uint32_t i = 1; i <= 5000; i++)
        assert_int_equal(intern_at(t, &i, sizeof i)->id, i);
    assert_int_equal(intern_count(t), 5000);
    assert_int_equal(intern_overflows(t), 0);
    intern_forget(t);
    assert_int_equal(intern_count(t), 0);
    intern_free(&t);
    assert_null(t);
}

/* Also where one is the other and zeros, and where both are nothing but zeros. */
static void keys_of_other_lengths_are_others(void **state)
{
    static const uint8_t zeros[40] = {0};
    struct intern *t = intern_new(1 << 20);

    (void)state;
    for (size_t n = 0; n <= sizeof zeros; n++) {
        struct interned *in = intern_at(t, zeros, n);
        assert_int_equal(in->id, 0);
        in->id = (int64_t)n + 1;
    }
    for (size_t n = 0; n <= sizeof zeros; n++)
        assert_int_equal(intern_at(t, zeros, n)->id, n + 1);
    intern_free(&t);
}

static void what_is_full_is_forgotten(void **state)
{
    struct intern *t = intern_new(32768);
    size_t most = 0;

    (void)state;
    for (uint32_t i = 1; i <= 100000; i++) {
        intern_at(t, &i, sizeof i)->id = i;
        most = intern_count(t) > most ? intern_count(t) : most;
        assert_int_equal(intern_at(t, &i, sizeof i)->id, i); /* the latest is always there */
    }
    assert_true(intern_overflows(t) > 0);
    assert_true(most <= 1024);
    intern_free(&t);
}

static void to_be_asked_for_soon_makes_no_entry(void **state)
{
    (void)state;
    struct intern *t = intern_new(1 << 20);

    intern_soon(t, "a", 1);
    intern_soon(t, "", 0);
    assert_int_equal(intern_count(t), 0);
    intern_at(t, "a", 1)->id = 7;
    intern_soon(t, "a", 1);
    assert_int_equal(intern_at(t, "a", 1)->id, 7);
    assert_int_equal(intern_count(t), 1);
    intern_free(&t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_be_asked_for_soon_makes_no_entry),
        cmocka_unit_test(a_key_keeps_its_number),
        cmocka_unit_test(keys_of_other_lengths_are_others),
        cmocka_unit_test(what_is_full_is_forgotten),
    };
    return cmocka_run_group_tests_name("intern", tests, NULL, NULL);
}
