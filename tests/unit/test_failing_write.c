/*
 * test_failing_write.c - each change of a file in turn fails, or is the last thing a run does.
 *
 * Whatever failed is said, the database opens and is sound, and the same run again, on a disk that
 * works, leaves the rows of a run that nothing happened to.
 */
#include "test.h"

#include "../../cli/command.h"
#include "build.h"
#include "fault.h"
#include "sample.h"

#include <malloc.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* Of so many one is tried: those that take no process, those that take one, and requests for memory,
 * which are many.  Under a sanitizer a process is slow to make. */
#ifdef __SANITIZE_ADDRESS__
enum { STEP = 5, STEP_DEADLY = 40, STEP_MEMORY = 2003 };
#else
enum { STEP = 1, STEP_DEADLY = 1, STEP_MEMORY = 127 };
#endif

/* ---- what is in a database */

static void remove_database(const char *path)
{
    static const char *const sides[] = {"", "-wal", "-shm", "-journal"};
    char name[300];

    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        snprintf(name, sizeof name, "%s%s", path, sides[i]);
        unlink(name);
    }
}

static bool alone(const char *path)
{
    static const char *const sides[] = {"-wal", "-shm", "-journal"};
    char name[300];
    bool found = false;

    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        snprintf(name, sizeof name, "%s%s", path, sides[i]);
        found |= access(name, F_OK) == 0;
    }
    return !found;
}

/* The single text of a statement; the caller's. */
static char *ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *s;
    char *text = NULL;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &s, NULL), SQLITE_OK);
    if (sqlite3_step(s) == SQLITE_ROW && sqlite3_column_text(s, 0))
        text = strdup((const char *)sqlite3_column_text(s, 0));
    assert_int_equal(sqlite3_finalize(s), SQLITE_OK);
    return text;
}

/* Makes SQL that gives the rows of all views as one text: in order, and without their numbers, which
 * evidence names in members that end in "session". */
#define ROWS_SQL                                                                                   \
    "SELECT group_concat('SELECT group_concat(r, char(10)) FROM (SELECT ' || listed ||"            \
    "  ' AS r FROM ' || name || ' ORDER BY 1)', ' UNION ALL ') FROM ("                             \
    " SELECT m.name, group_concat(CASE WHEN m.name = 'v_evidence' AND c.name = 'detail'"           \
    "   THEN '(SELECT group_concat(j.key || j.value) FROM json_each(detail) j"                     \
    "     WHERE j.key NOT LIKE ''%session'')'"                                                     \
    "   ELSE 'quote(\"' || c.name || '\")' END, ' || '' '' || ') AS listed"                        \
    " FROM (SELECT name FROM sqlite_schema WHERE type = 'view' AND substr(name, 1, 2) = 'v_'"      \
    "  ORDER BY name) m JOIN pragma_table_info(m.name) c"                                          \
    " WHERE c.name NOT LIKE '%\\_id' ESCAPE '\\' AND c.name NOT IN ('local_hash', 'sensor_mark')"  \
    " GROUP BY m.name)" /* hashes and marks: a database that is made anew has others */

/* All rows of all views, as text; and the database is sound. */
static char *rows_of(const char *path)
{
    sqlite3 *db;
    char *sql, *all = NULL, *said;

    assert_int_equal(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL), SQLITE_OK);
    said = ask(db, "PRAGMA integrity_check");
    assert_string_equal(said, "ok");
    free(said);
    assert_null(ask(db, "PRAGMA foreign_key_check"));
    sql = ask(db, ROWS_SQL);
    if (sql) {
        char *whole = NULL;
        assert_true(asprintf(&whole,
                             "SELECT group_concat(coalesce(r, '-'), char(10)) FROM"
                             " (SELECT NULL AS r WHERE 0 UNION ALL %s)",
                             sql) > 0);
        all = ask(db, whole);
        free(whole);
    }
    free(sql);
    sqlite3_close(db);
    return all;
}

/* After a run that failed or died: there is no database yet, or it opens for reading and is sound. */
static void assert_readable(const char *path)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    if (!st) {
        if (!strstr(e.text, "does not exist") && !strstr(e.text, "is empty"))
            fail_msg("does not open: %s", e.text);
        return;
    }
    assert_int_equal(store_close(&st, &e), 0);
    free(rows_of(path));
}

/* ---- a run */

static int judge(struct store *st, struct err *e)
{
    static struct facts f;
    struct history h;
    struct verdict v;
    int64_t session;
    int rc;

    while ((rc = store_unjudged(st, &session, &f, &h, e)) > 0) {
        classify(&f, &h, &v);
        if (store_judge(st, session, &v, e) < 0)
            return -1;
    }
    return rc;
}

static int store_names(struct store *st, int64_t capture, struct err *e)
{
    static const struct ip_address asker = {4, {192, 0, 2, 9}};
    static struct dns_message m = {.response = true, .question = "b.example", .records = 2};

    m.record[0] = (struct dns_record){
        .type = DNS_MX, .owner = "b.example", .target = "mx.example", .preference = 10};
    m.record[1] = (struct dns_record){
        .type = DNS_A, .owner = "mx.example", .address = {4, {192, 0, 2, 25}}};
    return store_dns(st, capture, INT64_C(1795485052000000000), &asker, &m, e);
}

/* A capture of these sessions; a pipe, which is known at its end only, when `seed` is odd. */
static int store_one(struct store *st, uint8_t seed, const struct facts *f, unsigned n,
                     struct err *e)
{
    const uint8_t digest[DIGEST_OCTETS] = {seed};
    const struct capture_counts counts = {.frames = 10 * n, .flows = n, .mail_flows = n};
    int64_t capture;
    int rc = store_capture_begin(st, "one", seed % 2 ? NULL : digest, &capture, e);

    if (rc <= 0)
        return rc;
    for (unsigned i = 0; i < n && rc >= 0; i++)
        rc = store_session(st, capture, &f[i], e);
    if (rc < 0 || store_names(st, capture, e) < 0)
        return -1;
    return store_capture_end(st, capture, digest, &counts, NULL, e) < 0 ? -1 : 0;
}

static int run(const char *path, struct err *e)
{
    static struct facts f[6];
    struct err unused;
    struct store *st = store_open(path, STORE_WRITE, e);

    if (!st)
        return -1;
    f[0] = sample_facts();
    for (uint16_t i = 1; i < 6; i++)
        f[i] = i % 2 ? sample_clear(i) : sample_encrypted(i);
    f[3].server = f[2].server; /* withheld from one of its clients */
    int rc = store_one(st, 2, f, 4, e);
    if (rc == 0)
        rc = store_one(st, 3, f + 4, 2, e);
    if (rc == 0)
        rc = judge(st, e);
    if (rc < 0)
        store_close(&st, &unused);
    else
        rc = store_close(&st, e);
    return rc;
}

/* ---- each change in turn */

static void assert_rows(const char *path, const char *want, enum fault kind, unsigned n)
{
    char *got = rows_of(path);

    if (!got || strcmp(got, want) != 0)
        fail_msg("%s %u: other rows:\n%s\ninstead of\n%s", fault_name(kind), n, got, want);
    free(got);
}

/* The run with a fault at the n-th change: false when it had fewer. */
static bool run_into(const char *path, enum fault kind, unsigned n, const char *want)
{
    struct err e = {""};

    fault_arm(kind, n);
    int rc = run(path, &e);
    bool reached = fault_disarm() >= n;
    if (rc < 0 && strlen(e.text) < 20)
        fail_msg("%s %u: failed without a sentence: '%s'", fault_name(kind), n, e.text);
    if (rc < 0 && kind == FAULT_DISK_FULL && !strstr(e.text, "disk is full"))
        fail_msg("%s %u: '%s'", fault_name(kind), n, e.text);
    if (rc == 0 && !alone(path))
        fail_msg("%s %u: files are left behind, and nothing is said", fault_name(kind), n);
    if (rc == 0)
        assert_rows(path, want, kind, n);
    else if (!reached)
        fail_msg("%s: %s", fault_name(kind), e.text);
    return reached;
}

static bool die_in(const char *path, enum fault kind, unsigned n, const char *want)
{
    fflush(stdout);
    pid_t child = fork();
    int status;

    if (child == 0) {
        struct err e = {""};
        if (kind == FAULT_MEMORY && !freopen("/dev/null", "w", stderr))
            _exit(2);
        fault_arm(kind, n);
        int rc = run(path, &e);
        /* It is not to go on after it was refused memory, nor to fail for any other reason. */
        _exit(rc < 0 || (kind == FAULT_MEMORY && fault_disarm() >= n) ? 2 : 0);
    }
    waitpid(child, &status, 0);
    if (WIFEXITED(status) && WEXITSTATUS(status) > 1)
        fail_msg("%s %u: goes on", fault_name(kind), n);
    if (status == 0)
        assert_rows(path, want, kind, n);
    return status != 0;
}

/* Put `before` there, a database with something in it; NULL: none. */
static void lay_out(const char *path, const char *before)
{
    static char octets[1 << 20];

    remove_database(path);
    if (!before)
        return;
    FILE *in = fopen(before, "r"), *out = fopen(path, "w");
    assert_true(in && out);
    size_t n = fread(octets, 1, sizeof octets, in);
    assert_int_equal(fwrite(octets, 1, n, out), n);
    fclose(in);
    assert_int_equal(fclose(out), 0);
}

static bool deadly(enum fault kind)
{
    return kind == FAULT_DEATH || kind == FAULT_TORN || kind == FAULT_MEMORY;
}

/* One run into the n-th fault, and one to the end: false when there was no n-th. */
static bool try_one(const char *path, const char *before, enum fault kind, unsigned n,
                    const char *want)
{
    struct err e = {""};

    lay_out(path, before);
    bool reached = (deadly(kind) ? die_in : run_into)(path, kind, n, want);
    assert_readable(path);
    if (run(path, &e) < 0)
        fail_msg("%s %u: the same run again: %s", fault_name(kind), n, e.text);
    assert_true(alone(path));
    assert_rows(path, want, kind, n);
    return reached;
}

/* Each of them of one kind or of the other, in turn. */
static void try_each(const char *path, const char *before, enum fault one, enum fault other,
                     unsigned step, const char *want)
{
    unsigned n = 1;

    while (try_one(path, before, n / step % 2 ? other : one, n, want))
        n += step;
    printf("  %s, %s: one in %u of %u%s\n", fault_name(one), fault_name(other), step, n - 1,
           before ? ", on a database" : "");
}

static void try_all(void **state, const char *before)
{
    char path[256];
    struct err e = {""};

    snprintf(path, sizeof path, "%s", sample_path(state, "a.db"));
    lay_out(path, before);
    assert_int_equal(run(path, &e), 0);
    char *want = rows_of(path);
    assert_non_null(want);
    try_each(path, before, FAULT_ONCE, FAULT_ONCE, STEP, want);
    try_each(path, before, FAULT_DEATH, FAULT_TORN, STEP_DEADLY, want);
    if (before) {
        try_each(path, before, FAULT_LASTING, FAULT_DISK_FULL, STEP, want);
        try_each(path, before, FAULT_READ, FAULT_READ, STEP, want);
        try_each(path, before, FAULT_MEMORY, FAULT_MEMORY, STEP_MEMORY, want);
    }
    free(want);
}

static void a_new_database(void **state)
{
    try_all(state, NULL);
}

static void a_database_that_holds_something(void **state)
{
    const struct facts f[] = {sample_clear(100), sample_encrypted(101)};
    char before[256];

    snprintf(before, sizeof before, "%s", sample_path(state, "before.db"));
    sample_store(before, 100, f, 2);
    try_all(state, before);
}

/* ---- the command */

/* A dialogue, cut between two captures: what of it is in the first cannot be read with the second
 * alone. */
static const struct segment dialogue[] = {
    {.seq = 1, .flags = 2},
    {.seq = 1, .ack = 2, .flags = 0x12},
    {.seq = 2, .ack = 2, .text = "220 mx.example ESMTP\r\n"},
    {.seq = 2, .ack = 24, .text = "EHLO client.example\r\n"},
    {.seq = 24, .ack = 23, .text = "250-mx.example\r\n250 STARTTLS\r\n"},
    {.seq = 23, .ack = 54, .text = "MAIL FROM:<a@a.example>\r\n"},
    {.seq = 54, .ack = 48, .text = "250 OK\r\n"},
    {.seq = 48, .ack = 62, .text = "QUIT\r\n"},
    {.seq = 62, .ack = 54, .text = "221 bye\r\n"},
    {.seq = 54, .ack = 71, .flags = 0x11},
    {.seq = 71, .ack = 55, .flags = 0x11},
};
static const bool by_server[] = {false, true,  true, false, true, false,
                                 true,  false, true, false, true};
#define SEGMENTS (unsigned)(sizeof dialogue / sizeof *dialogue)

/* Segments [from, to) of a few such connections. */
static void write_capture(const char *path, unsigned from, unsigned to)
{
    struct build b = {0};
    FILE *out = fopen(path, "w");

    assert_non_null(out);
    build_pcap(&b, &(struct pcap_form){.link = 1});
    for (unsigned i = from; i < to; i++) {
        for (uint16_t k = 0; k < 3; k++) {
            struct build frame = {0};
            struct segment s = dialogue[i];
            s.from = by_server[i] ? "192.0.2.25" : "192.0.2.1";
            s.to = by_server[i] ? "192.0.2.1" : "192.0.2.25";
            s.from_port = by_server[i] ? 25 : 40000 + k;
            s.to_port = by_server[i] ? 40000 + k : 25;
            s.flags = s.flags ? s.flags : 0x18;
            build_ethernet(&frame, 0x0800);
            build_ip(&frame, &s);
            build_record(&b, &(struct pcap_form){.link = 1}, (INT64_C(1795485052) + i) * 1000000000,
                         build_slice(&frame), (uint32_t)frame.n);
            build_free(&frame);
        }
    }
    assert_int_equal(fwrite(b.p, 1, b.n, out), b.n);
    assert_int_equal(fclose(out), 0);
    build_free(&b);
}

/* `mailtap capture` over these captures in a process of its own: its wait status. */
static int capture(const char *const captures[2], const char *database, enum fault kind, unsigned n)
{
    char *argv[] = {
        "capture",        "-q", "-r", (char *)captures[0], "-r", (char *)captures[1], "-d",
        (char *)database, NULL};
    pid_t child = fork();
    int status;

    if (child == 0) {
        fault_arm(kind, n);
        _exit(cmd_capture(8, argv));
    }
    waitpid(child, &status, 0);
    return status;
}

/* Were the first ended for good before the second is, its connections would be read from the middle
 * by the run that resumes. */
static void captures_that_follow_each_other(void **state)
{
    char path[256], before[256], first[256], second[256];
    const char *const captures[] = {first, second};
    const struct facts f = sample_encrypted(101);
    unsigned n = 1;

    snprintf(path, sizeof path, "%s", sample_path(state, "a.db"));
    snprintf(before, sizeof before, "%s", sample_path(state, "b.db"));
    snprintf(first, sizeof first, "%s", sample_path(state, "1.pcap"));
    snprintf(second, sizeof second, "%s", sample_path(state, "2.pcap"));
    sample_store(before, 100, &f, 1);
    write_capture(first, 0, 6);
    write_capture(second, 6, SEGMENTS);
    lay_out(path, before);
    assert_int_equal(capture(captures, path, FAULT_DEATH, 0), 0);
    sample_expect(path, "SELECT count(*) || ' ' || sum(midstream) FROM v_session", "4 0");
    char *want = rows_of(path);
    for (bool reached = true; reached; n += STEP_DEADLY) {
        lay_out(path, before);
        reached = WIFSIGNALED(capture(captures, path, FAULT_DEATH, n));
        assert_readable(path);
        assert_int_equal(capture(captures, path, FAULT_DEATH, 0), 0);
        assert_rows(path, want, FAULT_DEATH, n);
    }
    printf("  death of the command: one in %d of %u\n", STEP_DEADLY, n);
    free(want);
}

static int set_up(void **state)
{
    fault_install();
    mallopt(M_TRIM_THRESHOLD, 64 << 20); /* not given back for each run anew */
    return sample_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_new_database),
        cmocka_unit_test(a_database_that_holds_something),
        cmocka_unit_test(captures_that_follow_each_other),
    };
    return cmocka_run_group_tests_name("failing_write", tests, set_up, sample_folder_remove);
}
