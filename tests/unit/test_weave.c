/* test_weave.c - frames of many connections in the order of time, and what is done to them is counted. */
#include "test.h"

#include "theatre.h"

#include "../../synth/weave.h"

#include <mailtap/frame.h>

#include <stdlib.h>
#include <unistd.h>

/* A scenario woven, and the file read again. */
struct woven {
    uint64_t frames; /* in the file */
    struct truth_sums sums;
};

static void weave_batches(const struct stage *stage, struct recorder *to, struct woven *w)
{
    const struct scenario *s = &stage->population->scenario;
    struct weave *weave = weave_new(s, stage->pools, to, NULL, &w->sums);

    for (uint64_t n = 0; n < batch_count(s); n++) {
        struct batch b;
        batch_make(stage, n, &b);
        for (size_t i = 0; i < b.count; i++) {
            weave_add(weave, b.calls[i]);
            b.calls[i] = NULL;
        }
        batch_free(&b);
    }
    weave_end(weave);
    weave_free(&weave);
    assert_null(weave);
}

/* In the order of time, all of them whole. */
static void read_again(const char *path, struct woven *w)
{
    struct err e = {""};
    struct source *s = source_open(path, &e);
    struct frame f;
    int64_t last = 0;
    int rc;

    assert_non_null(s);
    while ((rc = source_next(s, &f, &e)) == 1) {
        struct packet p;
        assert_int_equal(packet_decode(NULL, &f, &p), DECODED_TCP);
        assert_true(f.at_ns >= last);
        last = f.at_ns;
        w->frames++;
    }
    assert_int_equal(rc, 0);
    source_close(&s);
}

static struct woven weave(const struct scenario *s)
{
    struct stage stage = theatre_new(s, SPEAKER_CLIENT);
    struct woven w = {.frames = 0};
    char path[] = "/tmp/test_weave_XXXXXX";
    int fd = mkstemp(path);
    struct recorder to;
    struct err e = {""};

    recorder_begin(&to, fd);
    weave_batches(&stage, &to, &w);
    assert_int_equal(recorder_end(&to, &e), 0);
    read_again(path, &w);
    assert_int_equal(w.frames, to.frames);
    close(fd);
    unlink(path);
    theatre_free(&stage);
    return w;
}

/* All sessions within two minutes: many are open at once. */
static struct scenario dense(void)
{
    struct scenario s = theatre_scenario();

    s.days = 0.0015;
    s.octets = 4000;
    return s;
}

static void time_goes_forward(void **state)
{
    (void)state;
    struct scenario s = dense();
    struct woven w = weave(&s);

    assert_int_equal(w.sums.connections, 200);
    assert_int_equal(w.sums.touched, 0);
    assert_int_equal(w.sums.classes[CLASS_STARTTLS], 200);
    assert_true(w.frames > 200 * 20);
}

static void what_is_lost_is_not_there(void **state)
{
    (void)state;
    struct scenario s = dense();
    uint64_t all = weave(&s).frames;

    s.loss = 0.1;
    struct woven w = weave(&s);
    assert_in_range(w.frames, all * 88 / 100, all * 92 / 100);
    assert_in_range(w.sums.touched, 150, 200);
    s.loss = 1;
    assert_int_equal(weave(&s).frames, 0);
}

static void duplicates_are_more(void **state)
{
    (void)state;
    struct scenario s = dense();
    uint64_t all = weave(&s).frames;

    s.duplicates = 0.1;
    struct woven w = weave(&s);
    assert_in_range(w.frames, all * 108 / 100, all * 112 / 100);
    assert_in_range(w.sums.touched, 150, 200);
}

static void what_comes_late_comes(void **state)
{
    (void)state;
    struct scenario s = dense();
    uint64_t all = weave(&s).frames;

    s.disorder = 0.2;
    struct woven w = weave(&s);
    assert_int_equal(w.frames, all);
    assert_in_range(w.sums.touched, 180, 200);
}

/* As when the disk is full: what is open is freed. */
static void it_can_be_left(void **state)
{
    (void)state;
    struct scenario s = dense();
    struct stage stage = theatre_new(&s, SPEAKER_CLIENT);
    struct truth_sums sums = {0};
    struct err e = {""};
    struct recorder to;
    struct batch b;

    recorder_begin(&to, -1);
    struct weave *w = weave_new(&s, stage.pools, &to, NULL, &sums);
    batch_make(&stage, 0, &b);
    weave_add(w, b.calls[0]);
    b.calls[0] = NULL;
    batch_free(&b);
    weave_free(&w);
    weave_free(&w);
    assert_int_equal(recorder_end(&to, &e), -1);
    theatre_free(&stage);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(time_goes_forward),   cmocka_unit_test(what_is_lost_is_not_there),
        cmocka_unit_test(duplicates_are_more), cmocka_unit_test(what_comes_late_comes),
        cmocka_unit_test(it_can_be_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
