/*
 * test_query_parameters.c - the questions that take parameters, asked of sessions of seven kinds:
 * what must come out is counted here, from the table of kinds.
 */
#include "test.h"

#include "sample.h"

#include <mailtap/err.h>
#include <mailtap/statistics.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define DAY (86400 * SECOND)
#define FIRST_DAY (INT64_C(1795478400) * SECOND) /* 2026-11-24T00:00:00Z */

/* ---- the sessions */

enum kind { ENCRYPTED, NOT_OFFERED, UNUSED, OBSOLETE, LOGIN, STRIPPED, UNDECIDED, KINDS };

static const struct {
    uint8_t client, server;
    uint16_t port;
    unsigned count[2]; /* on the first day, on the second */
    unsigned messages; /* read of each, and under TLS */
    unsigned hidden;
    bool decided, clear, offered, used, obsolete, login;
} kinds[KINDS] = {
    [ENCRYPTED] = {2, 26, 25, {30, 60}, 0, 1, true, false, true, true, false, false},
    [NOT_OFFERED] = {3, 25, 25, {25, 10}, 1, 0, true, true, false, false, false, false},
    [UNUSED] = {2, 27, 25, {10, 5}, 2, 0, true, true, true, false, false, false},
    [OBSOLETE] = {4, 28, 25, {12, 28}, 0, 1, true, false, true, true, true, false},
    [LOGIN] = {5, 25, 587, {4, 6}, 1, 0, true, true, false, false, false, true},
    [STRIPPED] = {6, 29, 25, {3, 9}, 1, 0, true, true, false, false, false, false},
    [UNDECIDED] = {7, 30, 25, {2, 1}, 0, 0, false, false, false, false, false, false},
};

static struct facts session_of(enum kind k)
{
    struct facts f = kinds[k].used ? sample_encrypted(1) : sample_clear(1);

    f.client.address.octets[3] = kinds[k].client;
    f.server.address.octets[3] = kinds[k].server;
    f.server.port = kinds[k].port;
    f.transactions = f.messages = kinds[k].messages;
    if (kinds[k].hidden)
        f.estimate = (struct estimate){.made = true, .messages = 1, .low = 1, .high = 2};
    snprintf(f.server_name, sizeof f.server_name, "mx%u.example", kinds[k].server);
    if (k == UNUSED) {
        f.starttls_offered = YES;
        strcpy(f.keywords, "STARTTLS");
    } else if (k == OBSOLETE) {
        f.tls_version = 0x0301;
    } else if (k == LOGIN) {
        strcpy(f.auth[0].mechanism, "PLAIN");
        f.auth[0].given = GIVEN_PASSWORD;
        f.auths = 1;
        f.credentials_exposed = YES;
    } else if (k == STRIPPED) {
        strcpy(f.keywords, "XXXXXXXA\n8BITMIME\nSMTPUTF8\nCHUNKING");
    } else if (k == UNDECIDED) {
        f.decided = f.starttls_offered = f.starttls_requested = UNKNOWN;
    }
    return f;
}

/* Every day's sessions begin at noon, a second apart. */
static const char *made(void **state, const char *name)
{
    static struct facts f[256];
    const char *path = sample_path(state, name);
    unsigned n = 0;

    for (unsigned day = 0; day < 2; day++)
        for (enum kind k = 0; k < KINDS; k++)
            for (unsigned i = 0; i < kinds[k].count[day]; i++, n++) {
                assert_true(n < sizeof f / sizeof *f);
                f[n] = session_of(k);
                f[n].client.port = (uint16_t)(1024 + n);
                f[n].started_ns = FIRST_DAY + day * DAY + DAY / 2 + n * SECOND;
                f[n].ended_ns = f[n].started_ns + SECOND / 2;
            }
    sample_store(path, 1, f, n);
    return path;
}

/* ---- what must come out */

/* Append to what is said; the end of it must fit. */
static void say(char to[8192], const char *text)
{
    assert_true(strlen(to) + strlen(text) < 8192);
    strcat(to, text);
}

struct count {
    unsigned hits, n;
};

/* The figures of 'changed', for one day. */
static void count_day(unsigned day, struct count of[8])
{
    memset(of, 0, 8 * sizeof *of);
    for (enum kind k = 0; k < KINDS; k++) {
        unsigned n = kinds[k].count[day];
        const struct count of_kind[8] = {
            {kinds[k].offered ? n : 0, k == UNDECIDED ? 0 : n},
            {kinds[k].used ? n : 0, kinds[k].offered ? n : 0},
            {kinds[k].used ? n : 0, kinds[k].used ? n : 0},
            {kinds[k].clear ? n : 0, kinds[k].decided ? n : 0},
            {k == STRIPPED ? n : 0, kinds[k].decided ? n : 0},
            {kinds[k].login ? n : 0, kinds[k].login ? n : 0},
            {kinds[k].obsolete ? n : 0, kinds[k].used ? n : 0},
            {n * kinds[k].messages, n * (kinds[k].messages + kinds[k].hidden)},
        };
        for (unsigned i = 0; i < 8; i++) {
            of[i].hits += of_kind[i].hits;
            of[i].n += of_kind[i].n;
        }
    }
}

/* To four places, and no negative zero. */
static double rounded(double x)
{
    return round(x * 10000) / 10000 + 0.0;
}

static void say_figure(char to[8192], struct count before, struct count after)
{
    struct interval i = newcombe(after.hits, after.n, before.hits, before.n);
    bool enough = before.n >= 20 && after.n >= 20;
    char line[256], interval[64] = "- -";

    if (enough)
        snprintf(interval, sizeof interval, "%.4f %.4f", rounded(i.low), rounded(i.high));
    snprintf(line, sizeof line, "%s%u %u %u %u %s %s", *to ? "\n" : "", before.hits, before.n,
             after.hits, after.n, interval,
             !enough      ? "too few"
             : i.low > 0  ? "higher"
             : i.high < 0 ? "lower"
                          : "no difference shown");
    say(to, line);
}

#define CHANGED "before of_before after of_after low high verdict"

static void changed_compares_two_periods(void **state)
{
    const char *path = made(state, "changed.db");
    struct count before[8], after[8];
    char want[8192] = "";

    count_day(0, before);
    count_day(1, after);
    for (unsigned i = 0; i < 8; i++)
        say_figure(want, before[i], after[i]);
    sample_answers(path, "changed", "at=2026-11-25", CHANGED, want);
    /* By hand, so that the table is not believed alone: four verdicts. */
    assert_non_null(strstr(want, "52 84 93 118 "));
    assert_non_null(strstr(want, "42 84 30 118 "));
    assert_non_null(strstr(want, "higher"));
    assert_non_null(strstr(want, "lower"));
    assert_non_null(strstr(want, "no difference shown"));
    assert_non_null(strstr(want, "4 4 6 6 - - too few"));
    sample_answers(path, "changed", "at=2026-11-25 since=2026-11-24 until=2026-11-26", CHANGED,
                   want);
}

/* Three sessions, at noon, at midnight and at the next noon, of a capture that has no end yet. */
static void store_running(const char *path)
{
    const uint8_t digest[DIGEST_OCTETS] = {1};
    struct err e = {""};
    int64_t capture;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_int_equal(store_capture_begin(st, "live", digest, &capture, &e), 1);
    for (unsigned i = 0; i < 3; i++) {
        struct facts f = session_of(NOT_OFFERED);
        f.started_ns = FIRST_DAY + (i + 1) * DAY / 2;
        f.ended_ns = f.started_ns + SECOND;
        assert_int_equal(store_session(st, capture, &f, &e), 0);
    }
    assert_int_equal(store_close(&st, &e), 0);
}

static void changed_divides_in_the_middle(void **state)
{
    const char *path = made(state, "middle.db");
    char first[64];

    /* Of the period that is given ... */
    assert_memory_equal(
        sample_asked(path, "changed", "since=2026-11-24 until=2026-11-26", "divided_at"),
        "2026-11-25T00:00:00.000\n", 24);
    /* ... of the capture, whose frames were of one second ... */
    snprintf(first, sizeof first, "%.23s", sample_asked(path, "changed", "", "divided_at"));
    assert_string_equal(first, "2026-11-24T01:50:52.500");
    /* ... or, while it runs, of its sessions. */
    path = sample_path(state, "running.db");
    store_running(path);
    assert_memory_equal(
        sample_asked(path, "changed", "", "before of_before after of_after divided_at"),
        "0 1 0 2 2026-11-25T00:00:00.000\n", 32);
}

static void changed_cuts_at_its_times(void **state)
{
    const char *path = made(state, "cuts.db");
    struct facts f = session_of(NOT_OFFERED);

    /* Sessions begin at 12:00:00, :01, ...; the first 30 are encrypted. */
    assert_memory_equal(sample_asked(path, "changed",
                                     "since=2026-11-24T12:00:01 at=2026-11-24T12:00:11"
                                     " until=2026-11-24T12:00:30",
                                     "before of_before after of_after"),
                        "10 10 19 19\n", 12);
    assert_memory_equal(sample_asked(path, "changed",
                                     "since=2026-11-24T12:00:00.000001 at=2026-11-24T12:00"
                                     " until=2026-11-24T12:00:01.000001Z",
                                     "before of_before after of_after"),
                        "0 0 1 1\n", 8);
    path = sample_path(state, "empty.db");
    sample_store(path, 1, &f, 0);
    sample_answers(path, "changed", "", "before of_before share_before after of_after difference",
                   "0 0 - 0 0 -\n0 0 - 0 0 -\n0 0 - 0 0 -\n0 0 - 0 0 -\n"
                   "0 0 - 0 0 -\n0 0 - 0 0 -\n0 0 - 0 0 -\n0 0 - 0 0 -");
}

/* The capture does not tell whether the first one had TLS, whether the second one asked for it, and
 * which version the third one has. */
static void what_is_not_known_is_in_no_denominator(void **state)
{
    struct facts f[] = {session_of(ENCRYPTED), session_of(UNUSED), session_of(OBSOLETE)};
    const char *path = sample_path(state, "unknown.db");

    f[0].tls_established = UNKNOWN;
    f[1].starttls_requested = UNKNOWN;
    f[1].messages_known = UNKNOWN;
    f[2].tls_version = 0;
    sample_store(path, 1, f, 3);
    sample_answers(path, "changed", "at=2000-01-01", "after of_after",
                   "3 3\n2 2\n1 1\n1 2\n0 2\n0 0\n0 0\n0 2");
    sample_answers(path, "clients", "", "used of_sessions_offered messages_in_the_clear", "1 1 0");
}

static void a_share_is_printed_from_20_sessions_on(void **state)
{
    struct facts f[40];

    for (unsigned i = 0; i < 40; i++) {
        f[i] = session_of(i < 20 ? ENCRYPTED : NOT_OFFERED);
        f[i].client.port = (uint16_t)(1024 + i);
        f[i].started_ns = FIRST_DAY + (i < 20 ? 0 : DAY);
        f[i].ended_ns = f[i].started_ns + 1;
    }
    const char *path = sample_path(state, "forty.db");
    sample_store(path, 1, f, 40);
    /* Newcombe's method 10 of 20/20 - 0/20: 1 - 0.16113 times the root of 2. */
    assert_memory_equal(sample_asked(path, "changed", "at=2026-11-25",
                                     "share_before share_after difference low high verdict"),
                        "1.0000 0.0000 -1.0000 -1.0000 -0.7721 lower\n", 44);
    path = sample_path(state, "thirty-nine.db");
    sample_store(path, 1, f, 39);
    assert_memory_equal(sample_asked(path, "changed", "at=2026-11-25",
                                     "share_before share_after difference low high verdict"),
                        "1.0000 - - - - too few\n", 23);
    sample_answers(path, "daily", "", "day of_decided in_the_clear_low in_the_clear_high",
                   "2026-11-24 20 0.0000 0.1611\n2026-11-25 19 - -");
}

static void days_add_up(void **state)
{
    const char *path = made(state, "daily.db");
    char want[8192] = "";

    for (unsigned day = 0; day < 2; day++) {
        struct count c[8];
        char line[256];
        count_day(day, c);
        unsigned sessions = c[3].n + kinds[UNDECIDED].count[day];
        struct interval clear = wilson(c[3].hits, c[3].n), stripped = wilson(c[4].hits, c[4].n),
                        established = wilson(c[2].hits, c[3].n);
        snprintf(line, sizeof line, "%s2026-11-2%u %u %u %u %u %u %u %.4f %.4f %.4f %.4f %.4f %.4f",
                 *want ? "\n" : "", 4 + day, sessions, c[7].hits, c[3].hits, c[4].hits, c[2].hits,
                 c[3].n, clear.low, clear.high, stripped.low, stripped.high, established.low,
                 established.high);
        say(want, line);
    }
#define DAILY                                                                                      \
    "day sessions messages_readable in_the_clear stripped established of_decided in_the_clear_low" \
    " in_the_clear_high stripped_low stripped_high established_low established_high"
    sample_answers(path, "daily", "", DAILY, want);
    sample_answers(path, "daily", "since=2026-11-25", DAILY, strchr(want, '\n') + 1);
    *strchr(want, '\n') = '\0';
    sample_answers(path, "daily", "until=2026-11-25", DAILY, want);
    sample_answers(path, "daily", "since=2026-11-26", DAILY, "");
}

#define WORST                                                                                      \
    "server_ip server_port one_name messages_readable sessions_in_the_clear of_sessions_decided"   \
    " stripped offered not_offered credentials_exposed"

static void the_worst_server_is_the_one_with_most_messages(void **state)
{
    const char *path = made(state, "worst.db");
    static const char all[] = "192.0.2.25 25 mx25.example 35 35 35 0 0 35 0\n"
                              "192.0.2.27 25 mx27.example 30 15 15 0 15 0 0\n"
                              "192.0.2.29 25 mx29.example 12 12 12 12 0 12 0\n"
                              "192.0.2.25 587 mx25.example 10 10 10 0 0 10 10";

    sample_answers(path, "worst-servers", "", WORST, all);
    sample_answers(path, "worst-servers", "rows=1", WORST,
                   "192.0.2.25 25 mx25.example 35 35 35 0 0 35 0");
    sample_answers(path, "worst-servers", "rows=9", WORST, all);
    sample_answers(path, "worst-servers", "rows=0", WORST, "");
    sample_answers(path, "worst-servers", "since=2026-11-25 rows=2", "server_ip messages_readable",
                   "192.0.2.25 10\n192.0.2.27 10");
    /* Wilson 15/15 is of too few; 35/35: 1 / (1 + 1.95996^2 / 35). */
    sample_answers(path, "worst-servers", "rows=2", "low high", "0.9011 1.0000\n- -");
}

/* Half of what goes to this server is encrypted: it is in the list for the rest. */
static void a_server_that_was_never_in_the_clear_is_not_listed(void **state)
{
    struct facts f[] = {session_of(ENCRYPTED), session_of(ENCRYPTED), session_of(OBSOLETE)};
    const char *path = sample_path(state, "mixed.db");

    f[1] = session_of(UNUSED);
    f[1].server = f[0].server;
    f[1].client.port = 1025;
    f[1].messages_known = NO; /* not told, so none is added; the session counts */
    sample_store(path, 1, f, 3);
    sample_answers(path, "worst-servers", "", WORST, "192.0.2.26 25 mx27.example 0 1 2 0 2 0 0");
}

#define CLIENTS                                                                                    \
    "client_ip messages_in_the_clear messages_though_offered messages_not_offered"                 \
    " sessions_in_the_clear used of_sessions_offered low high credentials_exposed"

static void the_worst_client_had_an_offer(void **state)
{
    const char *path = made(state, "clients.db");
    struct interval i = wilson(90, 105);
    char want[512];

    /* The first one used 90 of its 105 offers. */
    snprintf(want, sizeof want,
             "192.0.2.2 30 30 0 15 90 105 %.4f %.4f 0\n"
             "192.0.2.3 35 0 35 35 0 0 - - 0\n"
             "192.0.2.6 12 0 12 12 0 0 - - 0\n"
             "192.0.2.5 10 0 10 10 0 0 - - 10",
             i.low, i.high);
    sample_answers(path, "clients", "", CLIENTS, want);
    sample_answers(path, "clients", "rows=1 until=2026-11-25", CLIENTS,
                   "192.0.2.2 20 20 0 10 30 40 0.5981 0.8581 0");
}

#define SERVER "what value of_known"

static void one_server_is_told_in_full(void **state)
{
    const char *path = made(state, "server.db");

    sample_answers(path, "server", "ip=192.0.2.29", SERVER,
                   "names mx29.example -\n"
                   "ports 25 -\n"
                   "first seen 2026-11-24T12:01:21.000000Z -\n"
                   "last seen 2026-11-25T12:03:23.500000Z -\n"
                   "clients 1 -\n"
                   "sessions 12 -\n"
                   "STARTTLS offered 0 12\n"
                   "used when offered 0 0\n"
                   "established when used 0 0\n"
                   "in the clear of decided 12 12\n"
                   "stripped of decided 12 12\n"
                   "messages readable 12 12\n"
                   "octets of content readable 12000 -\n"
                   "credentials exposed by AUTH 0 0\n"
                   "obsolete TLS of established 0 0\n"
                   "certificate not trusted 0 0\n"
                   "certificate without its name 0 0\n"
                   "evidence: offer-masked (certain) 12 -");
    const char *said = sample_asked(path, "server", "ip=192.0.2.28", SERVER);
    assert_non_null(strstr(said, "\nobsolete TLS of established 40 40\n"));
    assert_non_null(strstr(said, "\nTLSv1.0 40 -"));
    assert_non_null(strstr(said, "\nmessages readable 0 40\n"));
    assert_non_null(strstr(said, "\nused when offered 40 40\n"));
}

static void one_server_by_port_and_time(void **state)
{
    const char *path = made(state, "ports.db");
    const char *said = sample_asked(path, "server", "ip=192.0.2.25", SERVER);

    assert_non_null(strstr(said, "\nports 25 587 -\n"));
    assert_non_null(strstr(said, "\nsessions 45 -\n"));
    assert_non_null(strstr(said, "\ncredentials exposed by AUTH 10 10\n"));
    said = sample_asked(path, "server", "ip=192.0.2.25 port=587 since=2026-11-25", SERVER);
    assert_non_null(strstr(said, "ports 587 -\n"));
    assert_non_null(strstr(said, "\nsessions 6 -\n"));
    said = sample_asked(path, "server", "ip=192.0.2.99", SERVER); /* never seen */
    assert_non_null(strstr(said, "\nsessions 0 -\n"));
    assert_null(strstr(said, "names"));
    said = sample_asked(path, "server", "ip=192.0.2.30", SERVER); /* and never decided */
    assert_non_null(strstr(said, "\nsessions 3 -\n"));
    assert_non_null(strstr(said, "\nin the clear of decided 0 0\nstripped of decided 0 0\n"));
    said = sample_asked(path, "server", "ip=192.0.2.25 port=25", "what value low high");
    assert_non_null(strstr(said, "\nin the clear of decided 35 0.9011 1.0000\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(changed_compares_two_periods),
        cmocka_unit_test(changed_divides_in_the_middle),
        cmocka_unit_test(changed_cuts_at_its_times),
        cmocka_unit_test(what_is_not_known_is_in_no_denominator),
        cmocka_unit_test(a_share_is_printed_from_20_sessions_on),
        cmocka_unit_test(days_add_up),
        cmocka_unit_test(the_worst_server_is_the_one_with_most_messages),
        cmocka_unit_test(a_server_that_was_never_in_the_clear_is_not_listed),
        cmocka_unit_test(the_worst_client_had_an_offer),
        cmocka_unit_test(one_server_is_told_in_full),
        cmocka_unit_test(one_server_by_port_and_time),
    };
    return cmocka_run_group_tests_name("questions with parameters", tests, sample_folder,
                                       sample_folder_remove);
}
