/* test_relations_read.c - who sends mail to whom, out of a database: every message is counted once, by
 * what became of it, and rates are those of the sessions that they can be told from. */
#include "test.h"

#include "sample.h"

#include <mailtap/lens.h>
#include <mailtap/relations_read.h>

#include <stdio.h>
#include <string.h>

#define SECOND INT64_C(1000000000)
#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- sessions: addresses are 192.0.2.x */

enum kind { CLEAR, UNUSED, HELO, REFUSED, FAILED, MASKED, UNTOLD, TLS, BLIND_TLS, IMPLICIT, PROBE };

struct event {
    uint8_t client, server;
    enum kind kind;
    unsigned messages;
    int64_t at; /* seconds */
    bool login;
};

static void without_tls(struct facts *f, enum kind kind)
{
    if (kind == UNUSED || kind == REFUSED || kind == FAILED || kind == PROBE) {
        f->starttls_offered = YES;
        strcpy(f->keywords, "STARTTLS");
    }
    if (kind == REFUSED || kind == FAILED) {
        f->starttls_requested = YES;
        f->starttls_reply = kind == FAILED ? 220 : 454;
    }
    if (kind == MASKED)
        strcpy(f->keywords, "XXXXXXXA\n8BITMIME\nSMTPUTF8\nCHUNKING");
    if (kind == HELO) {
        f->helo_sent = true;
        f->ehlo_sent = false;
        f->ehlo_accepted = f->starttls_offered = UNKNOWN;
        *f->keywords = '\0';
    }
    if (kind == UNTOLD)
        f->starttls_offered = f->starttls_requested = UNKNOWN;
}

static void with_tls(struct facts *f, const struct event *v)
{
    f->estimate = (struct estimate){.made = v->kind != BLIND_TLS,
                                    .messages = v->messages,
                                    .low = v->messages,
                                    .high = v->messages,
                                    .octets = 1000};
    if (v->kind != IMPLICIT)
        return;
    f->tls_from_start = YES;
    f->dialogue = f->ehlo_sent = false;
    f->ehlo_accepted = f->starttls_offered = f->starttls_requested = UNKNOWN;
    f->starttls_reply = 0;
}

static struct facts session_of(const struct event *v, uint16_t port)
{
    bool tls = v->kind == TLS || v->kind == BLIND_TLS || v->kind == IMPLICIT;
    struct facts f = tls ? sample_encrypted(port) : sample_clear(port);

    f.client.address.octets[3] = v->client;
    f.server.address.octets[3] = v->server;
    f.server.port = v->kind == IMPLICIT ? 465 : 25;
    f.started_ns = (SAMPLE_CAPTURED + v->at) * SECOND;
    f.ended_ns = f.started_ns + 1;
    if (tls) {
        with_tls(&f, v);
        return f;
    }
    without_tls(&f, v->kind);
    f.transactions = f.messages = v->messages;
    if (!v->messages)
        f.content_octets = f.address_count = 0;
    if (v->login) {
        strcpy(f.auth[0].mechanism, "PLAIN");
        f.auth[0].given = GIVEN_PASSWORD;
        f.auths = 1;
        f.credentials_exposed = YES;
    }
    return f;
}

static const char *made(void **state, const char *name, const struct event *events, unsigned count)
{
    static struct facts f[64];
    const char *path = sample_path(state, name);

    assert_true(count <= COUNT(f));
    for (unsigned i = 0; i < count; i++)
        f[i] = session_of(&events[i], (uint16_t)(1024 + i));
    sample_store(path, 1, f, count);
    return path;
}

/* ---- reading it */

static struct relations *read(const char *path, const struct lens *lens, uint64_t *not_estimated_r)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);

    assert_non_null(st);
    if (lens)
        assert_int_equal(store_lens(st, lens, &e), 0);
    struct relations *r = relations_read(st, not_estimated_r, &e);
    if (!r)
        fail_msg("%s", e.text);
    store_close(&st, &e);
    return r;
}

/* What the database itself says: "MESSAGES OF_MESSAGES". */
static void assert_sums(const char *path, const struct relations *r)
{
    struct relation_sums sums = relations_sums(r);
    double clear = 0;
    char text[64];

    for (unsigned i = 0; i < FATES; i++)
        clear += i == FATE_ENCRYPTED ? 0 : sums.messages[i];
    snprintf(text, sizeof text, "%.0f %.0f", clear, clear + sums.messages[FATE_ENCRYPTED]);
    sample_answers(path, "readable-mail", "", "messages of_messages_estimated", text);
    snprintf(text, sizeof text, "%zu", r->pair_count);
    sample_expect(path,
                  "SELECT count(*) FROM (SELECT DISTINCT f.domain_id, f.local_hash IS NULL,"
                  " t.domain_id FROM address f JOIN address t ON t.session_id = f.session_id"
                  " AND t.transaction_no = f.transaction_no"
                  " WHERE f.role = 'sender' AND t.role = 'recipient')",
                  text);
}

static const struct relation *relation(const struct relations *r, uint8_t client, uint8_t server,
                                       uint16_t port)
{
    for (size_t i = 0; i < r->count; i++) {
        const struct relation *one = &r->list[i];
        if (r->clients[one->client].address.octets[3] == client &&
            r->servers[one->server].address.octets[3] == server &&
            r->servers[one->server].port == port)
            return one;
    }
    fail_msg("there is no relation of %u with %u, port %u", client, server, port);
    return NULL;
}

static void assert_fates(const struct relations *r, uint8_t client, uint8_t server, uint16_t port,
                         const char *want)
{
    const struct relation *one = relation(r, client, server, port);
    char text[128] = "";

    for (unsigned i = 0; i < FATES; i++)
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s%g", i ? " " : "",
                 (double)one->messages[i]);
    assert_string_equal(text, want);
}

static void assert_trials(struct trials t, double did, double of)
{
    if (t.did != did || t.of != of)
        fail_msg("%g of %g are not %g of %g", t.did, t.of, did, of);
}

static const struct relation_server *server(const struct relations *r, uint8_t last)
{
    for (size_t i = 0; i < r->server_count; i++)
        if (r->servers[i].address.octets[3] == last && r->servers[i].port == 25)
            return &r->servers[i];
    fail_msg("there is no server %u", last);
    return NULL;
}

static const struct relation_client *client(const struct relations *r, uint8_t last)
{
    for (size_t i = 0; i < r->client_count; i++)
        if (r->clients[i].address.octets[3] == last)
            return &r->clients[i];
    fail_msg("there is no client %u", last);
    return NULL;
}

/* ---- what must come out */

static const struct event mixed[] = {
    {100, 1, CLEAR, 2, 0, true},       {100, 1, CLEAR, 1, 10, false},
    {100, 1, PROBE, 0, 20, false},     {100, 2, TLS, 3, 30, false},
    {100, 2, TLS, 4, 40, false},       {100, 2, BLIND_TLS, 0, 50, false},
    {101, 2, UNUSED, 5, 60, true},     {101, 2, REFUSED, 1, 70, true},
    {101, 3, MASKED, 2, 80, true},     {101, 4, UNTOLD, 6, 90, false},
    {101, 4, HELO, 7, 100, false},     {102, 2, IMPLICIT, 9, 110, false},
    {103, 2, FAILED, 0, 120, false},   {103, 2, UNUSED, 3, 200, true},
    {103, 2, UNUSED, 1, 30000, false},
};

static void messages_are_counted_by_what_became_of_them(void **state)
{
    const char *path = made(state, "mixed.db", mixed, COUNT(mixed));
    uint64_t not_estimated;
    struct relations *r = read(path, NULL, &not_estimated);

    assert_int_equal(r->client_count, 4);
    assert_int_equal(r->server_count, 5); /* 2 has two ports */
    assert_int_equal(r->count, 7);
    assert_fates(r, 100, 1, 25, "0 3 0 0 0 0");
    assert_fates(r, 100, 2, 25, "7 0 0 0 0 0");
    assert_fates(r, 101, 2, 25, "0 0 5 1 0 0");
    assert_fates(r, 101, 3, 25, "0 0 0 0 2 0");
    assert_fates(r, 101, 4, 25, "0 0 7 0 0 6");
    assert_fates(r, 102, 2, 465, "9 0 0 0 0 0");
    /* After a handshake that failed, and eight hours later. */
    assert_fates(r, 103, 2, 25, "0 0 1 3 0 0");
    assert_int_equal(not_estimated, 1);
    assert_true(relation(r, 100, 1, 25)->credentials[FATE_NOT_OFFERED] == 1);
    assert_true(relation(r, 101, 2, 25)->credentials[FATE_UNUSED] == 1);
    assert_true(relation(r, 101, 2, 25)->credentials[FATE_FAILED] == 1);
    assert_true(relation(r, 101, 3, 25)->credentials[FATE_STRIPPED] == 1);
    assert_true(relation(r, 103, 2, 25)->credentials[FATE_FAILED] == 1);
    assert_sums(path, r);
    relations_free(&r);
}

static void everything_is_in_its_order(void **state)
{
    const char *path = made(state, "order.db", mixed, COUNT(mixed));
    struct relations *r = read(path, NULL, NULL);

    for (size_t i = 1; i < r->count; i++) {
        const struct relation *a = &r->list[i - 1], *b = &r->list[i];
        assert_true(a->server < b->server || (a->server == b->server && a->client < b->client));
    }
    /* Everybody writes to the same domain, so there is one pair, over five relations. */
    assert_int_equal(r->pair_count, 1);
    assert_int_equal(r->correspondence_count, 5);
    double transactions = 0;
    for (size_t i = 0; i < r->correspondence_count; i++) {
        const struct correspondence *c = &r->correspondences[i];
        const struct relation *one = &r->list[c->relation];
        assert_int_equal(c->pair, 0);
        assert_true(i == 0 || c[-1].relation < c->relation);
        assert_true(c->relation < r->count && one->messages[FATE_ENCRYPTED] == 0);
        transactions += (double)c->transactions;
    }
    assert_true(transactions == 9); /* sessions with an envelope, of one transaction each */
    relations_free(&r);
}

static void rates_are_of_sessions_that_tell(void **state)
{
    const char *path = made(state, "rates.db", mixed, COUNT(mixed));
    struct relations *r = read(path, NULL, NULL);

    assert_trials(server(r, 1)->offered, 1, 3);
    assert_trials(server(r, 2)->offered, 8, 8);
    assert_trials(server(r, 3)->offered, 0, 0); /* it was masked */
    assert_trials(server(r, 2)->established, 3, 5);
    assert_trials(server(r, 1)->established, 0, 0);
    assert_trials(client(r, 100)->used, 3, 3); /* the probe is none */
    assert_trials(client(r, 101)->used, 1, 2);
    assert_trials(client(r, 102)->used, 0, 0);
    assert_trials(client(r, 103)->used, 1, 3);
    assert_trials(client(r, 100)->insisted, 0, 2);
    assert_trials(client(r, 103)->insisted, 0, 1); /* it fell back */
    assert_trials(client(r, 100)->control, 1, 4);
    relations_free(&r);
}

/* Client 110 insists, and has another server twice of three times; 111 goes on. */
static void who_insists_may_go_elsewhere(void **state)
{
    static const struct event events[] = {
        {110, 1, CLEAR, 0, 0, false},    {110, 2, TLS, 1, 60, false},
        {110, 1, CLEAR, 0, 5000, false}, {110, 2, TLS, 1, 5060, false},
        {110, 1, CLEAR, 0, 9000, false}, {111, 1, CLEAR, 1, 0, false},
        {111, 1, CLEAR, 0, 100, false},
    };
    const char *path = made(state, "insists.db", events, COUNT(events));
    struct relations *r = read(path, NULL, NULL);

    assert_trials(client(r, 110)->insisted, 3, 3);
    assert_trials(client(r, 111)->insisted, 1, 2);
    assert_trials(server(r, 1)->alternatives, 2, 3);
    assert_trials(server(r, 2)->alternatives, 0, 0);
    assert_fates(r, 110, 1, 25, "0 0 0 0 0 0");
    assert_fates(r, 110, 2, 25, "2 0 0 0 0 0");
    relations_free(&r);
}

/* Software is incapable when it was seen, and never to offer; not when it does not say its name. */
static void incapable_is_software_that_never_offers(void **state)
{
    static const char *const greetings[] = {"mx.example ESMTP Postfix", "mx.example ESMTP Postfix",
                                            "mx.example ESMTP Exim 4.96", "mx.example ready"};
    static const bool offers[] = {false, true, false, false};
    static const bool incapable[] = {false, false, true, false};
    const char *path = sample_path(state, "software.db");
    struct facts f[4];

    for (uint8_t i = 0; i < 4; i++) {
        struct event v = {100, (uint8_t)(i + 1), offers[i] ? UNUSED : CLEAR, 1, i, false};
        f[i] = session_of(&v, (uint16_t)(1024 + i));
        strcpy(f[i].greeting, greetings[i]);
    }
    sample_store(path, 1, f, 4);
    struct relations *r = read(path, NULL, NULL);
    for (uint8_t i = 0; i < 4; i++)
        assert_int_equal(server(r, (uint8_t)(i + 1))->incapable, incapable[i]);
    relations_free(&r);
}

static void samples_have_the_sums_of_the_database(void **state)
{
    const char *path = sample_made(state, "sample.db");
    struct relations *r = read(path, NULL, NULL);

    assert_int_equal(r->count, 3);
    assert_sums(path, r);
    relations_free(&r);
    path = sample_path(state, "empty.db");
    sample_store(path, 1, NULL, 0);
    r = read(path, NULL, NULL);
    assert_int_equal(r->count + r->server_count + r->client_count + r->pair_count, 0);
    assert_sums(path, r);
    relations_free(&r);
}

/* Without names nobody has an address, and all is counted as before; a part has less. */
static void a_lens_is_looked_through(void **state)
{
    const char *path = made(state, "lens.db", mixed, COUNT(mixed));
    struct relations *r = read(path, &(struct lens){.anonymise = true}, NULL);

    assert_int_equal(r->client_count, 4);
    assert_int_equal(r->server_count, 5);
    assert_int_equal(r->count, 7);
    assert_int_equal(r->clients[0].address.version, 0);
    assert_sums(path, r);
    relations_free(&r);
    r = read(path, &(struct lens){.until = "2026-01-01"}, NULL);
    assert_int_equal(r->count, 0);
    relations_free(&r);
}

static void a_question_that_fails_says_so(void **state)
{
    const char *path = made(state, "broken.db", mixed, COUNT(mixed));
    struct err e = {""};

    sample_sql(path, "DROP TABLE address");
    struct store *st = store_open(path, STORE_READ, &e);
    assert_non_null(st);
    assert_null(relations_read(st, NULL, &e));
    assert_non_null(strstr(e.text, "address"));
    store_close(&st, &e);
}

static void more_than_can_be_held_is_refused(void **state)
{
    static const struct {
        size_t most;
        const char *what;
    } bounds[] = {{4, "servers"}, {5, "pairs of client and server"}};
    const char *path = made(state, "bound.db", mixed, COUNT(mixed));
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    char want[128];

    for (size_t i = 0; i < COUNT(bounds); i++) {
        snprintf(want, sizeof want,
                 "there are more than %zu %s in the database: look at a part of it", bounds[i].most,
                 bounds[i].what);
        assert_null(relations_read_most(st, bounds[i].most, NULL, &e));
        assert_string_equal(e.text, want);
    }
    struct relations *r = relations_read_most(st, 7, NULL, &e);
    assert_non_null(r);
    assert_int_equal(r->count, 7);
    relations_free(&r);
    store_close(&st, &e);
}

/* ---- the questions, as they are asked by a user */

static void relations_are_listed_by_their_messages(void **state)
{
    const char *path = made(state, "listed.db", mixed, COUNT(mixed));

    sample_answers(path, "relations", "",
                   "client_ip server_ip server_port sessions encrypted not_offered unused failed"
                   " stripped untold sessions_not_estimated credentials_unused credentials_failed",
                   "192.0.2.101 192.0.2.4 25 2 0 0 7 0 0 6 0 0 0\n"
                   "192.0.2.102 192.0.2.2 465 1 9 0 0 0 0 0 0 0 0\n"
                   "192.0.2.100 192.0.2.2 25 3 7 0 0 0 0 0 1 0 0\n"
                   "192.0.2.101 192.0.2.2 25 2 0 0 5 1 0 0 0 1 1\n"
                   "192.0.2.103 192.0.2.2 25 3 0 0 1 3 0 0 0 0 1\n"
                   "192.0.2.100 192.0.2.1 25 3 0 3 0 0 0 0 0 0 0\n"
                   "192.0.2.101 192.0.2.3 25 1 0 0 0 0 2 0 0 0 0");
    sample_answers(path, "server-rates", "",
                   "server_ip server_port sessions offered of_sessions_answered established"
                   " of_sessions_asked went_elsewhere of_sessions_kept_back incapable",
                   "192.0.2.2 25 8 8 8 3 5 0 0 0\n192.0.2.1 25 3 1 3 0 0 0 0 0\n"
                   "192.0.2.4 25 2 0 1 0 0 0 0 0\n192.0.2.2 465 1 0 0 0 0 0 0 0\n"
                   "192.0.2.3 25 1 0 0 0 0 0 0 0");
    sample_answers(path, "client-rates", "",
                   "client_ip sessions used of_sessions_offered kept_back of_sessions_without_tls"
                   " ended_without_mail of_sessions_with_tls",
                   "192.0.2.100 6 3 3 0 2 1 4\n192.0.2.101 5 1 2 0 2 0 1\n"
                   "192.0.2.103 3 1 3 0 1 0 2\n192.0.2.102 1 0 0 0 0 0 0");
    sample_answers(path, "domain-relations", "",
                   "client_ip server_ip server_port sender_domain recipient_domain transactions",
                   "192.0.2.100 192.0.2.1 25 a.example b.example 2\n"
                   "192.0.2.101 192.0.2.2 25 a.example b.example 2\n"
                   "192.0.2.101 192.0.2.4 25 a.example b.example 2\n"
                   "192.0.2.103 192.0.2.2 25 a.example b.example 2\n"
                   "192.0.2.101 192.0.2.3 25 a.example b.example 1");
}

/* Client 120 was seen an hour before its first mail in the clear; the last session is a day later. */
static void a_domain_is_followed_from_its_client_on(void **state)
{
    static const struct event events[] = {
        {120, 2, TLS, 1, 0, false},
        {120, 1, CLEAR, 1, 3600, false},
        {120, 1, CLEAR, 1, 5000, false},
        {121, 2, TLS, 1, 86400, false},
    };
    const char *path = made(state, "first.db", events, COUNT(events));

    sample_answers(path, "first-exposure", "",
                   "domain seconds_until_readable seconds_followed transactions",
                   "a.example 3600.0000 86400.0000 2");
    sample_expect(path, "SELECT count(*) FROM session", "4");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_are_counted_by_what_became_of_them),
        cmocka_unit_test(everything_is_in_its_order),
        cmocka_unit_test(rates_are_of_sessions_that_tell),
        cmocka_unit_test(who_insists_may_go_elsewhere),
        cmocka_unit_test(incapable_is_software_that_never_offers),
        cmocka_unit_test(samples_have_the_sums_of_the_database),
        cmocka_unit_test(a_lens_is_looked_through),
        cmocka_unit_test(a_question_that_fails_says_so),
        cmocka_unit_test(more_than_can_be_held_is_refused),
        cmocka_unit_test(relations_are_listed_by_their_messages),
        cmocka_unit_test(a_domain_is_followed_from_its_client_on),
    };
    return cmocka_run_group_tests_name("relations_read", tests, sample_folder,
                                       sample_folder_remove);
}
