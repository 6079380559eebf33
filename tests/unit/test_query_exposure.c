/*
 * test_query_exposure.c - the questions that a report on exposure asks, of sessions of many kinds: what
 * must come out is counted by hand, from the table of kinds, and intervals by the library.
 */
#include "test.h"

#include "sample.h"

#include <mailtap/statistics.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---- the sessions: addresses are 192.0.2.x, and x below 128 is at home */

#define HOME "home=192.0.2.0/25"

enum kind {
    CLEAR_IN,
    TLS_IN,
    TLS_OUT,
    UNUSED_OUT,
    OBSOLETE_OUT,
    STRIPPED_WITHIN,
    CLEAR_ACROSS,
    LOGIN_587,
    IMPLICIT_465,
    LOGIN_25,
    UNDECIDED,
    FAILED_OUT,
    VERIFIED_OUT,
    REFUSED_OUT,
    KINDS
};

static const struct {
    uint8_t client, server;
    uint16_t port;
    unsigned count, messages, hidden; /* of each: messages read, and estimated under TLS */
} kinds[KINDS] = {
    [CLEAR_IN] = {200, 25, 25, 12, 1, 0},     [TLS_IN] = {201, 26, 25, 8, 0, 1},
    [TLS_OUT] = {2, 226, 25, 10, 0, 1},       [UNUSED_OUT] = {2, 226, 25, 5, 2, 0},
    [OBSOLETE_OUT] = {2, 228, 25, 6, 0, 1},   [STRIPPED_WITHIN] = {3, 29, 25, 3, 1, 0},
    [CLEAR_ACROSS] = {202, 229, 25, 4, 1, 0}, [LOGIN_587] = {203, 25, 587, 4, 1, 0},
    [IMPLICIT_465] = {204, 25, 465, 5, 0, 2}, [LOGIN_25] = {4, 27, 25, 2, 1, 0},
    [UNDECIDED] = {205, 30, 25, 3, 0, 0},     [FAILED_OUT] = {2, 230, 25, 2, 0, 0},
    [VERIFIED_OUT] = {2, 231, 25, 7, 0, 1},   [REFUSED_OUT] = {2, 232, 25, 1, 1, 0},
};

static void under_tls(struct facts *f, enum kind k)
{
    f->estimate = (struct estimate){.made = true,
                                    .messages = kinds[k].hidden,
                                    .low = kinds[k].hidden,
                                    .high = kinds[k].hidden + 1,
                                    .octets = 1000};
    if (k == TLS_IN)
        strcpy(f->greeting, "mx.example ESMTP Postfix");
    if (k == TLS_OUT) {
        strcpy(f->sni, "mx.example");
        strcpy(f->ja4, "t13d0000_0123456789ab_cdef01234567");
    }
    if (k == OBSOLETE_OUT)
        f->tls_version = 0x0301;
    if (k == VERIFIED_OUT) {
        f->tls_version = 0x0303;
        f->tls_resumed = NO;
        f->client_certificate_sent = YES;
        f->cert_seen = true;
        f->cert = (struct cert_facts){.not_before = 100, .not_after = 2000000000};
        memset(f->cert.sha256, 'e', 64);
        f->cert_verified = f->cert_named = YES;
    }
    if (k == IMPLICIT_465) {
        f->tls_from_start = YES;
        f->dialogue = f->ehlo_sent = false;
        f->ehlo_accepted = f->starttls_offered = f->starttls_requested = UNKNOWN;
        f->starttls_reply = 0;
        *f->server_name = *f->greeting = *f->client_name = '\0';
    }
}

static void asked_for_tls(struct facts *f, int reply)
{
    f->starttls_offered = f->starttls_requested = YES;
    strcpy(f->keywords, "STARTTLS");
    f->starttls_reply = reply;
}

static void in_the_clear(struct facts *f, enum kind k)
{
    switch (k) {
    case UNUSED_OUT:
        f->starttls_offered = YES;
        strcpy(f->keywords, "STARTTLS");
        break;
    case STRIPPED_WITHIN:
        strcpy(f->keywords, "XXXXXXXA\n8BITMIME\nSMTPUTF8\nCHUNKING");
        break;
    case LOGIN_587:
    case LOGIN_25:
        strcpy(f->auth[0].mechanism, "PLAIN");
        f->auth[0].given = GIVEN_PASSWORD;
        f->auths = 1;
        f->credentials_exposed = YES;
        break;
    case UNDECIDED:
        f->decided = f->starttls_offered = f->starttls_requested = UNKNOWN;
        break;
    case FAILED_OUT:
        asked_for_tls(f, 220);
        break;
    case REFUSED_OUT:
        asked_for_tls(f, 454);
        break;
    default:
        break;
    }
}

static struct facts session_of(enum kind k)
{
    struct facts f = kinds[k].hidden ? sample_encrypted(1) : sample_clear(1);

    f.client.address.octets[3] = kinds[k].client;
    f.server.address.octets[3] = kinds[k].server;
    f.server.port = kinds[k].port;
    if (kinds[k].hidden)
        under_tls(&f, k);
    else
        in_the_clear(&f, k);
    f.transactions = f.messages = kinds[k].messages;
    if (!f.messages) {
        f.content_octets = 0;
        f.address_count = 0;
    }
    return f;
}

/* A session of each kind after the other, a second apart. */
static const char *made(void **state, const char *name)
{
    static struct facts f[80];
    const char *path = sample_path(state, name);
    unsigned n = 0;

    for (enum kind k = 0; k < KINDS; k++)
        for (unsigned i = 0; i < kinds[k].count; i++, n++) {
            assert_true(n < COUNT(f));
            f[n] = session_of(k);
            f[n].client.port = (uint16_t)(1024 + n);
            f[n].started_ns += n * INT64_C(1000000000);
            f[n].ended_ns = f[n].started_ns + 1;
        }
    sample_store(path, 1, f, n);
    return path;
}

/* ---- what must come out */

struct row {
    uint64_t hits, n;
};

static int by_counts(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    if (x->n != y->n)
        return x->n < y->n ? -1 : 1;
    return (x->hits > y->hits) - (x->hits < y->hits);
}

/* " LOW HIGH" of the bootstrap over these servers, appended. */
static void add_interval(char to[2048], struct row *servers, size_t count)
{
    uint64_t hits[16], n[16];

    assert_true(count <= 16);
    qsort(servers, count, sizeof *servers, by_counts);
    for (size_t i = 0; i < count; i++) {
        hits[i] = servers[i].hits;
        n[i] = servers[i].n;
    }
    struct interval of = cluster_bootstrap(hits, n, count, 2000, 1);
    snprintf(to + strlen(to), 2048 - strlen(to), " %.4f %.4f", round(of.low * 1e4) / 1e4,
             round(of.high * 1e4) / 1e4);
}

static void add(char to[2048], const char *text)
{
    assert_true(strlen(to) + strlen(text) < 2048);
    strcat(to, text);
}

/* ---- all sessions */

/* Servers 25, 25:587, 25:465, 26, 27, 29, 226, 228, 229, 230, 231 and 232 decide all of theirs. */
static void how_much_could_be_read(void **state)
{
    const char *path = made(state, "readable.db");
    struct row clear[] = {{12, 12}, {4, 4}, {0, 5}, {0, 8}, {2, 2}, {3, 3},
                          {5, 15},  {0, 6}, {4, 4}, {0, 2}, {0, 7}, {1, 1}};
    struct row messages[] = {{12, 12}, {4, 4}, {0, 10}, {0, 8}, {2, 2}, {3, 3},
                             {10, 20}, {0, 6}, {4, 4},  {0, 7}, {1, 1}};
    char want[2048] = "36 77";

    add_interval(want, messages, COUNT(messages));
    add(want, " 31 69");
    add_interval(want, clear, COUNT(clear));
    add(want, " 3 3 36 2 72");
    sample_answers(path, "readable-mail", "",
                   "messages of_messages_estimated messages_low messages_high sessions_in_the_clear"
                   " of_sessions_decided low high undecided sessions_stripped sessions_encrypted"
                   " sessions_failed sessions",
                   want);
}

static void nothing_could_be_read_of_nothing(void **state)
{
    const char *path = sample_path(state, "nothing.db");

    sample_store(path, 1, NULL, 0);
    sample_answers(path, "readable-mail", "",
                   "messages of_messages_estimated messages_low messages_high sessions_in_the_clear"
                   " of_sessions_decided low high undecided sessions_stripped sessions",
                   "0 0 - - 0 0 - - 0 0 0");
    sample_answers(path, "ladder", "", "rung", "");
}

/* A server that has none of a rung stands in its interval with 0. */
static void rungs_are_compared_over_servers(void **state)
{
    const char *path = made(state, "ladder.db");
    struct row clear[] = {{12, 12}, {4, 4}, {0, 5}, {0, 8}, {2, 2}, {0, 3},
                          {5, 15},  {0, 6}, {4, 4}, {0, 7}, {1, 1}};
    struct row stripped[] = {{0, 12}, {0, 4}, {0, 5}, {0, 8}, {0, 2}, {3, 3},
                             {0, 15}, {0, 6}, {0, 4}, {0, 7}, {0, 1}};
    struct row obsolete[] = {{0, 12}, {0, 4}, {0, 5}, {0, 8}, {0, 2}, {0, 3},
                             {0, 15}, {6, 6}, {0, 4}, {0, 7}, {0, 1}};
    struct row hidden[] = {{0, 12},  {0, 4}, {5, 5}, {8, 8}, {0, 2}, {0, 3},
                           {10, 15}, {0, 6}, {0, 4}, {0, 7}, {0, 1}};
    struct row sure[] = {{0, 12}, {0, 4}, {0, 5}, {0, 8}, {0, 2}, {0, 3},
                         {0, 15}, {0, 6}, {0, 4}, {7, 7}, {0, 1}};
    char want[2048] = "cleartext 28 67 33 0 77 0";

    add_interval(want, clear, COUNT(clear));
    add(want, "\nstripped 3 67 3 0 77 0");
    add_interval(want, stripped, COUNT(stripped));
    add(want, "\nobsolete-tls 6 67 0 6 77 0");
    add_interval(want, obsolete, COUNT(obsolete));
    add(want, "\nauthentication-hidden 23 67 0 28 77 0");
    add_interval(want, hidden, COUNT(hidden));
    add(want, "\nauthenticable 7 67 0 7 77 0");
    add_interval(want, sure, COUNT(sure));
    add(want, "\nundecided 5 - 0 0 77 0 - -");
    sample_answers(path, "ladder", "",
                   "rung sessions of_sessions_decided messages_read messages_estimated of_messages"
                   " sessions_without_estimate low high",
                   want);
}

/* ---- by direction */

#define DIRECTION                                                                                  \
    "direction sessions in_the_clear of_decided stripped established undecided messages_readable"  \
    " messages_estimated of_messages content_octets low high messages_readable_low"                \
    " messages_readable_high"

#define SUBMISSION "submission 11 6 11 0 5 0 6 10 16 6000 - - - -"

static void with_home_there_are_five_directions(void **state)
{
    const char *path = made(state, "directions.db");
    struct row in[] = {{12, 12}, {0, 8}};
    struct row out[] = {{5, 15}, {0, 6}, {0, 2}, {0, 7}, {1, 1}};
    struct row out_messages[] = {{10, 20}, {0, 6}, {0, 7}, {1, 1}};
    char want[2048] = "inbound 23 12 20 0 8 3 12 8 20 12000";

    add_interval(want, in, COUNT(in));
    add_interval(want, in, COUNT(in));
    add(want, "\noutbound 31 6 31 0 23 0 11 23 34 6000");
    add_interval(want, out, COUNT(out));
    add_interval(want, out_messages, COUNT(out_messages));
    add(want, "\ninternal 3 3 3 3 0 0 3 0 3 3000 - - - -"
              "\ntransit 4 4 4 0 0 0 4 0 4 4000 - - - -\n" SUBMISSION);
    sample_answers(path, "directions", HOME, DIRECTION, want);
    sample_answers(path, "directions", "home=2001:db8::/32,192.0.2.0/26,::ffff:192.0.2.64/122",
                   DIRECTION, want);
    /* All at home, and none. */
    sample_answers(path, "directions", "home=0.0.0.0/0", "direction sessions",
                   "internal 61\nsubmission 11");
    sample_answers(path, "directions", "home=10.0.0.0/8", "direction sessions",
                   "transit 61\nsubmission 11");
}

static void without_home_there_are_two(void **state)
{
    const char *path = made(state, "relay.db");
    struct row clear[] = {{12, 12}, {0, 8}, {5, 15}, {0, 6}, {3, 3},
                          {4, 4},   {0, 2}, {0, 7},  {1, 1}};
    struct row messages[] = {{12, 12}, {0, 8}, {10, 20}, {0, 6}, {3, 3}, {4, 4}, {0, 7}, {1, 1}};
    char want[2048] = "relay 61 25 58 3 31 3 30 31 61 25000";

    add_interval(want, clear, COUNT(clear));
    add_interval(want, messages, COUNT(messages));
    add(want, "\n" SUBMISSION);
    sample_answers(path, "directions", "", DIRECTION, want);
}

/* Who took the addresses out took the directions, too: they are not outside because of it. */
static void an_address_that_is_none_has_no_direction(void **state)
{
    const char *path = made(state, "unreadable.db");

    sample_sql(path, "UPDATE client SET ip = 'client-' || client_id WHERE ip = '192.0.2.200';"
                     "UPDATE server SET ip = 'server-1' WHERE ip = '192.0.2.26'");
    sample_answers(path, "directions", HOME, "direction sessions",
                   "inbound 3\noutbound 31\ninternal 3\ntransit 4\nsubmission 11\n"
                   "undetermined 20");
    sample_answers(path, "directions", "", "direction sessions", "relay 61\nsubmission 11");
}

static void a_home_that_is_none_is_an_error(void **state)
{
    struct err e = {""};
    struct store *st = store_open(made(state, "home.db"), STORE_READ, &e);
    struct query *q = query_open(st, query_find("directions")->sql, &e);

    assert_int_equal(query_set(q, "home", "192.0.2.0/24,10.1.2.3/8", &e), 0);
    assert_int_equal(query_next(q, &e), -1);
    assert_non_null(strstr(e.text, "'10.1.2.3/8' at octet 14: "));
    query_close(&q);
    store_close(&st, &e);
}

/* ---- step by step */

#define STEP "step sessions of_previous undetermined low high"

static void each_step_is_of_those_that_took_the_one_before(void **state)
{
    const char *path = made(state, "flow.db");
    struct row answered[] = {{12, 12}, {4, 4}, {8, 8}, {2, 2}, {3, 3}, {3, 3},
                             {15, 15}, {6, 6}, {4, 4}, {2, 2}, {7, 7}, {1, 1}};
    struct row offered[] = {{0, 12}, {0, 4}, {8, 8}, {0, 2}, {0, 3}, {15, 15},
                            {6, 6},  {0, 4}, {2, 2}, {7, 7}, {1, 1}};
    struct row requested[] = {{8, 8}, {10, 15}, {6, 6}, {2, 2}, {7, 7}, {1, 1}};
    struct row established[] = {{8, 8}, {10, 10}, {6, 6}, {0, 2}, {7, 7}, {0, 1}};
    struct row recent[] = {{8, 8}, {10, 10}, {0, 6}, {7, 7}};
    char want[2048] = "answered 67 67 0";

    add_interval(want, answered, COUNT(answered));
    add(want, "\noffered 39 64 3");
    add_interval(want, offered, COUNT(offered));
    add(want, "\nrequested 34 39 0");
    add_interval(want, requested, COUNT(requested));
    add(want, "\nestablished 31 34 0");
    add_interval(want, established, COUNT(established));
    add(want, "\nnot-obsolete 25 31 0");
    add_interval(want, recent, COUNT(recent));
    add(want, "\nauthenticable 7 7 18 - -\nimplicit-tls 5 - - - -");
    sample_answers(path, "flow", "", STEP, want);
}

/* A session that does not tell of a step is in no count of those behind it. */
static void a_step_that_is_not_told_is_no_refusal(void **state)
{
    struct facts f[10];
    const char *path = sample_path(state, "told.db");

    for (unsigned i = 0; i < COUNT(f); i++)
        f[i] = session_of(VERIFIED_OUT);
    f[0].ehlo_accepted = UNKNOWN;
    f[1].ehlo_accepted = UNKNOWN; /* HELO alone: it was never asked */
    f[1].ehlo_sent = false;
    f[1].helo_sent = true;
    f[2].ehlo_accepted = NO;
    f[3].starttls_offered = UNKNOWN;
    f[4].starttls_requested = UNKNOWN;
    f[5].tls_established = UNKNOWN;
    f[6].tls_version = 0;
    f[7].cert_verified = UNKNOWN;
    f[8].cert_named = NO;
    sample_store(path, 1, f, COUNT(f));
    sample_answers(path, "flow", "", STEP,
                   "answered 7 9 1 - -\n"
                   "offered 6 6 1 - -\n"
                   "requested 5 5 1 - -\n"
                   "established 4 4 1 - -\n"
                   "not-obsolete 3 3 1 - -\n"
                   "authenticable 1 2 1 - -\n"
                   "implicit-tls 0 - - - -");
    path = sample_path(state, "no-steps.db");
    sample_store(path, 1, NULL, 0);
    sample_answers(path, "flow", "", STEP,
                   "answered 0 0 0 - -\noffered 0 0 0 - -\nrequested 0 0 0 - -\n"
                   "established 0 0 0 - -\nnot-obsolete 0 0 0 - -\nauthenticable 0 0 0 - -\n"
                   "implicit-tls 0 - - - -");
}

/* ---- who insists on TLS */

#define INSISTING "what count of_count low high"

/* Sessions of one client with one server, one after the other; the first `ended` stop before MAIL. */
static unsigned add_sessions(struct facts *f, unsigned n, enum kind k, uint8_t client,
                             unsigned count, unsigned ended)
{
    for (unsigned i = 0; i < count; i++, n++) {
        f[n] = session_of(k);
        f[n].client.address.octets[3] = client;
        f[n].client.port = (uint16_t)(1024 + n);
        f[n].started_ns += n * INT64_C(100000000000000); /* more than a day apart */
        f[n].ended_ns = f[n].started_ns + 1;
        if (i < ended) {
            f[n].transactions = f[n].messages = 0;
            f[n].estimate.messages = f[n].estimate.low = f[n].estimate.high = 0;
        }
    }
    return n;
}

static void senders_that_insist_are_counted(void **state)
{
    static struct facts f[96];
    const char *path = sample_path(state, "insisting.db");
    unsigned n = add_sessions(f, 0, CLEAR_IN, 1, 4, 4); /* insists, by its control */
    n = add_sessions(f, n, TLS_IN, 1, 8, 0);
    n = add_sessions(f, n, CLEAR_ACROSS, 2, 12, 0); /* goes on */
    n = add_sessions(f, n, CLEAR_IN, 3, 3, 3);      /* a probe: it ends everywhere */
    n = add_sessions(f, n, TLS_IN, 3, 8, 8);
    n = add_sessions(f, n, TLS_OUT, 4, 8, 1);     /* never met a server without */
    n = add_sessions(f, n, REFUSED_OUT, 5, 5, 1); /* refused: went on four times */
    n = add_sessions(f, n, FAILED_OUT, 6, 1, 1);  /* failed, and came back an hour later: */
    n = add_sessions(f, n, UNUSED_OUT, 6, 1, 0);  /* fell back */
    f[n - 1].server = f[n - 2].server;
    f[n - 1].started_ns = f[n - 2].ended_ns + INT64_C(3600000000000);
    n = add_sessions(f, n, CLEAR_IN, 7, 1, 1); /* went round it within a minute */
    n = add_sessions(f, n, TLS_OUT, 7, 1, 0);
    f[n - 1].started_ns = f[n - 2].ended_ns + INT64_C(60000000000);
    struct row ended[] = {{8, 8}, {0, 12}, {1, 5}, {1, 1}};
    struct row control[] = {{8, 16}, {1, 9}, {0, 1}};
    char want[2048] = "clients-insisting 1 6 - -\nclients-not-exercised 1 7 - -\n"
                      "ended-without-mail 10 26";

    sample_store(path, 1, f, n);
    add_interval(want, ended, COUNT(ended));
    add(want, "\ncontrol-ended-without-mail 9 26");
    add_interval(want, control, COUNT(control));
    add(want, "\nbypassed 1 10 - -\nwent-on 4 6 - -\nfell-back 1 6 - -");
    sample_answers(path, "insisting", "", INSISTING, want);
    sample_answers(path, "insisted", "", "client_ip verdict",
                   "192.0.2.2 goes on\n192.0.2.5 undecided\n192.0.2.1 insists\n"
                   "192.0.2.3 undecided\n192.0.2.6 undecided\n192.0.2.7 undecided\n"
                   "192.0.2.4 not exercised");
}

static void nobody_insists_where_nobody_is(void **state)
{
    const char *path = sample_path(state, "nobody.db");

    sample_store(path, 1, NULL, 0);
    sample_answers(path, "insisting", "", INSISTING,
                   "clients-insisting 0 0 - -\nclients-not-exercised 0 0 - -\n"
                   "ended-without-mail 0 0 - -\ncontrol-ended-without-mail 0 0 - -\n"
                   "bypassed 0 0 - -\nwent-on 0 0 - -\nfell-back 0 0 - -");
}

/* ---- in spite of TLS */

#define DESPITE "item sessions of_sessions_encrypted low high"
#define ITEM_PLACES 10

static void what_tls_leaves_readable_is_counted(void **state)
{
    static const struct {
        const char *counts;
        struct row servers[5];
    } items[ITEM_PLACES] = {
        {"client-name 31 36", {{8, 8}, {10, 10}, {6, 6}, {0, 5}, {7, 7}}},
        {"server-greeting 31 36", {{8, 8}, {10, 10}, {6, 6}, {0, 5}, {7, 7}}},
        {"sni 10 36", {{0, 8}, {10, 10}, {0, 6}, {0, 5}, {0, 7}}},
        {"certificate 7 36", {{0, 8}, {0, 10}, {0, 6}, {0, 5}, {7, 7}}},
        {"client-certificate 7 36", {{0, 8}, {0, 10}, {0, 6}, {0, 5}, {7, 7}}},
        {"software 8 36", {{8, 8}, {0, 10}, {0, 6}, {0, 5}, {0, 7}}},
        {"tls-fingerprint 10 36", {{0, 8}, {10, 10}, {0, 6}, {0, 5}, {0, 7}}},
        {"addresses 36 36", {{8, 8}, {10, 10}, {6, 6}, {5, 5}, {7, 7}}},
        {"message-count 36 36", {{8, 8}, {10, 10}, {6, 6}, {5, 5}, {7, 7}}},
        {"message-sizes 36 36", {{8, 8}, {10, 10}, {6, 6}, {5, 5}, {7, 7}}},
    };
    const char *path = made(state, "despite.db");
    char want[2048] = "";

    for (unsigned i = 0; i < ITEM_PLACES; i++) {
        struct row servers[5];
        memcpy(servers, items[i].servers, sizeof servers);
        add(want, i ? "\n" : "");
        add(want, items[i].counts);
        add_interval(want, servers, COUNT(servers));
    }
    sample_answers(path, "despite-tls", "", DESPITE, want);
    sample_answers(path, "despite-tls-names", "", "item distinct_values",
                   "client-name 1\nserver-greeting 2\nsni 1\ncertificate 1\nsoftware 1\n"
                   "tls-fingerprint 1\naddresses 5");
}

/* A failed handshake showed names, too, and is no session under TLS; without an estimate nothing is known
 * of messages. */
static void what_is_not_under_tls_is_not_despite_it(void **state)
{
    struct facts f[] = {session_of(TLS_OUT), session_of(VERIFIED_OUT), session_of(UNUSED_OUT)};
    const char *path = sample_path(state, "without.db");

    f[0].estimate.made = false;
    f[1].tls_established = NO;
    strcpy(f[1].sni, "other.example");
    sample_store(path, 1, f, COUNT(f));
    sample_answers(path, "despite-tls", "", "item sessions of_sessions_encrypted",
                   "client-name 1 1\nserver-greeting 1 1\nsni 1 1\ncertificate 0 1\n"
                   "client-certificate 0 1\nsoftware 0 1\ntls-fingerprint 1 1\naddresses 1 1\n"
                   "message-count 0 1\nmessage-sizes 0 1");
    sample_answers(path, "despite-tls-names", "", "distinct_values", "1\n1\n1\n0\n0\n1\n1");
    path = sample_path(state, "no-tls.db");
    sample_store(path, 1, &f[2], 1);
    assert_memory_equal(sample_asked(path, "despite-tls", "", DESPITE),
                        "client-name 0 0 - -\nserver-greeting 0 0 - -\n", 44);
    sample_answers(path, "despite-tls-names", "", "distinct_values", "0\n0\n0\n0\n0\n0\n0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_much_could_be_read),
        cmocka_unit_test(nothing_could_be_read_of_nothing),
        cmocka_unit_test(rungs_are_compared_over_servers),
        cmocka_unit_test(with_home_there_are_five_directions),
        cmocka_unit_test(without_home_there_are_two),
        cmocka_unit_test(an_address_that_is_none_has_no_direction),
        cmocka_unit_test(a_home_that_is_none_is_an_error),
        cmocka_unit_test(each_step_is_of_those_that_took_the_one_before),
        cmocka_unit_test(a_step_that_is_not_told_is_no_refusal),
        cmocka_unit_test(senders_that_insist_are_counted),
        cmocka_unit_test(nobody_insists_where_nobody_is),
        cmocka_unit_test(what_tls_leaves_readable_is_counted),
        cmocka_unit_test(what_is_not_under_tls_is_not_despite_it),
    };
    return cmocka_run_group_tests_name("questions on exposure", tests, sample_folder,
                                       sample_folder_remove);
}
