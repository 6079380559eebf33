/* test_tls.c - what an observer sees of real connections, however they are cut. */
#include "test.h"

#include "handshake.h"

#include <stdlib.h>
#include <string.h>

#define ALL ((size_t)-1)
#define HANDSHAKE_FAILURE 40
#define UNKNOWN_CA 48
#define PROTOCOL_VERSION 70

enum { NONE = -1 };

/* A connection and what is seen of it; the end was seen. */
struct sight {
    const char *name;
    struct handshake how;
    tri established;
    tri client_alone, server_alone; /* with one side captured */
    bool certificate, retried;
    int alert[TLS_ROLES];
    bool alert_protected[TLS_ROLES];
};

#define COMPLETED YES, YES
#define NO_ALERT                                                                                   \
    {                                                                                              \
        NONE, NONE                                                                                 \
    }
#define BOTH_CLOSE                                                                                 \
    {                                                                                              \
        true, true                                                                                 \
    }

#define V10 0x0301
#define V11 0x0302
#define V12 0x0303
#define V13 0x0304

static const struct sight sights[] = {
    {"1.0", {.version = V10}, YES, COMPLETED, true, false, NO_ALERT, BOTH_CLOSE},
    {"1.1", {.version = V11}, YES, COMPLETED, true, false, NO_ALERT, BOTH_CLOSE},
    {"1.2", {.version = V12}, YES, COMPLETED, true, false, NO_ALERT, BOTH_CLOSE},
    {"1.2 ECDSA",
     {.version = V12, .ecdsa = true},
     YES,
     COMPLETED,
     true,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.2 resumed",
     {.version = V12, .resumed = true},
     YES,
     COMPLETED,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.0 resumed",
     {.version = V10, .resumed = true},
     YES,
     COMPLETED,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.2, closed at once",
     {.version = V12, .quiet = true},
     YES,
     UNKNOWN,
     YES,
     true,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.2 resumed, closed at once",
     {.version = V12, .resumed = true, .quiet = true},
     YES,
     UNKNOWN,
     UNKNOWN,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3", {.version = V13}, YES, COMPLETED, false, false, NO_ALERT, BOTH_CLOSE},
    {"1.3 ECDSA",
     {.version = V13, .ecdsa = true},
     YES,
     COMPLETED,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3 resumed",
     {.version = V13, .resumed = true},
     YES,
     COMPLETED,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3 retried",
     {.version = V13, .retry = true},
     YES,
     COMPLETED,
     false,
     true,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3 with short tags",
     {.version = V13, .suite = "TLS_AES_128_CCM_8_SHA256"},
     YES,
     COMPLETED,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3, closed at once",
     {.version = V13, .quiet = true},
     YES,
     UNKNOWN,
     UNKNOWN,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3 without tickets",
     {.version = V13, .no_tickets = true},
     YES,
     COMPLETED,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3 without tickets, closed at once",
     {.version = V13, .no_tickets = true, .quiet = true},
     YES,
     UNKNOWN,
     UNKNOWN,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.3 with early data",
     {.version = V13, .resumed = true, .early_data = true},
     UNKNOWN,
     UNKNOWN,
     YES,
     false,
     false,
     NO_ALERT,
     BOTH_CLOSE},
    {"1.2, the client refuses",
     {.version = V12, .client_refuses = true},
     NO,
     NO,
     NO,
     true,
     false,
     {UNKNOWN_CA, NONE},
     {false, false}},
    {"1.3, the client refuses",
     {.version = V13, .client_refuses = true},
     NO,
     NO,
     UNKNOWN,
     false,
     false,
     {UNKNOWN_CA, NONE},
     {false, false}},
    {"1.3 retried, the client refuses",
     {.version = V13, .client_refuses = true, .retry = true},
     NO,
     NO,
     UNKNOWN,
     false,
     true,
     {UNKNOWN_CA, NONE},
     {false, false}},
    {"1.2, no client certificate",
     {.version = V12, .server_asks = true},
     NO,
     UNKNOWN,
     NO,
     true,
     false,
     {NONE, HANDSHAKE_FAILURE},
     {false, false}},
    {"1.2, the client's certificate is refused",
     {.version = V12, .server_asks = true, .client_certificate = true},
     NO,
     UNKNOWN,
     NO,
     true,
     false,
     {NONE, UNKNOWN_CA},
     {false, false}},
    {"1.3, no client certificate",
     {.version = V13, .server_asks = true},
     NO,
     UNKNOWN,
     UNKNOWN,
     false,
     false,
     NO_ALERT,
     {false, true}},
    {"1.3, the client's certificate is refused",
     {.version = V13, .server_asks = true, .client_certificate = true},
     NO,
     UNKNOWN,
     UNKNOWN,
     false,
     false,
     NO_ALERT,
     {false, true}},
    {"1.3, refused, short tags",
     {.version = V13, .server_asks = true, .suite = "TLS_AES_128_CCM_8_SHA256"},
     NO,
     UNKNOWN,
     UNKNOWN,
     false,
     false,
     NO_ALERT,
     {false, true}},
    {"the server is newer",
     {.client_version = V11, .server_version = V12},
     NO,
     NO,
     NO,
     false,
     false,
     {NONE, PROTOCOL_VERSION},
     {false, false}},
    {"the client is newer",
     {.client_version = V13, .server_version = V12},
     NO,
     NO,
     NO,
     false,
     false,
     {NONE, PROTOCOL_VERSION},
     {false, false}},
};

#define SIGHTS (sizeof sights / sizeof *sights)

static struct transcript transcripts[SIGHTS];

static int make_transcripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++)
        transcripts[i] = handshake_run(&sights[i].how);
    return 0;
}

static int free_transcripts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++)
        transcript_free(&transcripts[i]);
    return 0;
}

static struct tls_facts whole(size_t i, bool closed)
{
    return facts_of(transcript_read(&transcripts[i], ALL, 0), closed);
}

static void each_connection_is_seen_as_it_was(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        const struct sight *s = &sights[i];
        const struct transcript *t = &transcripts[i];
        struct tls_facts f = whole(i, true);
        print_message("  %s\n", s->name);
        assert_int_equal(f.established, s->established);
        assert_int_equal(t->completed, s->established != NO);
        assert_int_equal(f.retried, s->retried);
        assert_int_equal(f.chain_length > 0, s->certificate);
        assert_string_equal(f.sni, "mail.example");
        assert_string_equal(f.alpn, "smtp");
        assert_false(f.broken);
        if (t->completed) {
            assert_int_equal(f.version, t->version);
            assert_true(f.cipher_known);
            assert_int_equal(f.cipher, t->cipher);
        }
        for (int role = 0; role < TLS_ROLES; role++) {
            const struct tls_half *h = &f.half[role];
            assert_int_equal(h->alert, s->alert[role]);
            assert_int_equal(h->alert_protected, s->alert_protected[role]);
            assert_int_equal(h->text_octets, 0);
            assert_false(h->not_tls || h->gap);
            if (t->completed)
                assert_true(h->hello && h->change_cipher && h->protected_records > 0);
        }
    }
}

static void the_end_of_the_capture_alone_proves_no_failure(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++)
        assert_int_equal(whole(i, false).established, sights[i].established);
}

static void one_side_tells_what_it_can(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        const struct transcript *t = &transcripts[i];
        print_message("  %s\n", sights[i].name);
        assert_int_equal(facts_of(transcript_read_side(t, TLS_CLIENT), true).established,
                         sights[i].client_alone);
        assert_int_equal(facts_of(transcript_read_side(t, TLS_SERVER), true).established,
                         sights[i].server_alone);
    }
}

static void octet_by_octet_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++)
        for (int closed = 0; closed < 2; closed++) {
            struct tls_facts a = whole(i, closed);
            struct tls_facts b = facts_of(transcript_trickle(&transcripts[i]), closed);
            assert_same_tls(&a, &b);
        }
}

static void cut_anywhere_is_the_same(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        struct tls_facts a = whole(i, true);
        size_t n = transcript_octets(&transcripts[i]);
        for (size_t at = 1; at < n; at++) {
            struct tls_facts b = facts_of(transcript_read(&transcripts[i], ALL, at), true);
            assert_same_tls(&a, &b);
        }
    }
}

static void a_capture_that_stops_early_knows_less_but_nothing_else(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        tri answer = whole(i, true).established;
        size_t n = transcript_octets(&transcripts[i]);
        for (size_t k = 0; k < n; k++) {
            struct tls_facts f = facts_of(transcript_read(&transcripts[i], k, 0), false);
            if (f.established != UNKNOWN && f.established != answer)
                fail_msg("%s, the first %zu of %zu octets", sights[i].name, k, n);
            assert_false(f.broken || f.half[TLS_CLIENT].not_tls || f.half[TLS_SERVER].not_tls);
        }
    }
}

static void a_gap_may_hide_the_answer_but_not_turn_it_round(void **state)
{
    static const size_t sizes[] = {1, 4, 5, 6, 23, 100, 536, 1448, 4000};

    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        const struct transcript *t = &transcripts[i];
        /* Early data leaves it open, but it did work. */
        tri answer = t->completed ? YES : NO;
        for (int role = 0; role < TLS_ROLES; role++)
            for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
                for (size_t from = 0; from < 2500; from += k + 1) {
                    struct tls *tls = transcript_read_gap(t, (enum tls_role)role, from, sizes[k]);
                    struct tls_facts f = facts_of(tls, true);
                    if (f.established != UNKNOWN && f.established != answer)
                        fail_msg("%s without %zu octets at %zu of %s: %d", sights[i].name, sizes[k],
                                 from, role ? "the server" : "the client", f.established);
                }
    }
}

/* A connection that is cut after each flight, and what its end says. */
static void cut_after_each_flight(size_t i, const tri *answers)
{
    size_t n = 0;

    for (size_t k = 0; answers[k] || k == 0; k++) {
        n += transcripts[i].pieces[k].n;
        assert_int_equal(facts_of(transcript_read(&transcripts[i], n, 0), true).established,
                         answers[k]);
    }
}

static size_t sight_named(const char *name)
{
    for (size_t i = 0; i < SIGHTS; i++)
        if (strcmp(sights[i].name, name) == 0)
            return i;
    fail();
    return 0;
}

static void a_connection_cut_before_both_have_finished_has_failed(void **state)
{
    (void)state;
    cut_after_each_flight(sight_named("1.2"), (tri[]){NO, NO, NO, YES, YES, UNKNOWN});
    cut_after_each_flight(sight_named("1.2 resumed"), (tri[]){NO, NO, YES, YES, UNKNOWN});
    cut_after_each_flight(sight_named("1.3"), (tri[]){NO, NO, YES, YES, UNKNOWN});
    cut_after_each_flight(sight_named("1.3 retried"), (tri[]){NO, NO, NO, NO, YES, YES, UNKNOWN});
    cut_after_each_flight(sight_named("1.2, no client certificate"), (tri[]){NO, NO, NO, NO, 0});
}

static void a_gap_of_certificates_is_bridged(void **state)
{
    (void)state;
    /* The server's Certificate and what follows it, up to the next header that can be found. */
    const struct transcript *t = &transcripts[sight_named("1.2")];
    struct tls_facts f = facts_of(transcript_read_gap(t, TLS_SERVER, 300, 600), true);
    assert_int_equal(f.established, YES);
    assert_int_equal(f.chain_length, 0);
    assert_true(f.half[TLS_SERVER].gap);
    assert_int_equal(f.version, V12);
    /* The whole first flight. */
    f = facts_of(transcript_read_gap(t, TLS_SERVER, 0, t->pieces[1].n), true);
    assert_int_equal(f.established, YES);
    assert_int_equal(f.version, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_connection_is_seen_as_it_was),
        cmocka_unit_test(the_end_of_the_capture_alone_proves_no_failure),
        cmocka_unit_test(one_side_tells_what_it_can),
        cmocka_unit_test(octet_by_octet_is_the_same),
        cmocka_unit_test(cut_anywhere_is_the_same),
        cmocka_unit_test(a_capture_that_stops_early_knows_less_but_nothing_else),
        cmocka_unit_test(a_gap_may_hide_the_answer_but_not_turn_it_round),
        cmocka_unit_test(a_connection_cut_before_both_have_finished_has_failed),
        cmocka_unit_test(a_gap_of_certificates_is_bridged),
    };
    return cmocka_run_group_tests_name("tls", tests, make_transcripts, free_transcripts);
}
