/* test_ahead.c - a file in pieces, its fingerprint, and one that is not wanted or cannot be read. */
#include "test.h"

#include <mailtap/ahead.h>
#include <mailtap/err.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define LARGEST 3000001u

static uint8_t octets[LARGEST];

static int make_octets(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 7 + i / 251);
    return 0;
}

/* Reading it stands in its middle. */
static int file_of(size_t n)
{
    int fd = memfd_create("ahead", 0);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, octets, n), n);
    assert_int_equal(lseek(fd, (off_t)n / 2, SEEK_SET), n / 2);
    return fd;
}

/* A piece, and what the caller put before it, stay until the call after the next. */
static void pieces_come_in_order_and_stay(void **state)
{
    static const size_t sizes[] = {0, 1, 262144, 262145, 524288, LARGEST};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        int fd = file_of(sizes[i]);
        struct ahead *a = ahead_new(fd);
        struct ahead_piece last = {NULL, 0}, piece;
        uint8_t before[AHEAD_BEFORE], out[DIGEST_OCTETS], expected[DIGEST_OCTETS];
        size_t at = 0;

        assert_non_null(a);
        while ((piece = ahead_next(a)).n) {
            assert_memory_equal(piece.p, octets + at, piece.n);
            if (last.n) {
                assert_memory_equal(last.p, octets + at - last.n, last.n);
                assert_memory_equal(last.p - AHEAD_BEFORE, before, AHEAD_BEFORE);
            }
            memset(before, (int)(at / 4096 + 1), sizeof before);
            memcpy(piece.p - AHEAD_BEFORE, before, sizeof before);
            at += piece.n;
            last = piece;
            assert_int_equal(ahead_given(a), at);
        }
        assert_int_equal(at, sizes[i]);
        assert_null(ahead_problem(a));
        struct fingerprint *whole = fingerprint_new(FINGERPRINT_XXH3);
        fingerprint_add(whole, (struct slice){octets, sizes[i]});
        fingerprint_finish(&whole, expected);
        for (int again = 0; again < 2; again++) {
            assert_true(ahead_fingerprint(a, out));
            assert_memory_equal(out, expected, DIGEST_OCTETS);
        }
        ahead_free(&a);
        assert_null(a);
        assert_int_equal(lseek(fd, 0, SEEK_CUR), sizes[i] / 2);
        close(fd);
    }
}

static void what_is_not_wanted_any_more_ends(void **state)
{
    (void)state;
    for (int pieces = 0; pieces < 4; pieces++) {
        uint8_t out[DIGEST_OCTETS];
        int fd = file_of(LARGEST);
        struct ahead *a = ahead_new(fd);
        for (int i = 0; i < pieces; i++)
            assert_true(ahead_next(a).n > 0);
        assert_false(ahead_fingerprint(a, out)); /* not before all was given */
        ahead_free(&a);
        ahead_free(&a);
        close(fd);
    }
}

static void why_it_cannot_be_read_is_told(void **state)
{
    uint8_t out[DIGEST_OCTETS];
    int ends[2];

    (void)state;
    assert_int_equal(pipe(ends), 0);
    struct ahead *a = ahead_new(ends[1]); /* neither to be read, nor at a place */
    assert_int_equal(ahead_next(a).n, 0);
    assert_non_null(ahead_problem(a));
    assert_false(ahead_fingerprint(a, out));
    ahead_free(&a);
    close(ends[0]);
    close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pieces_come_in_order_and_stay),
        cmocka_unit_test(what_is_not_wanted_any_more_ends),
        cmocka_unit_test(why_it_cannot_be_read_is_told),
    };

    return cmocka_run_group_tests(tests, make_octets, NULL);
}
