/* test_history.c - what the database remembers of a session's server, clients and other captures. */
#include "test.h"

#include "sample.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define HOUR (3600 * SECOND)
#define DAY (24 * HOUR)
#define NOON (INT64_C(1795521600) * SECOND)
#define ROOM 32

static struct facts made[ROOM];
static unsigned count;
static uint8_t captures;

/* From client `client` to server 25, at a time from noon on. */
static struct facts *add(unsigned client, int64_t after_ns)
{
    struct facts *f = &made[count++];

    assert_true(count <= ROOM);
    *f = sample_clear((uint16_t)(1000 + count));
    f->client.address.octets[3] = (uint8_t)client;
    f->started_ns = NOON + after_ns;
    f->ended_ns = f->started_ns + SECOND;
    f->address_count = 0;
    return f;
}

static const char *fresh(void **state)
{
    const char *path = sample_path(state, "history.db");

    unlink(path);
    count = captures = 0;
    return path;
}

/* What was added is one capture more. */
static void store(const char *path)
{
    sample_store(path, ++captures, made, count);
    count = 0;
}

/* Judge everything, and keep what was known for this session. */
static struct history history_of(const char *path, int64_t wanted)
{
    struct history h, found = {0};
    struct facts f;
    struct verdict v;
    struct err e = {""};
    int64_t session;
    bool met = false;
    struct store *st = store_open(path, STORE_CHANGE, &e);

    assert_non_null(st);
    assert_int_equal(store_judge_all(st, &e), 0);
    while (store_unjudged(st, &session, &f, &h, &e) > 0) {
        classify(&f, &h, &v);
        assert_int_equal(store_judge(st, session, &v, &e), 0);
        if (session == wanted) {
            found = h;
            met = true;
        }
    }
    assert_string_equal(e.text, "");
    assert_int_equal(store_close(&st, &e), 0);
    assert_true(met);
    return found;
}

/* ---- requests */

static struct facts *add_request(unsigned client, int64_t after_ns, int reply)
{
    struct facts *f = add(client, after_ns);

    f->starttls_offered = f->starttls_requested = YES;
    f->starttls_reply = reply;
    f->tls_established = reply == 220 ? YES : NO;
    return f;
}

static void requests_within_an_hour(void **state)
{
    const char *path = fresh(state);

    add_request(1, 0, 454); /* session 1 */
    add_request(1, -60 * SECOND, 454);
    add_request(1, 60 * SECOND, 220);
    add_request(2, HOUR, 220);
    add_request(2, -HOUR, 220);
    add_request(3, 5 * SECOND, 502);
    add_request(3, 6 * SECOND, 0);       /* not answered */
    add_request(2, HOUR + SECOND, 220);  /* later */
    add_request(2, -HOUR - SECOND, 502); /* earlier */
    add(2, 0);                           /* no request */
    add_request(2, 0, 220)->server.address.octets[3] = 26;
    add_request(2, 0, 220)->server.port = 587;
    store(path);
    struct requests r = history_of(path, 1).requests;
    assert_int_equal(r.others_accepted, 2);
    assert_int_equal(r.others_refused, 1);
    assert_int_equal(r.own_accepted, 1);
    assert_int_equal(r.own_refused, 1);
}

/* ---- broken handshakes */

/* Mail in the clear, though STARTTLS was offered: the session in question. */
static struct facts *add_fallback(int64_t after_ns)
{
    struct facts *f = add(1, after_ns);

    f->starttls_offered = YES;
    return f;
}

static struct facts *add_broken(unsigned client, int64_t after_ns)
{
    struct facts *f = add_request(client, after_ns, 220);

    f->tls_established = NO;
    f->hello_seen = true;
    f->transactions = f->messages = 0;
    f->ending = ENDING_CLOSED;
    return f;
}

static void what_breaks_a_handshake(void **state)
{
    const char *path = fresh(state);

    add_fallback(0);
    add_broken(1, -5 * 60 * SECOND)->ending = ENDING_RESET;
    add_broken(1, -4 * 60 * SECOND)->tls_garbled = true;
    add_broken(1, -2 * 60 * SECOND)->tls_alert = 50; /* decode_error */
    add_broken(1, -3 * 60 * SECOND)->tls_alert = 22; /* record_overflow */
    store(path);
    struct broken b = history_of(path, 1).broken;
    assert_int_equal(b.connections, 4);
    assert_int_equal(b.resets, 1);
    assert_int_equal(b.garbled, 1);
    assert_int_equal(b.alerts, 2);
    assert_int_equal(b.last_session, 4); /* by time, though 5 came in later */
    assert_int_equal(b.last_ns, NOON - 2 * 60 * SECOND);
}

static void what_breaks_none(void **state)
{
    const char *path = fresh(state);

    add_fallback(0);
    add_broken(1, -60 * SECOND);                              /* closed, and nothing said */
    add_broken(1, -60 * SECOND)->tls_alert = 42;              /* bad_certificate */
    add_broken(1, -60 * SECOND)->tls_alert = 40;              /* handshake_failure */
    add_request(1, -60 * SECOND, 220)->ending = ENDING_RESET; /* established */
    struct facts *f = add_broken(1, -60 * SECOND);
    f->tls_established = UNKNOWN;
    f->ending = ENDING_RESET;
    f = add_broken(1, -60 * SECOND); /* a choice, and then what the server had sent came in */
    f->tls_alert = 48;
    f->ending = ENDING_RESET;
    f = add_broken(1, -300 * SECOND); /* it had waited in vain */
    f->ended_ns = f->started_ns + 90 * SECOND;
    f->ending = ENDING_RESET;
    f = add_broken(1, -60 * SECOND); /* the same in TLS 1.3, which encrypts what was said */
    f->tls_alert_hidden = true;
    f->ending = ENDING_RESET;
    f = add_broken(1, -60 * SECOND); /* not answered 220 */
    f->starttls_reply = 454;
    f->ending = ENDING_RESET;
    f = add_broken(1, -60 * SECOND); /* mail went on in the same connection */
    f->transactions = 1;
    f->ending = ENDING_RESET;
    store(path);
    struct broken b = history_of(path, 1).broken;
    assert_int_equal(b.connections, 0);
    assert_int_equal(b.alerts, 0);
    assert_int_equal(b.resets, 0);
}

static void broken_in_the_six_hours_before(void **state)
{
    const char *path = fresh(state);

    add_fallback(0);
    add_broken(1, -6 * HOUR)->tls_garbled = true;
    store(path);
    assert_int_equal(history_of(path, 1).broken.connections, 1);

    path = fresh(state);
    add_fallback(0);
    add_broken(1, -6 * HOUR - 1)->tls_garbled = true;
    add_broken(1, 1)->tls_garbled = true; /* afterwards */
    store(path);
    assert_int_equal(history_of(path, 1).broken.connections, 0);
}

static void broken_ones_of_others(void **state)
{
    const char *path = fresh(state);

    add_fallback(0);
    add_broken(2, -60 * SECOND)->tls_garbled = true;
    add_broken(1, -60 * SECOND)->tls_garbled = true;
    made[2].server.address.octets[3] = 26;
    store(path);
    assert_int_equal(history_of(path, 1).broken.connections, 0);

    /* They are counted beside its own. */
    add_broken(1, -60 * SECOND)->tls_garbled = true;
    add_request(3, 6 * HOUR, 220);
    add_request(3, 600 * HOUR, 220); /* at any time */
    store(path);
    struct broken b = history_of(path, 1).broken;
    assert_int_equal(b.connections, 1);
    assert_int_equal(b.others_broken, 1);
    assert_int_equal(b.others_established, 2);
    /* What this client does with other servers: one of its handshakes there was broken. */
    assert_int_equal(b.elsewhere_established, 0);
    assert_int_equal(b.elsewhere_broken, 1);
}

static void only_who_falls_back_is_asked_about(void **state)
{
    const char *path = fresh(state);

    add_fallback(0)->transactions = 0;      /* no mail */
    add_fallback(0)->starttls_offered = NO; /* nothing to use */
    add_fallback(0)->starttls_offered = UNKNOWN;
    add_request(1, 0, 454);
    add_broken(1, -60 * SECOND)->tls_garbled = true;
    store(path);
    for (int64_t session = 1; session <= 4; session++)
        assert_int_equal(history_of(path, session).broken.connections, 0);
}

/* ---- vantage points */

/* One connection, before the offer was taken away and after. */
static struct facts *add_seen(bool offered, int64_t after_ns)
{
    struct facts *f = add(1, after_ns);

    f->client.port = 5000;
    f->starttls_offered = offered ? YES : NO;
    f->ehlo_reply = 250;
    strcpy(f->keywords, offered ? "SIZE 1000\nSTARTTLS" : "SIZE 1000\nXXXXXXXA");
    return f;
}

static void the_same_connection_elsewhere(void **state)
{
    const char *path = fresh(state);

    add_seen(false, 0);
    store(path);
    add_seen(true, SECOND / 2);
    store(path);
    struct vantage v = history_of(path, 1).vantage;
    assert_int_equal(v.session, 2);
    assert_string_equal(v.source, "sample.pcap");
    assert_string_equal(v.what, "offer");
    assert_string_equal(v.here, "250 SIZE 1000 XXXXXXXA");
    assert_string_equal(v.there, "250 SIZE 1000 STARTTLS");
    v = history_of(path, 2).vantage; /* on both rows */
    assert_int_equal(v.session, 1);
    assert_string_equal(v.here, "250 SIZE 1000 STARTTLS");
}

static void expect_no_vantage(const char *path)
{
    for (int64_t session = 1; session <= 2; session++) {
        struct vantage v = history_of(path, session).vantage;
        assert_int_equal(v.session, 0);
        assert_null(v.what);
    }
}

/* Not found when this is done to the second capture's row. */
#define EXPECT_NO_VANTAGE(change)                                                                  \
    do {                                                                                           \
        const char *path = fresh(state);                                                           \
        struct facts *f;                                                                           \
        add_seen(false, 0);                                                                        \
        store(path);                                                                               \
        f = add_seen(true, 0);                                                                     \
        change;                                                                                    \
        store(path);                                                                               \
        expect_no_vantage(path);                                                                   \
    } while (0)

static void another_connection_is_no_vantage(void **state)
{
    EXPECT_NO_VANTAGE(f->client.port = 5001);
    EXPECT_NO_VANTAGE(f->client.address.octets[3] = 2);
    EXPECT_NO_VANTAGE(f->server.address.octets[3] = 26);
    EXPECT_NO_VANTAGE(f->server.port = 587);
    EXPECT_NO_VANTAGE((f->started_ns += SECOND + 1, f->ended_ns += SECOND + 1));
    EXPECT_NO_VANTAGE((f->started_ns -= SECOND + 1, f->ended_ns -= SECOND + 1));
}

static void what_is_not_whole_is_not_compared(void **state)
{
    EXPECT_NO_VANTAGE(f->gap_octets = 1);
    EXPECT_NO_VANTAGE(f->midstream = true);
    EXPECT_NO_VANTAGE(f->one_sided = YES);
    EXPECT_NO_VANTAGE(f->lost = true);
    EXPECT_NO_VANTAGE(strcpy(f->keywords, "SIZE 1000\nXXXXXXXA")); /* the same there */
}

static void the_same_capture_is_no_other_place(void **state)
{
    const char *path = fresh(state);

    add_seen(false, 0);
    add_seen(true, 0);
    store(path);
    expect_no_vantage(path);
}

static void the_first_that_differs_of_several(void **state)
{
    const char *path = fresh(state);

    add_seen(false, 0);
    store(path);
    add_seen(false, 1);
    store(path);
    add_seen(true, 3);
    store(path);
    add_seen(true, 2);
    store(path);
    assert_int_equal(history_of(path, 1).vantage.session, 4);
    assert_int_equal(history_of(path, 4).vantage.session, 1);
}

/* ---- who expects an offer */

static void expect(const char *path, const char *list, const char *mta_sts)
{
    struct policy *p = policy_new();
    struct err e = {""};
    struct store *st = store_open(path, STORE_CHANGE, &e);

    if (list)
        policy_read_list(p, slice_of(list), "list", &e);
    if (mta_sts)
        policy_read_mta_sts(p, slice_of(mta_sts), "example.mta-sts", &e);
    assert_string_equal(e.text, "");
    assert_int_equal(store_policies(st, p, &e), 0);
    assert_int_equal(store_close(&st, &e), 0);
    policy_free(&p);
}

/* "who strength name | what it says", of session 1 */
static const char *expected(const char *path)
{
    static const char *const who[] = {"nobody", "list", "mta-sts", "tlsa"};
    static char text[3 * BOUND_NAME];
    struct expectation x = history_of(path, 1).expected;

    snprintf(text, sizeof text, "%s%s %s | %s", who[x.by], x.binding ? "!" : "", x.name, x.says);
    return x.by ? text : "nobody";
}

static const char *one_without(void **state)
{
    const char *path = fresh(state);

    strcpy(add(1, 0)->server_name, "MX1.Mail.Example");
    store(path);
    return path;
}

static void a_list_by_name(void **state)
{
    const char *path = one_without(state);

    assert_string_equal(expected(path), "nobody");
    expect(path, "mx1.mail.example must-offer\n", NULL);
    assert_string_equal(expected(path), "list! mx1.mail.example | mx1.mail.example must-offer");
    expect(path, "mx2.mail.example must-offer\n", NULL); /* replaces the list before */
    assert_string_equal(expected(path), "nobody");
    expect(path, "*.mail.example must-offer\n", NULL);
    assert_string_equal(expected(path), "list! *.mail.example | *.mail.example must-offer");
    expect(path, "*.example must-offer\n*.mx1.mail.example must-offer\n", NULL);
    assert_string_equal(expected(path), "nobody"); /* one label, no more and no less */
}

static void a_list_by_address_and_port(void **state)
{
    const char *path = one_without(state);

    expect(path, "192.0.2.25 must-offer\n", NULL);
    assert_string_equal(expected(path), "list! 192.0.2.25 | 192.0.2.25 must-offer");
    expect(path, "192.0.2.26 must-offer\n", NULL);
    assert_string_equal(expected(path), "nobody");
    expect(path, "192.0.2.25:25 must-offer\n", NULL);
    assert_string_equal(expected(path), "list! 192.0.2.25 | 192.0.2.25 must-offer");
    expect(path, "192.0.2.25:587 must-offer\nmx1.mail.example:587 must-offer\n", NULL);
    assert_string_equal(expected(path), "nobody");
}

static void may_is_the_last_word(void **state)
{
    const char *path = one_without(state);

    expect(path, "mx1.mail.example may\n*.mail.example must-offer\n",
           "version: STSv1\nmode: enforce\nmx: *.mail.example\nmax_age: 86400\n");
    assert_string_equal(expected(path), "nobody");
    expect(path, "mx1.mail.example:587 may\n*.mail.example must-offer\n", NULL);
    assert_string_equal(expected(path), "list! *.mail.example | *.mail.example must-offer");
    expect(path, "192.0.2.25 must-offer\nmx1.mail.example may\n", NULL);
    assert_string_equal(expected(path), "list! 192.0.2.25 | 192.0.2.25 must-offer");
}

static void mta_sts(void **state)
{
    const char *path = one_without(state);

    expect(path, NULL, "version: STSv1\nmode: enforce\nmx: *.mail.example\nmax_age: 86400\n");
    assert_string_equal(expected(path), "mta-sts! example | *.mail.example mode enforce");
    expect(path, NULL, "version: STSv1\nmode: testing\nmx: mx1.mail.example\nmax_age: 86400\n");
    assert_string_equal(expected(path), "mta-sts example | mx1.mail.example mode testing");
    expect(path, NULL, "version: STSv1\nmode: none\nmx: mx1.mail.example\nmax_age: 86400\n");
    assert_string_equal(expected(path), "nobody"); /* RFC 8461 5: as if there were none */
    expect(path, NULL, "version: STSv1\nmode: enforce\nmx: mx2.mail.example\nmax_age: 86400\n");
    assert_string_equal(expected(path), "nobody");
}

/* An answer with one record, in a capture of its own; what it is about was named as an exchange. */
static void answer(const char *path, int64_t after_ns, bool authentic, enum dns_type type,
                   const char *owner, const char *value)
{
    static struct dns_message m;
    const struct capture_counts counts = {.frames = 1};
    const uint8_t digest[DIGEST_OCTETS] = {++captures};
    const struct ip_address asker = {4, {192, 0, 2, 1}};
    struct err e = {""};
    int64_t capture;
    struct store *st = store_open(path, STORE_WRITE, &e);

    memset(&m, 0, sizeof m);
    m.response = true;
    m.authentic = authentic;
    m.records = 2;
    m.record[0].type = DNS_MX;
    strcpy(m.record[0].owner, "domain.example");
    strcpy(m.record[0].target, owner);
    m.record[1].type = type;
    strcpy(m.question, owner);
    strcpy(m.record[1].owner, owner);
    if (type == DNS_CNAME)
        strcpy(m.record[1].target, value);
    else if (type == DNS_TLSA)
        strcpy(m.record[1].text, value);
    else
        assert_true(address_parse(value, &m.record[1].address));
    assert_int_equal(store_capture_begin(st, "dns.pcap", digest, &capture, &e), 1);
    assert_int_equal(store_dns(st, capture, NOON + after_ns, &asker, &m, &e), 0);
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
}

static void a_tlsa_record(void **state)
{
    const char *path = one_without(state);

    answer(path, 0, false, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 aa");
    assert_string_equal(expected(path), "tlsa _25._tcp.mx1.mail.example | 3 1 1 aa");
    answer(path, 0, true, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 bb");
    assert_string_equal(expected(path), "tlsa! _25._tcp.mx1.mail.example | 3 1 1 bb");
}

static void a_tlsa_record_at_an_alias(void **state)
{
    const char *path = one_without(state);

    answer(path, 0, true, DNS_TLSA, "tlsa._dane.mail.example", "3 1 1 bb");
    assert_string_equal(expected(path), "nobody");
    answer(path, 0, true, DNS_CNAME, "_25._tcp.mx1.mail.example", "tlsa._dane.mail.example");
    assert_string_equal(expected(path), "tlsa! _25._tcp.mx1.mail.example | 3 1 1 bb");
    answer(path, 0, true, DNS_TLSA, "tlsa._dane.mail.example", "3 1 1 aa"); /* in any order */
    assert_string_equal(expected(path), "tlsa! _25._tcp.mx1.mail.example | 3 1 1 aa");
}

static void a_tlsa_record_of_something_else(void **state)
{
    const char *path = one_without(state);

    answer(path, 0, true, DNS_TLSA, "_25._tcp.mx2.mail.example", "3 1 1 aa");
    answer(path, 0, true, DNS_TLSA, "_587._tcp.mx1.mail.example", "3 1 1 aa");
    answer(path, 0, true, DNS_TLSA, "_25._udp.mx1.mail.example", "3 1 1 aa");
    answer(path, 0, true, DNS_TLSA, "mx1.mail.example", "3 1 1 aa");
    assert_string_equal(expected(path), "nobody");
}

static void a_tlsa_record_holds_for_a_day(void **state)
{
    const char *path = one_without(state);

    answer(path, -DAY - 1, true, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 aa");
    answer(path, DAY + 1, true, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 aa");
    assert_string_equal(expected(path), "nobody");
    answer(path, DAY, true, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 bb");
    assert_string_equal(expected(path), "tlsa! _25._tcp.mx1.mail.example | 3 1 1 bb");
}

static void names_from_dns(void **state)
{
    const char *path = one_without(state);

    expect(path, "mx.elsewhere.example must-offer\n", NULL);
    answer(path, 0, false, DNS_A, "mx.elsewhere.example", "192.0.2.26");
    answer(path, 0, false, DNS_AAAA, "mx.elsewhere.example", "2001:db8::25");
    assert_string_equal(expected(path), "nobody");
    answer(path, 0, false, DNS_A, "mx.elsewhere.example", "192.0.2.25");
    assert_string_equal(expected(path), "list! mx.elsewhere.example | mx.elsewhere.example "
                                        "must-offer");
    expect(path, NULL, NULL);
    assert_string_equal(expected(path), "nobody");
    answer(path, 0, true, DNS_TLSA, "_25._tcp.mx.elsewhere.example", "3 1 1 aa");
    assert_string_equal(expected(path), "tlsa! _25._tcp.mx.elsewhere.example | 3 1 1 aa");
}

static void names_of_ipv6_servers(void **state)
{
    const char *path = fresh(state);
    struct facts *f = add(1, 0);

    *f->server_name = '\0';
    f->server.address = (struct ip_address){6, {0x20, 1, 0xd, 0xb8, [15] = 0x25}};
    store(path);
    expect(path, "mx.example must-offer\n", NULL);
    answer(path, 0, false, DNS_AAAA, "mx.example", "2001:db8::26");
    assert_string_equal(expected(path), "nobody");
    answer(path, 0, false, DNS_AAAA, "mx.example", "2001:0db8:0:0::25");
    assert_string_equal(expected(path), "list! mx.example | mx.example must-offer");
}

static void of_whom_nothing_is_expected(void **state)
{
    const char *sts = "version: STSv1\nmode: enforce\nmx: mx.example\nmax_age: 86400\n";
    const char *path = fresh(state);

    add(1, 0)->starttls_offered = YES; /* who offers it does what it must */
    store(path);
    expect(path, "192.0.2.25 must-offer\n", NULL);
    assert_string_equal(expected(path), "nobody");

    path = fresh(state);
    add(1, 0)->server.port = 587; /* MTA-STS is about relaying */
    store(path);
    expect(path, NULL, sts);
    assert_string_equal(expected(path), "nobody");
}

static void who_says_it_with_force_is_named(void **state)
{
    const char *path = one_without(state);

    expect(path, NULL, "version: STSv1\nmode: testing\nmx: mx1.mail.example\nmax_age: 86400\n");
    answer(path, 0, false, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 aa");
    assert_string_equal(expected(path), "mta-sts example | mx1.mail.example mode testing");
    answer(path, 0, true, DNS_TLSA, "_25._tcp.mx1.mail.example", "3 1 1 bb");
    assert_string_equal(expected(path), "tlsa! _25._tcp.mx1.mail.example | 3 1 1 bb");
    expect(path, NULL, "version: STSv1\nmode: enforce\nmx: mx1.mail.example\nmax_age: 86400\n");
    assert_string_equal(expected(path), "mta-sts! example | mx1.mail.example mode enforce");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(requests_within_an_hour),
        cmocka_unit_test(what_breaks_a_handshake),
        cmocka_unit_test(what_breaks_none),
        cmocka_unit_test(broken_in_the_six_hours_before),
        cmocka_unit_test(broken_ones_of_others),
        cmocka_unit_test(only_who_falls_back_is_asked_about),
        cmocka_unit_test(the_same_connection_elsewhere),
        cmocka_unit_test(another_connection_is_no_vantage),
        cmocka_unit_test(what_is_not_whole_is_not_compared),
        cmocka_unit_test(the_same_capture_is_no_other_place),
        cmocka_unit_test(the_first_that_differs_of_several),
        cmocka_unit_test(a_list_by_name),
        cmocka_unit_test(a_list_by_address_and_port),
        cmocka_unit_test(may_is_the_last_word),
        cmocka_unit_test(mta_sts),
        cmocka_unit_test(a_tlsa_record),
        cmocka_unit_test(a_tlsa_record_at_an_alias),
        cmocka_unit_test(a_tlsa_record_of_something_else),
        cmocka_unit_test(a_tlsa_record_holds_for_a_day),
        cmocka_unit_test(names_from_dns),
        cmocka_unit_test(names_of_ipv6_servers),
        cmocka_unit_test(of_whom_nothing_is_expected),
        cmocka_unit_test(who_says_it_with_force_is_named),
    };
    return cmocka_run_group_tests_name("history", tests, sample_folder, sample_folder_remove);
}
