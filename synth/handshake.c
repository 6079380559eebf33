/* handshake.c - see handshake.h. */
#include "handshake.h"

#include "authority.h"

#include <mailtap/random.h>

#include <openssl/ssl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

/* Handshakes that are kept, of 3 to 4 KiB: 32 MiB.  Another one in the same place drives one out. */
#define KEPT 8192u

struct kept {
    bool made;
    uint32_t server;
    unsigned variant;
    bool tls13;
    struct shaken shaken;
};

struct handshakes {
    struct authority authority;
    SSL_CTX *contexts[2][2]; /* of client and server, by version */
    struct kept *kept;
    pthread_mutex_t lock;
};

/* ---- what all handshakes of a version have in common */

/* Tickets carry the time, and sessions would be remembered. */
static SSL_CTX *context_new(const SSL_METHOD *method, int version)
{
    SSL_CTX *c = SSL_CTX_new(method);

    if (!c)
        return NULL;
    SSL_CTX_set_min_proto_version(c, version);
    SSL_CTX_set_max_proto_version(c, version);
    SSL_CTX_set_options(c, SSL_OP_NO_TICKET);
    SSL_CTX_set_num_tickets(c, 0);
    SSL_CTX_set_session_cache_mode(c, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_verify(c, SSL_VERIFY_NONE, NULL);
    return c;
}

struct handshakes *handshakes_new(uint64_t seed, int64_t start_ns, struct err *e)
{
    struct handshakes *h = must_alloc(1, sizeof *h);
    bool good = true;

    pthread_mutex_init(&h->lock, NULL);
    h->kept = must_alloc(KEPT, sizeof *h->kept);
    authority_seize();
    for (int i = 0; i < 2; i++) {
        int version = i ? TLS1_3_VERSION : TLS1_2_VERSION;
        h->contexts[SPEAKER_CLIENT][i] = context_new(TLS_client_method(), version);
        h->contexts[SPEAKER_SERVER][i] = context_new(TLS_server_method(), version);
        good &= h->contexts[SPEAKER_CLIENT][i] && h->contexts[SPEAKER_SERVER][i];
    }
    if (!good)
        authority_failed("TLS", e);
    if (!good || authority_make(&h->authority, seed, start_ns, e) < 0)
        handshakes_free(&h);
    return h;
}

void handshakes_free(struct handshakes **h)
{
    if (!*h)
        return;
    authority_release();
    for (int i = 0; i < 4; i++)
        SSL_CTX_free((*h)->contexts[i / 2][i % 2]);
    for (unsigned i = 0; i < KEPT; i++)
        octets_free(&(*h)->kept[i].shaken.octets);
    free((*h)->kept);
    authority_free(&(*h)->authority);
    pthread_mutex_destroy(&(*h)->lock);
    free(*h);
    *h = NULL;
}

struct slice handshakes_authority(const struct handshakes *h)
{
    return octets_slice(&h->authority.pem);
}

/* ---- one handshake */

static SSL *end_new(SSL_CTX *context)
{
    SSL *s = SSL_new(context);
    BIO *in = BIO_new(BIO_s_mem()), *out = BIO_new(BIO_s_mem());

    if (!s || !in || !out) {
        SSL_free(s);
        BIO_free(in);
        BIO_free(out);
        return NULL;
    }
    SSL_set_bio(s, in, out);
    return s;
}

/* What the end has written, to the other one and into the transcript. */
static bool carry(struct shaken *shaken, enum speaker side, SSL *from, SSL *to)
{
    char *octets;
    long n = BIO_get_mem_data(SSL_get_wbio(from), &octets);

    if (n <= 0 || shaken->count == SHAKE_FLIGHTS)
        return false;
    BIO_write(SSL_get_rbio(to), octets, (int)n);
    octets_add(&shaken->octets, (struct slice){(const uint8_t *)octets, (size_t)n});
    shaken->flights[shaken->count++] = (struct flight){side, (size_t)n};
    (void)BIO_reset(SSL_get_wbio(from));
    return true;
}

/* RFC 8446 5.2: a type and a tag.  RFC 5288, 7905: a number in front of GCM's octets, none of
 * ChaCha20's. */
static bool note_agreement(struct shaken *shaken, SSL *client, SSL *server)
{
    const SSL_CIPHER *cipher = SSL_get_current_cipher(client);

    if (!SSL_is_init_finished(client) || !SSL_is_init_finished(server) || !cipher ||
        !SSL_CIPHER_is_aead(cipher))
        return false;
    shaken->version = (unsigned)SSL_version(client);
    shaken->over = shaken->version >= TLS1_3_VERSION ? 17 : 16;
    shaken->nonce = shaken->version < TLS1_3_VERSION &&
                            SSL_CIPHER_get_cipher_nid(cipher) != NID_chacha20_poly1305
                        ? 8
                        : 0;
    return true;
}

static bool run(SSL *client, SSL *server, struct shaken *shaken)
{
    bool moved = true;

    SSL_set_connect_state(client);
    SSL_set_accept_state(server);
    while (moved) {
        SSL_do_handshake(client);
        moved = carry(shaken, SPEAKER_CLIENT, client, server);
        SSL_do_handshake(server);
        moved |= carry(shaken, SPEAKER_SERVER, server, client);
    }
    return note_agreement(shaken, client, server);
}

/* Clients differ: half of them has other groups and other ciphers in front. */
static bool dress(SSL *client, const struct shake *s)
{
    static const char *const groups[] = {"X25519:P-256:P-384", "P-256:X25519:P-384"};
    static const char *const ciphers[] = {
        "ECDHE+AESGCM:ECDHE+CHACHA20",
        "ECDHE+CHACHA20:ECDHE+AESGCM",
    };

    return SSL_set1_groups_list(client, groups[s->variant % 2]) == 1 &&
           SSL_set_cipher_list(client, ciphers[s->variant / 2 % 2]) == 1 &&
           SSL_set_tlsext_host_name(client, s->name) == 1;
}

static uint64_t seed_of(const struct handshakes *h, const struct shake *s)
{
    struct random r = random_seeded(h->authority.seed ^ 0x7368616b65 ^ (uint64_t)s->server << 16 ^
                                    (uint64_t)s->variant << 1 ^ s->tls13);
    return random_u64(&r);
}

static int make(const struct handshakes *h, const struct shake *s, struct shaken *shaken,
                struct err *e)
{
    SSL *client = end_new(h->contexts[SPEAKER_CLIENT][s->tls13]);
    SSL *server = end_new(h->contexts[SPEAKER_SERVER][s->tls13]);
    X509 *certificate = NULL;
    EVP_PKEY *key = NULL;
    bool good = client && server;

    if (good)
        good = authority_issue(&h->authority, s->server, s->name, &key, &certificate, e) == 0;
    authority_random(seed_of(h, s));
    good = good && SSL_use_certificate(server, certificate) == 1 &&
           SSL_use_PrivateKey(server, key) == 1 && dress(client, s) && run(client, server, shaken);
    if (!good && e->text[0] == '\0')
        authority_failed("a TLS handshake", e);
    SSL_free(client);
    SSL_free(server);
    X509_free(certificate);
    EVP_PKEY_free(key);
    return good ? 0 : -1;
}

/* ---- those that are kept */

static void copy(struct shaken *to, const struct shaken *from)
{
    struct octets octets = to->octets;

    octets.n = 0;
    octets_add(&octets, octets_slice(&from->octets));
    *to = *from;
    to->octets = octets;
}

static bool is_kept(const struct kept *k, const struct shake *s)
{
    return k->made && k->server == s->server && k->variant == s->variant && k->tls13 == s->tls13;
}

int handshakes_make(struct handshakes *h, const struct shake *s, struct shaken *shaken_r,
                    struct err *e)
{
    uint64_t place = ((uint64_t)s->server * HANDSHAKE_VARIANTS + s->variant) * 2 + s->tls13;
    struct kept *k = &h->kept[place % KEPT];

    pthread_mutex_lock(&h->lock);
    bool found = is_kept(k, s);
    if (found)
        copy(shaken_r, &k->shaken);
    pthread_mutex_unlock(&h->lock);
    if (found)
        return 0;
    octets_free(&shaken_r->octets);
    *shaken_r = (struct shaken){.count = 0};
    if (make(h, s, shaken_r, e) < 0)
        return -1;
    pthread_mutex_lock(&h->lock);
    copy(&k->shaken, shaken_r);
    k->made = true;
    k->server = s->server;
    k->variant = s->variant;
    k->tls13 = s->tls13;
    pthread_mutex_unlock(&h->lock);
    return 0;
}
