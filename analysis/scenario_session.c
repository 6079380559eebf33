/* scenario_session.c - what happens in a scenario, session by session; see scenario_population.h. */
#include "scenario_private.h"

#include <math.h>

#define SECOND_NS INT64_C(1000000000)
#define DAY_NS (86400 * SECOND_NS)

/* ---- what two of them do */

/* Behind such a box no offer is seen.  One that refuses EHLO does so whatever the server offers. */
static bool hides_offer(enum box_form box, bool offers)
{
    return box == BOX_EHLO || (offers && (box == BOX_DELETED || box == BOX_MASKED));
}

static struct scenario_connection meet(const struct scenario_population *p,
                                       const struct scenario_case *c, uint32_t server,
                                       bool completes)
{
    const struct scenario_client *client = &p->clients[c->client];
    enum box_form box = (enum box_form)p->boxes[client->network];
    struct scenario_connection k = {
        .server = server,
        .port = c->service == SERVICE_SUBMISSION ? 587 : 25,
        .offers = p->servers[server].offers,
        .box = BOX_FORMS,
    };
    bool hidden = hides_offer(box, k.offers);

    k.asks = k.offers && !hidden && client->uses && !c->probe;
    if (hidden || (k.asks && box != BOX_FORMS))
        k.box = box;
    k.established = k.asks && k.box == BOX_FORMS && completes;
    k.refused = k.asks && k.box == BOX_FORMS && !completes;
    bool goes_on = !client->insists && !(k.asks && k.box == BOX_BROKEN);
    k.messages = !c->probe && (k.established || goes_on);
    k.helo = k.box == BOX_EHLO && k.messages > 0;
    k.auth = c->service == SERVICE_SUBMISSION && k.messages > 0 && !k.helo;
    return k;
}

/* TLS from the first octet needs no offer, and no box stands in its way. */
static struct scenario_connection meet_implicit(const struct scenario_case *c)
{
    return (struct scenario_connection){
        .server = c->destination,
        .port = 465,
        .implicit = true,
        .established = true,
        .box = BOX_FORMS,
        .messages = !c->probe,
        .auth = !c->probe,
    };
}

void scenario_connect(const struct scenario_population *p, const struct scenario_case *c,
                      struct scenario_session *session_r)
{
    struct scenario_connection *k = session_r->connections;
    uint32_t alternative = p->servers[c->destination].alternative;
    bool insists = p->clients[c->client].insists;

    session_r->client = c->client;
    session_r->destination = c->destination;
    session_r->probe = c->probe;
    session_r->count = 1;
    k[0] = c->service == SERVICE_IMPLICIT ? meet_implicit(c)
                                          : meet(p, c, c->destination, c->completes[0]);
    if (c->probe || k[0].messages)
        return;
    if (!insists) { /* the handshake was broken */
        session_r->count = 2;
        k[1] = k[0];
        k[1].asks = false;
        k[1].messages = 1;
        k[1].auth = c->service == SERVICE_SUBMISSION;
    } else if (alternative != SCENARIO_NONE) {
        session_r->count = 2;
        k[1] = meet(p, c, alternative, c->completes[1]);
    }
}

enum fate scenario_fate(const struct scenario_connection *c)
{
    if (c->established)
        return FATE_ENCRYPTED;
    if (c->box != BOX_FORMS)
        return FATE_STRIPPED;
    if (c->refused)
        return FATE_FAILED;
    return c->offers ? FATE_UNUSED : FATE_NOT_OFFERED;
}

double scenario_service_share(const struct scenario *s, enum scenario_service service)
{
    double submission = fmin(s->submission, 1 - s->implicit);

    return service == SERVICE_IMPLICIT     ? s->implicit
           : service == SERVICE_SUBMISSION ? submission
                                           : 1 - s->implicit - submission;
}

static enum scenario_service draw_service(const struct scenario *s, double at)
{
    if (at < s->implicit)
        return SERVICE_IMPLICIT;
    return at - s->implicit < scenario_service_share(s, SERVICE_SUBMISSION) ? SERVICE_SUBMISSION
                                                                            : SERVICE_RELAY;
}

/* ---- when */

/* Mail of an hour of the day follows the office. */
static const double hours[24] = {3,  2,  2,  2,  2,  3, 5, 8, 11, 12, 12, 11,
                                 10, 11, 11, 11, 10, 9, 7, 6, 5,  5,  4,  4};

static double mail_of_day(double hour)
{
    double sum = 0;

    for (unsigned i = 0; i < 24 && hour > i; i++)
        sum += hours[i] * fmin(1, hour - i);
    return sum;
}

double scenario_mail_until(double days)
{
    double whole = floor(days);

    return whole * mail_of_day(24) + mail_of_day((days - whole) * 24);
}

/* And back: after how many days there was so much. */
static double days_until(double mail)
{
    double day = mail_of_day(24), whole = floor(mail / day), left = mail - whole * day;
    unsigned hour = 0;

    while (hour < 23 && left >= hours[hour])
        left -= hours[hour++];
    return whole + (hour + fmin(1, left / hours[hour])) / 24;
}

/* Each session has a slice of the time to itself, as wide as the hour is quiet. */
static int64_t time_of(const struct scenario_population *p, uint64_t number, double within)
{
    double at = ((double)number + within) / (double)p->scenario.sessions;

    return p->scenario.start_ns + (int64_t)(days_until(at * p->all_days) * (double)DAY_NS);
}

/* ---- how much */

#define MESSAGES_MOST 10000.0

/* One or more, geometric. */
static uint16_t message_count(const struct scenario *s, double at)
{
    if (s->messages <= 1)
        return 1;
    return (uint16_t)fmin(MESSAGES_MOST, 1 + floor(log1p(-at) / log1p(-1 / s->messages)));
}

#define OCTETS_MOST 50e6

/* Log-normal, its deviation a factor of e. */
uint32_t scenario_message_octets(const struct scenario_population *p, uint64_t number, unsigned i)
{
    struct random of_session = scenario_random(&p->scenario, STREAM_MESSAGE, number);
    struct random r = random_seeded(random_u64(&of_session) + i);
    double radius = sqrt(-2 * log1p(-random_unit(&r)));
    double normal = radius * cos(6.283185307179586 * random_unit(&r));
    double mean = fmax(0, p->scenario.octets - SCENARIO_MESSAGE_LEAST);

    return SCENARIO_MESSAGE_LEAST + (uint32_t)fmin(OCTETS_MOST, mean * exp(normal - 0.5));
}

/* ---- a session */

#define BROKEN_SECONDS                                                                             \
    120.0 /* until a client comes back to the same server, and at most so long after */
#define BROKEN_SPREAD 600.0
#define BYPASS_SECONDS 5.0 /* until it has gone to another one */
#define BYPASS_SPREAD 60.0

static double gap_seconds(const struct scenario_session *s, double at)
{
    bool same = s->connections[1].server == s->connections[0].server;

    return same ? BROKEN_SECONDS + at * BROKEN_SPREAD : BYPASS_SECONDS + at * BYPASS_SPREAD;
}

/* Client ports come back after so many sessions; first and second connections have their own. */
#define PORT_FIRST 32768u
#define PORT_SECOND 4096u
#define PORTS 28000u

static void fill(const struct scenario_population *p, struct scenario_session *s, struct random *r)
{
    double within = random_unit(r), gap = random_unit(r), count = random_unit(r);
    double tunnel = random_unit(r), kind = random_unit(r);
    int64_t start = time_of(p, s->number, within);

    for (unsigned i = 0; i < SCENARIO_CONNECTIONS; i++) {
        struct scenario_connection *k = &s->connections[i];
        k->tls13 = random_unit(r) < p->scenario.tls13;
        if (i >= s->count)
            continue;
        k->started_ns = start;
        k->client_port = (uint16_t)((i ? PORT_SECOND : PORT_FIRST) + s->number % PORTS);
        if (k->messages)
            k->messages = message_count(&p->scenario, count);
        if (i + 1 < s->count)
            start += (int64_t)(gap_seconds(s, gap) * (double)SECOND_NS);
    }
    s->tunnel = TUNNEL_NONE;
    if (tunnel < p->scenario.tunnelled)
        s->tunnel = (enum scenario_tunnel)(TUNNEL_GRE + (unsigned)(kind * 3));
}

void scenario_session(const struct scenario_population *p, uint64_t number,
                      struct scenario_session *session_r)
{
    const struct scenario *s = &p->scenario;
    struct random r = scenario_random(s, STREAM_SESSION, number);
    struct scenario_case c = {.client = scenario_draw_client(p, random_unit(&r))};
    uint32_t place = scenario_draw_partner(p, c.client, random_unit(&r));

    c.destination = scenario_partner(p, c.client, place);
    c.service = draw_service(s, random_unit(&r));
    c.probe = random_unit(&r) < s->probes;
    for (unsigned i = 0; i < SCENARIO_CONNECTIONS; i++)
        c.completes[i] = random_unit(&r) < s->established;
    *session_r = (struct scenario_session){.number = number};
    scenario_connect(p, &c, session_r);
    fill(p, session_r, &r);
}
