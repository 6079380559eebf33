/* test_pcapng.c - blocks of every kind, both octet orders, and every truncation. */
#include "test.h"

#include "../../capture/pcapng.h"

#include <mailtap/err.h>
#include <stdlib.h>
#include <string.h>

/* A file under construction. */
struct file {
    uint8_t octets[65536];
    size_t n, block;
    bool little;
};

static void put(struct file *f, uint64_t value, unsigned width)
{
    for (unsigned i = 0; i < width; i++)
        f->octets[f->n++] = (uint8_t)(value >> 8 * (f->little ? i : width - 1 - i));
}

static void begin(struct file *f, uint32_t type)
{
    f->block = f->n;
    put(f, type, 4);
    put(f, 0, 4);
}

static void end(struct file *f)
{
    while (f->n % 4)
        f->octets[f->n++] = 0;
    size_t after = f->n + 4;
    put(f, after - f->block, 4);
    f->n = f->block + 4;
    put(f, after - f->block, 4);
    f->n = after;
}

static void section(struct file *f)
{
    begin(f, 0x0a0d0d0a);
    put(f, 0x1a2b3c4d, 4);
    put(f, 1, 2);
    put(f, 0, 2);
    put(f, UINT64_MAX, 8);
    end(f);
}

static void interface(struct file *f, uint16_t link, uint32_t snap, uint8_t resolution)
{
    begin(f, 1);
    put(f, link, 2);
    put(f, 0, 2);
    put(f, snap, 4);
    put(f, 9, 2); /* if_tsresol */
    put(f, 1, 2);
    put(f, f->little ? resolution : (uint32_t)resolution << 24, 4);
    put(f, 0, 4); /* end of options */
    end(f);
}

static void enhanced(struct file *f, uint32_t number, uint64_t stamp, const char *octets,
                     uint32_t wire)
{
    begin(f, 6);
    put(f, number, 4);
    put(f, stamp >> 32, 4);
    put(f, stamp & UINT32_MAX, 4);
    put(f, strlen(octets), 4);
    put(f, wire, 4);
    memcpy(f->octets + f->n, octets, strlen(octets));
    f->n += strlen(octets);
    end(f);
}

static struct slice left;
static struct window *window;

/* A few octets at a time. */
static size_t give(void *of, uint8_t *to, size_t n)
{
    struct slice piece = slice_head(slice_head(left, n), 7);

    (void)of;
    if (piece.n)
        memcpy(to, piece.p, piece.n);
    left = slice_tail(left, piece.n);
    return piece.n;
}

static struct pcapng *open_file(const struct file *f, size_t n)
{
    left = (struct slice){f->octets, n};
    window = window_new((struct slice){NULL, 0}, give, NULL);
    return pcapng_new(window);
}

static void close_file(struct pcapng **ng)
{
    pcapng_free(ng);
    window_free(&window);
}

/* Two sections of differing order, two interfaces of differing link, resolution and snap length. */
static void sample(struct file *f)
{
    *f = (struct file){.little = true};
    section(f);
    interface(f, 1, 0, 6);
    interface(f, 101, 4, 9);
    enhanced(f, 0, 1000001, "ethernet", 8);
    enhanced(f, 1, 2000000002, "raw", 9);
    begin(f, 3); /* simple: interface 0, no time */
    put(f, 6, 4);
    memcpy(f->octets + f->n, "simple", 6);
    f->n += 6;
    end(f);
    begin(f, 0x0bad); /* a block nobody knows */
    put(f, 1, 4);
    end(f);
    begin(f, 5); /* statistics */
    put(f, 1, 4);
    put(f, 0, 8);
    put(f, 5, 2);
    put(f, 8, 2);
    put(f, 7, 8);
    put(f, 7, 2);
    put(f, 8, 2);
    put(f, 9, 8);
    end(f);
    f->little = false;
    section(f);
    interface(f, 113, 65535, 0x80 | 1);
    begin(f, 2); /* the old packet block */
    put(f, 0, 2);
    put(f, 0xffff, 2);
    put(f, 0, 4);
    put(f, 7, 4); /* 3.5 seconds */
    put(f, 3, 4);
    put(f, 3, 4);
    memcpy(f->octets + f->n, "old", 3);
    f->n += 3;
    end(f);
}

static const struct {
    const char *octets;
    int link;
    uint32_t wire;
    int64_t at_ns;
} expected[] = {
    {"ethernet", 1, 8, 1000001000},
    {"raw", 101, 9, 2000000002},
    {"simple", 1, 6, 2000000002},
    {"old", 113, 3, 3500000000},
};

static void blocks_of_every_kind(void **state)
{
    (void)state;
    static struct file f;
    struct frame frame;
    struct err e;

    sample(&f);
    struct pcapng *ng = open_file(&f, f.n);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        assert_int_equal(pcapng_next(ng, &frame, &e), 1);
        assert_true(slice_equal(frame.octets, slice_of(expected[i].octets)));
        assert_int_equal(frame.link, expected[i].link);
        assert_int_equal(frame.wire_size, expected[i].wire);
        assert_true(frame.at_ns == expected[i].at_ns);
        assert_int_equal(frame.number, i + 1);
    }
    assert_int_equal(pcapng_next(ng, &frame, &e), 0);
    assert_true(pcapng_drops(ng).known);
    assert_int_equal(pcapng_drops(ng).interface, 7);
    assert_int_equal(pcapng_drops(ng).kernel, 9);
    close_file(&ng);
}

static void every_truncation_gives_the_whole_frames_and_says_where(void **state)
{
    (void)state;
    static struct file f;
    size_t clean_ends = 0;

    sample(&f);
    for (size_t n = 0; n < f.n; n++) {
        struct frame frame;
        struct err e = {""};
        size_t frames = 0;
        int rc;
        struct pcapng *ng = open_file(&f, n);
        while ((rc = pcapng_next(ng, &frame, &e)) > 0)
            assert_true(slice_equal(frame.octets, slice_of(expected[frames++].octets)));
        if (rc < 0)
            assert_non_null(strstr(e.text, "cut short"));
        clean_ends += rc == 0;
        close_file(&ng);
    }
    assert_int_equal(clean_ends, 11); /* nothing at all, and behind each block but the last */
}

static void lies_are_damage(void **state)
{
    (void)state;
    static struct file f;
    static const struct {
        size_t at;
        uint8_t value;
        const char *says;
    } lies[] = {
        {4, 29, "length"},
        {8, 0, "magic"},
        {24, 33, "lengths differ"},
        {7, 0xff, "length"},
    };
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        struct frame frame;
        struct err e = {""};
        sample(&f);
        f.octets[lies[i].at] = lies[i].value;
        struct pcapng *ng = open_file(&f, f.n);
        assert_int_equal(pcapng_next(ng, &frame, &e), -1);
        assert_non_null(strstr(e.text, lies[i].says));
        close_file(&ng);
    }
}

static void a_packet_of_no_interface_is_damage(void **state)
{
    (void)state;
    static struct file f;
    struct frame frame;
    struct err e;

    f = (struct file){.little = true};
    section(&f);
    enhanced(&f, 0, 0, "x", 1);
    struct pcapng *ng = open_file(&f, f.n);
    assert_int_equal(pcapng_next(ng, &frame, &e), -1);
    close_file(&ng);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_of_every_kind),
        cmocka_unit_test(every_truncation_gives_the_whole_frames_and_says_where),
        cmocka_unit_test(lies_are_damage),
        cmocka_unit_test(a_packet_of_no_interface_is_damage),
    };
    return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
