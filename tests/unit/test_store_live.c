/* test_store_live.c - captures that go on: commits, deaths, failures, judging in slices. */
#include "test.h"

#include "fault.h"
#include "sample.h"

#include <mailtap/random.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define START (SAMPLE_CAPTURED * SECOND)
#define ROOM 600

static struct facts made[ROOM];

/* ---- sessions of all kinds, of a few servers and clients: what one is hangs on the others */

static void not_offered(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = f->tls_established = NO;
    f->starttls_reply = 0;
    snprintf(f->keywords, sizeof f->keywords, "SIZE 1000");
}

static void offered_not_used(struct facts *f)
{
    f->starttls_offered = YES;
}

static void refused(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = YES;
    f->starttls_reply = 454;
}

static void broken(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = YES;
    f->starttls_reply = 220;
    f->transactions = f->messages = 0;
    f->ending = ENDING_RESET;
}

static void without_ehlo(struct facts *f)
{
    f->ehlo_accepted = NO;
    f->ehlo_reply = 502;
    f->helo_sent = true;
    f->starttls_offered = UNKNOWN;
    f->keywords[0] = '\0';
}

static void encrypted(struct facts *f)
{
    f->starttls_offered = f->starttls_requested = f->tls_established = YES;
    f->starttls_reply = 220;
    f->transactions = f->messages = 0;
    f->tls_version = 0x0304;
    f->tls_cipher_known = true;
    f->tls_cipher = 0x1301;
}

static void make_one(struct facts *f, unsigned i, struct random *r)
{
    static void (*const kinds[])(struct facts * f) = {encrypted, encrypted,        encrypted,
                                                      encrypted, not_offered,      refused,
                                                      broken,    offered_not_used, without_ehlo};
    uint8_t client = (uint8_t)random_below(r, 15), server = (uint8_t)random_below(r, 6);

    *f = sample_clear((uint16_t)(1000 + i));
    f->client.address.octets[3] = (uint8_t)(100 + client);
    f->server.address.octets[3] = (uint8_t)(20 + server);
    f->started_ns = START + i * 7 * SECOND;
    f->ended_ns = f->started_ns + (int64_t)random_below(r, 20) * SECOND;
    snprintf(f->client_name, sizeof f->client_name, "client-%u.example", client);
    f->ehlo_reply = 250;
    snprintf(f->keywords, sizeof f->keywords, "SIZE 1000\nSTARTTLS");
    /* Behind one client a box, for one server it depends on the day, the others are even. */
    if (client == 1 || (server == 2 && i % 100 < 40))
        not_offered(f);
    else
        kinds[random_below(r, sizeof kinds / sizeof *kinds)](f);
}

/* Every tenth connection is seen by both captures, and every other of these differently. */
static void make_all(uint64_t seed)
{
    struct random r = random_seeded(seed);

    for (unsigned i = 0; i < ROOM; i++) {
        if (i % 10 == 1) {
            made[i] = made[i - 1];
            if (i % 20 == 1)
                not_offered(&made[i]);
            continue;
        }
        make_one(&made[i], i, &r);
    }
}

/* ---- databases */

static struct capture_counts figures(unsigned stored)
{
    return (struct capture_counts){.frames = 10 * stored,
                                   .flows = stored,
                                   .mail_flows = stored,
                                   .drops_known = true,
                                   .kernel_dropped = 3,
                                   .live = true,
                                   .rows_dropped = 1,
                                   .outages = 2,
                                   .clock_steps = 4,
                                   .write_failures = 5,
                                   .started_ns = START,
                                   .ended_ns = START + stored * 7 * SECOND};
}

static struct store *opened(const char *path, enum store_mode mode)
{
    struct err e = {""};
    struct store *st = store_open(path, mode, &e);

    assert_string_equal(e.text, "");
    assert_non_null(st);
    return st;
}

static void closed(struct store **st)
{
    struct err e = {""};

    assert_int_equal(store_close(st, &e), 0);
    assert_string_equal(e.text, "");
}

static void begin_two(struct store *st, int64_t of[2])
{
    struct err e = {""};

    assert_int_equal(store_live_begin(st, "eth0", &of[0], &e), 0);
    assert_int_equal(store_live_begin(st, "eth1", &of[1], &e), 0);
}

static void end_two(struct store *st, const int64_t of[2], unsigned each)
{
    const struct capture_counts counts = figures(each);
    struct err e = {""};

    for (int i = 0; i < 2; i++)
        assert_int_equal(store_live_end(st, of[i], &counts, NULL, &e), 0);
    assert_int_equal(store_live_commit(st, &e), 0);
}

/* Sessions [from, to), to the two captures in turn. */
static int put(struct store *st, const int64_t of[2], unsigned from, unsigned to, struct err *e)
{
    for (unsigned i = from; i < to; i++)
        if (store_session(st, of[i % 2], &made[i], e) < 0)
            return -1;
    return 0;
}

/* At most so many, of those that wait: how many were judged. */
static unsigned judge(struct store *st, unsigned most)
{
    struct facts f;
    struct history h;
    struct verdict v;
    struct err e = {""};
    int64_t session, before = INT64_MAX;
    unsigned judged = 0;
    int rc = 1;

    while (judged < most && (rc = store_unjudged_marked(st, &session, &f, &h, &e)) > 0) {
        assert_true(session < before); /* the newest first */
        before = session;
        classify(&f, &h, &v);
        assert_int_equal(store_judge(st, session, &v, &e), 0);
        judged++;
    }
    assert_string_equal(e.text, "");
    assert_true(rc >= 0);
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

static void count_wrong(void *of, const char *check, enum check_says says, const char *text)
{
    if (says != CHECK_WRONG)
        return;
    ++*(unsigned *)of;
    fprintf(stderr, "%s: %s\n", check, text);
}

static void all_is_well(const char *path)
{
    struct store *st = opened(path, STORE_READ);
    unsigned told = 0;

    assert_int_equal(store_check(st, false, count_wrong, &told), 0);
    assert_int_equal(told, 0);
    closed(&st);
    sample_sound(path);
}

/* Stored by two live captures and judged at the end. */
static void store_at_once(const char *path, unsigned n)
{
    struct store *st = opened(path, STORE_WRITE);
    struct err e = {""};
    int64_t of[2];

    begin_two(st, of);
    assert_int_equal(put(st, of, 0, n, &e), 0);
    end_two(st, of, n / 2);
    sample_judge(st);
    closed(&st);
}

/* ---- what readers see */

static void a_commit_is_seen_at_once(void **state)
{
    char path[256];
    struct err e = {""};
    int64_t of[2];

    make_all(1);
    snprintf(path, sizeof path, "%s", sample_path(state, "seen.db"));
    struct store *st = opened(path, STORE_WRITE);
    begin_two(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_expect(path,
                  "SELECT group_concat(capture_source || ' ' || state || frames) FROM v_capture",
                  "eth0 live0,eth1 live0");
    assert_int_equal(put(st, of, 0, 10, &e), 0);
    sample_expect(path, "SELECT count(*) FROM v_session", "0");
    const struct capture_counts counts = figures(5);
    assert_int_equal(store_live_counts(st, of[1], &counts, &e), 0);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_expect(path, "SELECT count(*) FROM v_session", "10");
    sample_expect(path, "SELECT count(*) FROM unjudged", "10");
    sample_expect(path, "SELECT sum(ehlo_sessions) >= 5 FROM server", "1");
    sample_expect(path,
                  "SELECT group_concat(frames || rows_dropped || outages || clock_steps ||"
                  " write_failures || frames_dropped_kernel) FROM v_capture WHERE frames > 0",
                  "5012453");
    all_is_well(path); /* also while it is written */
    sample_answers(path, "coverage", "", "captures captures_live captures_unfinished", "2 2 0");
    end_two(st, of, 5);
    closed(&st);
    sample_answers(path, "coverage", "", "captures captures_live findings_dropped", "2 0 2");
    sample_expect(path, "SELECT count(DISTINCT digest) || group_concat(state) FROM capture",
                  "2complete,complete");
    all_is_well(path);
}

/* However many sessions come: a batch of a live capture is what was written between two commits. */
static void no_batch_commits_by_itself(void **state)
{
    const char *path = sample_path(state, "batch.db");
    struct err e = {""};
    int64_t of[2];

    make_all(1);
    struct store *st = opened(path, STORE_WRITE);
    begin_two(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    for (unsigned i = 0; i < BOUND_BATCH + 10; i++)
        assert_int_equal(store_session(st, of[0], &made[0], &e), 0);
    sample_expect(path, "SELECT count(*) FROM session", "0");
    closed(&st); /* commits; the captures did not end */
    sample_expect(path, "SELECT count(*) FROM session", "5010");
    sample_expect(path, "SELECT group_concat(state) FROM capture", "live,live");
}

static void a_merge_leaves_out_what_goes_on(void **state)
{
    char path[256];
    struct err e = {""};
    struct merge_counts counts;
    int64_t of[2];

    make_all(2);
    snprintf(path, sizeof path, "%s", sample_path(state, "source.db"));
    struct store *source = opened(path, STORE_WRITE), *st;
    begin_two(source, of);
    assert_int_equal(put(source, of, 0, 20, &e), 0);
    const struct capture_counts all = figures(10);
    assert_int_equal(store_live_end(source, of[0], &all, "the interface was removed", &e), 0);
    assert_int_equal(store_live_commit(source, &e), 0);
    st = opened(sample_path(state, "merged.db"), STORE_WRITE);
    assert_int_equal(store_merge(st, path, &counts, &e), 0);
    assert_int_equal(counts.captures_new, 1);
    assert_int_equal(counts.captures_unfinished, 1);
    assert_int_equal(counts.sessions, 10);
    closed(&source);
    closed(&st);
    sample_expect(sample_path(state, "merged.db"),
                  "SELECT capture_source || damage || rows_dropped || outages || clock_steps ||"
                  " write_failures FROM v_capture",
                  "eth0the interface was removed1245");
}

/* ---- a run that dies */

static void die(const char *path)
{
    const struct capture_counts counts = figures(150);
    struct err e = {""};
    int64_t of[2];
    struct store *st = store_open(path, STORE_WRITE, &e);

    if (!st || store_live_begin(st, "eth0", &of[0], &e) < 0 ||
        store_live_begin(st, "eth1", &of[1], &e) < 0 || put(st, of, 0, 300, &e) < 0 ||
        store_live_commit(st, &e) < 0 || store_mark(st, &e) < 0)
        _exit(1);
    judge(st, 100);
    for (int i = 0; i < 2; i++)
        if (store_live_counts(st, of[i], &counts, &e) < 0)
            _exit(2);
    if (store_live_commit(st, &e) < 0 || put(st, of, 300, 310, &e) < 0 ||
        store_live_commit(st, &e) < 0 || put(st, of, 310, 400, &e) < 0)
        _exit(3);
    kill(getpid(), SIGKILL);
}

static void what_was_committed_stays(void **state)
{
    char path[256];
    int status;

    make_all(3);
    snprintf(path, sizeof path, "%s", sample_path(state, "died.db"));
    pid_t child = fork();
    if (child == 0)
        die(path);
    waitpid(child, &status, 0);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    sample_expect(path, "SELECT count(*) || group_concat(DISTINCT state) FROM v_session, v_capture",
                  "620live");
    struct store *st = opened(path, STORE_CHANGE);
    assert_true(sample_judge(st) >= 210);
    closed(&st);
    sample_expect(path,
                  "SELECT group_concat(state || ': ' || damage || ': ' || mail_flows, '; ')"
                  " FROM v_capture",
                  "complete: the run did not end; what it had stored is here: 155; "
                  "complete: the run did not end; what it had stored is here: 155");
    all_is_well(path);
    store_at_once(sample_path(state, "lived.db"), 310);
    same(path, sample_path(state, "lived.db"), 700);
}

/* ---- failures */

/* Batches of 15 sessions; what fails is written again once it can be.  How often something failed. */
static unsigned store_failing(const char *path, enum fault kind, unsigned n, bool *reached_r)
{
    unsigned failures = 0, done = 0;
    struct err e = {""};
    struct store *st = opened(path, STORE_WRITE);
    int64_t of[2];

    begin_two(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    fault_arm(kind, n);
    while (done < 60) {
        const struct capture_counts counts = figures(done / 2);
        bool whole = put(st, of, done, done + 15, &e) == 0 &&
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
    end_two(st, of, 30);
    sample_judge(st);
    closed(&st);
    return failures;
}

static void what_failed_is_written_again(void **state)
{
    static const enum fault kinds[] = {FAULT_DISK_FULL, FAULT_ONCE, FAULT_LASTING, FAULT_READ};
    char path[256], whole[256];

    make_all(4);
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

    make_all(5);
    struct store *st = opened(path, STORE_WRITE);
    begin_two(st, of);
    assert_int_equal(put(st, of, 0, 10, &e), 0);
    assert_int_equal(store_undo(st, &e), 0);
    assert_int_equal(judge(st, 10), 0);
    begin_two(st, of);
    assert_int_equal(put(st, of, 0, 10, &e), 0);
    end_two(st, of, 5);
    sample_judge(st);
    closed(&st);
    sample_expect(path, "SELECT count(*) FROM v_session", "10");
    sample_expect(path, "SELECT count(*) FROM v_capture", "2");
    all_is_well(path);
}

static void damage_does_not_pass(void **state)
{
    const char *path = sample_path(state, "damaged.db");
    struct err e = {""};
    int64_t of[2];

    make_all(5);
    struct store *st = opened(path, STORE_WRITE);
    assert_false(store_may_recover(st)); /* nothing failed */
    begin_two(st, of);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_sql(path, "DROP TABLE address");
    assert_int_equal(put(st, of, 0, 10, &e), -1);
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

    make_all(6);
    snprintf(path, sizeof path, "%s", sample_path(state, "late.db"));
    snprintf(whole, sizeof whole, "%s", sample_path(state, "in-time.db"));
    struct store *st = opened(path, STORE_WRITE);
    begin_two(st, of);
    for (int copies = 0; copies < 20; copies++)
        assert_int_equal(put(st, of, 0, ROOM, &e), 0);
    end_two(st, of, 10 * ROOM);
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
    closed(&st);
    all_is_well(path);
    st = opened(whole, STORE_WRITE);
    begin_two(st, of);
    for (int copies = 0; copies < 20; copies++)
        assert_int_equal(put(st, of, 0, ROOM, &e), 0);
    end_two(st, of, 10 * ROOM);
    sample_judge(st);
    closed(&st);
    same(path, whole, 24000);
}

/* ---- judging while sessions come */

static void store_in_slices(const char *path, struct random *r)
{
    struct store *st = opened(path, STORE_WRITE);
    struct err e = {""};
    int64_t of[2];
    unsigned to;

    begin_two(st, of);
    for (unsigned from = 0; from < ROOM; from = to) {
        to = from + 1 + (unsigned)random_below(r, 40);
        to = to < ROOM ? to : ROOM;
        assert_int_equal(put(st, of, from, to, &e), 0);
        const struct capture_counts counts = figures(to);
        assert_int_equal(store_live_counts(st, of[1], &counts, &e), 0);
        assert_int_equal(store_live_commit(st, &e), 0);
        if (random_below(r, 3) == 0)
            assert_int_equal(store_mark(st, &e), 0);
        judge(st, (unsigned)random_below(r, 100));
    }
    end_two(st, of, ROOM / 2);
    assert_int_equal(store_mark(st, &e), 0);
    judge(st, UINT32_MAX);
    closed(&st);
}

static void slices_give_what_judging_at_once_gives(void **state)
{
    char at_once[256], path[256];

    snprintf(at_once, sizeof at_once, "%s", sample_path(state, "at-once.db"));
    snprintf(path, sizeof path, "%s", sample_path(state, "slices.db"));
    for (uint64_t seed = 10; seed < 16; seed++) {
        struct random r = random_seeded(seed);
        make_all(seed);
        unlink(at_once);
        unlink(path);
        store_at_once(at_once, ROOM);
        store_in_slices(path, &r);
        same(path, at_once, 2 * ROOM);
    }
    sample_expect(path, "SELECT count(DISTINCT rule) >= 4 FROM evidence", "1");
    sample_expect(path, "SELECT count(DISTINCT class) >= 4 FROM verdict", "1");
    sample_expect(path, "SELECT count(*) > 10 FROM contrast", "1");
    all_is_well(path);
}

/* ---- the next database */

static void the_next_one_is_of_the_same_sensor(void **state)
{
    char first[256], next[256], merged[256];
    struct policy *p = policy_new();
    struct merge_counts counts;
    struct err e = {""};
    int64_t of[2];

    make_all(7);
    snprintf(first, sizeof first, "%s", sample_path(state, "first.db"));
    snprintf(next, sizeof next, "%s", sample_path(state, "next.db"));
    snprintf(merged, sizeof merged, "%s", sample_path(state, "all.db"));
    struct store *st = opened(first, STORE_WRITE);
    assert_int_equal(store_sensor(st, "rack\n7", &e), 0);
    assert_int_equal(policy_read_list(p, slice_of("*.example must-offer\n"), "list", &e), 0);
    assert_int_equal(store_policies(st, p, &e), 0);
    policy_free(&p);
    store_trusts(st, "authority.pem");
    begin_two(st, of);
    assert_int_equal(put(st, of, 0, 10, &e), 0);
    end_two(st, of, 5);
    assert_null(store_open_next(first, st, &e));
    assert_non_null(strstr(e.text, "first.db is there already"));
    assert_null(store_open_next("/nowhere/next.db", st, &e));
    assert_non_null(strstr(e.text, "/nowhere/next.db cannot be made"));
    e.text[0] = '\0';
    struct store *other = store_open_next(next, st, &e);
    assert_string_equal(e.text, "");
    assert_non_null(other);
    begin_two(other, of);
    assert_int_equal(put(other, of, 0, 10, &e), 0);
    end_two(other, of, 5);
    sample_judge(st);
    sample_judge(other);
    closed(&other);
    other = opened(merged, STORE_WRITE);
    assert_int_equal(store_merge(other, next, &counts, &e), 0);
    closed(&st);
    assert_int_equal(store_merge(other, first, &counts, &e), 0);
    closed(&other);
    static const char *const alike[] = {
        "SELECT group_concat(quote(local_hash)) FROM address",
        "SELECT group_concat(DISTINCT sensor || sensor_mark || trust_store) FROM v_capture",
        "SELECT group_concat(mark || key_mark || name) FROM sensor",
        "SELECT group_concat(host || must_offer) FROM policy",
        "SELECT group_concat(quote(value)) FROM meta",
        "SELECT group_concat(class || coalesce(strip_rule, '-')) FROM verdict",
    };
    for (size_t i = 0; i < sizeof alike / sizeof *alike; i++) {
        char *want = sample_value(first, alike[i]);
        assert_true(strlen(want) >= 10);
        sample_expect(next, alike[i], want);
        free(want);
    }
    sample_expect(merged, "SELECT count(*) || ' ' || count(DISTINCT local_hash) FROM address",
                  "40 2");
    sample_expect(merged,
                  "SELECT name || count(*) FROM v_capture c JOIN sensor s"
                  " ON s.mark = c.sensor_mark",
                  "rack\\x0a74");
    all_is_well(next);
}

/* One that cannot be written whole is not there at all. */
static void the_next_one_fails_whole(void **state)
{
    char first[256], next[256], command[600];
    struct err e = {""};
    unsigned failures = 0;

    snprintf(first, sizeof first, "%s", sample_path(state, "before.db"));
    snprintf(next, sizeof next, "%s", sample_path(state, "after.db"));
    snprintf(command, sizeof command, "! ls %s* 2> /dev/null", next);
    struct store *st = opened(first, STORE_WRITE), *other;
    for (unsigned n = 1; n < 400; n += 3) {
        fault_arm(FAULT_DISK_FULL, n);
        other = store_open_next(next, st, &e);
        fault_disarm();
        if (other) {
            closed(&other);
            all_is_well(next);
            unlink(next);
            break;
        }
        failures++;
        assert_int_equal(system(command), 0);
    }
    assert_true(failures > 3);
    closed(&st);
}

/* ---- files for a time */

/* They are gone from it at once, and stay open. */
static bool has_open_in(const char *folder)
{
    char of[32], file[300];
    bool has = false;

    for (int fd = 3; fd < 64 && !has; fd++) {
        snprintf(of, sizeof of, "/proc/self/fd/%d", fd);
        ssize_t n = readlink(of, file, sizeof file - 1);
        file[n > 0 ? n : 0] = '\0';
        has = strncmp(file, folder, strlen(folder)) == 0 && strstr(file, "(deleted)");
    }
    return has;
}

static void temporary_files_are_where_they_are_to_be(void **state)
{
    sqlite3 *db = NULL;

    assert_false(has_open_in(*state));
    assert_int_equal(store_set_temp(*state), 0);
    assert_int_equal(sqlite3_open("", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TEMP TABLE t (b); PRAGMA temp.cache_size = 5; BEGIN;"
                                  "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
                                  " WHERE i < 500) INSERT INTO t SELECT randomblob(4000) FROM n",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    assert_true(has_open_in(*state));
    sqlite3_close(db);
    assert_int_equal(store_set_temp(NULL), 0);
    assert_null(sqlite3_temp_directory);
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
        cmocka_unit_test(the_next_one_is_of_the_same_sensor),
        cmocka_unit_test(the_next_one_fails_whole),
        cmocka_unit_test(temporary_files_are_where_they_are_to_be),
    };
    fault_install();
    return cmocka_run_group_tests_name("store_live", tests, sample_folder, sample_folder_remove);
}
