/*
 * test_inflate.c - gzip and zstd undone: whatever was stored comes out, and of a cut or damaged
 * file everything before the damage.
 */
#include "test.h"

#include "../../capture/inflate.h"
#include "build.h"

#include <mailtap/err.h>

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#define TEXT_OCTETS 3000u

static uint8_t text[TEXT_OCTETS];

static int make_text(void **state)
{
    (void)state;
    /* Compressible, but not to nothing. */
    for (uint32_t i = 0; i < TEXT_OCTETS; i++)
        text[i] = (uint8_t)((i * i) >> 3 & 0x3f);
    return 0;
}

static void add_gzip(struct build *b, struct slice s)
{
    uint8_t room[2 * TEXT_OCTETS];
    z_stream z = {.next_in = (Bytef *)(uintptr_t)s.p,
                  .avail_in = (uInt)s.n,
                  .next_out = room,
                  .avail_out = sizeof room};

    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    build_octets(b, (struct slice){room, z.total_out});
    deflateEnd(&z);
}

static void add_zstd(struct build *b, struct slice s)
{
    uint8_t room[2 * TEXT_OCTETS];
    size_t n = ZSTD_compress(room, sizeof room, s.p, s.n, 3);

    assert_false(ZSTD_isError(n));
    build_octets(b, (struct slice){room, n});
}

static void add_plain(struct build *b, struct slice s)
{
    build_octets(b, s);
}

static struct fingerprint *const unread[FINGERPRINT_KINDS];

static int file_of(struct slice s)
{
    int fd = memfd_create("inflate", 0);

    assert_true(fd >= 0);
    assert_int_equal(write(fd, s.p, s.n), s.n);
    assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
    return fd;
}

struct reading {
    uint8_t octets[3 * TEXT_OCTETS];
    size_t n;
    char problem[200], packing[8];
};

static void read_back(struct slice stored, size_t step, struct reading *r)
{
    int fd = file_of(stored);
    struct inflate *in = inflate_new(fd, unread);
    size_t n;

    r->n = 0;
    while ((n = inflate_read(in, r->octets + r->n,
                             step < sizeof r->octets - r->n ? step : sizeof r->octets - r->n)) > 0)
        r->n += n;
    assert_int_equal(inflate_read(in, r->octets, 1), 0);
    assert_true(inflate_stored(in) <= stored.n);
    const char *problem = inflate_problem(in), *packing = inflate_packing(in);
    strcpy(r->problem, problem ? problem : "");
    strcpy(r->packing, packing ? packing : "");
    inflate_free(&in);
    assert_null(in);
    inflate_free(&in);
    close(fd);
}

static const struct {
    const char *name;
    void (*add)(struct build *, struct slice);
} forms[] = {{"", add_plain}, {"gzip", add_gzip}, {"zstd", add_zstd}};
#define FORMS (sizeof forms / sizeof *forms)

static void what_was_stored_comes_out(void **state)
{
    static const size_t steps[] = {1, 7, 4096, 100000};
    struct slice all = {text, TEXT_OCTETS};
    struct reading r;

    (void)state;
    for (size_t f = 0; f < FORMS; f++)
        for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
            struct build b = {NULL, 0};
            forms[f].add(&b, all);
            read_back(build_slice(&b), steps[i], &r);
            assert_string_equal(r.problem, "");
            assert_string_equal(r.packing, forms[f].name);
            assert_int_equal(r.n, TEXT_OCTETS);
            assert_memory_equal(r.octets, text, TEXT_OCTETS);
            build_free(&b);
        }
}

static void members_that_follow_are_one_stream(void **state)
{
    struct slice all = {text, TEXT_OCTETS};
    struct reading r;

    (void)state;
    for (size_t f = 0; f < FORMS; f++) {
        struct build b = {NULL, 0};
        forms[f].add(&b, slice_head(all, 1000));
        forms[f].add(&b, slice_tail(all, 1000));
        read_back(build_slice(&b), 4096, &r);
        assert_string_equal(r.problem, "");
        assert_int_equal(r.n, TEXT_OCTETS);
        assert_memory_equal(r.octets, text, TEXT_OCTETS);
        build_free(&b);
    }
}

static void cut_at_every_octet(void **state)
{
    struct slice all = {text, 400};
    struct reading r;

    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct build b = {NULL, 0};
        size_t most = 0;
        forms[f].add(&b, all);
        /* Shorter than its magic it is not known to be packed. */
        for (size_t n = 4; n < b.n; n++) {
            read_back(slice_head(build_slice(&b), n), 4096, &r);
            assert_string_equal(r.problem, "its compressed data ends too early");
            assert_memory_equal(r.octets, text, r.n);
            assert_true(r.n >= most); /* more of the file is never less of the text */
            most = r.n;
        }
        assert_true(f != 1 || most > 300);
        build_free(&b);
    }
}

static void damage_is_told(void **state)
{
    struct slice all = {text, 400};
    struct reading r;

    (void)state;
    for (size_t f = 1; f < FORMS; f++) {
        struct build b = {NULL, 0};
        forms[f].add(&b, all);
        b.p[b.n - (f == 1 ? 5 : 1)] ^= 0x55; /* gzip: its check sum; zstd: its last literals */
        read_back(build_slice(&b), 4096, &r);
        if (f == 1) {
            assert_int_equal(r.n, 400);
            assert_string_equal(r.problem, "its gzip data is damaged: incorrect data check");
        }
        build_free(&b);
        forms[f].add(&b, all);
        for (size_t at = 4; at < b.n; at++) { /* survives, and gives what it can */
            b.p[at] ^= 0xff;
            read_back(build_slice(&b), 4096, &r);
            b.p[at] ^= 0xff;
        }
        build_free(&b);
    }
}

static void what_follows_the_end(void **state)
{
    struct slice all = {text, 400};
    struct build b = {NULL, 0};
    struct reading r;

    (void)state;
    add_gzip(&b, all);
    build_u32(&b, 0);
    read_back(build_slice(&b), 4096, &r); /* zeros are padding */
    assert_string_equal(r.problem, "");
    assert_int_equal(r.n, 400);
    add_gzip(&b, all);
    read_back(build_slice(&b), 4096, &r);
    assert_string_equal(r.problem, "");
    assert_int_equal(r.n, 800);
    build_text(&b, "x");
    read_back(build_slice(&b), 4096, &r);
    assert_string_equal(r.problem, "octets follow the gzip data that are not gzip");
    assert_int_equal(r.n, 800);
    build_free(&b);
    add_zstd(&b, all);
    build_text(&b, "rubbish");
    read_back(build_slice(&b), 4096, &r);
    assert_true(strncmp(r.problem, "its zstd data is damaged: ", 26) == 0);
    assert_int_equal(r.n, 400);
    build_free(&b);
}

static void nothing_and_almost_nothing(void **state)
{
    struct reading r;

    (void)state;
    read_back(slice_of(""), 10, &r);
    assert_int_equal(r.n, 0);
    assert_string_equal(r.problem, "");
    read_back(slice_of("\x1f"), 10, &r);
    assert_int_equal(r.n, 1);
    assert_string_equal(r.packing, "");
}

static void what_cannot_be_read_is_told(void **state)
{
    uint8_t octet;
    struct inflate *in = inflate_new(-1, unread);

    (void)state;
    assert_int_equal(inflate_read(in, &octet, 1), 0);
    assert_string_equal(inflate_problem(in), "reading it failed: Bad file descriptor");
    inflate_free(&in);
}

/* A pipe gives few octets at a time. */
static void a_pipe_is_read_like_a_file(void **state)
{
    struct build b = {NULL, 0};
    uint8_t got[TEXT_OCTETS];
    int ends[2];
    size_t n = 0, at = 0;

    (void)state;
    add_gzip(&b, (struct slice){text, TEXT_OCTETS});
    assert_int_equal(pipe(ends), 0);
    struct inflate *in = inflate_new(ends[0], unread);
    assert_int_equal(write(ends[1], b.p, b.n), b.n);
    close(ends[1]);
    while ((n = inflate_read(in, got + at, sizeof got - at)) > 0)
        at += n;
    assert_int_equal(at, TEXT_OCTETS);
    assert_memory_equal(got, text, TEXT_OCTETS);
    assert_int_equal(inflate_stored(in), b.n);
    inflate_free(&in);
    close(ends[0]);
    build_free(&b);
}

/* The digest is of the stored octets, also of those that nobody asked for. */
static void the_stored_octets_have_their_fingerprints(void **state)
{
    struct build b = {NULL, 0};
    uint8_t octets[10], expected[FINGERPRINT_KINDS][DIGEST_OCTETS], out[DIGEST_OCTETS];

    (void)state;
    add_gzip(&b, (struct slice){text, TEXT_OCTETS});
    build_text(&b, "rubbish");
    for (int kind = 0; kind < FINGERPRINT_KINDS; kind++) {
        struct fingerprint *whole = fingerprint_new((enum fingerprint_kind)kind);
        fingerprint_add(whole, build_slice(&b));
        fingerprint_finish(&whole, expected[kind]);
    }
    for (int reads = 0; reads < 3; reads++) {
        int fd = file_of(build_slice(&b));
        struct fingerprint *read[] = {fingerprint_new(FINGERPRINT_XXH3),
                                      fingerprint_new(FINGERPRINT_SHA256)};
        struct inflate *in = inflate_new(fd, read);
        for (int i = 0; i < reads; i++)
            assert_true(inflate_read(in, octets, sizeof octets) > 0);
        inflate_drain(in);
        assert_int_equal(inflate_stored(in), b.n);
        assert_int_equal(inflate_read(in, octets, sizeof octets), 0);
        inflate_free(&in);
        for (int kind = 0; kind < FINGERPRINT_KINDS; kind++) {
            fingerprint_finish(&read[kind], out);
            assert_memory_equal(out, expected[kind], DIGEST_OCTETS);
        }
        close(fd);
    }
    build_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_stored_comes_out),
        cmocka_unit_test(members_that_follow_are_one_stream),
        cmocka_unit_test(cut_at_every_octet),
        cmocka_unit_test(damage_is_told),
        cmocka_unit_test(what_follows_the_end),
        cmocka_unit_test(nothing_and_almost_nothing),
        cmocka_unit_test(what_cannot_be_read_is_told),
        cmocka_unit_test(a_pipe_is_read_like_a_file),
        cmocka_unit_test(the_stored_octets_have_their_fingerprints),
    };
    return cmocka_run_group_tests(tests, make_text, NULL);
}
