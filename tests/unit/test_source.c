/*
 * test_source.c - capture files: both octet orders, both resolutions, packed and plain, cut at
 * every octet.
 */
#include "test.h"

#include "build.h"

#include <mailtap/frame.h>

#include <fcntl.h>
#include <pcap/dlt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define FRAMES 3
#define AT(i) (INT64_C(1700000000123456789) + (i)*INT64_C(1000000001))

static char folder[] = "/tmp/mailtap-source-XXXXXX";
static char path[256];

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder);
}

static const char *named(const char *name)
{
    if (path[0])
        unlink(path);
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

static void write_file(const char *name, struct slice s)
{
    FILE *file = fopen(named(name), "wb");

    assert_non_null(file);
    assert_int_equal(fwrite(s.p, 1, s.n, file), s.n);
    assert_int_equal(fclose(file), 0);
}

static struct slice frame_text(int i)
{
    static const char *const texts[FRAMES] = {"the first frame", "", "the third and last one"};

    return slice_of(texts[i]);
}

/* Where each record ends in the capture. */
static size_t borders[FRAMES + 1];

static void build_capture(struct build *b, const struct pcap_form *form)
{
    build_pcap(b, form);
    borders[0] = b->n;
    for (int i = 0; i < FRAMES; i++) {
        build_record(b, form, AT(i), frame_text(i), 100);
        borders[i + 1] = b->n;
    }
}

static void assert_starts(const char *text, const char *start)
{
    if (strncmp(text, start, strlen(start)) != 0)
        fail_msg("\"%s\" does not start with \"%s\"", text, start);
}

static void assert_contains(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" does not say \"%s\"", text, part);
}

/* All frames of the file, each compared; the number of them, and how it ended. */
static int read_frames(const struct pcap_form *form, uint64_t *frames_r, struct err *e)
{
    struct source *s = source_open(path, e);
    struct frame frame;
    int rc;

    *frames_r = 0;
    if (!s)
        return -2;
    while ((rc = source_next(s, &frame, e)) > 0) {
        int i = (int)*frames_r;
        assert_true(i < FRAMES);
        assert_int_equal(frame.number, ++*frames_r);
        assert_int_equal(frame.at_ns, form->nanoseconds ? AT(i) : AT(i) / 1000 * 1000);
        assert_int_equal(frame.wire_size, 100);
        assert_int_equal(frame.link, form->link);
        assert_true(slice_equal(frame.octets, frame_text(i)));
    }
    assert_int_equal(source_next(s, &frame, e), 0);
    source_close(&s);
    assert_null(s);
    return rc;
}

static const struct pcap_form forms[] = {
    {false, false, DLT_EN10MB},
    {false, true, DLT_EN10MB},
    {true, false, DLT_LINUX_SLL2},
    {true, true, DLT_NULL},
};
#define FORMS (sizeof forms / sizeof *forms)

static void both_orders_and_resolutions(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        struct build b = {NULL, 0};
        struct err e = {""};
        uint64_t frames;
        build_capture(&b, &forms[f]);
        write_file("whole.pcap", build_slice(&b));
        assert_int_equal(read_frames(&forms[f], &frames, &e), 0);
        assert_int_equal(frames, FRAMES);
        assert_string_equal(e.text, "");
        build_free(&b);
    }
}

/* The frames whole in the first n octets of the capture. */
static uint64_t whole_frames(size_t n)
{
    uint64_t frames = 0;

    while (frames < FRAMES && borders[frames + 1] <= n)
        frames++;
    return frames;
}

static void cut_at_every_octet(void **state)
{
    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        struct build b = {NULL, 0};
        build_capture(&b, &forms[f]);
        for (size_t n = 0; n <= b.n; n++) {
            struct err e = {""};
            uint64_t frames;
            char expected[600];
            write_file("cut.pcap", slice_head(build_slice(&b), n));
            int rc = read_frames(&forms[f], &frames, &e);
            uint64_t whole = whole_frames(n);
            assert_int_equal(frames, n < borders[0] ? 0 : whole);
            if (n < borders[0]) {
                assert_int_equal(rc, -2);
                assert_starts(e.text, path);
            } else if (n == borders[whole]) {
                assert_int_equal(rc, 0);
            } else {
                assert_int_equal(rc, -1);
                snprintf(expected, sizeof expected,
                         "%s: cut short in frame %llu, which begins at octet %zu of the capture: "
                         "it ends at octet %zu",
                         path, (unsigned long long)whole + 1, borders[whole], n);
                assert_string_equal(e.text, expected);
            }
        }
        build_free(&b);
    }
}

static void damage_names_frame_and_octet(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""};
    uint64_t frames;
    char expected[600];

    (void)state;
    build_capture(&b, &forms[0]);
    memset(b.p + borders[1] + 8, 0x7f, 4); /* the captured length of the second record */
    write_file("damaged.pcap", build_slice(&b));
    assert_int_equal(read_frames(&forms[0], &frames, &e), -1);
    assert_int_equal(frames, 1);
    snprintf(expected, sizeof expected, "%s: damaged at frame 2, octet %zu of the capture: ", path,
             borders[1]);
    assert_starts(e.text, expected);
    build_free(&b);
}

/* libpcap cuts a frame at the snap length of the file, and so gives fewer octets than are there. */
static void damage_behind_frames_longer_than_the_snap_length(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""};
    struct frame frame;
    char expected[600];

    (void)state;
    build_capture(&b, &forms[0]);
    memcpy(b.p + 16, "\x0a\0\0", 4);
    write_file("longer.pcap", slice_head(build_slice(&b), b.n - 1));
    struct source *s = source_open(path, &e);
    assert_non_null(s);
    assert_int_equal(source_next(s, &frame, &e), 1);
    assert_true(slice_equal(frame.octets, slice_head(frame_text(0), 10)));
    assert_int_equal(source_next(s, &frame, &e), 1);
    assert_int_equal(source_next(s, &frame, &e), -1);
    snprintf(
        expected, sizeof expected,
        "%s: cut short in frame 3, which begins at octet %zu of the capture: it ends at octet %zu",
        path, borders[2], b.n - 1);
    assert_string_equal(e.text, expected);
    source_close(&s);
    build_free(&b);
}

/* Kuznetzov's records have eight octets more before each frame. */
static void damage_in_records_of_another_size(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""};
    struct frame frame;
    char expected[600];

    (void)state;
    build_pcap(&b, &forms[0]);
    memcpy(b.p, "\x34\xcd\xb2\xa1", 4);
    for (int i = 0; i < 2; i++) {
        build_text(&b, "\1\1\1\1\1\1\1\1");
        build_ordered(&b, &forms[0], 20, 4);
        build_ordered(&b, &forms[0], 20, 4);
        build_text(&b, "12345678; then a frame of 20");
    }
    write_file("patched.pcap", slice_head(build_slice(&b), b.n - 1));
    struct source *s = source_open(path, &e);
    assert_non_null(s);
    assert_int_equal(source_next(s, &frame, &e), 1);
    assert_true(slice_equal(frame.octets, slice_of("; then a frame of 20")));
    assert_int_equal(source_next(s, &frame, &e), -1);
    snprintf(
        expected, sizeof expected,
        "%s: cut short in frame 2, which begins at octet 68 of the capture: it ends at octet 111",
        path);
    assert_string_equal(e.text, expected);
    source_close(&s);
    build_free(&b);
}

/* ---- packed */

static void pack_gzip(struct build *to, struct slice s)
{
    uint8_t room[4096];
    z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p,
                  .avail_in = (uInt)s.n,
                  .next_out = room,
                  .avail_out = sizeof room};

    assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    build_octets(to, (struct slice){room, z.total_out});
    deflateEnd(&z);
}

static void pack_zstd(struct build *to, struct slice s)
{
    uint8_t room[4096];
    size_t n = ZSTD_compress(room, sizeof room, s.p, s.n, 3);

    assert_false(ZSTD_isError(n));
    build_octets(to, (struct slice){room, n});
}

/* In two members, so that a zstd file that is cut has given something. */
static void build_packed(struct build *to, void (*pack)(struct build *, struct slice))
{
    struct build b = {NULL, 0};

    build_capture(&b, &forms[1]);
    pack(to, slice_head(build_slice(&b), borders[1] + 3));
    pack(to, slice_tail(build_slice(&b), borders[1] + 3));
    build_free(&b);
}

static void packed_captures_whole_and_cut(void **state)
{
    void (*const packs[])(struct build *, struct slice) = {pack_gzip, pack_zstd};

    (void)state;
    for (size_t p = 0; p < 2; p++) {
        struct build b = {NULL, 0};
        struct err e = {""};
        uint64_t frames, most = 0;
        build_packed(&b, packs[p]);
        write_file("packed.pcap", build_slice(&b)); /* the name does not matter */
        assert_int_equal(read_frames(&forms[1], &frames, &e), 0);
        assert_int_equal(frames, FRAMES);
        for (size_t n = 4; n < b.n; n++) {
            write_file("cut.pcap.gz", slice_head(build_slice(&b), n));
            int rc = read_frames(&forms[1], &frames, &e);
            assert_starts(e.text, path);
            assert_true(frames >= most);
            most = frames;
            if (rc == 0) { /* at the border of the members, and within a record: not so */
                fail_msg("cut at %zu and not told", n);
            } else if (rc == -1 && !strstr(e.text, "cut short in frame 2")) {
                assert_contains(e.text, "its compressed data ends too early");
                assert_contains(e.text, "at frame ");
            }
        }
        assert_true(most >= 1);
        build_free(&b);
    }
}

/* ---- opening */

static void assert_refused(const char *sentence)
{
    struct err e = {""};
    char expected[400];

    assert_null(source_open(path, &e));
    snprintf(expected, sizeof expected, "%s: %s", path, sentence);
    assert_starts(e.text, expected);
}

static void what_cannot_be_opened_is_told(void **state)
{
    struct build b = {NULL, 0};

    (void)state;
    named("missing.pcap");
    assert_refused("there is no such file");
    write_file("empty.pcap", slice_of(""));
    assert_refused("is empty");
    write_file("text.pcap", slice_of("Received: from a by b; this is no capture\n"));
    assert_refused("is no capture file, neither pcap nor pcapng");
    write_file("short.pcap", slice_of("ab"));
    assert_refused("is no capture file, neither pcap nor pcapng");
    write_file("header.pcap", (struct slice){(const uint8_t *)"\xd4\xc3\xb2\xa1\2\0\4\0", 8});
    assert_refused("is cut short in its file header: 8 of 24 octets are there");
    build_pcap(&b, &forms[2]);
    b.p[5] = 99; /* its version */
    write_file("version.pcap", build_slice(&b));
    assert_refused("this pcap file is not supported or damaged: ");
    write_file("ng.pcapng", (struct slice){(const uint8_t *)"\x0a\x0d\x0d\x0a\1\1\1\1", 8});
    assert_refused("is cut short in its file header: 8 of 24 octets are there");
    build_free(&b);
    pack_gzip(&b, slice_of(""));
    write_file("empty.gz", build_slice(&b));
    assert_refused("is empty once unpacked from gzip");
    b.n = 12;
    write_file("cut.gz", build_slice(&b));
    assert_refused("cannot be read: its compressed data ends too early");
    build_free(&b);
}

static void a_directory_is_told(void **state)
{
    struct err e = {""};

    (void)state;
    assert_null(source_open(folder, &e));
    assert_starts(e.text, folder);
    assert_contains(e.text, "is a directory");
}

static void a_missing_permission_is_told(void **state)
{
    bool root = geteuid() == 0;

    (void)state;
    write_file("secret.pcap", slice_of("x"));
    assert_int_equal(chmod(path, 0), 0);
    if (root && seteuid(65534) < 0) /* root may read everything */
        skip();
    assert_refused("permission to read it is missing");
    if (root)
        assert_int_equal(seteuid(0), 0);
}

static void fingerprint_of(struct slice octets, enum fingerprint_kind kind,
                           uint8_t out[DIGEST_OCTETS])
{
    struct fingerprint *f = fingerprint_new(kind);

    fingerprint_add(f, octets);
    fingerprint_finish(&f, out);
}

static void name_position_and_size(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""};
    struct frame frame;

    (void)state;
    build_packed(&b, pack_gzip);
    write_file("packed.pcap.gz", build_slice(&b));
    struct source *s = source_open(path, &e);
    assert_non_null(s);
    assert_string_equal(source_name(s), "packed.pcap.gz");
    assert_int_equal(source_size(s), b.n);
    uint8_t expected[DIGEST_OCTETS], out[DIGEST_OCTETS];
    for (int i = 0; i < FINGERPRINT_KINDS; i++) {
        enum fingerprint_kind kind = (enum fingerprint_kind)i;
        fingerprint_of(build_slice(&b), kind, expected);
        assert_true(source_file_fingerprint(s, kind, out));
        assert_memory_equal(out, expected, DIGEST_OCTETS);
    }
    while (source_next(s, &frame, &e) > 0)
        assert_true(source_position(s) <= b.n);
    assert_int_equal(source_position(s), b.n);
    source_close(&s);
    source_close(&s);
    build_free(&b);
}

static void the_first_frame_can_be_looked_at_before_it_is_read(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""}, why;
    struct frame frame;

    (void)state;
    build_capture(&b, &forms[1]);
    for (int frames = 0; frames < 3; frames++) { /* none, a cut one, a whole one */
        size_t n = frames == 0 ? borders[0] : borders[1] - (frames == 1);
        write_file("first.pcap", slice_head(build_slice(&b), n));
        struct source *s = source_open(path, &e);
        assert_non_null(s);
        for (int again = 0; again < 2; again++)
            assert_true(source_begins(s) == (frames == 2 ? AT(0) : 0));
        assert_int_equal(source_next(s, &frame, &why), frames == 0 ? 0 : frames == 1 ? -1 : 1);
        if (frames == 1)
            assert_contains(why.text, "cut short in frame 1");
        if (frames == 2)
            assert_true(frame.number == 1 && slice_equal(frame.octets, frame_text(0)));
        assert_int_equal(source_next(s, &frame, &why), 0);
        source_close(&s);
    }
    build_free(&b);
}

static void the_fingerprint_of_a_file_while_it_is_read(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""};
    struct frame frame;
    uint8_t expected[DIGEST_OCTETS], out[DIGEST_OCTETS];

    (void)state;
    build_capture(&b, &forms[1]);
    write_file("aside.pcap", build_slice(&b));
    for (int way = 0; way < 4; way++) {
        enum fingerprint_kind kind = way == 2 ? FINGERPRINT_SHA256 : FINGERPRINT_XXH3;
        fingerprint_of(build_slice(&b), kind, expected);
        struct source *s = source_open(path, &e);
        assert_non_null(s);
        source_fingerprint_begin(s, kind);
        assert_int_equal(source_next(s, &frame, &e), 1);
        if (way == 1)
            while (!source_fingerprint_ready(s, 1000))
                ;
        if (way < 3) { /* the other time it is closed with its thread */
            memset(out, 0, sizeof out);
            source_fingerprint(s, kind, out);
            assert_memory_equal(out, expected, DIGEST_OCTETS);
            assert_int_equal(source_next(s, &frame, &e), 1); /* reading goes on */
            while (source_next(s, &frame, &e) > 0)
                ;
            fingerprint_of(build_slice(&b), FINGERPRINT_XXH3, expected);
            assert_true(source_file_fingerprint(s, FINGERPRINT_XXH3, out));
            assert_memory_equal(out, expected, DIGEST_OCTETS);
        }
        source_close(&s);
    }
    build_free(&b);
}

static void a_dash_is_standard_input(void **state)
{
    struct build b = {NULL, 0};
    struct err e = {""};
    struct frame frame;
    int saved = dup(STDIN_FILENO), ends[2], frames = 0;
    uint8_t expected[DIGEST_OCTETS], out[DIGEST_OCTETS];

    (void)state;
    build_capture(&b, &forms[1]);
    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], b.p, b.n - 1), b.n - 1);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    struct source *s = source_open("-", &e);
    assert_non_null(s);
    assert_string_equal(source_name(s), "-");
    assert_int_equal(source_size(s), 0);
    while (source_next(s, &frame, &e) > 0)
        frames++;
    assert_int_equal(frames, FRAMES - 1);
    assert_starts(e.text, "standard input: cut short in frame 3");
    for (int i = 0; i < FINGERPRINT_KINDS; i++) {
        enum fingerprint_kind kind = (enum fingerprint_kind)i;
        /* Of what cannot be read twice there is no other way. */
        source_fingerprint_begin(s, kind);
        assert_true(source_fingerprint_ready(s, 0));
        assert_false(source_file_fingerprint(s, kind, out));
        source_fingerprint(s, kind, out);
        fingerprint_of((struct slice){b.p, b.n - 1}, kind, expected);
        assert_memory_equal(out, expected, DIGEST_OCTETS);
    }
    source_close(&s);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
    if (saved >= 0) {
        dup2(saved, STDIN_FILENO);
        close(saved);
    }
    build_free(&b);
}

static void times_are_unsigned_and_stay_in_range(void **state)
{
    static const struct {
        uint32_t seconds, rest;
        int64_t at_ns;
    } examples[] = {
        {0, 0, 0},
        {0x7fffffff, 1, INT64_C(0x7fffffff) * 1000000000 + 1},
        {0x80000000, 0, INT64_C(0x80000000) * 1000000000}, /* 2038 */
        {0xffffffff, 999999999, INT64_C(0xffffffff) * 1000000000 + 999999999},
        {5, 0x7fffffff, INT64_C(5999999999)},
    };

    (void)state;
    for (size_t i = 0; i < 2 * sizeof examples / sizeof *examples; i++) {
        const struct pcap_form form = {i % 2 == 0, true, DLT_RAW};
        struct build b = {NULL, 0};
        struct err e = {""};
        struct frame frame;
        build_pcap(&b, &form);
        build_ordered(&b, &form, examples[i / 2].seconds, 4);
        build_ordered(&b, &form, examples[i / 2].rest, 4);
        build_u32(&b, 0);
        build_u32(&b, 0);
        write_file("time.pcap", build_slice(&b));
        struct source *s = source_open(path, &e);
        assert_non_null(s);
        assert_int_equal(source_next(s, &frame, &e), 1);
        assert_true(frame.at_ns == examples[i / 2].at_ns);
        source_close(&s);
        build_free(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_orders_and_resolutions),
        cmocka_unit_test(cut_at_every_octet),
        cmocka_unit_test(damage_names_frame_and_octet),
        cmocka_unit_test(damage_behind_frames_longer_than_the_snap_length),
        cmocka_unit_test(damage_in_records_of_another_size),
        cmocka_unit_test(packed_captures_whole_and_cut),
        cmocka_unit_test(what_cannot_be_opened_is_told),
        cmocka_unit_test(a_directory_is_told),
        cmocka_unit_test(a_missing_permission_is_told),
        cmocka_unit_test(name_position_and_size),
        cmocka_unit_test(the_first_frame_can_be_looked_at_before_it_is_read),
        cmocka_unit_test(the_fingerprint_of_a_file_while_it_is_read),
        cmocka_unit_test(a_dash_is_standard_input),
        cmocka_unit_test(times_are_unsigned_and_stay_in_range),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
