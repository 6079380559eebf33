/*
 * test_slice.c - the bounded reader: every read at every truncation; what was cut is SHORT, what
 * contradicts itself is BAD, and no parent is OK over a damaged child.
 */
#include "test.h"

#include "build.h"

#include <mailtap/err.h>
#include <mailtap/slice.h>

#include <stdlib.h>
#include <string.h>

#define OCTETS(literal) ((struct slice){(const uint8_t *)(literal), sizeof(literal) - 1})

static void assert_text(struct slice s, const char *text)
{
    assert_true(slice_equal(s, slice_of(text)));
}

static void head_and_tail_never_leave_the_slice(void **state)
{
    struct slice s = slice_of("abc");

    (void)state;
    assert_text(slice_head(s, 2), "ab");
    assert_text(slice_head(s, 9), "abc");
    assert_text(slice_tail(s, 1), "bc");
    assert_text(slice_tail(s, 3), "");
    assert_text(slice_tail(s, SIZE_MAX), "");
    assert_text(slice_tail((struct slice){NULL, 0}, 5), "");
    assert_text(slice_head((struct slice){NULL, 0}, 5), "");
}

static void equality_folds_ascii_letters_only(void **state)
{
    (void)state;
    assert_true(slice_equal((struct slice){NULL, 0}, slice_of("")));
    assert_false(slice_equal(slice_of("a"), slice_of("A")));
    assert_false(slice_equal(slice_of("a"), slice_of("ab")));
    assert_true(slice_equal_nocase(slice_of("StartTLS"), slice_of("STARTTLS")));
    assert_false(slice_equal_nocase(slice_of("STARTTLS"), slice_of("STARTTL")));
    assert_false(slice_equal_nocase(slice_of("@["), slice_of("`{")));
    assert_false(slice_equal_nocase(OCTETS("\xc4"), OCTETS("\xe4")));
    assert_true(slice_starts_nocase(slice_of("mail From:<>"), "MAIL FROM:"));
    assert_false(slice_starts_nocase(slice_of("MAI"), "MAIL"));
    assert_true(slice_starts_nocase(slice_of(""), ""));
}

static void finding_and_cutting(void **state)
{
    struct slice s = slice_of("a,,b"), empty = {NULL, 0};

    (void)state;
    assert_int_equal(slice_find(s, ','), 1);
    assert_int_equal(slice_find(s, 'x'), 4);
    assert_int_equal(slice_find(empty, 'x'), 0);
    assert_text(slice_until(&s, ','), "a");
    assert_text(slice_until(&s, ','), "");
    assert_text(slice_until(&s, ','), "b");
    assert_int_equal(s.n, 0);
    assert_text(slice_until(&s, ','), "");
    assert_text(slice_trim(slice_of(" \t a b\t ")), "a b");
    assert_text(slice_trim(slice_of(" \t ")), "");
    assert_text(slice_trim(slice_of("\r a \n")), "\r a \n");
    assert_text(slice_trim(empty), "");
}

/* In rooms of their very size, so that sanitizers see a look behind the end. */
static void pairs_and_high_octets_are_found_at_every_place(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 200; n++) {
        uint8_t *octets = must_alloc(1, n);
        struct slice s = {octets, n};
        memset(octets, 'x', n);
        for (size_t at = 0; at < n; at++) {
            octets[at] = 0x80;
            assert_true(slice_has_high(s));
            octets[at] = '\n';
            assert_int_equal(slice_find_pair(s, '\n', '.'), n);
            if (at + 1 < n)
                octets[at + 1] = '.';
            assert_int_equal(slice_find_pair(s, '\n', '.'), at + 1 < n ? at : n);
            if (at && at + 1 < n)
                octets[at - 1] = '\n'; /* not followed by a dot, but by the one that is */
            assert_int_equal(slice_find_pair(s, '\n', '.'), at + 1 < n ? at : n);
            memset(octets, 'x', n);
            assert_false(slice_has_high(s));
        }
        assert_int_equal(slice_find_pair(s, '\n', '.'), n);
        free(octets);
    }
}

static void decimals_are_digits_up_to_the_limit(void **state)
{
    static const struct {
        const char *text;
        uint64_t max;
        bool holds;
        uint64_t value;
    } examples[] = {
        {"0", 0, true, 0},
        {"00042", 42, true, 42},
        {"1", 0, false, 0},
        {"42", 41, false, 0},
        {"250", 999, true, 250},
        {"", 9, false, 0},
        {"-1", 9, false, 0},
        {"+1", 9, false, 0},
        {"1 ", 9, false, 0},
        {"1x", 99, false, 0},
        {"18446744073709551615", UINT64_MAX, true, UINT64_MAX},
        {"18446744073709551616", UINT64_MAX, false, 0},
        {"18446744073709551615", UINT64_MAX - 1, false, 0},
        {"99999999999999999999999", UINT64_MAX, false, 0},
        {"65535", 65535, true, 65535},
        {"65536", 65535, false, 0},
        {"9", 5, false, 0},
    };

    (void)state;
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
        uint64_t value = 77;
        assert_int_equal(slice_decimal(slice_of(examples[i].text), examples[i].max, &value),
                         examples[i].holds);
        assert_int_equal(value, examples[i].holds ? examples[i].value : 77);
    }
}

static void numbers_are_read_in_both_orders(void **state)
{
    struct cursor c = cursor_open(OCTETS("\x01\x02\x03\xff\xfe\xfd\x80\x00\x00\x01"
                                         "\x02\x01\x04\x03\x02\xff"));

    (void)state;
    assert_int_equal(cursor_u8(&c), 1);
    assert_int_equal(cursor_u16(&c), 0x0203);
    assert_int_equal(cursor_u24(&c), 0xfffefd);
    assert_int_equal(cursor_u32(&c), 0x80000001);
    assert_int_equal(cursor_u16_le(&c), 0x0102);
    assert_int_equal(cursor_u32_le(&c), 0xff020304);
    assert_int_equal(cursor_close(&c), CURSOR_OK);
}

/* One of every read; the widths in octets, in order. */
static const size_t widths[] = {1, 2, 3, 4, 2, 4, 5};
#define READS (sizeof widths / sizeof *widths)

static uint32_t read_one(struct cursor *c, size_t which)
{
    switch (which) {
    case 0:
        return cursor_u8(c);
    case 1:
        return cursor_u16(c);
    case 2:
        return cursor_u24(c);
    case 3:
        return cursor_u32(c);
    case 4:
        return cursor_u16_le(c);
    case 5:
        return cursor_u32_le(c);
    default:
        return (uint32_t)cursor_take(c, 5).n;
    }
}

static void every_read_at_every_truncation(void **state)
{
    struct slice all = OCTETS("\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\x20"
                              "\x21\x22\x23\x24\x25");

    (void)state;
    for (size_t n = 0; n <= all.n; n++) {
        uint8_t *copy = build_copy(slice_head(all, n));
        for (int whole = 0; whole <= 1; whole++) {
            struct slice s = {copy, n};
            struct cursor c = whole ? cursor_open_whole(s) : cursor_open(s);
            size_t end = 0;
            bool ok = true;
            for (size_t i = 0; i < READS; i++) {
                end += widths[i];
                ok = ok && end <= n;
                /* What does not fit reads as nothing, also what would fit after it. */
                assert_int_equal(read_one(&c, i) != 0, ok);
            }
            assert_int_equal(c.status, ok ? CURSOR_OK : whole ? CURSOR_BAD : CURSOR_SHORT);
            assert_false(cursor_more(&c));
        }
        free(copy);
    }
}

static void leftovers_are_bad_and_failures_stay(void **state)
{
    struct cursor c = cursor_open(slice_of("abc"));

    (void)state;
    cursor_u8(&c);
    assert_true(cursor_more(&c));
    assert_int_equal(cursor_left(&c), 2);
    assert_text(cursor_rest(&c), "bc");
    assert_int_equal(cursor_close(&c), CURSOR_BAD);

    c = cursor_open(slice_of("a"));
    cursor_u16(&c);
    assert_int_equal(c.status, CURSOR_SHORT);
    cursor_bad(&c); /* the first failure stands */
    assert_int_equal(cursor_close(&c), CURSOR_SHORT);
    assert_int_equal(cursor_u8(&c), 0);

    c = cursor_open((struct slice){NULL, 0});
    assert_int_equal(cursor_take(&c, 0).n, 0);
    assert_int_equal(cursor_close(&c), CURSOR_OK);
    cursor_take(&c, SIZE_MAX);
    assert_int_equal(c.status, CURSOR_SHORT);
}

/* A block of two octets' length that holds a block of one, which holds two octets; then one more. */
static enum cursor_status read_nest(struct slice s, struct cursor (*open)(struct slice),
                                    size_t *seen_r)
{
    struct cursor c = open(s);
    struct cursor outer = cursor_block(&c, 2);
    struct cursor inner = cursor_block(&outer, 1);

    *seen_r = 0;
    while (cursor_more(&inner)) {
        cursor_u8(&inner);
        ++*seen_r;
    }
    cursor_close(&inner);
    cursor_close(&outer);
    cursor_u8(&c);
    return cursor_close(&c);
}

static void a_block_cut_at_every_octet_is_short(void **state)
{
    struct slice all = OCTETS("\x00\x03\x02\x41\x42\x43");
    size_t seen;

    (void)state;
    for (size_t n = 0; n <= all.n; n++) {
        uint8_t *copy = build_copy(slice_head(all, n));
        struct slice s = {copy, n};
        assert_int_equal(read_nest(s, cursor_open, &seen), n == all.n ? CURSOR_OK : CURSOR_SHORT);
        assert_int_equal(read_nest(s, cursor_open_whole, &seen),
                         n == all.n ? CURSOR_OK : CURSOR_BAD);
        free(copy);
    }
}

static void a_lying_inner_length_is_bad(void **state)
{
    size_t seen;

    (void)state;
    /* The inner block claims one octet more than the outer one has. */
    assert_int_equal(read_nest(OCTETS("\x00\x03\x03\x41\x42\x43"), cursor_open, &seen), CURSOR_BAD);
    /* It claims one less: leftovers. */
    assert_int_equal(read_nest(OCTETS("\x00\x03\x01\x41\x42\x43"), cursor_open, &seen), CURSOR_BAD);
    assert_int_equal(seen, 1);
    /* The outer block has no room for the inner one's length. */
    assert_int_equal(read_nest(OCTETS("\x00\x00\x43"), cursor_open, &seen), CURSOR_BAD);
    /* Announced and whole, but more follows. */
    assert_int_equal(read_nest(OCTETS("\x00\x03\x02\x41\x42\x43\x44"), cursor_open, &seen),
                     CURSOR_BAD);
    /* An empty inner block is fine. */
    assert_int_equal(read_nest(OCTETS("\x00\x01\x00\x43"), cursor_open, &seen), CURSOR_OK);
}

static void what_a_cut_block_holds_can_be_read(void **state)
{
    struct cursor c = cursor_open(OCTETS("\x00\x00\x05\x41\x42"));
    struct cursor block = cursor_block(&c, 3);

    (void)state;
    assert_int_equal(c.status, CURSOR_SHORT);
    assert_int_equal(cursor_left(&block), 2);
    assert_int_equal(cursor_u16(&block), 0x4142);
    assert_int_equal(cursor_u8(&block), 0);
    assert_int_equal(block.status, CURSOR_SHORT);
}

static void a_failure_climbs_to_every_parent(void **state)
{
    struct cursor c = cursor_open(OCTETS("\x02\x01\x41"));
    struct cursor outer = cursor_block(&c, 1);
    struct cursor inner = cursor_block(&outer, 1);

    (void)state;
    cursor_u16(&inner);
    assert_int_equal(inner.status, CURSOR_BAD);
    assert_int_equal(outer.status, CURSOR_BAD);
    assert_int_equal(c.status, CURSOR_BAD);
}

static void a_place_is_read_when_all_of_it_is_there(void **state)
{
    static const uint8_t octets[] = {1, 2, 3, 4, 5};

    (void)state;
    for (size_t n = 0; n <= sizeof octets; n++) {
        const struct slice s = {n ? octets : NULL, n};
        for (size_t at = 0; at < 8; at++) {
            assert_int_equal(slice_u8(s, at), at < n ? at + 1 : 0);
            assert_int_equal(slice_u16(s, at), at + 2 <= n ? (at + 1) << 8 | (at + 2) : 0);
        }
        assert_int_equal(slice_u16(s, SIZE_MAX), 0);
        assert_int_equal(slice_u32(s, 1), n == 5 ? 0x02030405 : 0);
        assert_int_equal(slice_u32(s, SIZE_MAX), 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(head_and_tail_never_leave_the_slice),
        cmocka_unit_test(equality_folds_ascii_letters_only),
        cmocka_unit_test(finding_and_cutting),
        cmocka_unit_test(pairs_and_high_octets_are_found_at_every_place),
        cmocka_unit_test(decimals_are_digits_up_to_the_limit),
        cmocka_unit_test(numbers_are_read_in_both_orders),
        cmocka_unit_test(every_read_at_every_truncation),
        cmocka_unit_test(leftovers_are_bad_and_failures_stay),
        cmocka_unit_test(a_block_cut_at_every_octet_is_short),
        cmocka_unit_test(a_lying_inner_length_is_bad),
        cmocka_unit_test(what_a_cut_block_holds_can_be_read),
        cmocka_unit_test(a_failure_climbs_to_every_parent),
        cmocka_unit_test(a_place_is_read_when_all_of_it_is_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
