/*
 * test_estimate.c - dialogues told by their sizes, each beside one that is nearly it; and captures
 * of real software of which it is known what went through.
 */
#include "test.h"

#include <mailtap/err.h>
#include <mailtap/estimate.h>
#include <mailtap/fragment.h>
#include <mailtap/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOLDER "tests/captures/estimate/"

/* Turns as words: C25 is a turn of the client of 25 octets; C16384+30 came in two records. */
static struct turns turns_of(const char *words)
{
    struct turns t = {0};
    char *end;

    for (const char *p = words; *p; p = end + strspn(end, " ")) {
        bool client = *p == 'C';
        turns_add(&t, client, (uint32_t)strtoul(p + 1, &end, 10));
        while (*end == '+')
            turns_add(&t, client, (uint32_t)strtoul(end + 1, &end, 10));
    }
    return t;
}

static struct estimate estimate_of(const char *words)
{
    struct turns t = turns_of(words);
    struct estimate e;

    estimate_messages(&t, &e);
    turns_free(&t);
    return e;
}

#define assert_messages(words, n)                                                                  \
    do {                                                                                           \
        struct estimate e_ = estimate_of(words);                                                   \
        uint32_t n_ = (n);                                                                         \
        assert_true(e_.made);                                                                      \
        assert_int_equal(e_.messages, n_);                                                         \
        assert_true(e_.low <= n_ && e_.high >= n_);                                                \
    } while (0)

/* ---- dialogues */

static void one_command_at_a_time(void **state)
{
    (void)state;
    /* EHLO, MAIL, RCPT, DATA, content, QUIT */
    struct estimate e = estimate_of("C25 S274 C41 S14 C32 S14 C6 S37 C1203 S37 C6 S15");

    assert_true(e.made);
    assert_int_equal(e.messages, 1);
    assert_int_equal(e.octets, 1200);
    assert_false(e.authenticated);
    /* a greeting under TLS, or a ticket, comes first; nothing else changes */
    assert_messages("S60 C25 S274 C41 S14 C32 S14 C6 S37 C1203 S37 C6 S15", 1);
    assert_messages("C25 S274 C41 S14 C32 S14 C6 S37 C1203 S37"
                    " C41 S14 C32 S14 C6 S37 C16384+16384+9003 S37 C6 S15",
                    2);
    /* a second recipient is no second message */
    assert_messages("C25 S274 C41 S14 C32 S14 C35 S14 C6 S37 C1203 S37 C6 S15", 1);
}

static void a_dialogue_without_content_has_no_message(void **state)
{
    (void)state;
    struct estimate e = estimate_of("C25 S274 C6 S15");

    assert_true(e.made);
    assert_int_equal(e.high, 0);
    assert_messages("C25 S274 C41 S14 C32 S60 C6 S14 C6 S15", 0); /* refused, RSET, QUIT */
    assert_messages("C25 S274 C41 S14 C32 S14 C6 S15", 0);        /* QUIT after RCPT */
    assert_messages("C6 S15", 0);
    /* 354 although no recipient is left: the dot alone */
    assert_messages("C25 S274 C110 S110 C3 S60 C6 S15", 0);
}

static void a_reset_is_as_long_as_data_and_no_content_follows(void **state)
{
    (void)state;
    assert_messages("C25 S274 C41 S14 C32 S70 C6 S14 C41 S14 C32 S14 C6 S37 C2003 S37 C6 S15", 1);
    assert_messages("C25 S274 C41 S14 C32 S14 C6 S37 C2003 S37 C6 S14 C6 S15", 1);
}

static void commands_in_a_group(void **state)
{
    (void)state;
    /* MAIL, RCPT and DATA at once, answered 250, 250, 354 */
    struct estimate e = estimate_of("C25 S274 C104 S65 C5003 S37 C6 S15");

    assert_int_equal(e.messages, 1);
    assert_int_equal(e.octets, 5000);
    /* QUIT right behind the dot: 250 and 221 come together, and it is no content */
    e = estimate_of("C25 S274 C104 S65 C5009 S52");
    assert_int_equal(e.messages, 1);
    assert_int_equal(e.octets, 5000);
    assert_messages("C25 S274 C104 S65 C5003 S37 C104 S65 C803 S37 C104 S65 C90003 S37 C6 S15", 3);
    /* fifty recipients are a long turn of the client with a long answer: no content */
    assert_messages("C25 S274 C2100 S751 C9003 S37 C6 S15", 1);
}

static void content_in_chunks_needs_no_go_ahead(void **state)
{
    (void)state;
    /* MAIL, RCPT and BDAT LAST with its content, answered by three 250 */
    assert_messages("C25 S274 C5104 S76 C6 S15", 1);
    assert_messages("C25 S274 C5104 S76 C900 S76 C6 S15", 2);
    /* equal turns with short answers go on with one message */
    assert_messages("C25 S274 C16470 S55 C16396 S27 C16396 S27 C16396 S27 C6822 S60 C6 S15", 1);
}

static void an_exchange_of_auth_shows_by_base64(void **state)
{
    (void)state;
    /* AUTH LOGIN: 334 and eight letters, twice, and lines of 4n + 2 */
    struct estimate e = estimate_of("C25 S274 C12 S18 C26 S18 C34 S37"
                                    " C41 S14 C32 S14 C6 S37 C1203 S37 C6 S15");

    assert_int_equal(e.messages, 1);
    assert_true(e.authenticated);
    e = estimate_of("C25 S274 C65 S37 C41 S14 C32 S14 C6 S37 C1203 S37 C6 S15"); /* AUTH PLAIN */
    assert_int_equal(e.messages, 1);
    assert_true(e.authenticated);
    e = estimate_of("C24 S180 C2015 S20 C84 S190 C5003 S66 C6 S60"); /* a token of two thousand */
    assert_int_equal(e.messages, 1);
    assert_true(e.authenticated);
    /* as many turns, but every answer is as short as 250 is */
    e = estimate_of("C25 S274 C41 S14 C32 S14 C35 S14 C6 S37 C1203 S37 C6 S15");
    assert_false(e.authenticated);
}

static void content_that_broke_off_is_no_message(void **state)
{
    (void)state;
    struct estimate e = estimate_of("C25 S274 C41 S14 C32 S14 C6 S37 C16384+16384");

    assert_int_equal(e.messages, 0);
    assert_messages("C25 S274 C41 S14 C32 S14 C6 S37 C16384+16384 S37", 1);
}

static void many_recipients_are_no_messages_and_no_challenges(void **state)
{
    (void)state;
    struct turns t = turns_of("C25 S274 C45 S14");
    struct estimate e;

    for (unsigned i = 0; i < 500; i++) {
        turns_add(&t, true, 34); /* both are as long as base64 and its 334 could be */
        turns_add(&t, false, 14);
    }
    static const uint32_t rest[] = {6, 37, 9003, 40, 6, 15};
    for (unsigned i = 0; i < 6; i++)
        turns_add(&t, i % 2 == 0, rest[i]);
    estimate_messages(&t, &e);
    turns_free(&t);
    assert_int_equal(e.messages, 1);
    assert_int_equal(e.octets, 9000);
    assert_false(e.authenticated);
}

/* ---- no estimate */

static void nothing_is_claimed_of_what_was_not_seen(void **state)
{
    (void)state;
    struct turns t = turns_of("C25 S274 C41 S14 C32 S14 C6 S37 C1203 S37 C6 S15");
    struct estimate e;

    t.blind = true;
    estimate_messages(&t, &e);
    assert_false(e.made);
    assert_int_equal(e.messages + e.low + e.high + e.octets, 0);
    turns_free(&t);
    e = estimate_of("");
    assert_false(e.made);
}

static void of_a_list_that_was_cut_the_fewest_are_known(void **state)
{
    (void)state;
    struct turns t = turns_of("C25 S274");
    struct estimate e;

    while (!t.cut) {
        static const uint32_t message[] = {41, 14, 32, 14, 6, 37, 90003, 37};
        for (unsigned i = 0; i < 8; i++)
            turns_add(&t, i % 2 == 0, message[i]);
    }
    estimate_messages(&t, &e);
    assert_false(e.made);
    assert_int_equal(e.messages + e.high + e.octets, 0);
    assert_int_equal(e.low, (BOUND_TURNS - 2) / 8);
    turns_free(&t);
}

static void any_turns_give_bounds_that_hold_the_guess(void **state)
{
    (void)state;
    unsigned seed = 1;

    for (unsigned round = 0; round < 3000; round++) {
        struct turns t = {0};
        struct estimate e;
        for (unsigned i = 0; i < round % 40; i++) {
            seed = seed * 1664525u + 1013904223u;
            uint32_t octets = seed >> 16 & 7 ? seed >> 24 : seed >> 8;
            turns_add(&t, seed >> 20 & 1, octets);
        }
        t.spread = round % 3 ? 0 : 8;
        estimate_messages(&t, &e);
        assert_true(e.low <= e.messages && e.messages <= e.high);
        assert_true(e.messages <= t.count);
        assert_true(e.octets == 0 || e.made);
        turns_free(&t);
    }
}

/* ---- captures */

static const struct known {
    const char *file;
    uint32_t messages;
    uint64_t octets;
    double off; /* of the octets, as a share */
    bool auth;
} known[] = {
    {"chunks-four", 4, 13178, 0.1, false},
    {"chunks-three", 3, 25169, 0.01, false},
    {"curl-auth-implicit", 1, 395, 0.01, true},
    {"exim-relay-chunks", 1, 1463, 0.1, false},
    {"exim-relay", 1, 418, 0.01, false},
    {"gnutls-probe", 0, 0, 0.01, false},
    {"msmtp-asked-for-certificate", 1, 2506, 0.01, false},
    {"msmtp-auth-cbc", 1, 308, 0.1, true},
    {"msmtp-short-cbc", 1, 260, 0.1, true},
    {"msmtp-auth", 1, 292, 0.01, true},
    {"pipelining-two", 2, 25150, 0.01, false},
    {"postfix-relay-12", 1, 5220, 0.01, false},
    {"postfix-relay-13", 1, 546, 0.01, false},
    {"s_client-two", 2, 800, 0.01, false},
    {"smtplib-auth-none", 0, 0, 0.01, true},
    {"smtplib-auth-two", 2, 963, 0.01, true},
    {"smtplib-certificate", 0, 0, 0.01, false},
    {"smtplib-exim-two", 2, 3125, 0.01, false},
    {"smtplib-login-three", 3, 4523, 0.01, true},
    {"swaks-auth", 1, 606, 0.01, true},
    {"swaks-probe", 0, 0, 0.01, false},
};

struct reading {
    struct flow_table *flows;
    struct decoder *decoder;
    unsigned estimates;
    struct estimate estimate;
};

static void drain(struct flow *f)
{
    struct chunk c;

    while (stream_next(f->stream, &c))
        session_feed(f->user, f, &c);
}

static void conclude(struct reading *r, int64_t now_ns)
{
    struct flow *f;

    while ((f = flow_over(r->flows, now_ns)) != NULL) {
        struct session *s = f->user;
        stream_flush(f->stream);
        drain(f);
        if (session_over(s, f) && session_facts(s, NULL)->tls_established == YES) {
            r->estimates++;
            r->estimate = session_facts(s, NULL)->estimate;
        }
        session_free(&s);
        flow_free(f);
    }
}

/* The estimate of the only session in the capture; each frame, but the one to leave out. */
static struct estimate read_capture(const char *file, unsigned leave_out)
{
    char path[256];
    struct err e;
    struct frame frame;
    struct packet p;
    struct flow_limits limits = flow_limits_default();
    struct fragment_limits fragments = fragment_limits_default();
    struct reading r = {.flows = flow_table_new(&limits), .decoder = decoder_new(&fragments)};
    const struct session_options options = {0};

    snprintf(path, sizeof path, "%s%s.pcap", FOLDER, file);
    struct source *source = source_open(path, &e);
    assert_non_null(source);
    for (unsigned n = 1; source_next(source, &frame, &e) > 0; n++) {
        enum side from;
        if (n == leave_out || packet_decode(r.decoder, &frame, &p) != DECODED_TCP)
            continue;
        struct flow *f = flow_touch(r.flows, &p, &from);
        if (!f->user)
            f->user = session_new(&options);
        f->watched = true;
        stream_push(f->stream, &p, from);
        drain(f);
        conclude(&r, p.at_ns);
    }
    conclude(&r, INT64_MAX);
    source_close(&source);
    decoder_free(&r.decoder);
    flow_table_free(&r.flows);
    assert_true(r.estimates <= 1);
    return r.estimate;
}

static void what_went_through_lies_within_the_estimate(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct known *k = &known[i];
        struct estimate e = read_capture(k->file, 0);
        double off = (double)e.octets - (double)k->octets;
        if (!e.made || e.low > k->messages || e.high < k->messages || e.messages != k->messages ||
            e.authenticated != k->auth || off > k->off * (double)k->octets ||
            -off > k->off * (double)k->octets)
            fail_msg("%s: %u..%u..%u messages of %llu octets, auth %d", k->file, e.low, e.messages,
                     e.high, (unsigned long long)e.octets, e.authenticated);
    }
}

static unsigned frames_of(const char *file)
{
    char path[256];
    struct err e;
    struct frame frame;
    unsigned n = 0;

    snprintf(path, sizeof path, "%s%s.pcap", FOLDER, file);
    struct source *source = source_open(path, &e);
    while (source_next(source, &frame, &e) > 0)
        n++;
    source_close(&source);
    return n;
}

static void a_missing_frame_never_leads_to_another_estimate(void **state)
{
    (void)state;
    struct estimate whole = read_capture("smtplib-auth-two", 0);
    unsigned frames = frames_of("smtplib-auth-two"), unmade = 0;

    for (unsigned n = 1; n <= frames; n++) {
        struct estimate e = read_capture("smtplib-auth-two", n);
        unmade += !e.made;
        if (e.made)
            assert_int_equal(e.messages, whole.messages);
    }
    assert_true(unmade > frames / 3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_command_at_a_time),
        cmocka_unit_test(a_dialogue_without_content_has_no_message),
        cmocka_unit_test(a_reset_is_as_long_as_data_and_no_content_follows),
        cmocka_unit_test(commands_in_a_group),
        cmocka_unit_test(content_in_chunks_needs_no_go_ahead),
        cmocka_unit_test(an_exchange_of_auth_shows_by_base64),
        cmocka_unit_test(many_recipients_are_no_messages_and_no_challenges),
        cmocka_unit_test(content_that_broke_off_is_no_message),
        cmocka_unit_test(nothing_is_claimed_of_what_was_not_seen),
        cmocka_unit_test(of_a_list_that_was_cut_the_fewest_are_known),
        cmocka_unit_test(any_turns_give_bounds_that_hold_the_guess),
        cmocka_unit_test(what_went_through_lies_within_the_estimate),
        cmocka_unit_test(a_missing_frame_never_leads_to_another_estimate),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
