/* test_record.c - a pcap file, whole or with the reason why it is not. */
#include "test.h"

#include "../../synth/record.h"

#include <mailtap/frame.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void frames_come_back(void **state)
{
    (void)state;
    char path[] = "/tmp/test_record_XXXXXX";
    int fd = mkstemp(path);
    struct recorder r;
    struct err e = {""};

    recorder_begin(&r, fd);
    for (size_t n = 1; n < 4000; n++) {     /* 8 MiB: more than is kept */
        memset(recorder_room(&r, 9), 9, 9); /* not added: it does not count */
        memset(recorder_room(&r, n), (int)n, n);
        recorder_add(&r, (int64_t)n * 1000000007, n);
    }
    assert_int_equal(recorder_end(&r, &e), 0);
    assert_int_equal(r.frames, 3999);
    assert_int_equal(r.octets, 24 + 3999 * 16 + 4000 * 3999 / 2);
    assert_int_equal(lseek(fd, 0, SEEK_CUR), r.octets);
    close(fd);

    struct source *s = source_open(path, &e);
    struct frame f;
    assert_non_null(s);
    for (size_t n = 1; n < 4000; n++) {
        assert_int_equal(source_next(s, &f, &e), 1);
        assert_int_equal(f.at_ns, n * 1000000007);
        assert_int_equal(f.octets.n, n);
        assert_int_equal(f.wire_size, n);
        assert_int_equal(f.octets.p[n - 1], (uint8_t)n);
    }
    assert_int_equal(source_next(s, &f, &e), 0);
    source_close(&s);
    unlink(path);
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    struct recorder r;
    struct err e = {""};
    int fd = open("/dev/full", O_WRONLY);

    recorder_begin(&r, fd);
    for (int i = 0; i < 300; i++) {
        memset(recorder_room(&r, 60000), 1, 60000);
        recorder_add(&r, i, 60000);
    }
    assert_int_not_equal(r.error, 0);
    assert_int_equal(recorder_end(&r, &e), -1);
    assert_non_null(strstr(e.text, "No space"));
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_come_back),
        cmocka_unit_test(a_full_disk_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
