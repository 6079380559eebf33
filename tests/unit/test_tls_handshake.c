/*
 * test_tls_handshake.c - what the messages of real handshakes tell, against what OpenSSL says of
 * them; what is left of it when any octet is missing; and messages that OpenSSL would not send.
 */
#include "test.h"

#include "handshake.h"

#include <stdlib.h>
#include <string.h>

#define ALL ((size_t)-1)
#define V10 0x0301
#define V11 0x0302
#define V12 0x0303
#define V13 0x0304

#define DHE "DHE-RSA-AES128-SHA:@SECLEVEL=0"
#define RSA "AES128-SHA:@SECLEVEL=0"

struct sight {
    const char *name;
    struct handshake how;
    uint16_t offered, group;
    unsigned dh_bits, chain_length;
    tri asked, sent;
    uint16_t downgrade;
    const char *alpn_chosen; /* NULL: none */
};

static const struct sight sights[] = {
    {"1.0 RSA", {.version = V10, .ciphers = RSA}, V10, .chain_length = 1, .asked = NO, .sent = NO},
    {"1.0 DHE",
     {.version = V10, .ciphers = DHE},
     V10,
     .dh_bits = 2048,
     .chain_length = 1,
     .asked = NO,
     .sent = NO},
    {"1.1 ECDHE, the server could do better",
     {.client_version = V11, .quiet = true},
     V11,
     .group = 29,
     .chain_length = 1,
     .asked = NO,
     .sent = NO,
     .downgrade = V11},
    {"1.2 RSA", {.version = V12, .ciphers = RSA}, V12, .chain_length = 1, .asked = NO, .sent = NO},
    {"1.2 DHE",
     {.version = V12, .ciphers = DHE},
     V12,
     .dh_bits = 2048,
     .chain_length = 1,
     .asked = NO,
     .sent = NO},
    {"1.2 ECDHE", {.version = V12}, V12, .group = 29, .chain_length = 1, .asked = NO, .sent = NO},
    {"1.2 ECDHE over P-384, ECDSA, a chain",
     {.version = V12, .ecdsa = true, .groups = "P-384:P-256", .intermediates = true},
     V12,
     .group = 24,
     .chain_length = 3,
     .asked = NO,
     .sent = NO},
    {"1.2, the server could do 1.3, and a protocol is chosen",
     {.client_version = V12, .server_alpn = true},
     V12,
     .group = 29,
     .chain_length = 1,
     .asked = NO,
     .sent = NO,
     .downgrade = V12,
     .alpn_chosen = "h2"},
    {"1.2 after a fall back, without extended master secret",
     {.version = V12, .fallback = true, .no_extended_master_secret = true},
     V12,
     .group = 29,
     .chain_length = 1,
     .asked = NO,
     .sent = NO},
    {"1.2 resumed by ticket", {.version = V12, .resumed = true}, V12, .asked = NO, .sent = NO},
    {"1.2 resumed by session id",
     {.version = V12, .resumed = true, .no_tickets = true},
     V12,
     .asked = NO,
     .sent = NO},
    {"1.2, a client certificate",
     {.version = V12, .server_asks = true, .server_trusts = true, .client_certificate = true},
     V12,
     .group = 29,
     .chain_length = 1,
     .asked = YES,
     .sent = YES},
    {"1.2, asked for a certificate, and none sent",
     {.version = V12, .server_asks = true, .server_trusts = true},
     V12,
     .group = 29,
     .chain_length = 1,
     .asked = YES,
     .sent = NO},
    {"1.3", {.version = V13}, V13, .group = 29},
    {"1.3 over P-521", {.version = V13, .groups = "P-521"}, V13, .group = 25},
    {"1.3 resumed", {.version = V13, .resumed = true}, V13, .group = 29},
    {"1.3 retried", {.version = V13, .retry = true}, V13, .group = 24},
    {"1.3 retried and resumed", {.version = V13, .retry = true, .resumed = true}, V13, .group = 24},
    {"1.3, a client certificate that nobody can see",
     {.version = V13, .server_asks = true, .server_trusts = true, .client_certificate = true},
     V13,
     .group = 29},
    {"1.3, a protocol is chosen", {.version = V13, .server_alpn = true}, V13, .group = 29},
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

static struct tls_facts whole(size_t i)
{
    return facts_of(transcript_read(&transcripts[i], ALL, 0), true);
}

static void each_handshake_tells_what_openssl_says(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        const struct sight *s = &sights[i];
        const struct transcript *t = &transcripts[i];
        struct tls_facts f = whole(i);
        bool is_13 = t->version == V13;
        print_message("  %s\n", s->name);
        assert_true(t->completed);
        assert_int_equal(f.established, YES);
        assert_int_equal(f.version, t->version);
        assert_int_equal(f.version_offered, s->offered);
        assert_int_equal(f.cipher, t->cipher);
        assert_int_equal(f.group, s->group);
        assert_int_equal(f.dh_bits, s->dh_bits);
        assert_int_equal(f.resumed, tri_of(t->resumed));
        assert_int_equal(f.resumed, tri_of(s->how.resumed));
        if (f.resumed == NO) {
            assert_int_equal(f.group, t->group);
            assert_int_equal(f.dh_bits, t->dh_bits);
        }
        assert_int_equal(f.extended_master_secret,
                         is_13 ? UNKNOWN : tri_of(t->extended_master_secret));
        assert_int_equal(f.compression, is_13 ? UNKNOWN : NO);
        assert_int_equal(f.client_certificate_asked, s->asked);
        assert_int_equal(f.client_certificate_sent, s->sent);
        if (s->sent)
            assert_int_equal(s->sent, tri_of(t->client_certificate));
        assert_int_equal(f.fallback, tri_of(s->how.fallback));
        assert_int_equal(f.ech, NO);
        assert_int_equal(f.downgrade, s->downgrade);
        assert_string_equal(f.alpn_chosen, s->alpn_chosen ? s->alpn_chosen : "");
        assert_int_equal(f.chain_length, s->chain_length);
        assert_int_equal(strlen(f.ja3), 32);
        assert_int_equal(strlen(f.ja3s), 32);
        assert_int_equal(strlen(f.ja4), 36);
        assert_false(f.broken);
    }
}

static void the_chain_is_borrowed_in_order(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        struct tls *t = transcript_read(&transcripts[i], ALL, 0);
        struct tls_facts f;
        tls_facts(t, true, &f);
        for (unsigned k = 0; k < BOUND_CHAIN; k++) {
            assert_int_equal(f.chain[k].n > 0, k < f.chain_length);
            if (f.chain[k].n)
                assert_int_equal(f.chain[k].p[0], 0x30); /* SEQUENCE */
        }
        tls_free(&t);
    }
}

/* ---- cut, and with octets missing */

static void the_cut_does_not_matter(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        struct tls_facts a = whole(i);
        struct tls_facts b = facts_of(transcript_trickle(&transcripts[i]), true);
        assert_same_tls(&a, &b);
        size_t n = transcript_octets(&transcripts[i]);
        for (size_t at = 1; at < n; at++) {
            b = facts_of(transcript_read(&transcripts[i], ALL, at), true);
            assert_same_tls(&a, &b);
        }
    }
}

static void assert_no_other_name(const char *known, const char *all)
{
    if (known[0])
        assert_string_equal(known, all);
}

/* Every fact is the one that the whole connection shows, or it is not known. */
static void assert_knows_less(const struct tls_facts *less, const struct tls_facts *all)
{
    const unsigned numbers[][2] = {
        {less->established, all->established},
        {less->version, all->version},
        {less->cipher, all->cipher},
        {less->cipher_known, all->cipher_known},
        {less->retried, all->retried},
        {less->version_offered, all->version_offered},
        {less->group, all->group},
        {less->dh_bits, all->dh_bits},
        {less->ech, all->ech},
        {less->resumed, all->resumed},
        {less->client_certificate_asked, all->client_certificate_asked},
        {less->client_certificate_sent, all->client_certificate_sent},
        {less->extended_master_secret, all->extended_master_secret},
        {less->fallback, all->fallback},
        {less->compression, all->compression},
        {less->downgrade, all->downgrade},
        {less->chain_length, all->chain_length},
        {less->broken, all->broken},
    };

    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        if (numbers[i][0] && numbers[i][0] != numbers[i][1])
            fail_msg("the %zu. number is %u, not %u", i + 1, numbers[i][0], numbers[i][1]);
    assert_no_other_name(less->sni, all->sni);
    assert_no_other_name(less->alpn, all->alpn);
    assert_no_other_name(less->alpn_chosen, all->alpn_chosen);
    assert_no_other_name(less->ja3, all->ja3);
    assert_no_other_name(less->ja3s, all->ja3s);
    assert_no_other_name(less->ja4, all->ja4);
    for (int role = 0; role < TLS_ROLES; role++) {
        const struct tls_half *l = &less->half[role], *a = &all->half[role];
        assert_true(l->hello <= a->hello && l->change_cipher <= a->change_cipher);
        assert_true(l->records <= a->records && l->handshake_octets <= a->handshake_octets);
        assert_true(l->alert < 0 || l->alert == a->alert);
        assert_true(!l->not_tls && l->text_octets == 0);
    }
}

static size_t octets_of(const struct transcript *t, enum tls_role role)
{
    size_t n = 0;

    for (size_t i = 0; i < t->count; i++)
        n += t->pieces[i].role == role ? t->pieces[i].n : 0;
    return n;
}

static void a_lost_octet_takes_facts_away_and_changes_none(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        struct tls_facts all = whole(i);
        for (int role = 0; role < TLS_ROLES; role++) {
            size_t n = octets_of(&transcripts[i], (enum tls_role)role);
            for (size_t at = 0; at < n; at++) {
                struct tls_facts less = facts_of(
                    transcript_read_gap(&transcripts[i], (enum tls_role)role, at, 1), true);
                assert_knows_less(&less, &all);
            }
        }
    }
}

static void one_side_alone_tells_its_own_facts(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        struct tls_facts all = whole(i);
        struct tls_facts client = facts_of(transcript_read_side(&transcripts[i], TLS_CLIENT), true);
        struct tls_facts server = facts_of(transcript_read_side(&transcripts[i], TLS_SERVER), true);
        assert_knows_less(&client, &all);
        assert_knows_less(&server, &all);
        assert_string_equal(client.ja4, all.ja4);
        assert_string_equal(server.ja3s, all.ja3s);
        assert_int_equal(server.group, all.group);
        assert_int_equal(server.resumed, all.resumed);
        assert_int_equal(client.resumed, UNKNOWN);
    }
}

static void what_was_read_early_is_known_early(void **state)
{
    (void)state;
    for (size_t i = 0; i < SIGHTS; i++) {
        struct tls_facts all = whole(i);
        size_t n = transcript_octets(&transcripts[i]);
        for (size_t k = 0; k < n; k++) {
            struct tls_facts less = facts_of(transcript_read(&transcripts[i], k, 0), false);
            assert_knows_less(&less, &all);
        }
    }
}

/* ---- by hand */

#define RANDOM "0123456789abcdef0123456789abcdef"
#define RECORD(length) "\x16\x03\x00\x00" length

/* SSL 3: a session id each; suites; no extensions */
#define CLIENT_3 RECORD("\x2f") "\x01\x00\x00\x2b\x03\x00" RANDOM "\x02id\x00\x02\x00\x33\x01\x00"
#define SERVER_3(id, compression)                                                                  \
    RECORD("\x2c") "\x02\x00\x00\x28\x03\x00" RANDOM "\x02" id "\x00\x33" compression
#define CERTIFICATE_3 RECORD("\x0b") "\x0b\x00\x00\x07\x00\x00\x04\x00\x00\x01z"
#define EXCHANGE_3 RECORD("\x0e") "\x0c\x00\x00\x0a\x00\x02\xff\xff\x00\x01\x02\x00\x01y"
#define DONE_3 RECORD("\x04") "\x0e\x00\x00\x00"
#define CHANGE_3 "\x14\x03\x00\x00\x01\x01"
#define FINISHED_3 RECORD("\x08") "\xee\xee\xee\xee\xee\xee\xee\xee"
#define CLIENT_EXCHANGE_3 RECORD("\x05") "\x10\x00\x00\x01y"

static void feed(struct tls *t, enum tls_role role, const char *octets, size_t n)
{
    tls_feed(t, role, (struct slice){(const uint8_t *)octets, n});
}

#define SAY(t, role, text) feed(t, role, text, sizeof(text) - 1)

static void ssl_3_is_read_too(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);

    SAY(t, TLS_CLIENT, CLIENT_3);
    SAY(t, TLS_SERVER, SERVER_3("no", "\x01") CERTIFICATE_3 EXCHANGE_3 DONE_3);
    SAY(t, TLS_CLIENT, CLIENT_EXCHANGE_3 CHANGE_3 FINISHED_3);
    SAY(t, TLS_SERVER, CHANGE_3 FINISHED_3);
    struct tls_facts f = facts_of(t, true);
    assert_int_equal(f.established, YES);
    assert_int_equal(f.version, 0x0300);
    assert_int_equal(f.version_offered, 0x0300);
    assert_int_equal(f.cipher, 0x0033);
    assert_int_equal(f.dh_bits, 16);
    assert_int_equal(f.chain_length, 1);
    assert_int_equal(f.resumed, NO);
    assert_int_equal(f.compression, YES);
    assert_int_equal(f.extended_master_secret, NO);
    assert_int_equal(f.client_certificate_asked, NO);
    assert_int_equal(f.client_certificate_sent, NO);
    assert_memory_equal(f.ja4, "ts3i010000_", 11);
}

static void a_server_that_takes_up_a_session_shows_it(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);

    /* by the name of the session alone, as long as nothing contradicts it */
    SAY(t, TLS_CLIENT, CLIENT_3);
    SAY(t, TLS_SERVER, SERVER_3("id", "\x00"));
    struct tls_facts f;
    tls_facts(t, false, &f);
    assert_int_equal(f.resumed, YES);
    assert_int_equal(f.client_certificate_asked, UNKNOWN);
    SAY(t, TLS_SERVER, CERTIFICATE_3);
    tls_facts(t, false, &f);
    assert_int_equal(f.resumed, NO);
    tls_free(&t);
    /* by ChangeCipherSpec, under another name */
    t = tls_new(NULL);
    SAY(t, TLS_CLIENT, CLIENT_3);
    SAY(t, TLS_SERVER, SERVER_3("no", "\x00"));
    tls_facts(t, false, &f);
    assert_int_equal(f.resumed, UNKNOWN);
    SAY(t, TLS_SERVER, CHANGE_3);
    tls_facts(t, false, &f);
    assert_int_equal(f.resumed, YES);
    assert_int_equal(f.client_certificate_asked, NO);
    tls_free(&t);
    /* but not when messages may be missing before it */
    t = tls_new(NULL);
    SAY(t, TLS_SERVER, SERVER_3("no", "\x00"));
    tls_gap(t, TLS_SERVER, 900);
    SAY(t, TLS_SERVER, CHANGE_3 FINISHED_3 FINISHED_3);
    assert_int_equal(facts_of(t, false).resumed, UNKNOWN);
}

#define CLIENT_2                                                                                   \
    "\x16\x03\x01\x00\x40\x01\x00\x00\x3c\x03\x03" RANDOM                                          \
    "\x00\x00\x04\x13\x01\x56\x00\x01\x00\x00\x0f"                                                 \
    "\x00\x00\x00\x06\x00\x04\x00\x00\x01m"                                                        \
    "\xfe\x0d\x00"

static void encrypted_client_hello_is_seen(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);

    SAY(t, TLS_CLIENT, CLIENT_2 "\x01g"); /* real or GREASE, that cannot be told */
    struct tls_facts f = facts_of(t, false);
    assert_false(f.broken);
    assert_int_equal(f.ech, YES);
    assert_string_equal(f.sni, "m");
    assert_int_equal(f.version_offered, V12);
    assert_memory_equal(f.ja4, "t12d020200_", 11);
}

static void a_broken_hello_keeps_what_came_before(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);

    /* the last extension has no room for its length */
    SAY(t, TLS_CLIENT, CLIENT_2 "zz");
    struct tls_facts f = facts_of(t, false);
    assert_true(f.broken);
    assert_string_equal(f.sni, "m");
    assert_int_equal(f.fallback, YES);
    assert_int_equal(f.ech, UNKNOWN);
    assert_int_equal(f.version_offered, 0);
    assert_string_equal(f.ja3, "");
    assert_string_equal(f.ja4, "");
}

static void a_broken_server_hello_says_nothing_of_what_it_lacks(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);

    SAY(t, TLS_SERVER,
        "\x16\x03\x03\x00\x2d\x02\x00\x00\x29\x03\x03" RANDOM "\x00\xc0\x2f\x00\x00\x05\x2b");
    struct tls_facts f = facts_of(t, false);
    assert_true(f.broken);
    assert_int_equal(f.cipher, 0xc02f);
    assert_int_equal(f.extended_master_secret, UNKNOWN);
    assert_int_equal(f.compression, UNKNOWN);
    assert_int_equal(f.resumed, UNKNOWN);
    assert_string_equal(f.ja3s, "");
}

static void the_first_chain_stays(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);
    struct tls_facts f;

    SAY(t, TLS_SERVER, SERVER_3("no", "\x00") CERTIFICATE_3);
    SAY(t, TLS_SERVER, RECORD("\x0b") "\x0b\x00\x00\x07\x00\x00\x04\x00\x00\x01w");
    tls_facts(t, false, &f);
    assert_int_equal(f.chain_length, 1);
    assert_true(slice_equal(f.chain[0], slice_of("z")));
    tls_free(&t);
}

#define RETRY_RANDOM                                                                               \
    "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"                             \
    "\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c"
#define RETRY(version)                                                                             \
    "\x16\x03\x03\x00\x38\x02\x00\x00\x34\x03\x03" RETRY_RANDOM                                    \
    "\x00\x13\x01\x00\x00\x0c\x00\x33\x00\x02\x00\x18\x00\x2b\x00\x02" version

static void a_retry_is_no_answer_yet(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);
    struct tls_facts f;

    SAY(t, TLS_SERVER, RETRY("\x03\x04"));
    tls_facts(t, false, &f);
    assert_true(f.retried && !f.broken && !f.half[TLS_SERVER].hello);
    assert_int_equal(f.group, 0x18);
    assert_int_equal(f.resumed, UNKNOWN);
    assert_string_equal(f.ja3s, "");
    /* the answer is what counts, whatever it is */
    SAY(t, TLS_SERVER, SERVER_3("no", "\x00"));
    f = facts_of(t, false);
    assert_int_equal(f.version, 0x0300);
    assert_int_equal(f.group, 0);
    assert_string_not_equal(f.ja3s, "");
    /* and messages without it are none */
    t = tls_new(NULL);
    SAY(t, TLS_SERVER, RETRY("\x03\x03") CERTIFICATE_3 DONE_3);
    f = facts_of(t, false);
    assert_int_equal(f.chain_length, 0);
    assert_int_equal(f.client_certificate_asked, UNKNOWN);
}

/* What TLS 1.3 would encrypt is no message of it when it comes in the clear. */
static void messages_of_12_mean_nothing_in_13(void **state)
{
    (void)state;
    struct tls *t = tls_new(NULL);

    SAY(t, TLS_SERVER,
        "\x16\x03\x03\x00\x34\x02\x00\x00\x30\x03\x03" RANDOM
        "\x00\x13\x01\x00\x00\x08\x00\x2b\x00\x02\x03\x04\xff\xff" CERTIFICATE_3);
    struct tls_facts f = facts_of(t, false);
    assert_int_equal(f.chain_length, 0);
    t = tls_new(NULL);
    SAY(t, TLS_SERVER,
        "\x16\x03\x03\x00\x32\x02\x00\x00\x2e\x03\x03" RANDOM
        "\x00\x13\x01\x00\x00\x06\x00\x2b\x00\x02\x03\x04" CERTIFICATE_3 DONE_3 CHANGE_3);
    f = facts_of(t, false);
    assert_int_equal(f.version, V13);
    assert_int_equal(f.resumed, NO);
    assert_int_equal(f.chain_length, 0);
    assert_int_equal(f.client_certificate_asked, UNKNOWN);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_handshake_tells_what_openssl_says),
        cmocka_unit_test(the_chain_is_borrowed_in_order),
        cmocka_unit_test(the_cut_does_not_matter),
        cmocka_unit_test(a_lost_octet_takes_facts_away_and_changes_none),
        cmocka_unit_test(one_side_alone_tells_its_own_facts),
        cmocka_unit_test(what_was_read_early_is_known_early),
        cmocka_unit_test(ssl_3_is_read_too),
        cmocka_unit_test(a_server_that_takes_up_a_session_shows_it),
        cmocka_unit_test(encrypted_client_hello_is_seen),
        cmocka_unit_test(a_broken_hello_keeps_what_came_before),
        cmocka_unit_test(a_broken_server_hello_says_nothing_of_what_it_lacks),
        cmocka_unit_test(the_first_chain_stays),
        cmocka_unit_test(a_retry_is_no_answer_yet),
        cmocka_unit_test(messages_of_12_mean_nothing_in_13),
    };
    return cmocka_run_group_tests_name("tls_handshake", tests, make_transcripts, free_transcripts);
}
