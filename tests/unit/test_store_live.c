/* test_store_live.c - captures that go on: commits, deaths, failures, judging in slices. */
#include "test.h"

#include "fault.h"
#include "lively.h"
#include "sample.h"

#include <mailtap/random.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define LIVE_ROOM 600

static void count(void *of, const struct judged *judged)
{
    unsigned *told = of;

    assert_int_not_equal(judged->started_ns, 0);
    assert_int_not_equal(judged->client.port, 0);
    assert_int_equal(judged->client.address.version, 4);
    assert_true(judged->verdict->class < CLASSES);
    ++*told;
}

/* At most so many, of those that wait: how many were judged. */
static unsigned judge(struct store *st, unsigned most)
{
    unsigned told = 0, judged = 0;
    const struct judged_to to = {count, &told};
    struct err e = {""};
    int rc = 1;

    while (judged < most && (rc = store_judge_newest(st, most - judged, &to, &e)) > 0)
        judged += (unsigned)rc;
    assert_string_equal(e.text, "");
    assert_true(rc >= 0);
    assert_int_equal(told, judged);
    return judged;
}

/* All that SQLite prints; to be freed. */
static char *printed(const char *path, const char *sql)
{
    char *command = NULL, *text = NULL;
    size_t n = 0;
    int c;

    assert_true(asprintf(&command, "sqlite3 -batch '%s' \"%s\"", path, sql) > 0);
    FILE *shell = popen(command, "r"), *to = open_memstream(&text, &n);
    assert_non_null(shell);
    while ((c = fgetc(shell)) != EOF)
        fputc(c, to);
    fclose(to);
    assert_int_equal(pclose(shell), 0);
    free(command);
    return text;
}

/* They say the same of everything but captures; what, of so many lines at least. */
static void same(const char *path, const char *other, unsigned least)
{
    static const char all[] =
        "SELECT * FROM v_session ORDER BY session_id;"
        "SELECT * FROM verdict ORDER BY session_id;"
        "SELECT * FROM evidence ORDER BY session_id, place;"
        "SELECT * FROM weakness ORDER BY session_id, weakness;"
        "SELECT * FROM contrast ORDER BY 1, 2, 3, 4;"
        "SELECT * FROM server ORDER BY server_id;"
        "SELECT * FROM v_server ORDER BY server_ip;"
        "SELECT session_id, transaction_no, role, domain FROM v_address ORDER BY 1, 2, 3;"
        "SELECT count(*) FROM unjudged;";
    char *one = printed(path, all), *two = printed(other, all);
    unsigned lines = 0;

    assert_string_equal(one, two);
    for (const char *c = one; *c; c++)
        lines += *c == '\n';
    assert_true(lines >= least);
    free(one);
    free(two);
}

/* Stored by two live captures and judged at the end. */
static void store_at_once(const char *path, unsigned n)
{
    struct store *st = lively_open(path, STORE_WRITE);
    struct err e = {""};
    int64_t of[2];

    lively_begin(st, of);
    assert_int_equal(lively_put(st, of, 0, n, &e), 0);
    lively_end(st, of, n / 2);
    sample_judge(st);
    lively_close(&st);
}

/* ---- what readers see */

static void a_commit_is_seen_at_once(void **state)
{
    char path[256];
    struct err e = {""};
    int64_t of[2];

    lively_make(1);
    snprintf(path, sizeof path, "%s", sample_path(state, "seen.db"));
    struct store *st = lively_open(path, STORE_WRITE);
    lively_begin(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_expect(path,
                  "SELECT group_concat(capture_source || ' ' || state || frames) FROM v_capture",
                  "eth0 live0,eth1 live0");
    assert_int_equal(lively_put(st, of, 0, 10, &e), 0);
    sample_expect(path, "SELECT count(*) FROM v_session", "0");
    const struct capture_counts counts = lively_figures(5);
    assert_int_equal(store_live_counts(st, of[1], &counts, &e), 0);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_expect(path, "SELECT count(*) FROM v_session", "10");
    sample_expect(path,
                  "SELECT count(*) FROM session WHERE session_id >"
                  " (SELECT coalesce(max(session_id), 0) FROM judgement)",
                  "10");
    sample_expect(path, "SELECT sum(ehlo_sessions) >= 5 FROM server", "1");
    sample_expect(path,
                  "SELECT group_concat(frames || rows_dropped || outages || clock_steps ||"
                  " write_failures || frames_dropped_kernel) FROM v_capture WHERE frames > 0",
                  "5012453");
    lively_all_is_well(path); /* also while it is written */
    sample_answers(path, "coverage", "", "captures captures_live captures_unfinished", "2 2 0");
    lively_end(st, of, 5);
    lively_close(&st);
    sample_answers(path, "coverage", "", "captures captures_live findings_dropped", "2 0 2");
    sample_expect(path, "SELECT count(DISTINCT digest) || group_concat(state) FROM capture",
                  "2complete,complete");
    lively_all_is_well(path);
}

/* However many sessions come: a batch of a live capture is what was written between two commits. */
static void no_batch_commits_by_itself(void **state)
{
    const char *path = sample_path(state, "batch.db");
    struct err e = {""};
    int64_t of[2];

    lively_make(1);
    struct store *st = lively_open(path, STORE_WRITE);
    lively_begin(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    for (unsigned i = 0; i < BOUND_BATCH + 10; i++)
        assert_int_equal(store_session(st, of[0], &live_made[0], &e), 0);
    sample_expect(path, "SELECT count(*) FROM session", "0");
    lively_close(&st); /* commits; the captures did not end */
    sample_expect(path, "SELECT count(*) FROM session", "5010");
    sample_expect(path, "SELECT group_concat(state) FROM capture", "live,live");
}

static void a_merge_leaves_out_what_goes_on(void **state)
{
    char path[256];
    struct err e = {""};
    struct merge_counts counts;
    int64_t of[2];

    lively_make(2);
    snprintf(path, sizeof path, "%s", sample_path(state, "source.db"));
    struct store *source = lively_open(path, STORE_WRITE), *st;
    lively_begin(source, of);
    assert_int_equal(lively_put(source, of, 0, 20, &e), 0);
    const struct capture_counts all = lively_figures(10);
    assert_int_equal(store_live_end(source, of[0], &all, "the interface was removed", &e), 0);
    assert_int_equal(store_live_commit(source, &e), 0);
    st = lively_open(sample_path(state, "merged.db"), STORE_WRITE);
    assert_int_equal(store_merge(st, path, &counts, &e), 0);
    assert_int_equal(counts.captures_new, 1);
    assert_int_equal(counts.captures_unfinished, 1);
    assert_int_equal(counts.sessions, 10);
    lively_close(&source);
    lively_close(&st);
    sample_expect(sample_path(state, "merged.db"),
                  "SELECT capture_source || damage || rows_dropped || outages || clock_steps ||"
                  " write_failures FROM v_capture",
                  "eth0the interface was removed1245");
}

/* ---- a run that dies */

static void die(const char *path)
{
    const struct capture_counts counts = lively_figures(150);
    struct err e = {""};
    int64_t of[2];
    struct store *st = store_open(path, STORE_WRITE, &e);

    if (!st || store_live_begin(st, "eth0", &of[0], &e) < 0 ||
        store_live_begin(st, "eth1", &of[1], &e) < 0 || lively_put(st, of, 0, 300, &e) < 0 ||
        store_live_commit(st, &e) < 0 || store_mark(st, &e) < 0)
        _exit(1);
    judge(st, 100);
    for (int i = 0; i < 2; i++)
        if (store_live_counts(st, of[i], &counts, &e) < 0)
            _exit(2);
    if (store_live_commit(st, &e) < 0 || lively_put(st, of, 300, 310, &e) < 0 ||
        store_live_commit(st, &e) < 0 || lively_put(st, of, 310, 400, &e) < 0)
        _exit(3);
    kill(getpid(), SIGKILL);
}

static void what_was_committed_stays(void **state)
{
    char path[256];
    int status;

    lively_make(3);
    snprintf(path, sizeof path, "%s", sample_path(state, "died.db"));
    pid_t child = fork();
    if (child == 0)
        die(path);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    sample_expect(path, "SELECT count(*) || group_concat(DISTINCT state) FROM v_session, v_capture",
                  "620live");
    struct store *st = lively_open(path, STORE_CHANGE);
    assert_true(sample_judge(st) >= 210);
    lively_close(&st);
    sample_expect(path,
                  "SELECT group_concat(state || ': ' || damage || ': ' || mail_flows, '; ')"
                  " FROM v_capture",
                  "complete: the run did not end; what it had stored is here: 155; "
                  "complete: the run did not end; what it had stored is here: 155");
    lively_all_is_well(path);
    store_at_once(sample_path(state, "lived.db"), 310);
    same(path, sample_path(state, "lived.db"), 700);
}

/* ---- failures */

/* Batches of 15 sessions; what fails is written again once it can be.  How often something failed. */
static unsigned store_failing(const char *path, enum fault kind, unsigned n, bool *reached_r)
{
    unsigned failures = 0, done = 0;
    struct err e = {""};
    struct store *st = lively_open(path, STORE_WRITE);
    int64_t of[2];

    lively_begin(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    fault_arm(kind, n);
    while (done < 60) {
        const struct capture_counts counts = lively_figures(done / 2);
        bool whole = lively_put(st, of, done, done + 15, &e) == 0 &&
                     store_live_counts(st, of[0], &counts, &e) == 0 &&
                     store_live_commit(st, &e) == 0;
        done += whole ? 15 : 0;
        if (whole && (done != 30 || store_mark(st, &e) == 0))
            continue;
        assert_true(store_may_recover(st));
        assert_true(strlen(e.text) > 10);
        assert_true(++failures < 10);
        fault_disarm();
        e.text[0] = '\0';
        assert_int_equal(store_undo(st, &e), 0);
    }
    *reached_r = fault_disarm() >= n || failures;
    lively_end(st, of, 30);
    sample_judge(st);
    lively_close(&st);
    return failures;
}

static void what_failed_is_written_again(void **state)
{
    static const enum fault kinds[] = {FAULT_DISK_FULL, FAULT_ONCE, FAULT_LASTING, FAULT_READ};
    char path[256], whole[256];

    lively_make(4);
    snprintf(whole, sizeof whole, "%s", sample_path(state, "whole.db"));
    snprintf(path, sizeof path, "%s", sample_path(state, "failing.db"));
    store_at_once(whole, 60);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        unsigned failures = 0, n = 1;
        for (bool reached = true; reached; n += 3) {
            unlink(path);
            failures += store_failing(path, kinds[k], n, &reached);
            same(path, whole, 150);
        }
        if (failures < 5)
            fail_msg("%s: failed %u times, in %u runs", fault_name(kinds[k]), failures, n / 3);
    }
}

/* A capture that was not committed is gone: it is begun again. */
static void a_beginning_is_taken_back(void **state)
{
    const char *path = sample_path(state, "beginning.db");
    struct err e = {""};
    int64_t of[2];

    lively_make(5);
    struct store *st = lively_open(path, STORE_WRITE);
    lively_begin(st, of);
    assert_int_equal(lively_put(st, of, 0, 10, &e), 0);
    assert_int_equal(store_undo(st, &e), 0);
    assert_int_equal(judge(st, 10), 0);
    lively_begin(st, of);
    assert_int_equal(lively_put(st, of, 0, 10, &e), 0);
    lively_end(st, of, 5);
    sample_judge(st);
    lively_close(&st);
    sample_expect(path, "SELECT count(*) FROM v_session", "10");
    sample_expect(path, "SELECT count(*) FROM v_capture", "2");
    lively_all_is_well(path);
}

static void damage_does_not_pass(void **state)
{
    const char *path = sample_path(state, "damaged.db");
    struct err e = {""};
    int64_t of[2];

    lively_make(5);
    struct store *st = lively_open(path, STORE_WRITE);
    assert_false(store_may_recover(st)); /* nothing failed */
    lively_begin(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_sql(path, "DROP TABLE address");
    assert_int_equal(lively_put(st, of, 0, 10, &e), -1);
    assert_false(store_may_recover(st));
    store_close(&st, &e);
}

/* ---- deadlines */

static int64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * SECOND + now.tv_nsec;
}

static void what_takes_too_long_is_taken_back(void **state)
{
    char path[256], whole[256];
    struct err e = {""};
    int64_t of[2];
    unsigned late = 0;
    int rc;

    lively_make(6);
    snprintf(path, sizeof path, "%s", sample_path(state, "late.db"));
    snprintf(whole, sizeof whole, "%s", sample_path(state, "in-time.db"));
    struct store *st = lively_open(path, STORE_WRITE);
    lively_begin(st, of);
    for (int copies = 0; copies < 20; copies++)
        assert_int_equal(lively_put(st, of, 0, LIVE_ROOM, &e), 0);
    lively_end(st, of, 10 * LIVE_ROOM);
    for (int64_t ns = 0; (store_deadline(st, now_ns() + ns), rc = store_mark(st, &e)) < 0;
         ns += SECOND / 4000) {
        assert_true(store_may_recover(st));
        assert_non_null(strstr(e.text, "late.db: not finished in time"));
        e.text[0] = '\0';
        assert_int_equal(store_undo(st, &e), 0);
        late++;
    }
    assert_int_equal(rc, 0);
    assert_true(late >= 10);
    store_deadline(st, 0);
    sample_judge(st);
    lively_close(&st);
    lively_all_is_well(path);
    st = lively_open(whole, STORE_WRITE);
    lively_begin(st, of);
    for (int copies = 0; copies < 20; copies++)
        assert_int_equal(lively_put(st, of, 0, LIVE_ROOM, &e), 0);
    lively_end(st, of, 10 * LIVE_ROOM);
    sample_judge(st);
    lively_close(&st);
    same(path, whole, 24000);
}

/* ---- judging while sessions come */

static void store_in_slices(const char *path, struct random *r)
{
    struct store *st = lively_open(path, STORE_WRITE);
    struct err e = {""};
    int64_t of[2];
    unsigned to;

    lively_begin(st, of);
    for (unsigned from = 0; from < LIVE_ROOM; from = to) {
        to = from + 1 + (unsigned)random_below(r, 40);
        to = to < LIVE_ROOM ? to : LIVE_ROOM;
        assert_int_equal(lively_put(st, of, from, to, &e), 0);
        const struct capture_counts counts = lively_figures(to);
        assert_int_equal(store_live_counts(st, of[1], &counts, &e), 0);
        assert_int_equal(store_live_commit(st, &e), 0);
        if (random_below(r, 3) == 0)
            assert_int_equal(store_mark(st, &e), 0);
        judge(st, (unsigned)random_below(r, 100));
    }
    lively_end(st, of, LIVE_ROOM / 2);
    assert_int_equal(store_mark(st, &e), 0);
    judge(st, UINT32_MAX);
    lively_close(&st);
}

static void slices_give_what_judging_at_once_gives(void **state)
{
    char at_once[256], path[256];

    snprintf(at_once, sizeof at_once, "%s", sample_path(state, "at-once.db"));
    snprintf(path, sizeof path, "%s", sample_path(state, "slices.db"));
    for (uint64_t seed = 10; seed < 16; seed++) {
        struct random r = random_seeded(seed);
        lively_make(seed);
        unlink(at_once);
        unlink(path);
        store_at_once(at_once, LIVE_ROOM);
        store_in_slices(path, &r);
        same(path, at_once, 2 * LIVE_ROOM);
    }
    sample_expect(path, "SELECT count(DISTINCT rule) >= 4 FROM evidence", "1");
    sample_expect(path, "SELECT count(DISTINCT class) >= 4 FROM verdict", "1");
    sample_expect(path, "SELECT count(*) > 10 FROM contrast", "1");
    lively_all_is_well(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_commit_is_seen_at_once),
        cmocka_unit_test(no_batch_commits_by_itself),
        cmocka_unit_test(a_merge_leaves_out_what_goes_on),
        cmocka_unit_test(what_was_committed_stays),
        cmocka_unit_test(what_failed_is_written_again),
        cmocka_unit_test(a_beginning_is_taken_back),
        cmocka_unit_test(damage_does_not_pass),
        cmocka_unit_test(what_takes_too_long_is_taken_back),
        cmocka_unit_test(slices_give_what_judging_at_once_gives),
    };
    fault_install();
    return cmocka_run_group_tests_name("store_live", tests, sample_folder, sample_folder_remove);
}
