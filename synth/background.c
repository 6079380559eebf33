/* background.c - see background.h. */
#include "background.h"

#include "talk.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* Their numbers are behind those of all mail servers (scenario: fewer than 2^31). */
#define WEB_SERVERS 64u
#define WEB_FIRST 0xf0000000u

static struct endpoint end_of(uint32_t address, uint16_t port)
{
    struct endpoint e = {.address = {.version = 4}, .port = port};

    octets_put32(e.address.octets, address);
    return e;
}

/* Most pages are small. */
static uint64_t page_octets(struct random *r)
{
    double u = random_unit(r);

    return 500 + (uint64_t)(200000 * u * u * u * u);
}

/* ---- the web */

static void ask_for_page(struct talk *t, unsigned server, struct random *r)
{
    char text[512];
    uint64_t n = page_octets(r);

    snprintf(text, sizeof text,
             "GET /page/%" PRIu64 " HTTP/1.1\r\nHost: www%u.example\r\nUser-Agent: browser\r\n"
             "Accept: text/html\r\n",
             random_below(r, 1000), server);
    talk_say(t, SPEAKER_CLIENT, text);
    snprintf(text, sizeof text,
             "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: %" PRIu64
             "\r\nConnection: close\r\n",
             n);
    talk_say(t, SPEAKER_SERVER, text);
    talk_noise(t, SPEAKER_SERVER, t->version ? POOL_NOISE : POOL_PROSE, n);
}

static int web(const struct stage *stage, unsigned server, bool tls, struct random *r,
               struct connection *c, struct err *e)
{
    struct talk t = talk_begin(&c->speech, random_u64(r));
    struct shaken shaken = {.count = 0};
    char name[32];
    int rc = 0;

    snprintf(name, sizeof name, "www%u.example", server);
    c->ends[SPEAKER_SERVER] = end_of(0xcb007100u + 64 + server, tls ? 443 : 80);
    if (tls) {
        struct shake want = {.server = WEB_FIRST + server, .name = name, .tls13 = server % 4 > 0};
        rc = handshakes_make(stage->handshakes, &want, &shaken, e);
    }
    if (rc == 0 && tls) {
        talk_shake(&t, &shaken, shaken.count);
        talk_protect(&t, &shaken);
    }
    octets_free(&shaken.octets);
    for (unsigned n = rc == 0 ? 1 + (unsigned)random_below(r, 3) : 0; n > 0; n--)
        ask_for_page(&t, server, r);
    return rc;
}

/* ---- names (RFC 1035 4) */

static void put_name(struct octets *o, unsigned server)
{
    char label[16];

    snprintf(label, sizeof label, "www%u", server);
    octets_u8(o, (unsigned)strlen(label));
    octets_text(o, label);
    octets_u8(o, 7);
    octets_text(o, "example");
    octets_u8(o, 0);
    octets_u16(o, 1); /* A */
    octets_u16(o, 1); /* IN */
}

static void put_head(struct octets *o, unsigned id, unsigned flags, unsigned answers)
{
    octets_u16(o, id);
    octets_u16(o, flags);
    octets_u16(o, 1);
    octets_u16(o, answers);
    octets_u32(o, 0);
}

static void names(unsigned server, struct random *r, struct connection *c)
{
    unsigned id = (unsigned)random_below(r, 65536);
    struct octets query = {0}, answer = {0};

    c->udp = true;
    c->ends[SPEAKER_SERVER] = end_of(0xc0000235u, 53);
    put_head(&query, id, 0x0100, 0);
    put_name(&query, server);
    put_head(&answer, id, 0x8180, 1);
    put_name(&answer, server);
    octets_u16(&answer, 0xc00c); /* the name that was asked for */
    octets_u16(&answer, 1);
    octets_u16(&answer, 1);
    octets_u32(&answer, 300);
    octets_u16(&answer, 4);
    octets_u32(&answer, 0xcb007100u + 64 + server);
    speech_say(&c->speech, SPEAKER_CLIENT, 0, octets_slice(&query));
    speech_say(&c->speech, SPEAKER_SERVER, 0, octets_slice(&answer));
    octets_free(&query);
    octets_free(&answer);
}

int background_make(const struct stage *stage, uint32_t client, struct random *r,
                    struct connection *c, uint32_t *server_r, struct err *e)
{
    unsigned server = (unsigned)random_below(r, WEB_SERVERS);
    uint64_t kind = random_below(r, 10);

    *server_r = WEB_FIRST + server;
    c->ends[SPEAKER_CLIENT] = (struct endpoint){stage->population->clients[client].address,
                                                (uint16_t)(61000 + random_below(r, 4000))};
    if (kind >= 6) {
        names(server, r, c);
        return 0;
    }
    return web(stage, server, kind >= 2, r, c, e);
}
