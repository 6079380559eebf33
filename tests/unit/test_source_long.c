/* test_source_long.c - a file that is long enough for another thread to read it ahead. */
#include "test.h"

#include "build.h"

#include <mailtap/frame.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FRAME_OCTETS 100000u

static uint8_t octets[FRAME_OCTETS];
static char path[] = "/tmp/mailtap-long-XXXXXX";
static struct build file;
static unsigned frames;

static uint32_t length_of(unsigned frame)
{
    return 1 + frame * 499;
}

/* A pcap file whose frames are longer and longer: up to more than what fits before a piece (ahead.h). */
static int make_file(void **state)
{
    static const uint8_t header[24] = {0xa1, 0xb2, 0xc3, 0xd4, 0, 2, 0, 4, [17] = 4, [23] = 1};
    int fd = mkstemp(path);

    (void)state;
    for (size_t i = 0; i < sizeof octets; i++)
        octets[i] = (uint8_t)(i * 7 + i / 251);
    build_octets(&file, (struct slice){header, sizeof header});
    for (; file.n < 9000000; frames++) {
        const uint32_t record[] = {1 + frames, 0, length_of(frames), length_of(frames)};
        for (size_t k = 0; k < 4; k++)
            build_u32(&file, record[k]);
        build_octets(&file, (struct slice){octets, length_of(frames)});
    }
    return fd < 0 ? -1 : close(fd);
}

static int remove_file(void **state)
{
    (void)state;
    build_free(&file);
    return unlink(path);
}

static struct source *open_first(size_t n)
{
    struct err e = {""};
    FILE *to = fopen(path, "wb");

    assert_non_null(to);
    assert_int_equal(fwrite(file.p, 1, n, to), n);
    assert_int_equal(fclose(to), 0);
    struct source *s = source_open(path, &e);
    assert_non_null(s);
    assert_int_equal(source_size(s), n);
    return s;
}

/* How many of them there are, up to `most`. */
static unsigned read_frames(struct source *s, unsigned first, unsigned most, int *rc_r,
                            struct err *e)
{
    struct frame frame;
    unsigned count = 0;

    while (count < most && (*rc_r = source_next(s, &frame, e)) > 0) {
        assert_int_equal(frame.octets.n, length_of(first + count));
        assert_memory_equal(frame.octets.p, octets, frame.octets.n);
        count++;
    }
    return count;
}

static void assert_fingerprint(struct source *s, size_t n)
{
    struct fingerprint *f = fingerprint_new(FINGERPRINT_XXH3);
    uint8_t expected[DIGEST_OCTETS], out[DIGEST_OCTETS] = {0};

    fingerprint_add(f, slice_head(build_slice(&file), n));
    fingerprint_finish(&f, expected);
    source_fingerprint(s, FINGERPRINT_XXH3, out);
    assert_memory_equal(out, expected, DIGEST_OCTETS);
}

static void it_is_read_as_another_is(void **state)
{
    (void)state;
    assert_true(length_of(frames - 1) > 65536);
    for (unsigned cut = 0; cut < 2; cut++) {
        struct err e = {""};
        struct source *s = open_first(file.n - cut);
        int rc;
        assert_int_equal(source_begins(s), 1000000000);
        source_fingerprint_begin(s, FINGERPRINT_XXH3);
        assert_int_equal(read_frames(s, 0, frames + 1, &rc, &e), frames - cut);
        assert_int_equal(rc, cut ? -1 : 0);
        if (cut)
            assert_non_null(strstr(e.text, "cut short in frame"));
        assert_int_equal(source_position(s), file.n - cut);
        assert_true(source_fingerprint_ready(s, 0)); /* it came with what was read */
        assert_fingerprint(s, file.n - cut);
        source_close(&s);
    }
}

static void its_fingerprint_can_be_had_before_it_is_read(void **state)
{
    (void)state;
    for (unsigned way = 0; way < 3; way++) {
        struct err e = {""};
        struct source *s = open_first(file.n);
        int rc;
        source_fingerprint_begin(s, FINGERPRINT_XXH3);
        assert_int_equal(read_frames(s, 0, 3, &rc, &e), 3);
        while (way == 1 && !source_fingerprint_ready(s, 1000))
            ;
        if (way < 2)
            assert_fingerprint(s, file.n);
        assert_int_equal(read_frames(s, 3, frames, &rc, &e), frames - 3); /* reading goes on */
        assert_fingerprint(s, file.n);
        source_close(&s);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_read_as_another_is),
        cmocka_unit_test(its_fingerprint_can_be_had_before_it_is_read),
    };

    return cmocka_run_group_tests(tests, make_file, remove_file);
}
