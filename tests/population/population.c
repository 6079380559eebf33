/* population.c - what there is: servers, clients, boxes, and who talks when; see population.h. */
#include "population.h"

#include <mailtap/err.h>

#include <math.h>
#include <stdlib.h>

/* ---- parameters */

static const struct parameter parameters[PARAMETERS] = {
    /* servers: shares of all servers, where nothing else is said; what is left always offers */
    [P_NEVER] = {"servers that never offer", 0.05,
                 "more than 96 % of reachable MXs offered in 2022 (Blechschmidt and Stock)"},
    [P_EVEN] = {"several machines, names of their own, all offer", 0.05,
                "pools of the large providers greet with the machine's name"},
    [P_UNEVEN_NAMES] = {"several machines, not all offer, own names", 0.002,
                        "assumed: a machine forgotten in a pool"},
    [P_UNEVEN_ALIKE] = {"several machines, not all offer, alike", 0.002,
                        "assumed: the same behind one name, the hardest honest case"},
    [P_STICKY] = {"of them: a client keeps to its machine", 0.5,
                  "source hashing is a usual method of balancers beside random choice"},
    [P_TURNED] = {"turned on, or off, once", 0.01, "servers are renewed: 1 % in 14 days is a lot"},
    [P_OFF_AND_ON] = {"off and on again, 10 minutes to 3 days", 0.0005,
                      "an expired or missing certificate takes the offer away"},
    [P_WITHHELD] = {"withheld from 1 to 3 clients that come often", 0.005,
                    "Postfix and MDaemon can, and operators do where TLS with a client fails"},
    [P_SCANNERS_LISTED] = {"withheld from listed scanners", 0.01,
                           "assumed: lists against scanning exist"},
    [P_TLS_BROKEN] = {"offers, and handshakes fail for everybody", 0.002,
                      "wrong key files; half of them for all of the time"},
    [P_TLS_OLD] = {"offers TLS that modern clients refuse", 0.002,
                   "TLS 1.0 alone; half of them reset the connection, as SChannel does"},
    [P_MODERN] = {"clients that refuse old TLS", 0.3, "RFC 8996; defaults since OpenSSL 3"},
    [P_TEMPORARY] = {"servers with bursts of 454", 0.01,
                     "0.1 % of sessions: three bursts of 2 minutes to 3 days each"},
    [P_TEMPORARY_EACH] = {"of them: 454 to every other session of a burst", 0.3,
                          "overload refuses some and takes others"},
    [P_HELO_ONLY] = {"servers that do not know EHLO", 0.0002,
                     "RFC 1869 is of 1995; half say ESMTP"},
    [P_REFUSING] = {"servers that refuse some clients, at EHLO and HELO", 0.005,
                    "550 for a listed address or a bad name"},
    [P_REFUSED] = {"of clients, those refused there", 0.02, "block lists"},
    [P_OWN_FIREWALL] = {"masked by the operator's own firewall", 0.001,
                        "about 8,000 hosts showed the mask in 2018 (EFF)"},
    /* clients: shares of all clients */
    [P_SPARES] = {"pairs of relay and server that do not use the offer", 0.02,
                  "assumed: exceptions for a destination"},
    [P_LEAVES] = {"of the other sessions, those that do not", 0.01,
                  "assumed: several hosts behind one address; 97 % use it altogether"},
    [P_NEVER_USES] = {"clients that never use STARTTLS", 0.03, "devices, scripts"},
    [P_INSISTS] = {"clients that insist on TLS", 0.01, "MTA-STS, DANE, or configured so"},
    [P_HELO_CLIENT] = {"clients that say HELO", 0.02, "devices, bots"},
    [P_VERIFIES] =
        {"clients that refuse certificates they cannot verify", 0.003,
         "misconfigured; 30 % of MXs had such certificates in 2022 (Blechschmidt and Stock)"},
    [P_LARGE_PACKETS] = {"clients that large packets do not reach, for 2 days", 0.001,
                         "tunnels without path MTU discovery: certificates are large"},
    [P_PROBES] = {"clients that check one server every 5 to 30 minutes", 0.004,
                  "monitoring: EHLO, QUIT"},
    [P_SCANNERS] = {"clients that scan: 4 % of the servers each", 0.002, "EHLO, QUIT"},
    [P_REGULAR] = {"sessions with one of 4 clients that come often", 0.5,
                   "correspondence repeats itself"},
    [P_GOES_ON] = {"refused clients that go on in the clear", 0.8, "Postfix with `may` does"},
    [P_NO_FALLBACK] = {"clients that never fall back after a broken handshake", 0.1, "Sendmail"},
    [P_FALLBACK_AT_ONCE] = {"of the others: those that do at once", 0.5,
                            "Exim does; Postfix at the second or third attempt"},
    /* boxes */
    [P_HALF] = {"boxes that look at half of the servers only", 0.25, "lists, regions"},
    [P_PART] = {"boxes that come or go within the 14 days", 0.4, "assumed"},
};

/* How boxes strip: weights, assumed.  Deletion is what an ASA does today. */
static const struct {
    enum form form;
    unsigned weight;
} forms[] = {
    {FORM_DELETED, 35},  {FORM_MASKED, 20}, {FORM_MASKED_AMONG, 15}, {FORM_REFUSED, 6},
    {FORM_POSTPONED, 4}, {FORM_BROKEN, 10}, {FORM_EHLO, 10},
};

/* Sessions of an hour of the day; mail follows the office. */
static const unsigned hours[24] = {3,  2,  2,  2,  2,  3, 5, 8, 11, 12, 12, 11,
                                   10, 11, 11, 11, 10, 9, 7, 6, 5,  5,  4,  4};

/* Weight of rank i: (i + shift)^-power.  Servers get 1 to several thousand sessions of 200,000. */
#define SERVER_SHIFT 10.0
#define SERVER_POWER 1.2
#define CLIENT_SHIFT 20.0
#define CLIENT_POWER 0.9

/* Servers with several machines are among the busier ones: ranks up to this share. */
#define BUSY_RANKS 0.3

const struct parameter *population_parameters(unsigned *count_r)
{
    *count_r = PARAMETERS;
    return parameters;
}

double parameter(enum parameter_id id)
{
    return parameters[id].value;
}

bool chance(struct random *r, enum parameter_id id)
{
    return random_unit(r) < parameters[id].value;
}

const char *cause_name(enum cause c)
{
    static const char *const names[CAUSES] = {
        [CAUSE_ORDINARY] = "ordinary server",
        [CAUSE_EVEN] = "several machines, all offer",
        [CAUSE_NEVER] = "never offers",
        [CAUSE_UNEVEN_NAMES] = "uneven machines, own names",
        [CAUSE_UNEVEN_ALIKE] = "uneven machines, alike",
        [CAUSE_TURNED] = "turned on or off",
        [CAUSE_OFF_AND_ON] = "off and on again",
        [CAUSE_WITHHELD] = "withheld from this client",
        [CAUSE_TLS_BROKEN] = "handshake fails for everybody",
        [CAUSE_TLS_OLD] = "TLS too old for this client",
        [CAUSE_HELO_ONLY] = "server does not know EHLO",
        [CAUSE_OWN_FIREWALL] = "operator's own firewall",
        [CAUSE_SCANNER] = "withheld from scanners",
        [CAUSE_TEMPORARY] = "454 for some time",
        [CAUSE_CLIENT_REFUSED] = "client refused at EHLO and HELO",
        [CAUSE_CERTIFICATE] = "client refused the certificate",
        [CAUSE_LARGE_PACKETS] = "large packets lost",
    };
    return names[c];
}

const char *form_name(enum form f)
{
    static const char *const names[FORMS] = {
        [FORM_NONE] = "none",
        [FORM_DELETED] = "offer deleted",
        [FORM_MASKED] = "offer masked",
        [FORM_MASKED_AMONG] = "offer masked, among others",
        [FORM_REFUSED] = "command refused, 5xx",
        [FORM_POSTPONED] = "command refused, 454",
        [FORM_BROKEN] = "handshake broken",
        [FORM_EHLO] = "EHLO refused",
    };
    return names[f];
}

/* ---- chance */

uint64_t hash_of(uint64_t salt, uint32_t a, uint32_t b)
{
    struct random r = random_seeded(salt ^ ((uint64_t)a << 32 | b));

    return random_u64(&r);
}

static int64_t moment(struct random *r)
{
    return START_NS + (int64_t)random_below(r, DAYS * DAY_NS);
}

/* Between two lengths of time, long ones as likely as short ones. */
static int64_t lasting(struct random *r, int64_t least_ns, int64_t most_ns)
{
    double octaves = log2((double)most_ns / (double)least_ns);

    return (int64_t)((double)least_ns * exp2(octaves * random_unit(r)));
}

static int64_t office_moment(struct random *r)
{
    unsigned total = 0, hour = 0;

    for (unsigned i = 0; i < 24; i++)
        total += hours[i];
    unsigned at = (unsigned)random_below(r, total);
    while (at >= hours[hour])
        at -= hours[hour++];
    return START_NS + (int64_t)random_below(r, DAYS) * DAY_NS + hour * 60 * MINUTE_NS +
           (int64_t)random_below(r, 60 * MINUTE_NS);
}

static void shuffle(struct random *r, uint32_t *order, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        order[i] = i;
    for (uint32_t i = n; i > 1; i--) {
        uint32_t j = (uint32_t)random_below(r, i), kept = order[j];
        order[j] = order[i - 1];
        order[i - 1] = kept;
    }
}

static uint32_t pick_server(const struct population *p, struct random *r)
{
    double at = random_unit(r) * p->servers[p->server_count - 1].until;
    uint32_t low = 0, high = p->server_count - 1;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (p->servers[middle].until > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static uint32_t pick_client(const struct population *p, struct random *r)
{
    double at = random_unit(r) * p->clients[p->client_count - 1].until;
    uint32_t low = 0, high = p->client_count - 1;

    while (low < high) {
        uint32_t middle = (low + high) / 2;
        if (p->clients[middle].until > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- servers */

static uint32_t count_of(enum parameter_id id, uint32_t n)
{
    uint32_t count = (uint32_t)lround(parameters[id].value * n);

    return count ? count : 1;
}

/* The next `count` of the order that have no kind yet; the rank may have to be small. */
static void assign(struct population *p, const uint32_t *order, enum parameter_id share,
                   enum cause kind, bool busy)
{
    uint32_t left = count_of(share, p->server_count);

    for (uint32_t i = 0; i < p->server_count && left; i++) {
        struct server *s = &p->servers[order[i]];
        if (s->kind != CAUSE_ORDINARY || (busy && order[i] > BUSY_RANKS * p->server_count))
            continue;
        s->kind = kind;
        left--;
    }
}

static void assign_kinds(struct population *p, struct random *r)
{
    static const struct {
        enum parameter_id share;
        enum cause kind;
        bool busy;
    } kinds[] = {
        {P_UNEVEN_NAMES, CAUSE_UNEVEN_NAMES, true},
        {P_UNEVEN_ALIKE, CAUSE_UNEVEN_ALIKE, true},
        {P_EVEN, CAUSE_EVEN, true},
        {P_NEVER, CAUSE_NEVER, false},
        {P_TURNED, CAUSE_TURNED, false},
        {P_OFF_AND_ON, CAUSE_OFF_AND_ON, false},
        {P_WITHHELD, CAUSE_WITHHELD, false},
        {P_TLS_BROKEN, CAUSE_TLS_BROKEN, false},
        {P_TLS_OLD, CAUSE_TLS_OLD, false},
        {P_HELO_ONLY, CAUSE_HELO_ONLY, false},
        {P_OWN_FIREWALL, CAUSE_OWN_FIREWALL, false},
    };
    uint32_t *order = must_alloc(p->server_count, sizeof *order);

    shuffle(r, order, p->server_count);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        assign(p, order, kinds[i].share, kinds[i].kind, kinds[i].busy);
    shuffle(r, order, p->server_count);
    for (uint32_t i = 0; i < count_of(P_TEMPORARY, p->server_count); i++)
        p->servers[order[i]].busy = true;
    shuffle(r, order, p->server_count);
    for (uint32_t i = 0; i < count_of(P_REFUSING, p->server_count); i++)
        p->servers[order[i]].refuses_some = true;
    shuffle(r, order, p->server_count);
    for (uint32_t i = 0; i < count_of(P_SCANNERS_LISTED, p->server_count); i++)
        p->servers[order[i]].lists_scanners = true;
    free(order);
}

static void furnish(struct population *p, struct server *s, uint32_t rank, struct random *r)
{
    s->software = (uint8_t)random_below(r, 5);
    s->sticky = chance(r, P_STICKY);
    s->machines = 1;
    if (s->kind == CAUSE_EVEN || s->kind == CAUSE_UNEVEN_NAMES || s->kind == CAUSE_UNEVEN_ALIKE) {
        s->machines = (uint8_t)(2 + random_below(r, 7));
        s->without = (uint8_t)(1 + random_below(r, s->machines - 1u));
    }
    s->flag = rank % 2 == 0;
    s->from_ns = moment(r);
    s->until_ns = END_NS;
    if (s->kind == CAUSE_OFF_AND_ON)
        s->until_ns = s->from_ns + lasting(r, 10 * MINUTE_NS, 3 * DAY_NS);
    if (s->kind == CAUSE_TLS_BROKEN && s->flag)
        s->from_ns = 0;
    for (unsigned i = 0; i < REGULARS; i++)
        s->regular[i] = pick_client(p, r);
    s->withheld = s->kind == CAUSE_WITHHELD ? (uint8_t)(1 + random_below(r, 3)) : 0;
    s->burst_each = chance(r, P_TEMPORARY_EACH);
    for (unsigned i = 0; s->busy && i < BURSTS; i++) {
        s->burst_from[i] = moment(r);
        s->burst_until[i] = s->burst_from[i] + lasting(r, 2 * MINUTE_NS, 3 * DAY_NS);
    }
}

static void make_servers(struct population *p, struct random *r)
{
    double sum = 0;

    p->servers = must_alloc(p->server_count, sizeof *p->servers);
    assign_kinds(p, r);
    for (uint32_t i = 0; i < p->server_count; i++) {
        sum += pow(i + 1 + SERVER_SHIFT, -SERVER_POWER);
        p->servers[i].until = sum;
        furnish(p, &p->servers[i], i, r);
    }
}

/* ---- clients and boxes */

static void make_clients(struct population *p, struct random *r)
{
    static const struct {
        enum parameter_id share;
        enum client_kind kind;
    } kinds[] = {
        {P_NEVER_USES, CLIENT_NEVER}, {P_INSISTS, CLIENT_INSISTS},  {P_HELO_CLIENT, CLIENT_HELO},
        {P_PROBES, CLIENT_PROBE},     {P_SCANNERS, CLIENT_SCANNER},
    };
    uint32_t *order = must_alloc(p->client_count, sizeof *order), next = 0;
    double sum = 0;

    p->clients = must_alloc(p->client_count, sizeof *p->clients);
    shuffle(r, order, p->client_count);
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        for (uint32_t i = 0; i < count_of(kinds[k].share, p->client_count); i++)
            p->clients[order[next++]].kind = kinds[k].kind;
    for (uint32_t i = 0; i < count_of(P_LARGE_PACKETS, p->client_count); i++)
        p->clients[order[next++]].large_packets = true;
    shuffle(r, order, p->client_count);
    for (uint32_t i = 0; i < p->client_count; i++) {
        struct client *c = &p->clients[i];
        bool sends = c->kind != CLIENT_PROBE && c->kind != CLIENT_SCANNER;
        sum += sends ? pow(i + 1 + CLIENT_SHIFT, -CLIENT_POWER) : 0;
        c->until = sum;
        /* One client in each network, the others in any. */
        c->network = order[i] < p->network_count ? order[i]
                                                 : (uint32_t)random_below(r, p->network_count);
        c->modern = chance(r, P_MODERN);
        c->verifies = chance(r, P_VERIFIES);
        c->from_ns = moment(r);
        c->until_ns = c->from_ns + 2 * DAY_NS;
    }
    free(order);
}

static enum form pick_form(struct random *r)
{
    unsigned total = 0, i = 0;

    for (size_t k = 0; k < sizeof forms / sizeof *forms; k++)
        total += forms[k].weight;
    unsigned at = (unsigned)random_below(r, total);
    while (at >= forms[i].weight)
        at -= forms[i++].weight;
    return forms[i].form;
}

static void make_box(struct box *b, struct random *r)
{
    static const enum handshake manners[] = {HANDSHAKE_RESET, HANDSHAKE_RESET, HANDSHAKE_GARBLED,
                                             HANDSHAKE_DECODE_ALERT};

    b->form = pick_form(r);
    b->half = chance(r, P_HALF);
    b->part = chance(r, P_PART);
    b->banner = (b->form == FORM_MASKED || b->form == FORM_MASKED_AMONG) && random_below(r, 2);
    b->from_ns = 0;
    b->until_ns = INT64_MAX;
    if (b->part)
        *(random_below(r, 2) ? &b->from_ns : &b->until_ns) = moment(r);
    b->breaks = manners[random_below(r, sizeof manners / sizeof *manners)];
    b->salt = random_u64(r);
}

static void make_boxes(struct population *p, double boxed, struct random *r)
{
    uint32_t *order = must_alloc(p->network_count, sizeof *order);

    p->boxes = must_alloc(p->network_count, sizeof *p->boxes);
    p->box_count = (uint32_t)lround(boxed * p->network_count);
    shuffle(r, order, p->network_count);
    for (uint32_t i = 0; i < p->box_count; i++)
        make_box(&p->boxes[order[i]], r);
    free(order);
}

/* ---- who talks when */

static void make_mail(struct population *p, uint32_t sessions)
{
    struct random *r = &p->random;

    while (p->visit_count < sessions) {
        uint32_t server = pick_server(p, r), client;
        if (chance(r, P_REGULAR))
            client = p->servers[server].regular[random_below(r, REGULARS)];
        else
            client = pick_client(p, r);
        visit_make(p, client, server, office_moment(r));
    }
}

static void make_checks(struct population *p)
{
    struct random *r = &p->random;

    for (uint32_t i = 0; i < p->client_count; i++) {
        if (p->clients[i].kind == CLIENT_PROBE) {
            uint32_t server = pick_server(p, r);
            int64_t every = (5 + (int64_t)random_below(r, 26)) * MINUTE_NS;
            for (int64_t at = START_NS + (int64_t)random_below(r, (uint64_t)every); at < END_NS;
                 at += every)
                visit_make(p, i, server, at);
        }
        if (p->clients[i].kind == CLIENT_SCANNER)
            for (uint32_t k = 0; k < p->server_count / 25; k++)
                visit_make(p, i, (uint32_t)random_below(r, p->server_count), moment(r));
    }
}

static int earlier(const void *a, const void *b)
{
    const struct visit *x = a, *y = b;

    if (x->started_ns != y->started_ns)
        return x->started_ns < y->started_ns ? -1 : 1;
    return x->client != y->client ? (x->client < y->client ? -1 : 1)
                                  : (x->server > y->server) - (x->server < y->server);
}

struct population *population_new(uint64_t seed, const struct population_size *size, double boxed)
{
    struct random there = random_seeded(3 * seed), between = random_seeded(3 * seed + 1);
    struct population *p = must_alloc(1, sizeof *p);

    p->server_count = size->servers;
    p->client_count = size->clients;
    p->network_count = size->networks;
    p->random = random_seeded(3 * seed + 2);
    make_clients(p, &there);
    make_servers(p, &there);
    make_boxes(p, boxed, &between);
    make_mail(p, size->sessions);
    make_checks(p);
    qsort(p->visits, p->visit_count, sizeof *p->visits, earlier);
    for (size_t i = 0; i < p->visit_count; i++)
        p->visits[i].port = (uint16_t)(1024 + i % 60000);
    return p;
}

void population_free(struct population **p)
{
    if (!*p)
        return;
    free((*p)->servers);
    free((*p)->clients);
    free((*p)->boxes);
    free((*p)->visits);
    free(*p);
    *p = NULL;
}
