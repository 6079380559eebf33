/* test_store.c - what is written can be read back, and dies and locks as it should. */
#include "test.h"

#include "sample.h"

#include <fcntl.h>
#include <grp.h>
#include <mailtap/query.h>
#include <mailtap/text.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void assert_value(const char *path, const char *sql, const char *want)
{
    char *got = sample_value(path, sql);

    assert_string_equal(got, want);
    free(got);
}

static void assert_sound(const char *path)
{
    char command[600], said[64] = "";

    snprintf(command, sizeof command,
             "sqlite3 '%s' 'PRAGMA integrity_check; PRAGMA foreign_key_check'", path);
    FILE *shell = popen(command, "r");
    assert_non_null(shell);
    said[fread(said, 1, sizeof said - 1, shell)] = '\0';
    assert_int_equal(pclose(shell), 0);
    assert_string_equal(said, "ok\n");
}

static void assert_refused(const char *path, enum store_mode mode, const char *why)
{
    struct err e = {""};
    struct store *st = store_open(path, mode, &e);

    assert_null(st);
    if (!strstr(e.text, why))
        fail_msg("'%s' does not say '%s'", e.text, why);
}

/* ---- facts */

static void assert_same(const struct facts *a, const struct facts *b)
{
    struct facts x = *a, y = *b;

    /* Padding aside, everything: facts are zeroed before they are filled. */
    assert_string_equal(x.keywords, y.keywords);
    assert_int_equal(x.started_ns, y.started_ns);
    assert_int_equal(x.content_octets, y.content_octets);
    x.addresses = y.addresses = NULL;
    x.address_count = y.address_count = 0;
    assert_memory_equal(&x.client, &y.client, sizeof x.client);
    assert_memory_equal(&x.server, &y.server, sizeof x.server);
    assert_memory_equal(&x.exposure, &y.exposure, sizeof x.exposure);
    assert_memory_equal(&x.cert, &y.cert, sizeof x.cert);
    assert_memory_equal(&x, &y, sizeof x);
}

/* The facts as the database gives them back for judging. */
static struct facts stored_and_loaded(const char *path, const struct facts *f)
{
    const uint8_t digest[DIGEST_OCTETS] = {9};
    struct err e = {""};
    struct facts loaded;
    struct history h;
    int64_t capture, session;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_non_null(st);
    assert_int_equal(store_capture_begin(st, "x", digest, &capture, &e), 1);
    assert_int_equal(store_session(st, capture, f, &e), 0);
    memset(&loaded, 0xa5, sizeof loaded);
    assert_int_equal(store_unjudged(st, &session, &loaded, &h, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    unlink(path);
    return loaded;
}

static void every_field_comes_back(void **state)
{
    const char *path = sample_path(state, "facts.db");
    static struct facts f; /* static: its padding is zero */

    f = sample_facts();
    struct facts loaded = stored_and_loaded(path, &f);
    assert_same(&f, &loaded);
    /* Nothing known: NULL everywhere, and back to the same. */
    memset(&f, 0, sizeof f);
    f.vlan = f.tls_alert = -1;
    f.client.address.version = f.server.address.version = 4;
    loaded = stored_and_loaded(path, &f);
    assert_same(&f, &loaded);
    f.tls_from_start = f.decided = f.tls_established = NO;
    f.gap_octets = INT64_MAX;
    f.anomalies = f.messages = UINT32_MAX;
    loaded = stored_and_loaded(path, &f);
    assert_same(&f, &loaded);
}

static void counters_beyond_sqlite_stop_at_its_largest(void **state)
{
    struct facts f = sample_clear(1);

    f.content_octets = UINT64_MAX;
    assert_int_equal(stored_and_loaded(sample_path(state, "big.db"), &f).content_octets,
                     INT64_MAX);
}

static void the_view_shows_what_is_known_only(void **state)
{
    const char *path = sample_path(state, "nulls.db");
    struct facts f[] = {sample_facts(), sample_encrypted(2), {.vlan = -1, .tls_alert = -1}};

    f[1].tls_cipher = 0xfefe; /* not in the registry */
    f[2].client.address.version = f[2].server.address.version = 4;
    sample_store(path, 1, f, 3);
    assert_value(path, "SELECT tls_version || ' ' || tls_cipher || ' ' || cert_subject_cn"
                       " FROM v_session WHERE session_id = 1",
                 "TLSv1.2 TLS_NULL_WITH_NULL_NULL cn.example");
    assert_value(path, "SELECT tls_cipher FROM v_session WHERE session_id = 2", "0xFEFE");
    assert_value(path, "SELECT messages FROM v_session WHERE session_id = 1", "NULL");
    assert_value(path, "SELECT recipients_accepted FROM v_session WHERE session_id = 1", "NULL");
    assert_value(path, "SELECT messages FROM v_session WHERE session_id = 2", "0");
    assert_value(path, "SELECT started_at FROM v_session WHERE session_id = 1",
                 "2026-11-24T12:57:32.000001Z");
    assert_value(path, "SELECT capture_source FROM v_session WHERE session_id = 1",
                 "sample.pcap");
    assert_value(path, "SELECT coalesce(vlan, client_name, server_name, starttls_offered,"
                       " starttls_requested, starttls_reply, tls_established, tls_version,"
                       " tls_cipher, sni, cert_subject_cn, messages, recipients_accepted,"
                       " auth_mechanism, strip_rule, strip_rank, one_sided, cleartext_reason)"
                       " FROM v_session WHERE session_id = 3", "NULL");
    assert_value(path, "SELECT class FROM v_session WHERE session_id = 3", "unknown");
    assert_value(path, "SELECT count(*) FROM v_exposure WHERE session_id = 1", "9");
    assert_sound(path);
}

static void unjudged_sessions_are_unknown(void **state)
{
    const char *path = sample_path(state, "unjudged.db");
    const struct facts f = sample_clear(1);

    sample_store(path, 1, &f, 1);
    assert_value(path, "SELECT class || ' ' || cleartext_reason FROM v_session",
                 "cleartext not-offered");
    sample_sql(path, "DELETE FROM verdict");
    assert_value(path, "SELECT class FROM v_session", "unknown");
    assert_value(path, "SELECT cleartext_reason FROM v_session", "NULL");
}

/* ---- whose mail */

static bool file_holds(const char *path, const char *text)
{
    FILE *f = fopen(path, "rb");
    size_t n, k = strlen(text);
    static char octets[4 << 20];
    bool found = false;

    assert_non_null(f);
    n = fread(octets, 1, sizeof octets, f);
    fclose(f);
    for (size_t i = 0; i + k <= n && !found; i++)
        found = strncasecmp(octets + i, text, k) == 0;
    return found;
}

static void local_parts_are_hashed(void **state)
{
    const char *path = sample_path(state, "local.db");
    struct address odd[] = {
        {.transaction = 1, .accepted = YES, .path = ""},
        {.transaction = 1, .recipient = true, .path = "@relay.example,@b:" SAMPLE_SENDER "@C"},
        {.transaction = 1, .recipient = true, .path = SAMPLE_RECIPIENT},
        {.transaction = 1, .recipient = true, .path = "\"a@" SAMPLE_SENDER "\"@d.example"},
        {.transaction = 1, .recipient = true, .path = "secret.sender@a.EXAMPLE"},
        {.transaction = 1, .recipient = true, .path = SAMPLE_RECIPIENT "@"},
    };
    struct facts f[] = {sample_facts(), sample_clear(2)};

    f[1].addresses = odd;
    f[1].address_count = sizeof odd / sizeof *odd;
    sample_store(path, 1, f, 2);
    assert_true(file_holds(path, "a.example"));
    assert_false(file_holds(path, SAMPLE_SENDER));
    assert_false(file_holds(path, SAMPLE_RECIPIENT));
    assert_value(path, "SELECT group_concat(coalesce(domain, '-') || length(coalesce(local_hash,"
                       " '')), ' ') FROM address WHERE session_id = 2",
                 "-0 c16 -16 d.example16 a.example16 -16");
    assert_value(path, "SELECT count(*) FROM address a JOIN address b USING (local_hash)"
                       " WHERE a.session_id = 1 AND b.session_id = 2", "1");
    assert_value(path, "SELECT role || transaction_no || accepted FROM address"
                       " WHERE session_id = 1 AND place = 1", "recipient10");
}

static void each_database_has_a_key_of_its_own(void **state)
{
    const struct facts f = sample_clear(1);
    char *a, *b;

    sample_store(sample_path(state, "key1.db"), 1, &f, 1);
    sample_store(sample_path(state, "key2.db"), 1, &f, 1);
    a = sample_value(sample_path(state, "key1.db"), "SELECT hex(local_hash) FROM address");
    b = sample_value(sample_path(state, "key2.db"), "SELECT hex(local_hash) FROM address");
    assert_string_not_equal(a, b);
    free(a);
    free(b);
}

/* ---- runs */

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
    assert_value(path, "SELECT count(*) FROM session", "1");
    assert_value(path, "SELECT ehlo_sessions FROM server", "1");
    assert_value(path, "SELECT group_concat(coalesce(damage, 'sound')) FROM v_capture",
                 "sound,cut\\x0a");
    assert_sound(path);
}

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

static void a_run_that_died_leaves_a_sound_database_and_is_removed(void **state)
{
    const char *path = sample_path(state, "dead.db");
    const struct facts kept = sample_clear(1);
    struct facts dead[] = {sample_clear(2), sample_facts(), sample_encrypted(3)};

    dead[0].starttls_offered = YES;
    sample_store(path, 1, &kept, 1);
    die_writing(path, dead, 3);
    assert_value(path, "SELECT count(*) FROM v_session", "4");
    assert_value(path, "SELECT group_concat(state) FROM v_capture", "complete,running");
    assert_sound(path);
    sample_store(path, 2, NULL, 0); /* any run cleans up */
    assert_value(path, "SELECT count(*) FROM v_session", "1");
    assert_value(path, "SELECT count(*) FROM server", "1");
    assert_value(path, "SELECT count(*) FROM certificate", "0");
    assert_value(path, "SELECT count(*) FROM unjudged", "0");
    assert_value(path, "SELECT ehlo_sessions || '/' || ehlo_offered || '/' || changed FROM server",
                 "1/0/0");
    assert_sound(path);
    sample_store(path, 7, dead, 3); /* running it again is resuming it */
    assert_value(path, "SELECT count(*) FROM v_session WHERE class <> 'unknown'", "4");
    char wal[300];
    snprintf(wal, sizeof wal, "%s-wal", path);
    assert_int_equal(access(wal, F_OK), -1);
}

static void history_counts_and_judges_again(void **state)
{
    const char *path = sample_path(state, "history.db");
    struct facts f = sample_clear(1), loaded;
    struct history h;
    struct err e = {""};
    int64_t session, capture;

    sample_store(path, 1, &f, 1);
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_unjudged(st, &session, &loaded, &h, &e), 0);
    assert_int_equal(store_capture_begin(st, "b", NULL, &capture, &e), 1);
    f.starttls_offered = YES;
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    f.ehlo_accepted = NO; /* no reply to count */
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    f = sample_encrypted(1); /* another server */
    assert_int_equal(store_session(st, capture, &f, &e), 0);
    assert_int_equal(store_unjudged(st, &session, &loaded, &h, &e), 1);
    assert_int_equal(session, 1);
    assert_int_equal(h.sessions, 2);
    assert_int_equal(h.offered, 1);
    assert_int_equal(sample_judge(st), 4);
    assert_int_equal(sample_judge(st), 0);
    store_close(&st, &e);
    assert_value(path, "SELECT history_sessions || '/' || history_offered FROM verdict"
                       " WHERE session_id = 1", "2/1");
}

static void evidence_is_replaced(void **state)
{
    const char *path = sample_path(state, "evidence.db");
    struct facts f = sample_clear(1);
    struct err e = {""};
    struct verdict v = {.class = CLASS_CLEARTEXT, .reason = REASON_NOT_OFFERED};

    strcpy(f.keywords, "XXXXXXXA\n\"quoted\"");
    sample_store(path, 1, &f, 1);
    assert_value(path, "SELECT class || strip_rule || strip_rank FROM v_session",
                 "strippedoffer-maskedstrong");
    assert_value(path, "SELECT json_valid(detail) FROM v_evidence", "1");
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_judge(st, 1, &v, &e), 0);
    store_close(&st, &e);
    assert_value(path, "SELECT count(*) FROM v_evidence", "0");
    assert_value(path, "SELECT strip_rule FROM v_session", "NULL");
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
    assert_value(path, "SELECT count(*) FROM session", "5000"); /* a reader beside the writer */
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    assert_int_equal(sample_judge(st), BOUND_BATCH + 10);
    assert_int_equal(store_close(&st, &e), 0);
}

/* ---- opening */

static void a_second_writer_is_refused(void **state)
{
    const char *path = sample_path(state, "two.db");
    struct err e = {""};
    struct store *first = store_open(path, STORE_WRITE, &e);
    pid_t child = fork();
    int status;

    assert_non_null(first);
    if (child == 0) {
        struct store *second = store_open(path, STORE_WRITE, &e);
        _exit(second ? 1 : strstr(e.text, "written by another mailtap") ? 0 : 2);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
    assert_refused(path, STORE_WRITE, "written by another mailtap");
    store_close(&first, &e);
    first = store_open(path, STORE_WRITE, &e);
    assert_non_null(first);
    store_close(&first, &e);
}

/* Root may write everything, so be somebody else. */
static void as_nobody(void (*check)(const char *path), const char *path)
{
    pid_t child = fork();
    int status;

    if (child == 0) {
        if (getuid() == 0 && (setgroups(0, NULL) < 0 || setgid(65534) < 0 || setuid(65534) < 0))
            _exit(0);
        check(path);
        _exit(0);
    }
    waitpid(child, &status, 0);
    assert_int_equal(status, 0);
}

static void child_expects(bool truth, const char *what)
{
    if (truth)
        return;
    fprintf(stderr, "not so: %s\n", what);
    _exit(1);
}

static void can_be_read_not_written(const char *path)
{
    struct err e = {""};
    int64_t sessions = 0;
    struct store *st = store_open(path, STORE_WRITE, &e);

    child_expects(!st && strstr(e.text, "cannot be written"), e.text);
    e.text[0] = '\0';
    st = store_open(path, STORE_READ, &e);
    child_expects(st, e.text);
    child_expects(query_integer(st, "SELECT count(*) FROM v_session", &sessions, &e) == 0, e.text);
    child_expects(sessions == 1, "one session");
    store_close(&st, &e);
}

static void cannot_be_read(const char *path)
{
    struct err e = {""};

    child_expects(!store_open(path, STORE_READ, &e) && strstr(e.text, "cannot be read"), e.text);
}

static void reads_what_cannot_be_written(void **state)
{
    const struct facts f = sample_clear(1);
    char folder[256], path[300];

    snprintf(folder, sizeof folder, "%s", sample_path(state, "ro?#%"));
    chmod(sample_path(state, ""), 0755);
    mkdir(folder, 0755);
    snprintf(path, sizeof path, "%s/a%%41.db", folder);
    sample_store(path, 1, &f, 1);
    chmod(path, 0644);
    as_nobody(can_be_read_not_written, path); /* the folder belongs to another */
    chmod(folder, 0777);
    as_nobody(can_be_read_not_written, path); /* only the file does */
    /* In WAL mode, and its WAL is gone: SQLite wants to write beside it. */
    sample_sql(path, "PRAGMA journal_mode = WAL");
    chmod(folder, 0555);
    as_nobody(can_be_read_not_written, path);
    chmod(path, 0600);
    if (getuid() == 0)
        as_nobody(cannot_be_read, path);
    chmod(folder, 0755);
}

static void opening_says_what_is_wrong(void **state)
{
    const char *path;
    const struct facts f = sample_clear(1);

    assert_refused(sample_path(state, "none.db"), STORE_READ, "does not exist");
    assert_refused(sample_path(state, "none/none.db"), STORE_READ, "does not exist");
    assert_refused(sample_path(state, "none/none.db"), STORE_WRITE, "folder does not exist");
    assert_refused(sample_path(state, ""), STORE_WRITE, "is a folder");
    assert_refused(sample_path(state, ""), STORE_READ, "is a folder");
    assert_refused("/dev/null", STORE_READ, "not a plain file");
    path = sample_path(state, "newer.db");
    sample_store(path, 1, &f, 1);
    sample_sql(path, "PRAGMA user_version = 2");
    assert_refused(path, STORE_READ, "newer mailtap");
    assert_refused(path, STORE_WRITE, "newer mailtap");
    path = sample_path(state, "foreign.db");
    sample_sql(path, "CREATE TABLE t (x)");
    assert_refused(path, STORE_READ, "another program");
    assert_refused(path, STORE_WRITE, "another program");
    path = sample_path(state, "empty.db");
    fclose(fopen(path, "w"));
    assert_refused(path, STORE_READ, "is empty");
    sample_store(path, 1, &f, 1);
}

static void fill_with_garbage(const char *path, size_t n)
{
    FILE *out = fopen(path, "w");

    for (size_t i = 0; i < n; i++)
        fputc((int)(i * 37 % 251), out);
    fclose(out);
}

static void garbage_is_no_database(void **state)
{
    const char *path = sample_path(state, "garbage.db");

    for (size_t n = 1; n < 10000; n = n * 3 + 1) {
        fill_with_garbage(path, n);
        assert_refused(path, STORE_READ, "not a mailtap database");
        assert_refused(path, STORE_WRITE, "not a mailtap database");
    }
}

static void what_is_locked_is_in_use(void **state)
{
    const char *path = sample_path(state, "busy.db");
    const struct facts f = sample_clear(1);
    int to[2], status;
    char ready;

    sample_store(path, 1, &f, 1);
    assert_int_equal(pipe(to), 0);
    pid_t child = fork();
    if (child == 0) {
        char command[600];
        snprintf(command, sizeof command,
                 "(echo 'BEGIN EXCLUSIVE;'; echo '.shell printf x >&%d'; echo '.shell sleep 5')"
                 " | sqlite3 -batch '%s'", to[1], path);
        _exit(system(command) != 0);
    }
    assert_int_equal(read(to[0], &ready, 1), 1);
    assert_refused(path, STORE_WRITE, "in use by another program");
    waitpid(child, &status, 0);
    close(to[0]);
    close(to[1]);
}

/* Cut at every page and in between: a sentence or a reading, never a crash. */
static void truncated_databases_say_so(void **state)
{
    char path[256];
    const struct facts f[] = {sample_facts(), sample_clear(2)};
    struct stat status;

    snprintf(path, sizeof path, "%s", sample_path(state, "whole.db"));
    sample_store(path, 1, f, 2);
    stat(path, &status);
    for (off_t n = 600; n < status.st_size; n += 2048) {
        char command[600];
        struct err e = {""};
        const char *cut = sample_path(state, "cut.db");
        snprintf(command, sizeof command, "head -c %lld '%s' > '%s'", (long long)n, path, cut);
        assert_int_equal(system(command), 0);
        struct store *st = store_open(cut, STORE_READ, &e);
        int64_t sessions = 0;
        if (st && query_integer(st, "SELECT count(*) + sum(length(keywords)) + max(started_at)"
                                    " FROM session s JOIN verdict USING (session_id)"
                                    " JOIN server USING (server_id)", &sessions, &e) == 0)
            assert_int_equal(e.text[0], 0);
        else
            assert_non_null(strstr(e.text, "damaged"));
        if (st)
            store_close(&st, &e);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_comes_back),
        cmocka_unit_test(counters_beyond_sqlite_stop_at_its_largest),
        cmocka_unit_test(the_view_shows_what_is_known_only),
        cmocka_unit_test(unjudged_sessions_are_unknown),
        cmocka_unit_test(local_parts_are_hashed),
        cmocka_unit_test(each_database_has_a_key_of_its_own),
        cmocka_unit_test(the_same_capture_again_changes_nothing),
        cmocka_unit_test(a_run_that_died_leaves_a_sound_database_and_is_removed),
        cmocka_unit_test(history_counts_and_judges_again),
        cmocka_unit_test(evidence_is_replaced),
        cmocka_unit_test(many_sessions_take_several_batches),
        cmocka_unit_test(a_second_writer_is_refused),
        cmocka_unit_test(reads_what_cannot_be_written),
        cmocka_unit_test(opening_says_what_is_wrong),
        cmocka_unit_test(garbage_is_no_database),
        cmocka_unit_test(what_is_locked_is_in_use),
        cmocka_unit_test(truncated_databases_say_so),
    };
    return cmocka_run_group_tests_name("store", tests, sample_folder, sample_folder_remove);
}
