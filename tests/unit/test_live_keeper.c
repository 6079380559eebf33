/*
 * test_live_keeper.c - the thread that has the database: nothing is lost or doubled when the disk is
 * full, databases follow each other, or it is told to stop.
 */
#include "test.h"

#include "../../cli/live.h"
#include "sample.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#define MS INT64_C(1000000)
#define SECOND (1000 * MS)
#define PLENTY (UINT64_C(1) << 30)

/* ---- a keeper, and readers of two interfaces that never read */

static const char *const names[] = {"wire0", "wire1"};
static struct capture_values values;
static struct live_reader reader;
static struct rows *rows;
static struct keeper *keeper;
static char database[300];
static unsigned made; /* sessions since it was opened, no two of them alike */

static void open_keeper(void **state, const char *name, uint64_t octets_most)
{
    struct err e = {""};

    snprintf(database, sizeof database, "%s", sample_path(state, name));
    values.database = database;
    values.interfaces.items = (const char **)(uintptr_t)names;
    values.interfaces.count = 2;
    reader = (struct live_reader){.interfaces = 2};
    pthread_mutex_init(&reader.lock, NULL);
    rows = rows_new(octets_most);
    keeper = keeper_new(&values, false, rows, &reader, 1);
    made = 0;
    assert_int_equal(keeper_open(keeper, &e), 0);
    assert_string_equal(e.text, "");
}

static void start(void)
{
    struct err e = {""};

    assert_int_equal(keeper_start(keeper, &e), 0);
}

static void close_keeper(int64_t within_ns)
{
    struct err e = {""};

    assert_int_equal(keeper_join(keeper, clock_monotonic() + within_ns, &e), 0);
    assert_string_equal(e.text, "");
    keeper_free(&keeper);
    rows_free(&rows);
    pthread_mutex_destroy(&reader.lock);
    memset(&values, 0, sizeof values);
}

/* A test that failed leaves no thread behind for the next one. */
static int end_keeper(void **state)
{
    struct err unused;
    (void)state;

    if (keeper)
        keeper_join(keeper, clock_monotonic(), &unused);
    keeper_free(&keeper);
    rows_free(&rows);
    memset(&values, 0, sizeof values);
    return 0;
}

static bool put_one(void)
{
    struct facts f = sample_clear((uint16_t)(1 + made % 60000));

    f.started_ns += made * MS;
    f.ended_ns += made * MS;
    f.client.address.octets[3] = (uint8_t)(1 + made % 200);
    f.server.address.octets[3] = (uint8_t)(1 + made % 7);
    struct session *s = sample_session(&f);
    return rows_put_session(rows, made++ % 2, &s);
}

static void put(unsigned count)
{
    for (unsigned i = 0; i < count; i++)
        assert_true(put_one());
}

static struct live_view view_now(void)
{
    struct live_view v = {.seconds = 0};

    assert_true(keeper_view(keeper, &v));
    return v;
}

static void wait_for_stored(uint64_t count)
{
    int64_t until = clock_monotonic() + 60 * SECOND;

    while (view_now().stored < count) {
        assert_true(clock_monotonic() < until);
        usleep(10000);
    }
    assert_int_equal(view_now().stored, count);
}

/* ---- databases */

static uint64_t number(const char *path, const char *sql)
{
    char *text = sample_value(path, sql);
    uint64_t value = strtoull(text, NULL, 10);

    free(text);
    return value;
}

#define UNJUDGED                                                                                   \
    "SELECT count(*) FROM session WHERE session_id NOT IN (SELECT session_id FROM verdict)"

static void check_complete(const char *path)
{
    sample_sound(path);
    sample_expect(path, "SELECT count(*) FROM capture WHERE state <> 'complete' OR damage NOT NULL",
                  "0");
    sample_expect(path,
                  "SELECT count(*) FROM session s JOIN capture c USING (capture_id)"
                  " WHERE c.source <> 'wire' || (s.started_ns / 1000000 % 2)",
                  "0");
    sample_expect(path,
                  "SELECT count(*) FROM capture c WHERE mail_flows <>"
                  " (SELECT count(*) FROM session s WHERE s.capture_id = c.capture_id)",
                  "0");
}

static void check_one(uint64_t sessions)
{
    check_complete(database);
    assert_int_equal(number(database, "SELECT count(*) FROM session"), sessions);
    assert_int_equal(number(database, "SELECT count(DISTINCT started_ns) FROM session"), sessions);
}

struct sum {
    unsigned databases, linked;
    uint64_t sessions, distinct, frames;
};

static int is_of_rotation(const struct dirent *in)
{
    const char *stem = strrchr(database, '/') + 1;
    size_t n = strcspn(stem, ".");

    return strncmp(in->d_name, stem, n) == 0 && in->d_name[n] == '-';
}

/* All that rotation made, one plain file each. */
static struct sum sum_up(void **state)
{
    struct sum all = {0};
    struct dirent **list;
    char merged[300], last[300] = "";
    int n = scandir(*state, &list, is_of_rotation, alphasort);

    assert_true(n > 0);
    assert_true(readlink(database, last, sizeof last - 1) > 0);
    snprintf(merged, sizeof merged, "%s", sample_path(state, "merged.db"));
    unlink(merged);
    sample_sql(merged, "CREATE TABLE started (ns)");
    for (int i = 0; i < n; i++) {
        char path[300], sql[700];
        snprintf(path, sizeof path, "%s", sample_path(state, list[i]->d_name));
        assert_string_equal(path + strlen(path) - 3, ".db");
        check_complete(path);
        all.databases++;
        all.sessions += number(path, "SELECT count(*) FROM session");
        all.frames += number(path, "SELECT sum(frames) FROM capture");
        all.linked += strcmp(list[i]->d_name, last) == 0;
        if (strcmp(list[i]->d_name, last) != 0)
            assert_int_equal(number(path, UNJUDGED), 0);
        snprintf(sql, sizeof sql,
                 "ATTACH '%s' AS a; INSERT INTO started SELECT started_ns FROM a.session", path);
        sample_sql(merged, sql);
        free(list[i]);
    }
    free(list);
    snprintf(merged, sizeof merged, "sqlite3 '%s' 'SELECT count(DISTINCT ns) FROM started'",
             sample_path(state, "merged.db"));
    FILE *shell = popen(merged, "r");
    assert_non_null(shell);
    assert_int_equal(fscanf(shell, "%lu", &all.distinct), 1);
    pclose(shell);
    return all;
}

/* ---- the usual */

static void findings_are_seen_at_once(void **state)
{
    open_keeper(state, "usual.db", PLENTY);
    start();
    for (unsigned round = 1; round <= 3; round++) {
        int64_t until = clock_monotonic() + 2 * SECOND;
        put(20);
        while (number(database, "SELECT count(*) FROM v_session WHERE class = 'cleartext'") <
               20 * round) {
            if (clock_monotonic() > until)
                fail_msg("not within two seconds");
            usleep(20000);
        }
        sample_expect(database, "SELECT group_concat(DISTINCT state) FROM capture", "live");
    }
    pthread_mutex_lock(&reader.lock);
    reader.told.counts[1].frames = 70;
    pthread_mutex_unlock(&reader.lock);
    int64_t until = clock_monotonic() + 3 * SECOND;
    while (number(database, "SELECT sum(frames) FROM capture") < 70 && clock_monotonic() < until)
        usleep(20000); /* figures, without any session */
    sample_expect(database, "SELECT frames FROM capture WHERE source = 'wire1'", "70");
    struct live_view v = view_now();
    assert_int_equal(v.stored, 60);
    assert_int_equal(v.sessions[CLASS_CLEARTEXT], 60);
    assert_int_equal(v.last_count, LIVE_FINDINGS);
    assert_int_equal(v.write_failures, 0);
    assert_string_equal(v.database, database);
    put(5); /* just before the end */
    close_keeper(SECOND);
    check_one(65);
}

/* ---- a full disk, and too many findings */

static void fill(const char *path)
{
    static const char octets[4096];
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL, 0600);

    assert_true(fd >= 0);
    while (write(fd, octets, sizeof octets) > 0)
        continue;
    assert_int_equal(errno, ENOSPC);
    close(fd);
}

static bool mount_small(const char *folder)
{
    if (geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
        mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 && mkdir(folder, 0700) == 0 &&
        mount("tmpfs", folder, "tmpfs", 0, "size=12m") == 0)
        return true;
    print_message("skipped: no right to mount a small disk\n");
    return false;
}

static void a_full_disk_loses_nothing(void **state)
{
    char folder[300], ballast[300];

    snprintf(folder, sizeof folder, "%s", sample_path(state, "small"));
    snprintf(ballast, sizeof ballast, "%s", sample_path(state, "small/ballast"));
    if (!mount_small(folder))
        skip();
    open_keeper(state, "small/full.db", PLENTY);
    start();
    put(100);
    wait_for_stored(100);
    fill(ballast);
    int64_t until = clock_monotonic() + 30 * SECOND;
    while (!view_now().writing_fails && clock_monotonic() < until) {
        put(40);
        usleep(20000);
    }
    struct live_view v = view_now();
    assert_true(v.writing_fails);
    assert_true(v.write_failures > 0);
    assert_non_null(strstr(v.trouble, "full"));
    put(300);
    until = clock_monotonic() + 30 * SECOND; /* and is tried again */
    while (view_now().write_failures == v.write_failures && clock_monotonic() < until)
        usleep(20000);
    assert_true(view_now().write_failures > v.write_failures);
    assert_true(rows_counts(rows).waiting >= 300);
    assert_int_equal(unlink(ballast), 0);
    wait_for_stored(made);
    usleep(100000);
    assert_false(view_now().writing_fails);
    put(10);
    close_keeper(60 * SECOND);
    check_one(made);
    assert_true(number(database, "SELECT max(write_failures) FROM v_capture") >= 2);
    assert_int_equal(number(database, UNJUDGED), 0);
    assert_int_equal(umount(folder), 0);
}

/* Where it stays full to the end, the end comes all the same, and says so. */
static void a_disk_that_stays_full_is_said(void **state)
{
    char folder[300], ballast[300];
    struct err e = {""};

    snprintf(folder, sizeof folder, "%s", sample_path(state, "smaller"));
    snprintf(ballast, sizeof ballast, "%s", sample_path(state, "smaller/ballast"));
    if (!mount_small(folder))
        skip();
    open_keeper(state, "smaller/full.db", PLENTY);
    start();
    put(10);
    wait_for_stored(10);
    fill(ballast);
    put(5000);
    int64_t begun = clock_monotonic();
    assert_int_equal(keeper_join(keeper, begun + SECOND, &e), -1);
    assert_true(clock_monotonic() - begun < 8 * SECOND);
    assert_non_null(strstr(e.text, "findings are lost: "));
    keeper_free(&keeper);
    rows_free(&rows);
    assert_int_equal(unlink(ballast), 0);
    sample_sound(database);
    assert_true(number(database, "SELECT count(*) FROM session") >= 10);
    assert_int_equal(umount(folder), 0);
}

static void what_found_no_room_is_in_the_capture(void **state)
{
    unsigned refused[2] = {0};

    open_keeper(state, "dropped.db", 20000 * 20);
    for (unsigned i = 0; i < 101; i++) {
        unsigned interface = made % 2;
        refused[interface] += !put_one();
    }
    assert_true(refused[0] > 5 && refused[1] > 5);
    start();
    wait_for_stored(101 - refused[0] - refused[1]);
    usleep(100000);
    put(4); /* there is room again */
    close_keeper(SECOND);
    check_one(105 - refused[0] - refused[1]);
    for (unsigned i = 0; i < 2; i++) {
        char sql[128];
        snprintf(sql, sizeof sql, "SELECT rows_dropped FROM v_capture WHERE capture_source = '%s'",
                 names[i]);
        assert_int_equal(number(database, sql), refused[i]);
    }
}

/* ---- one database after another */

static atomic_bool counting;
static uint64_t counted;

/* A reader that goes on while databases change. */
static void *count(void *unused)
{
    (void)unused;
    for (counted = 0; atomic_load(&counting); usleep(50)) {
        pthread_mutex_lock(&reader.lock);
        reader.told.counts[0].frames++;
        reader.told.counts[1].frames += 2;
        counted += 3;
        pthread_mutex_unlock(&reader.lock);
    }
    return NULL;
}

static pthread_t begin_counting(void)
{
    pthread_t thread;

    atomic_store(&counting, true);
    assert_int_equal(pthread_create(&thread, NULL, count, NULL), 0);
    return thread;
}

static void end_counting(pthread_t thread)
{
    atomic_store(&counting, false);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void check_sum(void **state, unsigned sessions, unsigned databases)
{
    struct sum all = sum_up(state);

    assert_true(all.databases >= databases);
    assert_int_equal(all.sessions, sessions);
    assert_int_equal(all.distinct, sessions);
    assert_int_equal(all.frames, counted);
    assert_int_equal(all.linked, 1);
}

/* So many at a time, until the last of so many databases is written; no more of them than a slow
 * machine can judge. */
static void put_until_turned(unsigned at_a_time, unsigned databases)
{
    int64_t until = clock_monotonic() + 120 * SECOND;
    char name[256] = "";
    unsigned most = 0;

    while (databases && clock_monotonic() < until) {
        struct live_view v = view_now();
        if (strcmp(v.database, name) != 0) {
            databases--;
            most = made + 2000;
        }
        memcpy(name, v.database, sizeof name);
        if (made < most)
            put(at_a_time);
        usleep(50000);
    }
    assert_int_equal(databases, 0);
}

/* Each is counted with its first verdict, also when its database is the one before by then. */
static void wait_for_verdicts(uint64_t count)
{
    int64_t until = clock_monotonic() + 60 * SECOND;
    uint64_t sum = 0;

    while (sum < count && clock_monotonic() < until) {
        struct live_view v = view_now();
        sum = 0;
        for (int i = 0; i < CLASSES; i++)
            sum += v.sessions[i];
        usleep(20000);
    }
    assert_int_equal(sum, count);
}

static void rotated_by_time_nothing_is_lost(void **state)
{

    values.rotate_every = "1s";
    open_keeper(state, "time.db", PLENTY);
    pthread_t thread = begin_counting();
    start();
    put_until_turned(60, 4);
    end_counting(thread);
    assert_non_null(strstr(view_now().database, "/time-20"));
    wait_for_verdicts(made);
    close_keeper(60 * SECOND);
    check_sum(state, made, 4);
}

static void rotated_by_size_nothing_is_lost(void **state)
{

    values.rotate_size = 1;
    open_keeper(state, "size.db", PLENTY);
    pthread_t thread = begin_counting();
    start();
    put_until_turned(60, 3);
    wait_for_stored(made);
    end_counting(thread);
    close_keeper(60 * SECOND);
    check_sum(state, made, 3);
}

/* A run before left its database behind, as one that died does; its link is taken over. */
static void a_run_after_another_goes_on(void **state)
{
    char first[256], target[300] = "";

    for (unsigned round = 0; round < 2; round++) {
        values.rotate_every = "1w";
        open_keeper(state, "again.db", PLENTY);
        made = 30 * round;
        if (round == 0)
            snprintf(first, sizeof first, "%s", view_now().database);
        start();
        put(30);
        wait_for_stored(30);
        close_keeper(SECOND);
    }
    struct sum all = sum_up(state);
    assert_int_equal(all.databases, 2);
    assert_int_equal(all.sessions, made);
    assert_int_equal(all.distinct, made);
    assert_int_equal(all.linked, 1);
    assert_true(readlink(database, target, sizeof target - 1) > 0);
    assert_string_not_equal(strrchr(first, '/') + 1, target);
    assert_int_equal(number(first, UNJUDGED), 0);
}

static void opened_anew_it_is_another_file(void **state)
{
    char moved[300];

    open_keeper(state, "reopen.db", PLENTY);
    snprintf(moved, sizeof moved, "%s", sample_path(state, "moved.db"));
    pthread_t thread = begin_counting();
    start();
    put(30);
    wait_for_stored(30);
    assert_int_equal(rename(database, moved), 0);
    keeper_reopen(keeper);
    put(10);
    int64_t until = clock_monotonic() + 10 * SECOND;
    while (access(database, F_OK) < 0 && clock_monotonic() < until)
        usleep(10000);
    assert_int_equal(access(database, F_OK), 0);
    put(30);
    wait_for_stored(70);
    end_counting(thread);
    close_keeper(SECOND);
    check_complete(database);
    check_complete(moved);
    uint64_t sessions = number(database, "SELECT count(*) FROM session");
    assert_true(sessions >= 30);
    assert_int_equal(sessions + number(moved, "SELECT count(*) FROM session"), made);
    assert_int_equal(number(moved, UNJUDGED), 0);
    static const char frames[] = "SELECT sum(frames) FROM capture";
    assert_int_equal(number(database, frames) + number(moved, frames), counted);
}

/* ---- stopping */

enum { BACKLOG = 60000 };

static void store_backlog(void)
{
    const struct capture_counts counts = {.frames = 1, .live = true};
    struct err e = {""};
    struct store *st = store_open(database, STORE_WRITE, &e);
    int64_t capture;

    assert_non_null(st);
    assert_int_equal(store_live_begin(st, "wire0", &capture, &e), 0);
    for (unsigned i = 0; i < BACKLOG; i++) {
        struct facts f = sample_clear((uint16_t)(1 + i));
        f.addresses = NULL;
        f.address_count = 0;
        assert_int_equal(store_session(st, capture, &f, &e), 0);
    }
    assert_int_equal(store_live_end(st, capture, &counts, NULL, &e), 0);
    assert_int_equal(store_close(&st, &e), 0);
}

static void it_stops_in_time_with_a_long_backlog(void **state)
{
    struct err e = {""};

    snprintf(database, sizeof database, "%s", sample_path(state, "backlog.db"));
    store_backlog();
    open_keeper(state, "backlog.db", PLENTY);
    start();
    int64_t begun = clock_monotonic();
    close_keeper(300 * MS);
    int64_t took = clock_monotonic() - begun;
    if (took > 1500 * MS)
        fail_msg("it took %lld ms", (long long)(took / MS));
    uint64_t left = number(database, UNJUDGED);
    print_message("%lld ms, %llu of %d left\n", (long long)(took / MS), (unsigned long long)left,
                  BACKLOG);
    assert_true(left > 0);
    assert_true(left < BACKLOG); /* what it did is kept */
    sample_sound(database);
    struct store *st = store_open(database, STORE_CHANGE, &e);
    assert_non_null(st);
    assert_true(sample_judge(st) >= left);
    assert_int_equal(store_close(&st, &e), 0);
    assert_int_equal(number(database, UNJUDGED), 0);
    sample_sound(database);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(findings_are_seen_at_once, end_keeper),
        cmocka_unit_test_teardown(a_full_disk_loses_nothing, end_keeper),
        cmocka_unit_test_teardown(a_disk_that_stays_full_is_said, end_keeper),
        cmocka_unit_test_teardown(what_found_no_room_is_in_the_capture, end_keeper),
        cmocka_unit_test_teardown(rotated_by_time_nothing_is_lost, end_keeper),
        cmocka_unit_test_teardown(rotated_by_size_nothing_is_lost, end_keeper),
        cmocka_unit_test_teardown(a_run_after_another_goes_on, end_keeper),
        cmocka_unit_test_teardown(opened_anew_it_is_another_file, end_keeper),
        cmocka_unit_test_teardown(it_stops_in_time_with_a_long_backlog, end_keeper),
    };

    return cmocka_run_group_tests_name("live_keeper", tests, sample_folder, sample_folder_remove);
}
