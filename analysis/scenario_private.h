/*
 * scenario_private.h - between the sources of scenarios: scenario_population.c draws who there is,
 * scenario_session.c what happens, scenario_relations.c what is to be expected of it.
 */
#ifndef SCENARIO_PRIVATE_H
#define SCENARIO_PRIVATE_H

#include <mailtap/random.h>
#include <mailtap/scenario_population.h>

#include <string.h>

/* What a number is drawn for.  A new purpose goes at the end: others keep their numbers. */
enum stream {
    STREAM_OFFERS = 1,
    STREAM_INCAPABLE,
    STREAM_TURNS_ON,
    STREAM_ALTERNATIVE,
    STREAM_USES,
    STREAM_INSISTS,
    STREAM_NETWORK,
    STREAM_BOXED,
    STREAM_FORM,
    STREAM_PARTNER,
    STREAM_FOLLOWS_A,
    STREAM_FOLLOWS_B,
    STREAM_FOLLOWS_C,
    STREAM_FOLLOWS_D,
    STREAM_SESSION,
    STREAM_MESSAGE
};

/* Servers that one client draws, at most. */
#define PARTNERS 200u

struct random scenario_random(const struct scenario *s, enum stream stream, uint64_t of);
enum box_form scenario_box(const struct scenario *s, uint32_t network);

/* By weight: the client, or the place among a client's partners, that `at` falls to, in [0, 1). */
uint32_t scenario_draw_client(const struct scenario_population *p, double at);
uint32_t scenario_draw_partner(const struct scenario_population *p, uint32_t client, double at);

/* How much mail there is until so many days from a midnight have gone, in units of its own. */
double scenario_mail_until(double days);

#endif
