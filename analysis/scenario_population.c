/* scenario_population.c - who there is in a scenario; see scenario_population.h. */
#include "scenario_private.h"

#include <math.h>
#include <stdlib.h>

/* ---- numbers */

/* The number of a thing, for one purpose. */
struct random scenario_random(const struct scenario *s, enum stream stream, uint64_t of)
{
    struct random key = random_seeded(s->seed ^ (uint64_t)stream << 56);

    return random_seeded(random_u64(&key) + of);
}

static double number(const struct scenario *s, enum stream stream, uint64_t of)
{
    struct random r = scenario_random(s, stream, of);

    return random_unit(&r);
}

static bool happens(const struct scenario *s, enum stream stream, uint64_t of, double share)
{
    return number(s, stream, of) < share;
}

/* The first place whose cumulated weight, `stride` octets apart, is above `at`. */
static uint32_t find_place(const void *until, size_t stride, uint32_t count, double at)
{
    uint32_t low = 0, high = count - 1;

    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (*(const double *)((const char *)until + middle * stride) > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* ---- servers */

/* Of servers whose software can, those that offer. */
static double turned_on(const struct scenario *s)
{
    double capable = s->offered + (1 - s->offered) * (1 - s->incapable);

    return capable > 0 ? s->offered / capable : 0;
}

static bool offers_by_itself(const struct scenario *s, uint32_t i)
{
    return happens(s, STREAM_OFFERS, i, s->offered);
}

/* 2.a gives it software, which is turned on as often as elsewhere; 2.b has it offer, and so able. */
static void bind_server(const struct scenario *s, uint32_t i, struct scenario_server *server)
{
    server->offers = offers_by_itself(s, i);
    server->capable = server->offers || !happens(s, STREAM_INCAPABLE, i, s->incapable);
    if (!server->capable && happens(s, STREAM_FOLLOWS_A, i, s->policy.follow[POLICY_A])) {
        server->capable = true;
        server->offers = happens(s, STREAM_TURNS_ON, i, turned_on(s));
    }
    if (happens(s, STREAM_FOLLOWS_B, i, s->policy.follow[POLICY_B]))
        server->capable = server->offers = true;
}

static struct ip_address address_of(uint32_t number)
{
    return (struct ip_address){
        .version = 4,
        .octets = {(uint8_t)(number >> 24), (uint8_t)(number >> 16), (uint8_t)(number >> 8),
                   (uint8_t)number},
    };
}

/* 198.18.0.0/15 is for measurements (RFC 2544); where it is full, the shared 100.64.0.0/10 (RFC 6598).
 * Both halves of the first are filled alike. */
static struct ip_address server_address(uint32_t i)
{
    const uint32_t room = 2 * 65534;

    if (i < room)
        return address_of(0xc6120000u + ((i & 1) << 16) + i / 2 + 1);
    return address_of(0x64400000u + (i - room) + 1);
}

/* Any of those that offer by themselves, so that no policy moves it. */
static uint32_t alternative_of(const struct scenario *s, uint32_t i, const uint32_t *offering,
                               uint32_t count)
{
    struct random r = scenario_random(s, STREAM_ALTERNATIVE, i);

    if (random_unit(&r) >= s->alternatives || count == 0)
        return SCENARIO_NONE;
    uint32_t at = (uint32_t)random_below(&r, count);
    if (offering[at] == i)
        at = (at + 1) % count;
    return offering[at] == i ? SCENARIO_NONE : offering[at];
}

static void populate_servers(struct scenario_population *p)
{
    const struct scenario *s = &p->scenario;
    uint32_t n = (uint32_t)s->servers, count = 0, *offering = must_alloc(n, sizeof *offering);
    double sum = 0;

    p->servers = must_alloc(n, sizeof *p->servers);
    for (uint32_t i = 0; i < n; i++) {
        struct scenario_server *server = &p->servers[i];
        bind_server(s, i, server);
        server->address = server_address(i);
        server->until = sum += pow(i + 1.0, -s->skew);
        if (offers_by_itself(s, i))
            offering[count++] = i;
    }
    for (uint32_t i = 0; i < n; i++)
        p->servers[i].alternative = alternative_of(s, i, offering, count);
    free(offering);
}

/* ---- clients */

/* 2.c has it use STARTTLS; 2.d has it insist, and so use it. */
static void bind_client(const struct scenario *s, uint32_t i, struct scenario_client *client)
{
    bool follows_c = happens(s, STREAM_FOLLOWS_C, i, s->policy.follow[POLICY_C]);
    bool follows_d = happens(s, STREAM_FOLLOWS_D, i, s->policy.follow[POLICY_D]);
    bool by_itself = happens(s, STREAM_USES, i, s->used);

    client->uses = by_itself || follows_c || follows_d;
    client->insists = (by_itself && happens(s, STREAM_INSISTS, i, s->insisting)) || follows_d;
}

/* Who sends much has many correspondents: as the root of what it sends, at most PARTNERS. */
static uint16_t partners_of(const struct scenario *s, double sessions)
{
    double most = fmin((double)s->servers, PARTNERS);

    return (uint16_t)fmax(1, fmin(most, ceil(2 * sqrt(sessions))));
}

/* A network is a block of 10.0.0.0/8: a /16 where there are few of them, otherwise a /24, or whatever
 * all of its clients need. */
static unsigned bits_for(const struct scenario *s, uint32_t largest)
{
    unsigned bits = s->networks <= 256 ? 16 : 8, least = 1;

    while (largest + 2 > UINT32_C(1) << least)
        least++;
    return least > bits ? least : bits;
}

static void populate_networks(struct scenario_population *p)
{
    const struct scenario *s = &p->scenario;
    uint32_t *hosts = must_alloc(s->networks, sizeof *hosts), largest = 0;

    p->boxes = must_alloc(s->networks, sizeof *p->boxes);
    for (uint32_t i = 0; i < s->networks; i++)
        p->boxes[i] = (uint8_t)scenario_box(s, i);
    for (uint32_t i = 0; i < s->clients; i++) {
        uint32_t network = (uint32_t)(number(s, STREAM_NETWORK, i) * (double)s->networks);
        uint32_t host = ++hosts[network];
        p->clients[i].network = network;
        p->clients[i].address = address_of(host);
        largest = host > largest ? host : largest;
    }
    p->network_bits = bits_for(s, largest);
    memset(hosts, 0, s->networks * sizeof *hosts);
    for (uint32_t i = 0; i < s->clients; i++) {
        uint32_t network = p->clients[i].network;
        p->clients[i].address = address_of(0x0a000000u + (network << p->network_bits) +
                                           ++hosts[network]);
    }
    free(hosts);
}

static void populate_clients(struct scenario_population *p)
{
    const struct scenario *s = &p->scenario;
    double sum = 0, before = 0;

    p->clients = must_alloc(s->clients, sizeof *p->clients);
    for (uint32_t i = 0; i < s->clients; i++) {
        bind_client(s, i, &p->clients[i]);
        p->clients[i].until = sum += pow(i + 1.0, -s->skew);
    }
    for (uint32_t i = 0; i < s->clients; i++) {
        double share = (p->clients[i].until - before) / sum;
        before = p->clients[i].until;
        p->clients[i].partners = partners_of(s, share * (double)s->sessions);
    }
    populate_networks(p);
    p->partner_until = must_alloc(PARTNERS, sizeof *p->partner_until);
    sum = 0;
    for (unsigned i = 0; i < PARTNERS; i++)
        p->partner_until[i] = sum += pow(i + 1.0, -s->skew);
}

/* ---- networks */

/* The form hangs on a number of its own: with more networks behind boxes, none of those that were
 * changes its form. */
enum box_form scenario_box(const struct scenario *s, uint32_t network)
{
    double sum = 0, at;
    unsigned form = 0;

    for (unsigned i = 0; i < BOX_FORMS; i++)
        sum += s->forms[i];
    if (!(sum > 0) || !happens(s, STREAM_BOXED, network, s->stripped_networks))
        return BOX_FORMS;
    at = number(s, STREAM_FORM, network) * sum;
    while (form + 1 < BOX_FORMS && (at >= s->forms[form] || s->forms[form] <= 0))
        at -= s->forms[form++];
    return (enum box_form)form;
}

/* ---- all of them */

struct scenario_population *scenario_populate(const struct scenario *s)
{
    struct scenario_population *p = must_alloc(1, sizeof *p);

    p->scenario = *s;
    populate_servers(p);
    populate_clients(p);
    p->all_days = scenario_mail_until(s->days);
    return p;
}

void scenario_population_free(struct scenario_population **p)
{
    if (!*p)
        return;
    free((*p)->servers);
    free((*p)->clients);
    free((*p)->boxes);
    free((*p)->partner_until);
    free(*p);
    *p = NULL;
}

/* ---- who is drawn */

uint32_t scenario_partner(const struct scenario_population *p, uint32_t client, uint32_t i)
{
    uint32_t n = (uint32_t)p->scenario.servers;
    double at = number(&p->scenario, STREAM_PARTNER, (uint64_t)client << 16 | i);

    return find_place(&p->servers[0].until, sizeof *p->servers, n, at * p->servers[n - 1].until);
}

uint32_t scenario_draw_client(const struct scenario_population *p, double at)
{
    uint32_t n = (uint32_t)p->scenario.clients;

    return find_place(&p->clients[0].until, sizeof *p->clients, n, at * p->clients[n - 1].until);
}

uint32_t scenario_draw_partner(const struct scenario_population *p, uint32_t client, double at)
{
    uint32_t n = p->clients[client].partners;

    return find_place(p->partner_until, sizeof *p->partner_until, n, at * p->partner_until[n - 1]);
}
