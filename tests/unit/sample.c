/* sample.c - see sample.h. */
#include "test.h"

#include "sample.h"

#include <mailtap/err.h>
#include <mailtap/query.h>
#include <mailtap/session.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SECOND INT64_C(1000000000)
#define START (INT64_C(1795485052) * SECOND)

static struct address addresses[] = {
    {.transaction = 1, .recipient = false, .accepted = YES, .path = SAMPLE_SENDER "@A.Example"},
    {.transaction = 1, .recipient = true, .accepted = NO, .path = SAMPLE_RECIPIENT "@b.example"},
};

/* The issuer of its own certificate; the first one of the chain is filled in from there. */
static struct cert_facts chain[2];

static struct content_facts content = {
    .field = {[HEADER_FROM] = {1, 30}, [HEADER_OTHER] = {2, 50}},
    .received = 3,
    .received_tls = 2,
    .parts = 2,
    .attachments = ITEM_ATTACHMENT + 1, /* as sample_facts() exposes */
    .attachment_octets = ITEM_ATTACHMENT + 100,
    .media = {{"text/plain", false, 1, 100, 100}, {"application/pdf", true, 1, 4000, 2900}},
    .media_kinds = 2,
};

static struct kept kept[] = {{KEEP_SUBJECTS, 1, "A subject"}};

static struct endpoint end(uint8_t last, uint16_t port)
{
    return (struct endpoint){{4, {192, 0, 2, last}}, port};
}

static void connect(struct facts *f, uint16_t client_port)
{
    f->client = end(1, client_port);
    f->server = end(25, 25);
    f->started_ns = START + client_port * SECOND + 1000;
    f->ended_ns = f->started_ns + SECOND;
    f->vlan = f->tls_alert = -1;
    f->ending = ENDING_CLOSED;
    f->one_sided = NO;
    strcpy(f->server_name, "mx.example");
    strcpy(f->greeting, "mx.example ESMTP");
    strcpy(f->client_name, "client.example");
}

struct facts sample_facts(void)
{
    struct facts f = {.vlan = 7};

    connect(&f, 40000);
    f.client.address = (struct ip_address){6, {0x20, 1, 0xd, 0xb8, [15] = 9}};
    f.vlan = 7;
    f.ending = ENDING_RESET;
    f.one_sided = YES;
    f.midstream = true;
    f.gap_octets = 11;
    f.conflicts = 12;
    f.conflicts_kept = 2;
    for (unsigned i = 0; i < f.conflicts_kept; i++) {
        f.conflict[i].by_client = i == 1;
        f.conflict[i].offset = 35 + i;
        f.conflict[i].octets = 197;
        f.conflict[i].at_ns = START + i;
        f.conflict[i].second_starttls = i == 0;
        f.conflict[i].first_starttls = i == 1;
        memset(f.conflict[i].first_sha256, 'b', 64);
        memset(f.conflict[i].second_sha256, 'c', 64);
    }
    strcpy(f.dpi_protocol, "SMTP");
    f.dialogue = f.ehlo_sent = f.helo_sent = true;
    f.quit_sent = true;
    f.ehlo_reply = f.helo_reply = 250;
    f.masked_command = 8;
    f.masked_reply = 500;
    f.ehlo_masked = true;
    f.ehlo_accepted = f.starttls_offered = YES;
    strcpy(f.keywords, "PIPELINING\nSTARTTLS\nSIZE 1000");
    f.keywords_cut = true;
    f.starttls_requested = YES;
    f.starttls_reply = 220;
    f.tls_from_start = NO;
    f.decided = YES;
    f.hello_seen = true;
    f.tls_established = YES;
    f.tls_version = 0x0303;
    f.tls_cipher = 0;
    f.tls_cipher_known = true;
    strcpy(f.sni, "sni.example");
    strcpy(f.alpn, "smtp");
    strcpy(f.alpn_chosen, "chosen");
    f.tls_version_offered = 0x0304;
    f.tls_group = 0x11ec;
    f.tls_dh_bits = 1024;
    f.tls_retried = true;
    f.ech = f.tls_compression = f.tls_resumed = YES;
    f.client_certificate_asked = f.extended_master_secret = YES;
    f.client_certificate_sent = f.tls_fallback = NO;
    f.tls_downgrade = 0x0303;
    memset(f.ja3, '3', 32);
    memset(f.ja3s, 's', 32);
    strcpy(f.ja4, "t13d0000_0123456789ab_cdef01234567");
    f.chain = chain;
    f.chain_length = 2;
    f.cert_verified = f.cert_named = NO;
    f.cert_error = 10;
    strcpy(f.cert_reason, "certificate has expired");
    strcpy(f.cert_asked, "asked.example");
    strcpy(f.cert_covering, "covering.example");
    f.estimate.made = true;
    f.estimate.messages = 3;
    f.estimate.low = 2;
    f.estimate.high = 5;
    f.estimate.octets = 12345;
    f.tls_alert_by_client = f.tls_alert_hidden = f.tls_garbled = true;
    f.address_queries = 18;
    f.content = &content;
    f.keep = KEEP_SUBJECTS;
    f.kept = kept;
    f.kept_count = 1;
    f.cert = (struct cert_facts){.not_before = 100, .not_after = 200, .key_bits = 1024};
    strcpy(f.cert.names, "cn.example\nother.example");
    strcpy(f.cert.key_type, "RSA");
    strcpy(f.cert.signature, "sha1WithRSAEncryption");
    f.cert.self_signed = f.cert.authority = true;
    strcpy(f.cert.subject_cn, "cn.example");
    strcpy(f.cert.issuer_cn, "issuer.example");
    memset(f.cert.sha256, 'a', 64);
    f.cert_seen = true;
    chain[0] = chain[1] = f.cert;
    memset(chain[1].sha256, 'd', 64);
    f.tls_alert = 0;
    f.text_before_tls = 13;
    f.transactions = 14;
    f.messages = 15;
    f.messages_known = NO;
    f.recipients_attempted = 16;
    f.recipients_accepted = 17;
    f.recipients_known = NO;
    f.content_octets = UINT64_C(5000000000);
    strcpy(f.auth[0].mechanism, "PLAIN");
    f.auth[0].given = GIVEN_PASSWORD;
    f.auths = 1;
    f.credentials_exposed = YES;
    for (int i = 0; i < ITEMS; i++)
        f.exposure[i] = (struct exposure){(uint64_t)i + 1, (uint64_t)i + 100};
    f.addresses = addresses;
    f.address_count = 2;
    f.lost = true;
    f.anomalies = ANOMALY_BARE_LF | ANOMALY_EARLY_CONTENT;
    return f;
}

struct facts sample_clear(uint16_t client_port)
{
    struct facts f = {.dialogue = true, .ehlo_sent = true};

    connect(&f, client_port);
    f.ehlo_accepted = YES;
    f.starttls_offered = f.starttls_requested = f.tls_established = f.tls_from_start = NO;
    f.decided = YES;
    strcpy(f.keywords, "SIZE 1000");
    f.transactions = f.messages = 1;
    f.messages_known = f.recipients_known = YES;
    f.recipients_attempted = f.recipients_accepted = 1;
    f.content_octets = 1000;
    f.exposure[ITEM_BODY] = (struct exposure){1, 900};
    f.exposure[ITEM_HEADER_FIELD] = (struct exposure){4, 100};
    f.addresses = addresses;
    f.address_count = 2;
    return f;
}

struct facts sample_encrypted(uint16_t client_port)
{
    struct facts f = {.dialogue = true, .ehlo_sent = true};

    connect(&f, client_port);
    f.server.address.octets[3] = 26;
    f.ehlo_accepted = f.starttls_offered = f.starttls_requested = f.tls_established = YES;
    f.decided = YES;
    f.tls_from_start = NO;
    f.starttls_reply = 220;
    f.tls_version = 0x0304;
    f.tls_cipher = 0x1301;
    f.tls_cipher_known = true;
    f.messages_known = f.recipients_known = YES;
    f.exposure[ITEM_TLS_METADATA] = (struct exposure){2, 600};
    return f;
}

/* ---- folders */

struct facts sample_certified(uint16_t client_port, int64_t valid_until)
{
    struct facts f = sample_encrypted(client_port);

    f.tls_version = 0x0303;
    f.tls_cipher = 0xc02f; /* ECDHE-RSA-AES128-GCM-SHA256 */
    f.cert_seen = true;
    strcpy(f.cert.subject_cn, "mx.example");
    memset(f.cert.sha256, 'a', 64);
    f.cert.sha256[0] = (char)('a' + client_port % 6);
    f.cert.not_before = SAMPLE_CAPTURED - 60 * SAMPLE_DAY;
    f.cert.not_after = valid_until;
    f.cert_verified = f.cert_named = YES;
    strcpy(f.cert_asked, "mx.example");
    return f;
}

static void *owned(const void *p, size_t octets, size_t room)
{
    void *copy = p && room ? must_alloc(1, room) : NULL;

    if (copy && octets)
        memcpy(copy, p, octets);
    return copy;
}

struct session *sample_session(const struct facts *f)
{
    struct session *s = session_new(&(struct session_options){0});
    struct facts *its = session_facts(s, NULL);

    *its = *f;
    its->addresses = owned(f->addresses, f->address_count * sizeof *f->addresses,
                           f->address_count * sizeof *f->addresses);
    its->kept = owned(f->kept, f->kept_count * sizeof *f->kept, BOUND_KEPT * sizeof *f->kept);
    its->content = owned(f->content, sizeof *f->content, sizeof *f->content);
    its->chain = owned(f->chain, f->chain_length * sizeof *f->chain,
                       f->chain_length * sizeof *f->chain);
    return s;
}

int sample_folder(void **state)
{
    char name[] = "/tmp/mailtap-test-XXXXXX";

    *state = mkdtemp(name) ? strdup(name) : NULL;
    return *state ? 0 : -1;
}

int sample_folder_remove(void **state)
{
    char command[128];

    snprintf(command, sizeof command, "chmod -R u+rwx '%s'; rm -rf '%s'", (const char *)*state,
             (const char *)*state);
    free(*state);
    return system(command);
}

const char *sample_path(void **state, const char *name)
{
    static char path[256];

    snprintf(path, sizeof path, "%s/%s", (const char *)*state, name);
    return path;
}

/* ---- databases */

unsigned sample_judge(struct store *st)
{
    struct err e = {""};
    uint64_t judged;
    int rc = store_judge_waiting(st, &judged, &e);

    assert_string_equal(e.text, "");
    assert_int_equal(rc, 0);
    return (unsigned)judged;
}

void sample_store(const char *path, uint8_t seed, const struct facts *sessions, unsigned count)
{
    const uint8_t digest[DIGEST_OCTETS] = {seed};
    const struct capture_counts counts = {.frames = 100,
                                          .octets = 9000,
                                          .flows = count,
                                          .mail_flows = count,
                                          .started_ns = START,
                                          .ended_ns = START + SECOND};
    struct err e = {""};
    int64_t capture;
    struct store *st = store_open(path, STORE_WRITE, &e);

    assert_string_equal(e.text, "");
    assert_non_null(st);
    assert_int_equal(store_capture_begin(st, "a/sample.pcap", digest, &capture, &e), 1);
    for (unsigned i = 0; i < count; i++)
        assert_int_equal(store_session(st, capture, &sessions[i], &e), 0);
    assert_int_equal(store_capture_end(st, capture, digest, &counts, NULL, &e), 1);
    sample_judge(st);
    assert_int_equal(store_close(&st, &e), 0);
    assert_null(st);
}

void sample_sql(const char *path, const char *sql)
{
    char *command = NULL;

    assert_true(asprintf(&command, "sqlite3 -batch '%s' > /dev/null", path) > 0);
    FILE *shell = popen(command, "w");
    assert_non_null(shell);
    fputs(sql, shell);
    fputs(";\n", shell);
    assert_int_equal(pclose(shell), 0);
    free(command);
}

char *sample_value(const char *path, const char *sql)
{
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    char *text = NULL;

    assert_string_equal(e.text, "");
    assert_non_null(st);
    struct query *q = query_open(st, sql, &e);
    assert_string_equal(e.text, "");
    assert_non_null(q);
    assert_int_equal(query_next(q, &e), 1);
    struct cell c = query_cell(q, 0);
    if (c.kind == CELL_TEXT)
        text = strndup((const char *)c.text.p, c.text.n);
    else if (c.kind == CELL_INTEGER)
        assert_true(asprintf(&text, "%lld", (long long)c.integer) > 0);
    else
        text = strdup(c.kind == CELL_NULL ? "NULL" : "?");
    query_close(&q);
    store_close(&st, &e);
    return text;
}

void sample_expect(const char *path, const char *sql, const char *want)
{
    char *got = sample_value(path, sql);

    assert_string_equal(got, want);
    free(got);
}

void sample_sound(const char *path)
{
    char command[600], said[64] = "";

    snprintf(command, sizeof command,
             "sqlite3 '%s' 'PRAGMA integrity_check; PRAGMA foreign_key_check'", path);
    FILE *shell = popen(command, "r");
    assert_non_null(shell);
    said[fread(said, 1, sizeof said - 1, shell)] = '\0';
    assert_int_equal(pclose(shell), 0);
    assert_string_equal(said, "ok\n");
}

const char *sample_made(void **state, const char *name)
{
    const struct facts f[] = {sample_facts(), sample_clear(2), sample_encrypted(3)};
    const char *path = sample_path(state, name);

    unlink(path);
    sample_store(path, 1, f, 3);
    return path;
}

static void say_cell(FILE *to, struct cell c)
{
    if (c.kind == CELL_NULL)
        fputc('-', to);
    else if (c.kind == CELL_INTEGER)
        fprintf(to, "%lld", (long long)c.integer);
    else if (c.kind == CELL_REAL)
        fprintf(to, "%.4f", c.real);
    else
        fprintf(to, "%.*s", (int)c.text.n, (const char *)c.text.p);
}

static void say_columns(FILE *to, const struct query *q, const char *columns)
{
    char *names = strdup(columns), *rest = NULL;

    for (char *c = strtok_r(names, " ", &rest); c; c = strtok_r(NULL, " ", &rest)) {
        unsigned i = 0;
        while (i < query_columns(q) && strcmp(query_column(q, i), c) != 0)
            i++;
        if (i == query_columns(q))
            fail_msg("no column '%s'", c);
        if (c != names)
            fputc(' ', to);
        say_cell(to, query_cell(q, i));
    }
    free(names);
}

static void set_all(struct query *q, const char *set)
{
    char *sets = strdup(set), *rest = NULL;
    struct err e = {""};

    for (char *s = strtok_r(sets, " ", &rest); s; s = strtok_r(NULL, " ", &rest)) {
        char *value = strchr(s, '=');
        *value = '\0';
        if (query_set(q, s, value + 1, &e) < 0)
            fail_msg("%s", e.text);
    }
    free(sets);
}

const char *sample_asked(const char *path, const char *question, const char *set,
                         const char *columns)
{
    static char said[8192];
    struct err e = {""};
    struct store *st = store_open(path, STORE_READ, &e);
    struct query *q = query_open(st, query_find(question)->sql, &e);
    FILE *to = fmemopen(said, sizeof said, "w");
    unsigned rows = 0;
    int rc;

    assert_string_equal(e.text, "");
    assert_non_null(to);
    set_all(q, set);
    while ((rc = query_next(q, &e)) > 0) {
        if (rows++)
            fputc('\n', to);
        say_columns(to, q, columns);
    }
    fputc('\0', to);
    assert_string_equal(e.text, "");
    assert_int_equal(rc, 0);
    assert_int_equal(fclose(to), 0); /* it all fits */
    query_close(&q);
    store_close(&st, &e);
    return said;
}

void sample_answers(const char *path, const char *question, const char *set, const char *columns,
                    const char *want)
{
    const char *got = sample_asked(path, question, set, columns);

    if (strcmp(got, want) != 0)
        fail_msg("%s, %s:\n%s\nand not\n%s", question, set, got, want);
}

int sample_ask(struct store *st, const char *sql, unsigned seconds, struct err *e)
{
    struct query *q = query_open(st, sql, e);
    int rc = -1;

    if (q && seconds)
        query_limit(q, seconds);
    while (q && (rc = query_next(q, e)) > 0)
        for (unsigned i = 0; i < query_columns(q); i++)
            query_cell(q, i);
    query_close(&q);
    assert_null(q);
    return rc;
}
