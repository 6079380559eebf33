/* test_judge.c - sessions that are like others get the verdict that they would get by themselves. */
#include "test.h"

#include "sample.h"

#include <mailtap/random.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define NOON (INT64_C(1795521600) * SECOND)
#define ROOM 400

static struct facts made[ROOM];

/* All that was made of the sessions, but for what the numbers of sessions are. */
#define OPINIONS                                                                                   \
    "SELECT group_concat(line, char(10)) FROM (SELECT session_id || '|' || class || '|'"           \
    " || coalesce(cleartext_reason, '') || '|' || coalesce(strip_rule, '') || '|'"                 \
    " || coalesce(strip_rank, '') || '|' || rung AS line FROM verdict UNION ALL"                   \
    " SELECT session_id || '/' || place || '|' || rule || '|' || rank || '|' || detail"            \
    " FROM evidence UNION ALL SELECT session_id || '+' || weakness FROM weakness ORDER BY 1)"

static const char *fresh(void **state, const char *name)
{
    const char *path = sample_path(state, name);

    unlink(path);
    return path;
}

/* Few of each, so that many are alike; and whatever a rule looks at, now and then. */
static void make_one(struct facts *f, unsigned i, struct random *r)
{
    uint64_t kind = random_below(r, 12);

    *f = kind < 3 ? sample_encrypted((uint16_t)(1000 + i)) : sample_clear((uint16_t)(1000 + i));
    f->client.address.octets[3] = (uint8_t)random_below(r, 6);
    f->server.address.octets[3] = (uint8_t)random_below(r, 4);
    f->started_ns = NOON + (int64_t)random_below(r, 7200) * SECOND;
    f->ended_ns = f->started_ns + SECOND;
    f->address_count = 0;
    f->transactions = (uint32_t)random_below(r, 2);
    if (kind == 3)
        strcpy(f->keywords, random_below(r, 2) ? "XXXXXXXA" : "PIPELINING\nSIZE");
    if (kind == 4 || kind == 5)
        f->starttls_offered = YES;
    if (kind == 6) {
        f->starttls_offered = f->starttls_requested = YES;
        f->starttls_reply = random_below(r, 2) ? 454 : 502;
    }
    if (kind == 7) {
        f->starttls_offered = f->starttls_requested = YES;
        f->starttls_reply = 220;
        f->tls_established = NO;
        f->transactions = 0;
        f->ending = ENDING_RESET;
    }
    if (kind == 8) {
        f->ehlo_accepted = NO;
        f->ehlo_reply = 502;
        f->helo_sent = true;
        f->helo_reply = 250;
        f->starttls_offered = UNKNOWN;
    }
    if (kind == 9) {
        f->conflicts = f->conflicts_kept = 1;
        f->conflict[0] = (struct conflict_facts){.octets = 8,
                                                 .second_starttls = random_below(r, 2) != 0};
        memset(f->conflict[0].first_sha256, 'a', 64);
        memset(f->conflict[0].second_sha256, 'b', 64);
    }
}

static unsigned make(uint64_t seed)
{
    struct random r = random_seeded(seed);

    for (unsigned i = 0; i < ROOM; i++)
        make_one(&made[i], i, &r);
    return ROOM;
}

/* One after the other, each with all that is known of it. */
static void judge_by_hand(const char *path)
{
    struct facts f;
    struct history h;
    struct verdict v;
    struct err e = {""};
    int64_t session;
    int rc;
    struct store *st = store_open(path, STORE_CHANGE, &e);

    assert_int_equal(store_judge_all(st, &e), 0);
    while ((rc = store_unjudged(st, &session, &f, &h, &e)) > 0) {
        classify(&f, &h, &v);
        assert_int_equal(store_judge(st, session, &v, &e), 0);
    }
    assert_string_equal(e.text, "");
    assert_int_equal(rc, 0);
    assert_int_equal(store_close(&st, &e), 0);
}

/* The verdicts of a database are those that each session gets by itself. */
static void assert_as_by_hand(const char *path)
{
    char *all = sample_value(path, OPINIONS);

    sample_expect(path, "SELECT count(*) FROM unjudged", "0");
    judge_by_hand(path);
    sample_expect(path, OPINIONS, all);
    free(all);
}

static void a_file_at_once(void **state)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        const char *path = fresh(state, "once.db");
        sample_store(path, 1, made, make(seed));
        sample_expect(path, "SELECT count(*) > 20 AND count(DISTINCT rule) >= 5 FROM evidence",
                      "1");
        assert_as_by_hand(path);
    }
}

/* What came first is judged once more for what came later. */
static void files_one_after_the_other(void **state)
{
    const char *path = fresh(state, "parts.db");
    unsigned n = make(4);

    for (unsigned i = 0; i < n; i += 50)
        sample_store(path, (uint8_t)(1 + i / 50), made + i, 50);
    assert_as_by_hand(path);
}

static struct policy *policy_of(const char *text)
{
    struct policy *p = policy_new();
    struct err e = {""};

    assert_int_equal(policy_read_list(p, slice_of(text), "list", &e), 0);
    return p;
}

static void policies_that_come_and_go(void **state)
{
    const char *path = fresh(state, "policy.db");
    struct policy *must = policy_of("192.0.2.1 must-offer\n"), *none = policy_new();
    struct err e = {""};

    sample_store(path, 1, made, make(5));
    struct store *st = store_open(path, STORE_CHANGE, &e);
    sample_expect(path, "SELECT count(*) FROM evidence WHERE rule = 'policy-violated'", "0");
    assert_int_equal(store_policies(st, must, &e), 0);
    assert_int_equal(sample_judge(st), ROOM);
    sample_expect(path, "SELECT count(*) > 10 FROM evidence WHERE rule = 'policy-violated'", "1");
    assert_int_equal(store_policies(st, none, &e), 0);
    assert_int_equal(sample_judge(st), ROOM);
    sample_expect(path, "SELECT count(*) FROM evidence WHERE rule = 'policy-violated'", "0");
    assert_int_equal(store_policies(st, must, &e), 0);
    assert_int_equal(sample_judge(st), ROOM);
    assert_int_equal(store_close(&st, &e), 0);
    assert_as_by_hand(path);
    policy_free(&must);
    policy_free(&none);
}

/* The newest first, a few at a time: the same, and each is told once. */
static void note(void *of, const struct judged *judged)
{
    unsigned *told = of;

    for (unsigned i = 0; i < ROOM; i++)
        if (made[i].started_ns == judged->started_ns &&
            endpoint_equal(&made[i].client, &judged->client))
            told[i]++;
}

static void the_newest_first(void **state)
{
    const char *path = fresh(state, "newest.db");
    unsigned told[ROOM] = {0};
    const struct judged_to to = {note, told};
    struct err e = {""};
    int n;

    sample_store(path, 1, made, make(6));
    sample_sql(path, "DELETE FROM judgement; DELETE FROM evidence; DELETE FROM weakness");
    struct store *st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(store_judge_all(st, &e), 0);
    assert_int_equal(store_mark(st, &e), 0);
    assert_int_equal(store_judge_newest(st, 7, &to, &e), 7);
    assert_int_equal(told[ROOM - 1] + told[ROOM - 7], 2);
    assert_int_equal(told[ROOM - 8] + told[0], 0);
    while ((n = store_judge_newest(st, 7, &to, &e)) > 0)
        ;
    assert_int_equal(n, 0);
    for (unsigned i = 0; i < ROOM; i++)
        assert_int_equal(told[i], 1);
    assert_int_equal(store_close(&st, &e), 0);
    assert_as_by_hand(path);
}

/* A run that dies when a later session was judged: those before it wait like those behind it. */
static void those_before_it_wait(void **state)
{
    const char *path = fresh(state, "before.db");
    const struct verdict any = {.class = CLASS_UNKNOWN};
    struct facts f;
    struct history h;
    struct err e = {""};
    int64_t session;

    sample_store(path, 1, made, make(10));
    sample_sql(path, "DELETE FROM judgement; DELETE FROM evidence; DELETE FROM weakness");
    struct store *st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(store_unjudged(st, &session, &f, &h, &e), 1);
    assert_int_equal(session, 1);
    assert_int_equal(store_judge(st, 5, &any, &e), 0);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, "SELECT group_concat(session_id) FROM unjudged", "1,2,3,4");
    st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(sample_judge(st), ROOM - 1);
    assert_int_equal(sample_judge(st), 0);
    assert_int_equal(store_judge_all(st, &e), 0);
    assert_int_equal(sample_judge(st), ROOM);
    assert_int_equal(store_close(&st, &e), 0);
    assert_as_by_hand(path);
}

/* Rows that others left behind go with the verdict that they have no right to. */
static void what_is_left_of_others_goes(void **state)
{
    const char *path = fresh(state, "left.db");

    sample_store(path, 1, made, make(7));
    sample_sql(path, "DELETE FROM judgement; INSERT OR IGNORE INTO evidence SELECT session_id, 5,"
                     " 'refused', 'weak', '{}' FROM session;"
                     "INSERT OR IGNORE INTO weakness SELECT session_id, 'rc4' FROM session;"
                     "INSERT INTO unjudged SELECT session_id FROM session");
    struct err e = {""};
    struct store *st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(sample_judge(st), ROOM);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, "SELECT count(*) FROM evidence WHERE place = 5", "0");
    assert_as_by_hand(path);
}

/* The same connections, as they were seen behind a box that takes the offer away. */
static void at_two_places(void **state)
{
    const char *path = fresh(state, "places.db");
    unsigned n = make(8);

    for (unsigned i = 0; i < n; i++) {
        made[i].one_sided = NO;
        made[i].ehlo_reply = made[i].ehlo_reply ? made[i].ehlo_reply : 250;
    }
    sample_store(path, 1, made, n);
    for (unsigned i = 0; i < n; i++) {
        made[i].started_ns += SECOND / 2;
        if (i % 3 == 0)
            strcpy(made[i].keywords, "SIZE 1000\nXXXXXXXA");
    }
    sample_store(path, 2, made, n);
    sample_expect(path, "SELECT count(*) > 20 FROM evidence WHERE rule = 'vantage-mismatch'", "1");
    assert_as_by_hand(path);
}

/* A TLSA record of one server, seen when all were judged: those without the offer are judged again. */
static void a_record_that_comes_later(void **state)
{
    static struct dns_message m;
    const struct capture_counts counts = {.frames = 1};
    const uint8_t digest[DIGEST_OCTETS] = {2};
    const struct ip_address asker = {4, {192, 0, 2, 1}};
    const char *path = fresh(state, "tlsa.db");
    struct err e = {""};
    int64_t capture;

    sample_store(path, 1, made, make(9));
    struct store *st = store_open(path, STORE_CHANGE, &e);
    assert_int_equal(sample_judge(st), 0);
    m = (struct dns_message){.response = true, .authentic = true, .records = 1};
    m.record[0].type = DNS_TLSA;
    snprintf(m.question, sizeof m.question, "_25._tcp.%.200s", sample_clear(1).server_name);
    strcpy(m.record[0].owner, m.question);
    strcpy(m.record[0].text, "3 1 1 aa");
    assert_int_equal(store_capture_begin(st, "dns.pcap", digest, &capture, &e), 1);
    assert_int_equal(store_dns(st, capture, NOON, &asker, &m, &e), 0);
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    assert_true(sample_judge(st) > 20);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, "SELECT count(*) > 20 FROM evidence WHERE rule = 'policy-violated'", "1");
    assert_as_by_hand(path);
}

/* ---- when they are stored */

/* How a capture comes: all of them, or some by chance, are judged when they are stored. */
struct coming {
    bool apart; /* days from the others: no connection can be in two of them */
    struct random *some;
    const struct dns_message *answer; /* in the middle */
};

static int store_one(struct store *st, int64_t capture, const struct facts *f, struct random *some,
                     struct err *e)
{
    return some && random_below(some, 3) == 0 ? store_session(st, capture, f, e)
                                              : store_session_judged(st, capture, f, e);
}

static void store_coming(const char *path, uint8_t seed, const struct facts *f, unsigned n,
                         const struct coming *how)
{
    const uint8_t digest[DIGEST_OCTETS] = {seed};
    const int64_t from_ns = NOON + (how->apart ? seed * INT64_C(259200) * SECOND : 0);
    const struct capture_counts counts = {.frames = 1, .started_ns = from_ns, .ended_ns = from_ns};
    const struct ip_address asker = {4, {192, 0, 2, 1}};
    struct err e = {""};
    int64_t capture;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_int_equal(store_capture_begin(st, "a.pcap", digest, &capture, &e), 1);
    for (unsigned i = 0; i < n; i++) {
        if (i == n / 2 && how->answer)
            assert_int_equal(store_dns(st, capture, NOON, &asker, how->answer, &e), 0);
        assert_int_equal(store_one(st, capture, &f[i], how->some, &e), 0);
    }
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
}

static void stored_with_their_verdicts(void **state)
{
    static const unsigned at_once[] = {ROOM, 80, 25};
    struct random some = random_seeded(1);

    for (unsigned k = 0; k < 12; k++) {
        const char *path = fresh(state, "coming.db");
        const struct coming how = {.apart = k & 1, .some = k & 2 ? &some : NULL};
        unsigned n = make(20 + k), step = at_once[k / 4];
        for (unsigned i = 0; i < n; i += step)
            store_coming(path, (uint8_t)(1 + i / step), made + i, n - i < step ? n - i : step,
                         &how);
        sample_expect(path, "SELECT count(*) > 20 AND count(DISTINCT rule) >= 5 FROM evidence",
                      "1");
        assert_as_by_hand(path);
    }
}

/* Most need not wait, and those that do are in `unjudged` from the first moment on. */
static void who_waits_is_marked(void **state)
{
    const char *path = fresh(state, "waits.db");
    const uint8_t digest[DIGEST_OCTETS] = {1};
    struct err e = {""};
    int64_t capture;
    unsigned n = make(50);
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_int_equal(store_capture_begin(st, "a.pcap", digest, &capture, &e), 1);
    for (unsigned i = 0; i < n; i++)
        assert_int_equal(store_session_judged(st, capture, &made[i], &e), 0);
    assert_int_equal(store_live_commit(st, &e), 0);
    sample_expect(path,
                  "SELECT count(*) FROM session WHERE session_id NOT IN"
                  " (SELECT session_id FROM judgement UNION ALL SELECT session_id FROM unjudged)",
                  "0");
    sample_expect(path, "SELECT count(*) FROM judgement j JOIN unjudged USING (session_id)", "0");
    sample_expect(path, "SELECT count(*) BETWEEN 200 AND 380 FROM judgement", "1");
    assert_int_equal(store_close(&st, &e), 0);
    /* The run died: all that belongs to the capture goes. */
    st = store_open(path, STORE_WRITE, &e);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(path, "SELECT (SELECT count(*) FROM judgement) + (SELECT count(*) FROM unjudged)",
                  "0");
}

/* Sessions of a run that died before them wait, though they stand in front of one that has a verdict. */
static void those_that_were_left_wait(void **state)
{
    const char *path = fresh(state, "left-over.db");
    const struct coming how = {.apart = true};

    sample_store(path, 1, made, make(51) / 2);
    sample_sql(path, "DELETE FROM judgement WHERE session_id > 100; DELETE FROM evidence WHERE"
                     " session_id > 100; DELETE FROM weakness WHERE session_id > 100");
    store_coming(path, 2, made + ROOM / 2, ROOM / 2, &how);
    sample_expect(path, "SELECT count(*) FROM judgement", "400");
    assert_as_by_hand(path);
}

static void what_is_expected_meanwhile(void **state)
{
    static struct dns_message m;
    struct policy *must = policy_of("192.0.2.1 must-offer\n");
    struct err e = {""};

    m = (struct dns_message){.response = true, .authentic = true, .records = 1};
    m.record[0].type = DNS_TLSA;
    snprintf(m.question, sizeof m.question, "_25._tcp.%.200s", sample_clear(1).server_name);
    strcpy(m.record[0].owner, m.question);
    strcpy(m.record[0].text, "3 1 1 aa");
    for (unsigned with_policy = 0; with_policy < 2; with_policy++) {
        const char *path = fresh(state, "expected.db");
        const struct coming how = {.apart = true, .answer = with_policy ? NULL : &m};
        struct store *st = store_open(path, STORE_WRITE, &e);
        if (with_policy)
            assert_int_equal(store_policies(st, must, &e), 0);
        assert_int_equal(store_close(&st, &e), 0);
        store_coming(path, 1, made, make(52), &how);
        sample_expect(path, "SELECT count(*) > 10 FROM evidence WHERE rule = 'policy-violated'",
                      "1");
        assert_as_by_hand(path);
    }
    policy_free(&must);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_at_once),
        cmocka_unit_test(files_one_after_the_other),
        cmocka_unit_test(policies_that_come_and_go),
        cmocka_unit_test(the_newest_first),
        cmocka_unit_test(those_before_it_wait),
        cmocka_unit_test(what_is_left_of_others_goes),
        cmocka_unit_test(at_two_places),
        cmocka_unit_test(a_record_that_comes_later),
        cmocka_unit_test(stored_with_their_verdicts),
        cmocka_unit_test(who_waits_is_marked),
        cmocka_unit_test(those_that_were_left_wait),
        cmocka_unit_test(what_is_expected_meanwhile),
    };
    return cmocka_run_group_tests_name("judge", tests, sample_folder, sample_folder_remove);
}
