/* test_fingerprint_file.c - that of a file, now, in a thread of its own, and no longer wanted. */
#include "test.h"

#include <mailtap/err.h>
#include <mailtap/fingerprint.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define LARGEST 300001u

static char path[] = "/tmp/mailtap-fingerprint-XXXXXX";
static uint8_t octets[LARGEST];

static int make_file(void **state)
{
    int fd = mkstemp(path);

    (void)state;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 7 + i / 251);
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    return unlink(path);
}

/* The file holds n octets, and is read from its middle on. */
static int file_of(size_t n)
{
    int fd = open(path, O_RDWR | O_TRUNC);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, octets, n), n);
    assert_int_equal(lseek(fd, (off_t)n / 2, SEEK_SET), n / 2);
    return fd;
}

static void it_is_that_of_all_octets(void **state)
{
    static const size_t sizes[] = {0,     1,     65536, LARGEST, 0,      1,
                                   65535, 65536, 65537, 131072,  LARGEST};

    (void)state;
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        uint8_t expected[DIGEST_OCTETS], out[DIGEST_OCTETS];
        int fd = file_of(sizes[i]);
        enum fingerprint_kind kind = i < 4 ? FINGERPRINT_XXH3 : FINGERPRINT_SHA256;
        struct fingerprint *whole = fingerprint_new(kind);
        fingerprint_add(whole, (struct slice){octets, sizes[i]});
        fingerprint_finish(&whole, expected);
        assert_true(fingerprint_file(fd, kind, out));
        assert_memory_equal(out, expected, DIGEST_OCTETS);
        struct fingerprint_job *j = fingerprint_file_begin(fd, kind);
        memset(out, 0, sizeof out);
        if (i % 2)
            while (!fingerprint_file_ready(j, 1000))
                ;
        if (i % 2)
            assert_true(fingerprint_file_ready(j, 0)); /* and stays so */
        assert_true(fingerprint_file_end(&j, out));
        assert_null(j);
        assert_memory_equal(out, expected, DIGEST_OCTETS);
        assert_int_equal(lseek(fd, 0, SEEK_CUR), sizes[i] / 2);
        close(fd);
    }
}

static void what_cannot_be_read_has_none(void **state)
{
    uint8_t out[DIGEST_OCTETS];
    int fd = open(path, O_WRONLY);

    (void)state;
    assert_true(fd >= 0);
    assert_false(fingerprint_file(fd, FINGERPRINT_XXH3, out));
    struct fingerprint_job *j = fingerprint_file_begin(fd, FINGERPRINT_XXH3);
    assert_false(fingerprint_file_end(&j, out));
    assert_null(j);
    close(fd);
}

/* A file of a size that takes minutes, and no place on the disk. */
static void it_ends_at_once_when_it_is_not_wanted(void **state)
{
    int fd = file_of(0);

    (void)state;
    assert_int_equal(ftruncate(fd, (off_t)1 << 40), 0);
    struct fingerprint_job *j = fingerprint_file_begin(fd, FINGERPRINT_XXH3);
    assert_false(fingerprint_file_ready(j, 1)); /* nor is waiting longer than asked for */
    alarm(20);
    fingerprint_file_cancel(&j);
    alarm(0);
    assert_null(j);
    fingerprint_file_cancel(&j);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_that_of_all_octets),
        cmocka_unit_test(what_cannot_be_read_has_none),
        cmocka_unit_test(it_ends_at_once_when_it_is_not_wanted),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
