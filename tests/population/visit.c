/* visit.c - what happens when a client wants to send to a server; see population.h. */
#include "population.h"

#include <mailtap/err.h>

#include <stdio.h>
#include <string.h>

/* ---- what a server does by itself */

/* Which of the machines behind its address answers. */
static uint8_t machine_of(struct population *p, const struct server *s, uint32_t client,
                          uint32_t server)
{
    if (s->machines == 1)
        return 0;
    uint64_t any = s->sticky ? hash_of(1, client, server) : random_u64(&p->random);
    return (uint8_t)(any % s->machines);
}

static bool withholds(const struct population *p, const struct server *s, uint32_t client)
{
    if (s->lists_scanners && p->clients[client].kind == CLIENT_SCANNER)
        return true;
    for (unsigned i = 0; i < s->withheld; i++)
        if (s->regular[i] == client)
            return true;
    return false;
}

/* What it would answer to EHLO, and for whom that is so. */
static bool would_offer(const struct population *p, const struct server *s, struct visit *v)
{
    bool within = v->started_ns >= s->from_ns && v->started_ns < s->until_ns;

    v->cause = s->kind == CAUSE_WITHHELD ? CAUSE_ORDINARY : s->kind;
    if (withholds(p, s, v->client)) {
        v->cause = s->kind == CAUSE_WITHHELD ? CAUSE_WITHHELD : CAUSE_SCANNER;
        return false;
    }
    if (s->kind == CAUSE_NEVER)
        return false;
    if (s->kind == CAUSE_UNEVEN_NAMES || s->kind == CAUSE_UNEVEN_ALIKE)
        return v->machine >= s->without;
    if (s->kind == CAUSE_TURNED)
        return within != s->flag;
    return s->kind != CAUSE_OFF_AND_ON || !within;
}

static bool says_454(struct population *p, const struct server *s, int64_t at_ns)
{
    for (unsigned i = 0; i < BURSTS; i++)
        if (at_ns >= s->burst_from[i] && at_ns < s->burst_until[i])
            return !s->burst_each || random_below(&p->random, 2);
    return false;
}

/* Certificates that do not verify: 30 % of servers. */
static bool is_verifiable(uint32_t server)
{
    return hash_of(2, server, 0) % 10 >= 3;
}

static bool loses_large_packets(const struct client *c, int64_t at_ns)
{
    return c->large_packets && at_ns >= c->from_ns && at_ns < c->until_ns;
}

static enum handshake shake_hands(struct population *p, const struct server *s, struct visit *v)
{
    const struct client *c = &p->clients[v->client];

    if (s->kind == CAUSE_TLS_BROKEN && v->started_ns >= s->from_ns)
        return HANDSHAKE_RESET;
    if (s->kind == CAUSE_TLS_OLD && c->modern)
        return s->flag ? HANDSHAKE_RESET : HANDSHAKE_VERSION_ALERT;
    if (loses_large_packets(c, v->started_ns)) {
        v->cause = CAUSE_LARGE_PACKETS;
        return random_below(&p->random, 2) ? HANDSHAKE_TIMED_OUT : HANDSHAKE_RESET;
    }
    if (c->verifies && !is_verifiable(v->server)) {
        v->cause = CAUSE_CERTIFICATE;
        return HANDSHAKE_CERTIFICATE_ALERT;
    }
    return HANDSHAKE_DONE;
}

/* ---- the box on the way */

/* What it does to connections of this client to this server at this time. */
static const struct box *box_between(const struct population *p, const struct visit *v)
{
    static const struct box nothing = {.form = FORM_NONE};
    const struct box *b = &p->boxes[p->clients[v->client].network];

    if (b->form == FORM_NONE || v->started_ns < b->from_ns || v->started_ns >= b->until_ns)
        return &nothing;
    return b->half && hash_of(b->salt, v->server, 0) % 2 ? &nothing : b;
}

static void touch(struct visit *v, const struct box *b, bool stripped)
{
    v->form = b->form;
    v->stripped = stripped;
    v->half = b->half;
    v->part = b->part;
}

/* ---- one connection */

static void add(struct population *p, const struct visit *v)
{
    if (p->visit_count == p->visit_room) {
        p->visit_room = p->visit_room ? 2 * p->visit_room : 4096;
        p->visits = must_grow(p->visits, p->visit_room, sizeof *p->visits);
    }
    p->visits[p->visit_count++] = *v;
}

static bool sends_mail(const struct client *c)
{
    return c->kind != CLIENT_PROBE && c->kind != CLIENT_SCANNER;
}

/* EHLO is not taken: true when it was so, and the session is over. */
static bool without_ehlo(struct population *p, const struct server *s, const struct box *b,
                         struct visit *v)
{
    const struct client *c = &p->clients[v->client];

    if (c->kind == CLIENT_HELO) {
        v->helo = v->mail = true;
        v->helo_reply = 250;
        return true;
    }
    if (s->refuses_some && hash_of(3, v->client, v->server) % 1000 < 1000 * parameter(P_REFUSED)) {
        v->cause = CAUSE_CLIENT_REFUSED;
        v->helo = true;
        v->ehlo_reply = v->helo_reply = 550;
        return true;
    }
    if (b->form != FORM_EHLO && s->kind != CAUSE_HELO_ONLY)
        return false;
    v->helo = sends_mail(c) && c->kind != CLIENT_INSISTS;
    /* Who does not fall back to HELO leaves, and nothing is stripped. */
    if (b->form == FORM_EHLO)
        touch(v, b, would_offer(p, s, v) && v->helo);
    v->cause = s->kind == CAUSE_HELO_ONLY ? CAUSE_HELO_ONLY : v->cause;
    v->ehlo_reply = 500;
    v->helo_reply = v->helo ? 250 : 0;
    v->mail = v->helo;
    return true;
}

/* The reply to EHLO, and what a box makes of it. */
static void answer_ehlo(const struct population *p, const struct server *s, const struct box *b,
                        struct visit *v)
{
    v->ehlo_reply = 250;
    v->offered = would_offer(p, s, v);
    if (!v->offered)
        return;
    if (s->kind == CAUSE_OWN_FIREWALL) {
        v->offered = false;
        v->form = FORM_MASKED_AMONG;
        return;
    }
    if (b->form == FORM_DELETED || b->form == FORM_MASKED || b->form == FORM_MASKED_AMONG) {
        v->offered = false;
        v->banner = b->banner;
        touch(v, b, true);
    }
}

static void request(struct population *p, const struct server *s, const struct box *b,
                    struct visit *v)
{
    if (b->form == FORM_REFUSED || b->form == FORM_POSTPONED) {
        v->starttls_reply = b->form == FORM_POSTPONED ? 454 : b->half ? 502 : 500;
        touch(v, b, true);
    } else if (says_454(p, s, v->started_ns)) {
        v->starttls_reply = 454;
        v->cause = CAUSE_TEMPORARY;
    } else {
        v->starttls_reply = 220;
        v->handshake = shake_hands(p, s, v);
        if (b->form == FORM_BROKEN && v->handshake == HANDSHAKE_DONE) {
            v->handshake = b->breaks;
            touch(v, b, false);
        }
    }
}

/* Some relays are told not to for a destination; behind some addresses there are several hosts. */
static bool wants_tls(struct population *p, const struct visit *v)
{
    enum client_kind kind = p->clients[v->client].kind;

    if (kind == CLIENT_INSISTS)
        return true;
    if (kind != CLIENT_RELAY ||
        hash_of(7, v->client, v->server) % 1000 < 1000 * parameter(P_SPARES))
        return false;
    return !chance(&p->random, P_LEAVES);
}

/* It could have asked, and did not: of handshakes that fail it cannot be told why. */
static void leave_unused(const struct population *p, const struct box *b, struct visit *v)
{
    const struct client *c = &p->clients[v->client];

    if (b->form == FORM_BROKEN && c->kind == CLIENT_RELAY)
        touch(v, b, false);
    else if (loses_large_packets(c, v->started_ns))
        v->cause = CAUSE_LARGE_PACKETS;
}

/* One connection, stored; `clear`: the client has given up on TLS. */
static struct visit connect_once(struct population *p, uint32_t client, uint32_t server,
                                 int64_t at_ns, bool clear)
{
    const struct server *s = &p->servers[server];
    const struct client *c = &p->clients[client];
    struct visit v = {.client = client, .server = server, .started_ns = at_ns};
    const struct box *b = box_between(p, &v);

    v.cause = s->kind;
    v.machine = machine_of(p, s, client, server);
    if (!without_ehlo(p, s, b, &v)) {
        answer_ehlo(p, s, b, &v);
        if (v.offered && !clear && wants_tls(p, &v))
            request(p, s, b, &v);
        else if (v.offered && !clear)
            leave_unused(p, b, &v);
        if (v.starttls_reply != 220)
            v.mail = sends_mail(c) && c->kind != CLIENT_INSISTS &&
                     (v.starttls_reply == 0 || chance(&p->random, P_GOES_ON));
    }
    if (!clear)
        add(p, &v);
    return v;
}

/* ---- and those after it */

/* The handshake failed: Exim comes back in the clear at once, Postfix after one or two more tries. */
static void fall_back(struct population *p, struct visit v)
{
    struct visit failed = v;

    if (hash_of(4, v.client, 0) % 100 < 100 * parameter(P_NO_FALLBACK))
        return;
    int64_t at_ns = v.started_ns + 5 * SECOND_NS;
    if (!(hash_of(5, v.client, 0) % 100 < 100 * parameter(P_FALLBACK_AT_ONCE))) {
        at_ns += (300 + (int64_t)random_below(&p->random, 700)) * SECOND_NS;
        failed = connect_once(p, v.client, v.server, at_ns, false);
        if (failed.starttls_reply != 220 || failed.handshake == HANDSHAKE_DONE)
            return;
        at_ns += (600 + (int64_t)random_below(&p->random, 1400)) * SECOND_NS;
    }
    v = connect_once(p, failed.client, failed.server, at_ns, true);
    if (v.form == FORM_NONE && v.offered) {
        v.cause = failed.cause;
        v.form = failed.form;
        v.stripped = failed.form == FORM_BROKEN;
        v.half = failed.half;
        v.part = failed.part;
    }
    add(p, &v);
}

void visit_make(struct population *p, uint32_t client, uint32_t server, int64_t at_ns)
{
    const struct client *c = &p->clients[client];
    struct visit v = connect_once(p, client, server, at_ns, false);

    if (v.starttls_reply == 220 && v.handshake != HANDSHAKE_DONE) {
        if (c->kind != CLIENT_INSISTS)
            fall_back(p, v);
        return;
    }
    /* Who did not get rid of the message tries again, twice; 550 is final. */
    for (int i = 0; i < 2 && sends_mail(c) && !v.mail && v.handshake != HANDSHAKE_DONE; i++) {
        if (v.ehlo_reply == 550)
            break;
        at_ns += (30 + (int64_t)random_below(&p->random, 60)) * MINUTE_NS;
        v = connect_once(p, client, server, at_ns, false);
    }
}

/* ---- facts */

static const struct {
    const char *name, *keywords;
} software[] = {
    {"ESMTP Postfix", "PIPELINING\nSIZE 52428800\nETRN\nSTARTTLS\nENHANCEDSTATUSCODES\n8BITMIME\n"
                      "DSN\nSMTPUTF8\nCHUNKING"},
    {"ESMTP Exim 4.96 Wed, 25 Nov 2026 01:00:00 +0000",
     "SIZE 52428800\n8BITMIME\nPIPELINING\nPIPECONNECT\nCHUNKING\nSTARTTLS\nPRDR"},
    {"Microsoft ESMTP MAIL Service ready at Wed, 25 Nov 2026 01:00:00 +0000",
     "SIZE 37748736\nPIPELINING\nDSN\nENHANCEDSTATUSCODES\nSTARTTLS\nX-EXPS NTLM\nAUTH NTLM\n"
     "8BITMIME\nBINARYMIME\nSMTPUTF8\nCHUNKING\nXRDST"},
    {"ESMTP Sendmail 8.17.1/8.17.1; Wed, 25 Nov 2026 01:00:00 GMT",
     "ENHANCEDSTATUSCODES\nPIPELINING\n8BITMIME\nSIZE 35882577\nDSN\nETRN\nSTARTTLS\nDELIVERBY\n"
     "HELP"},
    {"ESMTP ready", "PIPELINING\n8BITMIME\nSTARTTLS\nSIZE 0\nXCLIENT NAME ADDR"},
};

static struct endpoint address_at(uint8_t first, uint32_t number, uint16_t port)
{
    return (struct endpoint){
        {4, {first, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number}}, port};
}

static void write_greeting(const struct population *p, const struct visit *v, struct facts *f)
{
    const struct server *s = &p->servers[v->server];

    if (s->kind == CAUSE_EVEN || s->kind == CAUSE_UNEVEN_NAMES)
        snprintf(f->server_name, sizeof f->server_name, "mx%u-%u.example", v->server, v->machine);
    else
        snprintf(f->server_name, sizeof f->server_name, "mx%u.example", v->server);
    snprintf(f->greeting, sizeof f->greeting, "%.64s %s", f->server_name,
             s->kind == CAUSE_HELO_ONLY ? s->flag ? "ESMTP ready" : "Mail server ready"
                                        : software[s->software].name);
    if (!v->banner)
        return;
    /* The PIX leaves the digits of the code. */
    for (char *at = f->greeting; *at; at++)
        if (*at != '2' && *at != '0' && *at != ' ')
            *at = '*';
    snprintf(f->server_name, sizeof f->server_name, "%.*s", (int)strcspn(f->greeting, " "),
             f->greeting);
}

/* The keyword's letters overwritten, the last one counting up; nothing of it else. */
static void mask(char *keywords, const char *keyword, char last)
{
    char *at = strstr(keywords, keyword);

    if (!at)
        return;
    memset(at, 'X', strlen(keyword) - 1);
    at[strlen(keyword) - 1] = last;
}

static void leave_out(char *keywords, const char *line)
{
    char *at = strstr(keywords, line);

    if (at)
        memmove(at, at + strlen(line), strlen(at + strlen(line)) + 1);
}

static void write_keywords(const struct population *p, const struct visit *v, struct facts *f)
{
    bool masked = v->form == FORM_MASKED || v->form == FORM_MASKED_AMONG;

    strcpy(f->keywords, software[p->servers[v->server].software].keywords);
    if (!v->offered && !masked)
        leave_out(f->keywords, "STARTTLS\n");
    if (masked)
        mask(f->keywords, "STARTTLS", 'A');
    if (v->form == FORM_MASKED_AMONG) {
        mask(f->keywords, "SMTPUTF8", 'B');
        mask(f->keywords, "CHUNKING", 'C');
    }
}

static void write_handshake(const struct visit *v, struct facts *f)
{
    bool done = v->handshake == HANDSHAKE_DONE;

    f->hello_seen = true;
    f->tls_established = tri_of(done);
    f->tls_version_offered = 0x0304;
    f->exposure[ITEM_TLS_METADATA] = (struct exposure){done ? 2 : 1, done ? 640 : 320};
    if (done) {
        f->tls_version = hash_of(6, v->server, 0) % 5 ? 0x0304 : 0x0303;
        f->tls_cipher = f->tls_version == 0x0304 ? 0x1302 : 0xc030;
        f->tls_cipher_known = true;
    }
    if (v->handshake == HANDSHAKE_RESET)
        f->ending = ENDING_RESET;
    if (v->handshake == HANDSHAKE_GARBLED)
        f->tls_garbled = true;
    if (v->handshake == HANDSHAKE_TIMED_OUT || v->cause == CAUSE_LARGE_PACKETS)
        f->ended_ns += 300 * SECOND_NS;
    f->tls_alert = v->handshake == HANDSHAKE_DECODE_ALERT        ? 50
                   : v->handshake == HANDSHAKE_VERSION_ALERT     ? 70
                   : v->handshake == HANDSHAKE_CERTIFICATE_ALERT ? 48
                                                                 : -1;
    f->tls_alert_by_client = v->handshake != HANDSHAKE_VERSION_ALERT;
}

static void write_mail(const struct visit *v, struct facts *f)
{
    static struct address addresses[] = {
        {.transaction = 1, .accepted = YES, .path = "sender@a.example"},
        {.transaction = 1, .recipient = true, .accepted = YES, .path = "recipient@b.example"},
    };

    f->messages_known = f->recipients_known = YES;
    f->quit_sent = f->tls_established != YES && v->starttls_reply != 220;
    if (!v->mail)
        return;
    f->transactions = f->messages = f->recipients_attempted = f->recipients_accepted = 1;
    f->content_octets = 4000;
    f->exposure[ITEM_ENVELOPE_SENDER] = (struct exposure){1, 16};
    f->exposure[ITEM_ENVELOPE_RECIPIENT] = (struct exposure){1, 19};
    f->exposure[ITEM_HEADER_FIELD] = (struct exposure){12, 1000};
    f->exposure[ITEM_BODY] = (struct exposure){1, 3000};
    f->addresses = addresses;
    f->address_count = 2;
}

void visit_facts(const struct population *p, const struct visit *v, struct facts *f)
{
    *f = (struct facts){.vlan = -1, .ending = ENDING_CLOSED, .one_sided = NO, .tls_alert = -1};
    f->client = address_at(10, v->client, v->port);
    f->server = address_at(100, v->server, 25);
    f->started_ns = v->started_ns;
    f->ended_ns = v->started_ns + 2 * SECOND_NS;
    strcpy(f->dpi_protocol, "SMTP");
    snprintf(f->client_name, sizeof f->client_name, "client%u.example", v->client);
    write_greeting(p, v, f);
    f->dialogue = true;
    f->ehlo_sent = v->ehlo_reply != 0;
    f->helo_sent = v->helo;
    f->ehlo_reply = v->ehlo_reply;
    f->helo_reply = v->helo_reply;
    f->ehlo_accepted = f->ehlo_sent ? tri_of(v->ehlo_reply == 250) : UNKNOWN;
    f->starttls_offered = f->ehlo_sent ? tri_of(v->offered) : UNKNOWN;
    f->starttls_requested = tri_of(v->starttls_reply != 0);
    f->starttls_reply = v->starttls_reply;
    f->tls_from_start = f->tls_established = NO;
    f->decided = YES;
    f->exposure[ITEM_CLIENT_IDENTITY] = (struct exposure){1, strlen(f->client_name)};
    f->exposure[ITEM_SERVER_IDENTITY] = (struct exposure){1, strlen(f->greeting)};
    if (v->ehlo_reply == 250)
        write_keywords(p, v, f);
    if (v->starttls_reply == 220)
        write_handshake(v, f);
    write_mail(v, f);
}
