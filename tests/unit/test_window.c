/* test_window.c - octets lent in one piece, however they come and however many are asked for. */
#include "test.h"

#include "../../capture/window.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* A file of so many octets, given in pieces of at most so many. */
struct file {
    size_t at, n, piece;
};

static uint8_t octet_at(size_t at)
{
    return (uint8_t)(at * 31 + at / 253);
}

static size_t give(void *of, uint8_t *to, size_t n)
{
    struct file *f = of;

    n = n < f->piece ? n : f->piece;
    n = n < f->n - f->at ? n : f->n - f->at;
    for (size_t i = 0; i < n; i++)
        to[i] = octet_at(f->at + i);
    f->at += n;
    return n;
}

/* The number of octets taken until there were too few. */
static size_t take_all(struct window *w, const size_t *sizes, size_t count)
{
    size_t at = 0;

    for (size_t k = 0;; k++) {
        size_t n = sizes[k % count];
        struct slice s = window_take(w, n);
        for (size_t i = 0; i < s.n; i++)
            if (s.p[i] != octet_at(at + i))
                fail_msg("octet %zu is another one", at + i);
        at += s.n;
        if (s.n < n)
            return at;
        assert_int_equal(s.n, n);
    }
}

static void what_comes_is_lent_in_order(void **state)
{
    static const size_t sizes[][4] = {
        {1, 16, 1500, 0},
        {16, 65536, 4096, 1},
        {300000, 16, 65535, 262144},
        {24, 1000001, 3, 70000},
    };
    static const size_t pieces[] = {1, 4095, 65536, SIZE_MAX};

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++)
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            struct file f = {0, 2100003, pieces[p]};
            struct window *w = window_new((struct slice){NULL, 0}, give, &f);
            assert_int_equal(take_all(w, sizes[s], 4), f.n);
            assert_int_equal(window_take(w, 1).n, 0); /* and no more */
            window_free(&w);
            assert_null(w);
        }
}

static void what_was_read_before_comes_first(void **state)
{
    static const size_t three[] = {3};
    uint8_t first[24];

    (void)state;
    for (size_t i = 0; i < sizeof first; i++)
        first[i] = octet_at(i);
    for (size_t n = 0; n <= sizeof first; n++) {
        struct file f = {n, 100, 10};
        struct window *w = window_new((struct slice){first, n}, give, &f);
        assert_int_equal(take_all(w, three, 1), 100);
        window_free(&w);
    }
}

/* The same of a file that is read ahead: records that fit before the next piece, and some that do not. */
static void what_is_read_ahead_is_lent_in_order(void **state)
{
    static const size_t sizes[][4] = {
        {1, 16, 1500, 0},
        {16, 65536, 65537, 1},
        {300000, 16, 262144, 65535},
        {24, 1000001, 3, 70000},
    };
    static const size_t files[] = {0, 1, 262143, 262144, 262145, 2100003};

    (void)state;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            int fd = memfd_create("window", 0);
            assert_true(fd >= 0);
            for (size_t at = 0; at < files[i]; at += 4096) {
                uint8_t octets[4096];
                size_t n = files[i] - at < sizeof octets ? files[i] - at : sizeof octets;
                for (size_t j = 0; j < n; j++)
                    octets[j] = octet_at(at + j);
                assert_int_equal(write(fd, octets, n), n);
            }
            struct ahead *ahead = ahead_new(fd);
            assert_non_null(ahead);
            struct window *w = window_new_ahead(ahead);
            assert_int_equal(take_all(w, sizes[k], 4), files[i]);
            assert_int_equal(window_take(w, 1).n, 0); /* and no more */
            window_free(&w);
            ahead_free(&ahead);
            close(fd);
        }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_comes_is_lent_in_order),
        cmocka_unit_test(what_is_read_ahead_is_lent_in_order),
        cmocka_unit_test(what_was_read_before_comes_first),
    };
    return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
