/* test_synth.c - the same octets on any number of threads; interrupted, full, and whole. */
#include "test.h"

#include "theatre.h"

#include <mailtap/synth.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct result {
    int rc;
    struct err e;
    struct synth_counts counts;
    char *truth, *authority;
    size_t truth_n, authority_n, capture_n;
    uint8_t *capture;
};

static void read_back(int fd, struct result *r)
{
    off_t end = lseek(fd, 0, SEEK_END);

    assert_true(end >= 0);
    r->capture_n = (size_t)end;
    r->capture = malloc(r->capture_n + 1);
    assert_int_equal(pread(fd, r->capture, r->capture_n, 0), r->capture_n);
}

static struct result run(const struct scenario *s, unsigned threads, volatile int *interrupt)
{
    struct result r = {.rc = 0};
    char path[] = "/tmp/test_synth_XXXXXX";
    struct synth synth = {.scenario = *s, .threads = threads, .interrupt = interrupt};

    synth.capture = mkstemp(path);
    synth.truth = open_memstream(&r.truth, &r.truth_n);
    synth.authority = open_memstream(&r.authority, &r.authority_n);
    r.rc = synth_run(&synth, &r.counts, &r.e);
    fclose(synth.truth);
    fclose(synth.authority);
    read_back(synth.capture, &r);
    close(synth.capture);
    unlink(path);
    return r;
}

static void result_free(struct result *r)
{
    free(r->truth);
    free(r->authority);
    free(r->capture);
}

static struct scenario mixed(void)
{
    struct scenario s = theatre_scenario();

    s.days = 0.01;
    s.loss = s.disorder = s.duplicates = 0.02;
    s.tunnelled = s.background = s.implicit = s.submission = 0.2;
    s.stripped_networks = 0.3;
    return s;
}

static void threads_do_not_matter(void **state)
{
    (void)state;
    struct scenario s = mixed();
    struct result one = run(&s, 1, NULL);

    assert_int_equal(one.rc, 0);
    assert_int_equal(one.counts.octets, one.capture_n);
    assert_int_equal(one.counts.sessions, 200);
    assert_true(one.counts.connections >= 200 && one.counts.stripped > 0);
    assert_memory_equal(one.authority, "-----BEGIN", 10);
    for (unsigned threads = 2; threads <= 4; threads++) {
        struct result more = run(&s, threads, NULL);
        assert_int_equal(more.capture_n, one.capture_n);
        assert_memory_equal(more.capture, one.capture, one.capture_n);
        assert_string_equal(more.truth, one.truth);
        assert_string_equal(more.authority, one.authority);
        result_free(&more);
    }
    s.seed++;
    struct result other = run(&s, 1, NULL);
    assert_string_not_equal(other.truth, one.truth);
    result_free(&one);
    result_free(&other);
}

static void an_interrupt_ends_it_early(void **state)
{
    (void)state;
    struct scenario s = mixed();

    for (unsigned threads = 1; threads < 4; threads++) {
        volatile int now = 1;
        struct result r = run(&s, threads, &now);
        assert_int_equal(r.rc, 1);
        assert_int_equal(r.counts.sessions, BATCH_SESSIONS);
        assert_memory_equal(r.truth + r.truth_n - 3, "}}\n", 3);
        result_free(&r);
    }
}

static void a_full_disk_is_said(void **state)
{
    (void)state;
    struct synth_counts counts;
    struct err e = {""};

    for (unsigned threads = 1; threads < 4; threads++) {
        struct synth s = {.scenario = mixed(), .threads = threads};
        s.scenario.octets = 200000; /* more than is written at a time */
        s.capture = open("/dev/full", O_WRONLY);
        assert_int_equal(synth_run(&s, &counts, &e), -1);
        assert_non_null(strstr(e.text, "No space"));
        assert_true(counts.sessions < 200);
        close(s.capture);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(threads_do_not_matter),
        cmocka_unit_test(an_interrupt_ends_it_early),
        cmocka_unit_test(a_full_disk_is_said),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
