/*
 * session.c - the conductor: is this flow mail, and who reads its octets now; see session.h.
 *
 * Chunks are kept until it is known what they are, then read from the start.  From the 220 to
 * STARTTLS on, octets belong to the TLS observer, those that came in the same segment included.
 */
#include <mailtap/session.h>

#include <mailtap/digest.h>
#include <mailtap/err.h>
#include <mailtap/smtp.h>
#include <mailtap/text.h>
#include <mailtap/tls.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A chunk kept until the flow is identified; its octets are at `at` in the common room. */
struct early_entry {
    struct chunk chunk;
    size_t at;
};

struct early {
    struct early_entry *kept;
    size_t count, count_room;
    uint8_t *octets;
    size_t n, room;
};

/* The first ones, as struct facts has them, and who sent each. */
struct conflicts {
    struct conflict_facts facts[BOUND_CONFLICTS];
    enum side side[BOUND_CONFLICTS];
};

struct session {
    enum identity identity;
    enum side server;
    struct early early;
    struct trust *trust;
    struct cert_memory *certificates;
    struct tls_memory *hellos;
    struct smtp *smtp;
    struct tls *tls;
    struct dpi_flow *dpi;
    unsigned packets_passed;
    bool fin[SIDES], reset;
    bool server_heard; /* a chunk of the server was read, or a gap */
    struct heard heard;
    struct conflicts *conflicts; /* NULL: none yet */
    struct facts *whole;         /* NULL: not asked for yet; else in place of `heard` */
};

struct session *session_new(const struct session_options *options)
{
    struct session *s = must_alloc(1, sizeof *s);

    s->trust = options->trust;
    s->certificates = options->certificates;
    s->hellos = options->hellos;
    s->heard.keep = options->keep;
    s->heard.tls_alert = -1;
    s->heard.credentials_exposed = NO;
    return s;
}

static void early_clear(struct early *e)
{
    if (e->octets)
        explicit_bzero(e->octets, e->room);
    free(e->octets);
    free(e->kept);
    *e = (struct early){0};
}

static struct chunk early_chunk(const struct early *e, size_t i)
{
    struct chunk c = e->kept[i].chunk;

    if (c.kind == CHUNK_DATA)
        c.octets.p = e->octets + e->kept[i].at;
    return c;
}

void session_free(struct session **s)
{
    if (!*s)
        return;
    early_clear(&(*s)->early);
    smtp_free(&(*s)->smtp);
    tls_free(&(*s)->tls);
    dpi_flow_free(&(*s)->dpi);
    facts_free((*s)->whole ? &(*s)->whole->heard : &(*s)->heard);
    free((*s)->conflicts);
    free((*s)->whole);
    free(*s);
    *s = NULL;
}

static void session_parts(struct fold *f, void *of)
{
    struct session *s = of;
    struct early *e = &s->early;

    dpi_flow_fold(f, &s->dpi);
    fold_array(f, (void **)&e->octets, e->n, e->room);
    fold_array(f, (void **)&e->kept, e->count * sizeof *e->kept, e->count_room * sizeof *e->kept);
    smtp_fold(f, &s->smtp, &s->heard);
    tls_fold(f, &s->tls);
    facts_fold(f, &s->heard);
    fold_object(f, (void **)&s->conflicts, sizeof *s->conflicts, NULL);
}

struct slice session_words(void)
{
    return slice_of("EHLO client\r\nMAIL FROM:<user@mail.\r\nRCPT TO:<AUTH LOGIN PLAIN\r\nHELO "
                    "220 mail.mx.smtp. ESMTP Postfix\r\n"
                    "250-PIPELINING\r\n250-SIZE 10240000\r\n250-VRFY\r\n250-ETRN\r\n"
                    "250-STARTTLS\r\n250-AUTH PLAIN LOGIN\r\n250-ENHANCEDSTATUSCODES\r\n"
                    "250-8BITMIME\r\n250-DSN\r\n250-SMTPUTF8\r\n250 CHUNKING\r\n"
                    "250 STARTTLS\r\n250 2.1.0 Ok\r\n250 2.1.5 Ok\r\n250 2.0.0 Ok: queued as "
                    "220 2.0.0 Ready to start TLS\r\n354 End data with <CR><LF>.<CR><LF>\r\n");
}

void session_fold(struct fold *f, struct session **s)
{
    fold_object(f, (void **)s, sizeof **s, session_parts);
}

void session_packet(struct session *s, struct dpi *dpi, const struct packet *p)
{
    if (s->packets_passed == BOUND_DPI_PACKETS || s->identity == IDENTITY_NOT_MAIL)
        return;
    s->packets_passed++;
    if (p->payload.n) /* an empty one says nothing of what is spoken */
        dpi_packet(dpi, &s->dpi, p->network, p->at_ns);
}

enum identity session_identity(const struct session *s)
{
    return s->identity;
}

/* ---- reading */

static enum role role_of(const struct session *s, enum side side)
{
    return side == s->server ? ROLE_SERVER : ROLE_CLIENT;
}

static enum tls_role tls_role_of(enum role role)
{
    return role == ROLE_SERVER ? TLS_SERVER : TLS_CLIENT;
}

/* The dialogue handed over: give TLS what had come along already, with the chunk at hand. */
static void hand_over(struct session *s, const struct chunk *c)
{
    s->tls = tls_new(s->hellos);
    tls_acknowledged(s->tls, tls_role_of(role_of(s, c->side)), c->acked);
    for (int role = 0; role < ROLES; role++) {
        struct slice left = smtp_leftover(s->smtp, (enum role)role);
        if (left.n)
            tls_feed(s->tls, tls_role_of((enum role)role), left);
    }
}

static bool holds_starttls(struct slice s)
{
    for (; s.n; s = slice_tail(s, 1))
        if (slice_starts_nocase(s, "STARTTLS"))
            return true;
    return false;
}

/* Kept as a fact even before it is known which side is the server. */
static void note_conflict(struct session *s, const struct chunk *c)
{
    struct heard *f = &s->heard;
    uint8_t digest[DIGEST_OCTETS];

    if (f->conflicts_kept == BOUND_CONFLICTS)
        return;
    if (!s->conflicts)
        s->conflicts = must_alloc(1, sizeof *s->conflicts);
    struct conflict_facts *kept = &s->conflicts->facts[f->conflicts_kept];
    s->conflicts->side[f->conflicts_kept++] = c->side;
    kept->offset = c->offset;
    kept->octets = (uint32_t)c->length;
    kept->at_ns = c->at_ns;
    digest_of(c->first, digest);
    digest_hex(kept->first_sha256, (struct slice){digest, sizeof digest});
    digest_of(c->octets, digest);
    digest_hex(kept->second_sha256, (struct slice){digest, sizeof digest});
    kept->first_starttls = holds_starttls(c->first);
    kept->second_starttls = holds_starttls(c->octets);
}

static bool starts_with_220(struct slice s)
{
    return slice_starts_nocase(s, "220");
}

/*
 * The first of the server: without its SYN in the capture, octets before these may be missing.  Only
 * 220 is a greeting for sure, and only while the server has nothing to answer.
 */
static void server_begins(struct session *s, const struct flow *f, const struct chunk *c)
{
    if (s->server_heard || (c->kind != CHUNK_DATA && c->kind != CHUNK_GAP))
        return;
    s->server_heard = true;
    if (s->tls || !f->handshake || !f->stream->half[c->side].headless || c->kind == CHUNK_GAP ||
        (starts_with_220(c->octets) && c->acked == 0))
        return;
    s->heard.midstream = true;
    smtp_gap(s->smtp, ROLE_SERVER, 0);
}

static void read_chunk(struct session *s, const struct flow *f, const struct chunk *c)
{
    enum role role = role_of(s, c->side);

    if (!s->tls && !f->seen[!s->server])
        smtp_server_alone(s->smtp);
    if (role == ROLE_SERVER)
        server_begins(s, f, c);

    if (c->kind == CHUNK_FIN) {
        s->fin[c->side] = true;
        if (s->tls)
            tls_acknowledged(s->tls, tls_role_of(role), c->acked);
    }
    if (c->kind == CHUNK_RESET)
        s->reset = true;
    if (c->kind == CHUNK_GAP) {
        s->heard.gap_octets += c->length;
        if (!s->tls)
            smtp_gap(s->smtp, role, c->length);
        if (!s->tls && smtp_in_tls(s->smtp))
            hand_over(s, c);
        if (s->tls)
            tls_gap(s->tls, tls_role_of(role), c->length);
    }
    if (c->kind == CHUNK_DATA) {
        if (s->tls) {
            tls_acknowledged(s->tls, tls_role_of(role), c->acked);
            tls_feed(s->tls, tls_role_of(role), c->octets);
        } else {
            smtp_feed(s->smtp, role, c->octets);
        }
    }
    if (!s->tls && smtp_in_tls(s->smtp))
        hand_over(s, c);
}

/* ---- identifying */

static void early_keep(struct early *e, const struct chunk *c)
{
    if (e->count == e->count_room) {
        e->count_room = e->count_room ? e->count_room * 2 : 8;
        e->kept = must_grow(e->kept, e->count_room, sizeof *e->kept);
    }
    e->kept[e->count++] = (struct early_entry){*c, e->n};
    if (c->kind != CHUNK_DATA || c->octets.n == 0)
        return;
    if (e->n + c->octets.n > e->room)
        e->octets = must_grow_wiped(e->octets, e->n, &e->room, e->n + c->octets.n, 256);
    memcpy(e->octets + e->n, c->octets.p, c->octets.n);
    e->n += c->octets.n;
}

/* The first octets of each side in one piece, up to its first gap. */
static void first_octets(const struct early *e, uint8_t (*room)[BOUND_IDENTIFY_OCTETS],
                         struct slice *from)
{
    bool broken[SIDES] = {false, false};

    for (size_t i = 0; i < e->count; i++) {
        const struct chunk c = early_chunk(e, i);
        size_t n = from[c.side].n;
        if (c.kind == CHUNK_GAP)
            broken[c.side] = true;
        if (c.kind != CHUNK_DATA || broken[c.side])
            continue;
        struct slice piece = slice_head(c.octets, BOUND_IDENTIFY_OCTETS - n);
        memcpy(room[c.side] + n, piece.p, piece.n);
        from[c.side] = (struct slice){room[c.side], n + piece.n};
    }
}

/* How much of the other side had been acknowledged when the first octets of this one came. */
static uint64_t acked_at_first(const struct early *e, enum side side)
{
    for (size_t i = 0; i < e->count; i++)
        if (e->kept[i].chunk.kind == CHUNK_DATA && e->kept[i].chunk.side == side)
            return e->kept[i].chunk.acked;
    return 0;
}

static void begin_reading(struct session *s, const struct flow *f, const struct slice *from)
{
    bool midstream = !f->handshake;

    s->heard.midstream = midstream;
    if (s->identity == IDENTITY_TLS) {
        s->tls = tls_new(s->hellos);
        /* Only on the port of submissions (RFC 8314 3.3) is a hello the first there can be. */
        bool first = from[!s->server].n && *from[!s->server].p == 22 &&
                     f->end[s->server].port == 465;
        s->heard.tls_from_start = !midstream || first ? YES : UNKNOWN;
    } else {
        /* A greeting in a capture that began after the SYN still starts the dialogue. */
        bool greets = starts_with_220(from[s->server]) && acked_at_first(&s->early, s->server) == 0;
        s->smtp = smtp_new(&s->heard, midstream && !greets);
        s->heard.tls_from_start = NO;
    }
    for (size_t i = 0; i < s->early.count; i++) {
        const struct chunk c = early_chunk(&s->early, i);
        read_chunk(s, f, &c);
    }
    early_clear(&s->early);
}

static void try_to_identify(struct session *s, const struct flow *f, bool over)
{
    uint8_t room[SIDES][BOUND_IDENTIFY_OCTETS];
    struct first_octets first = {
        .over = over || s->early.n >= BOUND_AHEAD_OCTETS,
        .midstream = !f->handshake,
        .port = {f->end[SIDE_OPENER].port, f->end[SIDE_RESPONDER].port},
    };

    first_octets(&s->early, room, first.from);
    if (identify_asks(&first))
        first.dpi_mail = dpi_is_mail(s->dpi);
    s->identity = identify(&first, &s->server);
    if (s->identity == IDENTITY_SMTP || s->identity == IDENTITY_TLS)
        begin_reading(s, f, first.from);
    else if (s->identity == IDENTITY_NOT_MAIL)
        early_clear(&s->early);
}

void session_feed(struct session *s, const struct flow *f, const struct chunk *c)
{
    if (s->identity == IDENTITY_NOT_MAIL)
        return;
    if (c->kind == CHUNK_CONFLICT) {
        note_conflict(s, c);
        return;
    }
    if (s->identity != IDENTITY_OPEN) {
        read_chunk(s, f, c);
        return;
    }
    early_keep(&s->early, c);
    if (c->kind == CHUNK_DATA)
        try_to_identify(s, f, false);
}

/* ---- the end */

/* The name that the server's certificate has to cover: what the client asked for, or else what the
 * server calls itself, where that can be a host name. */
static const char *name_to_cover(const struct facts *f)
{
    if (f->sni[0])
        return f->sni;
    return strchr(f->server_name, '.') ? f->server_name : "";
}

static void chain_to_facts(struct session *s, struct facts *f, const struct tls_facts *t)
{
    struct chain_verdict verdict;

    if (t->chain_length == 0)
        return;
    f->chain = must_alloc(t->chain_length, sizeof *f->chain);
    s->heard.chain = f->chain; /* it is the session's */
    for (unsigned i = 0; i < t->chain_length; i++) {
        struct cert_facts *cert = &f->chain[f->chain_length];
        if (!cert_recall(s->certificates, t->chain[i], cert))
            continue;
        f->chain_length++;
        if (i == 0) {
            f->cert = *cert;
            f->cert_seen = true;
        }
    }
    snprintf(f->cert_asked, sizeof f->cert_asked, "%s", name_to_cover(f));
    chain_verify(s->trust, s->certificates, t->chain, t->chain_length,
                 f->started_ns / INT64_C(1000000000), f->cert_asked, &verdict);
    f->cert_verified = s->trust ? verdict.verified : UNKNOWN;
    f->cert_error = s->trust ? verdict.error : 0;
    if (s->trust)
        memcpy(f->cert_reason, verdict.reason, sizeof f->cert_reason);
    f->cert_named = verdict.named;
    memcpy(f->cert_covering, verdict.covering, sizeof f->cert_covering);
}

static void hellos_to_facts(struct facts *f, const struct tls_facts *t)
{
    f->hello_seen = t->half[TLS_CLIENT].hello || t->half[TLS_SERVER].hello;
    f->tls_version = t->version;
    f->tls_version_offered = t->version_offered;
    f->tls_cipher = t->cipher;
    f->tls_cipher_known = t->cipher_known;
    f->tls_group = t->group;
    f->tls_dh_bits = t->dh_bits;
    f->tls_retried = t->retried;
    f->ech = t->ech;
    f->tls_resumed = t->resumed;
    f->client_certificate_asked = t->client_certificate_asked;
    f->client_certificate_sent = t->client_certificate_sent;
    f->extended_master_secret = t->extended_master_secret;
    f->tls_fallback = t->fallback;
    f->tls_compression = t->compression;
    f->tls_downgrade = t->downgrade;
    memcpy(f->sni, t->sni, sizeof f->sni);
    memcpy(f->alpn, t->alpn, sizeof f->alpn);
    memcpy(f->alpn_chosen, t->alpn_chosen, sizeof f->alpn_chosen);
    memcpy(f->ja3, t->ja3, sizeof f->ja3);
    memcpy(f->ja3s, t->ja3s, sizeof f->ja3s);
    memcpy(f->ja4, t->ja4, sizeof f->ja4);
}

static bool is_closed(const struct session *s)
{
    return s->heard.ending != ENDING_NOT_SEEN;
}

static void tls_to_facts(struct session *s, struct facts *f, bool closed)
{
    struct tls_facts t;
    const struct tls_half *client = &t.half[TLS_CLIENT], *server = &t.half[TLS_SERVER];
    struct exposure *x = &f->exposure[ITEM_TLS_METADATA];

    tls_facts(s->tls, closed, &t);
    f->tls_established = t.established;
    /* What went on under TLS, or may have, does not show. */
    if (t.established != NO)
        f->messages_known = f->recipients_known = UNKNOWN;
    if (t.established == YES)
        tls_estimate(s->tls, &f->estimate);
    hellos_to_facts(f, &t);
    chain_to_facts(s, f, &t);
    f->tls_alert = client->alert >= 0 ? client->alert : server->alert;
    f->tls_alert_by_client = client->alert >= 0;
    f->tls_alert_hidden = client->alert_protected || server->alert_protected;
    f->tls_garbled = (f->hello_seen && (client->not_tls || server->not_tls || t.broken)) ||
                     (server->text_for_hello && !server->hello && !server->gap);
    f->text_before_tls = client->text_octets + server->text_octets;
    /* Text that no hello follows is a dialogue going on, and nobody's injection. */
    if (client->text_octets && client->hello)
        f->anomalies |= ANOMALY_INJECTED_COMMAND;
    if (server->text_octets && server->hello)
        f->anomalies |= ANOMALY_INJECTED_REPLY;
    x->count = client->hello + (uint64_t)server->hello + f->cert_seen;
    x->octets = client->handshake_octets + server->handshake_octets;
}

static void connection_to_facts(struct session *s, const struct flow *f)
{
    struct heard *facts = &s->heard;

    facts->server = f->end[s->server];
    facts->client = f->end[!s->server];
    facts->started_ns = f->started_ns;
    facts->ended_ns = f->last_ns;
    facts->vlan = f->vlan;
    facts->one_sided = tri_of(!f->seen[SIDE_OPENER] || !f->seen[SIDE_RESPONDER]);
    for (uint32_t i = 0; i < facts->conflicts_kept; i++)
        s->conflicts->facts[i].by_client = s->conflicts->side[i] != s->server;
    facts->conflicts = f->stream->half[0].conflicts + f->stream->half[1].conflicts;
    facts->ending = s->reset                 ? ENDING_RESET
                    : s->fin[0] || s->fin[1] ? ENDING_CLOSED
                                             : ENDING_NOT_SEEN;
}

bool session_over(struct session *s, const struct flow *f)
{
    if (s->identity == IDENTITY_OPEN)
        try_to_identify(s, f, true);
    if (s->identity != IDENTITY_SMTP && s->identity != IDENTITY_TLS)
        return false;
    connection_to_facts(s, f);
    dpi_settle(s->dpi);
    if (s->smtp)
        smtp_finish(s->smtp, is_closed(s));
    smtp_free(&s->smtp);
    /* Without TLS in the capture it was not established, so far as the capture was read. */
    if (!s->tls)
        s->heard.tls_established = s->heard.decided == YES ? NO : UNKNOWN;
    return true;
}

uint64_t session_gap_octets(const struct session *s)
{
    return s->heard.gap_octets;
}

size_t session_octets(const struct session *s)
{
    const struct heard *f = s->whole ? &s->whole->heard : &s->heard;

    return sizeof *s + (s->whole ? sizeof *s->whole : 0) +
           (s->conflicts ? sizeof *s->conflicts : 0) + f->address_count * sizeof *f->addresses +
           (f->kept ? BOUND_KEPT * sizeof *f->kept : 0) + (f->content ? sizeof *f->content : 0) +
           f->chain_length * sizeof *f->chain + (s->tls ? tls_octets(s->tls) : 0) +
           dpi_octets(s->dpi);
}

static void dpi_to_facts(struct session *s, struct facts *f, struct dpi *dpi)
{
    if (dpi)
        dpi_move(s->dpi, dpi);
    const char *name = dpi_name(s->dpi);
    if (name)
        text_escape(f->dpi_protocol, sizeof f->dpi_protocol, slice_of(name));
    dpi_flow_free(&s->dpi);
}

void session_soon(const struct session *s)
{
    for (const char *p = (const char *)s; p < (const char *)(s + 1); p += 64)
        __builtin_prefetch(p);
    if (s->dpi)
        dpi_soon(s->dpi);
}

/* All of it; what is behind `heard` is zero before. */
static void fill(struct session *s, struct facts *f, struct dpi *dpi)
{
    f->heard = s->heard;
    for (uint32_t i = 0; i < f->conflicts_kept; i++)
        f->conflict[i] = s->conflicts->facts[i];
    if (s->dpi)
        dpi_to_facts(s, f, dpi);
    if (s->tls)
        tls_to_facts(s, f, is_closed(s));
    tls_free(&s->tls);
}

struct facts *session_facts(struct session *s, struct dpi *dpi)
{
    if (!s->whole) {
        s->whole = must_alloc(1, sizeof *s->whole);
        fill(s, s->whole, dpi);
    }
    return s->whole;
}

struct facts *session_facts_in(struct session *s, struct dpi *dpi, struct facts_room *room)
{
    struct facts *f = &room->facts;

    if (s->whole)
        return s->whole;
    if (room->tls) /* of the one before; else only `heard` and what is set below stand in it */
        memset((char *)f + sizeof f->heard, 0, sizeof *f - sizeof f->heard);
    room->tls = s->tls != NULL;
    f->dpi_protocol[0] = '\0';
    fill(s, f, dpi);
    return f;
}
