/* theatre.c - see theatre.h. */
#include "test.h"

#include "theatre.h"

#include <stdlib.h>

struct scenario theatre_scenario(void)
{
    struct scenario s = scenario_default();

    s.servers = 3;
    s.clients = 10;
    s.networks = 10;
    s.sessions = 200;
    s.offered = s.used = s.established = 1;
    s.insisting = s.probes = s.stripped_networks = 0;
    s.octets = 1000;
    return s;
}

struct stage theatre_new(const struct scenario *s, enum speaker near)
{
    struct err e = {""};
    struct handshakes *h = handshakes_new(s->seed, s->start_ns, &e);

    assert_non_null(h);
    return (struct stage){scenario_populate(s), pools_new(s->seed), h, near};
}

void theatre_free(struct stage *stage)
{
    struct scenario_population *population = (struct scenario_population *)stage->population;
    struct pools *pools = (struct pools *)stage->pools;

    scenario_population_free(&population);
    pools_free(&pools);
    handshakes_free(&stage->handshakes);
}

char *theatre_said(const struct stage *stage, const struct speech *s, int side)
{
    char *text = calloc(speech_octets(s) + 1, 1);
    size_t n = 0;

    assert_non_null(text);
    for (size_t i = 0; i < s->count; i++) {
        struct place place = {i, 0};
        if (side >= 0 && s->pieces[i].side != side)
            continue;
        speech_read(s, stage->pools, &place, (uint8_t *)text + n, s->pieces[i].n);
        n += s->pieces[i].n;
    }
    return text;
}
