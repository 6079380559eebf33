/*
 * store.c - how fast the store takes sessions in, judges them, and answers every named question.
 *
 *   build/bench-store [--sessions N] [--keep DB]
 *
 * Sessions are those of a made population (tests/population): its servers, clients, boxes and times.
 * What it leaves out is filled in here as mail of today has it: TLS sessions get names, ciphers,
 * fingerprints and an estimate, below TLS 1.3 a chain of certificates; mail in the clear gets an
 * envelope, header fields, parts and what they expose.  Facts are made outside of the time measured.
 */
#include "../tests/population/population.h"

#include <mailtap/err.h>
#include <mailtap/query.h>
#include <mailtap/store.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define SESSIONS 1000000u
#define ROUND                                                                                      \
    64u /* sessions made before they are stored: few, for facts come hot from the reader */
#define DOMAINS 40000u
#define CERTIFICATES 3000u

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void must(int rc, const struct err *e)
{
    if (rc >= 0)
        return;
    fprintf(stderr, "bench-store: %s\n", e->text);
    exit(1);
}

/* ---- what a session is filled with */

struct extra {
    struct address addresses[3];
    struct content_facts content;
    struct cert_facts chain[2];
};

static void hex(char *to, size_t digits, uint64_t number)
{
    static const char alphabet[] = "0123456789abcdef";

    for (size_t i = 0; i < digits; i++) {
        number = number * UINT64_C(6364136223846793005) + 1442695040888963407;
        to[i] = alphabet[number >> 60];
    }
    to[digits] = '\0';
}

static void certificate(struct cert_facts *c, uint64_t number)
{
    hex(c->sha256, 64, number);
    snprintf(c->subject_cn, sizeof c->subject_cn, "mx%llu.example.net", (unsigned long long)number);
    snprintf(c->issuer_cn, sizeof c->issuer_cn, "Example CA %llu", (unsigned long long)number % 7);
    snprintf(c->names, sizeof c->names, "%s", c->subject_cn);
    snprintf(c->key_type, sizeof c->key_type, "RSA");
    snprintf(c->signature, sizeof c->signature, "RSA-SHA256");
    c->key_bits = 2048;
    c->not_before = START_NS / SECOND_NS - 30 * 86400;
    c->not_after = START_NS / SECOND_NS + (int64_t)(number % 90) * 86400;
}

static void fill_tls(struct facts *f, const struct visit *v, struct extra *x, struct random *r)
{
    uint64_t of_server = hash_of(11, v->server, 0), of_client = hash_of(12, v->client, 0);
    bool old = of_server % 10 < 2;

    f->hello_seen = true;
    f->tls_version = old ? 0x0303 : 0x0304;
    f->tls_version_offered = 0x0304;
    f->tls_cipher_known = true;
    f->tls_cipher = old ? 0xc02f : 0x1302;
    f->tls_group = of_client % 3 ? 29 : 4588;
    f->tls_resumed = NO;
    f->extended_master_secret = YES;
    snprintf(f->sni, sizeof f->sni, "mx%u.example.net", v->server);
    hex(f->ja3, 32, of_client % 200);
    hex(f->ja3s, 32, of_client % 200 + of_server % 5);
    snprintf(f->ja4, sizeof f->ja4, "t13d1516h2_%.12s_%.12s", f->ja3, f->ja3 + 12);
    f->estimate = (struct estimate){
        .made = true, .messages = 1, .low = 1, .high = 2, .octets = 2000 + random_below(r, 60000)};
    f->exposure[ITEM_TLS_METADATA] = (struct exposure){1, 4000};
    if (!old)
        return;
    f->cert_seen = true;
    certificate(&f->cert, of_server % CERTIFICATES);
    x->chain[0] = f->cert;
    certificate(&x->chain[1], CERTIFICATES + of_server % 7);
    x->chain[1].authority = true;
    f->chain = x->chain;
    f->chain_length = 2;
    f->cert_verified = tri_of(of_server % 3 > 0);
    f->cert_named = YES;
    memcpy(f->cert_asked, f->sni, sizeof f->sni);
    memcpy(f->cert_covering, f->sni, sizeof f->sni);
}

static void address(struct address *a, bool recipient, struct random *r)
{
    uint64_t d = random_below(r, DOMAINS) * random_below(r, DOMAINS) / DOMAINS; /* few are busy */

    *a = (struct address){.transaction = 1, .recipient = recipient, .accepted = YES};
    snprintf(a->path, sizeof a->path, "user%llu@domain%llu.example",
             (unsigned long long)random_below(r, 5000), (unsigned long long)d);
}

static void fill_mail(struct facts *f, struct extra *x, struct random *r)
{
    uint64_t body = 500 + random_below(r, 40000);

    address(&x->addresses[0], false, r);
    address(&x->addresses[1], true, r);
    f->addresses = x->addresses;
    f->address_count = 2;
    f->transactions = f->messages = 1;
    f->messages_known = f->recipients_known = YES;
    f->recipients_attempted = f->recipients_accepted = 1;
    f->content_octets = body + 1200;
    f->exposure[ITEM_ENVELOPE_SENDER] = (struct exposure){1, 30};
    f->exposure[ITEM_ENVELOPE_RECIPIENT] = (struct exposure){1, 30};
    f->exposure[ITEM_HEADER_FIELD] = (struct exposure){12, 1200};
    f->exposure[ITEM_BODY] = (struct exposure){1, body};
    memset(&x->content, 0, sizeof x->content);
    for (int i = 0; i < HEADER_FIELDS && i < 11; i++)
        x->content.field[i] = (struct field_count){1, 60 + random_below(r, 60)};
    x->content.received = 2;
    x->content.parts = 2;
    x->content.media_kinds = 2;
    snprintf(x->content.media[0].type, sizeof x->content.media[0].type, "text/plain");
    snprintf(x->content.media[1].type, sizeof x->content.media[1].type, "text/html");
    x->content.media[0].count = x->content.media[1].count = 1;
    x->content.media[0].octets = x->content.media[0].decoded = body / 3;
    x->content.media[1].octets = x->content.media[1].decoded = body - body / 3;
    f->content = &x->content;
}

static void fill(const struct population *p, const struct visit *v, struct facts *f,
                 struct extra *x, struct random *r)
{
    visit_facts(p, v, f);
    snprintf(f->dpi_protocol, sizeof f->dpi_protocol, "SMTP");
    f->exposure[ITEM_CLIENT_IDENTITY] = (struct exposure){1, 20};
    f->exposure[ITEM_SERVER_IDENTITY] = (struct exposure){1, 60};
    if (v->handshake == HANDSHAKE_DONE)
        fill_tls(f, v, x, r);
    else if (f->transactions)
        fill_mail(f, x, r);
}

/* ---- the stages */

static double store_all(struct store *st, const struct population *p, size_t n, struct err *e)
{
    static struct facts facts[ROUND];
    static struct extra extra[ROUND];
    struct random r = random_seeded(1);
    struct capture_counts counts = {
        .frames = n, .mail_flows = n, .started_ns = START_NS, .ended_ns = END_NS};
    uint8_t digest[DIGEST_OCTETS] = {1};
    int64_t capture;
    double spent = 0, at;

    at = seconds();
    must(store_capture_begin(st, "bench.pcap", digest, &capture, e), e);
    spent += seconds() - at;
    for (size_t i = 0; i < n;) {
        size_t k = 0;
        for (; k < ROUND && i + k < n; k++)
            fill(p, &p->visits[i + k], &facts[k], &extra[k], &r);
        at = seconds();
        for (size_t j = 0; j < k; j++)
            must(store_session(st, capture, &facts[j], e), e);
        spent += seconds() - at;
        i += k;
    }
    at = seconds();
    must(store_capture_end(st, capture, digest, &counts, NULL, e), e);
    return spent + seconds() - at;
}

static double judge_all(struct store *st, uint64_t *judged_r, struct err *e)
{
    double at = seconds();

    must(store_judge_waiting(st, judged_r, e), e);
    return seconds() - at;
}

/* While a capture is live: one more session of each of so many servers; how long is the marking? */
static void mark_after(struct store *st, const struct population *p, uint32_t servers,
                       struct err *e)
{
    static struct facts facts;
    static struct extra extra;
    struct random r = random_seeded(servers);
    bool *done = must_alloc(p->server_count, sizeof *done);
    uint32_t stored = 0;
    uint64_t judged;
    int64_t capture;

    must(store_live_begin(st, "eth0", &capture, e), e);
    for (size_t i = p->visit_count; i > 0 && stored < servers; i--) {
        struct visit v = p->visits[i - 1];
        if (done[v.server])
            continue;
        done[v.server] = true;
        v.started_ns += DAY_NS;
        fill(p, &v, &facts, &extra, &r);
        must(store_session(st, capture, &facts, e), e);
        stored++;
    }
    must(store_live_end(st, capture, &(struct capture_counts){.mail_flows = stored, .live = true},
                        NULL, e),
         e);
    must(store_live_commit(st, e), e);
    double at = seconds();
    must(store_mark(st, e), e);
    printf("marked  after a session of %u servers: %.3f s", stored, seconds() - at);
    at = judge_all(st, &judged, e);
    printf("; %zu sessions judged again in %.2f s\n", (size_t)judged, at);
    fflush(stdout);
    free(done);
}

static int by_time(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

/* The median of three. */
static void ask(struct store *st, const struct question *q, struct err *e)
{
    double took[3];
    unsigned long rows = 0;

    for (int i = 0; i < 3; i++) {
        double at = seconds();
        struct query *query = query_open(st, q->sql, e);
        int rc = query ? 1 : -1;
        if (query && query_ready(query, e) < 0) /* which server: the busiest one */
            rc = query_set(query, "ip", "100.0.0.0", e) < 0 ? -1 : 1;
        if (query)
            query_limit(query, 600);
        for (rows = 0; rc > 0 && (rc = query_next(query, e)) > 0;)
            rows++;
        must(rc, e);
        query_close(&query);
        took[i] = seconds() - at;
    }
    qsort(took, 3, sizeof *took, by_time);
    printf("%8.3f s  %9lu rows  %s\n", took[1], rows, q->name);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    struct population_size size = {
        .servers = 4000, .clients = 12000, .networks = 3000, .sessions = SESSIONS};
    char path[256] = "bench-store.db";
    struct err e = {0};
    struct stat status;
    uint64_t judged;
    unsigned count;
    bool keep = false;

    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--sessions") == 0)
            size.sessions = (uint32_t)strtoul(argv[i + 1], NULL, 10);
        else if (strcmp(argv[i], "--keep") == 0)
            keep = snprintf(path, sizeof path, "%s", argv[i + 1]) > 0;
    }
    struct population *p = population_new(1, &size, 0.01);
    unlink(path);
    struct store *st = store_open(path, STORE_WRITE, &e);
    must(st ? 0 : -1, &e);
    size_t n = p->visit_count < size.sessions ? p->visit_count : size.sessions;
    double spent = store_all(st, p, n, &e);
    printf("stored  %zu sessions in %.2f s: %.0f a second\n", n, spent, (double)n / spent);
    fflush(stdout);
    spent = judge_all(st, &judged, &e);
    printf("judged  %zu sessions in %.2f s: %.0f a second\n", (size_t)judged, spent,
           (double)judged / spent);
    const uint32_t changed[] = {1, 10, 100, UINT32_MAX};
    for (size_t i = 0; i < sizeof changed / sizeof *changed; i++)
        mark_after(st, p, changed[i], &e);
    must(store_close(&st, &e), &e);
    stat(path, &status);
    printf("octets  %lld, %.0f a session\n", (long long)status.st_size,
           (double)status.st_size / (double)n);
    st = store_open(path, STORE_READ, &e);
    must(st ? 0 : -1, &e);
    const struct question *questions = query_questions(&count);
    for (unsigned i = 0; i < count; i++)
        ask(st, &questions[i], &e);
    must(store_close(&st, &e), &e);
    population_free(&p);
    if (!keep)
        unlink(path);
    return 0;
}
