/* test_store_write.c - captures and facts as they come, and runs that do not end well. */
#include "test.h"

#include "sample.h"

#include <mailtap/query.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

/* A run that is killed after its sessions were written. */
static void die_writing(const char *path, const struct facts *f, unsigned count)
{
    pid_t child = fork();

    if (child == 0) {
        const uint8_t digest[DIGEST_OCTETS] = {7};
        struct err e;
        int64_t capture, unused;
        struct facts loaded;
        struct history h;
        struct store *st = store_open(path, STORE_WRITE, &e);
        if (!st || store_capture_begin(st, "dead.pcap", digest, &capture, &e) != 1)
            _exit(1);
        for (unsigned i = 0; i < count; i++)
            if (store_session(st, capture, &f[i], &e) < 0)
                _exit(2);
        store_unjudged(st, &unused, &loaded, &h, &e); /* commits */
        kill(getpid(), SIGKILL);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status));
}

static void child_expects(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "not so: %s\n", what);
    _exit(1);
}

/* A disk that takes no more: a sentence, and a database that can be read and written again. */
static void fill_the_disk(const char *path)
{
    const uint8_t digest[DIGEST_OCTETS] = {5};
    const struct rlimit small = {400000, 400000};
    struct facts f = sample_facts();
    struct err e = {""}, close_error = {""};
    int64_t capture;
    int rc = 0;
    struct store *st = store_open(path, STORE_WRITE, &e);

    child_expects(st && store_capture_begin(st, "full", digest, &capture, &e) == 1, e.text);
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &small);
    for (unsigned i = 0; i < 4 * BOUND_BATCH && rc == 0; i++)
        rc = store_session(st, capture, &f, &e);
    child_expects(rc == -1 && strlen(e.text) > 10, "the disk is full");
    store_close(&st, &close_error);
    child_expects(!st, "closed all the same");
}

static void the_same_capture_again_changes_nothing(void **state)
{
    const char *path = sample_path(state, "again.db");
    const uint8_t digest[DIGEST_OCTETS] = {1}, other[DIGEST_OCTETS] = {2};
    const struct capture_counts counts = {0};
    const struct facts f = sample_clear(1);
    struct err e = {""};
    int64_t capture;

    sample_store(path, 1, &f, 1);
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "b", digest, &capture, &e), 0);
    /* A pipe is known at its end only: its rows go again. */
    assert_int_equal(store_capture_begin(st, "-", NULL, &capture, &e), 1);
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 0);
    assert_int_equal(store_capture_begin(st, "-", NULL, &capture, &e), 1);
    assert_int_equal(store_capture_end(st, capture, other, &counts, "cut\n", &e), 1);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, "SELECT count(*) FROM session", "1");
    sample_expect(path, "SELECT ehlo_sessions FROM server", "1");
    sample_expect(path, "SELECT group_concat(coalesce(damage, 'sound')) FROM v_capture",
                  "sound,cut\\x0a");
    sample_sound(path);
}

static void captures_that_go_through_a_moment(void **state)
{
    const char *path = sample_path(state, "moment.db");
    const struct facts f = sample_clear(1);
    struct capture_counts counts = {.frames = 2, .started_ns = 1000, .ended_ns = 2000};
    struct err e = {""};
    int64_t capture;

    sample_store(path, 1, &f, 1); /* of another time */
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "a", NULL, &capture, &e), 1);
    assert_int_equal(store_capture_around(st, 1500, &e), 0); /* it has not ended */
    assert_int_equal(
        store_capture_end(st, capture, (const uint8_t[DIGEST_OCTETS]){9}, &counts, NULL, &e), 1);
    assert_int_equal(store_capture_around(st, 999, &e), 0);
    assert_int_equal(store_capture_around(st, 1000, &e), 1);
    assert_int_equal(store_capture_around(st, 2000, &e), 1);
    assert_int_equal(store_capture_around(st, 2001, &e), 0);
    /* A frame at 0 is a time that is not stored. */
    counts.started_ns = 0;
    assert_int_equal(store_capture_begin(st, "b", NULL, &capture, &e), 1);
    assert_int_equal(
        store_capture_end(st, capture, (const uint8_t[DIGEST_OCTETS]){8}, &counts, NULL, &e), 1);
    assert_int_equal(store_capture_around(st, 999, &e), 1);
    assert_int_equal(store_capture_around(st, 2001, &e), 0);
    assert_int_equal(store_close(&st, &e), 0);
}

static void a_run_that_died_leaves_a_sound_database_and_is_removed(void **state)
{
    const char *path = sample_path(state, "dead.db");
    const struct facts kept = sample_clear(1);
    struct facts dead[] = {sample_clear(2), sample_facts(), sample_encrypted(3)};

    dead[0].starttls_offered = YES;
    sample_store(path, 1, &kept, 1);
    die_writing(path, dead, 3);
    sample_expect(path, "SELECT count(*) FROM v_session", "4");
    sample_expect(path, "SELECT group_concat(state) FROM v_capture", "complete,running");
    sample_sound(path);
    sample_store(path, 2, NULL, 0); /* any run cleans up */
    sample_expect(path, "SELECT count(*) FROM v_session", "1");
    sample_expect(path, "SELECT count(*) FROM server", "1");
    sample_expect(path, "SELECT count(*) FROM certificate", "0");
    sample_expect(path, "SELECT count(*) FROM unjudged", "0");
    sample_expect(path, "SELECT ehlo_sessions || '/' || ehlo_offered || '/' || changed FROM server",
                  "1/0/0");
    sample_sound(path);
    sample_store(path, 7, dead, 3); /* running it again is resuming it */
    sample_expect(path, "SELECT count(*) FROM v_session WHERE class <> 'unknown'", "4");
    char wal[300];
    snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(access(wal, F_OK), -1);
}

static void many_sessions_take_several_batches(void **state)
{
    const char *path = sample_path(state, "many.db");
    const uint8_t digest[DIGEST_OCTETS] = {3};
    const struct capture_counts counts = {0};
    const struct facts f = sample_clear(1);
    struct err e = {""};
    int64_t capture;
    struct store *st = store_open(path, STORE_WRITE, &e);

    store_capture_begin(st, "many", digest, &capture, &e);
    for (unsigned i = 0; i < BOUND_BATCH + 10; i++)
        assert_int_equal(store_session(st, capture, &f, &e), 0);
    sample_expect(path, "SELECT count(*) FROM session", "5000"); /* a reader beside the writer */
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    assert_int_equal(sample_judge(st), BOUND_BATCH + 10);
    assert_int_equal(store_close(&st, &e), 0);
}

static void a_full_disk_is_said(void **state)
{
    const char *path = sample_path(state, "full.db");
    const struct facts f = sample_clear(1);
    pid_t child;
    int status;

    sample_store(path, 1, &f, 1);
    child = fork();
    if (child == 0) {
        fill_the_disk(path);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    sample_sound(path);
    sample_store(path, 5, &f, 1);
    sample_expect(path, "SELECT count(*) FROM session", "2");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_same_capture_again_changes_nothing),
        cmocka_unit_test(captures_that_go_through_a_moment),
        cmocka_unit_test(a_run_that_died_leaves_a_sound_database_and_is_removed),
        cmocka_unit_test(many_sessions_take_several_batches),
        cmocka_unit_test(a_full_disk_is_said),
    };
    return cmocka_run_group_tests_name("store_write", tests, sample_folder, sample_folder_remove);
}
