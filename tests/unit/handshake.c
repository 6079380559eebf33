/* handshake.c - see handshake.h. */
#include "handshake.h"

#include "test.h"

#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>

/* ---- keys and certificates */

static EVP_PKEY *key_of(bool ecdsa)
{
    static EVP_PKEY *keys[2];

    if (!keys[ecdsa])
        keys[ecdsa] = ecdsa ? EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256")
                            : EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
    assert_non_null(keys[ecdsa]);
    return keys[ecdsa];
}

static void set_name(X509_NAME *name, const char *common)
{
    const unsigned char *text = (const unsigned char *)common;

    X509_NAME_add_entry_by_txt(name, "O", MBSTRING_UTF8, (const unsigned char *)"Tests", -1, -1, 0);
    if (common)
        X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, text, -1, -1, 0);
}

static X509 *make_certificate(const char *subject, const char *issuer, long from, long to,
                              EVP_PKEY *key)
{
    X509 *x = X509_new();

    X509_set_version(x, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(x), 7);
    ASN1_TIME_set(X509_getm_notBefore(x), from);
    ASN1_TIME_set(X509_getm_notAfter(x), to);
    set_name(X509_get_subject_name(x), subject);
    set_name(X509_get_issuer_name(x), issuer);
    X509_set_pubkey(x, key);
    assert_true(X509_sign(x, key, EVP_sha256()) > 0);
    return x;
}

size_t certificate_der(const char *subject, const char *issuer, long from, long to, uint8_t **der_r)
{
    X509 *x = make_certificate(subject, issuer, from, to, key_of(true));
    *der_r = NULL;
    int n = i2d_X509(x, der_r);

    X509_free(x);
    assert_true(n > 0);
    return (size_t)n;
}

/* ---- running */

static SSL_CTX *context(const SSL_METHOD *method, const struct handshake *h, int version)
{
    SSL_CTX *c = SSL_CTX_new(method);

    version = version ? version : h->version;
    SSL_CTX_set_security_level(c, 0);
    SSL_CTX_set_min_proto_version(c, version ? version : TLS1_VERSION);
    SSL_CTX_set_max_proto_version(c, version);
    SSL_CTX_set_cipher_list(c, h->ciphers ? h->ciphers : "ALL:@SECLEVEL=0");
    if (h->suite)
        SSL_CTX_set_ciphersuites(c, h->suite);
    if (h->groups)
        SSL_CTX_set1_groups_list(c, h->groups);
    if (h->no_extended_master_secret)
        SSL_CTX_set_options(c, SSL_OP_NO_EXTENDED_MASTER_SECRET);
    if (h->no_tickets)
        SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
    return c;
}

static void use_certificate(SSL_CTX *c, bool ecdsa, const char *name)
{
    X509 *x = make_certificate(name, "Example CA", 1700000000, 4000000000, key_of(ecdsa));

    assert_int_equal(SSL_CTX_use_certificate(c, x), 1);
    assert_int_equal(SSL_CTX_use_PrivateKey(c, key_of(ecdsa)), 1);
    X509_free(x);
}

static int trust(int verified, X509_STORE_CTX *c)
{
    (void)verified;
    (void)c;
    return 1;
}

static int choose_second(SSL *s, const unsigned char **chosen_r, unsigned char *n_r,
                         const unsigned char *offered, unsigned n, void *none)
{
    (void)s;
    (void)n;
    (void)none;
    *chosen_r = offered + 1 + offered[0] + 1;
    *n_r = offered[1 + offered[0]];
    return SSL_TLSEXT_ERR_OK;
}

static void add_intermediates(SSL_CTX *c)
{
    for (int i = 0; i < 2; i++)
        SSL_CTX_add0_chain_cert(
            c, make_certificate("Example CA", "Root", 1700000000, 4000000000, key_of(i)));
}

static void ask_for_certificate(SSL_CTX *c, bool any)
{
    int how = any ? SSL_VERIFY_PEER : SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;

    SSL_CTX_set_verify(c, how, any ? trust : NULL);
}

static SSL_CTX *server_context(const struct handshake *h)
{
    SSL_CTX *c = context(TLS_server_method(), h, h->server_version);

    use_certificate(c, h->ecdsa, "mail.example");
    SSL_CTX_set_session_id_context(c, (const unsigned char *)"t", 1);
    SSL_CTX_set_max_early_data(c, h->early_data ? 16384 : 0);
    SSL_CTX_set_options(c, SSL_OP_NO_ANTI_REPLAY);
    if (h->retry)
        SSL_CTX_set1_groups_list(c, "P-384");
    if (h->no_tickets)
        SSL_CTX_set_num_tickets(c, 0);
    if (h->server_asks)
        ask_for_certificate(c, h->server_trusts);
    if (h->intermediates)
        add_intermediates(c);
    if (h->server_alpn)
        SSL_CTX_set_alpn_select_cb(c, choose_second, NULL);
    SSL_CTX_set_dh_auto(c, h->ciphers != NULL);
    return c;
}

static SSL_CTX *client_context(const struct handshake *h)
{
    static const unsigned char alpn[] = {4, 's', 'm', 't', 'p', 2, 'h', '2'};
    SSL_CTX *c = context(TLS_client_method(), h, h->client_version);

    SSL_CTX_set_alpn_protos(c, alpn, sizeof alpn);
    if (h->client_refuses)
        SSL_CTX_set_verify(c, SSL_VERIFY_PEER, NULL);
    if (h->client_certificate)
        use_certificate(c, h->ecdsa, "client.example");
    if (h->retry)
        SSL_CTX_set1_groups_list(c, "X25519:P-384");
    if (h->fallback)
        SSL_CTX_set_mode(c, SSL_MODE_SEND_FALLBACK_SCSV);
    return c;
}

static SSL *endpoint(SSL_CTX *c)
{
    SSL *s = SSL_new(c);

    SSL_set_bio(s, BIO_new(BIO_s_mem()), BIO_new(BIO_s_mem()));
    return s;
}

/* Hand over what `from` has written; true when that was anything. */
static bool carry(struct transcript *t, enum tls_role role, SSL *from, SSL *to)
{
    char *octets;
    long n = BIO_get_mem_data(SSL_get_wbio(from), &octets);

    if (n <= 0)
        return false;
    BIO_write(SSL_get_rbio(to), octets, (int)n);
    assert_true(t->count < PIECES);
    struct piece *p = &t->pieces[t->count++];
    *p = (struct piece){role, malloc((size_t)n), (size_t)n};
    assert_non_null(p->octets);
    memcpy(p->octets, octets, (size_t)n);
    (void)BIO_reset(SSL_get_wbio(from));
    return true;
}

static void listen_to(SSL *s)
{
    char sink[512];

    while (SSL_read(s, sink, sizeof sink) > 0)
        ;
}

static void say(struct transcript *t, enum tls_role role, SSL *from, SSL *to, const char *text)
{
    SSL_write(from, text, (int)strlen(text));
    carry(t, role, from, to);
    listen_to(to);
}

static void converse(struct transcript *t, SSL *client, SSL *server)
{
    say(t, TLS_CLIENT, client, server, "EHLO client.example\r\n");
    say(t, TLS_SERVER, server, client, "250-mail.example\r\n250 8BITMIME\r\n");
    say(t, TLS_CLIENT, client, server, "MAIL FROM:<a@client.example>\r\n");
    say(t, TLS_SERVER, server, client, "250 2.1.0 Ok\r\n");
    say(t, TLS_CLIENT, client, server, "RCPT TO:<b@mail.example>\r\n");
    say(t, TLS_SERVER, server, client, "250 2.1.5 Ok\r\n");
    say(t, TLS_CLIENT, client, server, "DATA\r\n");
    say(t, TLS_SERVER, server, client, "354 go\r\n");
    say(t, TLS_CLIENT, client, server, "Subject: x\r\n\r\ntext\r\n.\r\n");
    say(t, TLS_SERVER, server, client, "250 2.0.0 queued as 4711\r\n");
    say(t, TLS_CLIENT, client, server, "QUIT\r\n");
    say(t, TLS_SERVER, server, client, "221 2.0.0 Bye\r\n");
}

static void shake_hands(struct transcript *t, SSL *client, SSL *server, bool early)
{
    static const char text[] = "EHLO early.example\r\n";
    size_t n;
    bool moved = true;

    if (early)
        SSL_write_early_data(client, text, sizeof text - 1, &n);
    while (moved) {
        char sink[64];
        if (!early || t->count)
            SSL_do_handshake(client);
        moved = carry(t, TLS_CLIENT, client, server);
        if (early)
            while (SSL_read_early_data(server, sink, sizeof sink, &n) ==
                   SSL_READ_EARLY_DATA_SUCCESS)
                ;
        SSL_do_handshake(server);
        moved |= carry(t, TLS_SERVER, server, client);
    }
    t->completed = SSL_is_init_finished(client) && SSL_is_init_finished(server);
}

static uint16_t curve_of(SSL *client)
{
    static const struct {
        const char *name;
        uint16_t number;
    } curves[] = {{"prime256v1", 23}, {"secp384r1", 24}, {"secp521r1", 25}, {"X25519", 29}};
    EVP_PKEY *key = NULL;
    char name[32] = "X25519";
    uint16_t found = 0;

    if (SSL_get_peer_tmp_key(client, &key) != 1)
        return 0;
    if (!EVP_PKEY_is_a(key, "X25519"))
        EVP_PKEY_get_group_name(key, name, sizeof name, NULL);
    for (size_t i = 0; i < sizeof curves / sizeof *curves; i++)
        if (strcmp(name, curves[i].name) == 0)
            found = curves[i].number;
    EVP_PKEY_free(key);
    return found;
}

static unsigned dh_bits_of(SSL *client)
{
    EVP_PKEY *key = NULL;

    if (SSL_get_peer_tmp_key(client, &key) != 1)
        return 0;
    unsigned bits = EVP_PKEY_is_a(key, "DH") ? (unsigned)EVP_PKEY_get_bits(key) : 0;
    EVP_PKEY_free(key);
    return bits;
}

static void note_agreement(struct transcript *t, SSL *client, SSL *server)
{
    X509 *certificate = SSL_get1_peer_certificate(server);

    t->cipher = SSL_CIPHER_get_protocol_id(SSL_get_current_cipher(client));
    t->version = (uint16_t)SSL_version(client);
    t->group = curve_of(client);
    t->dh_bits = dh_bits_of(client);
    t->resumed = SSL_session_reused(client);
    t->extended_master_secret = SSL_get_extms_support(client) == 1;
    t->client_certificate = certificate != NULL;
    X509_free(certificate);
}

static struct transcript run_once(const struct handshake *h, SSL_CTX *client_c, SSL_CTX *server_c,
                                  SSL_SESSION **session)
{
    struct transcript t = {.count = 0};
    SSL *client = endpoint(client_c), *server = endpoint(server_c);

    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    SSL_set_tlsext_host_name(client, "mail.example");
    if (*session)
        SSL_set_session(client, *session);
    shake_hands(&t, client, server, h->early_data && *session);
    listen_to(client);
    if (t.completed) {
        note_agreement(&t, client, server);
        listen_to(server);
        /* A server that refuses says so only now. */
        if (carry(&t, TLS_SERVER, server, client))
            listen_to(client);
        if (!h->quiet && SSL_is_init_finished(client))
            converse(&t, client, server);
        SSL_shutdown(client);
        carry(&t, TLS_CLIENT, client, server);
        listen_to(server);
        SSL_shutdown(server);
        carry(&t, TLS_SERVER, server, client);
    }
    if (h->resumed && !*session)
        *session = SSL_get1_session(client);
    SSL_free(client);
    SSL_free(server);
    return t;
}

struct transcript handshake_run(const struct handshake *h)
{
    SSL_CTX *client = client_context(h), *server = server_context(h);
    SSL_SESSION *session = NULL;
    struct transcript t = run_once(h, client, server, &session);

    if (h->resumed) {
        transcript_free(&t);
        t = run_once(h, client, server, &session);
        SSL_SESSION_free(session);
    }
    SSL_CTX_free(client);
    SSL_CTX_free(server);
    return t;
}

void transcript_free(struct transcript *t)
{
    for (size_t i = 0; i < t->count; i++)
        free(t->pieces[i].octets);
    *t = (struct transcript){.count = 0};
}

/* ---- reading */

size_t transcript_octets(const struct transcript *t)
{
    size_t n = 0;

    for (size_t i = 0; i < t->count; i++)
        n += t->pieces[i].n;
    return n;
}

struct tls *transcript_read(const struct transcript *t, size_t n, size_t at)
{
    struct tls *tls = tls_new(NULL);
    size_t start = 0;

    for (size_t i = 0; i < t->count && start < n; i++) {
        const struct piece *p = &t->pieces[i];
        struct slice s = slice_head((struct slice){p->octets, p->n}, n - start);
        size_t cut = at > start && at < start + s.n ? at - start : s.n;
        tls_feed(tls, p->role, slice_head(s, cut));
        tls_feed(tls, p->role, slice_tail(s, cut));
        start += p->n;
    }
    return tls;
}

struct tls *transcript_trickle(const struct transcript *t)
{
    struct tls *tls = tls_new(NULL);

    for (size_t i = 0; i < t->count; i++)
        for (size_t k = 0; k < t->pieces[i].n; k++)
            tls_feed(tls, t->pieces[i].role, (struct slice){t->pieces[i].octets + k, 1});
    return tls;
}

struct tls *transcript_read_side(const struct transcript *t, enum tls_role role)
{
    struct tls *tls = tls_new(NULL);

    for (size_t i = 0; i < t->count; i++)
        if (t->pieces[i].role == role)
            tls_feed(tls, role, (struct slice){t->pieces[i].octets, t->pieces[i].n});
    return tls;
}

struct tls *transcript_read_gap(const struct transcript *t, enum tls_role role, size_t from,
                                size_t n)
{
    struct tls *tls = tls_new(NULL);
    size_t start = 0, missing = 0;

    for (size_t i = 0; i < t->count; i++) {
        const struct piece *p = &t->pieces[i];
        struct slice s = {p->octets, p->n};
        if (p->role != role) {
            tls_feed(tls, p->role, s);
            continue;
        }
        struct slice before = slice_head(s, from > start ? from - start : 0);
        struct slice after = slice_tail(s, from + n > start ? from + n - start : 0);
        tls_feed(tls, role, before);
        missing += s.n - before.n - after.n;
        if (after.n && missing) {
            tls_gap(tls, role, missing);
            missing = 0;
        }
        tls_feed(tls, role, after);
        start += p->n;
    }
    if (missing)
        tls_gap(tls, role, missing);
    return tls;
}

struct tls_facts facts_of(struct tls *t, bool closed)
{
    struct tls_facts f;

    tls_facts(t, closed, &f);
    memset(f.chain, 0, sizeof f.chain);
    tls_free(&t);
    return f;
}

static void assert_same_half(const struct tls_half *a, const struct tls_half *b)
{
    assert_int_equal(a->hello, b->hello);
    assert_int_equal(a->change_cipher, b->change_cipher);
    assert_int_equal(a->not_tls, b->not_tls);
    assert_int_equal(a->gap, b->gap);
    assert_int_equal(a->records, b->records);
    assert_int_equal(a->protected_records, b->protected_records);
    assert_int_equal(a->protected_octets, b->protected_octets);
    assert_int_equal(a->handshake_octets, b->handshake_octets);
    assert_int_equal(a->text_octets, b->text_octets);
    assert_int_equal(a->alert, b->alert);
    assert_int_equal(a->alert_protected, b->alert_protected);
}

void assert_same_tls(const struct tls_facts *a, const struct tls_facts *b)
{
    for (int role = 0; role < TLS_ROLES; role++)
        assert_same_half(&a->half[role], &b->half[role]);
    assert_int_equal(a->established, b->established);
    assert_int_equal(a->version, b->version);
    assert_int_equal(a->cipher, b->cipher);
    assert_int_equal(a->cipher_known, b->cipher_known);
    assert_int_equal(a->retried, b->retried);
    assert_string_equal(a->sni, b->sni);
    assert_string_equal(a->alpn, b->alpn);
    assert_string_equal(a->alpn_chosen, b->alpn_chosen);
    assert_int_equal(a->version_offered, b->version_offered);
    assert_int_equal(a->group, b->group);
    assert_int_equal(a->dh_bits, b->dh_bits);
    assert_int_equal(a->ech, b->ech);
    assert_int_equal(a->resumed, b->resumed);
    assert_int_equal(a->client_certificate_asked, b->client_certificate_asked);
    assert_int_equal(a->client_certificate_sent, b->client_certificate_sent);
    assert_int_equal(a->extended_master_secret, b->extended_master_secret);
    assert_int_equal(a->fallback, b->fallback);
    assert_int_equal(a->compression, b->compression);
    assert_int_equal(a->downgrade, b->downgrade);
    assert_string_equal(a->ja3, b->ja3);
    assert_string_equal(a->ja3s, b->ja3s);
    assert_string_equal(a->ja4, b->ja4);
    assert_int_equal(a->chain_length, b->chain_length);
    assert_int_equal(a->broken, b->broken);
}
