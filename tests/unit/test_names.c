/* test_names.c - DNS answers in a capture become rows, over UDP and over TCP. */
#include "test.h"

#include "../../cli/names.h"
#include "../../cli/pipeline.h"
#include "sample.h"
#include "sink_store.h"

#include <string.h>
#include <unistd.h>

/* ---- real captures */

static const char *read_capture(void **state, const char *file)
{
    const char *path = sample_path(state, "names.db");
    const struct pipeline p = {.limits = flow_limits_default(),
                               .fragments = fragment_limits_default()};
    struct part part = {0};
    struct err e = {""}, damage = {""};

    unlink(path);
    struct store *st = store_open(path, STORE_WRITE, &e);
    assert_non_null(st);
    assert_int_equal(
        store_capture_begin(st, file, (const uint8_t[DIGEST_OCTETS]){1}, &part.capture, &e), 1);
    struct sink to = sink_store(st);
    struct reading *r = pipeline_open(&p, &to, &e);
    struct source *source = source_open(file, &e);
    assert_non_null(r);
    assert_non_null(source);
    assert_int_equal(pipeline_read(r, source, &part, &damage, &e), PIPELINE_DONE);
    source_close(&source);
    assert_int_equal(pipeline_close(&r, &e), 0);
    assert_int_equal(store_capture_end(st, part.capture, (const uint8_t[DIGEST_OCTETS]){1},
                                       &part.counts, NULL, &e),
                     1);
    assert_int_equal(store_close(&st, &e), 0);
    return path;
}

#define TYPES                                                                                      \
    "SELECT group_concat(type || ' ' || n, ', ') FROM (SELECT type, count(*) AS n FROM dns"        \
    " GROUP BY type ORDER BY type)"

static void answers_in_datagrams(void **state)
{
    const char *path = read_capture(state, "tests/captures/dns-answers.pcap");

    /* Left out: a TLSA record of port 443, SERVFAIL, that a name without mail has no
     * address, and an alias that is no exchange. */
    sample_expect(path, TYPES, "A 8, AAAA 3, CNAME 2, MX 7, TLSA 4, TXT 3, none 4");
    sample_expect(path, "SELECT count(*) FROM dns WHERE owner LIKE '\\_443.%' ESCAPE '\\'", "0");
    sample_expect(
        path, "SELECT group_concat(DISTINCT rcode) FROM (SELECT rcode FROM dns ORDER BY 1)", "0,3");
    sample_expect(path, "SELECT sum(authentic) FROM dns", "24"); /* those of the signed zone */
    sample_expect(path, "SELECT count(*) FROM dns WHERE asker_ip = 'fd77::3:1'", "3");
    sample_expect(path,
                  "SELECT group_concat(value, ' ') FROM (SELECT DISTINCT value FROM dns WHERE owner"
                  " = 'mx1.mail.example' AND type IN ('A', 'AAAA') ORDER BY value)",
                  "10.77.2.1 fd77:2::1");
    sample_expect(path,
                  "SELECT preference || ' ' || value || ' ' || ttl FROM dns WHERE owner ="
                  " 'nomail.mail.example'",
                  "0 . 3600"); /* RFC 7505 */
    sample_expect(path, "SELECT count(*) FROM v_session", "0");
}

static void answers_over_tcp_and_in_fragments(void **state)
{
    const char *path = read_capture(state, "tests/captures/dns-large.pcap");

    /* Forty exchanges, of which the first ones are kept: once over TCP, once in fragments. */
    sample_expect(path, "SELECT count(*) FROM dns WHERE question = 'large.mail.example'", "64");
    sample_expect(path,
                  "SELECT count(DISTINCT seen_ns) FROM dns WHERE question ="
                  " 'large.mail.example'",
                  "2"); /* and nothing from the two that were truncated */
    sample_expect(path, TYPES, "A 2, AAAA 1, MX 66");
}

static void referrals_are_no_answers(void **state)
{
    const char *path = read_capture(state, "tests/captures/dns-referral.pcap");

    sample_expect(path, TYPES, "A 3, AAAA 1, MX 3");
    sample_expect(path, "SELECT count(DISTINCT seen_ns) FROM dns", "2"); /* of three */
}

/* ---- by hand */

#define NAME                                                                                       \
    "\x07"                                                                                         \
    "example\0"
#define HEADER(flags) "\x12\x34" flags "\0\1\0\1\0\0\0\0"
#define MX NAME "\0\x0f\0\1"
#define RECORD "\xc0\x0c\0\x0f\0\1\0\0\1\x2c\0\x07\0\x0a\2mx\xc0\x0c"

static const char answer[] = HEADER("\x81\x80") MX RECORD;
static const char question[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0" MX;

static struct store *st;
static int64_t capture;

static void open_store(void **state)
{
    const char *path = sample_path(state, "hand.db");
    struct err e = {""};

    unlink(path);
    st = store_open(path, STORE_WRITE, &e);
    assert_non_null(st);
    assert_int_equal(store_capture_begin(st, "a", NULL, &capture, &e), 1);
}

static void expect_rows(void **state, const char *want)
{
    const struct capture_counts counts = {.frames = 1};
    struct err e = {""};

    assert_int_equal(
        store_capture_end(st, capture, (const uint8_t[DIGEST_OCTETS]){1}, &counts, NULL, &e), 1);
    assert_int_equal(store_close(&st, &e), 0);
    sample_expect(sample_path(state, "hand.db"), "SELECT count(*) FROM dns", want);
}

static void datagram(uint16_t from, uint16_t to, const char *octets, size_t n, size_t on_wire)
{
    struct err e = {""};
    const struct packet p = {.at_ns = 5,
                             .from = {{4, {10, 0, 0, 53}}, from},
                             .to = {{4, {10, 0, 0, 1}}, to},
                             .payload = {(const uint8_t *)octets, n},
                             .payload_wire = (uint32_t)on_wire};

    const struct sink sink = sink_store(st);
    const struct part part = {.capture = capture};

    assert_int_equal(names_datagram(&sink, &part, &p, &e), 0);
}

static void a_datagram(void **state)
{
    open_store(state);
    datagram(53, 4000, answer, sizeof answer - 1, sizeof answer - 1);
    expect_rows(state, "1");
    sample_expect(sample_path(state, "hand.db"),
                  "SELECT seen_ns || ' ' || asker_ip || ' ' || question || ' ' || preference ||"
                  " ' ' || value || ' ' || ttl || ' ' || authentic FROM dns",
                  "5 10.0.0.1 example 10 mx.example 300 0");
}

static void only_answers_of_servers_count(void **state)
{
    open_store(state);
    datagram(4000, 53, answer, sizeof answer - 1, sizeof answer - 1);
    datagram(53, 4000, question, sizeof question - 1, sizeof question - 1);
    datagram(53, 53, question, sizeof question - 1, sizeof question - 1);
    datagram(53, 4000, "", 0, 0);
    expect_rows(state, "0");
}

static void what_the_capture_cut_is_believed_as_far_as_it_goes(void **state)
{
    static const char two[] = "\x12\x34\x81\x80\0\1\0\2\0\0\0\0" MX RECORD RECORD;

    open_store(state);
    datagram(53, 4000, two, sizeof two - 4, sizeof two - 1);
    expect_rows(state, "1");
    /* Whole on the wire and yet too short: whoever made it lies about what is in it. */
    open_store(state);
    datagram(53, 4000, two, sizeof two - 4, sizeof two - 4);
    expect_rows(state, "0");
}

/* ---- a connection */

static void feed(struct names *n, enum side side, enum chunk_kind kind, const char *octets,
                 size_t length)
{
    struct err e = {""};
    const struct flow f = {.end = {{{4, {10, 0, 0, 1}}, 4000}, {{4, {10, 0, 0, 53}}, 53}}};
    const struct chunk c = {.kind = kind,
                            .side = side,
                            .at_ns = 6,
                            .length = length,
                            .octets = {(const uint8_t *)octets, kind == CHUNK_GAP ? 0 : length}};

    const struct sink sink = sink_store(st);
    const struct part part = {.capture = capture};

    assert_int_equal(names_feed(n, &sink, &part, &f, &c, &e), 0);
}

static char two_answers[2 * (sizeof answer + 1)];
#define TWO (sizeof two_answers)

static void make_two(void)
{
    for (size_t i = 0; i < 2; i++) {
        char *to = two_answers + i * (sizeof answer + 1);
        to[0] = 0;
        to[1] = (char)(sizeof answer - 1);
        memcpy(to + 2, answer, sizeof answer - 1);
    }
}

static void a_connection_cut_anywhere(void **state)
{
    make_two();
    for (size_t cut = 0; cut <= TWO; cut += 7) {
        struct names *n = names_new();
        open_store(state);
        feed(n, SIDE_OPENER, CHUNK_DATA, "\0\x19", 2);
        feed(n, SIDE_OPENER, CHUNK_DATA, question, sizeof question - 1);
        feed(n, SIDE_RESPONDER, CHUNK_DATA, two_answers, cut);
        feed(n, SIDE_RESPONDER, CHUNK_DATA, two_answers + cut, TWO - cut);
        feed(n, SIDE_RESPONDER, CHUNK_FIN, "", 0);
        names_free(&n);
        assert_null(n);
        names_free(&n);
        expect_rows(state, "2");
        sample_expect(sample_path(state, "hand.db"), "SELECT DISTINCT asker_ip || seen_ns FROM dns",
                      "10.0.0.16");
    }
}

static void the_asker_says_nothing(void **state)
{
    struct names *n = names_new();

    make_two();
    open_store(state);
    feed(n, SIDE_OPENER, CHUNK_DATA, two_answers, TWO);
    names_free(&n);
    expect_rows(state, "0");
}

static void nothing_is_read_behind_a_gap(void **state)
{
    struct names *n = names_new();

    make_two();
    open_store(state);
    feed(n, SIDE_RESPONDER, CHUNK_DATA, two_answers, TWO / 2);
    feed(n, SIDE_OPENER, CHUNK_GAP, "", 10); /* of the other side */
    feed(n, SIDE_RESPONDER, CHUNK_GAP, "", TWO / 2);
    feed(n, SIDE_RESPONDER, CHUNK_DATA, two_answers, TWO / 2);
    names_free(&n);
    expect_rows(state, "1");
}

static void copies_that_differ_are_no_answers(void **state)
{
    struct names *n = names_new();

    make_two();
    open_store(state);
    feed(n, SIDE_RESPONDER, CHUNK_CONFLICT, two_answers, TWO);
    names_free(&n);
    expect_rows(state, "0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(answers_in_datagrams),
        cmocka_unit_test(answers_over_tcp_and_in_fragments),
        cmocka_unit_test(referrals_are_no_answers),
        cmocka_unit_test(a_datagram),
        cmocka_unit_test(only_answers_of_servers_count),
        cmocka_unit_test(what_the_capture_cut_is_believed_as_far_as_it_goes),
        cmocka_unit_test(a_connection_cut_anywhere),
        cmocka_unit_test(the_asker_says_nothing),
        cmocka_unit_test(nothing_is_read_behind_a_gap),
        cmocka_unit_test(copies_that_differ_are_no_answers),
    };
    return cmocka_run_group_tests_name("names", tests, sample_folder, sample_folder_remove);
}
