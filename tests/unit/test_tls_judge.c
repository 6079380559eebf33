/* test_tls_judge.c - each rule of what counts as established, and what just misses it. */
#include "test.h"

#include <mailtap/tls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GCM 0x1301
#define CCM_8 0x1305
#define RSA_CBC 0x002f

/*
 * Records are written as words: the side (C or S), then what it sends.
 *   hello       ClientHello, or ServerHello of the version and suite at hand
 *   early       a ClientHello with early_data
 *   retry       HelloRetryRequest
 *   cert done   Certificate and ServerHelloDone, empty
 *   ccs         ChangeCipherSpec
 *   fin         a protected handshake record of 40 octets
 *   data:N      a record of type 23 with N octets
 *   warn:N fatal:N   an alert in the clear
 *   sealed      a protected alert as TLS 1.2 sends it
 *   text        a line of text
 *   junk        octets that are nothing
 *   gap:N       octets that were not captured
 */
struct wire {
    uint8_t octets[70000];
    size_t n;
};

static void put(struct wire *w, uint64_t value, size_t width)
{
    for (size_t i = width; i > 0; i--)
        w->octets[w->n++] = (uint8_t)(value >> 8 * (i - 1));
}

static void put_octets(struct wire *w, uint8_t octet, size_t n)
{
    memset(w->octets + w->n, octet, n);
    w->n += n;
}

static void put_header(struct wire *w, uint8_t type, size_t n)
{
    put(w, type, 1);
    put(w, 0x0303, 2);
    put(w, n, 2);
}

static void put_client_hello(struct wire *w, bool early)
{
    size_t extensions = early ? 6 : 0, body = 2 + 32 + 1 + 4 + 2 + extensions;

    put_header(w, 22, 4 + body);
    put(w, 1, 1);
    put(w, body, 3);
    put(w, 0x0303, 2);
    put_octets(w, 7, 32);
    put(w, 0, 1);
    put(w, 0x00021301, 4);
    put(w, 0x0100, 2);
    if (early)
        put(w, 0x0004002a0000, 6);
}

static void put_server_hello(struct wire *w, uint16_t version, uint16_t cipher, bool retry)
{
    static const uint8_t marked[32] = {0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11,
                                       0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
                                       0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e,
                                       0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c};
    bool new = version > 0x0303;
    size_t body = 2 + 32 + 1 + 2 + 1 + (new ? 8u : 0u);

    put_header(w, 22, 4 + body);
    put(w, 2, 1);
    put(w, body, 3);
    put(w, new ? 0x0303 : version, 2);
    for (size_t i = 0; i < 32; i++)
        put(w, retry ? marked[i] : 9, 1);
    put(w, 0, 1);
    put(w, cipher, 2);
    put(w, 0, 1);
    if (new)
        put(w, 0x0006002b00020000 | version, 8);
}

static void put_word(struct wire *w, bool server, const char *word, uint16_t version,
                     uint16_t cipher)
{
    const char *colon = strchr(word, ':');
    unsigned long n = colon ? strtoul(colon + 1, NULL, 10) : 0;

    if (strcmp(word, "hello") == 0 && server)
        put_server_hello(w, version, cipher, false);
    else if (strcmp(word, "retry") == 0)
        put_server_hello(w, version, cipher, true);
    else if (strcmp(word, "hello") == 0 || strcmp(word, "early") == 0)
        put_client_hello(w, *word == 'e');
    else if (strcmp(word, "cert") == 0)
        put(w, 0x1603030007, 5), put(w, 0x0b000003000000, 7);
    else if (strcmp(word, "done") == 0)
        put(w, 0x1603030004, 5), put(w, 0x0e000000, 4);
    else if (strcmp(word, "ccs") == 0)
        put(w, 0x140303000101, 6);
    else if (strcmp(word, "fin") == 0)
        put_header(w, 22, 40), put_octets(w, 0xaa, 40);
    else if (strncmp(word, "data:", 5) == 0)
        put_header(w, 23, n), put_octets(w, 0x55, n);
    else if (strncmp(word, "warn:", 5) == 0)
        put_header(w, 21, 2), put(w, 0x0100 | n, 2);
    else if (strncmp(word, "fatal:", 6) == 0)
        put_header(w, 21, 2), put(w, 0x0200 | n, 2);
    else if (strcmp(word, "sealed") == 0)
        put_header(w, 21, 26), put_octets(w, 0xaa, 26);
    else if (strcmp(word, "text") == 0)
        put(w, 0x4e4f4f500d0a, 6); /* NOOP */
    else if (strcmp(word, "junk") == 0)
        put(w, 0xff00ff00ff00, 6);
    else
        fail_msg("no such word: %s", word);
}

static struct tls_facts see(const char *script, uint16_t version, uint16_t cipher, bool closed,
                            bool by_octet)
{
    struct tls *t = tls_new(NULL);
    enum tls_role role = TLS_CLIENT;
    char *copy = strdup(script), *rest = copy, *word;
    struct tls_facts f;

    while ((word = strsep(&rest, " "))) {
        static struct wire w;
        w.n = 0;
        if (!*word)
            continue;
        if (strcmp(word, "C") == 0 || strcmp(word, "S") == 0) {
            role = *word == 'S' ? TLS_SERVER : TLS_CLIENT;
            continue;
        }
        if (strncmp(word, "gap:", 4) == 0) {
            tls_gap(t, role, strtoul(word + 4, NULL, 10));
            continue;
        }
        put_word(&w, role == TLS_SERVER, word, version, cipher);
        if (!by_octet)
            tls_feed(t, role, (struct slice){w.octets, w.n});
        for (size_t i = 0; by_octet && i < w.n; i++)
            tls_feed(t, role, (struct slice){w.octets + i, 1});
    }
    free(copy);
    tls_facts(t, closed, &f);
    memset(f.chain, 0, sizeof f.chain);
    tls_free(&t);
    return f;
}

static void assert_judged(const char *script, uint16_t version, uint16_t cipher, bool closed,
                          tri expected)
{
    struct tls_facts whole = see(script, version, cipher, closed, false);
    struct tls_facts cut = see(script, version, cipher, closed, true);

    if (whole.established != expected)
        fail_msg("%s%s: %d", script, closed ? " (closed)" : "", whole.established);
    assert_memory_equal(&whole, &cut, sizeof whole);
}

struct row {
    const char *script;
    tri open, closed; /* the end was not seen; it was */
};

#define assert_rows(version, cipher, ...)                                                          \
    do {                                                                                           \
        const struct row rows[] = {__VA_ARGS__};                                                   \
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {                                  \
            assert_judged(rows[i].script, version, cipher, false, rows[i].open);                   \
            assert_judged(rows[i].script, version, cipher, true, rows[i].closed);                  \
        }                                                                                          \
    } while (0)

static void up_to_12_a_side_is_over_with_a_protected_handshake_record(void **state)
{
    (void)state;
    assert_rows(0x0303, RSA_CBC, {"C hello S hello cert done C ccs fin S ccs fin", YES, YES},
                {"C hello S hello cert done C ccs fin S ccs", UNKNOWN, NO},
                {"C hello S hello cert done C ccs fin S fin", UNKNOWN, NO},
                {"C hello S hello cert done C ccs S ccs fin", UNKNOWN, NO},
                {"C hello S hello cert done C ccs fin", UNKNOWN, NO},
                {"C hello S hello cert done", UNKNOWN, NO}, {"C hello", UNKNOWN, NO},
                /* data is no Finished */
                {"C hello S hello cert done C ccs data:40 S ccs data:40", UNKNOWN, NO},
                /* renegotiation under encryption */
                {"C hello S hello cert done C ccs fin S ccs fin C data:30 S fin C fin sealed fin",
                 YES, YES}, );
}

static void up_to_12_an_alert_instead_of_finished_is_a_failure(void **state)
{
    (void)state;
    assert_rows(0x0303, RSA_CBC, {"C hello S hello cert done C fatal:48", NO, NO},
                {"C hello S hello cert done C ccs fin S fatal:40", NO, NO},
                {"C hello S hello cert done C ccs fin S ccs sealed", NO, NO},
                {"C hello S hello cert done C ccs sealed", NO, NO},
                {"C hello S hello cert done C ccs sealed fin S ccs fin", NO, NO},
                {"C hello S fatal:70", NO, NO}, {"C hello S warn:0", NO, NO},
                /* afterwards it is the end of the session */
                {"C hello S hello cert done C ccs fin S ccs fin C sealed S sealed", YES, YES},
                /* and a warning is only that */
                {"C hello S warn:112 hello cert done C ccs fin S ccs fin", YES, YES},
                {"C hello S hello cert done C warn:41 ccs fin S ccs fin", YES, YES},
                {"C hello S warn:112", UNKNOWN, NO}, );
}

static void in_13_a_side_is_over_with_a_record_that_is_no_alert(void **state)
{
    (void)state;
    assert_rows(0x0304, GCM, {"C hello S hello ccs data:900 C ccs data:53 S data:250", YES, YES},
                {"C hello S hello data:900 C data:53 S data:250", YES, YES},
                /* the server has not judged it yet */
                {"C hello S hello ccs data:900 C ccs data:53", UNKNOWN, YES},
                {"C hello S hello ccs data:900 C ccs data:53 data:60", UNKNOWN, YES},
                /* a dummy ChangeCipherSpec is nothing */
                {"C hello S hello ccs data:900 C ccs", UNKNOWN, NO},
                {"C hello S hello ccs C ccs", UNKNOWN, NO},
                {"C hello S hello ccs C ccs data:53", UNKNOWN, NO},
                {"C hello S hello ccs data:900", UNKNOWN, NO}, {"C hello S hello", UNKNOWN, NO}, );
}

static void in_13_an_alert_is_known_by_its_size(void **state)
{
    (void)state;
    assert_rows(0x0304, GCM, {"C hello S hello ccs data:900 C ccs data:19", NO, NO},
                {"C hello S hello ccs data:900 C ccs data:18", UNKNOWN, YES},
                {"C hello S hello ccs data:900 C ccs data:20", UNKNOWN, YES},
                {"C hello S hello ccs data:900 C ccs data:17", UNKNOWN, YES}, );
    assert_rows(0x0304, CCM_8, {"C hello S hello ccs data:900 C ccs data:11", NO, NO},
                {"C hello S hello ccs data:900 C ccs data:19", UNKNOWN, YES}, );
}

static void in_13_the_server_may_refuse_after_the_client_has_finished(void **state)
{
    (void)state;
    assert_rows(0x0304, GCM, {"C hello S hello data:900 C data:25 data:53 S data:19", NO, NO},
                /* what the client sent without waiting changes nothing */
                {"C hello S hello data:900 C data:747 data:281 data:53 data:60 S data:19", NO, NO},
                {"C hello S hello data:900 C data:53 S data:20 data:19", YES, YES},
                {"C hello S hello data:900 C data:53 S data:19 data:30", YES, YES},
                /* the client closed first, the server answers that */
                {"C hello S hello data:900 C data:53 data:19 S data:19", YES, YES},
                {"C hello S hello data:900 data:19", NO, NO},
                {"C hello S hello data:900 C data:53 S data:250 C data:40 S data:19", YES, YES}, );
}

static void in_13_every_alert_but_two_is_fatal(void **state)
{
    (void)state;
    assert_rows(0x0304, GCM, {"C hello S hello data:900 C fatal:48", NO, NO},
                {"C hello S hello data:900 C warn:48", NO, NO},
                {"C hello S hello data:900 C ccs fatal:48", NO, NO},
                {"C hello S hello data:900 C warn:90", UNKNOWN, NO},
                {"C hello S hello data:900 C warn:90 warn:0", NO, NO},
                /* it is in the clear only before encryption */
                {"C hello S hello data:900 C data:53 S data:250 C fatal:48", YES, YES}, );
    assert_int_equal(
        see("C hello S hello data:900 C warn:48", 0x0304, GCM, true, false).half[TLS_CLIENT].alert,
        48);
    assert_int_equal(see("C hello S warn:48", 0x0303, GCM, true, false).half[TLS_SERVER].alert, -1);
}

static void early_data_is_no_finished(void **state)
{
    (void)state;
    assert_rows(
        0x0304, GCM, {"C early ccs data:60 S hello ccs data:900", UNKNOWN, UNKNOWN},
        {"C early ccs data:60 S hello ccs data:900 C data:21 data:53 S data:90", UNKNOWN, UNKNOWN},
        {"C early ccs data:60 S fatal:40", NO, NO},
        {"C early ccs data:60 S hello ccs data:900 C fatal:48", NO, NO},
        /* offered, but none was sent in time */
        {"C early S hello ccs data:900 C ccs data:53 S data:90", YES, YES},
        /* turned down by HelloRetryRequest */
        {"C early ccs data:60 S retry ccs C hello S hello data:900 C data:53 S data:90", YES,
         YES}, );
}

static void a_second_hello_follows_a_retry_in_the_clear(void **state)
{
    (void)state;
    assert_rows(0x0304, GCM,
                {"C hello S retry ccs C ccs hello S hello data:900 C data:53 S data:90", YES, YES},
                {"C hello S retry C hello S hello data:900 C data:53 S data:90", YES, YES},
                {"C hello S retry ccs C ccs hello S fatal:47", NO, NO},
                {"C hello S retry ccs C ccs fatal:47", NO, NO},
                {"C hello S retry ccs", UNKNOWN, NO}, );
    struct tls_facts f = see("C hello S retry ccs C ccs hello", 0x0304, GCM, false, false);
    assert_true(f.retried);
    assert_false(f.half[TLS_SERVER].hello);
    assert_int_equal(f.half[TLS_CLIENT].protected_records, 0);
}

static void one_side_is_enough_only_where_it_shows_the_other(void **state)
{
    (void)state;
    assert_rows(0x0303, RSA_CBC, {"C hello ccs fin data:40", YES, YES},
                {"C hello ccs fin", UNKNOWN, UNKNOWN}, {"C hello ccs fin sealed", UNKNOWN, UNKNOWN},
                {"C hello ccs", UNKNOWN, NO}, {"S hello cert done ccs fin", YES, YES},
                {"S hello ccs fin", UNKNOWN, UNKNOWN}, /* resumed: the client is still to come */
                {"S hello ccs fin data:40", YES, YES}, {"S hello cert done", UNKNOWN, NO}, );
    assert_rows(
        0x0304, GCM, {"C hello ccs data:53 data:40", YES, YES},
        {"C hello ccs data:69 data:40", YES, YES},
        {"C hello ccs data:53 data:19", UNKNOWN, UNKNOWN},
        {"C hello ccs data:53", UNKNOWN, UNKNOWN},
        /* a certificate may still be refused */
        {"C hello ccs data:747 data:281 data:53 data:40", UNKNOWN, UNKNOWN},
        {"C hello ccs data:25 data:53 data:40", UNKNOWN, UNKNOWN},
        {"C hello ccs data:25 data:53 data:40 data:41 data:42 data:43", YES, YES},
        {"C early ccs data:53 data:40", UNKNOWN, UNKNOWN},
        {"S hello ccs data:23 data:900 data:281 data:53", UNKNOWN, UNKNOWN},
        {"S hello ccs data:1 data:2 data:3 data:4 data:5 data:6 data:7 data:8 data:19", UNKNOWN,
         UNKNOWN},
        {"S hello ccs data:1 data:2 data:3 data:4 data:5 data:6 data:7 data:8 data:9", YES, YES},
        /* a certificate in pieces */
        {"S hello data:23 data:1400 data:1400 data:1400 data:1400 data:1400 data:1400 "
         "data:200 data:281 data:53",
         UNKNOWN, UNKNOWN}, );
}

static void silence_on_both_sides_is_a_failure_once_it_is_over(void **state)
{
    (void)state;
    assert_rows(0x0303, GCM, {"", UNKNOWN, NO}, {"C gap:5", UNKNOWN, UNKNOWN}, );
}

static void what_is_not_tls_has_failed(void **state)
{
    (void)state;
    assert_rows(0x0303, RSA_CBC, {"C hello S junk", NO, NO}, {"C junk", NO, NO},
                {"C hello S hello cert junk", NO, NO}, {"C text text", UNKNOWN, NO},
                {"C hello S text", UNKNOWN, NO},
                /* after encryption it changes nothing */
                {"C hello S hello cert done C ccs fin S ccs fin junk", YES, YES},
                /* a gap may be what broke the records */
                {"C hello ccs S hello gap:1 junk", UNKNOWN, NO},
                {"C hello S hello cert done C ccs fin S gap:1 junk", UNKNOWN, UNKNOWN}, );
}

static void lines_of_text_before_the_first_record_are_counted(void **state)
{
    (void)state;
    assert_rows(0x0303, RSA_CBC, {"C text hello S hello cert done C ccs fin S ccs fin", YES, YES},
                {"C hello S text text hello cert done C ccs fin S ccs fin", YES, YES}, );
    struct tls_facts f = see("C text text hello S text", 0x0303, RSA_CBC, false, false);
    assert_int_equal(f.half[TLS_CLIENT].text_octets, 12);
    assert_int_equal(f.half[TLS_CLIENT].records, 1);
    assert_int_equal(f.half[TLS_SERVER].text_octets, 6);
    assert_false(f.half[TLS_SERVER].not_tls);
    /* within records it is no text */
    f = see("C hello text", 0x0303, RSA_CBC, false, false);
    assert_int_equal(f.half[TLS_CLIENT].text_octets, 0);
    assert_true(f.half[TLS_CLIENT].not_tls);
}

static void records_are_counted(void **state)
{
    (void)state;
    struct tls_facts f = see("C hello S hello cert done C ccs fin S ccs fin C data:30 sealed S "
                             "data:0 data:31",
                             0x0303, RSA_CBC, true, false);

    assert_int_equal(f.half[TLS_CLIENT].records, 5);
    assert_int_equal(f.half[TLS_CLIENT].protected_records, 3);
    assert_int_equal(f.half[TLS_CLIENT].protected_octets, 40 + 30 + 26);
    assert_int_equal(f.half[TLS_CLIENT].handshake_octets, 4 + 41);
    assert_int_equal(f.half[TLS_SERVER].records, 7);
    assert_int_equal(f.half[TLS_SERVER].protected_records, 3);
    assert_int_equal(f.half[TLS_SERVER].protected_octets, 40 + 31);
    assert_int_equal(f.half[TLS_SERVER].handshake_octets, 4 + 38 + 7 + 4);
    assert_true(f.half[TLS_CLIENT].alert_protected);
    assert_false(f.half[TLS_SERVER].alert_protected);
    assert_int_equal(f.version, 0x0303);
    assert_int_equal(f.cipher, RSA_CBC);
}

static void data_of_the_size_of_an_alert_is_one_only_at_the_end(void **state)
{
    (void)state;
    const char *go = "C hello S hello data:900 C data:53 S data:250 data:19 data:40";
    assert_false(see(go, 0x0304, GCM, true, false).half[TLS_SERVER].alert_protected);
    go = "C hello S hello data:900 C data:53 S data:250 data:40 data:19";
    assert_true(see(go, 0x0304, GCM, true, false).half[TLS_SERVER].alert_protected);
}

static void a_gap_makes_no_answer_of_its_own(void **state)
{
    (void)state;
    assert_rows(0x0303, RSA_CBC, {"C hello S hello gap:500 done ccs fin C ccs fin", YES, YES},
                /* no second header proves the first one */
                {"C hello S hello gap:500 fin C ccs fin", UNKNOWN, UNKNOWN},
                {"C hello S hello gap:500 done ccs fin data:30 data:30 C ccs fin", YES, YES},
                {"C hello S gap:500 done ccs fin data:30 data:30 C ccs fin", YES, YES},
                {"C hello S hello cert done C ccs gap:45 S ccs fin", YES, YES},
                {"C hello S hello cert done C gap:45 S ccs", UNKNOWN, NO},
                {"C hello S hello cert done C ccs fin gap:9 S ccs fin", YES, YES},
                {"C hello S hello cert done C ccs fin S gap:9", UNKNOWN, UNKNOWN}, );
    assert_rows(0x0304, GCM,
                {"C hello S hello data:900 C gap:58 data:40 data:41 S data:250", YES, YES},
                {"C hello S hello data:900 C data:53 S gap:255 data:19", UNKNOWN, UNKNOWN},
                {"C hello S hello data:900 C gap:58 data:19 data:19", UNKNOWN, UNKNOWN}, );
}

static void a_connection_read_from_its_middle_on(void **state)
{
    (void)state;
    assert_rows(0x0304, GCM, {"C data:40 S data:41 C data:42 S data:43", YES, YES},
                {"C data:40", UNKNOWN, UNKNOWN}, {"S cert done C ccs fin S ccs fin", YES, YES},
                {"S ccs fin C ccs fin", YES, YES}, );
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(up_to_12_a_side_is_over_with_a_protected_handshake_record),
        cmocka_unit_test(up_to_12_an_alert_instead_of_finished_is_a_failure),
        cmocka_unit_test(in_13_a_side_is_over_with_a_record_that_is_no_alert),
        cmocka_unit_test(in_13_an_alert_is_known_by_its_size),
        cmocka_unit_test(in_13_the_server_may_refuse_after_the_client_has_finished),
        cmocka_unit_test(in_13_every_alert_but_two_is_fatal),
        cmocka_unit_test(early_data_is_no_finished),
        cmocka_unit_test(a_second_hello_follows_a_retry_in_the_clear),
        cmocka_unit_test(one_side_is_enough_only_where_it_shows_the_other),
        cmocka_unit_test(silence_on_both_sides_is_a_failure_once_it_is_over),
        cmocka_unit_test(what_is_not_tls_has_failed),
        cmocka_unit_test(lines_of_text_before_the_first_record_are_counted),
        cmocka_unit_test(records_are_counted),
        cmocka_unit_test(data_of_the_size_of_an_alert_is_one_only_at_the_end),
        cmocka_unit_test(a_gap_makes_no_answer_of_its_own),
        cmocka_unit_test(a_connection_read_from_its_middle_on),
    };
    return cmocka_run_group_tests_name("tls_judge", tests, NULL, NULL);
}
