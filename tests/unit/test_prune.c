/* test_prune.c - old sessions leave, with all that hangs on them, and stay away. */
#include "test.h"

#include "fault.h"
#include "sample.h"

#include <mailtap/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)

/* One change of the files in so many fails; the sanitizers are slow. */
#if defined(__SANITIZE_ADDRESS__)
#define STEP 29
#else
#define STEP 5
#endif

static bool file_holds(const char *path, const char *text)
{
    char command[600];

    snprintf(command, sizeof command, "grep -qa '%s' '%s'", text, path);
    return system(command) == 0;
}

static struct store *open_to_change(const char *path)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_CHANGE, &e);

    assert_string_equal(e.text, "");
    assert_non_null(st);
    return st;
}

/* Prune, and judge what is left; what was counted before is what goes. */
static struct pruned prune(const char *path, int64_t before_ns, bool shrink)
{
    struct err e = {""};
    struct pruned counted = {0}, pruned;
    struct store *st = store_open(path, STORE_READ, &e);

    assert_int_equal(store_prune_count(st, before_ns, &counted, &e), 0);
    assert_int_equal(store_close(&st, &e), 0);
    st = open_to_change(path);
    assert_int_equal(store_prune(st, before_ns, &pruned, &e), 0);
    counted.free_pages = pruned.free_pages;
    assert_memory_equal(&counted, &pruned, sizeof counted);
    unsigned judged = sample_judge(st);
    assert_int_equal(judged, pruned.sessions || pruned.dns ? pruned.left : 0);
    if (shrink)
        assert_int_equal(store_shrink(st, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    return pruned;
}

/* Told of in a capture of its own, at this time. */
static void add_dns(const char *path, uint8_t seed, int64_t at_ns)
{
    static const struct ip_address asker = {4, {192, 0, 2, 77}};
    const struct dns_message m = {.response = true, .question = "asked-for.example", .rcode = 3};
    const uint8_t digest[DIGEST_OCTETS] = {seed};
    const struct capture_counts counts = {.frames = 1, .started_ns = at_ns, .ended_ns = at_ns};
    struct err e = {""};
    int64_t capture;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_int_equal(store_capture_begin(st, "dns.pcap", digest, &capture, &e), 1);
    assert_int_equal(store_dns(st, capture, at_ns, &asker, &m, &e), 0);
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
}

static char *fresh(void **state, const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s", sample_path(state, name));
    unlink(path);
    return path;
}

static void what_is_old_goes(void **state)
{
    const char *path = fresh(state, "old.db");
    struct address old = {.transaction = 1, .accepted = YES, .path = "a@long-ago.example"};
    struct facts f[] = {sample_clear(2), sample_clear(3), sample_encrypted(4)};

    f[0].addresses = &old;
    f[0].address_count = 1;
    f[0].starttls_offered = YES;
    sample_store(path, 1, f, 3);
    assert_true(file_holds(path, "long-ago.example"));
    /* The one that began at that very time stays. */
    struct pruned p = prune(path, f[1].started_ns, true);
    assert_int_equal(p.sessions, 1);
    assert_int_equal(p.left, 2);
    assert_int_equal(p.servers, 0);
    sample_expect(path, "SELECT count(*) FROM v_session", "2");
    sample_expect(path, "SELECT count(*) FROM v_session WHERE class = 'unknown'", "0");
    sample_expect(path, "SELECT sum(ehlo_offered) FROM server", "1");
    assert_false(file_holds(path, "long-ago.example"));
    sample_sound(path);
    assert_int_equal(prune(path, f[1].started_ns, true).sessions, 0);
}

/* A session with a row in every table, and one without. */
static void rows_of_every_table_go(void **state)
{
    const char *path = fresh(state, "tables.db");
    struct facts f[] = {sample_facts(), sample_clear(3)};

    f[0].started_ns = f[0].ended_ns = f[1].started_ns - 1;
    sample_store(path, 1, f, 2);
    sample_expect(path,
                  "SELECT min(n) > 0 FROM (SELECT count(*) AS n FROM certificate UNION ALL"
                  " SELECT count(*) FROM chain UNION ALL SELECT count(*) FROM tls UNION ALL"
                  " SELECT count(*) FROM identity UNION ALL SELECT count(*) FROM media UNION ALL"
                  " SELECT count(*) FROM auth UNION ALL SELECT count(*) FROM kept UNION ALL"
                  " SELECT count(*) FROM conflict UNION ALL SELECT count(*) FROM weakness)",
                  "1");
    struct pruned p = prune(path, f[1].started_ns, true);
    assert_int_equal(p.sessions, 1);
    assert_int_equal(p.clients, 1);
    sample_expect(path,
                  "SELECT sum(n) FROM (SELECT count(*) AS n FROM certificate UNION ALL"
                  " SELECT count(*) FROM chain UNION ALL SELECT count(*) FROM tls UNION ALL"
                  " SELECT count(*) FROM identity UNION ALL SELECT count(*) FROM media UNION ALL"
                  " SELECT count(*) FROM auth UNION ALL SELECT count(*) FROM kept UNION ALL"
                  " SELECT count(*) FROM conflict UNION ALL SELECT count(*) FROM weakness)",
                  "0");
    sample_expect(path,
                  "SELECT (SELECT count(*) FROM course) || (SELECT count(*) FROM banner)"
                  " || (SELECT count(*) FROM client) || (SELECT count(*) FROM mail)"
                  " || (SELECT count(*) FROM verdict) || (SELECT count(*) FROM unjudged)",
                  "111110");
    sample_sound(path);
}

static void captures_stay(void **state)
{
    const char *path = fresh(state, "all.db");
    const struct facts f[] = {sample_facts(), sample_clear(3)};
    const uint8_t digest[DIGEST_OCTETS] = {1};
    struct err e = {""};
    int64_t capture;
    char pruned[32];

    sample_store(path, 1, f, 2);
    int64_t last = f[0].started_ns > f[1].started_ns ? f[0].started_ns : f[1].started_ns;
    assert_int_equal(prune(path, last + 1, true).left, 0);
    sample_expect(path, "SELECT count(*) FROM session", "0");
    sample_expect(path, "SELECT (SELECT count(*) FROM name) + (SELECT count(*) FROM certificate)",
                  "0");
    snprintf(pruned, sizeof pruned, "%lld", (long long)last + 1);
    sample_expect(path, "SELECT pruned_ns FROM v_capture", pruned);
    prune(path, 5, true); /* an earlier time does not take it back */
    sample_expect(path, "SELECT pruned_ns FROM v_capture", pruned);
    sample_expect(path, "SELECT frames || ' ' || mail_flows FROM v_capture", "100 2");
    /* Analysing it again changes nothing. */
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_capture_begin(st, "a", digest, &capture, &e), 0);
    store_close(&st, &e);
}

/* Nothing of a capture that began later was pruned. */
static void a_later_capture_is_whole(void **state)
{
    const char *path = fresh(state, "later.db");
    const struct facts f = sample_clear(3);

    sample_store(path, 1, &f, 1);
    add_dns(path, 2, f.started_ns + 100 * SECOND);
    prune(path, f.started_ns + 100 * SECOND, true);
    sample_expect(path,
                  "SELECT group_concat(pruned_ns IS NULL) FROM (SELECT * FROM v_capture"
                  " ORDER BY started_at)",
                  "0,1");
}

static void dns_records_go_by_when_they_were_seen(void **state)
{
    const char *path = fresh(state, "dns.db");
    const struct facts f = sample_clear(3);
    struct pruned p;

    sample_store(path, 1, &f, 1);
    add_dns(path, 2, f.started_ns - 10);
    add_dns(path, 3, f.started_ns);
    p = prune(path, f.started_ns, true);
    assert_int_equal(p.dns, 1);
    assert_int_equal(p.sessions, 0);
    sample_expect(path, "SELECT count(*) FROM dns", "1");
    p = prune(path, f.started_ns + 1, true);
    assert_int_equal(p.dns, 1);
    assert_int_equal(p.sessions, 1);
    assert_false(file_holds(path, "asked-for.example"));
}

/* Mail in the clear after a handshake that was cut; and the same, when nothing is known of that. */
static void verdicts_rest_on_what_is_left(void **state)
{
    const char *path = fresh(state, "rests.db");
    struct facts f[] = {sample_encrypted(2), sample_clear(300)};

    f[0].tls_established = NO;
    f[0].ending = ENDING_RESET;
    f[1].server = f[0].server;
    f[1].starttls_offered = YES;
    strcpy(f[1].keywords, "STARTTLS");
    sample_store(path, 1, f, 2);
    sample_expect(path, "SELECT class || ' ' || strip_rule FROM v_session WHERE messages = 1",
                  "stripped handshake-broken");
    prune(path, f[1].started_ns, false);
    sample_expect(path, "SELECT class || ' ' || coalesce(strip_rule, '-') FROM v_session",
                  "cleartext -");
    sample_expect(path, "SELECT count(*) FROM evidence", "0");
    sample_expect(path, "SELECT ehlo_sessions || ' ' || ehlo_offered FROM server", "1 1");
}

/* A client that is only compared with others no more is nobody's client. */
static void comparisons_keep_nobody(void **state)
{
    const char *path = fresh(state, "compared.db");
    struct facts f[20];

    for (uint16_t i = 0; i < 20; i++) {
        f[i] = sample_clear((uint16_t)(10 + i));
        f[i].client.address.octets[3] = (uint8_t)(100 + i);
        if (i == 0)
            continue;
        f[i].starttls_offered = YES;
        strcpy(f[i].keywords, "STARTTLS");
    }
    for (uint16_t i = 1; i < 20; i++)
        memcpy(f[i].keywords, f[0].keywords, sizeof f[i].keywords);
    sample_store(path, 1, f, 20);
    sample_expect(path, "SELECT count(*) FROM contrast", "1");
    prune(path, f[1].started_ns, false);
    sample_expect(path, "SELECT count(*) FROM contrast", "0");
    sample_expect(path, "SELECT count(*) FROM client WHERE ip = '192.0.2.100'", "0");
    sample_sound(path);
}

static void nothing_is_left_in_free_pages(void **state)
{
    const char *path = fresh(state, "free.db");
    static struct facts f[400];
    struct address of[400];
    struct err e = {""};

    for (uint16_t i = 0; i < 400; i++) {
        f[i] = sample_clear((uint16_t)(10 + i));
        of[i] = (struct address){.transaction = 1, .accepted = YES, .path = ""};
        snprintf(of[i].path, sizeof of[i].path, "a@domain-%u.%s.example", i,
                 i < 300 ? "early" : "late");
        f[i].addresses = &of[i];
        f[i].address_count = 1;
    }
    sample_store(path, 1, f, 400);
    struct pruned p = prune(path, f[300].started_ns, false);
    assert_int_equal(p.sessions, 300);
    assert_true(p.free_pages > 0);
    assert_true(file_holds(path, "late.example"));
    assert_false(file_holds(path, "early.example"));
    /* And given back, which a reader that is in the middle of it puts off. */
    struct store *st = open_to_change(path), *reader = store_open(path, STORE_READ, &e);
    struct query *q = query_open(reader, "SELECT * FROM session", &e);
    assert_int_equal(query_next(q, &e), 1);
    assert_int_equal(store_shrink(st, &e), 0);
    assert_non_null(strstr(e.text, "being read"));
    query_close(&q);
    assert_int_equal(store_close(&reader, &e), 0);
    assert_int_equal(store_shrink(st, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    sample_sound(path);
}

static void the_newest_frame(void **state)
{
    const char *path = fresh(state, "newest.db");
    struct err e = {""};
    int64_t at = 0;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_int_equal(store_newest(st, &at, &e), 0); /* of no capture */
    store_close(&st, &e);
    add_dns(path, 1, 77 * SECOND);
    add_dns(path, 2, 99 * SECOND);
    add_dns(path, 3, 88 * SECOND);
    st = store_open(path, STORE_READ, &e);
    assert_int_equal(store_newest(st, &at, &e), 1);
    assert_int_equal(at, 99 * SECOND);
    store_close(&st, &e);
}

static void a_failure_removes_nothing(void **state)
{
    const char *path = sample_made(state, "fails.db");
    struct err e = {""};
    struct pruned p;

    sample_sql(path, "DROP TABLE chain");
    struct store *st = open_to_change(path);
    assert_int_equal(store_prune(st, INT64_MAX, &p, &e), -1);
    assert_true(strlen(e.text) > 10);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, "SELECT count(*) FROM session", "3");
    sample_expect(path, "SELECT count(*) FROM verdict", "3");
    sample_expect(path, "SELECT count(*) FROM capture WHERE pruned_ns IS NULL", "1");
}

/* ---- each change of the file in turn fails, or is the last */

#define STATE                                                                                      \
    "SELECT (SELECT count(*) FROM session) || ' ' || (SELECT count(*) FROM address) || ' ' ||"     \
    " (SELECT count(*) FROM name) || ' ' || (SELECT sum(ehlo_sessions) FROM server) || ' ' ||"     \
    " (SELECT coalesce(max(pruned_ns), '-') FROM capture) || ' ' ||"                               \
    " (SELECT count(*) FROM certificate)"
#define VERDICTS                                                                                   \
    "SELECT group_concat(class || client_port) FROM (SELECT * FROM v_session ORDER BY "            \
    "client_port)"

/* As the command does it: 1, 0 when the file could not be made smaller. */
static int run(const char *path, int64_t before_ns, struct err *e)
{
    static struct facts f;
    struct history h;
    struct verdict v;
    struct pruned p;
    struct err unused;
    int64_t session;
    struct store *st = store_open(path, STORE_CHANGE, e);
    int rc = st ? store_prune(st, before_ns, &p, e) : -1;

    while (rc >= 0 && (rc = store_unjudged(st, &session, &f, &h, e)) > 0) {
        classify(&f, &h, &v);
        rc = store_judge(st, session, &v, e);
    }
    if (rc >= 0)
        rc = store_shrink(st, e);
    if (rc < 0)
        store_close(&st, &unused);
    else if (store_close(&st, e) < 0)
        rc = -1;
    return rc;
}

static void copy(const char *from, const char *to)
{
    char command[1000];

    snprintf(command, sizeof command, "rm -f '%s'-*; cp '%s' '%s'", to, from, to);
    assert_int_equal(system(command), 0);
}

/* With the fault at the n-th change: false when there were fewer; *refused_r when the file was only
 * not made smaller. */
static bool run_into(const char *path, int64_t before_ns, enum fault kind, unsigned n,
                     bool *refused_r)
{
    struct err e = {""};
    int status;

    if (kind == FAULT_DEATH || kind == FAULT_TORN) {
        fflush(stdout);
        pid_t child = fork();
        if (child == 0) {
            fault_arm(kind, n);
            run(path, before_ns, &e);
            _exit(0);
        }
        waitpid(child, &status, 0);
        return status != 0;
    }
    fault_arm(kind, n);
    int rc = run(path, before_ns, &e);
    bool reached = fault_disarm() >= n;
    if (rc <= 0 && strlen(e.text) < 20)
        fail_msg("%s %u: failed without a sentence: '%s'", fault_name(kind), n, e.text);
    if (rc <= 0 && !reached)
        fail_msg("failed by itself: %s", e.text);
    *refused_r |= rc == 0;
    return reached;
}

static void before_or_after(void **state)
{
    static const enum fault kinds[] = {FAULT_ONCE, FAULT_DISK_FULL, FAULT_DEATH, FAULT_TORN};
    struct facts f[] = {sample_facts(), sample_clear(3), sample_encrypted(4)};
    char base[256], path[256];
    struct err e = {""};
    bool refused = false;

    f[0].started_ns = f[0].ended_ns = f[1].started_ns - 1;
    strcpy(base, fresh(state, "base.db"));
    strcpy(path, fresh(state, "faulty.db"));
    sample_store(base, 1, f, 3);
    copy(base, path);
    assert_int_equal(run(path, f[1].started_ns, &e), 1);
    char *before = sample_value(base, STATE), *after = sample_value(path, STATE);
    char *verdicts = sample_value(path, VERDICTS);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        unsigned n = 1;
        for (bool reached = true; reached; n += STEP) {
            copy(base, path);
            reached = run_into(path, f[1].started_ns, kinds[k], n, &refused);
            char *now = sample_value(path, STATE);
            if (strcmp(now, before) != 0 && strcmp(now, after) != 0)
                fail_msg("%s %u: %s is neither %s nor %s", fault_name(kinds[k]), n, now, before,
                         after);
            free(now);
            if (run(path, f[1].started_ns, &e) < 0)
                fail_msg("%s %u: the same again: %s", fault_name(kinds[k]), n, e.text);
            sample_expect(path, STATE, after);
            sample_expect(path, VERDICTS, verdicts);
            sample_sound(path);
        }
        printf("  %s: one in %d of %u\n", fault_name(kinds[k]), STEP, n);
    }
    assert_true(refused); /* pruned, and no room to write it anew */
    free(before);
    free(after);
    free(verdicts);
}

static int set_up(void **state)
{
    fault_install();
    return sample_folder(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_old_goes),
        cmocka_unit_test(rows_of_every_table_go),
        cmocka_unit_test(captures_stay),
        cmocka_unit_test(a_later_capture_is_whole),
        cmocka_unit_test(dns_records_go_by_when_they_were_seen),
        cmocka_unit_test(verdicts_rest_on_what_is_left),
        cmocka_unit_test(comparisons_keep_nobody),
        cmocka_unit_test(nothing_is_left_in_free_pages),
        cmocka_unit_test(the_newest_frame),
        cmocka_unit_test(a_failure_removes_nothing),
        cmocka_unit_test(before_or_after),
    };
    return cmocka_run_group_tests_name("prune", tests, set_up, sample_folder_remove);
}
