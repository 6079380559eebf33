/* test_classic.c - pcap files of every variant, and damaged ones: as libpcap reads them. */
#include "test.h"

#include "../../capture/classic.h"
#include "build.h"

#include <mailtap/bounds.h>
#include <mailtap/random.h>

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t give(void *of, uint8_t *to, size_t n)
{
    struct slice *left = of;
    struct slice piece = slice_head(*left, n);

    if (piece.n)
        memcpy(to, piece.p, piece.n);
    *left = slice_tail(*left, piece.n);
    return piece.n;
}

/* A file read by us and by libpcap, beside each other. */
struct both {
    struct slice left;
    struct window *window;
    struct classic *ours;
    pcap_t *theirs;
};

static bool open_both(struct both *b, struct slice file, struct err *e)
{
    char reason[PCAP_ERRBUF_SIZE];
    FILE *in = fmemopen((void *)(uintptr_t)file.p, file.n, "rb");

    b->left = slice_tail(file, CLASSIC_HEADER_OCTETS);
    b->window = window_new((struct slice){NULL, 0}, give, &b->left);
    b->ours = classic_new(slice_head(file, CLASSIC_HEADER_OCTETS), b->window, e);
    b->theirs = pcap_fopen_offline_with_tstamp_precision(in, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (!b->theirs)
        fclose(in);
    assert_int_equal(b->ours != NULL, b->theirs != NULL);
    return b->ours != NULL;
}

static void close_both(struct both *b)
{
    classic_free(&b->ours);
    window_free(&b->window);
    if (b->theirs)
        pcap_close(b->theirs);
}

static void compare_frame(const struct frame *f, const struct pcap_pkthdr *h, const u_char *octets,
                          int link)
{
    /* Negative only where the file has the octet order of this machine. */
    int64_t ns = h->ts.tv_usec < 0 || h->ts.tv_usec > 999999999 ? 999999999 : h->ts.tv_usec;

    assert_true(f->at_ns == (int64_t)(uint32_t)h->ts.tv_sec * 1000000000 + ns);
    assert_int_equal(f->wire_size, h->len);
    assert_int_equal(f->link, link);
    assert_true(slice_equal(f->octets, (struct slice){octets, h->caplen}));
}

/* Every frame of the file is the same for both, and so is how it ends; returns how many. */
static unsigned compare(struct slice file, int *end_r, struct err *e)
{
    struct both b;
    struct frame f;
    struct pcap_pkthdr *h;
    const u_char *octets;
    unsigned frames = 0;

    *end_r = -2;
    if (!open_both(&b, file, e)) {
        close_both(&b);
        return 0;
    }
    while ((*end_r = classic_next(b.ours, &f, e)) > 0) {
        assert_int_equal(pcap_next_ex(b.theirs, &h, &octets), 1);
        compare_frame(&f, h, octets, pcap_datalink(b.theirs));
        assert_int_equal(f.number, ++frames);
    }
    assert_int_equal(pcap_next_ex(b.theirs, &h, &octets), *end_r ? PCAP_ERROR : PCAP_ERROR_BREAK);
    close_both(&b);
    return frames;
}

#define FRAMES 5

static void build_file(struct build *b, const struct pcap_form *form)
{
    static const char *const texts[FRAMES] = {"a frame", "", "another one", "x",
                                              "the last of them"};

    build_pcap(b, form);
    for (int i = 0; i < FRAMES; i++)
        build_record(b, form, INT64_C(1700000000123456789) + i, slice_of(texts[i]), 100);
}

static void every_variant(void **state)
{
    static const uint8_t minors[] = {0, 2, 3, 4, 5}, majors[] = {1, 2, 3};

    (void)state;
    for (unsigned way = 0; way < 4; way++)
        for (size_t i = 0; i < sizeof minors; i++)
            for (size_t k = 0; k < sizeof majors; k++) {
                const struct pcap_form form = {way % 2 != 0, way / 2 != 0, DLT_EN10MB};
                struct build b = {NULL, 0};
                struct err e = {""};
                int end;
                build_file(&b, &form);
                b.p[form.big_endian ? 5 : 4] = majors[k];
                b.p[form.big_endian ? 7 : 6] = minors[i];
                unsigned frames = compare(build_slice(&b), &end, &e);
                assert_true(end == -2 ? e.text[0] != 0 : end != 0 || frames == FRAMES);
                build_free(&b);
            }
}

/* Of frames longer than the file says, and of times that cannot be, it gives what libpcap gives. */
static void any_octets(void **state)
{
    struct random r = random_seeded(20261101);
    unsigned ended[3] = {0, 0, 0};

    (void)state;
    for (unsigned turn = 0; turn < 30000; turn++) {
        const struct pcap_form form = {turn % 2 != 0, turn / 2 % 2 != 0, DLT_RAW};
        struct build b = {NULL, 0};
        struct err e = {""};
        int end;
        build_file(&b, &form);
        if (turn % 5 == 0)
            memcpy(b.p, form.big_endian ? "\xa1\xb2\xcd\x34" : "\x34\xcd\xb2\xa1", 4);
        for (uint64_t i = random_below(&r, 4); i > 0; i--) {
            size_t at = 4 + random_below(&r, b.n - 4);
            if (at < 20 || at > 23) /* of some link layers libpcap turns octets round */
                b.p[at] = (uint8_t)random_below(&r, 256);
        }
        size_t n = turn % 3 ? b.n : CLASSIC_HEADER_OCTETS + random_below(&r, b.n - 24);
        compare(slice_head(build_slice(&b), n), &end, &e);
        assert_int_equal(end == 0, e.text[0] == 0);
        ended[end + 2]++;
        build_free(&b);
    }
    for (size_t i = 0; i < 3; i++)
        assert_true(ended[i] > 100);
}

#define TOO_LONG                                                                                   \
    "damaged at frame 1, octet 24 of the capture: it has 262145 octets, and a frame at most "      \
    "262144"

static void a_frame_has_its_bound(void **state)
{
    const struct pcap_form form = {false, false, DLT_EN10MB};
    uint8_t *octets = calloc(1, BOUND_FRAME_OCTETS + 1);

    (void)state;
    for (unsigned more = 0; more < 2; more++) {
        struct build b = {NULL, 0};
        struct err e = {""};
        int end;
        const struct slice frame = {octets, BOUND_FRAME_OCTETS + more};
        build_pcap(&b, &form);
        memset(b.p + 16, 0, 4); /* no snap length is given */
        build_record(&b, &form, 1, frame, BOUND_FRAME_OCTETS + more);
        build_record(&b, &form, 2, slice_head(frame, 100), 100);
        assert_int_equal(compare(build_slice(&b), &end, &e), more ? 0 : 2);
        assert_int_equal(end, more ? -1 : 0);
        assert_string_equal(e.text, more ? TOO_LONG : "");
        build_free(&b);
    }
    free(octets);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_variant),
        cmocka_unit_test(any_octets),
        cmocka_unit_test(a_frame_has_its_bound),
    };
    return cmocka_run_group_tests_name("classic", tests, NULL, NULL);
}
